"""What is packed, opened and packed again: the members of an office file, the objects of a PDF.

A change made in between stands behind checksums, lengths and offsets that fit, so it reaches what reads the contents
and is not met by what opens the file.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache

_EPOCH = (1980, 1, 1, 0, 0, 0)
_OBJECT = re.compile(rb"\s*(\d+)\s+(\d+)\s+obj\b")
_STREAM = re.compile(rb"\bstream\r?\n")
_LENGTH = re.compile(rb"/Length\s+\d+(?:\s+\d+\s+R)?")
_ENTRY = re.compile(rb"(\d{10}) \d{5} n")


def is_package(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04") and zipfile.is_zipfile(io.BytesIO(data))


@lru_cache(maxsize=128)
def members(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """(name, body) of every member. Raises zipfile.BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return tuple((name, package.read(name)) for name in package.namelist())


def pack(parts: list[tuple[str, bytes]]) -> bytes:
    """A package of these members, stored: quick, and its checksums fit."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for name, body in parts:
            made.writestr(zipfile.ZipInfo(name, _EPOCH), body)
    return out.getvalue()


@dataclass(frozen=True)
class PdfObject:
    """One object of a PDF. head: what stands before its stream (or all of it), stream: unpacked, where it has one."""

    number: int
    generation: int
    head: bytes
    stream: bytes | None = None
    packed: bool = False


@dataclass(frozen=True)
class PdfParts:
    objects: tuple[PdfObject, ...]
    trailer: bytes


@lru_cache(maxsize=128)
def pdf_parts(data: bytes) -> PdfParts | None:
    """The objects of a PDF with one plain table of them (ISO 32000-1, 7.5.4); None of any other."""
    table = data.rfind(b"\nxref")
    trailer = data.find(b"trailer", table)
    if table < 0 or trailer < 0 or data.count(b"startxref") != 1 or b"/Encrypt" in data[trailer:]:
        return None
    places = sorted(int(entry[1]) for entry in _ENTRY.finditer(data, table, trailer))
    found = []
    for place, end in zip(places, [*places[1:], table + 1], strict=True):
        said = _OBJECT.match(data, place, end)
        body_end = data.rfind(b"endobj", place, end)
        if said is None or body_end < 0:
            return None
        found.append(_object(int(said[1]), int(said[2]), data[said.end() : body_end]))
    return PdfParts(tuple(found), data[trailer : data.rfind(b"startxref")])


def _object(number: int, generation: int, body: bytes) -> PdfObject:
    start = _STREAM.search(body)
    if start is None:
        return PdfObject(number, generation, body.strip())
    stream = body[start.end() : body.rfind(b"endstream")]
    head = body[: start.start()].strip()
    if b"FlateDecode" in head and b"/DecodeParms" not in head and head.count(b"Decode") == 1:
        machine = zlib.decompressobj()
        try:
            return PdfObject(number, generation, head, machine.decompress(stream), packed=True)
        except zlib.error:
            pass
    return PdfObject(number, generation, head, stream.removesuffix(b"\n").removesuffix(b"\r"))


def pack_pdf(parts: PdfParts) -> bytes:
    """The file of these objects, with lengths, table and offsets as they must be."""
    out = bytearray(b"%PDF-1.4\n%\x93\x8c\x8b\x9e\n")
    places: dict[int, tuple[int, int]] = {}
    for one in parts.objects:
        places[one.number] = (len(out), one.generation)
        out += b"%d %d obj\n" % (one.number, one.generation)
        if one.stream is None:
            out += one.head
        else:
            stream = zlib.compress(one.stream, 1) if one.packed else one.stream
            length = b"/Length %d" % len(stream)
            out += _LENGTH.sub(length, one.head) + b"\nstream\n" + stream + b"\nendstream"
        out += b"\nendobj\n"
    start, size = len(out), max(places, default=0) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        place, generation = places.get(number, (0, 65535))
        out += b"%010d %05d %s \n" % (place, generation, b"n" if number in places else b"f")
    return bytes(out + parts.trailer.rstrip() + b"\nstartxref\n%d\n%%%%EOF\n" % start)
