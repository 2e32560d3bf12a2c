"""Whether the compressed parts of a PDF are whole (the way to them: `pdf_objects`). The engine reads what it can.

A part packed with Flate ends with a checksum of what it holds (RFC 1950, 2.2); a page drawn by a broken part lacks its
lower half, or prints other digits.
"""

from __future__ import annotations

import re
import zlib

# a name ends at white space or at a delimiter (ISO 32000-1, 7.2.2)
_FLATE = re.compile(rb"/(?:Filter|F)\s*(?:\[\s*)?/(?:FlateDecode|Fl)(?=[\s\x00/\[\]<>()%{}]|$)")
# every filter a part may be packed with first (ISO 32000-1, 7.4), the short names of inline images too
_OTHER = re.compile(
    rb"/(?:ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL|CCITTFaxDecode|CCF|JBIG2Decode|"
    rb"DCTDecode|DCT|JPXDecode|Crypt)\b"
)
_DICTIONARY = 4096  # bytes before `stream` in which its dictionary is looked for
_BEGINS = re.compile(rb">>\s{0,4}stream\r?\n")
_STEP = 1 << 20
_PACKED = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_WHITE = b"\0\t\n\f\r "
_TEXT = bytes([9, 10, 13, *range(32, 127)])
_NO_TEXT = 0.25  # of the first bytes: a page's operators have strings in other codes among them, and no more
_LOOKED_AT = 512  # bytes
_MOST_STREAMS = 50_000
_MOST_INFLATED = 1 << 30  # bytes of all parts together; what lies behind is not looked at


def damaged_streams(data: bytes) -> tuple[int, int]:
    """(broken, looked at): parts packed with Flate alone or first. Encrypted files cannot be looked at: (0, 0).

    A part that is packed and whole, but whose dictionary says nothing of it, is broken too: the engine takes its bytes
    for what they are, and draws nothing.
    """
    if b"/Encrypt" in data:
        return 0, 0
    broken = seen = inflated = 0
    opened = False  # something that may be the beginning of a part was met since the last end of one
    at = data.find(b"stream")
    while at >= 0 and seen < _MOST_STREAMS and inflated < _MOST_INFLATED:
        start = _start_of(data, at)
        if start is None:
            if data[at - 3 : at] == b"end":
                lost = not opened and _is_end(data, at)  # the end of a part that has no beginning
                broken, seen, opened = broken + lost, seen + lost, False
            elif data[at - 1 : at] in (b">", b" ", b"\t", b"\r", b"\n"):
                lost = _is_flate(data, at) and _has_lost_its_line(data, at)
                broken, seen, opened = broken + lost, seen + lost, True
            at = data.find(b"stream", at + 6)
            continue
        end = _end_of(data, start)
        if _is_flate(data, at) or _has_lost_its_filter(data, at, start):
            size = _inflated(data, start, end)
            seen += 1
            broken += size is None or not _is_flate(data, at) or _has_lost_its_ends(data, at)
            inflated += size or 0
        at = data.find(b"stream", end + 9)
    return broken, seen


def _start_of(data: bytes, at: int) -> int | None:
    """First byte behind the word `stream` at this place; None where it is no beginning of one (ISO 32000-1, 7.3.8)."""
    if data[at - 3 : at] == b"end":
        return None
    behind = data[at + 6 : at + 8]
    if behind == b"\r\n":
        return at + 8
    return at + 7 if behind[:1] in (b"\n", b"\r") else None


def _is_end(data: bytes, at: int) -> bool:
    """Whether the word `endstream` at this place ends a part of an object, and is no word in some text."""
    return data[at + 6 : at + 40].lstrip(b"\r\n\t ").startswith(b"endobj")


def _end_of(data: bytes, start: int) -> int:
    end = data.find(b"endstream", start)
    return end if end >= 0 else len(data)


def _head(data: bytes, at: int) -> bytes:
    """What may be the dictionary of the part whose word `stream` stands at this place."""
    head = data[max(0, at - _DICTIONARY) : at]
    return head[max(head.rfind(b" obj"), head.rfind(b"\nobj"), head.rfind(b"endobj"), 0) :]


def _is_flate(data: bytes, at: int) -> bool:
    return _FLATE.search(_head(data, at)) is not None


def _has_lost_its_line(data: bytes, at: int) -> bool:
    """The word behind a dictionary, and no end of line behind it as there must be (spaces before it are seen)."""
    behind = data[at + 6 : at + 40].lstrip(b" \t")
    return data[max(0, at - 8) : at].rstrip().endswith(b">>") and behind[:1] not in (b"\r", b"\n")


def _has_lost_its_ends(data: bytes, at: int) -> bool:
    """A dictionary that begins nowhere between the word `obj` and the part, or has no end before it."""
    head = _head(data, at)
    return b"obj" in head[:8] and (b"<<" not in head or not head.rstrip(_WHITE).endswith(b">>"))


def _has_lost_its_filter(data: bytes, at: int, start: int) -> bool:
    """Packed (RFC 1950: the four beginnings that packers write, then no text), damaged or whole, with no filter named
    that this could be inside of."""
    if data[start : start + 2] not in _PACKED or _OTHER.search(_head(data, at)) is not None:
        return False
    some = data[start + 2 : min(start + _LOOKED_AT, _end_of(data, start))]
    return len(some.translate(None, _TEXT)) > _NO_TEXT * len(some)


def _inflated(data: bytes, start: int, end: int) -> int | None:
    """Bytes that the part holds; None where it is broken or cut, or where other objects stand before its end: then its
    own end, and the beginning of another part, are lost. What else stands behind it is left alone."""
    machine = zlib.decompressobj()
    size = 0
    rest = data[start:end]
    try:
        while rest and not machine.eof:
            size += len(machine.decompress(rest, _STEP))
            rest = machine.unconsumed_tail
            if size > _MOST_INFLATED:
                return size
        if not machine.eof:
            size += len(machine.flush())
    except zlib.error:
        return None
    if b"endobj" in machine.unused_data or _BEGINS.search(machine.unused_data):
        return None
    return size if machine.eof or end == start else None
