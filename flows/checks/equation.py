"""One identity of printed amounts, and what to say when it holds, holds within rounding, fails or cannot be judged.

The rule about blanks, the same for every check: **a blank is not a zero**.
 - Printed terms are added up, blank ones are left out. If the rest reconciles with the total, the identity holds;
   if not, it fails and the finding names the blanks that were left out.
 - A blank total beside printed, non-zero terms is not assessable (`blank_total`): the print gives one side only.
 - A printed, non-zero total all of whose terms are blank is not assessable (`blank_terms`), for the same reason.
 - Where neither side prints an amount there is nothing to check (`nothing_printed`).
 - A term or total that is masked, illegible or no number, or whose unit is unknown, makes it not assessable
   (`unreadable`).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

import msgspec

from flows.checks.noun import Cell, Finding, Outcome
from flows.checks.tolerance import tolerance
from flows.checks.words import listed, money, name, names, value_en, value_zh

RANK: dict[Outcome, int] = {"holds": 0, "rounding": 1, "fails": 2, "not_assessable": 3, "not_applicable": 4}


class Equation(msgspec.Struct, frozen=True):
    """`left = Σ terms`; with relation at_least, `left ≥ Σ terms`. zh, en: what the right side is, in words."""

    subject: str
    left: Cell
    terms: tuple[Cell, ...]
    zh: str
    en: str
    relation: Literal["equal", "at_least"] = "equal"


def evaluate(equation: Equation) -> Finding:
    """Judge one identity; see the module's docstring for blanks and `flows.checks.tolerance` for rounding."""
    left, terms = equation.left, equation.terms
    cells = (left, *terms)
    unread = [cell for cell in cells if cell.unreadable]
    if unread:
        return _open(
            equation, "unreadable", f"读不出数值：{names(unread)}", f"no amount can be read for {names(unread)}"
        )
    known = [cell for cell in terms if cell.known]
    right = sum((cell.yuan for cell in known if cell.yuan is not None), Decimal(0))
    if left.yuan is None and not known:
        return _open(equation, "nothing_printed", "两边均为空白", "nothing is printed on either side")
    if left.yuan is None:
        if right != 0:
            zh, en = f"{name(left)} 为空白", f"{name(left)} is blank"
            return _open(equation, "blank_total", zh, f"{en}, so only one side is printed")
        return _open(equation, "nothing_printed", "没有非零金额", "no amount other than zero is printed")
    if left.yuan != 0 and not known:
        zh, en = f"{equation.zh}全部为空白", f"every part ({equation.en}) is blank"
        return _open(equation, "blank_terms", zh, en)
    bound = tolerance(cell.resolution for cell in (left, *known))
    delta = left.yuan - right
    outcome: Outcome = "holds"
    if delta and (equation.relation == "equal" or delta < 0):
        outcome = "rounding" if abs(delta) <= bound else "fails"
    zh, en = _sentence(equation, outcome, known, right, bound)
    return Finding(
        subject=equation.subject,
        outcome=outcome,
        message_zh=zh,
        message_en=en,
        cells=cells,
        left=left.yuan,
        right=right,
        tolerance=bound,
        left_zh=name(left),
        right_zh=equation.zh,
        n_terms=len(known),
        identities=(cells,) if equation.relation == "equal" else (),
    )


def _open(equation: Equation, reason: str, zh: str, en: str) -> Finding:
    return Finding(
        subject=equation.subject,
        outcome="not_applicable" if reason == "nothing_printed" else "not_assessable",
        message_zh=f"{_titles(equation)}：{value_zh(equation.left)} 与{equation.zh}不能比较：{zh}。",
        message_en=f"{_titles(equation)}: {value_en(equation.left)} cannot be compared with {equation.en}: {en}.",
        cells=(equation.left, *equation.terms),
        reason=reason,
        left_zh=name(equation.left),
        right_zh=equation.zh,
    )


def _titles(equation: Equation) -> str:
    titles = dict.fromkeys(cell.title for cell in (equation.left, *equation.terms) if cell.statement != "project")
    return "、".join(f"《{title}》" for title in titles) or "项目绩效目标表"


def _sentence(
    equation: Equation, outcome: Outcome, known: list[Cell], right: Decimal, bound: Decimal
) -> tuple[str, str]:
    left = equation.left
    finest = min(cell.resolution for cell in (left, *known))
    total = money(right, left.unit, finest)
    gap = "" if outcome == "holds" else money(abs((left.yuan or Decimal(0)) - right), left.unit, finest)
    titles = _titles(equation)
    zh = f"{titles}：{value_zh(left)}，{equation.zh} {total}"
    en = f"{titles}: {value_en(left)}, {equation.en} {total}"
    if len(known) > 1 or outcome == "fails":
        shown_zh, shown_en = listed(known)
        zh, en = f"{zh}（{shown_zh}）", f"{en} ({shown_en})"
    if outcome == "holds":
        same = left.yuan == right
        return f"{zh}，{'相符' if same else '前者不小于后者，相符'}。", f"{en}: they agree."
    if outcome == "rounding":
        allowed = money(bound, left.unit)
        return (
            f"{zh}，相差 {gap}，在四舍五入允许的 {allowed} 之内。",
            f"{en}: {gap} apart, within the {allowed} of rounding.",
        )
    zh, en = f"{zh}，相差 {gap}", f"{en}: {gap} apart"
    blanks = [cell for cell in equation.terms if cell.empty]
    if blanks:
        zh = f"{zh}；{names(blanks)} 为空白，未计入"
        en = f"{en}; left out because blank: {names(blanks)}"
    return f"{zh}。", f"{en}."


def best(findings: Iterable[Finding]) -> Finding:
    """The kindest of several readings of one identity (a total that may rightly equal either of two amounts)."""
    return min(findings, key=lambda finding: RANK[finding.outcome])


def fold(findings: Iterable[Finding]) -> Finding:
    """One finding for columns that show one and the same fault: the first, with the others' cells added.

    Raises IndexError for none.
    """
    first, *others = findings
    if not others:
        return first
    columns = "、".join(dict.fromkeys(other.cells[0].column for other in others))
    return msgspec.structs.replace(
        first,
        cells=(*first.cells, *(cell for other in others for cell in other.cells)),
        identities=tuple(identity for one in (first, *others) for identity in one.identities),
        message_zh=f"{first.message_zh}同样的差额也在：{columns}。",
        message_en=f"{first.message_en} The same difference stands in: {columns}.",
    )


def fold_columns(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of one identity over several columns: those that fail by the same difference become one.

    A fault printed in 合计 and again in 一般公共预算 is one fault. Order is kept.
    """
    result: list[list[Finding]] = []
    for finding in findings:
        twin = next(
            (
                group
                for group in result
                if finding.outcome == "fails" == group[0].outcome and finding.delta == group[0].delta
            ),
            None,
        )
        if twin is not None:
            twin.append(finding)
        else:
            result.append([finding])
    return [fold(group) for group in result]


def gather_empty(findings: Iterable[Finding], subject: str, zh: str, en: str) -> list[Finding]:
    """Findings, with the many identities in which nothing is printed counted in one (a blank column has many)."""
    kept, empty = [], 0
    for finding in findings:
        if finding.reason == "nothing_printed":
            empty += 1
        else:
            kept.append(finding)
    if empty:
        kept.append(
            Finding(
                subject=f"{subject}/blank",
                outcome="not_applicable",
                message_zh=f"{zh}：{empty} 处两边均未印金额，无可检查。",
                message_en=f"{en}: {empty} places print no amount on either side, nothing to check.",
                reason="nothing_printed",
                n_terms=empty,
            )
        )
    return kept
