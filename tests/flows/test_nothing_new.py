"""A night with nothing new costs a listing of each store: no question for single files, no look at a body."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.nights import NOW, build
from crawl.archive import Archive
from flows import convert_documents, unpack_archives
from flows.kinds import FILE, Kinds
from flows.nightly import nightly
from flows.settings import DataRoot
from flows.stage import LISTED
from flows.store import Store


def test_no_document_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = DataRoot(tmp_path / "data")
    build(root.path, LISTED + 1)

    def never(*arguments: object, **more: object) -> str:
        raise AssertionError(f"a document was looked at: {arguments}")

    monkeypatch.setattr(Store, "has", never)
    monkeypatch.setattr(Store, "get", never)
    monkeypatch.setattr(convert_documents, "_kind", never)
    monkeypatch.setattr(unpack_archives, "_may_be_archive", never)
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

    def look(sha256: str) -> str:
        asked.append(sha256)
        return archive.piece(sha256).decode()[:1]

    def ask(code: str) -> tuple[dict[str, str], set[str]]:
        asked.clear()
        said = Kinds(tmp_path / FILE, archive).ask("first letter", code, [sound, damaged, absent], look)
        return dict(said), set(asked)

    assert ask("1") == ({sound: "s", damaged: "D"}, {sound, damaged, absent})
    assert ask("1") == ({sound: "s", damaged: "D"}, {damaged, absent})  # what is not its own bytes is not believed
    assert ask("2")[1] == {sound, damaged, absent}  # other code may say something else
    (tmp_path / FILE).write_bytes(b"spoiled")
    assert ask("2")[0] == {sound: "s", damaged: "D"}
