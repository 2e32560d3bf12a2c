"""Manners: whether a host may be asked now, and what its answers mean for the next request.

One `Manners` lives as long as a crawl; what must outlive it (a host that refused us, requests of the day) is in the
ledger. Rules:

- a real host (not one of our own network that the source is written with) is asked only with a contact in the user
  agent, inside the night window (Asia/Shanghai), and at most so many times a day;
- refusals (401, 403, 429, script challenges …) and server trouble (5xx) in a row open the breaker: the host is left
  alone for 6 h, then 1, 3, 7, 14 days; 429 opens it at once, unless Retry-After names a short wait, which is kept
  (three times a run);
- a host that does not answer at all is given up for the rest of the run only: it refused nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from crawl.hosts import Host, HostBook, host_key
from crawl.night import Window, day_of, moment_of, stamp

AWAY: Final = (
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=14),
)
LONGEST_WAIT_SECONDS: Final = 60.0  # a Retry-After up to this is waited for, a longer one ends the visit to this host
WAITS_PER_RUN: Final = 3
REFUSALS_IN_A_ROW: Final = 5
FAILURES_IN_A_ROW: Final = 9  # 5xx and silence; each retry counts
BUDGET: Final = 30  # troubles of a run, however scattered …
BUDGET_SHARE: Final = 10  # … plus one in so many requests
FORGIVEN_AFTER: Final = 3  # good answers, once the time is up
_REFUSED: Final = frozenset({401, 403, 407, 412, 422, 429, 451, 521})


class Rules(msgspec.Struct, frozen=True):
    """What the operator decided. window: None for any hour. daily_cap: requests to one host in a day."""

    private_hosts: frozenset[str] = frozenset()
    contact: str | None = None
    window: Window | None = None
    daily_cap: int = 10_000


class _Run(msgspec.Struct):
    """Counts of one host in this run."""

    asked: int = 0
    refused_in_a_row: int = 0
    failed_in_a_row: int = 0
    troubles: int = 0
    waits: int = 0
    good: int = 0
    challenged_in_a_row: int = 0
    closed: str | None = None


class Manners:
    """Decides for one crawl. clock: the run's time (stamps the ledger); wall: the time outside (the night window)."""

    def __init__(
        self, book: HostBook, rules: Rules, *, clock: Callable[[], datetime], wall: Callable[[], datetime]
    ) -> None:
        self.book = book
        self.rules = rules
        self.clock = clock
        self.wall = wall
        self._runs: dict[str, _Run] = {}
        self._hosts: dict[str, Host] = {}

    def host(self, url: str) -> Host:
        """What is known of the host of a url."""
        key = host_key(url, self.rules.private_hosts)
        if key not in self._hosts:
            self._hosts[key] = self.book.host(key)
        return self._hosts[key]

    def refusal(self, url: str) -> str | None:
        """Why the host is not asked now, in one plain line starting with `not asked`; None when it may be."""
        host = self.host(url)
        real = not _is_private(url, self.rules.private_hosts)
        if real and self.rules.contact is None:
            return "not asked: no contact in the user agent (set YUJUE_CRAWL_CONTACT to a mail or web address)"
        if real and self.rules.window is not None and not self.rules.window.open_at(self.wall()):
            return f"not asked: outside the night window {self.rules.window} Asia/Shanghai (YUJUE_CRAWL_NIGHT)"
        run = self._run(host.host)
        if run.closed is not None:
            return f"not asked: {run.closed}"
        if host.until is not None and self.clock() < moment_of(host.until):
            return f"not asked: {host.host} is left alone until {host.until} ({host.reason}; strike {host.strikes})"
        if self.book.asked(host.host, day_of(self.clock())) >= self.rules.daily_cap:
            return f"not asked: {host.host} was asked {self.rules.daily_cap} times today (YUJUE_CRAWL_DAILY_CAP)"
        return None

    def asked(self, url: str) -> None:
        """A request goes out."""
        host = self.host(url).host
        self._run(host).asked += 1
        self.book.count(host, day_of(self.clock()), requests=1)

    def answered(self, url: str, status: int, retry_after: str | None, size: int) -> float | None:
        """An answer came. Seconds to wait before the same request is made again; None: it stands."""
        host = self.host(url)
        run = self._run(host.host)
        if size:
            self.book.count(host.host, day_of(self.clock()), received=size)
        if status in _REFUSED or status >= 500:
            return self._trouble(host, run, status, retry_seconds(retry_after, self.clock()))
        run.refused_in_a_row = run.failed_in_a_row = 0
        run.good += 1
        if host.strikes and run.good == FORGIVEN_AFTER:
            self._write(msgspec.structs.replace(host, strikes=0, until=None))
        return None

    def silent(self, url: str) -> None:
        """No answer came: refused connection, timeout, broken transfer."""
        run = self._run(self.host(url).host)
        run.failed_in_a_row += 1
        run.troubles += 1
        if run.failed_in_a_row >= FAILURES_IN_A_ROW:
            run.closed = f"{run.failed_in_a_row} requests in a row failed"

    def challenged(self, url: str) -> None:
        """The answer looked good, but was the script challenge of a firewall: a refusal in other words."""
        host = self.host(url)
        run = self._run(host.host)
        run.challenged_in_a_row += 1
        if run.challenged_in_a_row >= (2 if host.strikes else REFUSALS_IN_A_ROW) and run.closed is None:
            self._open(host, run, f"{run.challenged_in_a_row} script challenges in a row")

    def welcomed(self, url: str) -> None:
        """What was asked for came."""
        self._run(self.host(url).host).challenged_in_a_row = 0

    def has_answered(self, url: str) -> bool:
        """Whether the host gave a good answer in this run."""
        return self._run(self.host(url).host).good > 0

    def _trouble(self, host: Host, run: _Run, status: int, wait: float | None) -> float | None:
        run.troubles += 1
        if status in {429, 503} and wait is not None:
            if wait <= LONGEST_WAIT_SECONDS and run.waits < WAITS_PER_RUN:
                run.waits += 1
                return wait
            self._open(host, run, f"status {status}, Retry-After {wait:.0f} s", timedelta(seconds=wait))
            return None
        if status >= 500 and status not in _REFUSED:
            run.failed_in_a_row += 1
        else:
            run.refused_in_a_row += 1
        limit = 2 if host.strikes else REFUSALS_IN_A_ROW  # one that had us away before need not say it five times
        if status == 429:
            self._open(host, run, "status 429 (too many requests)")
        elif run.refused_in_a_row >= limit or run.failed_in_a_row >= FAILURES_IN_A_ROW:
            count = max(run.refused_in_a_row, run.failed_in_a_row)
            self._open(host, run, f"{count} times in a row, at last status {status}")
        elif run.troubles > BUDGET + run.asked // BUDGET_SHARE:
            self._open(host, run, f"{run.troubles} troubles in {run.asked} requests, at last status {status}")
        return None

    def _open(self, host: Host, run: _Run, reason: str, asked_for: timedelta = timedelta(0)) -> None:
        now = self.clock()
        away = min(max(AWAY[min(host.strikes, len(AWAY) - 1)], asked_for), AWAY[-1])
        run.closed = f"the host refused earlier in this run ({reason})"
        self._write(
            msgspec.structs.replace(
                host, strikes=host.strikes + 1, until=stamp(now + away), reason=reason, since=stamp(now)
            )
        )

    def note_tls(self, url: str) -> None:
        """The host speaks only old TLS."""
        self._write(msgspec.structs.replace(self.host(url), tls="legacy"))

    def note_scheme(self, url: str, scheme: str) -> None:
        """The host answers on this scheme, not on the other."""
        self._write(msgspec.structs.replace(self.host(url), scheme=scheme))

    def _write(self, host: Host) -> None:
        self._hosts[host.host] = host
        self.book.write_host(host)

    def _run(self, host: str) -> _Run:
        return self._runs.setdefault(host, _Run())


def _is_private(url: str, private_hosts: frozenset[str]) -> bool:
    return host_key(url, private_hosts) != host_key(url, ())


def retry_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date); None when it says nothing usable."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:12]), 10**9))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        return None
    return max(0.0, (moment - now).total_seconds())
