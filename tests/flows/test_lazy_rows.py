"""Rows that are made late answer like rows that are there."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.lazy_rows import LazyRows, columns_of, rows_with
from flows.store import pack_tables, unpack_tables
from normalize.schema import TABLES

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "page": st.none() | st.integers(1, 9),
            "text": st.text(max_size=3),
            "paragraph_no": st.none() | st.integers(0, 99),
        }
    ),
    max_size=12,
)
SCHEMA = {"page": pl.Int32(), "text": pl.String(), "paragraph_no": pl.Int32()}


@given(ROWS)
def test_columns_and_chosen_rows_are_those_of_the_plain_list(rows: list[dict[str, Any]]) -> None:
    lazy = LazyRows(pl.DataFrame(rows, schema=SCHEMA))
    assert list(columns_of(lazy, "page", "text")) == list(columns_of(rows, "page", "text"))
    assert list(rows_with(lazy, "paragraph_no")) == list(rows_with(rows, "paragraph_no"))
    assert len(lazy) == len(rows)
    assert list(lazy) == rows
    assert lazy[1:] == rows[1:]


def test_a_column_left_out_is_not_there() -> None:
    lazy = LazyRows(pl.DataFrame([{"page": 1, "text": "a", "paragraph_no": None}], schema=SCHEMA), without={"page"})
    assert list(lazy) == [{"text": "a", "paragraph_no": None}]
    with pytest.raises(KeyError):
        list(columns_of(lazy, "page"))
    assert rows_with(lazy, "paragraph_no") == []


def test_a_packed_table_comes_back_late() -> None:
    empty: dict[str, object] = dict.fromkeys(TABLES["raw_cells"].names())
    cell = {"document_sha256": "ab", "block_no": 1, "kind": "paragraph", "text": "甲", "rowspan": 1, "colspan": 1}
    rows = [empty | cell | {"paragraph_no": 1, "home": "narrative"}]
    made = unpack_tables(pack_tables({"raw_cells": rows}), lazy={"raw_cells"})["raw_cells"]
    assert isinstance(made, LazyRows)
    assert list(made) == rows
