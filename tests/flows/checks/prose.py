"""Documents of prose alone, from their paragraphs to their findings: the real reading of claims, no file."""

from __future__ import annotations

from typing import Any

from crawl.schema import Provenance
from extract.document import Paragraph, Place, Reading
from extract.interpret import interpret_reading
from flows.checks import check_document
from normalize.facts import build_rows

Rows = list[dict[str, Any]]
FINAL = "# 某市某局2024年度部门决算"
BUDGET = "# 某市某局2025年部门预算"
UNIT = "# 某市某局2025年单位预算"


def tables_of(*texts: str, sha: str = "cd" * 32) -> dict[str, Rows]:
    """Rows of a document of these paragraphs; `# ` before a text makes it a heading."""
    blocks = []
    for number, text in enumerate(texts, start=1):
        level = 1 if text.startswith("# ") else None
        place = Place(paragraph=number)
        blocks.append(Paragraph(number=number, text=text.removeprefix("# "), places=(place,), level=level))
    reading = Reading(document_sha256=sha, kind="html", method="html", n_pages=None, blocks=list(blocks))
    return build_rows(reading, interpret_reading(reading), Provenance(filename="built.html"))


def fails(*texts: str) -> dict[str, Rows]:
    """check_id → its failing findings."""
    found: dict[str, Rows] = {}
    for row in check_document(tables_of(*texts)):
        if row["outcome"] == "fails":
            found.setdefault(str(row["check_id"]), []).append(row)
    return found


def outcomes(check_id: str, *texts: str) -> list[str]:
    return [str(row["outcome"]) for row in check_document(tables_of(*texts)) if row["check_id"] == check_id]
