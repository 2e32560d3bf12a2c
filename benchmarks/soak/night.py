"""One simulated night of the product itself: its own crawl processes over the replayed web, then stages and release."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl

from benchmarks.soak.model import CELLS, Model, Pair
from benchmarks.soak.world import World
from crawl import runner
from crawl.archive import Archive
from crawl.ledger import Ledger
from crawl.settings import CrawlSettings
from flows import worker
from flows.nightly import Night, nightly
from flows.settings import DataRoot, WorkLimits
from flows.workers import Job, Outcome, Workers
from tests.crawl.replay import GONE, PORT, Replay, Stored, serve

LIMITS = WorkLimits(seconds=120, workers=1)


def here(jobs: list[Job], limits: WorkLimits) -> Iterator[Outcome]:
    """The works in this process: what is told of worker processes is proven elsewhere, and each costs a second."""
    del limits
    for job in jobs:
        try:
            yield Outcome(job, packed=worker.OPERATIONS[job.operation](job.arguments))
        except worker.NotInTheArchive as error:
            yield Outcome(job, failure="archive", detail=str(error))


@dataclass
class Soak:
    """A data root, the web it is filled from, and the model. releases: version → digests of its files."""

    world: World
    model: Model
    root: DataRoot
    replay: Replay
    first: dt.datetime
    releases: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: int = 0
    _essence: tuple[object, ...] | None = None
    _words: dict[str, tuple[str, str]] = field(default_factory=dict)
    _version: str | None = None

    def night(self, number: int) -> list[str]:
        """Spend one night; everything that is not as the model says."""
        now = self.first + dt.timedelta(days=number)
        self._serve()
        done = self._run(now)
        self.asked += len(self.replay.requests)
        with Ledger(self.root.ledger) as ledger:
            runs = [one.result.run_id for one in done.crawled]
            visits = {visit.url: visit for run in runs for visit in ledger.visits(run_id=run)}
            wrong = self.model.after(number, _day(now), self.replay.requests, visits)
            wrong += self._ledger(ledger)
        wrong += [f"{one.result.source_id}: {error}" for one in done.crawled for error in one.result.errors]
        wrong += self._flags(done)
        return wrong + self._release(done)

    def _serve(self) -> None:
        self.replay.requests.clear()
        self.replay.stored.clear()
        for url, one in self.world.answers().items():
            self.replay.put(url, one.body, one.media)
            key = next(reversed(self.replay.stored))
            self.replay.stored[key] = Stored(one.body, one.media, one.status, one.location)
        os.environ[PORT] = str(self.replay.port)
        os.environ[GONE] = " ".join(site.host for site in self.world.sites if site.state == "nameless")

    def _run(self, now: dt.datetime) -> Night:
        sources = []
        for site in self.world.sites:
            path = self.root.path.parent / "sources" / f"{site.source_id}.yml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(site.source_yaml(), encoding="utf-8")
            sources.append(path)
        settings = CrawlSettings(self.root.path, contact="test@example.org", seconds=300.0)
        return nightly(sources, now, self.root.path, limits=LIMITS, crawl_settings=settings)

    def _ledger(self, ledger: Ledger) -> list[str]:
        """Documents of the ledger, and that the archive has every body it speaks of."""
        found = {one.sha256: one.is_current for one in ledger.documents()}
        wrong = _differences("document of the ledger", self.model.documents, found)
        archive = Archive(self.root.archive)
        for sha256 in {visit.sha256 for visit in ledger.visits() if visit.sha256}:
            if not archive.verify(sha256):
                wrong.append(f"{sha256}: the ledger has it, the archive does not")
        return wrong

    def _flags(self, done: Night) -> list[str]:
        """A source whose listing cannot be read is told to a person."""
        flagged = {one.source_id for one in done.sources if one.flags}
        bad = {
            site.source_id
            for site in self.world.sites
            if site.state != "well" or site.registered not in (site.listing, site.moved_to)
        }
        return [f"{name}: its listing is broken and nobody is told" for name in sorted(bad - flagged)]

    # -- the release -----------------------------------------------------------------------------------------------

    def _release(self, done: Night) -> list[str]:
        model = self.model
        if done.published is None:
            return ["no release"] if model.documents else []
        version, folder = done.published.version, done.published.folder
        wrong = self._version_is_right(version, done.published.is_new)
        tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in (
            "meta_documents", "core_budget_lines", "meta_revisions", "meta_coverage", "meta_issues")}  # fmt: skip
        documents = {
            row["document_sha256"]: row["is_current"] for row in tables["meta_documents"].iter_rows(named=True)
        }
        wrong += _differences("document of the release", model.standing, documents)
        wrong += self._amounts(tables["core_budget_lines"])
        wrong += self._revisions(tables["meta_revisions"])
        wrong += self._coverage(tables["meta_coverage"])
        told = {one["url"]: one["outcome"] for one in done.published.index["not_found"]}
        wrong += _differences("address without a body", model.unreached, told)
        wrong += [
            f"issue {row['code']}: {row['message_en']}"
            for row in tables["meta_issues"].iter_rows(named=True)
            if row["document_sha256"] is not None
        ]
        digests = digests_of(folder)
        if done.published.is_new:
            self.releases[version] = digests
        elif self.releases.get(version) != digests:
            wrong.append(f"{version} is not what it was")
        if (self.root.releases / "latest").resolve().name != version:
            wrong.append(f"latest is not {version}")
        return wrong

    def _version_is_right(self, version: str, is_new: bool) -> list[str]:
        """A release is made where something changed, and only there."""
        essence, words = self.model.essence(), self.model.words()
        changed, reworded = essence != self._essence, words != self._words
        wrong = []
        if changed and not is_new:
            wrong.append("something changed and no release was made")
        if is_new and not changed and not reworded:
            wrong.append("nothing changed and a release was made")
        if not is_new and version != self._version:
            wrong.append(f"{version} holds, {self._version} did")
        self._essence, self._words, self._version = essence, words, version
        return wrong

    def _amounts(self, lines: pl.DataFrame) -> list[str]:
        found: dict[str, list[str]] = {}
        for sha256, text in (
            lines.sort("document_sha256", "row_no", "col_no").select("document_sha256", "printed_text").iter_rows()
        ):
            found.setdefault(sha256, []).append(text)
        wanted = {sha256: self.model.papers[sha256].amounts for sha256 in self.model.documents}
        return _differences("amounts", wanted, found)

    def _revisions(self, table: pl.DataFrame) -> list[str]:
        found: dict[Any, tuple[int, int]] = {}
        for row in table.iter_rows(named=True):
            pair = Pair(row["replaces_sha256"], row["document_sha256"], row["basis"], row["is_in_force"])
            found[pair] = (row["n_changed"] + row["n_added"] + row["n_gone"], row["n_same"])
        wanted = {pair: (changed := self.model.changed_cells(pair), CELLS - changed) for pair in self.model.pairs}
        return _differences("revision", wanted, found)

    def _coverage(self, table: pl.DataFrame) -> list[str]:
        there = table.filter(pl.col("state") == "found")
        found = {row["org_name"]: (row["n_documents"], row["n_facts"]) for row in there.iter_rows(named=True)}
        wanted = {org: (count, CELLS * count) for org, count in self.model.found().items()}
        wrong = _differences("found", wanted, found)
        dead = {row["url"]: row["state"] for row in table.iter_rows(named=True) if row["url"] is not None}
        hidden = self.model.found()
        promised = {
            url: "blocked" if outcome == "refused" else "link_dead"
            for url, outcome in self.model.unreached.items()
            if self.model.addresses[url].entry.paper.org not in hidden
        }
        return wrong + _differences("dead link of coverage", promised, dead)


def _differences(what: str, wanted: dict[Any, Any], found: dict[Any, Any]) -> list[str]:
    return [
        f"{what} {key}: {wanted.get(key, '-')} wanted, {found.get(key, '-')} found"
        for key in sorted({*wanted, *found}, key=str)
        if wanted.get(key) != found.get(key)
    ]


def _day(now: dt.datetime) -> dt.date:
    return now.date()


def digests_of(folder: Path) -> dict[str, str]:
    """Name → digest of every file of a release."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@contextmanager
def soaking(world: World, folder: Path, first: dt.datetime, *, processes: bool) -> Iterator[Soak]:
    """A data root in `folder`, crawled from the replayed web. processes: documents are read in worker processes."""
    root = DataRoot(folder / "data")
    with ExitStack() as stack:
        stack.enter_context(patch.object(runner, "PROCESS", "tests.crawl.replay"))
        stack.enter_context(patch.dict(os.environ))
        if not processes:
            stack.enter_context(patch.object(Workers, "run", lambda workers, jobs: here(jobs, workers.limits)))
        replay = stack.enter_context(serve(Replay()))
        yield Soak(world, Model(world), root, replay, first)
