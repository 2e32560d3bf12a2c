"""Sources whose site moved, platforms and their options."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from crawl.platforms import PLATFORMS, area_code_of, family_of, guess_platform
from crawl.settings import private_hosts_of
from crawl.source import SourceError, first_day, last_day, load_source

MOVED = """\
code: 130630
publisher: 涞源县人民政府
eras:
  - from: 2024-05
    platform: jcms
    listings:
      - url: https://www.example.gov.cn/col/col1/index.html
      - url: https://www.example.gov.cn/col/col2/index.html
  - from: 2019
    until: 2024-05
    platform: trs
    listings: [{url: "http://still.example.gov.cn/czyjs/"}]
  - until: 2019
    gone: true
    platform: vsb
    listings: [{url: "http://old.example.gov.cn/czyjs.htm"}]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "130630_laiyuan.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_site_that_moved_keeps_its_old_listings(tmp_path: Path) -> None:
    source = load_source(write(tmp_path, MOVED))
    assert [one.url.split("/")[2] for one in source.listings] == ["www.example.gov.cn"] * 2 + ["still.example.gov.cn"]
    assert [source.era_of(number).platform for number in range(3)] == ["jcms", "jcms", "trs"]
    assert source.platform == "jcms"
    assert "old.example.gov.cn" not in source.sites  # gone: never asked
    assert source.eras[2].listings[0].url == "http://old.example.gov.cn/czyjs.htm"


def test_the_simple_form_is_one_era(tmp_path: Path) -> None:
    text = "code: 130630\npublisher: x\nlistings:\n  - url: http://a.gov.cn/czyjs/\n"
    source = load_source(write(tmp_path, text))
    assert (source.platform, source.status, source.listings[0].kind) == ("static", "active", None)
    era = source.era_of(0)
    assert (era.platform, era.listings, era.gone) == ("static", source.listings, False)


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ("  - from: 2024-05", "  - from: May 2024", 4, "eras[1].from", "a year, month or day"),
        ("  - from: 2019\n    until: 2024-05", "  - from: 2025\n    until: 2024-05", 9, "eras[2]", "later than until"),
        ("gone: true", "gon: true", 14, "eras[3].gon", "did you mean 'gone'?"),
        ("gone: true", "gone: 1", 14, "eras[3].gone", "expected true or false"),
        ("publisher: 涞源县人民政府", "publisher: x\nplatform: trs", 1, None, "platform stands beside eras"),
        ("    listings: [{url: \"http://old", "    listing: [{url: \"http://old", 16, "eras[3].listing", "'listings'"),
        ("platform: vsb", "platform: vsb\n    options: {area_code: 130630}", 13, "eras[3]",
         "takes no option 'area_code'"),
        ("/col/col1/index.html", "/#/col1", 7, "eras[1].listings[1].url", "`fragment:`"),
    ],
)  # fmt: skip
def test_an_era_that_is_wrong_is_one_line(  # noqa: PLR0917
    tmp_path: Path, old: str, new: str, line: int, key: str | None, says: str
) -> None:
    assert old in MOVED
    path = write(tmp_path, MOVED.replace(old, new, 1))
    with pytest.raises(SourceError) as caught:
        load_source(path)
    assert says in str(caught.value)
    assert (caught.value.line, caught.value.key) == (line, key)


def test_nothing_that_can_be_asked(tmp_path: Path) -> None:
    gone = MOVED[: MOVED.index("  - from: 2024-05")] + MOVED[MOVED.index("  - until: 2019") :]
    with pytest.raises(SourceError, match="every era is gone"):
        load_source(write(tmp_path, gone))
    assert load_source(write(tmp_path, "status: retired\n" + gone)).listings == ()
    with pytest.raises(SourceError, match="`listings` \\(or `eras`\\)"):
        load_source(write(tmp_path, "code: 130630\npublisher: x\n"))


def test_options_are_those_of_the_platform(tmp_path: Path) -> None:
    text = "code: 320302\npublisher: x\nplatform: jiangsu_yjsgk\nlistings: [{url: http://yjsgk.jsczt.cn/}]\n"
    with pytest.raises(SourceError, match=r"needs the option 'area_code': add `options: \{area_code"):
        load_source(write(tmp_path, text))
    assert load_source(write(tmp_path, text + "options: {area_code: 320302000}")).options.area_code == "320302000"
    with pytest.raises(SourceError, match="takes no option 'column_id'"):
        load_source(write(tmp_path, text + "options: {area_code: 320302000, column_id: 1}"))
    with pytest.raises(SourceError, match=r":5: options.area_code: expected an area code of 6 to 12 digits"):
        load_source(write(tmp_path, text + "options: {area_code: 3203}"))


def test_a_test_source_may_be_asked_on_loopback_and_quickly(tmp_path: Path) -> None:
    text = "code: 130630\npublisher: x\nlistings: [{url: 'http://127.0.0.1:8000/'}]\n"
    assert private_hosts_of(load_source(write(tmp_path, text)), frozenset()) == frozenset()
    source = load_source(write(tmp_path, text + "test_source: true\npoliteness: {delay_seconds: 0}\n"))
    assert private_hosts_of(source, frozenset()) == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("url", "fragment", "platform", "sure"),
    [
        ("http://yjsgk.jsczt.cn/", "/overView?code=320302000", "jiangsu_yjsgk", True),
        ("https://czt.nmg.gov.cn/yjs/business/page/index?cityCode=150900&areaCode=150924", "", "neimenggu_yjs", True),
        ("http://www.a.gov.cn/col/col9999/index.html", "", "jcms", True),
        ("http://www.a.gov.cn/columns/6ed98fe4-ec9e-4238-9d1d-674cd2f17369/index.html", "", "columns", True),
        ("https://www.a.gov.cn/gkmlpt/index", "", "gkmlpt", True),
        ("https://www.a.gov.cn/public/column/13741?type=4&catId=7003401", "", "openness", False),
        ("https://www.a.gov.cn/a/c116540n/list_zt_yjs.shtml", "", "shtml", False),
        ("https://www.a.gov.cn/zfxxgk/czyjs.htm", "", "vsb", False),
        ("http://www.a.gov.cn/xxgk/czyjs.jsp", "", "dynamic", False),
        ("http://www.a.gov.cn/zwgk/czyjs/", "", "trs", False),
        ("http://www.a.gov.cn/zwgk/czyjs/index.html", "", "trs", False),
        ("http://www.a.gov.cn/info/index.html", "/czyjs", "browser", False),
        ("http://www.a.gov.cn/zwgk/zdlyxx/", "czsj", "trs", False),  # a place in the page
        ("http://www.a.gov.cn/", "", "static", False),
    ],
)
def test_a_platform_is_guessed_from_the_address(url: str, fragment: str, platform: str, sure: bool) -> None:
    guess = guess_platform(url, fragment)
    assert (guess.platform, guess.sure) == (platform, sure)
    assert guess.reason


def test_every_platform_has_a_family_and_its_required_options_among_its_own() -> None:
    assert {family_of(name) for name in PLATFORMS} == {"static", "json", "dedicated", "browser"}
    assert all(spec.required <= spec.options for spec in PLATFORMS.values())


def test_area_codes_stand_in_many_places() -> None:
    assert area_code_of("http://a.cn/", "/overView?code=320302000") == "320302000"
    assert area_code_of("https://a.cn/index?cityCode=150900&areaCode=150924") == "150924"
    assert area_code_of("http://a.cn/main?gklb=1000&XZQH=330203") == "330203"
    assert area_code_of("http://a.cn/?code=12345") is None


def test_days_of_eras() -> None:
    assert (first_day("2024"), last_day("2024")) == (dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    assert (first_day("2024-02"), last_day("2024-02")) == (dt.date(2024, 2, 1), dt.date(2024, 2, 29))
    assert first_day("2023-02-30") == dt.date(2023, 2, 28)
