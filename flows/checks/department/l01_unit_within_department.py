"""L01 部门的数额不小于所属单位的 · A department's amount is no less than its unit's

规则：部门预算（决算）汇总所属各单位（含本级）。同一年度、同一口径下，任一支出科目的部门数不应小于其任一单位的数。
Rule: A department's budget (final account) adds up its units, its own office among them. For the same year and
  stage no line of the classification is smaller for the department than for one of its units.
Formula: department[code, year, stage] ≥ unit[code, year, stage]
Exclusions:
  1. 只在单位与部门同名（本级），或部门文件列有该单位时检查 / checked only where the unit has the department's name
     (its own office), or the department's document lists it
  2. 只比较同一财政年度、同一阶段的文件 / only documents of the same fiscal year and stage are compared
  3. 数额取一般公共预算支出表，以及文中逐项说明所印的本年数与上年执行数；单位间往来可能抵销的项目（转移性支出）不比
     较/ amounts are those of the statement of general public spending, and those the prose prints line by line for
     the year and the one before; transfers, which may cancel out between units, are not compared
  4. 按所印位数四舍五入 / rounding as printed
Not applicable: 没有同一部门的单位文件 / no document of a unit of the same department is at hand
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.elsewhere import Amount, of_cell, of_said
from flows.checks.noun import Finding
from flows.checks.together import Companions, CrossCheck
from flows.checks.topics import is_before
from flows.checks.views import DocumentFacts

TRANSFERS = ("230",)


def _table_amounts(facts: DocumentFacts) -> Iterator[tuple[tuple[str, str], Amount]]:
    statements = list(facts.of("general_expenditure"))
    if len(statements) != 1:
        return
    for line in statements[0].lines:
        cell = statements[0].cell(line, "total", "amount")
        if line.class_system == "functional" and line.code and cell is not None and cell.known:
            yield (line.code, "table"), of_cell(facts, cell)


def _prose_amounts(facts: DocumentFacts) -> Iterator[tuple[tuple[str, str], Amount]]:
    for passage in facts.prose.running:
        item = passage.item
        if item is None or item.code is None:
            continue
        for said in passage.said:
            if not said.level or said.yuan is None or said.within is not None:
                continue
            if said.stage == "execution" and is_before(said, facts.about.fiscal_year):
                yield (item.code, f"{said.year}/{said.stage}"), of_said(facts, passage, said, item.label)


def _amounts(facts: DocumentFacts) -> dict[tuple[str, str], Amount]:
    found: dict[tuple[str, str], Amount] = {}
    for key, amount in (*_table_amounts(facts), *_prose_amounts(facts)):
        if not key[0].startswith(TRANSFERS):
            found.setdefault(key, amount)
    return found


def run(department: DocumentFacts, company: Companions) -> Iterator[Finding]:
    amounts = _amounts(department)
    for unit in company.of("unit"):
        theirs = _amounts(unit)
        for key, mine in amounts.items():
            other = theirs.get(key)
            if other is not None:
                yield _judge(key, mine, unit, other)


def _judge(key: tuple[str, str], mine: Amount, unit: DocumentFacts, other: Amount) -> Finding:
    bound = (mine.resolution + other.resolution) / 2
    fails = other.yuan - mine.yuan > bound
    name = unit.about.org_name or unit.document_sha256[:16]
    what = "" if key[1] == "table" else f"（{key[1].partition('/')[0]} 年执行数）"
    return Finding(
        subject=f"{key[0]}/{key[1]}/{unit.document_sha256[:16]}",
        outcome="fails" if fails else "holds",
        message_zh=f"科目 {key[0]} {mine.label}{what}：部门 {mine.printed}，"
        f"所属单位“{name}”（单位文件）{other.printed}，" + ("部门小于单位。" if fails else "部门不小于单位。"),
        message_en=f"{key[0]} {mine.label}: the department has {mine.printed}, its unit {name} "
        f"(edition of the unit) {other.printed}: " + ("less than the unit." if fails else "no less than the unit."),
        left=mine.yuan,
        right=other.yuan,
        tolerance=bound,
        left_zh="部门",
        right_zh="单位",
        n_terms=1,
        cells=(mine.cell,) if mine.cell else (),
        quotes=(mine.quote,) if mine.quote else (),
        elsewhere=(other.where,),
    )


CHECK = CrossCheck(
    "L01",
    "department",
    "error",
    __doc__,
    "unit",
    run,
    ("no_unit", "没有同一部门的单位文件。", "No document of a unit of the same department."),
)
