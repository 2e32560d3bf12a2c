"""`yujue archive …`: WARC out and in, and what hosts said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawl.archive import Archive
from crawl.hosts import Host, HostBook, Robots
from crawl.ledger import Ledger, Link
from crawl.schema import Visit
from flows.cli import application, main

AT = "2024-03-01T02:03:04Z"
URL = "http://www.a.gov.cn/P1.pdf"
NAME = "130630_laiyuan"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_LANG", "en")


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    sha256 = Archive(data / "archive").put(b"%PDF-1.4 one")
    with Ledger(data / "ledger" / "ledger.sqlite") as ledger:
        run = ledger.begin_run(NAME, "130630", "涞源县人民政府", AT)
        visit = Visit(NAME, URL, "attachment", AT, "new", status=200, sha256=sha256)
        ledger.record(run, visit, [Link(NAME, sha256, URL, "http://www.a.gov.cn/t1.html", "attachment")])
        book = HostBook(ledger)
        book.write_host(Host("www.a.gov.cn", strikes=1, until="2024-03-02T00:00:00Z", reason="status 403"))
        book.write_robots(Robots("http://www.a.gov.cn", "rules", AT, body=b"User-agent: *\n"))
        book.count("www.a.gov.cn", "2024-03-01", requests=7, received=1000)
    return data


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / f"{NAME}.yml"
    path.write_text(
        "code: 130630\npublisher: 涞源县人民政府\nplatform: static\n"
        "listings: [{url: 'http://www.a.gov.cn/index.html', kind: department_budget}]\n",
        encoding="utf-8",
    )
    return path


def test_out_and_in(filled: Path, source: Path, tmp_path: Path) -> None:
    file, second = tmp_path / "out" / "all.warc.gz", tmp_path / "second"
    done = CliRunner().invoke(
        application(), ["archive", "export-warc", str(file), "--data", str(filled), "--source", NAME]
    )
    assert (done.exit_code, done.stdout.strip()) == (0, str(file))
    arguments = ["archive", "ingest-warc", str(file), "--source", str(source), "--data", str(second), "--json"]
    taken = CliRunner().invoke(application(), arguments)
    assert json.loads(taken.stdout)["visits"] == {"new": 1}
    with Ledger(second / "ledger" / "ledger.sqlite") as ledger:
        (document,) = ledger.documents()
    assert document.provenance.landing_url == "http://www.a.gov.cn/t1.html"
    assert Archive(second / "archive").get(document.sha256) == b"%PDF-1.4 one"
    assert [path.name for path in file.parent.iterdir()] == ["all.warc.gz"]


def test_hosts(filled: Path) -> None:
    shown = CliRunner().invoke(application(), ["archive", "hosts", "--data", str(filled)])
    assert "left alone" in shown.stdout
    assert "robots.txt: rules" in shown.stdout
    assert "7 requests" in shown.stdout
    found = json.loads(CliRunner().invoke(application(), ["archive", "hosts", "--data", str(filled), "--json"]).stdout)
    assert found["hosts"][0]["reason"] == "status 403"
    assert found["robots"][0]["bytes"] == 14
    assert found["requests"] == [{"host": "www.a.gov.cn", "day": "2024-03-01", "requests": 7, "bytes": 1000}]


def test_usage(filled: Path, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line each: no ledger, no such source, no such file, no WARC, a body the archive has lost."""

    def said(*arguments: str) -> tuple[int, str]:
        code = main(["archive", *arguments])
        lines = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
        assert len(lines) == 1, lines
        return code, lines[0]

    data, empty = ("--data", str(filled)), ("--data", str(tmp_path / "none"))
    out = str(tmp_path / "x.warc.gz")
    assert said("hosts", *empty)[0] == 4
    assert said("export-warc", out, *empty)[0] == 4
    code, line = said("export-warc", out, *data, "--source", "999999_nowhere")
    assert (code, "no such source in the ledger" in line) == (2, True)
    given = ("--source", str(source), "--data", str(tmp_path / "in"))
    code, line = said("ingest-warc", str(tmp_path / "missing.warc"), *given)
    assert (code, "cannot be opened" in line) == (2, True)
    (tmp_path / "no.warc").write_bytes(b"<html>")
    code, line = said("ingest-warc", str(tmp_path / "no.warc"), *given)
    assert (code, "not a WARC record" in line) == (4, True)
    archive = Archive(filled / "archive")
    archive.path(next(archive.digests())).unlink()
    code, line = said("export-warc", out, *data)
    assert (code, "the archive is damaged" in line) == (4, True)
    assert not Path(out).exists()
