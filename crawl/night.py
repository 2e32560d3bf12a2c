"""Nights: when real hosts may be asked, and which runs belong together. Pure functions.

The offices whose servers we read work by Beijing time, so nights and days are counted there: +08:00 all year
(China has had no summer time since 1991), whatever zone this machine is set to.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, timezone

import msgspec

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
_WINDOW = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)")


class Window(msgspec.Struct, frozen=True):
    """Hours of the day, Asia/Shanghai; start after end: over midnight."""

    start: time
    end: time

    def open_at(self, moment: datetime) -> bool:
        """Whether a moment (aware) lies in the window."""
        clock = moment.astimezone(SHANGHAI).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def parse_window(text: str) -> Window | None:
    """`22:00-06:00`; None for `always`, and for a window that is the whole day. Raises ValueError for anything else."""
    text = text.strip()
    if text.lower() == "always":
        return None
    found = _WINDOW.fullmatch(text)
    if not found:
        raise ValueError(f"expected hours like 20:00-08:00 (Asia/Shanghai) or 'always', not {text!r}")
    minutes = [int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])]
    if any(one > 24 * 60 for one in minutes):
        raise ValueError(f"there is no such hour: {text!r}")
    start, end = (time(*divmod(one % (24 * 60), 60)) for one in minutes)
    return None if start == end else Window(start, end)


def moment_of(at: str) -> datetime:
    """A time as the ledger has it (UTC, ISO 8601 with seconds and Z)."""
    return datetime.fromisoformat(at).astimezone(UTC)


def stamp(moment: datetime) -> str:
    """A moment as the ledger has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def night_of(moment: datetime) -> str:
    """The night a moment belongs to, named by the date of its evening: from noon to noon, Asia/Shanghai."""
    return (moment.astimezone(SHANGHAI) - timedelta(hours=12)).date().isoformat()


def day_of(moment: datetime) -> str:
    """The calendar day of a moment in Asia/Shanghai (daily caps are counted by it)."""
    return moment.astimezone(SHANGHAI).date().isoformat()
