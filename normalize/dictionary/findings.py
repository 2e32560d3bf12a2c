"""Issues, every cell as it was read, findings of the checks, and what stands because of them."""

from __future__ import annotations

from typing import Final

from normalize.field import F64, I16, I32, LI, LS, NOT_KNOWN, Definitions, S

COLUMNS: Final = Definitions()
_c = COLUMNS.add

# A table of data, one column a line or two; the formatter would triple it.
# fmt: off
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
# fmt: on
