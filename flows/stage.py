"""A stage of the night: for each document one work, one stored result, and a name that says what it follows from.

    plan.missing()   the works that have no result yet
    plan.do(works)   do them in worker processes and store what comes of them
    plan.results()   document → fingerprint of its result
    plan.load(sha)   the packed result, made again if it turns out damaged

A work that fails (late, dead, out of memory, a bug) gives a result too: the one that says so, under a fingerprint of
its own, in which the limits count; with other limits it is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar, get_args

from extract.document import Issue, Stage
from flows.errors import where
from flows.fingerprint import digest
from flows.journal import Journal
from flows.settings import WorkLimits
from flows.store import DamagedResult, Store, damaged_issue, name_of, unpack_tables
from flows.workers import Failure, Job, Outcome, Workers, run_jobs, try_alone
from flows.writing import written

T = TypeVar("T")

# Codes of the issues that say a document was lost to a failure of ours (`failure_issue`, `flows.worker`).
FAILURES = (
    *(f"{stage}_{failure}" for stage in ("read", "interpret", "check") for failure in get_args(Failure)),
    "interpret_failed",
    "normalize_failed",
)
LISTED = 500  # so many results are looked for one by one; more, by one listing of the store
Progress = Callable[[str, int, int], None]


def quiet(stage: str, done: int, total: int) -> None:
    """Progress told to nobody."""


def unknown_size(sha256: str) -> int:
    """Nothing is known of how large a work is."""
    return 0


@dataclass(frozen=True)
class Work:
    """What is to be done with one document. failed_fingerprint: the name of the result that says it failed."""

    sha256: str
    fingerprint: str
    failed_fingerprint: str
    job: Job


class Works(Mapping[str, Work]):
    """Works that are put together when they are asked for: of most documents of most nights only the fingerprint is."""

    def __init__(self, fingerprints: dict[str, str], make: Callable[[str, str], Work]) -> None:
        """fingerprints: document → fingerprint of its result. make: (document, fingerprint) → Work."""
        self.fingerprints, self.make = fingerprints, make

    def __getitem__(self, sha256: str) -> Work:
        return self.make(sha256, self.fingerprints[sha256])

    def __contains__(self, sha256: object) -> bool:
        return sha256 in self.fingerprints

    def __iter__(self) -> Iterator[str]:
        return iter(self.fingerprints)

    def __len__(self) -> int:
        return len(self.fingerprints)


def failed_fingerprint(fingerprint: str, limits: WorkLimits, *more: str) -> str:
    return digest("failed", fingerprint, str(limits.seconds), str(limits.memory_mib), *more)


class _Stored(NamedTuple):
    """A result that was written: its name, and whether one of that name was there and the same."""

    fingerprint: str
    same: bool | None = None


@dataclass
class Plan:
    """One stage over all documents. failed: the result of a work that failed. source: the stage it builds on."""

    name: str
    store: Store
    works: Mapping[str, Work]
    limits: WorkLimits
    failed: Callable[[Work, Outcome], bytes]
    source: Plan | None = None
    progress: Progress = quiet
    issues: list[Issue] = field(default_factory=list)
    finished: int = 0  # works done in this process, of so many expected: what the progress says
    expected: int = 0
    same: list[str] = field(default_factory=list)  # made again under the same fingerprint: the same bytes,
    differing: list[str] = field(default_factory=list)  # or others, which no stage may give
    journal: Journal = field(default_factory=Journal)
    made: set[str] = field(default_factory=set)  # documents with a result of this process, good or failed
    failures: dict[str, Outcome] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)  # wall time of each document
    known: dict[str, str | None] = field(default_factory=dict)  # document → fingerprint of its result, as last seen
    size: Callable[[str], int] = unknown_size  # of what is to be worked on, in bytes
    kept: Workers | None = None
    _at_hand: dict[str, Work] = field(default_factory=dict)  # works that are being done

    @property
    def has_source(self) -> bool:
        """Whether the results this stage builds on can be made again (`rebase`)."""
        return self.source is not None

    def result(self, sha256: str) -> str | None:
        """Fingerprint of the document's stored result, the good one first; None where there is none."""
        if sha256 not in self.known:
            self.known[sha256] = self._among(sha256, self.store.has)
        return self.known[sha256]

    def fingerprint(self, sha256: str) -> str:
        """Of the document's good result."""
        return self.works.fingerprints[sha256] if isinstance(self.works, Works) else self.works[sha256].fingerprint

    def _among(self, sha256: str, is_there: Callable[[str, str], bool]) -> str | None:
        if is_there(sha256, good := self.fingerprint(sha256)):
            return good
        failed = self.works[sha256].failed_fingerprint
        return failed if is_there(sha256, failed) else None

    def forget_result(self, sha256: str) -> None:
        """Look again when the result is next asked for: another process may have made it."""
        self.known.pop(sha256, None)

    def missing(self, again: Collection[str] = ()) -> list[str]:
        """Documents without a result, in the order of their names; with those that are wanted again."""
        self.known.clear()
        if len(self.works) > LISTED:
            self._look_at_all()
        found = [sha256 for sha256 in sorted(self.works) if sha256 in again or self.result(sha256) is None]
        self.expected = self.finished + len(found)
        return found

    def _look_at_all(self) -> None:
        """One listing of the store: a hundred thousand questions for single files are slow, and slower elsewhere."""
        names = self.store.names()
        for sha256 in self.works:
            self.known[sha256] = self._among(sha256, lambda *result: name_of(*result) in names)

    def advance(self, count: int) -> None:
        """So many more works are finished."""
        self.finished += count
        self.progress(self.name, self.finished, self.expected)

    def do(self, documents: Sequence[str]) -> int:
        """Do the work of these documents and store every result; how many failed."""
        failed = 0
        builds_on_damaged: list[str] = []
        killed: list[Job] = []
        self.expected = max(self.expected, self.finished + len(documents))
        self.progress(self.name, self.finished, self.expected)
        # closed at once where a write fails: what is left of this call shall not come out of the next one's
        with closing(self._run(self._jobs(documents))) as outcomes:
            for outcome, stored in written(outcomes, lambda one: None if self._is_open(one) else self._write(one)):
                self._at_hand.pop(outcome.job.sha256, None)
                if stored is not None:
                    failed += self._book(outcome, stored)
                elif outcome.was_killed:
                    killed.append(outcome.job)
                else:
                    builds_on_damaged.append(outcome.job.sha256)
                self.advance(1)
        for sha256 in builds_on_damaged:
            failed += self.rebase(sha256)
        if killed and self.kept is not None:
            self.kept.close()  # idle ones hold memory, too
        for job in killed:
            failed += self._store(try_alone(job, self.limits))
        return failed

    @contextmanager
    def with_kept_workers(self) -> Iterator[None]:
        """The same worker processes for every batch of the block."""
        with Workers(self.limits) as kept:
            self.kept = kept
            try:
                yield
            finally:
                self.kept = None

    def _jobs(self, documents: Sequence[str]) -> Iterator[Job]:
        """Their jobs, each put together when it is asked for."""
        self._at_hand.clear()
        for sha256 in documents:
            work = self._at_hand[sha256] = self.works[sha256]
            yield work.job

    def _run(self, jobs: Iterable[Job]) -> Generator[Outcome, None, None]:
        return run_jobs(jobs, self.limits) if self.kept is None else self.kept.run(jobs)

    def rebase(self, sha256: str) -> bool:
        """Make again the damaged result a document's work builds on, then do the work; whether that failed."""
        assert self.source is not None
        for _, other, _ in self.works[sha256].job.arguments.get("company", ()):
            if other in self.source.works:
                self.source.load(other, unpack_tables)  # makes it again where it is damaged
        self.source.remake(sha256, DamagedResult("unreadable"))
        (outcome,) = run_jobs([self.works[sha256].job], self.limits)
        return self._store(outcome)

    def give_up(self, sha256: str, error: Exception) -> None:
        """Quarantine a document whose work trips our own process: its result says so."""
        self.quarantine(sha256, Outcome(self.works[sha256].job, failure="error", detail=where(error)))

    def quarantine(self, sha256: str, outcome: Outcome) -> None:
        """Store the result that says why the document has none."""
        self._store(outcome)

    def _is_open(self, outcome: Outcome) -> bool:
        """Whether more is to be tried: what it builds on made again, or alone after the system ended its worker."""
        return outcome.was_killed or (outcome.failure == "damaged" and self.has_source)

    def _store(self, outcome: Outcome) -> bool:
        """Write a result and book it; whether it says that the work failed."""
        return self._book(outcome, self._write(outcome))

    def _write(self, outcome: Outcome) -> _Stored:
        """Write a result; in any thread."""
        work = self._at_hand.get(outcome.job.sha256) or self.works[outcome.job.sha256]
        if outcome.failure is not None:
            self.store.put(work.sha256, work.failed_fingerprint, self.failed(work, outcome))
            return _Stored(work.failed_fingerprint)
        if self.known.get(work.sha256, "not looked for") is None:
            self.store.put(work.sha256, work.fingerprint, outcome.packed)
            return _Stored(work.fingerprint)
        before = self.store.get(work.sha256, work.fingerprint)
        self.store.put(work.sha256, work.fingerprint, outcome.packed)
        self.store.forget(work.sha256, work.failed_fingerprint)
        return _Stored(work.fingerprint, None if before is None else before == outcome.packed)

    def _book(self, outcome: Outcome, stored: _Stored) -> bool:
        sha256 = outcome.job.sha256
        self._note(outcome)
        self.made.add(sha256)
        if outcome.failure is None:
            if stored.same is not None:
                (self.same if stored.same else self.differing).append(sha256)
            self.known[sha256] = stored.fingerprint
            return False
        self.failures[sha256] = outcome
        self.forget_result(sha256)  # a good one that was made before holds
        return True

    def _note(self, outcome: Outcome) -> None:
        sha256 = outcome.job.sha256
        self.seconds[sha256] = self.seconds.get(sha256, 0.0) + outcome.seconds
        self.journal.event(
            "document", stage=self.name, document=sha256, outcome=outcome.failure or "ok", seconds=outcome.seconds
        )

    def remake(self, sha256: str, error: DamagedResult) -> None:
        """Throw a damaged result away and make it again; the damage is an issue of the night."""
        fingerprint = self.result(sha256)
        if fingerprint is not None:
            self.issues.append(damaged_issue(sha256, self.store.place(sha256, fingerprint), error))
            self.store.forget(sha256, fingerprint)
            self.forget_result(sha256)
        self.do([sha256])

    def results(self) -> dict[str, str]:
        """Document → fingerprint of its result. Raises KeyError where a work is still to be done."""
        found = {sha256: self.result(sha256) for sha256 in sorted(self.works)}
        absent = [sha256 for sha256, fingerprint in found.items() if fingerprint is None]
        if absent:
            raise KeyError(f"{self.name}: no result for {absent[0]} and {len(absent) - 1} more")
        return {sha256: fingerprint for sha256, fingerprint in found.items() if fingerprint is not None}

    def load(self, sha256: str, unpack: Callable[[bytes], T]) -> T:
        """The result, unpacked; a damaged one is made again once. Raises DamagedResult if that does not help."""
        for last in (False, True):
            fingerprint = self.result(sha256)
            packed = None if fingerprint is None else self.store.get(sha256, fingerprint)
            try:
                if packed is None:
                    raise DamagedResult("absent")
                return unpack(packed)
            except DamagedResult as error:
                if last:
                    raise
                self.remake(sha256, error)
        raise AssertionError


def shards(documents: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The documents in batches: one task, one progress step, one line in the log each."""
    for start in range(0, len(documents), size):
        yield documents[start : start + size]


def failure_issue(stage: Stage, outcome: Outcome) -> Issue:
    """The Issue that says why a document has no result of this stage. No times and no paths: it is published."""
    zh_stage, en_stage = {
        "read": ("读取", "reading"),
        "interpret": ("解释", "interpreting"),
        "check": ("检查", "checking"),
    }.get(stage, (stage, stage))
    zh, en = {
        "timeout": (
            f"{zh_stage}超过 {outcome.detail}，已中止",
            f"{en_stage} took more than {outcome.detail} and was ended",
        ),
        "died": (f"{zh_stage}时进程崩溃（{outcome.detail}）", f"the process died while {en_stage} ({outcome.detail})"),
        "memory": (
            f"{zh_stage}所需内存超过 {outcome.detail}",
            f"{en_stage} needs more than {outcome.detail} of memory",
        ),
        "archive": (
            "档案中没有该文件的原始字节，或字节已损坏；请重新抓取",
            "the archive does not hold the document's bytes, or they are damaged; crawl it again",
        ),
        "damaged": ("中间结果损坏", "the stored result it builds on is damaged"),
        "error": (f"{zh_stage}时程序错误（{outcome.detail}）", f"a bug of ours while {en_stage} ({outcome.detail})"),
    }[outcome.failure or "error"]
    return Issue(
        code=f"{stage}_{outcome.failure or 'error'}",
        severity="error",
        stage=stage,
        message_zh=zh,
        message_en=en,
        document_sha256=outcome.job.sha256,
    )


def merged_issues(plans: Iterable[Plan]) -> list[Issue]:
    return [issue for plan in plans for issue in plan.issues]
