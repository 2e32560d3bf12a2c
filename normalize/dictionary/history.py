"""Corrections, revisions of documents, and what was looked for."""

from __future__ import annotations

from typing import Final

from normalize.field import F64, I16, I32, LS, NO_AMOUNT, NOT_PRINTED, B, D, Definitions, S

COLUMNS: Final = Definitions()
_c = COLUMNS.add

# A table of data, one column a line or two; the formatter would triple it.
# fmt: off
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
