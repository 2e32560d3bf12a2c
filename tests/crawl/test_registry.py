"""The lint of the registry: one case per trouble."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawl.platform_apis import api_of
from crawl.registry import Place, lint, listing_key, plain_tree, source_yaml
from crawl.source import Listing, load_source

PLACES = {
    "130630": Place("涞源县"),
    "130631": Place("望都县"),
    "130103": Place("桥东区", until=2014, now=("130102", "130104")),
    "320302": Place("鼓楼区"),
}
GOOD = """\
code: 130630
publisher: 涞源县人民政府
platform: trs
listings:
  - url: https://www.laiyuan.gov.cn/czyjs/index.html
expect:
  notices: {min: 3}
"""


def write(folder: Path, text: str = GOOD, name: str = "130630_laiyuan.yml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(*paths: Path) -> list[tuple[str, str, int | None]]:
    return [(one.level, one.rule, one.line) for one in lint(paths, PLACES)]


def test_a_good_source_has_no_trouble(tmp_path: Path) -> None:
    assert lint([write(tmp_path)], PLACES) == []


@pytest.mark.parametrize(
    ("old", "new", "trouble", "says"),
    [
        ("platform: trs", "platform: trss", ("error", "schema", 3), "did you mean 'trs'?"),
        ("code: 130630", "code: 130699", ("error", "division", 1), "no division has the code 130699"),
        ("www.laiyuan.gov.cn", "user:pw@www.laiyuan.gov.cn", ("error", "url", 5), "user name or password"),
        ("www.laiyuan.gov.cn", "10.0.0.7", ("error", "url", 5), "add `test_source: true`"),
        ("www.laiyuan.gov.cn", "intranet", ("error", "url", 5), "no public host name"),
        ("index.html", "index.html?jsessionid=77", ("warning", "url", 5), "belongs to one visit"),
        ("czyjs/index.html", "col/col12/index.html", ("warning", "platform", 3), "looks like jcms"),
        ("expect:\n  notices: {min: 3}\n", "", ("error", "expect", 1), "add `expect: {notices: {min: …}}`"),
        ("publisher:", "test_source: true\npublisher:", ("error", "url", 6), "take `test_source` out"),
    ],
)
def test_each_trouble_is_one_line_that_says_what_to_do(
    tmp_path: Path, old: str, new: str, trouble: tuple[str, str, int], says: str
) -> None:
    assert old in GOOD
    troubles = lint([write(tmp_path, GOOD.replace(old, new))], PLACES)
    told = [one for one in troubles if (one.level, one.rule, one.line) == trouble]
    assert told, troubles
    assert says in str(told[0])
    assert str(told[0]).startswith(f"{tmp_path / '130630_laiyuan.yml'}:{trouble[2]}: ")
    assert "\n" not in str(told[0])


def test_a_draft_needs_no_expectations(tmp_path: Path) -> None:
    text = "status: draft\n" + GOOD[: GOOD.index("expect")]
    assert found(write(tmp_path, text)) == []


def test_a_county_that_was_merged_away(tmp_path: Path) -> None:
    text = GOOD.replace("130630", "130103")
    path = write(tmp_path, text, "130103_qiaodong.yml")
    (trouble,) = lint([path], PLACES)
    assert "ended in 2014, now 130102 and 130104" in str(trouble)
    assert found(write(tmp_path, "status: retired\n" + text, "130103_qiaodong.yml")) == []


def test_the_file_is_named_by_its_code(tmp_path: Path) -> None:
    assert found(write(tmp_path, name="130631_wangdu.yml")) == [("error", "file_name", 1)]
    assert found(write(tmp_path, name="Laiyuan.yml")) == [("error", "file_name", 1)]


def test_the_same_name_in_two_folders(tmp_path: Path) -> None:
    one = write(tmp_path / "a")
    two = write(tmp_path / "b", GOOD.replace("laiyuan.gov", "ly.gov"))
    assert ("error", "same_id", 1) in found(one, two)


@pytest.mark.parametrize("other", ["http://laiyuan.gov.cn/czyjs/", "https://www.laiyuan.gov.cn/czyjs"])
def test_one_column_under_two_names(tmp_path: Path, other: str) -> None:
    one = write(tmp_path)
    text = GOOD.replace("130630", "130631").replace("https://www.laiyuan.gov.cn/czyjs/index.html", other)
    two = write(tmp_path, text, "130631_wangdu.yml")
    (trouble,) = lint([one, two], PLACES)
    assert (trouble.rule, trouble.path, trouble.line) == ("same_listing", str(two), 5)
    assert f"{one}:5" in trouble.message


def test_one_platform_for_many_places_is_not_one_column() -> None:
    listing = Listing(url="http://yjsgk.jsczt.cn/", fragment="/overView?code=320302000")
    assert listing_key(listing, "320302000") != listing_key(listing, "320303000")


def test_a_dedicated_platform_at_another_address(tmp_path: Path) -> None:
    text = GOOD.replace("platform: trs", "platform: jiangsu_yjsgk\noptions: {area_code: 320302000}")
    troubles = lint([write(tmp_path, text)], PLACES)
    assert any("is no address of platform jiangsu_yjsgk" in str(one) for one in troubles)
    assert any("area code 320302000 is not of division 130630" in str(one) for one in troubles)


def test_dead_eras(tmp_path: Path) -> None:
    text = """\
code: 130630
publisher: x
expect: {notices: {min: 1}}
eras:
  - from: 2024-05
    platform: trs
    listings: [{url: "https://www.laiyuan.gov.cn/czyjs/"}]
  - until: 2025
    listings: [{url: "https://still.laiyuan.gov.cn/"}]
  - gone: true
    listings: [{url: "https://old.laiyuan.gov.cn/"}]
  - listings: [{url: "https://older.laiyuan.gov.cn/"}]
"""
    told = [(one.level, one.line, one.message) for one in lint([write(tmp_path, text)], PLACES) if one.rule == "era"]
    assert [(level, line) for level, line, _ in told] == [("error", 8), ("warning", 10), ("error", 12)]
    assert "lasts until 2025, after the newer era began (2024-05)" in told[0][2]
    assert "add `until:`" in told[1][2]


def test_eras_of_two_families_are_two_sources(tmp_path: Path) -> None:
    text = """\
code: 130630
publisher: x
expect: {notices: {min: 1}}
eras:
  - from: 2024-05
    platform: gkmlpt
    listings: [{url: "https://www.laiyuan.gov.cn/gkmlpt/index"}]
  - until: 2024-05
    listings: [{url: "https://still.laiyuan.gov.cn/"}]
"""
    assert found(write(tmp_path, text)) == [("warning", "platform", 4)]


def test_a_file_that_is_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "130630_laiyuan.yml"
    folder.mkdir()
    assert found(folder) == [("error", "unreadable", None)]


def test_many_listings_in_one_file_are_compared_too(tmp_path: Path) -> None:
    text = GOOD.replace("expect:", "  - url: http://laiyuan.gov.cn/czyjs/\nexpect:")
    assert found(write(tmp_path, text)) == [("error", "same_listing", 6)]


def test_a_source_written_again_is_the_same(tmp_path: Path) -> None:
    text = GOOD + "hosts: [files.laiyuan.gov.cn]\npoliteness: {delay_seconds: 2}\nnotes: 'a: b # c'\n"
    first = load_source(write(tmp_path, text))
    again = load_source(write(tmp_path / "again", source_yaml(plain_tree(first))))
    assert again == first


def test_a_known_platform_declares_what_is_known_and_no_more(tmp_path: Path) -> None:
    """Inner Mongolia: the government's budget by the area code; any other list by its own address; else lint asks."""
    head = "code: 150121\npublisher: 土默特左旗人民政府\nplatform: neimenggu_yjs\noptions: {area_code: 150121}\n"
    page = "https://czt.nmg.gov.cn/yjs/business/page/list"

    def told(listing: str) -> tuple[str | None, list[str]]:
        path = tmp_path / "150121_tumotezuoqi.yml"
        path.write_text(f"{head}listings: [{listing}]\nexpect: {{notices: {{min: 1}}}}\n", encoding="utf-8")
        api = api_of(load_source(path), 0)
        return api.url if api else None, [one.rule for one in lint([path], {"150121": Place("土默特左旗")})]

    asked = "/yjs/business/basic/select?id={}&type={}&p={{page}}"
    assert told(f"{{url: '{page}', kind: government_budget}}") == (asked.format("150121zf", "2"), [])
    assert told(f"{{url: '{page}?type=3&basicId=99'}}") == (asked.format("99", "3"), [])
    assert told(f"{{url: '{page}', kind: department_final}}") == (None, ["platform"])
