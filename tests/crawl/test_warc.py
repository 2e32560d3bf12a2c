"""The archive as WARC and back; the WARC of somebody else; the WARC of somebody who means harm."""

from __future__ import annotations

import gzip
import io
import random
import tracemalloc
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.archive import Archive
from crawl.ledger import Ledger, Link
from crawl.schema import Visit
from crawl.source import Source, load_source
from crawl.warc import WarcError, read_warc, write_warc
from crawl.warc_ingest import Ingested, ingest_warc

AT = "2024-03-01T02:03:04Z"
PAGE = "<html><body><h1>教育局2024年部门预算</h1></body></html>".encode()
PDF = b"%PDF-1.4 " + b"x" * 300
ROOT = "http://www.a.gov.cn"


def source(folder: Path, more: str = "") -> Source:
    path = folder / "130630_laiyuan.yml"
    path.write_text(
        "code: 130630\npublisher: 涞源县人民政府\nplatform: static\n"
        f"listings: [{{url: '{ROOT}/index.html', kind: department_budget}}]\n{more}",
        encoding="utf-8",
    )
    return load_source(path)


def filled(folder: Path) -> tuple[Archive, Ledger]:
    """Two nights: a page, a file that is replaced, a file that is gone, a large one; and another source."""
    archive, ledger = Archive(folder / "archive"), Ledger(folder / "ledger.sqlite")
    for name in ("130630_laiyuan", "130631_other"):
        run = ledger.begin_run(name, name[:6], "涞源县人民政府", AT)
        url, landing = f"{ROOT}/{name}/P1.pdf", f"{ROOT}/{name}/t1.html"
        page = archive.put(PAGE + name.encode())
        ledger.record(run, Visit(name, landing, "notice", AT, "new", status=200, sha256=page, etag='"1"'))
        for day, outcome, body in ((1, "new", PDF), (2, "unchanged", PDF), (3, "replaced", PDF + b"2")):
            sha256 = archive.put(body + name.encode())
            visit = msgspec.convert(
                {"source_id": name, "url": url, "role": "attachment", "at": f"2024-03-0{day}T00:00:00Z",
                 "outcome": outcome, "status": 200, "sha256": sha256, "landing_url": landing, "link_text": "附件"},
                Visit,
            )  # fmt: skip
            words = {"link_text": "附件", "notice_title": "教育局2024年部门预算", "published_date": "2024-02-06"}
            link = Link(name, sha256, url, landing, "attachment", **words, filename="预算 表.pdf")
            ledger.record(run, visit, [link])
        ledger.record(run, Visit(name, f"{ROOT}/gone.pdf", "attachment", AT, "gone", status=404))
        big = archive.put(b"%PDF-1.4 " + name.encode() * 600_000)
        ledger.record(run, Visit(name, f"{ROOT}/{name}/big.pdf", "attachment", AT, "new", status=200, sha256=big))
    return archive, ledger


def written(archive: Archive, ledger: Ledger, *sources: str) -> bytes:
    out = io.BytesIO()
    write_warc(out, ledger, archive, sources or None)
    return out.getvalue()


def ingested(folder: Path, body: bytes, more: str = "") -> tuple[Ingested, Archive, Ledger]:
    folder.mkdir(exist_ok=True)
    (folder / "in.warc").write_bytes(body)
    archive, ledger = Archive(folder / "archive"), Ledger(folder / "ledger.sqlite")
    done = ingest_warc(folder / "in.warc", source(folder, more), archive=archive, ledger=ledger, at=AT)
    return done, archive, ledger


def test_out_and_in_again(tmp_path: Path) -> None:
    """Bodies, dates, validators and the ways that led to a document come back; what brought no body is not in it."""
    archive, ledger = filled(tmp_path)
    body = written(archive, ledger, "130630_laiyuan")
    done, again, second = ingested(tmp_path / "second", body)
    assert (done.visits, done.left_out, done.error) == ({"new": 3, "replaced": 1}, {}, None)
    before = [one for one in ledger.documents("130630_laiyuan") if one.provenance.filename == "预算 表.pdf"]
    assert len(before) == 2
    assert second.documents() == before
    assert second.bodies() == [one for one in ledger.bodies() if one.source_id == "130630_laiyuan"]
    assert all(again.verify(one.sha256) for one in second.bodies())
    last = second.last_body("130630_laiyuan", f"{ROOT}/130630_laiyuan/t1.html")
    assert last is not None
    assert last.etag == '"1"'
    assert written(again, second) == body, "and out again: the same file"


def test_the_same_ledger_gives_the_same_file(tmp_path: Path) -> None:
    archive, ledger = filled(tmp_path)
    first = written(archive, ledger)
    assert written(archive, ledger) == first
    assert written(archive, ledger, "130630_laiyuan", "130631_other") == first
    assert len(written(archive, ledger, "130630_laiyuan")) < len(first)


def test_twice_in_changes_nothing(tmp_path: Path) -> None:
    archive, ledger = filled(tmp_path)
    body = written(archive, ledger, "130630_laiyuan")
    _, _, second = ingested(tmp_path / "second", body)
    documents = second.documents()
    done, _, _ = ingested(tmp_path / "second", body)
    assert done.visits == {"unchanged": 3}
    assert done.left_out == {"older than the ledger's last visit": 1}, "what it held before does not come back"
    assert second.documents() == documents


def test_warcio_reads_what_we_write(tmp_path: Path) -> None:
    """The second witness: records, digests and fields as the common library sees them."""
    archiveiterator = pytest.importorskip("warcio.archiveiterator")
    archive, ledger = filled(tmp_path)
    found = []
    for record in archiveiterator.ArchiveIterator(io.BytesIO(written(archive, ledger, "130630_laiyuan"))):
        body = record.content_stream().read()
        found.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), len(body)))
        assert record.rec_headers.protocol == "WARC/1.1"
    kinds = [kind for kind, _, _ in found]
    assert kinds == ["warcinfo", *["resource", "metadata"] * 4]
    assert found[3][:2] == ("resource", f"{ROOT}/130630_laiyuan/P1.pdf")
    assert found[7][2] == archive.path(ledger.bodies()[3].sha256).stat().st_size


@pytest.mark.parametrize("packed", [True, False])
def test_a_warc_of_somebody_else(tmp_path: Path, packed: bool) -> None:
    """Written by warcio: responses with HTTP headers, chunks and packing, requests, revisits, other sites."""
    warcwriter = pytest.importorskip("warcio.warcwriter")
    headers = pytest.importorskip("warcio.statusandheaders").StatusAndHeaders
    out = io.BytesIO()
    writer = warcwriter.WARCWriter(out, gzip=packed, warc_version="1.1")
    chunked = b"5\r\n%PDF-\r\n3;x=y\r\n1.4\r\n0\r\n\r\n"
    answers = [
        ("/a.html", "200 OK", [("Content-Type", "text/html")], PAGE),
        ("/b.pdf", "200 OK", [("Transfer-Encoding", "chunked"), ("ETag", '"b"')], chunked),
        ("/c.pdf", "200 OK", [("Content-Encoding", "gzip")], gzip.compress(PDF)),
        ("/gone.pdf", "404 Not Found", [], b"gone"),
        ("/bad.pdf", "200 OK", [("Transfer-Encoding", "chunked")], b"5\r\nab"),
    ]
    date = {"WARC-Date": "2023-05-01T10:00:00Z"}
    for path, status, fields, body in answers:
        http = headers(status, fields, protocol="HTTP/1.1")
        record = writer.create_warc_record(
            ROOT + path, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict=date
        )
        writer.write_record(record)
    other = writer.create_warc_record("http://elsewhere.example/x.pdf", "resource", payload=io.BytesIO(PDF),
                                      length=len(PDF), warc_headers_dict=date)  # fmt: skip
    writer.write_record(other)
    writer.write_record(
        writer.create_revisit_record(ROOT + "/a.html", "sha1:AAAA", ROOT + "/a.html", "2023-05-01T10:00:00Z")
    )
    done, archive, ledger = ingested(tmp_path, out.getvalue())
    assert done.error is None
    assert done.visits == {"new": 3}
    assert done.left_out == {
        "its transfer chunks are broken": 1,
        "offsite": 1,
        "record of type 'revisit'": 1,
        "status 404": 1,
    }
    found = {visit.url: visit for visit in ledger.visits()}
    assert archive.get(found[f"{ROOT}/b.pdf"].sha256 or "") == b"%PDF-1.4"
    assert archive.get(found[f"{ROOT}/c.pdf"].sha256 or "") == PDF
    assert found[f"{ROOT}/b.pdf"].etag == '"b"'
    assert (found[f"{ROOT}/a.html"].role, found[f"{ROOT}/a.html"].at) == ("notice", "2023-05-01T10:00:00Z")
    assert {document.provenance.filename for document in ledger.documents()} == {"b.pdf", "c.pdf"}


def record(body: bytes, url: str = f"{ROOT}/x.pdf", length: int | None = None, more: str = "") -> bytes:
    size = len(body) if length is None else length
    head = f"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: {url}\r\nWARC-Date: {AT}\r\n{more}"
    return f"{head}Content-Length: {size}\r\n\r\n".encode() + body + b"\r\n\r\n"


HOSTILE = {
    "no warc at all": (b"<html>no</html>", "not a WARC record"),
    "cut": (record(PDF, length=10_000), "the file ends inside a record"),
    "cut in its head": (b"WARC/1.1\r\nWARC-Type: resource", "the file ends inside a record"),
    "negative": (record(PDF, length=-5), "a record whose Content-Length is"),
    "length of no number": (b"WARC/1.1\r\nContent-Length: 1e9\r\n\r\n", "a record whose Content-Length is"),
    "beyond all": (record(PDF, length=1 << 48), "more than"),
    "head without end": (b"WARC/1.1\r\n" + b"X: " + b"y" * 10_000_000, "a record head of more than"),
    "lines without end": (b"WARC/1.1\r\n" + b"X: y\r\n" * 2_000_000, "a record head of more than"),
    "blank lines without end": (b"\r\n" * 3_000_000, "nothing but empty lines"),
    "damaged gzip": (gzip.compress(record(PDF))[:-30] + b"z" * 40, "damaged"),
    "head as a bomb": (gzip.compress(b"WARC/1.1\r\nX: " + b"y" * 200_000_000), "a record head of more than"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_with_a_reason(tmp_path: Path, name: str) -> None:
    """What came before the trouble is taken, and the memory it took is bounded."""
    body, reason = HOSTILE[name]
    sound = record(PDF + b"sound", f"{ROOT}/sound.pdf")
    sound = gzip.compress(sound) if body.startswith(b"\x1f\x8b") else sound
    expected = {"new": 1}
    if name == "no warc at all":
        sound, expected = b"", {}
    tracemalloc.start()
    try:
        done, _, ledger = ingested(tmp_path, sound + body)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (done.error or "").startswith(reason), done
    assert done.visits == expected
    assert peak < len(body) + 20_000_000
    assert ledger.runs()[0][2] == "ingest_broken"


def test_hostile_records_are_left_out_and_counted(tmp_path: Path) -> None:
    zeros = bytes(50_000_000)
    bomb = gzip.compress(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(zeros))
    response = b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: " + f"{ROOT}/bomb.pdf".encode()
    inner = gzip.decompress(bomb)
    response += f"\r\nWARC-Date: {AT}\r\nContent-Length: {len(inner)}\r\n\r\n".encode() + inner + b"\r\n\r\n"
    body = b"".join(
        [
            response,
            record(PDF, "file:///etc/passwd"),
            record(PDF, "http://169.254.169.254/x.pdf"),
            record(PDF).replace(AT.encode(), b"yesterday"),
            record(PDF, more=f"WARC-Block-Digest: sha256:{'0' * 64}\r\n"),
            record(b""),
            record(b"HTTP/1.1 huh\r\n\r\n").replace(b"resource", b"response"),
            record(PDF, f"{ROOT}/sound.pdf", more="WARC-Record-ID: <urn:x>\r\n"),
            record(b"[" * 100_000).replace(b"resource", b"metadata\r\nWARC-Refers-To: <urn:x>"),
        ]
    )
    done, archive, ledger = ingested(tmp_path, body, "politeness: {max_bytes: 1000000}\n")
    assert done.error is None
    assert done.visits == {"new": 1}
    assert done.left_out == {
        "empty": 1,
        "its bytes are not those of its digest": 1,
        "larger than 1000000 bytes when unpacked (politeness.max_bytes)": 1,
        "no HTTP answer inside": 1,
        "no usable url or date": 2,
        "offsite": 1,
    }
    assert len(list(archive.digests())) == 1, "what was left out is not in the archive"
    assert [visit.url for visit in ledger.visits()] == [f"{ROOT}/sound.pdf"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=40), st.booleans())
def test_any_bytes_are_read_or_refused(body: bytes, noise: bytes, packed: bool) -> None:
    """Nothing but WarcError; and a record in front is read in full."""
    raw = record(body)
    raw = gzip.compress(raw) + noise if packed else raw + noise
    found = []
    try:
        for one in read_warc(io.BytesIO(raw)):
            pieces = list(iter(one.read, b""))
            found.append(b"".join(pieces))
    except WarcError:
        pass
    assert found[0] == body


@pytest.mark.parametrize("cut", [True, False])
def test_a_packed_file_damaged_inside_a_record(*, cut: bool) -> None:
    """The trouble of gzip itself came out where a block is read, and was none that an ingest expects."""
    body = random.Random(1).randbytes(200_000)
    whole = gzip.compress(
        b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (len(body), body)
    )
    broken = bytearray(whole)
    if cut:
        del broken[len(broken) // 2 :]
    else:
        broken[len(broken) // 2] ^= 255
    with pytest.raises(WarcError):
        for record in read_warc(io.BytesIO(bytes(broken))):
            record.skip()
