"""The morning after: every run leaves a report, and a release never depends on it."""

from __future__ import annotations

import json
import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from crawl.schema import CrawlResult, Visit
from flows.cli import main
from flows.crawl_sources import Crawled, found_documents
from flows.errors import Trouble
from flows.morning import METRICS, exit_code, night_with_report, recorded
from flows.night import Night
from flows.report.tell import write_prometheus
from flows.runs import report_of, runs
from flows.settings import DataRoot
from tests.flows.conftest import LIMITS, NOW, fill_root

SECRET = "<script>alert('x')</script>"


def night(root: DataRoot) -> Night:
    return night_with_report([], NOW, root.path, limits=LIMITS)


@pytest.fixture(scope="module")
def first(documents: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[DataRoot, Night]:
    root = fill_root(tmp_path_factory.mktemp("nights"), documents[:2])
    return root, night(root)


def test_a_night_leaves_a_report(first: tuple[DataRoot, Night]) -> None:
    root, done = first
    folder = runs(root)[0]
    assert folder.name == "20261123T020000Z-night"
    report = report_of(folder)
    assert report is not None
    assert report["status"] == "ok", report["needs_a_person"]
    assert exit_code(done) == 0
    assert [(one["stage"], one["done"], one["failed"]) for one in report["stages"]] == [
        ("read", 2, 0),
        ("facts", 2, 0),
        ("check", 2, 0),
    ]
    assert all(one["seconds"] > 0 for one in report["stages"])
    assert {one["document"] for one in report["slowest"]} == {one.sha256 for one in found_documents(root)}
    assert report["release"]["version"] == "v2026.11.0"
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert [one["event"] for one in events][:: len(events) - 1] == ["run_begins", "run_ends"]
    of_documents = [one for one in events if one["event"] == "document"]
    assert len(of_documents) == 6
    assert {(one["source"], one["outcome"]) for one in of_documents} == {("130630_test", "ok")}


def test_a_refused_release_is_reported_with_its_reason(
    first: tuple[DataRoot, Night], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(first[0].path, tmp_path / "data", symlinks=True)
    root = DataRoot(tmp_path / "data")
    for folder in (root.tables, root.facts):
        shutil.rmtree(folder)
    sha256 = found_documents(root)[0].sha256
    (root.archive / sha256[:2] / sha256).unlink()
    with pytest.raises(Trouble, match="no release"):  # a failure of ours took the facts of a document that had some
        night(root)
    folder = runs(root)[-1]
    assert folder.name == "20261123T020000Z-night-2"
    report = report_of(folder)
    assert report is not None
    assert (report["status"], report["exit_code"]) == ("failed", 4)
    assert report["needs_a_person"][0]["what"] == "failed"
    assert "no release" in report["needs_a_person"][0]["en"]
    assert report["stages"][0]["failed"] == 1
    assert main(["nights", "latest", "--data", str(root.path)]) == 4
    capsys.readouterr()
    assert main(["nights", "--data", str(root.path), "--json"]) == 0
    assert [one["status"] for one in json.loads(capsys.readouterr().out)] == ["failed", "ok"]


def test_a_new_document_that_fails_is_in_quarantine_and_what_moved_is_told(
    first: tuple[DataRoot, Night], documents: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(first[0].path, tmp_path / "data", symlinks=True)
    root = fill_root(tmp_path / "data", documents[:3])
    sha256 = ({one.sha256 for one in found_documents(root)} - set(first[1].found)).pop()
    (root.archive / sha256[:2] / sha256).unlink()
    done = night(root)
    assert done.report is not None
    assert exit_code(done) == 1
    assert [one["what"] for one in done.report["needs_a_person"]] == ["quarantine", "archive_missing"]
    assert [one["code"] for one in done.report["quarantine"]["new"]] == ["read_archive"]
    assert done.report["impact"]["against"] == "v2026.11.0"
    assert done.report["impact"]["documents_compared"] == 1
    assert done.report["issues_moved"]["read_archive"] == [0, 1]
    assert done.report["coverage_moved"]
    capsys.readouterr()
    assert main(["quarantine", "--data", str(root.path), "--json"]) == 0
    assert [one["document"] for one in json.loads(capsys.readouterr().out)] == [sha256]
    assert main(["quarantine", "--retry", sha256[:8], "--data", str(root.path)]) == 0
    again = night(root)
    assert again.done["read"] == 1


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not {name for name, _ in attrs} & {"src", "onclick", "onload"}


def test_the_page_says_it_in_both_languages_without_a_script(first: tuple[DataRoot, Night]) -> None:
    root, _ = first
    text = (runs(root)[0] / "index.html").read_text()
    page = Page()
    page.feed(text)
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert "最慢的文件" in text
    assert "slowest documents" in text


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataRoot:
    """A data root whose night crawls one source, badly, and finds nothing."""

    def nights_work(*arguments: object, night: Night, **more: object) -> Night:
        visit = Visit("130630_x", f"http://x/{SECRET}", "attachment", "2026-11-23T02:00:00Z", "refused", reason=SECRET)
        crawled = CrawlResult(
            source_id="130630_x",
            run_id="130630_x.1",
            outcomes={"refused": 1},
            by_role={},
            bodies_fetched=0,
            documents=0,
            failed=False,
            troubles=[visit],
            skipped_links={},
            warnings=[f"too few {SECRET}"],
            errors=[],
            finish_reason="finished",
            seconds=1.5,
        )
        night.crawled.append(Crawled(None, crawled))  # type: ignore[arg-type]
        return night

    monkeypatch.setattr("flows.morning.nightly", nights_work)
    return DataRoot(tmp_path / "data")


def test_what_a_site_says_is_escaped(quick: DataRoot) -> None:
    done = night(quick)
    assert exit_code(done) == 1
    text = (runs(quick)[0] / "index.html").read_text()
    assert SECRET not in text
    assert "&lt;script&gt;" in text


def test_the_hook_gets_the_report_and_its_failure_is_told(
    quick: DataRoot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "told.json"
    code = f"import sys; open({str(told)!r}, 'w').write(sys.stdin.read())"
    monkeypatch.setenv("YUJUE_NIGHT_HOOK", f'{sys.executable} -c "{code}"')
    done = night(quick)
    assert done.report is not None
    assert json.loads(told.read_text())["needs_a_person"] == done.report["needs_a_person"]
    monkeypatch.setenv("YUJUE_NIGHT_HOOK", f"{sys.executable} -c 'raise SystemExit(7)'")
    night(quick)
    assert "exit 7" in capsys.readouterr().err
    monkeypatch.setenv("YUJUE_NIGHT_HOOK", "/no/such/command")
    night(quick)
    assert "YUJUE_NIGHT_HOOK" in capsys.readouterr().err


def test_numbers_for_prometheus(quick: DataRoot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "node" / "yujue.prom"
    monkeypatch.setenv("YUJUE_PROMETHEUS_FILE", str(elsewhere))
    night(quick)
    text = elsewhere.read_text()
    assert text == (quick.runs / METRICS).read_text()
    sample = re.compile(r'yujue_[a-z_]+\{kind="night"(,[a-z]+="[^"\n]*")*\} -?[0-9.e+]+')
    assert all(line.startswith("# ") or sample.fullmatch(line) for line in text.splitlines())
    assert 'yujue_visits{kind="night",source="130630_x",outcome="refused"} 1' in text


def test_a_killed_run_is_named_by_the_next(quick: DataRoot) -> None:
    (quick.runs / "20261122T020000Z-night").mkdir(parents=True)
    done = night(quick)
    assert done.report is not None
    assert [one["what"] for one in done.report["needs_a_person"]] == ["crawl_warning", "killed"]
    assert "20261122T020000Z-night" in done.report["needs_a_person"][1]["en"]
    again = night(quick)
    assert again.report is not None
    assert [one["what"] for one in again.report["needs_a_person"]] == ["crawl_warning"]  # told once


def test_a_bug_is_reported_and_raised(quick: DataRoot, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*arguments: object, **more: object) -> Night:
        raise KeyError(SECRET)

    monkeypatch.setattr("flows.morning.nightly", breaks)
    with pytest.raises(KeyError):
        night(quick)
    report = report_of(runs(quick)[0])
    assert report is not None
    assert (report["exit_code"], report["status"]) == (70, "failed")
    assert SECRET not in json.dumps(report)
    assert SECRET not in (runs(quick)[0] / "events.jsonl").read_text()


def test_a_run_of_another_kind_does_not_make_the_nights_figures_vanish(tmp_path: Path) -> None:
    path = tmp_path / "yujue.prom"
    for kind, seconds in (("night", 60), ("rebuild", 5), ("night", 61)):
        head = "# HELP yujue_run_seconds x\n# TYPE yujue_run_seconds gauge\n"
        text = f'{head}yujue_run_seconds{{kind="{kind}"}} {seconds}\n'
        write_prometheus(path, text, kind)
    samples = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert samples == ['yujue_run_seconds{kind="night"} 61', 'yujue_run_seconds{kind="rebuild"} 5']
    assert path.read_text().count("# TYPE") == 1


def test_a_full_disk_is_told_to_the_hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = tmp_path / "heard"
    code = f"import sys; open('{heard}', 'w').write(sys.stdin.read())"
    monkeypatch.setenv("YUJUE_NIGHT_HOOK", f'{sys.executable} -c "{code}"')

    def full(path: Path, value: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("flows.morning.write_json", full)
    with recorded(DataRoot(tmp_path / "data"), "night", NOW):
        pass
    assert json.loads(heard.read_text())["kind"] == "night"
