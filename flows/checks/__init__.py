"""Checks: one file per rule under `line/`, `statement/`, `document/`, `department/`, `county/`, `source/`; the
docstring of the file is the rule.

`judge_document` runs them over the rows of one document; those of the last three folders compare it with its company
(`flows.checks.identity`), where it has any. `catalogue` lists all of them for people; those of a release as a whole
stand in `flows.release.checks`, and `flows.catalogue` lists both.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby

from flows.check_info import FAMILIES, CheckInfo
from flows.checks import county, department, document, line, source, statement
from flows.checks.check import AnyCheck, Check
from flows.checks.facts import document_facts
from flows.checks.joining import joined_facts, offer
from flows.checks.noun import Cell, Finding, Quote, Row
from flows.checks.pieces import doubt
from flows.checks.standing import standing_rows
from flows.checks.together import Companions, CrossCheck
from flows.checks.trial import Witness, crop_of
from flows.checks.verdict import pronounce
from flows.checks.views import DocumentFacts, Tables
from flows.checks.words import evidence
from flows.reviews import Verdict
from flows.rule_text import check_info

__all__ = ["all_checks", "catalogue", "check_document", "cross_checks", "judge_document"]


@lru_cache(maxsize=1)
def all_checks() -> tuple[Check, ...]:
    """Every check of one document alone, by family, then number. A repeated id raises ValueError."""
    found: dict[str, Check] = {}
    for folder in (line, statement, document):
        for module in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
            check: Check = importlib.import_module(module.name).CHECK
            if check.id in found:
                raise ValueError(f"two checks are called {check.id}")
            found[check.id] = check
    return tuple(sorted(found.values(), key=lambda check: (FAMILIES.index(check.family), check.id)))


@lru_cache(maxsize=1)
def cross_checks() -> tuple[CrossCheck, ...]:
    """The checks over several documents, by family, then number. A repeated id raises ValueError."""
    found: dict[str, CrossCheck] = {}
    for folder in (department, county, source):
        for module in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
            check: CrossCheck = importlib.import_module(module.name).CHECK
            if check.id in found:
                raise ValueError(f"two checks are called {check.id}")
            found[check.id] = check
    return tuple(sorted(found.values(), key=lambda check: (FAMILIES.index(check.family), check.id)))


def catalogue() -> list[CheckInfo]:
    """What every check says about itself: by family, then number."""
    checks: list[Check | CrossCheck] = [*all_checks(), *cross_checks()]
    return [check_info(check) for check in sorted(checks, key=lambda check: (FAMILIES.index(check.family), check.id))]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _absent(check: Check) -> Finding:
    reason, zh, en = check.absent
    return Finding("document", "not_applicable", zh, en, reason=reason)


def _numbered(findings: list[Finding]) -> Iterator[tuple[str, Finding]]:
    """Subjects made unique: a second finding about the same subject is `subject~2`."""
    seen: dict[str, int] = {}
    for finding in findings:
        count = seen[finding.subject] = seen.get(finding.subject, 0) + 1
        yield (finding.subject if count == 1 else f"{finding.subject}~{count}"), finding


def _row(check: Check | CrossCheck, facts: DocumentFacts, subject: str, finding: Finding) -> Row:
    cells: Iterable[Cell] = finding.cells
    if len(finding.cells) > 1:
        cells = {cell.fact_id + cell.place: cell for cell in finding.cells}.values()
    quotes = tuple(dict.fromkeys(finding.quotes)) if finding.quotes else ()
    marks: list[Cell | Quote] = [*cells, *quotes]
    texts = [*(evidence(cell) for cell in cells), *(quote.text for quote in quotes), *finding.elsewhere]
    fingerprint = _digest(check.id, subject, *texts)
    delta = finding.delta
    return {
        "finding_id": f"{check.id}-{facts.document_sha256[:16]}-{fingerprint}",
        "check_id": check.id,
        "family": check.family,
        "level": check.level,
        "severity": check.severity if finding.outcome == "fails" else "info",
        "document_sha256": facts.document_sha256,
        "disclosure_id": facts.disclosure_id,
        "subject": subject,
        "outcome": finding.outcome,
        "na_reason": finding.reason,
        "left_yuan": None if finding.left is None else float(finding.left),
        "right_yuan": None if finding.right is None else float(finding.right),
        "delta_yuan": None if delta is None else float(delta),
        "tolerance_yuan": None if finding.tolerance is None else float(finding.tolerance),
        "left_zh": finding.left_zh,
        "right_zh": finding.right_zh,
        "n_terms": finding.n_terms,
        "fact_ids": list(dict.fromkeys(one.fact_id for one in marks if one.fact_id is not None)),
        "places": list(dict.fromkeys(one.place for one in marks)),
        "pages": sorted({one.page for one in marks if one.page is not None}),
        "evidence": texts,
        "suspects": [cell.place for cell, _ in finding.suspects],
        "suspect_texts": [text for _, text in finding.suspects],
        "suspect_crops": [crop_of(facts, cell) for cell, _ in finding.suspects],
        "cause": finding.cause,
        "missing_line": finding.missing_line,
        "message_zh": finding.message_zh,
        "message_en": finding.message_en,
        "fingerprint": fingerprint,
        "human_verdict": None,  # a person's, from a file, by the fingerprint (`flows.reviews`)
        "human_note": None,
    }


def check_document(tables: Tables) -> list[Row]:
    """All checks over the rows of one document (`normalize.facts.build_rows`): rows of table `findings`.

    Every check leaves at least one row. Order: check, then subject; the same rows give the same findings.
    """
    return judge_document(tables)["findings"]


def judge_document(
    tables: Tables,
    verdicts: Mapping[str, Verdict] | None = None,
    rejected: Collection[str] = (),
    witness: Witness | None = None,
    company: Companions | None = None,
) -> dict[str, list[Row]]:
    """All checks over the rows of one document: rows of the tables `findings` (as `check_document`) and `standings`.

    company: the documents it is compared with; without any, checks over several documents leave no row.

    verdicts: fact_id → what a person decided about it. rejected: fingerprints of findings that a person rejected; they
    say nothing about the standing of a fact. witness: a second engine, asked about suspected amounts.
    """
    facts = document_facts(tables)
    if facts is None:
        return {"findings": [], "standings": []}
    judged: list[tuple[AnyCheck, Finding]] = []
    joined = joined_facts(facts)
    for check in all_checks():
        findings = [doubt(facts, check, finding) for finding in check.run(facts)] or [_absent(check)]
        told = findings if joined is None else offer(joined, check, findings)
        judged += [(check, finding) for finding in told]
    for cross in cross_checks() if company else ():
        assert company is not None
        if company.has(cross.relation):
            judged += [(cross, doubt(facts, cross, finding)) for finding in cross.run(facts, company)]
    pronounced = pronounce(facts, [finding for _, finding in judged], witness)
    rows: list[Row] = []
    counted: list[tuple[AnyCheck, Finding]] = []
    for check, pairs in groupby(zip((check for check, _ in judged), pronounced, strict=True), key=lambda pair: pair[0]):
        found = [(_row(check, facts, subject, one), one) for subject, one in _numbered([one for _, one in pairs])]
        counted += [(check, one) for row, one in found if row["fingerprint"] not in rejected]
        rows += sorted((row for row, _ in found), key=lambda row: str(row["subject"]))
    agreed = dict(pair for one in pronounced for pair in one.agreed)
    return {"findings": rows, "standings": standing_rows(facts, counted, verdicts, agreed)}
