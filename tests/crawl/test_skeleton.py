"""The skeleton of a listing page: content moves, structure does not; and a rebuilt site is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.page import read_page
from crawl.skeleton import Skeleton, judge, likeness, skeleton
from tests.crawl.web import listing, row


def of(html: str) -> Skeleton:
    return skeleton(read_page(html.encode(), "http://www.example.gov.cn/czyjs/"))


def page(rows: int, *, year: int = 2024) -> str:
    return listing(
        *(row(f"{year}/t{n}.html", f"第{n}局{year}年部门预算", f"{year}-02-0{n % 9 + 1}") for n in range(rows))
    )


def rebuilt(rows: int) -> str:
    cards = "".join(
        f'<section class="card"><div class="card-body"><a class="t" href="/d/{n}">局{n}</a></div></section>'
        for n in range(rows)
    )
    return f'<html><body><main><article class="grid"><div class="cards">{cards}</div></article></main></body></html>'


def test_new_rows_and_another_year_leave_the_skeleton() -> None:
    assert of(page(20)).digest == of(page(11, year=2025)).digest


def test_states_and_numbers_in_names_are_no_structure() -> None:
    one = '<body><ul class="list list-1"><li class="on"><a href="a">x</a></li></ul></body>'
    two = '<body><ul class="list list-27"><li class="first"><a href="b">y</a></li></ul></body>'
    assert of(one) == of(two)


def test_a_rebuilt_site_that_lists_less_is_broken() -> None:
    verdict = judge(of(page(20)), of(rebuilt(20)), links_before=20, links_after=2)
    assert (verdict.state, verdict.flagged) == ("broken", True)


def test_a_rebuilt_site_that_lists_as_much_is_restyled() -> None:
    verdict = judge(of(page(20)), of(rebuilt(20)), links_before=20, links_after=20)
    assert (verdict.state, verdict.flagged) == ("restyled", False)


def test_an_emptied_list_is_flagged_and_a_shorter_one_is_not() -> None:
    emptied = judge(of(page(20)), of(page(0)), links_before=20, links_after=0)
    assert emptied.flagged
    fewer = judge(of(page(20)), of(page(8)), links_before=20, links_after=8)
    assert (fewer.state, fewer.flagged) == ("fewer", False)


def test_a_column_of_three_rows_says_nothing_when_one_goes() -> None:
    assert judge(of(page(3)), of(page(1)), links_before=3, links_after=1).state in {"same", "restyled"}


def test_a_page_without_anything_is_like_itself_alone() -> None:
    empty = of("<html><body></body></html>")
    assert likeness(empty, empty) == 1.0
    assert likeness(empty, of(page(20))) == 0.0


def test_a_page_of_a_hundred_thousand_elements_is_bounded() -> None:
    assert of("<body>" + "<div><a href='x'>y</a></div>" * 100_000 + "</body>").shapes


@settings(max_examples=50)
@given(st.text(alphabet="<>/adivul lircs=\"'-1", max_size=200))
def test_any_markup_has_a_skeleton(text: str) -> None:
    assert len(of(f"<html><body>{text}x</body></html>").digest) == 16


def test_pages_of_one_site_are_alike_and_of_two_are_not(shared: Path) -> None:
    pages = shared / "gold" / "pages"
    if not pages.is_dir():
        pytest.skip("no stored pages")
    found = {
        path.name: skeleton(read_page(path.read_bytes(), "http://x.gov.cn/")) for path in sorted(pages.glob("*.html"))
    }
    full = {name: one for name, one in found.items() if len(one.shapes) >= 20}
    by_site: dict[str, list[Skeleton]] = {}
    for name, one in full.items():
        by_site.setdefault(name.split("_")[1], []).append(one)
    across = [likeness(a[0], b[0]) for x, a in by_site.items() for y, b in by_site.items() if x < y]
    assert max(across) < 0.5
