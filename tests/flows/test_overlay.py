"""`show --overlay`, `show --witness`: a page with what was read drawn over it, and what the second engine reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from extract.document import Cell, Paragraph, Place, Reading, Seam, Table
from extract.readers import read_document
from flows.cli import main
from flows.overlay import DISAGREEMENT, MAX_PIXELS, PAGE_FIELD, PARAGRAPH, marks, picture, table_colour
from tests.extract.builders import pdf

GRID = {
    "xs": [50, 200, 350],
    "ys": [100, 130, 160],
    "cells": {"0,0": "项目", "0,1": "金额", "1,0": "合计", "1,1": "12"},
}
SECOND = {
    "xs": [50, 200, 350],
    "ys": [400, 430, 460],
    "cells": {"0,0": "指标", "0,1": "数量", "1,0": "次数", "1,1": "3"},
}
SHADED = "0.8 g 50 600 100 30 re f 150 600 100 30 re f 0 g"  # two grey areas, which only pdfplumber takes for cells


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_LANG", "en")


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    foot = [[280, 800, 9, "- 1 -"]]
    prose = [[60, 300, 12, "本部门预算公开说明如下。"]]
    path = tmp_path / "paper.pdf"
    shaded = {"extra": SHADED, "texts": [[55, 220, 10, "收入"], [155, 220, 10, "34"], [280, 800, 9, "- 2 -"]]}
    path.write_bytes(pdf([{"grids": [GRID, SECOND], "texts": prose + foot}, shaded]))
    return path


def colours(image: Image.Image) -> set[tuple[int, ...]]:
    return {colour for _, colour in image.convert("RGB").getcolors(1 << 24) or [] if isinstance(colour, tuple)}


def test_the_picture_of_a_page(paper: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "page.png"
    assert main(["show", str(paper), "--page", "1", "--overlay", str(out)]) == 0
    assert "written to" in capsys.readouterr().err
    with Image.open(out) as image:
        assert image.format == "PNG"
        assert image.size == pytest.approx((595 * 150 / 72, 842 * 150 / 72), abs=1)
        seen = colours(image)
        assert {table_colour(1), table_colour(2), PARAGRAPH, PAGE_FIELD} <= seen
        assert DISAGREEMENT not in seen
        # the left edge of a cell stands where the ruling is printed
        assert image.getpixel((round(50 * 150 / 72), round(145 * 150 / 72))) == table_colour(1)
        assert image.getpixel((round(50 * 150 / 72), round(445 * 150 / 72))) == table_colour(2)
        assert image.getpixel((1000, 1000)) == (255, 255, 255)


def test_the_second_engine_by_words_and_picture(
    paper: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "page.png"
    assert main(["show", str(paper), "--witness", "--page", "2", "--overlay", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in found] == ["witnesses_disagree"] * 2
    with Image.open(out) as image:
        assert DISAGREEMENT in colours(image)
    assert main(["show", str(paper), "--witness", "--page", "1"]) == 0
    assert "both engines read the same" in capsys.readouterr().out
    assert main(["show", str(paper), "--witness"]) == 0
    shown = capsys.readouterr().out
    assert "witnesses_disagree" in shown
    assert "34" in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--overlay", "o.png"], "--overlay needs --page"),
        (["--page", "1"], "--page goes with --overlay or --witness"),
        (["--page", "3", "--overlay", "o.png"], "there is no page 3 (pages: 1-2)"),
        (["--page", "1", "--overlay", "no/such/folder/o.png"], "cannot be written"),
        (["--page", "1", "--overlay", "o.png", "--table", "1"], "--table does not go with"),
    ],
)
def test_usage(
    arguments: list[str],
    says: str,
    *,
    paper: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["show", str(paper), *arguments]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert said.out == ""
    assert not (tmp_path / "o.png").exists()


def test_only_a_pdf_has_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body><table><tr><td>收入</td><td>1</td></tr></table></body></html>", "utf-8")
    assert main(["show", str(page), "--page", "1", "--overlay", str(tmp_path / "o.png")]) == 2
    said = capsys.readouterr().err
    assert "only for a PDF, and this is html" in said
    assert len(said.strip().splitlines()) == 1


def test_marks_are_of_one_page() -> None:
    def place(page: int) -> Place:
        return Place(page, (10.0, 10.0, 20.0, 20.0), 7, 1, 1)

    dropped = Cell(0, 0, "项目", (place(2),))
    table = Table(7, 1, 1, [Cell(0, 0, "项目", (place(1), place(2)))], [Seam(0, 8, 2, ("same",), ((dropped,),))])
    prose = Paragraph(1, "说明", (Place(1, (0.0, 0.0, 5.0, 5.0), paragraph=1),))
    reading = Reading(document_sha256="ab" * 32, kind="pdf", method="pdf_text", n_pages=2, blocks=[table, prose])
    assert [(mark.label, mark.colour) for mark in marks(reading, 1)] == [("t7", table_colour(7)), ("p1", PARAGRAPH)]
    assert [(mark.label, mark.tinted) for mark in marks(reading, 2)] == [("t7", True), ("", False)]
    assert marks(reading, 3) == []


def test_a_large_page_stays_within_bounds() -> None:
    data = pdf([{"size": [14400, 14400], "grids": [GRID]}])
    image = picture(data, 1, marks(read_document(data), 1))
    assert image.size[0] * image.size[1] <= MAX_PIXELS * 1.01
