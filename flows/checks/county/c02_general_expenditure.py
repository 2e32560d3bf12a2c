"""C02 全县一般公共预算支出不小于各部门之和 · A county's general public spending is no less than its departments'

规则：政府预算（决算）所印的本级一般公共预算支出合计，不应小于已找到的各部门一般公共预算支出之和。
Rule: The total of general public spending that a government prints is no less than what the departments found print
  together.
Formula: government.general_expenditure ≥ Σ department.general_expenditure
Exclusions:
  1. 部门文件未必齐全，故只检查“不小于” / not all departments need be found, so only “no less than” is checked
  2. 由上级垂直管理的部门（税务、气象、海关等）不计入 / departments run from above (tax, weather, customs) are not
     counted
  3. 一个部门有几份文件而数额不同的，不判断 / where a department has several documents with different amounts, not
     judged
  4. 部门的数含上年结转而政府的数不含的，可能相差，故只作提示 / a department's amount may hold what was carried
     over, the government's not: a warning only
Not applicable: 不是政府预算、决算，或没有找到部门文件 / no government budget or final account, or no departments
  found
"""

from __future__ import annotations

from flows.checks.elsewhere import Amount, of_cell
from flows.checks.totals import of_departments
from flows.checks.views import DocumentFacts


def _amount(facts: DocumentFacts) -> Amount | None:
    statements = list(facts.of("general_expenditure"))
    if len(statements) != 1:
        return None
    statement = statements[0]
    totals = [line for lane in statement.lanes if (line := statement.grand_total(lane)) is not None]
    cell = statement.cell(totals[0], "total", "amount") if len(totals) == 1 else None
    return of_cell(facts, cell) if cell is not None and cell.known else None


CHECK = of_departments("C02", __doc__, ("一般公共预算支出", "general_expenditure"), _amount)
