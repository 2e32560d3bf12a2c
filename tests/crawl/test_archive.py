"""The archive keeps what it was given, once, and says so when it no longer does."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawl.archive import Archive, ArchiveCorruption


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.binary(max_size=5000))
def test_what_is_put_is_got(tmp_path: Path, body: bytes) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.put(body)
    assert sha256 == hashlib.sha256(body).hexdigest()
    assert archive.get(sha256) == body
    assert archive.path(sha256) == tmp_path / sha256[:2] / sha256


def test_second_put_touches_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.put(b"body")
    before = archive.path(sha256).stat()
    archive.put(b"body")
    after = archive.path(sha256).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert files(tmp_path) == [sha256]


def test_damage_is_found_on_read_and_named(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.put(b"body")
    archive.path(sha256).chmod(0o644)
    archive.path(sha256).write_bytes(b"bodY")
    with pytest.raises(ArchiveCorruption, match=sha256):
        archive.get(sha256)
    assert not archive.verify(sha256)
    assert archive.has(sha256)


def test_damaged_bytes_are_moved_aside_not_overwritten(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.put(b"body")
    for number in (1, 2):
        archive.path(sha256).chmod(0o644)
        archive.path(sha256).write_bytes(b"damage %d" % number)
        archive.put(b"body")
    assert archive.get(sha256) == b"body"
    aside = archive.path(sha256).with_name(f"{sha256}.damaged")
    assert aside.read_bytes() == b"damage 1"
    assert aside.with_name(f"{sha256}.damaged-2").read_bytes() == b"damage 2"


def test_a_write_that_breaks_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path)

    def broken(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="No space"):
        archive.put(b"body")
    assert files(tmp_path) == []


def test_a_name_appears_only_with_all_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path)
    seen: list[tuple[bool, bytes]] = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append((Path(target).exists(), self.read_bytes()))
        assert self.stat().st_dev == Path(target).parent.stat().st_dev, "a move inside one file system is one step"
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    archive.put(b"whole body")
    assert seen == [(False, b"whole body")]


@pytest.mark.parametrize("name", ["", "abc", "../../etc/passwd", "A" * 64, "g" * 64])
def test_only_digests_are_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a sha256"):
        Archive(tmp_path).path(name)


def test_absent_body(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    assert not archive.has("0" * 64)
    assert not archive.verify("0" * 64)
    with pytest.raises(FileNotFoundError):
        archive.get("0" * 64)
