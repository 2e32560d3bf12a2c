"""Characters without a meaning of their own are counted, and bullets told from the rest."""

from __future__ import annotations

import pytest

from extract.document import Paragraph, Place
from extract.readers import read_document
from extract.readers.private_use import private_use_issues
from tests.extract.build import reading, table
from tests.extract.builders import docx


def found(*texts: str) -> list[tuple[str, int]]:
    return [(issue.severity, issue.count) for issue in private_use_issues(reading(*texts).blocks, "0" * 64)]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("本年预算收入12.50万元。", []),
        ("\uf0b7 加强管理", [("info", 1)]),
        ("\u3000\uf06c加强\n\uf06c提高", [("info", 2)]),
        ("加强\uf0b7管理", [("warning", 1)]),
        ("\uf052", [("warning", 1)]),
        ("\uf0b7\ue001管理", [("warning", 2)]),
        ("\ue001管理", [("warning", 1)]),
        ("管理\U000f0001\U0010fffd", [("warning", 2)]),
    ],
)
def test_bullets_are_information(text: str, seen: list[tuple[str, int]]) -> None:
    assert found(text) == seen


def test_cells_count_and_pages_are_told_apart() -> None:
    blocks = reading(table(1, [["项目", "\uf0b7加强"], ["\ue000", "1.00"]])).blocks
    paged = [Paragraph(n, "甲\ue000", (Place(page=n, paragraph=n),)) for n in (2, 3)]
    issues = private_use_issues([*blocks, *paged], "0" * 64)
    assert [(i.place.page if i.place else None, i.severity, i.count) for i in issues] == [
        (None, "warning", 1),
        (None, "info", 1),
        (2, "warning", 1),
        (3, "warning", 1),
    ]


def test_a_symbol_of_word_is_told() -> None:
    body = '<w:p><w:r><w:t>数</w:t><w:sym w:font="Wingdings" w:char="F0E0"/></w:r></w:p>'
    reading_ = read_document(docx(body))
    assert [(i.code, i.count) for i in reading_.issues] == [("private_use_characters", 1)]
    assert [p.text for p in reading_.paragraphs()] == ["数\uf0e0"]
