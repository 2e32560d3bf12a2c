"""Look at a source's site: robots.txt and the first page of each listing, and say what is seen. Nothing is kept.

The request goes through the crawl itself, so that whatever the crawl would be refused, this is refused too.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from crawl.archive import Archive
from crawl.ledger import Ledger
from crawl.notice import read_listing
from crawl.page import PageError, read_page
from crawl.platforms import family_of, guess_platform
from crawl.registry import plain_tree, source_yaml
from crawl.runner import archive_path, crawl_source, ledger_path
from crawl.schema import Visit
from crawl.sentinel import body_kind
from crawl.settings import CrawlSettings
from crawl.skeleton import skeleton
from crawl.source import Listing, Source
from flows import errors
from normalize.department import classify_title
from normalize.period import find_years

SHOWN: Final = 3  # titles that are shown of a page


class Seen(msgspec.Struct, frozen=True):
    """What one listing's first page is. outcome: of the visit, `not_asked` where it came to none.

    notices, attachments: links that a crawl would follow; further_pages: of the same listing. skeleton: digest of the
    page's structure. troubles: what a person should look into, one plain line each.
    """

    url: str
    outcome: str
    status: int | None = None
    reason: str | None = None
    bytes: int = 0
    encoding: str | None = None
    notices: int = 0
    attachments: int = 0
    further_pages: int = 0
    skipped: int = 0
    first_date: str | None = None
    last_date: str | None = None
    years: tuple[int, ...] = ()
    kinds: dict[str, int] = {}
    titles: tuple[str, ...] = ()
    skeleton: str | None = None
    troubles: tuple[str, ...] = ()


class Checked(msgspec.Struct, frozen=True):
    """One source as it was seen. warnings: of the crawl, and of what does not fit the file."""

    source_id: str
    platform: str
    listings: tuple[Seen, ...]
    warnings: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Every listing's page came and listed something."""
        return all(one.outcome in {"new", "unchanged", "replaced"} and not one.troubles for one in self.listings)


def check_source(source: Source, now: dt.datetime, settings: CrawlSettings) -> Checked:
    """Ask for robots.txt and each listing's first page. Raises Trouble (exit code 2) where nothing could be asked."""
    with tempfile.TemporaryDirectory(prefix="yujue-check-") as folder:
        path = Path(folder) / f"{source.source_id}.yml"
        path.write_text(source_yaml(_first_pages(source)), encoding="utf-8")
        result = crawl_source(path, data_root=Path(folder), now=now, settings=_at_any_hour(settings))
        if result.finish_reason != "finished" and not result.outcomes:
            raise errors.usage(
                f"未能检查 {source.source_id}：{'; '.join(result.errors)}",
                f"{source.source_id} could not be looked at: {'; '.join(result.errors)}",
            )
        with Ledger(ledger_path(Path(folder))) as ledger:
            visits = {visit.url: visit for visit in ledger.visits(run_id=result.run_id)}
        archive = Archive(archive_path(Path(folder)))
        seen = tuple(_seen(source, one, visits.get(one.url), archive) for one in source.listings)
    ours = ("max_requests", "more than 1 pages", "no notice found")
    warnings = [one for one in result.warnings if not any(word in one for word in ours)]
    if family_of(source.platform) != "static":
        warnings.append(f"platform {source.platform}: only the first page was looked at, as any visitor gets it")
    return Checked(source.source_id, source.platform, seen, tuple(warnings))


def _at_any_hour(settings: CrawlSettings) -> CrawlSettings:
    """A person who looks at a site does so by day; two requests are no crawl. All other manners hold."""
    hours = {"night": "always"} if "night" in settings.__struct_fields__ else {}
    return msgspec.structs.replace(settings, **hours)


def _first_pages(source: Source) -> dict[str, Any]:
    """The source with nothing to do but its listings' first pages, as plain pages whatever its platform."""
    tree = plain_tree(source)
    politeness = {**tree.get("politeness", {}), "max_requests": len(source.listings)}
    listings = [
        {"url": one.url, "pages": 1, **({"kind": one.kind} if one.kind else {})}
        for one in dict.fromkeys(source.listings)
    ]
    kept: dict[str, Any] = {key: tree[key] for key in ("code", "publisher", "hosts", "test_source") if key in tree}
    return {**kept, "listings": listings, "politeness": politeness}


def _seen(source: Source, listing: Listing, visit: Visit | None, archive: Archive) -> Seen:
    if visit is None:
        return Seen(listing.url, "not_asked", troubles=("no answer: the listing was not asked for",))
    body = archive.get(visit.sha256) if visit.sha256 else b""
    basics: dict[str, Any] = {
        "url": listing.url,
        "outcome": visit.outcome,
        "status": visit.status,
        "reason": visit.reason,
        "bytes": len(body),
    }
    if visit.outcome not in {"new", "unchanged", "replaced"}:
        return Seen(**basics, troubles=(f"{visit.outcome}: {visit.reason or visit.status}",))
    try:
        page = read_page(body, visit.final_url or visit.url)
    except PageError as error:
        return Seen(**basics, troubles=(f"{body_kind(body)}: {error}",))
    found = read_listing(page, source.sites)
    links = [*found.notices, *found.attachments]
    dates = sorted(link.date for link in links if link.date)
    kinds: dict[str, int] = {}
    for link in links:
        kind = classify_title(link.text)[0] or "unnamed"
        kinds[kind] = kinds.get(kind, 0) + 1
    return Seen(
        **basics,
        encoding=page.encoding,
        notices=len(found.notices),
        attachments=len(found.attachments),
        further_pages=len({*found.pages, *found.guessed}),
        skipped=len(found.skipped),
        first_date=dates[0] if dates else None,
        last_date=dates[-1] if dates else None,
        years=tuple(sorted({year for link in links for year in find_years(link.text)})),
        kinds=dict(sorted(kinds.items())),
        titles=tuple(link.text for link in links[:SHOWN]),
        skeleton=skeleton(page).digest,
        troubles=tuple(_troubles(source, listing, visit, len(links), kinds)),
    )


def _troubles(source: Source, listing: Listing, visit: Visit, links: int, kinds: dict[str, int]) -> Sequence[str]:
    found = []
    if not links:
        found.append("nothing a crawl would follow: is it the column's page, and is it readable without scripts?")
    named = {kind: count for kind, count in kinds.items() if kind != "unnamed"}
    if listing.kind and named and listing.kind not in named:
        told = ", ".join(sorted(named))
        found.append(f"the file says {listing.kind}, the titles say {told}: leave `kind` out where a column mixes them")
    guess = guess_platform(visit.final_url or visit.url, listing.fragment)
    if guess.sure and source.platform not in (guess.platform, "dataproxy"):
        found.append(f"the address looks like {guess.platform} ({guess.reason}), not {source.platform}")
    return found
