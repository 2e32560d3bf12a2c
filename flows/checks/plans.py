"""What payment plans (资金支出计划) are, judged over all project forms of a document; shared by P03, P04 and U01."""

from __future__ import annotations

from decimal import Decimal

from flows.checks.views import DocumentFacts, PlanView, ProjectView

HUNDRED = Decimal(100)


def last_point(project: ProjectView) -> PlanView | None:
    """The plan's last checkpoint, when it prints a number."""
    point = project.plan[-1] if project.plan else None
    return point if point is not None and point.number is not None else None


def ends_at_total(project: ProjectView) -> bool | None:
    """Whether the plan's last number is the project's total in the form's own unit; None when one is not printed."""
    point = last_point(project)
    if point is None or point.cell.yuan is None or project.total.yuan is None or not project.total.known:
        return None
    return point.cell.yuan == project.total.yuan


def proves_amounts(project: ProjectView) -> bool:
    """The plan ends at the project's total and could not end there as a percentage (100)."""
    point = last_point(project)
    return bool(ends_at_total(project)) and point is not None and point.number not in (HUNDRED, Decimal(0))


def are_amounts(facts: DocumentFacts) -> bool:
    """Plans of the document hold cumulative amounts: more than half of those that can be judged prove it."""
    judged = [project for project in facts.projects if ends_at_total(project) is not None]
    proven = [project for project in judged if proves_amounts(project)]
    return bool(proven) and 2 * len(proven) > len(judged)
