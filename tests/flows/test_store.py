"""Stored results: whole or absent, and never trusted when damaged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.document import Cell, Issue, Paragraph, Place, Reading, Table
from flows.store import (
    DamagedResult,
    Store,
    pack_reading,
    pack_tables,
    unpack_reading,
    unpack_tables,
    write_atomically,
)
from tests.conftest import ROOT
from tests.flows.conftest import rows_of, tables_of

SHA = "ab" * 32
READING = Reading(
    document_sha256=SHA,
    kind="docx",
    method="docx_xml",
    n_pages=None,
    blocks=[
        Paragraph(1, "一、部门职责", (Place(paragraph=1),), level=1),
        Table(1, 1, 2, [Cell(0, 0, "合计", (Place(table=1, row=1, col=1),), colspan=2)]),
    ],
    issues=[Issue("truncated", "error", "read", "中", "en", SHA, Place(page=2, box=(1.0, 2.0, 3.5, 4.25)))],
)


def test_a_reading_comes_back_as_it_was() -> None:
    assert unpack_reading(pack_reading(READING)) == READING


def test_rows_come_back_with_dates_as_dates() -> None:
    tables = {**tables_of(SHA), "findings": rows_of("findings", SHA, 2)}
    assert unpack_tables(pack_tables(tables)) == tables


def test_the_order_of_tables_does_not_change_the_bytes() -> None:
    tables = tables_of(SHA)
    assert pack_tables(tables) == pack_tables(dict(reversed(tables.items())))


@settings(deadline=None)  # the first decoding loads the decoder
@given(st.data())
def test_a_damaged_result_is_never_taken_for_a_result(data: st.DataObject) -> None:
    packed = bytearray(pack_reading(READING))
    position = data.draw(st.integers(0, len(packed) - 1))
    kind = data.draw(st.sampled_from(["cut", "flip"]))
    if kind == "cut":
        del packed[position:]
    else:
        packed[position] ^= data.draw(st.integers(1, 255))
    try:
        found = unpack_reading(bytes(packed))
    except DamagedResult:
        return
    assert found == READING  # a flipped bit that means nothing (the frame has some) changes nothing


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "a" / "result", b"x")
    assert list((tmp_path / "a").iterdir()) == []


def test_a_writer_killed_before_the_rename_leaves_no_result(tmp_path: Path) -> None:
    script = (
        "import os, signal, pathlib\n"
        "from flows.store import Store\n"
        "pathlib.Path.replace = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"Store(pathlib.Path({str(tmp_path)!r})).put({SHA!r}, 'f' * 16, b'x' * 100_000)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    store = Store(tmp_path)
    assert not store.has(SHA, "f" * 16)
    assert list(store) == []
    assert store.remove_debris() == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_results_of_other_fingerprints_are_others(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(SHA, "1" * 16, b"one")
    assert store.has(SHA, "1" * 16)
    assert not store.has(SHA, "2" * 16)
    assert store.get(SHA, "2" * 16) is None
    store.forget(SHA, "1" * 16)
    assert not store.has(SHA, "1" * 16)
