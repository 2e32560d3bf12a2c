"""A data root of an earlier version is carried up, one of a later version is left alone."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawl.ledger import Ledger
from crawl.ledger_schema import SCHEMA_VERSION, version_of_file
from flows import migrate as migrating
from flows.cli import main
from flows.settings import DataRoot
from tests.conftest import ROOT

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
V1 = ROOT / "tests" / "crawl" / "ledger_v1.sql"  # a dump of what the code of version 1 had written


@pytest.fixture
def old(tmp_path: Path) -> DataRoot:
    root = DataRoot(tmp_path / "data")
    root.ledger.parent.mkdir(parents=True)
    with closing(sqlite3.connect(root.ledger)) as db:
        db.executescript(V1.read_text(encoding="utf-8"))
    return root


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["nightly", "--no-prefect"],
        ["rebuild"],
        ["nights"],
        ["quarantine"],
        ["doctor"],
        ["verify"],
        ["tidy"],
        ["backup", "OUT"],
        ["as-of", "2024-01-01", "--out", "OUT"],
        ["archive", "hosts"],
        ["why", "x"],
    ],
    ids=lambda command: command[0],
)
def test_every_command_says_what_to_do(
    old: DataRoot, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = old.ledger.read_bytes()
    words = [str(tmp_path / "out") if word == "OUT" else word for word in command]
    assert main([*words, "--data", str(old.path)]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "yujue migrate" in said
    assert old.ledger.read_bytes() == before


def test_a_ledger_of_version_1_is_carried_up_and_kept(old: DataRoot, capsys: pytest.CaptureFixture[str]) -> None:
    before = old.ledger.read_bytes()
    assert main(["migrate", "--dry-run", "--json", "--data", str(old.path)]) == 0
    said = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert said["ledger"] == {"name": "ledger", "found": "1", "now": str(SCHEMA_VERSION), "migrates": True}
    assert old.ledger.read_bytes() == before
    assert main(["migrate", "--data", str(old.path), "--now", NOW.isoformat()]) == 0
    assert version_of_file(old.ledger) == SCHEMA_VERSION
    kept = old.ledger.with_name("ledger-v1-20261123T020000Z.sqlite")
    assert version_of_file(kept) == 1
    with closing(sqlite3.connect(kept)) as db, Ledger(old.ledger) as ledger:
        assert len(ledger.visits()) == db.execute("SELECT count(*) FROM visits").fetchone()[0] > 0
    assert main(["status", "--data", str(old.path)]) == 0
    assert main(["migrate", "--data", str(old.path)]) == 0
    assert "nothing to migrate" in capsys.readouterr().err


def test_a_killed_migration_is_done_again(old: DataRoot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or not at all: the steps are one transaction; a kill between backup and steps costs another backup."""

    def killed(ledger: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(migrating, "migrate_file", killed)
        with pytest.raises(KeyboardInterrupt):
            migrating.migrate(old, NOW)
    assert version_of_file(old.ledger) == 1
    with monkeypatch.context() as patch:
        patch.setattr("crawl.ledger_schema._STEPS", {1: "ALTER TABLE runs ADD COLUMN resumed INTEGER; no sql"})
        with pytest.raises(Exception, match="could not be migrated"):
            migrating.migrate(old, NOW)
    assert version_of_file(old.ledger) == 1
    kept = migrating.migrate(old, NOW)
    assert kept is not None
    assert version_of_file(kept) == 1
    assert version_of_file(old.ledger) == SCHEMA_VERSION


@pytest.mark.parametrize("what", ["ledger", "layout", "release"])
def test_what_is_of_a_later_version_is_left_alone(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = DataRoot(tmp_path / "data")
    Ledger(root.ledger).close()
    if what == "ledger":
        with closing(sqlite3.connect(root.ledger)) as db, db:
            db.execute("UPDATE meta SET value = '99'")
    elif what == "layout":
        (root.path / "layout.json").write_text('{"layout":99,"root":""}')
    else:
        folder = root.releases / "v2030.01.0"
        folder.mkdir(parents=True)
        (folder / "index.json").write_text('{"schema_version":"99.0.0"}')
    for command in (["migrate"], ["status"], ["nights"]):
        assert main([*command, "--data", str(root.path)]) == 2
        assert "a later yujue is needed" in capsys.readouterr().err.replace("\n", " ")


def test_a_release_stays_as_it_was_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = DataRoot(tmp_path / "data")
    Ledger(root.ledger).close()
    folder = root.releases / "v2020.01.0"
    folder.mkdir(parents=True)
    (folder / "index.json").write_text('{"schema_version":"0.0.1"}')
    assert main(["migrate", "--dry-run", "--data", str(root.path)]) == 0
    assert "stays as published" in capsys.readouterr().out
    assert main(["nights", "--data", str(root.path)]) == 0, "an old release is no old data root"


def test_a_damaged_ledger_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = DataRoot(tmp_path / "data")
    root.ledger.parent.mkdir(parents=True)
    root.ledger.write_bytes(b"not a database, but long enough to be looked at" * 50)
    assert main(["migrate", "--data", str(root.path)]) == 4
    assert "the ledger cannot be used" in capsys.readouterr().err
