"""How long the steps of a run took: a step that measures, around any other (directly, or Prefect's)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flows.journal import Journal


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

    def around(
        self, step: Callable[[str, Callable[[], object]], object]
    ) -> Callable[[str, Callable[[], object]], object]:
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
