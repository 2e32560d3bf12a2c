"""Paragraphs, what is said in them, and terms they explain."""

from __future__ import annotations

from typing import Final

from normalize.field import F64, I16, I32, NOT_KNOWN, NOT_PRINTED, B, Definitions, S

COLUMNS: Final = Definitions()
_c = COLUMNS.add

# A table of data, one column a line or two; the formatter would triple it.
# fmt: off
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
# fmt: on
