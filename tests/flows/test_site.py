"""The site from a release: pages in two languages, every cell with its checks, hostile text inert, the same bytes."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import shutil
import time
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import DATA, USAGE, Trouble
from flows.site.build import build_site
from flows.site.documents import CELLS_OF_A_PART, make_document
from flows.site.output import MEMORY, building
from flows.site.release import open_release
from flows.site.render import defused, size, visible, web_address
from tests.flows.site_release import HOSTILE, VERSION, hostile_tables, write_release

LANGUAGES = ("zh", "en")
DATA_BLOCKS = ("application/json", "application/ld+json")  # no script: nothing in them runs
NORMAL_SCRIPT, DOCUMENT_SCRIPT, PREVIEW_SCRIPT = 0, 15_000, 130_000  # bytes; the preview's after gzip


class Page(HTMLParser):
    """What a page holds: its elements with their attributes, ids, links, scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    handle_startendtag = handle_starttag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        return [found for _, attributes in self.elements if (found := attributes.get("id"))]


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


@cache
def parsed(path: Path) -> Page:
    """A page of a site that no test changes."""
    return Page(path.read_text("utf-8"))


def test_every_link_leads_to_a_file_and_an_anchor(site_built: Path) -> None:
    known: dict[Path, set[str]] = {path.resolve(): set(parsed(path).ids) for path in pages(site_built)}
    dead = []
    for path in pages(site_built):
        page = parsed(path)
        addresses = [one.get("href") for tag in ("a", "link") for one in page.all(tag)]
        addresses += [one.get("src") for tag in ("img", "script") for one in page.all(tag)]
        for address in filter(None, addresses):
            if re.match(r"https?:|mailto:|/", address):
                continue
            where, _, anchor = address.partition("#")
            target = (path.parent / where.partition("?")[0]).resolve() if where else path.resolve()
            if not target.is_file() or (anchor and target in known and anchor not in known[target]):
                dead.append(f"{path.relative_to(site_built)}: {address}")
    assert not dead, dead[:10]


def test_both_trees_have_the_same_pages_and_name_each_other(site_built: Path) -> None:
    trees = {one: {path.relative_to(site_built / one) for path in pages(site_built / one)} for one in LANGUAGES}
    assert trees["zh"] == trees["en"]
    assert len(trees["zh"]) > 60
    for language in LANGUAGES:
        page = Page((site_built / language / "coverage" / "index.html").read_text("utf-8"))
        assert page.all("html")[0]["lang"] == language
        alternates = {one["hreflang"]: one["href"] for one in page.all("link") if one.get("hreflang")}
        assert alternates == {one: f"https://example.org/{one}/coverage/index.html" for one in LANGUAGES}


def test_scripts_stay_within_their_bounds(site_built: Path) -> None:
    for path in pages(site_built):
        place = path.relative_to(site_built).as_posix()
        scripts = [one for one in parsed(path).all("script") if one.get("type") not in DATA_BLOCKS]
        sources = [(path.parent / str(one["src"])).resolve() for one in scripts]
        raw = sum(source.stat().st_size for source in sources)
        if place.endswith("/preview.html"):
            assert sum(len(gzip.compress(one.read_bytes(), 9)) for one in sources) < PREVIEW_SCRIPT, place
        elif "/doc/" in place:
            assert 0 < raw < DOCUMENT_SCRIPT, place
        elif "search" in place or place.startswith("f/"):
            assert raw > 0
        else:
            assert raw == NORMAL_SCRIPT, place


def test_pages_load_nothing_from_elsewhere(site_built: Path) -> None:
    for path in [*pages(site_built), *site_built.rglob("*.css"), *site_built.rglob("*.svg")]:
        text = path.read_text("utf-8")
        loads = re.findall(r"(?:src|srcset|data|poster)=[\"'](https?:)?//|url\(\s*[\"']?https?:|@import", text)
        assert not loads, path
        for link in parsed(path).all("link") if path.suffix == ".html" else []:
            assert link["rel"] == "alternate" or not str(link["href"]).startswith("http"), path


def test_every_page_has_landmarks_and_one_heading(site_built: Path) -> None:
    for path in pages(site_built / "zh") + pages(site_built / "en"):
        page = parsed(path)
        tags = [tag for tag, _ in page.elements]
        assert tags.count("main") == tags.count("h1") == tags.count("title") == 1, path
        assert {"header", "nav", "footer"} <= set(tags), path
        assert any(one.get("class") == "skip" for one in page.all("a")), path
        assert len(page.ids) == len(set(page.ids)), path
        assert all("alt" in one for one in page.all("img")), path
        assert not [one for _, one in page.elements if "style" in one], path  # the policy would refuse it


def test_a_cell_has_its_checks_its_address_and_its_words(site_built: Path, site_sample: tuple[Path, Path]) -> None:
    failing = (
        pl.read_parquet(site_sample[0] / "meta_findings.parquet")
        .filter((pl.col("outcome") == "fails") & (pl.col("fact_ids").list.len() > 0))
        .row(0, named=True)
    )
    fact = next(one for one in failing["fact_ids"] if re.search(r"\.t\d+\.r\d+\.c\d+$", one))
    key, _, place = fact.partition(".")
    for language in LANGUAGES:
        text = (site_built / language / "doc" / key / "index.html").read_text("utf-8")
        cell = next(one for _, one in Page(text).elements if one.get("id") == place)
        assert "c-fails" in str(cell["class"])
        said = re.search(r'id="details">(.*?)</script>', text, re.DOTALL)
        assert said is not None
        data = json.loads(said[1])
        rows, numbers, left_out = data["places"][place]
        assert fact in [data["texts"][one[1]] for one in rows] or not rows
        checks = [data["texts"][data["findings"][one][2]] for one in numbers]
        assert failing["check_id"] in checks
        assert left_out == 0
        assert data["texts"][data["findings"][numbers[0]][0]] == "fails"  # the worst first


def test_pictures_of_pdf_pages_and_none_without_the_archive(site_built: Path, site_hostile: Path) -> None:
    drawn = sorted(site_built.glob("pages/*/*.webp"))
    assert drawn
    assert all(path.read_bytes()[8:12] == b"WEBP" and path.stat().st_size < 300_000 for path in drawn)
    key = drawn[0].parent.name
    assert "<svg viewBox" in (site_built / "zh" / "doc" / key / "index.html").read_text("utf-8")
    without = next((site_hostile / "en" / "doc").iterdir())
    assert not list(site_hostile.glob("pages/*/*"))
    assert "was built without the data root" in (without / "index.html").read_text("utf-8")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "releases" not in path.parts
    }


def test_the_same_release_gives_the_same_bytes_in_another_zone(
    site_built: Path, site_sample: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/Lima")
    time.tzset()
    try:
        build_site(
            open_release(site_sample[0]),
            tmp_path / "again",
            archive=site_sample[1],
            base="https://example.org/",
            contact="a@example.org",
        )
    finally:
        monkeypatch.undo()
        time.tzset()
    again, first = bytes_of(tmp_path / "again"), bytes_of(site_built)
    assert again.keys() == first.keys()
    assert not [name for name, content in again.items() if first[name] != content]
    stamps = [(one / "zh" / "index.html").stat().st_mtime for one in (site_built, tmp_path / "again")]
    assert stamps[0] == stamps[1]  # Last-Modified of any server follows from the release


def test_only_documents_that_changed_are_written_again(
    site_built: Path, site_sample: tuple[Path, Path], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(site_built, site)
    before = {path: path.stat().st_ino for path in site.rglob("doc/*/*.html")}
    tables = {
        path.stem.partition("_")[2]: pl.read_parquet(path)
        for path in site_sample[0].glob("*.parquet")
        if not path.stem.startswith("panel_")
    } | {"raw_cells": pl.read_parquet(site_sample[0] / "raw_cells.parquet")}
    changed = str(tables["documents"]["document_sha256"].sort()[0])
    tables["raw_cells"] = tables["raw_cells"].with_columns(
        pl.when((pl.col("document_sha256") == changed) & (pl.col("home") == "narrative"))
        .then(pl.lit("another text"))
        .otherwise(pl.col("text"))
        .alias("text")
    )
    shutil.copytree(site_sample[0], tmp_path / "releases" / VERSION)  # as releases lie: one beside the other
    folder = write_release(tmp_path / "releases" / "v2026.11.1", tables, "v2026.11.1")
    made = build_site(
        open_release(folder), site, archive=site_sample[1], base="https://example.org/", contact="a@example.org"
    )
    assert (made.documents.rendered, made.documents.kept) == (1, 1)
    moved = {path.parent.name for path, inode in before.items() if path.stat().st_ino != inode}
    assert moved == {changed[:16]}
    assert "v2026.11.1" in (site / "assets/release.css").read_text("utf-8")
    assert json.loads((site / MEMORY).read_text("utf-8"))["documents"].keys() == {
        path.name for path in (site / "zh/doc").iterdir()
    }


def test_a_build_that_fails_leaves_the_site_that_stood(site_built: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    release = open_release(site_built / "releases" / VERSION)
    with building(site, release.moment) as output:
        output.write("site.json", "{}")
        output.write("index.html", "good")
    with pytest.raises(RuntimeError), building(site, release.moment) as output:
        output.write("index.html", "half")
        raise RuntimeError("killed")
    assert (site / "index.html").read_text() == "good"
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["site"]


def test_a_folder_that_is_no_site_is_not_touched(site_built: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Trouble) as caught:
        build_site(open_release(site_built / "releases" / VERSION), tmp_path)
    assert caught.value.code == USAGE
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, USAGE), ("{", DATA), ("[]", DATA), ('{"version": "v2026.11.0", "resources": []}', DATA),
     ('{"version": "\\"}*{", "resources": []}', DATA)],
)  # fmt: skip
def test_a_folder_that_is_no_release_is_told_in_one_line(tmp_path: Path, content: str | None, code: int) -> None:
    if content is not None:
        (tmp_path / "index.json").write_text(content)
    with pytest.raises(Trouble) as caught:
        open_release(tmp_path)
    assert caught.value.code == code
    assert "\n" not in caught.value.en


ALLOWED = {
    "html", "head", "meta", "title", "link", "body", "a", "header", "div", "small", "nav", "ul", "li", "main", "h1",
    "h2", "h3", "h4", "p", "ol", "dl", "dt", "dd", "code", "pre", "b", "i", "strong", "span", "table", "thead", "tbody",
    "tr", "th", "td", "caption", "section", "article", "details", "summary", "footer", "form", "label", "br", "input",
    "select", "option", "button", "script", "noscript", "svg", "g", "path", "rect", "line", "text", "figure",
    "figcaption", "img", "aside", "textarea", "abbr",
}  # fmt: skip


def test_hostile_text_is_inert_on_every_page(site_hostile: Path) -> None:
    for path in pages(site_hostile):
        text, page = path.read_text("utf-8"), parsed(path)
        tags = {tag for tag, _ in page.elements}
        assert tags <= ALLOWED, (path, tags - ALLOWED)
        for tag, attributes in page.elements:
            assert not [name for name in attributes if name.startswith("on")], path
            for name in ("href", "src", "action"):
                assert not re.match(r"\s*(?:javascript|data|vbscript):", attributes.get(name) or "", re.IGNORECASE), (
                    path
                )
            if tag == "script":
                assert attributes.get("type") in DATA_BLOCKS or attributes.get("src"), path
        assert "49" not in re.sub(r"[0-9a-f.,]{6,}", "", re.findall(r"<title>(.*?)</title>", text)[0])
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\x07]", text), path
    document = (site_hostile / "zh" / "doc" / ("ab" * 8) / "index.html").read_text("utf-8")
    assert "⟦U+202E⟧euros" in document  # named, not dropped


def test_every_file_of_the_site_is_free_of_hostile_characters(site_hostile: Path) -> None:
    for path in site_hostile.rglob("*"):
        if path.suffix in (".atom", ".js", ".csv", ".svg") and "vendor" not in path.parts:
            assert "\u202e" not in path.read_text("utf-8"), path
    for feed in (site_hostile / "feeds").glob("*.atom"):
        root = ElementTree.fromstring(feed.read_text("utf-8"))
        assert root.tag.endswith("feed")
        assert all(len(one) == 5 for one in root if one.tag.endswith("entry"))


def test_the_list_of_gaps_is_defused(site_built: Path) -> None:
    rows = list(csv.reader(io.StringIO((site_built / "coverage" / "gaps.csv").read_text("utf-8-sig"))))
    assert len(rows) == 4
    assert all(value.startswith("'=cmd") for value in (row[1] for row in rows[1:]))
    assert all(row[rows[0].index("link_text")] == "'@SUM(1)" for row in rows[1:])


@given(st.text(max_size=60))
def test_no_text_of_a_csv_is_a_formula(text: str) -> None:
    made = defused(text)
    assert not re.match(r"\s*[=@|%＝＠]", made)
    assert not re.match(r"\s*[+\-＋－]", made) or re.fullmatch(r"[+-]?\d+(\.\d+)?", made)
    assert "\n" not in made
    assert "\r" not in made


@given(st.text(max_size=60))
def test_visible_text_has_no_unseen_characters(text: str) -> None:
    assert not re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069\u200b-\u200f\ud800-\udfff]", visible(text))


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "JaVaScript:alert(1)", " https://a.cn", "https://a.cn/\u202e", "data:text/html,x", "//a.cn",
     "file:///etc/passwd", "https://", "http:///x", "https://a b", None, 7],
)  # fmt: skip
def test_what_is_no_web_address_is_no_link(text: object) -> None:
    assert web_address(text) is None
    assert web_address("https://www.laiyuan.gov.cn/a?b=c") is not None


def test_sizes_as_people_read_them() -> None:
    assert [size(one) for one in (812, 48_200, 51_000_000, 3_250_000_000)] == ["812 B", "48.2 kB", "51.0 MB", "3.25 GB"]


def test_a_long_document_has_several_pages_and_every_place_is_found() -> None:
    rows = [
        {
            "document_sha256": "ab" * 32, "block_no": table, "kind": "cell", "page": None, "table_no": table,
            "row_no": row, "col_no": column, "paragraph_no": None, "x0": None, "y0": None, "x1": None, "y1": None,
            "text": f"{table}.{row}.{column}", "rowspan": 1, "colspan": 1, "home": "amount",
            "fact_id": f"{'ab' * 8}.t{table}.r{row}.c{column}",
        }
        for table in (1, 2)
        for row in range(1, 1201)
        for column in range(1, 5)
    ]  # fmt: skip
    document = make_document({"document_sha256": "ab" * 32}, {"raw_cells": rows})
    assert len(document.parts) >= 2
    assert all(sum(sheet.cells for sheet in part) <= CELLS_OF_A_PART * 1.5 for part in document.parts)
    for part, sheets in enumerate(document.parts):
        for sheet in sheets:
            for block in sheet.blocks:
                first = block.rows[0][0]  # type: ignore[union-attr]
                found = max(step[2] for step in document.steps if step[0] == block.number and step[1] <= first)  # type: ignore[union-attr]
                assert found == part


def test_sitemap_and_feeds_name_every_page_and_document(site_built: Path) -> None:
    text = (site_built / "sitemap.xml").read_text("utf-8")
    assert text.count("<loc>https://example.org/zh/") == text.count("<loc>https://example.org/en/") > 60
    root = ElementTree.fromstring((site_built / "feeds" / "documents.atom").read_text("utf-8"))
    assert len([one for one in root if one.tag.endswith("entry")]) == 2
    assert (site_built / "feeds" / "county-130630.atom").is_file()


def test_the_vendored_reader_is_the_one_that_is_named(site_built: Path) -> None:
    import hashlib

    vendor = site_built / "assets" / "vendor"
    named = re.search(r"sha256\s+([0-9a-f]{64})", (vendor / "VENDORED.txt").read_text("utf-8"))
    assert named is not None
    assert hashlib.sha256((vendor / "hyparquet.js").read_bytes()).hexdigest() == named[1]
    assert "MIT" in (vendor / "LICENSE-hyparquet.txt").read_text("utf-8")
    assert "MIT" in (vendor / "LICENSE-fzstd.txt").read_text("utf-8")


def test_hostile_fixture_is_hostile() -> None:
    assert "<script>" in HOSTILE
    assert "\u202e" in HOSTILE


# ------------------------------------------------------------------------------------------- what a page is about


def linked(path: Path) -> dict[str, Any]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
    assert len(found) == 1, path
    return json.loads(found[0])  # type: ignore[no-any-return]


def test_pages_say_to_programs_what_they_are_about(site_built: Path, site_sample: tuple[Path, Path]) -> None:
    kinds = {
        "index.html": "Dataset", "data/index.html": "DataCatalog", "data/core_budget_lines/index.html": "Dataset",
        "county/130630/index.html": "CollectionPage", "department/*/index.html": "GovernmentOrganization",
        "doc/*/index.html": "DigitalDocument",
    }  # fmt: skip
    for language, other in (("zh", "en"), ("en", "zh")):
        for pattern, kind in kinds.items():
            for path in (site_built / language).glob(pattern):
                said = linked(path)
                assert kind in said["@type"], path
                assert said["@context"]["@vocab"] == "https://schema.org/"
                place = path.relative_to(site_built).as_posix()
                assert said["@id"] == f"https://example.org/{place}"
                assert said.get("@id") != linked(site_built / other / path.relative_to(site_built / language))["@id"]
    index = json.loads((site_sample[0] / "index.json").read_text("utf-8"))
    files = {one["name"]: one for one in index["resources"]}
    table = linked(site_built / "en" / "data" / "core_budget_lines" / "index.html")
    for one in table["distribution"]:
        name = one["name"]
        assert one["contentUrl"] == f"https://example.org/releases/{VERSION}/{name}"
        assert one["contentSize"] == f"{files[name]['bytes']} B"
        assert (one["dcat:byteSize"], one["sha256"]) == (files[name]["bytes"], files[name]["sha256"])
        assert (site_built / "releases" / VERSION / name).stat().st_size == one["dcat:byteSize"]
    units = {one["name"]: one.get("unitText") for one in table["variableMeasured"]}
    assert units["amount_yuan"] == "yuan"
    assert len(units) == files["core_budget_lines.parquet"]["columns"]
    listed = linked(site_built / "zh" / "data" / "index.html")["dataset"]
    assert {one["name"] for one in listed} == {name.split(".")[0] for name in files}
    assert linked(site_built / "zh" / "index.html")["license"].startswith("https://creativecommons.org/")


def test_what_a_page_says_to_programs_cannot_end_its_element(site_hostile: Path) -> None:
    seen = 0
    for path in pages(site_hostile):
        for text in re.findall(
            r'<script type="application/ld\+json">(.*?)</script', path.read_text("utf-8"), re.DOTALL
        ):
            json.loads(text)
            assert not re.search(r"[<>&\u202e\u2066\u2028\x07]", text), path
            seen += "onerror" in text
    assert seen > 0


def test_without_an_address_programs_are_led_by_relative_ones(site_hostile: Path) -> None:
    path = site_hostile / "zh" / "data" / "core_budget_lines" / "index.html"
    said = linked(path)
    assert (path.parent / said["@id"]).resolve() == path.resolve()
    assert all((path.parent / one["contentUrl"]).resolve().is_file() for one in said["distribution"])


def test_the_page_of_review_lists_what_waits(site_built: Path, site_sample: tuple[Path, Path]) -> None:
    findings = pl.read_parquet(site_sample[0] / "meta_findings.parquet")
    waiting = findings.filter(pl.col("outcome") == "fails", pl.col("human_verdict").is_null())
    lines = pl.read_parquet(site_sample[0] / "core_budget_lines.parquet")
    doubtful = lines.filter(pl.col("standing") == "doubtful").height
    for language in LANGUAGES:
        text = (site_built / language / "review" / "index.html").read_text("utf-8")
        numbers = re.findall(r"<dt>[^<]*</dt><dd>([\d,]+)</dd>", text)
        assert numbers[:2] == [f"{waiting.height:,}", f"{doubtful:,}"]
        rows = re.findall(r"yujue review ([0-9a-f]{16})</code>", text)
        assert {sha[:16] for sha in waiting["document_sha256"].drop_nulls()} <= set(rows)
        for check in waiting["check_id"].unique():
            assert f'../quality/index.html#{check}">{check}</a>' in text.replace(f"../{language}/", "")
        assert 'href="../../' + language + '/review/index.html"' in (
            site_built / language / "quality" / "index.html"
        ).read_text("utf-8")


def test_verdicts_of_people_are_counted_and_wait_no_more(tmp_path: Path) -> None:
    tables = hostile_tables()
    said = ["confirm", "reject", "flag", None]
    findings = tables["findings"]
    findings = pl.concat([findings.head(1)] * 4).with_columns(
        pl.Series("human_verdict", said), pl.lit("fails").alias("outcome"),
        pl.Series("finding_id", ["a", "b", "c", "d"]),
    )  # fmt: skip
    folder = write_release(tmp_path / "releases" / VERSION, {**tables, "findings": findings})
    build_site(open_release(folder), tmp_path / "site")
    text = (tmp_path / "site" / "en" / "review" / "index.html").read_text("utf-8")
    assert "1 confirmed, 1 rejected, 1 flagged" in text
    assert re.findall(r"<dt>[^<]*</dt><dd>([\d,]+)</dd>", text)[0] == "2"
