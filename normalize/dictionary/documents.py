"""Where a row stands, and what is known of documents, disclosures and statements."""

from __future__ import annotations

from typing import Final

from normalize.field import F64, I16, I32, LS, NO_SUCH, NOT_KNOWN, NOT_PRINTED, NOT_WEB, B, D, Definitions, S

COLUMNS: Final = Definitions()
_c = COLUMNS.add

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
# fmt: on
