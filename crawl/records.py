"""Lists that come as data: markup in CDATA (jcms dataproxy), markup or records in JSON (jpaas, gkmlpt, cms .do). Pure
functions.

DOMAIN 7.3. Whatever carries the rows is turned into plain markup, so that one reader reads every list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawl.data_rows import DataRow, as_markup, rows_of
from crawl.literals import given_in_statements, parsed, parsed_at
from crawl.naming import is_office, name_title
from crawl.xml_rows import is_xml, xml_tree

MAX_RECORDS = 5000
_MAX_DEPTH = 12
_MAX_RECORD = 20_000  # characters
_JSONP = re.compile(
    r"^(?:/\*[^*]{0,200}\*/)?\s*(?:try\s*\{)?\s*(?:(?:var|let|const)\s+|window\.)?[\w.$]{0,60}"
    r"(?:\s*&&\s*[\w.$]{1,60})?\s*[(=]\s*(?=[\[{])"
)
_MAX_NODES = 300_000
_NOT_MARKUP = re.compile(r"^\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def markup_of_data(text: str) -> str | None:
    """Markup of the rows that a data answer carries; None where the text is a page, or carries no rows."""
    head = text[:2000].lstrip("\ufeff \t\r\n")
    if _NOT_MARKUP.match(head):
        return None
    if (
        re.search(r"<(?:datastore|recordset|record|nextgroup|datasource)\b", head, re.IGNORECASE)
        and "<![CDATA[" in text
        and (markup := records_in(text)) is not None
    ):
        return markup
    if is_xml(text):
        tree = xml_tree(text)
    elif head[:1] in {"{", "["} or _JSONP.match(head):
        tree = parsed(text)
    else:
        return None
    return _data_markup(tree) if tree is not None else None


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


def _data_markup(tree: Any) -> str | None:
    """Rows of a tree: records where there are any, else the pieces of markup it carries."""
    rows = rows_of(tree)
    if rows:
        return f"<div>{as_markup(rows)}</div>"
    pieces = list(_markup_in(tree, 0, [_MAX_NODES]))[:MAX_RECORDS]
    return "<div>" + "\n".join(pieces) + "</div>" if pieces else None


def _markup_in(value: Any, depth: int, budget: list[int]) -> Iterator[str]:
    budget[0] -= 1
    if depth > _MAX_DEPTH or budget[0] < 0:
        return
    if isinstance(value, str):
        if "<" in value and re.search(r"<(?:a|li|tr)\b", value, re.IGNORECASE):
            yield value
    elif isinstance(value, list):
        for one in value[:MAX_RECORDS]:
            yield from _markup_in(one, depth + 1, budget)
    elif isinstance(value, dict):
        for one in list(value.values())[:200]:
            yield from _markup_in(one, depth + 1, budget)


# -- rows in scripts of a page --------------------------------------------------------------------------------------

_MAX_SCRIPT = 2_000_000
_MAX_TRIED = 30  # literals of one script that are read
_LITERAL = re.compile(r"\[\s{0,40}[\[{]|[=:(]\s{0,10}\{(?=\s{0,40}[\"'\w])|Array\s{0,10}\((?=\s{0,40}(?:new\s|[\[{]))")
_WRITTEN = re.compile(
    r"<a\s[^<>]{0,1000}href[^<>]{1,1000}>[^<>]{2,300}</a>(?:\s{0,20}<(?:span|em|i|b|td|font)[^<>]{0,200}>[^<>]{0,60})?",
    re.IGNORECASE,
)


def rows_in_script(code: str) -> str | None:
    """Markup of the rows that a script holds as data (`var list=[{title:'…',url:'…'}]`) or writes
    (`document.write("<a href=…>")`); None where it has none that name a disclosure or an office."""
    if len(code) > _MAX_SCRIPT:
        return None
    if "href" in code and "<a" in code:
        plain = code.replace("\\/", "/").replace('\\"', '"').replace("\\'", "'")
        written = [found[0] for found in _WRITTEN.finditer(plain)][:MAX_RECORDS]
        written = [piece for piece in written if not re.search(r"[\"']\s*\+|\+\s*[\"']|\$\{|\{\{|<%|#\{", piece)]
        if any(name_title(_bare(piece)).wanted for piece in written):
            return "<ul>" + "\n".join(f"<li>{piece}</li>" for piece in written) + "</ul>"
    if not re.search(r"[\u4e00-\u9fff]|\\u[4-9]", code):
        return None
    for given in given_in_statements(code):
        rows = rows_of(given)
        if _are_papers(rows):
            return as_markup(rows)
    at = 0
    for _ in range(_MAX_TRIED if len(code) < 200_000 else _MAX_TRIED // 5):
        found = _LITERAL.search(code, at)
        if found is None:
            return None
        start = found.end() - 1 if found[0][0] != "[" else found.start()
        tree = parsed_at(code, start)
        rows = rows_of(tree) if tree is not None else []
        if _are_papers(rows):
            return as_markup(rows)
        at = found.end()
    return None


def _are_papers(rows: list[DataRow]) -> bool:
    """Whether half of the rows of a script, of two or more, name a disclosure or an office."""
    named = sum(name_title(row.title).wanted or is_office(row.title) for row in rows)
    return len(rows) >= 2 and named * 2 >= len(rows)


def _bare(piece: str) -> str:
    return re.sub(r"<[^<>]{0,1200}>", " ", piece)
