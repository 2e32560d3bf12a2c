"""One document as its page shows it: the printed grids in order, each cell with what the checks say of it.

Everything comes from the release. Anchors are the `Place.ref()` of the facts (`t9.r14.c3`, `p61`), so that a fact_id
is the address of its cell: the page of its document, and the part of the identifier after the first dot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from flows.failing import REJECTED
from flows.reviews import counts_as_failing
from flows.site import words
from flows.site.details import Details
from flows.site.history import Step, steps
from flows.site.release import Row

CELLS_OF_A_PART: Final = 3000  # cells of one HTML page; a longer document has several
PAGES_OF_A_PART: Final = 40
ROWS_OF_A_PIECE: Final = 300  # rows of one HTML table; a longer one is shown in several
MOST_COLUMNS: Final = 300
MOST_FINDINGS: Final = 100
HEADERS: Final = frozenset({"header", "column_number"})


@dataclass
class GridCell:
    """One printed cell. outcome: worst of the checks that touch it; None where it is no fact (nothing to colour)."""

    ref: str
    text: str
    rowspan: int
    colspan: int
    is_header: bool
    is_label: bool
    outcome: str | None
    told: bool
    box: tuple[float, float, float, float] | None

    @property
    def mark(self) -> str:
        return "" if self.outcome is None else words.MARKS[self.outcome]


@dataclass(eq=False)
class Grid:
    """A printed table, or some rows of a long one. rows: (row_no, cells)."""

    number: int
    first: bool
    rows: list[tuple[int, list[GridCell]]]
    statement: Row | None
    columns_left_out: int = 0

    @property
    def cells(self) -> int:
        return sum(len(row) for _, row in self.rows)

    @property
    def is_told(self) -> bool:
        """Whether a cell of it can be chosen; the keys that move among cells then scroll the table too."""
        return any(cell.told for _, row in self.rows for cell in row)


@dataclass(eq=False)
class Prose:
    """A paragraph or heading outside tables."""

    ref: str
    text: str
    kind: str
    outcome: str | None
    told: bool
    box: tuple[float, float, float, float] | None


@dataclass
class Sheet:
    """What stands on one page; for formats without pages, a run of blocks. picture: address below the site's root."""

    page: int | None
    blocks: list[Grid | Prose] = field(default_factory=list)
    picture: Row | None = None

    @property
    def cells(self) -> int:
        return sum(block.cells if isinstance(block, Grid) else 1 for block in self.blocks)

    def marks(self) -> Iterator[GridCell | Prose]:
        """What is drawn over the picture: cells and paragraphs that have something to say."""
        for block in self.blocks:
            if isinstance(block, Prose):
                if block.told and block.box:
                    yield block
                continue
            for _, row in block.rows:
                yield from (cell for cell in row if cell.told and cell.box)


@dataclass
class Document:
    """One document with all that is known of it. parts: one HTML page each."""

    row: Row
    disclosure: Row
    parts: list[list[Sheet]]
    details: Details
    findings: list[Row]
    findings_left_out: int
    outcomes: dict[str, int]
    statements: list[Row]
    issues: list[Row]
    revisions: list[Row]
    corrections: list[Row]
    history: list[Step]
    since: str | None  # the first release that has it, of those beside this one

    @property
    def key(self) -> str:
        return str(self.row["document_sha256"])[:16]

    @property
    def county(self) -> str | None:
        return self.disclosure.get("county_code") or self.row.get("county_code")

    def part_of(self, ref: str) -> int:
        """The part (from 0) an anchor stands on."""
        return self.where.get(ref.split(".", maxsplit=1)[0], 0)

    @property
    def where(self) -> dict[str, int]:
        """`t9`, `p61` → part; of a table in several parts the first (the page itself knows the rest by rows)."""
        found: dict[str, int] = {}
        for number, part in enumerate(self.parts):
            for sheet in part:
                for block in sheet.blocks:
                    name = f"t{block.number}" if isinstance(block, Grid) else block.ref
                    found.setdefault(name, number)
        return found

    @property
    def steps(self) -> list[list[Any]]:
        """[table, first row, part] wherever a table begins or goes on: how the script finds the part of a cell."""
        return [
            [block.number, block.rows[0][0] if block.rows else 1, number]
            for number, part in enumerate(self.parts)
            for sheet in part
            for block in sheet.blocks
            if isinstance(block, Grid)
        ]

    @property
    def paragraphs(self) -> list[list[int]]:
        """[first paragraph of the part, part]."""
        found = []
        for number, part in enumerate(self.parts):
            numbers = [
                int(block.ref[1:])
                for sheet in part
                for block in sheet.blocks
                if isinstance(block, Prose) and block.ref[1:].isdigit()
            ]
            if numbers:
                found.append([min(numbers), number])
        return found


def place_of(row: Row) -> str | None:
    """`t9.r14.c3` or `p61` of a row with place columns."""
    if row.get("table_no") is not None and row.get("row_no") is not None:
        return f"t{row['table_no']}.r{row['row_no']}.c{row['col_no'] or 1}"
    return f"p{row['paragraph_no']}" if row.get("paragraph_no") is not None else None


def make_document(row: Row, tables: dict[str, list[Row]]) -> Document:
    """The page of a document from its rows: table → rows of this document, in the order of the release."""
    findings = [
        one
        for one in tables.get("findings", [])
        if one["outcome"] in words.RANK and (one["outcome"] != "fails" or counts_as_failing(one))
    ]
    by_place = _by_place(findings)
    details = Details(tables, findings, by_place)
    disclosure = (tables.get("disclosures") or [{}])[0]
    statements = {one["table_no"]: one for one in tables.get("statements", [])}
    sheets = _sheets(tables.get("raw_cells", []), statements, details)
    shown = sorted(
        (one for one in findings if one["outcome"] in ("fails", "rounding")),
        key=lambda one: (-words.RANK[one["outcome"]], one["severity"] != "error", one["check_id"]),
    )
    counts: dict[str, int] = defaultdict(int)
    for one in tables.get("findings", []):
        counts[str(one["outcome"]) if one["outcome"] != "fails" or counts_as_failing(one) else REJECTED] += 1
    return Document(
        row,
        disclosure,
        _parts(sheets),
        details,
        shown[:MOST_FINDINGS],
        max(0, len(shown) - MOST_FINDINGS),
        {name: counts[name] for name in words.MARKS if counts.get(name)},
        tables.get("statements", []),
        tables.get("issues", []),
        tables.get("revisions", []),
        tables.get("corrections", []),
        steps(tables.get("history", [])),
        next((str(one["version"]) for one in tables.get("since", [])), None),
    )


def _by_place(findings: Sequence[Row]) -> dict[str, list[int]]:
    """Place → numbers of the findings that touch it, the worst first."""
    found: dict[str, set[int]] = defaultdict(set)
    for number, one in enumerate(findings):
        for identifier in one["fact_ids"] or []:
            found[_place_in(str(identifier))].add(number)
        for place in one["places"] or []:
            found[str(place)].add(number)
    return {
        place: sorted(numbers, key=lambda one: (-words.RANK[findings[one]["outcome"]], one))
        for place, numbers in found.items()
    }


def _place_in(identifier: str) -> str:
    """The place in an identifier: `3a2245b978ca3436.t9.r14.c3` → `t9.r14.c3`, `….p12.1` → `p12`."""
    rest = identifier.partition(".")[2]
    return rest.partition(".")[0] if rest.startswith("p") else ".".join(rest.split(".")[:3])


def _sheets(cells: Iterable[Row], statements: dict[Any, Row], details: Details) -> list[Sheet]:
    sheets: list[Sheet] = []
    paged = False
    for (kind, number, page), group in groupby(cells, key=_block_key):
        rows = list(group)
        paged = paged or page is not None
        blocks: list[Grid | Prose] = (
            list(_grids(number, rows, statements, details))
            if kind == "table"
            else [said for one in rows if (said := _prose(one, details)) is not None]
        )
        for block in blocks:
            if not sheets or (page is not None and page != sheets[-1].page) or (not paged and _is_full(sheets[-1])):
                sheets.append(Sheet(page))
            sheets[-1].blocks.append(block)
    if paged:  # a footnote read late belongs to its page
        by_page: dict[Any, Sheet] = {}
        for sheet in sheets:
            by_page.setdefault(sheet.page, Sheet(sheet.page)).blocks.extend(sheet.blocks)
        return sorted(by_page.values(), key=lambda one: (one.page is None, one.page or 0))
    return sheets


def _block_key(row: Row) -> tuple[str, Any, Any]:
    if row["table_no"] is not None and row["row_no"] is not None:
        return ("table", row["table_no"], row["page"])
    return ("prose", None, row["page"])


def _is_full(sheet: Sheet) -> bool:
    return sheet.cells >= CELLS_OF_A_PART // 4


def _grids(number: int, rows: list[Row], statements: dict[Any, Row], details: Details) -> Iterator[Grid]:
    """The pieces of one printed table. Cells of one row stand together; positions that nothing covers stay empty."""
    rows.sort(key=lambda one: (one["row_no"], one["col_no"] or 0))
    grid: list[tuple[int, list[GridCell]]] = []
    first, most = True, 0
    for row_no, group in groupby(rows, key=lambda one: one["row_no"]):
        listed = list(group)
        most = max(most, len(listed))
        cells = [_cell(one, number, details) for one in listed[:MOST_COLUMNS]]
        grid.append((int(row_no), cells))
        if len(grid) >= ROWS_OF_A_PIECE:
            yield Grid(number, first, grid, statements.get(number) if first else None, max(0, most - MOST_COLUMNS))
            grid, first, most = [], False, 0
    if grid:
        yield Grid(number, first, grid, statements.get(number) if first else None, max(0, most - MOST_COLUMNS))


def _cell(row: Row, number: int, details: Details) -> GridCell:
    ref = f"t{number}.r{row['row_no']}.c{row['col_no'] or 1}"
    home = str(row["home"])
    outcome, told = details.tell(ref, row)
    return GridCell(
        ref,
        str(row["text"] or ""),
        max(1, int(row["rowspan"] or 1)),
        max(1, int(row["colspan"] or 1)),
        home in HEADERS or row["kind"] == "header_repeat",
        home in ("label", "caption"),
        outcome,
        told,
        _box(row),
    )


def _prose(row: Row, details: Details) -> Prose | None:
    text = str(row["text"] or "")
    if not text.strip():
        return None
    ref = f"p{row['paragraph_no']}" if row["paragraph_no"] is not None else f"b{row['block_no']}"
    outcome, told = details.tell(ref, row)
    return Prose(ref, text, str(row["kind"]), outcome if told else None, told, _box(row))


def _box(row: Row) -> tuple[float, float, float, float] | None:
    if any(row[edge] is None for edge in ("x0", "y0", "x1", "y1")):
        return None
    x0, y0, x1, y1 = (round(float(row[edge]), 1) for edge in ("x0", "y0", "x1", "y1"))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _parts(sheets: list[Sheet]) -> list[list[Sheet]]:
    parts: list[list[Sheet]] = [[]]
    cells = 0
    for sheet in sheets:
        if parts[-1] and (cells + sheet.cells > CELLS_OF_A_PART or len(parts[-1]) >= PAGES_OF_A_PART):
            parts.append([])
            cells = 0
        parts[-1].append(sheet)
        cells += sheet.cells
    return parts
