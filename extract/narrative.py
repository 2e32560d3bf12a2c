"""The prose: headings, sections, and who the document says it is about."""

from __future__ import annotations

import re
from collections import Counter

from extract.caption import parse_caption
from extract.document import Identity, Paragraph, Reading, Section, Statement, Table, Text
from extract.form import Sections, finds, load_sections
from extract.text import fold, is_blank, ordinal_rank, without_bookmarks
from extract.uses import CONTENTS, Account

_RANKS = (
    (re.compile(r"^第[一二三四五六七八九十]+(?:部分|章)"), 1),
    (re.compile(r"^[一二三四五六七八九十]{1,3}[、.]"), 2),
    (re.compile(r"^\([一二三四五六七八九十]{1,3}\)"), 3),
)
_LEAD_IN = re.compile(r"^([^:,,。;]{2,14}):(.*)$")
MAX_HEADING = 45
_SENTENCE = re.compile(r"[。;；!?]|[,，].*[,，]")


def heading_rank(paragraph: Paragraph) -> int | None:
    """Depth of a heading (1 第一部分, 2 一、, 3 （一）) or None for body text.

    The printed numbering decides before the style does: reports give one style to headings of different depth.
    """
    folded = fold(without_bookmarks(paragraph.text))
    if not folded or paragraph.role == "page_field" or len(folded) > 2 * MAX_HEADING:
        return None
    for pattern, rank in _RANKS:
        if pattern.match(folded):
            if paragraph.level is not None or (len(folded) <= MAX_HEADING and not _SENTENCE.search(folded)):
                return rank
            return None
    # 1、 and （1） number items and paragraphs as often as headings: a bold one is not yet a section.
    return paragraph.level if ordinal_rank(paragraph.text) is None and folded[-1] not in "。;" else None


def section_code(heading: str, words: Sections) -> str | None:
    """Section code of a heading, by vocabulary; the earliest hit in the heading wins, then the order of the words."""
    folded = fold(heading)
    best: tuple[int, int, str] | None = None
    for order, word in enumerate(words.sections):
        part = finds(word.headings, folded)
        if part is not None:
            candidate = (folded.find(part) if word.code in ("duties", "institutions") else 0, order, word.code)
            if best is None or candidate < best:
                best = candidate
    return best[2] if best is not None else None


def read_sections(reading: Reading, account: Account, titles: set[int]) -> list[Section]:
    """Sections in order of the document. titles: paragraphs that are the title of a table, no headings of prose.

    A lead-in (`机构设置：`) begins a section of its own inside a section of several subjects.
    """
    words = load_sections()
    sections: list[Section] = []
    parents: list[tuple[int, str]] = []
    current: Section | None = None
    for block in reading.blocks:
        if isinstance(block, Table):
            if current is not None:
                current.tables.append(block.number)
            continue
        if block.role == "page_field":
            account.paragraph(block, "page_field")
            continue
        if is_blank(block.text) or block.number in titles or account.home_of_paragraph(block) == CONTENTS:
            continue
        rank = heading_rank(block)
        if rank is not None and not account.has_paragraph(block):
            while parents and parents[-1][0] >= rank:
                parents.pop()
            inherited = parents[-1][1] if parents else "other"
            code = section_code(block.text, words) or inherited
            if rank == 1:
                code = "other"
            parents.append((rank, code))
            current = Section(code=code, heading=block.as_text(), level=rank, paragraphs=[], tables=[])
            sections.append(current)
            account.paragraph(block, "heading")
            continue
        if account.has_paragraph(block) and not account_is_text(account, block):
            continue
        led = _lead_in(block, words)
        if led is not None and current is not None and led != current.code and current.code in _SPLIT:
            inner = Section(code=led, heading=None, level=current.level + 1, paragraphs=[], tables=[])
            sections.append(inner)
            current = inner
        if current is None:
            current = Section(code="other", heading=None, level=0, paragraphs=[], tables=[])
            sections.append(current)
        current.paragraphs.append(block.number)
    return sections


_SPLIT = frozenset({"duties", "institutions"})


def account_is_text(account: Account, block: Paragraph) -> bool:
    """Captions and notes belong to their table, not to the prose."""
    return account.home_of_paragraph(block) not in ("caption", "note")


def _lead_in(block: Paragraph, words: Sections) -> str | None:
    match = _LEAD_IN.match(fold(block.text))
    if match is None:
        return None
    for word in words.sections:
        if word.lead_ins and finds([f"^(?:{p})$" for p in word.lead_ins], match.group(1)):
            return word.code
    return None


# ------------------------------------------------------------------------------------------------------------ identity

_TITLE = re.compile(
    r"^(?P<org>[^:,,。;]{2,40}?)?(?:关于)?(?P<year>(?:19|20)\d\d)年?度?(?P<org2>[^:,,。;]{0,30}?)"
    r"(?P<kind>部门|单位|预算单位)?(?:综合)?(?P<what>预算|决算|绩效)"
)
# Navigation lines of web pages and dates in front of a title are no organisation.
_NO_NAME = re.compile(r"[/>|《【\[]|^[-\d]")
_PART = re.compile(r"^第[一二三四五六七八九十]+部分")
_UNIT_WORDS = re.compile(r"单位(?:预算|决算|综合预算)|预算单位|\(本级\)|本级(?:单位)?(?:预算|决算)|机关本级|\(机关\)")
_DEPARTMENT_WORDS = re.compile(r"部门(?:预算|决算|综合预算)|\(汇总\)|含下属")


def read_identity(reading: Reading, statements: list[Statement]) -> Identity:
    """Title, department, year and kind, from what is printed: captions of tables first, then titles."""
    identity = Identity()
    titles = _titles(reading)
    if titles:
        identity.title = titles[0].as_text()
    _org(identity, statements, titles)
    _year(identity, statements, titles)
    words = "".join(fold(paragraph.text) for paragraph in titles[:5])
    words += "".join(fold(s.caption["title"].text) for s in statements if "title" in s.caption)
    if not words:
        return identity
    final = len(re.findall("决算", words)) > len(re.findall("预算(?!财政拨款|资金|拨款|支出|收入|经营|基本)", words))
    unit = len(_UNIT_WORDS.findall(words)) > len(_DEPARTMENT_WORDS.findall(words))
    identity.entity_level = "unit" if unit else "department"
    if "预算" in words or "决算" in words:
        identity.doc_type = f"{identity.entity_level}_{'final' if final else 'budget'}"
    elif "自评" in words:
        identity.doc_type = "performance_self_evaluation"
    elif "绩效" in words:
        identity.doc_type = "performance_target"
    return identity


def _titles(reading: Reading) -> list[Paragraph]:
    """Short paragraphs that name a year and 预算/决算; those without 第一部分 in front come first."""
    found = [
        paragraph
        for paragraph in reading.paragraphs()
        if paragraph.role == "body"
        and 6 < len(fold(paragraph.text)) <= 70
        and _TITLE.match(_PART.sub("", fold(paragraph.text)))
        and fold(paragraph.text)[-1] not in "。;,：:"
    ]
    return sorted(found[:12], key=lambda paragraph: (bool(_PART.match(fold(paragraph.text))), paragraph.number))


def _org(identity: Identity, statements: list[Statement], titles: list[Paragraph]) -> None:
    votes: Counter[str] = Counter()
    first: dict[str, Text] = {}
    for statement in statements:
        text = statement.caption.get("org")
        if text is None:
            continue
        name = parse_caption(text.text).get("org", fold(text.text))
        votes[name] += 1
        first.setdefault(name, text)
    if votes:
        name = votes.most_common(1)[0][0]
        printed = first[name]
        identity.org_name = Text(name, printed.place, printed.more)
        code = parse_caption(printed.text).get("org_code")
        if code is not None:
            identity.org_code = Text(code, printed.place, printed.more)
        return
    for paragraph in titles:
        match = _TITLE.match(_PART.sub("", fold(paragraph.text)))
        name = (match.group("org") or match.group("org2") or "") if match else ""
        if len(name) >= 4 and not _NO_NAME.search(name):
            identity.org_name = Text(name, paragraph.place, paragraph.as_text().more)
            return


def _year(identity: Identity, statements: list[Statement], titles: list[Paragraph]) -> None:
    votes: Counter[int] = Counter()
    first: dict[int, Text] = {}
    for statement in statements:
        text = statement.caption.get("year")
        found = re.search(r"(?:19|20)\d\d", fold(text.text)) if text is not None else None
        if text is not None and found:
            votes[int(found.group(0))] += 1
            first.setdefault(int(found.group(0)), text)
    if not votes:
        texts = [paragraph.as_text() for paragraph in titles]
        texts += [s.caption["title"] for s in statements if "title" in s.caption]
        for text in texts:
            found = re.search(r"(?:19|20)\d\d", fold(text.text))
            if found:
                votes[int(found.group(0))] += 1
                first.setdefault(int(found.group(0)), text)
    if votes:
        identity.fiscal_year = votes.most_common(1)[0][0]
        identity.fiscal_year_text = first[identity.fiscal_year]
