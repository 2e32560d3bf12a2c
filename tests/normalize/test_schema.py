"""The contract of the tables: complete in two languages, and refusing what breaks it."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from normalize.columns import COLUMNS
from normalize.schema import TABLES, SchemaError, TableSpec, published_spec, to_frame

SAMPLES: dict[pl.DataType, object] = {
    pl.String(): "甲",
    pl.Int16(): 1,
    pl.Int32(): 2,
    pl.Int64(): 3,
    pl.Float64(): 0.5,
    pl.Boolean(): True,
    pl.Date(): dt.date(2024, 1, 1),
    pl.List(pl.String()): ["甲"],
    pl.List(pl.Int32()): [1],
}


def sample_row(name: str) -> dict[str, object]:
    return {field.name: SAMPLES[field.dtype] for field in TABLES[name].columns}


@pytest.mark.parametrize("spec", TABLES.values(), ids=lambda spec: spec.name)
def test_every_column_says_what_it_is(spec: TableSpec) -> None:
    names = [field.name for field in spec.columns]
    assert len(names) == len(set(names))
    assert set(spec.key) | set(spec.sort) <= set(names)
    for field in spec.columns:
        assert field.zh.strip(), field.name
        assert field.en.strip(), field.name
        assert field.example, field.name
        assert field.dtype in SAMPLES, field.name
        assert field.nullable == (field.null_meaning_zh is not None) == (field.null_meaning_en is not None), field.name
        assert not field.name.endswith("_yuan") or field.unit == "yuan", field.name
        assert not field.name.endswith("_fen") or field.unit == "fen", field.name
    assert not any(field.nullable for field in spec.columns if field.name in spec.key)


def test_every_column_is_used() -> None:
    used = {
        name
        for spec in TABLES.values()
        for field in published_spec(spec).columns
        for name in (field.name, f"{spec.name}.{field.name}")
    }
    assert set(COLUMNS) <= used


@pytest.mark.parametrize("name", TABLES)
def test_frames_are_typed_also_when_empty(name: str) -> None:
    empty, one = to_frame(name, []), to_frame(name, [sample_row(name)])
    assert empty.schema == one.schema == TABLES[name].polars_schema()
    assert (empty.height, one.height) == (0, 1)


def test_a_scorer_reads_the_contract_columns() -> None:
    wanted = {
        "budget_lines": "document_sha256 page statement_title line_code line_label column_path printed_text"
        " amount_state amount_yuan",
        "indicators": "document_sha256 page project_name level1 level2 level3 value_printed comparator value_number"
        " value_unit weight",
        "projects": "document_sha256 page project_name total_printed fiscal_printed other_printed indicator_count",
        "claims": "document_sha256 page amount_yuan direction",
    }
    for name, columns in wanted.items():
        assert set(columns.split()) <= set(TABLES[name].names())


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("amount_yuan", 1, "int, not float"),
        ("amount_yuan", float("nan"), "not a finite number"),
        ("amount_fen", 1.0, "float, not int"),
        ("amount_fen", 2**63, "out of the range"),
        ("fiscal_year", 40000, "out of the range"),
        ("line_level", True, "bool, not int"),
        ("sum_safe", 1, "int, not bool"),
        ("line_label", 5, "int, not str"),
        ("amount_state", None, "never null"),
    ],
)
def test_wrong_values_are_refused_with_their_place(column: str, value: object, says: str) -> None:
    good = sample_row("budget_lines")
    bad = {**good, "fact_id": "乙", column: value}
    with pytest.raises(SchemaError) as caught:
        to_frame("budget_lines", [good, bad])
    assert f"table budget_lines, row 1, document 甲, column {column}" in str(caught.value)
    assert says in str(caught.value)


def test_wrong_columns_dates_lists_and_keys_are_refused() -> None:
    row = sample_row("issues")
    with pytest.raises(SchemaError, match=r"missing columns \['code'\], unknown columns \['kode'\]"):
        to_frame("issues", [{("kode" if key == "code" else key): value for key, value in row.items()}])
    with pytest.raises(SchemaError, match="not unique"):
        to_frame("issues", [row, row])
    with pytest.raises(SchemaError, match="datetime, not date"):
        moment = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
        to_frame("documents", [{**sample_row("documents"), "published_date": moment}])
    with pytest.raises(SchemaError, match="in the list: int, not str"):
        to_frame("statements", [{**sample_row("statements"), "notes": [1]}])


def test_rows_come_out_sorted_with_nulls_last() -> None:
    base = sample_row("issues")
    rows = [
        {**base, "issue_id": f"{n}", "stage": "read", "code": code, "place": place}
        for n, (code, place) in enumerate([("b", "t1.r1.c1"), ("a", None), ("a", "t2.r1.c1")])
    ]
    frame = to_frame("issues", rows)
    assert frame["code"].to_list() == ["a", "a", "b"]
    assert frame["place"].to_list() == ["t2.r1.c1", None, "t1.r1.c1"]
    assert to_frame("issues", rows[::-1]).equals(frame)
