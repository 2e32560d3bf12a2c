"""Rows in data of any make: which lists of a JSON or XML answer list papers, and which of their keys is which.

Names of keys differ from maker to maker (`title`, `TITLE`, `wzbt`, `DOCTITLE`), what stands under them does not: an
address reads as an address, a date as a date, a title as words that differ from row to row. So keys are chosen by what
they hold; a usual name only decides between equals. Pure functions; sizes, depth and counts are bounded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from crawl.literals import parsed
from crawl.naming import is_office, name_title

MAX_ROWS = 5000
_MAX_DEPTH = 24
_MAX_NODES = 300_000
_MAX_SAMPLE = 40  # records of a list that are looked at to choose its keys
_MAX_KEYS = 120
_MAX_TEXT = 2000
_BEIJING = timezone(timedelta(hours=8))

_SUFFIX = r"s?html?|jhtml|aspx?|jsp|php|do|action|pdf|docx?|xlsx?|wps|et|ofd|zip|rar|7z"
_ADDRESS = re.compile(
    rf"(?:https?:)?//\S{{3,}}|\.{{0,2}}/\S[^<>\n]{{2,}}|[\w%()~./-]{{1,400}}\.(?:{_SUFFIX})(?:[?#]\S*)?|#!?/\S+",
    re.IGNORECASE,
)
_NO_PLACE = re.compile(r"\.(?:js|css|png|jpe?g|gif|ico|bmp|svg|swf|mp4)(?:[?#].*)?$", re.IGNORECASE)
_LEAF = re.compile(rf"\.(?:{_SUFFIX})(?:[?#]|$)|\d{{4,}}|[0-9a-f]{{16,}}", re.IGNORECASE)
_TITLE_NAME = re.compile(r"title|bt$|biaoti|subject|topic|name$|标题|名称|题名", re.IGNORECASE)
_NOT_TITLE_NAME = re.compile(
    r"summary|abstract|content|desc|keyword|memo|intro|zy$|author|editor|source|publisher|creat|user|column|channel|cat(?:e|alog)|class|type|site|sub_?title|lanmu|lm|栏目|来源|作者|摘要|机构",
    re.IGNORECASE,
)
_DATE_NAME = re.compile(r"date|time|rq$|sj$|day|日期|时间|publish|_at$|pub", re.IGNORECASE)
_PUBLISHED = re.compile(r"pub|fb|gk|display|release|reltime|show|issue|发布|公开", re.IGNORECASE)
_NOT_PUBLISHED = re.compile(
    r"creat|crt|cr_?time|upd|modif|edit|write|cw|sc(?:rq|sj)|expire|valid|effect|end|start|begin|成文|生成|更新|有效|录入|top",
    re.IGNORECASE,
)
_URL_NAME = re.compile(r"url|link|href|path|地址|lj$", re.IGNORECASE)
_NOT_URL_NAME = re.compile(
    r"site|channel|column|cat(?:e|alog)|parent|home|img|pic|icon|logo|thumb|wap|mobile|app", re.IGNORECASE
)
_PARENT_NAME = re.compile(r"^p_?(?:id|code|no|key)$|parent|father|上级|fid$", re.IGNORECASE)
_OWN_NAME = re.compile(r"id$|code$|key$", re.IGNORECASE)
_MAX_LINEAGE = 6
_MAX_NUMBERS = 12  # keys that are looked at for a tree
_YEAR = re.compile(r"(?:19|20)\d\d(?:年度?)?")
_DAY = re.compile(
    r"(19[89]\d|20\d\d)(?:\s*([-/.年])\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})|(\d\d)(\d\d))(?!\d{1,3}(?:\D|$))"
)
_DOTNET = re.compile(r"/Date\((\d{9,13})")


class DataRow(msgspec.Struct, frozen=True):
    """One row: its address as written, its words, its date (YYYY-MM-DD), what it stands under, outermost first."""

    address: str
    title: str
    date: str | None = None
    above: tuple[str, ...] = ()


class _Keys(msgspec.Struct, frozen=True):
    title: str
    addresses: tuple[str, ...]
    dates: tuple[str, ...]
    columns: tuple[str, ...]


def rows_of(tree: Any) -> list[DataRow]:
    """The rows of every list of records in a tree, in its order."""
    found: list[DataRow] = []
    budget = [_MAX_NODES]
    for row in _walk(tree, (), 0, budget):
        found.append(row)
        if len(found) >= MAX_ROWS:
            break
    return found


def _walk(node: Any, above: tuple[str, ...], depth: int, budget: list[int]) -> Iterator[DataRow]:
    budget[0] -= 1
    if depth > _MAX_DEPTH or budget[0] < 0:
        return
    if isinstance(node, str):
        inner = parsed(node) if node[:1] in "[{" and len(node) > 20 else None
        if inner is not None:
            yield from _walk(inner, above, depth + 1, budget)
    elif isinstance(node, list):
        node = [_named(one) for one in node[:MAX_ROWS]]
        records = [one for one in node if isinstance(one, Mapping)]
        keys = keys_of(records)
        over = words_of_parents(records, keys) if keys is not None else {}
        for one in node:
            here = (*above, *over.get(id(one), ()))
            row = _row(one, keys, here) if keys is not None and isinstance(one, Mapping) else None
            if row is not None:
                yield row
            else:
                yield from _walk(one, above, depth + 1, budget)
    elif isinstance(node, Mapping):
        values = list(node.values())[:MAX_ROWS]
        if len(values) > 1 and all(isinstance(one, Mapping) for one in values):  # {"0": {…}, "1": {…}}
            yield from _walk(values, above, depth + 1, budget)
            return
        here = (*above, *_words_over(node))
        inside = False
        for one in values:
            if isinstance(one, (Mapping, list, str)):
                for row in _walk(one, here[-4:], depth + 1, budget):
                    inside = True
                    yield row
        # a lone record is a row where it is no group of rows (a feed has a title and an address too)
        keys = keys_of([node]) if not inside else None
        if keys is not None and (lone := _row(node, keys, above)):
            yield lone


def _named(record: Any) -> Any:
    """A record without names (`[1, "2024年部门预算", "/a.html", "2024-02-06"]`) under the numbers of its places."""
    if (
        isinstance(record, list)
        and 2 <= len(record) <= 40
        and all(isinstance(one, (str, int, float)) for one in record)
    ):
        return {f"_{number}": one for number, one in enumerate(record) if one is not None}
    return record


def _words_over(group: Mapping[str, Any]) -> list[str]:
    """What a group calls itself: `{"name": "2024年部门预算", "list": […]}`, `{"category": {"name": "财政预决算"}}`."""
    found = []
    for name, value in list(_flat(group).items())[:_MAX_KEYS]:
        text = value.strip()
        if 2 <= len(text) <= 40 and _TITLE_NAME.search(name) and re.search(r"[\u4e00-\u9fff]|^20\d\d", text):
            found.append(text)
    return found[:2]


def keys_of(records: list[Mapping[str, Any]]) -> _Keys | None:
    """Which keys of a list of records hold title, address and date; None where they are no rows of a list."""
    sample = [_flat(one) for one in records[:_MAX_SAMPLE]]
    if not sample:
        return None
    names = list(dict.fromkeys(name for one in sample for name in one))[:_MAX_KEYS]
    columns = {name: [one[name] for one in sample if one.get(name, "").strip()] for name in names}
    addresses = sorted(
        (name for name, values in columns.items() if _is_address(values)),
        key=lambda name: _address_rank(name, columns[name], len(sample)),
        reverse=True,
    )
    if not addresses:
        return None
    ranks = {
        name: rank
        for name, values in columns.items()
        if name not in addresses and (rank := _title_rank(name, values)) is not None
    }
    if not ranks:
        return None
    title = max(ranks, key=lambda name: ranks[name])
    dates = sorted(
        (name for name, values in columns.items() if name not in addresses and _is_date(name, values)), key=_date_rank
    )
    over = [name for name, values in columns.items() if name not in {title, *addresses} and _tells(name, values)]
    over.sort(key=lambda name: not _YEAR.fullmatch(columns[name][0].strip()))
    return _Keys(title, tuple(addresses[:4]), tuple(dates[:4]), tuple(over[:3]))


def words_of_parents(records: list[Mapping[str, Any]], keys: _Keys) -> dict[int, tuple[str, ...]]:
    """What each record stands under, outermost first, by the record's `id()`: a flat list of nodes is a tree where one
    key holds every node's own number and another its parent's (`{id:1, pId:0, name:"2024年部门预算"}, {id:11, pId:1}`).
    Empty where the list is no such tree."""
    flat = [_flat(one) for one in records]
    names = list(dict.fromkeys(name for one in flat[:_MAX_SAMPLE] for name in one))[:_MAX_KEYS]
    short = [name for name in names if all(len(one.get(name, "")) <= 64 for one in flat)]
    numbers = sorted(short, key=lambda name: not _OWN_NAME.search(name))[:_MAX_NUMBERS]
    parents = sorted(short, key=lambda name: not _PARENT_NAME.search(name))[:_MAX_NUMBERS]
    for own in numbers:
        nodes = {number: one for one in flat if (number := one.get(own, "").strip())}
        if len(flat) < 2 or len(nodes) < len(flat):
            continue  # not every record has a number of its own
        for other in parents:
            if other not in {own, keys.title} and _names_parents(flat, own, other, nodes, keys):
                return {
                    id(record): _lineage(one, other, nodes, keys.title)
                    for record, one in zip(records, flat, strict=True)
                }
    return {}


def _names_parents(
    flat: list[dict[str, str]], own: str, other: str, nodes: Mapping[str, dict[str, str]], keys: _Keys
) -> bool:
    """Whether a key holds the numbers of other records of the list. Where its name does not say so, the parents must
    be groups: they lead nowhere themselves (an order, a number of clicks names records by chance)."""
    parents = {one.get(other, "").strip() for one in flat}
    inner = parents & nodes.keys()
    if not inner or len(parents - inner) > 1 or any(one.get(own) == one.get(other) for one in flat):
        return False
    if _PARENT_NAME.search(other):
        return True
    return all(not _leads(nodes[number], keys) for number in inner)


def _leads(record: Mapping[str, str], keys: _Keys) -> bool:
    return any(_ADDRESS.fullmatch(record.get(name, "").strip()) for name in keys.addresses)


def _lineage(
    record: Mapping[str, str], parent: str, nodes: Mapping[str, Mapping[str, str]], title: str
) -> tuple[str, ...]:
    """The titles of a record's parents, outermost first; a ring ends where it is cut."""
    found: list[str] = []
    above = nodes.get(record.get(parent, "").strip())
    while above is not None and above is not record and len(found) < _MAX_LINEAGE:
        if text := _plain(above.get(title, ""))[:40]:
            found.append(text)
        above = nodes.get(above.get(parent, "").strip())
    return tuple(reversed(found))


def _tells(name: str, values: list[str]) -> bool:
    """Whether a key's values are what a row stands under: years, or papers in general words."""
    if not values:
        return False
    if all(_YEAR.fullmatch(value.strip()) for value in values):
        return not _DATE_NAME.search(name) or bool(re.search(r"year|nd|nian", name, re.IGNORECASE))
    short = all(len(value) <= 40 for value in values)
    return short and any(name_title(value).kind is not None for value in values[:10])


def _is_address(values: list[str]) -> bool:
    good = sum(1 for value in values if len(value) < _MAX_TEXT and _ADDRESS.fullmatch(value.strip()))
    pictures = sum(1 for value in values if _NO_PLACE.search(value.strip()))
    days = sum(1 for value in values if _DAY.fullmatch(value) or _DOTNET.match(value))
    return bool(values) and good - pictures - days >= 0.6 * len(values)


def _address_rank(name: str, values: list[str], total: int) -> float:
    filled, different = len(values) / total, len(set(values)) / len(values)
    leaves = sum(1 for value in values if _LEAF.search(value)) / len(values)
    usual = bool(_URL_NAME.search(name)) - 1.5 * bool(_NOT_URL_NAME.search(name))
    return 2 * different + leaves + filled + usual - 0.1 * name.count(".")


def _title_rank(name: str, values: list[str]) -> float | None:
    """How much speaks for a key's being the title; None where it cannot be."""
    texts = [_plain(value) for value in values]
    chinese = sum(1 for text in texts if re.search(r"[\u4e00-\u9fff]{2}", text))
    if not texts or chinese < 0.6 * len(texts) or sum(len(text) for text in texts) > 160 * len(texts):
        return None
    wanted = sum(1 for text in texts if name_title(text).kind is not None) / len(texts)
    general = sum(1 for text in texts if name_title(text).generic) / len(texts)
    offices = sum(1 for text in texts if is_office(text)) / len(texts)
    cut = sum(1 for text in texts if text.endswith(("…", "...", ".."))) / len(texts)
    different = len(set(texts)) / len(texts)
    length = min(sum(len(text) for text in texts) / len(texts) / 20, 1.0)
    usual = 1.5 * bool(_TITLE_NAME.search(name)) - 2.5 * bool(_NOT_TITLE_NAME.search(name))
    return 2 * wanted + offices + 2.5 * different + length + usual - 2 * cut - 3 * general - 0.2 * name.count(".")


def _is_date(name: str, values: list[str]) -> bool:
    named = bool(_DATE_NAME.search(name.rsplit(".", 1)[-1]))
    good = sum(1 for value in values if day_of(value, named=named))
    return bool(values) and good >= 0.5 * len(values)


def _date_rank(name: str) -> int:
    if _NOT_PUBLISHED.search(name):
        return 3
    return 0 if _PUBLISHED.search(name) else 1 if _DATE_NAME.search(name) else 2


def _row(record: Mapping[str, Any], keys: _Keys, above: tuple[str, ...]) -> DataRow | None:
    flat = _flat(record)
    title = _plain(flat.get(keys.title, ""))
    places = (flat.get(name, "").strip() for name in keys.addresses)
    address = next((text for text in places if text and _ADDRESS.fullmatch(text) and not _NO_PLACE.search(text)), None)
    if not title or address is None:
        return None
    days = (day_of(flat.get(name, ""), named=True) for name in keys.dates)
    told = [text for name in keys.columns if (text := _plain(flat.get(name, ""))) and text not in title]
    column = " ".join(f"{text}年" if re.fullmatch(r"\d{4}", text) else text for text in told)
    return DataRow(
        address, title[:1000], next((day for day in days if day), None), (*above, *([column] if column else []))
    )


def _flat(record: Mapping[str, Any]) -> dict[str, str]:
    """Scalars of a record and of the records inside it, as text; lists are no values of a row."""
    flat: dict[str, str] = {}
    for name, value in list(record.items())[:_MAX_KEYS]:
        if isinstance(value, Mapping):
            for inner, one in list(value.items())[:_MAX_KEYS]:
                if isinstance(one, (str, int, float)) and not isinstance(one, bool):
                    flat[f"{name}.{inner}"] = str(one)
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
            flat[str(name)] = str(value)
    return flat


def _plain(value: str) -> str:
    if "<" in value:
        value = re.sub(r"<[^<>]{0,400}>", "", value)
    return " ".join(html.unescape(value).split())


def day_of(value: str, *, named: bool = True) -> str | None:
    """YYYY-MM-DD of a date however data writes it; moments since 1970 and bare digits only under a name of a date."""
    text = value.strip()
    if not 6 <= len(text) <= 60:
        return None
    found = _DAY.match(text)
    try:
        if found and (found[2] or named):
            month, day = (found[3], found[4]) if found[2] else (found[5], found[6])
            return datetime(int(found[1]), int(month), int(day), tzinfo=UTC).date().isoformat()
        moment = _DOTNET.match(text)
        digits = moment[1] if moment else text if named and re.fullmatch(r"1\d{9}(?:\d{3})?(?:\.0)?", text) else None
        if digits:
            seconds = float(digits) / (1000 if len(digits.split(".")[0]) > 10 else 1)
            return datetime.fromtimestamp(seconds, tz=_BEIJING).date().isoformat()
        if re.match(r"(?:[A-Z][a-z]{2},\s*)?\d{1,2} [A-Z][a-z]{2} \d{4}", text):
            return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return None


def as_markup(rows: list[DataRow]) -> str:
    """Rows as lists with dates, each under the words it stands under."""
    parts: list[str] = []
    last: tuple[str, ...] | None = None
    for row in rows:
        if row.above != last:
            if last is not None:
                parts.append("</ul></div>")
            heads = "".join(f"<h4>{html.escape(text)}</h4>" for text in row.above)
            parts.append(f"<div>{heads}<ul>")
            last = row.above
        link, words, day = html.escape(row.address), html.escape(row.title), row.date or ""
        parts.append(f'<li><a href="{link}">{words}</a><span>{day}</span></li>')
    return "\n".join([*parts, "</ul></div>"]) if parts else ""
