"""Pages that are nothing without their scripts, read by a headless browser: an extra, only where a source says so.

pip install 'yujue[browser]', and a Chromium (Debian: chromium). The browser's own traffic passes neither Scrapy's
resolver nor its size limits, so everything a page asks for goes through a filter here: only hosts of the source, never
an address of our own network, no pictures, fonts or media, and no more than 200 requests a page. Attachments are
fetched without the browser (`crawl.browser_download`).
"""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Any

from scrapy.http import Request

from crawl.address import host_of, is_private, refusal
from crawl.recorder import Wanted
from crawl.spiders.walk import WalkSpider

HANDLER = "crawl.browser_download.Handler"
_UNSEEN = frozenset({"image", "media", "font", "websocket", "eventsource", "manifest"})
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_WAIT_MS = 1500
_MAX_REQUESTS = 200  # of one page; more is no listing
_HEAP_MIB = 256  # of a page's scripts


class NoBrowser(RuntimeError):  # noqa: N818 (what is missing)
    """The source wants a browser and there is none. The message says what to install."""


def browser_path() -> str:
    """The browser to start. Raises NoBrowser naming what is missing."""
    if importlib.util.find_spec("scrapy_playwright") is None:
        raise NoBrowser("platform browser: the extra is not installed (pip install 'yujue[browser]')")
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        raise NoBrowser("platform browser: no Chromium on this machine (Debian: apt install chromium)")
    return found


class BrowserSpider(WalkSpider):
    """The walk with listing and notice pages as a browser shows them."""

    name = "browser"
    page_requests = 0

    @classmethod
    def settings_for(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Scrapy's settings with the browser in them. Raises NoBrowser."""
        return {
            **settings,
            "DOWNLOAD_HANDLERS": {**settings.get("DOWNLOAD_HANDLERS", {}), "http": HANDLER, "https": HANDLER},
            "PLAYWRIGHT_BROWSER_TYPE": "chromium",
            "PLAYWRIGHT_LAUNCH_OPTIONS": {
                "executable_path": browser_path(),
                "headless": True,
                "args": [
                    "--no-sandbox",
                    "--disable-dev-shm-usage",
                    "--disable-gpu",
                    "--renderer-process-limit=1",
                    f"--js-flags=--max-old-space-size={_HEAP_MIB}",
                ],
            },
            "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
            "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": settings.get("DOWNLOAD_TIMEOUT", 60) * 1000,
            "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,  # the browser's own headers, with our user agent in the context
            "PLAYWRIGHT_CONTEXTS": {"default": {"user_agent": settings["USER_AGENT"], "accept_downloads": False}},
        }

    async def start(self) -> AsyncIterator[Request]:
        """As every walk; the filter of the browser's traffic needs the source, which settings do not have."""
        handlers = self.crawler.engine.downloader.handlers
        for scheme in ("http", "https"):
            handler: Any = handlers._get_handler(scheme)  # there is no other way to it
            if handler is not None:
                handler.pages.abort_request = self.is_refused
        async for request in super().start():
            yield request

    def page_begins(self) -> None:
        """The browser is about to open a page: what it asks for is counted from here."""
        self.page_requests = 0

    async def is_refused(self, request: Any) -> bool:
        """Whether the browser must not send a request: to a host that is not the source's, or into our network, or one
        too many of this page."""
        self.page_requests += 1
        if request.resource_type in _UNSEEN or self.page_requests > _MAX_REQUESTS:
            return True
        if refusal(request.url, sites=self.source.sites, private_hosts=self.private_hosts) is not None:
            return True
        host = host_of(request.url)
        if host in self.private_hosts:
            return False
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            return True
        return any(is_private(str(address[4][0]).split("%")[0]) for address in found)

    def request_for(self, wanted: Wanted) -> Request:
        """Pages through the browser, files and forms without it."""
        request = super().request_for(wanted)
        if wanted.role in {"listing", "notice"} and wanted.form is None:
            from scrapy_playwright.page import PageMethod  # noqa: PLC0415 (an extra)

            request.meta["playwright"] = True
            request.meta["playwright_page_methods"] = [PageMethod("wait_for_timeout", _WAIT_MS)]
        return request
