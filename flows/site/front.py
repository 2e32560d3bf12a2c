"""The page in the folder of a release: plain HTML from the release's own tables; works from a file as from a server."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from normalize.panels.tables import PUBLISHED

HERE: Final = Path(__file__).resolve().parent
MAX_FINDINGS: Final = 200
MAX_DOCUMENTS: Final = 500
OUTCOMES: Final = {
    "fails": ("✗", "不成立", "fails"),
    "rounding": ("≈", "四舍五入范围内成立", "holds within rounding"),
    "holds": ("✓", "成立", "holds"),
    "not_applicable": ("–", "不适用", "not applicable"),
    "not_assessable": ("?", "无法判断", "not assessable"),
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["amount"] = lambda value: "" if value is None else f"{value:,.2f}"
    environment.filters["size"] = lambda value: f"{value / 1024:,.1f} KB"
    return environment


def style() -> str:
    return (HERE / "style.css").read_text(encoding="utf-8")


def render_index(index: dict[str, Any], tables: dict[str, pl.DataFrame]) -> str:
    """index.html. Everything printed by a department is escaped: a document may contain markup."""
    findings = tables["findings"].filter(pl.col("outcome") == "fails")
    documents = tables["documents"].join(
        tables["disclosures"].select("document_sha256", "org_name", "fiscal_year", "doc_type", "n_facts"),
        on="document_sha256",
        how="left",
        maintain_order="left",
    )
    fails = {
        row["document_sha256"]: row["len"] for row in findings.group_by("document_sha256").len().iter_rows(named=True)
    }
    ordered = documents.sort("org_name", "fiscal_year", "document_sha256", nulls_last=True)
    return (
        _environment()
        .get_template("index.html")
        .render(
            index=index,
            specs=PUBLISHED,
            outcomes=OUTCOMES,
            findings=findings.head(MAX_FINDINGS).to_dicts(),
            findings_left_out=max(0, findings.height - MAX_FINDINGS),
            documents=ordered.head(MAX_DOCUMENTS).to_dicts(),
            documents_left_out=max(0, documents.height - MAX_DOCUMENTS),
            fails=fails,
        )
    )
