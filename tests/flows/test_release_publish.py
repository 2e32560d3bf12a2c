"""Releases put where the public finds them: an object store and a folder, resumed, never overwritten, latest last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.entry import main
from flows.errors import Trouble
from flows.publish_release import Published
from flows.release import target
from flows.release.verify import verify
from flows.settings import DataRoot
from tests.flows.test_release import publish


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish(DataRoot(tmp_path_factory.mktemp("root")))


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    server = pytest.importorskip("moto.server").ThreadedMotoServer(port=0, verbose=False)
    boto3 = pytest.importorskip("boto3")
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (
            ("AWS_ENDPOINT_URL", f"http://{host}:{port}"),
            ("AWS_ACCESS_KEY_ID", "testing"),
            ("AWS_SECRET_ACCESS_KEY", "testing"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
        ):
            patch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket="releases")
        yield "s3://releases/yujue"
    server.stop()


def test_a_release_goes_to_an_object_store_and_is_there_as_it_was(release: Published, bucket: str) -> None:
    import fsspec

    sent = target.publish(release.folder, bucket)
    assert (sent.kept, sent.is_latest) == (0, True)
    files, base = fsspec.url_to_fs(bucket)
    for path in release.folder.iterdir():
        assert (
            hashlib.sha256(files.cat_file(f"{base}/{release.version}/{path.name}")).digest()
            == hashlib.sha256(path.read_bytes()).digest()
        )
    assert json.loads(files.cat_file(f"{base}/latest.json")) == {"version": release.version}
    again = target.publish(release.folder, bucket)
    assert (again.sent, again.kept) == (0, sent.sent)


def test_an_interrupted_publication_is_gone_on_with(
    release: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, count = f"file://{tmp_path}/public", 0
    whole = target._send

    def breaks(*given: object) -> None:
        nonlocal count
        count += 1
        if count > 10:
            raise ConnectionResetError("the line is gone")
        whole(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(Trouble, match="broke off") as caught:
        patch.setattr(target, "_send", breaks)
        target.publish(release.folder, url)
    assert caught.value.code == 3
    assert not (tmp_path / "public" / "latest.json").exists()
    assert not (tmp_path / "public" / release.version / "SHA256SUMS").exists()
    sent = target.publish(release.folder, url)
    assert sent.kept == 10
    assert verify(tmp_path / "public" / release.version) == []


def test_a_version_that_differs_there_is_not_overwritten(release: Published, tmp_path: Path) -> None:
    there = tmp_path / release.version
    there.mkdir()
    (there / "SHA256SUMS").write_text(f"{'0' * 64}  index.json\n")
    with pytest.raises(Trouble, match="not overwritten") as caught:
        target.publish(release.folder, f"file://{tmp_path}")
    assert caught.value.code == 2
    assert [path.name for path in there.iterdir()] == ["SHA256SUMS"]


def test_latest_never_moves_backwards(release: Published, tmp_path: Path) -> None:
    (tmp_path / "latest.json").write_text('{"version": "v2027.01.0"}')
    assert not target.publish(release.folder, f"file://{tmp_path}").is_latest
    assert "v2027.01.0" in (tmp_path / "latest.json").read_text()


def test_what_was_sent_is_read_back(release: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.implementations.local import LocalFileSystem

    def loses(self: object, source: str, where: str, **more: object) -> None:
        Path(where).write_bytes(Path(source).read_bytes()[:-1])

    monkeypatch.setattr(LocalFileSystem, "put_file", loses)
    with pytest.raises(Trouble, match="read back, is not what was sent"):
        target.publish(release.folder, f"file://{tmp_path}")


def test_the_commands_verify_before_they_publish(
    release: Published, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(release.folder.parents[1])]
    assert main(["release", "verify", *data]) == 0
    assert main(["release", "publish", f"file://{tmp_path}/public", *data]) == 0
    assert main(["release", "publish", "gopher://example", *data]) == 2
    page = release.folder / "index.html"
    content = page.read_bytes()
    page.chmod(0o644)
    page.write_bytes(content + b" ")
    try:
        assert main(["release", "verify", *data]) == 4
        assert main(["release", "publish", f"file://{tmp_path}/other", *data]) == 4
        assert not (tmp_path / "other").exists()
    finally:
        page.write_bytes(content)
    assert "index.html" in capsys.readouterr().err
