"""A batch that fails as a whole is split until the guilty document stands alone; the rest passes.

A document that hangs, crashes or eats memory costs its own worker (`flows.workers`) and fails alone anyway. A batch
fails as a whole where our own process trips: a reply that cannot be read, a result that cannot be made or stored.

    can heal       too many processes or open files, memory short, interrupted: tried again after longer waits
    the machine's  disk full, read-only, not allowed: ends the night; no document is to blame
    anything else  split; a document that fails alone is quarantined: its result says that it failed, and why

Where one document after the other is "guilty" and none passes, it is not the documents: that ends the night, too.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from flows import errors
from flows.journal import Journal
from flows.machine import OF_THE_MACHINE
from flows.stage import Plan
from flows.steps import Step, run

BACK_OFF: Final = (1.0, 4.0, 16.0)  # seconds
CAN_HEAL: Final = frozenset({errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EINTR, errno.EBUSY})
MOST_IN_A_ROW: Final = 8
QUICK_SECONDS: Final = 10.0  # a batch that took less is followed by one twice as large …
MOST_TIMES: Final = 8  # … up to so many times `WorkLimits.shard`

Sleep = Callable[[float], None]
Spread = Callable[[Plan, Sequence[str], Step], int]  # where batches are done; how many documents failed


def here(plan: Plan, documents: Sequence[str], step: Step) -> int:
    """A batch after the other, each a step, in worker processes of this machine. The other way: `flows.cluster`.

    Between two batches the workers are idle for as long as a step costs, so that quick documents go in larger ones.
    """
    failed, number, size = 0, 0, plan.limits.shard
    left = documents
    with plan.with_kept_workers():
        while left:
            batch, left, number = left[:size], left[size:], number + 1
            begin = time.monotonic()
            name = f"{plan.name} {number}: {len(batch)} documents"
            failed += run(step, name, partial(do_batch, plan, batch, plan.journal))
            if time.monotonic() - begin < QUICK_SECONDS:
                size = min(2 * size, MOST_TIMES * plan.limits.shard)
    return failed


def do_batch(plan: Plan, documents: Sequence[str], journal: Journal, *, sleep: Sleep = time.sleep) -> int:
    """Do the work of these documents; how many failed. Raises Trouble (exit code 4) where the machine is at fault."""
    before = len(plan.failures)
    waiting, guilty, made = [list(documents)], list[tuple[str, Exception]](), len(plan.made)
    while waiting:
        batch = waiting.pop()
        error = _try(plan, batch, journal, sleep)
        if error is None:
            continue
        left = [sha256 for sha256 in batch if sha256 not in plan.made]
        if len(left) > 1:
            journal.event("batch_split", stage=plan.name, count=len(left), detail=type(error).__name__)
            waiting += [left[len(left) // 2 :], left[: len(left) // 2]]
        elif left:
            guilty.append((left[0], error))
            if len(guilty) > MOST_IN_A_ROW and len(plan.made) == made:
                raise errors.data(
                    f"{plan.name}：连续 {len(guilty)} 个文件失败，没有一个通过（{error}）；应是本机或程序的故障",
                    f"{plan.name}: {len(guilty)} documents failed one after the other and none passed ({error}): "
                    "the fault is the machine's or the program's",
                ) from error
    for sha256, error in guilty:
        journal.event("quarantined", stage=plan.name, document=sha256, outcome=type(error).__name__)
        plan.give_up(sha256, error)
    return len(plan.failures) - before


def _try(plan: Plan, batch: Sequence[str], journal: Journal, sleep: Sleep) -> Exception | None:
    """Do the batch; the error that a split may isolate. What can heal is tried again after a while."""
    for pause in (*BACK_OFF, None):
        left = [sha256 for sha256 in batch if sha256 not in plan.made]
        try:
            plan.do(left)
        except errors.Trouble:
            raise
        except OSError as error:
            if error.errno in CAN_HEAL and pause is not None:
                journal.event("batch_waits", stage=plan.name, count=len(left), seconds=pause, detail=str(error.errno))
                sleep(pause)
                continue
            if error.errno in CAN_HEAL | OF_THE_MACHINE:
                raise errors.data(
                    f"{plan.name} 中止，本机故障：{error}", f"{plan.name} ended, the machine is at fault: {error}"
                ) from error
            return error
        except Exception as error:  # noqa: BLE001 - one document's bug shall not cost the others
            return error
        return None
    raise AssertionError
