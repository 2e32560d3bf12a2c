"""Results of the stages as typed Arrow tables, some documents at a time, in the order of their digests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa  # type: ignore[import-untyped]

from flows.stage import Plan, Progress, quiet, shards
from flows.store import DamagedResult, unpack_arrow

SHARD = 48  # documents of one piece: some 30,000 facts and 100,000 cells
Piece = dict[str, pa.Table]


def pieces(facts: Plan, checks: Plan, progress: Progress = quiet, size: int | None = None) -> Iterator[Piece]:
    """Every table of TABLES over some documents each, checked, in the tables' order. Raises SchemaError.

    A damaged result is made again by its stage, as everywhere.
    """
    documents, done = sorted(facts.works), 0
    progress("release", 0, len(documents))
    for shard in shards(documents, size or SHARD):
        yield _of(facts, checks, shard)
        done += len(shard)
        progress("release", done, len(documents))


def _of(facts: Plan, checks: Plan, shard: Sequence[str]) -> Piece:
    def packed(stage: Plan, sha256: str) -> bytes:
        fingerprint = stage.result(sha256)
        found = None if fingerprint is None else stage.store.get(sha256, fingerprint)
        if found is None:
            raise DamagedResult("absent")
        return found

    try:
        return unpack_arrow([packed(stage, sha256) for sha256 in shard for stage in (facts, checks)])
    except DamagedResult:  # find out which: each is looked at by its stage, which makes a damaged one again
        for sha256 in shard:
            for stage in (facts, checks):
                stage.load(sha256, lambda packed: unpack_arrow([packed]))
        return unpack_arrow([packed(stage, sha256) for sha256 in shard for stage in (facts, checks)])
