"""What was read back against what was printed: every fact by its statement, line and column.

A fact is equal when printed text (white space aside), state and fen are. One that is not is told where an issue speaks
of it: of its place, its table, its page or the whole document. The rest is silent, and there must be none of it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.roundtrip.model import Document, Project, Table
from crawl.schema import Provenance
from extract.interpret import interpret_reading
from extract.readers import read_document
from normalize.facts import build_rows

Rows = dict[str, list[dict[str, Any]]]
Key = tuple[str, ...]
Said = tuple[str, str, int | None]  # printed text, state, fen

# Issues that speak of something else than the texts and amounts of tables: they excuse no difference.
BESIDE = frozenset(
    {
        "organisation_unknown",
        "organisation_conflict",
        "several_organisations",
        "organisation_placeholder",
        "fiscal_year_unknown",
        "fiscal_year_conflict",
        "edition_conflict",
        "region_conflict",
        "not_what_its_name_says",
        "converted",
        "code_name_pair",
        "unlisted_code",
        "stamp_not_read",
        "unknown_column",
    }
)
PRINTED_NONE = ""


@dataclass
class Compared:
    """Of one document. silent: one line each; told: codes of the issues that told of a difference."""

    equal: int = 0
    told: Counter[str] = field(default_factory=Counter)
    silent: list[str] = field(default_factory=list)
    issues: Counter[str] = field(default_factory=Counter)

    @property
    def facts(self) -> int:
        return self.equal + sum(self.told.values()) + len(self.silent)


def tight(text: str | None) -> str:
    """Without white space: lines and spaces are the page's."""
    return re.sub(r"[\s\u200b\ufeff]+", "", text or "")


def read_rows(data: bytes, filename: str) -> Rows:
    """The product's public way: bytes → Reading → Interpretation → rows."""
    reading = read_document(data, filename=filename)
    return build_rows(reading, interpret_reading(reading), Provenance(filename=filename))


def compare(document: Document, rows: Rows) -> Compared:
    """Facts of every table and form of the document against the rows read from it."""
    found = Compared(issues=Counter(str(row["code"]) for row in rows["issues"]))
    excuses = [row for row in rows["issues"] if row["code"] not in BESIDE]
    _statements(document, rows, excuses, found)
    _projects(document, rows, excuses, found)
    return found


# --------------------------------------------------------------------------------------------------------- statements


def expected(table: Table) -> list[tuple[Key, Said]]:
    """(code, label, column) → what it says, for every amount position of a labelled line, in printed order."""
    out: list[tuple[Key, Said]] = []
    for lane, lines in enumerate(table.lanes):
        paths = ["/".join(tight(part) for part in table.columns[i].path) for i in table.lane_columns(lane, "amount")]
        for line in lines:
            for path, value in zip(paths, line.values, strict=True):
                out.append(((line.code, tight(line.label), path), (tight(value.text), value.state, value.fen)))
    return out


def _read(rows: Iterable[dict[str, Any]]) -> list[tuple[Key, Said]]:
    return [
        (
            (str(row["line_code"] or ""), tight(row["line_label"]), tight(row["column_path"])),
            (tight(row["printed_text"]), str(row["amount_state"]), row["amount_fen"]),
        )
        for row in rows
    ]


def _statements(document: Document, rows: Rows, excuses: list[dict[str, Any]], found: Compared) -> None:
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows["budget_lines"]:
        if row["statement_code"] not in ("org_units", "procurement", "assets"):
            groups[row["statement_code"], tight(_plain_title(row["statement_title"]))].append(row)
    left = dict(groups)
    for table in document.tables:
        here = left.pop((table.code, tight(table.title)), [])
        facts, read = expected(table), _read(here)
        _tally(f"{table.family} {table.title}", facts, read, _excuse(here, rows, excuses, table), found)
    for (code, title), more in left.items():
        for key, said in _read(more):
            excuse = _excuse(more, rows, excuses, None)
            _differs(f"{code} {title!r}: not printed: {key} {said}", excuse, found)


def _plain_title(title: str | None) -> str:
    return re.sub(r"(?:[（(]?单位[：:].*)$", "", tight(title))


def _tally(
    name: str, facts: list[tuple[Key, Said]], read: list[tuple[Key, Said]], excuse: str, found: Compared
) -> None:
    ours: dict[Key, list[Said]] = defaultdict(list)
    theirs: dict[Key, list[Said]] = defaultdict(list)
    for key, said in facts:
        ours[key].append(said)
    for key, said in read:
        theirs[key].append(said)
    for key in {**ours, **theirs}:
        wanted, got = ours.get(key, []), theirs.get(key, [])
        for i in range(max(len(wanted), len(got))):
            a, b = wanted[i] if i < len(wanted) else None, got[i] if i < len(got) else None
            if a == b:
                found.equal += 1
            else:
                lost = "unrecognized_table" if b is None and found.issues["unrecognized_table"] else ""
                if a is not None and b is not None and (a[0], b[1]) == (b[0], "not_numeric"):
                    lost = "amount_not_numeric" if found.issues["amount_not_numeric"] else ""
                _differs(f"{name}: {'/'.join(key)}: printed {a}, read {b}", excuse or lost, found)


def _differs(what: str, excuse: str, found: Compared) -> None:
    if excuse:
        found.told[excuse] += 1
    else:
        found.silent.append(what)


def _excuse(here: list[dict[str, Any]], rows: Rows, excuses: list[dict[str, Any]], table: Table | None) -> str:
    """The code of an issue that speaks of this statement's tables or pages, or of no place at all; "" for none."""
    tables = {row["table_no"] for row in here}
    pages = {row["page"] for row in here if row["page"] is not None}
    for row in excuses:
        match = re.match(r"t(\d+)\.", str(row["place"] or ""))
        if (match and int(match[1]) in tables) or (row["page"] is not None and not match and row["page"] in pages):
            return str(row["code"])
    return _general(excuses)


def _general(excuses: list[dict[str, Any]]) -> str:
    return next(
        (
            str(r["code"])
            for r in excuses
            if r["place"] in (None, "document") and r["page"] is None and r["severity"] != "info"
        ),
        "",
    )


# --------------------------------------------------------------------------------------------------------------- forms


def expected_project(project: Project) -> list[tuple[Key, Said]]:
    facts: list[tuple[Key, Said]] = [
        (("project", "total"), (project.total.text, project.total.state, project.total.fen)),
        (("project", "fiscal"), (project.fiscal.text, project.fiscal.state, None)),
        (("project", "other"), (project.other.text, project.other.state, None)),
        (("project", "name"), (tight(project.name), "", None)),
    ]
    if project.shape == "hebei":
        facts.append((("project", "code"), (project.code, "", None)))
        facts += [(("plan",), (text, "", None)) for text in project.plan]
    facts.append((("goals",), (tight("".join(project.goals)), "", None)))
    for each in project.indicators:
        key = ("indicator", tight(each.level1), tight(each.level2), tight(each.level3))
        facts.append((key, (tight(each.value), "", None)))
        if project.shape == "hebei":
            facts.append(((*key, "description"), (tight(each.description), "", None)))
            facts.append(((*key, "basis"), (tight(each.basis), "", None)))
    return facts


def _read_project(row: dict[str, Any], rows: Rows, shape: str) -> list[tuple[Key, Said]]:
    facts: list[tuple[Key, Said]] = [
        (("project", "total"), (tight(row["total_printed"]), str(row["total_state"]), row["total_fen"])),
        (("project", "fiscal"), (tight(row["fiscal_printed"]), str(row["fiscal_state"]), None)),
        (("project", "other"), (tight(row["other_printed"]), str(row["other_state"]), None)),
        (("project", "name"), (tight(row["project_name"]), "", None)),
    ]
    ident = row["project_id"]
    if shape == "hebei":
        facts.append((("project", "code"), (tight(row["project_code"]), "", None)))
        plans = [r for r in rows["spending_plans"] if r["project_id"] == ident]
        facts += [(("plan",), (tight(r["printed_text"]), "", None)) for r in plans]
    facts.append((("goals",), (tight(row["goal_text"]), "", None)))
    for r in rows["indicators"]:
        if r["project_id"] != ident:
            continue
        key = ("indicator", tight(r["level1"]), tight(r["level2"]), tight(r["level3"]))
        facts.append((key, (tight(r["value_printed"]), "", None)))
        if shape == "hebei":
            facts.append(((*key, "description"), (tight(r["description"]), "", None)))
            facts.append(((*key, "basis"), (tight(r["basis"]), "", None)))
    return facts


def _projects(document: Document, rows: Rows, excuses: list[dict[str, Any]], found: Compared) -> None:
    excuse = _excuse([], rows, excuses, None)
    listed = [row for row in rows["projects"] if row["form"] == "project_list"]
    read = [row for row in rows["projects"] if row["form"] != "project_list"]
    for number, project in enumerate(document.projects):
        row = read[number] if number < len(read) else None
        facts = [] if row is None else _read_project(row, rows, project.shape)
        _tally(f"project {number + 1}", expected_project(project), facts, excuse, found)
    for row in read[len(document.projects) :]:
        _differs(f"project not printed: {row['project_name']!r}", excuse, found)
    wanted: list[tuple[Key, Said]] = [
        (("listed", tight(line.label)), (tight(line.values[0].text), line.values[0].state, line.values[0].fen))
        for table in document.tables
        if table.code == "project_expenditure"
        for line in table.lanes[0][1:]
        if line.values[0].text  # a line without an amount names no project
    ]
    said: list[tuple[Key, Said]] = [
        (("listed", tight(r["project_name"])), (tight(r["total_printed"]), str(r["total_state"]), r["total_fen"]))
        for r in listed
    ]
    _tally("list of projects", wanted, said, excuse, found)
