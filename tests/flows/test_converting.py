"""Old formats in the night: converted once, many at a time, and one that cannot be costs no other."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from pathlib import Path

import pytest

from crawl.archive import Archive
from extract.document import Reading
from extract.readers.convert import BATCH
from extract.settings import find_soffice
from flows.convert_documents import Conversions, plan_converting
from flows.crawl_sources import found_documents
from flows.nightly import nightly
from flows.read_documents import plan_reading
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan
from flows.store import unpack_derived, unpack_reading
from tests.crawl.test_unpack import zipped
from tests.extract.builders import docx
from tests.extract.test_format import ole
from tests.flows.test_unpack_archives import crawled

LIMITS = WorkLimits(workers=1)
REAL = find_soffice()
needs_soffice = pytest.mark.skipif(REAL is None, reason="LibreOffice is not installed")


def rtf(amount: str) -> bytes:
    return (
        rb"{\rtf1\ansi \u39044?\u31639?\par\trowd\cellx1000\cellx2000 a\cell " + amount.encode() + rb"\cell\row\pard}"
    )


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


class Soffice:
    """A soffice that notes how it is called and then does `then`."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, then: str, version: str = "LibreOffice 1"
    ) -> None:
        self.path, self.log = folder / "bin" / "soffice", folder / "calls"
        self.path.parent.mkdir()
        self.then = then
        self.is_version(version)
        monkeypatch.setenv("YUJUE_READ_SOFFICE", str(self.path))

    def is_version(self, version: str) -> None:
        self.path.write_text(
            f'#!/bin/sh\nif [ "$1" = --version ]; then echo "{version}"; exit; fi\n'
            f'echo "$@" >> {self.log}\n{self.then}\n'
        )
        self.path.chmod(0o755)

    def calls(self) -> list[int]:
        """Documents of each run so far."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [sum(word.endswith((".rtf", ".doc")) for word in line.split()) for line in lines]


def fake(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Soffice:
    """Makes the same docx of everything but what holds `refuse`, and hangs on what holds `hang`."""
    made = folder / "made.docx"
    made.write_bytes(docx("<w:p><w:r><w:t>好</w:t></w:r></w:p>"))
    then = (
        'while [ "$1" != --outdir ]; do shift; done; out=$2; shift 2\n'
        f"for f; do grep -q hang $f && sleep 60; grep -q refuse $f || cp {made} $out/$(basename $f .rtf).docx; done"
    )
    return Soffice(folder, monkeypatch, then)


def converted(root: DataRoot, limits: WorkLimits = LIMITS) -> tuple[Conversions, int]:
    """The stage, done; and how many documents it worked on."""
    plan = plan_converting(found_documents(root), root, limits)
    missing = plan.missing()
    plan.do(missing)
    return plan, len(missing)


def read(root: DataRoot, converting: Conversions) -> tuple[Plan, dict[str, Reading], int]:
    plan = plan_reading(found_documents(root), converting, root, LIMITS)
    missing = plan.missing()
    plan.do(missing)
    return plan, {sha256: plan.load(sha256, unpack_reading) for sha256 in plan.works}, len(missing)


@needs_soffice
def test_real_ones_are_converted_in_one_process_and_never_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soffice = Soffice(tmp_path, monkeypatch, f'exec {REAL} "$@"')
    root, bodies = DataRoot(tmp_path / "data"), {f"{n}.rtf": rtf(f"{n}.00") for n in range(3)}
    crawled(root, {**bodies, "new.docx": docx("<w:p><w:r><w:t>新</w:t></w:r></w:p>")})
    now = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
    first = nightly([], now, root.path, limits=LIMITS)
    assert (first.done["convert"], first.failed["convert"], first.done["read"]) == (3, 0, 4)
    assert soffice.calls() == [3]
    second = nightly([], now, root.path, limits=LIMITS)
    assert (second.done["convert"], second.done["read"]) == (0, 0)
    assert soffice.calls() == [3]
    plan, _ = converted(root)
    _, readings, _ = read(root, plan)
    for name, body in bodies.items():
        reading = readings[sha(body)]
        assert reading.kind == "rtf"
        assert reading.document_sha256 == sha(body)
        assert f"{name[0]}.00" in " ".join(block.text for table in reading.tables() for block in table.cells)
        derived = plan.load(sha(body), unpack_derived)
        assert derived.sha256 is not None
        assert Archive(root.archive).get(derived.sha256).startswith(b"PK")
        assert derived.by.startswith("LibreOffice/")


@needs_soffice
def test_the_sample_under_two_digests(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soffice = Soffice(tmp_path, monkeypatch, f'exec {REAL} "$@"')
    sample = (shared / "fixtures" / "sample.doc").read_bytes()
    broken = ole("WordDocument")
    root = DataRoot(tmp_path / "data")
    crawled(root, {"a.doc": sample, "b.wps": sample + bytes(512), "c.doc": broken})
    plan, _ = converted(root)
    calls = soffice.calls()
    assert calls[0] == 3
    _, readings, _ = read(root, plan)
    one, other = readings[sha(sample)], readings[sha(sample + bytes(512))]
    assert len(list(one.tables())) > 5
    assert [table.cells for table in one.tables()] == [table.cells for table in other.tables()]
    assert [issue.code for issue in readings[sha(broken)].issues if issue.severity == "error"] == ["conversion_failed"]
    assert soffice.calls() == calls, "the reading converts nothing by itself"
    assert converted(root)[1] == 0


def test_batches_are_bounded_and_what_is_refused_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soffice = fake(tmp_path, monkeypatch)
    root, bodies = DataRoot(tmp_path / "data"), [rtf(str(n)) for n in range(BATCH + 4)] + [rtf("refuse")]
    crawled(root, {f"{n}.rtf": body for n, body in enumerate(bodies)})
    plan, done = converted(root)
    assert done == len(bodies)
    assert max(soffice.calls()) == BATCH
    assert len(soffice.calls()) <= 4
    made = {sha256: plan.load(sha256, unpack_derived) for sha256 in plan.works}
    refused = made.pop(sha(bodies[-1]))
    assert refused.sha256 is None
    assert refused.trouble is not None
    assert refused.trouble.code == "conversion_failed"
    assert {one.sha256 for one in made.values()} == {sha((tmp_path / "made.docx").read_bytes())}
    calls = soffice.calls()
    _, readings, _ = read(root, plan)
    assert [issue.code for issue in readings[sha(bodies[-1])].issues] == ["conversion_failed"]
    assert [p.text for p in readings[sha(bodies[0])].paragraphs()] == ["好"]
    assert converted(root)[1] == 0
    assert soffice.calls() == calls


def test_a_batch_whose_process_is_lost_is_tried_in_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch)
    monkeypatch.setattr("flows.convert_documents._batch_limits", lambda _: WorkLimits(seconds=2, workers=1))
    monkeypatch.setattr("flows.workers.START_SECONDS", 2)
    root, bodies = DataRoot(tmp_path / "data"), [rtf("1"), rtf("hang"), rtf("2")]
    crawled(root, {f"{n}.rtf": body for n, body in enumerate(bodies)})
    plan, _ = converted(root)
    made = [plan.load(sha(body), unpack_derived) for body in bodies]
    assert [one.sha256 is not None for one in made] == [True, False, True]
    assert made[1].trouble is not None
    assert made[1].trouble.code == "read_timeout"


def test_another_libreoffice_converts_and_reads_again_only_what_it_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soffice = fake(tmp_path, monkeypatch)
    root = DataRoot(tmp_path / "data")
    crawled(root, {"old.rtf": rtf("1"), "new.docx": docx("<w:p><w:r><w:t>新</w:t></w:r></w:p>")})
    plan, done = converted(root)
    assert (done, read(root, plan)[2]) == (1, 2)
    soffice.is_version("LibreOffice 2")
    plan, done = converted(root)
    assert (done, read(root, plan)[2]) == (1, 1)


def test_without_libreoffice_the_reading_says_so_and_is_made_when_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUJUE_READ_SOFFICE", "")
    root = DataRoot(tmp_path / "data")
    crawled(root, {"old.rtf": rtf("1")})
    plan, _ = converted(root)
    _, readings, _ = read(root, plan)
    assert [issue.code for issue in readings[sha(rtf("1"))].issues] == ["converter_missing"]
    assert converted(root)[1] == 0
    fake(tmp_path, monkeypatch)
    plan, done = converted(root)
    assert done == 1
    assert [p.text for p in read(root, plan)[1][sha(rtf("1"))].paragraphs()] == ["好"]


def test_a_derived_file_that_is_lost_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soffice = fake(tmp_path, monkeypatch)
    root = DataRoot(tmp_path / "data")
    crawled(root, {"old.rtf": rtf("1")})
    plan, _ = converted(root)
    shutil.rmtree(Archive(root.archive).path(sha((tmp_path / "made.docx").read_bytes())).parent)
    assert [p.text for p in read(root, plan)[1][sha(rtf("1"))].paragraphs()] == ["好"]
    assert soffice.calls() == [1, 1]


def test_only_what_needs_libreoffice_by_its_bytes_is_converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_SOFFICE", "")
    types = {"[Content_Types].xml": b"<Types/>"}
    needed = {
        "a.txt": rtf("1"),
        "b.wps": ole("WordDocument"),
        "c.dps": ole("PowerPoint Document"),
        "d.pptx": zipped({**types, "ppt/presentation.xml": b"<p/>"}),
        "e.xlsx": zipped({**types, "xl/workbook.bin": b"b"}),
    }
    other = {
        "f.doc": b"<html><body>x</body></html>",
        "g.et": ole("Workbook"),
        "h.doc": ole("EncryptedPackage"),
        "i.xlsx": zipped({**types, "xl/workbook.xml": b"<w/>"}),
        "j.rtf": b"%PDF-1.7",
    }
    root = DataRoot(tmp_path)
    crawled(root, {**needed, **other})
    plan = plan_converting(found_documents(root), root, LIMITS)
    assert set(plan.works) == {sha(body) for body in needed.values()}
