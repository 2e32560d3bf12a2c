"""A Prefect server of our own, on loopback, when none answers: started once, remembered, left running.

The server Prefect would start inside the process is not used: it loses task history at exit, and every worker process
would start another one.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from filelock import FileLock

from flows import errors
from flows.settings import prefect_api_url, prefect_environment, prefect_home, use_prefect
from flows.store import write_atomically

HOST = "127.0.0.1"
START_SECONDS = 240  # a first start makes the database: 8–13 s on a quiet machine, minutes on a very busy one
COMMAND_SECONDS = 60
_REMEMBERED = "yujue-server.json"
_PID_FILE = "server.pid"


def ensure_server() -> str:
    """The API address of a server that answers: the user's own, ours if it still runs, or a new one.

    Points this process at it (before Prefect is imported). Raises Trouble (exit code 3) when none can be started.
    """
    home = prefect_home()
    named = prefect_api_url()
    if named and answers(named):
        use_prefect(named, home)
        return named
    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / "yujue-server.lock", timeout=START_SECONDS):
            url = remembered(home)
            if url is None or not answers(url):
                url = _start(home)
    except OSError as error:
        raise _failure(f"{home}: {error.strerror or error}") from error
    use_prefect(url, home)
    return url


def stop_server(home: Path) -> bool:
    """Stop the server we started in this home; whether there was one."""
    pid = _pid(home)
    (home / _PID_FILE).unlink(missing_ok=True)
    (home / _REMEMBERED).unlink(missing_ok=True)
    if pid is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    return True


def answers(url: str) -> bool:
    """Whether a Prefect API answers at this address."""
    if not url.startswith(("http://", "https://")):
        return False
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=3) as response:  # noqa: S310 - http(s), above
            return bool(response.status == 200 and response.read(100).strip() == b"true")
    except (OSError, ValueError):
        return False


def _start(home: Path) -> str:
    _forget_dead_server(home)
    port = free_port()
    url = f"http://{HOST}:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--background", "--host", HOST, "--port", str(port)]
    environment = {**prefect_environment(home), "PREFECT_API_URL": url}
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
            start_new_session=True,  # or Ctrl-C here would end the server there
        )
    except subprocess.TimeoutExpired as error:
        raise _failure(f"`prefect server start` took more than {COMMAND_SECONDS} s") from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise _failure(lines[-1] if lines else f"exit {done.returncode}")
    write_atomically(home / _REMEMBERED, json.dumps({"url": url}).encode())
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        if time.monotonic() > deadline:
            stop_server(home)
            raise _failure(f"no answer from {url} within {START_SECONDS} s")
        time.sleep(0.25)
    return url


def _forget_dead_server(home: Path) -> None:
    """End what is left of our last server (it does not answer), or Prefect refuses to start another."""
    pid = _pid(home)
    if pid is not None and _is_prefect(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    (home / _PID_FILE).unlink(missing_ok=True)


def _pid(home: Path) -> int | None:
    try:
        return int((home / _PID_FILE).read_text())
    except (OSError, ValueError):
        return None


def _is_prefect(pid: int) -> bool:
    """Whether the process is a Prefect server: after a restart of the machine the number may be another's."""
    try:
        return b"prefect.server" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def remembered(home: Path) -> str | None:
    try:
        found = json.loads((home / _REMEMBERED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    url = found.get("url") if isinstance(found, dict) else None
    return url if isinstance(url, str) and url.startswith(f"http://{HOST}:") else None


def free_port() -> int:
    """A port that is free on loopback now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _failure(reason: str) -> errors.Trouble:
    return errors.network(
        f"Prefect 服务未能启动（{reason}）；可用 --no-prefect 运行同样的步骤",
        f"the Prefect server did not start ({reason}); --no-prefect runs the same steps without it",
    )
