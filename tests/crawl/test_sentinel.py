"""What a body is, by its bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.sentinel import body_kind, is_script_stub


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n...", "pdf"),
        (b"\xef\xbb\xbf\r\n%PDF-1.4", "pdf"),
        (b"junk line\n%PDF-1.4", "pdf"),
        (b"PK\x03\x04....", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (b"Rar!\x1a\x07\x00", "rar"),
        (b"\n <!DOCTYPE HTML><html>", "html"),
        (b"<!-- made by x --><html lang=zh>", "html"),
        ("<?xml version='1.0' encoding='gbk'?><html>预".encode("gbk"), "html"),
        (b"<table><tr><td>1</td></tr></table>", "html"),
        ("﻿<html>".encode("utf-16"), "html"),
        (b"<?xml version='1.0'?><rss/>", "xml"),
        ("部门,金额\n".encode("gbk"), "text"),
        (b"\x00\x01\x02", "binary"),
    ],
)
def test_kinds(body: bytes, kind: str) -> None:
    assert body_kind(body) == kind


@given(st.binary(max_size=6000))
def test_any_bytes_have_a_kind(body: bytes) -> None:
    assert body_kind(body)
    assert is_script_stub(body) in {True, False}


def test_script_challenge() -> None:
    stub = b"<html><head><title>x</title></head><body><script>" + b"var a=1;" * 100 + b"</script></body></html>"
    assert is_script_stub(stub)
    assert not is_script_stub(stub.replace(b"</body>", b'<a href="/x">\xe9\xa2\x84</a></body>'))
    assert not is_script_stub(stub.replace(b"</body>", ("<p>" + "预算公开说明" * 10 + "</p></body>").encode()))
    assert not is_script_stub(stub + b" " * 5000)
