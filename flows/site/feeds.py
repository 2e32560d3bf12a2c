"""Atom feeds (releases, documents, each county) and the sitemap. Times follow from the data, never from the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from flows.release import version as names
from flows.site import words
from flows.site.catalogue import Catalogue
from flows.site.release import Release, Row
from flows.site.render import LANGUAGES, Pages, escape

MOST_ENTRIES: Final = 100
MOST_ADDRESSES: Final = 45_000  # of one sitemap file; the protocol allows 50,000


def write(pages: Pages, release: Release, catalogue: Catalogue) -> None:
    base = pages.base.rstrip("/") + "/" if pages.base else "../"
    moment = release.moment
    releases = [
        _entry(
            f"urn:yujue:release:{index['version']}",
            str(index["version"]),
            f"{base}zh/changes/index.html",
            _moment_of(str(index["version"]), moment),
            _counts(index),
        )
        for index in reversed(release.others())
    ]
    pages.output.write("feeds/releases.atom", _feed("releases", "预决：版本 · yujue: releases", base, moment, releases))
    pages.output.write(
        "feeds/documents.atom",
        _feed(
            "documents", "预决：文件 · yujue: documents", base, moment, _documents(catalogue.documents, base, moment)
        ),
    )
    for county in catalogue.counties:
        name = words.place_name(county or None)
        entries = _documents(catalogue.by_county.get(county, []), base, moment)
        pages.output.write(
            f"feeds/county-{county or 'none'}.atom",
            _feed(f"county:{county or 'none'}", f"预决：{name[0]} · yujue: {name[1]}", base, moment, entries),
        )
    if pages.base:  # a sitemap needs whole addresses
        _sitemap(pages, base)


def _moment_of(version: str, default: dt.datetime) -> dt.datetime:
    parsed = names.parse(version)
    return (
        default
        if parsed is None or not 1 <= parsed[1] <= 12
        else dt.datetime(parsed[0], parsed[1], 1, tzinfo=dt.UTC) + dt.timedelta(hours=min(parsed[2], 600))
    )


def _counts(index: dict[str, Any]) -> str:
    counts = index.get("counts") or {}
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _documents(rows: Sequence[Row], base: str, moment: dt.datetime) -> list[str]:
    """The newest documents by their date of publication; those without one come last, by their digest."""
    dated = sorted(rows, key=lambda row: str(row["document_sha256"]))
    dated.sort(key=lambda row: row["published_date"] or dt.date.min, reverse=True)
    entries = []
    for row in dated[:MOST_ENTRIES]:
        day = row["published_date"]
        when = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC) if day is not None else moment
        title = " ".join(
            str(part)
            for part in (
                row["org_name"] or row["title_printed"] or row["filename"],
                row["fiscal_year"],
                words.say("doc_type", row["doc_type"], "zh"),
            )
            if part
        )
        sha256 = str(row["document_sha256"])
        said = (
            f"{words.say('doc_type', row['doc_type'], 'en')}; {row['n_facts'] or 0} positions for amounts; "
            f"{row['n_fails']} checks fail"
        )
        entries.append(_entry(f"urn:sha256:{sha256}", title, f"{base}zh/doc/{sha256[:16]}/index.html", when, said))
    return entries


def _entry(identifier: str, title: str, link: str, when: dt.datetime, summary: str) -> str:
    return (
        f'<entry><id>{escape(identifier)}</id><title>{escape(title)}</title><link href="{escape(link)}"/>'
        f"<updated>{_stamp(when)}</updated><summary>{escape(summary)}</summary></entry>\n"
    )


def _feed(name: str, title: str, base: str, moment: dt.datetime, entries: list[str]) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh">\n'
        f"<id>urn:yujue:feed:{escape(name)}</id><title>{escape(title)}</title><updated>{_stamp(moment)}</updated>\n"
        f'<link href="{escape(base)}zh/index.html"/><author><name>yujue</name></author>\n{"".join(entries)}</feed>\n'
    )


def _stamp(when: dt.datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _sitemap(pages: Pages, base: str) -> None:
    addresses = [f"{base}{language}/{path}" for path in sorted(set(pages.paths)) for language in LANGUAGES]
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    files = [addresses[at : at + MOST_ADDRESSES] for at in range(0, len(addresses), MOST_ADDRESSES)]
    for number, part in enumerate(files, start=1):
        body = "".join(f"<url><loc>{escape(one)}</loc></url>\n" for one in part)
        name = "sitemap.xml" if len(files) == 1 else f"sitemap-{number}.xml"
        pages.output.write(name, f"{head}<urlset {space}>\n{body}</urlset>\n")
    if len(files) > 1:
        body = "".join(
            f"<sitemap><loc>{base}sitemap-{number}.xml</loc></sitemap>\n" for number in range(1, len(files) + 1)
        )
        pages.output.write("sitemap.xml", f"{head}<sitemapindex {space}>\n{body}</sitemapindex>\n")
