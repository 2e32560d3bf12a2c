"""More than one machine, on one: a Prefect server on Postgres, deployments of prefect.yaml, workers of a work pool."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from benchmarks.soak.night import here
from flows.demo import SAMPLES, open_site
from flows.nightly import nightly
from flows.prefect_server import answers, free_port
from flows.runs import EVENTS, report_of, runs
from flows.serve import LOOPBACK, in_background
from flows.settings import PREFECT_SWITCHES, DataRoot
from flows.workers import Workers
from tests.conftest import ROOT
from tests.flows.conftest import fill_root
from tests.flows.own_mount import papers, released

SECONDS = 420


def postgres_programs() -> Path:
    """The folder of initdb and postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    if named is None:
        pytest.skip("Postgres (initdb) is not installed")
    return Path(named).resolve().parent


def unprivileged() -> str | None:
    """Postgres refuses to run as root: then as `nobody`."""
    return pwd.getpwnam("nobody").pw_name if os.getuid() == 0 else None


class Postgres:
    """A database on loopback that can be lost and come back, with all it holds, at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.user = folder, free_port(), unprivileged()
        self.programs = postgres_programs()
        data = folder / "data"
        initdb = [self.programs / "initdb", "-D", data, "-U", "yujue", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        subprocess.run(initdb, user=self.user, cwd=folder, check=True, capture_output=True, timeout=120)
        self.start()

    @property
    def address(self) -> str:
        """As Prefect wants it."""
        return f"postgresql+asyncpg://yujue@{LOOPBACK}:{self.port}/postgres"

    def start(self) -> None:
        command = [self.programs / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-h", LOOPBACK]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "-k", self.folder, "-F"],
                user=self.user,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """As a machine that is gone: nothing is said to anybody."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(60)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    postgres_programs()
    folder = Path(tempfile.mkdtemp(prefix="yujue-pg-"))
    try:
        if (user := unprivileged()) is not None:
            shutil.chown(folder, user)
        running = Postgres(folder)
        try:
            yield running
        finally:
            running.process.send_signal(signal.SIGQUIT)
            running.process.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Served(NamedTuple):
    """A Prefect server whose history lies in Postgres. environment: of its clients."""

    url: str
    environment: dict[str, str]
    log: Path


@pytest.fixture(scope="module")
def served(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("prefect")
    port, log = free_port(), folder / "log"
    url = f"http://{LOOPBACK}:{port}/api"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "YUJUE_"))}
    environment |= PREFECT_SWITCHES | {
        "PREFECT_HOME": str(folder),
        "PREFECT_API_URL": url,
        "PREFECT_API_DATABASE_CONNECTION_URL": postgres.address,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", LOOPBACK, "--port", str(port)]
    with log.open("ab") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file, start_new_session=True)
    try:
        until(lambda: answers(url), "the server on Postgres", log)
        yield Served(url, environment, log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def until(found: Callable[[], Any], what: str, log: Path) -> Any:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            if value := found():
                return value
        time.sleep(0.5)
    raise AssertionError(f"not within {SECONDS} s: {what}\n{log.read_text(encoding='utf-8')[-6000:]}")


def ask(url: str, what: str, body: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/{what}", data=json.dumps(body).encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.loads(response.read() or b"null")


@pytest.mark.prefect
@pytest.mark.slow
def test_two_workers_crawl_one_source_each_and_a_night_follows(tmp_path: Path, served: Served) -> None:
    if not (SAMPLES / "site").is_dir():
        pytest.skip("data/samples/site has not been made")
    root, url, log = DataRoot(tmp_path / "data"), served.url, served.log
    environment = served.environment | {
        "YUJUE_CHECKOUT": str(ROOT),
        "YUJUE_DATA_ROOT": str(root.path),
        "YUJUE_CRAWL_ALLOW_PRIVATE_HOSTS": LOOPBACK,
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> None:
        with log.open("ab") as file:
            full = [sys.executable, "-m", *command]
            started.append(
                subprocess.Popen(full, cwd=ROOT, env=environment, stdout=file, stderr=file, start_new_session=True)
            )

    def do(*command: str) -> None:
        full = [sys.executable, "-m", "prefect", "--no-prompt", *command]
        done = subprocess.run(full, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    held = sum(1 for path in (SAMPLES / "site").rglob("*") if path.suffix in (".docx", ".pdf"))
    # two sites on ports of their own, so that two sources are crawled at the same time
    sites = [open_site(tmp_path / f"site{number}") for number in range(2)]
    registry = tmp_path / "registry"
    registry.mkdir()
    for number, site in enumerate(sites):
        text = site.source.read_text(encoding="utf-8").replace("130630", f"13063{number}")
        (registry / f"13063{number}_demo.yml").write_text(text, encoding="utf-8")
    try:
        with in_background(sites[0].server), in_background(sites[1].server):
            do("work-pool", "create", "yujue", "--type", "process")
            do("deploy", "--all")
            deployments = {one["name"]: one["id"] for one in ask(url, "deployments/filter", {})}
            assert set(deployments) == {"nightly", "crawl", "rebuild", "release", "verify"}
            for number in range(2):
                start("prefect", "worker", "start", "--pool", "yujue", "--limit", "1", "--name", f"worker{number}")

            def order(name: str, **parameters: str) -> str:
                made = ask(url, f"deployments/{deployments[name]}/create_flow_run", {"parameters": parameters})
                return str(made["id"])

            def ended(*wanted: str) -> list[dict[str, Any]] | None:
                found = ask(url, "flow_runs/filter", {"flow_runs": {"id": {"any_": list(wanted)}}})
                over = [one for one in found if one["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")]
                return over if len(over) == len(wanted) else None

            moment = "2026-11-23T02:00:00+08:00"
            files = sorted(registry.iterdir())
            crawls = [order("crawl", source=str(path), now=moment) for path in files]
            for one in until(lambda: ended(*crawls), "both crawls", log):
                assert one["state_type"] == "COMPLETED", (one["state"], log.read_text(encoding="utf-8")[-6000:])
            said = [report_of(folder) or {} for folder in runs(root)]
            assert sorted(one["sources"][0]["source_id"] for one in said) == ["130630_demo", "130631_demo"]
            brought = {one["sources"][0]["documents"] for one in said}
            assert len(brought) == 1, [one["sources"] for one in said]  # both sites are the same
            assert min(brought) >= held

            night = order("nightly", sources=str(registry), now=moment)
            (one,) = until(lambda: ended(night), "the night", log)
            assert one["state_type"] == "COMPLETED", (one["state"], log.read_text(encoding="utf-8")[-6000:])
            artifacts = ask(url, "artifacts/filter", {})
            assert any("index.html" in artifact["data"] for artifact in artifacts)
            assert (root.releases / "latest" / "index.json").is_file()
    finally:
        for process in reversed(started):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)


MOMENT = "2024-03-01T02:00:00+08:00"


@pytest.mark.prefect
@pytest.mark.slow
def test_postgres_is_lost_in_the_middle_of_a_night(
    tmp_path: Path, postgres: Postgres, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies there is the history of runs: the night goes on to its release, byte for byte that of a night without
    Prefect, and says what was lost. A night that cannot begin is refused in one line.
    """
    files = papers(tmp_path / "papers", 3)
    plain, root = fill_root(tmp_path / "plain", files), fill_root(tmp_path / "data", files)
    monkeypatch.setattr(Workers, "run", lambda workers, jobs: here(jobs, workers.limits))
    moment = dt.datetime.fromisoformat(MOMENT)
    nightly([], moment, plain.path)
    (tmp_path / "none").mkdir()
    command = [sys.executable, "-m", "flows.cli", "nightly", "--now", MOMENT, "--json"]
    command += ["--data", str(root.path), "--sources", str(tmp_path / "none")]
    environment = served.environment | {"YUJUE_LANG": "en", "YUJUE_WORK_WORKERS": "1"}

    def started() -> subprocess.Popen[str]:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def events() -> list[str]:
        found = runs(root)
        if not found:
            return []
        return [json.loads(line)["event"] for line in (found[-1] / EVENTS).read_text("utf-8").splitlines()]

    night = started()
    until(lambda: "step_begins" in events() or night.poll() is not None, "the first step", served.log)
    postgres.kill()
    try:
        assert not list(root.releases.glob("v*")), "it was lost in the middle"
        out, err = night.communicate(timeout=SECONDS)
        assert night.returncode == 0, err
        assert json.loads(out)["release"]["is_new"]
        assert err.count("Prefect was lost on the way (HTTP 500)") == 1, err
        assert "Traceback" not in err
        assert "Error logging" not in err
        assert released(root.path) == released(plain.path)

        refused = started()
        _, err = refused.communicate(timeout=SECONDS)
        assert refused.returncode == 3, err
        assert "the Prefect server cannot be used (HTTP 500)" in err
        assert "Traceback" not in err
    finally:
        postgres.start()
    again = nightly([], moment, root.path)
    assert sum(again.done.values()) == 0
    assert released(root.path) == released(plain.path)
