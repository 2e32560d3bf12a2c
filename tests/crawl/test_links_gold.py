"""The hand-checked pages of other people's sites (../shared/gold/pages): the measures the crawler must reach."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.commands.links import PageLinks, judge_page

BAR = 0.95


@pytest.fixture(scope="module")
def judged(shared: Path) -> list[tuple[dict[str, Any], PageLinks]]:
    folder = shared / "gold" / "pages"
    if not folder.is_dir():
        pytest.skip("no hand-checked pages (../shared/gold/pages) on this machine")
    gold = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "gold").glob("*.json"))]
    return [(one, judge_page((folder / one["file"]).read_bytes(), one["base_url"])) for one in gold]


def same(url: str) -> str:
    from urllib.parse import unquote

    return unquote(url).replace(" ", "%20")


def test_links_kinds_years_dates(judged: list[tuple[dict[str, Any], PageLinks]]) -> None:
    scores: dict[str, list[float]] = {"precision": [], "recall": [], "kind": [], "year": [], "date": []}
    for gold, found in judged:
        ignored = {same(link["href"]) for key in ("ignore_links", "column_links") for link in gold.get(key) or []}
        want = {same(link["href"]): link for link in gold.get("disclosure_links") or []}
        got = {same(link.url): link for link in found.disclosures if same(link.url) not in ignored}
        hit = want.keys() & got.keys()
        if want or got:
            scores["precision"].append(len(hit) / len(got) if got else float(not want))
            scores["recall"].append(len(hit) / len(want) if want else 1.0)
        if want:
            kinds = [got[url].kind in {want[url]["kind"], *(want[url].get("kind_alt") or [])} for url in hit]
            scores["kind"].append(sum(kinds) / len(want))
            for key, name in (("fiscal_year", "year"), ("date", "date")):
                known = {url for url, link in want.items() if link.get(key) is not None}
                if known:
                    right = sum(getattr(got[url], key) == want[url][key] for url in hit & known)
                    scores[name].append(right / len(known))
    for name, values in scores.items():
        assert sum(values) / len(values) >= BAR, (name, values)


def test_attachments_and_fields_of_notices(judged: list[tuple[dict[str, Any], PageLinks]]) -> None:
    precision, recall, fields = [], [], []
    for gold, found in judged:
        notice = gold.get("notice")
        if not notice or found.notice is None:
            assert not notice
            continue
        want = {same(one["href"]) for one in notice.get("attachments") or []}
        listed = {same(link["href"]) for link in gold.get("disclosure_links") or []}
        got = {same(one.url) for one in found.notice.attachments} - listed
        if want or got:
            precision.append(len(want & got) / len(got) if got else 0.0)
            recall.append(len(want & got) / len(want) if want else 1.0)
        right = [found.notice.kind in {notice["kind"], *(notice.get("kind_alt") or [])}] if notice.get("kind") else []
        if notice.get("fiscal_year") is not None:
            right.append(found.notice.fiscal_year == notice["fiscal_year"])
        if gold.get("publish_date"):
            right.append(
                found.notice.published_date in {gold["publish_date"], *(gold.get("publish_date_candidates") or {})}
            )
        if right:
            fields.append(sum(right) / len(right))
    for values in (precision, recall, fields):
        assert sum(values) / len(values) >= BAR


def test_classes_and_targets(judged: list[tuple[dict[str, Any], PageLinks]]) -> None:
    wrong = [
        (gold["file"], gold["page_class"], found.page_class)
        for gold, found in judged
        if gold["page_class"] != found.page_class.kind
    ]
    assert len(wrong) <= 0.05 * len(judged), wrong
    for gold, found in judged:
        if gold.get("redirect_target"):
            assert found.page_class.target == gold["redirect_target"]


def test_no_near_miss_is_taken(judged: list[tuple[dict[str, Any], PageLinks]]) -> None:
    for gold, found in judged:
        missed = {same(link["href"]) for link in gold.get("near_miss_links") or []}
        assert not missed & {same(link.url) for link in found.disclosures}, gold["file"]


def test_page_images_are_the_report(judged: list[tuple[dict[str, Any], PageLinks]]) -> None:
    for gold, found in judged:
        count = (gold.get("notice") or {}).get("body_images_of_document")
        if isinstance(count, int) and count:
            assert found.notice is not None
            assert len(found.notice.images) == count
