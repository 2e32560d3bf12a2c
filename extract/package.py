"""Zip packages (docx, xlsx, ofd …) read with bounds: the directory first, then single members, never the whole archive.

`zipfile` trusts what the directory declares. Here every bound is on what is really inflated, and an archive that lies
gives None instead of an exception.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_END_OF_DIRECTORY = b"PK\x05\x06"
_END_SEARCH = 65_557  # the record itself and the longest comment
MAX_MEMBERS = 20_000


@dataclass(frozen=True)
class Member:
    """One line of the central directory. offset: of the local header in the file; sizes in bytes as declared."""

    name: str
    flags: int
    method: int
    packed: int
    inflated: int
    offset: int
    crc: int


@dataclass(frozen=True)
class Package:
    """An archive with a whole directory. members: by `member_key`; of equal names the first wins."""

    data: bytes
    members: dict[str, Member]

    @property
    def declared_bytes(self) -> int:
        return sum(member.inflated for member in self.members.values())

    def read(self, name: str, max_bytes: int) -> bytes | None:
        """Bytes of one member; None where it is missing, damaged, locked, or inflates beyond `max_bytes`."""
        member = self.members.get(member_key(name))
        if member is None or member.flags & 1:
            return None
        return _inflate(self.data, member, max_bytes)


def member_key(name: str) -> str:
    """The name by which members are looked up: case, slash direction and a leading slash do not matter."""
    return name.replace("\\", "/").lstrip("/").lower()


def open_package(data: bytes) -> Package | None:
    """The archive in `data`, or None where its central directory is missing, cut or contradicts itself."""
    end = data.rfind(_END_OF_DIRECTORY, max(0, len(data) - _END_SEARCH))
    if end < 0 or end + 22 > len(data):
        return None
    count, size, declared_offset = struct.unpack_from("<HII", data, end + 10)
    start = end - size  # bytes put before the archive shift the declared offset, not the distance to the end
    if start < 0 or count > MAX_MEMBERS:
        return None
    shift = start - declared_offset
    members: dict[str, Member] = {}
    at = start
    for _ in range(count):
        if at + 46 > end or data[at : at + 4] != b"PK\x01\x02":
            return None
        flags, method = struct.unpack_from("<HH", data, at + 8)
        crc, packed, inflated, name_length, extra_length, comment_length = struct.unpack_from("<IIIHHH", data, at + 16)
        (offset,) = struct.unpack_from("<I", data, at + 42)
        raw = data[at + 46 : at + 46 + name_length]
        name = raw.decode("utf-8" if flags & 0x800 else "gb18030", "replace")
        members.setdefault(member_key(name), Member(name, flags, method, packed, inflated, offset + shift, crc))
        at += 46 + name_length + extra_length + comment_length
    return Package(data, members)


def leading_names(data: bytes, most: int = 200) -> list[str]:
    """Names in the local headers, for an archive whose directory is missing."""
    names: list[str] = []
    at = 0
    while len(names) < most:
        at = data.find(b"PK\x03\x04", at)
        if at < 0 or at + 30 > len(data):
            break
        (length,) = struct.unpack_from("<H", data, at + 26)
        names.append(data[at + 30 : at + 30 + length].decode("utf-8", "replace"))
        at += 30 + length
    return names


def _inflate(data: bytes, member: Member, max_bytes: int) -> bytes | None:
    at = member.offset
    if at < 0 or at + 30 > len(data) or data[at : at + 4] != b"PK\x03\x04":
        return None
    name_length, extra_length = struct.unpack_from("<HH", data, at + 26)
    start = at + 30 + name_length + extra_length
    body = data[start : start + member.packed]
    if len(body) < member.packed:
        return None
    if member.method == 0:
        return body if len(body) <= max_bytes else None
    if member.method != 8:
        return None
    inflater = zlib.decompressobj(-15)
    try:
        content = inflater.decompress(body, max_bytes + 1)
    except zlib.error:
        return None
    whole = inflater.eof and len(content) <= max_bytes and zlib.crc32(content) == member.crc
    return content if whole else None
