"""More than one machine, on one: a Prefect server on Postgres, deployments of prefect.yaml, workers of a work pool."""

from __future__ import annotations

import contextlib
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
from typing import Any

import pytest

from flows.demo import SAMPLES, open_site
from flows.prefect_server import answers, free_port
from flows.runs import report_of, runs
from flows.serve import LOOPBACK, in_background
from flows.settings import PREFECT_SWITCHES, DataRoot
from tests.conftest import ROOT

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


@pytest.fixture
def postgres() -> Iterator[str]:
    """Address of a new database on loopback, as Prefect wants it."""
    programs, user = postgres_programs(), unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="yujue-pg-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        data, port = folder / "data", free_port()
        initdb = [programs / "initdb", "-D", data, "-U", "yujue", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        subprocess.run(initdb, user=user, cwd=folder, check=True, capture_output=True, timeout=120)
        server = [programs / "postgres", "-D", data, "-p", str(port), "-h", LOOPBACK, "-k", folder, "-F"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(server, user=user, cwd=folder, stdout=log, stderr=log)
        try:
            yield f"postgresql+asyncpg://yujue@{LOOPBACK}:{port}/postgres"
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
def test_two_workers_crawl_one_source_each_and_a_night_follows(tmp_path: Path, postgres: str) -> None:
    if not (SAMPLES / "site").is_dir():
        pytest.skip("data/samples/site has not been made")
    root, log = DataRoot(tmp_path / "data"), tmp_path / "log"
    port = free_port()
    url = f"http://{LOOPBACK}:{port}/api"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "YUJUE_"))}
    environment |= PREFECT_SWITCHES | {
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_API_URL": url,
        "PREFECT_API_DATABASE_CONNECTION_URL": postgres,
        "PYTHONPATH": str(ROOT),
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
            start("prefect", "server", "start", "--host", LOOPBACK, "--port", str(port))
            until(lambda: answers(url), "the server on Postgres", log)
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
