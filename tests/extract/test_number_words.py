"""Numbers of lists as Word prints them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.readers import read_document
from extract.readers.number_words import HIGHEST, number_words
from tests.extract.builders import docx


@pytest.mark.parametrize(
    ("number_format", "value", "words"),
    [
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 11, "十一"),
        ("chineseCounting", 20, "二十"),
        ("chineseCountingThousand", 101, "一百零一"),
        ("chineseCountingThousand", 110, "一百一十"),
        ("chineseCountingThousand", 1001, "一千零一"),
        ("japaneseCounting", 99, "九十九"),
        ("ideographDigital", 10, "一〇"),
        ("ideographTraditional", 10, "癸"),
        ("ideographTraditional", 11, "11"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("decimalEnclosedCircle", 20, "⑳"),
        ("decimalEnclosedCircle", 21, "㉑"),
        ("decimalEnclosedCircle", 51, "51"),
        ("decimalFullWidth", 12, "１２"),
        ("decimalZero", 7, "07"),
        ("upperLetter", 28, "BB"),
        ("lowerLetter", 3, "c"),
        ("upperRoman", 1994, "MCMXCIV"),
        ("lowerRoman", 4, "iv"),
        ("none", 4, ""),
        ("hebrew1", 4, None),
    ],
)
def test_formats(number_format: str, value: int, words: str | None) -> None:
    assert number_words(value, number_format) == words


@settings(max_examples=100, deadline=None)
@given(st.integers(1, HIGHEST), st.integers(1, HIGHEST))
def test_different_numbers_are_printed_differently(one: int, other: int) -> None:
    for number_format in ("decimal", "chineseCountingThousand", "ideographDigital", "upperRoman", "decimalFullWidth"):
        assert (number_words(one, number_format) == number_words(other, number_format)) is (one == other)


PARAGRAPH = '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>'


def numbered(level: str) -> list[str]:
    numbering = (
        f'<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">{level}</w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    reading = read_document(docx(PARAGRAPH, parts={"numbering": numbering}))
    return [paragraph.text for paragraph in reading.paragraphs()] + [issue.code for issue in reading.issues]


def test_a_format_that_is_not_known_is_told() -> None:
    assert numbered('<w:numFmt w:val="hebrew1"/><w:lvlText w:val="%1."/>') == ["甲", "list_numbers_unread"]
    fallback = '<mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback>'
    assert numbered(f'<mc:AlternateContent>{fallback}</mc:AlternateContent><w:lvlText w:val="%1、"/>') == ["1、甲"]


@pytest.mark.parametrize("start", ["-1", "99999999999", "x", "", "٣"])
def test_a_start_that_is_no_count_is_one_or_bounded(start: str) -> None:
    level = f'<w:start w:val="{start}"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1、"/>'
    assert numbered(level) == ["1、甲"]
