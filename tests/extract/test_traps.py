"""Files under the names they were published with: what the bytes are decides, and the issues say what disagrees.

A case's file.json: name, and one of pdf (pages of builders.pdf), sheets (of sheets.xlsx), html.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extract.readers import read_document
from tests.extract.builders import cases, expected, pdf, seen
from tests.extract.sheets import xlsx


def content(file: dict[str, Any]) -> bytes:
    if "pdf" in file:
        return pdf(file["pdf"])
    return xlsx(file["sheets"]) if "sheets" in file else str(file["html"]).encode()


@pytest.mark.parametrize("case", cases("file.json"), ids=lambda path: path.name)
def test_case(case: Path) -> None:
    file = json.loads((case / "file.json").read_text("utf-8"))
    reading = read_document(content(file), filename=file["name"])
    assert [*seen(reading), {"issues": [issue.code for issue in reading.issues]}] == expected(case)
