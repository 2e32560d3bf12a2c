"""Place, kind and key of an organisation; two editions stay two disclosures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.schema import Provenance
from extract.document import Identity, Place, PrintedName, Text
from normalize import vocabulary
from normalize.department import identify, org_key
from normalize.facts import build_rows
from normalize.make_divisions import make
from normalize.organisation import UNCLASSIFIED, canonical_name, dept_type, dept_types
from normalize.region import contains, current_code, find_division, is_national
from tests.normalize.build import SHA, interpretation_of, reading_of

HERE = Place(paragraph=1)


@pytest.mark.parametrize(
    ("name", "year", "code"),
    [
        ("上海市普陀区商务委员会", 2025, "310107"),
        ("中共上海市普陀区委社会工作部", 2024, "310107"),
        ("涞源县人民政府办公室", 2024, "130630"),
        ("保定市涞源县水利局", 2020, "130630"),
        ("江苏省委办公厅", 2017, "320000"),
        ("西安市长安区教育局", 2024, "610116"),
        ("密云县教育局", 2013, "110228"),
        ("密云区教育局", 2020, "110118"),
        ("国家税务总局涞源县税务局", 2024, "130630"),
        ("长安区教育局", 2024, None),
        ("普陀区教育局", 2024, None),
        ("密云县教育局", 2020, None),
        ("教育局", 2024, None),
        (None, 2024, None),
    ],
)
def test_the_division_a_name_begins_with(name: str | None, year: int, code: str | None) -> None:
    found = find_division(name, year)
    assert (found.code if found else None) == code


def test_codes_lead_to_those_of_today() -> None:
    assert current_code("110228") == "110118"
    assert current_code("130630") == "130630"
    assert current_code("999999") is None
    assert contains("310000", "310107")
    assert contains("130600", "130630")
    assert not contains("130600", "130130")


@given(st.text(max_size=60), st.one_of(st.none(), st.integers(1949, 2100)))
def test_no_text_breaks_the_look_up(text: str, year: int | None) -> None:
    find_division(text, year)
    is_national(text)
    assert dept_type(text or "x") in {*dept_types(), UNCLASSIFIED}


@pytest.mark.parametrize(
    ("name", "national"), [("国家信访局", True), ("国家统计局天津调查总队", False), ("某县信访局", False)]
)
def test_organs_of_the_whole_state(name: str, national: bool) -> None:
    assert is_national(name) is national


@pytest.mark.parametrize(
    "names",
    [
        ("长春市信访局（本级）", "长春市信访局", "长春市信访局(汇总)"),
        ("中国共产党江苏省委员会办公厅", "中共江苏省委办公厅", "江苏省委办公厅"),
        ("昆明市人民政府办公室机关", "昆明市人民政府办公室"),
        ("某县 教育局", "某县教育局"),
    ],
)
def test_one_organisation_under_its_usual_names(names: tuple[str, ...]) -> None:
    assert len({org_key(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("某县教育局", "某县体育局"),
        ("某市机关事务管理局", "某市事务管理局"),
        ("某市委党校", "某市党校"),
        ("某市直机关", "某市"),
    ],
)
def test_other_names_stay_other_organisations(one: str, other: str) -> None:
    assert org_key(one) != org_key(other)


@given(st.text(alphabet="某县市局委办公室机关本级汇总()中共", max_size=20))
def test_the_canonical_name_is_stable(name: str) -> None:
    once = canonical_name(name)
    assert canonical_name(re.sub("(.)", r"\1 ", name)) == once


KINDS = {
    "某县人民政府办公室": "government_office",
    "某县民政局": "civil_affairs",
    "中共某县委办公室": "party_office",
    "某县卫生和计划生育局": "health",
    "某县卫生健康局": "health",
    "某县教育体育局": "education",
    "某县第一中学": "school",
    "某县人民医院": "hospital",
    "某县人力资源和社会保障局": "human_resources",
    "某县退役军人事务局": "veterans",
    "某县自然资源和规划局（林业局）": "natural_resources",
    "某县公安局交通警察大队": "public_security",
    "某镇人民政府": "town",
    "某街道办事处": "town",
    "某县机关事务服务中心": "organ_affairs",
    "某县工业和信息化局": "industry_it",
    "某县工商业联合会": "industry_commerce_federation",
    "某县医疗保障局": "medical_security",
    "中共某县纪律检查委员会": "discipline_inspection",
    "某省人大常委会办公厅": "peoples_congress",
    "某市行政审批服务局": "government_service",
    "某县甲乙丙": UNCLASSIFIED,
}


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_kinds_of_departments(name: str, kind: str) -> None:
    assert dept_type(name) == kind


def test_the_list_of_kinds_is_in_order() -> None:
    assert 55 <= len(dept_types()) <= 80
    assert all(re.fullmatch(r"[a-z_]+", code) and zh and en for code, (zh, en) in dept_types().items())


def test_two_editions_of_one_organisation_are_two_disclosures() -> None:
    def made(name: str, level: str, doc_type: str) -> tuple[str, str | None]:
        identity = Identity(org_name=Text(name, HERE), fiscal_year=2026, doc_type=doc_type, entity_level=level)
        found, _ = identify(identity, Provenance(county_code="220100"), SHA)
        return found.disclosure_id, found.org_id

    for kinds in (("department_budget", "unit_budget"), ("performance_target", "performance_target")):
        whole = made("长春市信访局（汇总）", "department", kinds[0])
        own = made("长春市信访局（本级）", "unit", kinds[1])
        assert whole[1] == own[1]
        assert whole[0] != own[0]


def test_the_source_decides_the_division_and_another_place_is_an_issue() -> None:
    def made(name: str, county: str | None) -> tuple[str | None, str | None, list[str]]:
        identity = Identity(org_name=Text(name, HERE), fiscal_year=2024, doc_type="department_final")
        found, issues = identify(identity, Provenance(county_code=county), SHA)
        return found.county_code, found.county_basis, [issue.code for issue in issues]

    assert made("国家信访局", "420100") == ("420100", "source", ["region_conflict"])
    assert made("武汉市信访局", "420100") == ("420100", "source", [])
    assert made("涞源县教育局", "130600") == ("130600", "source", [])
    assert made("涞源县教育局", "420100") == ("420100", "source", ["region_conflict"])
    assert made("普陀区教育局", "310107") == ("310107", "source", [])
    assert made("涞源县教育局", None) == ("130630", "printed", [])
    assert made("普陀区教育局", None) == (None, None, [])


def test_a_document_that_prints_no_edition_has_none() -> None:
    identity = Identity(org_name=Text("某县教育局", HERE), fiscal_year=2024, stage="final")
    silent, _ = identify(identity, Provenance(), SHA)
    assert (silent.doc_type, silent.entity_level, silent.stage) == ("department_final", None, "final")
    linked, issues = identify(identity, Provenance(link_text="某县教育局2024年度单位决算"), SHA)
    assert (linked.doc_type, linked.entity_level, issues) == ("unit_final", "unit", [])
    other, issues = identify(identity, Provenance(link_text="某县教育局2024年部门预算"), SHA)
    assert (other.doc_type, other.stage) == ("department_final", "final")
    assert [issue.code for issue in issues] == ["doc_type_conflict"]


def test_every_printed_name_is_an_alias() -> None:
    names = (
        PrintedName(Text("某县教育局(本级)", HERE), "cover", 1),
        PrintedName(Text("某县教育局", Place(table=1, row=1, col=1)), "caption", 9, "434"),
        PrintedName(Text("县教育局", Place(paragraph=7)), "section"),
    )
    identity = Identity(org_name=names[0].text, fiscal_year=2024, doc_type="unit_budget", names=names)
    tables = build_rows(reading_of(), interpretation_of(identity=identity), Provenance())
    rows = [(row["printed_name"], row["printed_code"], row["match_method"]) for row in tables["org_aliases"]]
    assert rows == [
        ("某县教育局(本级)", None, "same_name"),
        ("某县教育局", "434", "same_name"),
        ("县教育局", None, "same_document"),
    ]
    assert len({row["org_id"] for row in tables["org_aliases"]}) == 1


def test_the_list_of_divisions_is_made_from_the_reference(shared: Path, tmp_path: Path) -> None:
    count = make(shared / "reference" / "divisions_history.csv", tmp_path / "divisions.csv")
    rows = vocabulary.table("divisions")
    assert count == len(rows)
    committed = "".join(f"{','.join(row.values())}\n" for row in rows)
    assert (tmp_path / "divisions.csv").read_text(encoding="utf-8").split("\n", 1)[1] == committed
