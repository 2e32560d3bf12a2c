"""`links`: what a stored page leads to and what it says about itself, for people and for measuring."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table as RichTable

from crawl.discover import Discovery, Found, discover
from crawl.notice import NoticePage, further_pages, notice_of
from crawl.outline import Outline
from crawl.page import MAX_PAGE_BYTES, PageError, read_page
from crawl.page_class import PageClass, by_bytes, classify_read
from flows import errors
from flows.terminal import line, out, print_json, safe, say

UNKNOWN_URL = "http://unknown.invalid/"
_NOTICES = frozenset({"notice", "notice_with_links", "pdf_as_html_notice", "irrelevant_article"})


class PageLinks(msgspec.Struct, frozen=True):
    """A page judged: what it is, the links of each role, and, for an article, the notice."""

    page_class: PageClass
    disclosures: tuple[Found, ...] = ()
    columns: tuple[Found, ...] = ()
    near_misses: tuple[Found, ...] = ()
    notice: NoticePage | None = None
    next_pages: tuple[str, ...] = ()

    def answer(self) -> dict[str, Any]:
        """The line of `--batch`."""
        notice = self.notice
        return {
            "page_class": self.page_class.kind,
            "reasons": list(self.page_class.reasons),
            "target": self.page_class.target,
            "disclosure_links": [_row(link) for link in self.disclosures],
            "column_links": [_row(link) for link in self.columns],
            "near_miss_links": [_row(link) for link in self.near_misses],
            "attachments": [
                {
                    "href": one.url,
                    "text": one.text,
                    "kind": one.kind,
                    "entity": one.entity,
                    "fiscal_year": one.fiscal_year,
                }
                for one in (notice.attachments if notice else ())
            ],
            "page_images": list(notice.images if notice else ()),
            "platform_links": [{"href": one.url, "text": one.text} for one in (notice.platform if notice else ())],
            "next_pages": list(self.next_pages),
            "title": notice.title if notice else None,
            "publish_date": notice.published_date if notice else None,
            "department": notice.entity if notice else None,
            "publisher": notice.publisher if notice else None,
            "fiscal_year": notice.fiscal_year if notice else None,
            "kind": notice.kind if notice else None,
        }


def links(
    file: Annotated[Path | None, typer.Argument(help="网页文件 / a stored page", show_default=False)] = None,
    *,
    base_url: Annotated[
        str, typer.Option("--base-url", help="网页的网址，用于补全相对链接 / the page's address, for relative links")
    ] = UNKNOWN_URL,
    batch: Annotated[
        bool,
        typer.Option(
            "--batch",
            help='从标准输入逐行读取 {"file", "base_url"}，逐行输出 / requests on stdin, one answer per line',
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> int:
    """一个网页里有哪些预算、决算、绩效公开的链接和附件。 The disclosure links and attachments of a stored page."""
    if batch:
        return _batch(sys.stdin)
    if file is None:
        raise errors.usage("请给出网页文件，或用 --batch", "name a stored page, or use --batch")
    try:
        body = _read(file)
    except OSError as error:
        raise errors.usage(f"无法读取 {file}（{error.strerror}）", f"cannot read {file} ({error.strerror})") from error
    found = judge_page(body, base_url)
    if as_json:
        print_json(found.answer())
    else:
        _show(found)
    return errors.DATA if found.page_class.kind == "unreadable" else errors.OK


def judge_page(body: bytes, url: str) -> PageLinks:
    """Everything `links` says about a page, by its bytes and address. Never raises for a bad page."""
    early = by_bytes(body, 200, url)
    if early is not None:
        return PageLinks(early)
    try:
        page = read_page(body, url)
    except PageError as error:
        return PageLinks(PageClass("unreadable", (str(error),)))
    outline = Outline(page)
    found = discover(page, outline)
    kind = classify_read(page, outline, found)
    return _of_class(kind, found, notice_of(page, outline, found, "", None), further_pages(page))


def _of_class(kind: PageClass, found: Discovery, notice: NoticePage, pages: tuple[str, ...]) -> PageLinks:
    disclosures = found.of("disclosure")
    if kind.kind in _NOTICES:
        # what an article carries as files are its attachments; beside it stand links of other articles
        papers = {link.url for link in notice.papers} if kind.kind == "notice_with_links" else set()
        disclosures = [link for link in disclosures if link.url in papers]
    elif not kind.is_content:
        disclosures = []
    else:
        notice = msgspec.structs.replace(notice, published_date=None, kind=None, fiscal_year=None, images=())
    return PageLinks(
        kind, tuple(disclosures), tuple(found.of("column")), tuple(found.of("near_miss")), notice, pages
    )  # fmt: skip


def _row(link: Found) -> dict[str, Any]:
    return {
        "href": link.url,
        "title": link.text,
        "date": link.date,
        "entity": link.entity,
        "fiscal_year": link.fiscal_year,
        "kind": link.kind,
        "kind_alt": list(link.also),
        "stage": "adjusted" if link.adjusted else None,
        "target": link.target,
        "confidence": link.confidence,
        "reasons": list(link.reasons),
        "occurrences": link.occurrences,
    }


def _read(file: Path) -> bytes:
    with file.open("rb") as source:
        return source.read(MAX_PAGE_BYTES + 1)


def _batch(requests: Iterable[str]) -> int:
    """One answer per request, in their order; a page that cannot be read is an answer too."""
    for answer in _answers(requests):
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return errors.OK


def _answers(requests: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, request in enumerate(requests, 1):
        if not request.strip():
            continue
        try:
            asked = json.loads(request)
            found = judge_page(_read(Path(asked["file"])), str(asked.get("base_url") or UNKNOWN_URL))
        except Exception as error:  # noqa: BLE001 -- one bad request must not end the others
            line(f"第 {number} 行：{error}", f"line {number}: {error!r}", mark="yujue:")
            found = PageLinks(PageClass("unreadable", (str(error)[:200],)))
        else:
            if found.page_class.kind == "unreadable":
                line(
                    f"第 {number} 行：{found.page_class.reasons[0]}",
                    f"line {number}: {found.page_class.reasons[0]}",
                    mark="yujue:",
                )
        yield found.answer()


def _show(found: PageLinks) -> None:
    console = out()
    kind = found.page_class
    console.print(safe(f"{kind.kind}: {'; '.join(kind.reasons)}" + (f" → {kind.target}" if kind.target else "")))
    notice = found.notice
    if notice is not None and kind.kind in _NOTICES:
        words = [notice.title, notice.entity, notice.kind, notice.fiscal_year, notice.published_date]
        console.print(safe(" · ".join(str(word) for word in words if word)))
    table = RichTable(title=say("公开链接", "disclosures"), title_justify="left")
    for name in (
        say("类别", "kind"),
        say("年度", "year"),
        say("日期", "date"),
        say("单位", "entity"),
        say("标题", "title"),
        "URL",
    ):
        table.add_column(name, overflow="fold")
    for link in found.disclosures:
        values = (link.kind, link.fiscal_year, link.date, link.entity, link.text, link.url)
        table.add_row(*(safe(value) for value in values))
    if found.disclosures:
        console.print(table)
    rows = [(say("附件", "attachment"), one.text, one.url) for one in (notice.attachments if notice else ())]
    rows += [(say("栏目", "column"), one.text, one.url) for one in found.columns]
    rows += [
        (say("不是公开", "near miss"), f"{one.text} ({'; '.join(one.reasons)})", one.url) for one in found.near_misses
    ]
    rows += [(say("续页", "further page"), "", url) for url in found.next_pages]
    if rows:
        rest = RichTable(show_header=False)
        for row in rows:
            rest.add_row(*(safe(value) for value in row))
        console.print(rest)
    if not rows and not found.disclosures:
        console.print(say("没有找到", "nothing found"))
