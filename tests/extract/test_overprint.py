"""Texts printed over each other are told apart, and nothing else is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from extract.readers import read_document
from extract.readers.lines import lines_of
from extract.readers.overprint import overprinted, separate
from extract.readers.pdf_page import Char, Chars
from tests.extract.builders import pdf


def text(content: str, x: float, size: float = 12.0, top: float = 100.0) -> list[Char]:
    chars = []
    for sign in content:
        width = size if sign >= "\u2e80" else size / 2
        chars.append(Char(sign, x, top, x + width, top + size, size))
        x += width
    return chars


def told(*texts: list[Char]) -> list[str]:
    drawn = [char for content in texts for char in content]
    found = separate(drawn, sorted(drawn, key=lambda c: (c.x0, c.x1)))
    return ["".join(char.text for char in part) for part in found]


def test_two_texts_out_of_step() -> None:
    assert told(text("政策和项目", 60), text("绩效目标表", 66)) == ["政策和项目", "绩效目标表"]
    assert told(text("政策和项目", 60), text("绩效目标表", 61.5)) == ["政策和项目", "绩效目标表"]


def test_a_text_in_pieces_is_one_layer() -> None:
    found = told(text("政策", 60), text("项目", 84), text("绩效目标", 62))
    assert found == ["政策项目", "绩效目标"]


def test_what_is_no_overprint() -> None:
    assert told(text("项目", 60), text("合计", 84)) == ["项目合计"]
    assert told(text("合计", 84), text("项目", 60)) == ["合计项目"]
    assert told(text("项目", 60), text("项目", 60.4)) == ["项目项目"], "drawn twice for bold: not here"
    assert told(text("单位名称", 60), text("________", 60)) == ["单位名称________"], "a line to write on"
    assert told(text("□是", 60), text("√", 62)) == ["□是√"]
    tight = [Char(s, 60 + 7 * i, 100, 72 + 7 * i, 112, 12) for i, s in enumerate("）、（")]
    assert told(tight) == ["）、（"]


def test_a_cell_and_a_line_with_their_issue() -> None:
    page = {"texts": [[60, 100, 14, "政策和项目"], [67, 100, 14, "绩效目标表"]]}
    reading = read_document(pdf([page]))
    assert [p.text for p in reading.paragraphs()] == ["政策和项目", "绩效目标表"]
    (issue,) = reading.issues
    assert issue.code == "overprinted_text"
    assert issue.place is not None
    assert issue.place.page == 1
    assert issue.place.box is not None


def test_boxes_of_lines() -> None:
    line = (60.0, 100.0, 200.0, 112.0)
    assert overprinted([line, (66.0, 100.0, 180.0, 112.0)]) == [line]
    assert overprinted([line, (60.0, 114.0, 200.0, 126.0), (210.0, 114.0, 300.0, 126.0)]) == []


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.text("政策目标12 ", min_size=1, max_size=6), st.floats(0, 80)), min_size=1, max_size=5))
def test_no_character_is_lost(parts: list[tuple[str, float]]) -> None:
    drawn = [char for content, x in parts for char in text(content, x)]
    found = separate(drawn, sorted(drawn, key=lambda c: (c.x0, c.x1)))
    assert sorted(c for part in found for c in part) == sorted(drawn)
    lines = lines_of(Chars.of(drawn))
    assert sorted(c.text for line in lines for c in line.chars if not c.text.isspace()) == sorted(
        c.text for c in drawn if not c.text.isspace()
    )
