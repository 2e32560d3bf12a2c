"""Our download handler for http and https: Scrapy's, with bodies that go to disk, and bounds it does not have.

- A body is unpacked as it comes and spooled (`crawl.spool`): neither a large file nor a packed bomb lies in memory.
- Headers have a limit (Twisted has one per line, none for their number).
- Time has two limits: `politeness.timeout_seconds` until the body begins, and from then on an average of at least
  `SLOWEST_BYTES_PER_SECOND`, for `LONGEST_SECONDS` at most; so a large file may take its time, a trickle may not.
- A server that speaks only old TLS (1.0, 1.1, small keys) is asked again with it: per host, and noted in the ledger.

Scrapy is pinned to one minor version; the private names used here are those of 2.19.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from OpenSSL import SSL
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ResponseReader,
    _ScrapyAgent,
)
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, ResponseDataLossError
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.protocol import connectionDone
from twisted.internet.ssl import TLSVersion
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed, ResponseNeverReceived
from twisted.web.iweb import UNKNOWN_LENGTH

from crawl.hosts import origin_of
from crawl.spool import BodyRefused, Spool

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

MAX_HEADER_BYTES: Final = 128 * 1024
MAX_HEADER_LINES: Final = 500
SLOWEST_BYTES_PER_SECOND: Final = 16 * 1024
LONGEST_SECONDS: Final = 1800.0


class NotTaken(IgnoreRequest):
    """An answer we do not take, by our own limits. The message is the reason, one plain line. Not asked for again."""


class _Parser(_LenientHTTPClientParser):
    """Counts what comes before the body, interim (1xx) answers included."""

    header_bytes = 0
    header_lines = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 (Twisted's name)
        self.header_bytes += len(line)
        self.header_lines += 1
        if self.header_bytes > MAX_HEADER_BYTES or self.header_lines > MAX_HEADER_LINES:
            raise NotTaken(f"more than {MAX_HEADER_LINES} lines or {MAX_HEADER_BYTES} bytes of headers")
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802 (Twisted's name)
        raise NotTaken(f"a header line of more than {self.MAX_LENGTH} bytes")


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Any:
        result = super().request(request)
        self._parser.__class__ = _Parser
        return result


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 (Twisted's name)
        return cast("Any", _Protocol)(self._quiescentCallback)


class _Reader(_ResponseReader):
    """Puts the body into a spool. `longer` is called with the bytes received, to move the deadline."""

    def __init__(self, spool: Spool, longer: Any, **kwargs: Any) -> None:
        super().__init__(warnsize=0, **kwargs)
        self._spool = spool
        self._longer = longer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        if self._finished.called:
            return
        self._bytes_received += len(data)
        try:
            if self._bytes_received > self._maxsize and not self._spool.enough:
                raise DownloadCancelledError(f"more than {self._maxsize} bytes")
            self._spool.write(data)
        except (BodyRefused, DownloadCancelledError, OSError) as error:
            self._give_up(NotTaken(str(error)) if isinstance(error, BodyRefused) else error)
            return
        if self._spool.enough:
            self._finish_response(flags=["cut"])
            self._abort()
            return
        self._longer(self._bytes_received)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 (Twisted's name)
        try:
            super().connectionLost(reason)
        except BodyRefused as error:  # packed, and cut short
            self._spool.discard()
            if not self._finished.called:
                self._finished.errback(_failure(NotTaken(str(error))))
        else:
            if isinstance(getattr(self._finished, "result", None), Failure):
                self._spool.discard()

    def _finish_response(self, flags: list[str] | None = None, stop_download: Any = None) -> None:
        body = self._spool.finish()
        self._finished.callback(
            {
                "txresponse": self._txresponse,
                "body": body,
                "flags": flags,
                "certificate": self._certificate,
                "ip_address": self._ip_address,
                "stop_download": stop_download,
            }
        )

    def _give_up(self, error: Exception) -> None:
        self._spool.discard()
        self._finished.errback(_failure(error))
        self._abort()

    def _abort(self) -> None:
        self._txresponse._transport._producer.abortConnection()


class _Agent(_ScrapyAgent):
    """One request."""

    def __init__(self, *, incoming: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._incoming = incoming
        self._started = time.monotonic()
        self._patience = 0.0

    def download_request(self, request: Request) -> Deferred[Response]:
        """Ask; the timeout of the request is the time until the body has to come in good order."""
        self._started = time.monotonic()
        self._patience = float(request.meta.get("download_timeout") or 60.0)
        return super().download_request(request)

    def _longer(self, received: int) -> None:
        """Move the deadline for what has come."""
        allowed = min(self._patience + received / SLOWEST_BYTES_PER_SECOND, LONGEST_SECONDS)
        left = self._started + allowed - time.monotonic()
        call: Any = self._timeout_cl
        if call.active():
            call.reset(max(left, 0.0))

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        headers = self._headers_from_twisted_response(txresponse)
        if txresponse.length == 0:
            return {
                "txresponse": txresponse,
                "certificate": getattr(txresponse, "_scrapy_certificate", None),
                "ip_address": getattr(txresponse, "_scrapy_ip_address", None),
            }
        maxsize = int(request.meta.get("download_maxsize", self._maxsize))
        keep_first = int(request.meta.get("keep_first", 0))
        try:
            if txresponse.length != UNKNOWN_LENGTH and txresponse.length > maxsize and not keep_first:
                raise DownloadCancelledError(f"{txresponse.length} bytes announced")
            coding = b",".join(headers.getlist("Content-Encoding")).decode("latin-1")
            spool = Spool(self._incoming, max_bytes=maxsize, content_encoding=coding, keep_first=keep_first)
        except (BodyRefused, DownloadCancelledError) as error:
            txresponse._transport._producer.abortConnection()
            raise (NotTaken(str(error)) if isinstance(error, BodyRefused) else error) from error
        finished: Deferred[Any] = Deferred(partial(self._cancel_and_discard, txresponse=txresponse, spool=spool))
        txresponse.deliverBody(
            _Reader(
                spool,
                self._longer,
                finished=finished,
                txresponse=txresponse,
                request=request,
                maxsize=maxsize,
                fail_on_dataloss=self._fail_on_dataloss,
                crawler=self._crawler,
            )
        )
        self._txresponse = txresponse
        return finished

    @staticmethod
    def _cancel_and_discard(_: Any, txresponse: Any, spool: Spool) -> None:
        spool.discard()
        txresponse._transport._producer.abortConnection()

    def _cb_bodydone(self, result: Any, url: str) -> Response:
        response: Response = super()._cb_bodydone(result, url)
        response.headers.pop("Content-Encoding", None)  # the body is unpacked
        return response


class LegacyTls(_ScrapyClientContextFactory):
    """Whatever OpenSSL still speaks: TLS 1.0, small keys, SHA-1."""

    def _get_cert_options(self) -> Any:
        options = super()._get_cert_options()
        options.getContext().set_cipher_list(b"ALL:@SECLEVEL=0")
        return options


class Handler(HTTP11DownloadHandler):
    """For the settings DOWNLOAD_HANDLERS. Needs YUJUE_INCOMING, the folder of the spool."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory
        self._incoming = Path(crawler.settings["YUJUE_INCOMING"])
        self._spoke: set[str] = set()  # origins that have answered in this run
        self._legacy = LegacyTls(method=None, tls_min_version=TLSVersion.TLSv1_0, tls_max_version=TLSVersion.TLSv1_2)

    async def download_request(self, request: Request) -> Response:
        """Ask; once more with old TLS where new TLS is not spoken."""
        manners: Any = getattr(getattr(self._crawler.spider, "recorder", None), "manners", None)
        legacy = manners is not None and manners.host(request.url).tls == "legacy"
        origin = origin_of(request.url)
        try:
            response = await self._ask(request, self._legacy if legacy else self._contextFactory)
        except Exception as error:
            # many an old server just hangs up on a greeting it does not know
            reason = tls_reason(error) or ("it hung up" if _inside(error, ResponseNeverReceived) else None)
            if legacy or reason is None or origin in self._spoke or not origin.startswith("https:"):
                raise
            self._spoke.add(origin)  # one try is enough
            try:
                response = await self._ask(request, self._legacy)
            except Exception:  # noqa: BLE001 (it was not that)
                raise error from None
            if manners is not None:
                manners.note_tls(request.url)
                spider: Any = self._crawler.spider
                spider.warn(f"{manners.host(request.url).host} speaks only old TLS ({reason}): asked with it from now")
        self._spoke.add(origin)
        return response

    async def _ask(self, request: Request, context_factory: Any) -> Response:
        agent = _Agent(
            incoming=self._incoming,
            contextFactory=context_factory,
            pool=self._pool,
            maxsize=self._default_maxsize,
            fail_on_dataloss=True,
            crawler=self._crawler,
        )
        try:
            with wrap_twisted_exceptions():
                return cast("Response", await maybe_deferred_to_future(agent.download_request(request)))
        except Exception as error:
            refused = _inside(error, NotTaken)
            if refused is not None:  # raised inside the parser, wrapped by Twisted
                raise NotTaken(str(refused)) from error
            loss = _inside(error, ResponseDataLossError)
            if loss is not None:
                raise ResponseDataLossError("the transfer broke off before the end") from error
            raise


def _failure(error: Exception) -> Any:
    return cast("Any", Failure)(error)


def tls_reason(error: BaseException) -> str | None:
    """What OpenSSL said, when a request failed in the TLS handshake."""
    found = _inside(error, SSL.Error)
    if found is None:
        return None
    words = [str(part[-1]) for part in (found.args[0] if found.args and isinstance(found.args[0], list) else [])]
    return ", ".join(words) or "TLS handshake failed"


def _inside(error: BaseException, wanted: type[BaseException]) -> BaseException | None:
    """The first exception of a kind in the chain of causes, and in the reasons Twisted gives."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, wanted):
            return one
        if id(one) in seen or len(seen) > 50:
            continue
        seen.add(id(one))
        waiting.extend(cause for cause in (one.__cause__,) if cause is not None)
        if isinstance(one, ResponseFailed):
            waiting.extend(reason.value for reason in one.reasons if isinstance(reason.value, BaseException))
    return None
