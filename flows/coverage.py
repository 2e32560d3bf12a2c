"""What was looked for: the registry and the ledger, as the table `coverage` needs them; and the table itself."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from crawl.ledger import Ledger, ListingState
from crawl.source import Source, load_source
from flows.release.build import Unreached
from flows.settings import DataRoot
from normalize.coverage import DeadLink, SearchState, Sought, coverage_rows, last_due
from normalize.schema import to_frame

BEIJING = dt.timezone(dt.timedelta(hours=8))  # the day of those who publish


def sought(root: DataRoot, sources: Sequence[Path] = (), as_of: str | None = None) -> list[Sought]:
    """How every source was looked at, by the ledger (until a moment); and the sources that never were.

    sources: files of the registry; what a column is of is known only there. A source that is in the ledger alone counts
    as one of mixed columns.
    """
    registered = {one.source_id: one for one in map(load_source, sources)}
    states: dict[str, list[ListingState]] = defaultdict(list)
    known: dict[str, str] = {}
    if root.ledger.exists():
        with Ledger(root.ledger) as ledger:
            known = {source_id: code for source_id, code, _ in ledger.sources()}
            for state in ledger.listing_states(as_of=as_of):
                states[state.source_id].append(state)
    codes = known | {name: one.code for name, one in registered.items()}
    return [_sought(name, codes[name], registered.get(name), states.get(name, [])) for name in sorted(codes)]


def _sought(name: str, code: str, source: Source | None, states: Sequence[ListingState]) -> Sought:
    kinds: tuple[str, ...] = ()
    if source is not None and all(one.kind for one in source.listings):
        kinds = tuple(sorted({str(one.kind) for one in source.listings}))
    read = [one.read_at for one in states if one.read_at is not None]
    last = {one.last_outcome for one in states}
    state: SearchState = "not_searched"
    if read:
        state = "searched"
    elif "refused" in last:
        state = "blocked"
    elif last:
        state = "failed"
    looked = max(read) if read else max((one.last_at for one in states), default=None)
    due = () if looked is None else last_due(dt.datetime.fromisoformat(looked).astimezone(BEIJING).date())
    return Sought(name, code, state, kinds, due)


def with_coverage(
    tables: dict[str, pl.DataFrame], unreached: Iterable[Unreached], looked: Sequence[Sought]
) -> dict[str, pl.DataFrame]:
    """The tables with `coverage`, which follows from the disclosures, the dead links and how the sources were read."""
    county = {one.source_id: one.county_code for one in looked}
    dead = [
        DeadLink(county[one.source_id], one.url, one.outcome, one.link_text, one.notice_text)
        for one in unreached
        if one.source_id in county
    ]
    failed = tables["issues"].filter((pl.col("severity") == "error") & pl.col("document_sha256").is_not_null())
    current = tables["documents"].filter("is_current").select("document_sha256")
    disclosures = tables["disclosures"].join(current, on="document_sha256", how="semi")
    rows = coverage_rows(disclosures.to_dicts(), failed["document_sha256"].unique().to_list(), dead, looked)
    return tables | {"coverage": to_frame("coverage", rows)}
