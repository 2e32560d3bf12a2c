"""The values of a document as a reviewer sees them, with the checks that touch each; and what is to be looked at."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import polars as pl

from flows.review.leaves import place_of
from flows.review.shelf import Row, Shelf, Tables
from flows.reviews import JUDGED

Kind = Literal["fails", "doubtful", "issues", "sample"]
KINDS: Final[tuple[Kind, ...]] = ("fails", "doubtful", "issues", "sample")
SAMPLE: Final = 50
MAX_TASKS: Final = 20_000
PLACED: Final = ("document_sha256", "fact_id", "table_no", "row_no", "col_no", "paragraph_no")
WORST: Final = ("fails", "not_assessable", "rounding", "holds", "not_applicable")
_NUMBERS: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class Value:
    """One value. table, row: where it comes from; name: its identifier; place: on its document, as in identifiers.

    outcome: the worst of the checks that touch it, None where none does; rejected findings do not count.
    standing, blank_evidence, implied_yuan: as the release says, None where it has no standings.
    """

    table: str
    row: Row
    name: str
    place: str
    printed: str
    line: str
    column: str
    state: str | None
    yuan: float | None
    unit: str | None
    standing: str | None
    outcome: str | None
    blank_evidence: str | None = None
    implied_yuan: float | None = None

    @property
    def blank(self) -> bool:
        return not self.printed


@dataclass(frozen=True)
class Task:
    """One thing to look at. kind: fact, finding or issue; name: fact_id, fingerprint or issue_id; place: if known."""

    sha256: str
    kind: Literal["fact", "finding", "issue"]
    name: str
    place: str | None


def in_order(place: str | None) -> tuple[int, ...]:
    """A key that sorts places as they are printed within their kind."""
    return tuple(int(number) for number in _NUMBERS.findall(place or ""))


def values_of(tables: Tables) -> list[Value]:
    """Every value that can be judged, as the tables have them: amounts, projects, plans, indicators, claims."""
    touched = _outcomes(tables["findings"])
    stands = {(row["of_table"], row["fact_id"]): row for row in tables.get("standings", ())}
    found = []
    for table, (key, text) in JUDGED.items():
        for row in tables.get(table, ()):
            name = str(row[key])
            stand = stands.get((table, name), row)
            found.append(_value(table, row, name, str(row[text] or ""), touched.get(name), stand))
    return found


def _value(  # noqa: PLR0917 - what a value is made of
    table: str, row: Row, name: str, printed: str, outcome: str | None, stand: Row
) -> Value:
    line, column, state, yuan, unit = _ABOUT[table](row)
    place = place_of(row) or ""
    about = (stand.get("standing"), outcome, stand.get("blank_evidence"), stand.get("implied_yuan"))
    return Value(table, row, name, place, printed, line, column, state, yuan, unit, *about)


def _joined(*parts: object) -> str:
    return " / ".join(str(part) for part in parts if part not in (None, ""))


_ABOUT: Final[dict[str, Any]] = {
    "budget_lines": lambda row: (
        _joined(row["line_code"], row["line_label"]),
        row["column_path"] or "",
        row["amount_state"],
        row["amount_yuan"],
        row["unit_printed"],
    ),
    "indicators": lambda row: (
        _joined(row["level1"], row["level2"], row["level3"]),
        "指标值",
        row["comparator_code"],
        None,
        row["value_unit"],
    ),
    "spending_plans": lambda row: (
        row["project_name"] or "",
        f"支出计划 {row['checkpoint']}",
        row["state"],
        row["planned_yuan"],
        row["unit_inferred"] or row["unit_printed"],
    ),
    "projects": lambda row: (
        row["project_name"] or row["title_printed"] or "",
        "预算数",
        row["total_state"],
        row["total_yuan"],
        row["unit_printed"],
    ),
    "claims": lambda row: (
        row["concept"] or row["subject_printed"] or "",
        "文中",
        row["amount_state"],
        row["amount_yuan"],
        None,
    ),
}


def _outcomes(findings: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """fact_id → the worst outcome of the checks that name it."""
    found: dict[str, str] = {}
    for row in findings:
        outcome = row["outcome"]
        if outcome == "fails" and row.get("human_verdict") == "reject":
            continue
        for fact in row["fact_ids"] or ():
            if fact not in found or WORST.index(outcome) < WORST.index(found[fact]):
                found[fact] = outcome
    return found


def touching(findings: Iterable[Row], name: str) -> list[Row]:
    """The checks that name a value, the worst first."""
    mine = [row for row in findings if name in (row["fact_ids"] or ())]
    return sorted(mine, key=lambda row: (WORST.index(row["outcome"]), row["check_id"]))


def same_amount(values: Iterable[Value], yuan: float | None, without: Sequence[str] = ()) -> list[Value]:
    """Values that are exactly this amount (or its negative), but those of these names: where a difference may come
    from."""
    if not yuan:
        return []
    fen = round(abs(yuan) * 100)
    return [
        one
        for one in values
        if one.yuan and round(abs(one.yuan) * 100) == fen and one.name not in without and one.table != "claims"
    ]


# ---------------------------------------------------------------------------------------------------------- what to do


def kind_of(wanted: str) -> tuple[Kind, int]:
    """`fails`, `doubtful`, `issues`, `sample`, `sample:200` as (kind, how many). Raises ValueError."""
    word, _, number = wanted.strip().replace(" ", ":").partition(":")
    if word not in KINDS or (
        number and (word != "sample" or not number.isdecimal() or not 0 < int(number) <= MAX_TASKS)
    ):
        raise ValueError(wanted)
    return word, int(number) if number else SAMPLE


def tasks_of(shelf: Shelf, kind: Kind, count: int, documents: Sequence[Row]) -> list[Task]:
    """What there is to look at, by document, in the order of the print. A sample is the same for the same documents."""
    found: list[Task] = []
    if kind == "fails":
        found = list(_of_findings(shelf.rows("findings", pl.col("outcome") == "fails")))
    elif kind == "issues":
        found = list(_of_issues(shelf.rows("issues", pl.col("severity") != "info")))
    elif kind == "doubtful":
        found = list(_doubtful(shelf))
    else:
        facts = shelf.rows("budget_lines", pl.col("printed_text").is_not_null(), columns=PLACED)
        every = [] if facts.is_empty() else sorted(facts["fact_id"].to_list())
        chosen = set(random.Random("\n".join(every[:1000])).sample(every, min(count, len(every))))  # noqa: S311
        found = list(_of_facts(facts.filter(pl.col("fact_id").is_in(list(chosen))))) if chosen else []
    order = {row["document_sha256"]: number for number, row in enumerate(documents)}
    return sorted(found, key=lambda one: (order.get(one.sha256, 0), in_order(one.place), one.name))[:MAX_TASKS]


def _of_findings(frame: pl.DataFrame) -> Iterator[Task]:
    for row in frame.iter_rows(named=True):
        places = row["places"] or [None]
        yield Task(row["document_sha256"], "finding", row["fingerprint"], places[0])


def _of_issues(frame: pl.DataFrame) -> Iterator[Task]:
    for row in frame.iter_rows(named=True):
        if row["document_sha256"] is not None:
            yield Task(row["document_sha256"], "issue", row["issue_id"], row["place"])


def _of_facts(frame: pl.DataFrame) -> Iterator[Task]:
    for row in frame.iter_rows(named=True):
        yield Task(row["document_sha256"], "fact", row["fact_id"], place_of(row))


def _doubtful(shelf: Shelf) -> Iterator[Task]:
    """Values of the standing `doubtful`; where a release has no standings, those that a check takes for misread and
    those that print something we cannot take for an amount."""
    facts = shelf.rows("budget_lines", columns=(*PLACED, "standing", "amount_state"))
    if facts.is_empty():
        return
    if "standing" in facts.columns:
        yield from _of_facts(facts.filter(pl.col("standing") == "doubtful"))
        return
    standings = shelf.rows("standings", columns=("fact_id", "standing"))
    if not standings.is_empty():
        doubted = standings.filter(pl.col("standing") == "doubtful")["fact_id"].to_list()
        yield from _of_facts(facts.filter(pl.col("fact_id").is_in(doubted)))
        return
    unread = pl.col("amount_state").is_in(["not_numeric", "illegible", "masked"])
    suspected = {
        f"{row['document_sha256'][:16]}.{place}"
        for row in shelf.rows("findings", pl.col("cause") == "reading").iter_rows(named=True)
        for place in row["suspects"] or ()
    }
    yield from _of_facts(facts.filter(unread | pl.col("fact_id").is_in(list(suspected))))
