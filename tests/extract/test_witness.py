"""The second witness: agreement is silent, disagreement is told with both texts and its place."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from extract.document import Reading
from extract.readers import read_document
from extract.readers.lattice import build_lattice
from extract.readers.pdf import read_pdf
from extract.readers.pdf_page import Char, Chars, PageContent
from extract.readers.pdf_plumber import PlumberEngine
from extract.readers.witness import MAX_TOLD, Disagreement, compare, compare_page, is_sampled, issues_of, witness
from extract.settings import Limits, read_limits
from tests.extract.builders import pdf

SHA = "ab" * 32
GRID = {
    "xs": [50, 200, 350],
    "ys": [100, 130, 160],
    "cells": {"0,0": "项目", "0,1": "金额", "1,0": "合计", "1,1": "12"},
}
# two grey areas, which only pdfplumber takes for cells
SHADED = "0.8 g 50 600 100 30 re f 150 600 100 30 re f 0 g"


def shaded() -> bytes:
    texts = [[55, 220, 10, "收入"], [155, 220, 10, "34"]]
    return pdf([{"grids": [GRID]}, {"extra": SHADED, "texts": texts, "grids": [GRID]}])


def page(*printed: tuple[str, float], hidden: int = 0, number: int = 1) -> PageContent:
    """Two cells side by side, 100 wide; printed: (text, x of its first character)."""
    chars = [
        Char(letter, x + 10 * i, 105, x + 10 * i + 10, 115, 10) for text, x in printed for i, letter in enumerate(text)
    ]
    grid = build_lattice([(0, 100, 100, 120), (100, 100, 200, 120)])
    assert grid is not None
    return PageContent(number, 400, 400, Chars.of(chars), [grid], hidden=hidden)


@pytest.mark.parametrize("number", [1, 3, 8, 10, 17, 18])
def test_the_sample_is_read_alike(shared: Path, number: int) -> None:
    assert compare_page((shared / "fixtures" / "sample.pdf").read_bytes(), number) == []


def test_a_title_whose_characters_are_measured_differently(shared: Path) -> None:
    found = compare_page((shared / "fixtures" / "sample_cid.pdf").read_bytes(), 8)
    assert any(one.ours == "部门预算一般公共预算财政拨款支出表" != one.theirs for one in found)
    assert all(one.page == 8 for one in found)


def test_fonts_without_a_mapping(shared: Path) -> None:
    data = (shared / "fixtures" / "hz_notounicode.pdf").read_bytes()
    reading = Reading(document_sha256=SHA, kind="pdf", method="pdf_text", n_pages=25, blocks=[])
    issues = witness(data, reading, Limits(), 0, pages=[1, 2])
    assert {issue.place.page for issue in issues if issue.place} == {1, 2}
    assert len(issues) > MAX_TOLD + 1
    for number in (1, 2):
        of_page = [issue for issue in issues if issue.place and issue.place.page == number]
        assert len(of_page) <= MAX_TOLD + 1
        assert sum(issue.count for issue in of_page) == len(compare_page(data, number))


def test_cells_that_only_one_engine_sees() -> None:
    data = shaded()
    assert compare_page(data, 1) == []
    found = compare_page(data, 2)
    assert {(one.kind, one.theirs) for one in found} == {("only_theirs", "收入"), ("only_theirs", "34")}
    assert {one.ours for one in found} == {"收入", "34"}  # on the same spot, outside of cells
    assert found[1].box == pytest.approx((150, 212, 250, 242), abs=0.5)


def test_reading_with_a_share() -> None:
    data = shaded()
    assert not any(issue.code == "witnesses_disagree" for issue in read_pdf(data, SHA, Limits()).issues)
    found = [i for i in read_pdf(data, SHA, Limits(witness_share=1.0)).issues if i.code == "witnesses_disagree"]
    assert [(issue.severity, issue.stage, issue.place and issue.place.page) for issue in found] == [
        ("warning", "read", 2)
    ] * len(found)
    assert len(found) == 2
    assert found[1].place is not None
    assert found[1].place.box is not None
    assert "34" in found[1].message_zh
    assert "34" in found[1].message_en


def test_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_limits().witness_share == 0
    monkeypatch.setenv("YUJUE_READ_WITNESS_SHARE", "1")
    assert sum(issue.code == "witnesses_disagree" for issue in read_document(shaded()).issues) == 2
    for wrong in ("1.5", "-1", "all", "nan"):
        monkeypatch.setenv("YUJUE_READ_WITNESS_SHARE", wrong)
        with pytest.raises(ValueError, match="YUJUE_READ_WITNESS_SHARE"):
            read_limits()


def test_the_sample_of_pages_is_decided_by_the_digest() -> None:
    drawn = [number for number in range(1, 2001) if is_sampled(SHA, number, 0.1)]
    assert drawn == [number for number in range(1, 2001) if is_sampled(SHA, number, 0.1)]
    assert 150 < len(drawn) < 250
    assert set(drawn) < {number for number in range(1, 2001) if is_sampled(SHA, number, 0.2)}
    assert drawn != [number for number in range(1, 2001) if is_sampled("cd" * 32, number, 0.1)]
    assert not any(is_sampled(SHA, number, 0.0) for number in range(1, 2001))
    assert all(is_sampled(SHA, number, 1.0) for number in range(1, 2001))


def test_a_digit_in_another_cell() -> None:
    found = compare(page(("合计", 5), ("12", 110)), page(("合计1", 5), ("2", 120)))
    assert [(one.kind, one.ours, one.theirs) for one in found] == [("text", "合计", "合计1"), ("text", "12", "2")]


def test_white_space_is_no_disagreement() -> None:
    assert compare(page(("合 计", 5), ("12", 110)), page(("合计", 5), ("12 ", 110))) == []


def test_clipped_text_is_left_out_only_where_the_count_proves_it() -> None:
    theirs = page(("合计", 5), ("1234", 110))
    assert compare(page(("合计", 5), ("12", 110), hidden=2), theirs) == []
    assert len(compare(page(("合计", 5), ("12", 110), hidden=1), theirs)) == 1
    # something else is wrong on the page too: nothing is excused
    assert len(compare(page(("合汁", 5), ("12", 110), hidden=2), theirs)) == 1
    assert len(compare(page(("合计额", 5), ("12", 110), hidden=2), theirs)) == 2


def test_clipped_text_that_pdfplumber_reads_all_the_same() -> None:
    data = clipped()
    theirs = PlumberEngine(data, Limits()).page(1)
    assert "".join(char.text for char in theirs.chars) == "ABCDEFG"
    assert compare_page(data, 1) == []
    hidden = [issue for issue in read_pdf(data, SHA, Limits()).issues if issue.code == "hidden_text"]
    assert [issue.count for issue in hidden] == [2]


def clipped() -> bytes:
    """A cell whose Latin text runs on beyond its clip path."""
    extra = "q 50 600 60 30 re W n BT /F 10 Tf 80 610 Td (ABCDEFG) Tj ET Q 0.5 w 50 600 60 30 re S 110 600 60 30 re S"
    composite = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>"
    )
    plain = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"
    return pdf([{"extra": extra}]).replace(composite, plain.ljust(len(composite)))


def test_many_disagreements_are_summed() -> None:
    many = [Disagreement(3, "text", (0.0, float(i), 9.0, i + 9.0), "1", "2") for i in range(25)]
    lines = [Disagreement(3, "line", (0.0, 0.0, 9.0, 9.0), "一", "二")]
    issues = issues_of([*lines, *many], SHA)
    assert len(issues) == MAX_TOLD + 1
    assert sum(issue.count for issue in issues) == 26
    assert issues[-1].count == 16
    assert Counter(issue.severity for issue in issues) == {"warning": 11}
    assert [issue.severity for issue in issues_of(lines, SHA)] == ["info"]


def test_the_same_text_in_finer_cells_is_only_told() -> None:
    box = (0.0, 0.0, 9.0, 9.0)
    finer, lost = Disagreement(1, "only_ours", box, "1 2", "12"), Disagreement(1, "only_ours", box, "12", "")
    missed = Disagreement(1, "only_theirs", box, "12", "12")
    assert [issue.severity for issue in issues_of([finer, lost, missed], SHA)] == ["warning", "warning", "info"]


def test_a_title_in_another_place(shared: Path) -> None:
    found = compare_page((shared / "fixtures" / "sample_cid.pdf").read_bytes(), 3)
    assert [(one.kind, one.ours, one.theirs) for one in found] == [
        ("line", "部门预算收入总表", ""),
        ("only_theirs", "", "部门预算收入总表"),
    ]


def test_a_document_that_the_second_engine_cannot_read() -> None:
    reading = Reading(document_sha256=SHA, kind="pdf", method="pdf_text", n_pages=2, blocks=[])
    assert [issue.code for issue in witness(b"%PDF-1.4\nnothing", reading, Limits(), 1.0)] == []
