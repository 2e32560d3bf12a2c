"""Good manners as rules: contact, night, caps, the breaker, robots.txt, pace, http and https."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import DownloadConnectionRefusedError
from scrapy.http import Request, Response

from crawl.hosts import Host, HostBook, Robots, host_key, origin_of
from crawl.ledger import Ledger
from crawl.manners import AWAY, FAILURES_IN_A_ROW, REFUSALS_IN_A_ROW, Manners, Rules, retry_seconds
from crawl.middlewares import TwinMiddleware, twin_url
from crawl.night import SHANGHAI, Window, day_of, moment_of, night_of, parse_window, stamp
from crawl.pace import next_delay
from crawl.robots import from_answer, from_silence, is_fresh, verdict
from crawl.settings import with_jitter

REAL = "http://www.a.gov.cn/index.html"
NOON = datetime(2024, 3, 1, 12, 0, tzinfo=SHANGHAI)
MIDNIGHT = datetime(2024, 3, 1, 0, 30, tzinfo=SHANGHAI)


class Clock:
    def __init__(self, now: datetime = MIDNIGHT) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def book(tmp_path: Path) -> HostBook:
    return HostBook(Ledger(tmp_path / "ledger.sqlite"))


def manners(book: HostBook, clock: Clock | None = None, **rules: Any) -> Manners:
    clock = clock or Clock()
    return Manners(book, Rules(**{"contact": "a@b.cn", **rules}), clock=clock, wall=clock)


# ------------------------------------------------------------------------------------------ contact, night, daily cap


def test_no_real_host_without_a_contact(book: HostBook) -> None:
    silent = manners(book, contact=None, private_hosts=frozenset({"127.0.0.1"}))
    assert "YUJUE_CRAWL_CONTACT" in (silent.refusal(REAL) or "")
    assert silent.refusal("http://127.0.0.1:8630/x") is None, "a test source needs none"
    assert manners(book).refusal(REAL) is None


def test_real_hosts_are_asked_at_night_only(book: HostBook) -> None:
    clock = Clock(NOON)
    polite = manners(book, clock, window=parse_window("20:00-08:00"), private_hosts=frozenset({"127.0.0.1"}))
    assert "20:00-08:00 Asia/Shanghai" in (polite.refusal(REAL) or "")
    assert polite.refusal("http://127.0.0.1:1/x") is None
    clock.now = MIDNIGHT
    assert polite.refusal(REAL) is None
    clock.now = MIDNIGHT.replace(hour=8)
    assert "outside the night window" in (polite.refusal(REAL) or ""), "it ends in the middle of a crawl, too"


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [("20:00-08:00", (20, 23, 0, 7), (8, 12, 19)), ("01:00-05:30", (1, 5), (0, 6, 23)),
     ("22:00-24:00", (22, 23), (0, 21))],
)  # fmt: skip
def test_windows(text: str, inside: tuple[int, ...], outside: tuple[int, ...]) -> None:
    window = parse_window(text)
    assert window is not None
    assert all(window.open_at(MIDNIGHT.replace(hour=hour, minute=0)) for hour in inside)
    assert not any(window.open_at(MIDNIGHT.replace(hour=hour, minute=0)) for hour in outside)


def test_windows_are_by_the_clock_of_the_office_wherever_we_are() -> None:
    window = Window(time(20), time(8))
    assert window.open_at(datetime(2024, 3, 1, 12, 0, tzinfo=UTC))
    assert not window.open_at(datetime(2024, 3, 1, 0, 1, tzinfo=UTC))
    assert parse_window("always") is None
    assert parse_window("00:00-24:00") is None
    for wrong in ("", "8-20", "24:01-02:00", "08:60-09:00", "night"):
        with pytest.raises(ValueError, match="hour"):
            parse_window(wrong)


def test_a_host_is_asked_so_often_a_day(book: HostBook) -> None:
    clock = Clock()
    first = manners(book, clock, daily_cap=3)
    for _ in range(3):
        assert first.refusal(REAL) is None
        first.asked(REAL)
    assert "3 times today" in (first.refusal(REAL) or "")
    assert first.refusal("http://www.b.gov.cn/") is None
    assert "3 times today" in (manners(book, clock, daily_cap=3).refusal(REAL) or ""), "counted in the ledger"
    clock.now += timedelta(days=1)
    assert first.refusal(REAL) is None
    assert book.asked("www.a.gov.cn", day_of(MIDNIGHT)) == 3


# -------------------------------------------------------------------------------------------------------- the breaker


def test_429_closes_at_once_and_for_longer_each_time(book: HostBook) -> None:
    clock = Clock()
    for strike, away in enumerate((*AWAY, AWAY[-1]), 1):
        now = manners(book, clock)
        assert now.refusal(REAL) is None
        assert now.answered(REAL, 429, None, 0) is None
        assert (now.refusal(REAL) or "").startswith("not asked: the host refused earlier in this run (status 429")
        host = book.host("www.a.gov.cn")
        assert (host.strikes, moment_of(host.until or "")) == (strike, clock.now + away)
        left = manners(book, clock).refusal(REAL) or ""
        assert f"left alone until {host.until}" in left
        clock.now += away + timedelta(seconds=1)


def test_refusals_and_failures_in_a_row(book: HostBook) -> None:
    def after(*statuses: int) -> str | None:
        one = manners(book)
        for status in statuses:
            one.answered("http://h.gov.cn/", status, None, 0)
        found = one.refusal("http://h.gov.cn/")
        book.write_host(Host("h.gov.cn"))
        return found

    assert after(*[403] * (REFUSALS_IN_A_ROW - 1)) is None
    assert "5 times in a row, at last status 403" in (after(*[403] * REFUSALS_IN_A_ROW) or "")
    assert after(*[403, 403, 403, 403, 200] * 3) is None, "a page that may be read breaks the row"
    assert after(*[500] * (FAILURES_IN_A_ROW - 1)) is None
    assert "status 502" in (after(*[502] * FAILURES_IN_A_ROW) or "")
    assert after(*[404] * 50) is None, "a dead link is no refusal"
    assert "troubles in" in (after(*[403, 200] * 40) or ""), "scattered ones have a budget"


def test_a_host_that_refused_before_need_not_say_it_five_times(book: HostBook) -> None:
    clock = Clock()
    book.write_host(Host("www.a.gov.cn", strikes=1, until=stamp(clock.now - timedelta(minutes=1)), reason="status 403"))
    again = manners(book, clock)
    assert again.refusal(REAL) is None
    again.answered(REAL, 403, None, 0)
    assert again.refusal(REAL) is None
    again.answered(REAL, 403, None, 0)
    assert again.refusal(REAL) is not None
    assert book.host("www.a.gov.cn").strikes == 2


def test_three_good_answers_and_it_is_forgotten(book: HostBook) -> None:
    book.write_host(Host("www.a.gov.cn", strikes=2, until=stamp(MIDNIGHT - timedelta(minutes=1)), reason="status 403"))
    again = manners(book)
    for _ in range(3):
        assert book.host("www.a.gov.cn").strikes == 2
        again.answered(REAL, 200, None, 10)
    host = book.host("www.a.gov.cn")
    assert (host.strikes, host.until, host.reason) == (0, None, "status 403")


def test_silence_closes_for_this_run_only(book: HostBook) -> None:
    one = manners(book)
    for _ in range(FAILURES_IN_A_ROW):
        assert one.refusal(REAL) is None
        one.silent(REAL)
    assert one.refusal(REAL) == "not asked: 9 requests in a row failed"
    assert manners(book).refusal(REAL) is None


def test_script_challenges_are_refusals(book: HostBook) -> None:
    """Status 200 and a firewall's page: the status says welcome, the page does not."""
    one = manners(book)
    for _ in range(REFUSALS_IN_A_ROW - 1):
        one.answered(REAL, 200, None, 10)
        one.challenged(REAL)
    assert one.refusal(REAL) is None
    one.welcomed(REAL)
    for _ in range(REFUSALS_IN_A_ROW):
        assert one.refusal(REAL) is None
        one.answered(REAL, 200, None, 10)
        one.challenged(REAL)
    assert "5 script challenges in a row" in (one.refusal(REAL) or "")
    assert book.host("www.a.gov.cn").strikes == 1


def test_retry_after_is_kept_within_bounds(book: HostBook) -> None:
    one = manners(book)
    assert [one.answered(REAL, 429, "20", 0) for _ in range(3)] == [20.0] * 3
    assert one.refusal(REAL) is None
    assert one.answered(REAL, 429, "20", 0) is None, "three waits a run, then it is a refusal"
    assert one.refusal(REAL) is not None
    other = manners(book)
    assert other.answered("http://b.gov.cn/", 503, "864000000", 0) is None
    assert moment_of(book.host("b.gov.cn").until or "") == MIDNIGHT + AWAY[-1], "no longer than two weeks"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("", None), ("soon", None), ("-5", None), ("120", 120.0), (" 7 ", 7.0), ("9" * 50, 1e9), ("①", None),
     ("Fri, 01 Mar 2024 00:00:30 GMT", 30.0), ("Fri, 01 Mar 2020 00:00:00 GMT", 0.0), ("Fri, 01 Mar 2024", None)],
)  # fmt: skip
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_seconds(value, datetime(2024, 3, 1, tzinfo=UTC)) == seconds


@given(st.text(max_size=60))
def test_retry_after_of_any_text(value: str) -> None:
    found = retry_seconds(value, datetime(2024, 3, 1, tzinfo=UTC))
    assert found is None or found >= 0


# --------------------------------------------------------------------------------------------------------- robots.txt

ORIGIN = "http://www.a.gov.cn"
RULES = b"User-agent: *\nDisallow: /private/\nCrawl-delay: 3\n"


def test_robots_are_fresh_for_a_day() -> None:
    known = from_answer(ORIGIN, None, 200, RULES, MIDNIGHT)
    assert (known.state, known.body) == ("rules", RULES)
    assert is_fresh(known, MIDNIGHT + timedelta(hours=23))
    assert not is_fresh(known, MIDNIGHT + timedelta(hours=24))
    assert is_fresh(known, MIDNIGHT - timedelta(hours=1)), "a run taken up under the time it began with"
    assert not is_fresh(known, MIDNIGHT - timedelta(hours=12)), "a clock that was set back"
    rules = verdict(known, MIDNIGHT).rules
    assert rules is not None
    assert not rules.can_fetch(f"{ORIGIN}/private/x", "yujue")
    assert rules.crawl_delay("yujue") == 3


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [(200, RULES, "rules"), (404, b"", "none"), (403, b"", "none"), (401, b"", "none"), (200, b"<html></html>", "none"),
     (429, b"", "unreachable"), (500, b"", "unreachable"), (503, RULES, "unreachable"), (200, b"", "rules")],
)  # fmt: skip
def test_what_an_answer_means(status: int, body: bytes, state: str) -> None:
    assert from_answer(ORIGIN, None, status, body, MIDNIGHT).state == state


def test_robots_that_cannot_be_read() -> None:
    """RFC 9309: forbid all; but keep to a copy, and after 30 days without one take it as none."""
    lost = from_silence(ORIGIN, None, "status 503", MIDNIGHT)
    assert not is_fresh(lost, MIDNIGHT)
    assert verdict(lost, MIDNIGHT).refusal == "robots.txt could not be read (status 503)"
    still = from_silence(ORIGIN, lost, "timeout", MIDNIGHT + timedelta(days=29))
    assert still.failing_since == lost.failing_since
    assert verdict(still, MIDNIGHT + timedelta(days=29)).refusal is not None
    late = verdict(still, MIDNIGHT + timedelta(days=30))
    assert (late.refusal, late.rules) == (None, None)
    assert "taken as none" in (late.warning or "")

    known = from_answer(ORIGIN, None, 200, RULES, MIDNIGHT)
    kept = from_silence(ORIGIN, known, "status 503", MIDNIGHT + timedelta(days=2))
    found = verdict(kept, MIDNIGHT + timedelta(days=2))
    assert found.refusal is None
    assert found.rules is not None
    assert not found.rules.can_fetch(f"{ORIGIN}/private/x", "yujue")
    assert "the copy of" in (found.warning or "")
    back = from_answer(ORIGIN, kept, 200, RULES, MIDNIGHT + timedelta(days=3))
    assert back.failing_since is None


def test_robots_come_back_from_the_ledger(book: HostBook) -> None:
    known = from_silence(ORIGIN, from_answer(ORIGIN, None, 200, RULES, MIDNIGHT), "x", MIDNIGHT)
    book.write_robots(known)
    assert book.robots(ORIGIN) == known
    assert book.robots("https://www.a.gov.cn") is None, "http and https are two"
    assert book.all_robots() == [known]


def test_what_counts_as_one_host() -> None:
    assert host_key("http://WWW.a.gov.cn:8080/x", ()) == "www.a.gov.cn"
    assert host_key("http://127.0.0.1:8080/x", {"127.0.0.1"}) == "127.0.0.1:8080"
    assert origin_of("http://u:p@A.gov.cn:81/x?y") == "http://a.gov.cn:81"


# --------------------------------------------------------------------------------------------------------- pace, twins


@given(st.floats(0, 100), st.floats(0, 300), st.floats(0, 100), st.booleans())
def test_the_pace_keeps_its_floor_and_its_end(delay: float, latency: float, least: float, good: bool) -> None:
    found = next_delay(delay, latency, least, good=good)
    assert found >= least
    assert good or found >= delay, "an error page makes nobody faster"
    assert found <= max(60.0, least, delay)


def test_jitter_only_adds() -> None:
    delay, jitter = with_jitter(2.0)
    assert delay * (1 - jitter) == pytest.approx(2.0)
    assert delay * (1 + jitter) == pytest.approx(2.4)


def test_nights() -> None:
    assert night_of(datetime(2024, 3, 1, 23, 0, tzinfo=SHANGHAI)) == "2024-03-01"
    assert night_of(datetime(2024, 3, 2, 11, 59, tzinfo=SHANGHAI)) == "2024-03-01"
    assert night_of(datetime(2024, 3, 2, 12, 0, tzinfo=SHANGHAI)) == "2024-03-02"
    assert stamp(moment_of("2024-03-01T02:03:04Z")) == "2024-03-01T02:03:04Z"


def test_http_and_https_twins(book: HostBook) -> None:
    """A host with no server on http is asked on https, once; and there at once the next time."""
    assert twin_url("http://a.gov.cn/x?y=1") == "https://a.gov.cn/x?y=1"
    assert twin_url("https://a.gov.cn/x") == "http://a.gov.cn/x"
    assert twin_url("http://a.gov.cn:8080/x") is None

    def middleware() -> TwinMiddleware:
        spider = SimpleNamespace(recorder=SimpleNamespace(manners=manners(book)))
        return TwinMiddleware(SimpleNamespace(spider=spider))  # type: ignore[arg-type]

    first = middleware()
    request = Request(REAL)
    assert first.process_request(request) is None
    again = first.process_exception(request, DownloadConnectionRefusedError("refused"))
    assert again is not None
    assert again.url == "https://www.a.gov.cn/index.html"
    assert first.process_exception(again, DownloadConnectionRefusedError("refused")) is None, "not round and round"
    first.process_response(again, Response(again.url))
    assert book.host("www.a.gov.cn").scheme == "https"
    known = middleware().process_request(Request(REAL))
    assert known is not None
    assert known.url.startswith("https://")
    assert middleware().process_request(known) is None
    assert first.process_exception(Request(REAL), ValueError("a bug")) is None
    first.crawler.spider.recorder.manners.answered(REAL, 200, None, 1)  # type: ignore[union-attr]
    assert first.process_exception(Request(REAL), DownloadConnectionRefusedError("x")) is None, "it speaks http"


def test_the_book_of_robots_takes_what_it_gets(book: HostBook) -> None:
    book.write_robots(Robots(ORIGIN, "none", stamp(MIDNIGHT), reason="status 404"))
    book.write_robots(Robots(ORIGIN, "rules", stamp(NOON), body=b"\xff\x00"))
    found = book.robots(ORIGIN)
    assert found is not None
    assert (found.state, found.body, found.reason) == ("rules", b"\xff\x00", None)
