"""Lists that a page keeps in its HTML comments for its own scripts. Pure functions.

What stands in a comment is as a rule dead: a list that was taken off, markup of an older browser. It is alive where it
is no markup at all but data (records of XML under names of their own, JSON), or where a script of the page reads
comments. Then its rows are put in its place as markup.
"""

from __future__ import annotations

import re
from bisect import bisect

from crawl.data_rows import DataRow, as_markup, rows_of
from crawl.literals import parsed
from crawl.naming import is_office, name_title
from crawl.xml_rows import HTML_TAGS, xml_tree

_MAX_COMMENTS = 3000  # of one page
_MAX_COMMENT = 1_000_000  # characters
_MIN_COMMENT = 40
_FIRST_TAG = re.compile(r"\s{0,200}<([A-Za-z_][\w.:-]{0,60})[\s/>]")
# how scripts get at a comment: by the kind of its node, by a node's value, by its marks in innerHTML
_READS_COMMENTS = re.compile(
    r"nodeType\s{0,4}={2,3}\s{0,4}8\b|COMMENT_NODE|SHOW_COMMENT|childNodes\s{0,4}\[\s{0,4}\d{1,3}\s{0,4}\]\s{0,4}\.\s{0,4}(?:nodeValue|data)\b"
    r"|firstChild\s{0,4}\.\s{0,4}(?:nodeValue|data)\b|(?:replace|split|match)\(\s{0,4}[\"'/]<!--"
)
_SCRIPT = re.compile(r"</?script\b", re.IGNORECASE)
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,10};)")
_LINK = re.compile(r"<a\s[^<>]{0,1000}href[^<>]{1,1000}>([^<>]{2,300})</a>", re.IGNORECASE)


def with_comments_unfolded(text: str) -> str:
    """A page's markup with the rows of its living comments in place of them."""
    if "<!--" not in text:
        return text
    scripts: list[re.Match[str]] | None = None
    is_read: bool | None = None
    parts: list[str] = []
    done = at = 0
    for _ in range(_MAX_COMMENTS):
        start = text.find("<!--", at)
        end = text.find("-->", start + 4) if start >= 0 else -1
        if end < 0:
            break
        at = end + 3
        if not _MIN_COMMENT <= end - start <= _MAX_COMMENT:
            continue
        comment = text[start + 4 : end]
        first = _FIRST_TAG.match(comment)
        if first is not None and first[1].lower() in HTML_TAGS:
            is_read = bool(_READS_COMMENTS.search(text)) if is_read is None else is_read
            markup = _written(comment) if is_read else None
        else:
            markup = _rows(comment, is_xml=first is not None)
        if markup is None:
            continue
        scripts = list(_SCRIPT.finditer(text)) if scripts is None else scripts
        if not _is_in_script(scripts, start):
            parts += [text[done:start], markup]
            done = at
    return "".join([*parts, text[done:]])


def _written(comment: str) -> str | None:
    """A comment's own markup, where its links are papers."""
    return comment if _are_papers([found[1] for found in _LINK.finditer(comment)]) else None


def _rows(comment: str, *, is_xml: bool) -> str | None:
    """Markup of the rows of data in a comment; None where it is no data, or its rows are no papers."""
    tree = None
    if is_xml:
        tree = xml_tree(f"<rows>{_BARE_AMPERSAND.sub('&amp;', comment)}</rows>")
    elif comment.lstrip()[:1] in {"[", "{"} and not comment.startswith("[if"):
        tree = parsed(comment)
    rows: list[DataRow] = rows_of(tree) if tree is not None else []
    return f"<div>{as_markup(rows)}</div>" if _are_papers([row.title for row in rows]) else None


def _are_papers(titles: list[str]) -> bool:
    """Whether half of two or more rows name a disclosure or an office."""
    named = sum(name_title(title).wanted or is_office(title) for title in titles)
    return len(titles) >= 2 and named * 2 >= len(titles)


def _is_in_script(scripts: list[re.Match[str]], at: int) -> bool:
    """Whether a place stands in a script, where `<!--` hides code from old browsers; scripts: their tags, in order."""
    before = bisect(scripts, at, key=lambda tag: tag.start())
    return before > 0 and not scripts[before - 1][0].startswith("</")
