"""V02 不因我们的故障失去数据 · No facts are lost by a failure of ours

规则：上一版本中有金额的文件，不因我们自己的故障（程序出错、超时、内存不足）而没有金额。
Rule: A document that had facts in the previous release does not lose all of them to a failure of ours (a bug, a
  limit of time or memory).
Formula: {document: n_facts = 0, an issue says that we failed} ∩ {document: n_facts > 0 before} = ∅
Exclusions:
  1. 上一版本没有金额的、或不在上一版本的文件可以失败：失败记作 issue / a document without facts before, or that is
     new, may fail: an issue says so
  2. 没有故障而没有金额的（如改判为不是披露文件）不在此列 / a document that has no facts without a failure is not
     meant
  3. 由人接受的，只对这一步有效 / accepted by a person, for this one step
Not applicable: 没有上一版本 / there is no previous release
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import polars as pl

from flows.release.checks.check import Refusal, ReleaseCheck
from flows.release.diff import DOCUMENT, Side
from flows.stage import FAILURES

if TYPE_CHECKING:
    from flows.release.draft import Draft


def run(draft: Draft, old: Side) -> Iterator[Refusal]:
    before = old.scan("disclosures").select(DOCUMENT, "n_facts").filter(pl.col("n_facts") > 0).collect()
    failed = draft.frames["issues"].filter(pl.col("code").is_in(FAILURES))
    lost = (
        draft.frames["disclosures"]
        .filter(pl.col("n_facts") == 0)
        .join(before.select(DOCUMENT).unique(), on=DOCUMENT, how="semi")
        .join(failed, on=DOCUMENT, how="inner")
        .sort(DOCUMENT)
    )
    if lost.height:
        first = lost.row(0, named=True)
        sha = first[DOCUMENT][:16]
        yield Refusal(
            CHECK.name,
            sha,
            f"{lost.height} 个文件因我们自己的故障失去全部数据，如 {sha}：{first['message_zh']}",
            f"failures of ours took the facts of {lost.height} documents, such as {sha}: {first['message_en']}",
        )


CHECK: Final = ReleaseCheck("V02", "lost_facts", __doc__, "previous", run)
