"""The night of each source: what its run changed, what is missing, and whether its listing pages broke."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

import msgspec
from rich.cells import cell_len
from rich.table import Table as RichTable

from crawl.archive import Archive, ArchiveCorruption
from crawl.completeness import Shortfall, SourceNight, assess, holdings, never_given, night_of_source
from crawl.declared import Api
from crawl.ledger import Ledger
from crawl.listing_json import read_rows, tree_of
from crawl.notice import read_listing
from crawl.page import PageError, read_page
from crawl.platform_apis import api_of
from crawl.schema import CrawlResult, Visit
from crawl.skeleton import Skeleton, Verdict, data_skeleton, judge, skeleton
from crawl.source import Source
from flows.bodies import archive_at
from flows.settings import DataRoot
from flows.terminal import line, safe, say
from normalize.department import classify_title

BODY = frozenset({"new", "unchanged", "replaced"})
COUNTS = (
    ("created", "新增", "created"),
    ("replaced", "替换", "replaced"),
    ("unchanged", "未变", "unchanged"),
    ("gone", "失效", "gone"),
    ("refused", "被拒", "refused"),
    ("failed", "失败", "failed"),
    ("missing", "缺失", "missing"),
    ("held", "已有文件", "held"),
)


def shortfalls(source: Source, ledger: Ledger) -> list[Shortfall]:
    """Assertions of the source that what the ledger holds of it does not keep."""
    name = source.source_id
    held = holdings(ledger.links(source_id=name), ledger.visits(source_id=name), lambda text: classify_title(text)[0])
    return assess(source.expect, held)


def with_shortfalls(source: Source, result: CrawlResult, root: DataRoot) -> CrawlResult:
    """The result with a warning for each assertion that does not hold; failed where one of them is an error."""
    if not root.ledger.exists():
        return result
    with Ledger(root.ledger) as ledger:
        found = shortfalls(source, ledger)
    said = set(result.warnings)
    warnings = [*result.warnings, *(str(one) for one in found if str(one) not in said)]
    failed = result.failed or any(one.level == "error" for one in found)
    return msgspec.structs.replace(result, warnings=warnings, failed=failed)


def source_nights(root: DataRoot, sources: Iterable[Source]) -> list[SourceNight]:
    """The newest run of each of these sources, in their order; those never crawled are left out."""
    if not root.ledger.exists():
        return []
    archive = archive_at(root.archive)
    found = []
    with Ledger(root.ledger) as ledger:
        for source in sources:
            runs = ledger.runs(source.source_id)
            if runs:
                found.append(_night(source, runs[-1], ledger, archive))
    return found


def _night(source: Source, run: tuple[str, str, str | None], ledger: Ledger, archive: Archive) -> SourceNight:
    visits = ledger.visits(source_id=source.source_id)
    flags = [str(one) for one in shortfalls(source, ledger) if one.level == "error"]
    if run[2] != "finished":
        flags.append(f"the run did not finish ({run[2] or 'killed, or still running'})")
    last = {visit.url: visit for visit in visits if visit.role == "listing" and visit.landing_url is None}
    states = {one.url: one for one in ledger.listing_states() if one.source_id == source.source_id}
    for listing in source.listings:
        visit = last.get(listing.url)
        if visit is not None and visit.outcome not in BODY:
            flags.append(f"the listing could not be read ({visit.outcome}: {visit.reason}): {listing.url}")
        elif visit is None and (state := states.get(listing.url)) is not None and state.read_at != state.last_at:
            flags.append(f"the rows of the listing could not be asked for ({state.last_outcome}): {listing.url}")
        verdict = listing_verdict(source, listing.url, visits, archive)
        if verdict is not None and verdict.flagged:
            flags.append(
                f"the listing is {verdict.state}: {verdict.after} links, {verdict.before} before; "
                f"likeness {verdict.likeness:g}: {listing.url}"
            )
    return night_of_source(
        source.source_id,
        run,
        ledger.summary(run[0]),
        missing=never_given(visits),
        held=len({link.sha256 for link in ledger.links(source_id=source.source_id)}),
        flags=flags,
    )


def listing_verdict(source: Source, url: str, visits: Sequence[Visit], archive: Archive) -> Verdict | None:
    """The newest body of a listing's first page against the fullest of some earlier ones; None where there are not two.

    Earlier ones: 1, 3, 7, 15 changes before. A page with a counter changes every night, so that a listing that broke
    some nights ago must not be measured against its own ruins alone.
    """
    asked, api = first_request(source, url)
    bodies: list[str] = []
    for visit in visits:
        if visit.url == asked and visit.sha256 and visit.outcome in BODY and (not bodies or bodies[-1] != visit.sha256):
            bodies.append(visit.sha256)
    if len(bodies) < 2 or (newest := looked_at(source, url, api, archive, bodies[-1])) is None:
        return None
    earlier = [looked_at(source, url, api, archive, bodies[-2 - n]) for n in (0, 2, 6, 14) if n + 2 <= len(bodies)]
    read = [one for one in earlier if one is not None]
    if not read:
        return None
    before, shape = max(read, key=itemgetter(0))
    return judge(shape, newest[1], links_before=before, links_after=newest[0])


def first_request(source: Source, url: str) -> tuple[str, Api | None]:
    """(address a listing begins with, how its rows are asked for where that is declared)."""
    number = next((number for number, one in enumerate(source.listings) if one.url == url), None)
    api = api_of(source, number) if number is not None else None
    step = api.step(url, 1, source.era_of(number or 0).options.area_code) if api else None
    return (step.key, api) if step is not None else (url, None)


def looked_at(source: Source, url: str, api: Api | None, archive: Archive, sha256: str) -> tuple[int, Skeleton] | None:
    """(links, structure) of a body; None where it cannot be read. Of declared rows the links are those that the
    declaration finds: where it finds none any more, it is the declaration that broke."""
    try:
        body = archive.get(sha256)
        tree = tree_of(body) if api is not None else None
        if api is not None and tree is not None:
            rows = read_rows(body, url, url, api.fields)
            return (rows.rows if rows else 0), data_skeleton(tree)
        page = read_page(body, url)
    except (PageError, ArchiveCorruption, OSError):
        return None
    found = read_listing(page, source.sites)
    return len(found.notices) + len(found.attachments), skeleton(page)


def nights_table(nights: Sequence[SourceNight]) -> RichTable:
    """One row per source. Why a person should look is told apart (`tell_flags`): a column of prose ruins a table."""
    table = RichTable(box=None, pad_edge=False)
    table.add_column(
        say("来源", "source"), no_wrap=True, min_width=max((cell_len(one.source_id) for one in nights), default=0)
    )
    for _, zh, en in COUNTS:
        title = say(zh, en)
        table.add_column(title, justify="right", no_wrap=True, min_width=cell_len(title))
    for one in nights:
        table.add_row(safe(one.source_id), *(str(getattr(one, name)) for name, _, _ in COUNTS))
    return table


def tell_flags(nights: Sequence[SourceNight]) -> None:
    """One line for each reason to look at a source."""
    for one in nights:
        for flag in one.flags:
            line(f"{one.source_id}：{flag}", f"{one.source_id}: {flag}", mark="!")
