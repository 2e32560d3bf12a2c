"""Columns of the panels: row columns written here, the pairs of amounts made from the declarations."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from normalize.code_tables import CODES, MADE
from normalize.columns import COLUMNS, F64, I16, I32, NO_AMOUNT, NOT_PRINTED, B, Field, Null, S
from normalize.panels.declaration import Panel, load_panels
from normalize.schema import TABLES, TableSpec, excerpt_specs, published_spec

LINEAGE: Final = "panel_lineage"
DEPARTMENT: Final = ("org_id", "fiscal_year", "stage")
CLASS: Final = (*DEPARTMENT, "class_system", "class_code")
PROJECT: Final = ("panel_project_id",)
COUNTY: Final = ("county_code", "fiscal_year", "stage")
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "panel_department_year": DEPARTMENT,
    "panel_department_function_year": CLASS,
    "panel_department_economic_year": CLASS,
    "panel_project": PROJECT,
    "panel_county_year": COUNTY,
}

# Every reason a `_why` may give. With an amount: the first six.
WHY_ZH: Final = {
    "printed": "照印",
    "printed_zero": "印为零",
    "summed": "各项都有数，相加而得",
    "unit_assumed": "有数，但单位是推定的",
    "partial": "只加总了有数的部门或项目",
    "conflicting": "几处所印不一致，取优先的一处",
    "ambiguous": "同一报表印了几个不同的数，不能取舍",
    "not_readable": "所印不是数，或不能辨认",
    "masked": "以 *** 等隐去",
    "unit_unknown": "有数而单位不明",
    "dash_printed": "印为横线",
    "blank_printed": "空白（不等于零）",
    "declared_empty": "报表声明为空表",
    "statement_blank": "报表没有填写",
    "not_printed": "报表没有这一行或这一列",
    "no_statement": "文件没有这种报表",
    "not_disclosed": "没有任何一个部门或项目有数",
}
WHY_EN: Final = {
    "printed": "printed",
    "printed_zero": "a zero is printed",
    "summed": "all parts have a number; added up",
    "unit_assumed": "a number, its unit only assumed",
    "partial": "added up over those departments or projects that have a number",
    "conflicting": "printed differently in several places; the preferred one stands",
    "ambiguous": "one statement prints several different numbers",
    "not_readable": "what is printed is no number or cannot be read",
    "masked": "hidden by asterisks",
    "unit_unknown": "a number without a known unit",
    "dash_printed": "a dash is printed",
    "blank_printed": "blank, which is no zero",
    "declared_empty": "the statement says it is empty",
    "statement_blank": "the statement is not filled in",
    "not_printed": "the statement has no such line or column",
    "no_statement": "there is no such statement",
    "not_disclosed": "no department or project has a number",
}
WHY: Final = tuple(WHY_ZH)
VALUED: Final = WHY[:6]
ROLES: Final = ("value", "term", "agrees", "differs", "missing")


def _field(
    name: str, dtype: pl.DataType, zh: str, en: str, example: str, *, null: Null | None = None, unit: str | None = None
) -> Field:
    null_zh, null_en = null or (None, None)
    return Field(name, dtype, zh, en, unit, null is not None, null_zh, null_en, example)


def _same(name: str, *, nullable: bool | None = None) -> Field:
    """A column that means what it means in the core tables; nullable False where the panel keys on it."""
    field = COLUMNS[name]
    return replace(field, nullable=False, null_meaning_zh=None, null_meaning_en=None) if nullable is False else field


def _count(name: str, zh: str, en: str) -> Field:
    return _field(name, I32, zh, en, "12")


_FIRST: Final = _field(
    "document_sha256", S, "首选文件的 sha256（年报本身在专项公开之前）",
    "sha256 of the preferred document: the yearly report before a partial disclosure", "3a2245b978ca3436…",
)  # fmt: skip
_DEPARTMENT_ROW: Final = (
    _same("county_code"),
    _same("org_id", nullable=False),
    _same("org_name"),
    _same("dept_type"),
    _same("fiscal_year", nullable=False),
    _same("stage", nullable=False),
    _field(
        "entity_level", S, "口径：department 汇总；空为文件未说明。单位（本级）版本不入部门面板",
        "department; editions of single units are never in these panels", "department",
        null=("文件未说明", "the document does not say"),
    ),
    _FIRST,
    _count("n_documents", "所用现行文件数", "current documents used"),
)  # fmt: skip
_CLASS_ROW: Final = (
    _field("class_system", S, "分类体系", "classification", "functional"),
    _field("class_code", S, "科目编码", "code of the class", "2010301"),
    _field("class_label", S, "科目名称，照印", "label of the class as printed", "行政运行", null=NOT_PRINTED),
    _field("class_level", I16, "层级：1 类、2 款、3 项；求和只用一个层级", "1 类, 2 款, 3 项: add up one level", "1"),
)
_ROW: Final[dict[str, tuple[Field, ...]]] = {
    "panel_department_year": (
        *_DEPARTMENT_ROW,
        _same("published_date"),
        _same("text_coverage"),
        _count("n_facts", "所用文件的金额位置数", "positions of amounts in the documents used"),
        _count("n_projects", "项目数（panel_project 的行）", "projects, rows of panel_project"),
        _count("n_indicators", "所用文件的绩效指标数", "performance indicators in the documents used"),
        _count("n_quantitative", "其中定量指标数", "of them quantitative"),
        _count("n_checks_fail", "所用文件中不成立的检查数（经人否定的不计）", "checks that fail and are not rejected"),
        _field("is_within_other", B, "列在同地区另一部门的所属单位中，县区加总时不计",
               "listed as a unit of another department of the county; left out of the county's sums", "false"),
    ),
    "panel_department_function_year": (*_DEPARTMENT_ROW[:-1], *_CLASS_ROW),
    "panel_department_economic_year": (*_DEPARTMENT_ROW[:-1], *_CLASS_ROW),
    "panel_project": (
        _field("panel_project_id", S, "项目标识：首选一处的 project_id", "project_id of the preferred place",
               "3a2245b978ca3436.t11.r2.c2"),
        *_DEPARTMENT_ROW[:-1],
        _same("project_code"),
        _same("project_name"),
        _field("form", S, "首选一处的表样", "form of the preferred place", "project_target"),
        _count("n_places", "该项目印了几处", "places that print the project"),
        _count("n_indicators", "首选一处的绩效指标数", "performance indicators of the preferred place"),
        _count("n_quantitative", "其中定量指标数", "of them quantitative"),
    ),
    "panel_county_year": (
        _same("county_code", nullable=False),
        _same("fiscal_year", nullable=False),
        _same("stage", nullable=False),
        _count("n_departments", "计入的部门数", "departments taken into account"),
        _count("n_within_other", "因列在另一部门之下而未计入的部门数", "departments left out as units of another"),
        _count("n_unit_only", "只公开了单位（本级）版本、因而未计入的部门数",
               "organisations left out that publish only the edition of a single unit"),
    ),
}  # fmt: skip


def _amounts(panel: Panel) -> tuple[Field, ...]:
    fields: list[Field] = []
    summed = any(amount.of for amount in panel.amounts) and panel.panel == "panel_county_year"
    for amount in panel.amounts:
        fields += (
            _field(f"{amount.name}_yuan", F64, amount.zh, amount.en, "150000.0",
                   null=("没有数，原因见 _why", "no number; the reason is in _why"), unit="yuan"),
            _field(f"{amount.name}_why", S, f"{amount.zh}：有数或无数的原因（代码见字典末）",
                   f"{amount.en}: why a number or none (codes: end of the dictionary)", "printed"),
        )  # fmt: skip
        if summed:
            fields.append(_count(f"{amount.name}_n", f"{amount.zh}：有数的部门数", f"{amount.en}: departments with it"))
    return tuple(fields)


def _spec(panel: Panel) -> TableSpec:
    key = KEYS[panel.panel]
    columns = (*_ROW[panel.panel], *_amounts(panel))
    return TableSpec(panel.panel, "panel", panel.title_zh, panel.title_en, columns, key, key)


_LINEAGE_SPEC: Final = TableSpec(
    LINEAGE,
    "panel",
    "面板来历",
    "which facts made a cell of a panel",
    (
        _field("panel", S, "面板", "panel", "panel_department_year"),
        _field("row_key", S, "面板中的行：其键以 | 连接", "row of the panel: its key, joined with |",
               "130630-1a2b3c4d|2024|budget"),
        _field("column", S, "面板中的列", "column of the panel", "exp_basic_yuan"),
        _field("fact_table", S, "事实所在的表", "table of the fact", "budget_lines"),
        _field("fact_id", S, "事实标识", "fact", "3a2245b978ca3436.t9.r14.c3"),
        _field("role", S, "value 取其值、term 与其他 term 相加、agrees 另一处所印相同、differs 另一处所印不同、"
               "missing 该处无数",
               "value: taken; term: added to the other terms; agrees, differs: printed elsewhere; missing: no number",
               "value"),
        _field("amount_yuan", F64, "该事实的金额（元）", "amount of the fact", "150000.0", null=NO_AMOUNT, unit="yuan"),
    ),
    ("panel", "row_key", "column", "fact_table", "fact_id", "role"),
    ("panel", "row_key", "column", "role", "fact_table", "fact_id"),
)  # fmt: skip

PANELS: Final[dict[str, TableSpec]] = {
    **{name: _spec(load_panels()[name]) for name in KEYS},
    LINEAGE: _LINEAGE_SPEC,
}
# Every table of a release, in the order of its dictionary: panels are what most readers begin with.
PUBLISHED: Final[dict[str, TableSpec]] = {
    **{name: published_spec(spec) for name, spec in TABLES.items()},
    **excerpt_specs(),
    **MADE,
    **PANELS,
    **CODES,
}


def table_name(spec: TableSpec) -> str:
    """`core_budget_lines`, `panel_project`, `raw_cells`: the layer first, once."""
    layer = f"{spec.layer}_"
    return f"{layer}{spec.name.removeprefix(layer)}"
