"""Projects, their plans, goals and indicators."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crawl.schema import Provenance
from extract.document import DepartmentGoal, IndicatorRow, Interpretation, Place, PlanPoint, ProjectForm, Text
from normalize.amount import parse_number
from normalize.facts import build_rows
from normalize.schema import Row, to_frame
from normalize.targets import PlanReading, read_plan, split_code
from tests.normalize.build import SHA, at, interpretation_of, reading_of


def form(total: str, points: list[str], *, unit: str = "单位：万元") -> ProjectForm:
    dates = ["03-31", "06-30", "10-31", "12-31"]
    plan = [
        PlanPoint(date, at(5, n + 2, date), at(6, n + 2, text))
        for n, (date, text) in enumerate(zip(dates, points, strict=True))
    ]
    indicators = [
        IndicatorRow(
            1,
            at(2, 1, "产出指标", 2),
            at(2, 2, "数量指标", 2),
            at(2, 3, "系统数量", 2),
            value=at(2, 5, "≥95百分比", 2),
            basis=at(2, 6, " ", 2),
        ),
        IndicatorRow(
            2,
            at(3, 1, "产出指标", 2),
            None,
            at(3, 3, "质量", 2),
            value=at(3, 5, "≤1次；≤1次", 2),
            weight=at(3, 6, "10分", 2),
        ),
    ]
    fields = {
        "project_code": at(2, 2, "13063024P000092100025"),
        "project_name": at(2, 4, "系统服务费"),
        "total": at(3, 3, total),
        "fiscal": at(3, 5, total),
        "other": at(3, 7, " "),
        "purpose": at(4, 2, "系统服务费"),
    }
    label = at(5, 1, "资金支出计划（%）")
    return ProjectForm(
        1,
        (1, 2),
        "project_target",
        Text("1、系统服务费绩效目标表", Place(paragraph=3)),
        {"unit": at(1, 1, unit)},
        fields,
        plan,
        label,
        [at(7, 2, "1.保障运行")],
        indicators,
    )


def rows_of(made: ProjectForm, goals: list[DepartmentGoal] | None = None) -> dict[str, list[Row]]:
    base = interpretation_of()
    interpretation = Interpretation(SHA, base.identity, [], [made], goals or [], [], [])
    return build_rows(reading_of(), interpretation, Provenance())


def test_a_project() -> None:
    tables = rows_of(form("5.44", ["", "", "", "5.44"]))
    (project,) = tables["projects"]
    assert project["project_id"] == f"{SHA[:16]}.t1.r2.c4"
    assert (project["project_code"], project["code_county"], project["code_year"]) == (
        "13063024P000092100025",
        "130630",
        2024,
    )
    assert (project["total_yuan"], project["total_fen"], project["total_state"]) == (54400.0, 5440000, "number")
    assert (project["other_printed"], project["other_yuan"], project["other_state"]) == (None, None, "blank")
    assert (project["indicator_count"], project["goal_text"]) == (2, "1.保障运行")
    for name in ("projects", "spending_plans", "goals", "indicators"):
        assert (
            to_frame(name, tables[name]).height
            == {"projects": 1, "spending_plans": 4, "goals": 1, "indicators": 2}[name]
        )


def test_a_plan_under_percent_that_holds_amounts_is_proven() -> None:
    plans = rows_of(form("21.14", ["2.16", "4.32", "6.48", "21.14"]))["spending_plans"]
    assert {(row["unit_printed"], row["unit_inferred"], row["cumulative"]) for row in plans} == {("%", "万元", True)}
    assert [row["planned_yuan"] for row in plans] == [21600.0, 43200.0, 64800.0, 211400.0]
    assert plans[-1]["planned_share"] == 1.0
    assert [row["checkpoint"] for row in plans] == ["03-31", "06-30", "10-31", "12-31"]


def test_one_point_proves_the_unit_but_not_that_it_is_cumulative() -> None:
    plans = rows_of(form("5.44", [" ", " ", " ", "5.44"]))["spending_plans"]
    assert [(row["state"], row["printed_text"]) for row in plans] == [("blank", None)] * 3 + [("number", "5.44")]
    assert {(row["unit_inferred"], row["cumulative"]) for row in plans} == {("万元", None)}


def test_a_plan_in_percent_stays_one() -> None:
    plans = rows_of(form("80.00", ["25", "50", "75", "100"]))["spending_plans"]
    assert {(row["unit_inferred"], row["cumulative"]) for row in plans} == {("%", True)}
    assert (plans[0]["planned_share"], plans[0]["planned_yuan"]) == (0.25, 200000.0)


@pytest.mark.parametrize(
    ("points", "total", "reading"),
    [
        (["25", "50", "75", "100"], "100.00", PlanReading()),
        (["10", "20", "30", "40"], "50", PlanReading("%", cumulative=False)),
        (["10", "20", "30", "40"], "100", PlanReading()),
        (["10", "20", "30", "-"], "60", PlanReading("万元", cumulative=False)),
        (["30", "20", "30", "50"], "50", PlanReading()),
        (["", "", "", ""], "50", PlanReading()),
        (["1", "2", "3", "4"], "", PlanReading()),
        (["0", "0", "0", "5"], "5", PlanReading("万元", None)),
    ],
)
def test_what_numbers_prove(points: list[str], total: str, reading: PlanReading) -> None:
    assert read_plan([parse_number(point) for point in points], parse_number(total), "万元") == reading


def test_indicators() -> None:
    tables = rows_of(form("5.44", ["", "", "", "5.44"]))
    first, second = tables["indicators"]
    assert (first["comparator"], first["comparator_code"], first["value_number"], first["value_unit"]) == (
        "≥",
        "ge",
        95.0,
        "百分比",
    )
    assert (first["value_unit_std"], first["is_quantitative"], first["basis_state"], first["basis"]) == (
        "%",
        True,
        "blank",
        None,
    )
    assert (first["indicator_id"], first["row_no"], first["project_name"]) == (f"{SHA[:16]}.t2.r2.c5", 2, "系统服务费")
    assert (second["value_number"], second["weight"], second["basis_state"], second["seq"]) == (None, 10.0, "absent", 2)
    assert ("indicator_several_values", "t2.r3.c5") in {(row["code"], row["place"]) for row in tables["issues"]}


def test_goals_cut_out_of_one_paragraph_get_names_of_their_own() -> None:
    text = Text("4、…5、…", Place(paragraph=9))
    goals = [DepartmentGoal("department_item", n, text, text, text, "split" if n == 5 else None) for n in (4, 5)]
    tables = rows_of(form("1", ["", "", "", ""]), goals)
    ids = [row["goal_id"] for row in tables["goals"]]
    assert ids == [f"{SHA[:16]}.p9", f"{SHA[:16]}.p9-2", f"{SHA[:16]}.t1.r7.c2"]
    assert to_frame("goals", tables["goals"]).height == 3


def test_codes_of_projects() -> None:
    assert split_code("13063024P000092100025") == ("130630", 2024)
    assert split_code("11000021Y000000390843 ") == ("110000", 2021)
    assert split_code("434") == (None, None)
    assert split_code(None) == (None, None)


def test_yuan_of_a_project_are_exact() -> None:
    (project,) = rows_of(form("689.157460", ["", "", "", ""]))["projects"]
    assert project["total_fen"] == int(Decimal("689.157460") * 1000000)


def bare_form(code: str, fields: dict[str, Text], goals: list[Text], indicators: list[IndicatorRow]) -> ProjectForm:
    caption = {"unit": at(1, 1, "单位：万元")}
    return ProjectForm(1, (1,), code, None, caption, fields, [], None, goals, indicators)


def test_indicators_and_goals_of_a_whole_department_belong_to_no_project() -> None:
    row = IndicatorRow(1, at(5, 1, "产出指标"), at(5, 2, "数量指标"), at(5, 3, "接访数"), value=at(5, 4, "≥10次"))
    tables = rows_of(bare_form("department_target", {"total": at(2, 2, "9.00")}, [at(3, 2, "做好")], [row]))
    assert [(row["project_name"], row["total_yuan"], row["form"]) for row in tables["projects"]] == [
        (None, 90000.0, "department_target")
    ]
    assert [(row["project_id"], row["level1_std"], row["level2_std"]) for row in tables["indicators"]] == [
        (None, "产出指标", "数量指标")
    ]
    assert [(row["level"], row["project_id"]) for row in tables["goals"]] == [("department_overall", None)]


def test_a_form_printed_empty_is_no_project() -> None:
    made = bare_form("project_target", {"project_name": at(1, 2, " ")}, [at(3, 2, "目标1：\n目标2：\n……")], [])
    tables = rows_of(made)
    assert tables["projects"] == tables["goals"] == []
    assert "empty_performance_form" in {row["code"] for row in tables["issues"]}


def test_self_evaluation() -> None:
    fields = {
        "project_name": at(1, 2, "专项"),
        "total": at(3, 2, "180.61"),
        "total_adjusted": at(3, 3, "180.03"),
        "total_executed": at(3, 4, "--"),
        "total_rate": at(3, 5, "100.00%"),
        "score_total": at(9, 5, "98"),
        "department": at(2, 2, "[292]某局"),
    }
    row = IndicatorRow(
        1,
        at(5, 1, "满意度\n指标"),
        None,
        at(5, 3, "满意率"),
        value=at(5, 4, "有所提高"),
        weight=at(5, 5, "10"),
        actual=at(5, 6, "96.5%"),
        score=at(5, 7, "9.3分"),
        reason=at(5, 8, "需求变化"),
        other=(("是否核心", at(5, 9, "是")),),
    )
    tables = rows_of(bare_form("project_target", fields, [], [row]))
    (project,) = tables["projects"]
    assert (project["adjusted_yuan"], project["executed_printed"], project["executed_yuan"]) == (1800300.0, "--", None)
    assert (project["execution_rate_printed"], project["score_total_printed"]) == ("100.00%", "98")
    assert project["other_fields"] == ["department：[292]某局"]
    (indicator,) = tables["indicators"]
    assert (indicator["level1_std"], indicator["qualitative_class"], indicator["weight"]) == (
        "满意度指标",
        "grow",
        10.0,
    )
    assert (indicator["actual_number"], indicator["score"], indicator["reason"]) == (96.5, 9.3, "需求变化")
    assert indicator["other_columns"] == ["是否核心：是"]
