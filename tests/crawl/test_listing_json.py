"""Answers of a listing's script made into rows: each shape once, hostile ones, and any JSON at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.listing_json import Fields, date_of, fill, read_rows
from crawl.notice import read_listing

URL, BASE = "https://www.example.gov.cn/api/list?page=1", "https://www.example.gov.cn/l/index.html"


def rows(body: Any, fields: Fields | None = None) -> tuple[list[tuple[str, str, str | None]], int | None]:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    found = read_rows(raw, URL, BASE, fields)
    assert found is not None
    read = read_listing(found.page, {"example.gov.cn"}) if found.page is not None else None
    return [(link.url, link.text, link.date) for link in read.notices] if read else [], found.total


A = ("https://www.example.gov.cn/l/a.html", "教育局2024年部门预算", "2024-02-06")


def test_markup_inside_json() -> None:
    """jpaas: the rows are a piece of a page, relative to the page whose script asked."""
    html = '<ul><li><a href="a.html">教育局2024年部门预算</a><span>2024-02-06</span></li></ul><i count="57"></i>'
    assert rows({"code": "200", "success": True, "data": {"html": html}}) == ([A], 57)


def test_records_of_several_platforms() -> None:
    for record in (
        {"title": A[1], "url": A[0], "date": 1707177600},
        {"title": A[1], "post_url": A[0], "created_at": "2024-02-06 11:00:00"},
        {"DOCTITLE": f"<font color=red>{A[1]}</font>", "DOCPUBURL": A[0], "DOCRELTIME": "2024/02/06"},
        {"listTitle": "教育局2024年部门预算", "linkUrl": "a.html", "publish_time": 1707177600000},
    ):
        assert rows({"total": 1, "data": {"rows": [record]}}) == ([A], 1)


def test_the_largest_list_of_links_wins() -> None:
    menu = [{"name": "首页", "url": "/"}]
    articles = [{"title": A[1], "url": A[0], "date": "20240206"}, {"title": "b局2024年部门决算", "url": "/b.html"}]
    assert len(rows({"tree": menu, "articles": articles})[0]) == 2


def test_a_datastore_is_not_parsed_as_xml() -> None:
    """Records in CDATA; an entity bomb in front of them stays text."""
    body = (
        '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><datastore>'
        "<totalrecord>81</totalrecord><totalpage>6</totalpage><recordset>"
        '<record><![CDATA[<li><a href="/l/a.html" title="教育局2024年部门预算">教育局…</a>2024-02-06</li>]]></record>'
        "</recordset></datastore>"
    )
    assert rows(body.encode("gb18030")) == ([A], 81)


def test_jsonp_and_a_byte_order_mark() -> None:
    text = "\ufeffcallback_1(" + json.dumps({"list": [{"title": A[1], "url": A[0], "time": "2024-02-06"}]}) + ");"
    assert rows(text.encode())[0] == [A]


def test_declared_fields_and_an_address_made_of_values() -> None:
    tree = {"d": {"items": [{"n": "教育局2024年部门预算", "id": "a b/1", "t": "2024-02-06"}], "all": "7"}}
    found, total = rows(tree, Fields(rows="d.items", title="n", url="/l/{id}.html", date="t", total="d.all"))
    assert found == [("https://www.example.gov.cn/l/a%20b%2F1.html", A[1], A[2])]
    assert total == 7
    assert fill("/x?a={a.b}", {"a": {"b": 3}}) == "/x?a=3"
    assert fill("/x?a={c}", {"a": 1}) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1707177600, "2024-02-06"),
        (1707148800000, "2024-02-06"),  # midnight in Beijing, the day before in Greenwich
        ("1707177600", "2024-02-06"),
        ("2024-02-06T10:00:00.000+08:00", "2024-02-06"),
        ("2024年2月6日", "2024-02-06"),
        ("20240206", "2024-02-06"),
        ("2024-13-06", None),
        ("2024", None),
        (0, None),
        (True, None),
        (None, None),
        ("99999999999999999999", None),
    ],
)
def test_dates(value: object, expected: str | None) -> None:
    assert date_of(value) == expected


def test_a_page_is_no_answer_of_a_script() -> None:
    assert read_rows(b"<html><body><a href='a'>x</a></body></html>", URL, BASE) is None
    assert read_rows(b"%PDF-1.4", URL, BASE) is None
    assert read_rows(b'{"broken": ', URL, BASE) is None


def test_nesting_without_end() -> None:
    assert read_rows(b"[" * 200_000, URL, BASE) is None
    deep = b'{"a":' * 500 + b'{"title":"x","url":"/y"}' + b"}" * 500
    found = read_rows(deep, URL, BASE)
    assert found is None or found.rows == 0


def test_an_address_that_runs_a_script_is_no_row() -> None:
    assert (
        rows({"list": [{"title": A[1], "url": "javascript:alert(1)"}, {"title": A[1], "url": "mailto:a@b"}]})[0] == []
    )


def test_a_title_with_markup_does_not_become_markup() -> None:
    title = '"><script>x</script>2024年部门预算<b'
    found, _ = rows({"list": [{"title": title, "url": "/a.html", "date": "2024-02-06"}]})
    assert [text for _, text, _ in found] == ['">x2024年部门预算<b']


_KEYS = st.sampled_from(["title", "url", "date", "total", "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner),
    max_leaves=20,
)  # fmt: skip


@given(_JSON)
def test_any_json_is_read(tree: Any) -> None:
    found = read_rows(json.dumps(tree).encode(), URL, BASE)
    if isinstance(tree, (dict, list)):
        assert found is not None
        assert found.rows >= 0
    else:
        assert found is None or found.rows == 0


B = ("https://www.example.gov.cn/l/b.html", "水利局2023年部门决算", "2024-09-06")


@pytest.mark.parametrize(
    "body",
    [
        {"total": 2, "jg": [{"wzbt": one[1], "lj": one[0], "fbrq": one[2]} for one in (A, B)]},
        {"total": 2, "aaData": [[1, A[1], "./a.html", A[2]], [2, B[1], "./b.html", B[2]]]},
        b"cb({total: 2, jg: [{bt: '%s', dz: 'a.html', rq: '2024-02-06'}, {bt: '%s', dz: 'b.html', rq: '2024-09-06'}]});"
        % (A[1].encode(), B[1].encode()),
    ],
    ids=["other names", "no names", "as a script writes it"],
)  # fmt: skip
def test_records_under_names_of_no_known_make(body: Any) -> None:
    assert rows(body) == ([A, B], 2)


def test_nodes_of_a_tree_stand_under_their_parents() -> None:
    nodes = [
        {"id": 1, "pId": 0, "name": "2024年部门预算"},
        {"id": 11, "pId": 1, "name": "县教育局", "url": "/t/101.html"},
        {"id": 2, "pId": 0, "name": "2022年部门决算"},
        {"id": 21, "pId": 2, "name": "县教育局", "url": "/t/201.html"},
    ]
    found = read_rows(json.dumps(nodes).encode(), URL, BASE)
    assert found is not None
    assert found.page is not None
    read = read_listing(found.page, {"example.gov.cn"})
    assert [(link.url[-8:], link.fiscal_year) for link in read.notices] == [("101.html", 2024), ("201.html", 2022)]


def test_declared_keys_are_not_guessed_around() -> None:
    body = [{"wzbt": A[1], "lj": "a.html"}, {"wzbt": B[1], "lj": "b.html"}]
    assert rows(body, Fields(title="bt", url="lj")) == ([], None)


def test_markup_with_more_rows_than_records_is_what_is_listed() -> None:
    html = "".join(f'<li><a href="{n}.html">{n}局2024年部门预算</a><span>2024-02-06</span></li>' for n in "甲乙丙")
    body = {"lm": {"bt": "部门预算公开", "lj": "/l/index.html"}, "data": html}
    assert len(rows(body)[0]) == 3
