"""Revisions: which document took the place of which, and what differs, cell by cell.

Nothing is retracted: both documents stay, with their rows; `documents.is_current` and `replaced_by` say which one
holds. Two grounds are known, and no other is guessed:

same_url      the address gave other bytes at a later visit (the ledger knows; bytes that come back are current again),
              and they are of the same disclosure: an address that now serves next year's report retracted nothing
republished   the same disclosure (county, year, kind, edition, organisation) and stage was published at a later date,
              and prints at least `SHARED` of the older one's cells: a table sent after a report replaces nothing
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from crawl.schema import Body
from normalize.label import squeeze
from normalize.schema import Row

Basis = Literal["same_url", "republished"]
Op = Literal["added", "gone", "changed"]
Key = tuple[str, str]  # table; what the cell means

SHARED: Final = 0.5
MAX_VERSION: Final = 32_000


@dataclass(frozen=True, slots=True)
class Cell:
    """What a document prints at one meaning. yuan: where it is an amount of money that could be read."""

    text: str | None
    yuan: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. before is None for an added cell, after for one that is gone."""

    op: Op
    key: Key
    before: Cell | None
    after: Cell | None


@dataclass(frozen=True, slots=True)
class Replacement:
    """new took the place of old. is_in_force: it still does."""

    old: str
    new: str
    basis: Basis
    is_in_force: bool = True


# ---------------------------------------------------------------------------------------------------------------- diff


def diff(before: Mapping[Key, Cell], after: Mapping[Key, Cell]) -> list[Change]:
    """What makes `after` of `before`, in the order of the keys. apply_changes(diff(a, b), a) == b."""
    changes: list[Change] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        op: Op = "added" if old is None else "gone" if new is None else "changed"
        changes.append(Change(op, key, old, new))
    return changes


def apply_changes(changes: Iterable[Change], before: Mapping[Key, Cell]) -> dict[Key, Cell]:
    """The newer cells, of the older ones and the changes. Raises ValueError where a change does not fit."""
    cells = dict(before)
    for change in changes:
        if cells.get(change.key) != change.before:
            raise ValueError(f"{change.key}: {cells.get(change.key)} stands there, not {change.before}")
        if change.after is None:
            del cells[change.key]
        else:
            cells[change.key] = change.after
    return cells


def cells_of(tables: Mapping[str, Iterable[Row]]) -> tuple[dict[Key, Cell], dict[Key, str]]:
    """Cells by what they mean, and the row each comes from, of one document's rows in reading order.

    A cell is an amount of a statement, the total of a project or the value of an indicator. Its key holds no place:
    rows and pages may move. What repeats under one meaning is counted.
    """
    cells: dict[Key, Cell] = {}
    ids: dict[Key, str] = {}
    counted: Counter[tuple[str, str]] = Counter()
    for table, row, parts, text, yuan, name in _printed(tables):
        meaning = "|".join(squeeze(part).replace("|", "¦") if part else "" for part in parts)
        counted[table, meaning] += 1
        key = (table, f"{meaning}|{counted[table, meaning]}")
        cells[key] = Cell(_str(row[text]), row[yuan] if yuan and isinstance(row[yuan], float) else None)  # type: ignore[arg-type]
        ids[key] = str(row[name])
    return cells, ids


def _printed(
    tables: Mapping[str, Iterable[Row]],
) -> Iterable[tuple[str, Row, tuple[str | None, ...], str, str | None, str]]:
    for row in tables.get("budget_lines", ()):
        code = str(row["statement_code"])
        title = _str(row["statement_title"]) if code in ("other", "unrecognized") else None
        parts: tuple[str | None, ...] = (
            code,
            title,
            _str(row["line_key"]),
            _str(row["column_path"]),
            _str(row["stage"]),
        )
        yield "budget_lines", row, parts, "printed_text", "amount_yuan", "fact_id"
    for row in tables.get("projects", ()):
        parts = (_str(row["project_code"]), _str(row["project_name"]))
        yield "projects", row, parts, "total_printed", "total_yuan", "project_id"
    for row in tables.get("indicators", ()):
        parts = tuple(_str(row[name]) for name in ("project_name", "level1", "level2", "level3"))
        yield "indicators", row, parts, "value_printed", None, "indicator_id"


def _str(value: object) -> str | None:
    return None if value is None else str(value)


# -------------------------------------------------------------------------------------------------- what replaced what


def same_url(bodies: Sequence[Body]) -> list[Replacement]:
    """Replacements by address, of the bodies the ledger knows, in the order of the visits. Sorted, each pair once.

    in force: the older document is not current at any address, and the newer one is what holds where it stood.
    """
    last: dict[tuple[str, str], str] = {}
    pairs: dict[tuple[str, str], tuple[str, str]] = {}
    for body in bodies:
        at = (body.source_id, body.url)
        before = last.get(at)
        if before is not None and before != body.sha256:
            pairs[before, body.sha256] = at
        last[at] = body.sha256
    current = set(last.values())
    return [Replacement(old, new, "same_url", is_in_force=old not in current) for old, new in sorted(pairs)]


def of_members(replacements: Iterable[Replacement], documents: Iterable[Row]) -> list[Replacement]:
    """The replacements, and those of the members of archives that replaced each other (by their paths in them)."""
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for row in documents:
        if row["parent_sha256"] is not None:
            held[str(row["parent_sha256"])][str(row["member_path"])] = str(row["document_sha256"])
    found = list(replacements)
    for one in list(found):
        old, new = held.get(one.old, {}), held.get(one.new, {})
        kept = set(new.values())
        found += [
            Replacement(old[path], new[path], one.basis, one.is_in_force)
            for path in sorted(old.keys() & new.keys())
            if old[path] not in kept
        ]
    return found


def same_disclosure(old: Row, new: Row) -> bool:
    """Whether nothing that is known of both rows of `disclosures` says that they are two things."""
    names = ("org_id", "fiscal_year", "doc_type", "entity_level", "stage")
    return all(old[name] is None or new[name] is None or old[name] == new[name] for name in names)


def current_at(bodies: Iterable[Body], moment: str | None = None) -> set[str]:
    """Documents that were current at a moment (UTC, ISO 8601 with seconds as the ledger writes it; None: now).

    The newest body each address had given by then. An address that is gone keeps its last one.
    """
    last = {(b.source_id, b.url): b.sha256 for b in bodies if moment is None or b.at <= moment}
    return set(last.values())


def republished(
    disclosures: Iterable[Row], current: Iterable[str], cells: Mapping[str, Mapping[Key, Cell]]
) -> list[Replacement]:
    """Replacements among current documents of one disclosure and stage, by date of publication.

    cells: of every document that may be one (`candidates`). Each later document is compared with the newest earlier
    one that it shares enough cells with. Without two different dates nothing is said to replace anything.
    """
    found: list[Replacement] = []
    for group in candidates(disclosures, current):
        for number, (day, new) in enumerate(group):
            for earlier, old in reversed(group[:number]):
                if earlier < day and _shared(cells.get(old, {}), cells.get(new, {})) >= SHARED:
                    found.append(Replacement(old, new, "republished"))
                    break
    return sorted(found, key=lambda one: (one.old, one.new))


def candidates(disclosures: Iterable[Row], current: Iterable[str]) -> list[list[tuple[dt.date, str]]]:
    """(date, document) of current documents that share disclosure and stage, where dates differ; oldest first."""
    there = set(current)
    groups: dict[tuple[str, str | None], list[tuple[dt.date, str]]] = defaultdict(list)
    for row in disclosures:
        known = all(row[name] is not None for name in ("county_code", "org_id", "fiscal_year"))
        day = row["published_date"]
        if known and isinstance(day, dt.date) and row["document_sha256"] in there:
            groups[str(row["disclosure_id"]), _str(row["stage"])].append((day, str(row["document_sha256"])))
    ordered = [sorted(set(group)) for _, group in sorted(groups.items(), key=lambda item: str(item[0]))]
    return [group for group in ordered if len({day for day, _ in group}) > 1]


def _shared(old: Mapping[Key, Cell], new: Mapping[Key, Cell]) -> float:
    """Share of the older document's printed cells whose meaning the newer one prints too; 0 where it prints none."""
    printed = [key for key, cell in old.items() if cell.text is not None]
    return sum(key in new and new[key].text is not None for key in printed) / len(printed) if printed else 0.0


def standing(
    documents: Iterable[Row], current: Iterable[str], replacements: Sequence[Replacement]
) -> dict[str, tuple[bool, int, str | None]]:
    """Document → (is_current, version_no, replaced_by), for all rows of `documents`.

    current: what holds by the ledger (`holding`). A document that is replaced by a later publication holds no more.
    replaced_by: the last one of the chain.
    """
    known, there = [str(row["document_sha256"]) for row in documents], set(current)
    in_force = [one for one in replacements if one.is_in_force]
    after = {one.old: one.new for one in in_force}
    before: dict[str, list[str]] = defaultdict(list)
    for one in in_force:
        before[one.new].append(one.old)
    return {
        sha256: (
            sha256 in there and sha256 not in after,
            min(1 + len(_reached(sha256, before)), MAX_VERSION),
            _end(sha256, after),
        )
        for sha256 in known
    }


def holding(documents: Iterable[Row], pairs: Iterable[Replacement], kept: Iterable[Replacement]) -> set[str]:
    """Documents that hold by the ledger: current at an address, or put away there for what is another disclosure.

    pairs: replacements by address; kept: those of them that are of one disclosure.
    """
    replaced = {one.old for one in kept if one.is_in_force}
    put_away = {one.old for one in pairs if one.is_in_force} - replaced
    return {str(row["document_sha256"]) for row in documents if row["is_current"] or row["document_sha256"] in put_away}


def _end(sha256: str, after: Mapping[str, str]) -> str | None:
    seen = {sha256}
    at = sha256
    while at in after and after[at] not in seen:
        at = after[at]
        seen.add(at)
    return None if at == sha256 else at


def _reached(sha256: str, before: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(before.get(sha256, ()))
    while waiting:
        at = waiting.pop()
        if at not in found and at != sha256:
            found.add(at)
            waiting += before.get(at, ())
    return found


# ---------------------------------------------------------------------------------------------------------------- rows


def revision_rows(
    one: Replacement, disclosures: Mapping[str, Row], tables: Mapping[str, Mapping[str, Iterable[Row]]]
) -> tuple[Row, list[Row]]:
    """The row of `revisions` and the rows of `revision_cells`. tables: document → its rows per table."""
    old_cells, old_ids = cells_of(tables.get(one.old, {}))
    new_cells, new_ids = cells_of(tables.get(one.new, {}))
    changes = diff(old_cells, new_cells)
    ops = Counter(change.op for change in changes)
    revision_id = f"{one.old[:16]}-{one.new[:16]}"
    row: Row = {
        "revision_id": revision_id,
        "document_sha256": one.new,
        "replaces_sha256": one.old,
        "disclosure_id": disclosures[one.new]["disclosure_id"],
        "basis": one.basis,
        "is_in_force": one.is_in_force,
        "published_date_before": disclosures[one.old]["published_date"] if one.old in disclosures else None,
        "published_date": disclosures[one.new]["published_date"],
        "n_added": ops["added"],
        "n_gone": ops["gone"],
        "n_changed": ops["changed"],
        "n_same": len(old_cells.keys() & new_cells.keys()) - ops["changed"],
    }
    return row, [
        {
            "revision_id": revision_id,
            "document_sha256": one.new,
            "op": change.op,
            "of_table": change.key[0],
            "cell_key": change.key[1],
            "id_before": old_ids.get(change.key),
            "id_after": new_ids.get(change.key),
            "text_before": change.before.text if change.before else None,
            "text_after": change.after.text if change.after else None,
            "yuan_before": change.before.yuan if change.before else None,
            "yuan_after": change.after.yuan if change.after else None,
        }
        for change in changes
    ]
