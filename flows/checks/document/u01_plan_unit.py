"""U01 “%”下所印的支出计划不是金额 · A payment plan labelled % does not hold amounts

规则：资金支出计划标明“%”的，所印应为百分数。末一时点的数等于本项目预算数（且不为 100）时，所印实为累计金额，单位与
  标明的不符。一份文件只报告一次，列出所有这样的项目。
Rule: A payment plan labelled “%” holds percentages. Where its last number is the project's own budget (and not
  100), the plan really holds cumulative amounts in the form's money unit, and the printed unit is wrong. Reported
  once per document, with all such projects.
Formula: plan[last] = project.total, plan[last] ≠ 100, unit printed = %
Exclusions:
  1. 末数为 100 而预算数也是 100 的，两种解释都成立，不算 / a plan that ends at 100 with a budget of 100 proves
     nothing
  2. 末数空白的计划不算 / plans whose last checkpoint is blank prove nothing
  3. 同一文件中也有末数为 100 的真百分数计划时，只列被证明的项目 / where other plans of the document do end at 100,
     only the proven ones are listed
Not applicable: 文件没有标明“%”的支出计划 / the document has no payment plan labelled %
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Cell, Finding
from flows.checks.plans import last_point, proves_amounts
from flows.checks.views import DocumentFacts, ProjectView
from flows.checks.words import names

SUBJECT = "spending_plans/unit"
LABEL_SIGNS = ("%", "％")


def _labelled_percent(project: ProjectView) -> bool:
    return any(sign in (point.unit_printed or "") for point in project.plan for sign in LABEL_SIGNS)


def _cells(projects: list[ProjectView]) -> tuple[Cell, ...]:
    """Every printed position of these plans, each plan after its project's budget."""
    cells: list[Cell] = []
    for project in projects:
        cells += [project.total, *(point.cell for point in project.plan if point.number is not None)]
    return tuple(cells)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    labelled = [project for project in facts.projects if _labelled_percent(project)]
    if not labelled:
        return
    proven = [project for project in labelled if proves_amounts(project)]
    if proven:
        unit = proven[0].total.unit or ""
        counted = f" {len(labelled)} 个项目中有 {len(proven)} 个"
        example = "，".join(f"{project.name} {project.total.printed}" for project in proven[:3])
        yield Finding(
            subject=SUBJECT,
            outcome="fails",
            message_zh=f"资金支出计划标明单位为“%”，但{counted}所印为累计金额（{unit}）："
            f"末一时点的数等于项目预算数，如 {example}。",
            message_en=f"The payment plans are labelled “%”, but {len(proven)} of {len(labelled)} hold cumulative "
            f"amounts ({unit}): the last number is the project's budget, for example {example}.",
            cells=_cells(proven),
            n_terms=len(proven),
        )
        return
    printed = [project for project in labelled if last_point(project) is not None]
    if not printed:
        yield Finding(
            subject=SUBJECT,
            outcome="not_assessable",
            message_zh=f"资金支出计划标明单位为“%”，但 {len(labelled)} 个项目的末一时点均未印出数值。",
            message_en=f"The payment plans are labelled “%”, but none of the {len(labelled)} prints a last number.",
            cells=tuple(project.total for project in labelled),
            reason="blank_terms",
        )
        return
    yield Finding(
        subject=SUBJECT,
        outcome="holds",
        message_zh=f"资金支出计划标明单位为“%”，没有证据表明所印为金额（{names([p.total for p in printed[:3]])} 等）。",
        message_en=f"The payment plans are labelled “%”, and nothing shows that the {len(printed)} printed "
        "ones hold amounts.",
        cells=_cells(printed),
        n_terms=len(printed),
    )


CHECK = Check(
    "U01",
    "document",
    "error",
    __doc__,
    run,
    ("no_percent_plan", "没有标明“%”的支出计划。", "No payment plan labelled %."),
)
