"""A night with nothing new costs a listing of each store: no question for single files, no look at a body."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.nights import NOW, build
from crawl.archive import Archive
from flows.kinds import ARCHIVE, FILE, OFFICE, Body, Kinds, Question
from flows.nightly import nightly
from flows.settings import DataRoot
from flows.stage import LISTED
from flows.store import Store

OLE = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    + "WordDocument".encode("utf-16-le").ljust(128, b"\0")
    + bytes(384)
)
ZIP = b"PK\x03\x04".ljust(30, b"\0") + "决算.docx".encode() + bytes(40)


def test_no_document_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = DataRoot(tmp_path / "data")
    build(root.path, LISTED + 1)

    def never(*arguments: object, **more: object) -> str:
        raise AssertionError(f"a document was looked at: {arguments}")

    monkeypatch.setattr(Store, "has", never)
    monkeypatch.setattr(Store, "get", never)
    monkeypatch.setattr(Body, "__init__", never)
    night = nightly([], NOW, root.path)
    assert (night.documents, set(night.done.values())) == (LISTED + 1, {0})
    assert night.published is not None
    assert not night.published.is_new


def test_what_bytes_say_is_asked_once_and_again_where_it_may_be_wrong(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    sound, damaged = archive.put(b"sound"), archive.put(b"damaged")
    archive.path(damaged).chmod(0o644)
    archive.path(damaged).write_bytes(b"DAMAGED")
    absent = "0" * 64
    asked: list[str] = []

    def look(body: Body) -> str:
        asked.append(body.sha256)
        return body.piece(0, 1).decode()

    def ask(code: str) -> tuple[dict[str, str], set[str]]:
        asked.clear()
        kinds = Kinds(tmp_path / FILE, archive, {"first letter": Question(code, look)})
        said = kinds.ask("first letter", [sound, damaged, absent])
        return dict(said), set(asked)

    assert ask("1") == ({sound: "s", damaged: "D"}, {sound, damaged})
    assert ask("1") == ({sound: "s", damaged: "D"}, {damaged})  # what is not its own bytes is not believed
    assert ask("2")[1] == {sound, damaged}  # other code may say something else
    (tmp_path / FILE).write_bytes(b"spoiled")
    assert ask("2")[0] == {sound: "s", damaged: "D"}


def test_a_body_is_read_once_for_all_questions_of_a_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path / "archive")
    old, new, packed = archive.put(OLE), archive.put(b"%PDF-1.7"), archive.put(ZIP)
    reads: Counter[str] = Counter()
    plain = Archive.piece

    def piece(self: Archive, sha256: str, start: int = 0, end: int | None = None) -> bytes:
        reads[sha256] += 1
        return plain(self, sha256, start, end)

    monkeypatch.setattr(Archive, "piece", piece)
    assert dict(Kinds(tmp_path / FILE, archive).ask(ARCHIVE, [old, new, packed])) == {packed: ARCHIVE}
    assert dict(Kinds(tmp_path / FILE, archive).ask(OFFICE, [old, new, packed])) == {old: "doc"}
    assert reads == {old: 1, new: 1, packed: 1}
    (tmp_path / FILE).unlink()
    monkeypatch.setattr("flows.kinds.IN_MEMORY_BYTES", 4)  # large ones are not held in memory, and say the same
    assert dict(Kinds(tmp_path / FILE, archive).ask(OFFICE, [old, new, packed])) == {old: "doc"}
