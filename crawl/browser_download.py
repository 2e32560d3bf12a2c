"""The download handler of sources that need a browser: pages through the browser, all else as every other source.

The browser's own library keeps whatever it fetches in memory, whole. Here it gets only the pages that are asked for
with `playwright` in their meta; files, forms and robots.txt go through `crawl.download`, with its spool and its bounds.
What the browser makes of a page is bounded as any other page is.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from scrapy.utils.defer import ensure_awaitable, maybe_deferred_to_future
from scrapy.utils.misc import build_from_crawler, load_object

from crawl.download import Handler as Files
from crawl.download import NotTaken
from crawl.spool import MAX_PAGE_BYTES

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

PAGES: Final = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"


class Handler:
    """For the settings DOWNLOAD_HANDLERS, http and https alike: both share one browser."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self.files = Files(crawler)
        shared: dict[Any, Any] = crawler.__dict__.setdefault("_yujue_browser", {})
        self._owns = "pages" not in shared
        if self._owns:
            shared["pages"] = build_from_crawler(load_object(PAGES), crawler)
        self.pages: Any = shared["pages"]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Handler:
        """Scrapy's hook."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Ask. Raises NotTaken for a page of more than `MAX_PAGE_BYTES`, and whatever the two handlers raise."""
        if not request.meta.get("playwright"):
            return await self.files.download_request(request)
        spider: Any = self._crawler.spider
        spider.page_begins()
        if inspect.iscoroutinefunction(self.pages.download_request):
            response = await self.pages.download_request(request)
        else:  # as versions of it did until Scrapy 2.14
            response = await maybe_deferred_to_future(self.pages.download_request(request, spider))
        if len(response.body) > MAX_PAGE_BYTES:
            raise NotTaken(f"a page larger than {MAX_PAGE_BYTES} bytes")
        found: Response = response
        return found

    async def close(self) -> None:
        """Close both; the browser once."""
        await self.files.close()
        if self._owns and hasattr(self.pages, "close"):
            await ensure_awaitable(self.pages.close())
