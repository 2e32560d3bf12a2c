"""Amounts of statements, projects and their spending plans."""

from __future__ import annotations

from typing import Final

from normalize.field import F64, I16, I32, I64, LS, NO_AMOUNT, NO_NUMBER, NOT_KNOWN, NOT_PRINTED, B, Definitions, S

COLUMNS: Final = Definitions()
_c = COLUMNS.add

# A table of data, one column a line or two; the formatter would triple it.
# fmt: off
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
# fmt: on
