"""What the answers of a listing mean: rows, columns below it, further pages. Shared by every platform's walk."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from crawl.address import site_of
from crawl.declared import Api
from crawl.listing_json import Rows, datastore_rows, read_rows
from crawl.notice import Link, Skip, attachment_suffix, read_listing
from crawl.page import Page
from crawl.pager import Further, further_pages
from crawl.pager_ajax import next_request
from crawl.platform_apis import api_of
from crawl.recorder import Wanted
from crawl.source import Listing, Source


class ListingRead(msgspec.Struct, frozen=True):
    """One answer of a listing: notices and attachments it links to, columns below it, the rest with reasons."""

    notices: tuple[Link, ...]
    attachments: tuple[Link, ...]
    skipped: tuple[Skip, ...]
    further: Further
    columns: tuple[Link, ...] = ()


class ListingReader:
    """Reads answers of listings of one source. A platform's class overrides what differs there."""

    source: Source

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}  # number of a listing → most rows an answer of its script had
        self._apis: dict[int, Api | None] = {}

    def api_of(self, number: int) -> Api | None:
        """How the rows of a listing (its number) are asked for, where it is declared."""
        if number not in self._apis:
            self._apis[number] = api_of(self.source, number)
        return self._apis[number]

    def read_answer(self, wanted: Wanted, body: bytes, page: Page) -> ListingRead:
        """Rows and pager of one answer of a listing: a page, or what a script of it gets."""
        listing = self.source.listings[wanted.listing]
        rows = self.rows_of(listing, wanted, body)
        if rows is None:
            return self._read_page(page, listing)
        further = self.after_rows(listing, wanted, rows)
        if rows.page is None:
            return ListingRead((), (), (), further)
        if (
            self.api_of(wanted.listing) is not None
        ):  # the source says what these rows are: a name of a department alone is a paper too
            links = [Link(row.url, row.title, row.date) for row in rows.records]
            files = tuple(link for link in links if attachment_suffix(link.url))
            return ListingRead(tuple(link for link in links if link not in files), files, (), further)
        read = read_listing(rows.page, self.source.sites)
        return ListingRead(read.notices, read.attachments, read.skipped, further)

    def _read_page(self, page: Page, listing: Listing) -> ListingRead:
        read = read_listing(page, self.source.sites)
        notices, files, skipped = list(read.notices), list(read.attachments), list(read.skipped)
        hidden = datastore_rows(page)  # rows that a script of the page would show
        if hidden is not None:
            more = read_listing(hidden, self.source.sites)
            shown = {link.url for link in (*notices, *files)}
            notices += [link for link in more.notices if link.url not in shown]
            files += [link for link in more.attachments if link.url not in shown]
            skipped += more.skipped
        inner = tuple(link for link in read.columns if is_below(link.url, page.url))
        outer = [Skip(link.url, link.text, "a column elsewhere") for link in read.columns if link not in inner]
        further = self.pager_of(page, listing)
        return ListingRead(tuple(notices), tuple(files), (*skipped, *outer), further, inner)

    def rows_of(self, listing: Listing, wanted: Wanted, body: bytes) -> Rows | None:
        """The rows of an answer that is no page: JSON, JSONP, a datastore. None for a page."""
        start = body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
        if start.startswith(b"<") and b"<datastore" not in body[:20_000]:
            return None
        api = self.api_of(wanted.listing)
        return read_rows(body, wanted.url, wanted.landing_url or wanted.url, api.fields if api else None)

    def pager_of(self, page: Page, listing: Listing) -> Further:
        """The further pages that a page of the listing tells of."""
        return further_pages(page, self.source.sites, template=listing.paging)

    def after_rows(self, listing: Listing, wanted: Wanted, rows: Rows) -> Further:
        """The request behind one that brought rows, until the total it tells is reached or a page brings nothing."""
        pages = self.pages_of(wanted, rows)
        if wanted.form is not None:
            return Further()
        step = next_request(wanted.url, has_rows=rows.rows > 0, total_pages=pages)
        return Further("parameter", "inferred", pages, (step,) if step else (), "the number in the address, plus one")

    def pages_of(self, wanted: Wanted, rows: Rows) -> int | None:
        """How many pages there are by an answer's own total; the last page has fewer rows than the others."""
        most = self._rows[wanted.listing] = max(rows.rows, self._rows.get(wanted.listing, 0))
        if rows.pages is not None:
            return rows.pages
        return max(1, -(-rows.total // most)) if rows.total is not None and most else None


def is_below(url: str, listing: str) -> bool:
    """Whether a column stands below a listing: in a folder of its folder. What stands beside or above it is another
    listing, which the source names or does not; below a home page stands the whole site, which is no listing."""
    folder = urlsplit(listing).path.rsplit("/", 1)[0] + "/"
    path = urlsplit(url).path
    return folder != "/" and site_of(url) == site_of(listing) and path.startswith(folder) and "/" in path[len(folder) :]
