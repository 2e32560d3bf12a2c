"""P07 执行率等于执行数除以预算数 · The rate of execution is what was spent divided by the budget

规则：项目自评表所印的执行率，应等于全年执行数除以全年预算数。
Rule: The rate of execution a self-evaluation form prints is the amount spent divided by the budget of the whole
  year.
Formula: rate = executed / adjusted (where only one budget is printed: executed / budget)
Exclusions:
  1. 全年预算与年初预算都印有的，与其一相符即可 / where both the whole year's and the initial budget are printed,
     either will do
  2. 预算数为零或空白、执行数空白的不检查 / not checked where the budget is nought or blank, or nothing is printed
     as spent
  3. 每个数按所印位数留出半个末位，比率另留一个末位 / each number is taken with half of its last digit, the rate
     with one whole one
  4. 所印不是百分数的（如分数、文字）不检查 / not checked where what is printed is no rate
Not applicable: 文件没有印执行率的项目自评表 / the document has no self-evaluation form with a rate of execution
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.percents import agrees, near, quotient, shown
from flows.checks.quoting import quote_of
from flows.checks.views import AnyRow, DocumentFacts
from flows.checks.words import one_line
from normalize.amount import parse_number

_RATE = re.compile(r"\s*(\d{1,4}(?:\.(\d{1,4}))?)\s*[%％]?\s*")


def _printed(text: str | None) -> tuple[Decimal, Decimal] | None:
    """Number and its last digit; None where nothing that counts is printed."""
    found = parse_number(text or "")
    return None if not found.number else (found.number, Decimal(1).scaleb(-found.decimals))


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for row in facts.tables.get("projects", ()):
        rate = _RATE.fullmatch(row["execution_rate_printed"] or "")
        spent = parse_number(row["executed_printed"] or "")
        bases = [base for name in ("adjusted", "total") if (base := _printed(row[f"{name}_printed"])) is not None]
        if rate is not None and spent.number is not None and bases:
            yield _judge(row, rate, (spent.number, Decimal(1).scaleb(-spent.decimals)), bases)


def _judge(
    row: AnyRow, rate: re.Match[str], spent: tuple[Decimal, Decimal], bases: list[tuple[Decimal, Decimal]]
) -> Finding:
    printed, digit = Decimal(rate[1]), Decimal(1).scaleb(-len(rate[2] or ""))
    ends = [found for base in bases if (found := quotient(near(*spent), near(*base))) is not None]
    fits = [one for one in ends if agrees(printed, digit, one)]
    name = one_line(row["project_name"] or row["title_printed"] or "")
    right = "、".join(dict.fromkeys(shown(one, digit) for one in fits or ends))
    texts = [row[f"{field}_printed"] for field in ("adjusted", "total") if row[f"{field}_printed"]]
    amounts = f"{one_line(row['executed_printed'])} / {one_line('、'.join(texts))}"
    return Finding(
        subject=f"project.{row['seq']}/execution_rate",
        outcome="holds" if fits else "fails",
        message_zh=f"项目“{name}”印执行率 {one_line(rate[0])}，按 {amounts} 计算为 {right}，"
        + ("相符。" if fits else "不符。"),
        message_en=f"Project {name} prints a rate of {one_line(rate[0])}; {amounts} gives {right}: "
        + ("they agree." if fits else "they differ."),
        n_terms=1,
        quotes=(quote_of(row, rate[0], row["project_id"]),),
    )


CHECK = Check(
    "P07",
    "document",
    "error",
    __doc__,
    run,
    ("no_rate", "没有印执行率的项目自评表。", "No self-evaluation form with a rate of execution."),
)
