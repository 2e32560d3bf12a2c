# ruff: noqa: E501 -- pages as they are written
"""Pages whose tabs carry several columns: each row belongs to the tab that names its panel, wherever that stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.discover import discover
from crawl.page import read_page
from crawl.tabs import panel_words

BUDGET = '<li><a href="/a/1.html">县教育局</a><span>2024-02-06</span></li><li><a href="/a/2.html">县水利局</a></li>'
FINAL = '<li><a href="/b/1.html">县教育局</a><span>2023-09-06</span></li><li><a href="/b/2.html">县水利局</a></li>'
HEADS = ("2024年部门预算", "2022年部门决算")

# (tabs, panels in the other order than the tabs)
PAGES = {
    "address within the page": (
        '<ul class="tabs"><li><a href="#ys">{0}</a></li><li><a href="#js">{1}</a></li></ul>',
        '<div id="js"><ul>{final}</ul></div><p>说明</p><div id="ys"><ul>{budget}</ul></div>',
    ),
    "attribute with a hash": (
        '<div><span data-target="#ys">{0}</span><span data-target="#js">{1}</span></div>',
        '<div id="js"><ul>{final}</ul></div><div id="ys"><ul>{budget}</ul></div>',
    ),
    "aria": (
        '<div><button aria-controls="ys">{0}</button><button aria-controls="js">{1}</button></div>',
        '<section id="js"><ul>{final}</ul></section><section id="ys"><ul>{budget}</ul></section>',
    ),
    "the panel names its tab": (
        '<div><b id="t1">{0}</b><b id="t2">{1}</b></div>',
        '<div id="p2" aria-labelledby="t2"><ul>{final}</ul></div><div id="p1" aria-labelledby="t1"><ul>{budget}</ul></div>',
    ),
    "call with the id": (
        """<ul><li onclick="show('ys')">{0}</li><li onclick="show('js')">{1}</li></ul>""",
        '<ul id="js">{final}</ul><ul id="ys">{budget}</ul>',
    ),
    "call with name and number": (
        """<ul><li id="one1" onmouseover="setTab('one',1,2)">{0}</li><li id="one2" onmouseover="setTab('one',2,2)">{1}</li></ul>""",
        '<div><div id="con_one_2" style="display:none"><ul>{final}</ul></div><div id="con_one_1"><ul>{budget}</ul></div></div>',
    ),
    "the same attribute on both": (
        '<div><i data-tab="1">{0}</i><i data-tab="2">{1}</i></div>',
        '<div data-tab="2"><ul>{final}</ul></div><p>说明</p><div data-tab="1"><ul>{budget}</ul></div>',
    ),
    "a tab of one attribute, a panel of another": (
        """<div><em onclick="showTab('ys')">{0}</em><em onclick="showTab('js')">{1}</em></div>""",
        '<div data-name="js"><ul>{final}</ul></div><p>说明</p><div data-name="ys"><ul>{budget}</ul></div>',
    ),
    "a panel without id names its tab": (
        '<div><b id="t1">{0}</b><b id="t2">{1}</b></div>',
        '<div aria-labelledby="t2"><ul>{final}</ul></div><p>说明</p><div aria-labelledby="t1"><ul>{budget}</ul></div>',
    ),
}


def page(tabs: str, panels: str) -> str:
    body = tabs.format(*HEADS) + f"<div class='wrap'>{panels.format(final=FINAL, budget=BUDGET)}</div>"
    return f"<html><head><title>预决算公开-某县人民政府</title></head><body>{body}</body></html>"


@pytest.mark.parametrize("name", PAGES)
def test_rows_belong_to_the_tab_that_names_their_panel(name: str) -> None:
    found = discover(read_page(page(*PAGES[name]).encode(), "http://www.a.gov.cn/bmys/index.html"))
    told = {one.url[19:]: (one.kind, one.fiscal_year) for one in found.links if one.role == "disclosure"}
    assert told == {
        "/a/1.html": ("department_budget", 2024),
        "/a/2.html": ("department_budget", 2024),
        "/b/1.html": ("department_final", 2022),
        "/b/2.html": ("department_final", 2022),
    }


def test_a_link_to_the_top_of_the_page_is_no_tab() -> None:
    body = '<div id="top"><a href="/a/1.html">县教育局</a></div><div id="x">y</div><a href="#top">返回顶部</a>'
    assert panel_words(read_page(body.encode(), "http://www.a.gov.cn/")) == {}


@settings(deadline=None)
@given(st.lists(st.tuples(st.text("abc_1", max_size=4), st.text("#abc_1'(),", max_size=12)), max_size=20))
def test_any_ids_and_calls_give_tabs_or_none(pairs: list[tuple[str, str]]) -> None:
    body = "".join(
        f'<div id="{one}"><a href="#{one}" onclick="{two}" rel="{two}">{one}</a></div>' for one, two in pairs
    )
    for panel, words in panel_words(read_page(f"<p>x</p>{body}".encode(), "http://www.a.gov.cn/")).items():
        assert panel.get("id")
        assert words
