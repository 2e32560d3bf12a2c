"""What is said about failing sums once all checks have run: where the error is, and whose it may be."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from flows.checks.facts import DocumentFacts
from flows.checks.locate import Located, Suspect, locate, sums_of, twins_of
from flows.checks.noun import Cell, Finding
from flows.checks.tolerance import tolerance
from flows.checks.trial import Cause, cause_of, other_reading
from flows.checks.words import money, name, one_line, value_en, value_zh

JUDGED = frozenset({"holds", "rounding", "fails"})
LIKELY = 2  # a slip of the pen; beyond it the cell is only a place to look at
CAUSES: dict[Cause, tuple[str, str]] = {
    "reading": (
        "该处为图像识别或两种引擎读法不一，疑为误读，请对照原件",
        "read from a picture, or read differently by a second engine: a suspected misreading, compare with the "
        "original",
    ),
    "source": ("文字取自文件本身，疑为原文有误", "the text is taken from the file itself: the error is in the source"),
    "unknown": ("读法与原文何者有误不能断定", "whether the reading or the source is wrong cannot be told"),
}


def pronounce(facts: DocumentFacts, findings: Sequence[Finding]) -> list[Finding]:
    """The findings, those that fail told where the error is and whose; and unreadable cells with their other
    reading."""
    failing = [one for one in findings if one.outcome == "fails" and one.identities]
    told = list(findings)
    if failing:
        identities = [cells for one in findings if one.outcome in JUDGED for cells in one.identities]
        located = locate(sums_of(identities), twins_of(facts.statements))
        told = [_told(facts, one, located) if one.outcome == "fails" else one for one in told]
        told = [_missing(facts, one) if one.outcome == "fails" and one.identities else one for one in told]
    return [_offered(one) if one.reason == "unreadable" else one for one in told]


def _told(facts: DocumentFacts, finding: Finding, located: Sequence[Located]) -> Finding:
    if finding.suspects:
        return finding  # the check itself knows better
    places = {cells[0].place: {c.place for c in cells if c.yuan is not None} for cells in finding.identities}
    for error in located:
        if any(
            one.cells[0].place in places and places[one.cells[0].place] == {c.place for c in one.cells}
            for one in error.sums
        ):
            return _with(facts, finding, error)
    return finding


def _missing(facts: DocumentFacts, finding: Finding) -> Finding:
    """A sum over codes that lacks exactly what another statement prints for a child this one does not print."""
    left = finding.cells[0]
    delta = finding.delta
    own = next((one for one in facts.statements if one.ident == left.statement), None)
    if finding.suspects or own is None or delta is None or delta <= 0 or left.code is None:
        return finding
    printed = {line.code for line in own.lines}
    found: dict[str, Cell] = {}
    for statement in facts.known_statements():
        for line in statement.lines if statement is not own else ():
            if line.code is None or line.code in printed or not line.code.startswith(left.code):
                continue
            for column, cell in line.cells.items():
                alike = column.key == left.column_key or {column.key, left.column_key} <= {"total", "amount"}
                if alike and cell.known and cell.yuan == delta:
                    found.setdefault(line.code, cell)
    if len(found) != 1:
        return finding
    cell = next(iter(found.values()))
    return msgspec.structs.replace(
        finding,
        cells=(*finding.cells, cell),
        message_zh=f"{finding.message_zh}差额恰为《{cell.title}》的 {value_zh(cell)}，本表没有这一行。",
        message_en=f"{finding.message_en} The difference is exactly {value_en(cell)} of 《{cell.title}》, a "
        f"line that is "
        "missing here.",
    )


def _with(facts: DocumentFacts, finding: Finding, error: Located) -> Finding:
    suspects = [one for one in error.suspects if one.likeness <= LIKELY] or list(error.suspects[:1])
    first = suspects[0]
    blanks = any(cell.empty for cell in finding.cells)
    if len(error.sums) < 2 and first.likeness > (0 if blanks else LIKELY):
        return finding  # one sum alone, and no slip that would explain it: any of its cells, or a blank, may be wrong
    cause = cause_of(facts, first.cell, first.yuan)
    count = len(error.sums)
    shown_zh = "，或".join(_shown(one) for one in suspects)
    shown_en = ", or ".join(_shown(one) for one in suspects)
    return msgspec.structs.replace(
        finding,
        suspects=tuple((one.cell, _amount(one)) for one in suspects),
        cause=cause,
        message_zh=f"{finding.message_zh}若 {shown_zh}，则不成立的 {count} 式都成立；{CAUSES[cause][0]}。",
        message_en=f"{finding.message_en} The {count} sums that fail would hold with {shown_en}; {CAUSES[cause][1]}.",
    )


def _amount(suspect: Suspect) -> str:
    return money(suspect.yuan, suspect.cell.unit, suspect.cell.resolution)


def _shown(suspect: Suspect) -> str:
    cell = suspect.cell
    return f"《{cell.title}》{name(cell)} {one_line(cell.printed or '')} → {_amount(suspect)}"


def _offered(finding: Finding) -> Finding:
    """Of a sum that one unreadable cell keeps from being judged: the other reading of the cell that would satisfy
    it."""
    left, *terms = finding.cells or (None,)
    unread = [cell for cell in finding.cells if cell.unreadable]
    if left is None or len(unread) != 1 or not terms:
        return finding
    cell = unread[0]
    known = [term for term in terms if term.known and term.yuan is not None]
    total = sum((term.yuan for term in known if term.yuan is not None), Decimal(0))
    if cell is left:
        wanted = total
    elif left.yuan is not None:
        wanted = left.yuan - total
    else:
        return finding
    others: list[Cell] = [one for one in (left, *known) if one is not cell]
    text = other_reading(cell, wanted, tolerance(one.resolution for one in (*others, cell)))
    if text is None:
        return finding
    return msgspec.structs.replace(
        finding,
        suspects=((cell, text),),
        cause="reading",
        message_zh=f"{finding.message_zh}“{cell.printed}”若读作“{text}”则相符，疑为误读，请对照原件。",
        message_en=f"{finding.message_en} Read as “{text}”, “{cell.printed}” would agree: a suspected misreading.",
    )
