"""The night under Prefect: a server of our own on loopback, and the same release as without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import prefect_server
from flows.errors import Trouble
from flows.nightly import nightly
from flows.prefect_server import answers, stop_server
from flows.settings import prefect_environment
from tests.conftest import ROOT
from tests.flows.conftest import LIMITS, NOW, fill_root


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("YUJUE_PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    yield tmp_path / "prefect"
    stop_server(tmp_path / "prefect")


def ask(url: str, what: str) -> int:
    request = urllib.request.Request(f"{url}/{what}/count", data=b"{}", headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return int(response.read())


@pytest.mark.prefect
@pytest.mark.slow
def test_the_flow_with_a_server_of_its_own(documents: list[Path], tmp_path: Path, home: Path) -> None:
    plain = fill_root(tmp_path / "plain", documents[:2])
    nightly([], NOW, plain.path, limits=LIMITS)
    root = fill_root(tmp_path / "data", documents[:2])
    (tmp_path / "none").mkdir()
    command = [sys.executable, "-m", "flows.cli", "nightly", "--now", NOW.isoformat(), "--json"]
    command += ["--data", str(root.path), "--sources", str(tmp_path / "none")]
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["done"] == {"read": 2, "facts": 2, "check": 2}
    for path in sorted((plain.releases / "latest").glob("*.parquet")):
        assert (root.releases / "latest" / path.name).read_bytes() == path.read_bytes()

    url = json.loads((home / "yujue-server.json").read_text())["url"]
    assert url.startswith("http://127.0.0.1:")
    assert answers(url)
    deadline = time.monotonic() + 30
    while ask(url, "task_runs") < 4 and time.monotonic() < deadline:  # the server writes them down a little later
        time.sleep(0.5)
    assert ask(url, "flow_runs") == 1
    assert ask(url, "task_runs") == 4  # read, facts, check, release: shards, never documents

    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert json.loads(again.stdout)["release"]["is_new"] is False
    assert json.loads((home / "yujue-server.json").read_text())["url"] == url  # found again, not started again


def test_telemetry_is_off_and_the_home_is_ours(home: Path) -> None:
    environment = prefect_environment(home)
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["PREFECT_HOME"] == str(home)


def test_a_server_that_does_not_start_is_told_with_the_way_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: object, **more: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(
            [], 1, "", "Traceback\nTypeError: Body() got an unexpected keyword argument\n"
        )

    monkeypatch.setattr(prefect_server.subprocess, "run", fails)
    with pytest.raises(Trouble, match="--no-prefect") as caught:
        prefect_server.ensure_server()
    assert caught.value.code == 3
    assert "TypeError" in caught.value.en


def test_a_dead_server_is_not_taken_for_ours(home: Path) -> None:
    home.mkdir()
    (home / "yujue-server.json").write_text('{"url": "http://127.0.0.1:9/api"}')
    (home / "server.pid").write_text(str(os.getpid()))  # after a restart of the machine the number is another's
    prefect_server._forget_dead_server(home)
    assert not (home / "server.pid").exists()
    assert not answers("http://127.0.0.1:9/api")
    assert not answers("file:///etc/hostname")
