"""Changes of bytes: at any place, and with words that text formats give a meaning to."""

from __future__ import annotations

from random import Random

_WORDS: tuple[bytes, ...] = (
    b"<!ENTITY a SYSTEM 'file:///etc/hostname'>",
    b"&a;",
    b"<![CDATA[",
    b"]]>",
    b"<table>",
    b"</td>",
    b"<td rowspan=99999>",
    b"<td colspan=-1>",
    b"{",
    b"[[[[",
    b'"',
    b"null",
    b"1e999",
    b"-0",
    b"\\ud800",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"0" * 40,
    b"9" * 400,
    b"/Length 99999999",
    b"endstream",
    b"endobj",
    b"/Kids [1 0 R]",
    b"<<",
    b">>",
    b"q " * 60,
    b"&nbsp;",
    b"&#x110000;",
    b": &x [*x, *x]",
    b"!!python/object",
    b"? ",
    b"- - - ",
    b"../../",
    b"http://[::1",
    b"javascript:",
    b"%00",
    b"@@",
    "％".encode(),
    "１２３".encode(),
    b"\xa3\xb1",
    b"2024-13-45",
    b"createPageHTML(99999999,-1,'','')",
)


def mutate(data: bytes, chance: Random, others: list[bytes]) -> bytes:
    """One to four changes. others: bodies of the same format, whose parts may be spliced in."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        _change(found, chance, others)
    return bytes(found)


def _change(found: bytearray, chance: Random, others: list[bytes]) -> None:
    if not found:
        found += b"\x00"
    at = chance.randrange(len(found))
    some = chance.choice((1, 4, 30, 1 + len(found) // 50, 1 + len(found) // 5))
    match chance.randrange(10):
        case 0:
            found[at] ^= 1 << chance.randrange(8)
        case 1:
            for _ in range(chance.choice((2, 10, 60))):
                found[chance.randrange(len(found))] = chance.randrange(256)
        case 2:
            del found[at : at + some]
        case 3:
            found[at:at] = found[at : at + min(some, 20_000)]
        case 4:
            found[at : at + some] = bytes(min(some, len(found) - at))
        case 5:
            del found[at:]
        case 6:
            found[at:at] = chance.choice(_WORDS)
        case 7:
            word = chance.choice(_WORDS)
            found[at : at + len(word)] = word
        case 8:
            other = chance.choice(others) if others else bytes(found)
            start = chance.randrange(max(1, len(other)))
            found[at : at + some] = other[start : start + min(some, 20_000)]
        case _:
            value = chance.choice((0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF))
            width = chance.choice((1, 2, 4))
            found[at : at + width] = (value & (256**width - 1)).to_bytes(width, chance.choice(("little", "big")))  # type: ignore[arg-type]
