"""Tables of several documents, written the way a person would write them: for testing panels without documents."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import polars as pl

from normalize.schema import TABLES
from tests.flows.checks.build import amount_of

Rows = dict[str, list[dict[str, Any]]]


class Document:
    """One document; its methods return it, to be chained."""

    def __init__(self, rows: Rows, name: str, **about: Any) -> None:
        self.rows, self.sha, self.about, self.table = rows, hashlib.sha256(name.encode()).hexdigest(), about, 0
        self.stage = about.get("stage")
        self._add("documents", is_current=about.pop("is_current", True), text_coverage=1.0)
        self._add("disclosures", disclosure_id=name, **about)

    def _add(self, table: str, **values: Any) -> dict[str, Any]:
        row = dict.fromkeys(TABLES[table].names()) | {"document_sha256": self.sha} | values
        self.rows[table].append(row)
        return row

    def statement(
        self,
        code: str,
        columns: str = "",
        *lines: str,
        state: str = "populated",
        goes_on: int | None = None,
        unit: str = "万元",
        basis: str = "printed",
        stage: str | None = None,
        lane: int = 0,
    ) -> Document:
        """lines: `name text text …`, `_` being blank; name: `grand_total`, `key=`, or a code of a classification."""
        self.table += 1
        seq = 1 + sum(r["document_sha256"] == self.sha and r["statement_code"] == code for r in self.rows["statements"])
        reasons = [f"continues table {goes_on}"] if goes_on else ["title"]
        self._add(
            "statements", statement_code=code, seq=seq, table_no=self.table, state=state, recognition_reasons=reasons
        )
        for number, line in enumerate(lines, start=1):
            name, *texts = line.split()
            coded = name[0].isdigit()
            for position, (column, text) in enumerate(zip(columns.split(), texts, strict=True), start=3):
                self._add(
                    "budget_lines",
                    fact_id=f"{self.sha[:16]}.t{self.table}.r{number}.c{position}",
                    table_no=self.table,
                    row_no=number,
                    col_no=position,
                    stage=stage or self.stage,
                    statement_code=code,
                    statement_seq=seq,
                    form_line_key=None if coded else name,
                    agg_role="grand_total" if name in ("grand_total", "total") else "leaf",
                    line_code=name if coded else None,
                    line_label=f"科目{name}",
                    class_system={"2": "functional", "3": "economic_department"}.get(name[0]) if coded else None,
                    column_key=column,
                    column_path=column,
                    unit_basis=basis,
                    **amount_of("" if text == "_" else text, unit),
                )
        return self

    def project(self, name: str, total: str, *, form: str = "project_target", code: str | None = None) -> Document:
        self.table += 1
        known = amount_of("" if total == "_" else total, "万元")
        self._add(
            "projects",
            project_id=f"{self.sha[:16]}.t{self.table}.r1.c1",
            seq=self.table,
            table_no=self.table,
            row_no=1,
            col_no=1,
            project_name=name,
            project_code=code,
            form=form,
            total_printed=None if total == "_" else total,
            total_state=known["amount_state"],
            total_yuan=known["amount_yuan"],
        )
        return self

    def unit(self, name: str) -> Document:
        self._add("org_units", unit_id=f"{self.sha[:16]}.{name}", unit_name=name)
        return self


class World:
    """Documents of several organisations."""

    def __init__(self) -> None:
        self.rows: Rows = {name: [] for name in TABLES}

    def document(self, name: str = "甲", org: str = "甲局", **about: Any) -> Document:
        known = {
            "county_code": "130630",
            "org_id": f"130630-{org}",
            "org_name": org,
            "fiscal_year": 2024,
            "doc_type": "department_budget",
            "entity_level": "department",
            "stage": "budget",
        }
        return Document(self.rows, name, **known | about)

    def tables(self) -> dict[str, pl.DataFrame]:
        return frames(self.rows)


def frames(rows: Rows) -> dict[str, pl.DataFrame]:
    """Typed, but without the checks of `to_frame`: what a test does not speak of stays null."""
    return {name: pl.DataFrame(rows[name], schema=spec.polars_schema(), orient="row") for name, spec in TABLES.items()}


def only(frame: pl.DataFrame, **wanted: Any) -> dict[str, Any]:
    """The one row with these values."""
    found = frame.filter(*(pl.col(column) == value for column, value in wanted.items()))
    assert found.height == 1, found
    return found.row(0, named=True)


def shuffled(tables: dict[str, pl.DataFrame], order: Sequence[float]) -> dict[str, pl.DataFrame]:
    """The same tables, rows in another order."""
    made = {}
    for name, frame in tables.items():
        keys = [order[number % len(order)] * (number + 1) % 1 for number in range(frame.height)]
        made[name] = frame.with_columns(pl.Series("_at", keys, dtype=pl.Float64)).sort("_at").drop("_at")
    return made
