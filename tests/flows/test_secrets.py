"""What an operator keeps to himself is in no log, no report of a run, no archive, no ledger, no release, no message."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from benchmarks.soak.night import here
from flows.cli import main
from flows.report.tell import call_hook
from flows.workers import Workers
from tests.crawl.web import Site, crawl, serve, small_site, source_file

CONTACT = "test@example.org"  # of tests.crawl.web: sent to every server, and of no use to readers of our files
SECRETS = {
    "YUJUE_NIGHT_HOOK": f"{sys.executable} -c 'import sys; sys.exit(sys.argv[1])' https://hooks.example/T0/hook-5ec2e7",
    "PREFECT_API_DATABASE_CONNECTION_URL": "postgresql+asyncpg://yujue:dsn-5ec2e7@127.0.0.1:9/prefect",
    "AWS_SECRET_ACCESS_KEY": "aws-5ec2e7",
    "AWS_SESSION_TOKEN": "session-5ec2e7",
    "YUJUE_CRAWL_CONTACT": CONTACT,
}
WORDS = (b"hook-5ec2e7", b"dsn-5ec2e7", b"aws-5ec2e7", b"session-5ec2e7", CONTACT.encode())


def told(folder: Path) -> dict[str, list[bytes]]:
    """File → secrets in it."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and (words := [word for word in WORDS if word in path.read_bytes()]):
            found[str(path.relative_to(folder))] = words
    return found


def test_a_crawl_and_a_night_with_secrets_around_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A hook that fails and repeats its address, a crawl with dead links, a night, and commands that print what is."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Workers, "run", lambda workers, jobs: here(jobs, workers.limits))
    site, data, empty = Site(), tmp_path / "data", tmp_path / "none"
    empty.mkdir()
    with serve(site):
        small_site(site)
        result = crawl(source_file(tmp_path, site), data)
        sent = [headers["User-Agent"] for _, headers in site.requests]
    assert all(CONTACT in one for one in sent), "the site can reach us"
    assert result.bodies_fetched > 3
    main(
        ["nightly", "--no-prefect", "--now", "2024-03-01T02:00:00+08:00", "--data", str(data), "--sources", str(empty)]
    )
    main(["status", "--data", str(data)])
    main(["nights", "--data", str(data)])
    said = "".join(capfd.readouterr())
    assert "YUJUE_NIGHT_HOOK failed" in said
    assert [word for word in WORDS if word.decode() in said] == []
    assert any(path.name.startswith("crawl-") for path in (data / "logs").iterdir())
    assert told(data) == {}


@pytest.mark.parametrize("program", ["/no/such/program", sys.executable])
def test_what_a_hook_says_of_itself_is_told_without_its_arguments(tmp_path: Path, program: str) -> None:
    trouble = call_hook(f"{program} https://hooks.example/T0/hook-5ec2e7", {}, tmp_path)
    assert trouble
    assert "hook-5ec2e7" not in trouble


def test_a_store_that_cannot_be_used_is_told_without_its_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("s3fs", reason="pip install 'yujue[object-store]'")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key-5ec2e7",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "YUJUE_STORE_SECONDS": "1",
        "YUJUE_WORKING_COPIES": str(tmp_path / "copies"),
    }.items():
        monkeypatch.setenv(name, value)
    assert main(["status", "--data", "s3://yujue-nowhere/x"]) in (2, 3, 4)
    said = "".join(capfd.readouterr())
    assert "5ec2e7" not in said
    assert told(tmp_path) == {}
    assert "AWS_SECRET_ACCESS_KEY" in os.environ
