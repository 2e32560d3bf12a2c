"""Bodies on their way in: the same bytes whatever the pieces, large files on disk, nothing beyond the limits."""

from __future__ import annotations

import gc
import gzip
import hashlib
import zlib
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.archive import Archive
from crawl.spool import IN_MEMORY_BYTES, MAX_PAGE_BYTES, BodyRefused, OnDisk, Spool, stored, whole_size

LARGE = b"%PDF-1.4 " + bytes(range(256)) * (IN_MEMORY_BYTES // 200)


def spooled(folder: Path, *pieces: bytes, coding: str = "", most: int = 100_000_000, keep_first: int = 0) -> bytes:
    spool = Spool(folder, max_bytes=most, content_encoding=coding, keep_first=keep_first)
    for piece in pieces:
        spool.write(piece)
    return spool.finish()


def in_pieces(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=3000),
    st.integers(1, 700),
    st.sampled_from(["", "gzip", "members", "deflate", "raw", "br", "deflate, gzip"]),
)
def test_the_same_bytes_whatever_the_pieces(body: bytes, size: int, coding: str) -> None:
    packed = {
        "": lambda: body,
        "gzip": lambda: gzip.compress(body),
        "members": lambda: gzip.compress(body[:50]) + gzip.compress(body[50:]) + bytes(9),
        "deflate": lambda: zlib.compress(body),
        "raw": lambda: zlib.compress(body)[2:-4],
        "br": lambda: brotli.compress(body),
        "deflate, gzip": lambda: gzip.compress(zlib.compress(body)),
    }[coding]()
    names = {"raw": "deflate", "members": "gzip"}
    assert spooled(Path("unused"), *in_pieces(packed, size), coding=names.get(coding, coding)) == body


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["gzip", "deflate", "br", "gzip, br", "zstd", "x, y", ",,,"]))
def test_any_bytes_are_unpacked_or_refused(body: bytes, coding: str) -> None:
    try:
        assert len(spooled(Path("unused"), body, coding=coding, most=1_000_000)) <= 1_000_000
    except BodyRefused as refused:
        assert str(refused)


def test_a_large_file_is_on_disk_and_goes_with_its_body(tmp_path: Path) -> None:
    body = spooled(tmp_path, *in_pieces(LARGE, 100_000))
    assert isinstance(body, OnDisk)
    assert LARGE.startswith(body)
    assert (len(body), body.size, whole_size(body)) == (65_536, len(LARGE), len(LARGE))
    assert body.sha256 == hashlib.sha256(LARGE).hexdigest()
    assert body.path.read_bytes() == LARGE
    del body
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_the_archive_takes_the_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path, writer="s")
    body = spooled(archive.incoming, LARGE)
    sha256 = archive.put(body)
    assert archive.get(sha256) == LARGE
    assert archive.put(body) == sha256, "a second time: it is there"
    assert archive.put(spooled(archive.incoming, LARGE)) == sha256
    del body
    gc.collect()
    assert archive.verify(sha256), "what the archive has taken does not go with the body"
    assert list(archive.incoming.iterdir()) == []
    again = archive.body(sha256)
    assert isinstance(again, OnDisk)
    assert again == LARGE[:65_536]
    small = archive.put(b"small")
    assert archive.body(small) == b"small"
    assert list(archive.digests()) == sorted([sha256, small])


def test_a_page_stays_in_memory_up_to_a_limit(tmp_path: Path) -> None:
    page = b"<html>" + b"x" * (IN_MEMORY_BYTES + 10)
    assert type(spooled(tmp_path, *in_pieces(page, 1 << 20))) is bytes
    (tmp_path / "page").write_bytes(page)
    assert stored(tmp_path / "page", "0" * 64) == page
    with pytest.raises(BodyRefused, match="a page larger than"):
        spooled(tmp_path, b"<html>", *[b"x" * (1 << 20)] * (MAX_PAGE_BYTES // (1 << 20)))


def test_limits(tmp_path: Path) -> None:
    assert spooled(tmp_path, b"x" * 100, most=100) == b"x" * 100
    with pytest.raises(BodyRefused, match=r"larger than 100 bytes \(politeness.max_bytes\)"):
        spooled(tmp_path, b"x" * 101, most=100)
    with pytest.raises(BodyRefused, match="larger than 100 bytes when unpacked"):
        spooled(tmp_path, gzip.compress(b"x" * 101), coding="gzip", most=100)
    assert spooled(tmp_path, b"abc", b"def", keep_first=4) == b"abcd"
    with pytest.raises(BodyRefused, match="packed 3 times"):
        spooled(tmp_path, coding="gzip, gzip, br")


def test_what_is_broken_off_leaves_no_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=len(LARGE))
    spool.write(LARGE)
    assert len(list(tmp_path.iterdir())) == 1
    spool.discard()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_writer_left_is_cleared(tmp_path: Path) -> None:
    archive, other = Archive(tmp_path, writer="s"), Archive(tmp_path, writer="other")
    for one in (archive, other):
        one.incoming.mkdir(parents=True)
        (one.incoming / "body-x").write_bytes(b"half")
    archive.clear_incoming()
    assert not archive.incoming.exists()
    assert (other.incoming / "body-x").exists(), "only its own"
