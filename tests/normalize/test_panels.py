"""Panels: nothing zero-filled, nothing counted twice, every number led back to facts."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize.columns import Field
from normalize.panels.build import build_panels
from normalize.panels.declaration import PanelError, load_panels, parse_panel
from normalize.panels.tables import KEYS, PANELS, ROLES, VALUED, WHY, WHY_EN, WHY_ZH
from normalize.schema import TABLES, to_frame
from tests.normalize.panel_build import World, frames, only, shuffled

LANES = ("income_expenditure", "amount")
YEAR = "panel_department_year"


def department(world: World, **wanted: Any) -> dict[str, Any]:
    return only(build_panels(world.tables())[YEAR], **wanted)


def cell(row: dict[str, Any], name: str) -> tuple[float | None, str]:
    return row[f"{name}_yuan"], row[f"{name}_why"]


def test_panels_are_declared_and_described() -> None:
    declared = load_panels()
    assert set(declared) == set(KEYS)
    for name, spec in PANELS.items():
        columns = {field.name: field for field in spec.columns}
        assert set(spec.key) <= set(columns)
        assert all(not columns[key].nullable for key in spec.key)
        for field in spec.columns:
            described(field)
            assert not field.name.endswith("_why") or len(field.zh) <= 80
        if name in declared:
            for amount in declared[name].amounts:
                assert columns[f"{amount.name}_yuan"].unit == "yuan"
                assert not columns[f"{amount.name}_why"].nullable


def test_every_reason_is_explained_in_both_dictionaries() -> None:
    from flows.release.dictionary import dictionary

    assert set(WHY_ZH) == set(WHY_EN)
    for language in ("zh", "en"):
        text = dictionary(language, "v1")
        assert all(f"- `{code}`: " in text for code in WHY)


def described(field: Field) -> None:
    assert field.zh and field.en and field.example, field.name
    assert field.nullable == (field.null_meaning_zh is not None) == (field.null_meaning_en is not None), field.name
    assert len(field.name) <= 32, field.name


def test_declarations_name_what_the_forms_know() -> None:
    """A misspelt statement, line or column would give a column of nothing but `not_printed`."""
    from extract.form import load_forms

    forms = load_forms()
    for panel in load_panels().values():
        for amount in panel.amounts:
            for source in amount.sources:
                for term in source.terms():
                    assert term.statement in forms, (panel.panel, amount.name, term.statement)
                    if panel.panel == "panel_project":
                        continue
                    form = forms[term.statement]
                    columns = {column.key for column in form.columns}
                    lines = {row.key for top in form.rows for row in (top, *top.children)}
                    assert term.column is None or term.column in columns, (amount.name, term)
                    assert term.line is None or term.line in lines, (amount.name, term)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{panel: p, title_zh: a, title_en: a, amounts: [{name: x, zh: a, en: a}]}", "either sources or of"),
        ("{panel: p, title_zh: a, title_en: a, amounts: [{name: x, zh: a, en: a, sources: [{}]}]}", "no statement"),
        (
            "{panel: p, title_zh: a, title_en: a, amounts: [{name: x, zh: a, en: a, of: y}, {name: x, zh: a, en: a,"
            " of: y}]}",
            "declared twice",
        ),
        ("{panel: p, title_zh: a, title_en: a, amounts: [], extra: 1}", "unknown field"),
        (f"{{panel: p, title_zh: a, title_en: a, amounts: [{{name: {'x' * 28}, zh: a, en: a, of: y}}]}}", "longer"),
    ],
)
def test_a_wrong_declaration_is_refused(text: str, says: str) -> None:
    with pytest.raises(PanelError, match=says):
        parse_panel(text, "p.yml")


# ------------------------------------------------------------------------------------------------- missing amounts


def test_blank_dash_zero_and_no_statement_are_different_things() -> None:
    world = World()
    world.document().statement(
        "three_public",
        "total",
        "total 8.00",
        "abroad _",
        "vehicle -",
        "reception 0.00",
        "meeting 见附件",
        "training ***",
    ).statement("government_fund", state="declared_empty").statement("state_capital", state="blank")
    row = department(world)
    assert cell(row, "tp_abroad") == (None, "blank_printed")
    assert cell(row, "tp_vehicle") == (None, "dash_printed")
    assert cell(row, "tp_reception") == (0.0, "printed_zero")
    assert cell(row, "tp_meeting") == (None, "not_readable")
    assert cell(row, "tp_training") == (None, "masked")
    assert cell(row, "tp_vehicle_buy") == (None, "not_printed")
    assert cell(row, "gov_fund_exp") == (None, "declared_empty")
    assert cell(row, "state_capital_exp") == (None, "statement_blank")
    assert cell(row, "exp_project") == (None, "no_statement")
    assert cell(row, "proj_amount") == (None, "not_disclosed")


def test_a_unit_not_known_gives_no_number_and_an_assumed_one_says_so() -> None:
    world = World()
    world.document().statement("expenditure", "total basic", "grand_total 3.00 2.00", basis="assumed")
    assert cell(department(world), "exp_current") == (30_000.0, "unit_assumed")
    for line in world.rows["budget_lines"]:
        line["amount_yuan"] = line["amount_fen"] = None
    assert cell(department(world), "exp_current") == (None, "unit_unknown")


def test_a_statement_that_is_declared_empty_says_more_than_a_blank_elsewhere() -> None:
    world = World()
    world.document().statement("government_fund", state="declared_empty").statement(
        "appropriation", "government_fund", "expenditure_current _"
    )
    assert cell(department(world), "gov_fund_exp") == (None, "declared_empty")


# ------------------------------------------------------------------------------------------- conflicts, preference


def test_the_preferred_statement_stands_and_disagreement_is_flagged() -> None:
    world = World()
    world.document().statement("expenditure", "total", "grand_total 100.00").statement(
        *LANES, "expenditure_current= 90.00".replace("=", "")
    )
    panels = build_panels(world.tables())
    assert cell(only(panels[YEAR]), "exp_current") == (1_000_000.0, "conflicting")
    traced = panels["panel_lineage"].filter(column="exp_current_yuan", panel=YEAR)
    assert dict(traced.select("role", "amount_yuan").iter_rows()) == {"value": 1_000_000.0, "differs": 900_000.0}


def test_rounding_is_no_conflict() -> None:
    world = World()
    world.document().statement("expenditure", "total", "grand_total 1000049", unit="元").statement(
        *LANES, "expenditure_current 100.00"
    )
    assert cell(department(world), "exp_current") == (1_000_049.0, "printed")


def test_two_numbers_in_one_statement_are_not_chosen_from() -> None:
    world = World()
    world.document().statement("expenditure", "total", "grand_total 100.00", "grand_total 70.00")
    assert cell(department(world), "exp_current") == (None, "ambiguous")
    world.document("乙", "乙局").statement("expenditure", "total", "grand_total 100.00", "grand_total _")
    assert cell(department(world, org_name="乙局"), "exp_current") == (1_000_000.0, "printed")


def test_a_sum_needs_all_its_terms() -> None:
    world = World()
    world.document().statement("expenditure", "personnel public", "grand_total 3.00 2.00")
    world.document("乙", "乙局").statement("expenditure", "personnel public", "grand_total 3.00 _")
    world.document("丙", "丙局").statement("expenditure", "basic personnel public", "grand_total 9.00 3.00 2.00")
    assert cell(department(world, org_name="甲局"), "exp_basic") == (50_000.0, "summed")
    assert cell(department(world, org_name="乙局"), "exp_basic") == (None, "blank_printed")
    assert cell(department(world, org_name="丙局"), "exp_basic") == (90_000.0, "printed")  # nothing to add beside it


def test_a_number_of_the_first_table_holds_for_the_statement_that_goes_on() -> None:
    world = World()
    world.document().statement("three_public", "total", "total 9.00", "three_public_subtotal 8.00").statement(
        "three_public", "total", "meeting 1.00", goes_on=1
    )
    # 合计 with 会议费 is not the 三公 total, though 会议费 stands in the table that goes on
    assert cell(department(world), "tp_total") == (80_000.0, "printed")
    world.rows["budget_lines"] = [
        r for r in world.rows["budget_lines"] if r["form_line_key"] != "three_public_subtotal"
    ]
    assert cell(department(world), "tp_total") == (None, "not_printed")


# ------------------------------------------------------------------------------------------- editions, stages, years


def test_editions_are_not_mixed() -> None:
    world = World()
    world.document().statement("expenditure", "total", "grand_total 100.00")
    world.document("甲本级", entity_level="unit", doc_type="unit_budget").statement(
        "expenditure", "total project", "grand_total 40.00 10.00"
    )
    world.document("甲不明", entity_level=None).statement("expenditure", "total project", "grand_total 41.00 11.00")
    row = department(world)
    assert cell(row, "exp_current") == (1_000_000.0, "printed")
    assert cell(row, "exp_project") == (None, "not_printed")
    assert row["entity_level"] == "department"


def test_an_edition_that_is_not_said_stands_alone_and_a_unit_is_no_department() -> None:
    world = World()
    world.document(entity_level=None).statement("expenditure", "total", "grand_total 100.00")
    world.document("乙", "乙中心", entity_level="unit").statement("expenditure", "total", "grand_total 7.00")
    panels = build_panels(world.tables())
    row = only(panels[YEAR])
    assert (row["org_name"], row["entity_level"]) == ("甲局", None)
    county = only(panels["panel_county_year"])
    assert (county["n_departments"], county["n_unit_only"]) == (1, 1)


def test_stages_years_superseded_and_government_reports_stay_apart() -> None:
    world = World()
    world.document().statement("expenditure", "total", "grand_total 100.00")
    world.document("决算", doc_type="department_final", stage="final").statement(
        "expenditure", "total", "grand_total 120.00"
    ).statement("three_public", "total", "total 3.00", stage="budget")
    world.document("前年", fiscal_year=2023).statement("expenditure", "total", "grand_total 80.00")
    world.document("旧", is_current=False).statement("expenditure", "total", "grand_total 1.00")
    world.document("政府", "县", doc_type="government_budget").statement("expenditure", "total", "grand_total 9999.00")
    found = build_panels(world.tables())[YEAR]
    amounts = {(r["fiscal_year"], r["stage"]): cell(r, "exp_current") for r in found.iter_rows(named=True)}
    assert amounts == {
        (2024, "budget"): (1_000_000.0, "printed"),
        (2024, "final"): (1_200_000.0, "printed"),
        (2023, "budget"): (800_000.0, "printed"),
    }
    # the budget column of the final report is a number of the stage budget
    assert cell(only(found, fiscal_year=2024, stage="budget"), "tp_total") == (30_000.0, "printed")


def test_the_same_report_twice_is_counted_once() -> None:
    world = World()
    for name in ("docx", "pdf"):
        world.document(name).statement("expenditure", "total", "grand_total 100.00").project("路灯", "5.00")
    row = department(world)
    assert cell(row, "exp_current") == (1_000_000.0, "printed")
    assert cell(row, "proj_amount") == (50_000.0, "summed")
    assert (row["n_documents"], row["n_projects"]) == (2, 1)


# ------------------------------------------------------------------------------------------------------- classes


def test_classes_come_by_code_and_systems_are_not_mixed() -> None:
    world = World()
    world.document().statement("expenditure", "total project", "grand_total 9.00 _", "201 9.00 _", "2010301 9.00 4.00")
    world.document("乙", "乙局").statement("basic_expenditure", "total", "301 3.00", "30101 3.00", "20 3.00")
    panels = build_panels(world.tables())
    functional, economic = panels["panel_department_function_year"], panels["panel_department_economic_year"]
    assert functional.select("class_code", "class_level").rows() == [("201", 1), ("2010301", 3)]
    assert economic.select("class_code", "class_level").rows() == [("301", 1), ("30101", 2)]
    assert cell(only(functional, class_code="201"), "exp_project") == (None, "blank_printed")
    assert cell(only(functional, class_code="2010301"), "exp_project") == (40_000.0, "printed")
    assert cell(only(functional, class_code="201"), "gpb_exp") == (None, "no_statement")


def test_lines_of_several_units_are_added_only_where_the_total_proves_it() -> None:
    world = World()
    lines = ("grand_total 9.00 3.00", "201 4.00 _", "20103 4.00 _", "201 5.00 3.00", "20103 2.00 3.00")
    world.document().statement("expenditure", "total project", *lines)
    panels = build_panels(world.tables())
    functional = panels["panel_department_function_year"]
    assert cell(only(functional, class_code="201"), "exp_total") == (90_000.0, "summed")
    assert cell(only(functional, class_code="201"), "exp_project") == (30_000.0, "printed")  # the blank holds nothing
    assert cell(only(functional, class_code="20103"), "exp_total") == (None, "ambiguous")  # 4 + 2 are not 9
    promises(panels, world.tables())


def test_equal_lines_of_two_units_are_two_lines_and_one_statement_twice_is_one() -> None:
    world = World()
    world.document().statement("expenditure", "total", "201 4.00", "201 4.00")
    lines = ("grand_total 8.00", "201 4.00", "201 4.00")
    world.document("乙", "乙局").statement("expenditure", "total", *lines).statement("expenditure", "total", *lines)
    world.document("丙", "丙局").statement("expenditure", "total", *lines).statement("expenditure", "total", "201 5.00")
    panels = build_panels(world.tables())
    found = panels["panel_department_function_year"]
    assert cell(only(found, org_name="甲局"), "exp_total") == (None, "ambiguous")
    assert cell(only(found, org_name="乙局"), "exp_total") == (80_000.0, "summed")
    assert cell(only(found, org_name="丙局"), "exp_total") == (None, "ambiguous")
    promises(panels, world.tables())


# ------------------------------------------------------------------------------------------------------ projects


def test_a_list_repeats_the_projects_that_have_their_own_form() -> None:
    world = World()
    document = world.document().project("路灯", "5.00", code="P1").project("水渠", "_")
    document.project("路灯", "5.00", form="project_list").project("水渠", "2.00", form="project_list")
    document.project("桥", "1.00", form="project_list").project("整体", "99.00", form="department_target")
    panels = build_panels(world.tables())
    projects = panels["panel_project"]
    assert sorted(projects["project_name"]) == sorted(["路灯", "水渠", "桥"])
    assert cell(only(projects, project_name="路灯"), "total") == (50_000.0, "printed")
    assert cell(only(projects, project_name="水渠"), "total") == (
        20_000.0,
        "printed",
    )  # the form is blank, the list not
    assert cell(only(panels[YEAR]), "proj_amount") == (80_000.0, "summed")


def test_a_list_that_disagrees_with_the_form_is_a_conflict() -> None:
    world = World()
    world.document().project("路灯", "5.00").project("路灯", "6.00", form="project_list")
    panels = build_panels(world.tables())
    assert cell(only(panels["panel_project"]), "total") == (50_000.0, "conflicting")
    assert cell(only(panels[YEAR]), "proj_amount") == (50_000.0, "conflicting")


def test_forms_of_one_name_in_one_document_are_several_projects() -> None:
    world = World()
    world.document().project("培训", "5.00").project("培训", "6.00")
    world.document("绩效", doc_type="performance_target", entity_level=None).project("培训", "5.00").project(
        "培训", "6.00"
    )
    panels = build_panels(world.tables())
    assert sorted(panels["panel_project"]["total_yuan"]) == [50_000.0, 60_000.0]
    assert panels["panel_project"]["n_places"].to_list() == [2, 2]


def test_money_of_a_project_that_is_not_known_is_not_zero() -> None:
    world = World()
    world.document().project("路灯", "5.00").project("桥", "_")
    assert cell(department(world), "proj_amount") == (50_000.0, "partial")


# ------------------------------------------------------------------------------------------------------ counties


def test_a_county_says_how_many_departments_it_adds_up() -> None:
    world = World()
    for name, total in (("甲局", "100.00"), ("乙局", "20.00"), ("丙局", "_")):
        world.document(name, name).statement("expenditure", "total", f"grand_total {total}")
    row = only(build_panels(world.tables())["panel_county_year"])
    assert (row["exp_current_yuan"], row["exp_current_why"], row["exp_current_n"]) == (1_200_000.0, "partial", 2)
    assert (row["exp_project_yuan"], row["exp_project_why"], row["exp_project_n"]) == (None, "not_disclosed", 0)
    assert row["n_departments"] == 3


def test_a_unit_inside_another_department_is_not_added_again() -> None:
    world = World()
    world.document("教育", "教育局").statement("expenditure", "total", "grand_total 100.00").unit(
        "教育局（本级）"
    ).unit("一中")
    world.document("一中", "一中").statement("expenditure", "total", "grand_total 30.00")
    panels = build_panels(world.tables())
    county = only(panels["panel_county_year"])
    assert (county["exp_current_yuan"], county["exp_current_why"]) == (1_000_000.0, "summed")
    assert (county["n_departments"], county["n_within_other"]) == (1, 1)
    assert dict(panels[YEAR].select("org_name", "is_within_other").iter_rows()) == {"教育局": False, "一中": True}


# ---------------------------------------------------------------------------------------------------- the promises


def promises(panels: dict[str, pl.DataFrame], tables: dict[str, pl.DataFrame]) -> None:
    """Every amount has a reason of the list, and exactly the facts of its lineage add up to it."""
    lineage = panels["panel_lineage"]
    assert set(lineage["role"]) <= set(ROLES)
    ids = {"budget_lines": set(tables["budget_lines"]["fact_id"]), "projects": set(tables["projects"]["project_id"])}
    assert all(fact in ids[table] for table, fact in lineage.select("fact_table", "fact_id").iter_rows())
    terms: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for panel, row, column, role, amount in lineage.select(
        "panel", "row_key", "column", "role", "amount_yuan"
    ).iter_rows():
        if role in ("value", "term"):
            terms[panel, row, column].append(amount)
    seen = 0
    for name, key in KEYS.items():
        for row in panels[name].iter_rows(named=True):
            row_key = "|".join(str(row[column]) for column in key)
            for amount in load_panels()[name].amounts:
                yuan, why = row[f"{amount.name}_yuan"], row[f"{amount.name}_why"]
                facts = terms.pop((name, row_key, f"{amount.name}_yuan"), [])
                assert why in WHY
                assert (yuan is not None) == (why in VALUED), (name, row_key, amount.name, yuan, why)
                if yuan is None:
                    assert facts == []
                else:
                    seen += 1
                    assert facts and sum(facts) == pytest.approx(yuan), (name, row_key, amount.name)
    assert not terms
    assert seen or not lineage.height or set(lineage["role"]) <= {"missing", "differs"}


TEXTS = st.sampled_from(["_", "-", "0.00", "1.00", "2.50", "2.51", "***"])
LINES = st.lists(st.tuples(st.sampled_from(["grand_total", "201", "2010301"]), TEXTS, TEXTS), max_size=4)
DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(["甲局", "乙局"]),
        st.sampled_from(["department", "unit", None]),
        st.sampled_from(["budget", "final"]),
        LINES,
        LINES,
        st.lists(
            st.tuples(st.sampled_from(["路", "桥"]), TEXTS, st.sampled_from(["project_target", "project_list"])),
            max_size=3,
        ),
    ),
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(documents=DOCUMENTS, order=st.lists(st.floats(0.1, 0.9), min_size=3, max_size=7))
def test_order_of_rows_changes_nothing_and_lineage_reproduces_every_amount(
    documents: list[Any], order: list[float]
) -> None:
    world = World()
    for number, (org, level, stage, spent, general, projects) in enumerate(documents):
        document = world.document(f"文{number}", org, entity_level=level, stage=stage)
        document.statement("expenditure", "total project", *(" ".join(line) for line in spent))
        document.statement("general_expenditure", "total basic", *(" ".join(line) for line in general))
        for name, total, form in projects:
            document.project(name, total, form=form)
    tables = world.tables()
    panels = build_panels(tables)
    promises(panels, tables)
    again = build_panels(shuffled(tables, order))
    for name, frame in panels.items():
        assert frame.equals(again[name]), name


def test_no_documents_give_empty_typed_panels() -> None:
    for name, frame in build_panels(frames({name: [] for name in TABLES})).items():
        assert frame.height == 0
        assert frame.schema == PANELS[name].polars_schema()


def test_the_sample_gives_its_printed_totals(shared: Path) -> None:
    from crawl.schema import Provenance
    from extract.interpret import interpret_reading
    from extract.readers import read_document
    from normalize.facts import build_rows

    reading = read_document(shared / "fixtures" / "sample.docx")
    rows = build_rows(reading, interpret_reading(reading), Provenance(county_code="130630"))
    tables = {name: to_frame(name, rows.get(name, [])) for name in TABLES}
    panels = build_panels(tables)
    promises(panels, tables)
    row = only(panels[YEAR])
    printed = {
        "rev_total": 1486.83, "exp_total": 1486.83, "exp_current": 1486.83, "exp_basic": 1191.02, "exp_project": 295.81,
        "gpb_exp": 1486.83, "gpb_personnel": 822.18, "gpb_public": 368.84, "tp_total": 171.00,
        "tp_with_meetings": 186.00, "tp_abroad": 7.00, "tp_vehicle": 69.00, "tp_reception": 95.00,
        "proj_amount": 295.82,
    }  # fmt: skip
    for name, amount in printed.items():
        assert row[f"{name}_yuan"] == pytest.approx(amount * 10_000), name
        assert row[f"{name}_why"] == ("summed" if name == "proj_amount" else "printed"), name
    assert cell(row, "tp_meeting") == (None, "blank_printed")  # the 15 of 30215 are not put in its place
    assert cell(row, "gov_fund_exp") == cell(row, "procurement") == (None, "declared_empty")
    assert (row["n_projects"], row["n_indicators"], row["n_quantitative"]) == (14, 126, 82)
    functional = panels["panel_department_function_year"].filter(class_level=1)
    assert functional["exp_total_yuan"].sum() == pytest.approx(row["exp_current_yuan"])
    economic = panels["panel_department_economic_year"].filter(class_level=1)
    assert economic["gpb_basic_yuan"].sum() == pytest.approx(row["gpb_basic_yuan"])
