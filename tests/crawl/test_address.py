"""Which urls may be asked for."""

from __future__ import annotations

import pytest

from crawl.address import clean_url, file_name_of, is_private, literal_address, refusal, site_of


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "10.1.2.3", "192.168.0.1", "172.16.5.5",
     "169.254.169.254", "100.64.0.1", "224.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1", "fd00::1", "2002:7f00:1::",
     "64:ff9b::7f00:1", "255.255.255.255"],
)  # fmt: skip
def test_private_in_every_notation(host: str) -> None:
    literal = literal_address(host)
    assert literal is not None
    assert is_private(literal)
    url = f"http://[{host}]/" if ":" in host else f"http://{host}/"
    reason = refusal(url, sites={site_of(url)}, private_hosts=())
    assert reason is not None
    assert reason.startswith("guard: ")


@pytest.mark.parametrize("host", ["114.114.114.114", "2400:3200::1", "::ffff:114.114.114.114"])
def test_public_addresses(host: str) -> None:
    literal = literal_address(host)
    assert literal is not None
    assert not is_private(literal)


def test_names_are_no_literals() -> None:
    assert literal_address("www.example.gov.cn") is None
    assert literal_address("10.example.gov.cn") is None


def test_an_allowed_private_host_is_only_itself() -> None:
    sites, allowed = {"127.0.0.1:8000"}, {"127.0.0.1"}
    assert refusal("http://127.0.0.1:8000/a", sites=sites, private_hosts=allowed) is None
    assert "offsite" in (refusal("http://127.0.0.1:22/", sites=sites, private_hosts=allowed) or "")
    assert "guard" in (refusal("http://127.0.0.2:8000/", sites=sites, private_hosts=allowed) or "")


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "ftp://a.example/", "data:text/plain,x", "http:///x", "http://a:b/"]
)
def test_other_schemes(url: str) -> None:
    assert "not an address to crawl" in (refusal(url, sites=set(), private_hosts=()) or "")


def test_one_site_under_several_spellings() -> None:
    assert site_of("https://www.a.gov.cn/x") == site_of("http://A.gov.cn:80/") == "a.gov.cn"
    assert site_of("http://a.gov.cn:8080/") == "a.gov.cn:8080"
    assert refusal("http://evil.example/?a.gov.cn", sites={"a.gov.cn"}, private_hosts=()) is not None
    assert refusal("http://a.gov.cn.evil.example/", sites={"a.gov.cn"}, private_hosts=()) is not None
    assert refusal("http://a.gov.cn@evil.example/", sites={"a.gov.cn"}, private_hosts=()) is not None


def test_clean_url() -> None:
    assert clean_url(" http://a.cn/预算.pdf?x=1#top ") == "http://a.cn/%E9%A2%84%E7%AE%97.pdf?x=1"
    assert clean_url("http://a.cn") == "http://a.cn/"
    with pytest.raises(ValueError, match="characters"):
        clean_url("http://a.cn/" + "预" * 500)


def test_file_names() -> None:
    assert file_name_of("http://a.cn/x/%E9%A2%84%E7%AE%97.pdf?h=1") == "预算.pdf"
    assert file_name_of("http://a.cn/x/%D4%A4%CB%E3.doc") == "预算.doc"
    assert file_name_of("http://a.cn/x/") is None
