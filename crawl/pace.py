"""How fast a host is asked: never faster than its floor, slower while it answers slowly or has trouble.

Scrapy's own AutoThrottle forgets a Crawl-delay (it lowers every delay to DOWNLOAD_DELAY), and its jitter halves a
delay now and then. Here the floor is the larger of the source's delay and the Crawl-delay, and jitter only adds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scrapy import signals

from crawl.settings import with_jitter

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

SLOWEST_SECONDS: Final = 60.0


def keep_pace(crawler: Crawler, host: str, seconds: float) -> None:
    """Ask a host no faster than this from now on; a floor is only ever raised."""
    downloader: Any = crawler.engine.downloader
    delay, jitter = with_jitter(seconds)
    if delay <= floor(crawler, host):
        return
    downloader.per_slot_settings[host] = {"delay": delay, "concurrency": 1, "jitter": jitter}
    if host in downloader.slots:
        downloader.slots[host].delay = max(delay, downloader.slots[host].delay)


def floor(crawler: Crawler, host: str) -> float:
    """The smallest delay of a host, jitter's share included."""
    usual = crawler.settings.getfloat("DOWNLOAD_DELAY")
    settings = crawler.engine.downloader.per_slot_settings.get(host, {})
    return max(usual, float(settings.get("delay", 0.0)))


def slow_down(crawler: Crawler, request: Request) -> None:
    """The host has trouble: wait twice as long before the next request."""
    slot = crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
    if slot is not None:
        slot.delay = min(slot.delay * 2, max(SLOWEST_SECONDS, slot.delay))


def next_delay(delay: float, latency: float, least: float, *, good: bool) -> float:
    """The delay after an answer that took `latency` seconds: as long as the host needs itself, never under the floor.

    An error page comes quickly and says nothing about the load: it never makes us faster.
    """
    wanted = max(latency, (delay + latency) / 2)
    wanted = min(max(wanted, least), max(SLOWEST_SECONDS, least))
    return wanted if good else max(wanted, delay)


class Throttle:
    """Extension: the delay of each host follows its answers."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Throttle:
        """Scrapy's hook."""
        extension = cls(crawler)
        crawler.signals.connect(extension.downloaded, signal=signals.response_downloaded)
        return extension

    def downloaded(self, response: Response, request: Request) -> None:
        """Set the delay of the slot."""
        host = request.meta.get("download_slot", "")
        slot = self.crawler.engine.downloader.slots.get(host)
        latency = request.meta.get("download_latency")
        if slot is not None and latency is not None:
            good = response.status in {200, 304}
            slot.delay = next_delay(slot.delay, float(latency), floor(self.crawler, host), good=good)
