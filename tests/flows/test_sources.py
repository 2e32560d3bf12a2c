"""The registry from the command line; and the documentation of how to add a county, carried out to the letter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawl.platform_apis import api_of
from crawl.registry import lint
from crawl.source import load_source
from flows.cli import main
from flows.crawl_sources import find_sources
from flows.registry import import_columns, listing_of, places
from tests.conftest import ROOT
from tests.crawl.web import Site, listing, row, serve, small_site

DOCUMENT = ROOT / "docs" / "adding-a-county.md"
HEAD = "level1\tlevel2\tlevel3\turl\n"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_LANG", "en")


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    small_site(made)
    with serve(made):
        yield made


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(one) for one in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def data(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    return json.loads(run(capsys, *arguments, "--json")[1])


# ------------------------------------------------------------------------------------------------- the documentation


def test_a_county_is_added_from_the_documentation_alone(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command of the document, in its order, on a loopback site; its YAML is the file of step 4."""
    monkeypatch.chdir(tmp_path)
    text = DOCUMENT.read_text("utf-8").replace("https://www.example.gov.cn", site.root)
    (tmp_path / "columns.tsv").write_text(f"{HEAD}河北省\t保定市\t望都县\thttps://www.wangdu.gov.cn/czyjs/\n")
    steps = re.findall(r"```(console|yaml)\n(.*?)```", text, re.DOTALL)
    assert [kind for kind, _ in steps] == ["console", "console", "yaml", "console", "yaml", "yaml", "yaml", "console"]
    done = []
    for kind, body in steps[:4]:
        if kind == "yaml":
            assert len(body.splitlines()) <= 10
            # what the draft of a loopback site has besides: it may be asked there, and at once
            Path("my-sources/130630_laiyuan.yml").write_text(
                f"{body}test_source: true\npoliteness: {{delay_seconds: 0}}\n"
            )
            continue
        for command in body.strip().splitlines():
            name, *arguments = command.split()
            assert name == "yujue"
            code, out, err = run(capsys, *arguments)
            assert code == 0, (command, out, err)
            done.append((arguments[:2], out))
    assert [words for words, _ in done] == [
        ["source", "new"], ["source", "check"], ["source", "lint"], ["crawl", "my-sources/130630_laiyuan.yml"],
    ]  # fmt: skip
    assert "notices 2" in done[1][1]
    assert "政府办公室2024年部门预算" in done[1][1]
    assert "1 sources, 0 errors" in done[2][1]
    # eras: the second YAML is a source too
    (tmp_path / "130631_moved.yml").write_text(
        steps[4][1].replace("130630", "130631").replace(site.root, "http://b.gov.cn")
    )
    assert len(load_source(tmp_path / "130631_moved.yml").eras) == 2
    # a budget platform: declared by the source, and by the platform for all its counties
    own = tmp_path / "330203_haishu.yml"
    own.write_text(
        f"code: 330203\npublisher: 海曙区财政局\nplatform: ningbo_yjs\noptions: {{area_code: 330203}}\n{steps[5][1]}"
    )
    assert api_of(load_source(own), 0) is not None
    known = tmp_path / "150121_tumotezuoqi.yml"
    known.write_text(steps[6][1])
    assert len(steps[6][1].splitlines()) <= 10
    assert lint([known], places()) == []
    declared = api_of(load_source(known), 0)
    assert declared is not None
    assert declared.url == "/yjs/business/basic/select?id=150121zf&type=2&p={page}"
    code, out, _ = run(capsys, *steps[7][1].split()[1:])
    assert code == 0
    assert "1 sources (1 of counties)" in out
    assert Path("my-drafts/130631_wangdu.yml").is_file()


# ------------------------------------------------------------------------------------------------------------ new


def test_a_new_source_is_a_lint_clean_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(
        capsys, "source", "new", "河北省/保定市/涞源县", "http://www.laiyuan.gov.cn/col/col1/", "--out", tmp_path
    )
    path = tmp_path / "130630_laiyuan.yml"
    assert (code, out.strip()) == (0, str(path))
    source = load_source(path)
    assert (source.status, source.platform, source.publisher) == ("draft", "jcms", "涞源县人民政府")
    assert len(path.read_text("utf-8").splitlines()) <= 10
    assert lint([path], places()) == []
    code, _, err = run(capsys, "source", "new", "130630", "http://www.laiyuan.gov.cn/col/col1/", "--out", tmp_path)
    assert code == 2
    assert "--force" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["130999", "http://a.gov.cn/"], "no division has the code 130999"),
        (["130103", "http://a.gov.cn/"], "ended in 2014; now 130102, 130104"),
        (["朝阳区", "http://a.gov.cn/"], "names no one division (110105; 220104)"),
        (["130630", "ftp://a.gov.cn/"], "not an address to crawl"),
        (["130630", "http://a.gov.cn/", "--kind", "x"], "no kind 'x'"),
        (["130630", "http://a.gov.cn/", "--platform", "x"], "no platform 'x'"),
        (["130630", "http://a.gov.cn/", "http://127.0.0.1/"], "do not mix"),
    ],
)
def test_what_cannot_become_a_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    code, out, err = run(capsys, "source", "new", *arguments, "--out", tmp_path)
    assert (code, out) == (2, "")
    assert says in err
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------- list, lint and the night


def write(folder: Path, code: str, name: str, status: str = "active", url: str = "") -> None:
    url = url or f"http://www.{name}.gov.cn/czyjs/"
    text = f"code: {code}\npublisher: {name}\nstatus: {status}\nplatform: trs\nlistings: [{{url: '{url}'}}]\n"
    (folder / f"{code}_{name}.yml").write_text(text + "expect: {notices: {min: 1}}\n")


def test_drafts_and_retired_sources_are_left_out_of_the_night(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "130630", "laiyuan")
    write(tmp_path, "130631", "wangdu", "draft")
    write(tmp_path, "130632", "anxin", "retired")
    assert [path.stem for path in find_sources([], tmp_path)] == ["130630_laiyuan"]
    assert [path.stem for path in find_sources(["130631"], tmp_path)] == ["130631_wangdu"]
    listed = data(capsys, "source", "list", "--sources", tmp_path)
    assert [(one["source_id"], one["status"]) for one in listed] == [
        ("130630_laiyuan", "active"), ("130631_wangdu", "draft"), ("130632_anxin", "retired"),
    ]  # fmt: skip
    assert len(data(capsys, "source", "list", "--sources", tmp_path, "--status", "draft", "--province", "河北省")) == 1
    assert data(capsys, "source", "list", "--sources", tmp_path, "--province", "110000") == []
    assert data(capsys, "source", "list", "--sources", tmp_path, "--platform", "json") == []
    assert len(data(capsys, "source", "list", "--sources", tmp_path, "--platform", "static")) == 3
    assert run(capsys, "source", "list", "--sources", tmp_path, "--status", "new")[0] == 2


def test_a_setting_names_the_folder_of_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for folder, name in ((mine, "laiyuan"), (other, "wangdu")):
        folder.mkdir()
        write(folder, "130630", name)
    monkeypatch.setenv("YUJUE_SOURCES", str(mine))
    assert find_sources([]) == find_sources(["130630"]) == [mine / "130630_laiyuan.yml"]
    assert [one["source_id"] for one in data(capsys, "source", "list")] == ["130630_laiyuan"]
    assert find_sources([], other) == [other / "130630_wangdu.yml"]  # --sources counts before it
    monkeypatch.setenv("YUJUE_SOURCES", str(tmp_path / "nowhere"))
    code, _, err = run(capsys, "nightly", "--no-prefect", "--data", tmp_path / "data")
    assert code == 2
    assert "nowhere" in err


def test_lint_says_each_trouble_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "130630", "laiyuan")
    write(tmp_path, "130631", "wangdu", url="http://laiyuan.gov.cn/czyjs/index.html")
    (tmp_path / "130632_anxin.yaml").write_text("code: 130632\n")
    code, out, err = run(capsys, "source", "lint", tmp_path)
    assert code == 1
    assert "this column is listed at" in err
    assert "130632_anxin.yaml: name it .yml" in err
    assert "2 sources, 2 errors, 0 warnings" in out
    assert run(capsys, "source", "lint", tmp_path / "130630_laiyuan.yml")[0] == 0
    assert run(capsys, "source", "lint", tmp_path / "nowhere")[0] == 2


# ---------------------------------------------------------------------------------------------------------- the check


def test_a_check_looks_and_keeps_nothing(tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "source", "new", "130630", f"{site.root}/czyjs/index.html", "--out", tmp_path)
    (checked,) = data(capsys, "source", "check", tmp_path / "130630_laiyuan.yml")
    (seen,) = checked["listings"]
    assert (seen["outcome"], seen["notices"], seen["further_pages"], seen["years"]) == ("new", 2, 1, [2024])
    assert checked["good"] is True
    assert [path for path, _ in site.requests] == ["/robots.txt", "/czyjs/index.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["130630_laiyuan.yml"]


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("robots", "robots.txt forbids it"),
        ("gone", "gone: status 404"),
        ("empty", "nothing a crawl would follow"),
        ("kind", "the file says unit_final, the titles say department_budget"),
    ],
)
def test_a_check_says_what_is_wrong(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str], trouble: str, says: str
) -> None:
    extra = ["--kind", "unit_final"] if trouble == "kind" else []
    if trouble == "robots":
        site.page("/robots.txt", "User-agent: *\nDisallow: /", kind="text/plain")
    if trouble == "gone":
        del site.resources["/czyjs/index.html"]
    if trouble == "empty":
        site.page("/czyjs/index.html", listing())
    run(capsys, "source", "new", "130630", f"{site.root}/czyjs/index.html", "--out", tmp_path, *extra)
    code, _, err = run(capsys, "source", "check", tmp_path / "130630_laiyuan.yml")
    assert code == 1
    assert says in err


# ---------------------------------------------------------------------------------------------------------- the import


def test_rows_that_are_no_source_are_told_with_their_reason() -> None:
    found = import_columns(
        HEAD
        + "河北省\t保定市\t涞源县\thttp://www.laiyuan.gov.cn/czyjs.html\n"
        + "河北省\t保定市\t望都县\t\n"
        + "河北省\t保定市\t无此县\thttp://www.x.gov.cn/\n"
        + "河北省\t保定市\t安新县\thttp://[::1/\n"
        + "辽宁省\t抚顺市\t新抚区\thttp://czj.fushun.gov.cn/yjs/\n"
        + "辽宁省\t抚顺市\t东洲区\thttps://czj.fushun.gov.cn/yjs/index.html\n"
        + "湖南省\t衡阳市\t\thttp://www.hy.gov.cn/czyjs/\n"
        + "宁夏回族自治区\t中卫市\t海原县\thttp://www.hy.gov.cn/czyjs/\n"
    )
    assert [one.stem for one in found.drafts] == ["130630_laiyuan", "210400_fushun"]
    assert [(one.row, one.reason) for one in found.left] == [
        (3, "no_url"), (4, "no_such_division"), (5, "bad_url"), (6, "shared_column"), (7, "shared_column"),
        (8, "shared_widely"), (9, "shared_widely"),
    ]  # fmt: skip
    assert "column of 2 divisions: 210402, 210403" in found.drafts[1].text


def test_former_names_and_other_prefectures_find_their_division() -> None:
    found = import_columns(
        HEAD
        + "河北省\t石家庄市\t藁城市\thttp://www.gc.gov.cn/a/\n"  # 市辖区 since 2014
        + "江苏省\t\t通州市\thttp://www.tz.gov.cn/a/\n"
        + "河南省\t济源示范区\t\thttp://www.jy.gov.cn/a/\n"
        + "北京市\t密云县\t\thttp://www.my.gov.cn/a/\n"
    )
    assert [one.stem for one in found.drafts] == ["110118_miyun", "130109_gaocheng", "320612_tongzhou", "419001_jiyuan"]
    assert found.left == []


def test_columns_of_two_families_are_two_sources() -> None:
    found = import_columns(
        HEAD
        + "广西壮族自治区\t柳州市\t\thttp://lzscz.liuzhou.gov.cn/\n"
        + "广西壮族自治区\t柳州市\t城中区\thttp://dsyjs.yun.liuzhou.gov.cn/\n"
        + "广西壮族自治区\t柳州市\t鱼峰区\thttp://dsyjs.yun.liuzhou.gov.cn/\n"
    )
    assert [(one.stem, one.platform) for one in found.drafts] == [
        ("450200_liuzhou", "static"), ("450200_liuzhou_dedicated", "liuzhou_dsyjs"),
    ]  # fmt: skip


def test_what_stands_behind_the_number_sign_is_kept_where_it_counts() -> None:
    assert listing_of("http://yjsgk.jsczt.cn/#/overView?code=320302000")[2] == "320302000"
    assert listing_of("http://www.a.gov.cn/gkmlpt/index#529")[0].column == "529"
    assert listing_of("http://www.a.gov.cn/zwgk/#czsj")[0].fragment == ""


def test_an_import_is_the_same_twice_and_leaves_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "columns.tsv"
    table.write_text(HEAD + "河北省\t保定市\t涞源县\thttp://www.laiyuan.gov.cn/czyjs.html\n")
    out = tmp_path / "out"
    assert data(capsys, "source", "import", table, "--out", out)["written"] == 1
    path = out / "130630_laiyuan.yml"
    path.write_text(path.read_text("utf-8") + "# looked at\n", encoding="utf-8")
    again = data(capsys, "source", "import", table, "--out", out)
    assert (again["written"], again["kept"]) == (0, 1)
    assert path.read_text("utf-8").endswith("# looked at\n")


def test_another_table_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "columns.tsv"
    table.write_text("a\tb\n1\t2\n")
    code, _, err = run(capsys, "source", "import", table, "--out", tmp_path / "out")
    assert code == 2
    assert "expected the columns level1, level2, level3, url" in err


@pytest.mark.slow
def test_the_columns_of_china_become_a_lint_clean_registry(shared: Path, tmp_path: Path) -> None:
    table = shared / "reference" / "county_budget_columns.tsv"
    found = import_columns(table.read_text("utf-8"))
    again = import_columns(table.read_text("utf-8"))
    assert found == again
    counties = [one for one in found.drafts if not one.code.endswith("00")]
    assert len(counties) >= 2_500
    accounted = len(found.left) + sum(one.text.count("  - url: ") for one in found.drafts)
    shared_by_none_of_its_rows = sum("column of " in one.text for one in found.drafts)
    assert accounted >= found.rows
    assert accounted <= found.rows + 2 * shared_by_none_of_its_rows
    paths = []
    for one in found.drafts:
        path = tmp_path / f"{one.stem}.yml"
        path.write_text(one.text, encoding="utf-8")
        paths.append(path)
        assert len(one.text.splitlines()) <= 10
    troubles = lint(paths, places())
    assert [str(one) for one in troubles if one.level == "error"] == []
    assert len(troubles) <= 10


# ------------------------------------------------------------------------------------------------------- the summary


def test_a_site_that_was_rebuilt_is_flagged_and_a_quiet_night_is_not(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row(f"202402/t{n}.html", f"第{n}局2024年部门预算", "2024-02-05") for n in range(6)]
    site.page("/czyjs/index.html", listing(*rows))
    run(capsys, "source", "new", "130630", f"{site.root}/czyjs/index.html", "--out", tmp_path / "src")
    path, root = tmp_path / "src" / "130630_laiyuan.yml", tmp_path / "data"
    status = ("source", "status", "--sources", tmp_path / "src", "--data", root)
    assert data(capsys, *status) == []
    run(capsys, "crawl", path, "--data", root, "--now", "2024-03-01T02:00:00+08:00")
    (first,) = data(capsys, *status)
    assert first["created"] == 4  # of six notices two are there, with a file each
    assert first["missing"] == 5  # four notices, and the second file of one of the two
    assert first["held"] == 2
    run(capsys, "crawl", path, "--data", root, "--now", "2024-03-02T02:00:00+08:00")
    assert data(capsys, *status)[0]["flags"] == first["flags"]
    cards = "".join(f'<section class="c"><div><a href="/d/{n}">局{n}</a></div></section>' for n in range(12))
    site.page("/czyjs/index.html", f'<html><body><main><div class="cards">{cards}</div></main></body></html>')
    run(capsys, "crawl", path, "--data", root, "--now", "2024-03-03T02:00:00+08:00")
    (after,) = data(capsys, *status)
    assert any("the listing is broken: 0 links, 6 before" in flag for flag in after["flags"])
    assert run(capsys, *status)[0] == 1


def test_a_night_says_that_a_draft_is_not_crawled(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sources").mkdir()
    monkeypatch.setenv("YUJUE_SOURCES", str(tmp_path / "sources"))
    assert run(capsys, "source", "new", "130630", f"{site.root}/list/")[0] == 0
    code, _, err = run(capsys, "nightly", "--no-prefect", "--data", tmp_path / "data")
    assert code == 0
    assert "1 drafts are not crawled (130630_laiyuan): yujue source check" in err
    assert "no sources" in err
