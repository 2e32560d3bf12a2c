"""Whether a PDF's tables of objects lead to its objects: the engine gathers what looks like one, and says nothing."""

from __future__ import annotations

import re

_START = re.compile(rb"startxref\s+(\d{1,12})")
_STREAM = re.compile(rb"\s{0,4}\d{1,10}\s+\d{1,5}\s+obj")  # an object: also a table that is packed in one
_TABLE = re.compile(rb"\s{0,4}xref\s*")
_PART = re.compile(rb"(\d{1,10})[ \t]+(\d{1,10})\s+")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])\s{0,3}")
_BEFORE = re.compile(rb"/Prev\s+(\d{1,12})")
_TRAILER = 4096  # bytes in which the table before this one is named
_MOST_TABLES = 200
_MOST_OBJECTS = 200_000  # looked at; what lies behind is not


def finds_its_objects(data: bytes) -> bool:
    """Whether the last `startxref` leads to a table of objects (ISO 32000-1, 7.5.4 and 7.5.5), counted from the file's
    first byte or from its `%PDF-`, and each object in use that a plain table names stands where it says, and ends
    (7.3.10) before the next one begins: one without its end takes the next one's contents for its own.

    Where bytes were lost or came in between that is not so; the engine then gathers what looks like an object, and a
    page whose object is broken is missing from what it counts. Tables packed in a stream have a checksum
    (`pdf_streams`).
    """
    said = _START.match(data, max(data.rfind(b"startxref"), 0))
    if said is None:
        return False
    head = max(data.find(b"%PDF-", 0, 1024), 0)
    return any(_leads(data, base, int(said[1])) for base in sorted({0, head}))


def _leads(data: bytes, base: int, at: int) -> bool:
    """Follow the tables from this one back in time."""
    known: dict[int, int] = {}
    seen: set[int] = set()
    while len(seen) < _MOST_TABLES and len(known) < _MOST_OBJECTS:
        table = _TABLE.match(data, base + at)
        if table is None:
            return _all_end(data, known) if seen else _STREAM.match(data, base + at) is not None
        seen.add(at)
        end = _entries(data, base, table.end(), known)
        if end is None:
            return False
        trailer = data.find(b"trailer", end)
        before = _BEFORE.search(data, trailer, trailer + _TRAILER) if trailer >= 0 else None
        if before is None or int(before[1]) in seen:
            break
        at = int(before[1])
    return _all_end(data, known)


def _all_end(data: bytes, known: dict[int, int]) -> bool:
    """Whether between each object's beginning and the next one's an end is said."""
    places = sorted({place for place in known.values() if place >= 0})
    return all(
        data.find(b"endobj", place, following) >= 0
        for place, following in zip(places, [*places[1:], len(data)], strict=False)
    )


def _entries(data: bytes, base: int, at: int, known: dict[int, int]) -> int | None:
    """Where the entries of a table end; None where one of an object in use leads to no object.

    known: number of an object → its place in the file, -1 where it is not in use; filled, but for what a later table
    has told.
    """
    while (part := _PART.match(data, at)) is not None:
        first, count, at = int(part[1]), int(part[2]), part.end()
        for number in range(first, first + min(count, _MOST_OBJECTS)):
            entry = _ENTRY.match(data, at)
            if entry is None:
                break
            at = entry.end()
            if number in known:
                continue
            known[number] = -1
            if entry[3] == b"n" and int(entry[1]):  # place 0: not in use, as some producers say it
                known[number] = base + int(entry[1])
                if _STREAM.match(data, known[number]) is None:
                    return None
    return at
