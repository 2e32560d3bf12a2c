"""Documents made in the field's manners are read back as printed; each trouble found so has its shrunk case here."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from crawl.schema import Provenance
from extract.document import Interpretation, Paragraph, Place, Reading
from extract.document import Table as Grid
from extract.interpret import interpret_reading
from extract.readers import read_document
from normalize.facts import build_rows
from tests.extract.build import reading, table
from tests.extract.builders import pdf
from tests.extract.sheets import xlsx

pytest.importorskip("reportlab", reason="the PDF documents of the round trip are made with reportlab")

from benchmarks.roundtrip.__main__ import print_document, round_trip
from benchmarks.roundtrip.compare import compare, read_rows
from benchmarks.roundtrip.generate import generate
from benchmarks.roundtrip.model import Column, Document, Line, Manner, Table, Value
from benchmarks.roundtrip.shrink import shrink

CODED = [["科目编码", "科目名称", "合计", "基本支出", "项目支出"], ["201", "一般公共服务支出", "10.00", "4.00", "6.00"]]
ITEMS = [["项目", "合计", "一般公共预算"], ["合计", "3.00", "3.00"], ["公务接待费", "3.00", "3.00"]]


def interpreted(made: Reading) -> Interpretation:
    return interpret_reading(made)


def rows_of(made: Reading) -> dict[str, list[dict[str, object]]]:
    return build_rows(made, interpret_reading(made), Provenance(filename="made"))


# ------------------------------------------------------------------------------------------------------ the round trip


@pytest.mark.parametrize("kind", ["docx", "pdf", "xlsx", "html"])
def test_what_is_printed_is_read_or_told(kind: str) -> None:
    for seed in range(1, 9):
        found = round_trip(generate(seed, kind))  # type: ignore[arg-type]
        assert found.silent == [], f"seed {seed}"
        assert found.equal > 0


def test_a_document_of_a_seed_is_the_same_twice() -> None:
    assert generate(7) == generate(7)
    assert print_document(generate(7, "pdf")) == print_document(generate(7, "pdf"))


def _small(*values: str) -> Document:
    lines = [Line("合计", (Value("9.00", "number", 9_000_000),))]
    lines += [Line("公务接待费", (Value(text, "number", 9_000_000),)) for text in values]
    columns = (Column(("项目",), "label"), Column(("预算数",)))
    one = Table("fujian", "three_public", "一般公共预算“三公”经费支出预算表", columns, (tuple(lines),))
    return Document(-1, "html", "青山县水利局", "101", 2024, False, (one,), (), Manner())


def test_an_amount_that_is_read_as_another_one_is_silent() -> None:
    """The comparison itself can fail."""
    printed = _small("9.00")
    data = print_document(printed).replace(b"<strong>", b"").replace(b"9.00</td>", b"8.00</td>")
    silent = compare(printed, read_rows(data, "x.html")).silent
    assert len(silent) == 2
    assert "printed ('9.00'" in silent[0]
    assert "read ('8.00'" in silent[0]


def test_a_line_that_is_lost_or_added_is_silent() -> None:
    read = read_rows(print_document(_small("9.00")), "x.html")
    assert len(compare(_small("9.00", "9.00"), read).silent) == 1
    assert len(compare(_small(), read).silent) == 1
    assert compare(_small("9.00"), read).silent == []


def test_shrinking_keeps_the_trouble_and_little_else() -> None:
    large = next(d for d in map(generate, range(1, 50)) if len(d.tables) > 2 and len(d.tables[0].lanes[0]) > 5)
    wanted = large.tables[0].lanes[0][3]
    small = shrink(large, lambda d: any(wanted in lane for t in d.tables for lane in t.lanes))
    assert len(small.tables) == 1
    assert small.tables[0].lanes[0] == (wanted,)
    assert small.manner == Manner()
    assert replace(large, seed=0) != large


# --------------------------------------------------------------------------------------------------------- the troubles


def _sheet(*, ruled_titles: bool, note: bool) -> bytes:
    head = [["一般公共预算支出表", "", "", "", ""], ["部门：青山县水利局", "", "", "单位：万元", ""]]
    second = [["一般公共预算“三公”经费支出表", "", ""], ["部门：青山县水利局", "", "单位：万元"]]
    notes = [["注：本表不含上年结转。"]] if note else []
    rows = [*head, *CODED, *notes, *second, *ITEMS]
    start = len(head) + len(CODED)
    titles = [0, 1, start + len(notes), start + len(notes) + 1]
    unruled = [start] if note else []
    merges = [f"A{titles[0] + 1}:E{titles[0] + 1}", f"A{titles[2] + 1}:C{titles[2] + 1}"] if ruled_titles else []
    return xlsx([{"rows": rows, "unruled_rows": unruled if ruled_titles else [*titles, *unruled], "merges": merges}])


@pytest.mark.parametrize("ruled_titles", [False, True])
@pytest.mark.parametrize("note", [False, True])
def test_two_tables_of_a_sheet_without_a_blank_row_between(*, ruled_titles: bool, note: bool) -> None:
    """The lines of the second one were facts of the first one, or its header a row of amounts."""
    made = read_document(_sheet(ruled_titles=ruled_titles, note=note))
    codes = [statement.code for statement in interpreted(made).statements]
    assert codes == ["general_expenditure", "three_public"]
    facts = {(row["statement_code"], row["line_label"]) for row in rows_of(made)["budget_lines"]}
    assert ("three_public", "公务接待费") in facts
    assert ("general_expenditure", "公务接待费") not in facts


def test_a_line_without_borders_in_the_middle_of_a_sheet_cuts_nothing() -> None:
    rows = [["项目", "预算数"], ["合计", 3], ["其中：", ""], ["公务接待费", 3], ["会议费", 1]]
    made = read_document(xlsx([{"rows": rows, "unruled_rows": [2]}]))
    assert len(list(made.tables())) == 1


@pytest.mark.parametrize("title", ["项目支出表（单位：元）", "项目支出表　　单位：元"])
def test_the_unit_in_the_title_of_a_list_of_projects(title: str) -> None:
    """The amounts took the unit of the performance forms behind: ten thousand times as much, without a word."""
    listed = table(1, [["单位编码", "项目名称", "项目金额"], ["", "合计", "300.00"], ["", "河道清淤工程", "300.00"]])
    form = table(
        2,
        [
            ["项目名称", "信访专项", "<", "<"],
            ["项目资金（万元）", "年度资金总额：", "5.00", "<"],
            ["绩效指标", "一级指标", "三级指标", "指标值"],
            ["^", "产出指标", "培训人次", "≥12人次"],
        ],
    )
    rows = rows_of(reading(title, listed, "项目绩效目标表", form))
    assert {row["project_name"]: row["total_fen"] for row in rows["projects"]} == {
        "河道清淤工程": 30_000,
        "信访专项": 5_000_000,
    }
    assert {row["amount_fen"] for row in rows["budget_lines"]} == {30_000}


def test_a_list_of_projects_has_the_unit_of_its_statement() -> None:
    """No unit of its own is known to the list where it is told below the title only."""
    listed = table(
        1, [["单位编码", "项目名称", "项目金额（元）"], ["", "合计", "300.00"], ["", "河道清淤工程", "300.00"]]
    )
    rows = rows_of(reading("项目支出表", listed))
    assert [row["total_fen"] for row in rows["projects"]] == [30_000]


@pytest.mark.parametrize("title", ["一般公共预算支出表　　单位：元", "一般公共预算支出表（单位：元）"])
def test_the_unit_in_the_cell_of_the_title(title: str) -> None:
    grid = [[title, "<", "<", "<", "<"], *CODED]
    rows = rows_of(reading(table(1, grid)))
    assert {row["statement_code"] for row in rows["statements"]} == {"general_expenditure"}
    assert {row["unit"] for row in rows["statements"]} == {"元"}
    assert [row["amount_fen"] for row in rows["budget_lines"]] == [1_000, 400, 600]


def test_a_header_over_a_blank_column_is_not_the_label_column_of_its_group() -> None:
    """支出功能分科目（按大类）/预算数 was taken for labels, and the lane behind it for a part of this one."""
    grid = [
        ["收入", "<", "支出功能分科目（按大类）", "<", "支出部门经济科目（按大类）", "<"],
        ["项目", "预算数", "项目", "预算数", "项目", "预算数"],
        ["一、财政拨款", "", "一、一般公共服务支出", "", "一、工资福利支出", "6.00"],
        ["收入总计", "", "支出总计", "", "支出总计", "6.00"],
    ]
    statement = interpreted(reading("部门综合预算收支总表", table(1, grid))).statements[0]
    assert [column.lane for column in statement.columns] == [0, 0, 1, 1, 2, 2]
    assert [column.role for column in statement.columns] == ["label", "amount"] * 3


def test_a_title_printed_again_on_every_page_names_its_table() -> None:
    """It repeats as a running header does; the heading above was taken for the title, and the unit was lost."""
    title = Paragraph(2, "一般公共预算支出表", (Place(page=2, paragraph=2),), None, "page_field")
    made = reading("第一部分 2025年部门预算公开表", table(1, CODED))
    made.blocks.insert(1, title)
    assert interpreted(made).statements[0].code == "general_expenditure"


def test_a_title_with_its_unit_printed_again_on_every_page_names_its_table() -> None:
    """Beside its unit it was no title, and the statement one of no known form."""
    title = Paragraph(2, "一般公共预算支出表　　单位：元", (Place(page=2, paragraph=2),), None, "page_field")
    made = reading("第一部分 2025年部门预算公开表", table(1, CODED))
    made.blocks.insert(1, title)
    rows = rows_of(made)
    assert {(row["statement_code"], row["amount_fen"]) for row in rows["budget_lines"]} >= {
        ("general_expenditure", 1_000)
    }


def test_a_list_of_projects_whose_title_cell_holds_the_unit() -> None:
    """Its projects were lost without a word; the amounts alone were there."""
    grid = [
        ["部门综合预算专项业务经费支出表　　单位：元", "<", "<"],
        ["单位编码", "单位（项目）名称", "项目金额"],
        ["", "合计", "3.00"],
        ["", "河道清淤工程", "3.00"],
    ]
    rows = rows_of(reading(table(1, grid)))
    assert [(row["project_name"], row["total_fen"]) for row in rows["projects"]] == [("河道清淤工程", 300)]


def test_blank_lines_at_the_top_of_a_page_are_no_header() -> None:
    """上年结转结余 and 年终结转结余 over nothing are words of headers too: the rest of the statement was not read."""
    first = [
        ["收入", "<", "支出", "<"],
        ["项目", "预算数", "项目", "预算数"],
        ["一、财政拨款收入", "9.00", "一、教育支出", "9.00"],
        ["本年收入合计", "9.00", "本年支出合计", "9.00"],
    ]
    rest = [["上年结转结余", "", "年终结转结余", ""], ["收入总计", "9.00", "支出总计", "9.00"]]
    rows = rows_of(reading("部门收支总表", "单位：元", table(1, first), table(2, rest)))
    assert "unrecognized_table" not in {row["code"] for row in rows["issues"]}
    assert ("年终结转结余", "blank") in {(row["line_label"], row["amount_state"]) for row in rows["budget_lines"]}
    assert ("支出总计", 900) in {(row["line_label"], row["amount_fen"]) for row in rows["budget_lines"]}


def test_a_new_table_below_keeps_its_header() -> None:
    """Only where every text stands under the labels before is it no header."""
    second = [["科目编码", "科目名称", "", "", ""], ["205", "教育支出", "1.00", "1.00", ""]]
    found = interpreted(reading("一般公共预算支出表", table(1, CODED), "政府性基金预算支出表", table(2, second)))
    assert found.statements[0].code == "general_expenditure"
    assert found.statements[1].recognition.reasons[0].startswith("title")


@pytest.mark.parametrize("header", [True, False])
def test_a_list_of_projects_goes_on_on_the_next_page(*, header: bool) -> None:
    """Its projects there were lost without a word."""
    head = ["单位编码", "项目名称", "项目金额"]
    first = table(1, [head, ["", "合计", "5.00"], ["", "河道清淤工程", "3.00"]])
    rest = table(2, [*([head] if header else []), ["", "设备购置", "2.00"]])
    rows = rows_of(reading("项目支出表", "单位：元", first, rest))
    assert [(row["project_name"], row["total_fen"]) for row in rows["projects"]] == [
        ("河道清淤工程", 300),
        ("设备购置", 200),
    ]


def test_a_blank_column_of_items_of_income_is_a_column_of_labels() -> None:
    grid = [
        ["收入", "<", "支出", "<"],
        ["收入项目", "预算数", "支出项目", "预算数"],
        ["", "", "十、节能环保支出", "3.00"],
        ["", "", "支出总计", "3.00"],
    ]
    rows = rows_of(reading("收支预算总表", "单位：元", table(1, grid)))
    assert {row["column_path"] for row in rows["budget_lines"]} == {"支出/预算数"}


def _on_page(number: int, page: int, grid: list[list[str]]) -> Grid:
    made = table(number, grid)
    made.cells = [
        msgspec.structs.replace(cell, places=(msgspec.structs.replace(cell.place, page=page),)) for cell in made.cells
    ]
    return made


def test_a_caption_that_is_a_cell_on_one_page_and_a_paragraph_on_the_next() -> None:
    """The rest of the statement began anew, and its 款 and 项 lost the codes above them without a word."""
    head = ["类", "款", "项", "科目名称", "合计", "项目支出"]
    caption = ["部门：青山县水利局", "<", "<", "<", "<", "<"]
    codes = [["204", "", "", "公共安全支出", "1", "1"], ["", "07", "", "监狱", "1.00", "1.00"]]
    first = _on_page(1, 2, [caption, head, *codes])
    rest = _on_page(2, 3, [head, ["", "", "01", "行政运行", "1.00", "1.00"]])
    title, org = "一般公共预算支出情况表（单位：万元）", "部门：青山县水利局"
    rows = rows_of(reading(title, first, title, org, rest))
    assert [row["line_code"] for row in rows["budget_lines"]][::2] == ["204", "20407", "2040701"]


def test_the_last_part_of_a_code_without_the_parts_above_is_no_code() -> None:
    """01 stood as the code of a line."""
    grid = [["类", "款", "项", "科目名称", "合计", "项目支出"], ["", "", "01", "行政运行", "1.00", "1.00"]]
    rows = rows_of(reading("一般公共预算支出情况表", "单位：万元", table(1, grid)))
    assert [row["line_code"] for row in rows["budget_lines"]] == [None, None]
    assert "code_incomplete" in {row["code"] for row in rows["issues"]}


def test_the_line_of_the_department_under_a_title_as_wide_as_the_page_allows() -> None:
    """Where nothing wider is printed the title seemed to go on in it, and named no table any more (LibreOffice)."""
    grid = {
        "xs": [62, 200, 300],
        "ys": [190, 210, 230],
        "cells": {"0,0": "项目", "0,1": "预算数", "1,0": "合计", "1,1": "6.00"},
    }

    def read(*lines: str) -> list[str]:
        texts = [[62, 72 + 15 * number, 12, line] for number, line in enumerate(lines)]
        made = read_document(pdf([{"grids": [grid], "texts": texts}]))
        return [block.text for block in made.blocks if isinstance(block, Paragraph)]

    beside = "部门：云溪区信访局"
    for behind in ("（单位：万元）", "　　单位：万元", "（经济科目）（单位：万元）"):
        title = f"一般公共预算财政拨款基本支出表{behind}"
        assert [text.split() for text in read(title, beside)] == [title.split(), [beside]]
    title = "一般公共预算财政拨款基本支出表（单位：万元）"
    assert read(f"{title}和", beside) == [f"{title}和{beside}"]


ONE_ROW = [["2025年预算数", "<", "2026年预算数", "<"], ["合计", "公务接待费", "合计", "公务接待费"]]
BLANKS = ["", "", "", ""]


@pytest.mark.parametrize("header", [True, False])
def test_blank_rows_alone_on_the_next_page_are_no_line_of_a_table_without_labels(*, header: bool) -> None:
    """They stood beside the one row as another one that says nothing."""
    first = table(1, [*ONE_ROW, ["9.00", "9.00", "8.00", "8.00"], BLANKS])
    rest = table(2, [*(ONE_ROW if header else []), BLANKS])
    rows = rows_of(reading("一般公共预算“三公”经费支出情况表", "单位：万元", first, rest))
    assert [row["amount_fen"] for row in rows["budget_lines"]] == [9_000_000, 9_000_000, 8_000_000, 8_000_000]


def test_the_only_row_may_stand_on_the_next_page_and_be_blank() -> None:
    rows = rows_of(reading("一般公共预算“三公”经费支出情况表", "单位：万元", table(1, ONE_ROW), table(2, [BLANKS])))
    assert [row["amount_state"] for row in rows["budget_lines"]] == ["blank"] * 4


def test_a_title_at_the_head_of_the_page_before_names_no_table_of_this_one() -> None:
    """It repeats over the pages of the table before: the amounts of 基本支出 stood as those of that one."""
    first = _on_page(1, 2, CODED)
    triples = [
        ["人员经费", "<", "<", "公用经费", "<", "<"],
        ["科目代码", "科目名称", "决算数", "科目代码", "科目名称", "决算数"],
        ["301", "工资福利支出", "3.00", "302", "商品和服务支出", "2.00"],
        ["30101", "基本工资", "3.00", "30201", "办公费", "2.00"],
    ]
    made = reading(
        "一般公共预算财政拨款支出决算表", first, "一般公共预算财政拨款基本支出决算表", _on_page(2, 4, triples)
    )
    again = Paragraph(9, "一般公共预算财政拨款支出决算表", (Place(page=3, paragraph=9),), None, "page_field")
    made.blocks.insert(2, again)
    codes = [(each.code, each.table) for each in interpreted(made).statements]
    assert codes == [("general_expenditure", 1), ("basic_expenditure", 2)]


@pytest.mark.parametrize("label", [" 其中：教学科研人员因公出国（境）费用", "公务用车运行维护费"])
def test_a_blank_line_of_the_form_at_the_top_of_a_page_is_no_header(label: str) -> None:
    """The whole page was a table of no known form."""
    head = ["项目", "合计", "一般公共预算财政拨款"]
    first = table(1, [head, ["合计", "3.00", "3.00"], ["一、因公出国（境）费", "", ""]])
    rest = table(2, [[label, "", ""], ["三、公务接待费", "3.00", "3.00"]])
    rows = rows_of(reading("财政拨款“三公”经费支出表", "单位：万元", first, rest))
    assert "unrecognized_table" not in {row["code"] for row in rows["issues"]}
    assert [row["amount_fen"] for row in rows["budget_lines"]][-2:] == [3_000_000, 3_000_000]


@pytest.mark.parametrize("codes", [["", "", "03"], ["204", "", ""]])
def test_a_table_of_word_whose_title_and_header_stand_in_each_of_its_pieces(codes: list[str]) -> None:
    """The second piece was a statement of its own, and its 项 lost the codes above them."""
    top = [
        ["一般公共预算支出情况表", "<", "<", "<", "<", "<"],
        ["部门：云溪区水利局", "<", "<", "单位：万元", "<", "<"],
        ["类", "款", "项", "科目名称", "合计", "项目支出"],
    ]
    first = table(1, [*top, ["201", "", "", "一般公共服务", "5.00", "5.00"], ["", "01", "", "人大", "5.00", "5.00"]])
    rest = table(2, [*top, [*codes, "机关服务", "2.00", "2.00"], ["", "02", "", "其他", "3.00", "3.00"]])
    rows = rows_of(reading(first, rest))
    assert "code_incomplete" not in {row["code"] for row in rows["issues"]}
    group = "20101" if codes[2] else ""
    read = [row["line_code"] for row in rows["budget_lines"]][::2]
    assert read == ["201", "20101", group + "".join(codes), ("201" if codes[2] else "204") + "02"]


@pytest.mark.parametrize(("label", "told"), [("　　水利工程运行与维护", False), ("水利工程运行与维护", True)])
def test_a_blank_line_with_a_name_at_the_top_of_a_page(label: str, *, told: bool) -> None:
    """The whole page was a table of no known form. Without an indent the name may be the tail of the label above."""
    head = ["功能分类科目名称", "合计", "基本支出", "项目支出"]
    first = table(1, [head, ["合计", "5.00", "5.00", ""], ["农林水支出", "", "", ""]])
    rest = table(2, [[label, "", "", ""], ["金融支出", "5.00", "5.00", ""]])
    rows = rows_of(reading("一般公共预算支出表", "单位：万元", first, rest))
    codes = {row["code"] for row in rows["issues"]}
    assert "unrecognized_table" not in codes
    assert ("label_may_go_on" in codes) is told
    assert [row["amount_fen"] for row in rows["budget_lines"]][-3:] == [5_000_000, 5_000_000, None]


def test_words_under_the_labels_over_words_under_the_amounts_are_another_table() -> None:
    head = ["功能分类科目名称", "合计", "基本支出", "项目支出"]
    other = [["名词", "", "", ""], ["财政拨款收入", "本级财政当年拨付的资金", "", ""]]
    rows = rows_of(
        reading("一般公共预算支出表", "单位：万元", table(1, [head, ["合计", "5", "5", ""]]), table(2, other))
    )
    assert "label_may_go_on" not in {row["code"] for row in rows["issues"]}
    assert {row["line_label"] for row in rows["budget_lines"]} == {"合计"}


def test_captions_in_two_cells_on_one_page_and_in_one_line_on_the_next() -> None:
    """The rest of the statement began anew, and its 项 lost the codes above them."""
    head = ["类", "款", "项", "科目名称", "合计", "项目支出"]
    caption = ["部门：青山县水利局", "<", "<", "金额单位：元", "<", "<"]
    first = _on_page(1, 3, [caption, head, ["204", "07", "", "监狱", "1.00", "1.00"]])
    rest = _on_page(2, 4, [head, ["", "", "01", "行政运行", "1.00", "1.00"]])
    title, line = "一般公共预算支出情况表", "部门：青山县水利局　　　　金额单位：元"
    rows = rows_of(reading(title, first, title, line, rest))
    assert [row["line_code"] for row in rows["budget_lines"]][::2] == ["20407", "2040701"]
    other = rows_of(reading(title, first, title, line.replace("水利局", "林业局"), rest))
    assert [row["line_code"] for row in other["budget_lines"]][::2] == ["20407", None]
