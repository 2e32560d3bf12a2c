"""Batches done on machines that share nothing with ours but the object store: they are told places, and write there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from crawl.schema import FoundDocument
from flows.bodies import archive_at
from flows.crawl_sources import found_documents
from flows.night import How, Night
from flows.nightly import Stages, work_up
from flows.objects import objects_at
from flows.settings import DataRoot
from flows.spread import spread_over
from flows.stage import Plan
from flows.steps import Step
from tests.conftest import ROOT
from tests.flows.conftest import LIMITS, fill_root
from tests.flows.s3 import BUCKET, s3_server
from tests.flows.test_cluster import small_documents

DO = "import sys; from flows.orders import do_order; sys.stdout.buffer.write(do_order(sys.stdin.buffer.read()))"
URL = f"s3://{BUCKET}/spread"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataRoot]:
    with s3_server(tmp_path_factory.mktemp("copies")):
        yield DataRoot(URL)


class Made(NamedTuple):
    done: bytes

    def result(self) -> bytes:
        return self.done


class Elsewhere:
    """A machine: a process in a folder of its own, with a home for working copies that it has no need of."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.orders = folder, 0

    def spread(self, plan: Plan, documents: Sequence[str], step: Step) -> int:
        return spread_over(plan, documents, self.submit, 1)

    def submit(self, name: str, order: bytes) -> Made:
        self.orders += 1
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "YUJUE_WORKING_COPIES": str(self.folder / "copies")}
        command = [sys.executable, "-c", DO]
        done = subprocess.run(
            command, input=order, cwd=self.folder, env=environment, capture_output=True, timeout=300, check=True
        )
        return Made(done.stdout)


def worked_up(documents: list[FoundDocument], root: DataRoot, elsewhere: Elsewhere | None = None) -> Stages:
    if elsewhere is None:
        return work_up(documents, root, Night(), How(LIMITS))
    return work_up(documents, root, Night(), How(LIMITS, spread=elsewhere.spread))


@pytest.mark.slow
def test_machines_that_share_only_the_object_store(root: DataRoot, tmp_path: Path) -> None:
    files = small_documents(tmp_path, 1)
    folder = fill_root(tmp_path / "data", files)
    for file in files:
        archive_at(root.archive).put(file.read_bytes())
    documents = found_documents(folder)
    (tmp_path / "elsewhere").mkdir()
    elsewhere = Elsewhere(tmp_path / "elsewhere")
    there, here = worked_up(documents, root, elsewhere), worked_up(documents, folder)
    assert elsewhere.orders >= 3, "reading, facts and checks"
    for theirs, ours in zip(there[1:], here[1:], strict=True):
        assert isinstance(theirs, Plan)
        assert isinstance(ours, Plan)
        assert theirs.results() == ours.results()
        assert not theirs.failures
        for sha256, fingerprint in ours.results().items():
            assert theirs.store.get(sha256, fingerprint) == ours.store.get(sha256, fingerprint)
    assert not list((tmp_path / "elsewhere").iterdir()), "nothing of it lies on their disks"
    before = [one for one in objects_at(URL).entries() if one.name.startswith(("tables", "facts", "findings"))]
    assert worked_up(documents, root, elsewhere).checks.results() == here.checks.results()
    assert [one for one in objects_at(URL).entries() if one.name.startswith(("tables", "facts", "findings"))] == before
