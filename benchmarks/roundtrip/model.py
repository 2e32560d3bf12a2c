"""What a generated document says, before it is printed: tables of lines and amounts, forms, and how they are printed.

Everything is immutable, so that a shrunk document is a copy with less in it; `repr` of a document is a test case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["docx", "pdf", "xlsx", "html"]
Role = Literal["ordinal", "code", "class", "type", "item", "label", "amount"]


@dataclass(frozen=True)
class Column:
    """path: header texts top → leaf, as printed. lane: of the statements printed side by side."""

    path: tuple[str, ...]
    role: Role = "amount"
    lane: int = 0


@dataclass(frozen=True)
class Value:
    """One amount cell. text: as printed, "" for blank. fen: exact; None where nothing (or no number) is printed."""

    text: str
    state: Literal["number", "zero", "blank", "dash"] = "blank"
    fen: int | None = None


@dataclass(frozen=True)
class Line:
    """label: as printed, with its indent. code: the whole code, "" where the line has none. values: of its lane."""

    label: str
    values: tuple[Value, ...]
    code: str = ""


@dataclass(frozen=True)
class Table:
    """One statement. family: the layout it follows. code: the statement_code that reading must give it.

    lanes: the lines of each lane, top → down. numbers: first cell of the row that numbers the columns (栏次, **), ""
    where there is none. own_level: 类, 款, 项 print only the line's own level. unlabelled: the one line says everything
    in the header (三公 in one row).
    """

    family: str
    code: str
    title: str
    columns: tuple[Column, ...]
    lanes: tuple[tuple[Line, ...], ...]
    unit: str = "万元"
    numbers: str = ""
    own_level: bool = False
    note: str = ""

    def lane_columns(self, lane: int, *roles: Role) -> list[int]:
        return [i for i, c in enumerate(self.columns) if c.lane == lane and c.role in roles]


@dataclass(frozen=True)
class Indicator:
    level1: str
    level2: str
    level3: str
    value: str
    description: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Project:
    """One 项目绩效目标表. shape: whose form it is. total, fiscal, other: in 万元, as printed."""

    shape: Literal["hebei", "mof"]
    name: str
    code: str
    total: Value
    fiscal: Value
    other: Value
    goals: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    plan: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manner:
    """How a document is printed. breaks: a page break before these body rows (counted in each table; PDF, docx in
    pieces). caption: where title, department and unit stand: above in lines of their own, in the grid's first row,
    in one line with the title, in brackets in the title, or inside the grid with the title."""

    caption: Literal["above", "grid", "beside", "bracket", "in_grid"] = "above"
    breaks: tuple[int, ...] = ()
    repeat_header: bool = True
    repeat_title: bool = False
    running_head: bool = False
    blank_rows: int = 0
    stamp: bool = False
    narrow: bool = False
    font: Literal["cid", "mixed", "embedded"] = "cid"
    borders: Literal["lines", "rects", "cells"] = "lines"
    numbers_as_values: bool = False
    split_runs: bool = False
    spaced_labels: bool = False
    two_on_a_page: bool = False


@dataclass(frozen=True)
class Document:
    """seed: what it was made from (-1: by hand or shrunk)."""

    seed: int
    kind: Kind
    org: str
    org_code: str
    year: int
    final: bool
    tables: tuple[Table, ...]
    projects: tuple[Project, ...]
    manner: Manner
