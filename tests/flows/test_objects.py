"""Named bytes in a folder and in an object store: the same behaviour, and every trouble of a store as one line."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawl.archive import Archive, ArchiveCorruption
from crawl.spool import IN_MEMORY_BYTES, OnDisk, Spool
from flows import errors
from flows.bodies import archive_at
from flows.objects import Objects, objects_at, read_place
from flows.settings import DataRoot, WorkLimits, url_of
from flows.store import Store
from flows.workers import Job, run_jobs
from tests.flows.s3 import BUCKET, ENVIRONMENT, Server, environment, s3_server

SHA = "ab" * 32


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with s3_server(tmp_path_factory.mktemp("copies")) as running:
        yield running


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    if request.param == "folder":
        return tmp_path / "root"
    request.getfixturevalue("server")
    return f"s3://{BUCKET}/{request.node.name.replace('[', '-').strip(']')}"


@pytest.fixture
def there(place: str | Path) -> Objects:
    return objects_at(place)


def test_what_is_written_is_read_and_listed(there: Objects) -> None:
    there.write("b/two", b"22")
    there.write("a", b"0123456789")
    there.write("b/.part-hidden", b"?")
    there.write("bc", b"")
    assert [(one.name, one.size) for one in there.entries()] == [("a", 10), ("b/two", 2), ("bc", 0)]
    assert [one.name for one in there.entries("b/")] == ["b/two"], "not bc"
    assert there.entries("nothing/") == []
    assert there.read("a") == b"0123456789"
    assert there.read("a", 2, 4) == b"23"
    assert there.read("a", -3) == b"789"
    assert there.read("a", -99) == b"0123456789"
    assert there.read("a", 0, 99) == b"0123456789"
    assert there.read("bc", 0, 9) == b""
    assert there.entry("b") is None, "a folder is no object"
    assert there.entry("no") is None
    with pytest.raises(FileNotFoundError):
        there.read("no")
    before = there.entry("a")
    there.write("a", b"other")
    assert there.entry("a") != before
    there.remove(["a", "never there"])
    assert there.entry("a") is None
    assert read_place(f"{there.place}/b/two") == b"22"
    assert pickle.loads(pickle.dumps(there)).read("b/two") == b"22"


def test_of_two_writers_of_a_new_name_one_succeeds(there: Objects, tmp_path: Path) -> None:
    done: list[bool] = []
    threads = [threading.Thread(target=lambda n=n: done.append(there.create("x", b"%d" % n))) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 5 + [True]
    file = tmp_path / "file"
    file.write_bytes(b"whole")
    assert there.upload(file, "y", new=True)
    assert not there.upload(Path(__file__), "y", new=True)
    assert there.upload(Path(__file__), "y")
    assert there.read("y") == Path(__file__).read_bytes()


def test_the_answer_to_a_first_attempt_was_lost(server: Server) -> None:
    """The request is sent again and finds its own object: that is no other writer's."""
    there = objects_at(f"s3://{BUCKET}/lost")
    assert there.create("x", b"mine")
    assert there.create("x", b"mine")
    assert not there.create("x", b"other")


def test_age_is_told_by_the_clock_of_the_place(there: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    there.write("x", b"1")
    monkeypatch.setattr(time, "time", lambda: 4e9)
    age = there.age("x")
    assert age is not None
    assert age < 3600
    assert there.age("no") is None
    assert [one.name for one in there.entries()] == ["x"]


def test_a_killed_multipart_upload_is_debris(server: Server) -> None:
    there: Any = objects_at(f"s3://{BUCKET}/parts")
    there._fs.call_s3("create_multipart_upload", Bucket=BUCKET, Key="parts/big")
    there._fs.call_s3("create_multipart_upload", Bucket=BUCKET, Key="elsewhere/big")
    assert there.entries() == []
    assert there.remove_debris() == 1
    assert there.remove_debris() == 0


def test_a_store_knows_what_it_has(place: str | Path) -> None:
    store = Store(f"{place}/tables")
    assert not store.has(SHA, "f")
    store.put(SHA, "f", b"packed")
    assert store.has(SHA, "f")
    assert store.get(SHA, "f") == b"packed"
    assert store.get(SHA, "g") is None
    assert read_place(store.place(SHA, "f")) == b"packed"
    other = pickle.loads(pickle.dumps(Store(f"{place}/tables")))
    assert other.has(SHA, "f")
    other.put(SHA, "h", b"put by another process")
    assert store.has(SHA, "h")
    assert store.names() == {f"{SHA}-f.msgpack.zst", f"{SHA}-h.msgpack.zst"}
    store.forget(SHA, "f")
    assert not store.has(SHA, "f")
    assert [one.name for one in store.entries()] == [f"ab/{SHA}-h.msgpack.zst"]


def test_an_archive_of_bodies(place: str | Path, tmp_path: Path) -> None:
    archive = archive_at(f"{place}/archive", writer="w", spool=None if isinstance(place, Path) else tmp_path / "spool")
    small = archive.put(b"<html>a page</html>")
    assert archive.put(b"<html>a page</html>") == small
    spool = Spool(archive.incoming, max_bytes=1 << 30)
    spool.write(b"%PDF-1.4 " + b"x" * IN_MEMORY_BYTES)
    body = spool.finish()
    assert isinstance(body, OnDisk)
    large = archive.put(body)
    assert large == body.sha256
    assert list(archive.digests()) == sorted([small, large])
    assert archive.get(small) == b"<html>a page</html>" == archive.body(small)
    again = archive.body(large)
    assert isinstance(again, OnDisk)
    assert again.path.stat().st_size == archive.size(large) == IN_MEMORY_BYTES + 9
    assert archive.piece(large, -3) == b"xxx"
    assert archive.verify(large)
    assert not archive.verify(SHA)
    assert archive.state(SHA) == "absent"
    assert archive.state(small) != "absent"
    with pytest.raises(FileNotFoundError):
        archive.body(SHA)
    assert archive_at(archive.place).get(small) == b"<html>a page</html>"
    assert isinstance(pickle.loads(pickle.dumps(archive_at(archive.place))), Archive)


def test_a_damaged_body_in_a_store_is_put_aside_when_the_sound_one_comes(server: Server) -> None:
    url = f"s3://{BUCKET}/spoilt/archive"
    archive = archive_at(url)
    sha256 = archive.put(b"sound")
    objects_at(url).write(archive.name(sha256), b"damag")
    assert not archive.verify(sha256)
    with pytest.raises(ArchiveCorruption, match="they are damaged"):
        archive.get(sha256)
    archive.put(b"sound")
    assert archive.verify(sha256)
    assert archive.aside() == [f"{archive.name(sha256)}.damaged"]
    assert list(archive.digests()) == [sha256]


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("s3://bucket/a/b/", "s3://bucket/a/b"),
        (Path("s3://bucket/a"), "s3://bucket/a"),  # has lost a slash
        ("S3://bucket", "s3://bucket"),
        ("data", None),
        (Path("/srv/data"), None),
        ("C:/data", None),
    ],
)
def test_urls_and_folders(given: str | Path, url: str | None) -> None:
    assert url_of(given) == url
    assert DataRoot(given).url == url


# ------------------------------------------------------------------------------------------------------------- trouble


def test_no_bucket_is_one_line(server: Server) -> None:
    there = objects_at("s3://no-such-bucket/x")
    for ask in (there.entries, lambda: there.read("a"), lambda: there.write("a", b""), lambda: there.create("a", b"")):
        with pytest.raises(errors.Trouble, match=r"there is no bucket no-such-bucket") as caught:
            ask()
        assert caught.value.code == errors.USAGE


@pytest.mark.parametrize("url", ["ftp://host/x", "nonsense://x/y", "file:///srv/data"])
def test_what_is_no_object_store(url: str) -> None:
    with pytest.raises(errors.Trouble, match="no object store"):
        objects_at(url)


class Answers(BaseHTTPRequestHandler):
    """A store in trouble: 503 to everything, or no answer at all, or not allowed."""

    how = "503"

    def do_GET(self) -> None:
        if Answers.how == "slow":
            time.sleep(3)
            return
        status, code = (403, "AccessDenied") if Answers.how == "403" else (503, "ServiceUnavailable")
        body = f"<Error><Code>{code}</Code><Message>because</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_PUT = do_HEAD = do_GET  # noqa: N815 - http.server's names

    def log_message(self, *args: Any) -> None:
        """Silence."""


@pytest.fixture
def in_trouble(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    pytest.importorskip("s3fs")
    monkeypatch.setattr(Answers, "how", request.param)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    if request.param == "gone":
        server.shutdown()
        server.server_close()
    with environment(**{**ENVIRONMENT, "AWS_ENDPOINT_URL": address, "YUJUE_STORE_SECONDS": "1"}):
        monkeypatch.setattr("flows.objects._ATTEMPTS", 2)
        yield
    if request.param != "gone":
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("in_trouble", "code"),
    [("gone", errors.NETWORK), ("503", errors.NETWORK), ("slow", errors.NETWORK), ("403", errors.USAGE)],
    indirect=["in_trouble"],
)
def test_a_store_in_trouble_is_one_line(in_trouble: None, code: int) -> None:
    with pytest.raises(errors.Trouble) as caught:
        objects_at(f"s3://{BUCKET}/x").write("a", b"1")
    assert caught.value.code == code
    assert "\n" not in caught.value.en
    assert f"s3://{BUCKET}/x" in caught.value.en


@pytest.mark.parametrize("in_trouble", ["gone"], indirect=True)
def test_no_document_is_blamed_for_a_store_in_trouble(in_trouble: None) -> None:
    arguments = {"archive": f"s3://{BUCKET}/archive", "sha256": SHA, "filename": "a.docx", "derived": None}
    with pytest.raises(errors.Trouble, match="the object store cannot be used"):
        list(run_jobs([Job("read", SHA, arguments)], WorkLimits(seconds=120, workers=1)))
