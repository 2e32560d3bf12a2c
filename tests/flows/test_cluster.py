"""Reading on a real Dask cluster of processes on loopback, through Prefect: the same results, whoever dies."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pytest

from flows.commands import night
from flows.errors import Trouble
from flows.nightly import nightly
from flows.prefect_server import stop_server
from flows.quarantine import quarantined
from flows.runs import EVENTS, runs
from flows.settings import DataRoot
from tests.conftest import ROOT
from tests.flows.conftest import LIMITS, NOW, fill_root

pytest.importorskip("distributed", reason="the extra yujue[dask] is not installed")
pytest.importorskip("prefect_dask", reason="the extra yujue[dask] is not installed")

SECONDS = 420


def small_documents(folder: Path, count: int) -> list[Path]:
    """Word files of one small table each; the last is named deadly.docx."""
    found = []
    for number in range(count):
        document = docx.Document()
        document.add_paragraph(f"涞源县第{number}局2024年部门预算")
        table = document.add_table(rows=3, cols=2)
        for row, (label, amount) in enumerate([("项目", "预算数"), ("一般公共预算", f"{number}.50"), ("合计", "1.00")]):
            table.cell(row, 0).text, table.cell(row, 1).text = label, amount
        path = folder / ("deadly.docx" if number == count - 1 else f"{number}.docx")
        document.save(str(path))
        found.append(path)
    return found


class Servers:
    """Processes in sessions of their own, killed with all they started at the end."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        self.log, self.environment = log, environment
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, **more: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env={**self.environment, **more},
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)

    def until(self, found: Callable[[], Any], what: str) -> Any:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, ValueError):
                if value := found():
                    return value
            time.sleep(0.2)
        raise AssertionError(f"not within {SECONDS} s: {what}\n{self.log.read_text()}")


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "YUJUE_"))}
    environment |= {"YUJUE_PREFECT_HOME": str(tmp_path / "prefect"), "PYTHONPATH": str(ROOT)}
    environment["DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"] = "0"
    started = Servers(tmp_path / "log", environment)
    yield started
    for process in reversed(started.running):
        started.kill(process)
    stop_server(tmp_path / "prefect")


def events(root: DataRoot) -> list[dict[str, Any]]:
    found = runs(root)
    lines = (found[-1] / EVENTS).read_text(encoding="utf-8").splitlines() if found else []
    return [json.loads(line) for line in lines if line.endswith("}")]


@pytest.mark.prefect
@pytest.mark.slow
def test_a_worker_killed_in_the_middle_loses_nothing_and_a_deadly_document_stands_alone(
    tmp_path: Path, servers: Servers
) -> None:
    files = small_documents(tmp_path, 9)
    plain = fill_root(tmp_path / "plain", files[:-1])
    nightly([], NOW, plain.path, limits=LIMITS)
    root = fill_root(tmp_path / "data", files)
    scheduler = tmp_path / "scheduler.json"
    servers.start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                  "--scheduler-file", str(scheduler))  # fmt: skip
    address = servers.until(lambda: json.loads(scheduler.read_text())["address"], "the scheduler")
    preload = str(ROOT / "tests" / "flows" / "deadly_worker.py")
    workers = [
        servers.start("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--preload", preload,
                      "--local-directory", str(tmp_path / f"dask{number}"), "--host", "127.0.0.1")
        for number in range(2)
    ]  # fmt: skip
    (tmp_path / "none").mkdir()
    process = servers.start(
        "flows.cli", "nightly", "--now", NOW.isoformat(), "--data", str(root.path), "--sources", str(tmp_path / "none"),
        YUJUE_WORK_RUNNER="dask", YUJUE_WORK_DASK_ADDRESS=address, YUJUE_WORK_SECONDS="120",
    )  # fmt: skip
    servers.until(lambda: [one for one in events(root) if one["event"] == "document"], "the first document")
    servers.kill(workers[1])  # with its nanny: as a machine that is gone
    servers.until(lambda: process.poll() is not None, "the night")
    assert process.returncode == 1, servers.log.read_text()  # a person should look: one document is in quarantine

    told = events(root)
    assert {one["detail"] for one in told if one["event"] == "cluster"} == {"dask"}
    assert told[-1]["event"] == "run_ends"
    (held,) = [one for one in quarantined(root) if one.stage == "read"]
    assert (held.filename, held.code) == ("deadly.docx", "read_died")
    for folder in ("tables", "facts", "findings"):
        wanted = {path.name: path.read_bytes() for path in (plain.path / folder).glob("*/*.zst")}
        found = {path.name: path.read_bytes() for path in (root.path / folder).glob("*/*.zst")}
        assert len(wanted) == 8
        assert {name: found.get(name) for name in wanted} == wanted
        assert len(found) == 9


def test_a_cluster_wants_prefect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_WORK_RUNNER", "dask")
    with pytest.raises(Trouble, match="--no-prefect") as caught:
        night._night([], NOW, tmp_path, no_prefect=True)
    assert caught.value.code == 2
