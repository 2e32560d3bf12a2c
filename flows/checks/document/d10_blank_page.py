"""D10 中间没有空白页 · No page in between is blank

规则：文件首末页之间不应有没有任何内容的页。
Rule: Between its first and last page a document has no page without anything on it.
Formula: every page between the first and the last prints something
Exclusions:
  1. 只有页码、页眉的页也算空白 / a page with a page number or a running header only is blank
  2. 前一页以表格或长段落结尾的不判断：它们可能延续到该页 / not judged behind a table or a long paragraph, which may
     go on there
  3. 由图像识别的页、读取受限的页不判断 / pages read from pictures, or not read for a limit, are not judged
Not applicable: 文件没有页 / the document has no pages
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from flows.checks.check import Check
from flows.checks.noun import Finding, Quote
from flows.checks.views import AnyRow, DocumentFacts
from flows.lazy_rows import columns_of

PAGE_FIELD = "page_field"  # a page number, a running head: such a page is blank all the same
LONGEST_LINE = 100  # characters: a longer paragraph may run on over the next page, and rows name its first page only


class Last(NamedTuple):
    """What stands last on a page: its block, whether that is a table, its text."""

    block: int
    in_table: bool
    text: str


def run(facts: DocumentFacts) -> Iterator[Finding]:
    count = facts.about.n_pages
    if count is None or facts.about.method != "pdf_text":
        return
    cells = facts.tables.get("raw_cells", ())
    homes = set(columns_of(cells, "page", "home"))
    printed = {page for page, home in homes if page is not None and home != PAGE_FIELD}
    told = {issue["page"] for issue in facts.tables.get("issues", ()) if issue["page"] is not None}
    if not printed:
        return
    blank = [page for page in range(min(printed) + 1, max(printed)) if page not in printed and page not in told]
    last = _last(cells) if blank else {}
    sure = [page for page in blank if _ended(last, page)]
    for page in sure:
        yield Finding(
            subject=f"page{page}/blank",
            outcome="fails",
            message_zh=f"第 {page} 页是空白页。",
            message_en=f"Page {page} is blank.",
            quotes=(Quote(f"page{page}", page, ""),),
        )
    if not blank:
        yield Finding("pages", "holds", "没有空白页。", "No page is blank.", n_terms=count)


def _last(cells: Sequence[AnyRow]) -> dict[int, Last]:
    """What stands last on each page."""
    last: dict[int, Last] = {}
    for page, home, block, table, text in columns_of(cells, "page", "home", "block_no", "table_no", "text"):
        if page is not None and home != PAGE_FIELD and (page not in last or last[page].block <= block):
            last[page] = Last(block, table is not None, text)
    return last


def _ended(last: Mapping[int, Last], page: int) -> bool:
    """Whether what stands before the page ends before it: neither a table nor a long paragraph that may go on there."""
    before = last[max(one for one in last if one < page)]
    return not before.in_table and len(before.text) <= LONGEST_LINE


CHECK = Check(
    "D10",
    "document",
    "warning",
    __doc__,
    run,
    ("no_pages", "文件没有页。", "The document has no pages."),
)
