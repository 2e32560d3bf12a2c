"""Reading on Ray through Prefect: a cluster of the run's own, and one that is there already."""

from __future__ import annotations

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


@pytest.mark.prefect
@pytest.mark.slow
def test_nights_on_ray_leave_the_same_bytes(tmp_path: Path, servers: Servers) -> None:
    files = small_documents(tmp_path, 6)
    plain, own, there = (fill_root(tmp_path / name, files) for name in ("plain", "own", "there"))
    nightly([], NOW, plain.path, limits=LIMITS)
    wanted = results(plain)
    assert len(wanted) == 3 * len(files)

    assert night_on_ray(own, servers) == 0, servers.log.read_text()
    assert results(own) == wanted
    assert {one["detail"] for one in events(own) if one["event"] == "cluster"} == {"ray"}

    port, client = free_port(), free_port()
    servers.start(
        "ray.scripts.scripts", "start", "--head", "--block", "--node-ip-address", "127.0.0.1", "--port", str(port),
        "--ray-client-server-port", str(client), "--num-cpus", "2", "--include-dashboard", "false",
        "--disable-usage-stats", RAY_TMPDIR=str(tmp_path / "ray"),
    )  # fmt: skip
    assert night_on_ray(there, servers, YUJUE_WORK_RAY_ADDRESS=f"ray://127.0.0.1:{client}") == 0, (
        servers.log.read_text()
    )
    assert results(there) == wanted
