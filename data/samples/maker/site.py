"""The site: listing pages, notices, attachments, robots.txt, and the manifest that says what is where.

Paths are relative to the site's root and double as URL paths.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import docx_out, html_out
from .grid import Grid
from .model import FactsError, Report, build_reports
from .report import Block, blocks, title

LISTING = "yjsgk/index.html"
SECOND = "yjsgk/index_1.html"
ROBOTS = """User-agent: *
Disallow: /internal/
Disallow: /search/
Crawl-delay: 0
"""
STYLE = (
    "body{font-family:sans-serif;margin:0;color:#222;line-height:1.7}nav,footer{background:#f1f3f5;padding:.6em 2em}"
    "main{max-width:60em;margin:1em auto;padding:0 1em}nav a{margin-right:1.2em}"
    "table{border-collapse:collapse;margin:.5em 0}"
    "td{font-size:.85em}ul.list{list-style:none;padding:0}ul.list li{border-bottom:1px dotted #bbb}"
    "ul.list span{float:right;color:#666}.pager{text-align:center;margin:1em}"
)


@dataclass
class Notice:
    """A notice page of the listing and what it carries."""

    report: Report | None
    title: str
    published: str
    path: str
    attachments: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""


@dataclass
class Site:
    """files: path → bytes. left_out: PDF files that were not made because no font was given."""

    files: dict[str, bytes]
    manifest: dict[str, Any]
    left_out: list[str]


def _page(facts: Mapping[str, Any], head: str, heading: str, body: str) -> bytes:
    county = facts["county"]
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{heading}_{county["site"]}</title>
<meta name="SiteName" content="{county["site"]}">
<meta name="SiteIDCode" content="{county["code"]}0001">
{head}<style>{STYLE}</style>
</head>
<body>
<nav>
<a href="/index.html">首页</a>
<a href="/yjsgk/index.html">预决算公开</a>
<a href="/about.html">关于本站</a>
<a href="/search/index.html">站内搜索</a>
</nav>
<main>
{body}
</main>
<footer>
<p>{county["footer"]}</p>
<p><a href="/about.html">网站声明</a> <a href="/internal/ledger.html">内部台账</a></p>
</footer>
</body>
</html>
""".encode()


def _meta(pairs: Mapping[str, str]) -> str:
    return "".join(f'<meta name="{name}" content="{html_out.text(value)}">\n' for name, value in pairs.items())


def _listing(facts: Mapping[str, Any], notices: list[Notice], number: int, pages: list[str]) -> bytes:
    column = facts["county"]["column"]
    items = "\n".join(
        f'<li><a href="{notice.path.removeprefix("yjsgk/")}" title="{notice.title}">{notice.title}</a>'
        f"<span>{notice.published}</span></li>"
        for notice in notices
    )
    links = []
    if number > 0:
        links.append(f'<a href="{pages[number - 1].removeprefix("yjsgk/")}">上一页</a>')
    links += [
        f"<b>{i + 1}</b>" if i == number else f'<a href="{path.removeprefix("yjsgk/")}">{i + 1}</a>'
        for i, path in enumerate(pages)
    ]
    if number + 1 < len(pages):
        links.append(f'<a href="{pages[number + 1].removeprefix("yjsgk/")}">下一页</a>')
    body = f'<h1>{column}</h1>\n<ul class="list">\n{items}\n</ul>\n<div class="pager">{" ".join(links)}</div>'
    return _page(facts, _meta({"ColumnName": column, "ColumnType": "政府信息公开"}), column, body)


def _notice_page(facts: Mapping[str, Any], notice: Notice) -> bytes:
    county = facts["county"]
    head = _meta(
        {
            "ArticleTitle": notice.title,
            "PubDate": f"{notice.published} 09:00",
            "ContentSource": county["publisher"],
            "ColumnName": county["column"],
        }
    )
    parts = [
        f"<h1>{notice.title}</h1>",
        f'<p class="info">发布日期：{notice.published} 来源：{county["publisher"]}</p>',
        '<div class="article" id="zoom">',
        notice.body,
    ]
    if notice.attachments:
        links = "\n".join(f'<li><a href="{file}">{name}</a></li>' for file, name in notice.attachments)
        parts.append(f"<p>附件：</p>\n<ul>\n{links}\n</ul>")
    return _page(facts, head, notice.title, "\n".join([*parts, "</div>"]))


def _notice_of(report: Report, number: int) -> Notice:
    compact = report.published.replace("-", "")
    path = f"yjsgk/{report.year}/t{compact}_{report.code}{number:03d}.html"
    return Notice(report, f"{report.org}{report.year}年部门预算信息公开", report.published, path)


def build(facts: Mapping[str, Any], font: Path | None) -> Site:
    """The whole site. Without a font the PDF attachments are left out and said so."""
    files: dict[str, bytes] = {"robots.txt": ROBOTS.encode()}
    left_out: list[str] = []
    documents: list[dict[str, Any]] = []
    notices: list[Notice] = []
    for number, report in enumerate(build_reports(facts), start=1):
        notice = _notice_of(report, number)
        notices.append(notice)
        made = blocks(report, facts["prose"])
        folder, compact = notice.path.rsplit("/", 1)[0], report.published.replace("-", "")
        file = f"P{compact}{number:04d}.{report.format}"
        path = f"{folder}/{file}" if report.format != "html" else notice.path
        if report.format == "html":
            notice.body = html_out.render(made)
        else:
            notice.body = f"<p>现公开{report.org}{report.year}年部门预算，详见附件。</p>"
            notice.attachments.append((file, f"{title(report)}.{report.format}"))
            if report.format == "docx":
                files[path] = docx_out.render(made, title(report), report.published)
            elif report.format == "pdf" and font is not None:
                from . import pdf_out  # reportlab is wanted for the PDF files only

                files[path] = pdf_out.render(made, title(report), font)
            elif report.format == "pdf":
                left_out.append(path)
            else:
                raise FactsError(f"{report.id}: no way to print {report.format}")
        dead = facts["dead_link"]
        if dead["document"] == report.id:
            notice.attachments.append((dead["file"], dead["name"]))
        documents.append(_document(report, notice, path, made))
    plain = facts["plain_notice"]
    notices.append(
        Notice(
            None,
            plain["title"],
            plain["published"],
            f"yjsgk/{plain['published'][:4]}/t{plain['published'].replace('-', '')}_901.html",
            attachments=[(f"../..{plain['refused']['path']}", plain["refused"]["name"])],
            body="\n".join(f"<p>{text}</p>" for text in plain["text"]),
        )
    )
    files[plain["refused"]["path"].removeprefix("/")] = plain["refused"]["text"].encode()
    for notice in notices:
        files[notice.path] = _notice_page(facts, notice)
    _frame(facts, notices, files)
    return Site(files, _manifest(facts, files, documents, notices), left_out)


def _frame(facts: Mapping[str, Any], notices: list[Notice], files: dict[str, bytes]) -> None:
    """Listing pages, newest first, and the pages around them that are not part of the column."""
    ordered = sorted(notices, key=lambda n: (n.published, n.path), reverse=True)
    half = (len(ordered) + 1) // 2
    pages = [LISTING, SECOND]
    files[LISTING] = _listing(facts, ordered[:half], 0, pages)
    files[SECOND] = _listing(facts, ordered[half:], 1, pages)
    site = facts["county"]["site"]
    files["index.html"] = _page(
        facts, "", "首页", f'<h1>{site}</h1>\n<p><a href="/yjsgk/index.html">预决算公开</a></p>'
    )
    files["about.html"] = _page(facts, "", "关于本站", f"<h1>关于本站</h1>\n<p>{facts['county']['footer']}</p>")
    files["search/index.html"] = _page(facts, "", "站内搜索", "<h1>站内搜索</h1>\n<p>robots.txt 不允许抓取此页。</p>")
    files["internal/ledger.html"] = _page(
        facts, "", "内部台账", "<h1>内部台账</h1>\n<p>robots.txt 不允许抓取此页。</p>"
    )


def _document(report: Report, notice: Notice, path: str, made: list[Block]) -> dict[str, Any]:
    grids = [block for block in made if isinstance(block, Grid)]
    return {
        "id": report.id,
        "path": path,
        "kind": report.format,
        "basis": report.basis,
        "org_code": report.code,
        "org_name": report.org,
        "fiscal_year": report.year,
        "notice": notice.path,
        "notice_title": notice.title,
        "published": report.published,
        "tables": len(grids),
        "projects": len(report.projects),
        "indicators": sum(len(project.indicators) for project in report.projects),
        "org_units": len(report.units),
        "total": f"{report.spending.total:.2f}",
        "basic": f"{report.spending.first:.2f}",
        "project": f"{report.spending.second:.2f}",
        "planted": [_planted(error, report, grids) for error in report.planted],
    }


def _planted(error: Mapping[str, Any], report: Report, grids: list[Grid]) -> dict[str, Any]:
    """One planted error with where its cells stand; raises FactsError when a cell does not print what the facts say."""
    by_key = {grid.key: (number, grid) for number, grid in enumerate(grids, start=1)}
    cells = []
    for wanted in error["cells"]:
        number, grid = by_key[wanted["table"]]
        cell = grid.at(wanted["line"], wanted["column"])
        if cell.text != wanted["text"]:
            raise FactsError(
                f"{report.id}/{error['id']}: {wanted['table']} prints {cell.text!r}, not {wanted['text']!r}"
            )
        place = f"t{number}.r{cell.row + 1}.c{cell.col + 1}"
        shown = {"statement": wanted["table"], "line": wanted["line"], "column": wanted["column"], "printed": cell.text}
        cells.append(shown if report.format == "pdf" else {**shown, "place": place})
    out = {
        "id": error["id"],
        "document": report.id,
        "real": error.get("real", False),
        "check_family": error["check_family"],
        "outcome": error["outcome"],
        "subject": error["subject"],
        "about_zh": error["about_zh"],
        "about_en": error["about_en"],
        "cells": cells,
    }
    for key in ("left", "right", "difference"):
        if key in error:
            out[key] = str(error[key])
    if "consequences" in error:
        out["consequences"] = error["consequences"]
    return out


def _manifest(
    facts: Mapping[str, Any], files: Mapping[str, bytes], documents: list[dict[str, Any]], notices: list[Notice]
) -> dict[str, Any]:
    roles = {LISTING: "listing", SECOND: "listing"}
    roles |= {notice.path: "notice" for notice in notices}
    roles |= {d["path"]: "inline" if d["kind"] == "html" else "attachment" for d in documents}
    entries = []
    for path in sorted(files):
        data = files[path]
        entries.append(
            {
                "path": f"/{path}",
                "role": roles.get(path, "other"),
                "kind": path.rsplit(".", 1)[1],
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        )
    digests = {entry["path"]: entry["sha256"] for entry in entries}
    for document in documents:
        document["path"], document["notice"] = f"/{document['path']}", f"/{document['notice']}"
        document["sha256"] = digests.get(document["path"])
    dead = facts["dead_link"]
    folder = next(d["notice"].rsplit("/", 1)[0] for d in documents if d["id"] == dead["document"])
    return {
        "county_code": facts["county"]["code"],
        "publisher": facts["county"]["publisher"],
        "listing": f"/{LISTING}",
        "files": entries,
        "documents": documents,
        "dead_links": [f"{folder}/{dead['file']}"],
        "disallowed": [facts["plain_notice"]["refused"]["path"], "/internal/ledger.html", "/search/index.html"],
        "not_disclosures": [f"/{notice.path}" for notice in notices if notice.report is None],
    }


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
