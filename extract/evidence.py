"""What a document prints about itself, gathered by source: names, years, editions, kinds. Nothing is decided here.

Nothing here looks at a file name: names of files that a page of the web leads to count apart (`link`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from extract.caption import parse_caption
from extract.document import Paragraph, ProjectForm, Reading, Statement, Table, Text
from extract.text import fold, is_blank
from extract.title import (
    Title,
    bare_name,
    heading_name,
    is_file_name,
    is_name,
    is_org,
    is_placeholder,
    labelled_name,
    parse_title,
    prose_name,
    words,
    year_in,
    year_of_table,
)

COVER_LINES: Final = 9
WINDOW: Final = 4
_END_OF_COVER = re.compile(r"^目录|^第[一二三四五六七八九十]+部分|^[一二三四五六七八九十][、.]")
_NO_COVER_LINE = re.compile(
    r"^附?件?[\d.·—-]*$|^附?(?:公开|预算|决算)?表?[\d一二三四五六七八九十]{1,3}表?$|^\d{4}年\d{1,2}月(?:\d{1,2}日)?$"
)
_LONG: Final = 60


@dataclass
class Evidence:
    """What was found, by source: names with their Texts, and votes for years, editions and stages."""

    names: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    first: dict[tuple[str, str], Text] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    years: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    year_at: dict[tuple[str, int], Text] = field(default_factory=dict)
    levels: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    whats: Counter[str] = field(default_factory=Counter)
    linked_whats: Counter[str] = field(default_factory=Counter)
    cover: Title | None = None
    title: Text | None = None
    placeholder: Text | None = None

    def name(self, source: str, name: str, text: Text) -> None:
        folded = fold(name)
        if is_placeholder(folded):
            self.placeholder = self.placeholder or text
            return
        self.names[source][folded] += 1
        self.first.setdefault((source, folded), text)

    def year(self, source: str, year: int | None, text: Text) -> None:
        if year is not None:
            self.years[source][year] += 1
            self.year_at.setdefault((source, year), text)


def gather(reading: Reading, statements: Sequence[Statement], projects: Sequence[ProjectForm]) -> Evidence:
    """All evidence of one document."""
    evidence = Evidence()
    _cover(reading, evidence)
    _captions(statements, projects, evidence)
    _fields(reading, evidence)
    _paragraphs(reading, evidence)
    return evidence


def _cover(reading: Reading, evidence: Evidence) -> None:
    """The title of the document: the best run of up to four lines in front of the first table, list or long text."""
    lines: list[Paragraph] = []
    for block in reading.blocks:
        if isinstance(block, Table) or len(lines) == COVER_LINES:
            break
        folded = fold(block.text)
        if block.role == "page_field" or not folded:
            continue
        if _END_OF_COVER.match(folded) or len(folded) > _LONG:
            break
        if not (_NO_COVER_LINE.match(folded) or _is_path(folded) or is_file_name(folded)):
            lines.append(block)
    best: tuple[int, int, int] | None = None
    for start in range(len(lines)):
        for length in range(1, min(WINDOW, len(lines) - start) + 1):
            part = lines[start : start + length]
            title = parse_title("".join(fold(line.text) for line in part))
            if title is None or not (title.org or title.region or title.year or title.placeholder):
                continue
            known = bool(title.org or title.placeholder) * 2 + (title.year is not None) + (title.region is not None)
            rank = (-known, start, length)
            if best is None or rank < best:
                best, evidence.cover = rank, title
                evidence.title = _joined(part)
    cover = evidence.cover
    if cover is not None and evidence.title is not None:
        evidence.year("cover", cover.year, evidence.title)
        if cover.org:
            evidence.name("cover", cover.org, evidence.title)
        elif cover.region and cover.kind == "government":
            evidence.name("cover", cover.region, evidence.title)
        elif cover.placeholder:
            evidence.placeholder = evidence.title
        if cover.kind in ("department", "unit"):
            evidence.levels["cover"][cover.kind] += 1
    for line in lines:
        found = labelled_name(line.text)
        if found is not None:
            evidence.name("label", found[1], line.as_text())
            if re.fullmatch(words().unit_labels, found[0]) and found[0] != "单位":
                evidence.levels["cover"]["unit"] += 1


def _captions(statements: Iterable[Statement], projects: Iterable[ProjectForm], evidence: Evidence) -> None:
    for caption in [*(s.caption for s in statements), *(p.caption for p in projects)]:
        org, year, title = caption.get("org"), caption.get("year"), caption.get("title")
        if org is not None:
            parsed = parse_caption(org.text)
            name = parsed.get("org", fold(org.text))
            if is_name(bare_name(name)) or is_placeholder(name):
                evidence.name("caption", name, org)
                if "org_code" in parsed:
                    evidence.codes.setdefault(fold(name), parsed["org_code"])
                if re.match(r"^(?:公开|编制|填报)?部门(?:名称)?:", fold(org.text)):
                    evidence.levels["caption"]["department"] += 1
        if year is not None:
            evidence.year("caption", year_in(fold(year.text)), year)
        if title is not None:
            _title(title, evidence, "title")


def _fields(reading: Reading, evidence: Evidence) -> None:
    """`部门名称 | X`, `部门名称：X` and `（2026年度）` in the first rows of a table, mostly of a performance form."""
    for table in reading.tables():
        if table.hidden is not None:
            continue
        head = [cell for cell in table.cells if cell.row < 8 and not is_blank(cell.text)]
        for here, after in zip_longest(head, head[1:]):
            folded = fold(here.text)
            evidence.year("table", year_of_table(folded), here.as_text())
            for line in here.text.split("\n"):
                evidence.year("table", year_of_table(line), here.as_text())
                found = labelled_name(line) if re.match(words().field_labels, fold(line)) else None
                if found is not None:
                    evidence.name("field", found[1], here.as_text())
            if after is None or after.row != here.row:
                continue
            name = fold(after.text)
            caption = folded.endswith(":") and re.fullmatch(words().labels, folded[:-1]) is not None
            if not caption and not re.fullmatch(words().field_labels, folded.rstrip(":")):
                continue
            if is_org(name) or is_placeholder(name):
                evidence.name("caption" if caption else "field", name, after.as_text())
                if folded.startswith(("部门", "预算部门")):
                    evidence.levels["caption"]["department"] += 1


def _paragraphs(reading: Reading, evidence: Evidence) -> None:
    """Running heads, headings, sentences and every other title; links to other documents only by their years."""
    paged = reading.n_pages is not None
    for paragraph in reading.paragraphs():
        text, folded = paragraph.as_text(), fold(paragraph.text)
        if not folded:
            continue
        if _is_path(folded):
            for segment in re.split(r"[>/»]+", folded):
                title = parse_title(segment)
                if title is not None and not paged:
                    evidence.year("breadcrumb", title.year, text)
                    _votes(title, evidence, "breadcrumb")
            continue
        if paragraph.role == "page_field":
            if paged:
                _title(text, evidence, "running_head")
                name = parse_caption(paragraph.text).get("org")
                if name is not None and is_name(name):
                    evidence.name("caption", name, text)
                    evidence.levels["caption"].update(["department"] * folded.startswith("部门"))
            continue
        evidence.year("table", year_of_table(folded), text)
        if len(folded) > _LONG or folded[-1] in "。;,；，":
            spoken = prose_name(folded)
            if spoken is not None:
                evidence.name("prose", spoken, text)
            continue
        if re.match(words().unit_headings, folded):
            evidence.levels["heading"]["unit"] += 1
        elif re.match(words().department_headings, folded):
            evidence.levels["heading"]["department"] += 1
        headed = heading_name(folded)
        if headed is not None:
            evidence.name("section", headed, text)
        elif paragraph.level == 1 and not paged and is_org(folded):
            evidence.name("heading", folded, text)
        elif not folded.startswith("关于"):
            _title(text, evidence, "title")


def _is_path(folded: str) -> bool:
    """Where a page of the web stands in its site: `首页 > 政务公开 > 2019年部门预算公开目录`."""
    steps = folded.count(">") + folded.count("»") + (folded.count("/") if "首页" in folded else 0)
    return steps >= 2 and len(folded) < 200


def _title(text: Text, evidence: Evidence, source: str) -> None:
    title = parse_title(text.text)
    if title is None:
        return
    if title.is_file:
        source = "link"
    evidence.year(source, title.year, text)
    if source == "running_head" and evidence.cover is None and title.org:
        evidence.cover, evidence.title = title, text  # a document without a cover that names itself on every page
    if title.org and source != "link":
        evidence.name(source, title.org, text)
        if evidence.title is None and source == "title" and title.year is not None:
            evidence.title = text
    _votes(title, evidence, source)


def _votes(title: Title, evidence: Evidence, source: str) -> None:
    if title.kind in ("department", "unit"):
        evidence.levels[source][title.kind] += 1
    if title.what in ("budget", "final"):
        (evidence.linked_whats if source == "link" else evidence.whats)[title.what] += 1


def _joined(part: Sequence[Paragraph]) -> Text:
    text = part[0].as_text()
    if len(part) == 1:
        return text
    places = tuple(place for line in part for place in line.places)
    return Text(" ".join(line.text.strip() for line in part), places[0], places[1:])
