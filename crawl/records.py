"""Lists that come as data: markup in CDATA (jcms dataproxy), markup or records in JSON (jpaas, gkmlpt, cms .do). Pure
functions.

DOMAIN 7.3. Whatever carries the rows is turned into plain markup, so that one reader reads every list.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

MAX_RECORDS = 5000
_MAX_DEPTH = 12
_MAX_RECORD = 20_000  # characters
_JSONP = re.compile(r"^\s*(?:/\*\*/)?\s*[\w.$]{0,60}\s*\(\s*(?=[\[{])")
_TITLES = (
    "title",
    "name",
    "docTitle",
    "doctitle",
    "articleTitle",
    "subject",
    "infoTitle",
    "bt",
    "f_title",
    "topic",
    "contentTitle",
    "filename",
)
_LINKS = (
    "url",
    "link",
    "href",
    "puburl",
    "pubUrl",
    "docpuburl",
    "docPubUrl",
    "post_url",
    "linkUrl",
    "linkurl",
    "htmlUrl",
    "path",
    "detailUrl",
    "infoUrl",
    "fileUrl",
    "docUrl",
    "visitUrl",
    "realUrl",
    "sourceUrl",
    "f_url",
)
_DATES = (
    "display_publish_time",
    "date",
    "publishDate",
    "pubDate",
    "pubdate",
    "publishTime",
    "publish_time",
    "publishedTimeStr",
    "publishedTime",
    "docreltime",
    "docRelTime",
    "releaseDate",
    "createDate",
    "created_at",
    "time",
    "dates",
    "fbrq",
    "fbsj",
    "showDate",
    "deploytime",
    "writeTime",
    "first_publish_time",
)
_NOT_MARKUP = re.compile(r"^\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def markup_of_data(text: str) -> str | None:
    """Markup of the rows that a data answer carries; None where the text is a page, or carries no rows."""
    head = text[:2000].lstrip("\ufeff \t\r\n")
    if _NOT_MARKUP.match(head):
        return None
    if (
        re.search(r"<(?:datastore|recordset|record|nextgroup|datasource)\b", head, re.IGNORECASE)
        and "<![CDATA[" in text
    ):
        return records_in(text)
    if head[:1] in {"{", "["} or _JSONP.match(head):
        return _json_markup(text)
    return None


def records_in(text: str) -> str | None:
    """Markup in the CDATA sections of a datastore; None where there is none. Scripts in groups (`nextgroup`) are
    addresses of further records, not rows."""
    found = []
    for section in _sections(text):
        if "<" in section and "href" in section:
            starts = re.match(r"\s*<(?:li|tr|div|p|dl|table|ul)\b", section, re.IGNORECASE)
            found.append(section if starts else f"<p>{section}</p>")
    if not found:
        return None
    rows = "\n".join(found)
    return f"<table>{rows}</table>" if re.match(r"\s*<tr\b", found[0], re.IGNORECASE) else f"<div>{rows}</div>"


def _sections(text: str) -> Iterator[str]:
    at = 0
    for _ in range(MAX_RECORDS):
        start = text.find("<![CDATA[", at)
        end = text.find("]]>", start) if start >= 0 else -1
        if end < 0:
            return
        group = text.rfind("<", 0, start)
        if end - start <= _MAX_RECORD and not text.startswith("<nextgroup", group):
            yield text[start + 9 : end]
        at = end + 3


def _json_markup(text: str) -> str | None:
    start = _JSONP.match(text)
    body = text[start.end() :].rstrip().rstrip(";").rstrip().removesuffix(")") if start else text
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    rows = []
    for number, row in enumerate(_rows(value, 0)):
        if number >= MAX_RECORDS:
            break
        rows.append(row)
    return "<div>" + "\n".join(rows) + "</div>" if rows else None


def _rows(value: Any, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, str):
        if "<" in value and re.search(r"<(?:a|li|tr)\b", value, re.IGNORECASE):
            yield value
    elif isinstance(value, list):
        for one in value[:MAX_RECORDS]:
            yield from _rows(one, depth + 1)
    elif isinstance(value, dict):
        row = _row(value)
        if row is not None:
            yield row
            return
        for one in list(value.values())[:200]:
            yield from _rows(one, depth + 1)


def _row(record: dict[str, Any]) -> str | None:
    """One record with a title and an address as a row; nested ones (`tip: {dates}`) lend their date."""
    title, link = _first(record, _TITLES), _first(record, _LINKS)
    if title is None or link is None or not re.search(r"[/.?]", link) or len(title) > 2000:
        return None
    day = _first(record, _DATES)
    if day is None:
        for inner in record.values():
            if isinstance(inner, dict) and (day := _first(inner, _DATES)):
                break
    words = html.unescape(re.sub(r"<[^>]{0,400}>", "", title))
    return f'<li><a href="{html.escape(link)}">{html.escape(words)}</a><span>{html.escape(day or "")}</span></li>'


def _first(record: dict[str, Any], names: tuple[str, ...]) -> str | None:
    lower = {name.lower(): value for name, value in record.items() if isinstance(name, str)}
    for name in names:
        value = lower.get(name.lower())
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool) and name in _DATES and 10**9 < value < 5 * 10**12:
            return _moment(value)
    return None


def _moment(value: int) -> str:
    """Seconds or milliseconds since 1970 as a day of China."""
    seconds = value / 1000 if value > 10**11 else value
    return datetime.fromtimestamp(seconds, timezone(timedelta(hours=8))).date().isoformat()
