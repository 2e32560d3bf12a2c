"""Serving a built site: packed texts, validators that follow from the bytes, its own 404, its own policy."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.cli import main
from flows.serve import SITE_HEADERS, FileServer, in_background

TEXT = "<!doctype html><title>页</title>" + "预决算 " * 1000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    root = tmp_path / "site"
    (root / "zh").mkdir(parents=True)
    (root / "zh" / "index.html").write_text(TEXT, encoding="utf-8")
    (root / "404.html").write_text("没有这一页", encoding="utf-8")
    (root / "table.parquet").write_bytes(bytes(range(256)) * 20)
    (root / ".documents.json").write_text("{}")
    (root / "site.json").write_text(json.dumps({"moment": 1_793_491_200}))  # 2026-11-01
    with in_background(FileServer(root, headers=SITE_HEADERS)) as running:
        yield running


def ask(server: FileServer, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(
        server.url + path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


@pytest.mark.parametrize(
    "path",
    ["/../outside.txt", "/zh/../../outside.txt", "/%2e%2e/outside.txt", "/zh/%2e%2e%2f%2e%2e%2foutside.txt",
     "//outside.txt", "/..%5coutside.txt", "/zh/..%00/../outside.txt", "/.documents.json", "/out/outside.txt"],
)  # fmt: skip
def test_nothing_beside_the_site_is_served(server: FileServer, tmp_path: Path, path: str) -> None:
    """As it goes over the wire: no library tidies these paths up."""
    (tmp_path / "outside.txt").write_text("secret")
    link = tmp_path / "site" / "out"
    if not link.is_symlink():
        link.symlink_to(tmp_path)
    connection = http.client.HTTPConnection(*server.server_address[:2], timeout=10)
    connection.putrequest("GET", path, skip_host=False)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status in (302, 400, 404)
    assert b"secret" not in answer.read()
    assert "outside" not in (answer.headers["Location"] or "")
    connection.close()


def test_a_text_is_packed_for_who_can_unpack_it(server: FileServer) -> None:
    status, headers, body = ask(server, "zh/", Accept_Encoding="br, gzip;q=0.8")
    assert (status, headers["Content-Encoding"], headers["Vary"]) == (200, "gzip", "Accept-Encoding")
    assert gzip.decompress(body).decode() == TEXT
    assert len(body) < len(TEXT) / 10
    for refused in ("identity", "gzip;q=0", "br"):
        _, plain, whole = ask(server, "zh/", Accept_Encoding=refused)
        assert "Content-Encoding" not in plain
        assert whole.decode() == TEXT
        assert plain["ETag"] != headers["ETag"]  # other bytes, another name


def test_parquet_is_never_packed_and_answers_ranges(server: FileServer) -> None:
    _, headers, body = ask(server, "table.parquet", Accept_Encoding="gzip")
    assert "Content-Encoding" not in headers
    assert len(body) == 5120
    status, headers, body = ask(server, "table.parquet", Range="bytes=-8", Accept_Encoding="gzip")
    assert (status, headers["Content-Range"], body) == (206, "bytes 5112-5119/5120", bytes(range(248, 256)))


def test_validators_follow_from_the_bytes_not_from_the_clock(server: FileServer) -> None:
    _, before, _ = ask(server, "zh/index.html")
    file = server.root / "zh" / "index.html"
    os.utime(file, (1, 1))
    _, touched, _ = ask(server, "zh/index.html")
    assert (touched["ETag"], touched["Last-Modified"]) == (before["ETag"], before["Last-Modified"])
    assert "Nov 2026" in before["Last-Modified"]
    file.write_text(TEXT.replace("页", "頁"), encoding="utf-8")
    _, changed, _ = ask(server, "zh/index.html")
    assert changed["ETag"] != before["ETag"]
    assert changed["Last-Modified"] != before["Last-Modified"]
    assert ask(server, "zh/index.html", If_Modified_Since=before["Last-Modified"])[0] == 200
    assert ask(server, "zh/index.html", If_Modified_Since=changed["Last-Modified"])[0] == 304
    assert ask(server, "zh/index.html", If_None_Match=changed["ETag"])[0] == 304


def test_what_is_not_there_has_the_site_s_own_page(server: FileServer) -> None:
    for path in ("zh/doc/none/", ".documents.json", "%2e%2e/secret"):
        status, headers, body = ask(server, path)
        assert (status, body.decode()) == (404, "没有这一页"), path
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_serving_what_is_no_site_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["site", "serve", str(tmp_path)]) == 2
    assert "site build" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--contact", "javascript:alert(1)"],
        ["--base-url", "example.org"],
        ["--data", "a", "--release", "b"],
        ["--release", "nowhere"],
    ],
)
def test_bad_options_are_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    assert main(["site", "build", "--out", str(tmp_path / "site"), *options]) == 2
    said = capsys.readouterr().err.strip()
    assert said
    assert "\n" not in said
    assert not (tmp_path / "site").exists()
