"""The command line: exit codes, one clear line for each trouble, results on stdout and nothing else there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from flows.cli import application, main
from normalize.panels.tables import PUBLISHED
from tests.conftest import ROOT
from tests.flows.conftest import fill_root

CONTRACT = ("budget_lines", "indicators", "projects", "claims", "raw_cells", "findings", "issues")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_LANG", "en")


@pytest.fixture
def word(documents: list[Path]) -> Path:
    return next(path for path in documents if path.suffix == ".docx")


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The single line on stderr; nothing else may be said."""
    said = capsys.readouterr()
    lines = [line for line in said.err.splitlines() if line.strip()]
    assert len(lines) == 1, said.err
    assert said.out == ""
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["read", "missing.docx", "--out", "out"], "no such file: missing.docx"),
        (["check", "missing.docx"], "no such file: missing.docx"),
        (["show", "missing.docx"], "no such file: missing.docx"),
        (["show", "."], "a folder, not a document"),
        (["read", "."], "Missing option '--out'"),
        (["read", "--out", "out"], "Missing argument"),
        (["nosuch"], "No such command"),
        (["demo", "--frobnicate"], "No such option"),
        (["serve", "--port", "99999"], "65535"),
        (["why"], "Missing argument"),
        (["crawl", "nothere.yml"], "no such source file: nothere.yml"),
        (["crawl", "999999"], "no source named 999999"),
        (["nightly", "--sources", "nosuch"], "no folder of sources: nosuch"),
        (["nightly", "--now", "yesterday"], "not an ISO 8601 time"),
        (["demo", "--now", "2026-13-01"], "not an ISO 8601 time"),
        (["why", "x", "--from", "nosuch"], "no such folder: nosuch"),
    ],
)
def test_usage_errors(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert says in one_line(capsys)


def test_a_setting_that_cannot_be_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.docx").write_bytes(b"x")
    monkeypatch.setenv("YUJUE_WORK_SECONDS", "soon")
    assert main(["check", str(tmp_path / "a.docx")]) == 2
    assert "YUJUE_WORK_SECONDS='soon'" in one_line(capsys)


def test_a_source_with_a_typo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "130630_typo.yml"
    source.write_text(
        "code: 130630\npublisher: x\nplatform: statc\nlistings:\n  - url: http://127.0.0.1:9/\n    kind: three_public\n"
    )
    assert main(["crawl", str(source), "--data", str(tmp_path / "data")]) == 2
    line = one_line(capsys)
    assert f"{source}:3" in line
    assert "platform" in line
    assert "static" in line  # what was expected


def test_no_release_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["why", "x"], ["serve"]):
        assert main([*arguments, "--data", str(tmp_path)]) == 4
        assert "no release" in one_line(capsys)


@pytest.mark.parametrize("trouble", ["empty", "cut", "noise", "big"])
def test_one_unreadable_file(trouble: str, word: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad, out = tmp_path / "bad.docx", tmp_path / "out"
    bad.write_bytes(
        {"empty": b"", "cut": word.read_bytes()[:3000], "noise": bytes(range(1, 256)) * 20, "big": b""}[trouble]
    )
    if trouble == "big":
        os.truncate(bad, 100 * 1024**2)
    assert main(["read", str(bad), "--out", str(out)]) == 4
    said = [line for line in capsys.readouterr().err.splitlines() if "bad.docx" in line]
    assert len(said) == 1
    assert said[0].startswith("✗ ")
    issues = pl.read_parquet(out / "issues.parquet")
    assert issues.filter(pl.col("severity") == "error").height == 1
    assert pl.read_parquet(out / "documents.parquet").height == 1


def test_the_rest_goes_on(word: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.docx").write_bytes(b"")
    (folder / "b.docx").write_bytes(word.read_bytes())
    (folder / "the same again.docx").write_bytes(word.read_bytes())
    (folder / ".hidden").write_bytes(b"")
    assert main(["read", str(folder), "--out", str(out), "--json"]) == 4
    said = capsys.readouterr()
    assert next(line for line in said.err.splitlines() if "✗" in line).count("a.docx") == 1
    told = json.loads(said.out)
    assert [Path(one["path"]).name for one in told["documents"]] == ["a.docx", "b.docx"]
    for name in CONTRACT:
        assert pl.read_parquet(out / f"{name}.parquet").columns == list(PUBLISHED[name].names())
    assert pl.read_parquet(out / "budget_lines.parquet").height == told["documents"][1]["facts"] > 0
    assert list(out.glob(".*")) == []


def test_a_document_under_another_name_is_read_and_named(
    word: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "report.pdf"
    other.write_bytes(word.read_bytes())
    assert main(["read", str(other), "--out", str(tmp_path / "out")]) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("! ")]
    assert len(said) == 1
    assert "report.pdf" in said[0]


def test_check_says_both_sides_and_ends_with_one(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = shared / "fixtures" / "sample.docx"
    assert main(["check", str(document)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "1,860,000.00" in said
    assert "1,710,000.00" in said
    assert "t6.r23.c4" in said
    assert main(["check", str(document), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {row["check_id"] for row in told["findings"] if row["outcome"] == "fails"} == {
        "G01",
        "I01",
        "I05",
        "I07",
        "T01",
        "U01",
        "W01",
    }


def test_show_and_why(word: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["show", str(word)]) == 0
    assert "income_expenditure" in capsys.readouterr().out
    assert main(["show", str(word), "--table", "1"]) == 0
    assert "table 1:" in capsys.readouterr().out
    assert main(["show", str(word), "--table", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["number"] == 1
    assert main(["show", str(word), "--table", "999"]) == 2
    assert "there is no table 999" in capsys.readouterr().err

    assert main(["read", str(word), "--out", str(out)]) == 0
    lines = pl.read_parquet(out / "budget_lines.parquet").filter(pl.col("amount_state") == "number")
    fact = lines.row(0, named=True)
    capsys.readouterr()
    assert main(["why", fact["fact_id"], "--from", str(out)]) == 0
    said = capsys.readouterr().out
    for part in (fact["printed_text"], fact["document_sha256"], fact["statement_title"], "checks touching it"):
        assert part in said
    assert main(["why", fact["fact_id"], "--from", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cell"]["fact_id"] == fact["fact_id"]
    assert told["cell"]["text"].strip() == fact["printed_text"].strip()
    assert told["statement"]["statement_code"] == fact["statement_code"]
    assert all(fact["fact_id"] in row["fact_ids"] for row in told["findings"])
    assert told["findings"]

    assert main(["why", fact["fact_id"][:-1] + "99", "--from", str(out)]) == 2
    assert "near it" in capsys.readouterr().err
    for table, key in (("indicators", "indicator_id"), ("projects", "project_id"), ("narratives", "paragraph_id")):
        rows = pl.read_parquet(out / f"{table}.parquet")
        if rows.height:
            assert main(["why", rows[key][0], "--from", str(out)]) == 0
            assert rows[key][0] in capsys.readouterr().out


def test_why_of_a_release(documents: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = fill_root(tmp_path / "data", documents[:1])
    (tmp_path / "none").mkdir()
    night = ["nightly", "--sources", str(tmp_path / "none"), "--no-prefect", "--data", str(root.path), "--json"]
    assert main([*night, "--now", "2026-11-23"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["release"]["version"] == "v2026.11.0"
    assert told["done"] == {"read": 1, "facts": 1, "check": 1}
    fact = pl.read_parquet(root.releases / "latest" / "core_budget_lines.parquet")["fact_id"][0]
    assert main(["why", fact, "--data", str(root.path)]) == 0
    assert "涞源县财政局" in capsys.readouterr().out


def test_in_chinese(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("YUJUE_LANG", "zh")
    assert main(["read", "missing.docx", "--out", "out"]) == 2
    assert "没有这个文件：missing.docx" in one_line(capsys)


def test_help_and_version() -> None:
    shown = CliRunner().invoke(application(), ["--help"])
    assert shown.exit_code == 0
    for command in ("demo", "crawl", "read", "nightly", "check", "show", "why", "serve"):
        assert command in shown.output
        assert CliRunner().invoke(application(), [command, "--help"]).exit_code == 0


def test_as_a_process(word: Path, tmp_path: Path) -> None:
    """The real thing: exit code, results on stdout alone, no colour where there is no terminal or NO_COLOR is set."""
    command = [sys.executable, "-m", "flows.cli", "check", str(word), "--out", str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1)
    assert "\x1b[" not in done.stdout + done.stderr
    assert "holds" in done.stdout
    assert done.stderr == ""


def test_a_reader_who_has_seen_enough_is_no_error(word: Path) -> None:
    command = f"{sys.executable} -m flows.cli show {word} --json | head -c 10"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0
