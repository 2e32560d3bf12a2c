"""Units of a department, what it owns and what it buys."""

from __future__ import annotations

from typing import Final

from normalize.field import F64, NO_AMOUNT, NO_NUMBER, NOT_PRINTED, D, Definitions, S

COLUMNS: Final = Definitions()
_c = COLUMNS.add

# A table of data, one column a line or two; the formatter would triple it.
# fmt: off
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
# fmt: on
