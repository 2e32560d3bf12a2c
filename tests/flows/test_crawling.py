"""`yujue crawl` and `yujue status` on a made site: candidates, several sources at once, when each was swept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawl.settings import CrawlSettings
from flows.cli import main
from flows.crawl_sources import crawl_together
from flows.settings import DataRoot
from tests.crawl.web import Site, serve, small_site, source_file

NOW = "2024-03-01T02:03:04+00:00"


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_CRAWL_ALLOW_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.setenv("YUJUE_LANG", "en")


def test_a_dry_run_is_a_table_of_candidates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = Site()
    with serve(site):
        small_site(site)
        path, data = source_file(tmp_path, site), tmp_path / "data"
        words = ["crawl", "--source", str(path), "--dry-run", "--now", NOW, "--data", str(data)]
        assert main([*words, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert next(one["text"] for one in found) == "政府办公室2024年部门预算"
        assert {one["source_id"] for one in found} == {"130630_laiyuan"}
        assert main(words) == 0
        table = capsys.readouterr().out
        assert "2024-02-06" in table
        assert "new" in table
        assert not any(path.endswith((".docx", "t1.html")) for path, _ in site.requests)


@pytest.mark.parametrize(
    ("words", "says"),
    [(["--since", "yesterday"], "is not a day"), (["--kind", "budget"], "is none of")],
)
def test_a_wrong_option_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str) -> None:  # fmt: skip  # noqa: E501
    site = Site()
    with serve(site):
        path = source_file(tmp_path, site)
        assert main(["crawl", str(path), *words, "--data", str(tmp_path / "data")]) == 2
    assert says in capsys.readouterr().err


def test_two_sources_of_one_host_are_not_asked_at_the_same_time(tmp_path: Path) -> None:
    """Three sources at once, two of them on one host: each is crawled, and the host never sees two at a time."""
    one, other = Site(), Site()
    with serve(one), serve(other):
        paths = []
        for number, site in enumerate((one, one, other)):
            small_site(site)
            folder = tmp_path / str(number)
            folder.mkdir()
            made = source_file(folder, site)
            paths.append(made.rename(folder / f"13063{number}_s{number}.yml"))
        order: list[str] = []

        def hear(event: dict[str, object]) -> None:
            order.append(str(event["source_id"]))

        settings = CrawlSettings(tmp_path / "data", "test@example.org", frozenset({"127.0.0.1"}), seconds=60.0)
        now = datetime(2024, 3, 1, tzinfo=UTC)
        done = crawl_together(paths, DataRoot(tmp_path / "data"), now, settings, at_once=3, hear=hear)
        assert [crawled.result.documents for crawled in done] == [3, 3, 3]
        ours = [one for one in order if one in {"130630_s0", "130631_s1"}]
        assert ours == sorted(ours), "the second began when the first had ended"


def test_status_says_when_each_source_was_swept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = Site()
    with serve(site):
        small_site(site)
        path, data = source_file(tmp_path, site), tmp_path / "data"
        assert main(["status", "--data", str(data)]) == 4
        capsys.readouterr()
        assert main(["crawl", str(path), "--now", NOW, "--data", str(data)]) == 0
        capsys.readouterr()
        assert main(["status", "130630", "--now", NOW, "--data", str(data), "--json"]) == 0
        told = capsys.readouterr()
    (sweep,) = json.loads(told.out)
    assert (sweep["started_at"], sweep["finish_reason"]) == ("2024-03-01T02:03:04Z", "finished")
    assert sweep["outcomes"] == {"gone": 1, "new": 7}
    assert "last run finished 1, not finished 0; within a day 1" in told.err
