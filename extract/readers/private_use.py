"""Characters of Unicode's private use areas: their font alone says what they look like, so no text says what they are.

They stay in the text as they are, and an issue counts them. Word and Excel write the signs of symbol fonts (Symbol,
Wingdings) as U+F020–U+F0FF: as a bullet before a paragraph they say nothing that is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from extract.document import Block, Issue, Paragraph, Place, Severity
from extract.readers.trouble import issue

# The Unicode Standard, 23.5: the private use area and the supplementary areas A and B
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_BULLET = re.compile(r"^[ \t\u3000\xa0]*[\uf020-\uf0ff](?=[ \t\u3000\xa0]*[^\s\ue000-\uf8ff])", re.MULTILINE)


def private_use_issues(blocks: Sequence[Block], sha256: str) -> list[Issue]:
    """One issue per page (per document, where the format has no pages) and severity: bullets are information only."""
    others: Counter[int | None] = Counter()
    bullets: Counter[int | None] = Counter()
    for block in blocks:
        texts = [block] if isinstance(block, Paragraph) else block.cells
        for text in texts:
            found = len(_PRIVATE.findall(text.text))
            if found:
                page = text.places[0].page if text.places else None
                before = len(_BULLET.findall(text.text))
                others[page] += found - before
                bullets[page] += before
    counts: tuple[tuple[Counter[int | None], Severity], ...] = ((others, "warning"), (bullets, "info"))
    pages = sorted(others, key=lambda page: page or 0)
    return [
        _issue(page, counted[page], severity, sha256) for page in pages for counted, severity in counts if counted[page]
    ]


def _issue(page: int | None, count: int, severity: Severity, sha256: str) -> Issue:
    where_zh, where_en = (f"第 {page} 页有", f" on page {page}") if page is not None else ("有", "")
    what_zh, what_en = (
        ("段首的项目符号", "bullets before paragraphs, ") if severity == "info" else ("只在原字体中有字形", "")
    )
    return issue(
        "private_use_characters",
        severity,
        f"{where_zh} {count} 个私用区字符（{what_zh}），照原样保留，没有对应的文字",
        f"{count} characters of the private use area{where_en} ({what_en}kept as they are): only their font shows "
        "what they stand for",
        sha256=sha256,
        place=Place(page=page) if page is not None else None,
        count=count,
    )
