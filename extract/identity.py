"""Who a document says it is: organisation, year, edition and stage, from everything it prints, strongest source first.

Sources, strongest first: the cover (a title over several lines, and labels on it), running heads, captions of tables,
cells of performance forms, headings of web pages, headings and sentences of the prose, other titles. What a weaker
source says differently is an issue; it never changes what the stronger one says. Nothing here looks at a file name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from extract.document import (
    Identity,
    Issue,
    PrintedName,
    ProjectForm,
    Reading,
    Severity,
    Statement,
    Text,
)
from extract.evidence import Evidence, gather
from extract.text import fold
from extract.title import bare_name, edition_of

SOURCES: Final = ("cover", "label", "running_head", "caption", "field", "heading", "section", "title", "prose")
_YEARS_IN_BODY: Final = ("caption", "table", "running_head", "title")


def read_identity(
    reading: Reading, statements: Sequence[Statement], projects: Sequence[ProjectForm] = ()
) -> tuple[Identity, list[Issue]]:
    """Identity of one document, and an issue for each thing it says of itself in two ways."""
    evidence = gather(reading, statements, projects)
    issues: list[Issue] = []
    identity = Identity(title=evidence.title)
    whole = bool(statements or projects)
    _settle_year(identity, evidence, issues, whole=whole)
    _settle_name(identity, evidence, issues, whole=whole, paged=reading.n_pages is not None)
    _settle_edition(identity, evidence, issues)
    _settle_kind(identity, evidence, statements, projects)
    return identity, issues


def _settle_name(identity: Identity, evidence: Evidence, issues: list[Issue], *, whole: bool, paged: bool) -> None:
    """whole: the document holds statements; one that does not may be a list of what many others publish.

    Of a page of the web that says no year only the cover is believed: it may be any page of a department.
    """
    identity.names = tuple(
        PrintedName(_renamed(evidence, source, name), source, count, evidence.codes.get(name))
        for source in SOURCES
        for name, count in evidence.names[source].most_common()
    )
    listed = {bare_name(name) for name in evidence.names["title"]}
    if not whole and len(listed) >= 3 and not evidence.names["label"]:
        issues.append(_issue("several_organisations", "info", None, f"{len(listed)}", f"{len(listed)}"))
        return
    if evidence.placeholder is not None and not evidence.names["cover"] and not evidence.names["label"]:
        shown = fold(evidence.placeholder.text)[:40]
        issues.append(_issue("organisation_placeholder", "warning", evidence.placeholder, shown, shown))
        return
    source = next((source for source in SOURCES if evidence.names[source]), None)
    if source is None or (
        not whole and not paged and identity.fiscal_year is None and source not in ("cover", "label")
    ):
        return
    votes = evidence.names[source]
    name = max(votes, key=lambda each: (votes[each], len(each)))
    identity.org_name = _renamed(evidence, source, name)
    code = evidence.codes.get(name) or next((c for n, c in evidence.codes.items() if same_org(n, name)), None)
    if code is None and len(set(evidence.codes.values())) == 1 and source == "caption":
        code = next(iter(evidence.codes.values()))
    if code is not None:
        at = next(n for n, c in evidence.codes.items() if c == code)
        printed = evidence.first["caption", at]
        identity.org_code = Text(code, printed.place, printed.more)
    for other in ("running_head", "caption", "field"):
        if other == source or not evidence.names[other]:
            continue
        said, count = evidence.names[other].most_common(1)[0]
        if count > 1 and not any(same_org(each, name) for each in evidence.names[other]):
            issues.append(
                _issue("organisation_conflict", "warning", evidence.first[other, said], f"{name}≠{said}", f"{said!r}")
            )
            break


def _renamed(evidence: Evidence, source: str, name: str) -> Text:
    at = evidence.first[source, name]
    return Text(name, at.place, at.more)


def same_org(one: str, other: str) -> bool:
    """Whether two printed names may be one organisation: equal without edition mark, or the short form of the other."""
    a, b = sorted((bare_name(one), bare_name(other)), key=len)
    if a == b:
        return True
    if not a or not b or a[-1] != b[-1]:
        return False
    letters = iter(b)
    return all(letter in letters for letter in a)


def _settle_year(identity: Identity, evidence: Evidence, issues: list[Issue], *, whole: bool) -> None:
    for source in ("cover", "caption", "running_head", "table", "title", "breadcrumb", "link"):
        votes = evidence.years[source]
        if not votes or (len(votes) > 1 and (source == "link" or (source == "title" and not whole))):
            continue
        ranked = votes.most_common(2)
        if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
            continue  # as many for one year as for another: the next source decides
        identity.fiscal_year = ranked[0][0]
        identity.fiscal_year_text = evidence.year_at[source, identity.fiscal_year]
        break
    if identity.fiscal_year is None:
        return
    inside: Counter[int] = Counter()
    for source in _YEARS_IN_BODY:
        inside.update(evidence.years[source])
    if inside:
        year, count = inside.most_common(1)[0]
        if year != identity.fiscal_year and count > 1 and count > inside[identity.fiscal_year]:
            at = next(evidence.year_at[s, year] for s in _YEARS_IN_BODY if year in evidence.years[s])
            issues.append(
                _issue("fiscal_year_conflict", "warning", at, f"{identity.fiscal_year}≠{year}", f"{year} ({count}×)")
            )


def _settle_edition(identity: Identity, evidence: Evidence, issues: list[Issue]) -> None:
    marked = edition_of(identity.org_name.text) if identity.org_name is not None else None
    said = None
    for source in ("cover", "running_head", "title", "heading", "breadcrumb", "caption", "link"):
        votes = evidence.levels[source]
        if votes and (len(votes) == 1 or votes["unit"] != votes["department"]):
            said = votes.most_common(1)[0][0]
            break
    identity.entity_level = marked or said
    if marked and said and marked != said:
        shown = f"{identity.org_name.text if identity.org_name else ''}: {said}"
        issues.append(_issue("edition_conflict", "info", identity.org_name, shown, shown))


def _settle_kind(
    identity: Identity, evidence: Evidence, statements: Sequence[Statement], projects: Sequence[ProjectForm]
) -> None:
    cover = evidence.cover
    money = sum(s.code != "unrecognized" and bool(s.amounts) for s in statements)
    what = cover.what if cover is not None else None
    titles = "".join(fold(s.caption["title"].text) for s in statements if "title" in s.caption)
    if what in (None, "both") or (what == "performance" and money > 3):
        votes = evidence.whats or evidence.linked_whats
        if votes or what == "both":
            what = "final" if votes["final"] > votes["budget"] else "budget"
        if what is None and (projects or "绩效" in titles):
            what = "performance"
    if what is None:
        return
    evaluated = re.search("自评|评价", (fold(evidence.title.text) if evidence.title else "") + titles) is not None
    identity.stage = "final" if what == "final" or (what == "performance" and evaluated) else "budget"
    if cover is not None and cover.adjusted and identity.stage == "budget":
        identity.stage = "budget_adjusted"
    if what == "performance":
        identity.doc_type = "performance_self_evaluation" if evaluated else "performance_target"
    elif cover is not None and cover.kind == "government":
        identity.doc_type = f"government_{what}"
        identity.entity_level = None
    elif cover is not None and cover.kind is None and "三公" in fold(evidence.title.text if evidence.title else ""):
        identity.doc_type = "three_public"
    elif identity.entity_level is not None:
        identity.doc_type = f"{identity.entity_level}_{what}"


_MESSAGES: Final = {
    "several_organisations": (
        "列出 {zh} 个部门的公开件，本身没有公开单位",
        "lists what {en} organisations publish; it has no organisation of its own",
    ),
    "organisation_placeholder": (
        "公开单位是未填写的模板“{zh}”",
        "the name of the organisation is left open as in a form: {en!r}",
    ),
    "organisation_conflict": (
        "表内单位与封面不同：{zh}；以封面为准",
        "tables name {en}, not the organisation of the cover; the cover stands",
    ),
    "fiscal_year_conflict": (
        "表内年度与封面不同：{zh}；以封面为准",
        "titles inside say {en}; the cover stands",
    ),
    "edition_conflict": (
        "单位版本标记与标题用词不同（{zh}）；以标记为准",
        "the mark of the edition and the words of the title differ ({en}); the mark stands",
    ),
}


def _issue(code: str, severity: Severity, at: Text | None, zh: str, en: str) -> Issue:
    messages = _MESSAGES[code]
    place = at.place if at is not None else None
    return Issue(code, severity, "interpret", messages[0].format(zh=zh), messages[1].format(en=en), place=place)
