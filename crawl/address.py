"""Addresses: which site a url belongs to, and whether its host is a machine of our own network. Pure functions."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import unquote_to_bytes, urlsplit, urlunsplit

from w3lib.url import safe_url_string

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
MAX_URL_LENGTH = 2083


def clean_url(url: str) -> str:
    """The url as it is asked for: white space stripped, fragment dropped, non-ASCII percent-encoded as UTF-8.

    Raises ValueError for anything that is not an http(s) url with a host, or is longer than 2083 characters.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError(f"not http(s): {url[:80]!r}")
    if not parts.hostname:
        raise ValueError(f"no host: {url[:80]!r}")
    _ = parts.port  # raises ValueError for a port that is no number
    if len(url) > 4 * MAX_URL_LENGTH:
        raise ValueError(f"url of {len(url)} characters")
    safe: str = safe_url_string(urlunsplit(parts._replace(fragment="", path=parts.path or "/")), encoding="utf-8")
    if len(safe) > MAX_URL_LENGTH:
        raise ValueError(f"url of {len(safe)} characters")
    return safe


def host_of(url: str) -> str:
    """Lower-case host name or address of a url, without port and brackets ('' when it has none)."""
    return (urlsplit(url).hostname or "").rstrip(".")


def site_of(url: str) -> str:
    """What counts as one site: host without a leading `www.`, plus the port unless it is the scheme's own.

    http and https of one host are one site; another port is another server (and may be another owner's).
    """
    parts = urlsplit(url)
    host = host_of(url).removeprefix("www.")
    if parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme):
        return host
    return f"{host}:{parts.port}"


def literal_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address a host is written as, in any notation a resolver would take (127.1, 0x7f000001, 2130706433)."""
    try:
        return ipaddress.ip_address(host.strip("[]").split("%", 1)[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def is_private(address: str | ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is not one of the public internet (loopback, private, link-local, shared, multicast, …)."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_private(inner)
    return not ip.is_global or ip.is_multicast


def refusal(url: str, *, sites: Collection[str], private_hosts: Collection[str]) -> str | None:
    """Why this url must not be asked for, in one plain line; None when it may be.

    sites: the `site_of` values of the source. private_hosts: hosts on our own network that this source may reach.
    A host *name* that resolves to a private address is caught later, by the resolver.
    """
    try:
        url = clean_url(url)
    except ValueError as error:
        return f"not an address to crawl: {error}"
    host = host_of(url)
    literal = literal_address(host)
    if literal is not None and is_private(literal) and host not in private_hosts:
        return f"guard: {host} is not an address of the public internet"
    if site_of(url) not in sites:
        return f"offsite: {site_of(url)} is not a site of this source"
    return None


def file_name_of(url: str) -> str | None:
    """Last part of the path, percent-decoded (UTF-8, else GB18030); None when the path ends with a slash."""
    last = unquote_to_bytes(urlsplit(url).path.rsplit("/", 1)[-1])
    try:
        name = last.decode("utf-8")
    except UnicodeDecodeError:
        name = last.decode("gb18030", errors="replace")
    return name.replace("/", "_").replace("\x00", "") or None
