"""Columns of the tables that a release itself makes: the code lists (`code_*`), what changed, what is withheld.

The tables of facts are in `normalize.schema`, the panels in `normalize.panels.tables`; `PUBLISHED` there has all.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from normalize.columns import F64, I16, I32, LS, B, Field, Null, S
from normalize.schema import TableSpec


def _f(
    name: str, dtype: pl.DataType, zh: str, en: str, example: str, *, null: Null | None = None, unit: str | None = None
) -> Field:
    null_zh, null_en = null or (None, None)
    return Field(name, dtype, zh, en, unit, null is not None, null_zh, null_en, example)


def _code(name: str, titles: tuple[str, str], columns: tuple[Field, ...], key: tuple[str, ...]) -> TableSpec:
    return TableSpec(f"code_{name}", "code", *titles, columns, key, key)


_WORDS_ZH: Final = _f("name_zh", S, "中文名称", "name in Chinese", "三公经费支出表")
_WORDS_EN: Final = _f("name_en", S, "英文名称", "name in English", "travel abroad, vehicles, receptions")
_TEXTS: Final = (
    _f("title_zh", S, "中文标题", "title in Chinese", "空白不是零"),
    _f("title_en", S, "英文标题", "title in English", "a blank is not a zero"),
    _f("text_zh", S, "中文说明", "explanation in Chinese", "空白的金额没有数，不得当作零。"),
    _f("text_en", S, "英文说明", "explanation in English", "A blank amount has no number; do not take it for zero."),
)


def _classes(system: str, zh: str, en: str, code: str) -> TableSpec:
    columns = (
        _f("class_code", S, "科目编码", "code of the class", code),
        _f("name_zh", S, "科目名称；一码先后有两义的各占一行", "name; a code that came to mean another thing has a row"
           " for each", "会议费"),
        _f("other_names", LS, "文件中见过的其他写法", "other names that documents print", "[会议费用]"),
        _f("class_level", I16, "层级：1 类、2 款、3 项", "1 类, 2 款, 3 项", "2"),
        _f("parent_code", S, "上级编码", "code above", "302", null=("没有上级", "none above")),
        _f("trust", S, "依据：seen 见于公开文件或官方列表，其他为未证实", "seen: in documents or an official list; else"
           " not verified", "seen"),
    )  # fmt: skip
    return _code(system, (zh, en), columns, ("class_code", "name_zh"))


_CODES: Final = (
    _code(
        "regions",
        ("行政区划", "administrative divisions"),
        (
            _f("county_code", S, "区划代码（GB/T 2260 及民政部逐年公布）", "division code (GB/T 2260 and yearly lists)",
               "130630"),
            _f("name_zh", S, "名称", "name", "涞源县"),
            _f("valid_from", I16, "自该年起", "from that year on", "1981"),
            _f("valid_to", I16, "至该年止", "until that year", "2010", null=("沿用至今", "still in use")),
            _f("level", S, "级别：province、prefecture、county", "province, prefecture or county", "county"),
            _f("prefecture_code", S, "所属地级代码", "prefecture", "130600", null=("省级本身", "a province itself")),
            _f("province_code", S, "所属省级代码", "province", "130000"),
            _f("current_codes", LS, "今天的代码；分归几处的有几个", "codes of today; several where it was divided",
               "[130630]"),
        ),
        ("county_code", "name_zh", "valid_from"),
    ),
    _classes("functional", "支出功能分类科目", "functional classification of expenditure", "2010301"),
    _classes("economic_department", "部门预算支出经济分类科目", "economic classification, department", "30215"),
    _classes("economic_government", "政府预算支出经济分类科目", "economic classification, government", "50202"),
    _code(
        "statements",
        ("报表", "kinds of statements"),
        (
            _f("statement_code", S, "报表代码", "kind of statement", "three_public"),
            _WORDS_ZH,
            _WORDS_EN,
            _f("kind", S, "种类：statement 金额表、records 清单、project 项目表、indicators 指标表",
               "statement, records, project or indicators", "statement"),
            _f("source", S, "表样依据", "where the form was seen", "Hebei budget disclosure 2024, table 9"),
        ),
        ("statement_code",),
    ),
    _code(
        "states",
        ("状态及其他代码", "states and other coded words"),
        (
            _f("column", S, "所在的列：表.列，或各表同名列", "column: table.column, or the name in every table",
               "amount_state"),
            _f("code", S, "代码", "code", "blank"),
            _f("name_zh", S, "含义", "meaning in Chinese", "空白"),
            _f("name_en", S, "含义（英文）", "meaning in English", "blank"),
        ),
        ("column", "code"),
    ),
    _code(
        "reasons",
        ("面板中有数或无数的原因", "why a panel has a number or none"),
        (
            _f("code", S, "代码，即各 `_why` 列的值", "code, as in the columns `_why`", "blank_printed"),
            _f("number", I16, "在 Stata 文件中的编号", "number of it in the Stata files", "12"),
            _f("stata_missing", S, "Stata 文件中金额的扩展缺失值", "extended missing value of the amount in the Stata"
               " files", ".f", null=("有数", "there is a number")),
            _f("has_amount", B, "是否有数", "whether there is a number", "false"),
            _f("name_zh", S, "含义", "meaning in Chinese", "空白（不等于零）"),
            _f("name_en", S, "含义（英文）", "meaning in English", "blank, which is no zero"),
        ),
        ("code",),
    ),
    _code(
        "warnings",
        ("使用提醒", "warnings for users"),
        (
            _f("code", S, "代码", "code", "W_BLANK"),
            *_TEXTS,
            _f("of_tables", LS, "所涉文件", "files concerned", "[core_budget_lines]"),
            _f("of_columns", LS, "所涉列；空为整表", "columns concerned; empty: the table as a whole", "[amount_yuan]"),
        ),
        ("code",),
    ),
    _code(
        "checks",
        ("检查规则", "checks"),
        (
            _f("check_id", S, "规则标识", "rule", "T02"),
            _f("family", S, "规则族", "family", "T"),
            _f("level", S, "规则层次", "level", "statement"),
            _f("severity", S, "不成立时的严重程度", "severity where it fails", "error"),
            _f("title_zh", S, "名称", "title in Chinese", "三公小计"),
            _f("title_en", S, "名称（英文）", "title in English", "subtotal of the three public expenses"),
            _f("rule_zh", S, "规则", "rule in Chinese", "小计等于各项之和"),
            _f("rule_en", S, "规则（英文）", "rule in English", "the subtotal is the sum of its items"),
        ),
        ("check_id",),
    ),
    _code(
        "dept_types",
        ("部门类别", "kinds of departments"),
        (_f("dept_type", S, "类别代码", "kind", "education"), _WORDS_ZH, _WORDS_EN),
        ("dept_type",),
    ),
    _code(
        "indicator_levels",
        ("绩效指标层级", "levels of performance indicators"),
        (
            _f("level", I16, "层级", "level", "2"),
            _f("name_zh", S, "标准名称", "standard name", "数量指标"),
            _f("aliases", LS, "视为同名的写法", "names taken for it", "[数量]"),
        ),
        ("level", "name_zh"),
    ),
    _code(
        "units",
        ("计量单位", "units"),
        (
            _f("kind", S, "money 金额、measure 其他", "money or measure", "money"),
            _f("unit", S, "标准写法", "standard form", "万元"),
            _f("yuan", F64, "折合元", "in yuan", "10000.0", null=("不是金额单位", "no unit of money"), unit="yuan"),
            _f("aliases", LS, "视为同一单位的写法", "forms taken for it", "[人民币万元]"),
        ),
        ("kind", "unit"),
    ),
)  # fmt: skip

_SHA: Final = _f("document_sha256", S, "所在文件", "document", "3a2245b978ca3436…",
                 null=("不属于某一文件", "not of one document"))  # fmt: skip
_MADE: Final = (
    TableSpec(
        "changes",
        "meta",
        "与上一版本的差异",
        "what differs from the previous release",
        (
            _f("change_id", S, "差异标识", "change", "4f1c09ab77d2e310"),
            _f("release_from", S, "上一版本", "previous release", "v2026.11.0"),
            _f("release_to", S, "本版本", "this release", "v2026.11.1"),
            _f("of_table", S, "所在的表（文件名，不含扩展名）", "table, as its file is called", "core_budget_lines"),
            _f("op", S, "added 新增、gone 消失、changed 改动、rekeyed 换了标识；结构变化：column_added、column_gone、"
               "column_retyped、table_added、table_gone",
               "added, gone, changed, rekeyed (another identifier), or a change of the structure: column_added,"
               " column_gone, column_retyped, table_added, table_gone", "changed"),
            _f("reason", S, "原因，见 code_states", "why, see code_states", "correction"),
            _SHA,
            _f("row_id", S, "行的键，以 | 连接；rekeyed 为新键",
               "key of the row, joined with |; the new one of rekeyed rows",
               "3a2245b978ca3436.t9.r14.c3", null=("该文件在此表的全部行", "every row of that document")),
            _f("column", S, "列", "column", "amount_yuan", null=("整行", "the row as a whole")),
            _f("before", S, "原值；rekeyed 为旧键", "value before; of rekeyed rows the old key", "171.00",
               null=("空值，或没有该行", "null, or no such row")),
            _f("after", S, "新值", "value after", "186.00", null=("空值，或没有该行", "null, or no such row")),
            _f("n_rows", I32, "所涉行数", "rows concerned", "1"),
        ),
        ("change_id",),
        ("of_table", "op", "reason", "document_sha256", "row_id", "column", "change_id"),
    ),
    TableSpec(
        "withheld",
        "meta",
        "不予发布的文字",
        "passages withheld from the release",
        (
            _f("withholding_id", S, "标识", "withholding", "W-0001"),
            _f("document_sha256", S, "文件", "document", "3a2245b978ca3436…"),
            _f("place", S, "位置；document 为整个文件", "place; document: the whole of it", "p31"),
            _f("status", S, "applied 已采用、stale 已失效（该处没有所指文字，未采用）",
               "applied, or stale (the words are not there; nothing was withheld)", "applied"),
            _f("reason_code", S, "原因，见 code_states", "why, see code_states", "phone_number"),
            _f("requested_on", S, "提出日期", "day of the request", "2026-11-23",
               null=("自行发现", "found by ourselves")),
            _f("decided_on", S, "决定日期", "day of the decision", "2026-11-23"),
            _f("n_rows", I32, "改动的行数（各表合计）", "rows changed, in all tables", "2"),
            _f("of_tables", LS, "所涉的表", "tables concerned", "[core_narratives, raw_cells]"),
        ),
        ("withholding_id",),
        ("withholding_id",),
    ),
)  # fmt: skip

CODES: Final[dict[str, TableSpec]] = {spec.name: spec for spec in _CODES}
MADE: Final[dict[str, TableSpec]] = {spec.name: spec for spec in _MADE}
