"""The registry of sources for the command line: drafts from a code and addresses, or from a list of columns.

A draft says that nobody has looked at the site yet: its publisher and its platform are guessed, from the name of the
division and the address alone. The night leaves drafts out until a person makes them `active`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from crawl.address import clean_url, host_of
from crawl.platforms import PLATFORMS, Guess, area_code_of, family_of, guess_platform
from crawl.registry import Place, listing_key, source_yaml
from crawl.source import Listing
from normalize.pinyin import file_stem
from normalize.places import Found, division_of, find_place
from normalize.region import contains, divisions

COLUMNS: Final = ("level1", "level2", "level3", "url")
_FINANCE: Final = re.compile(r"^(?:[\w-]*cz[jtw]?|caizheng\w*)\.", re.IGNORECASE)
# how an area code is made of a division code where the address has none
_AREA_ENDING: Final = {"jiangsu_yjsgk": "000", "shanxi_bmp": "000"}
REASONS: Final = {  # why a row is no source: zh, en
    "no_url": ("没有网址", "no address"),
    "bad_url": ("网址有误", "not an address"),
    "no_such_division": ("没有这个区划", "no such division"),
    "ambiguous": ("名称指向多个区划", "the name stands for several divisions"),
    "same_division": ("该区划已有来源，并入其中", "a further column of its division's source"),
    "same_column": ("与同一区划的栏目重复", "the same column of the same division, twice"),
    "shared_column": ("多地共用的栏目，归入上级区划", "shared by several divisions: in the source of what holds them"),
    "shared_widely": ("不同地市共用的网址，无法判定属于何处", "shared by places of different prefectures"),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One row that can be used: its division and its listing."""

    row: int
    place: Found
    listing: Listing
    guess: Guess
    area_code: str | None
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Left:
    """One row that became no source of its own. row: line of the file. reason: a key of REASONS."""

    row: int
    name: str
    url: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Draft:
    """A source to be written: name of the file without `.yml`, its text, and what to count it under."""

    stem: str
    text: str
    code: str
    platform: str
    basis: str


@dataclass
class Imported:
    """What became of a list of columns."""

    drafts: list[Draft] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    rows: int = 0


def places() -> dict[str, Place]:
    """Divisions by code, as the lint wants them; of a code used twice, the latest."""
    found: dict[str, Place] = {}
    for one in sorted(divisions(), key=lambda each: (each.code, each.since)):
        found[one.code] = Place(one.name, one.until, one.now)
    return found


# ---------------------------------------------------------------------------------------------------------- one draft


def listing_of(url: str) -> tuple[Listing, Guess, str | None]:
    """A listing for an address as a person copies it, its platform and area code. Raises ValueError."""
    url = url.strip()
    address, _, behind = url.partition("#")
    guess = guess_platform(clean_url(address), behind)
    column = behind if guess.platform == "gkmlpt" and re.fullmatch(r"\d{1,9}", behind) else None
    behind = behind if PLATFORMS[guess.platform].family in ("browser", "dedicated") else ""
    listing = Listing(url=address, fragment=behind, column=column)
    return listing, guess, area_code_of(listing.url, url.partition("#")[2])


def publisher_of(code: str, name: str, url: str) -> str:
    """Who probably publishes there: the finance department by the host's name, else the government."""
    if _FINANCE.match(host_of(url)):
        return name + ("财政厅" if code.endswith("0000") and not name.endswith("市") else "财政局")
    if name.endswith(("地区", "盟")):
        return f"{name}行政公署"
    return f"{name}人民政府"


def draft(
    code: str,
    name: str,
    listings: Sequence[Listing],
    guess: Guess,
    area_code: str | None = None,
    *,
    publisher: str | None = None,
    status: str = "draft",
    kind: str | None = None,
    test_source: bool = False,
    notes: str = "",
    basis: str = "new",
) -> Draft:
    """The draft of one source."""
    tree: dict[str, Any] = {"code": code, "publisher": publisher or publisher_of(code, name, listings[0].url)}
    if status != "active":
        tree["status"] = status
    if guess.platform != "static":
        tree["platform"] = guess.platform
    rows: list[dict[str, Any]] = []
    for one in listings:
        row: dict[str, Any] = {"url": one.url}
        if kind:
            row["kind"] = kind
        if one.fragment:
            row["fragment"] = one.fragment
        if one.column:
            row["column"] = one.column
        rows.append(row)
    tree["listings"] = rows
    if "area_code" in PLATFORMS[guess.platform].required:
        tree["options"] = {"area_code": area_code or code + _AREA_ENDING.get(guess.platform, "")}
    if test_source:
        tree["test_source"] = True
        tree["politeness"] = {"delay_seconds": 0}
    if notes:
        tree["notes"] = notes
    return Draft(file_stem(code, name), source_yaml(tree), code, guess.platform, basis)


# --------------------------------------------------------------------------------------------------------- the import


def import_columns(text: str) -> Imported:
    """Turn a list of columns (tab separated: level1, level2, level3, url) into drafts, sorted by division code.

    Every row is either in a draft or in `left` with its reason. Raises ValueError where the header is another.
    """
    reader = csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    if not reader.fieldnames or not set(COLUMNS) <= set(reader.fieldnames):
        raise ValueError(f"expected the columns {', '.join(COLUMNS)}, tab separated")
    found = Imported()
    columns: list[Column] = []
    for line, row in enumerate(reader, start=2):
        found.rows += 1
        one = _column(line, row)
        if isinstance(one, Left):
            found.left.append(one)
        else:
            columns.append(one)
    by_division: dict[str, list[Column]] = defaultdict(list)
    for group in _groups(columns):
        owner, left = _owner(group)
        found.left += left
        if owner is not None:
            by_division[owner.place.code].append(owner)
    for code, mine in sorted(by_division.items()):
        mine.sort(key=lambda each: each.row)
        # one walk reads one family of platforms: a column of another one is a source of its own
        families: dict[str, list[Column]] = defaultdict(list)
        for one in mine:
            families[family_of(one.guess.platform)].append(one)
        for number, (family, same) in enumerate(families.items()):
            found.drafts.append(_draft_of(code, same, ending=f"_{family}" if number else ""))
            told = (one for one in same[1:] if one.place.basis != "shared")
            found.left += [_left(one, "same_division", code) for one in told]
    found.left.sort(key=lambda each: each.row)
    return found


def _column(line: int, row: Mapping[str, str | None]) -> Column | Left:
    levels = [(row.get(name) or "").strip() for name in COLUMNS[:3]]
    url, name = (row.get("url") or "").strip(), "".join(levels)
    if not url:
        return Left(line, name, url, "no_url")
    try:
        listing, guess, area_code = listing_of(url)
    except ValueError as error:
        return Left(line, name, url, "bad_url", " ".join(str(error).split())[:200])
    place = find_place(*levels)
    if not isinstance(place, Found):
        return Left(line, name, url, place.reason, place.detail)
    remarks = [] if place.basis == "exact" else [f"listed as {name} ({place.basis})"]
    path = listing.url.split("/", 3)[3]
    if not path and not listing.fragment and guess.platform == "static":
        remarks.append("the address is a home page, no column")
    if not host_of(listing.url).endswith(".gov.cn"):
        remarks.append("the host is not on gov.cn")
    return Column(line, place, listing, guess, area_code, tuple(remarks))


def _groups(columns: Iterable[Column]) -> list[list[Column]]:
    """Rows that name the same column, in the order of their first row."""
    found: dict[str, list[Column]] = defaultdict(list)
    for one in columns:
        area = one.area_code if "area_code" in PLATFORMS[one.guess.platform].required else None
        found[listing_key(one.listing, area)].append(one)
    return list(found.values())


def _owner(group: list[Column]) -> tuple[Column | None, list[Left]]:
    """Whose column it is, and the rows that are told so. Of several divisions: the smallest that holds them all."""
    first = group[0]
    codes = sorted({one.place.code for one in group})
    if len(codes) == 1:
        return first, [_left(one, "same_column", f"row {first.row}") for one in group[1:]]
    outer = next((code for code in codes if all(contains(code, other) for other in codes)), None)
    if outer is None and len({code[:4] for code in codes}) == 1:
        outer = f"{codes[0][:4]}00"
    if outer is None or outer.endswith("0000") or (division := division_of(outer)) is None:
        return None, [_left(one, "shared_widely", ", ".join(codes)) for one in group]
    if (own := next((one for one in group if one.place.code == outer), None)) is not None:
        rest = [one for one in group if one is not own]
        return own, [_left(one, "shared_column", outer) for one in rest]
    remarks = (*first.remarks, f"column of {len(codes)} divisions: {', '.join(codes)}")
    place = Found(outer, division.name, "shared")
    shared = Column(first.row, place, first.listing, first.guess, first.area_code, remarks)
    return shared, [_left(one, "shared_column", outer) for one in group]


def _left(one: Column, reason: str, detail: str) -> Left:
    return Left(one.row, one.place.name, one.listing.url, reason, detail)


def _draft_of(code: str, mine: Sequence[Column], ending: str) -> Draft:
    """One source of columns that one walk reads. The most telling address decides which platform it is."""
    first = next((one for one in mine if one.guess.sure), mine[0])
    remarks = list(dict.fromkeys(remark for one in mine for remark in one.remarks))
    remarks.insert(
        0, f"unverified: from a list of columns; {first.guess.platform} by the address: {first.guess.reason}"
    )
    made = draft(
        code,
        first.place.name,
        [one.listing for one in mine],
        first.guess,
        first.area_code,
        notes="; ".join(remarks),
        basis=first.place.basis,
    )
    return replace(made, stem=made.stem + ending)
