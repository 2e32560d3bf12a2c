"""Archives (zip, rar, 7z) as parents of documents: their members in memory, within bounds, nothing written to disk.

zip is read with the standard library, rar and 7z with libarchive (Debian: libarchive13, PyPI: libarchive-c). What is
found follows from the bytes alone, so that it can be done again from the archive of bodies at any time.
"""

from __future__ import annotations

import contextlib
import io
import locale
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from crawl.schema import UnpackIssue

ArchiveKind = Literal["zip", "rar", "rar5", "7zip"]
MIB = 1024 * 1024

_OFFICE: Final = frozenset({"[content_types].xml", "ofd.xml", "mimetype"})
_SYSTEM: Final = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$|\._)", re.IGNORECASE)
_LOCKED: Final = re.compile(r"encrypt|passphrase|password", re.IGNORECASE)
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
_UNICODE_PATH: Final = 0x7075
_LONGEST_NAME = 400
_SMALL = 4 * MIB  # below this no ratio is suspicious


_TROUBLES: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    struct.error,
    MemoryError,
)


@dataclass(frozen=True)
class UnpackLimits:
    """max_depth: archives inside archives (1: none). max_members, max_bytes: of everything found together.

    max_member_bytes: of one member. max_ratio: inflated to packed size of a member of more than 4 MiB.
    """

    max_depth: int = 3
    max_members: int = 2_000
    max_bytes: int = 512 * MIB
    max_member_bytes: int = 64 * MIB
    max_ratio: int = 300


@dataclass(frozen=True)
class Member:
    """name: path inside the archive, safe and relative, folders by `/`; below an inner archive, after its own path."""

    name: str
    data: bytes


@dataclass(frozen=True)
class _Found:
    """One entry before its bytes are read. packed: bytes it takes in the archive, 0 where that is not known."""

    name: str
    size: int
    packed: int
    locked: bool


class _Enough(Exception):  # noqa: N818 - a bound was reached: stop looking, keep what was found
    pass


def archive_kind(data: bytes) -> ArchiveKind | None:
    """Which archive these bytes are; None for what is none, office packages among them (docx, xlsx, ofd, odt)."""
    if data.startswith(b"Rar!\x1a\x07\x01\x00"):
        return "rar5"
    if data.startswith(b"Rar!\x1a\x07\x00"):
        return "rar"
    if data.startswith(b"7z\xbc\xaf\x27\x1c"):
        return "7zip"
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.replace("\\", "/").lstrip("/").lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "zip"
    return None if names & _OFFICE else "zip"


def may_be_archive(head: bytes) -> bool:
    """Whether a body may be an archive, from its first 64 bytes: False only where its first member says office file."""
    if head.startswith((b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")):
        return True
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    first = head[30:64].lower()
    return not first.startswith(
        (b"[content_types].xml", b"_rels/", b"docprops/", b"word/", b"xl/", b"mimetype", b"ofd.xml")
    )


def unpack(data: bytes, limits: UnpackLimits | None = None) -> tuple[list[Member], list[UnpackIssue]]:
    """Members in the order of the archive, those of inner archives in the place of the archive; and what was not read.

    Never raises for bad input. Issues: archive_damaged, archive_reader_missing, archive_encrypted,
    archive_member_unread, archive_too_deep, archive_too_many_members, archive_too_large, archive_ratio, archive_empty,
    archive_system_files (info).
    """
    work = _Unpacking(limits or UnpackLimits())
    kind = archive_kind(data)
    if kind is None:
        return [], [_issue("archive_damaged", "不是 zip、rar 或 7z 压缩包", "not a zip, rar or 7z archive")]
    with contextlib.suppress(_Enough):
        work.walk(data, kind, "", 1)
    if not work.members and not work.issues:
        work.issues.append(_issue("archive_empty", "压缩包内没有文件", "the archive holds no files"))
    if work.system_files:
        work.issues.append(
            UnpackIssue(
                "archive_system_files",
                "info",
                "压缩包内的系统附带文件（如 __MACOSX、Thumbs.db）未读取",
                "files that systems add to archives (__MACOSX, Thumbs.db …) were left out",
                count=work.system_files,
            )
        )
    return work.members, work.issues


class _Unpacking:
    def __init__(self, limits: UnpackLimits) -> None:
        self.members: list[Member] = []
        self.issues: list[UnpackIssue] = []
        self.system_files = 0
        self.limits = limits
        self._bytes = 0
        self._seen = 0

    def walk(self, data: bytes, kind: ArchiveKind, above: str, depth: int) -> None:
        """Read one archive; above: the path it lies at, ending in `/`. Raises _Enough where a bound is reached."""
        entries = _zip_entries(data, self) if kind == "zip" else _libarchive_entries(data, kind, self)
        for found, read in entries:
            name = above + safe_name(found.name, self._seen + 1)
            if _SYSTEM.search(name):
                self.system_files += 1
                continue
            self._seen += 1
            if self._seen > self.limits.max_members:
                self.stop(
                    "archive_too_many_members",
                    f"文件数超过上限 {self.limits.max_members}",
                    f"more than {self.limits.max_members} members",
                )
            if found.locked:
                self.say("archive_encrypted", "加密，需要密码", "encrypted, needs a password", name)
                continue
            body = self._body(found, read, name)
            if body is None:
                continue
            inner = archive_kind(body)
            if inner is None:
                self.members.append(Member(name, body))
            elif depth >= self.limits.max_depth:
                self.say(
                    "archive_too_deep",
                    f"压缩包嵌套超过 {self.limits.max_depth} 层，未展开",
                    f"archives nested deeper than {self.limits.max_depth}; not opened",
                    name,
                )
            else:
                self.walk(body, inner, name + "/", depth + 1)

    def _body(self, found: _Found, read: Callable[[int], bytes], name: str) -> bytes | None:
        limits = self.limits
        most = min(limits.max_member_bytes, limits.max_bytes - self._bytes)
        try:
            body = read(most + 1)
        except _TROUBLES as error:
            if _LOCKED.search(str(error)):
                self.say("archive_encrypted", "加密，需要密码", "encrypted, needs a password", name)
                return None
            self.say("archive_member_unread", f"无法解压（{error}）"[:200], f"cannot be unpacked ({error})"[:200], name)
            return None
        if len(body) > most:
            if most < limits.max_member_bytes:
                self.stop(
                    "archive_too_large",
                    f"解压后超过上限 {limits.max_bytes // MIB} MiB",
                    f"unpacks to more than {limits.max_bytes // MIB} MiB",
                )
            self.say(
                "archive_too_large",
                f"解压后超过单个文件上限 {limits.max_member_bytes // MIB} MiB",
                f"unpacks to more than {limits.max_member_bytes // MIB} MiB, the limit of one member",
                name,
            )
            self._bytes += most
            return None
        self._bytes += len(body)
        if found.packed and len(body) > _SMALL and len(body) > limits.max_ratio * found.packed:
            self.say(
                "archive_ratio",
                f"压缩比超过上限 {limits.max_ratio}，疑为压缩炸弹，未读取",
                f"inflates more than {limits.max_ratio} times, as only archives made to harm do; not read",
                name,
            )
            return None
        return body

    def say(self, code: str, zh: str, en: str, member: str | None = None) -> None:
        self.issues.append(_issue(code, zh, en, member))

    def stop(self, code: str, zh: str, en: str) -> None:
        self.say(code, f"{zh}，其余文件未读取", f"{en}; the rest was not read")
        raise _Enough


def _issue(code: str, zh: str, en: str, member: str | None = None) -> UnpackIssue:
    at = f"“{member}”" if member else ""
    return UnpackIssue(
        code, "error", f"压缩包{at}：{zh}", f"archive{f' member {member!r}' if member else ''}: {en}", member
    )


def safe_name(name: str, number: int) -> str:
    """A relative path without `..`, drives, control characters or empty parts; `member-N` where nothing is left."""
    plain = "".join(c for c in name.replace("\\", "/") if unicodedata.category(c) not in {"Cc", "Cs"})
    parts = [_DRIVE.sub("", part).strip() for part in plain.split("/")]
    return (
        "/".join(part for part in parts if part not in {"", ".", ".."})[-_LONGEST_NAME:].lstrip("/")
        or f"member-{number}"
    )


# ----------------------------------------------------------------------------------------------------------------- zip


@dataclass(frozen=True)
class _ZipReader:
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    def __call__(self, most: int) -> bytes:
        with self.archive.open(self.info) as stream:
            return stream.read(most)


def _zip_entries(data: bytes, work: _Unpacking) -> Iterator[tuple[_Found, Callable[[int], bytes]]]:
    if data.count(b"PK\x01\x02") > 50 * work.limits.max_members:
        work.stop("archive_too_many_members", "目录过长", "its directory is too long")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        work.say("archive_damaged", f"已损坏（{error}）", f"damaged ({error})")
        return
    with archive:
        for info in archive.infolist():
            # not is_dir(): it fails for a member without a name
            if info.filename.endswith("/") or info.orig_filename.endswith("\\"):
                continue
            found = _Found(zip_name(info), info.file_size, info.compress_size, bool(info.flag_bits & 1))
            yield found, _ZipReader(archive, info)


def zip_name(info: zipfile.ZipInfo) -> str:
    """The name as its author saw it: as UTF-8 where the file says so, else UTF-8 or GBK by its bytes."""
    if info.flag_bits & 0x800:
        return info.filename
    extra, at = info.extra, 0
    while at + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, at)
        if tag == _UNICODE_PATH and size > 5:
            return extra[at + 9 : at + 4 + size].decode("utf-8", "replace")
        at += 4 + size
    return _decoded(info.orig_filename.encode("cp437", "replace"))


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("gb18030", "replace")


# ------------------------------------------------------------------------------------------------------------ rar, 7z


class _BlockReader:
    """What goes wrong is raised as OSError, with libarchive's own words."""

    def __init__(self, blocks: Iterator[bytes], size: int | None, error: type[Exception]) -> None:
        self._blocks = blocks
        self._size = size
        self._error = error

    def __call__(self, most: int) -> bytes:
        found = bytearray()
        try:
            for block in self._blocks:
                found += block
                if len(found) >= most:
                    break
        except self._error as error:
            raise OSError(str(error)) from error
        if self._size is not None and len(found) < min(self._size, most):
            raise EOFError("cut short")
        return bytes(found[:most])


@contextlib.contextmanager
def _utf8_names() -> Iterator[None]:
    """libarchive gives names in the character set of the locale; in that of `C` Chinese names have no form at all."""
    if locale.nl_langinfo(locale.CODESET) == "UTF-8":
        yield
        return
    before = locale.setlocale(locale.LC_CTYPE)
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    try:
        yield
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def _libarchive_entries(
    data: bytes, kind: ArchiveKind, work: _Unpacking
) -> Iterator[tuple[_Found, Callable[[int], bytes]]]:
    try:
        import libarchive  # noqa: PLC0415 - loads a C library that need not be there
        from libarchive.exception import ArchiveError  # noqa: PLC0415
    except (ImportError, OSError, AttributeError, TypeError):
        work.say(
            "archive_reader_missing",
            "读取 rar 和 7z 需要 libarchive：请安装（Debian：apt-get install libarchive13；pip install libarchive-c）",
            "rar and 7z are read through libarchive: install it (Debian: apt-get install libarchive13; "
            "pip install libarchive-c)",
        )
        return
    try:
        with (
            _utf8_names(),
            libarchive.memory_reader(data, format_name=kind, filter_name="none", header_codec="ascii") as archive,
        ):
            for entry in archive:
                if not entry.isfile:
                    continue
                name = entry.pathname
                size = entry.size if isinstance(entry.size, int) else None
                # bytes where the system's locale cannot tell the name, or it is not ASCII and not marked as Unicode
                shown = _decoded(name) if isinstance(name, bytes) else name or ""
                yield _Found(shown, size or 0, 0, locked=False), _BlockReader(entry.get_blocks(), size, ArchiveError)
    except (ArchiveError, OSError, ValueError) as error:
        text = str(error)
        if _LOCKED.search(text):
            work.say("archive_encrypted", "加密，需要密码", "encrypted, needs a password")
        else:
            work.say("archive_damaged", f"已损坏或无法解压（{text[:120]}）", f"damaged or not readable ({text[:120]})")
