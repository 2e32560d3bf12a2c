"""Archives: names, bounds, nesting, locks; whatever the bytes are, nothing raises and nothing is lost in silence."""

from __future__ import annotations

import io
import locale
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.unpack import Member, UnpackLimits, archive_kind, may_be_archive, safe_name, unpack

NAME = "部门预算/2024年预算公开表.xls"


def zipped(members: dict[str, bytes], *, encoding: str = "utf-8", flagged: bool = True) -> bytes:
    """A zip whose names are these bytes; without the flag nothing says which encoding they are in."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            info = zipfile.ZipInfo("x")
            info.filename = name if flagged else name.encode(encoding).decode("cp437")
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, body)
    data = bytearray(buffer.getvalue())
    if not flagged:  # zipfile writes cp437 names that are not ASCII as UTF-8: put the raw bytes back
        return _raw_names(members, encoding)
    return bytes(data)


def _raw_names(members: dict[str, bytes], encoding: str) -> bytes:
    out, directory = bytearray(), bytearray()
    for name, body in members.items():
        raw, offset = name.encode(encoding), len(out)
        sizes = zlib.crc32(body).to_bytes(4, "little") + len(body).to_bytes(4, "little") * 2
        fixed = b"\x14\x00" + b"\x00\x00" + b"\x00\x00" + b"\x00\x00\x21\x00" + sizes
        out += b"PK\x03\x04" + fixed + len(raw).to_bytes(2, "little") + b"\x00\x00" + raw + body
        directory += b"PK\x01\x02" + b"\x14\x00" + fixed + len(raw).to_bytes(2, "little") + b"\x00" * 12
        directory += offset.to_bytes(4, "little") + raw
    count = len(members).to_bytes(2, "little")
    end = b"PK\x05\x06" + b"\x00" * 4 + count * 2 + len(directory).to_bytes(4, "little")
    return bytes(out + directory + end + len(out).to_bytes(4, "little") + b"\x00\x00")


def _vint(value: int) -> bytes:
    out = b""
    while True:
        value, low = value >> 7, value & 0x7F
        out += bytes([low | (0x80 if value else 0)])
        if not value:
            return out


def _rar_block(kind: int, flags: int, fields: bytes, body: bytes = b"") -> bytes:
    head = _vint(kind) + _vint(flags) + (_vint(len(body)) if flags & 2 else b"") + fields
    head = _vint(len(head)) + head
    return zlib.crc32(head).to_bytes(4, "little") + head + body


def rar5(members: dict[str, bytes]) -> bytes:
    """A RAR 5 archive of stored members."""
    out = b"Rar!\x1a\x07\x01\x00" + _rar_block(1, 0, _vint(0))
    for name, body in members.items():
        raw = name.encode()
        fields = _vint(4) + _vint(len(body)) + _vint(0o100644) + zlib.crc32(body).to_bytes(4, "little")
        out += _rar_block(2, 2, fields + _vint(0) + _vint(1) + _vint(len(raw)) + raw, body)
    return out + _rar_block(5, 0, _vint(0))


def seven(members: dict[str, bytes]) -> bytes:
    libarchive = pytest.importorskip("libarchive")
    if locale.nl_langinfo(locale.CODESET) != "UTF-8":
        pytest.skip("libarchive writes Chinese names in a UTF-8 locale only (it reads them in any)")
    parts: list[bytes] = []
    with libarchive.custom_writer(lambda part: parts.append(bytes(part)) or len(part), "7zip") as archive:
        for name, body in members.items():
            archive.add_file_from_memory(name, len(body), body)
    return b"".join(parts)


def codes(data: bytes, limits: UnpackLimits | None = None) -> list[str]:
    return [issue.code for issue in unpack(data, limits)[1]]


@pytest.mark.parametrize(
    ("encoding", "flagged"), [("utf-8", True), ("gbk", False), ("utf-8", False), ("gb18030", False)]
)
def test_names_of_a_zip_are_what_their_author_saw(encoding: str, *, flagged: bool) -> None:
    assert unpack(zipped({NAME: b"x"}, encoding=encoding, flagged=flagged)) == ([Member(NAME, b"x")], [])


@pytest.mark.parametrize("build", [rar5, seven])
def test_rar_and_7z(build: object) -> None:
    pytest.importorskip("libarchive")
    assert callable(build)
    bodies = {NAME: b"one" * 1000, "说明.doc": b"two"}
    assert unpack(build(bodies)) == ([Member(name, body) for name, body in bodies.items()], [])


def test_a_damaged_rar_gives_an_issue() -> None:
    pytest.importorskip("libarchive")
    data = rar5({"a.doc": b"a" * 500, "b.doc": b"b" * 500})
    members, issues = unpack(data[:700])
    assert len(members) == 1
    assert issues
    assert codes(b"Rar!\x1a\x07\x01\x00" + b"\x00" * 100)


def test_without_libarchive_the_issue_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "libarchive", None)
    (issue,) = unpack(rar5({"a": b"a"}))[1]
    assert issue.code == "archive_reader_missing"
    assert "libarchive13" in issue.message_zh
    assert "libarchive-c" in issue.message_en


def test_archives_in_archives_are_opened_in_their_place() -> None:
    inner = zipped({"b.doc": b"b", "c.doc": b"c"})
    members, issues = unpack(zipped({"a.doc": b"a", "内.zip": inner, "d.doc": b"d"}))
    assert [member.name for member in members] == ["a.doc", "内.zip/b.doc", "内.zip/c.doc", "d.doc"]
    assert issues == []


def test_depth_is_bounded() -> None:
    data = zipped({"x.doc": b"x"})
    for _ in range(3):
        data = zipped({"in.zip": data, "beside.doc": b"y"})
    members, issues = unpack(data)
    assert [member.name.count("/") for member in members] == [2, 1, 0]
    assert [issue.code for issue in issues] == ["archive_too_deep"]


def test_office_files_are_members_and_no_archives() -> None:
    office = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
    assert archive_kind(office) is None
    assert [member.name for member in unpack(zipped({"a.docx": office}))[0]] == ["a.docx"]
    assert not may_be_archive(office[:64])
    assert may_be_archive(zipped({NAME: b""})[:64])
    assert may_be_archive(rar5({})[:64])
    assert not may_be_archive(b"%PDF-1.7")


def test_bounds() -> None:
    three = zipped({f"{n}.txt": b"x" * 1000 for n in range(3)})
    assert codes(three, UnpackLimits(max_members=2)) == ["archive_too_many_members"]
    assert codes(three, UnpackLimits(max_bytes=1500)) == ["archive_too_large"]
    assert codes(three, UnpackLimits(max_member_bytes=999)) == ["archive_too_large"] * 3
    assert len(unpack(three, UnpackLimits(max_bytes=2500))[0]) == 2


def test_a_bomb_is_not_opened() -> None:
    bomb = zipped({"zeros.txt": b"\x00" * 6_000_000, "real.doc": b"r"})
    members, issues = unpack(bomb)
    assert [member.name for member in members] == ["real.doc"]
    assert [(issue.code, issue.member) for issue in issues] == [("archive_ratio", "zeros.txt")]


def test_an_encrypted_member_is_an_issue_and_the_others_are_read() -> None:
    data = bytearray(zipped({"locked.doc": b"secret", "open.doc": b"open"}))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    members, issues = unpack(bytes(data))
    assert [member.name for member in members] == ["open.doc"]
    assert [(issue.code, issue.member) for issue in issues] == [("archive_encrypted", "locked.doc")]


def test_members_that_systems_add_are_left_out_and_said() -> None:
    members, issues = unpack(zipped({"a.doc": b"a", "__MACOSX/._a.doc": b"x", "d/Thumbs.db": b"x"}))
    assert [member.name for member in members] == ["a.doc"]
    assert [(issue.code, issue.severity, issue.count) for issue in issues] == [("archive_system_files", "info", 2)]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\预算\\表.xls", "预算/表.xls"),
        ("/a//b/./c", "a/b/c"),
        ("a\x00b\n.doc", "ab.doc"),
        ("..", "member-7"),
        ("", "member-7"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name, 7) == safe


def test_an_empty_archive_is_said_to_be_empty() -> None:
    assert codes(zipped({})) == ["archive_empty"]
    assert codes(b"PK\x03\x04 and nothing") == ["archive_damaged"]
    assert codes(b"no archive at all") == ["archive_damaged"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_damage_is_survived(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([zipped({NAME: b"body" * 50, "b": b"b"}), rar5({NAME: b"body" * 50, "b": b"b"})]))
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(4, len(broken) - 1))] = data.draw(st.integers(0, 255))
    members, issues = unpack(bytes(broken[: data.draw(st.integers(4, len(broken)))]))
    assert members or issues
    assert all(".." not in member.name.split("/") for member in members)


def test_a_member_without_a_name() -> None:
    """zipfile's own question whether it is a folder failed, and the exception left `unpack`."""
    data = bytearray(zipped({"a": b"one", "b": b"two"}))
    directory = data.index(b"PK\x01\x02")
    name = directory + 46
    data[directory + 28 : directory + 30] = (0).to_bytes(2, "little")  # length of the name
    data[directory + 30 : directory + 32] = (1).to_bytes(2, "little")  # the byte of the name becomes an extra field
    assert data[name : name + 1] == b"a"
    members, issues = unpack(bytes(data))
    assert issues
    assert [member.data for member in members] in ([b"two"], [b"one", b"two"])
