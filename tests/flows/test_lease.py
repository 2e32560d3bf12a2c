"""Two nights at once exclude each other over machines, whatever happens to one of them or to a clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from flows import errors
from flows.errors import Trouble
from flows.hold import one_night_at_a_time
from flows.lease import Holder, Lease, this_host
from flows.objects import Objects, objects_at
from flows.settings import DataRoot
from tests.conftest import ROOT
from tests.flows.s3 import BUCKET, Server, environment, s3_server

# a night on another machine: holds the lease, says so, and says when it has lost it
NIGHT = """
import sys, time
from flows.errors import Trouble
from flows.lease import Lease
from flows.objects import objects_at
lease = Lease(objects_at(sys.argv[1]), float(sys.argv[2]), "/its/lock", host="other 1")
lease.acquire()
print("held", lease.number, flush=True)
while True:
    time.sleep(0.2)
    try:
        lease.check()
    except Trouble as trouble:
        print(trouble.en, flush=True)
        break
"""
SECONDS = 3.0


class Clock:
    """Time that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def lease_of(there: Objects, host: str = "a 1", *, clock: Clock | None = None, seconds: float = 120) -> Lease:
    clock = clock or Clock()
    return Lease(there, seconds, f"/lock/of/{host}", host=host, clock=clock, sleep=clock.sleep)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with s3_server(tmp_path_factory.mktemp("copies")) as running:
        yield running


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return str(tmp_path / "root")
    request.getfixturevalue("server")
    return f"s3://{BUCKET}/{request.node.name.replace('[', '-').strip(']')}"


@pytest.fixture
def there(tmp_path: Path) -> Objects:
    return objects_at(tmp_path)


def make_old(there: Objects, seconds: float) -> None:
    """As if the newest lease had been renewed so long ago, by the clock of the place."""
    name = there.entries("lease/")[-1].name
    path = Path(there.place) / name
    past = time.time() - seconds
    os.utime(path, (past, past))


def test_the_second_is_told_who_holds_it(there: Objects) -> None:
    first, second = lease_of(there), lease_of(there, "b 1")
    first.acquire()
    with pytest.raises(Trouble, match=r"another night is at work in .* \(on a, \d+\)") as caught:
        second.acquire()
    assert caught.value.code == errors.USAGE
    first.check()
    first.release()
    second.acquire()
    assert second.number == 2
    second.release()
    assert [one.name for one in there.entries("lease/")] == ["lease/00000001.json", "lease/00000002.json"]


def test_the_dead_are_known_at_once_on_their_own_machine(there: Objects) -> None:
    """The lock of the system is ours now: it was the dead one's."""
    lease_of(there).acquire()
    again = lease_of(there)
    again.acquire()
    assert again.number == 2
    other_lock = Lease(there, 120, "/another/working/copy", host="a 1")
    with pytest.raises(Trouble, match="another night is at work"):
        other_lock.acquire()
    after_a_boot = lease_of(there, "a 2")
    with pytest.raises(Trouble, match="another night is at work"):
        after_a_boot.acquire()
    again.release()


def test_the_dead_are_taken_over_after_their_time_and_fenced_off(there: Objects) -> None:
    asleep = lease_of(there)
    asleep.acquire()
    asleep._stop.set()  # no sign of life any more
    make_old(there, 130)
    awake = lease_of(there, "b 1")
    awake.acquire()
    assert awake.number == 2
    with pytest.raises(Trouble, match="taken over as number 2") as caught:
        asleep.check()
    assert caught.value.code == errors.DATA
    asleep.release()
    awake.check()
    with pytest.raises(Trouble, match=r"on b, "):
        lease_of(there, "c 1").acquire()
    awake.release()


def test_a_clock_that_jumps_ahead_takes_no_lease_from_the_living(there: Objects) -> None:
    """By the clock of the place the lease is a day old; but while it is watched its owner gives a sign of life."""
    first = lease_of(there)
    first.acquire()
    make_old(there, 86_400)
    clock = Clock()

    def sleep(seconds: float) -> None:
        clock.now += seconds
        first.renew()
        make_old(there, 86_400)

    second = Lease(there, 120, "/lock", host="b 1", clock=clock, sleep=sleep)
    with pytest.raises(Trouble, match="another night is at work"):
        second.acquire()
    first.check()
    first.release()


def test_a_clock_that_jumps_back_keeps_the_lease(there: Objects) -> None:
    first = lease_of(there)
    first.acquire()
    make_old(there, -86_400)
    with pytest.raises(Trouble, match="another night is at work"):
        lease_of(there, "b 1").acquire()
    first.release()


def test_our_own_clock_does_not_count(there: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    first = lease_of(there)
    first.acquire()
    monkeypatch.setattr(time, "time", lambda: 4e9)
    first.check()
    with pytest.raises(Trouble, match="another night is at work"):
        lease_of(there, "b 1").acquire()
    first.release()


def test_a_machine_that_slept_too_long_has_lost_it(there: Objects) -> None:
    """Nobody has taken it over; but somebody may be about to."""
    clock = Clock()
    lease = lease_of(there, clock=clock)
    lease.acquire()
    clock.now += 121
    lease.renew()
    with pytest.raises(Trouble, match="not renewed for 120 s"):
        lease.check()
    lease.release()
    newest = msgspec.json.decode(there.read("lease/00000001.json"), type=Holder)
    assert not newest.released, "it is not ours to give"


def test_a_store_in_trouble_for_a_moment_costs_nothing(there: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = lease_of(there, seconds=0.4)
    renewed: list[str] = []

    def write(name: str, content: bytes) -> None:
        renewed.append(name)
        if len(renewed) < 3:
            raise errors.network("没有", "gone")

    monkeypatch.setattr(type(there), "write", lambda _, name, content: write(name, content))
    lease.acquire()
    deadline = time.monotonic() + 20
    while len(renewed) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(renewed) >= 4
    lease.check()
    lease.release()


def test_a_lease_that_cannot_be_read_is_a_strangers(there: Objects) -> None:
    there.write("lease/00000007.json", b"{")
    with pytest.raises(Trouble, match="another night is at work"):
        lease_of(there).acquire()
    make_old(there, 130)
    lease = lease_of(there)
    lease.acquire()
    assert lease.number == 8
    lease.release()


def night_elsewhere(place: str) -> tuple[subprocess.Popen[str], str]:
    child = subprocess.Popen(
        [sys.executable, "-c", NIGHT, place, str(SECONDS)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdout is not None
    return child, child.stdout.readline().strip()


@pytest.mark.slow
def test_two_processes_one_frozen_then_one_killed(place: str) -> None:
    """Real processes: the frozen one is taken over and finds out when it wakes; the killed one is taken over."""
    frozen, said = night_elsewhere(place)
    try:
        assert said == "held 1"
        here = Lease(objects_at(place), SECONDS, "/our/lock", host=this_host())
        with pytest.raises(Trouble, match=r"on other, "):
            here.acquire()
        frozen.send_signal(signal.SIGSTOP)
        take(here)
        assert here.number == 2
        frozen.send_signal(signal.SIGCONT)
        assert frozen.stdout is not None
        assert "has lost its lease" in frozen.stdout.readline()
        here.check()
        here.release()
    finally:
        frozen.kill()
        frozen.wait()
    killed, said = night_elsewhere(place)
    assert said == "held 3"
    killed.kill()
    killed.wait()
    take(here)
    assert here.number == 4
    here.release()


def take(lease: Lease) -> None:
    """Try until the holder counts as dead."""
    deadline = time.monotonic() + 60
    while True:
        try:
            lease.acquire()
        except Trouble:
            assert time.monotonic() < deadline
            time.sleep(0.3)
        else:
            return


def test_two_machines_with_one_data_root(server: Server, tmp_path: Path) -> None:
    """Each has a working copy and a lock of its own; only the lease is between them."""
    url = f"s3://{BUCKET}/two"
    with one_night_at_a_time(DataRoot(url)):
        with (
            environment(YUJUE_WORKING_COPIES=str(tmp_path / "other")),
            pytest.raises(Trouble, match=r"another night is at work in s3://.* \(on "),
            one_night_at_a_time(DataRoot(url)),
        ):
            raise AssertionError
        with (
            pytest.raises(Trouble, match="another night is at work in s3://"),
            one_night_at_a_time(DataRoot(url)),
        ):
            raise AssertionError
    with environment(YUJUE_WORKING_COPIES=str(tmp_path / "other")), one_night_at_a_time(DataRoot(url)):
        pass


def test_a_folder_shared_by_two_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock of the system may not reach over a network file system; the lease in the folder does."""
    root = DataRoot(tmp_path / "data")
    root.path.mkdir()
    elsewhere = lease_of(objects_at(root.place), "nas-client 1")
    elsewhere.acquire()
    with pytest.raises(Trouble, match=r"\(on nas-client, "), one_night_at_a_time(root):
        raise AssertionError
    elsewhere.release()
    with one_night_at_a_time(root):
        pass
