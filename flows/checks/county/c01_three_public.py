"""C01 全县“三公”经费不小于各部门之和 · A county's three public expenses are no less than its departments' together

规则：政府预算（决算）所印的全县（市、区）“三公”经费总额，不应小于已找到的各部门“三公”经费之和。
Rule: The total of the three public expenses that a government prints for the whole place is no less than what the
  departments found print together.
Formula: government.three_public ≥ Σ department.three_public
Exclusions:
  1. 部门文件未必齐全，故只检查“不小于” / not all departments need be found, so only “no less than” is checked
  2. 由上级垂直管理的部门（税务、气象、海关等）不计入 / departments run from above (tax, weather, customs) are not
     counted
  3. 一个部门有几份文件而数额不同的，不判断 / where a department has several documents with different amounts, not
     judged
  4. 政府所印只含一般公共预算安排的，部门的数可能含其他资金，故只作提示 / a department's amount may hold other funds
     than the general public budget of the government's: a warning only
Not applicable: 不是政府预算、决算，或没有找到部门文件 / no government budget or final account, or no departments
  found
"""

from __future__ import annotations

from flows.checks.elsewhere import Amount, of_cell
from flows.checks.items import three_public_items
from flows.checks.totals import of_departments
from flows.checks.views import DocumentFacts


def _amount(facts: DocumentFacts) -> Amount | None:
    """三公 itself: the subtotal where the statement has meetings and training in its total."""
    items = three_public_items(facts, None)
    cell = items.get("three_public_subtotal", items.get("total"))
    return None if cell is None else of_cell(facts, cell)


CHECK = of_departments("C01", __doc__, ("“三公”经费", "three_public"), _amount)
