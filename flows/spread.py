"""Batches spread over the slots of a cluster, and what is done where a slot dies with its batch.

A document that hangs, crashes or eats memory costs a process of its own on the machine that reads it (`flows.workers`),
and comes back as failed, as it does here. A batch is lost where the worker of the cluster itself dies, more often than
the cluster tries again by itself: then its documents that have no result yet are sent again in halves, and one that is
lost alone too is tried once more when everything else is done, with nothing beside it. If that ends the same way, the
document is quarantined.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from flows import errors
from flows.batches import MOST_IN_A_ROW
from flows.orders import order_of, take
from flows.stage import Plan
from flows.workers import Outcome

PART_OF_A_SLOT: Final = 2  # a batch holds half of what is left for each slot, so that the last ones are small,
LEAST_PART: Final = 8  # but no less than this part of all a slot does: each batch costs Prefect some CPU
EVEN_THE_SMALLEST: Final = 300_000  # bytes: what a document costs besides those it has
AHEAD: Final = 4  # batches per slot that are out at the same time: none waits while a slow one is waited for
GUILTY: Final = "the worker of the cluster died with it"  # published: no machine's name in it


class Lost(Exception):  # noqa: N818 - names what happened
    """The worker that had the batch is gone, and so were the others that were given it."""


class Coming(Protocol):
    """A `Done` that is being made elsewhere."""

    def result(self) -> bytes:
        """Wait for it. Raises Lost, and Trouble where the cluster cannot be used any more."""
        ...


Submit = Callable[[str, bytes], Coming]  # name of the batch, packed order


def batches_of(documents: Sequence[str], size: Callable[[str], int], slots: int, most: int) -> list[list[str]]:
    """Batches for the slots, the largest documents and the largest batches first, none of more than `most` documents.

    How long a document takes is known when it is done: what comes last is small, and no slot waits long for another.
    (Guided self-scheduling: Polychronopoulos and Kuck 1987.)
    """
    weights = {sha256: size(sha256) + EVEN_THE_SMALLEST for sha256 in documents}
    left = sum(weights.values())
    least = left / (max(1, slots) * LEAST_PART)
    batches: list[list[str]] = []
    room = 0.0
    for sha256 in sorted(documents, key=lambda one: -weights[one]):
        if room < weights[sha256] / 2 or len(batches[-1]) == most:
            batches.append([])
            room = max(least, left / (max(1, slots) * PART_OF_A_SLOT))
        batches[-1].append(sha256)
        room -= weights[sha256]
        left -= weights[sha256]
    return batches


def spread_over(plan: Plan, documents: Sequence[str], submit: Submit, slots: int) -> int:
    """Do the work of these documents elsewhere; how many failed. Raises Trouble where a machine is at fault."""
    before = len(plan.failures)
    waiting = deque(batches_of(documents, plan.size, slots, plan.limits.shard))
    out: deque[tuple[list[str], Coming]] = deque()
    suspects: list[str] = []
    while waiting or out:
        while waiting and len(out) < max(1, slots) * AHEAD:
            batch = waiting.popleft()
            out.append((batch, _send(plan, batch, submit)))
        batch, coming = out.popleft()
        left = _bring_in(plan, batch, coming)
        if len(left) > 1:
            plan.journal.event("batch_split", stage=plan.name, count=len(left), detail="worker lost")
            waiting.extendleft((left[len(left) // 2 :], left[: len(left) // 2]))
        else:
            suspects += left
    _try_alone(plan, suspects, submit)
    return len(plan.failures) - before


def _send(plan: Plan, batch: list[str], submit: Submit) -> Coming:
    return submit(f"{plan.name}: {len(batch)} documents from {batch[0][:12]}", order_of(plan, batch))


def _bring_in(plan: Plan, batch: list[str], coming: Coming) -> list[str]:
    """What came of a batch, into the plan; documents of a lost one that have no result yet."""
    try:
        take(plan, coming.result())
    except Lost:
        return [sha256 for sha256 in batch if not _was_stored(plan, sha256)]
    return []


def _was_stored(plan: Plan, sha256: str) -> bool:
    """Whether a worker that was lost has left this result; then it counts as one of ours."""
    plan.forget_result(sha256)
    found = plan.result(sha256)
    if found is None:
        return False
    plan.made.add(sha256)
    work = plan.works[sha256]
    if found == work.failed_fingerprint:
        plan.failures[sha256] = Outcome(work.job, failure="died", detail=GUILTY)
    plan.advance(1)
    return True


def _try_alone(plan: Plan, suspects: Sequence[str], submit: Submit) -> None:
    """One after the other, with nothing beside them that could be to blame."""
    guilty = 0
    for sha256 in suspects:
        if not _bring_in(plan, [sha256], _send(plan, [sha256], submit)):
            continue
        guilty += 1
        if guilty > MOST_IN_A_ROW and len(plan.made) <= len(plan.failures):  # none has passed
            raise errors.data(
                f"{plan.name}：{guilty} 个文件使集群的进程退出，没有一个通过；应是集群的故障",
                f"{plan.name}: {guilty} documents ended workers of the cluster and none passed: the fault is the "
                "cluster's",
            )
        plan.journal.event("quarantined", stage=plan.name, document=sha256, outcome="died")
        plan.quarantine(sha256, Outcome(plan.works[sha256].job, failure="died", detail=GUILTY))
        plan.advance(1)
