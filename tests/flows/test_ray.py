"""Reading on Ray through Prefect: a cluster of the run's own, and one that is there already."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.nightly import nightly
from flows.prefect_server import free_port
from flows.settings import DataRoot
from tests.flows.conftest import LIMITS, NOW, fill_root
from tests.flows.test_cluster import Servers, events, servers, small_documents

pytest.importorskip("ray", reason="the extra yujue[ray] is not installed")
pytest.importorskip("prefect_ray", reason="the extra yujue[ray] is not installed")

__all__ = ["servers"]


def results(root: DataRoot) -> dict[str, bytes]:
    """Every intermediate result of a data root, by stage and name."""
    found = (path for folder in ("tables", "facts", "findings") for path in (root.path / folder).glob("*/*.zst"))
    return {str(path.relative_to(root.path)): path.read_bytes() for path in found}


def night_on_ray(root: DataRoot, servers: Servers, **settings: str) -> int:
    none = root.path.with_name("none")
    none.mkdir(exist_ok=True)
    process = servers.start(
        "flows.cli", "nightly", "--now", NOW.isoformat(), "--data", str(root.path), "--sources", str(none),
        YUJUE_WORK_RUNNER="ray", YUJUE_WORK_WORKERS="2", YUJUE_WORK_SECONDS="120", **settings,
    )  # fmt: skip
    servers.until(lambda: process.poll() is not None, "the night")
    return int(process.returncode)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose name is short: Ray puts sockets into it."""
    with tempfile.TemporaryDirectory(prefix="ray-") as folder:
        yield Path(folder)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return small_documents(tmp_path, 6)


@pytest.fixture
def wanted(tmp_path: Path, files: list[Path]) -> dict[str, bytes]:
    plain = fill_root(tmp_path / "plain", files)
    nightly([], NOW, plain.path, limits=LIMITS)
    found = results(plain)
    assert len(found) == 3 * len(files)
    return found


@pytest.mark.prefect
@pytest.mark.slow
def test_a_cluster_of_the_runs_own_leaves_the_same_bytes(
    tmp_path: Path, servers: Servers, files: list[Path], wanted: dict[str, bytes]
) -> None:
    root = fill_root(tmp_path / "data", files)
    assert night_on_ray(root, servers) == 0, servers.log.read_text()
    assert results(root) == wanted
    assert {one["detail"] for one in events(root) if one["event"] == "cluster"} == {"ray"}


@pytest.mark.prefect
@pytest.mark.slow
def test_a_cluster_that_is_there_leaves_the_same_bytes_and_one_that_is_not_says_so(
    tmp_path: Path, short: Path, servers: Servers, files: list[Path], wanted: dict[str, bytes]
) -> None:
    root, port, client = fill_root(tmp_path / "data", files), free_port(), free_port()
    address = f"ray://127.0.0.1:{client}"
    assert night_on_ray(root, servers, YUJUE_WORK_RAY_ADDRESS=address) == 3
    assert f"the cluster {address} cannot be used" in servers.log.read_text()
    head = servers.start(
        "ray.scripts.scripts", "start", "--head", "--block", "--node-ip-address", "127.0.0.1", "--port", str(port),
        "--ray-client-server-port", str(client), "--num-cpus", "2", "--include-dashboard", "false",
        "--disable-usage-stats", RAY_TMPDIR=str(short),
    )  # fmt: skip
    servers.until(lambda: socket.create_connection(("127.0.0.1", client), 1), "Ray")
    assert head.poll() is None
    assert night_on_ray(root, servers, YUJUE_WORK_RAY_ADDRESS=address) == 0, servers.log.read_text()
    assert results(root) == wanted
