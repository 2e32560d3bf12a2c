"""The file server: only files below its folder, ranges, conditional requests, strict headers."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.serve import FileServer, byte_range, find_file, in_background

CONTENT = bytes(range(256)) * 4


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    root = tmp_path / "releases"
    release = root / "v2026.11.0"
    release.mkdir(parents=True)
    (release / "index.html").write_text("<!doctype html>页", encoding="utf-8")
    (release / "core.parquet").write_bytes(CONTENT)
    (root / ".staging-x").mkdir()
    (root / ".staging-x" / "half.parquet").write_bytes(b"secret")
    (root / "latest").symlink_to("v2026.11.0")
    (tmp_path / "outside.txt").write_text("secret")
    (root / "escape").symlink_to(tmp_path)
    (root / "hidden").symlink_to(".staging-x")
    with in_background(FileServer(root, redirect="/v2026.11.0/")) as running:
        yield running


def ask(server: FileServer, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    host, port = server.server_address[:2]
    connection = http.client.HTTPConnection(str(host), int(port), timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.txt",
        "/v2026.11.0/../../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/v2026.11.0/%2e%2e%2f%2e%2e%2foutside.txt",
        "/..\\outside.txt",
        "/escape/outside.txt",
        "/hidden/half.parquet",
        "/.staging-x/half.parquet",
        "//etc/hostname",
        "/%00",
        "/v2026.11.0/core.parquet%00.html",
        "/%ff",
        "/absent",
        "/" + "a" * 5000,
    ],
)
def test_nothing_outside_is_served(server: FileServer, path: str) -> None:
    status, _, body = ask(server, path)
    assert status == 404
    assert b"secret" not in body


@given(st.text(alphabet="./\\%2ef aoutside.txt~\x00", max_size=40))
def test_no_path_leads_outside(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "serve"
    root = (folder / "root").resolve()
    root.mkdir(parents=True, exist_ok=True)
    (folder / "outside.txt").write_text("secret")
    found = find_file(root, f"/{path}")
    assert found is None or found.is_relative_to(root)


def test_headers_of_every_answer(server: FileServer) -> None:
    for path in ("/v2026.11.0/", "/v2026.11.0/core.parquet", "/absent", "/"):
        _, headers, _ = ask(server, path)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "Python" not in headers["Server"]


def test_the_root_leads_to_the_release(server: FileServer) -> None:
    assert (ask(server, "/")[0], ask(server, "/")[1]["Location"]) == (302, "/v2026.11.0/")
    assert ask(server, "/v2026.11.0")[1]["Location"] == "/v2026.11.0/"
    status, headers, body = ask(server, "/latest/")
    assert (status, headers["Content-Type"], body.decode()) == (200, "text/html; charset=utf-8", "<!doctype html>页")


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-3", CONTENT[:4]),
        ("bytes=1000-", CONTENT[1000:]),
        ("bytes=-8", CONTENT[-8:]),
        ("bytes=1000-99999", CONTENT[1000:]),
        ("bytes=1023-1023", CONTENT[-1:]),
    ],
)
def test_a_range(server: FileServer, header: str, wanted: bytes) -> None:
    status, headers, body = ask(server, "/latest/core.parquet", Range=header)
    assert (status, body) == (206, wanted)
    assert headers["Content-Length"] == str(len(wanted))
    assert headers["Content-Range"].endswith("/1024")


@pytest.mark.parametrize(("header", "status"), [("bytes=1024-", 416), ("bytes=-0", 416), ("bytes=5-2", 200)])
def test_ranges_that_are_none(server: FileServer, header: str, status: int) -> None:
    assert ask(server, "/latest/core.parquet", Range=header)[0] == status


def test_several_ranges_give_the_whole(server: FileServer) -> None:
    status, _, body = ask(server, "/latest/core.parquet", Range="bytes=0-1,3-4")
    assert (status, body) == (200, CONTENT)


def test_a_range_of_a_file_that_changed_gives_the_whole(server: FileServer) -> None:
    status, _, body = ask(server, "/latest/core.parquet", Range="bytes=0-1", If_Range='"another"')
    assert (status, body) == (200, CONTENT)


@given(st.text(alphabet="bytes=-0123456789, ", max_size=24), st.integers(0, 2000))
def test_a_range_lies_in_the_file(header: str, size: int) -> None:
    span = byte_range(header, size)
    if span:
        assert 0 <= span[0] <= span[1] < size


def test_what_has_not_changed_is_not_sent(server: FileServer) -> None:
    _, headers, _ = ask(server, "/latest/core.parquet")
    for name in ("ETag", "Last-Modified"):
        question = {"ETag": "If_None_Match", "Last-Modified": "If_Modified_Since"}[name]
        status, _, body = ask(server, "/latest/core.parquet", **{question: headers[name]})
        assert (status, body) == (304, b"")
    assert ask(server, "/latest/core.parquet", If_None_Match='"another"')[0] == 200
    assert ask(server, "/latest/core.parquet", If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT")[0] == 200
    assert ask(server, "/latest/core.parquet", If_Modified_Since="yesterday")[0] == 200


def test_head_and_other_methods(server: FileServer) -> None:
    status, headers, body = ask(server, "/latest/core.parquet", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "1024", b"")
    assert ask(server, "/latest/core.parquet", "POST")[0] == 501


def test_it_listens_on_loopback_only(server: FileServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_reader_that_opens_a_hundred_connections_at_once_is_answered_on_each(tmp_path: Path) -> None:
    """hyparquet asks for many ranges together; what does not fit into the queue of the socket hangs for minutes."""
    (tmp_path / "a.txt").write_text("0123456789")
    server = FileServer(tmp_path)  # it listens, and nobody takes a connection yet
    with ExitStack() as stack:
        readers = []
        for _ in range(100):
            reader = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
            stack.callback(reader.close)
            reader.request("GET", "/a.txt")
            readers.append(reader)
        with in_background(server):
            assert {reader.getresponse().read() for reader in readers} == {b"0123456789"}
