"""Two documents that print the very same amounts, told once: for another year (Y05) or another organisation (S01)."""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.elsewhere import called
from flows.checks.noun import Finding, Quote
from flows.checks.together import Companions
from flows.checks.views import DocumentFacts


def same_amounts(facts: DocumentFacts, company: Companions, *, years: bool) -> Iterator[Finding]:
    """A failing finding for each companion with the same amounts that is of another year (years), or of the same."""
    count = sum(1 for row in facts.tables.get("budget_lines", ()) if row["amount_fen"])
    for other in company.of("same_amounts"):
        if (other.about.fiscal_year != facts.about.fiscal_year) is not years:
            continue
        zh, en = called(other)
        name, their_name = facts.about.org_name or "", other.about.org_name or ""
        yield Finding(
            subject=f"document/{other.document_sha256[:16]}",
            outcome="fails",
            message_zh=f"本文件（{facts.about.fiscal_year} 年，{name}）所印的 {count} 个非零金额，"
            f"与{zh}（{their_name}）全部相同：应是误放了另一文件。",
            message_en=f"All {count} amounts other than nought of this document ({facts.about.fiscal_year}, {name}) "
            f"are those of {en} ({their_name}): the wrong file seems to have been published.",
            n_terms=count,
            quotes=(Quote("document", None, name),),
            elsewhere=(f"{their_name} [{other.document_sha256[:16]}]",),
        )
