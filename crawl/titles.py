"""What a link may be called: its words, its `title`, the pieces it is put together of. Pure functions."""

from __future__ import annotations

import re

from lxml import etree, html

from crawl.attachments import words_of
from crawl.dating import DATE, plain_title
from crawl.naming import name_title
from crawl.outline import is_action
from crawl.page import squeeze, text_of

CUT_OFF = re.compile(r"(?:\.{2,}|…+|。{3,})$")
LABEL_ONLY = re.compile(r"^[\[【(（〔].{1,14}[\])）】〕]$")
_ONLY_NUMBERS = re.compile(r"[\d\s./年月日:\-\[\]()（）【】]+")
_HTML_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
MAX_TEXT = 1000  # characters of a title that are kept


def titles_of(anchor: html.HtmlElement) -> list[str]:
    """What a link may be called, best first: a heading inside it, its words, its `title` where they are cut off or
    few."""
    shown = words_of(anchor)[:MAX_TEXT]
    title = squeeze(anchor.get("title") or "")[:MAX_TEXT]
    title = re.sub(
        r"^(?:标题|题名|名称)\s*[:：]\s*|\s*(?:发布|作者|时间|日期|点击|来源|更新)\S{0,4}\s*[:：].*$", "", title
    )
    names = []
    for tag in _HTML_HEADINGS:
        if (inner := anchor.find(f".//{tag}")) is not None and (text := text_of(inner)):
            names.append(text)
    words = without_repeats(without_date(without_repeats(shown)))
    if len(words) > 80:  # a card: title, summary and date in one link; its first block is the title
        blocks = [
            without_repeats(text)
            for block in anchor.iter("p", "div", "span", "strong", "b", "dt")
            if not len(block) and 6 <= len(text := text_of(block)) <= 120
        ]
        names.extend(blocks[:1])
    pieces = _pieces(anchor)
    if anchor.tag not in {"a", "area"}:  # a row that opens: its words are number, title, date, clicks
        names.extend(pieces)
    words = _TRAILING_ACTION.sub("", words) or words
    cut = bool(CUT_OFF.search(words)) or not words or bool(LABEL_ONLY.match(words)) or is_action(words)
    if title and (cut or not name_title(words).wanted):
        names.extend((without_date(title), words))
    else:
        names.extend((words, without_date(title)))
    names.extend(pieces)
    return [name for name in names if name and (is_year(plain_title(name)) or not _ONLY_NUMBERS.fullmatch(name))]


_TRAILING_ACTION = re.compile(
    r"(?<=\S)\s+[\[【(（<]?(?:点击|点此)?(?:查看|下载|详情|详细|打开|预览|浏览|进入)(?:详情|更多|全文|附件|详细|原文)?[\])）】>»›]*$"
)


_INLINE = frozenset({"em", "font", "b", "strong", "u", "mark", "sup", "sub", "wbr", "big", "small"})


def _pieces(anchor: html.HtmlElement) -> list[str]:
    """The pieces of text of a link that is put together of several (number, title, date, an action)."""
    if not len(anchor):
        return []
    found: list[str] = []
    running = ""
    for number, (event, one) in enumerate(etree.iterwalk(anchor, events=("start", "end"))):
        if number > 100:
            break
        if not isinstance(one.tag, str) or one.tag in {"script", "style"}:
            continue
        if one.tag not in _INLINE:  # what is only emphasized runs on
            found.append(running)
            running = ""
        running += (one.text if event == "start" else one.tail if one is not anchor else None) or ""
    found = [piece for text in (*found, running) if len(piece := squeeze(text)) >= 4 and not is_action(piece)]
    pieces = [without_date(piece) for piece in dict.fromkeys(found) if re.search(r"[\u4e00-\u9fff]{2}", piece)]
    return pieces[:8] if len(pieces) > 1 or anchor.tag != "a" else []


def without_repeats(text: str) -> str:
    """`X X X` as X: the same title printed for screens of several widths."""
    parts = text.split(" ")
    for times in (4, 3, 2):
        if len(parts) % times == 0 and len(parts) >= times:
            piece = len(parts) // times
            if all(parts[i] == parts[i % piece] for i in range(len(parts))):
                return " ".join(parts[:piece])
    for times in (4, 3, 2):
        if len(text) >= 8 * times and len(text) % times == 0 and text[: len(text) // times] * times == text:
            return text[: len(text) // times]
    return text


def without_date(shown: str) -> str:
    """Words without the list's date before or behind them; a date inside them stays."""
    for found in DATE.finditer(shown):
        before, behind = shown[: found.start()].strip("[(（【 "), shown[found.end() :].lstrip("日").strip("])）】 ")
        behind = re.sub(r"^\d\d:\d\d(?::\d\d)?", "", behind).strip("])）】 ")
        if not before or not behind:
            return before or behind or shown
    return shown


def is_year(plain: str) -> bool:
    """Whether a title is nothing but a year."""
    return bool(re.fullmatch(r"(?:19|20)\d\d年?(?:度)?", plain))
