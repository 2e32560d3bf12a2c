"""Files under the names they were published with: what the bytes are decides, and the issues say what disagrees.

A case's file.json: name, and one of pdf (pages of builders.pdf), sheets (of sheets.xlsx), html. archive.json: the
encoding of the names in a zip that does not say it, and its members (name → HTML).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawl.unpack import unpack
from extract.document import Reading
from extract.readers import read_document
from tests.crawl.test_unpack import zipped
from tests.extract.builders import cases, expected, pdf, seen
from tests.extract.sheets import xlsx


def content(file: dict[str, Any]) -> bytes:
    if "pdf" in file:
        return pdf(file["pdf"])
    return xlsx(file["sheets"]) if "sheets" in file else str(file["html"]).encode()


def blocks(reading: Reading) -> list[Any]:
    return [*seen(reading), {"issues": [issue.code for issue in reading.issues]}]


@pytest.mark.parametrize("case", cases("file.json"), ids=lambda path: path.name)
def test_case(case: Path) -> None:
    file = json.loads((case / "file.json").read_text("utf-8"))
    assert blocks(read_document(content(file), filename=file["name"])) == expected(case)


@pytest.mark.parametrize("case", cases("archive.json"), ids=lambda path: path.name)
def test_case_of_an_archive(case: Path) -> None:
    archive = json.loads((case / "archive.json").read_text("utf-8"))
    packed = {name: text.encode() for name, text in archive["members"].items()}
    members, issues = unpack(zipped(packed, encoding=archive["encoding"], flagged=False))
    assert issues == []
    found: list[Any] = []
    for member in members:
        found += [{"member": member.name}, *blocks(read_document(member.data, filename=member.name))]
    assert found == expected(case)


def test_digits_of_a_font_not_embedded_each_drawn_for_itself() -> None:
    grid = {"xs": [60, 200, 300], "ys": [60, 80, 100], "cells": {"0,0": "项目", "0,1": "5", "1,0": "合计", "1,1": "6"}}
    assert seen(read_document(pdf([{"grids": [grid]}]))) == [{"table": [["项目", "5"], ["合计", "6"]]}]
