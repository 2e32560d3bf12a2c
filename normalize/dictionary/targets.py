"""Performance goals and indicators."""

from __future__ import annotations

from typing import Final

from normalize.field import F64, LS, NO_NUMBER, NOT_PRINTED, B, Definitions, S

COLUMNS: Final = Definitions()
_c = COLUMNS.add

# A table of data, one column a line or two; the formatter would triple it.
# fmt: off
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
# fmt: on
