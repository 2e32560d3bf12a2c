"""`build_panels`: every panel and its lineage, from the tables of a release. Order of rows in does not matter."""

from __future__ import annotations

from typing import Final

import polars as pl

from normalize.organisation import canonical_name
from normalize.panels.declaration import Panel, load_panels
from normalize.panels.engine import LINEAGE as LINEAGE_COLUMNS
from normalize.panels.engine import repeated, resolve
from normalize.panels.ground import Ground, Tables, lay
from normalize.panels.projects import project_facts, project_places, project_rows, project_states
from normalize.panels.sums import added, lineage_of_sums
from normalize.panels.tables import CLASS, COUNTY, DEPARTMENT, KEYS, LINEAGE, PANELS, PROJECT
from normalize.schema import SchemaError, TableSpec

Frames = dict[str, pl.DataFrame]
_FUNCTIONAL: Final = r"^2\d{2}(?:\d{2}){0,2}$"
_ECONOMIC: Final = r"^[345]\d{2}(?:\d{2})?$"
_CODES: Final = {
    "functional": _FUNCTIONAL,
    "economic_department": _ECONOMIC,
    "economic_government": _ECONOMIC,
}


def build_panels(tables: Tables) -> Frames:
    """One frame per table of `normalize.panels.tables.PANELS`, typed, sorted, keys unique.

    tables: every table of `normalize.schema.TABLES` as typed frames. Raises SchemaError where a panel breaks its own
    contract, which is a bug of ours.
    """
    declared, ground = load_panels(), lay(tables)
    panels: Frames = {}
    lineage: list[pl.DataFrame] = []

    projects, traced = _projects(declared["panel_project"], tables, ground)
    panels["panel_project"] = projects
    lineage.append(traced)

    department, traced = _department(declared["panel_department_year"], tables, ground, projects, traced)
    panels["panel_department_year"] = department
    lineage.append(traced)
    of_departments = traced

    for name in ("panel_department_function_year", "panel_department_economic_year"):
        panels[name], traced = _classes(declared[name], ground)
        lineage.append(traced)

    panels["panel_county_year"], traced = _county(declared["panel_county_year"], department, of_departments, ground)
    lineage.append(traced)
    panels[LINEAGE] = pl.concat(lineage).with_columns((pl.col("column") + "_yuan").alias("column"))
    return {name: _typed(panels[name], spec) for name, spec in PANELS.items()}


def _typed(frame: pl.DataFrame, spec: TableSpec) -> pl.DataFrame:
    """Published columns, types and order; SchemaError for a null or a repeated key where none may be."""
    typed = frame.select(pl.col(field.name).cast(field.dtype) for field in spec.columns)
    for field in spec.columns:
        if not field.nullable and typed[field.name].null_count():
            raise SchemaError(f"{spec.name}: {field.name} is null, but the column is never null")
    if typed.select(spec.key).is_duplicated().any():
        raise SchemaError(f"{spec.name}: rows share a key")
    return typed.sort(spec.sort, nulls_last=True)


def _wide(rows: pl.DataFrame, cells: pl.DataFrame, panel: Panel, key: tuple[str, ...]) -> pl.DataFrame:
    """The cells as pairs of columns beside the rows."""
    values = [column for column in ("yuan", "why", "n") if column in cells.columns]
    by_column = {str(name): part for (name,), part in cells.partition_by("column", as_dict=True).items()}
    for amount in panel.amounts:
        part = by_column.get(amount.name, cells.clear())
        renamed = part.select(*key, *(pl.col(column).alias(f"{amount.name}_{column}") for column in values))
        rows = rows.join(renamed, on=list(key), how="left")
    return rows


def _row_key(key: tuple[str, ...]) -> pl.Expr:
    return pl.concat_str([pl.col(column).cast(pl.String) for column in key], separator="|")


def _traced(panel: str, lineage: pl.DataFrame) -> pl.DataFrame:
    """Lineage with the row's key as one text, in the columns of the published table."""
    key = KEYS[panel]
    return lineage.select(pl.lit(panel).alias("panel"), _row_key(key).alias("row_key"), *LINEAGE_COLUMNS)


def _projects(panel: Panel, tables: Tables, ground: Ground) -> tuple[pl.DataFrame, pl.DataFrame]:
    places = project_places(tables, ground)
    rows = project_rows(places, tables, ground)
    facts, states = project_facts(places), project_states(places)
    cells, lineage = resolve(panel, facts, states, rows, PROJECT, fact_table="projects")
    return _wide(rows, cells, panel, PROJECT), _traced(panel.panel, lineage)


def _department(
    panel: Panel, tables: Tables, ground: Ground, projects: pl.DataFrame, of_projects: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    cells, lineage = resolve(panel, ground.facts, ground.states, ground.rows, DEPARTMENT)
    sums = added(panel, projects, ground.rows, DEPARTMENT).drop("n")
    parts = projects.select(*DEPARTMENT, pl.col("panel_project_id").alias("_part"))
    terms = lineage_of_sums(panel, parts, of_projects, DEPARTMENT)
    used = ground.documents.select(*DEPARTMENT, "document_sha256")
    rows = (
        ground.rows.join(projects.group_by(DEPARTMENT).len("n_projects"), on=list(DEPARTMENT), how="left")
        .join(ground.facts.group_by(DEPARTMENT).len("n_facts"), on=list(DEPARTMENT), how="left")
        .join(_indicators(tables, used), on=list(DEPARTMENT), how="left")
        .join(_fails(tables, used), on=list(DEPARTMENT), how="left")
        .join(_within(tables, ground), on=["org_id", "county_code", "fiscal_year"], how="left")
        .with_columns(
            pl.col("n_projects", "n_facts", "n_indicators", "n_quantitative", "n_checks_fail").fill_null(0),
            pl.col("is_within_other").fill_null(False),
        )
    )
    traced = _traced(panel.panel, pl.concat([lineage, terms]))
    return _wide(rows, pl.concat([cells, sums]), panel, DEPARTMENT), traced


def _indicators(tables: Tables, used: pl.DataFrame) -> pl.DataFrame:
    found = tables["indicators"].join(used, on="document_sha256")
    return found.group_by(DEPARTMENT).agg(
        pl.len().alias("n_indicators"), pl.col("is_quantitative").sum().alias("n_quantitative")
    )


def _fails(tables: Tables, used: pl.DataFrame) -> pl.DataFrame:
    rejected = pl.col("human_verdict").eq_missing("reject")
    found = tables["findings"].filter((pl.col("outcome") == "fails") & ~rejected).join(used, on="document_sha256")
    return found.group_by(DEPARTMENT).len("n_checks_fail")


def _within(tables: Tables, ground: Ground) -> pl.DataFrame:
    """Organisations that another department of the county lists as its unit: their keys and is_within_other."""
    rows = ground.rows.filter(pl.col("org_name").is_not_null() & pl.col("county_code").is_not_null())
    names = rows.with_columns(_canonical("org_name").alias("_name"))
    units = (
        tables["org_units"]
        .filter(pl.col("unit_name").is_not_null())
        .join(
            ground.documents.select("document_sha256", "org_id", "county_code", "fiscal_year").unique(),
            on="document_sha256",
        )
        .select(_canonical("unit_name").alias("_name"), "county_code", "fiscal_year", pl.col("org_id").alias("_of"))
    )
    listed = names.join(units, on=["_name", "county_code", "fiscal_year"]).filter(pl.col("org_id") != pl.col("_of"))
    return listed.select("org_id", "county_code", "fiscal_year", pl.lit(True).alias("is_within_other")).unique()


def _canonical(column: str) -> pl.Expr:
    return pl.col(column).map_elements(canonical_name, return_dtype=pl.String)


def _classes(panel: Panel, ground: Ground) -> tuple[pl.DataFrame, pl.DataFrame]:
    facts = ground.facts.rename({"line_code": "class_code"}).filter(pl.col("class_system").is_in(panel.class_systems))
    shaped = pl.any_horizontal(
        (pl.col("class_system") == system) & pl.col("class_code").str.contains(_CODES[system])
        for system in panel.class_systems
    )
    totals = ground.facts.filter(pl.col("line_code").is_null()).rename({"line_code": "class_code"})
    facts = repeated(pl.concat([facts.filter(shaped), totals]))
    named = {term.statement for amount in panel.amounts for source in amount.sources for term in source.terms()}
    classes = (
        facts.filter(pl.col("statement_code").is_in(named))
        .group_by(CLASS, maintain_order=True)
        .agg(pl.col("line_label").drop_nulls().first().alias("class_label"))
        .with_columns(((pl.col("class_code").str.len_chars() - 1) // 2).cast(pl.Int16).alias("class_level"))
    )
    rows = classes.join(ground.rows, on=list(DEPARTMENT)).sort(CLASS)
    cells, lineage = resolve(panel, facts, ground.states, rows, CLASS)
    return _wide(rows, cells, panel, CLASS), _traced(panel.panel, lineage)


def _county(
    panel: Panel, department: pl.DataFrame, of_departments: pl.DataFrame, ground: Ground
) -> tuple[pl.DataFrame, pl.DataFrame]:
    placed = department.filter(pl.col("county_code").is_not_null()).with_columns(_row_key(DEPARTMENT).alias("_part"))
    whole = (pl.col("entity_level") == "department").fill_null(True) & ~pl.col("is_within_other")
    parts = placed.filter(whole)
    unit_only = ground.unit_only.group_by(COUNTY).len("n_unit_only")
    rows = (
        placed.group_by(COUNTY)
        .agg(whole.sum().alias("n_departments"), pl.col("is_within_other").sum().alias("n_within_other"))
        .join(unit_only, on=list(COUNTY), how="left")
        .with_columns(pl.col("n_unit_only").fill_null(0))
        .sort(COUNTY)
    )
    lineage = lineage_of_sums(panel, parts, of_departments, COUNTY)
    return _wide(rows, added(panel, parts, rows, COUNTY), panel, COUNTY), _traced(panel.panel, lineage)
