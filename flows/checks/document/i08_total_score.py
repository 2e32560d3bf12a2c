"""I08 自评总分等于各项得分之和 · The total score is the sum of the scores

规则：项目自评表所印的总分，等于各指标得分之和，或再加上预算执行率的得分（各地总分是否包括执行率不同，两者之一相符即
  可）。
Rule: The total a self-evaluation form prints is the sum of the indicators' scores, or that and the score for the
  execution of the budget (places differ in whether it is counted: agreeing with one of the two is enough).
Formula: score_total ∈ {Σ score, Σ score + execution_score}
Exclusions:
  1. 有指标没有印得分的项目不检查 / not checked where an indicator prints no score
  2. 没有印执行率得分而各指标之和不等于总分的，不判断 / where no score for the execution is printed and the
     indicators alone do not make the total, it is not assessed
  3. 得分是准确的数：只有总分所印位数少于各项时，才留出总分末位的一半 / scores are exact: half of the total's last digit
     is allowed only where it has fewer decimals than the scores
Not applicable: 文件没有印总分的项目自评表 / the document has no self-evaluation form with a total score
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.quoting import quote_of
from flows.checks.views import AnyRow, DocumentFacts
from flows.checks.words import one_line
from normalize.amount import PrintedNumber, parse_number


def _slack(total: PrintedNumber, terms: list[PrintedNumber]) -> Decimal:
    """What rounding the total may take away."""
    finer = any(one.decimals > total.decimals for one in terms)
    return Decimal(1).scaleb(-total.decimals) / 2 if finer else Decimal(0)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    indicators: dict[str, list[AnyRow]] = {}
    for row in facts.tables.get("indicators", ()):
        if row["project_id"] is not None:
            indicators.setdefault(row["project_id"], []).append(row)
    for project in facts.tables.get("projects", ()):
        total = parse_number(project["score_total_printed"] or "")
        rows = indicators.get(project["project_id"], [])
        scores = [parse_number(row["score_printed"] or "") for row in rows]
        if total.number is None or not scores or any(score.number is None for score in scores):
            continue
        yield _judge(project, total, scores, parse_number(project["execution_score_printed"] or ""))


def _judge(project: AnyRow, total: PrintedNumber, scores: list[PrintedNumber], execution: PrintedNumber) -> Finding:
    assert total.number is not None
    terms = [*scores, *([execution] if execution.number is not None else [])]
    right = sum((score.number for score in terms if score.number is not None), Decimal(0))
    gap = abs(total.number - right)
    if execution.number is not None and abs(total.number - right + execution.number) < gap:  # the total leaves it out
        terms, right = scores, right - execution.number
        gap = abs(total.number - right)
    fits = gap <= _slack(total, terms)
    is_open = not fits and execution.number is None
    name = one_line(project["project_name"] or "")
    shown = " + ".join(f"{score.number:f}" for score in terms)
    return Finding(
        subject=f"project.{project['seq']}/score_total",
        outcome="not_assessable" if is_open else "fails" if not fits else "rounding" if gap else "holds",
        reason="execution_score_not_printed" if is_open else None,
        message_zh=f"项目“{name}”总分 {total.number:f}，各项得分之和 {right:f}（{shown}），"
        + ("没有印执行率得分，不作判断。" if is_open else "相符。" if fits else "不符。"),
        message_en=f"Project {name}: total score {total.number:f}, the scores make {right:f} ({shown}): "
        + (
            "no score for the execution is printed, not assessed."
            if is_open
            else "they agree."
            if fits
            else "they differ."
        ),
        n_terms=len(terms),
        quotes=(quote_of(project, f"{project['score_total_printed']}", project["project_id"]),),
    )


CHECK = Check(
    "I08",
    "document",
    "error",
    __doc__,
    run,
    ("no_total_score", "没有印总分的项目自评表。", "No self-evaluation form with a total score."),
)
