"""Look at a source's site: robots.txt and the first page of each listing, and say what is seen. Nothing is kept.

The request goes through the crawl itself, so that whatever the crawl would be refused, this is refused too.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from crawl.archive import Archive
from crawl.ledger import Ledger
from crawl.notice import read_listing
from crawl.page import PageError, read_page
from crawl.platform_apis import api_of
from crawl.platforms import family_of, guess_platform
from crawl.registry import plain_tree, source_yaml
from crawl.runner import archive_path, crawl_source, ledger_path
from crawl.schedule import Plan
from crawl.schema import Visit
from crawl.sentinel import body_kind
from crawl.settings import CrawlSettings
from crawl.skeleton import skeleton
from crawl.source import Listing, Source
from flows import errors
from flows.source_nights import BODY, first_request, looked_at
from normalize.department import classify_title
from normalize.period import find_years

SHOWN: Final = 3  # titles that are shown of a page


class Seen(msgspec.Struct, frozen=True):
    """What one listing's first page is. outcome: of the visit, `not_asked` where it came to none.

    notices, attachments: links that a crawl would follow; further_pages: of the same listing (where a script or an
    `api:` brings the rows: 1 where there are any). skeleton: digest of the
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
    """Ask for robots.txt and each listing's first page, and where its rows are data, for the first of those requests.
    Raises Trouble (exit code 2) where nothing could be asked."""
    own_way = asks_its_own_way(source)
    with tempfile.TemporaryDirectory(prefix="yujue-check-") as folder:
        path = Path(folder) / f"{source.source_id}.yml"
        path.write_text(source_yaml(_first_answers(source) if own_way else _first_pages(source)), encoding="utf-8")
        heard: list[dict[str, Any]] = []
        result = crawl_source(
            path,
            data_root=Path(folder),
            now=now,
            settings=_at_any_hour(settings),
            plan=Plan(dry_run=True) if own_way else None,
            progress=heard.append,
        )
        if result.finish_reason != "finished" and not result.outcomes:
            raise errors.usage(
                f"未能检查 {source.source_id}：{'; '.join(result.errors)}",
                f"{source.source_id} could not be looked at: {'; '.join(result.errors)}",
            )
        with Ledger(ledger_path(Path(folder))) as ledger:
            visits = ledger.visits(run_id=result.run_id)
            skipped = Counter(str(url) for (url,) in ledger.query("SELECT landing_url FROM skipped"))
        archive = Archive(archive_path(Path(folder)))
        if own_way:
            asked = Asked(visits, [one for one in heard if one.get("event") == "candidate"], skipped, result.warnings)
            seen = tuple(_seen_its_own_way(source, one, asked, archive) for one in source.listings)
        else:
            by_url = {visit.url: visit for visit in visits}
            seen = tuple(_seen(source, one, by_url.get(one.url), archive) for one in source.listings)
    ours = ("max_requests", "more than 1 pages", "more than 2 pages", "no notice found")
    warnings = [one for one in result.warnings if not any(word in one for word in ours)]
    return Checked(source.source_id, source.platform, seen, tuple(warnings))


def asks_its_own_way(source: Source) -> bool:
    """Whether the rows of some listing are no plain page's: asked for by a script, a browser, or as declared."""
    declared = any(api_of(source, number) is not None for number, _ in enumerate(source.listings))
    return declared or family_of(source.platform) != "static"


class Asked(msgspec.Struct, frozen=True):
    """What a look at the listings brought. rows: the candidates a crawl would ask for; skipped: address of a page →
    links of it that a crawl would not follow."""

    visits: list[Visit]
    rows: list[dict[str, Any]]
    skipped: Counter[str]
    warnings: list[str]

    def of(self, listing: Listing) -> list[Visit]:
        """Visits to a listing's own page and to what its rows come from."""
        return [one for one in self.visits if one.role == "listing" and listing.url in {one.url, one.landing_url}]


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


def _first_answers(source: Source) -> dict[str, Any]:
    """The source as it is, with nothing to do but the first answers that bring rows: a declared list's first page; the
    page of a listing and the first request of its script."""
    tree = {key: value for key, value in plain_tree(source).items() if key not in {"expect", "status", "notes"}}
    tree["politeness"] = {**tree.get("politeness", {}), "max_requests": 2 * len(source.listings)}
    for part in [tree, *tree.get("eras", [])]:
        for listing in part.get("listings", []):
            listing["pages"] = 1 if "api" in listing or family_of(source.platform) != "json" else 2
    return tree


def _seen_its_own_way(source: Source, listing: Listing, asked: Asked, archive: Archive) -> Seen:
    visits = asked.of(listing)
    if not visits:
        return Seen(listing.url, "not_asked", troubles=("no answer: the listing was not asked for",))
    visit = next((one for one in visits if one.outcome not in BODY), visits[0])
    basics: dict[str, Any] = {
        "url": listing.url,
        "outcome": visit.outcome,
        "status": visit.status,
        "reason": visit.reason,
        "bytes": sum(archive.size(one.sha256) or 0 for one in visits if one.sha256),
    }
    if visit.outcome not in BODY or visit.sha256 is None:
        return Seen(**basics, troubles=(f"{visit.outcome}: {visit.reason or visit.status}",))
    pages = {one.url for one in visits}
    rows = [one for one in asked.rows if one["landing_url"] in pages and one["kind"] == listing.kind]
    looked = looked_at(source, listing.url, first_request(source, listing.url)[1], archive, visit.sha256)
    texts = [str(one["text"] or "") for one in rows]
    dates = sorted(str(one["date"]) for one in rows if one["date"])
    kinds = Counter(classify_title(text)[0] or "unnamed" for text in texts)
    return Seen(
        **basics,
        notices=sum(one["role"] == "notice" for one in rows),
        attachments=sum(one["role"] == "attachment" for one in rows),
        further_pages=sum(one.startswith(f"listing {listing.url} has more than") for one in asked.warnings),
        skipped=sum(asked.skipped[url] for url in pages),
        first_date=dates[0] if dates else None,
        last_date=dates[-1] if dates else None,
        years=tuple(sorted({year for text in texts for year in find_years(text)})),
        kinds=dict(sorted(kinds.items())),
        titles=tuple(texts[:SHOWN]),
        skeleton=looked[1].digest if looked else None,
        troubles=tuple(_troubles(source, listing, visit, len(rows), dict(kinds))),
    )


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
