"""What a body really is, as far as the crawl must know: a page, a file of some kind, or not an answer at all."""

from __future__ import annotations

import re
from typing import Literal

BodyKind = Literal["html", "pdf", "zip", "ole", "rar", "7z", "gzip", "rtf", "xml", "image", "text", "binary", "empty"]

_MAGIC: tuple[tuple[bytes, BodyKind], ...] = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
)
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|script|div|table|style|p\b)",
    re.IGNORECASE | re.DOTALL,
)
_SNIFFED = 4096
_STUB_LIMIT = 3000  # script challenges seen are of about 1,166 bytes
_MARKUP = re.compile(
    rb"<script\b.*?</script\s*>|<style\b.*?</style\s*>|<head\b.*?</head\s*>|<!--.*?-->|<[^>]*>", re.I | re.S
)


def body_kind(body: bytes) -> BodyKind:
    """Kind by the bytes alone; names and Content-Type headers are not looked at."""
    if not body:
        return "empty"
    head = body[:_SNIFFED]
    # some servers put a byte order mark or white space before the real file
    trimmed = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, kind in _MAGIC:
        if head.startswith(magic) or trimmed.startswith(magic):
            return kind
    if b"%PDF-" in head[:1024]:  # readers accept it within the first 1024 bytes
        return "pdf"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "html" if b"<\x00" in head or b"\x00<" in head else "text"
    if _HTML_START.match(trimmed) or re.search(rb"<html[\s>]", head, re.IGNORECASE):
        return "html"
    if trimmed.startswith(b"<?xml"):
        return "xml"
    return "binary" if b"\x00" in head else "text"


def is_script_stub(body: bytes) -> bool:
    """Whether a page holds nothing but a script: the challenge a web application firewall answers with (status 200)."""
    if len(body) > _STUB_LIMIT or b"<script" not in body.lower():
        return False
    return not re.search(rb"<a\s", body, re.IGNORECASE) and len(_MARKUP.sub(b"", body).strip()) < 40
