"""The page over HTTP: this machine only, for who has the token, and for no other site that a browser has open.

* bound to the loopback address; the Host header must name it (a name that was rebound to it does not);
* every request needs the session: the token of the address once, then a cookie (HttpOnly, SameSite=Strict);
* what changes something also needs an Origin that is ours and the secret of the form, and is small;
* headers under which a page loads and sends nothing elsewhere and runs no script of a document.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from flows.errors import where
from flows.serve import LOOPBACK
from flows.terminal import line

MAX_BODY: Final = 64 * 1024
MAX_FIELDS: Final = 40
MAX_PATH: Final = 4096
FORM: Final = "application/x-www-form-urlencoded"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser sends a form's Origin as null
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True)
class Answer:
    """What to send. headers: beside those that every answer has."""

    status: HTTPStatus
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request that may be answered. fields: of the query, or of the form; cookies: by name."""

    path: str
    fields: dict[str, str]
    cookies: dict[str, str]
    form_secret: str


class App(Protocol):
    """The pages behind the door."""

    def get(self, asked: Asked) -> Answer: ...

    def post(self, asked: Asked) -> Answer: ...


class ReviewServer(ThreadingHTTPServer):
    """Serves an app on the loopback address. token: who has it may come in."""

    daemon_threads = True

    def __init__(self, app: App, port: int = 0) -> None:
        self.app = app
        self.token = secrets.token_urlsafe(24)
        super().__init__((LOOPBACK, port), Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset({f"{LOOPBACK}:{self.port}", f"localhost:{self.port}"})

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/?token={self.token}"

    @property
    def cookie(self) -> str:
        return f"yujue_review_{self.port}"  # cookies of a machine are not told apart by their ports

    def secret(self, purpose: str) -> str:
        return hmac.new(self.token.encode(), purpose.encode(), hashlib.sha256).hexdigest()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not worth a traceback."""


class Handler(BaseHTTPRequestHandler):
    """GET, HEAD and POST, each through the same door."""

    server: ReviewServer
    server_version = "yujue"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._answer(self._get())

    def do_HEAD(self) -> None:
        self._answer(self._get(), body=False)

    def do_POST(self) -> None:
        self._answer(self._post())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Nothing on the terminal: results belong there."""

    # ------------------------------------------------------------------------------------------------------- the door

    def _get(self) -> Answer:
        refused = self._refused()
        if refused is not None:
            return refused
        parts = urlsplit(self.path)
        fields = _fields(parts.query)
        if fields is None:
            return _plain(HTTPStatus.BAD_REQUEST)
        given = fields.pop("token", None)
        if given is not None and parts.path == "/":
            if not hmac.compare_digest(given.encode(), self.server.token.encode()):
                return _plain(HTTPStatus.FORBIDDEN)
            cookie = f"{self.server.cookie}={self.server.secret('session')}; HttpOnly; SameSite=Strict; Path=/"
            return Answer(HTTPStatus.SEE_OTHER, headers={"Location": "/", "Set-Cookie": cookie})
        if not self._has_session():
            return _plain(HTTPStatus.FORBIDDEN)
        return self._told(self.server.app.get, Asked(parts.path, fields, self._cookies(), self.server.secret("form")))

    def _post(self) -> Answer:
        self.close_connection = True  # a body that is not read is not taken for the next request
        refused = self._refused()
        if refused is not None:
            return refused
        if not self._has_session() or self.headers.get("Origin") not in {f"http://{one}" for one in self.server.hosts}:
            return _plain(HTTPStatus.FORBIDDEN)
        if self.headers.get("Transfer-Encoding"):
            return _plain(HTTPStatus.LENGTH_REQUIRED)
        length = self.headers.get("Content-Length") or ""
        if not (length.isascii() and length.isdecimal()):
            return _plain(HTTPStatus.LENGTH_REQUIRED)
        if len(length) > 9 or int(length) > MAX_BODY:
            return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower() != FORM:
            return _plain(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            fields = _fields(self.rfile.read(int(length)).decode("utf-8"))
        except (UnicodeDecodeError, OSError):
            fields = None
        if fields is None:
            return _plain(HTTPStatus.BAD_REQUEST)
        secret = self.server.secret("form")
        if not hmac.compare_digest(fields.pop("secret", "").encode(), secret.encode()):
            return _plain(HTTPStatus.FORBIDDEN)
        self.close_connection = False
        return self._told(self.server.app.post, Asked(urlsplit(self.path).path, fields, self._cookies(), secret))

    def _told(self, ask: Callable[[Asked], Answer], asked: Asked) -> Answer:
        try:
            return ask(asked)
        except Exception as error:  # noqa: BLE001 - a bug of ours in one page does not end the sitting
            line(f"程序错误：{where(error)}", f"a bug of ours: {where(error)}", mark="yujue:")
            return _plain(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _refused(self) -> Answer | None:
        """The answer to a request that comes by another name, or from another site's page."""
        if self.headers.get_all("Host") is None or len(self.headers.get_all("Host", [])) != 1:
            return _plain(HTTPStatus.BAD_REQUEST)
        if self.headers["Host"].strip().lower() not in self.server.hosts:
            return _plain(HTTPStatus.MISDIRECTED_REQUEST)
        if len(self.path) > MAX_PATH or not self.path.startswith("/"):
            return _plain(HTTPStatus.BAD_REQUEST)
        if self.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            return _plain(HTTPStatus.FORBIDDEN)
        return None

    def _has_session(self) -> bool:
        given = self._cookies().get(self.server.cookie, "")
        return hmac.compare_digest(given.encode(), self.server.secret("session").encode())

    def _cookies(self) -> dict[str, str]:
        try:
            return {name: one.value for name, one in SimpleCookie(self.headers.get("Cookie", "")).items()}
        except CookieError:
            return {}

    # -------------------------------------------------------------------------------------------------------- sending

    def _answer(self, answer: Answer, *, body: bool = True) -> None:
        try:
            self.send_response(answer.status)
            headers = {"Cache-Control": "no-store", **HEADERS, **answer.headers}
            headers |= {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body))}
            for name, value in headers.items():
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            if body:
                self.wfile.write(answer.body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


def _fields(query: str) -> dict[str, str] | None:
    """Fields of a query or form, the last of each name; None where it is not one."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        return None
    return dict(pairs)


def _plain(status: HTTPStatus) -> Answer:
    text = f"{status.value} {status.phrase}\n"
    return Answer(status, text.encode(), "text/plain; charset=utf-8")
