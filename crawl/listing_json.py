"""Answers that a listing's script gets, made into a page of the listing: rows as links with dates. Pure functions.

| answer | where the rows stand |
|---|---|
| JSON with markup in it (jpaas `data.html`; cms `attributes.data`, `page_bar`) | the largest text that holds links |
| JSON with records (gkmlpt `articles`, layui `data`, Spring `content`) | the largest list with titles and addresses |
| `<datastore>` (jcms dataproxy), records in CDATA | every `<record>` |
| records under other names (`wzbt`, `lj`), without names, nodes of a tree | what each key holds (`crawl.data_rows`) |
| a piece of a page | itself |

The result is a page like any other, so that one reader (`crawl.notice.read_listing`) decides what is a disclosure.
Every answer is hostile: JSON (JSONP, and literals as scripts write them) is read with bounded size and depth, markup
goes through the page reader, XML is not parsed as XML (no entities, no DTD).
"""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import msgspec

from crawl.data_rows import DataRow, as_markup, rows_of
from crawl.literals import parsed_at
from crawl.page import MAX_PAGE_BYTES, Page, PageError, absolute, decode_page, read_page

_BEIJING = timezone(timedelta(hours=8))
_MAX_ROWS = 5000
_MAX_NODES = 400_000
_MAX_DEPTH = 30
# most telling first; compared in lower case without _ and -
_TITLE_KEYS = ("title", "listtitle", "articletitle", "infotitle", "doctitle", "newstitle", "name", "subject", "topic")
_URL_KEYS = (
    "url", "posturl", "linkurl", "link", "href", "docpuburl", "puburl", "infourl", "articleurl", "pageurl", "visiturl",
    "detailurl", "staticurl", "path", "filepath", "fileurl",
)  # fmt: skip
_DATE_KEYS = (
    "displaypublishtime", "publishtime", "publishdate", "pubdate", "pubtime", "docreltime", "releasetime",
    "releasedate", "date", "time", "showdate", "infodate", "createdat", "createtime", "createdate", "crtime",
    "deploytime",
)  # fmt: skip
_TOTAL_KEYS = ("totalelements", "totalcount", "totalrecord", "totalrecords", "total", "count", "recordcount")
_PAGES_KEYS = ("totalpages", "totalpage", "pagecount", "pages", "pagetotal")
_RECORD = re.compile(r"<record>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.DOTALL)
_WRAPPED = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w.$]{1,60}\s*[(=]\s*(?=[\[{])")


class Fields(msgspec.Struct, frozen=True):
    """Where the rows of a JSON answer stand, as a source declares it; what is None is found by the usual names.

    rows: path of the list (`data.list`). title, date: key of a row. url: key of a row, or an address with `{key}` in
    it. total, pages: paths of the number of rows and of pages.
    """

    rows: str | None = None
    title: str | None = None
    url: str | None = None
    date: str | None = None
    total: str | None = None
    pages: str | None = None


class Row(msgspec.Struct, frozen=True):
    """One row of a listing: address, words, date (YYYY-MM-DD) where the answer has one."""

    url: str
    title: str
    date: str | None = None


class Rows(msgspec.Struct, frozen=True):
    """What an answer holds. page: the rows as a page; rows: how many links it has; total: rows the listing has in all;
    pages: how many pages it says there are; records: the rows of a list of records, as they are."""

    page: Page | None
    rows: int
    total: int | None = None
    pages: int | None = None
    records: tuple[Row, ...] = ()


def read_rows(body: bytes, url: str, base: str, fields: Fields | None = None) -> Rows | None:
    """Rows of an answer; None when it is neither JSON nor a datastore (a page, or a file).

    url: asked for; base: the page whose script asks, which relative addresses start from.
    Raises PageError for an answer of more than 16 MB.
    """
    if len(body) > MAX_PAGE_BYTES:
        raise PageError(f"answer of {len(body)} bytes, more than {MAX_PAGE_BYTES}")
    text, _ = decode_page(body)
    text = text.replace("\x00", "").lstrip("\ufeff \t\r\n")
    if "<datastore" in text[:20_000] and "<html" not in text[:2000].lower():
        return _of_datastore(text, url, base)
    tree = _json(text)
    if tree is None:
        return None
    return _of_json(tree, url, base, fields or Fields())


def _json(text: str) -> Any | None:
    """The JSON of an answer, JSONP and an assignment too; None when it is none. Depth is bounded by the readers."""
    wrapped = _WRAPPED.match(text) if text[:1] not in {"[", "{"} else None
    if wrapped is None and text[:1] not in {"[", "{"}:
        return None
    return parsed_at(text, wrapped.end() if wrapped else 0)


def tree_of(body: bytes) -> Any | None:
    """The data of an answer as it is written; None for a page, a datastore or a file. Raises PageError as read_rows."""
    if len(body) > MAX_PAGE_BYTES:
        raise PageError(f"answer of {len(body)} bytes, more than {MAX_PAGE_BYTES}")
    return _json(decode_page(body)[0].replace("\x00", "").lstrip("\ufeff \t\r\n"))


# -- records ------------------------------------------------------------------------------------------------------


def _of_json(tree: Any, url: str, base: str, fields: Fields) -> Rows:
    total = _whole(at(tree, fields.total)) if fields.total else _named_number(tree, _TOTAL_KEYS)
    pages = _whole(at(tree, fields.pages)) if fields.pages else _named_number(tree, _PAGES_KEYS)
    records = at(tree, fields.rows) if fields.rows else _largest_list(tree, fields)
    rows = list(_rows(records, base, fields)) if isinstance(records, list) else []
    told = [] if fields.title or fields.url else _told(records if fields.rows else tree, base)
    if rows:
        page = _as_page(rows, url)
        if any(row.above for row in told) and {row.address for row in told} == {row.url for row in rows}:
            page = _fragment(as_markup(told), url, base)  # the same rows, under what they stand
        return Rows(page, len(rows), total, pages, tuple(rows))
    pieces = sorted((text for text in _texts(tree) if "<a" in text.lower()), key=len, reverse=True)
    page = _fragment(pieces[0], url, base) if pieces else None
    links = sum(1 for _ in page.root.iter("a")) if page else 0
    if told and len(told) >= links:
        own = tuple(Row(row.address, row.title, row.date) for row in told)
        return Rows(_fragment(as_markup(told), url, base), len(told), total, pages, own)
    if not pieces:
        return Rows(None, 0, total, pages)
    counted = re.search(r"\bcount[\"'=:\s]{1,4}(\d{1,7})", pieces[0])  # jpaas writes its total beside the rows
    return Rows(page, links, total if total is not None else int(counted[1]) if counted else None, pages)


def _told(tree: Any, base: str) -> list[DataRow]:
    """The rows of a tree by what its records hold, with absolute addresses."""
    whole = ((row, absolute(base, row.address)) for row in rows_of(tree))
    return [msgspec.structs.replace(row, address=url) for row, url in whole if url]


def _largest_list(tree: Any, fields: Fields) -> list[Any] | None:
    """The list with the most records that have a title and an address."""
    best: tuple[int, list[Any]] | None = None
    for node in _nodes(tree):
        if isinstance(node, list) and node and isinstance(node[0], Mapping):
            good = sum(1 for record in node[:200] if isinstance(record, Mapping) and _is_row(record, fields))
            if good and (best is None or good > best[0]):
                best = (good, node)
    return best[1] if best else None


def _is_row(record: Mapping[str, Any], fields: Fields) -> bool:
    return bool(_title_of(record, fields)) and bool(_address_of(record, fields))


def _rows(records: list[Any], base: str, fields: Fields) -> Iterator[Row]:
    for record in records[:_MAX_ROWS]:
        if not isinstance(record, Mapping):
            continue
        title, address = _title_of(record, fields), _address_of(record, fields)
        url = absolute(base, address) if title and address else None
        if title and url:
            yield Row(url, title, date_of(_value(record, fields.date, _DATE_KEYS)))


def _title_of(record: Mapping[str, Any], fields: Fields) -> str:
    value = _value(record, fields.title, _TITLE_KEYS)
    text = re.sub(r"<[^<>]{0,300}>", "", value) if isinstance(value, str) else ""
    return " ".join(markup.unescape(text).split())[:1000]


def _address_of(record: Mapping[str, Any], fields: Fields) -> str:
    if fields.url and "{" in fields.url:
        return fill(fields.url, record) or ""
    value = _value(record, fields.url, _URL_KEYS)
    return value.strip() if isinstance(value, str) and len(value) < 2000 else ""


def fill(template: str, record: Mapping[str, Any]) -> str | None:
    """`/detail?id={id}` with the values of a record (or `{data.id}`), percent-encoded; None when one is missing."""
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        given = at(record, found[1])
        if given is None or isinstance(given, (dict, list)):
            missing = True
            return ""
        return quote(str(given), safe="")

    text = re.sub(r"\{([\w.]{1,80})\}", value, template)
    return None if missing else text


def _value(record: Mapping[str, Any], declared: str | None, usual: tuple[str, ...]) -> Any:
    if declared:
        return at(record, declared)
    plain = {re.sub(r"[_-]", "", str(key)).lower(): value for key, value in record.items()}
    return next((plain[key] for key in usual if plain.get(key) not in (None, "")), None)


def at(tree: Any, path: str | None) -> Any:
    """The value at `data.list` or `data.0.url`; the tree itself for an empty path; None when there is none."""
    node = tree
    for step in (path or "").split(".") if path else ():
        if isinstance(node, Mapping):
            node = node.get(step)
        elif isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
        else:
            return None
    return node


def date_of(value: Any) -> str | None:
    """YYYY-MM-DD of a text that begins with a date, or of a time in seconds or milliseconds (as Beijing's day)."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    found = re.match(r"(19[89]\d|20\d\d)(?:([-/.年])(\d{1,2})[-/.月](\d{1,2})|(\d\d)(\d\d))(?!\d)", text)
    try:
        if found:
            month, day = (found[3], found[4]) if found[2] else (found[5], found[6])
            return datetime(int(found[1]), int(month), int(day), tzinfo=UTC).date().isoformat()
        if re.fullmatch(r"\d{9,10}(?:\d{3})?(?:\.0)?", text):
            seconds = float(text) / (1000 if len(text.split(".")[0]) > 10 else 1)
            return datetime.fromtimestamp(seconds, tz=_BEIJING).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None
    return None


# -- markup -------------------------------------------------------------------------------------------------------


def _of_datastore(text: str, url: str, base: str) -> Rows:
    records = _RECORD.findall(text)[:_MAX_ROWS]
    page = _fragment("\n".join(records), url, base) if records else None
    total = re.search(r"<totalrecord>\s*(\d{1,7})", text)
    pages = re.search(r"<totalpage>\s*(\d{1,5})", text)
    return Rows(page, len(records), int(total[1]) if total else None, int(pages[1]) if pages else None)


def datastore_rows(page: Page) -> Page | None:
    """The records that a jcms page carries in `<script type="text/xml"><datastore>`, as a page; None without any.

    A browser's script shows them; to a reader of the markup they are text of a script.
    """
    for element in page.root.iter("script"):
        text = element.text or ""
        if "<datastore" in text:
            records = _RECORD.findall(text)[:_MAX_ROWS]
            return _fragment("\n".join(records), page.url, page.base) if records else None
    return None


def _fragment(text: str, url: str, base: str) -> Page | None:
    """A piece of markup as a page of its own, with addresses relative to `base`."""
    whole = f'<html><head><base href="{markup.escape(base)}"></head><body><div>{text}</div></body></html>'
    try:
        return read_page(whole.encode("utf-8", "replace"), url)
    except PageError:
        return None


def _as_page(rows: list[Row], url: str) -> Page | None:
    items = "".join(
        f'<li><a href="{markup.escape(row.url)}">{markup.escape(row.title)}</a><span>{row.date or ""}</span></li>'
        for row in rows
    )
    return _fragment(f"<ul>{items}</ul>", url, url)


# -- walking a tree -----------------------------------------------------------------------------------------------


def _nodes(tree: Any) -> Iterator[Any]:
    """Every node, breadth first, bounded in number and depth."""
    level, seen = [tree], 0
    for _ in range(_MAX_DEPTH):
        below: list[Any] = []
        for node in level:
            seen += 1
            if seen > _MAX_NODES:
                return
            yield node
            if isinstance(node, Mapping):
                below.extend(node.values())
            elif isinstance(node, list):
                below.extend(node)
        level = below


def _texts(tree: Any) -> Iterator[str]:
    for node in _nodes(tree):
        if isinstance(node, str):
            yield node


def _named_number(tree: Any, names: tuple[str, ...]) -> int | None:
    """The first number under one of the names, nearest to the root."""
    for node in _nodes(tree):
        if isinstance(node, Mapping):
            plain = {re.sub(r"[_-]", "", str(key)).lower(): value for key, value in node.items()}
            for name in names:
                value = _whole(plain.get(name))
                if value is not None:
                    return value
    return None


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    return int(value) if str(value).isdecimal() and len(str(value)) < 8 else None
