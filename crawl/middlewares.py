"""Between spider and network: what was asked already (resume), who may be asked (guard, robots.txt), how it goes on
(manners, http or https), with which validators and cookies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit, urlunsplit

import msgspec
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import HtmlResponse, Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from crawl.address import host_of, is_private, refusal
from crawl.download import NotTaken, tls_reason
from crawl.hosts import Robots, origin_of
from crawl.manners import Manners
from crawl.pace import keep_pace, slow_down
from crawl.robots import MAX_ROBOTS_BYTES, Verdict, from_answer, from_silence, is_fresh, verdict
from crawl.settings import MAX_CRAWL_DELAY_SECONDS, PROJECT
from crawl.spool import whole_size

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

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


class ResumeMiddleware:
    """A run that was cut short is walked again from its start, but what it has visited is answered from the archive:
    nothing of it goes to the network. The recorder knows those visits and does not write them again."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ResumeMiddleware:
        """Scrapy's hook."""
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        """The answer of the earlier visit; None for what is still to be asked. Raises Refused as the visit ended."""
        wanted = request.meta.get("wanted")
        if wanted is None:
            return None
        recorder: Any = cast("Any", self.crawler.spider).recorder
        visit = recorder.past(wanted.url)
        if visit is None:
            return None
        request.meta["dont_retry"] = request.meta["resumed"] = True
        if visit.status is None:
            raise Refused(visit.reason or visit.outcome)
        body = b""
        if visit.sha256 is not None:
            body = recorder.archive.body(visit.sha256)
        status = 200 if visit.status == 304 and body else visit.status
        return HtmlResponse(visit.final_url or visit.url, status=status, body=body, encoding="utf-8")


class GuardMiddleware:
    """Every request, redirected ones too, goes only to sites of the source, never to our own network, and only when
    good manners allow it."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Scrapy's hook."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise Refused for what must not be asked."""
        spider: Any = self.crawler.spider
        reason = refusal(request.url, sites=spider.source.sites, private_hosts=spider.private_hosts)
        if reason is None and (manners := manners_of(self.crawler)) is not None:
            reason = manners.refusal(request.url)
        if reason is not None:
            hops = request.meta.get("redirect_urls")
            raise Refused(f"redirected to {request.url}: {reason}" if hops else reason)


class MannersMiddleware:
    """Next to the network: counts every request, waits where the server names a short time, slows down where it has
    trouble, and tells the breaker how it went."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> MannersMiddleware:
        """Scrapy's hook."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """A request is about to go out: once more, because others may have been refused while it waited."""
        manners = manners_of(self.crawler)
        if manners is None:
            return
        if (reason := manners.refusal(request.url)) is not None:
            raise Refused(reason)
        manners.asked(request.url)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Wait and ask again, slow down, or let it pass."""
        manners = manners_of(self.crawler)
        if manners is None or _is_robots(request) or request.meta.get("resumed"):
            return response
        after = response.headers.get("Retry-After")
        size = whole_size(response.body)
        text = after.decode("latin-1") if after else None
        wait = manners.answered(request.url, response.status, text, size)
        if response.status in {403, 429} or response.status >= 500:
            slow_down(self.crawler, request)
        if wait is None:
            return response
        await asyncio.sleep(wait)
        again: Request = request.replace(dont_filter=True, priority=request.priority + 1)  # it is the next one
        return again

    def process_exception(self, request: Request, exception: Exception) -> None:
        """No answer."""
        manners = manners_of(self.crawler)
        if manners is None or _is_robots(request) or isinstance(exception, IgnoreRequest):
            return
        if not isinstance(exception, DownloadCancelledError):  # our own limit
            manners.silent(request.url)
            slow_down(self.crawler, request)


class TwinMiddleware:
    """A host that does not answer on http is asked on https, and the other way round, once; what answered is noted."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TwinMiddleware:
        """Scrapy's hook."""
        return cls(crawler)

    def process_request(self, request: Request) -> Request | None:
        """Ask on the scheme that is known to answer."""
        manners = manners_of(self.crawler)
        if manners is None or "twin" in request.meta or not (twin := twin_url(request.url)):
            return None
        scheme = manners.host(request.url).scheme
        if scheme is None or request.url.startswith(f"{scheme}:"):
            return None
        return _on_twin(request, twin)

    def process_response(self, request: Request, response: Response) -> Response:
        """Note the scheme that answers."""
        manners = manners_of(self.crawler)
        if manners is not None and request.meta.get("twin") == "tried":
            scheme = request.url.split(":", 1)[0]
            if manners.host(request.url).scheme != scheme:
                manners.note_scheme(request.url, scheme)
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Try the other scheme where this one has no server, or none that speaks to us."""
        manners = manners_of(self.crawler)
        if manners is None or "twin" in request.meta or not (twin := twin_url(request.url)):
            return None
        if manners.has_answered(request.url):  # it speaks this scheme: the trouble is another
            return None
        if isinstance(exception, DownloadConnectionRefusedError | DownloadTimeoutError) or tls_reason(exception):
            again = _on_twin(request, twin)
            again.meta["twin"] = "tried"
            return again
        return None


def twin_url(url: str) -> str | None:
    """The same address on the other scheme; None where a port is named (another port is another server)."""
    parts = urlsplit(url)
    if parts.port is not None or parts.scheme not in {"http", "https"}:
        return None
    return urlunsplit(parts._replace(scheme="https" if parts.scheme == "http" else "http"))


def _on_twin(request: Request, url: str) -> Request:
    again: Request = request.replace(url=url, dont_filter=True)
    again.meta["twin"] = "known"
    again.meta.pop("retry_times", None)
    return again


class RobotsMiddleware:
    """robots.txt of every origin, from the ledger while it is fresh (see `crawl.robots` for the rules)."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.verdicts: dict[str, Verdict] = {}
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Scrapy's hook."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise Refused where robots.txt forbids, RobotsUnreachable where it could not be read."""
        if _is_robots(request):
            return
        origin = origin_of(request.url)
        async with self._one_at_a_time:  # a second request must not slip by while the first waits for robots.txt
            if origin not in self.verdicts:
                self.verdicts[origin] = await self._verdict(origin, request)
        found = self.verdicts[origin]
        if found.refusal is not None:
            raise RobotsUnreachable(found.refusal)
        if found.rules is not None and not found.rules.can_fetch(request.url, PROJECT):
            raise Refused("robots.txt forbids it")

    async def _verdict(self, origin: str, request: Request) -> Verdict:
        spider: Any = self.crawler.spider
        manners = manners_of(self.crawler)
        now = manners.clock() if manners else datetime.now(UTC)
        known = manners.book.robots(origin) if manners else None
        if known is None or not is_fresh(known, now):
            known = await self._ask(origin, known, now)
            if manners:
                manners.book.write_robots(known)
        found = verdict(known, now)
        if found.warning:
            spider.warn(found.warning)
        if found.rules is not None and (asked := found.rules.crawl_delay(PROJECT)) is not None:
            self._keep_delay(request, float(asked))
        return found

    async def _ask(self, origin: str, known: Robots | None, now: datetime) -> Robots:
        robots = Request(
            f"{origin}/robots.txt",
            priority=1000,
            meta={"is_robots": True, "keep_first": MAX_ROBOTS_BYTES},
            callback=NO_CALLBACK,
        )
        spider: Any = self.crawler.spider
        try:
            answer = await cast("Any", self.crawler.engine).download_async(robots)
        except (Refused, NotTaken) as error:  # one that redirects away from the site is none
            if str(error).startswith("not asked"):
                raise
            spider.warn(f"robots.txt of {origin} was not read: {error}")
            return msgspec.structs.replace(from_answer(origin, known, 404, b"", now), reason=str(error))
        except IgnoreRequest as error:  # more redirects than RFC 9309 asks for
            spider.warn(f"robots.txt of {origin} was not read: {error}")
            return msgspec.structs.replace(from_answer(origin, known, 404, b"", now), reason=str(error))
        except Exception as error:  # noqa: BLE001 (whatever the network does becomes the reason of a visit)
            return from_silence(origin, known, plain_reason(error), now)
        return from_answer(origin, known, answer.status, answer.body, now)

    def _keep_delay(self, request: Request, asked: float) -> None:
        host = host_of(request.url)
        delay = min(asked, MAX_CRAWL_DELAY_SECONDS)
        if delay < asked:
            cast("Any", self.crawler.spider).warn(f"{host} asks for a Crawl-delay of {asked:g} s; {delay:g} s is kept")
        keep_pace(self.crawler, host, delay)


def _is_robots(request: Request) -> bool:
    return bool(request.meta.get("is_robots"))


def manners_of(crawler: Crawler) -> Manners | None:
    """The manners of the crawl; None in a crawl without a ledger (tests of single parts)."""
    return getattr(getattr(crawler.spider, "recorder", None), "manners", None)


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


class CookieBound:
    """Only for a source that needs cookies: so many per answer and per crawl, none of them long; the rest is dropped
    before Scrapy's jar sees it."""

    PER_ANSWER, PER_CRAWL, LONGEST = 10, 100, 4096

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.kept: set[bytes] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CookieBound:
        """Scrapy's hook."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Thin out Set-Cookie."""
        given = response.headers.getlist("Set-Cookie")
        if not given:
            return response
        kept = []
        for cookie in given[: self.PER_ANSWER]:
            name = cookie.split(b"=", 1)[0].strip()
            if len(cookie) <= self.LONGEST and (name in self.kept or len(self.kept) < self.PER_CRAWL):
                self.kept.add(name)
                kept.append(cookie)
        if len(kept) < len(given):
            cast("Any", self.crawler.spider).warn(f"{host_of(request.url)} sets more or longer cookies than are kept")
            response.headers.setlist("Set-Cookie", kept)
        return response


def plain_reason(error: BaseException) -> str:
    """An exception of the network as one plain line."""
    text = " ".join(str(error).split())
    name = type(error).__name__
    return f"{name}: {text[:300]}" if text else name
