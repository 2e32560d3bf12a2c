"""Settings of the crawl: the only module of this package that reads the environment, and Scrapy's settings.

| variable | meaning | default |
|---|---|---|
| YUJUE_DATA_ROOT | folder of archive, ledger and everything made from them | `data` |
| YUJUE_CRAWL_CONTACT | mail or web address in the user agent, so that a site can reach us; no real host without it | none |
| YUJUE_CRAWL_NIGHT | hours in which real hosts are asked, Asia/Shanghai; `always` for any | `20:00-08:00` |
| YUJUE_CRAWL_DAILY_CAP | requests to one host in a day (Asia/Shanghai) at most | 10000 |
| YUJUE_CRAWL_ALLOW_PRIVATE_HOSTS | comma list of loopback or private addresses a source may be listed on | none |
| YUJUE_CRAWL_AT_ONCE | sources that are crawled at the same time, each in its own process (never two on one host) | 1 |
| YUJUE_CRAWL_SECONDS | the crawl of one source is stopped after so many seconds | 14400 |
"""  # noqa: E501 (a table)

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from crawl.address import host_of, is_private, literal_address
from crawl.night import parse_window
from crawl.source import Source

PROJECT = "yujue"
VERSION = "0.1.0"
MAX_CRAWL_DELAY_SECONDS = 60.0  # a longer Crawl-delay of robots.txt is cut to this, with a warning
MAX_REDIRECTS = 5
JITTER = 0.1  # a delay is 1 to 1.2 times what it is set to
NIGHT = "20:00-08:00"
DAILY_CAP = 10_000
MAX_AT_ONCE = 32
ROOT = Path(__file__).resolve().parents[1]


class CrawlSettings(msgspec.Struct, frozen=True):
    """What the environment decides. seconds: hard limit for one crawl; grace_seconds: between TERM and KILL.

    night: hours in which real hosts are asked (see `crawl.night.parse_window`); daily_cap: requests to one host a day.
    at_once: sources crawled at the same time.
    """

    data_root: Path
    contact: str | None = None
    private_hosts: frozenset[str] = frozenset()
    seconds: float = 4 * 3600.0
    grace_seconds: float = 10.0
    night: str = "always"
    daily_cap: int = DAILY_CAP
    at_once: int = 1


def from_environment(environment: Mapping[str, str] | None = None) -> CrawlSettings:
    """Read the settings. Raises ValueError naming the variable when one cannot be used."""
    values = os.environ if environment is None else environment
    seconds = values.get("YUJUE_CRAWL_SECONDS", "14400")
    try:
        limit = float(seconds)
    except ValueError:
        limit = 0.0
    if not 0 < limit < 1e7:
        raise ValueError(f"YUJUE_CRAWL_SECONDS: expected a number of seconds, not {seconds!r}")
    night = values.get("YUJUE_CRAWL_NIGHT") or NIGHT
    try:
        parse_window(night)
    except ValueError as error:
        raise ValueError(f"YUJUE_CRAWL_NIGHT: {error}") from error
    cap = values.get("YUJUE_CRAWL_DAILY_CAP") or str(DAILY_CAP)
    if not (cap.isascii() and cap.isdecimal() and 0 < int(cap) < 10_000_000):
        raise ValueError(f"YUJUE_CRAWL_DAILY_CAP: expected a number of requests, not {cap!r}")
    at_once = values.get("YUJUE_CRAWL_AT_ONCE") or "1"
    if not (at_once.isascii() and at_once.isdecimal() and 0 < int(at_once) <= MAX_AT_ONCE):
        raise ValueError(f"YUJUE_CRAWL_AT_ONCE: expected a number from 1 to {MAX_AT_ONCE}, not {at_once!r}")
    hosts = values.get("YUJUE_CRAWL_ALLOW_PRIVATE_HOSTS", "")
    contact = "".join(c for c in values.get("YUJUE_CRAWL_CONTACT", "") if c.isprintable()).strip()
    return CrawlSettings(
        data_root=Path(values.get("YUJUE_DATA_ROOT") or "data"),
        contact=contact or None,
        private_hosts=frozenset(host.strip().lower() for host in hosts.split(",") if host.strip()),
        seconds=limit,
        night=night,
        daily_cap=int(cap),
        at_once=int(at_once),
    )


def become(environment: Mapping[str, str]) -> None:
    """Put this environment in the place of the one a forked process has inherited, its time zone with it."""
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


def child_environment() -> dict[str, str]:
    """Environment for the crawl process: ours, with this package importable whatever the working folder is."""
    environment = dict(os.environ)
    paths = [str(ROOT), *filter(None, [environment.get("PYTHONPATH")])]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    return environment


def private_hosts_of(source: Source, allowed: frozenset[str]) -> frozenset[str]:
    """Private addresses this source may reach: those its own listings are written with, where the source says that it
    is a test source, or the setting names them."""
    listed = {host_of(listing.url) for listing in source.listings}
    literals = {host for host in listed if (ip := literal_address(host)) is not None and is_private(ip)}
    return frozenset(literals if source.test_source else literals & allowed)


def user_agent(contact: str | None, *, mobile: bool = False) -> str:
    """Honest: the project, what it does, and how to reach whoever runs it. mobile: for sites for phones."""
    reach = f"; {contact}" if contact else ""
    phone = "Mozilla/5.0 (Linux; Android 14; Mobile) " if mobile else ""
    return f"{phone}{PROJECT}/{VERSION} (crawler of published government budgets{reach})"


def with_jitter(seconds: float) -> tuple[float, float]:
    """Scrapy's delay and jitter (± a share of the delay) that give between `seconds` and 1.2 times `seconds`."""
    return seconds * (1 + JITTER), JITTER / (1 + JITTER)


def scrapy_settings(source: Source, settings: CrawlSettings, incoming: Path | None = None) -> dict[str, Any]:
    """Scrapy's settings for one source. Every line that differs from Scrapy's default is here on purpose.

    incoming: folder for large bodies on their way in (default: that of the data root's archive).
    """
    politeness = source.politeness
    delay, jitter = with_jitter(politeness.delay_seconds)
    return {
        "BOT_NAME": PROJECT,
        "USER_AGENT": user_agent(settings.contact, mobile=politeness.mobile),
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
            "Accept-Encoding": "gzip, deflate",  # crawl.download unpacks them as they come, within limits
        },
        # one request at a time: these are single small servers
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": delay,
        "DOWNLOAD_DELAY_JITTER": jitter,
        "AUTOTHROTTLE_ENABLED": False,  # it lowers a Crawl-delay back to DOWNLOAD_DELAY; see crawl.pace
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "DOWNLOAD_TIMEOUT": politeness.timeout_seconds,
        "DOWNLOAD_MAXSIZE": politeness.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "RETRY_TIMES": politeness.retries,
        "RETRY_HTTP_CODES": [500, 502, 503, 504, 522, 524, 408],  # not 429: that is a refusal
        "RETRY_GIVE_UP_LOG_LEVEL": "WARNING",  # it is a row of the ledger, not an error of ours
        "REDIRECT_MAX_TIMES": MAX_REDIRECTS,
        "HTTPERROR_ALLOW_ALL": True,  # every status reaches the spider and becomes a visit
        "COOKIES_ENABLED": politeness.cookies,
        "REFERRER_POLICY": "same-origin",
        "ROBOTSTXT_OBEY": False,  # obeyed by our own middleware, which keeps the file over runs
        "REMOTE_CONTROL_ENABLED": False,  # on by default in 2.19: a local server that executes Python
        "TELNETCONSOLE_ENABLED": False,
        "HTTPPROXY_ENABLED": False,  # a proxy would resolve names past the guard
        "DOWNLOAD_HANDLERS": {
            "file": None,
            "ftp": None,
            "s3": None,
            "data": None,
            "http": "crawl.download.Handler",
            "https": "crawl.download.Handler",
        },
        "YUJUE_INCOMING": str(incoming or settings.data_root / "archive" / ".incoming" / source.source_id),
        "TWISTED_DNS_RESOLVER": "crawl.middlewares.GuardResolver",
        "YUJUE_PRIVATE_HOSTS": sorted(private_hosts_of(source, settings.private_hosts)),
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawl.middlewares.ResumeMiddleware": 10,
            "crawl.middlewares.GuardMiddleware": 50,
            "crawl.middlewares.TwinMiddleware": 60,
            "crawl.middlewares.RobotsMiddleware": 100,
            "crawl.middlewares.ConditionalMiddleware": 450,
            **({"crawl.middlewares.CookieBound": 710} if politeness.cookies else {}),
            "crawl.middlewares.MannersMiddleware": 950,
        },
        # without the consoles, exports and servers of Scrapy's own list: they are imported even where they are off,
        # half a second of every crawl, and none of them is ever wanted here
        "EXTENSIONS_BASE": {
            "scrapy.extensions.corestats.CoreStats": 0,
            "scrapy.extensions.logcount.LogCount": 0,
            "scrapy.extensions.memusage.MemoryUsage": 0,
        },
        "EXTENSIONS": {"crawl.pace.Throttle": 0},
        "MEMUSAGE_LIMIT_MB": 2048,
        "WARN_ON_GENERATOR_RETURN_VALUE": False,  # reads our own source code again in every crawl
        "LOG_LEVEL": "INFO",
        "LOGSTATS_INTERVAL": 0,
    }
