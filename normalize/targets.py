"""Performance forms as rows: projects, their spending plans, goals and indicators.

The plan of a project is often printed under “%” and holds amounts. `unit_printed` keeps what the label says;
`unit_inferred` is set only where the numbers prove it: the last point equals the project's total in the printed unit
(exact decimals) and the total is not 100, or the last point is 100, no point above it, and the total is not 100.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from extract.document import DepartmentGoal, Issue, Place, ProjectForm, Text
from normalize.amount import EXACT, PrintedNumber, parse_number, to_money
from normalize.department import Disclosure
from normalize.indicator_rows import indicator_rows
from normalize.issues import normalize_issue
from normalize.placing import Placing, place_of, printed
from normalize.schema import Row
from normalize.unit import MoneyUnit, money_factor

_PERCENT: Final = Decimal(100)
_CODE: Final = re.compile(r"(?P<county>\d{6})(?P<year>\d{2})[A-Z][0-9A-Z]{12}")
_PLAN_UNIT: Final = re.compile(r"[（(]\s*(?:单位[:：])?\s*([%％]|百分比|[千万亿]*元)\s*[）)]")
DEPARTMENT: Final = "department_target"  # the code of the form of a whole department
_KINDS: Final = ("total", "fiscal", "other")
_EXTRA: Final = {"adjusted": "total_adjusted", "executed": "total_executed"}  # column → field of the form
_NAMED: Final = {
    "execution_rate_printed": "total_rate",
    "execution_score_printed": "total_score",
    "score_total_printed": "score_total",
    "goal_actual_printed": "goal_actual",
}
_OWN: Final = frozenset(
    {
        "project_name",
        "project_code",
        "purpose",
        "total_term",
        "printed_name",
        *_KINDS,
        *_EXTRA.values(),
        *_NAMED.values(),
    }
)
_PLACEHOLDER: Final = re.compile(r"(?:(?:目标|任务)?\d*[:：、]?|[….·]+)+")


@dataclass(frozen=True, slots=True)
class PlanReading:
    """What the numbers of a plan prove: unit (`%` or the project's unit of money) and whether they are cumulative."""

    unit: str | None = None
    cumulative: bool | None = None


def split_code(code: str | None) -> tuple[str | None, int | None]:
    """(division, year) inside a 21-character project code such as 13063024P000092100025; (None, None) for others."""
    match = _CODE.fullmatch(re.sub(r"\s+", "", unicodedata.normalize("NFKC", code or "")))
    return (match["county"], 2000 + int(match["year"])) if match else (None, None)


def read_plan(points: Sequence[PrintedNumber], total: PrintedNumber, unit: str | None) -> PlanReading:
    """Unit and kind of a plan from its numbers alone, in the order of its checkpoints.

    cumulative: proven only by two numbers or more – never falling and the last the whole (True), or adding up to the
    whole (False).
    """
    numbers = [point.number for point in points if point.number is not None]
    if not numbers or total.number is None or total.number == _PERCENT:
        return PlanReading()
    last = points[-1].number
    rising = all(earlier <= later for earlier, later in itertools.pairwise(numbers))
    for inferred, whole in ((unit, total.number), ("%", _PERCENT)):
        if inferred is None or not whole:
            continue
        if last == whole and rising:
            return PlanReading(inferred, True if len(numbers) > 1 and numbers[-2] > 0 else None)
        if len(numbers) > 1 and sum(numbers) == whole:
            return PlanReading(inferred, cumulative=False)
    return PlanReading()


def is_empty_form(form: ProjectForm) -> bool:
    """A form printed with nothing in it: no name, no amount, no indicator, no goal but 目标1：目标2：……"""
    if form.indicators or any(printed(form.fields.get(kind)) for kind in ("project_name", "project_code", *_KINDS)):
        return False
    words = "".join("".join(goal.text.split()) for goal in form.goals)
    return not words or _PLACEHOLDER.fullmatch(words) is not None


def project_rows(
    form: ProjectForm, unit: MoneyUnit, disclosure: Disclosure, placing: Placing
) -> tuple[dict[str, list[Row]], list[Issue]]:
    """Rows of projects (one), spending_plans, goals and indicators (without `seq` among the document's: see facts).

    The form of a whole department gives a row too, for its amounts; its goals and indicators belong to no project. A
    form printed empty gives none, and an issue that says so.
    """
    if is_empty_form(form):
        return {}, [_empty_form(form, placing.sha256)]
    fields = form.fields
    name, code = fields.get("project_name"), fields.get("project_code")
    place = place_of(name, code, form.title, *fields.values(), *form.goals)
    if place is None and form.indicators:
        first = form.indicators[0]
        place = place_of(first.value, first.level3)
    project_id = placing.identify("project", place, f"project{form.seq}")
    amounts: dict[str, PrintedNumber] = {kind: parse_number(fields[kind].text) for kind in _KINDS if kind in fields}
    money = {kind: to_money(number, number.unit or unit.unit) for kind, number in amounts.items()}
    county, year = split_code(code.text if code else None)
    row: Row = {
        "project_id": project_id,
        "disclosure_id": disclosure.disclosure_id,
        **placing.columns(place),
        "county_code": disclosure.county_code,
        "org_id": disclosure.org_id,
        "fiscal_year": disclosure.fiscal_year,
        "seq": form.seq,
        "project_code": printed(code),
        "project_name": printed(name),
        "title_printed": printed(form.title),
        "purpose": printed(fields.get("purpose")),
        "unit_printed": amounts["total"].unit if "total" in amounts and amounts["total"].unit else unit.printed,
        "total_fen": None,
        "indicator_count": sum(1 for each in form.indicators if printed(each.level3) or printed(each.value)),
        "goal_text": "\n".join(goal.text for goal in form.goals if goal.text.strip()) or None,
        "code_county": county,
        "code_year": year,
        "form": form.form,
        "correction_ids": None,
        "as_read": None,
        **{column: printed(fields.get(key)) for column, key in _NAMED.items()},
        "other_fields": [
            f"{key}：{text.text}" for key, text in fields.items() if key not in _OWN and text.text.strip()
        ],
    }
    for kind in _KINDS:
        here = money.get(kind)
        row[f"{kind}_printed"] = printed(fields.get(kind))
        row[f"{kind}_state"] = amounts[kind].state if kind in amounts else None
        row[f"{kind}_yuan"] = float(here.yuan) if here else None
        if kind == "total" and here:
            row["total_fen"] = here.fen
    for kind, key in _EXTRA.items():
        number = parse_number(fields[key].text) if key in fields else PrintedNumber("blank")
        here = to_money(number, number.unit or unit.unit)
        row[f"{kind}_printed"] = printed(fields.get(key))
        row[f"{kind}_yuan"] = float(here.yuan) if here else None
    whole = form.form == DEPARTMENT
    own: tuple[str, str | None] = (project_id, printed(name))
    plans = plan_rows(form, unit, disclosure, placing, own)
    owner: tuple[str | None, str | None] = (None, None) if whole else own
    goals = [
        _form_goal(goal, disclosure, placing, owner, seq) for seq, goal in enumerate(form.goals, 1) if goal.text.strip()
    ]
    indicators, issues = indicator_rows(form.indicators, disclosure, placing, owner)
    issues += _project_issues(form, amounts, unit, place, placing.sha256)
    return {"projects": [row], "spending_plans": plans, "goals": goals, "indicators": indicators}, issues


def _empty_form(form: ProjectForm, sha256: str) -> Issue:
    title = printed(form.title) or "绩效目标表"
    messages = (f"“{title}”印为空表，没有项目", f"the form “{title}” is printed empty: no project")
    return normalize_issue("empty_performance_form", "info", messages, sha256=sha256, place=place_of(form.title))


def _project_issues(
    form: ProjectForm, amounts: dict[str, PrintedNumber], unit: MoneyUnit, place: Place | None, sha256: str
) -> list[Issue]:
    issues = []
    for kind, number in amounts.items():
        if number.state == "not_numeric":
            text = form.fields[kind].text.strip()
            messages = (f"项目金额“{text}”不是数", f"“{text}”, an amount of a project, is not a number")
            where = form.fields[kind].place
            issues.append(normalize_issue("amount_not_numeric", "warning", messages, sha256=sha256, place=where))
    numbers = [number for number in amounts.values() if number.number is not None and number.unit is None]
    if numbers and unit.unit is None:
        messages = (
            f"第 {form.seq} 个项目表未印金额单位，金额不能换算为元",
            f"project form {form.seq} prints no unit; its amounts have no value in yuan",
        )
        issues.append(
            normalize_issue("unit_unknown", "warning", messages, sha256=sha256, place=place, count=len(numbers))
        )
    return issues


def plan_unit(form: ProjectForm) -> str | None:
    """The unit the plan's own label prints in brackets: `资金支出计划（%）` gives `%`."""
    match = _PLAN_UNIT.search(form.plan_label.text) if form.plan_label else None
    return match[1] if match else None


def plan_rows(
    form: ProjectForm, unit: MoneyUnit, disclosure: Disclosure, placing: Placing, key: tuple[str, str | None]
) -> list[Row]:
    """One row per checkpoint. planned_yuan and planned_share are derived, and only where the unit is proven."""
    numbers = [parse_number(point.value.text) for point in form.plan]
    total = parse_number(form.fields["total"].text) if "total" in form.fields else PrintedNumber("blank")
    money_unit = total.unit or unit.unit
    proven = read_plan(numbers, total, money_unit)
    rows: list[Row] = []
    for point, number in zip(form.plan, numbers, strict=True):
        yuan, share = _planned(number, total, proven.unit, money_unit)
        rows.append(
            {
                "plan_id": placing.identify("plan", point.value.place),
                "project_id": key[0],
                "disclosure_id": disclosure.disclosure_id,
                **placing.columns(point.value.place),
                "project_name": key[1],
                "checkpoint": point.checkpoint,
                "printed_text": printed(point.value),
                "state": number.state,
                "value_number": None if number.number is None else float(number.number),
                "unit_printed": plan_unit(form),
                "unit_inferred": proven.unit,
                "cumulative": proven.cumulative,
                "planned_yuan": None if yuan is None else float(yuan),
                "planned_share": None if share is None else float(share),
                "correction_ids": None,
                "as_read": None,
            }
        )
    return rows


def _planned(
    point: PrintedNumber, total: PrintedNumber, inferred: str | None, unit: str | None
) -> tuple[Decimal | None, Decimal | None]:
    """(yuan, share of the total) of a point whose unit is proven."""
    factor = money_factor(unit)
    if point.number is None or not total.number or inferred is None:
        return None, None
    if inferred == "%":
        share = EXACT.divide(point.number, _PERCENT)
        whole = None if factor is None else EXACT.multiply(total.number, factor)
        return None if whole is None else EXACT.multiply(share, whole), share
    share = EXACT.divide(point.number, total.number)
    return None if factor is None else EXACT.multiply(point.number, factor), share


def _form_goal(
    goal: Text, disclosure: Disclosure, placing: Placing, owner: tuple[str | None, str | None], seq: int
) -> Row:
    """A goal of a project (owner: its id and name), or of the whole department (owner: None)."""
    return {
        "goal_id": placing.identify("goal", goal.place),
        "disclosure_id": disclosure.disclosure_id,
        **placing.columns(goal.place),
        "level": "project" if owner[0] is not None else "department_overall",
        "project_id": owner[0],
        "seq": seq,
        "name": owner[1],
        "goal_text": goal.text,
        "indicator_text": None,
        "note": None,
    }


def department_goal_row(goal: DepartmentGoal, disclosure: Disclosure, placing: Placing) -> Row:
    """The row of a goal of the whole department."""
    place = place_of(goal.goal, goal.name, goal.indicator)
    return {
        "goal_id": placing.identify("goal", place, f"{goal.level}{goal.seq}"),
        "disclosure_id": disclosure.disclosure_id,
        **placing.columns(place),
        "level": goal.level,
        "project_id": None,
        "seq": goal.seq,
        "name": printed(goal.name),
        "goal_text": printed(goal.goal),
        "indicator_text": printed(goal.indicator),
        "note": goal.note,
    }
