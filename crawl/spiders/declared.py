"""Budget platforms that serve a city or a province as data: the source declares its requests
(crawl.declared), or its platform does for all of them (crawl.platform_apis)."""

from __future__ import annotations

import msgspec

from crawl.listing_json import Rows
from crawl.pager import MAX_PAGES, Further, Step
from crawl.recorder import Wanted
from crawl.source import Listing
from crawl.spiders.walk import WalkSpider


class DeclaredSpider(WalkSpider):
    """The walk over declared requests: list → detail → attachments."""

    name = "declared"

    def first_step(self, listing: Listing) -> Step:
        """The first page of the declared list; the listing's own page where none is declared."""
        number = self.source.listings.index(listing)
        api = self.api_of(number)
        step = api.step(listing.url, 1, self.source.era_of(number).options.area_code) if api else None
        return step or super().first_step(listing)

    def after_rows(self, listing: Listing, wanted: Wanted, rows: Rows) -> Further:
        """The next number, until the total is reached or a page brings nothing."""
        api = self.api_of(wanted.listing)
        if api is None:
            return super().after_rows(listing, wanted, rows)
        if not api.is_paged or not rows.rows:
            return Further()
        pages = self.pages_of(wanted, rows)
        area = self.source.era_of(wanted.listing).options.area_code
        numbers = range(1, MAX_PAGES + 1)
        known = {step.key: number for number in numbers if (step := api.step(listing.url, number, area))}
        number = known.get(wanted.url, MAX_PAGES)
        if number >= (pages or MAX_PAGES):
            return Further("parameter", "stated", pages)
        step = api.step(listing.url, number + 1, area)
        if step and pages is None:  # walked until a page brings nothing
            step = msgspec.structs.replace(step, guessed=True)
        return Further("parameter", "stated", pages, (step,) if step else (), "as the source declares")
