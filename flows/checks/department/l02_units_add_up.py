"""L02 部门的数额等于所属各单位之和 · A department's amounts are the sum of its units'

规则：部门所列各单位（含本级）的文件齐全时，一般公共预算支出表各科目的部门数，应等于各单位之和。
Rule: Where the documents of all units a department lists are at hand, its own office among them, every line of its
  statement of general public spending equals the sum of its units'.
Formula: department[code] = Σ unit[code]
Exclusions:
  1. 部门文件的单位表所列各单位须各有且只有一份同年同阶段的单位文件，缺一份即不判断 / every unit of the department's
     own table of units must have exactly one document of the same year and stage; where one is missing nothing is
     judged
  2. 没有列出两个以上单位的不检查 / departments that list fewer than two units are not checked
  3. 转移性支出可能在单位间抵销，不比较 / transfers, which may cancel out between units, are left out
  4. 空白不当作零：单位没有印出某科目，即没有该科目的支出 / a blank is not a zero: a unit that does not print a code
     has no spending under it
  5. 容差为各数半个末位之和 / the tolerance is half of the last digit of every amount
Not applicable: 没有列出两个以上单位，或单位文件不齐 / fewer than two units are listed, or not all their documents
  are at hand
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.department.l01_unit_within_department import TRANSFERS
from flows.checks.elsewhere import Amount, of_cell
from flows.checks.noun import Finding
from flows.checks.together import Companions, CrossCheck
from flows.checks.totals import added, by_organisation
from flows.checks.views import DocumentFacts
from normalize.organisation import canonical_name

STATEMENT = "general_expenditure"


def _amounts(facts: DocumentFacts) -> dict[str, Amount] | None:
    """Code → amount; None where the statement is not there once, is cut, or a cell of it cannot be read."""
    statements = list(facts.of(STATEMENT))
    if len(statements) != 1 or statements[0].cut:
        return None
    found: dict[str, Amount] = {}
    for line in statements[0].lines:
        cell = statements[0].cell(line, "total", "amount")
        if line.class_system != "functional" or not line.code or line.code.startswith(TRANSFERS) or cell is None:
            continue
        if cell.unreadable or line.code in found:
            return None
        if cell.known:
            found[line.code] = of_cell(facts, cell)
    return found or None


def _not_all(listed: int, missing: list[str]) -> Finding:
    shown = "、".join(missing[:3])
    return Finding(
        "units",
        "not_applicable",
        f"部门列有 {listed} 个单位，其中 {len(missing)} 个（{shown}）没有可用的单位文件，不能相加。",
        f"The department lists {listed} units; of {len(missing)} ({shown}) there is no document to add.",
        reason="units_missing",
    )


def run(department: DocumentFacts, company: Companions) -> Iterator[Finding]:
    listed = {canonical_name(row["unit_name"] or "") for row in department.tables.get("org_units", ())} - {""}
    mine = _amounts(department)
    if len(listed) < 2 or mine is None:
        return
    printed = by_organisation(company.of("unit"), _amounts)
    units = {name: amounts[0] for name, amounts in printed.items() if len(amounts) == 1 and amounts[0] is not None}
    missing = sorted(listed - units.keys())
    if missing:
        yield _not_all(len(listed), missing)
        return
    for code, amount in mine.items():
        terms = [own[code] for name in sorted(listed) if (own := units[name]) is not None and code in own]
        yield _judge(code, amount, terms, len(listed))


def _judge(code: str, amount: Amount, terms: list[Amount], listed: int) -> Finding:
    total = added(terms)
    bound, gap = total.slack + amount.resolution / 2, abs(amount.yuan - total.yuan)
    fails = gap > bound
    return Finding(
        subject=f"{code}/{listed}",
        outcome="fails" if fails else "rounding" if gap else "holds",
        message_zh=f"科目 {code} {amount.label}：部门 {amount.printed}，所属 {listed} 个单位之和 {total.shown}，"
        + ("不符。" if fails else "相符。"),
        message_en=f"{code} {amount.label}: the department has {amount.printed}, its {listed} units "
        f"{total.shown} together: " + ("they differ." if fails else "they agree."),
        left=amount.yuan,
        right=total.yuan,
        tolerance=bound,
        left_zh="部门",
        right_zh="各单位之和",
        n_terms=len(terms),
        cells=(amount.cell,) if amount.cell is not None else (),
        elsewhere=tuple(term.where for term in terms),
    )


CHECK = CrossCheck(
    "L02",
    "department",
    "error",
    __doc__,
    "unit",
    run,
    ("units_missing", "单位文件不齐。", "Not all units' documents are at hand."),
)
