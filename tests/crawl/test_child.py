"""Processes for crawls: forked by a nursery where that works, started from nothing where it does not."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawl import child as children
from crawl.child import Child, Forked, Started, close_nurseries, new_child
from crawl.settings import child_environment
from tests.crawl.test_kill import children_of, nurseries

ECHO = '''
import json, os, sys, time
def main():
    told = sys.stdin.read()
    word = told.strip()
    if word == "sleep":
        print(os.getpid(), flush=True)
        time.sleep(60)
    if word == "family":
        pid = os.fork()
        if not pid:
            time.sleep(60)
        print(pid, flush=True)
        time.sleep(60)
    if word == "fail":
        raise RuntimeError("it fell over")
    print(json.dumps({"told": word, "sid": os.getsid(0), "pid": os.getpid(), "parent": os.getppid(),
                      "folder": os.getcwd(), "word": os.environ.get("WORD"), "path": os.environ.get("PATH"),
                      "descriptors": sorted(int(one) for one in os.listdir("/proc/self/fd"))}), flush=True)
    print("a line for the log", file=sys.stderr)
    if word == "seven":
        sys.exit(7)
if __name__ == "__main__":
    main()
'''  # fmt: skip
THREADS = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n" + ECHO
BROKEN = "if __name__ != '__main__':\n    raise RuntimeError('cannot be imported')\n" + ECHO

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nurseries are for Linux")


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Modules that can be run as a crawl process can; no nursery is left behind."""
    folder = tmp_path / "modules"
    folder.mkdir()
    for name, text in (("echo_child", ECHO), ("threads_child", THREADS), ("broken_child", BROKEN)):
        (folder / f"{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    close_nurseries()
    yield folder
    close_nurseries()


@contextlib.contextmanager
def begun(word: str, log: Path, module: str = "echo_child", **environment: str) -> Iterator[Child]:
    with log.open("wb") as file:
        child = new_child(module, file, {**child_environment(), **environment})
        try:
            child.stdin.write(word.encode())
            child.stdin.close()
            yield child
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait(10)
            child.close()


def gone(pid: int) -> bool:
    """Whether a process has ended within some seconds (a zombie has)."""
    for _ in range(200):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_a_forked_process_is_what_a_started_one_would_be(
    modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(2):
        log = tmp_path / f"log{number}"
        with begun(f"job {number}", log, WORD=f"word {number}") as child:
            assert isinstance(child, Forked)
            told = json.loads(child.stdout.read())
            assert child.wait(10) == 0
            assert told == {
                "told": f"job {number}",
                "sid": child.pid,
                "pid": child.pid,
                "parent": child.parent,
                "folder": str(tmp_path),
                "word": f"word {number}",
                "path": os.environ["PATH"],
                "descriptors": [0, 1, 2, 3],  # 3 looks into the folder; nothing of the nursery is left open
            }
        assert log.read_text() == "a line for the log\n"
    assert nurseries(os.getpid()) == [child.parent], "one nursery for both"


def test_exit_codes_and_signals_are_known(modules: Path, tmp_path: Path) -> None:
    with begun("seven", tmp_path / "log") as child:
        assert child.wait(10) == 7
    with begun("fail", tmp_path / "log") as child:
        assert child.wait(10) == 1
    assert "RuntimeError: it fell over" in (tmp_path / "log").read_text()
    with begun("sleep", tmp_path / "log") as child:
        child.stdout.readline()
        assert child.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.05)
        os.killpg(child.pid, signal.SIGTERM)
        assert child.wait(10) == -signal.SIGTERM
        assert child.poll() == -signal.SIGTERM


def test_what_a_process_started_ends_with_it(modules: Path, tmp_path: Path) -> None:
    """A browser, say, whose crawl was killed alone."""
    with begun("family", tmp_path / "log") as child:
        below = int(child.stdout.readline())
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait(10) == -signal.SIGKILL
    assert gone(below)


def test_a_nursery_that_dies_takes_its_processes_along_and_is_followed_by_another(
    modules: Path, tmp_path: Path
) -> None:
    with begun("sleep", tmp_path / "log") as child:
        child.stdout.readline()
        os.kill(child.parent, signal.SIGKILL)
        assert child.wait(10) == -signal.SIGKILL
        assert gone(child.pid)
        with begun("job", tmp_path / "log2") as other:
            assert isinstance(other, Forked)
            assert json.loads(other.stdout.read())["parent"] != child.parent


def test_who_asked_is_killed_and_all_ends(modules: Path, tmp_path: Path) -> None:
    """By SIGKILL, and although a fork of it lives on that holds what it held."""
    script = """
import os, sys, time
from crawl.child import new_child
from crawl.settings import child_environment
child = new_child("echo_child", open(sys.argv[1], "wb"), child_environment())
child.stdin.write(b"sleep"); child.stdin.close()
child.stdout.readline()
other = os.fork()
if not other:
    time.sleep(60)
print(child.pid, child.parent, other, flush=True)
time.sleep(60)
"""
    who = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "log")],
        stdout=subprocess.PIPE,
        env=child_environment(),
        start_new_session=True,
    )
    with who:
        assert who.stdout is not None
        pid, nursery, other = map(int, who.stdout.readline().split())
        who.kill()
        who.wait(10)
        try:
            assert gone(pid)
            assert gone(nursery)
        finally:
            os.kill(other, signal.SIGKILL)


@pytest.mark.parametrize(("module", "why"), [("threads_child", "threads run"), ("broken_child", "cannot be imported")])
def test_what_cannot_be_forked_is_started_and_that_is_said_once(
    modules: Path, tmp_path: Path, module: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with begun("job", tmp_path / "log", module) as child:
            assert isinstance(child, Started)
            assert json.loads(child.stdout.read())["parent"] == child.parent == os.getpid()
            assert child.wait(10) == 0
    assert [why in record.getMessage() for record in caplog.records] == [True]
    assert nurseries(os.getpid()) == []


def test_one_that_was_given_up_before_it_was_told_does_nothing(modules: Path, tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        child = new_child("crawl.process", log, child_environment())
    child.stdin.close()
    assert child.wait(30) == 0
    assert child.stdout.read() == b""
    child.close()


def test_many_threads_share_a_nursery_and_nobody_waits_for_another(modules: Path, tmp_path: Path) -> None:
    heard: list[tuple[str, int]] = []

    def one(number: int) -> None:
        with begun(f"job {number}", tmp_path / f"log{number}", WORD=str(number)) as child:
            told = json.loads(child.stdout.read())
            assert child.wait(10) == 0
            heard.append((f"{told['told']} {told['word']}", child.parent))

    with begun("sleep", tmp_path / "log") as slow:
        threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(word for word, _ in heard) == [f"job {number} {number}" for number in range(8)]
        assert {nursery for _, nursery in heard} == {slow.parent}
        assert slow.poll() is None
        for _ in range(200):
            if len(children_of(slow.parent)) == 1:
                break
            time.sleep(0.02)
        assert children_of(slow.parent) == [slow.pid], "the others are reaped"


def test_a_nursery_without_work_goes_home(modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the crawl after that has another."""
    monkeypatch.setattr(children, "IDLE_SECONDS", 0.2)
    with begun("job", tmp_path / "log") as child:
        child.stdout.read()
    assert gone(child.parent)
    with begun("job", tmp_path / "log") as other:
        assert isinstance(other, Forked)


def test_a_nursery_that_hangs_is_passed_by(
    modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What it forks when it comes to itself has nothing to do, and ends."""
    with begun("sleep", tmp_path / "log") as slow:
        slow.stdout.readline()
        os.kill(slow.parent, signal.SIGSTOP)
        monkeypatch.setattr(children, "START_SECONDS", 1.0)
        with begun("job", tmp_path / "log2") as child:
            assert child.parent != slow.parent
            assert json.loads(child.stdout.read())["told"] == "job"
        os.kill(slow.parent, signal.SIGCONT)
        assert slow.poll() is None, "what runs there runs on"
    assert "does not fork" in caplog.text
