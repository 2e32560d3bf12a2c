"""Tables of the ledger, and the steps from each earlier version of them to this one.

Version 1: sources, runs, visits, links, skipped. Version 2: a run that was cut short can be taken up again by one of
the same scope (`runs.scope`; `runs.resumed`: how often it was); what we know of hosts (`hosts`, `robots`) and how much
we asked of them (`requests`).
A step only adds: a ledger that was migrated reads as before.
"""

from __future__ import annotations

import sqlite3

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


def bring_up_to_date(db: sqlite3.Connection) -> int | None:
    """Make or migrate the tables, inside the caller's transaction. None when all is well; otherwise the version of a
    ledger that is newer than this program, which is then left untouched."""
    db.execute("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    row = db.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    found = int(row[0]) if row else 0
    if found > SCHEMA_VERSION:
        return found
    for version in range(found, SCHEMA_VERSION):
        for statement in _STEPS[version].split(";"):
            db.execute(statement)
    if found < SCHEMA_VERSION:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
    return None
