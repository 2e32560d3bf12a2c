"""Passages withheld from releases: the noun, its file, and what it does to the tables of a document. Pure.

withholdings:
  - id: W-0001
    document: 3a2245b9…          # sha256 of the bytes, all 64 digits
    place: p31                   # p31, t9.r3.c2; or document: everything but that it exists
    span: [12, 23]               # characters of the text there, from 0; left out: the whole text
    guard: 9f86d081884c7d65      # first 16 digits of the sha256 of what is withheld (`yujue withhold guard` tells it)
    reason: phone_number
    requested_on: 2026-11-20     # left out where we found it ourselves
    decided_on: 2026-11-23

The file never holds the passage. A guard that does not fit withholds nothing and says so (`stale`): the reading of the
document has changed, and a person must look again. The passage is replaced wherever the document's rows say it: in the
cell or paragraph, in what was taken from it, in the words of findings; an amount in it has the state `withheld`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

WITHHELD: Final = "[不予发布 withheld]"
STATE: Final = "withheld"
DOCUMENT: Final = "document"
MAX_BYTES: Final = 1_000_000
GUARD_DIGITS: Final = 16

Reason = Literal[
    "personal_name", "phone_number", "identity_number", "bank_account", "address", "health", "minor",
    "publisher_withdrew", "legal_order",
]  # fmt: skip
Row = dict[str, Any]
Rows = Mapping[str, list[Row]]

_CELL: Final = re.compile(r"t([1-9]\d{0,5})\.r([1-9]\d{0,6})\.c([1-9]\d{0,4})")
_PARAGRAPH: Final = re.compile(r"p([1-9]\d{0,6})")
# Columns that name rows and kinds; no words of a document stand in them.
_NAMES: Final = re.compile(
    r".*(?:_id|_ids|_sha256|_code|_state|_method|_basis|_source)|state|kind|home|form|line_key|column_key"
)
_KEPT: Final = frozenset({"documents", "disclosures"})  # of a document that is withheld as a whole


class WithholdingError(ValueError):
    """A file of withholdings that cannot be used: which file, which entry, what was expected."""


class Withholding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One passage. See the docstring of the module."""

    id: str
    document: str
    place: str
    reason: Reason
    decided_on: dt.date
    guard: str | None = None
    span: tuple[int, int] | None = None
    requested_on: dt.date | None = None

    def position(self) -> dict[str, int] | None:
        """Columns and values by which rows stand at the place; None for the whole document."""
        if cell := _CELL.fullmatch(self.place):
            return {"table_no": int(cell[1]), "row_no": int(cell[2]), "col_no": int(cell[3])}
        if paragraph := _PARAGRAPH.fullmatch(self.place):
            return {"paragraph_no": int(paragraph[1])}
        return None


def guard_of(passage: str) -> str:
    """What a file says of a passage instead of saying it."""
    return hashlib.sha256(passage.encode()).hexdigest()[:GUARD_DIGITS]


# --------------------------------------------------------------------------------------------------------------- files


def parse_withholdings(raw: bytes, file: str) -> list[Withholding]:
    """Raises WithholdingError naming the file and the entry."""
    if len(raw) > MAX_BYTES:
        raise WithholdingError(f"{file}: larger than {MAX_BYTES} bytes")
    if re.search(rb"(?m)(?:^|[\s\[{,:])[&*!][A-Za-z0-9]", raw):
        raise WithholdingError(f"{file}: anchors, aliases and tags have no place here")
    try:
        loaded = YAML(typ="safe", pure=True).load(raw.decode("utf-8"))
    except (YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise WithholdingError(f"{file}: not YAML in UTF-8: {' '.join(str(error).split())[:160]}") from error
    if loaded is None:
        return []
    if not isinstance(loaded, dict) or set(loaded) != {"withholdings"} or not isinstance(loaded["withholdings"], list):
        raise WithholdingError(f"{file}: expected the one key `withholdings`, a list")
    return [_entry(one, number, file) for number, one in enumerate(loaded["withholdings"], start=1)]


def _entry(one: object, number: int, file: str) -> Withholding:
    where = f"{file}, entry {number}"
    try:
        found = msgspec.convert(one, Withholding, strict=False)
    except msgspec.ValidationError as error:
        raise WithholdingError(f"{where}: {error}") from error
    where = f"{file}, {found.id}"
    if not re.fullmatch(r"W-\d{4,8}", found.id):
        raise WithholdingError(f"{where}: an id is W- and four to eight digits")
    if not re.fullmatch(r"[0-9a-f]{64}", found.document):
        raise WithholdingError(f"{where}: document is the sha256 of its bytes, 64 digits")
    if found.place != DOCUMENT and found.position() is None:
        raise WithholdingError(f"{where}: place is p31, t9.r3.c2 or document")
    if found.place == DOCUMENT and (found.guard or found.span):
        raise WithholdingError(f"{where}: a whole document has no guard and no span")
    if found.place != DOCUMENT and not re.fullmatch(rf"[0-9a-f]{{{GUARD_DIGITS}}}", found.guard or ""):
        raise WithholdingError(f"{where}: guard is what `yujue withhold guard` tells, {GUARD_DIGITS} digits")
    if found.span and not 0 <= found.span[0] < found.span[1]:
        raise WithholdingError(f"{where}: span is [from, to], from 0, in characters")
    return found


def load_withholdings(folder: Path) -> list[Withholding]:
    """The withholdings of every `*.yml` of a folder, by id; none where there is no folder. Raises WithholdingError."""
    found: dict[str, tuple[str, Withholding]] = {}
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else []:
        for one in parse_withholdings(path.read_bytes(), path.name):
            if one.id in found:
                raise WithholdingError(f"{path.name}, {one.id}: stands in {found[one.id][0]} already")
            found[one.id] = (path.name, one)
    return [found[name][1] for name in sorted(found)]


# ---------------------------------------------------------------------------------------------------------------- rows


def passage(one: Withholding, cells: Iterable[Row]) -> str | None:
    """The words at the place, by the rows of raw_cells; None where nothing stands there or the span lies outside."""
    where = one.position()
    if where is None:
        return None
    for row in cells:
        if all(row[column] == value for column, value in where.items()) and row["text"]:
            text = str(row["text"])
            if one.span is None:
                return text
            return text[one.span[0] : one.span[1]] if one.span[1] <= len(text) else None
    return None


def withhold(one: Withholding, rows: Rows) -> tuple[dict[str, list[Row]], dict[str, int] | None]:
    """The rows of one document without the passage, and table → rows changed; None (and the rows) where it is stale.

    rows: those of the document in every table, `raw_cells` among them.
    """
    if one.place == DOCUMENT:
        return _whole_document(rows)
    words = passage(one, rows.get("raw_cells", []))
    if words is None or guard_of(words) != one.guard:
        return dict(rows), None
    where = one.position() or {}
    changed: dict[str, int] = {}
    result: dict[str, list[Row]] = {}
    for table, found in rows.items():
        result[table] = [_without(row, words, where) for row in found]
        if count := sum(old != new for old, new in zip(found, result[table], strict=True)):
            changed[table] = count
    return result, changed


def _whole_document(rows: Rows) -> tuple[dict[str, list[Row]], dict[str, int]]:
    changed = {table: len(found) for table, found in rows.items() if found and table not in _KEPT}
    kept = {table: list(found) if table in _KEPT else [] for table, found in rows.items()}
    for row in kept.get("documents", []):
        row.update(dict.fromkeys(("title_printed", "link_text", "notice_title", "filename"), None))
    return kept, changed


def _without(row: Row, words: str, where: Mapping[str, int]) -> Row:
    """The row with the words replaced; at the place itself also texts that are a part of them, and amounts."""
    here = all(column in row and row[column] == value for column, value in where.items())
    new = {name: _replaced(name, value, words, here=here) for name, value in row.items()}
    if here and new != row and "amount_state" in row:
        new["amount_state"] = STATE
        new.update({name: None for name in row if name.endswith(("_yuan", "_fen")) and name != "resolution_yuan"})
    return new


def _replaced(name: str, value: object, words: str, *, here: bool) -> object:
    if isinstance(value, list):
        return [_replaced(name, one, words, here=here) for one in value]
    if not isinstance(value, str) or _NAMES.fullmatch(name):
        return value
    if words in value and (here or len(words) > 1):
        return value.replace(words, WITHHELD)
    return WITHHELD if here and len(value) > 1 and value in words else value


def record(one: Withholding, changed: Mapping[str, int] | None, names: Collection[tuple[str, str]]) -> Row:
    """A row of table `withheld`. names: (table, name of its file)."""
    files = dict(names)
    return {
        "withholding_id": one.id,
        "document_sha256": one.document,
        "place": one.place,
        "status": "stale" if changed is None else "applied",
        "reason_code": one.reason,
        "requested_on": None if one.requested_on is None else one.requested_on.isoformat(),
        "decided_on": one.decided_on.isoformat(),
        "n_rows": sum((changed or {}).values()),
        "of_tables": sorted(files[table] for table in changed or {}),
    }


def by_document(withholdings: Sequence[Withholding]) -> dict[str, list[Withholding]]:
    """Those of each document; the document as a whole last."""
    found: dict[str, list[Withholding]] = {}
    for one in sorted(withholdings, key=lambda each: (each.place == DOCUMENT, each.id)):
        found.setdefault(one.document, []).append(one)
    return found
