"""The ledger: every visit, and which page led to which document. SQLite, append-only but for the words of a link.

A crawl that is killed leaves whole rows only (WAL, one transaction per visit). What is derived from the ledger depends
on the order of visits and on what the pages said, never on the clock.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import msgspec

from crawl.ledger_schema import SCHEMA_VERSION, bring_up_to_date, version_of
from crawl.ledger_schema import LedgerError as LedgerError  # noqa: PLC0414 - known by this name, too
from crawl.night import moment_of, night_of
from crawl.schedule import Known
from crawl.schema import Body, FoundDocument, Outcome, Provenance, Visit

# how a run ends that did not come to the end of its walk (None: the machine or the process died)
UNFINISHED: Final = frozenset({None, "killed", "timeout", "stopped", "no_stats", "shutdown"})
SOFT_404: Final = "soft_404:"  # how the reason of a visit begins that brought another page than was asked for
_VISIT_COLUMNS = (
    "source_id, url, role, at, outcome, status, sha256, etag, last_modified, reason, final_url, landing_url, link_text"
)
# a run is named `<source>.<number>` (`begin_run`): found by its name, which has an index, and not by reading all runs
_ITS_RUNS: Final = "run_id > ? AND run_id < ? AND source_id = ?"
_WITH_BODY = "('new','unchanged','replaced')"


class Link(msgspec.Struct, frozen=True):
    """One way a document was reached. listed_date: as the listing says; published_date: the page's own, else listed."""

    source_id: str
    sha256: str
    url: str
    landing_url: str
    role: str
    link_text: str | None = None
    notice_title: str | None = None
    published_date: str | None = None
    listed_date: str | None = None
    filename: str | None = None
    kind: str | None = None


class LastBody(msgspec.Struct, frozen=True):
    """The newest body of a url, with the validators to ask the server by."""

    sha256: str
    etag: str | None
    last_modified: str | None
    final_url: str


class ListingState(msgspec.Struct, frozen=True):
    """How the first page of a listing stands. read_at: when it last gave a body; last_*: of the newest visit."""

    source_id: str
    url: str
    last_outcome: str
    last_at: str
    read_at: str | None


class Sweep(msgspec.Struct, frozen=True):
    """When a source was last asked, and what came of it. finish_reason None: it is running, or was killed.

    finished_at: start of the newest run that came to its end. outcomes: visits of the newest run.
    """

    source_id: str
    publisher: str
    started_at: str | None
    finish_reason: str | None
    finished_at: str | None
    outcomes: dict[str, int] = {}


class Ledger:
    """Open (or make) the ledger at `path`. Usable as a context manager; one connection, not shared between threads.

    Raises LedgerError when the file is no ledger or of another schema version (of an earlier: `yujue migrate`).
    """

    def __init__(self, path: Path | str) -> None:
        self.file = Path(path)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(self.file, timeout=60, isolation_level=None)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise LedgerError(f"{self.file}: not a usable ledger ({error})") from error
        except LedgerError:
            self._db.close()
            raise

    def _open(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        # a visit that was reported must survive a power cut; at one request a second the fsync costs nothing
        self._db.execute("PRAGMA synchronous=FULL")
        found = version_of(self._db)
        if found == SCHEMA_VERSION:
            return
        if found:
            what = "run `yujue migrate` first" if found < SCHEMA_VERSION else "a later yujue is needed"
            raise LedgerError(f"{self.file}: schema version {found}, this program knows {SCHEMA_VERSION}: {what}")
        with self.transaction() as db:
            bring_up_to_date(db)

    def close(self) -> None:
        """Close the connection; idempotent."""
        self._db.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: what is executed on the connection inside the block is written when it ends."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a SELECT over tables that another module keeps in this file."""
        return self._db.execute(statement, values).fetchall()

    # -- writing ------------------------------------------------------------------------------------------------

    def begin_run(self, source_id: str, county_code: str, publisher: str, at: str, *, scope: str = "") -> str:
        """Note that a crawl begins; returns its run_id (`<source>.<number of the run>`). A run that was killed keeps
        finish_reason NULL. scope: what of the source it is about, in any words ('' for all of it)."""
        with self.transaction():
            self._db.execute(
                "INSERT INTO sources VALUES (?,?,?) ON CONFLICT (source_id) DO UPDATE SET "
                "county_code = excluded.county_code, publisher = excluded.publisher",
                (source_id, county_code, publisher),
            )
            count = self.query(f"SELECT count(*) FROM runs WHERE {_ITS_RUNS}", *_its_runs(source_id))[0][0]  # noqa: S608
            run_id = f"{source_id}.{count + 1}"
            self._db.execute(
                "INSERT INTO runs (run_id, source_id, started_at, scope) VALUES (?,?,?,?)",
                (run_id, source_id, at, scope),
            )
        return run_id

    def take_up_run(self, source_id: str, at: str, *, scope: str = "") -> str | None:
        """The newest run of a source with this scope, when it was cut short in the same night: it goes on under its own
        run_id. Its visits stand; what it has asked for is not asked for again. None: a new run is to begin.
        """
        row = self._db.execute(
            f"SELECT run_id, started_at, finish_reason FROM runs WHERE {_ITS_RUNS} AND scope = ? "  # noqa: S608
            "ORDER BY +rowid DESC LIMIT 1",
            (*_its_runs(source_id), scope),
        ).fetchone()
        if row is None or row[2] not in UNFINISHED or night_of(moment_of(row[1])) != night_of(moment_of(at)):
            return None
        with self.transaction():
            self._db.execute(
                "UPDATE runs SET finish_reason = NULL, resumed = resumed + 1 WHERE run_id = ?",
                (row[0],),
            )
        return str(row[0])

    def end_run(self, run_id: str, finish_reason: str) -> None:
        """Note how the crawl ended."""
        with self.transaction():
            self._db.execute("UPDATE runs SET finish_reason = ? WHERE run_id = ?", (finish_reason, run_id))

    def record(self, run_id: str, visit: Visit, links: Sequence[Link] = ()) -> None:
        """Write one visit and the links to the document it brought, in one transaction."""
        values = msgspec.structs.asdict(visit)
        names = [name.strip() for name in _VISIT_COLUMNS.split(",")]
        marks = ",".join("?" * (len(names) + 1))
        with self.transaction():
            self._db.execute(
                f"INSERT INTO visits (run_id, {_VISIT_COLUMNS}) VALUES ({marks})",  # noqa: S608 (constant names)
                (run_id, *(values[name] for name in names)),
            )
            self._write_links(run_id, links)

    def add_links(self, run_id: str, links: Sequence[Link]) -> None:
        """Write further ways to documents that were already visited in this run."""
        with self.transaction():
            self._write_links(run_id, links)

    def _write_links(self, run_id: str, links: Sequence[Link]) -> None:
        for link in links:
            values = msgspec.structs.asdict(link)
            names = list(values)
            words = [n for n in names if n not in {"source_id", "sha256", "url", "landing_url"}]
            changes = ", ".join(f"{name} = excluded.{name}" for name in [*words, "run_id"])
            self._db.execute(
                f"INSERT INTO links ({', '.join(names)}, run_id) VALUES ({','.join('?' * (len(names) + 1))}) "  # noqa: S608
                f"ON CONFLICT (source_id, sha256, url, landing_url) DO UPDATE SET {changes}",
                (*values.values(), run_id),
            )

    def said_of(self, source_id: str, url: str, sha256: str) -> Link | None:
        """What was said last of a body where it was fetched at this address; None where nothing leads to it yet."""
        row = self._db.execute(
            "SELECT source_id, sha256, url, landing_url, role, link_text, notice_title, published_date, listed_date, "
            "filename, kind FROM links WHERE source_id = ? AND sha256 = ? AND url = ? "
            "ORDER BY notice_title IS NULL, published_date IS NULL, landing_url LIMIT 1",
            (source_id, sha256, url),
        ).fetchone()
        return Link(*row) if row else None

    def skip(self, run_id: str, source_id: str, landing_url: str, skipped: Sequence[tuple[str, str, str]]) -> None:
        """Write the links of a listing that were not followed: (url, link text, reason) each."""
        with self.transaction():
            self._db.executemany(
                "INSERT INTO skipped VALUES (?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
                "link_text = excluded.link_text, reason = excluded.reason, run_id = excluded.run_id",
                [(source_id, landing_url, url, text, reason, run_id) for url, text, reason in skipped],
            )

    # -- reading ------------------------------------------------------------------------------------------------

    def last_body(self, source_id: str, url: str) -> LastBody | None:
        """The newest body this url gave this source, with the newest validators that came with these bytes."""
        row = self._db.execute(
            f"SELECT sha256, etag, last_modified, coalesce(final_url, url) FROM visits "  # noqa: S608 (constant)
            f"WHERE source_id = ? AND url = ? AND outcome IN {_WITH_BODY} ORDER BY visit_id DESC LIMIT 1",
            (source_id, url),
        ).fetchone()
        return LastBody(*row) if row else None

    def known(self, source_id: str, *, but_run: str | None = None) -> list[Known]:
        """Every address this source was asked for, with its last outcome and the words that lead to it; by address.

        but_run: visits of this run are left out (a run that was cut short is taken up as if it had just begun).

        The dates of a notice that is no document itself are those of the documents it led to.
        """
        words: dict[str, tuple[Any, ...]] = {}
        rows = self._db.execute(
            "SELECT url, landing_url, link_text, listed_date, notice_title, published_date, kind FROM links "
            "WHERE source_id = ? ORDER BY url, landing_url, run_id",
            (source_id,),
        )
        for url, landing_url, *rest in rows:
            words[url] = (landing_url, *rest)
            words.setdefault(landing_url, (None, None, *rest[1:]))
        found = self._db.execute(
            f"SELECT v.url, v.role, v.outcome, v.at, f.at, b.sha256, v.landing_url, v.link_text, "  # noqa: S608 (constant)
            f"r.finish_reason IS 'finished' "
            f"FROM (SELECT url, max(visit_id) AS last, min(visit_id) AS first, "
            f"max(CASE WHEN outcome IN {_WITH_BODY} THEN visit_id END) AS body "
            f"FROM visits WHERE source_id = ? AND run_id IS NOT ? GROUP BY url) AS g "
            f"JOIN visits AS v ON v.visit_id = g.last JOIN visits AS f ON f.visit_id = g.first "
            f"LEFT JOIN visits AS b ON b.visit_id = g.body LEFT JOIN runs AS r ON r.run_id = v.run_id ORDER BY v.url",
            (source_id, but_run),
        )
        known = []
        for url, role, outcome, at, first_at, sha256, landing_url, link_text, settled in found:
            landing, text, *rest = words.get(url, (None,) * 6)
            places = (landing_url or landing, link_text or text)
            known.append(Known(url, role, outcome, at, first_at, bool(settled), sha256, *places, *rest))
        return known

    def visits(
        self,
        *,
        source_id: str | None = None,
        run_id: str | None = None,
        url: str | None = None,
        outcome: Outcome | None = None,
    ) -> list[Visit]:
        """Visits in the order they were made, filtered by what is given."""
        given = {"source_id": source_id, "run_id": run_id, "url": url, "outcome": outcome}
        conditions = [(f"{name} = ?", value) for name, value in given.items() if value is not None]
        where = " AND ".join(condition for condition, _ in conditions) or "1"
        rows = self._db.execute(
            f"SELECT {_VISIT_COLUMNS} FROM visits WHERE {where} ORDER BY visit_id",  # noqa: S608 (constant names)
            [value for _, value in conditions],
        )
        return [Visit(*row) for row in rows]

    def source_ids(self) -> list[str]:
        """Every source that was ever crawled, sorted."""
        return [str(row[0]) for row in self._db.execute("SELECT source_id FROM sources ORDER BY source_id")]

    def runs(self, source_id: str | None = None) -> list[tuple[str, str, str | None]]:
        """(run_id, started_at, finish_reason) of every run, in order; finish_reason None: killed, or still running."""
        rows = self._db.execute(
            "SELECT run_id, started_at, finish_reason FROM runs WHERE ? IS NULL OR source_id = ? ORDER BY rowid",
            (source_id, source_id),
        )
        return [(str(run_id), str(at), reason) for run_id, at, reason in rows]

    def summary(self, run_id: str) -> dict[str, dict[str, int]]:
        """Role → outcome → number of visits of one run (only those that occur)."""
        found: dict[str, dict[str, int]] = {}
        for role, outcome, count in self._db.execute(
            "SELECT role, outcome, count(*) FROM visits WHERE run_id = ? GROUP BY role, outcome ORDER BY role, outcome",
            (run_id,),
        ):
            found.setdefault(role, {})[outcome] = count
        return found

    def sources(self) -> list[tuple[str, str, str]]:
        """(source_id, county_code, publisher) of every source that was ever crawled, sorted."""
        rows = self._db.execute("SELECT source_id, county_code, publisher FROM sources ORDER BY source_id")
        return [(str(a), str(b), str(c)) for a, b, c in rows]

    def listing_states(self, *, as_of: str | None = None) -> list[ListingState]:
        """How the first page of every listing stands (stood at a moment), by source and address.

        A listing whose rows are asked for at another address than its own (`api:`) stands as those requests do.
        """
        rows = self._db.execute(
            f"SELECT v.source_id, g.stands_for, v.outcome, v.at, g.read_at FROM ("  # noqa: S608 (constant)
            f"SELECT coalesce(landing_url, url) AS stands_for, max(visit_id) AS newest, "
            f"max(CASE WHEN outcome IN {_WITH_BODY} THEN at END) AS read_at "
            "FROM visits AS l WHERE role = 'listing' AND (? IS NULL OR at <= ?) AND (landing_url IS NULL OR NOT EXISTS "
            "(SELECT 1 FROM visits AS p WHERE p.source_id = l.source_id AND p.url = l.landing_url)) "
            "GROUP BY source_id, stands_for) AS g JOIN visits AS v ON v.visit_id = g.newest "
            "ORDER BY v.source_id, g.stands_for",
            (as_of, as_of),
        )
        return [ListingState(*row) for row in rows]

    def resumed(self, run_id: str) -> int:
        """How often a run was taken up again after it had been cut short."""
        row = self._db.execute("SELECT resumed FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        return int(row[0]) if row else 0

    def sweeps(self) -> list[Sweep]:
        """The newest run of every source this ledger knows, by source. Readable while crawls are running."""
        # one pass over the runs: there are as many as nights times sources
        newest = (
            "SELECT source_id, max(rowid) AS last, "
            "max(CASE WHEN finish_reason = 'finished' THEN started_at END) AS finished_at FROM runs GROUP BY source_id"
        )
        rows = self._db.execute(
            "SELECT s.source_id, s.publisher, r.run_id, r.started_at, r.finish_reason, n.finished_at "  # noqa: S608
            f"FROM sources AS s LEFT JOIN ({newest}) AS n ON n.source_id = s.source_id "
            "LEFT JOIN runs AS r ON r.rowid = n.last ORDER BY s.source_id"
        )
        found = []
        for source_id, publisher, run_id, started_at, finish_reason, finished_at in rows.fetchall():
            counts = {
                str(outcome): int(count)
                for outcome, count in self._db.execute(
                    "SELECT outcome, count(*) FROM visits WHERE run_id = ? GROUP BY outcome ORDER BY outcome", (run_id,)
                )
            }
            found.append(Sweep(source_id, publisher, started_at, finish_reason, finished_at, counts))
        return found

    def links(
        self,
        *,
        source_id: str | None = None,
        run_id: str | None = None,
        sha256: str | None = None,
        as_of: str | None = None,
    ) -> list[Link]:
        """Every way to a document (or to one), sorted; with run_id only those seen (again) by this run.

        A body that was found, later (until as_of), to be another page than was asked for at its address is none.
        """
        rows = self._db.execute(
            "SELECT source_id, sha256, url, landing_url, role, link_text, notice_title, published_date, listed_date, "
            "filename, kind FROM links WHERE (? IS NULL OR source_id = ?) AND (? IS NULL OR run_id = ?) "
            "AND (? IS NULL OR sha256 = ?) "
            "ORDER BY sha256, source_id, published_date IS NULL, published_date, landing_url, url",
            (source_id, source_id, run_id, run_id, sha256, sha256),
        )
        disowned = self._disowned(source_id, as_of)
        return [
            link for link in (Link(*row) for row in rows) if (link.source_id, link.url, link.sha256) not in disowned
        ]

    def _disowned(self, source_id: str | None, as_of: str | None) -> set[tuple[str, str, str]]:
        """(source_id, url, sha256) of bodies whose address said last that they were not what was asked for there."""
        told = self._db.execute(
            "SELECT source_id, url, sha256, max(visit_id) FROM visits WHERE outcome = 'failed' AND sha256 IS NOT NULL "
            "AND source_id = coalesce(?, source_id) "
            "AND substr(reason, 1, ?) = ? AND (? IS NULL OR at <= ?) GROUP BY source_id, url, sha256",
            (source_id, len(SOFT_404), SOFT_404, as_of, as_of),
        ).fetchall()
        found: set[tuple[str, str, str]] = set()
        for source, url, sha256, visit_id in told:
            later = self._db.execute(
                f"SELECT 1 FROM visits WHERE source_id = ? AND url = ? AND sha256 = ? AND visit_id > ? "  # noqa: S608 (constant)
                f"AND outcome IN {_WITH_BODY} AND (? IS NULL OR at <= ?) LIMIT 1",
                (source, url, sha256, visit_id, as_of, as_of),
            ).fetchone()
            if later is None:
                found.add((source, url, sha256))
        return found

    def soft_404_bodies(self, source_id: str, *, limit: int) -> list[str]:
        """The newest bodies of a source that came in place of what was asked for."""
        rows = self._db.execute(
            "SELECT sha256, max(visit_id) AS newest FROM visits WHERE source_id = ? AND outcome = 'failed' "
            "AND sha256 IS NOT NULL AND substr(reason, 1, ?) = ? GROUP BY sha256 ORDER BY newest DESC LIMIT ?",
            (source_id, len(SOFT_404), SOFT_404, limit),
        )
        return [str(row[0]) for row in rows]

    def skipped(self, run_id: str) -> list[tuple[str, str, str, str]]:
        """(landing_url, url, link text, reason) of links not followed in this run."""
        rows = self._db.execute(
            "SELECT landing_url, url, link_text, reason FROM skipped WHERE run_id = ? ORDER BY landing_url, url",
            (run_id,),
        )
        return [(str(a), str(b), str(c), str(d)) for a, b, c, d in rows]

    def documents(self, source_id: str | None = None, *, as_of: str | None = None) -> list[FoundDocument]:
        """Every document sources led to, one per sha256, sorted by it.

        Provenance: of several ways the earliest published one (then by landing_url and url): what the pages say, not
        when we came. is_current: some url's newest body is this document; a url that is gone or cannot be reached
        keeps its newest body, so nothing is retracted by absence.

        as_of: a moment as visits have it (UTC, ISO 8601 with seconds): the documents known by then, and what was
        current then. The words of a link are those that the page said last.
        """
        publishers = {
            str(source): (str(code), str(publisher))
            for source, code, publisher in self._db.execute("SELECT source_id, county_code, publisher FROM sources")
        }
        newest: dict[tuple[str, str], str] = {}
        seen: set[tuple[str, str, str]] = set()
        for body in self.bodies(as_of=as_of):
            newest[body.source_id, body.url] = body.sha256
            seen.add((body.source_id, body.url, body.sha256))
        found: dict[str, Link] = {}
        current: set[str] = set()
        for link in self.links(source_id=source_id, as_of=as_of):
            if as_of is not None and (link.source_id, link.url, link.sha256) not in seen:
                continue
            found.setdefault(link.sha256, link)
            if newest.get((link.source_id, link.url)) == link.sha256:
                current.add(link.sha256)
        return [
            FoundDocument(sha256, _provenance(link, *publishers[link.source_id]), is_current=sha256 in current)
            for sha256, link in sorted(found.items())
        ]

    def bodies(self, *, as_of: str | None = None) -> list[Body]:
        """Every change of what an address gave, in the order of the visits; its first body is the first change."""
        rows: Iterator[Any] = self._db.execute(
            f"SELECT source_id, url, sha256, at FROM visits WHERE outcome IN {_WITH_BODY} "  # noqa: S608 (constant)
            "AND sha256 IS NOT NULL AND (? IS NULL OR at <= ?) ORDER BY visit_id",
            (as_of, as_of),
        )
        last: dict[tuple[str, str], str] = {}
        found: list[Body] = []
        for source, url, sha256, at in rows:
            if last.get((source, url)) != sha256:
                last[source, url] = sha256
                found.append(Body(source, url, sha256, at))
        return found


def _provenance(link: Link, county_code: str, publisher: str) -> Provenance:
    return Provenance(
        filename=link.filename,
        source_id=link.source_id,
        county_code=county_code,
        publisher=publisher,
        url=link.url,
        landing_url=link.landing_url,
        link_text=link.link_text,
        notice_title=link.notice_title,
        published_date=link.published_date,
    )


def _its_runs(source_id: str) -> tuple[str, str, str]:
    """Values for _ITS_RUNS ('/' is the character behind '.')."""
    return f"{source_id}.", f"{source_id}/", source_id
