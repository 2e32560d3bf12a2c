"""Who a document is about: organisation, kind of document, year, level. Its content decides; the link text fills gaps.

Where the two disagree the content stands and the disagreement is an issue (file names and link texts often
belong to another year or another organisation).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from crawl.schema import Provenance
from extract.document import Identity, Issue
from normalize import vocabulary
from normalize.issues import normalize_issue
from normalize.period import find_years, plain

UNKNOWN_TYPE = "other_fiscal"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Keys that every row of a document shares; columns of the same names in `normalize.schema`."""

    disclosure_id: str
    county_code: str | None
    org_id: str | None
    org_code_printed: str | None
    org_name: str | None
    fiscal_year: int | None
    doc_type: str
    entity_level: str | None
    stage: str | None


def org_key(name: str) -> str:
    """8 hex digits of the printed name (NFKC, no white space): the opaque part of org_id."""
    bare = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    return hashlib.sha256(bare.encode()).hexdigest()[:8]


def classify_title(text: str | None) -> tuple[str | None, str | None]:
    """(doc_type, entity_level) a title or link text says; the first pattern of `doc_types.csv` that occurs."""
    words = plain(text)
    for row in vocabulary.table("doc_types"):
        if words and re.search(row["pattern"], words):
            return row["doc_type"], row["entity_level"] or None
    return None, None


def stage_of(doc_type: str) -> str | None:
    """The stage all money of such a document has, unless a statement or column says another."""
    return next(
        (row["stage"] or None for row in vocabulary.table("doc_types") if row["doc_type"] == doc_type),
        None,
    )


def identify(identity: Identity, provenance: Provenance, sha256: str) -> tuple[Disclosure, list[Issue]]:
    """The keys of a document, and an issue for each thing its content and its link say differently."""
    issues: list[Issue] = []
    words = (provenance.link_text, provenance.notice_title, provenance.filename)
    if provenance.member_path is not None:  # the link speaks of the archive, the name of the member of this document
        words = (provenance.filename, provenance.link_text, provenance.notice_title)
    said = next((text for text in words if text), None)
    years = find_years(said)
    linked_type, linked_level = classify_title(said)

    year = identity.fiscal_year
    if year is None and len(years) == 1:
        year = years[0]
    elif year is not None and years and year not in years:
        issues.append(_conflict("fiscal_year_conflict", "年度", "fiscal year", (str(year), f"{said}"), sha256))
    doc_type = identity.doc_type or linked_type or UNKNOWN_TYPE
    if identity.doc_type and linked_type and identity.doc_type != linked_type:
        issues.append(_conflict("doc_type_conflict", "文件种类", "kind of document", (doc_type, f"{said}"), sha256))
    if year is None or not 1949 <= year <= 2100:
        issues.append(
            normalize_issue(
                "fiscal_year_unknown",
                "warning",
                ("文件与链接都没有说明年度", "neither the document nor its link says which year it is about"),
                sha256=sha256,
            )
        )
        year = None
    level = identity.entity_level or linked_level or ("unit" if doc_type.startswith("unit_") else None)
    level = level or ("department" if doc_type.startswith("department_") else None)

    name = identity.org_name.text if identity.org_name and identity.org_name.text.strip() else None
    county = provenance.county_code or "local"
    key = org_key(name) if name else None
    if name is None:
        issues.append(
            normalize_issue(
                "organisation_unknown",
                "warning",
                ("文件没有印出部门名称", "the document prints no name of an organisation"),
                sha256=sha256,
            )
        )
    return (
        Disclosure(
            disclosure_id=f"{county}-{year or 'na'}-{doc_type}-{key or f'doc{sha256[:8]}'}",
            county_code=provenance.county_code,
            org_id=f"{county}-{key}" if key else None,
            org_code_printed=identity.org_code.text if identity.org_code else None,
            org_name=name,
            fiscal_year=year,
            doc_type=doc_type,
            entity_level=level,
            stage=stage_of(doc_type),
        ),
        issues,
    )


def _conflict(code: str, zh: str, en: str, sides: tuple[str, str], sha256: str) -> Issue:
    content, link = sides
    return normalize_issue(
        code,
        "warning",
        (
            f"{zh}不一致：文件内容为 {content}，链接为“{link}”；以内容为准",
            f"{en}: the document says {content}, its link says “{link}”; the document stands",
        ),
        sha256=sha256,
    )
