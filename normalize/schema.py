"""The contract of the published tables: columns, keys, order; and the one way from rows to a typed frame."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Final, Literal

import polars as pl

from normalize.columns import COLUMNS, Field

Layer = Literal["core", "meta", "raw", "panel", "code"]
Row = dict[str, object]

INT_RANGE: Final[dict[pl.DataType, int]] = {pl.Int16(): 2**15, pl.Int32(): 2**31, pl.Int64(): 2**63}


class SchemaError(ValueError):
    """Rows that break the contract of their table: always a bug of ours. Says table, column, row and document."""


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One published table. key: columns that name a row; sort: columns that order the rows (nulls last)."""

    name: str
    layer: Layer
    title_zh: str
    title_en: str
    columns: tuple[Field, ...]
    key: tuple[str, ...]
    sort: tuple[str, ...]

    def polars_schema(self) -> pl.Schema:
        """Column names and types in published order."""
        return pl.Schema({field.name: field.dtype for field in self.columns})

    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.columns)


PROVENANCE: Final = "document_sha256 page table_no row_no col_no paragraph_no x0 y0 x1 y1 extract_method confidence"
_PLACE_ORDER: Final = ("document_sha256", "table_no", "row_no", "col_no", "paragraph_no")


def _fields(table: str, names: str) -> tuple[Field, ...]:
    """Columns by name; `+prov` stands for the provenance columns, a final `!` for "never null in this table"."""
    fields: list[Field] = []
    for word in names.replace("+prov", PROVENANCE).split():
        name = word.removesuffix("!")
        field = COLUMNS.get(f"{table}.{name}") or COLUMNS[name]
        if word.endswith("!"):
            field = replace(field, nullable=False, null_meaning_zh=None, null_meaning_en=None)
        fields.append(field)
    return tuple(fields)


def _table(
    name: str, layer: Layer, titles: tuple[str, str], columns: str, *, key: tuple[str, ...], sort: tuple[str, ...] = ()
) -> TableSpec:
    order = tuple(dict.fromkeys((*sort, *key)))
    return TableSpec(name, layer, *titles, _fields(name, columns), key, order)


_SPECS: Final = (
    _table(
        "documents",
        "meta",
        ("文件", "documents"),
        "document_sha256 disclosure_id county_code source_id publisher url landing_url link_text notice_title filename"
        " parent_sha256 member_path published_date kind method n_pages n_tables n_paragraphs n_cells n_statements"
        " n_unrecognized n_amounts"
        " n_issues text_coverage title_printed is_current version_no replaced_by",
        key=("document_sha256",),
    ),
    _table(
        "disclosures",
        "meta",
        ("公开件", "disclosures"),
        "disclosure_id county_code county_basis county_code_current org_id org_code_printed org_name dept_type"
        " fiscal_year doc_type entity_level stage document_sha256 n_statements statements n_facts published_date"
        " correction_ids",
        key=("disclosure_id", "document_sha256"),
    ),
    _table(
        "org_aliases",
        "meta",
        ("单位名称", "printed names of organisations"),
        "alias_id disclosure_id +prov org_id! printed_name printed_code name_source match_method n_printed",
        key=("alias_id",),
    ),
    _table(
        "statements",
        "meta",
        ("报表", "statements"),
        "disclosure_id document_sha256 statement_code seq table_no! title_printed org_printed year_printed unit_printed"
        " as_of_printed unit unit_source unit_basis state notes form recognition_score recognition_reasons nearest_form"
        " n_lines n_columns n_amounts n_printed page seams",
        key=("document_sha256", "statement_code", "seq"),
        sort=("document_sha256", "table_no"),
    ),
    _table(
        "budget_lines",
        "core",
        ("预决算金额", "amounts of budget and final statements"),
        "fact_id disclosure_id +prov county_code org_id org_name entity_level fiscal_year stage statement_code"
        " statement_seq statement_title flow line_no line_code line_label line_key line_level class_system map_status"
        " agg_role sum_safe column_path column_key fund nature measure printed_text amount_state amount_yuan amount_fen"
        " unit_printed unit_source unit_basis resolution_yuan lane is_labelled form_line_key correction_ids"
        " printed_text_as_read as_read",
        key=("fact_id",),
        sort=_PLACE_ORDER,
    ),
    _table(
        "projects",
        "core",
        ("项目", "projects"),
        "project_id! disclosure_id +prov county_code org_id fiscal_year seq project_code project_name title_printed"
        " purpose unit_printed total_printed fiscal_printed other_printed total_state fiscal_state other_state"
        " total_yuan fiscal_yuan other_yuan total_fen adjusted_printed adjusted_yuan executed_printed executed_yuan"
        " execution_rate_printed execution_score_printed score_total_printed goal_actual_printed other_fields"
        " indicator_count goal_text code_county code_year form correction_ids as_read",
        key=("project_id",),
        sort=("document_sha256", "seq"),
    ),
    _table(
        "spending_plans",
        "core",
        ("项目资金支出计划", "spending plans of projects"),
        "plan_id project_id! disclosure_id +prov project_name checkpoint printed_text state value_number unit_printed"
        " unit_inferred cumulative planned_yuan planned_share correction_ids as_read",
        key=("plan_id",),
        sort=_PLACE_ORDER,
    ),
    _table(
        "goals",
        "core",
        ("绩效目标", "performance goals"),
        "goal_id disclosure_id +prov level project_id seq name goal_text indicator_text note",
        key=("goal_id",),
        sort=("document_sha256", "level", "seq"),
    ),
    _table(
        "indicators",
        "core",
        ("绩效指标", "performance indicators"),
        "indicator_id disclosure_id project_id +prov seq project_name level1 level2 level3 level1_std level2_std"
        " description value_printed comparator comparator_code value_number value_max value_unit value_unit_std"
        " is_quantitative qualitative_class basis basis_state weight actual_printed actual_number score_printed score"
        " reason other_columns correction_ids as_read",
        key=("indicator_id",),
        sort=("document_sha256", "seq"),
    ),
    _table(
        "org_units",
        "core",
        ("所属单位", "units of a department"),
        "unit_id disclosure_id +prov seq unit_name unit_nature unit_rank funding_form",
        key=("unit_id",),
        sort=("document_sha256", "seq"),
    ),
    _table(
        "assets",
        "core",
        ("资产", "assets"),
        "asset_id disclosure_id +prov seq as_of_date item parent_item quantity_printed quantity quantity_unit"
        " quantity_state value_printed value_yuan value_state",
        key=("asset_id",),
        sort=("document_sha256", "seq"),
    ),
    _table(
        "procurement",
        "core",
        ("政府采购", "procurement"),
        "purchase_id disclosure_id +prov seq project_name item_name catalogue_no measure_unit quantity_printed"
        " unit_price_printed total_printed total_yuan total_state",
        key=("purchase_id",),
        sort=("document_sha256", "seq"),
    ),
    _table(
        "narratives",
        "core",
        ("文字说明", "paragraphs of prose"),
        "paragraph_id disclosure_id +prov section_code heading seq text n_chars is_empty_section",
        key=("paragraph_id",),
        sort=("document_sha256", "seq"),
    ),
    _table(
        "claims",
        "core",
        ("文中数字", "amounts said in prose"),
        "claim_id disclosure_id +prov section_code seq measure direction concept subject_printed class_code class_label"
        " within_concept claim_year stage amount_printed amount_yuan amount_fen amount_state unit_basis count_number"
        " count_unit percent_printed percent percent_kind percent_base comparison_printed comparison_year"
        " comparison_stage is_reason phrase fact_id link_reason",
        key=("claim_id",),
        sort=(*_PLACE_ORDER, "seq"),
    ),
    _table(
        "glossary",
        "core",
        ("名词解释", "terms explained"),
        "term_id disclosure_id +prov seq term definition",
        key=("term_id",),
        sort=("document_sha256", "seq"),
    ),
    _table(
        "issues",
        "meta",
        ("读取问题", "troubles of ours while reading"),
        "issue_id document_sha256 code severity stage page place message_zh message_en count",
        key=("issue_id",),
        sort=("document_sha256", "stage", "code", "place"),
    ),
    _table(
        "raw_cells",
        "raw",
        ("原始单元格与段落", "every cell and paragraph as printed"),
        "document_sha256 block_no kind page table_no row_no col_no paragraph_no x0 y0 x1 y1 text rowspan colspan home"
        " fact_id",
        key=(),
        sort=("document_sha256", "block_no", "table_no", "row_no", "col_no", "paragraph_no"),
    ),
    _table(
        "findings",
        "meta",
        ("检查结果", "outcomes of checks"),
        "finding_id check_id family level severity document_sha256 disclosure_id subject outcome na_reason left_yuan"
        " right_yuan delta_yuan tolerance_yuan left_zh right_zh n_terms fact_ids places pages evidence suspects"
        " suspect_texts suspect_crops cause missing_line message_zh"
        " message_en fingerprint human_verdict human_note",
        key=("finding_id",),
        sort=("document_sha256", "check_id", "subject"),
    ),
    _table(
        "standings",
        "meta",
        ("可信程度", "standing of each fact"),
        "fact_id document_sha256 of_table standing! check_worst n_holds n_rounding n_fails n_not_assessable n_equations"
        " blank_evidence implied_yuan implied_by witnesses",
        key=("of_table", "fact_id"),
        sort=("document_sha256", "of_table", "fact_id"),
    ),
    _table(
        "corrections",
        "meta",
        ("订正", "corrections of our reading"),
        "correction_id document_sha256 place field fact_id status stale_reason expected_text value_as_read"
        " value_corrected n_rows reason_code evidence_kind evidence corrected_by corrected_on why",
        key=("correction_id", "field"),
    ),
    _table(
        "revisions",
        "meta",
        ("改版", "documents that took the place of others"),
        "revision_id document_sha256 replaces_sha256 disclosure_id basis is_in_force published_date_before"
        " published_date n_added n_gone n_changed n_same",
        key=("revision_id",),
        sort=("document_sha256",),
    ),
    _table(
        "revision_cells",
        "meta",
        ("改版的各格", "cells that differ between two versions"),
        "revision_id document_sha256 op of_table cell_key id_before id_after text_before text_after yuan_before"
        " yuan_after",
        key=("revision_id", "of_table", "cell_key"),
        sort=("document_sha256",),
    ),
    _table(
        "coverage",
        "meta",
        ("应公开与已公开", "what was due, what was found"),
        "coverage_id county_code org_id org_name fiscal_year doc_type state reason reason_zh reason_en due_date"
        " published_date days_after_due n_documents n_facts document_sha256 url link_text",
        key=("coverage_id",),
        sort=("county_code", "fiscal_year", "doc_type", "org_id"),
    ),
)
TABLES: Final[dict[str, TableSpec]] = {spec.name: spec for spec in _SPECS}
MADE_BY_CHECKS: Final = frozenset({"findings", "standings"})

# What a release adds beside each fact, from `standings` (`flows.release.standing`): table → its columns.
_BESIDE: Final = "standing check_worst n_checks"
JOINED: Final[dict[str, tuple[Field, ...]]] = {
    name: _fields(name, _BESIDE + (" blank_evidence implied_yuan" if name == "budget_lines" else ""))
    for name in ("budget_lines", "projects", "spending_plans", "indicators", "assets", "procurement", "claims")
}


# Tables of a release that are columns of another one, row for row, for one purpose: table → the whole table.
EXCERPTS: Final = {"facts_by_document": "budget_lines"}
_BY_DOCUMENT: Final = (
    "document_sha256", "fact_id", "page", "table_no", "row_no", "col_no", "statement_code", "stage", "line_code",
    "line_label", "column_path", "printed_text", "amount_state", "amount_yuan", "unit_printed", "standing",
)  # fmt: skip


def excerpt_specs() -> dict[str, TableSpec]:
    """The tables of EXCERPTS. facts_by_document: what is read of one document over HTTP, in as few bytes as may be."""
    whole = {field.name: field for field in published_spec(TABLES["budget_lines"]).columns}
    titles = ("金额，少列，供按文件读取", "amounts in fewer columns, to be read one document at a time")
    columns = tuple(whole[name] for name in _BY_DOCUMENT)
    return {
        "facts_by_document": TableSpec("facts_by_document", "core", *titles, columns, ("fact_id",), _BY_DOCUMENT[:1])
    }


def published_spec(spec: TableSpec) -> TableSpec:
    """The table as a release has it: what the facts stage made, with the columns of JOINED behind."""
    return replace(spec, columns=(*spec.columns, *JOINED.get(spec.name, ())))


def _trouble(value: object, field: Field) -> str | None:
    """What is wrong with a value in a column; None when nothing is."""
    if value is None:
        return None if field.nullable else "null, but the column is never null"
    dtype = field.dtype
    if isinstance(dtype, pl.List):
        if not isinstance(value, list):
            return f"{type(value).__name__}, not a list"
        inner = replace(field, dtype=dtype.inner() if isinstance(dtype.inner, type) else dtype.inner, nullable=False)
        return next((f"in the list: {bad}" for item in value if (bad := _trouble(item, inner))), None)
    if dtype == pl.String():
        return None if isinstance(value, str) else f"{type(value).__name__}, not str"
    if dtype == pl.Boolean():
        return None if isinstance(value, bool) else f"{type(value).__name__}, not bool"
    if dtype == pl.Date():
        fits = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
        return None if fits else f"{type(value).__name__}, not date"
    if dtype == pl.Float64():
        if not isinstance(value, float):
            return f"{type(value).__name__}, not float"
        return None if math.isfinite(value) else f"{value}, not a finite number"
    if not isinstance(value, int) or isinstance(value, bool):
        return f"{type(value).__name__}, not int"
    limit = INT_RANGE[dtype]
    return None if -limit <= value < limit else f"{value}, out of the range of {dtype}"


def check_rows(name: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Raise SchemaError at the first row of table `name` that breaks its contract (columns, types, nulls, key)."""
    spec = TABLES[name]
    wanted = set(spec.names())
    seen: set[tuple[object, ...]] = set()
    for index, row in enumerate(rows):
        where = f"table {name}, row {index}, document {row.get('document_sha256')}"
        if row.keys() != wanted:
            missing, unknown = sorted(wanted - row.keys()), sorted(row.keys() - wanted)
            raise SchemaError(f"{where}: missing columns {missing}, unknown columns {unknown}")
        for field in spec.columns:
            trouble = _trouble(row[field.name], field)
            if trouble:
                raise SchemaError(f"{where}, column {field.name}: {trouble}")
        if spec.key:
            key = tuple(row[column] for column in spec.key)
            if key in seen:
                raise SchemaError(f"{where}: key {dict(zip(spec.key, key, strict=True))} is not unique")
            seen.add(key)


def to_frame(name: str, rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Rows of table `name` as a frame: published column order and types, sorted by the table's `sort`, nulls last.

    Raises SchemaError for unknown or missing columns, wrong types, nulls where none may be, and repeated keys;
    KeyError for an unknown table. An empty list gives an empty frame with the same schema.
    """
    spec = TABLES[name]
    listed = list(rows)
    frame = quickly(spec, listed)
    if frame is None:  # something breaks the contract: row by row, to say what and where
        check_rows(name, listed)
        raise SchemaError(f"table {name}: a value that does not fit its column")
    return frame.sort(spec.sort, nulls_last=True, maintain_order=True) if spec.sort else frame


_PYTHON: Final[dict[pl.DataType, type]] = {
    pl.String(): str, pl.Boolean(): bool, pl.Date(): dt.date, pl.Float64(): float,
    pl.Int16(): int, pl.Int32(): int, pl.Int64(): int,
}  # fmt: skip


@dataclass(frozen=True)
class _Column:
    """What `quickly` asks of a column, found out once: the Python type of its values (of a list: of what is in it)."""

    field: Field
    kind: type
    is_list: bool
    is_float: bool


@cache
def _columns_of(name: str) -> tuple[_Column, ...]:
    columns = []
    for field in TABLES[name].columns:
        inner = field.dtype.inner if isinstance(field.dtype, pl.List) else field.dtype
        kind = _PYTHON[inner() if isinstance(inner, type) else inner]
        columns.append(_Column(field, kind, isinstance(field.dtype, pl.List), field.dtype == pl.Float64()))
    return tuple(columns)


def quickly(spec: TableSpec, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame | None:
    """The rows as a frame in the order given, checked by columns; None where `check_rows` has something to say."""
    if any(len(row) != len(spec.columns) for row in rows):
        return None
    series: list[pl.Series] = []
    try:
        found = _by_columns(spec.names(), rows)
        for column in _columns_of(spec.name):
            values = found[column.field.name]
            if not _fits(values, column) or (column.is_float and not _finite(values)):
                return None
            series.append(_series(column.field, values))
    except (KeyError, TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return None
    if spec.key and rows and len(set(zip(*(found[name] for name in spec.key), strict=True))) != len(rows):
        return None
    return pl.DataFrame(series) if series else pl.DataFrame()


def _by_columns(names: tuple[str, ...], rows: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    """The values of each column. Most rows are written down in the order of the columns: those are turned as a whole.
    Raises KeyError where a row lacks a column."""
    if rows and all(tuple(row) == names for row in rows):
        return dict(zip(names, map(list, zip(*(row.values() for row in rows), strict=True)), strict=True))
    return {name: [row[name] for row in rows] for name in names}


def _finite(values: list[object]) -> bool:
    """Whether every float is a number."""
    return all(value is None or (isinstance(value, float) and math.isfinite(value)) for value in values)


def _series(field: Field, values: list[object]) -> pl.Series:
    if not isinstance(field.dtype, pl.List):
        return pl.Series(field.name, values, dtype=field.dtype)
    import pyarrow as pa  # type: ignore[import-untyped] # noqa: PLC0415 - lists go in many times faster; not in the client

    inner = pa.string() if field.dtype == pl.List(pl.String()) else pa.int32()
    return pl.Series(field.name, pa.array(values, pa.list_(inner))).cast(field.dtype)


def _fits(values: list[object], column: _Column) -> bool:
    """Whether every value is exactly of the column's type, and null only where one may be."""
    kinds = set(map(type, values))
    if type(None) in kinds:
        if not column.field.nullable:
            return False
        kinds.discard(type(None))
    if not column.is_list:
        return kinds <= {column.kind}
    inside = chain.from_iterable(value for value in values if isinstance(value, list))
    return kinds <= {list} and set(map(type, inside)) <= {column.kind}


def empty_tables() -> dict[str, list[Row]]:
    """Every table of a document without rows, but for those that the checks make."""
    return {name: [] for name in TABLES if name not in MADE_BY_CHECKS}
