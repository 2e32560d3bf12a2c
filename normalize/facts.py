"""`build_rows`: from what a document says to rows of the published tables. Composition only; rules stand elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from crawl.schema import Provenance
from extract.document import Identity, Interpretation, Issue, ProjectForm, Reading, Statement, Table
from normalize.budget import budget_rows, holds_money, statement_row
from normalize.cells import raw_rows, text_coverage
from normalize.claims import claim_rows, term_rows
from normalize.correct import apply_corrections
from normalize.correct_forms import FormsFixed, correct_forms, correct_identity, remember
from normalize.correction import Correction
from normalize.department import Disclosure, alias_rows, identify
from normalize.issues import issue_rows
from normalize.narrative import narrative_rows
from normalize.period import parse_date
from normalize.placing import Placing
from normalize.records import BUILDERS
from normalize.schema import Row, empty_tables
from normalize.targets import department_goal_row, project_rows
from normalize.unit import UNKNOWN, MoneyUnit, resolve_units
from normalize.unit_proof import prove_units

Tables = dict[str, list[Row]]


def build_rows(
    reading: Reading,
    interpretation: Interpretation,
    provenance: Provenance,
    *,
    is_current: bool = True,
    corrections: Sequence[Correction] = (),
) -> Tables:
    """Rows of one document for every table of `normalize.schema.TABLES` except findings, in reading order.

    is_current: whether the ledger knows the document as the version now published; a document given by hand is.
    corrections: reviewed fixes of our reading; those of other documents are left alone.
    Deterministic: the same arguments give the same rows. Trouble is a row of `issues`; nothing raises on content.
    """
    tables = empty_tables()
    placing = Placing(reading)
    disclosure, issues = identify(interpretation.identity, provenance, reading.document_sha256)
    corrected, of_document, said, stale = correct_identity(
        interpretation.identity, disclosure, corrections, reading.document_sha256
    )
    if of_document:
        disclosure, issues = identify(corrected, provenance, reading.document_sha256)
    tables["corrections"] += said
    issues += stale
    if not reading.blocks:
        issues = []  # nothing was read: the reader's own issue says why, and that nothing is known follows from it
    resolved = resolve_units([statement.caption for statement in interpretation.statements])
    if any(unit.basis != "printed" for unit in resolved):
        resolved = prove_units(interpretation.statements, resolved)
    units = [
        unit if holds_money(statement) else UNKNOWN
        for statement, unit in zip(interpretation.statements, resolved, strict=True)
    ]
    blocks = {table.number: table for table in reading.tables()}
    for statement, unit in zip(interpretation.statements, units, strict=True):
        issues += _add_statement(tables, statement, unit, disclosure, placing, block=blocks.get(statement.table))
    forms = correct_forms(interpretation.projects, corrections, reading.document_sha256)
    by_table = {s.table: unit for s, unit in zip(interpretation.statements, units, strict=True) if unit.unit}
    issues += _add_performance(tables, interpretation, forms, disclosure, placing, Placing(reading), by_table)
    tables["narratives"] = narrative_rows(reading, interpretation.sections, interpretation.uses, disclosure, placing)
    tables["org_aliases"] = alias_rows(interpretation.identity, disclosure, placing)
    _number(tables)
    rest = [one for one in corrections if one.id not in forms.ids and one.fix.identity is None]
    issues += apply_corrections(tables, rest, reading.document_sha256)  # before what compares with the amounts
    tables["corrections"] += forms.rows
    tables["claims"] = claim_rows(interpretation.claims, tables["budget_lines"], disclosure, placing)
    tables["glossary"] = term_rows(interpretation.terms, disclosure, placing)
    facts = {_ref(row): str(row["fact_id"]) for row in reversed(tables["budget_lines"])}
    tables["raw_cells"] = raw_rows(reading, interpretation.uses, facts)
    tables["issues"] = issue_rows([*reading.issues, *interpretation.issues, *issues], reading.document_sha256)
    tables["disclosures"] = [
        _disclosure_row(tables, disclosure, provenance, reading.document_sha256)
        | {"correction_ids": of_document or None}
    ]
    tables["documents"] = [
        _document_row(tables, reading, interpretation.identity, disclosure, provenance)
        | {"is_current": is_current, "version_no": 1, "replaced_by": None}  # until seen beside the others
    ]
    return tables


def _add_statement(
    tables: Tables,
    statement: Statement,
    unit: MoneyUnit,
    disclosure: Disclosure,
    placing: Placing,
    *,
    block: Table | None,
) -> list[Issue]:
    first = block.cells[0].place.page if block is not None and block.cells else None
    seams = len(block.seams) if block is not None else 0
    tables["statements"].append(statement_row(statement, unit, disclosure, placing, page=first, seams=seams))
    rows, issues = budget_rows(statement, unit, disclosure, placing)
    tables["budget_lines"] += rows
    if statement.code in BUILDERS:
        name, build = BUILDERS[statement.code]
        records, more = build(statement, unit, disclosure, placing)
        tables[name] += records
        issues += more
    return issues


def _add_performance(  # noqa: PLR0917 - everything the rows follow from
    tables: Tables,
    interpretation: Interpretation,
    forms: FormsFixed,
    disclosure: Disclosure,
    placing: Placing,
    scratch: Placing,
    by_table: dict[int, MoneyUnit],
) -> list[Issue]:
    """scratch: gives identifiers to rows that are made only to be compared. by_table: units of the statements; a list
    of projects is a statement too, and what it prints goes before what other forms agree on."""
    issues: list[Issue] = list(forms.issues)
    tables["goals"] += [department_goal_row(goal, disclosure, placing) for goal in interpretation.goals]
    printed = resolve_units([form.caption for form in interpretation.projects], header_first=True)
    units = [
        unit if unit.basis == "printed" else by_table.get(form.tables[0], unit)
        for form, unit in zip(interpretation.projects, printed, strict=True)
    ]
    for number, (form, unit) in enumerate(zip(forms.forms, units, strict=True)):
        rows, more = project_rows(form, unit, disclosure, placing)
        if number in forms.touched:

            def as_rows(one: ProjectForm, unit: MoneyUnit = unit) -> Tables:
                return project_rows(one, unit, disclosure, scratch)[0]

            remember(rows, interpretation.projects[number], as_rows, forms.touched[number])
        for name, part in rows.items():
            tables[name] += part
        issues += more
    return issues


def _number(tables: Tables) -> None:
    """seq of the lists that run through a whole document; project goals are counted by themselves."""
    for name in ("org_units", "assets", "procurement", "indicators"):
        for seq, row in enumerate(tables[name], 1):
            row["seq"] = seq
    for seq, row in enumerate((row for row in tables["goals"] if row["level"] == "project"), 1):
        row["seq"] = seq


def _ref(row: Row) -> str:
    """Place.ref() of a row of budget_lines."""
    return f"t{row['table_no']}.r{row['row_no']}.c{row['col_no']}"


def _disclosure_row(tables: Tables, disclosure: Disclosure, provenance: Provenance, sha256: str) -> Row:
    codes = [str(row["statement_code"]) for row in tables["statements"]]
    return {
        "disclosure_id": disclosure.disclosure_id,
        "county_code": disclosure.county_code,
        "county_basis": disclosure.county_basis,
        "county_code_current": disclosure.county_code_current,
        "org_id": disclosure.org_id,
        "org_code_printed": disclosure.org_code_printed,
        "org_name": disclosure.org_name,
        "dept_type": disclosure.dept_type,
        "fiscal_year": disclosure.fiscal_year,
        "doc_type": disclosure.doc_type,
        "entity_level": disclosure.entity_level,
        "stage": disclosure.stage,
        "document_sha256": sha256,
        "n_statements": sum(code != "unrecognized" for code in codes),
        "statements": list(dict.fromkeys(code for code in codes if code != "unrecognized")),
        "n_facts": len(tables["budget_lines"]),
        "published_date": parse_date(provenance.published_date),
    }


def _document_row(
    tables: Tables, reading: Reading, identity: Identity, disclosure: Disclosure, provenance: Provenance
) -> Row:
    states = [row["state"] for row in tables["statements"]]
    return {
        "document_sha256": reading.document_sha256,
        "disclosure_id": disclosure.disclosure_id,
        "county_code": disclosure.county_code,
        "source_id": provenance.source_id,
        "publisher": provenance.publisher,
        "url": provenance.url,
        "landing_url": provenance.landing_url,
        "link_text": provenance.link_text,
        "notice_title": provenance.notice_title,
        "filename": provenance.filename,
        "parent_sha256": provenance.parent_sha256,
        "member_path": provenance.member_path,
        "published_date": parse_date(provenance.published_date),
        "kind": reading.kind,
        "method": reading.method,
        "n_pages": reading.n_pages,
        "n_tables": sum(1 for _ in reading.tables()),
        "n_paragraphs": sum(1 for _ in reading.paragraphs()),
        "n_cells": sum(len(table.cells) for table in reading.tables()),
        "n_statements": len(states) - states.count("unrecognized"),
        "n_unrecognized": states.count("unrecognized"),
        "n_amounts": len(tables["budget_lines"]),
        "n_issues": len(tables["issues"]),
        "text_coverage": text_coverage(tables["raw_cells"]),
        "title_printed": identity.title.text if identity.title else None,
    }
