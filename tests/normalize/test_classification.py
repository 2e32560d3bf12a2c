"""Printed code and label against the official list: told, never corrected."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawl.schema import Provenance
from extract.document import Column, Line
from normalize import vocabulary
from normalize.classification import line_statuses, map_status
from normalize.facts import build_rows
from normalize.make_classification import make
from tests.normalize.build import amount_column, at, interpretation_of, reading_of, statement


@pytest.mark.parametrize(
    ("system", "code", "label", "status"),
    [
        ("functional", "201", "一般公共服务支出", "exact"),
        ("functional", "201", "201-一般公共服务支出", "exact"),
        ("functional", "201", " 一般公共服务", "label_variant"),
        ("functional", "20805", "行政事业单位离退休", "label_variant"),
        ("economic_department", "30311", "住房公积金", "exact"),
        ("economic_department", "30311", "代缴社会保险费", "exact"),
        ("economic_department", "30201", "办公费", "exact"),
        ("functional", "201", "教育支出", "label_differs"),
        ("functional", "299", "没有这类", "unknown_code"),
        ("economic_department", "3021101", "差旅费", None),
        ("functional", None, "教育支出", None),
        ("functional", "20", "教育支出", None),
        (None, "201", "一般公共服务支出", None),
        ("income", "101", "税收收入", None),
    ],
)
def test_pairs(system: str | None, code: str | None, label: str, status: str | None) -> None:
    assert map_status(system, code, label) == status


def test_a_code_the_list_is_not_sure_of_never_judges() -> None:
    unsure = next(row for row in vocabulary.table("classification") if row["trust"] == "unverified")
    assert map_status(unsure["system"], unsure["code"], unsure["name"]) == "unverified"
    assert map_status(unsure["system"], unsure["code"], "别的名称") == "unverified"


def line(code: str, label: str, *, printed: bool = True, lane: int = 0) -> Line:
    return Line(
        2,
        lane,
        at(3, 1, label),
        (label,),
        0,
        code=code,
        printed_code=code if printed else None,
        class_system="functional",
    )


LABELS = [Column(0, "label", ("项目",))]


def test_a_code_carried_down_to_a_project_is_no_pair() -> None:
    lines = [line("201", "一般公共服务支出"), line("201", "办公设备购置", printed=False)]
    assert line_statuses(lines, LABELS) == ["exact", None]


def test_labels_of_two_classifications_side_by_side_are_no_pairs() -> None:
    assert line_statuses([line("201", "教育支出")], [*LABELS, Column(1, "label", ("政府科目",))]) == [None]


def test_names_of_projects_beside_codes_of_functions_are_no_differences() -> None:
    lines = [line("201", "一般公共服务支出"), line("2010102", "设备购置"), line("2010102", "系统运维")]
    assert line_statuses(lines, LABELS) == ["exact", None, None]


def test_a_pair_that_is_not_in_the_list_stays_as_printed_and_is_an_issue() -> None:
    body: list[tuple[str | None, str, list[str]]] = [
        ("201", "一般公共服务支出", ["1.00"]),
        ("205", "教育支出", ["2.00"]),
        ("206", "教育支出", ["3.00"]),
        ("299", "没有这类", ["4.00"]),
    ]
    made = statement(body, [amount_column(2, "total", "合计")])
    for index, each in enumerate(made.lines):
        made.lines[index] = Line(
            each.row,
            each.lane,
            each.label,
            each.path,
            each.level,
            code=each.code,
            printed_code=each.code,
            class_system="functional",
        )
    tables = build_rows(reading_of(made), interpretation_of(made), Provenance())
    rows = [(row["line_code"], row["line_label"], row["map_status"]) for row in tables["budget_lines"]]
    assert rows == [
        ("201", "一般公共服务支出", "exact"),
        ("205", "教育支出", "exact"),
        ("206", "教育支出", "label_differs"),
        ("299", "没有这类", "unknown_code"),
    ]
    issues = {row["code"]: row["place"] for row in tables["issues"] if str(row["code"]).startswith("classification_")}
    assert issues == {"classification_label_differs": "t1.r5.c1", "classification_unknown_code": "t1.r6.c1"}


def test_the_list_is_made_from_the_reference(shared: Path, tmp_path: Path) -> None:
    assert make(shared / "reference", tmp_path / "made.csv") == len(vocabulary.table("classification"))
    rows = "".join(f"{','.join(row.values())}\n" for row in vocabulary.table("classification"))
    assert (tmp_path / "made.csv").read_text(encoding="utf-8").split("\n", 1)[1] == rows
