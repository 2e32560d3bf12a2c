"""Assertions of a source over what is held, and the summary of a run."""

from __future__ import annotations

from crawl.completeness import assess, holdings, never_given, night_of_source
from crawl.ledger import Link
from crawl.schema import Visit
from crawl.source import Expect


def link(title: str, sha256: str = "a", kind: str | None = None) -> Link:
    return Link("s", sha256, f"http://x/{sha256}", f"http://x/n{sha256}", "attachment", title, title, kind=kind)


def visit(url: str, outcome: str, role: str = "notice", text: str | None = None) -> Visit:
    return Visit("s", url, role, "2024-03-01T00:00:00Z", outcome, link_text=text)  # type: ignore[arg-type]


def kind_of(text: str) -> str | None:
    return "department_final" if "决算" in text else None


HELD = holdings(
    [link("教育局2024年部门预算", "a", "department_budget"), link("教育局 2023年度部门决算", "b", "department_budget")],
    [visit("http://x/na", "new"), visit("http://x/nb", "unchanged"), visit("http://x/nc", "gone"),
     visit("http://x/", "new", "listing")],
    kind_of,
)  # fmt: skip


def told(**expect: object) -> list[str]:
    return [str(one) for one in assess(Expect.model_validate(expect), HELD)]


def test_what_is_held() -> None:
    assert (HELD.documents, HELD.notices, HELD.years) == (2, 2, {2023, 2024})
    assert HELD.kinds == {"department_budget", "department_final"}  # the title's own word, else the column's


def test_nothing_is_asserted() -> None:
    assert told() == []


def test_a_minimum_missed_and_a_maximum_passed() -> None:
    assert told(documents={"min": 3}, notices={"max": 1}) == [
        "expect.documents.min: 2 found, at least 3 expected",
        "expect.notices.max: 2 found, at most 1 expected",
    ]


def test_a_year_a_kind_and_a_department_that_nothing_names() -> None:
    assert told(years=[2024, 2022], kinds=["department_final", "unit_final"], departments=["教 育局", "水务局"]) == [
        "expect.years: no notice names 2022",
        "expect.kinds: nothing of kind unit_final was found",
        "expect.departments: no title names 水务局",
    ]


def test_a_quiet_night_keeps_what_is_held() -> None:
    quiet = holdings([link("教育局2024年部门预算")], [visit("http://x/", "unchanged", "listing")], kind_of)
    assert quiet.documents == 1


def test_a_summary_counts_no_listings_and_loses_no_visit() -> None:
    by_role = {
        "listing": {"unchanged": 5, "failed": 1},
        "notice": {"new": 3, "gone": 1},
        "attachment": {"new": 2, "replaced": 1},
        "inline": {"refused": 1, "failed": 2},
    }
    night = night_of_source("s", ("s.1", "2024-03-01T00:00:00Z", "finished"), by_role, missing=4, held=9, flags=["x"])
    counts = (night.created, night.replaced, night.unchanged, night.gone, night.refused, night.failed)
    assert counts == (5, 1, 0, 1, 1, 2)
    assert (night.missing, night.held, night.flags) == (4, 9, ("x",))


def test_missing_is_what_never_came() -> None:
    visits = [
        visit("http://x/a", "failed"),
        visit("http://x/a", "new"),
        visit("http://x/b", "new"),
        visit("http://x/b", "gone"),
        visit("http://x/c", "refused"),
        visit("http://x/p2", "gone", "listing"),
    ]
    assert never_given(visits) == 1
