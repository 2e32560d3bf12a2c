"""Housekeeping: what is there is sound, copied elsewhere, brought back the same, and no more than is wanted."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawl.archive import Archive
from flows.cli import main
from flows.crawl_sources import found_documents
from flows.errors import Trouble
from flows.nightly import nightly
from flows.rebuild import rebuild
from flows.runs import open_run
from flows.settings import DataRoot, verify_nights
from flows.upkeep.backup import MANIFEST, backup, restore
from flows.upkeep.doctor import examine
from flows.upkeep.tidy import tidy
from flows.upkeep.verify import STATE, state, verify
from tests.flows.conftest import LIMITS, NOW, fill_root

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def made(documents: list[Path], tmp_path_factory: pytest.TempPathFactory) -> DataRoot:
    root = fill_root(tmp_path_factory.mktemp("made") / "data", documents[:2])
    nightly([], NOW, root.path, limits=LIMITS)
    return root


@pytest.fixture
def root(made: DataRoot, tmp_path: Path) -> DataRoot:
    shutil.copytree(made.path, tmp_path / "data", symlinks=True)
    return DataRoot(tmp_path / "data")


@pytest.fixture
def bodies(tmp_path: Path) -> DataRoot:
    """An archive of twenty small bodies, without a ledger."""
    root = DataRoot(tmp_path / "bodies")
    for number in range(20):
        Archive(root.archive).put(f"body {number}".encode())
    return root


def spoil(root: DataRoot, sha256: str, content: bytes = b"other bytes") -> None:
    path = Archive(root.archive).path(sha256)
    path.chmod(0o644)
    path.write_bytes(content)


def files(folder: Path) -> dict[str, bytes]:
    """Path → bytes of everything but the lease, which every command that holds the data root writes."""
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {str(name): path.read_bytes() for name, path in found.items() if name.parts[0] != "lease"}


# --------------------------------------------------------------------------------------------------------------- verify


def test_every_body_is_verified_once_in_so_many_nights(bodies: DataRoot) -> None:
    last = list(Archive(bodies.archive).digests())[-1]
    spoil(bodies, last)
    shares = [verify(bodies, NOW + DAY * night, nights=6) for night in range(5)]
    assert [one.checked for one in shares] == [4, 4, 4, 4, 4]
    assert [one.damaged for one in shares] == [[], [], [], [], [last]]
    assert (shares[-1].rounds, shares[-1].last_round_took_days, shares[-1].after) == (1, 5, "")
    assert verify(bodies, NOW + DAY * 6, nights=6).damaged == [last]  # looked at again every time
    sound = {hashlib.sha256(body).hexdigest(): body for body in (f"body {number}".encode() for number in range(20))}
    spoil(bodies, last, sound[last])
    assert verify(bodies, NOW + DAY * 7, nights=6).damaged == []


def test_a_killed_verification_goes_on_where_it_was(bodies: DataRoot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.upkeep.verify.SAVE_SECONDS", 0.0)

    def killed(stage: str, done: int, total: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify(bodies, NOW, nights=2, progress=killed)
    assert state(bodies).after == list(Archive(bodies.archive).digests())[6]
    assert verify(bodies, NOW, nights=2).checked == 10
    assert verify(bodies, NOW, nights=2).checked == 3
    assert state(bodies).rounds == 1


def test_a_document_without_bytes_is_missing(root: DataRoot, capsys: pytest.CaptureFixture[str]) -> None:
    sha256 = found_documents(root)[0].sha256
    assert main(["verify", "--all", "--data", str(root.path)]) == 0
    Archive(root.archive).path(sha256).unlink()
    assert main(["verify", "--all", "--data", str(root.path)]) == 4
    assert sha256 in capsys.readouterr().err
    assert state(root).missing == [sha256]


def test_the_share_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verify_nights() == 30
    monkeypatch.setenv("YUJUE_VERIFY_NIGHTS", "0")
    assert verify_nights() == 0


# --------------------------------------------------------------------------------------------------------------- doctor


def test_a_sound_data_root(root: DataRoot) -> None:
    found = {one.name: one for one in examine(root, sample=5)}
    assert {"versions", "settings", "compiled", "libreoffice", "fonts", "prefect", "disk"} <= set(found)
    for name in ("settings", "archive", "ledger", "orphans", "release"):
        assert found[name].status == "ok", found[name]
        assert found[name].zh != ""


def test_what_is_wrong_is_found(root: DataRoot, monkeypatch: pytest.MonkeyPatch) -> None:
    Archive(root.archive).put(b"nothing leads here")
    spoil(root, found_documents(root)[0].sha256)
    release = root.releases / "latest"
    (release / "README.md").chmod(0o644)
    (release / "README.md").write_text("changed")
    root.ledger.write_bytes(b"not a database" * 100)
    monkeypatch.setenv("YUJUE_WORK_SECONDS", "soon")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("YUJUE_MIN_FREE_MIB", "999999999")
    found = {one.name: one for one in examine(root)}
    failing = {name for name, one in found.items() if one.status == "fail"}
    assert failing >= {"settings", "prefect", "disk", "archive", "ledger", "release"}
    assert "README.md" in found["release"].en
    assert main(["doctor", "--data", str(root.path)]) == 4


def test_the_sample_is_the_seed_s(bodies: DataRoot) -> None:
    spoil(bodies, list(Archive(bodies.archive).digests())[3])

    def verdicts() -> list[str]:
        return [
            one.status for seed in range(12) for one in examine(bodies, seed=seed, sample=5) if one.name == "archive"
        ]

    first = verdicts()
    assert set(first) == {"ok", "fail"}
    assert verdicts() == first


# -------------------------------------------------------------------------------------------------------------- backup


def test_backup_and_restore_give_the_same_data_root(root: DataRoot, tmp_path: Path) -> None:
    before, out = files(root.releases), tmp_path / "out"
    done = backup(root, out, NOW)
    assert done.damaged == []
    assert not (out / "tables").exists()
    again = DataRoot(tmp_path / "elsewhere" / "data")
    restore(out, again)
    assert {name: data for name, data in files(again.releases).items() if "latest" not in name} == {
        name: data for name, data in before.items() if "latest" not in name
    }
    assert (again.releases / "latest").readlink() == (root.releases / "latest").readlink()
    assert files(again.archive) == files(root.archive)
    assert found_documents(again) == found_documents(root)
    rebuilt = rebuild(again, NOW, LIMITS, make_release=True)
    assert rebuilt.night.done["read"] == 2
    assert rebuilt.night.published is not None
    assert not rebuilt.night.published.is_new  # the same inputs: the release that was restored holds


def test_a_second_backup_copies_what_is_new(root: DataRoot, tmp_path: Path) -> None:
    first = backup(root, tmp_path / "out", NOW)
    Archive(root.archive).put(b"one more")
    second = backup(root, tmp_path / "out", NOW)
    assert second.files == first.files + 1
    assert second.new == 2  # and the ledger
    assert len(list((tmp_path / "out" / "ledger").glob("*.sqlite"))) == 1


def test_a_damaged_body_is_not_backed_up(root: DataRoot, tmp_path: Path) -> None:
    sha256 = found_documents(root)[0].sha256
    spoil(root, sha256)
    assert main(["backup", str(tmp_path / "out"), "--data", str(root.path)]) == 4
    assert not (tmp_path / "out" / "archive" / sha256[:2] / sha256).exists()


@pytest.mark.parametrize("trouble", ["damaged", "absent", "escapes", "not empty", "no backup"])
def test_a_restore_is_whole_or_not_at_all(trouble: str, root: DataRoot, tmp_path: Path) -> None:
    out, target = tmp_path / "out", DataRoot(tmp_path / "new")
    backup(root, out, NOW)
    victim = next(path for path in (out / "archive").rglob("*") if path.is_file())
    victim.chmod(0o644)
    if trouble == "damaged":
        victim.write_bytes(victim.read_bytes()[:-1] + b"!")
    elif trouble == "absent":
        victim.unlink()
    elif trouble == "escapes":
        text = (out / MANIFEST).read_text().replace('"archive/', '"../archive/', 1)
        (out / MANIFEST).write_text(text)
    elif trouble == "no backup":
        (out / MANIFEST).unlink()
    else:
        target.path.mkdir()
        (target.path / "mine").touch()
    with pytest.raises(Trouble) as caught:
        restore(out, target)
    assert caught.value.code == (2 if trouble in ("not empty", "no backup") else 4)
    assert sorted(path.name for path in target.path.glob("*")) == (["mine"] if trouble == "not empty" else [])
    assert not list(tmp_path.glob(".new-*"))


def test_a_backup_holds_the_ledger_of_one_moment(root: DataRoot, tmp_path: Path) -> None:
    with closing(sqlite3.connect(root.ledger)) as other:  # a reader keeps the write-ahead log alive
        other.execute("SELECT count(*) FROM visits").fetchone()
        backup(root, tmp_path / "out", NOW)
    kept = next((tmp_path / "out" / "ledger").glob("*.sqlite"))
    with closing(sqlite3.connect(kept)) as db:
        assert db.execute("SELECT count(*) FROM visits").fetchone()[0] == 3
    with pytest.raises(Trouble):
        backup(root, root.path / "inside", NOW)


# ---------------------------------------------------------------------------------------------------------------- tidy


def test_results_nobody_wants_are_removed(root: DataRoot) -> None:
    path = next(iter(root.tables.glob("*/*.zst")))
    old = path.with_name(path.name.replace(path.name.rpartition("-")[2], "0123456789abcdef.msgpack.zst"))
    shutil.copy(path, old)
    before = files(root.path)
    seen = tidy(root, LIMITS, dry_run=True)
    assert (dict(seen.files), seen.kept) == ({"tables": 1}, 6)
    assert files(root.path) == before
    tidy(root, LIMITS)
    assert set(before) - set(files(root.path)) == {str(old.relative_to(root.path))}
    assert sum(nightly([], NOW, root.path, limits=LIMITS).done.values()) == 0


def test_old_runs_go_when_that_is_said(root: DataRoot) -> None:
    open_run(root, "night", NOW - DAY * 40)
    keep = open_run(root, "night", NOW)
    assert not tidy(root, LIMITS).files
    tidy(root, LIMITS, runs_before=NOW - DAY * 30)
    assert [path.name for path in root.runs.iterdir()] == [keep.id]


def test_an_unfinished_night_is_not_tidied(root: DataRoot, capsys: pytest.CaptureFixture[str]) -> None:
    next(iter(root.facts.glob("*/*.zst"))).unlink()
    with pytest.raises(Trouble, match="work left to do"):
        tidy(root, LIMITS)
    assert json.loads((root.path / "releases" / "latest.json").read_text())
    assert not (root.path / STATE).exists()


@pytest.mark.parametrize("command", [["verify", "--all"], ["backup", "out"], ["tidy", "--dry-run"], ["rebuild"]])
def test_a_mistyped_place_is_not_sound(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--data", str(tmp_path / "dtaa")]) == 2
    assert "dtaa" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())  # and nothing is made there
