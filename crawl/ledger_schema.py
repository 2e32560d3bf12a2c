"""Tables of the ledger, and the steps from each earlier version of them to this one.

Version 1: sources, runs, visits, links, skipped. Version 2: a run that was cut short can be taken up again by one of
the same scope (`runs.scope`; `runs.resumed`: how often it was); what we know of hosts (`hosts`, `robots`) and how much
we asked of them (`requests`).
A step only adds: a ledger that was migrated reads as before. A new ledger is made of this version; one of an earlier
version is not worked with, it is carried up by `yujue migrate` (`flows.migrate`), which keeps a copy of it first.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

SCHEMA_VERSION = 2

_VERSION_1 = """
CREATE TABLE IF NOT EXISTS sources (
    source_id TEXT PRIMARY KEY, county_code TEXT NOT NULL, publisher TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, source_id TEXT NOT NULL, started_at TEXT NOT NULL, finish_reason TEXT
);
CREATE TABLE IF NOT EXISTS visits (
    visit_id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL, source_id TEXT NOT NULL, url TEXT NOT NULL, role TEXT NOT NULL, at TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('new','unchanged','replaced','gone','refused','failed')),
    status INTEGER, sha256 TEXT, etag TEXT, last_modified TEXT, reason TEXT, final_url TEXT,
    landing_url TEXT, link_text TEXT
);
CREATE INDEX IF NOT EXISTS visits_by_url ON visits (source_id, url, visit_id);
CREATE INDEX IF NOT EXISTS visits_by_run ON visits (run_id, visit_id);
CREATE TABLE IF NOT EXISTS links (
    source_id TEXT NOT NULL, sha256 TEXT NOT NULL, url TEXT NOT NULL, landing_url TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('attachment','inline')),
    link_text TEXT, notice_title TEXT, published_date TEXT, listed_date TEXT, filename TEXT, kind TEXT,
    run_id TEXT NOT NULL,
    PRIMARY KEY (source_id, sha256, url, landing_url)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS skipped (
    source_id TEXT NOT NULL, landing_url TEXT NOT NULL, url TEXT NOT NULL, link_text TEXT NOT NULL,
    reason TEXT NOT NULL, run_id TEXT NOT NULL,
    PRIMARY KEY (source_id, landing_url, url)
) WITHOUT ROWID
"""

_TO_VERSION_2 = """
ALTER TABLE runs ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN scope TEXT NOT NULL DEFAULT '';
CREATE TABLE hosts (
    host TEXT PRIMARY KEY, strikes INTEGER NOT NULL DEFAULT 0, until TEXT, reason TEXT, since TEXT,
    tls TEXT NOT NULL DEFAULT 'modern' CHECK (tls IN ('modern','legacy')), scheme TEXT
) WITHOUT ROWID;
CREATE TABLE robots (
    origin TEXT PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('rules','none','unreachable')),
    checked_at TEXT NOT NULL, fetched_at TEXT, failing_since TEXT, reason TEXT, body BLOB
) WITHOUT ROWID;
CREATE TABLE requests (
    host TEXT NOT NULL, day TEXT NOT NULL, requests INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (host, day)
) WITHOUT ROWID
"""

_STEPS = {0: _VERSION_1, 1: _TO_VERSION_2}


class LedgerError(Exception):
    """The ledger cannot be used: not ours, or of another version."""


def version_of(db: sqlite3.Connection) -> int:
    """Version of the tables; 0 where there are none yet. Raises sqlite3.DatabaseError for what is no ledger."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return 0
    row = db.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    return int(row[0]) if row else 0


def bring_up_to_date(db: sqlite3.Connection) -> None:
    """Make the tables, or carry them up from an earlier version, inside the caller's transaction.

    Raises LedgerError, and leaves the ledger as it is, where its version is later than this program's.
    """
    db.execute("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    found = version_of(db)
    if found > SCHEMA_VERSION:
        raise LedgerError(f"schema version {found}, this program knows {SCHEMA_VERSION}")
    for version in range(found, SCHEMA_VERSION):
        for statement in _STEPS[version].split(";"):
            db.execute(statement)
    if found < SCHEMA_VERSION:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))


def version_of_file(ledger: Path) -> int | None:
    """Version of a ledger that is not to be opened for work; None where there is none. Raises LedgerError."""
    if not ledger.exists():
        return None
    try:
        with closing(sqlite3.connect(ledger, timeout=60)) as db:
            return version_of(db) or None
    except sqlite3.DatabaseError as error:
        raise LedgerError(f"{ledger}: not a usable ledger ({error})") from error


def migrate_file(ledger: Path) -> None:
    """Carry a ledger up to this version in one transaction: whole or not at all. Raises LedgerError, sqlite3.Error."""
    with closing(sqlite3.connect(ledger, timeout=60, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("BEGIN IMMEDIATE")
        try:
            bring_up_to_date(db)
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")
