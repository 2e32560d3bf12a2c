"""V07 上一版本可以比较 · The previous release can be compared with

规则：上一版本可以读出，新版本与它的差异写得出来；没有差异说明的版本不发布。
Rule: The previous release can be read, and what differs from it can be written down; no release goes without its
  differences.
Formula: differences(before, now) exist
Exclusions:
  1. 上一版本损坏的，由备份恢复，或移走其文件夹后作为没有上一版本 / a damaged one is restored from a backup, or its
     folder is moved away: then there is none
Not applicable: 没有上一版本 / there is no previous release
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from flows.release.checks.check import Refusal, ReleaseCheck
from flows.release.diff import Side

if TYPE_CHECKING:
    from flows.release.draft import Draft


def guarded(check: ReleaseCheck, draft: Draft, old: Side) -> list[Refusal]:
    """What a check says against the draft. A previous release that is damaged is no measure, but that is said."""
    try:
        return list(check.run(draft, old))
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return [
            Refusal(
                CHECK.name,
                check.name,
                f"上一版本已损坏，无法比较（{check.name}）；请由备份恢复，或移走其文件夹",
                f"the previous release is damaged ({check.name}): restore it from a backup, or move its folder away",
            )
        ]


CHECK: Final = ReleaseCheck("V07", "previous", __doc__, "previous")
