"""Every published column, defined once: type, what it means (zh, en), unit, what null means, an example.

The dictionary of a release, the Parquet field metadata and `normalize.schema` all follow from `COLUMNS`. A name means
one thing in every table; where a word had to serve twice, the entry is qualified (`goals.level`) and wins there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

S: Final = pl.String()
I16: Final = pl.Int16()
I32: Final = pl.Int32()
I64: Final = pl.Int64()
F64: Final = pl.Float64()
B: Final = pl.Boolean()
D: Final = pl.Date()
LS: Final = pl.List(pl.String())
LI: Final = pl.List(pl.Int32())


@dataclass(frozen=True, slots=True)
class Field:
    """One column. unit: of the values, where they have one. A column is nullable only if a null has a meaning."""

    name: str
    dtype: pl.DataType
    zh: str
    en: str
    unit: str | None = None
    nullable: bool = False
    null_meaning_zh: str | None = None
    null_meaning_en: str | None = None
    example: str | None = None


COLUMNS: Final[dict[str, Field]] = {}

Null = tuple[str, str]
NOT_PRINTED: Final[Null] = ("原文未印", "not printed")
NOT_KNOWN: Final[Null] = ("不能确定", "cannot be determined")
NO_SUCH: Final[Null] = ("该格式没有", "the format has none")
NO_AMOUNT: Final[Null] = ("无数值或单位不明，见状态栏", "no number, or unit unknown; see the state column")
NOT_WEB: Final[Null] = ("不是从网上取得", "not reached through the web")
NO_NUMBER: Final[Null] = ("不能解析为数值", "not readable as a number")


def _c(
    name: str,
    dtype: pl.DataType,
    zh: str,
    en: str,
    *,
    example: str,
    null: Null | None = None,
    unit: str | None = None,
) -> None:
    """Define one column; `table.name` overrides `name` in that table."""
    if name in COLUMNS:
        raise ValueError(f"column defined twice: {name}")
    null_zh, null_en = null or (None, None)
    COLUMNS[name] = Field(name.rpartition(".")[2], dtype, zh, en, unit, null is not None, null_zh, null_en, example)


# A table of data, one column a line or two; the formatter would triple it.
# fmt: off
# ------------------------------------------------------------------------------------- identity, place
_c("document_sha256", S, "文件内容的 sha256", "sha256 of the document's bytes", example="3a2245b978ca3436…")
_c("disclosure_id", S, "公开件标识：区划-年度-种类-部门", "disclosure: county-year-kind-organisation",
   example="130630-2024-department_budget-1a2b3c4d")
_c("county_code", S, "行政区划代码：来源登记的，没有来源时由所印单位名称确定",
   "division code: of the source registry; without a source, of the place the printed name begins with",
   example="130630", null=("没有来源，名称也不能确定区划", "no source, and the name leaves the place open"))
_c("county_basis", S, "区划依据：source 来源登记、printed 所印名称", "how county_code is known: source or printed",
   example="source", null=NOT_KNOWN)
_c("county_code_current", S, "该区划今天的代码", "code of that division today", example="130630",
   null=("区划不明，或已分归几处", "division unknown, or since divided among several"))
_c("dept_type", S, "部门类别（跨县比较用，见词表；unclassified 未归类）",
   "kind of department, for comparison across counties; unclassified where no rule knows it", example="education",
   null=("文件未印部门名称", "the document prints no organisation"))
_c("org_id", S, "部门标识：区划代码与首次所印名称的摘要",
   "organisation: county code and a digest of the first printed name", example="130630-1a2b3c4d",
   null=("文件未印部门名称", "the document prints no organisation"))
_c("org_name", S, "部门名称，照印", "name of the organisation as printed", example="涞源县人民政府办公室",
   null=NOT_PRINTED)
_c("org_code_printed", S, "部门代码，照印", "organisation code as printed", example="434", null=NOT_PRINTED)
_c("alias_id", S, "名称行标识", "id of a printed name", example="3a2245b978ca3436.n1")
_c("printed_name", S, "所印单位名称", "name of the organisation as printed", example="434涞源县人民政府办公室")
_c("printed_code", S, "名称旁所印代码", "code printed beside the name", example="434", null=NOT_PRINTED)
_c("name_source", S, "名称印在何处：cover 封面、label 封面标签、running_head 页眉、caption 表头、field 栏目、"
   "heading 网页标题、section 标题、title 其他标题、prose 正文",
   "where the name is printed: cover, label, running_head, caption, field, heading, section, title, prose",
   example="caption")
_c("match_method", S, "与部门的关系：same_name 名称相同（不计口径标记），same_document 同一文件另一名称",
   "same_name (but for marks of the edition) or same_document (another name in the same document)", example="same_name")
_c("org_aliases.n_printed", I32, "在该处印出的次数", "how often it is printed there", example="9")
_c("fiscal_year", I16, "资金所属年度（不是公开年份）", "year the money belongs to (not the year of publication)",
   example="2024", null=NOT_KNOWN)
_c("doc_type", S, "文件种类（部门预算、单位决算等的代码）", "kind of document (department_budget, unit_final, …)",
   example="department_budget")
_c("entity_level", S, "口径：department 含下属单位，unit 单个单位", "department (with subordinate units) or unit",
   example="department", null=NOT_KNOWN)
_c("stage", S, "阶段：budget 预算、budget_adjusted 调整预算、final 决算", "budget, budget_adjusted or final",
   example="budget", null=NOT_KNOWN)
_c("page", I32, "页码，从 1 起", "page, from 1", example="1", null=NO_SUCH)
_c("table_no", I32, "第几张表（跨页拼接前，照印计数），从 1 起", "table counted as printed, before joining, from 1",
   example="9", null=("不在表中", "not in a table"))
_c("row_no", I32, "表内行号，从 1 起", "row in the table, from 1", example="14", null=("不在表中", "not in a table"))
_c("col_no", I32, "表内列号，从 1 起", "column in the table, from 1", example="3",
   null=("不在表中", "not in a table"))
_c("paragraph_no", I32, "表外第几段，从 1 起", "paragraph outside tables, from 1", example="7",
   null=("不是段落", "not a paragraph"))
_c("x0", F64, "左边界", "left edge on the page", unit="pt", example="72.0", null=NO_SUCH)
_c("y0", F64, "上边界（自页顶向下）", "top edge, measured down from the top of the page", unit="pt", example="90.5",
   null=NO_SUCH)
_c("x1", F64, "右边界", "right edge on the page", unit="pt", example="120.0", null=NO_SUCH)
_c("y1", F64, "下边界（自页顶向下）", "bottom edge, measured down from the top of the page", unit="pt",
   example="104.5", null=NO_SUCH)
_c("extract_method", S, "读取方法", "how the text was read: docx_xml, pdf_text, pdf_ocr, image_ocr, html, sheet",
   example="docx_xml")
_c("confidence", F64, "识别置信度（0–1）", "confidence of recognition, 0 to 1", example="0.98",
   null=("文字层直接读出，无需识别", "read from the text layer, nothing recognised"))
_c("seq", I32, "在文件中的次序，从 1 起", "order in the document, from 1", example="1")

# ------------------------------------------------------------------------------------------- documents
_c("source_id", S, "来源标识", "source of the crawl", example="130630_laiyuan", null=NOT_WEB)
_c("publisher", S, "公开主体（来自来源登记）", "publisher, from the source registry", example="涞源县人民政府",
   null=NOT_WEB)
_c("url", S, "文件网址", "address of the document", example="https://example.gov.cn/a.docx", null=NOT_WEB)
_c("landing_url", S, "所在公告页网址", "address of the notice that carries it",
   example="https://example.gov.cn/n1.html", null=NOT_WEB)
_c("link_text", S, "链接文字，照印", "text of the link as printed", example="2024年部门预算.docx", null=NOT_WEB)
_c("notice_title", S, "公告标题，照印", "title of the notice as printed", example="2024年部门预算信息公开",
   null=NOT_WEB)
_c("filename", S, "文件名", "file name", example="sample.docx", null=("没有文件名", "no file name known"))
_c("parent_sha256", S, "所在压缩包的 SHA-256", "sha256 of the archive it is a member of", example="3a2245b978ca3436…",
   null=("不在压缩包内", "not a member of an archive"))
_c("member_path", S, "在压缩包内的路径", "its path in that archive", example="部门预算/2024年预算公开表.xls",
   null=("不在压缩包内", "not a member of an archive"))
_c("published_date", D, "网页所印公开日期", "date of publication as the page prints it", example="2024-02-08",
   null=("网页未印，或不是从网上取得", "the page prints none, or not reached through the web"))
_c("documents.kind", S, "文件的真实格式", "what the bytes really are", example="docx")
_c("method", S, "读取方法", "how the document was read", example="docx_xml")
_c("n_pages", I32, "页数", "pages", example="33", null=NO_SUCH)
_c("n_tables", I32, "表数（跨页拼接后）", "tables, pieces joined", example="40")
_c("n_paragraphs", I32, "表外段落数", "paragraphs outside tables", example="120")
_c("n_cells", I32, "单元格数", "cells", example="3120")
_c("n_statements", I32, "识别出的报表数", "statements recognised", example="12")
_c("n_unrecognized", I32, "未识别的表数", "tables of no known form", example="0")
_c("n_amounts", I32, "金额位置数（含空白）", "positions of amounts, blanks included", example="640")
_c("n_issues", I32, "读取与归一问题数", "issues of reading and normalising", example="2")
_c("text_coverage", F64, "有去处的非空单元格与段落所占比例",
   "share of non-empty cells and paragraphs that have a home", example="1.0",
   null=("文件没有可读内容", "nothing readable in the document"))
_c("title_printed", S, "标题，照印", "title as printed", example="部门预算收支总表", null=NOT_PRINTED)
_c("is_current", B, "是否现行版本（账本所知）", "whether this is the version now published, by the ledger",
   example="true")

# ----------------------------------------------------------------------------------------- disclosures
_c("statements", LS, "读到的报表代码", "codes of the statements found", example="[income, expenditure]")
_c("n_facts", I32, "金额事实数（含空白）", "facts, blanks included", example="640")

# ------------------------------------------------------------------------------------------ statements
_c("statement_code", S, "报表代码", "kind of statement", example="three_public")
_c("statements.seq", I16, "同类报表中的次序，从 1 起", "order among statements of that code, from 1", example="1")
_c("org_printed", S, "报表所印部门", "organisation printed on the statement", example="434涞源县人民政府办公室",
   null=NOT_PRINTED)
_c("year_printed", S, "报表所印年度", "year printed on the statement", example="预算年度：2024", null=NOT_PRINTED)
_c("unit_printed", S, "金额单位所在文字，照印", "the text that states the unit, as printed", example="单位：万元",
   null=NOT_PRINTED)
_c("as_of_printed", S, "截止时间，照印", "date of reference as printed", example="截止时间：2023-12-31",
   null=NOT_PRINTED)
_c("unit", S, "金额单位", "unit of money", example="万元", null=NOT_KNOWN)
_c("unit_source", S, "单位印在何处", "where the unit stood: caption, header, cell, label, prose", example="caption",
   null=NOT_KNOWN)
_c("unit_basis", S, "单位依据", "how the unit is known: printed, inherited, proven, assumed", example="printed",
   null=NOT_KNOWN)
_c("statements.state", S, "报表状态", "populated, declared_empty, blank or unrecognized", example="populated")
_c("notes", LS, "表注，照印", "notes of the statement as printed", example="[注：无政府性基金预算，空表列示。]")
_c("form", S, "所用表样", "form it was read by", example="hebei_three_public", null=("未识别", "not recognised"))
_c("recognition_score", F64, "识别得分（0–1）", "score of recognition, 0 to 1", example="0.97")
_c("recognition_reasons", LS, "识别理由", "reasons of recognition", example="[title]")
_c("nearest_form", S, "最接近的表样", "nearest form, where none was good enough", example="income",
   null=("不需要", "not needed"))
_c("n_lines", I32, "行数", "lines", example="13")
_c("n_columns", I32, "列数", "columns", example="6")
_c("n_printed", I32, "非空金额数", "amounts that are not blank", example="14")
_c("seams", I32, "跨页拼接处数", "places where pieces were joined", example="0")

# ---------------------------------------------------------------------------------------- budget lines
_c("fact_id", S, "事实标识：文件摘要与位置", "fact: digest of the document and place",
   example="3a2245b978ca3436.t9.r14.c3")
_c("raw_cells.fact_id", S, "由此单元格得出的事实", "fact taken from this cell", example="3a2245b978ca3436.t9.r14.c3",
   null=("不是金额事实", "not an amount"))
_c("statement_seq", I16, "同类报表中的次序", "order among statements of that code", example="1")
_c("statement_title", S, "报表标题，照印", "title of the statement as printed",
   example="部门预算财政拨款“三公”经费支出表", null=NOT_PRINTED)
_c("flow", S, "revenue 收入或 expenditure 支出", "revenue or expenditure", example="expenditure", null=NOT_KNOWN)
_c("line_no", S, "序号或行次，照印", "number of the line as printed", example="10", null=NOT_PRINTED)
_c("line_code", S, "科目编码（照印或由上级带下）", "code of the line, as printed or carried down", example="30215",
   null=NOT_PRINTED)
_c("line_label", S, "行名，照印", "label of the line as printed", example="四、会议费", null=NOT_PRINTED)
_c("line_key", S, "行的路径，供连接用", "path of the line, for joins", example="合计/商品和服务支出/30215")
_c("line_level", I16, "行的层级", "level of the line", example="2")
_c("class_system", S, "分类体系", "functional, economic_department, economic_government or income",
   example="functional", null=("不是科目行", "not a line of a classification"))
_c("map_status", S, "所印科目编码与名称同科目表的关系：exact 一致、label_variant 异名、label_differs 名称不同、"
   "unverified 表中该码未经证实、unknown_code 表中无此码",
   "how the printed code and label stand to the list: exact, label_variant, label_differs, unverified, unknown_code",
   example="exact", null=("不是有编码的科目行", "not a coded line of a classification"))
_c("agg_role", S, "汇总角色", "grand_total, parent, leaf, of_which or memo", example="leaf")
_c("sum_safe", B, "同一报表、同一收支方、同一阶段的各 sum_safe 值可相加而不重复",
   "all such values of one statement, lane and stage may be added without counting a yuan twice", example="true")
_c("column_path", S, "列头，自上而下以 / 连接", "header texts from top to leaf, joined with /",
   example="资金性质/合计")
_c("column_key", S, "列的标准名", "our name of the column", example="total", null=NOT_KNOWN)
_c("fund", S, "资金性质", "fund: all, general_public_budget, government_fund, …", example="general_public_budget",
   null=NOT_KNOWN)
_c("nature", S, "支出性质", "nature of the spending: total, basic, project, …", example="basic", null=NOT_KNOWN)
_c("measure", S, "量", "what is measured", example="amount", null=NOT_KNOWN)
_c("printed_text", S, "单元格文字，照印", "text of the cell as printed", example="15.00", null=("空白", "blank"))
_c("amount_state", S, "金额状态", "number, zero, blank, dash, masked, illegible or not_numeric", example="number")
_c("amount_yuan", F64, "金额（元）", "amount", unit="yuan", example="150000.0", null=NO_AMOUNT)
_c("amount_fen", I64, "金额（分，精确）", "amount, exact", unit="fen", example="15000000",
   null=("同上；或金额不足一分不能整除", "as above, or not a whole number of fen"))
_c("resolution_yuan", F64, "所印末位代表的金额（元）", "value of the last printed digit", unit="yuan",
   example="100.0", null=NO_AMOUNT)
_c("lane", I16, "并列表的第几栏，从 0 起", "lane of a statement printed side by side, from 0", example="0")
_c("is_labelled", B, "该行印有名称或编码；false：该表没有名称栏",
   "the line prints a label or a code; false: the table has no labels at all", example="true")
_c("form_line_key", S, "表样对该行的命名", "the form's name of the line", example="meeting",
   null=("表样未命名", "the form names no such line"))

# -------------------------------------------------------------------------------------------- projects
_c("project_id", S, "项目标识", "project", example="3a2245b978ca3436.t11.r2.c2",
   null=("属于整个部门", "of the whole department"))
_c("project_code", S, "项目编码，照印", "project code as printed", example="13063024P000092100025", null=NOT_PRINTED)
_c("project_name", S, "项目名称，照印", "project name as printed", example="OA系统服务费",
   null=("原文未印，或属于整个部门", "not printed, or of the whole department"))
_c("purpose", S, "资金用途，照印", "purpose as printed", example="OA系统服务费", null=NOT_PRINTED)
for _name, _zh, _en in (
    ("total", "预算数", "whole budget"),
    ("fiscal", "其中财政资金", "of it fiscal money"),
    ("other", "其中其他资金", "of it other money"),
):
    _c(
        f"{_name}_printed",
        S,
        f"{_zh}，照印",
        f"{_en}, as printed",
        example="5.44",
        null=("空白或未印", "blank or not printed"),
    )
    _c(f"{_name}_state", S, f"{_zh}的金额状态", f"state of the amount: {_en}", example="number", null=NOT_PRINTED)
    _c(f"{_name}_yuan", F64, f"{_zh}（元）", _en, unit="yuan", example="54400.0", null=NO_AMOUNT)
_c("total_fen", I64, "预算数（分，精确）", "whole budget, exact", unit="fen", example="5440000", null=NO_AMOUNT)
for _name, _zh, _en in (
    ("adjusted", "全年（调整后）预算数", "budget as adjusted"),
    ("executed", "全年执行数", "amount executed"),
):
    _c(f"{_name}_printed", S, f"{_zh}，照印", f"{_en}, as printed", example="180.03",
       null=("空白或未印；只有自评表才有", "blank or not printed; self-evaluation forms only"))
    _c(f"{_name}_yuan", F64, f"{_zh}（元）", _en, unit="yuan", example="1800300.0", null=NO_AMOUNT)
_c("execution_rate_printed", S, "预算执行率，照印", "rate of execution as printed", example="100.00%", null=NOT_PRINTED)
_c("execution_score_printed", S, "预算执行得分，照印", "points for the execution as printed", example="10",
   null=NOT_PRINTED)
_c("score_total_printed", S, "自评总分，照印", "total score as printed", example="98", null=NOT_PRINTED)
_c("goal_actual_printed", S, "目标实际完成情况，照印", "what was reached of the goal, as printed",
   example="培训按计划完成", null=NOT_PRINTED)
_c("other_fields", LS, "表内其他栏目，“栏目：内容”，照印", "other fields of the form, `label：text`, as printed",
   example="[department：某市大数据局]")
_c("indicator_count", I32, "指标条数", "indicators", example="9")
_c("goal_text", S, "绩效目标，照印", "goal as printed", example="1.保障网络安全可靠运行", null=NOT_PRINTED)
_c("code_county", S, "项目编码中的区划", "division inside the project code", example="130630",
   null=("编码不合规则", "the code has no such part"))
_c("code_year", I16, "项目编码中的年度", "year inside the project code", example="2024",
   null=("编码不合规则", "the code has no such part"))
_c("projects.form", S,
   "所用表样：project_target 项目表，project_list 项目清单，department_target 部门整体（不是项目，勿相加），"
   "indicators 未印归属",
   "form: project_target, project_list (a list; the same project may have a form too), department_target (a whole"
   " department, no project: do not add), indicators (not said whose)", example="project_target")

# -------------------------------------------------------------------------------------- spending plans
_c("plan_id", S, "支出计划点标识", "point of a spending plan", example="3a2245b978ca3436.t11.r6.c9")
_c("checkpoint", S, "时点（月-日）", "checkpoint, month-day", example="12-31")
_c("state", S, "值的状态", "state of the value: number, zero, blank, dash, …", example="number")
_c("value_number", F64, "数值", "number", example="95.0", null=NO_NUMBER)
_c("spending_plans.unit_printed", S, "计划栏所印单位", "unit the plan's own label prints", example="%",
   null=NOT_PRINTED)
_c("unit_inferred", S, "由数字本身证明的单位", "unit the numbers themselves prove", example="万元",
   null=("数字不能证明", "the numbers prove none"))
_c("cumulative", B, "各点为累计数：不减且末点等于总额；false：各点之和等于总额",
   "the points are cumulative: never falling, the last is the whole; false: they add up to it", example="true",
   null=("数字不能证明", "the numbers do not prove it"))
_c("planned_yuan", F64, "计划支出（元）", "planned spending", unit="yuan", example="54400.0", null=NO_AMOUNT)
_c("planned_share", F64, "计划支出占项目预算之比", "planned spending as a share of the project's budget",
   example="1.0", null=NO_AMOUNT)

# ----------------------------------------------------------------------------------- goals, indicators
_c("goal_id", S, "目标标识", "goal", example="3a2245b978ca3436.p31")
_c("goals.level", S, "目标层次", "department_overall, department_item or project", example="project")
_c("name", S, "目标名称，照印", "name of the goal as printed", example="做好政务服务", null=NOT_PRINTED)
_c("indicator_text", S, "目标所附指标文字，照印", "indicator text printed with the goal",
   example="办结案件数量大于12件", null=NOT_PRINTED)
_c("note", S, "如何切出", "how it was cut out of the prose", example="split", null=("无需说明", "nothing to say"))
_c("indicator_id", S, "指标标识", "indicator", example="3a2245b978ca3436.t12.r2.c5")
_c("level1", S, "一级指标，照印", "first level as printed", example="产出指标", null=NOT_PRINTED)
_c("level2", S, "二级指标，照印", "second level as printed", example="数量指标", null=NOT_PRINTED)
_c("level3", S, "三级指标，照印", "third level as printed", example="OA系统数量", null=NOT_PRINTED)
_c("level1_std", S, "一级指标的标准名称", "first level in the words of the ministry's framework", example="产出指标",
   null=("未印，或不在词表", "not printed, or not in the vocabulary"))
_c("level2_std", S, "二级指标的标准名称；成本指标在产出之下（旧框架）或为一级（新框架），照所印位置",
   "second level in the words of the framework; 成本指标 stays at the level it is printed at", example="数量指标",
   null=("未印，或不在词表", "not printed, or not in the vocabulary"))
_c("description", S, "绩效指标描述，照印", "description as printed", example="OA系统数量", null=NOT_PRINTED)
_c("value_printed", S, "指标值，照印", "target value as printed", example="≥95百分比",
   null=("空白或未印", "blank or not printed"))
_c("comparator", S, "比较符号或词，照印", "sign or word of comparison as printed", example="≥", null=NOT_PRINTED)
_c("comparator_code", S, "比较方式：ge、le、gt、lt、eq；unstated 有数无号；none 非数值",
   "ge, le, gt, lt, eq; unstated: a number without a sign; none: not a number", example="ge")
_c("value_max", F64, "区间上限", "upper end of a range", example="30.0", null=("不是区间", "not a range"))
_c("value_unit", S, "指标值单位，照印", "unit of the value as printed", example="百分比",
   null=("未印，或非数值", "not printed, or not a number"))
_c("value_unit_std", S, "标准单位", "standard unit", example="%",
   null=("未印，或不在词表", "not printed, or not in the vocabulary"))
_c("is_quantitative", B, "指标值可解析为数值", "the value reads as a number", example="true")
_c("qualitative_class", S,
   "定性指标值的类别：grade 等级、grow 提升、fall 降低、limit 不超过或不低于、keep 保持、compliant 合规、"
   "yes_no 完成与否、date 时间、none 不适用",
   "kind of a value in words: grade, grow, fall, limit, keep, compliant, yes_no, date, none", example="grow",
   null=("数值，或不在词表", "a number, or not in the vocabulary"))
_c("basis", S, "指标值确定依据，照印", "basis of the value as printed", example="工作计划",
   null=("空白或未印", "blank or not printed"))
_c("basis_state", S, "依据栏状态", "state of the basis: printed, blank or absent (no such column)", example="printed")
_c("weight", F64, "权重或分值", "weight", example="10.0", null=("未印或非数值", "not printed or not a number"))
_c("actual_printed", S, "实际完成值，照印", "actual value as printed", example="96%",
   null=("空白或未印", "blank or not printed"))
_c("actual_number", F64, "实际完成值的数值", "number of the actual value", example="96.0", null=NO_NUMBER)
_c("score_printed", S, "得分，照印", "score as printed", example="10", null=("空白或未印", "blank or not printed"))
_c("score", F64, "得分", "score", example="10.0", null=("未印或非数值", "not printed or not a number"))
_c("reason", S, "偏差原因分析及改进措施，照印", "reason of a deviation and what will be done, as printed",
   example="需求变化", null=("空白或未印", "blank or not printed"))
_c("other_columns", LS, "其他栏目，“栏目：内容”，照印", "other columns of the table, `heading：text`, as printed",
   example="[实施周期指标值：≥20]")

# -------------------------------------------------------------------------- units, assets, procurement
_c("unit_id", S, "单位行标识", "row of a unit", example="3a2245b978ca3436.t10.r2.c1")
_c("unit_name", S, "单位名称，照印", "name of the unit as printed", example="涞源县金融服务中心", null=NOT_PRINTED)
_c("unit_nature", S, "单位性质，照印", "nature of the unit as printed", example="行政", null=NOT_PRINTED)
_c("unit_rank", S, "单位规格，照印", "rank of the unit as printed", example="正科级", null=NOT_PRINTED)
_c("funding_form", S, "经费保障形式，照印", "form of funding as printed", example="财政拨款", null=NOT_PRINTED)
_c("asset_id", S, "资产行标识", "row of assets", example="3a2245b978ca3436.t40.r3.c1")
_c("as_of_date", D, "截止日期", "date of reference", example="2023-12-31",
   null=("未印或不能解析", "not printed or not readable"))
_c("item", S, "资产项目，照印", "item as printed", example="1、房屋（平方米）", null=NOT_PRINTED)
_c("parent_item", S, "所属项目（“其中”行的上一项）", "the item an 其中 line belongs to", example="1、房屋（平方米）",
   null=("不是其中行", "not an 其中 line"))
_c("quantity_printed", S, "数量，照印", "quantity as printed", example="3181",
   null=("空白或未印", "blank or not printed"))
_c("quantity", F64, "数量", "quantity", example="3181.0", null=NO_NUMBER)
_c("quantity_unit", S, "数量单位（项目名称括号内）", "unit of the quantity, from the item's brackets",
   example="平方米", null=NOT_PRINTED)
_c("quantity_state", S, "数量的状态", "state of the quantity", example="number")
_c("assets.value_printed", S, "价值，照印", "value as printed", example="95.26",
   null=("空白或未印", "blank or not printed"))
_c("value_yuan", F64, "价值（元）", "value", unit="yuan", example="952600.0", null=NO_AMOUNT)
_c("value_state", S, "价值的状态", "state of the value", example="number")
_c("purchase_id", S, "采购行标识", "row of procurement", example="3a2245b978ca3436.t39.r4.c1")
_c("item_name", S, "采购物品名称，照印", "thing bought, as printed", example="台式计算机", null=NOT_PRINTED)
_c("catalogue_no", S, "政府采购目录序号，照印", "number in the procurement catalogue as printed",
   example="A02010104", null=NOT_PRINTED)
_c("measure_unit", S, "计量单位，照印", "unit of measure as printed", example="台", null=NOT_PRINTED)
_c("unit_price_printed", S, "单价，照印", "price of one, as printed", example="0.50",
   null=("空白或未印", "blank or not printed"))

# ------------------------------------------------------------------------ narratives, claims, glossary
_c("paragraph_id", S, "段落标识", "paragraph", example="3a2245b978ca3436.p12")
_c("section_code", S, "章节代码", "section: duties, institutions, overall, …", example="overall",
   null=("不在任何章节", "in no section"))
_c("heading", S, "所在标题，照印", "heading as printed", example="二、部门预算安排的总体情况", null=NOT_PRINTED)
_c("text", S, "文字，照印", "text as printed", example="2024年预算收入1486.83万元")
_c("n_chars", I32, "字数（不计空白）", "characters, white space not counted", example="120")
_c("is_empty_section", B, "有标题而无内容", "a heading without anything under it", example="false")
_c("claim_id", S, "文中数字标识", "claim in the prose", example="3a2245b978ca3436.p12.1")
_c("claims.seq", I32, "在段落或单元格中的次序，从 1 起", "order in its paragraph or cell, from 1", example="1")
_c("claims.section_code", S, "章节代码", "section: overall, three_public, …", example="overall",
   null=("不在任何章节，或在表中", "in no section, or in a table"))
_c("claims.measure", S, "说的是什么：amount 金额、count 数量、percent 比率、unchanged 持平、nothing 没有",
   "what is said: amount, count, percent, unchanged (the same as before), nothing (that there is none)",
   example="amount")
_c("direction", S, "水平或增减：level、increase、decrease、unchanged、unstated（“增加（减少）”未选定）",
   "level, increase, decrease, unchanged or unstated (the form offers both and nobody chose)", example="increase")
_c("concept", S, "所指概念", "what the claim is about", example="expenditure_total", null=NOT_KNOWN)
_c("subject_printed", S, "所指事物的原文用词", "words for what the claim is about", example="2024年支出预算",
   null=("文中未点明", "not named"))
_c("class_code", S, "所指科目的编码，照印", "code of the line of a classification that is named, as printed",
   example="2010301", null=NOT_PRINTED)
_c("class_label", S, "所指科目的名称，照印", "label of the line of a classification that is named",
   example="行政运行", null=NOT_PRINTED)
_c("within_concept", S, "“其中”所属的概念或用词", "what it is said to be a part of: concept, else words",
   example="three_public", null=("不是其中项", "not said to be a part"))
_c("claim_year", I16, "文中所说的年度", "year printed for the level itself", example="2024", null=NOT_PRINTED)
_c("claims.stage", S, "水平所属阶段：initial_budget、budget、adjusted_budget、execution、final",
   "stage named for the level: initial_budget, budget, adjusted_budget, execution, final", example="final",
   null=("文中未说", "not named"))
_c("amount_printed", S, "文中数字，照印", "amount as printed in the prose", example="1486.83万元",
   null=("没有金额", "no amount is said"))
_c("claims.unit_basis", S, "单位依据：printed 印在数字后、inherited 随同列其他数字",
   "how the unit is known: printed behind the number, or inherited from the others of its list", example="printed",
   null=("没有金额", "no amount is said"))
_c("count_number", F64, "数量", "count", example="3.0", null=("不是数量", "no count"))
_c("count_unit", S, "数量的量词，照印", "counter as printed", example="辆", null=("不是数量", "no count"))
_c("percent_printed", S, "百分比，照印", "percentage as printed", example="12.70%", null=NOT_PRINTED)
_c("percent", F64, "百分比（百分之几）", "percentage, in per cent", unit="%", example="12.7", null=NOT_PRINTED)
_c("percent_kind", S, "百分比的含义：change 增减幅度、share 占比、completion 完成率",
   "what the percentage is: change, share or completion", example="change",
   null=("未印百分比", "no percentage"))
_c("percent_base", S, "占什么的比例，或完成什么", "words for what it is a share of, or what was completed",
   example="年初预算", null=NOT_PRINTED)
_c("comparison_printed", S, "比较的对象，照印", "words for what is compared with", example="2023年预算",
   null=("无比较", "no comparison"))
_c("comparison_year", I16, "比较年度", "year compared with", example="2023", null=("无比较", "no comparison"))
_c("comparison_stage", S, "比较对象的阶段",
   "stage compared with: initial_budget, budget, adjusted_budget, execution or final",
   example="budget", null=("文中未说", "not named"))
_c("is_reason", B, "是否在说明原因时提到", "said in giving a reason, mostly of a part", example="false")
_c("phrase", S, "所在短语，照印", "phrase as printed", example="较2023年预算增加167.73万元")
_c("claims.fact_id", S, "所指的事实：概念与金额都一致", "fact it speaks of: concept and amount agree",
   example="3a2245b978ca3436.t9.r14.c3", null=("未找到，原因见 link_reason", "none found; see link_reason"))
_c("link_reason", S, "与事实相连的依据，或未能相连的原因",
   "ground of the link, or why there is none: differs, not_in_statements",
   example="expenditure/grand_total/total: equal",
   null=("不与事实相比：增减额、其他年度或概念不明", "not compared: a change, another year, or no concept"))
_c("term_id", S, "名词解释标识", "term explained", example="3a2245b978ca3436.p80")
_c("term", S, "名词，照印", "term as printed", example="机关运行经费")
_c("definition", S, "解释，照印", "definition as printed", example="指…")

# ----------------------------------------------------------------------------- issues, cells, findings
_c("issue_id", S, "问题标识", "issue", example="5f0c…-1")
_c("issues.document_sha256", S, "文件内容的 sha256", "sha256 of the document's bytes", example="3a2245b978ca3436…",
   null=("不属于某一文件", "not of one document"))
_c("code", S, "问题代码", "code of the issue", example="unit_unknown")
_c("severity", S, "严重程度", "info, warning or error", example="warning")
_c("issues.stage", S, "所在环节", "crawl, read, interpret, normalize, check or release", example="normalize")
_c("place", S, "位置", "place in the document", example="t9.r14.c3", null=("整个文件", "the whole document"))
_c("message_zh", S, "中文说明", "message in Chinese", example="单位不明")
_c("message_en", S, "英文说明", "message in English", example="unit unknown")
_c("count", I32, "次数", "how often", example="1")
_c("block_no", I32, "在文件中的第几块（段落或表），从 1 起", "block (paragraph or table) in the document, from 1",
   example="3")
_c("kind", S, "种类", "cell, paragraph, heading, page_field or header_repeat", example="cell")
_c("rowspan", I32, "跨行数", "rows spanned", example="1")
_c("colspan", I32, "跨列数", "columns spanned", example="1")
_c("home", S, "去处", "what became of it: amount, label, header, narrative, …", example="amount")
_c("finding_id", S, "发现标识", "finding", example="T02-…")
_c("check_id", S, "规则标识", "rule", example="T02")
_c("family", S, "规则族", "family of the rule", example="T")
_c("level", S, "规则层次", "level of the rule: statement, document, …", example="statement")
_c("findings.severity", S, "严重程度", "severity of the finding", example="error")
_c("findings.disclosure_id", S, "公开件标识", "disclosure", example="130630-2024-department_budget-1a2b3c4d",
   null=NOT_KNOWN)
_c("subject", S, "检查对象", "what was checked", example="three_public/total")
_c("outcome", S, "结果", "holds, rounding, fails, not_applicable or not_assessable", example="fails")
_c("na_reason", S, "不适用或不能判断的原因", "why not applicable or not assessable", example="declared_empty",
   null=("已检查", "it was checked"))
_c("left_yuan", F64, "左边（元）", "left side", unit="yuan", example="1860000.0",
   null=("不是金额检查", "no comparison of amounts"))
_c("right_yuan", F64, "右边（元）", "right side", unit="yuan", example="1710000.0",
   null=("不是金额检查", "no comparison of amounts"))
_c("delta_yuan", F64, "左减右（元）", "left minus right", unit="yuan", example="150000.0",
   null=("不是金额检查", "no comparison of amounts"))
_c("tolerance_yuan", F64, "允许的舍入差（元）", "difference that rounding allows", unit="yuan", example="200.0",
   null=("不是金额检查", "no comparison of amounts"))
_c("left_zh", S, "左边是什么", "what the left side is", example="合计", null=("不是两边比较", "no two sides"))
_c("right_zh", S, "右边是什么", "what the right side is", example="各项之和", null=("不是两边比较", "no two sides"))
_c("n_terms", I32, "参加计算的数", "numbers that took part", example="4",
   null=("不是金额检查", "no comparison of amounts"))
_c("fact_ids", LS, "所涉事实", "facts concerned", example="[3a2245b978ca3436.t9.r5.c3]")
_c("places", LS, "所涉位置", "places concerned", example="[t9.r5.c3]")
_c("pages", LI, "所涉页", "pages concerned", example="[7]")
_c("evidence", LS, "所涉文字，照印", "printed texts concerned", example="[186.00]")
_c("suspects", LS, "可能有误的位置，最可能的在前；没有指明时为空列",
   "places that may be wrong, the likeliest first; empty where none is named", example="[t9.r5.c3]")
_c("suspect_texts", LS, "各可能有误处若改为此数，不成立的各式都成立", "for each of them the amount that "
"restores every sum",
   example="[186.00万元]")
_c("suspect_crops", LS, "各可能有误处的图像：文件#页@框（点，自页左上角），无页的格式为文件#位置",
   "for each of them what to look at: document#page@box (points from the top left), or document#place without pages",
   example="[3a2245b978ca3436#p7@72.0,90.5,120.0,104.5]")
_c("cause", S, "误在何处：reading 疑为误读，source 原文，unknown 不能断定",
   "whose error: reading (a suspected misreading of ours), source, unknown", example="source",
   null=("没有指明可能有误的位置", "no place that may be wrong is named"))
_c("missing_line", S, "疑缺的一行：别处所印的科目，或合计所在的行与各列所缺之数",
   "a line that seems to be missing: as another statement prints it, or the total and what its columns lack",
   example="30215 会议费", null=("没有", "none"))
_c("fingerprint", S, "内容摘要，供跨版比较", "digest of the content, to compare releases", example="9e107d9d")

# ----------------------------------------------------------------------------------------- standings
_c("standings.fact_id", S, "事实：所在表的行标识（fact_id、project_id、plan_id、claim_id …）",
   "the fact: what names its row in its table (fact_id, project_id, plan_id, claim_id …)",
   example="3a2245b978ca3436.t9.r14.c3")
_c("standings.of_table", S, "所在的表", "table the fact is in", example="budget_lines")
_c("standing", S, "可信程度，由检查按公布的规则得出：reviewed 人工核对、balanced_twice 两式平衡、balanced 一式平衡、"
   "two_witnesses 两处所证、read 读得一次、doubtful 存疑",
   "how sure it is, by a published rule: reviewed, balanced_twice, balanced, two_witnesses, read or doubtful",
   example="balanced_twice", null=("未经检查", "not checked"))
_c("check_worst", I16, "涉及它的检查中最坏的结果：0 都成立、1 有四舍五入差、2 有警告不成立、3 有错误不成立",
   "worst outcome of the checks that concern it: 0 all hold, 1 rounding, 2 a warning fails, 3 an error fails",
   example="0", null=("没有一项检查能判断", "no check could judge it"))
_c("n_checks", I32, "判断过它的检查结果数（成立、四舍五入、不成立）",
   "findings that judged it: holds, rounding or fails", example="3", null=("未经检查", "not checked"))
_c("n_holds", I32, "成立的检查结果数", "findings on it that hold", example="3")
_c("n_rounding", I32, "在四舍五入范围内成立的检查结果数", "findings on it that hold within rounding", example="0")
_c("n_fails", I32, "不成立的检查结果数", "findings on it that fail", example="0")
_c("n_not_assessable", I32, "无法判断的检查结果数", "findings on it that could not be assessed", example="0")
_c("n_equations", I32, "经过它而成立的不同等式数（须另有所印金额）",
   "different sums through it that hold, each with another printed amount", example="2")
_c("blank_evidence", S,
   "空白为何，由等式推知：implied_zero 不需要它也相符、implied_nonzero 应有数、undetermined 不能断定；数值仍为空",
   "what the sums say of a blank: implied_zero, implied_nonzero or undetermined; the value stays NULL",
   example="implied_zero", null=("不是空白或横线，或未经检查", "no blank or dash, or not checked"))
_c("implied_yuan", F64, "空白处应有的金额（元），由等式推知，不是所印",
   "amount the blank stands for, by the sums; not printed",
   unit="yuan", example="150000.0", null=("不能推知", "not implied"))
_c("implied_by", LS, "据以推知的检查", "checks that say so", example="[T01]")
_c("witnesses", LS, "另有何处所证：prose 文中同数、table 表中同数、engine 另一引擎读得相同",
   "who else says the same: prose (of an amount in a table), table (of a claim), engine (a second one read it)",
   example="[prose]")
_c("human_verdict", S, "复核结论：confirm 属实、reject 不属实（不计为不成立）、flag 存疑",
   "what a reviewer said: confirm (it is so), reject (it is not: no failing check), flag (not sure)", example="confirm",
   null=("未经复核，或文件、文字已变", "not reviewed, or the document or text has changed since"))
_c("human_note", S, "复核理由与说明", "the reviewer's reason and note", example="source_error · 会议费漏填",
   null=("未经复核，或文件、文字已变", "not reviewed, or the document or text has changed since"))

# ------------------------------------------------------------------------------ corrections, revisions
_c("correction_ids", LS, "所用订正", "corrections applied to the row", example="[130630-0001]",
   null=("未经订正", "not corrected"))
_c("printed_text_as_read", S, "订正前读到的文字", "text as our reader gave it, before the correction", example="1S6.00",
   null=("文字未经订正，或原先读作空白", "the text was not corrected, or was read as blank"))
_c("as_read", LS, "订正前各栏的值，栏名=值", "values before the correction, as column=value",
   example="[printed_text=1S6.00]", null=("未经订正", "not corrected"))
_c("correction_id", S, "订正标识", "correction", example="130630-0001")
_c("corrections.place", S, "位置；document 为文件整体", "place in the document; document: the document as a whole",
   example="t9.r14.c3")
_c("corrections.fact_id", S, "该位置的金额", "amount at the place", example="3a2245b978ca3436.t9.r14.c3",
   null=("该位置没有金额", "there is none"))
_c("field", S, "订正的栏目；unit 为金额单位", "column that is corrected; unit: the unit of money",
   example="printed_text")
_c("status", S, "applied 已采用、stale 已失效（未采用）", "applied, or stale (not applied)", example="applied")
_c("stale_reason", S, "失效的原因", "why it is stale: no_fact, text_differs, unit_differs, column_differs,"
   " line_differs, identity_differs, conflict or no_document", example="text_differs",
   null=("已采用", "it was applied"))
_c("expected_text", S, "订正所要求的原读文字", "text the correction expects to find", example="1S6.00",
   null=("空白", "a blank"))
_c("value_as_read", S, "订正前的值", "value as read", example="1S6.00", null=("空白或没有", "blank, or there is none"))
_c("value_corrected", S, "订正后的值", "value as corrected", example="186.00", null=("空白", "a blank"))
_c("n_rows", I32, "改动的行数", "rows it changed", example="1")
_c("reason_code", S, "读错的原因", "why our reading was wrong: ocr, glyphs, grid, header, label, unit or hidden_text",
   example="ocr")
_c("evidence_kind", S, "证据种类", "what was looked at: picture, other_engine, other_publication or publisher",
   example="picture")
_c("corrections.evidence", S, "证据", "what stands there", example="第 12 页图像印作 186.00")
_c("corrected_by", S, "订正人", "who corrected", example="张三")
_c("corrected_on", D, "订正日期", "day of the correction", example="2026-11-23")
_c("why", S, "说明", "why, in words", example="OCR took the 8 for an S")
_c("version_no", I16, "第几版：同一公开件在它之前的版本数加一", "version: one more than the documents it comes after",
   example="1")
_c("replaced_by", S, "取代它的文件", "document that took its place", example="9f86d081884c7d65…",
   null=("未被取代", "none did"))
_c("revision_id", S, "改版标识：旧文件与新文件", "revision: the older and the newer document",
   example="3a2245b978ca3436-9f86d081884c7d65")
_c("replaces_sha256", S, "被取代的文件", "document that was replaced", example="3a2245b978ca3436…")
_c("revisions.basis", S, "依据：same_url 同一地址换了内容、republished 同一公开件另行发布",
   "how it is known: same_url (other bytes at the same address), republished (the same disclosure published later)",
   example="same_url")
_c("published_date_before", D, "旧文件的发布日期", "publication date of the older document", example="2024-02-06",
   null=NOT_PRINTED)
_c("is_in_force", B, "旧文件是否仍被新文件取代（网站可能换回旧文件）",
   "whether the older document is still replaced (a site may put it back)", example="true")
_c("n_added", I32, "新增的格", "cells added", example="0")
_c("n_gone", I32, "消失的格", "cells gone", example="0")
_c("n_changed", I32, "改动的格", "cells changed", example="2")
_c("n_same", I32, "未变的格", "cells unchanged", example="640")
_c("op", S, "added 新增、gone 消失、changed 改动", "added, gone or changed", example="changed")
_c("of_table", S, "所在的表", "table the cell is of: budget_lines, projects or indicators", example="budget_lines")
_c("cell_key", S, "格的含义：报表、行、列与次序", "what the cell means: statement, line, column and its order there",
   example="three_public|合计|2024年预算|1")
_c("id_before", S, "旧文件中的标识", "row of the older document", example="3a2245b978ca3436.t9.r14.c3",
   null=("旧文件没有", "the older document has none"))
_c("id_after", S, "新文件中的标识", "row of the newer document", example="9f86d081884c7d65.t9.r14.c3",
   null=("新文件没有", "the newer document has none"))
_c("text_before", S, "旧文件所印", "text in the older document", example="171.00",
   null=("空白或没有", "blank, or no such cell"))
_c("text_after", S, "新文件所印", "text in the newer document", example="186.00",
   null=("空白或没有", "blank, or no such cell"))
_c("yuan_before", F64, "旧文件的金额（元）", "amount in the older document", unit="yuan", example="1710000.0",
   null=NO_AMOUNT)
_c("yuan_after", F64, "新文件的金额（元）", "amount in the newer document", unit="yuan", example="1860000.0",
   null=NO_AMOUNT)

# -------------------------------------------------------------------------------------------- coverage
_c("coverage_id", S, "应有公开件的标识：区划、年度、种类、单位；已找到的即公开件标识",
   "what was looked for: division, year, kind, organisation; the disclosure itself where it was found",
   example="130630-2024-department_budget-1f0c9a2b")
_c("coverage.state", S,
   "found 已找到、not_published 栏目已查而未公开、link_dead 链接失效、blocked 网站拒绝、parse_failed 读取失败、"
   "not_searched 未查",
   "found, not_published (its columns were read), link_dead, blocked, parse_failed or not_searched", example="found")
_c("coverage.reason", S,
   "原因代码：read、nothing_read、reading_failed、link_gone、link_failed、link_refused、others_published、"
   "none_published、columns_refused、columns_unreachable、never_crawled、kind_not_listed",
   "why, as a code: read, nothing_read, reading_failed, link_gone, link_failed, link_refused, others_published,"
   " none_published, columns_refused, columns_unreachable, never_crawled, kind_not_listed", example="none_published")
_c("reason_zh", S, "原因", "why, in Chinese", example="栏目已查，没有任何部门的该年度同类公开")
_c("reason_en", S, "原因（英文）", "why, in English",
   example="the columns were read; nobody published this kind for this year")
_c("due_date", D, "最迟应公开日（预算法第十四、五十二条与各地惯例，不是批复日）",
   "day by which it is public at the latest, by the law's calendar (not from the day of approval, which is not known)",
   example="2024-05-10", null=("该种类没有期限，或年度不明", "no day for this kind, or year unknown"))
_c("days_after_due", I32, "公开日比最迟应公开日晚几天（负数为提前）",
   "days of publication after that day; negative: before it", unit="days", example="-62",
   null=("未找到，或没有公开日或期限", "not found, or no date or no day"))
_c("n_documents", I32, "找到的文件数", "documents found", example="1")
_c("coverage.document_sha256", S, "最早公开的文件", "the document published first", example="3a2245b978ca3436…",
   null=("没有找到文件", "no document found"))
_c("coverage.url", S, "失效或被拒的链接", "the link that led nowhere", example="https://example.gov.cn/a.docx",
   null=("没有这样的链接", "no such link"))
_c("coverage.link_text", S, "该链接的文字，照印", "words of that link as printed", example="2024年部门预算.docx",
   null=("没有这样的链接", "no such link"))
_c("coverage.org_id", S, "单位标识", "organisation", example="130630-1f0c9a2b",
   null=("县级政府本身，或单位不明", "the county's government itself, or not known whose"))
_c("coverage.org_name", S, "单位名称", "name of the organisation", example="涞源县人民政府办公室",
   null=("县级政府本身，或单位不明", "the county's government itself, or not known whose"))
_c("coverage.fiscal_year", I16, "资金所属年度", "year the money belongs to", example="2024",
   null=("不明，或从未查到", "not known, or never read"))
_c("coverage.n_facts", I32, "读出的金额事实数（含空白）", "facts read, blanks included", example="640")
# fmt: on
