"""One document as the checks see it: statement → lanes → lines → one Cell per amount column; projects; what it is.

Made by `flows.checks.facts` from the rows of the document; nothing here reads rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from flows.checks.noun import Cell
from flows.checks.prose import Prose

AnyRow = Mapping[str, Any]
Tables = Mapping[str, Sequence[AnyRow]]

UNREAD_STATEMENTS = frozenset({"other", "unrecognized"})
CODE_LENGTHS = {"functional": (3, 5, 7), "economic_department": (3, 5), "economic_government": (3, 5)}


class ColumnView(msgspec.Struct, frozen=True):
    """One amount column of one lane. key: the form's name for it; path: header texts joined with `/`."""

    lane: int
    key: str | None
    path: str
    stage: str | None

    @property
    def name(self) -> str:
        """The printed header nearest to the amounts."""
        return self.path.rpartition("/")[2] or self.key or ""

    @property
    def ident(self) -> str:
        return self.key or self.path


class LineView(msgspec.Struct):
    """One labelled line of one lane; cells by column. `path` is the row's line_key."""

    lane: int
    code: str | None
    label: str
    key: str | None
    path: str
    level: int
    role: str
    class_system: str | None
    cells: dict[ColumnView, Cell]

    @property
    def ident(self) -> str:
        return self.code or self.key or self.path

    @property
    def any_known(self) -> bool:
        """Whether an amount other than zero is printed on the line."""
        return any(cell.known and cell.yuan != 0 for cell in self.cells.values())


class StatementView(msgspec.Struct):
    """One statement of the document. lines: in printed order, lane by lane. columns: in printed order.

    cut: what we read is only a piece of the printed table, by `flows.checks.pieces`; sums over its lines prove nothing.
    """

    code: str
    seq: int
    title: str
    unit: str | None
    lines: list[LineView]
    columns: list[ColumnView]
    cut: bool = False

    @property
    def ident(self) -> str:
        return f"{self.code}.{self.seq}"

    @property
    def lanes(self) -> list[int]:
        return sorted({line.lane for line in self.lines})

    def lines_of(self, lane: int) -> list[LineView]:
        return [line for line in self.lines if line.lane == lane]

    def columns_of(self, lane: int) -> list[ColumnView]:
        return [column for column in self.columns if column.lane == lane]

    def column(self, lane: int, *keys: str) -> ColumnView | None:
        """The lane's column with the first of these keys that it has; None without one or when it is not unique."""
        for key in keys:
            found = [column for column in self.columns if column.lane == lane and column.key == key]
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def line(self, key: str) -> LineView | None:
        """The line the form calls `key`; None without one or when it is not unique."""
        found = [line for line in self.lines if line.key == key]
        return found[0] if len(found) == 1 else None

    def grand_total(self, lane: int) -> LineView | None:
        """The lane's only grand total (合计, 总计); None without one or when there are several."""
        found = [line for line in self.lines_of(lane) if line.role == "grand_total" or line.key == "grand_total"]
        return found[0] if len(found) == 1 else None

    def cell(self, line: LineView | None, *column_keys: str) -> Cell | None:
        """The line's amount in the first of these columns its lane has."""
        if line is None:
            return None
        column = self.column(line.lane, *column_keys)
        return line.cells.get(column) if column is not None else None


class PlanView(msgspec.Struct, frozen=True):
    """One checkpoint (`MM-DD`) of a payment plan. number: as printed, whatever its unit."""

    checkpoint: str
    number: Decimal | None
    state: str
    printed: str | None
    unit_printed: str | None
    cell: Cell


class ProjectView(msgspec.Struct, frozen=True):
    """One project form. splits_money: it has fields for fiscal and other money; more: money it prints beside them
    (上年结转资金 …)."""

    project_id: str
    seq: int
    name: str
    total: Cell
    fiscal: Cell
    other: Cell
    plan: tuple[PlanView, ...]
    splits_money: bool
    more: tuple[Cell, ...] = ()

    @property
    def ident(self) -> str:
        return f"project.{self.seq}"


class About(msgspec.Struct, frozen=True):
    """What the document says it is. stage: budget, budget_adjusted, final; entity_level: department, unit; …"""

    fiscal_year: int | None = None
    doc_type: str | None = None
    entity_level: str | None = None
    stage: str | None = None
    org_name: str | None = None
    county_code: str | None = None
    kind: str | None = None
    method: str | None = None
    n_pages: int | None = None


class DocumentFacts(msgspec.Struct):
    """Everything the checks may ask about one document.

    printed: rows of table `statements`, in the order they stand in the document. tables: all rows, for what has no
    view. made: what several checks need and is made once (`flows.checks.linking`).
    """

    document_sha256: str
    disclosure_id: str | None
    statements: list[StatementView]
    projects: list[ProjectView]
    about: About
    prose: Prose
    printed: list[AnyRow]
    tables: Tables
    made: dict[str, object] = {}

    def of(self, *codes: str) -> Iterator[StatementView]:
        """Statements of these codes, by code in the order given, then by seq."""
        for code in codes:
            yield from (statement for statement in self.statements if statement.code == code)

    def known_statements(self) -> Iterator[StatementView]:
        """Statements of an official form; tables we could only read as `other` promise nothing."""
        return (statement for statement in self.statements if statement.code not in UNREAD_STATEMENTS)

    def pairs(self, left: str, right: str) -> list[tuple[StatementView, StatementView]]:
        """Statements of two kinds that belong together: the n-th of each, where the document has as many of both."""
        lefts, rights = list(self.of(left)), list(self.of(right))
        return list(zip(lefts, rights, strict=True)) if len(lefts) == len(rights) else []
