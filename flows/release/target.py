"""A release put where the public finds it: any place fsspec knows (`s3://…`, `file://…`, `sftp://…`).

    URL/v2026.11.0/…         every file but SHA256SUMS, each checked by size and digest once it is there
    URL/v2026.11.0/SHA256SUMS    when all of them are: the version is whole
    URL/latest.json          last, and never backwards

An interrupted publication is gone on with: what is there and right is not sent again. A version that is whole there and
differs from ours is never overwritten.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import fsspec

from flows import errors
from flows.release.package import SUMS, sha256_of
from flows.release.version import parse

CHUNK: Final = 1 << 20
LATEST_FILE: Final = "latest.json"
Tell = Callable[[str, int, int], None]


def _quiet(name: str, done: int, total: int) -> None:
    """Progress told to nobody."""


@dataclass
class Sent:
    """What a publication did. kept: files that were there and right. is_latest: whether latest.json names it now."""

    url: str
    version: str
    sent: int = 0
    kept: int = 0
    bytes_sent: int = 0
    is_latest: bool = False


def publish(folder: Path, url: str, tell: Tell = _quiet) -> Sent:
    """Publish the release in `folder` under `url`.

    Raises Trouble: exit code 2 (no such kind of place; the version differs there), 3 (the place cannot be reached, or
    what was read back is not what was sent).
    """
    version = folder.name
    try:
        files, base = fsspec.url_to_fs(url.rstrip("/"))
    except (ValueError, ImportError) as error:
        raise errors.usage(
            f"不能发布到 {url}：{error}（s3 需要 pip install 'yujue[object-store]'）",
            f"cannot publish to {url}: {error} (s3 takes pip install 'yujue[object-store]')",
        ) from error
    try:
        return _publish(files, base, folder, Sent(url, version), tell)
    except errors.Trouble:
        raise
    except Exception as error:  # every file system of fsspec has its own
        raise errors.network(f"发布到 {url} 中断：{error}", f"publishing to {url} broke off: {error}") from error


def _publish(files: Any, base: str, folder: Path, sent: Sent, tell: Tell) -> Sent:
    there = f"{base}/{sent.version}"
    ours = (folder / SUMS).read_bytes()
    theirs = _read(files, f"{there}/{SUMS}")
    if theirs is not None and theirs != ours:
        raise errors.usage(
            f"{sent.url} 已有另一个 {sent.version}，不予覆盖",
            f"{sent.url} has another {sent.version} already; it is not overwritten",
        )
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != SUMS)
    files.makedirs(there, exist_ok=True)
    for number, name in enumerate([*names, SUMS]):
        tell("publish", number, len(names) + 1)
        if _is_there(files, f"{there}/{name}", folder / name):
            sent.kept += 1
        else:
            _send(files, f"{there}/{name}", folder / name, sent)
    tell("publish", len(names) + 1, len(names) + 1)
    sent.is_latest = _point(files, base, sent.version)
    return sent


def _send(files: Any, where: str, path: Path, sent: Sent) -> None:
    files.put_file(str(path), where)
    if not _is_there(files, where, path):
        raise errors.network(f"{where} 读回后与原文件不符", f"{where}, read back, is not what was sent")
    sent.sent += 1
    sent.bytes_sent += path.stat().st_size


def _is_there(files: Any, where: str, path: Path) -> bool:
    """Whether the same bytes are there: the size first, then the digest of what is read back."""
    try:
        files.invalidate_cache()
        if files.info(where)["size"] != path.stat().st_size:
            return False
        digest = hashlib.sha256()
        with files.open(where, "rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == sha256_of(path)


def _read(files: Any, where: str) -> bytes | None:
    try:
        with files.open(where, "rb") as file:
            content: bytes = file.read(1 << 20)
            return content
    except FileNotFoundError:
        return None


def _point(files: Any, base: str, version: str) -> bool:
    """Move latest.json, unless it names a later release already."""
    raw = _read(files, f"{base}/{LATEST_FILE}")
    try:
        now = parse(str(json.loads(raw)["version"])) if raw else None
    except (ValueError, KeyError, TypeError):
        now = None
    ours = parse(version)
    if now is not None and ours is not None and now > ours:
        return False
    files.pipe_file(f"{base}/{LATEST_FILE}", f'{{"version": "{version}"}}\n'.encode())
    return True
