"""Between spider and network: who may be asked (guard, robots.txt), how often (Crawl-delay), with which validators."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from scrapy import signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from crawl.address import host_of, is_private, refusal
from crawl.settings import MAX_CRAWL_DELAY_SECONDS

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

MAX_ROBOTS_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB

# hosts whose name led to a private address in this process: host → address
_refused_names: dict[str, str] = {}


class Refused(IgnoreRequest):
    """We do not ask for this url. The message is the reason, one plain line."""


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be read (network or server trouble): nothing of the host is asked (RFC 9309, 2.3.1.4)."""


def refused_name(host: str) -> str | None:
    """The private address a host name resolved to, when the resolver refused it."""
    return _refused_names.get(host)


class GuardResolver(CachingHostnameResolver):
    """Name resolver that hides addresses of our own network, so that no name (nor a rebinding one) leads there."""

    def __init__(self, reactor: Any, cache_size: int, private_hosts: frozenset[str]) -> None:
        super().__init__(reactor, cache_size)
        self.private_hosts = private_hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> GuardResolver:
        """Scrapy's hook; YUJUE_PRIVATE_HOSTS lists the literals that may be reached."""
        size = crawler.settings.getint("DNSCACHE_SIZE") if crawler.settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, size, frozenset(crawler.settings.getlist("YUJUE_PRIVATE_HOSTS")))

    def resolveHostName(  # noqa: N802 (Twisted's name)
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve, keeping only addresses of the public internet (or all, for a literal that is allowed)."""
        receiver = resolutionReceiver
        if hostName not in self.private_hosts:
            receiver = cast("IResolutionReceiver", _PublicOnly(resolutionReceiver, hostName))
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _PublicOnly:
    def __init__(self, receiver: Any, host: str) -> None:
        self._receiver = receiver
        self._host = host
        self._private: list[str] = []
        self._public = False

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if is_private(address.host):
            self._private.append(address.host)
        else:
            self._public = True
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        if self._private and not self._public:
            _refused_names[self._host] = self._private[0]
        self._receiver.resolutionComplete()


class GuardMiddleware:
    """Every request, redirected ones too, goes only to sites of the source, never to our own network; and a host that
    answers 429 is left alone for the rest of the run."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.backed_off: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Scrapy's hook."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise Refused for what must not be asked."""
        spider: Any = self.crawler.spider
        reason = refusal(request.url, sites=spider.source.sites, private_hosts=spider.private_hosts)
        if reason is None and host_of(request.url) in self.backed_off:
            reason = "not asked: the host answered 429 (too many requests) earlier in this run"
        if reason is not None:
            hops = request.meta.get("redirect_urls")
            raise Refused(f"redirected to {request.url}: {reason}" if hops else reason)

    def process_response(self, request: Request, response: Response) -> Response:
        """Remember hosts that ask us to stop."""
        if response.status == 429:
            self.backed_off.add(host_of(request.url))
        return response


class RobotsMiddleware(RobotsTxtMiddleware):
    """robots.txt as RFC 9309 has it: 4xx allows all, but 5xx and an unreachable one forbid all (Scrapy would allow)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.unreachable: dict[str, str] = {}
        self._one_at_a_time = asyncio.Lock()

    async def process_request(self, request: Request, spider: Any = None) -> None:
        """Raise Refused where robots.txt forbids, RobotsUnreachable where it could not be read."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        try:
            parser = await self.robot_parser(request)
            self.process_request_2(parser, request)
        except IgnoreRequest as error:
            raise Refused("robots.txt forbids it") from error
        host = request.url.split("/", 3)[2]
        if host in self.unreachable:
            raise RobotsUnreachable(f"robots.txt could not be read ({self.unreachable[host]})")

    async def robot_parser(self, request: Request) -> Any:
        """The parser for the host of a request; None when all is allowed, or robots.txt could not be read."""
        netloc = request.url.split("/", 3)[2]
        async with self._one_at_a_time:  # a second request must not slip by while the first waits for robots.txt
            if netloc not in self._parsers:
                self._parsers[netloc] = None
                await self._fetch(netloc, request)
        return self._parsers[netloc]

    async def _fetch(self, netloc: str, request: Request) -> None:
        robots = Request(
            f"{request.url.split(':', 1)[0]}://{netloc}/robots.txt",
            priority=self.DOWNLOAD_PRIORITY,
            meta={"dont_obey_robotstxt": True, "download_maxsize": MAX_ROBOTS_BYTES},
            callback=NO_CALLBACK,
        )
        try:
            answer = await self.crawler.engine.download_async(robots)
        except Refused as error:  # a robots.txt that redirects away from the site is none
            spider: Any = self.crawler.spider
            spider.warn(f"robots.txt of {netloc} was not read: {error}")
        except Exception as error:  # noqa: BLE001 (whatever the network does becomes the reason of a visit)
            self.unreachable[netloc] = plain_reason(error)
        else:
            await self._answered(answer, netloc, request)

    async def _answered(self, answer: Response, netloc: str, request: Request) -> None:
        if answer.status >= 500:
            self.unreachable[netloc] = f"status {answer.status}"
        elif answer.status == 200:
            parser = self._parserimpl.from_crawler(self.crawler, answer.body)
            self._parsers[netloc] = parser
            await self.crawler.signals.send_catch_log_async(
                signal=signals.robots_parsed, robotparser=parser, request=request
            )


class CrawlDelay:
    """Extension: a Crawl-delay of robots.txt becomes the delay of that host (Scrapy only reads it)."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CrawlDelay:
        """Scrapy's hook."""
        extension = cls(crawler)
        crawler.signals.connect(extension.robots_parsed, signal=signals.robots_parsed)
        return extension

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        """Raise the delay of the host's slot, and of every later slot of it."""
        asked = robotparser.crawl_delay(self.crawler.settings["ROBOTSTXT_USER_AGENT"])
        usual = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        if asked is None or asked <= usual:
            return
        host = host_of(request.url)
        spider: Any = self.crawler.spider
        delay = min(float(asked), MAX_CRAWL_DELAY_SECONDS)
        if delay < asked:
            spider.warn(f"{host} asks for a Crawl-delay of {asked:g} s; {delay:g} s is kept")
        downloader: Any = self.crawler.engine.downloader
        downloader.per_slot_settings[host] = {"delay": delay, "concurrency": 1, "jitter": 0}
        if host in downloader.slots:
            downloader.slots[host].delay = delay


class ConditionalMiddleware:
    """Send the validators of the newest body we hold, so that an unchanged page costs the site nothing."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ConditionalMiddleware:
        """Scrapy's hook."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Set If-None-Match and If-Modified-Since where the body came from, drop them elsewhere.

        After a redirect they are right only for the address the stored body finally came from.
        """
        request.headers.pop("If-None-Match", None)
        request.headers.pop("If-Modified-Since", None)
        wanted = request.meta.get("wanted")
        if wanted is None:
            return
        spider: Any = self.crawler.spider
        last = spider.recorder.validators(wanted.url)
        if last is None or last.final_url != request.url:
            return
        if last.etag:
            request.headers["If-None-Match"] = last.etag
        if last.last_modified:
            request.headers["If-Modified-Since"] = last.last_modified


def plain_reason(error: BaseException) -> str:
    """An exception of the network as one plain line."""
    text = " ".join(str(error).split())
    name = type(error).__name__
    return f"{name}: {text[:300]}" if text else name
