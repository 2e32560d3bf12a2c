"""Table `coverage`: what departments must publish, and what became of looking for it. Pure functions.

One row per county, organisation, year and kind: those found, those a link promised and did not give, and those that
were due by the calendar and are not there. What was looked for and not found is published beside what was found.

The universe is what the county itself shows: an organisation that published once must publish each year from then on,
both its budget and its final account (预算法 art. 14: 经批准的预算、决算应当公开, by every department); and the county
its own government budget and final account. What nobody ever published is not guessed.

The calendar (预算法 2018, arts. 14, 52, 80; seen dates in the columns of 3,202 places: January to March and August to
October): the people's congress approves the budget until the end of March; the government publishes it within 20 days;
the finance department approves the departments' budgets within 20 days, they publish within 20 days of that: 20 April
and 10 May. Final accounts are approved from June on and published until the end of September of the next year.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from normalize.department import classify_title, org_key
from normalize.organisation import canonical_name
from normalize.period import find_years, plain
from normalize.schema import Row

State = Literal["found", "not_published", "link_dead", "blocked", "parse_failed", "not_searched"]
SearchState = Literal["searched", "blocked", "failed", "not_searched"]
MAX_YEARS: Final = 30  # of one organisation; a misread year must not make rows back to 1949

_DUE: Final[dict[str, tuple[int, int, int]]] = {  # kind → years after the year of the money, month, day
    "government_budget": (0, 4, 20),
    "department_budget": (0, 5, 10),
    "unit_budget": (0, 5, 10),
    "government_final": (1, 9, 30),
    "department_final": (1, 9, 30),
    "unit_final": (1, 9, 30),
}
_PAIRS: Final = {
    "department_budget": ("department_budget", "department_final"),
    "department_final": ("department_budget", "department_final"),
    "unit_budget": ("unit_budget", "unit_final"),
    "unit_final": ("unit_budget", "unit_final"),
}
_GOVERNMENT: Final = ("government_budget", "government_final")

# reason → zh, en; the words of the published rows
REASONS: Final[dict[str, tuple[str, str]]] = {
    "read": ("已找到并读出", "found and read"),
    "nothing_read": ("已找到，没有读出金额或绩效", "found; no amounts and no performance were read from it"),
    "reading_failed": ("已找到，读取失败", "found; reading failed"),
    "link_gone": ("链接已失效", "the link is dead"),
    "link_failed": ("链接未能取得内容", "the link could not be fetched"),
    "link_refused": ("网站拒绝访问该链接", "the site refuses the link"),
    "others_published": ("栏目已查，其他部门有该年度同类公开，此处没有",
                         "the columns were read; others published this kind for this year, this one did not"),
    "none_published": ("栏目已查，没有任何部门的该年度同类公开",
                       "the columns were read; nobody published this kind for this year"),
    "columns_refused": ("网站拒绝访问栏目", "the site refuses its columns"),
    "columns_unreachable": ("栏目未能打开", "no page of its columns could be read"),
    "never_crawled": ("尚未抓取", "not crawled yet"),
    "kind_not_listed": ("登记的栏目不含此类", "no registered column is of this kind"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sought:
    """How one source was looked at. kinds: those its columns are of, () for any. last_due: (kind, last year that was
    due on the day its columns were last read), which is all that the rows take of the clock."""

    source_id: str
    county_code: str
    state: SearchState
    kinds: tuple[str, ...] = ()
    last_due: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DeadLink:
    """A link that never gave a body. outcome: gone, refused or failed. notice_text: the words that lead to its notice,
    which say what an attachment called 附件1 would have been."""

    county_code: str
    url: str
    outcome: str
    link_text: str | None
    notice_text: str | None = None


def due_date(doc_type: str, year: int) -> dt.date | None:
    """The day by which a kind of document about a year is public at the latest; None for kinds without a day."""
    if doc_type not in _DUE:
        return None
    later, month, day = _DUE[doc_type]
    return dt.date(year + later, month, day)


def last_due(day: dt.date) -> tuple[tuple[str, int], ...]:
    """(kind, last year whose documents were due) on a day, sorted."""
    found = []
    for kind, (later, month, of_month) in _DUE.items():
        year = day.year - later
        found.append((kind, year if (day.month, day.day) > (month, of_month) else year - 1))
    return tuple(sorted(found))


def coverage_rows(
    disclosures: Iterable[Mapping[str, Any]],
    failed: Iterable[str],
    dead: Iterable[DeadLink],
    sought: Sequence[Sought],
) -> list[Row]:
    """Rows of the table. disclosures: rows of that table; failed: documents with an issue of severity error."""
    rows: dict[str, Row] = {}
    listed = [row for row in disclosures if row["disclosure_id"]]
    broken = set(failed)
    by_id: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in listed:
        by_id[str(row["disclosure_id"])].append(row)
    for name, group in sorted(by_id.items()):
        rows[name] = _found(name, group, broken)
    names = _names(listed)
    for link in sorted(dead, key=lambda one: (one.county_code, one.url)):
        promised = _dead(link, names.get(link.county_code, {}))
        if promised is not None:
            rows.setdefault(str(promised["coverage_id"]), promised)
    of_county: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
    for row in listed:
        of_county[row["county_code"]].append(row)
    for county, sources in _by_county(sought).items():
        for expected in _expected(county, sources, of_county.get(county, [])):
            rows.setdefault(str(expected["coverage_id"]), expected)
    return [rows[name] for name in sorted(rows)]


def _row(  # noqa: PLR0917 - a row's key, in its order
    name: str, county: str | None, year: int | None, kind: str, state: State, reason: str, **more: Any
) -> Row:
    zh, en = REASONS[reason]
    due = due_date(kind, year) if year is not None and 1949 <= year <= 2100 else None
    row: Row = {
        "coverage_id": name,
        "county_code": county,
        "org_id": None,
        "org_name": None,
        "fiscal_year": year,
        "doc_type": kind,
        "state": state,
        "reason": reason,
        "reason_zh": zh,
        "reason_en": en,
        "due_date": due,
        "published_date": None,
        "days_after_due": None,
        "n_documents": 0,
        "n_facts": 0,
        "document_sha256": None,
        "url": None,
        "link_text": None,
    }
    return row | more


def _found(name: str, group: Sequence[Mapping[str, Any]], broken: set[str]) -> Row:
    first = min(group, key=lambda row: (row["published_date"] is None, row["published_date"], row["document_sha256"]))
    facts = sum(int(row["n_facts"]) for row in group)
    read = facts > 0 or any(row["n_statements"] for row in group)
    all_broken = all(str(row["document_sha256"]) in broken for row in group)
    state: State = "found" if read or not all_broken else "parse_failed"
    reason = "read" if read else "reading_failed" if all_broken else "nothing_read"
    year, kind, day = first["fiscal_year"], str(first["doc_type"]), first["published_date"]
    row = _row(name, first["county_code"], year, kind, state, reason)
    due = row["due_date"]
    return row | {
        "org_id": first["org_id"],
        "org_name": first["org_name"],
        "published_date": day,
        "days_after_due": (day - due).days if isinstance(due, dt.date) and day is not None else None,
        "n_documents": len(group),
        "n_facts": facts,
        "document_sha256": first["document_sha256"],
    }


def _names(listed: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, tuple[str, str]]]:
    """County → name as canonical → (org_id, name as printed) of the organisations found there."""
    found: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for row in listed:
        if row["county_code"] and row["org_id"] and row["org_name"]:
            name = canonical_name(str(row["org_name"]))
            found[str(row["county_code"])].setdefault(name, (str(row["org_id"]), str(row["org_name"])))
    return found


def _dead(link: DeadLink, names: Mapping[str, tuple[str, str]]) -> Row | None:
    """The row of a link that led nowhere; None where its words do not say what it would have been."""
    said = (link.link_text, link.notice_text)
    kind = next((found for text in said if (found := classify_title(text)[0])), None)
    years = next((named for text in said if (named := find_years(text))), [])
    if kind is None or len(years) != 1:
        return None
    state: State = "blocked" if link.outcome == "refused" else "link_dead"
    reason = f"link_{link.outcome}"
    words = " ".join(plain(text) for text in said)
    inside = [name for name in names if name and name in words]
    org_id, org_name = names[max(inside, key=len)] if inside else (None, None)
    key = org_id.rpartition("-")[2] if org_id else f"link{org_key(link.url)}"
    return _row(
        f"{link.county_code}-{years[0]}-{kind}-{key}",
        link.county_code,
        years[0],
        kind,
        state,
        reason,
        org_id=org_id,
        org_name=org_name,
        url=link.url,
        link_text=link.link_text,
    )


def _by_county(sought: Iterable[Sought]) -> dict[str, list[Sought]]:
    found: dict[str, list[Sought]] = defaultdict(list)
    for one in sorted(sought, key=lambda each: (each.county_code, each.source_id)):
        found[one.county_code].append(one)
    return found


def _expected(county: str, sources: Sequence[Sought], listed: Sequence[Mapping[str, Any]]) -> list[Row]:
    """A row for everything that was due in the county; those found are there already and win by their name."""
    due: dict[str, int] = {}
    for source in sources:
        for kind, last in source.last_due:
            due[kind] = max(last, due.get(kind, 0))
    dated = [row for row in listed if row["fiscal_year"] is not None]
    published = {(str(row["doc_type"]), int(row["fiscal_year"])) for row in dated}
    since: dict[tuple[str, str], int] = {}  # organisation and kind → the first year it published either of the pair
    names: dict[str, Any] = {}
    for row in dated:
        first, org = int(row["fiscal_year"]), row["org_id"]
        for kind in _PAIRS.get(str(row["doc_type"]), ()) if org is not None else ():
            names.setdefault(str(org), row["org_name"])
            since[str(org), kind] = min(first, since.get((str(org), kind), first))
    rows: list[Row] = []
    for (org, kind), first in sorted(since.items()):
        for year in _years(first, due.get(kind)):
            name = f"{county}-{year}-{kind}-{org.rpartition('-')[2]}"
            state, reason = _why(kind, year, sources, published)
            rows.append(_row(name, county, year, kind, state, reason, org_id=org, org_name=names[org]))
    return rows + _of_the_county(county, sources, due, published)


def _of_the_county(
    county: str, sources: Sequence[Sought], due: Mapping[str, int], published: set[tuple[str, int]]
) -> list[Row]:
    """What is due of the county as a whole: its government's own; and its departments', where none is known by name."""
    departments = any(kind in _PAIRS for kind, _ in published)
    rows: list[Row] = []
    for kind in (*_GOVERNMENT, *(() if departments else _PAIRS["department_budget"])):
        first = min((year for one, year in published if one in _GOVERNMENT), default=due.get(kind))
        searched = kind in due or any(one.state == "searched" for one in sources)
        years: Sequence[int | None] = _years(first, due.get(kind)) if searched else (None,)
        for year in years:
            if (kind, year) not in published:
                state, reason = _why(kind, year, sources, published)
                rows.append(_row(f"{county}-{year or 'na'}-{kind}-all", county, year, kind, state, reason))
    return rows


def _years(first: int | None, last: int | None) -> range:
    if first is None or last is None:
        return range(0)
    return range(max(first, last - MAX_YEARS + 1), last + 1)


def _why(kind: str, year: int | None, sources: Sequence[Sought], published: set[tuple[str, int]]) -> tuple[State, str]:
    """State and reason of something due that was not found."""
    listing = [one for one in sources if not one.kinds or kind in one.kinds]
    states = {one.state for one in listing}
    if not listing:
        return "not_searched", "kind_not_listed"
    if "searched" in states:
        return "not_published", "others_published" if (kind, year) in published else "none_published"
    if "blocked" in states:
        return "blocked", "columns_refused"
    if "failed" in states:
        return "link_dead", "columns_unreachable"
    return "not_searched", "never_crawled"
