"""Joining pieces over page breaks: what speaks for it, what forbids it, and what was cut."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from extract.document import Place
from extract.seam_texts import counts_up, title_inside
from extract.stitch import Piece, PieceCell, stitch

EDGES = (60.0, 100.0, 300.0, 400.0, 530.0)
HEADER = ["序号", "项目", "合计", "基本支出"]


def piece(number: int, page: int, rows: list[list[str]], **more: Any) -> Piece:
    """A piece without spans; free: by default each line is full (0); pass free={(row, col): room}."""
    free = more.pop("free", {})
    caption = more.pop("caption", 0)
    cells = tuple(
        PieceCell(
            r,
            c,
            text,
            Place(page=page, table=number, row=r + 1, col=c + 1),
            ruled=r >= caption,
            free=free.get((r, c), 0.0),
        )
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    return Piece(number, page, len(rows), more.pop("edges", EDGES), (20.0,) * len(rows), cells, **more)


def row(number: int) -> list[str]:
    return [str(number), f"第{number}项", f"{number}.00", f"{number}.50"]


def grids(*pieces: Piece) -> list[list[list[str | None]]]:
    return [
        [[None if c is None else c.text for c in line] for line in stitched.table.grid()] for stitched in stitch(pieces)
    ]


FIRST = piece(1, 1, [HEADER, row(1), row(2)])
NEXT = piece(2, 2, [HEADER, row(3), row(4)])


def test_a_repeated_header_joins_and_is_kept_in_the_seam() -> None:
    (stitched,) = stitch([FIRST, NEXT])
    assert [c.text for c in stitched.table.cells if c.col == 0] == ["序号", "1", "2", "3", "4"]
    (seam,) = stitched.table.seams
    assert (seam.row, seam.table, seam.page, seam.merged_row) == (3, 2, 2, False)
    assert [[c.text for c in line] for line in seam.dropped] == [HEADER]
    assert "1 header rows repeated" in seam.reasons
    assert stitched.table.number == 1
    assert stitched.pieces == [1, 2]


def test_a_page_without_header_joins_by_its_edges() -> None:
    assert len(grids(FIRST, piece(2, 2, [row(3), row(4)]))) == 1


def test_what_forbids_a_join() -> None:
    more = piece(2, 2, [row(3)])
    assert len(grids(replace(FIRST, is_last=False), more)) == 2
    assert len(grids(FIRST, replace(more, is_first=False))) == 2
    assert len(grids(FIRST, replace(more, page=3))) == 2
    assert len(grids(FIRST, replace(more, above=("国有资本经营预算支出表",)))) == 2
    assert len(grids(FIRST, replace(more, edges=(60.0, 150.0, 250.0, 450.0, 530.0)))) == 2
    assert len(grids(FIRST, replace(more, edges=(60.0, 100.0, 300.0, 400.0, 500.0)))) == 2


def test_a_row_that_would_have_fitted_on_the_page_above_begins_a_table_of_its_own() -> None:
    assert len(grids(replace(FIRST, room=200.0), piece(2, 2, [["A", "另一表", "1.00", "2.00"]]))) == 2
    assert len(grids(replace(FIRST, room=200.0), NEXT)) == 1, "the running number goes on: 2 … 3"


def test_another_caption_is_another_table() -> None:
    first = piece(1, 1, [["434甲局", "", "", "单位：万元"], HEADER, row(1)], caption=1)
    same = piece(2, 2, [["434甲局", "", "", "单位：万元"], HEADER, row(2)], caption=1)
    other = piece(2, 2, [["435乙局", "", "", "单位：万元"], HEADER, row(2)], caption=1)
    assert len(grids(first, same)) == 1
    assert len(grids(first, other)) == 2


def test_a_repeated_title_needs_a_repeated_header() -> None:
    first = replace(FIRST, above=("支出总表",))
    (stitched,) = stitch([first, replace(NEXT, above=("支出总表",))])
    assert stitched.repeated_titles == {2: 1}
    form = replace(piece(1, 1, [["项目名称", "甲", "预算", "1.00"]]), above=("项目绩效目标表",))
    assert len(grids(form, replace(piece(2, 2, [["项目名称", "乙", "预算", "2.00"]]), above=("项目绩效目标表",)))) == 2


def test_pages_with_other_margins_still_join() -> None:
    moved = replace(NEXT, edges=tuple(x + 14 for x in EDGES))
    (stitched,) = stitch([FIRST, moved])
    assert stitched.table.n_cols == 4
    assert any("moved by 14 pt" in reason for reason in stitched.table.seams[0].reasons)


def test_a_row_cut_inside_a_number_is_one_row_with_two_places() -> None:
    first = piece(1, 1, [HEADER, row(1), ["2", "很长的项目名称", "1682.7", "4.00"]], free={(2, 3): 6.0})
    (stitched,) = stitch([first, piece(2, 2, [["", "的后半截", "6", ""], row(3)])])
    cut = [c for c in stitched.table.cells if c.row == 2]
    assert [c.text for c in cut] == ["2", "很长的项目名称\n的后半截", "1682.7\n6", "4.00"]
    assert [p.ref() for p in cut[2].places] == ["t1.r3.c3", "t2.r1.c3"]
    assert stitched.table.seams[0].merged_row
    assert stitched.table.n_rows == 4


def test_two_whole_amounts_are_never_one() -> None:
    first = piece(1, 1, [HEADER, row(1), row(2)])
    (grid,) = grids(first, piece(2, 2, [["", "第2项", "3.00", "3.50"], row(4)]))
    assert [line[2] for line in grid] == ["合计", "1.00", "2.00", "3.00", "4.00"]


def test_a_line_that_was_not_full_goes_on_in_no_other_row() -> None:
    first = piece(1, 1, [HEADER, row(1), row(2)], free={(2, 1): 9.0})
    (grid,) = grids(first, piece(2, 2, [["", "小计项", "", ""], row(4)]))
    assert len(grid) == 5


def test_a_code_is_not_carried_down_as_a_merged_label() -> None:
    first = piece(1, 1, [["科目编码", "名称", "合计", "基本"], ["20103", "政府办公厅", "1.00", "1.00"]])
    (grid,) = grids(first, piece(2, 2, [["", "合计", "1.00", "1.00"]]))
    assert grid[-1][0] == ""


def test_new_column_edges_on_a_later_page_are_taken_in() -> None:
    first = piece(1, 1, [["项目编码", "1306", "项目名称", "某费用"]])
    later = piece(2, 2, [["3月底", "6月底", "10月底"]], edges=(60.0, 100.0, 400.0, 530.0))
    more = piece(2, 2, [["a", "b", "c", "d", "e"]], edges=(60.0, 100.0, 200.0, 300.0, 400.0, 530.0))
    assert grids(first, later)[0][1] == ["3月底", "6月底", "6月底", "10月底"]
    joined = grids(first, more)[0]
    assert joined == [["项目编码", "1306", "1306", "项目名称", "某费用"], ["a", "b", "c", "d", "e"]]


def test_a_blank_spacer_column_and_title_rows_inside_the_grid_do_not_hinder() -> None:
    """Spreadsheets print title and unit inside the grid, with a narrow blank column before them (预算03表)."""
    first = piece(
        1,
        1,
        [["", "", "", "", ""], ["", "支出总表", "", "", ""], ["", *HEADER], ["", *row(1)]],
        edges=(54.0, *EDGES),
    )
    (grid,) = grids(first, NEXT)
    assert [line[1] for line in grid] == ["", "支出总表", "序号", "1", "3", "4"]
    assert [line[0] for line in grid[:4]] == [""] * 4


def test_a_row_like_an_earlier_one_is_no_repeated_header() -> None:
    first = piece(1, 1, [HEADER, ["", "其他支出", "", ""], row(1)])
    (grid,) = grids(first, piece(2, 2, [["", "其他支出", "", ""], row(2)]))
    assert [line[1] for line in grid] == ["项目", "其他支出", "第1项", "其他支出", "第2项"]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=5), st.integers(0, 2))
def test_a_table_cut_anywhere_comes_back_whole(lengths: list[int], n_header: int) -> None:
    """Whatever the pages hold, with the header repeated or absent: every row once, in order."""
    header = [[f"{text}{n}" for text in HEADER] for n in range(n_header)]
    pieces, at = [], 0
    for page, length in enumerate(lengths, 1):
        repeated = header if page == 1 or n_header == 2 else []
        pieces.append(piece(page, page, [*repeated, *(row(at + i) for i in range(length))]))
        at += length
    (grid,) = grids(*pieces)
    assert grid == [*header, *(row(i) for i in range(at))]


@given(st.lists(st.lists(st.sampled_from(["", "甲", "12.00", "乙丙"]), min_size=4, max_size=4), min_size=1, max_size=6))
def test_no_text_is_ever_lost(rows: list[list[str]]) -> None:
    """Every printed text of both pieces is in a cell or in what the seam dropped."""
    first, second = piece(1, 1, [HEADER, *rows]), piece(2, 2, rows)
    kept = [c.text for s in stitch([first, second]) for c in s.table.cells]
    kept += [c.text for s in stitch([first, second]) for m in s.table.seams for line in m.dropped for c in line]
    printed = [c.text for p in (first, second) for c in p.cells]
    assert sorted("".join(kept).replace("\n", "")) == sorted("".join(printed))


def test_a_title_on_every_page_and_the_label_of_the_row_above_again() -> None:
    """A report prints its title on each page and the labels of merged cells again where it breaks them."""
    above = ("绩效目标表",)
    first = piece(1, 1, [["项目名称", "甲", "", ""], ["绩效指标", "产出指标", "数量", "1"]], above=above, room=70.0)
    more = piece(2, 2, [["绩效指标", "效益指标", "效果", "好"]], above=above)
    following = piece(3, 3, [["项目名称", "乙", "", ""], ["绩效指标", "产出指标", "数量", "2"]], above=above)
    found = stitch([first, more, following])
    assert [stitched.pieces for stitched in found] == [[1, 2], [3]]
    assert found[0].repeated_titles == {2: 1}
    assert "label of the row above printed again" in found[0].table.seams[0].reasons


def test_under_the_same_title_other_first_rows_are_the_next_of_a_series() -> None:
    above = ("绩效目标表",)
    first = piece(1, 1, [["项目名称", "甲", "", ""], ["绩效指标", "产出指标", "数量", "1"]], above=above)
    assert len(stitch([first, piece(2, 2, [["单位名称", "乙", "", ""]], above=above)])) == 2
    assert len(stitch([first, piece(2, 2, [["绩效指标", "乙", "", ""]], above=("另一张表",))])) == 2
    numbers = piece(1, 1, [["项目", "甲", "", ""], ["2026", "", "1.00", "1.00"]], above=above)
    assert len(stitch([numbers, piece(2, 2, [["2026", "", "2.00", "2.00"]], above=above)])) == 2


DIGITS = "一二三四五六七八九"


def chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens - 1]}十") + (DIGITS[ones - 1] if ones else "")


@given(st.integers(1, 97), st.integers(1, 97), st.sampled_from(["{}、{}", "（{}）{}", "{}. {}"]))
def test_a_label_that_counts_up_is_the_next_one(upper: int, lower: int, form: str) -> None:
    found = counts_up(form.format(chinese(upper), "农林水支出"), form.format(chinese(lower), "交通运输支出"))
    assert found is (lower == upper + 1)


def test_what_counts_nothing() -> None:
    assert not counts_up("一般公共服务支出", "二、外交支出")
    assert not counts_up("十十、外交", "二十、国防")
    assert not counts_up("一、保障运转。二、提高效益", "三、完成任务")


def test_a_title_inside_the_grid_is_alone_in_the_first_row_with_text() -> None:
    def title(*rows: list[str], span: int = 4) -> str | None:
        cells = [msgspec.structs.replace(cell, colspan=span) if cell.row == 0 else cell for cell in _cells(*rows)]
        return title_inside(cells, 4)

    assert title(["部门支出总表（单位：万元）", "", "", ""], HEADER) == "部门支出总表(单位:万元)"
    assert title(["部门支出总表　　单位：元", "", "", ""], HEADER) == "部门支出总表单位:元"
    assert title(["部门支出总表", "", "", ""], HEADER, span=2) is None
    assert title(["本表反映部门支出。详见附表", "", "", ""], HEADER) is None
    assert title(HEADER, row(1)) is None


def _cells(*rows: list[str]) -> list[PieceCell]:
    return [PieceCell(r, c, text, Place(page=1)) for r, line in enumerate(rows) for c, text in enumerate(line)]
