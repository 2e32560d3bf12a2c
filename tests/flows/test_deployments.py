"""A night by the clock: a real server on loopback, a schedule that fires, and parameters that are checked."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flows.prefect_server import stop_server
from flows.runs import report_of, runs
from flows.settings import PREFECT_SWITCHES
from tests.conftest import ROOT
from tests.flows.conftest import fill_root

SECONDS = 420


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "prefect"
    stop_server(tmp_path / "prefect")


def ask(url: str, what: str, **filters: Any) -> Any:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/{what}/filter", data=json.dumps(filters).encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.loads(response.read())


def until(found: Any, process: subprocess.Popen[bytes], log: Path, what: str) -> Any:
    """What `found` returns as soon as that is something."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if value := found():
                return value
        except OSError:
            pass
        time.sleep(0.5)
    raise AssertionError(f"not within {SECONDS} s: {what}\n{log.read_text()}")


def end(process: subprocess.Popen[bytes]) -> None:
    """As a power cut: the service and the night it may have begun."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


@pytest.mark.prefect
@pytest.mark.slow
def test_a_scheduled_night_happens_and_a_service_that_was_killed_goes_on(
    documents: list[Path], tmp_path: Path, home: Path
) -> None:
    root = fill_root(tmp_path / "data", documents[:1])
    (tmp_path / "none").mkdir()
    command = [sys.executable, "-m", "flows.cli", "serve-nights", "--cron", "* * * * *", "--data", str(root.path)]
    command += ["--sources", str(tmp_path / "none")]
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    environment |= {"YUJUE_PREFECT_HOME": str(home), "YUJUE_WORK_WORKERS": "1"}
    log = tmp_path / "log"

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as file:
            return subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=file, stderr=file, start_new_session=True
            )

    def url() -> str:
        return str(json.loads((home / "yujue-server.json").read_text())["url"])

    def finished() -> list[dict[str, Any]]:
        told = ask(url(), "flow_runs")
        return [one for one in told if one["auto_scheduled"] and one["state_type"] in ("COMPLETED", "FAILED")]

    process = start()
    try:
        done = until(finished, process, log, "a scheduled run")[0]
        assert done["state_type"] == "COMPLETED", done
        assert done["parameters"]["data"] == str(root.path)
        report = report_of(runs(root)[0])
        assert report is not None
        assert report["release"]["is_new"]
        assert [one["done"] for one in report["stages"]] == [1, 1, 1]
        artifact = ask(url(), "artifacts")[0]
        assert report["run"] in artifact["data"]
        assert "index.html" in artifact["data"]
        end(process)
        before = {one["id"] for one in ask(url(), "flow_runs") if one["state_type"] == "SCHEDULED"}
        assert before
        process = start()

        def taken_up_again() -> bool:
            """What was due by the old service is dropped, and the schedule goes on."""
            now = {one["id"] for one in ask(url(), "flow_runs") if one["state_type"] == "SCHEDULED"}
            return bool(now) and not now & before and ask(url(), "deployments")[0]["paused"] is False

        until(taken_up_again, process, log, "the schedule taken up again")
    finally:
        end(process)


@pytest.mark.prefect
def test_parameters_and_schedules_are_checked(tmp_path: Path) -> None:
    """In a process of its own: Prefect reads its settings when it is imported."""
    code = """
import json, sys
from flows import deployments
from flows.errors import Trouble
from prefect.exceptions import ParameterTypeError
refused = []
for flow, given in json.loads(sys.stdin.read()):
    try:
        getattr(deployments, flow).validate_parameters(given)
    except ParameterTypeError:
        refused.append([flow, given])
troubles = []
for cron, zone in (("30 1 * * *", "Asia/Shanghai"), ("sometimes", "Asia/Shanghai"), ("30 1 * * *", "Asia/Laiyuan")):
    try:
        deployments.check_schedule(cron, zone)
    except Trouble as trouble:
        troubles.append([cron, zone, trouble.code])
print(json.dumps([refused, troubles]))
"""
    good = [
        ["nightly", {}],
        ["nightly", {"now": "2026-11-23T02:00:00+08:00", "data": "x"}],
        ["crawl_one", {"source": "130630"}],
        ["rebuild_some", {"start": "facts", "counties": ["1306"], "years": [2024], "documents": ["3a2245b978ca"]}],
        ["verify", {"nights": 4}],
        ["release", {}],
    ]
    bad = [
        ["nightly", {"now": "soon"}],
        ["crawl_one", {"source": ""}],
        ["rebuild_some", {"start": "normalize"}],
        ["rebuild_some", {"counties": ["Hebei"]}],
        ["rebuild_some", {"years": [24]}],
        ["rebuild_some", {"documents": ["../../etc"]}],
        ["verify", {"nights": 0}],
    ]
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(good + bad),
        cwd=ROOT,
        env={
            **os.environ,
            **PREFECT_SWITCHES,
            "PREFECT_HOME": str(tmp_path),
            "PREFECT_API_URL": "http://127.0.0.1:9/api",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    refused, troubles = json.loads(done.stdout.strip().splitlines()[-1])
    assert refused == bad
    assert troubles == [["sometimes", "Asia/Shanghai", 2], ["30 1 * * *", "Asia/Laiyuan", 2]]


def test_prefect_yaml_names_flows_that_are_there() -> None:
    told = YAML(typ="safe").load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    source = (ROOT / "flows" / "deployments.py").read_text(encoding="utf-8")
    names = [one["name"] for one in told["deployments"]]
    assert names == ["nightly", "crawl", "rebuild", "release", "verify"]
    for one in told["deployments"]:
        path, _, flow = one["entrypoint"].partition(":")
        assert path == "flows/deployments.py"
        assert f'@flow(name="{one["name"]}", persist_result=False)\ndef {flow}(' in source
        assert one["work_pool"]["job_variables"]["env"]["DO_NOT_TRACK"] == "1"
