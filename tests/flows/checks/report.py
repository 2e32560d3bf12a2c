"""What the checks said, for assertions."""

from __future__ import annotations

from typing import Any

from flows.checks import check_document
from normalize.schema import check_rows
from tests.flows.checks.build import Builder

Rows = list[dict[str, Any]]


def found(built: Builder, check_id: str | None = None) -> Rows:
    """Findings (of one check) over the built document; every row keeps the contract of its table."""
    rows = check_document(built.tables())
    check_rows("findings", rows)
    return [row for row in rows if check_id in (None, row["check_id"])]


def outcomes(built: Builder, check_id: str) -> dict[str, str]:
    """subject → outcome of one check, the gathered blank places left out."""
    return {row["subject"]: row["outcome"] for row in found(built, check_id) if not row["subject"].endswith("/blank")}


def only(built: Builder, check_id: str, outcome: str) -> dict[str, Any]:
    """The check's only finding with this outcome."""
    (row,) = [row for row in found(built, check_id) if row["outcome"] == outcome]
    return row


def fails(built: Builder) -> set[str]:
    """Checks that fail anywhere in the document."""
    return {str(row["check_id"]) for row in found(built) if row["outcome"] == "fails"}
