"""What the ledger knows of hosts: who asked us to keep away, their robots.txt, and how much we asked of them.

Times are UTC, ISO 8601 with seconds, by the clock of the run. A host is `name`, or `address:port` on our own network.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from crawl.address import host_of
from crawl.ledger import Ledger

Tls = Literal["modern", "legacy"]
RobotsState = Literal["rules", "none", "unreachable"]


class Host(msgspec.Struct, frozen=True):
    """strikes: how often in a row it was found to refuse us; until: left alone till then; reason, since: of the last
    time. tls: legacy where only old TLS is spoken. scheme: the one that answers, where the other one does not."""

    host: str
    strikes: int = 0
    until: str | None = None
    reason: str | None = None
    since: str | None = None
    tls: Tls = "modern"
    scheme: str | None = None


class Robots(msgspec.Struct, frozen=True):
    """The robots.txt of one origin (scheme, host and port).

    state: rules (body holds them), none (all may be asked), unreachable (RFC 9309, 2.3.1.4; body is then the last
    copy, if there ever was one). checked_at: last asked for; fetched_at: when body came; failing_since: first of the
    failures in a row.
    """

    origin: str
    state: RobotsState
    checked_at: str
    fetched_at: str | None = None
    failing_since: str | None = None
    reason: str | None = None
    body: bytes | None = None


class Asked(msgspec.Struct, frozen=True):
    """Requests to a host on one day (Asia/Shanghai), redirects, retries and robots.txt included; bytes received."""

    host: str
    day: str
    requests: int
    bytes: int


def host_key(url: str, private_hosts: Collection[str]) -> str:
    """What counts as one host. On our own network each port is a server of its own (tests)."""
    host = host_of(url)
    return f"{host}:{urlsplit(url).port or ''}" if host in private_hosts else host


def origin_of(url: str) -> str:
    """Scheme, host and port (RFC 9309, 2.3: the authority a robots.txt speaks for)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rsplit('@', 1)[-1].lower()}"


class HostBook:
    """Reads and writes the host tables of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def host(self, name: str) -> Host:
        """What is known of a host; a blank page for one we never had trouble with."""
        rows = self._ledger.query(
            "SELECT host, strikes, until, reason, since, tls, scheme FROM hosts WHERE host = ?", name
        )
        return Host(*rows[0]) if rows else Host(name)

    def hosts(self) -> list[Host]:
        """Every host we had trouble with, by name."""
        rows = self._ledger.query("SELECT host, strikes, until, reason, since, tls, scheme FROM hosts ORDER BY host")
        return [Host(*row) for row in rows]

    def write_host(self, host: Host) -> None:
        """Replace what is known of a host."""
        values = msgspec.structs.astuple(host)
        with self._ledger.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO hosts (host, strikes, until, reason, since, tls, scheme) "
                "VALUES (?,?,?,?,?,?,?)",
                values,
            )

    def robots(self, origin: str) -> Robots | None:
        """The robots.txt of an origin as last seen."""
        rows = self._ledger.query(f"{_ROBOTS} WHERE origin = ?", origin)
        return Robots(*rows[0]) if rows else None

    def all_robots(self) -> list[Robots]:
        """Every robots.txt asked for, by origin."""
        return [Robots(*row) for row in self._ledger.query(f"{_ROBOTS} ORDER BY origin")]

    def write_robots(self, robots: Robots) -> None:
        """Replace what is known of an origin's robots.txt."""
        with self._ledger.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO robots (origin, state, checked_at, fetched_at, failing_since, reason, body) "
                "VALUES (?,?,?,?,?,?,?)",
                msgspec.structs.astuple(robots),
            )

    def count(self, host: str, day: str, *, requests: int = 0, received: int = 0) -> None:
        """Add to what was asked of a host on a day."""
        with self._ledger.transaction() as db:
            db.execute(
                "INSERT INTO requests VALUES (?,?,?,?) ON CONFLICT (host, day) DO UPDATE SET "
                "requests = requests + excluded.requests, bytes = bytes + excluded.bytes",
                (host, day, requests, received),
            )

    def asked(self, host: str, day: str) -> int:
        """Requests to a host on a day."""
        rows = self._ledger.query("SELECT requests FROM requests WHERE host = ? AND day = ?", host, day)
        return int(rows[0][0]) if rows else 0

    def all_asked(self) -> list[Asked]:
        """Requests of every host and day, newest day first."""
        return [
            Asked(*row)
            for row in self._ledger.query("SELECT host, day, requests, bytes FROM requests ORDER BY day DESC, host")
        ]


_ROBOTS = "SELECT origin, state, checked_at, fetched_at, failing_since, reason, body FROM robots"
