"""A batch of documents for another process, perhaps on another machine: an `Order` goes out, a `Done` comes back.

What travels is digests, paths, what the pages said of a document, and limits: never a document's bytes nor its tables.
The process that gets the order does the batch as the night itself would (`flows.batches`, worker processes of its own
that are kept for the next order, the same limits) and writes each result into the store; the night hears what became of
each document, and counts.

Nothing here knows Prefect, Dask or Ray: `flows.cluster` sends orders with them.
"""

from __future__ import annotations

import pickle
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from flows import errors
from flows.batches import do_batch
from flows.fingerprint import stage_code
from flows.journal import Journal
from flows.kept import KEPT
from flows.settings import WorkLimits
from flows.stage import Plan, Work
from flows.store import Store
from flows.workers import Failure, Outcome

CODE_OF: Final = {"read": "read", "facts": "facts", "check": "checks"}  # stages that may be done elsewhere


@dataclass(frozen=True)
class Order:
    """One batch of one stage. code: the digest of our code for it, which must be theirs too."""

    stage: str
    code: str
    store: Store
    works: dict[str, Work]
    limits: WorkLimits
    failed: Callable[[Work, Outcome], bytes]


@dataclass
class Done:
    """What became of an order. by: who did it. failures: document → how, and the last words. trouble: of the machine
    (exit code, zh, en); then the rest of the batch is not done. unfounded: what these build on is damaged."""

    by: str
    ok: list[str] = field(default_factory=list)
    failures: dict[str, tuple[Failure, str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    unfounded: list[str] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    trouble: tuple[int, str, str] | None = None


class Ordered(Plan):
    """The stage as the process sees it that does an order: the stage before is not there to be made again."""

    unfounded: list[str]

    @property
    def has_source(self) -> bool:
        return True

    def rebase(self, sha256: str) -> bool:
        self.unfounded.append(sha256)
        self.made.add(sha256)
        return False


def order_of(plan: Plan, documents: list[str]) -> bytes:
    """The order of these documents, packed. One worker process each: a cluster's slots are the parallelism."""
    works = {sha256: plan.works[sha256] for sha256 in documents}
    limits = replace(plan.limits, workers=1)
    order = Order(plan.name, stage_code(CODE_OF[plan.name]), plan.store, works, limits, plan.failed)
    return pickle.dumps(order)


def do_order(packed: bytes) -> bytes:
    """Do an order of ours, and pack what became of it. Runs in the process of a cluster."""
    order: Order = pickle.loads(packed)  # noqa: S301 - of our own night, through a scheduler that runs our code anyway
    done = Done(by=socket.gethostname())
    if stage_code(CODE_OF[order.stage]) != order.code:
        done.trouble = (
            errors.USAGE,
            f"{done.by} 上的代码与本机不同（{order.stage}）：请更新该机器",
            f"{done.by} has other code than this machine ({order.stage}): update it",
        )
        return pickle.dumps(done)
    journal = Journal(kept=done.events)
    plan = Ordered(order.stage, order.store, order.works, order.limits, order.failed, journal=journal)
    plan.unfounded = done.unfounded
    try:
        with KEPT.lent(order.limits) as plan.kept:
            do_batch(plan, sorted(plan.works), journal)
    except errors.Trouble as trouble:
        done.trouble = (trouble.code, f"{done.by}：{trouble.zh}", f"{done.by}: {trouble.en}")
    done.failures = {sha256: (one.failure or "error", one.detail) for sha256, one in plan.failures.items()}
    done.ok = sorted(plan.made - plan.failures.keys() - set(plan.unfounded))
    done.seconds, done.same, done.differing = plan.seconds, plan.same, plan.differing
    return pickle.dumps(done)


def take(plan: Plan, packed: bytes) -> None:
    """What became of an order, into the plan it was made of. Raises Trouble where the machine that did it is at fault,
    or does not share our data root."""
    done: Done = pickle.loads(packed)  # noqa: S301 - as above
    plan.journal.take(done.events)
    for sha256 in (*done.ok, *done.failures):
        plan.forget_result(sha256)
        if plan.result(sha256) is None:
            raise errors.data(
                f"{done.by} 的结果不在本机的数据目录中：所有机器须使用同一数据目录（同一路径）",
                f"what {done.by} has done is not in our data root: every machine needs the same one, by the same path",
            )
    plan.made.update(done.ok, done.failures)
    plan.failures |= {
        sha256: Outcome(plan.works[sha256].job, failure=failure, detail=detail)
        for sha256, (failure, detail) in done.failures.items()
    }
    for sha256, seconds in done.seconds.items():
        plan.seconds[sha256] = plan.seconds.get(sha256, 0.0) + seconds
    plan.same += done.same
    plan.differing += done.differing
    plan.advance(len(done.ok) + len(done.failures))
    for sha256 in done.unfounded:
        plan.rebase(sha256)
        plan.advance(1)
    if done.trouble is not None:
        raise errors.Trouble(*done.trouble)
