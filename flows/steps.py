"""Steps of a run: how one is done (directly, or as a task of Prefect's), and how long each took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flows.journal import Journal

T = TypeVar("T")
Step = Callable[[str, Callable[[], object]], object]


def directly(name: str, work: Callable[[], object]) -> object:
    """A step without Prefect: just do it."""
    return work()


def run(step: Step, name: str, work: Callable[[], T]) -> T:
    """A step, with the type of what it returns."""
    return step(name, work)  # type: ignore[return-value]


@dataclass(frozen=True)
class Timed:
    """One step that was done: its name, wall seconds, and whether it raised."""

    name: str
    seconds: float
    failed: bool

    @property
    def stage(self) -> str:
        return self.name.partition(" ")[0]


@dataclass
class Steps:
    """The steps of one run, in their order, and in its journal."""

    journal: Journal
    done: list[Timed] = field(default_factory=list)

    def around(self, step: Step) -> Step:
        """The same step, measured."""

        def measured(name: str, work: Callable[[], object]) -> object:
            begin, failed = time.monotonic(), True
            self.journal.event("step_begins", stage=name.partition(" ")[0], detail=name)
            try:
                result = step(name, work)
                failed = False
            finally:
                timed = Timed(name, time.monotonic() - begin, failed)
                self.done.append(timed)
                outcome = "failed" if failed else "ok"
                self.journal.event("step_ends", stage=timed.stage, detail=name, outcome=outcome, seconds=timed.seconds)
            return result

        return measured

    def seconds_of(self, stage: str) -> float:
        return sum(one.seconds for one in self.done if one.stage == stage)

    def as_data(self) -> list[dict[str, Any]]:
        return [{"step": one.name, "seconds": round(one.seconds, 2), "failed": one.failed} for one in self.done]
