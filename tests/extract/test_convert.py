"""Old office formats through LibreOffice: what comes back is checked, and nothing takes a batch down."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from extract.document import Issue
from extract.readers import convert, read_document
from extract.readers.convert import Converted, convert_batch
from extract.settings import Limits, find_soffice
from tests.extract.builders import docx, texts
from tests.extract.test_format import ole

needs_soffice = pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not installed")
RTF = rb"{\rtf1\ansi \u39044?\u31639?\par\trowd\cellx1000\cellx2000 a\cell 45.00\cell\row\pard x}"


def codes(results: list[Converted | Issue]) -> list[str]:
    return [result.code if isinstance(result, Issue) else result.kind for result in results]


@needs_soffice
def test_every_table_of_the_sample_is_its_truth(shared: Path) -> None:
    """White space at the ends of cells was lost when sample.doc was written; all else is as in the docx."""
    truth = json.loads((shared / "fixtures" / "truth.json").read_text("utf-8"))
    reading = read_document(shared / "fixtures" / "sample.doc")
    assert (reading.kind, reading.method) == ("doc", "docx_xml")
    assert [(issue.code, issue.severity) for issue in reading.issues] == [("converted", "info")]
    tables = list(reading.tables())
    assert len(tables) == len(truth) == 40
    for table, true in zip(tables, truth, strict=True):
        grid = [[None if text is None else text.strip() for text in row] for row in texts(table)]
        assert grid == [[None if text is None else text.strip() for text in row] for row in true["grid"]]
        assert [(c.row, c.col, c.rowspan, c.colspan) for c in table.cells] == [
            (c["r"], c["c"], c["rowspan"], c["colspan"]) for c in true["cells"]
        ]
        assert sorted({c.row for c in table.cells if not c.ruled}) == true["unruled_rows"], true["caption"]


@needs_soffice
def test_a_batch_brings_every_good_file_whatever_the_others_are(shared: Path) -> None:
    sample = shared / "fixtures" / "sample.doc"
    results = convert_batch(
        [sample, ole("WordDocument"), RTF, b"\x00\x01\x02" * 99, docx("<w:p/>"), sample.read_bytes()]
    )
    assert codes(results) == ["docx", "conversion_failed", "docx", "unsupported_kind", "unsupported_kind", "docx"]
    first, last = results[0], results[-1]
    assert isinstance(first, Converted)
    assert isinstance(last, Converted)
    assert first.by.startswith("LibreOffice")
    derived = read_document(sample, derived=first)
    assert derived.blocks == read_document(sample, derived=last).blocks
    assert derived.document_sha256 == read_document(sample, derived=last).document_sha256


@needs_soffice
def test_rtf_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = read_document(RTF, filename="a.rtf")
    assert (reading.kind, [p.text for p in reading.paragraphs()]) == ("rtf", ["预算", "x"])
    assert [texts(table) for table in reading.tables()] == [[["a", "45.00"]]]


@needs_soffice
def test_a_workbook_that_xlrd_cannot_open_is_said_to_be_damaged() -> None:
    reading = read_document(ole("Workbook"))
    assert reading.kind == "xls"
    assert reading.issues


def test_without_libreoffice_the_issue_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_SOFFICE", "")
    (issue,) = read_document(ole("WordDocument")).issues
    assert (issue.code, issue.severity) == ("converter_missing", "error")
    assert "libreoffice-writer" in issue.message_en
    assert "libreoffice-writer" in issue.message_zh


def fake_soffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A program in the place of LibreOffice; its arguments end with --outdir DIR FILES."""
    path = tmp_path / "soffice"
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)
    monkeypatch.setenv("YUJUE_READ_SOFFICE", str(path))
    monkeypatch.setattr(convert, "START_SECONDS", 1)
    return path


def test_exit_code_zero_without_an_output_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_soffice(tmp_path, monkeypatch, "exit 0")
    assert codes(convert_batch([RTF] * 3)) == ["conversion_failed"] * 3


def test_an_output_that_is_no_docx_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = (
        'while [ "$1" != --outdir ]; do shift; done; out=$2; shift 2\n'
        "for f; do echo garbage > $out/$(basename $f .rtf).docx; done"
    )
    fake_soffice(tmp_path, monkeypatch, script)
    (issue,) = convert_batch([RTF])
    assert isinstance(issue, Issue)
    assert issue.code == "conversion_failed"
    assert "text" in issue.message_en


def test_one_that_hangs_is_ended_and_the_others_are_converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = tmp_path / "good.docx"
    good.write_bytes(docx("<w:p><w:r><w:t>好</w:t></w:r></w:p>"))
    script = (
        'while [ "$1" != --outdir ]; do shift; done; out=$2; shift 2\n'
        f"for f; do grep -q hang $f && sleep 60; cp {good} $out/$(basename $f .rtf).docx; done"
    )
    fake_soffice(tmp_path, monkeypatch, script)
    begun = time.monotonic()
    results = convert_batch([RTF, b"{\\rtf1 hang}", RTF], limits=Limits(max_convert_seconds=1))
    assert codes(results) == ["docx", "conversion_failed", "docx"]
    assert time.monotonic() - begun < 30
    (issue,) = [result for result in results if isinstance(result, Issue)]
    assert "YUJUE_READ_MAX_CONVERT_SECONDS" in issue.message_en


def test_the_program_has_limits_of_memory_time_and_file_size_and_no_network_where_the_system_allows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where namespaces are not permitted (unshare), a proxy where nothing listens is what is left."""
    seen = tmp_path / "seen"
    script = f"(ulimit -v; ulimit -t; ulimit -f; ulimit -c; tail -n +3 /proc/self/net/dev | cut -d: -f1) > {seen}"
    fake_soffice(tmp_path, monkeypatch, script)
    convert_batch([RTF])
    memory, seconds, blocks, core, *interfaces = seen.read_text("utf-8").split()
    assert int(memory) == 4 * 1024 * 1024
    assert 0 < int(seconds) < 3600
    assert int(blocks) * 512 == 256 * 1024 * 1024
    assert core == "0"
    if convert._without_network():
        assert set(interfaces) <= {"lo"}


def test_the_program_sees_no_network_settings_secrets_or_macros(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUJUE_SECRET", "x")
    seen = tmp_path / "seen"
    fake_soffice(
        tmp_path,
        monkeypatch,
        f"env > {seen}; for a; do case $a in -env:*) "
        f'cat "${{a#*file://}}/user/registrymodifications.xcu" >> {seen};; esac; done',
    )
    convert._drop_profile()
    convert_batch([RTF])
    text = seen.read_text("utf-8")
    assert "YUJUE_SECRET" not in text
    assert "http_proxy=http://127.0.0.1:9" in text
    assert "DisableMacrosExecution" in text
    convert._drop_profile()
