"""Header rows and header paths."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extract.caption import title_and_unit
from extract.columns import read_columns
from extract.header import declares_empty, is_number_row, read_shape
from tests.extract.build import table

HEBEI = [
    ["434某县政府办公室", "<", "<", "<", "预算年度：2024", "单位：万元"],
    ["序号", "功能分类科目", "<", "合计", "本年收入", "<"],
    ["^", "科目    编码", "科目名称", "^", "小计", "财政拨款 收入"],
    ["栏次", "1", "2", "3", "4", "5"],
    ["1", "", "合计", "3.00", "3.00", "3.00"],
]


def test_merged_headers_count_once_and_number_rows_not_at_all() -> None:
    made = table(1, HEBEI, unruled=[0])
    shape = read_shape(made, made.grid())
    assert (shape.caption, shape.header, shape.numbers, shape.body) == ([0], [1, 2], [3], 4)
    assert shape.paths == [
        ("序号",),
        ("功能分类科目", "科目编码"),
        ("功能分类科目", "科目名称"),
        ("合计",),
        ("本年收入", "小计"),
        ("本年收入", "财政拨款收入"),
    ]


def test_empty_form_without_column_numbers_keeps_its_body_row() -> None:
    made = table(1, [["科目编码", "科目名称", "合计"], ["", "", ""]])
    assert read_shape(made, made.grid()).body == 1


def test_total_row_is_body_not_header() -> None:
    made = table(1, [["科目", "<", "本年支出", "<"], ["编码", "名称", "小计", "项目支出"], ["合计", "<", "", ""]])
    shape = read_shape(made, made.grid())
    assert (shape.header, shape.body) == ([0, 1], 2)


def test_title_and_unit_inside_the_grid() -> None:
    grid = [
        ["收支预算总表\n部门：某办公厅    单位：万元", "<", "<", "<"],
        ["收入", "<", "支出", "<"],
        ["项目名称", "金额", "项目名称", "金额"],
        ["一、财政拨款", "9.00", "一、基本支出", "9.00"],
    ]
    made = table(1, grid)
    shape = read_shape(made, made.grid())
    assert (shape.caption, shape.header, shape.body) == ([0], [1, 2], 3)


def test_records_have_one_header_row() -> None:
    made = table(1, [["单位名称", "单位性质", "单位规格"], ["某县政府办公室本级", "行政", "正科级"]])
    assert read_shape(made, made.grid()).body == 1


def test_starred_column_numbers() -> None:
    made = table(1, [["**", "**", "1", "2"], ["栏次", "1", "2", "3"], ["201", "支出", "1", "2"]])
    rows = made.grid()
    assert is_number_row([c for c in rows[0] if c])
    assert is_number_row([c for c in rows[1] if c])
    assert not is_number_row([c for c in rows[2] if c])


def test_lanes_and_roles() -> None:
    grid = [
        ["收入", "<", "<", "支出", "<", "<"],
        ["项目", "行次", "金额", "项目", "行次", "金额"],
        ["一、财政拨款", "1", "9.00", "一、基本支出", "31", ""],
    ]
    made = table(1, grid)
    columns = read_columns(made.grid(), read_shape(made, made.grid()), None)
    assert [column.role for column in columns] == ["label", "ordinal", "amount"] * 2
    assert [column.lane for column in columns] == [0, 0, 0, 1, 1, 1]


def test_class_type_item_columns() -> None:
    grid = [
        ["科目编码", "<", "<", "科目名称", "合计"],
        ["类", "款", "项", "^", "^"],
        ["201", "", "", "一般公共服务支出", "9.00"],
    ]
    made = table(1, grid)
    columns = read_columns(made.grid(), read_shape(made, made.grid()), None)
    assert [column.role for column in columns] == ["code", "code", "code", "label", "amount"]
    assert [column.key for column in columns[:3]] == ["code_class", "code_type", "code_item"]


def test_notes_that_declare_emptiness() -> None:
    assert declares_empty("注：无政府采购预算，空表列示。")
    assert declares_empty("备注：本单位无国有资本经营预算支出，故本表无数据。")
    assert not declares_empty("注：同一采购目录序号的物品，其单价会因配置规格不同而变动，均符合资产配置标准。")


TEXTS = st.sampled_from(
    ["", "合计", "序号", "科目编码", "201", "1", "1.00", "-", "单位：万元", "一、收入", "项目", "栏次", "注：无"]
)


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_any_grid_has_a_shape_that_covers_its_rows_once(grid: list[list[str]]) -> None:
    made = table(1, grid)
    shape = read_shape(made, made.grid())
    above = [*shape.caption, *shape.header, *shape.numbers]
    assert len(above) == len(set(above))
    assert all(row < shape.body for row in above)
    assert shape.body <= made.n_rows
    assert len(shape.paths) == made.n_cols


def test_a_unit_beside_a_title_that_ends_in_brackets() -> None:
    title = "财政拨款基本支出表（经济科目）"
    assert title_and_unit(f"{title}　　单位：万元") == (title, "单位：万元")
    assert title_and_unit("部门收支总表 单位：元") == ("部门收支总表", "单位：元")
    assert title_and_unit("支出表（万元）") is None
