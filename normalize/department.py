"""Who a document is about: organisation, kind of document, year, level. Its content decides; the link text fills gaps.

Where the two disagree the content stands and the disagreement is an issue (file names and link texts often
belong to another year or another organisation).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from crawl.schema import Provenance
from extract.document import Identity, Issue, Place
from normalize import vocabulary
from normalize.issues import normalize_issue
from normalize.organisation import canonical_name, dept_type
from normalize.period import find_years, plain
from normalize.placing import Placing
from normalize.region import contains, current_code, find_division, is_national
from normalize.schema import Row

UNKNOWN_TYPE = "other_fiscal"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Keys that every row of a document shares; columns of the same names in `normalize.schema`.

    county_basis: source (the registry says so) or printed (the name of the organisation does).
    """

    disclosure_id: str
    county_code: str | None
    org_id: str | None
    org_code_printed: str | None
    org_name: str | None
    fiscal_year: int | None
    doc_type: str
    entity_level: str | None
    stage: str | None
    county_basis: str | None = None
    county_code_current: str | None = None
    dept_type: str | None = None


def org_key(name: str) -> str:
    """8 hex digits of the name without white space and edition mark: the opaque part of org_id.

    本级 and 汇总 of one organisation share it; their documents differ in entity_level and disclosure_id.
    """
    return hashlib.sha256(canonical_name(name).encode()).hexdigest()[:8]


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
    level = identity.entity_level or linked_level
    doc_type, differs = _kind(identity, linked_type, level)
    if differs:
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
    level = level or (_level_of(doc_type) if doc_type in (identity.doc_type, linked_type) else None)
    name = identity.org_name.text if identity.org_name and identity.org_name.text.strip() else None
    county, basis, doubts = _county(name, year, provenance, identity, sha256)
    issues += doubts
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
    # Kinds whose name does not say the edition carry it, so that two editions of one day are never one disclosure.
    edition = "-unit" if level == "unit" and not doc_type.startswith("unit_") else ""
    where = county or "local"
    return (
        Disclosure(
            disclosure_id=f"{where}-{year or 'na'}-{doc_type}{edition}-{key or f'doc{sha256[:8]}'}",
            county_code=county,
            org_id=f"{where}-{key}" if key else None,
            org_code_printed=identity.org_code.text if identity.org_code else None,
            org_name=name,
            fiscal_year=year,
            doc_type=doc_type,
            entity_level=level,
            stage=identity.stage or stage_of(doc_type),
            county_basis=basis,
            county_code_current=current_code(county) if county else None,
            dept_type=dept_type(name),
        ),
        issues,
    )


def _level_of(doc_type: str) -> str | None:
    """The edition that the kind of document is named after."""
    return next((level for level in ("unit", "department") if doc_type.startswith(f"{level}_")), None)


def _kind(identity: Identity, linked: str | None, level: str | None) -> tuple[str, bool]:
    """(doc_type, whether the link says another). The content decides what it says, the link only what is left open.

    A document that prints its stage but not its edition takes the word of a department's kind; its entity_level stays
    NULL where the link does not say it either.
    """
    if identity.doc_type is not None:
        return identity.doc_type, linked is not None and linked != identity.doc_type
    final = identity.stage == "final"
    said = f"{level or 'department'}_{'final' if final else 'budget'}" if identity.stage else None
    if linked is None:
        return said or UNKNOWN_TYPE, False
    if said is not None and stage_of(linked) not in (None, "final" if final else "budget"):
        return said, True
    return linked, False


def _county(
    name: str | None, year: int | None, provenance: Provenance, identity: Identity, sha256: str
) -> tuple[str | None, str | None, list[Issue]]:
    """(code, basis, issues): the division of the registry, else the one the printed name begins with."""
    printed = find_division(name, year)
    registered = provenance.county_code
    if registered is None:
        return (printed.code, "printed", []) if printed is not None else (None, None, [])
    now = current_code(registered) or registered
    elsewhere = printed is not None and not any(
        contains(one, other) or contains(other, one)
        for one in (registered, now)
        for other in (printed.code, current_code(printed.code) or printed.code)
    )
    if not elsewhere and not is_national(name):
        return registered, "source", []
    place: Place | None = identity.org_name.place if identity.org_name else None
    issue = normalize_issue(
        "region_conflict",
        "warning",
        (
            f"公开单位“{name}”不在来源登记的区划 {registered} 之内；区划按来源登记",
            f"“{name}” is not of the division {registered} of its source; the division of the source is kept",
        ),
        sha256=sha256,
        place=place,
    )
    return registered, "source", [issue]


def alias_rows(identity: Identity, disclosure: Disclosure, placing: Placing) -> list[Row]:
    """Rows of org_aliases: every name the document prints as its own, with how it stands to the organisation."""
    rows: list[Row] = []
    key = canonical_name(disclosure.org_name) if disclosure.org_name else None
    for printed in identity.names:
        if disclosure.org_id is None:
            break
        same = canonical_name(printed.text.text) == key
        rows.append(
            {
                "alias_id": f"{placing.sha256[:16]}.n{len(rows) + 1}",
                "disclosure_id": disclosure.disclosure_id,
                **placing.columns(printed.text.place),
                "org_id": disclosure.org_id,
                "printed_name": printed.text.text,
                "printed_code": printed.code,
                "name_source": printed.source,
                "match_method": "same_name" if same else "same_document",
                "n_printed": printed.count,
            }
        )
    return rows


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
