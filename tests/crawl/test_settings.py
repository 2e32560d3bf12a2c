"""Settings come from the environment, and Scrapy's dangerous defaults are off."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawl.settings import CrawlSettings, from_environment, private_hosts_of, scrapy_settings, user_agent
from crawl.source import load_source


def source(folder: Path, host: str = "127.0.0.1:80"):  # type: ignore[no-untyped-def]
    path = folder / "s.yml"
    path.write_text(
        "code: 130630\npublisher: x\nplatform: static\n"
        f"listings: [{{url: 'http://{host}/', kind: department_budget}}]\n",
        encoding="utf-8",
    )
    return load_source(path)


def test_defaults() -> None:
    assert from_environment({}) == CrawlSettings(
        Path("data"), None, frozenset(), 14400.0, 10.0, night="20:00-08:00", daily_cap=10_000
    )


def test_everything_set() -> None:
    found = from_environment(
        {
            "YUJUE_DATA_ROOT": "/d",
            "YUJUE_CRAWL_CONTACT": "a@b.cn\r\nX-Evil: 1",
            "YUJUE_CRAWL_ALLOW_PRIVATE_HOSTS": "127.0.0.1, ::1",
            "YUJUE_CRAWL_SECONDS": "60",
            "YUJUE_CRAWL_NIGHT": "always",
            "YUJUE_CRAWL_DAILY_CAP": "500",
        }
    )
    assert found == CrawlSettings(Path("/d"), "a@b.cnX-Evil: 1", frozenset({"127.0.0.1", "::1"}), 60.0, daily_cap=500)


@pytest.mark.parametrize("value", ["soon", "0", "-5", "nan", "inf"])
def test_unusable_seconds(value: str) -> None:
    with pytest.raises(ValueError, match="YUJUE_CRAWL_SECONDS"):
        from_environment({"YUJUE_CRAWL_SECONDS": value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NIGHT", "night"),
        ("NIGHT", "25:00-26:00"),
        ("NIGHT", "8-20"),
        ("DAILY_CAP", "0"),
        ("DAILY_CAP", "many"),
        ("AT_ONCE", "0"),
        ("AT_ONCE", "99"),
    ],
)
def test_unusable_manners(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"YUJUE_CRAWL_{name}"):
        from_environment({f"YUJUE_CRAWL_{name}": value})


def test_private_hosts_need_both_the_listing_and_the_setting(tmp_path: Path) -> None:
    loopback = source(tmp_path)
    assert private_hosts_of(loopback, frozenset({"127.0.0.1", "10.0.0.1"})) == {"127.0.0.1"}
    assert private_hosts_of(loopback, frozenset()) == frozenset()
    assert private_hosts_of(source(tmp_path, "www.a.gov.cn"), frozenset({"127.0.0.1"})) == frozenset()
    assert private_hosts_of(source(tmp_path, "localhost"), frozenset({"localhost"})) == frozenset()


def test_scrapy_is_tamed(tmp_path: Path) -> None:
    found = scrapy_settings(source(tmp_path), CrawlSettings(tmp_path))
    for off in (
        "REMOTE_CONTROL_ENABLED",
        "TELNETCONSOLE_ENABLED",
        "COOKIES_ENABLED",
        "HTTPPROXY_ENABLED",
        "AUTOTHROTTLE_ENABLED",
    ):
        assert found[off] is False
    handlers = {scheme: handler for scheme, handler in found["DOWNLOAD_HANDLERS"].items() if handler}
    assert set(handlers) == {"http", "https"}
    assert found["DOWNLOAD_DELAY"] * (1 - found["DOWNLOAD_DELAY_JITTER"]) >= 0.999, "jitter only adds"
    assert found["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
    assert found["REDIRECT_MAX_TIMES"] <= 5
    assert 0 < found["DOWNLOAD_MAXSIZE"] <= 64_000_000


def test_user_agent_is_honest() -> None:
    assert user_agent("mail@example.org").startswith("yujue/")
    assert "mail@example.org" in user_agent("mail@example.org")
    assert "Mozilla" not in user_agent(None)
    phone = user_agent("mail@example.org", mobile=True)
    assert "Mobile" in phone
    assert "yujue/" in phone, "who we are is said all the same"
