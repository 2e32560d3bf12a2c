"""When an address is asked again, and where a walk of a listing ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.listing_walk import ListingWalk, PageRead
from crawl.pager import Further, Step
from crawl.schedule import Known, is_due, is_stale, spread, turn_of
from crawl.schema import Outcome

NOW = datetime(2026, 3, 26, 14, 0, tzinfo=UTC)


def known(days: float, outcome: Outcome = "unchanged", published: str | None = "2026-03-01", **more: object) -> Known:
    at = (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Known("http://a/x", "attachment", outcome, at, at, published_date=published, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "published", "outcome", "due"),
    [
        (1, "2026-03-20", "new", False),  # the night after nothing is asked again
        (4, "2026-03-20", "new", True),
        (4, "2025-12-01", "unchanged", False),
        (36, "2025-12-01", "unchanged", True),
        (36, "2024-03-01", "unchanged", False),
        (210, "2024-03-01", "replaced", True),
        (210, "2019-03-01", "unchanged", False),
        (430, "2019-03-01", "unchanged", True),
        (1, "2026-03-20", "failed", True),
        (0.5, "2026-03-20", "refused", False),
        (10, "2026-03-20", "gone", False),
        (17, "2026-03-20", "gone", True),
        (4, None, "new", True),  # without a date it is as old as our first visit
        (4, "no date", "new", True),
        (-2, "2026-03-20", "new", True),  # a clock that was set back
    ],
)
def test_young_ones_often_old_ones_rarely(days: float, published: str | None, outcome: Outcome, due: bool) -> None:
    assert is_due(known(days, outcome, published), NOW) is due


def test_a_notice_of_a_run_that_was_cut_short_is_asked_at_once() -> None:
    """Its files may never have been asked for."""
    one = known(0.1)
    notice = Known(one.url, "notice", "new", one.at, one.first_at, settled=False)
    assert is_due(notice, NOW)
    assert not is_due(Known(one.url, "notice", "new", one.at, one.first_at), NOW)


@given(st.text(max_size=50), st.integers(1, 400))
def test_turns_are_spread_a_little_and_always_the_same(name: str, days: int) -> None:
    turn = timedelta(days=days)
    assert turn * 0.84 < spread(turn, name) < turn * 1.16
    assert spread(turn, name) == spread(turn, name)


def test_what_was_found_in_one_night_does_not_come_due_in_one_night() -> None:
    turns = {turn_of(Known(f"http://a/{n}", "attachment", "new", "2026-03-20T00:00:00Z", "2026-03-20T00:00:00Z",
                           published_date="2025-06-01")).days for n in range(200)}  # fmt: skip
    assert len(turns) > 5


def test_every_page_is_seen_about_once_a_month() -> None:
    assert is_stale(None, NOW, "130630_laiyuan")
    assert not is_stale("2026-03-25T14:00:00Z", NOW, "130630_laiyuan")
    assert is_stale("2026-02-01T14:00:00Z", NOW, "130630_laiyuan")


# -- walks --------------------------------------------------------------------------------------------------------


def steps(*names: str) -> Further:
    return Further("links", steps=tuple(Step(name) for name in names))


def page(name: str, unknown: int = 0, *links: str) -> PageRead:
    return PageRead(f"digest of {name}", links or (f"{name}/a",), unknown)


def test_a_night_ends_one_page_behind_the_first_quiet_one() -> None:
    walk = ListingWalk(10, overlap=1)
    walk.start(Step("p1"))
    assert walk.next() == Step("p1")
    walk.read("p1", page("p1"), steps("p2", "p3"))
    assert walk.next() == Step("p2")
    walk.read("p2", page("p2"), steps("p3"))
    assert walk.next() is None
    assert walk.ended == "all known"


def test_something_unknown_keeps_the_walk_going() -> None:
    walk = ListingWalk(10, overlap=1)
    walk.start(Step("p1"))
    walk.next()
    walk.read("p1", page("p1"), steps("p2", "p3", "p4", "p5"))
    walk.next()
    walk.read("p2", page("p2", 1), steps())
    assert walk.next() == Step("p3")
    walk.read("p3", page("p3"), steps())
    assert walk.next() == Step("p4")
    walk.read("p4", page("p4"), steps())
    assert walk.next() is None


def test_the_second_address_of_a_probe_only_where_the_first_gave_nothing() -> None:
    further = Further(steps=(Step("i1", guessed=True), Step("i2"), Step("i3", guessed=True, unless="i1")))
    for first_came in (True, False):
        walk = ListingWalk(10)
        walk.start(Step("i"))
        walk.next()
        walk.read("i", page("i", 1), further)
        asked = []
        while (step := walk.next()) is not None:
            asked.append(step.url)
            if step.url == "i1" and not first_came:
                walk.missed("i1")
            else:
                walk.read(step.url, page(step.url, 1), further)
        assert asked == (["i1", "i2"] if first_came else ["i1", "i2", "i3"])


def test_a_page_one_under_another_number_is_not_taken_for_an_answer() -> None:
    """A server that answers index_1 with page 1: the other rule holds, and index_2 is asked for."""
    further = Further(steps=(Step("i1", guessed=True), Step("i2", guessed=True, unless="i1")))
    walk = ListingWalk(10)
    walk.start(Step("i"))
    walk.next()
    walk.read("i", page("i", 1), further)
    walk.next()
    assert not walk.read("i1", page("i", 1), further)
    assert walk.next() == Step("i2", guessed=True, unless="i1")


def test_addresses_by_a_rule_that_does_not_hold_are_given_up() -> None:
    walk = ListingWalk(100)
    walk.start(Step("p"))
    walk.next()
    walk.read("p", page("p", 1), steps(*(f"p{number}" for number in range(24))))
    asked = 0
    while (step := walk.next()) is not None:
        walk.missed(step.key)
        asked += 1
    assert (asked, walk.ended) == (3, "lost")


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 5)), max_size=60), st.integers(1, 20))
def test_every_walk_ends_within_its_limit(answers: list[tuple[bool, int, int]], limit: int) -> None:
    """Whatever the pages say, no page is asked for twice and never more than the limit."""
    walk = ListingWalk(limit, overlap=1)
    walk.start(Step("p0"))
    asked: list[str] = []
    script = iter(answers)
    while (step := walk.next()) is not None:
        asked.append(step.key)
        came, unknown, ahead = next(script, (True, 1, 1))
        number = int(step.key[1:])
        if came:
            walk.read(step.key, page(step.key, unknown), steps(*(f"p{number + n}" for n in range(ahead + 1))))
        else:
            walk.missed(step.key)
    assert len(asked) == len(set(asked)) <= limit
