"""Releases behind an address or in a folder: one file at a time, whole and verified, or with its reason why not."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from flows import errors

TIMEOUT: Final = 60  # seconds without a byte
CHUNK: Final = 1 << 18
MAX_INDEX: Final = 64 << 20
MAX_RESOURCE: Final = 64 << 30
TRIES: Final = 4
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,120}")
VERSION: Final = re.compile(r"v\d{4}\.\d{2}\.\d{1,6}")
Tell = Callable[[str, int, int], None]
Json = dict[str, Any]


def quiet(name: str, done: int, total: int) -> None:
    """Progress told to nobody."""


class _HttpOnly(urllib.request.HTTPRedirectHandler):
    """Redirects stay on the web: never to ftp or to a file."""

    def redirect_request(self, *given: Any) -> Any:
        newurl = given[5]
        if urllib.parse.urlsplit(newurl).scheme not in ("http", "https"):
            raise urllib.error.URLError(f"redirected to {newurl[:80]}")
        return super().redirect_request(*given)


class NotThere(Exception):  # noqa: N818 - names what was found
    """There is no such file."""


class Releases:
    """Where releases are: an http(s) address or a folder, of one release or of several with `latest.json`."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        self.is_web = re.match(r"https?://", base) is not None
        if not self.is_web and re.match(r"[a-z][a-z0-9+.\-]+://", base) and not base.startswith("file://"):
            raise errors.usage(
                f"--from 应为 http(s) 地址或文件夹：{base}", f"--from takes an http(s) address or a folder: {base}"
            )
        if base.startswith("file://"):
            self.base = urllib.request.url2pathname(urllib.parse.urlsplit(base).path).rstrip("/")
        self._opener = urllib.request.build_opener(_HttpOnly)

    def release(self, version: str | None = None) -> Release:
        """A release by name, or the latest; of an address of one release, that one.

        Raises Trouble: exit code 2 where there is none of that name, 3 where the place cannot be reached, 4 where what
        is there is no release.
        """
        if version is not None and not VERSION.fullmatch(version):
            raise errors.usage(
                f"不是版本名：{version}（如 v2026.11.0）", f"no name of a release: {version} (v2026.11.0)"
            )
        try:
            index = self._json("index.json")
            found = str(index.get("version"))
            if version not in (None, found):
                raise errors.usage(f"{self.base} 是 {found}，不是 {version}", f"{self.base} is {found}, not {version}")
            return Release(self, "", index)
        except NotThere:
            pass
        try:
            if version is None:
                version = str(self._json("latest.json").get("version"))
                if not VERSION.fullmatch(version):
                    raise errors.data(f"{self.base} 的 latest.json 已损坏", f"latest.json of {self.base} is damaged")
            return Release(self, f"{version}/", self._json(f"{version}/index.json"))
        except NotThere as error:
            what = version or "latest.json"
            raise errors.usage(f"{self.base} 没有 {what}", f"there is no {what} at {self.base}") from error

    def _json(self, name: str) -> Json:
        with self.open(name) as (file, _):
            raw = file.read(MAX_INDEX + 1)
        try:
            found = json.loads(raw)
        except ValueError:
            found = None
        if not isinstance(found, dict) or len(raw) > MAX_INDEX:
            raise errors.data(f"{self.base}/{name} 不是版本的清单", f"{self.base}/{name} is no index of a release")
        return found

    @contextmanager
    def open(self, name: str, start: int = 0) -> Iterator[tuple[IO[bytes], int]]:
        """A file from byte `start` on, and the byte it really begins with (0 where the server knows no ranges).

        Raises NotThere, and Trouble (exit code 3) where the place cannot be reached.
        """
        if not self.is_web:
            try:
                with (Path(self.base) / name).open("rb") as file:
                    file.seek(start)
                    yield file, start
            except (FileNotFoundError, NotADirectoryError) as error:
                raise NotThere(name) from error
            return
        address = f"{self.base}/{urllib.parse.quote(name)}"
        request = urllib.request.Request(address, headers={"User-Agent": "yujue"})  # noqa: S310 - http(s), see is_web
        if start:
            request.add_header("Range", f"bytes={start}-")
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                yield answer, start if answer.status == 206 else 0
        except urllib.error.HTTPError as error:
            if error.code in (403, 404, 410):
                raise NotThere(name) from error
            raise unreachable(self.base, f"HTTP {error.code}") from error
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            raise unreachable(self.base, str(getattr(error, "reason", error))) from error


def unreachable(base: str, why: str) -> errors.Trouble:
    return errors.network(f"无法从 {base} 取得：{why}", f"cannot fetch from {base}: {why}")


class Release:
    """One release: its index and its files."""

    def __init__(self, releases: Releases, folder: str, index: Json) -> None:
        self.releases = releases
        self.folder = folder
        self.index = index
        self.version = str(index.get("version"))
        self.resources: list[Json] = [one for one in index.get("resources", []) if _is_resource(one)]

    def resource(self, table: str, form: str = "parquet") -> Json | None:
        """A file of a table by format. table: as in the index, or as its files are called."""
        for one in self.resources:
            stem = str(one["name"]).partition(".")[0]
            if table in (one.get("table"), stem) and one.get("format", "parquet") == form:
                return one
        return None

    def fetch(self, resource: Json, into: Path, tell: Tell = quiet) -> Path:
        """The file under `into`, verified; one that is there already, and right, is not fetched again.

        What an interrupted fetch left is gone on with. Raises Trouble: exit code 3 (network), 4 (not what the index
        says), 2 (cannot be written).
        """
        name, size, sha256 = str(resource["name"]), int(resource["bytes"]), str(resource["sha256"])
        path = into / name
        try:
            into.mkdir(parents=True, exist_ok=True)
            if path.is_file() and path.stat().st_size == size and _sha256(path) == sha256:
                return path
            part = into / f".part-{sha256[:16]}-{name}"
            self._fill(name, part, size, sha256, tell)
            part.replace(path)
        except OSError as error:
            raise errors.usage(
                f"无法写入 {into}：{error.strerror}", f"cannot write to {into}: {error.strerror}"
            ) from error
        return path

    def _fill(self, name: str, part: Path, size: int, sha256: str, tell: Tell) -> None:
        """Until the part is whole and right; a dropped connection is taken up where it broke."""
        trouble: errors.Trouble | None = None
        for _ in range(TRIES):
            try:
                self._append(name, part, size, tell)
            except NotThere as error:
                raise errors.data(f"{self.version} 中没有 {name}", f"{name} is missing from {self.version}") from error
            except errors.Trouble as error:
                trouble = error
                continue
            if part.stat().st_size == size and _sha256(part) == sha256:
                return
            if part.stat().st_size >= size:  # whole, but not what the index says: from the beginning
                part.unlink()
            trouble = errors.data(
                f"{name} 与清单的校验和不符", f"{name} is not what the index says (its checksum differs)"
            )
        raise trouble or unreachable(self.releases.base, name)

    def _append(self, name: str, part: Path, size: int, tell: Tell) -> None:
        have = part.stat().st_size if part.is_file() else 0
        if have > size:
            part.unlink()
            have = 0
        if have == size:
            return
        with (
            self.releases.open(f"{self.folder}{name}", have) as (source, start),
            part.open("ab" if start else "wb") as file,
        ):
            done = start
            while chunk := _read(source, self.releases.base):
                done += len(chunk)
                if done > size:
                    raise errors.data(f"{name} 比清单所说的大", f"{name} is larger than the index says")
                file.write(chunk)
                tell(name, done, size)


def _read(source: IO[bytes], base: str) -> bytes:
    try:
        return source.read(CHUNK)
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise unreachable(base, str(error)) from error


def _is_resource(one: object) -> bool:
    """Whether an entry of an index can be fetched: a plain name (never a path), a size, a digest."""
    return (
        isinstance(one, dict)
        and NAME.fullmatch(str(one.get("name"))) is not None
        and isinstance(one.get("bytes"), int)
        and 0 <= one["bytes"] <= MAX_RESOURCE
        and re.fullmatch(r"[0-9a-f]{64}", str(one.get("sha256"))) is not None
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A file to write to, which becomes `path` when the block ends; when it fails there is no trace of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
