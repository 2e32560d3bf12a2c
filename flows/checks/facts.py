"""The rows of one document, indexed the way checks ask for them.

Statement → lanes (parts printed side by side) → lines in printed order → one Cell per amount column. Lines and
columns are rebuilt from `budget_lines`: the positions of one printed row and lane are one line, positions with the
same header path and key one column.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from flows.checks.noun import PRINTED_STATES, Cell
from flows.checks.pieces import cut_statements
from flows.checks.prose import prose_of
from flows.checks.quoting import place_of
from flows.checks.tolerance import own_resolution, resolution_in, statement_resolution
from flows.checks.views import (
    About,
    AnyRow,
    ColumnView,
    DocumentFacts,
    LineView,
    PlanView,
    ProjectView,
    StatementView,
    Tables,
)
from flows.checks.words import UNITS, one_line, unit_in
from normalize.amount import parse_number

MORE_MONEY = {"carryover": "上年结转资金"}


def _exact(fen: object, yuan: object) -> Decimal | None:
    if isinstance(fen, int):
        return Decimal(fen) / 100
    return Decimal(repr(yuan)) if isinstance(yuan, float) else None


def _position(row: AnyRow) -> tuple[int, int, int]:
    return (row.get("table_no") or 0, row.get("row_no") or 0, row.get("col_no") or 0)


def _row_resolution(row: AnyRow, yuan: Decimal | None) -> Decimal | None:
    printed = row["resolution_yuan"]
    return None if printed is None else own_resolution(_decimal(printed), yuan)


@lru_cache(maxsize=256)
def _decimal(number: float) -> Decimal:
    return Decimal(repr(number))


def _statement(code: str, seq: int, rows: list[AnyRow], unit: str | None) -> StatementView:
    exact = [_exact(row["amount_fen"], row["amount_yuan"]) for row in rows]
    resolutions = [_row_resolution(row, yuan) for row, yuan in zip(rows, exact, strict=True)]
    numbers = (one for row, one in zip(rows, resolutions, strict=True) if row["amount_state"] == "number")
    coarsest = statement_resolution(one for one in numbers if one is not None)
    unprinted = coarsest or Decimal(0)
    columns: dict[ColumnView, int] = {}
    lines: dict[tuple[int, int, int], LineView] = {}
    doubled: set[tuple[tuple[int, int, int], ColumnView]] = set()
    at = [_position(row) for row in rows]
    for index in sorted(range(len(rows)), key=at.__getitem__):
        row, (table, printed_row, col) = rows[index], at[index]
        lane = row["lane"] or 0
        column = ColumnView(lane, row["column_key"], row["column_path"] or "", row["stage"])
        columns[column] = min(columns.get(column, col), col)
        place = (lane, table, printed_row)
        line = lines.get(place)
        if line is None:
            line = LineView(
                lane=lane,
                code=row["line_code"],
                label=one_line(row["line_label"] or row["line_code"] or ""),
                key=row["form_line_key"],
                path=row["line_key"] or "",
                level=row["line_level"] or 0,
                role=row["agg_role"] or "leaf",
                class_system=row["class_system"],
                cells={},
            )
            lines[place] = line
        resolution = resolutions[index] or unprinted
        if column in line.cells:
            doubled.add((place, column))
        line.cells[column] = Cell(
            fact_id=row["fact_id"],
            place=place_of(row),
            page=row["page"],
            label=line.label,
            code=line.code,
            column=one_line(column.name),
            title=one_line(row["statement_title"] or code),
            statement=f"{code}.{seq}",
            printed=row["printed_text"],
            state=row["amount_state"],
            yuan=exact[index] if row["amount_state"] in PRINTED_STATES else None,
            resolution=resolution_in(resolution, coarsest),
            unit=unit or unit_in(row["unit_printed"]),
            key=line.key,
            column_key=column.key,
        )
    # Two cells of one line under the same header cannot be told apart: no identity may use either of them.
    for place, column in doubled:
        del lines[place].cells[column]
    title = next((one_line(row["statement_title"]) for row in rows if row["statement_title"]), code)
    ordered = [lines[place] for place in sorted(lines)]
    return StatementView(code, seq, title, unit, ordered, sorted(columns, key=lambda column: columns[column]))


def _statements(tables: Tables) -> list[StatementView]:
    cut = cut_statements(tables.get("statements", ()))
    units = {(row["statement_code"], row["seq"]): row["unit"] for row in tables.get("statements", ())}
    grouped: dict[tuple[str, int], list[AnyRow]] = {}
    for row in tables.get("budget_lines", ()):
        grouped.setdefault((row["statement_code"], row["statement_seq"]), []).append(row)
    views = [_statement(code, seq, rows, units.get((code, seq))) for (code, seq), rows in sorted(grouped.items())]
    for view in views:
        view.cut = (view.code, view.seq) in cut
    return views


def _projects(tables: Tables) -> list[ProjectView]:
    plans: dict[str, list[AnyRow]] = {}
    for row in tables.get("spending_plans", ()):
        plans.setdefault(row["project_id"], []).append(row)
    views = []
    # A list repeats projects that have a form of their own, and a department's form is no project: neither is added.
    forms = [row for row in tables.get("projects", ()) if row["form"] not in ("project_list", "department_target")]
    for row in sorted(forms, key=lambda row: (row["seq"], row["project_id"])):
        name = one_line(row["project_name"] or row["title_printed"] or row["project_code"] or row["project_id"])
        unit = unit_in(row["unit_printed"])
        title = one_line(row["title_printed"] or "项目绩效目标表")

        def amount(field: str, label: str, row: AnyRow = row, name: str = name, unit: str | None = unit) -> Cell:
            yuan = row[f"{field}_yuan"]
            fen = row["total_fen"] if field == "total" else None
            state = row[f"{field}_state"] or "blank"
            printed = row[f"{field}_printed"]
            known = _exact(fen, yuan) if state in PRINTED_STATES else None
            return Cell(
                fact_id=row["project_id"],
                place=place_of(row),
                page=row["page"],
                label=name,
                code=None,
                column=label,
                title=title,  # noqa: B023 - used at once, within the same turn of the loop
                statement="project",
                printed=printed,
                state=state,
                yuan=known,
                resolution=_resolution(printed, unit),
                unit=unit,
                key=field,
            )

        views.append(
            ProjectView(
                project_id=row["project_id"],
                seq=row["seq"],
                name=name,
                total=amount("total", "预算数"),
                fiscal=amount("fiscal", "财政资金"),
                other=amount("other", "其他资金"),
                plan=tuple(
                    _plan(point, name, title, unit)
                    for point in sorted(plans.get(row["project_id"], ()), key=lambda point: point["checkpoint"])
                ),
                splits_money=row["fiscal_state"] is not None,
                more=tuple(_more(row, name, title, unit)),
            )
        )
    return views


def _more(row: AnyRow, name: str, title: str, unit: str | None) -> Iterator[Cell]:
    """Amounts of further sources of money that the form has fields for: `carryover：750.00` of other_fields."""
    for field in row["other_fields"] or ():
        key, _, printed = field.partition("：")
        if key not in MORE_MONEY or unit is None:
            continue
        number = parse_number(printed).number
        yield Cell(
            fact_id=row["project_id"],
            place=place_of(row),
            page=row["page"],
            label=name,
            code=None,
            column=MORE_MONEY[key],
            title=title,
            statement="project",
            printed=printed,
            state="number" if number else "zero" if number is not None else "blank",
            yuan=number * UNITS[unit] if number is not None else None,
            resolution=_resolution(printed, unit),
            unit=unit,
            key=key,
        )


def _resolution(printed: str | None, unit: str | None) -> Decimal:
    """Yuan of the last printed digit of an amount of a project form."""
    decimals = len((printed or "").strip().partition(".")[2])
    return UNITS.get(unit or "", Decimal(0)).scaleb(-decimals)


def _plan(row: AnyRow, name: str, title: str, unit: str | None) -> PlanView:
    number = Decimal(repr(row["value_number"])) if row["value_number"] is not None else None
    scale = UNITS.get(unit) if unit else None
    cell = Cell(
        fact_id=row["plan_id"],
        place=place_of(row),
        page=row["page"],
        label=name,
        code=None,
        column=f"{row['checkpoint']} 支出计划",
        title=title,
        statement="project",
        printed=row["printed_text"],
        state=row["state"],
        yuan=number * scale if number is not None and scale is not None else None,
        resolution=_resolution(row["printed_text"], unit),
        unit=unit,
        key="plan",
    )
    return PlanView(row["checkpoint"], number, row["state"], row["printed_text"], row["unit_printed"], cell)


def document_facts(tables: Tables) -> DocumentFacts | None:
    """The rows of one document, indexed; None when there is no row at all to say which document it is."""
    for name in ("documents", "disclosures", "statements", "budget_lines", "projects", "issues"):
        for row in tables.get(name, ()):
            sha256 = row["document_sha256"]
            disclosure = next((r["disclosure_id"] for r in tables.get("disclosures", ())), row.get("disclosure_id"))
            return DocumentFacts(
                document_sha256=sha256,
                disclosure_id=disclosure,
                statements=_statements(tables),
                projects=_projects(tables),
                about=_about(tables),
                prose=prose_of(tables),
                printed=sorted(tables.get("statements", ()), key=lambda one: one["table_no"]),
                tables=tables,
            )
    return None


def _about(tables: Tables) -> About:
    document = next(iter(tables.get("documents", ())), {})
    disclosure = next(iter(tables.get("disclosures", ())), {})
    return About(
        **{name: disclosure.get(name) for name in ("fiscal_year", "doc_type", "entity_level", "stage", "org_name")},
        county_code=disclosure.get("county_code"),
        kind=document.get("kind"),
        method=document.get("method"),
        n_pages=document.get("n_pages"),
    )
