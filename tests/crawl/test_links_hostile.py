# ruff: noqa: E501 -- pages as they are written
"""Pages made to break a reader: none raises, and the work grows no faster than the page (ratios within one run)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl import (
    about,
    attachments,
    body,
    clickable,
    data_rows,
    dating,
    discover,
    entity,
    naming,
    outline,
    page_class,
    records,
    rows,
    shape,
    xml_rows,
)
from crawl.notice import read_listing, read_notice
from crawl.page import PageError, read_page
from crawl.page_class import classify
from flows.commands.links import judge_page

URL = "http://www.a.gov.cn/czyjs/"

GROWING: dict[str, Callable[[int], str]] = {
    "links_in_a_list": lambda n: "".join(f'<li><a href="t{i}.html">县{i}局2024年部门预算</a><i>2024-01-01</i></li>' for i in range(n)),
    "links_side_by_side": lambda n: "".join(f'<a href="t{i}.html">县教育局</a>' for i in range(n)),
    "links_in_nested_furniture": lambda n: '<div class="nav">' * 100 + "".join(f'<a href="t{i}.html">县局</a>' for i in range(n)),
    "headings_between_links": lambda n: "".join(f'<h3>2024年</h3><p><a href="t{i}.html">县教育局</a></p>' for i in range(n)),
    "terms_and_definitions": lambda n: "<dl>" + "".join(f'<dt>2024年</dt><dd><a href="t{i}.html">县局</a></dd>' for i in range(n)),
    "handlers": lambda n: "".join(f"<a onclick=\"down('{i}','b{i}.pdf')\">x</a>" for i in range(n)),
    "records_in_cdata": lambda n: "<script><record>" + "<![CDATA[<a href=x.html>2024年部门预算</a>]]>" * n + "</script>",
    "rows_that_open": lambda n: "".join(f"<div onclick=\"open('/a/{i}.html')\"><b>{i}</b><p>县局2024年部门预算</p></div>" for i in range(n)),
    "cells_under_heads": lambda n: "<table><tr><td>单位</td><td>2024年预算</td></tr>" + "".join(f'<tr><td>县教育局</td><td><a href="t{i}.html">查看</a></td></tr>' for i in range(n)),
    "headings_of_two_levels": lambda n: "".join(f'<h2>2024年</h2><h3>党群</h3><p><a href="t{i}.html">县教育局</a></p>' for i in range(n)),
    "dates_behind_links": lambda n: "".join(f'<a href="t{i}.html">县教育局</a> 2024-01-01<br>' for i in range(n)),
    "arrays_in_scripts": lambda n: "<script>var a=[" + ",".join(f"{{t:'县局2024年部门预算',u:'/a/{i}.html'}}" for i in range(n)) + "]</script>",
    "content_in_content": lambda n: "<div class='content'><p>x</p>" * min(n, 200) + "<p>y</p>" * n,
}  # fmt: skip


@pytest.mark.parametrize("name", GROWING)
def test_twice_the_page_is_not_ten_times_the_work(name: str) -> None:
    def seconds(size: int) -> float:
        made = f"<html><head><title>部门预算</title></head><body>{GROWING[name](size)}</body></html>".encode()
        start = time.process_time()
        judge_page(made, URL)
        return time.process_time() - start

    seconds(20)
    # the quickest of three: a busy machine makes a run slower, never quicker
    small = min(seconds(150) for _ in range(3))
    assert min(seconds(600) for _ in range(3)) < 12 * max(small, 0.02)


FIXED = {
    "deep": '<div class="nav">' * 5000 + "<a href=1.html>2024年部门预算</a>",
    "tables_in_tables": "<table><tr><td>" * 300 + '<a href="1.html">查看</a>',
    "huge_href": '<a href="' + "a.pdf\n" * 50_000 + '">x</a>',
    "huge_title": '<a title="' + "2024年预算" * 50_000 + '" href="x.html">y</a>',
    "huge_data": '<div data-url="' + "a." * 100_000 + 'pdf"></div>',
    "labels_without_dates": "<p>" + "发布时间：" * 50_000 + "</p>",
    "breadcrumb_without_end": '<div class="position">' + "首页 > " * 20_000 + "</div>",
    "unclosed_strings": "<script>" + 'var a="' + "/a" * 50_000 + '.pdf";' + "<a href=" * 20_000 + "</script>",
    "endless_assignments": "<script>" + "location=" * 20_000 + 'location="' * 9000 + "</script>",
    "cdata_without_end": "<script><record" + "<![CDATA[" * 50_000 + "</script>",
    "brackets": '<a href="1.html">' + "(" * 5000 + "2024年预算</a>",
    "general_words_without_end": '<a href="1.html">' + "预算决算" * 3000 + "!</a>",
    "site_words_without_end": "<title>" + "门户网站" * 3000 + "!</title>",
    "rows_that_open_in_rows": "<div onclick=\"go('/a.html')\">" * 3000 + "x",
    "cells_that_span_all": "<table><tr>"
    + "<td colspan=100 rowspan=8000>x</td>" * 100
    + "</tr>"
    + "<tr><td><a href=1.html>查看</a></td></tr>" * 3000,
    "openings_of_arrays": "<script>" + "[{" * 200_000 + "预</script>",
    "names_in_script": "<script>var x={" + "a:" * 200_000 + "'预'</script>",
    "nothing": "",
}


@pytest.mark.parametrize("name", FIXED)
def test_hostile_page(name: str) -> None:
    made = f"<html><head><title>部门预算</title></head><body>{FIXED[name]}</body></html>".encode()
    assert judge_page(made, URL).page_class.kind
    page = read_page(made, URL)
    read_listing(page, {"a.gov.cn"})
    read_notice(page, "", None)


def test_json_of_many_brackets_is_no_list() -> None:
    assert judge_page(b"[" * 100_000, URL).disclosures == ()


WORDS = ["预算", "决算", "预决算", "公开", "网站", "门户网站", "2024年", "部门", "单位", "本级", "三公", "经费", "(", "“", "审计", "委员会", "a.pdf", "'", "> ", "2024-"]  # fmt: skip


@pytest.mark.parametrize(
    "module",
    [
        about,
        attachments,
        body,
        clickable,
        data_rows,
        dating,
        discover,
        entity,
        naming,
        outline,
        page_class,
        records,
        rows,
        shape,
        xml_rows,
    ],
)
def test_no_pattern_tries_combinations(module: object) -> None:
    """The time of a pattern on four times the words is no power of it."""
    for name, pattern in vars(module).items():
        if not isinstance(pattern, re.Pattern) or isinstance(pattern.pattern, bytes):
            continue
        for word in WORDS:

            def seconds(times: int, word: str = word, pattern: re.Pattern[str] = pattern) -> float:
                text = word * times + "!"
                start = time.process_time()
                pattern.search(text)
                pattern.fullmatch(text)
                return time.process_time() - start

            assert seconds(96) < 40 * max(seconds(24), 0.01), name


@settings(deadline=None, max_examples=80)
@given(st.text(alphabet="<>/ahrefliu=\"'tdb预算2024-01 .pdf?#:&;onclk(){}[]!C", max_size=400))
def test_any_markup_is_judged(text: str) -> None:
    judge_page(f"<div><a href='x.html'>某局2024年部门预算</a>{text}".encode(), URL)


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=600))
def test_any_bytes_are_judged(raw: bytes) -> None:
    assert classify(raw, 200, URL).kind
    try:
        read_page(raw, URL)
    except PageError:
        return
