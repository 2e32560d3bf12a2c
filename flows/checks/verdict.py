"""What is said about failing sums once all checks have run: where the error is, and whose it may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from flows.checks.locate import Lacking, Located, Suspect, is_over_lines, key_of, lacking, locate, sums_of, twins_of
from flows.checks.noun import Cell, Finding
from flows.checks.tolerance import tolerance
from flows.checks.trial import Cause, Trial, Witness, Witnessed, other_reading, try_reading
from flows.checks.views import DocumentFacts
from flows.checks.words import BLANK_ZH, money, name, one_line, value_en, value_zh

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
HOW: dict[str, tuple[str, str]] = {
    "split": (
        "相连的数分开读作“{}”即相符，疑为误读，请对照原件",
        "read as “{}”, apart from what it ran together with, it fits: a suspected misreading",
    ),
    "merge": (
        "与相邻的断片合读作“{}”即相符，疑为误读，请对照原件",
        "read as “{}”, together with the fragment next to it, it fits: a suspected misreading",
    ),
    "shift": (
        "旁边一列的“{}”移入此格即相符，疑为误读，请对照原件",
        "“{}”, which stands beside it, would fit here: a suspected misreading",
    ),
    "witness": (
        "另一引擎读作“{}”即相符，疑为误读，请对照原件",
        "a second engine reads “{}”, which fits: a suspected misreading",
    ),
}
AGREED = ("两种引擎读法一致，疑为原文有误", "two engines read the same: the error is in the source")
DIFFERS = ("另一引擎读法不同，何者有误不能断定", "a second engine reads something else: it cannot be told")


def pronounce(facts: DocumentFacts, findings: Sequence[Finding], witness: Witness | None = None) -> list[Finding]:
    """The findings, those that fail told where the error is and whose; and unreadable cells with their other
    reading. witness: a second engine that is asked about suspected amounts."""
    failing = [one for one in findings if one.outcome == "fails" and one.identities]
    told = list(findings)
    if failing:
        sums = sums_of(cells for one in findings if one.outcome in JUDGED for cells in one.identities)
        located = locate(sums, _witnessed(facts, findings))
        by_sum = {key_of(one.cells): error for error in located for one in error.sums}
        lacks = {cell.ident: lack for lack in lacking(sums) for cell, _ in lack.amounts}
        told = [_told(facts, one, by_sum, lacks, witness) if one.outcome == "fails" else one for one in told]
    return [_offered(one) if one.reason == "unreadable" else one for one in told]


def _witnessed(facts: DocumentFacts, findings: Sequence[Finding]) -> dict[str, frozenset[Decimal]]:
    """Cell.ident → amounts that other statements, or sentences of the prose, print for it."""
    twins = dict(twins_of(facts.statements))
    for finding in findings:
        if finding.quotes and len(finding.cells) == 1 and finding.left is not None:
            ident = finding.cells[0].ident
            said = finding.cells[0].yuan if finding.outcome == "holds" else finding.left
            if said is not None and finding.outcome in JUDGED:
                twins[ident] = twins.get(ident, frozenset()) | {said}
    return twins


def _told(
    facts: DocumentFacts,
    finding: Finding,
    located: Mapping[tuple[str, ...], Located],
    lacks: Mapping[str, Lacking],
    witness: Witness | None,
) -> Finding:
    if finding.suspects or not finding.identities:
        return finding  # the check itself knows better
    named = _missing(facts, finding)
    if named.missing_line is not None:
        return named
    lack = next((lacks[cells[0].ident] for cells in finding.identities if cells[0].ident in lacks), None)
    if lack is not None:
        return _lacking(finding, lack)
    error = next((located[key] for cells in finding.identities if (key := key_of(cells)) in located), None)
    return finding if error is None else _with(facts, finding, error, witness)


def _lacking(finding: Finding, lack: Lacking) -> Finding:
    """A total that its lines do not make in several columns at once: a line too few, or one too many."""
    left = lack.amounts[0][0]
    few = all(amount >= 0 for _, amount in lack.amounts)
    shown = "，".join(
        f"{cell.column} {money(abs(amount), cell.unit, cell.resolution)}" for cell, amount in lack.amounts
    )
    zh = (
        f"各行本身都相符，而 {name(left)} 有 {len(lack.amounts)} 列同时不符：疑{'缺' if few else '多'}一行（{shown}）。"
    )
    en = (
        f"Every line is consistent in itself while {name(left)} is out in {len(lack.amounts)} columns at once: a line "
        f"seems {'missing' if few else 'too many'} ({shown})."
    )
    return msgspec.structs.replace(
        finding,
        missing_line=f"{left.code or left.label}: {shown}",
        message_zh=f"{finding.message_zh}{zh}",
        message_en=f"{finding.message_en} {en}",
    )


def _missing(facts: DocumentFacts, finding: Finding) -> Finding:
    """A sum over codes that lacks exactly what another statement prints for a child this one does not print."""
    left = finding.cells[0]
    delta = finding.delta
    own = next((one for one in facts.statements if one.ident == left.statement), None)
    is_total = own is not None and any(
        cell is left for line in own.lines if line.role == "grand_total" for cell in line.cells.values()
    )
    if (
        not is_over_lines(finding.identities[0])
        or own is None
        or delta is None
        or delta <= 0
        or (left.code is None and not is_total)
    ):
        return finding
    printed = {line.code for line in own.lines}
    systems = {line.class_system for line in own.lines}
    found: dict[str, Cell] = {}
    for statement in facts.known_statements():
        for line in statement.lines if statement is not own else ():
            if line.code is None or line.code in printed or line.class_system not in systems:
                continue
            if not line.code.startswith(left.code) if left.code else line.code[:-2] in printed:
                continue
            for column, cell in line.cells.items():
                alike = column.key == left.column_key or {column.key, left.column_key} <= {"total", "amount"}
                near = finding.tolerance if finding.tolerance is not None else Decimal(0)
                if alike and cell.known and cell.yuan is not None and abs(cell.yuan - delta) <= near:
                    found.setdefault(line.code, cell)
    outer = [code for code in found if not any(code != other and code.startswith(other) for other in found)]
    if len(outer) != 1:
        return finding
    cell = found[outer[0]]
    return msgspec.structs.replace(
        finding,
        cells=(*finding.cells, cell),
        missing_line=name(cell),
        message_zh=f"{finding.message_zh}差额恰为《{cell.title}》的 {value_zh(cell)}，本表没有这一行。",
        message_en=f"{finding.message_en} The difference is exactly {value_en(cell)} of 《{cell.title}》, a "
        f"line that is "
        "missing here.",
    )


def _one_line_short(finding: Finding, *, alone: bool = True, blanks: bool = False) -> Finding:
    """A total that is more than its lines: a line is lacking. alone: no slip in one cell explains the difference; else
    it may be either. blanks: lines without an amount are printed, one of which may be the one that lacks it."""
    left, delta = finding.cells[0], finding.delta
    if delta is None or delta <= 0 or len(finding.identities) != 1 or not is_over_lines(finding.cells):
        return finding
    shown = money(delta, left.unit, left.resolution)
    zh, en = f"疑缺一行（{shown}）。", f"a line seems to be missing ({shown})."
    if blanks:
        zh, en = (
            f"疑缺一行，或某一空白行漏印（{shown}）。",
            (f"a line seems to be missing, or the amount of one that is blank ({shown})."),
        )
    elif alone:
        zh, en = f"没有哪一格的笔误能解释此差，{zh}", f"No slip in one cell explains this; {en}"
    else:
        zh, en = f"或缺一行（{shown}）；", f"Either a line is missing ({shown}), or:"
    return msgspec.structs.replace(
        finding,
        missing_line=f"{left.code or left.label}: {shown}",
        message_zh=f"{finding.message_zh}{zh}",
        message_en=f"{finding.message_en} {en}",
    )


def _with(facts: DocumentFacts, finding: Finding, error: Located, witness: Witness | None) -> Finding:
    suspects = [one for one in error.suspects if one.likeness <= LIKELY] or list(error.suspects[:1])
    first = suspects[0]
    blanks = any(cell.empty for cell in finding.cells) and (finding.delta or 0) > 0
    if len(error.sums) < 2 and first.likeness > (0 if blanks else LIKELY):
        # one sum alone, and no slip that would explain it: any of its cells, a blank, or a line that is not there
        return _one_line_short(finding, blanks=blanks)
    if len(error.sums) == 1 and not blanks and (len(suspects) > 1 or first.likeness > 0):
        finding = _one_line_short(finding, alone=False)
    trials = [_try(facts, one, error, witness) for one in suspects]
    # a reading that fits is the likelier error: it comes first
    order = sorted(range(len(suspects)), key=lambda index: trials[index].cause != "reading")
    suspects, trial = [suspects[index] for index in order], trials[order[0]]
    count = len(error.sums)
    shown_zh = "，或".join(_shown(one) for one in suspects)
    shown_en = ", or ".join(_shown(one) for one in suspects)
    why = _why(trial)
    return msgspec.structs.replace(
        finding,
        suspects=tuple((one.cell, _amount(one)) for one in suspects),
        cause=trial.cause,
        agreed=tuple((suspects[at].cell.fact_id, said.agrees) for at, said in _heard(trials, order)),
        message_zh=f"{finding.message_zh}若 {shown_zh}，则不成立的 {count} 式都成立；{why[0]}。",
        message_en=f"{finding.message_en} The {count} sums that fail would hold with {shown_en}; {why[1]}.",
    )


def _try(facts: DocumentFacts, suspect: Suspect, error: Located, witness: Witness | None) -> Trial:
    slack = min(one.bound for one in error.sums)
    return try_reading(facts, suspect.cell, suspect.yuan, slack, witness)


def _heard(trials: Sequence[Trial], order: Sequence[int]) -> list[tuple[int, Witnessed]]:
    """(index in the new order, what the second engine said), of the cells it was asked about."""
    heard = [(at, trials[index].witnessed) for at, index in enumerate(order)]
    return [(at, said) for at, said in heard if said is not None]


def _why(trial: Trial) -> tuple[str, str]:
    """The words for whose error it is, and what shows it."""
    if trial.cause == "reading" and trial.text is not None and trial.how in HOW:
        zh, en = HOW[trial.how]
        return zh.format(trial.text), en.format(trial.text)
    if trial.witnessed is not None:
        return AGREED if trial.witnessed.agrees else DIFFERS
    return CAUSES[trial.cause]


def _amount(suspect: Suspect) -> str:
    return money(suspect.yuan, suspect.cell.unit, suspect.cell.resolution)


def _shown(suspect: Suspect) -> str:
    cell = suspect.cell
    return f"《{cell.title}》{name(cell)} {one_line(cell.printed or BLANK_ZH)} → {_amount(suspect)}"


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
