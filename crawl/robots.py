"""robots.txt by RFC 9309, kept in the ledger so that it is asked for once a day. Pure but for its callers.

| what came | state | what it means |
|---|---|---|
| 200, rules | rules | they are kept; what follows the first 512,000 bytes is not read (2.5) |
| 200, a page | none | a soft 404: no rules |
| 4xx but 429 | none | all may be asked (2.3.1.3) |
| more than five redirects, a redirect to another site | none | as above (2.3.1.2) |
| 429, 5xx, no answer | unreachable | nothing is asked (2.3.1.4); a copy we hold is used instead (2.4), and after 30 days without one all may be asked |
"""  # noqa: E501 (a table)

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec
from protego import Protego

from crawl.hosts import Robots
from crawl.night import moment_of, stamp
from crawl.sentinel import body_kind

MAX_ROBOTS_BYTES: Final = 512_000  # RFC 9309, 2.5: at least 500 KiB
FRESH: Final = timedelta(hours=24)  # RFC 9309, 2.4
# a run that is taken up under the time it began with sees what it wrote later than that
AHEAD: Final = timedelta(hours=12)
GIVEN_UP: Final = timedelta(days=30)  # RFC 9309, 2.3.1.4: "a reasonably long period of time (for example, 30 days)"


class Verdict(msgspec.Struct, frozen=True):
    """What a robots.txt says to us. refusal: nothing may be asked, and why. rules: None when all may be asked."""

    refusal: str | None = None
    rules: Protego | None = None
    warning: str | None = None


def is_fresh(known: Robots, now: datetime) -> bool:
    """Whether it need not be asked for again."""
    return known.state != "unreachable" and -AHEAD < now - moment_of(known.checked_at) < FRESH


def from_answer(origin: str, known: Robots | None, status: int, body: bytes, now: datetime) -> Robots:
    """What an answer of the server makes of it."""
    if status == 429 or status >= 500:
        return from_silence(origin, known, f"status {status}", now)
    at = stamp(now)
    if status == 200 and body_kind(body) not in {"html", "xml"}:
        return Robots(origin, "rules", at, fetched_at=at, body=body[:MAX_ROBOTS_BYTES])
    reason = f"status {status}" if status != 200 else "a page came instead of rules"
    return Robots(origin, "none", at, fetched_at=at, reason=reason)


def from_silence(origin: str, known: Robots | None, reason: str, now: datetime) -> Robots:
    """What the want of an answer makes of it: an earlier copy is kept."""
    at = stamp(now)
    since = known.failing_since if known and known.failing_since else at
    body, fetched = (known.body, known.fetched_at) if known else (None, None)
    return Robots(origin, "unreachable", at, fetched_at=fetched, failing_since=since, reason=reason, body=body)


def verdict(robots: Robots, now: datetime) -> Verdict:
    """What it says to us now."""
    rules = Protego.parse(robots.body.decode("utf-8", "ignore")) if robots.body is not None else None
    if robots.state != "unreachable":
        return Verdict(rules=rules)
    since = robots.failing_since or robots.checked_at
    if rules is not None:
        return Verdict(
            rules=rules,
            warning=f"robots.txt of {robots.origin} cannot be read since {since} ({robots.reason}); "
            f"the copy of {robots.fetched_at} is kept to",
        )
    if now - moment_of(since) >= GIVEN_UP:
        return Verdict(warning=f"robots.txt of {robots.origin} cannot be read since {since}: taken as none (RFC 9309)")
    return Verdict(refusal=f"robots.txt could not be read ({robots.reason})")
