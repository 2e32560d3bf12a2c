"""Lines of contents are told from headings, and nothing of the body is taken for them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.contents import contents_lines, without_levels
from extract.interpret import interpret_reading
from extract.uses import CONTENTS
from tests.extract.build import reading, table

LISTED = ["第一部分 概况", "一、主要职责", "第二部分 情况说明", "一、收入说明", "二、支出说明", "第三部分 名词解释"]
BODY: list[str | tuple[str, int]] = [
    ("第一部分 概况", 1),
    ("一、主要职责", 2),
    "负责全县的气象工作。",
    ("第二部分 情况说明", 1),
    ("一、收入说明", 2),
    "收入1.00万元。",
    ("二、支出说明", 2),
    "支出1.00万元。",
    ("第三部分 名词解释", 1),
    "基本支出：指人员和公用支出。",
]


def listed(*parts: str | tuple[str, int]) -> set[int]:
    return set(contents_lines(reading(*parts).blocks))


def test_the_list_under_its_name_ends_where_it_is_printed_again() -> None:
    assert listed("部门预算", "目 录", *LISTED, *BODY) == set(range(2, 3 + len(LISTED)))


def test_sections_are_those_of_the_body() -> None:
    with_list = interpret_reading(reading(("目录", 1), *((line, 2) for line in LISTED), *BODY))
    plain = interpret_reading(reading(*BODY))
    assert [(s.code, s.level, len(s.paragraphs)) for s in with_list.sections] == [
        (s.code, s.level, len(s.paragraphs)) for s in plain.sections
    ]
    assert [use.home for use in with_list.uses[: len(LISTED) + 1]] == [CONTENTS] * (len(LISTED) + 1)


def test_a_list_of_tables_is_no_title_of_the_first_table() -> None:
    grid = [["项目", "金额"], ["合计", "1.00"]]
    found = interpret_reading(
        reading("目录", "1.2026年收支总表", "2.2026年收入总表", "2026年收支总表", table(1, grid), "2026年收入总表")
    )
    (statement,) = found.statements
    assert statement.caption["title"].text == "2026年收支总表"
    assert statement.caption["title"].place.ref() == "p4"


def test_headings_without_a_list_stay() -> None:
    assert listed("目录", *BODY) == set()
    assert listed(*BODY) == set()
    assert listed("目录", "本目录由办公室编制。", *BODY) == set()


def test_the_first_headings_of_the_body_are_no_lines_of_the_list() -> None:
    """The list names 主要职责, the body prints 某局主要职责: only prose tells where it ends."""
    body = ["某县气象局主要职责", "负责全县的气象工作。", "某县气象局机构设置", "设三个科室。"]
    assert listed("目录", "一、主要职责", "二、机构设置", *body) == {1, 2, 3}


@pytest.mark.parametrize(
    ("text", "is_line"),
    [
        ("一、部门概况………………3", True),
        ("一、部门概况 .......... - 3 -", True),
        ("第一部分 概况......1一、主要职责......2", True),
        ("第一部分 部门概况 PAGEREF _Toc25831 \\h 3", True),
        ("指为完成工作......发生的支出", False),
        ("单位名称：______（公章）", False),
        ("合同金额............元", False),
        ("一、收入1234.50", False),
    ],
)
def test_a_line_by_itself(text: str, is_line: bool) -> None:
    assert bool(listed(text)) is is_line


def test_a_tab_and_a_number_are_a_line_only_where_the_words_are_printed_again() -> None:
    assert listed("一、部门概况\t3", "一、部门概况") == {1}
    assert listed("人员经费\t35", "公用经费\t12") == set()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["目录", *LISTED, "正文。", "......3", "一、\t3", "", "(", "\ufffd"]), max_size=12))
def test_any_order_is_read_and_no_text_changes(lines: list[str]) -> None:
    blocks = reading(*((line, 2) for line in lines)).blocks
    after = without_levels(blocks)
    assert [b.text for b in after] == [b.text for b in blocks]  # type: ignore[union-attr]
    assert {b.number for b in after if b.level is None} <= contents_lines(blocks)  # type: ignore[union-attr]
