"""Platforms whose listings are filled by a request of the page's script: jpaas, gkmlpt, dataproxy, cms .do.

The page itself is asked for first: it holds the parameters of the request (`crawl.pager_ajax`). What comes back is made
into rows by `crawl.listing_json`.
"""

from __future__ import annotations

from crawl.page import Page
from crawl.pager import Further, scripts_of
from crawl.pager_ajax import gkmlpt_pages
from crawl.source import Listing
from crawl.spiders.walk import WalkSpider


class ScriptedSpider(WalkSpider):
    """The walk over answers of scripts."""

    name = "json"

    def pager_of(self, page: Page, listing: Listing) -> Further:
        """As every page; a directory of Guangdong's platform is asked for by the number of its column, which stands
        behind the # of its address and so never reaches the server: `column` or `fragment` of the listing."""
        column = listing.column or (listing.fragment if listing.fragment.isdecimal() else None)
        column = column or self.source.options.column_id
        if column and "/gkmlpt/" in page.url:
            return gkmlpt_pages(f"{page.url.split('#')[0]}#{column}", scripts_of(page)) or Further()
        return super().pager_of(page, listing)
