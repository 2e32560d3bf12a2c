"""Labels, years and the keys of a document."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.schema import Provenance
from extract.document import Identity, Place, Text
from normalize.department import classify_title, identify, org_key
from normalize.label import is_of_which, label_key, path_key
from normalize.period import find_years, parse_date

HERE = Place(paragraph=1)


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("一、一般公共服务支出", "一般公共服务支出"),
        ("    其中：公务用车购置费", "公务用车购置费"),
        ("（一）政府性基金", "政府性基金"),
        ("1、房屋（平方米）", "房屋(平方米)"),
        ("“三公”经费小计", '"三公"经费小计'),
        ("三十一、人行科目", "人行科目"),
        ("3.5%", "3.5%"),
        ("项  目", "项目"),
        ("收入/支出", "收入|支出"),
        ("合计：", "合计"),
        ("一、", "一、"),
        ("", ""),
    ],
)
def test_label_key(label: str, key: str) -> None:
    assert label_key(label) == key


@given(st.text())
def test_keys_never_raise_and_hold_no_white_space(text: str) -> None:
    assert not any(character.isspace() for character in label_key(text))
    assert "/" not in label_key(text)


def test_paths_and_parts() -> None:
    assert path_key(["合计", " 一、收入 ", ""]) == "合计/收入"
    assert is_of_which("　　其中：办公用房（平方米）")
    assert not is_of_which("1、房屋")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("截止时间：2023-12-31", dt.date(2023, 12, 31)),
        ("2023年12月31日", dt.date(2023, 12, 31)),
        ("截至2023年12月底", dt.date(2023, 12, 31)),
        ("2024/2/8", dt.date(2024, 2, 8)),
        ("2023-13-01", None),
        ("2023年", None),
        ("2023-01-01至2023-12-31", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(text: str | None, date: dt.date | None) -> None:
    assert parse_date(text) == date


def test_years() -> None:
    assert find_years("涞源县二〇二四年部门预算") == [2024]
    assert find_years("2024年部门预算（2025年2月公开）") == [2024, 2025]
    assert find_years("20240208.docx") == []


@pytest.mark.parametrize(
    ("title", "doc_type"),
    [
        ("某局2024年部门预算信息公开", "department_budget"),
        ("某局2023年度部门决算", "department_final"),
        ("某中心2024年单位预算公开", "unit_budget"),
        ("某县2024年政府预算", "government_budget"),
        ("通知", None),
        (None, None),
    ],
)
def test_kinds_of_document(title: str | None, doc_type: str | None) -> None:
    assert classify_title(title)[0] == doc_type


def test_the_document_decides_and_a_different_link_is_an_issue() -> None:
    identity = Identity(
        org_name=Text("某县 人民政府办公室", HERE),
        org_code=Text("434", HERE),
        fiscal_year=2024,
        doc_type="department_budget",
    )
    found, issues = identify(identity, Provenance(county_code="130630", link_text="2023年部门决算"), "ab" * 32)
    key = org_key("某县人民政府办公室")
    assert found.disclosure_id == f"130630-2024-department_budget-{key}"
    assert found.org_id == f"130630-{key}"
    assert (found.stage, found.entity_level, found.org_code_printed) == ("budget", "department", "434")
    assert [issue.code for issue in issues] == ["fiscal_year_conflict", "doc_type_conflict"]


def test_the_link_fills_gaps() -> None:
    found, issues = identify(Identity(), Provenance(link_text="某局2023年度部门决算"), "ab" * 32)
    assert (found.fiscal_year, found.doc_type, found.stage) == (2023, "department_final", "final")
    assert found.disclosure_id == "local-2023-department_final-docabababab"
    assert [issue.code for issue in issues] == ["organisation_unknown"]
    assert found.org_id is None
