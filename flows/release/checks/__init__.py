"""Checks of a release as a whole, before it may replace another: one file per rule, its docstring is the rule.

Their outcomes: holds; fails, and then there is no release (a `Refusal` says what, where and how many); not applicable
to a first release where it needs a previous one. A refusal that is right to happen (a better reading finds fewer false
rows) is accepted by a person, with a reason, for this one step from the previous release: `yujue release accept`. The
acceptance is published in index.json.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flows.check_info import CheckInfo
from flows.release.checks import (
    v01_references,
    v02_lost_facts,
    v03_coverage,
    v04_rows,
    v05_schema,
    v06_keys,
    v07_previous,
)
from flows.release.checks.check import Refusal, ReleaseCheck
from flows.release.diff import Side
from flows.rule_text import check_info

if TYPE_CHECKING:
    from flows.release.draft import Draft

__all__ = ["ACCEPTED", "Refusal", "acceptances", "catalogue", "refusals", "release_checks"]
_MODULES: Final = (
    v01_references,
    v02_lost_facts,
    v03_coverage,
    v04_rows,
    v05_schema,
    v06_keys,
    v07_previous,
)


@lru_cache(maxsize=1)
def release_checks() -> tuple[ReleaseCheck, ...]:
    """Every check of a release, in the order in which they speak."""
    return tuple(module.CHECK for module in _MODULES)


def catalogue() -> list[CheckInfo]:
    """What every check of a release says about itself."""
    return [check_info(check) for check in release_checks()]


def refusals(draft: Draft, previous: Path | None) -> list[Refusal]:
    """Everything that speaks against the release, in a fixed order. previous: folder of the release it would follow."""
    found = list(v01_references.run(draft))
    if previous is not None and (previous / "index.json").is_file():
        old = Side(previous)
        for check in release_checks():
            if check.when == "previous":
                found += v07_previous.guarded(check, draft, old)
    return found


# ---------------------------------------------------------------------------------------------------------- acceptance

ACCEPTED: Final = "accepted.json"  # in the folder of releases


def acceptances(releases: Path, previous: str | None) -> list[dict[str, str]]:
    """What a person accepted for the step from `previous`: check, subject, because. It dies with that step."""
    try:
        listed: Any = json.loads((releases / ACCEPTED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    fields = ("check", "subject", "because", "previous")
    known = [one for one in listed if isinstance(one, dict) and all(isinstance(one.get(name), str) for name in fields)]
    return [{name: one[name] for name in fields[:3]} for one in known if one["previous"] == previous]
