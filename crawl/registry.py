"""The registry as a whole: source files written in one way, and a lint that reads them all. Pure but for reading files.

What is a division is not known here; the lint is told (`Place` by code), so that this room needs no other.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec

from crawl.address import host_of, site_of
from crawl.platform_apis import api_of
from crawl.platforms import PLATFORMS, family_of, guess_platform
from crawl.source import Listing, Source, SourceError, is_own_network, key_text, last_day, load_with_lines
from crawl.strict_yaml import Loc, Tree

Level = Literal["error", "warning"]
_STEM: Final = re.compile(r"[1-9]\d{5}(?:_[a-z0-9]+)*")
_PLAIN: Final = re.compile(r"[A-Za-z\u4e00-\u9fff/.][\w\u4e00-\u9fff/.:?&=%+~()（）“”、，。；-]*")
_RESERVED: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
# words of an address that are a visit's, not the column's: the next visitor has others
_SESSION: Final = re.compile(r"(?i)^(?:jsessionid|phpsessid|ticket|token|sid|session_?id)$")


class Place(msgspec.Struct, frozen=True):
    """An administrative division as the lint must know it. until: year it ended; now: the codes it went to."""

    name: str
    until: int | None = None
    now: tuple[str, ...] = ()


class Trouble(msgspec.Struct, frozen=True):
    """One thing that is wrong with the registry; `str()` is its line: file, line, key, what to do."""

    path: str
    level: Level
    rule: str
    message: str
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        what = f"{self.key}: {self.message}" if self.key else self.message
        return " ".join(f"{where}: {what}".split())


class Entry(msgspec.Struct, frozen=True):
    """A source that could be read, and what its file says where."""

    path: Path
    source: Source
    tree: Tree


# ------------------------------------------------------------------------------------------------------------- lint


def lint(paths: Sequence[Path], places: Mapping[str, Place]) -> list[Trouble]:
    """Every trouble of these files, in the order of the files and their lines. places: divisions by code."""
    troubles: list[Trouble] = []
    entries: list[Entry] = []
    for path in paths:
        try:
            entries.append(Entry(path, *load_with_lines(path)))
        except SourceError as error:
            text = str(error).removeprefix(f"{path}:{error.line}: " if error.line else f"{path}: ")
            if error.key:
                text = text.removeprefix(f"{error.key}: ")
            troubles.append(Trouble(str(path), "error", "schema", text, error.line, error.key))
        except OSError as error:
            troubles.append(Trouble(str(path), "error", "unreadable", f"cannot be opened ({error.strerror})"))
    for entry in entries:
        for rule in _RULES:
            troubles.extend(rule(entry))
        troubles.extend(_division(entry, places))
    troubles.extend(_same_name(entries))
    troubles.extend(_same_listing(entries))
    return sorted(troubles, key=lambda one: (one.path, one.line or 0, one.rule, one.message))


def _trouble(entry: Entry, level: Level, rule: str, loc: Loc, message: str) -> Trouble:
    return Trouble(str(entry.path), level, rule, message, entry.tree.line_of(loc), key_text(loc))


def listings_at(source: Source) -> list[tuple[Loc, Listing, bool]]:
    """Every listing of the file with the place of its address there, and whether its era is gone."""
    if not source.eras:
        return [(("listings", number, "url"), one, False) for number, one in enumerate(source.listings)]
    return [
        (("eras", place, "listings", number, "url"), one, era.gone)
        for place, era in enumerate(source.eras)
        for number, one in enumerate(era.listings)
    ]


def _file_name(entry: Entry) -> Iterable[Trouble]:
    stem, code = entry.path.stem, entry.source.code
    if entry.source.test_source:
        return
    if not _STEM.fullmatch(stem):
        wanted = f"name the file <code>_<pinyin>.yml in small letters ({code}_….yml), not {entry.path.name!r}"
        yield _trouble(entry, "error", "file_name", (), wanted)
    elif stem[:6] != code:
        yield _trouble(
            entry, "error", "file_name", ("code",), f"the file is named {stem}, the code is {code}: one errs"
        )


def _addresses(entry: Entry) -> Iterable[Trouble]:
    for loc, listing, gone in listings_at(entry.source):
        parts = urlsplit(listing.url)
        if parts.username or parts.password:
            yield _trouble(entry, "error", "url", loc, "take the user name or password out of the address")
        if is_own_network(listing.url) != entry.source.test_source and not gone:
            said = "add `test_source: true`, or name the public host" if is_own_network(listing.url) else ""
            said = said or "a test source is never asked on a public host: take `test_source` out"
            yield _trouble(entry, "error", "url", loc, said)
        elif "." not in host_of(listing.url) and not entry.source.test_source:
            yield _trouble(entry, "error", "url", loc, f"{host_of(listing.url)!r} is no public host name")
        for name, _ in parse_qsl(parts.query):
            if _SESSION.match(name):
                yield _trouble(entry, "warning", "url", loc, f"{name}= belongs to one visit: take it out if you can")


def _platform(entry: Entry) -> Iterable[Trouble]:
    source = entry.source
    eras: list[tuple[Loc, str, tuple[Listing, ...]]] = [
        (("eras", n), era.platform, era.listings) for n, era in enumerate(source.eras) if not era.gone
    ]
    for where, platform, listings in eras or [((), source.platform, source.listings)]:
        loc: Loc = (*where, "platform")
        for listing in listings:
            guess = guess_platform(listing.url, listing.fragment)
            if guess.sure and guess.platform != platform and not (guess.platform == "jcms" and platform == "dataproxy"):
                said = f"{listing.url} looks like {guess.platform} ({guess.reason}), not {platform}"
                yield _trouble(entry, "warning", "platform", loc, said)
            elif family_of(platform) == "dedicated" and guess.platform != platform and not source.test_source:
                yield _trouble(entry, "error", "platform", loc, f"{listing.url} is no address of platform {platform}")
    declared = any(api_of(source, number) is not None for number, _ in enumerate(source.listings))
    if source.status == "active" and family_of(source.platform) == "dedicated" and not declared:
        said = f"nothing reads {source.platform} by itself: say how its rows are asked for (`api:` of the listing)"
        yield _trouble(entry, "warning", "platform", ("platform",), said)
    families = {family_of(platform) for _, platform, _ in eras}
    if len(families) > 1:
        said = f"eras that still answer are of families {', '.join(sorted(families))}: make two sources of them"
        yield _trouble(entry, "warning", "platform", ("eras",), said)
    area = source.options.area_code
    if area is not None and area[:6].rstrip("0") != source.code.rstrip("0"):
        said = f"area code {area} is not of division {source.code}"
        yield _trouble(entry, "warning", "platform", ("options", "area_code"), said)


def _eras(entry: Entry) -> Iterable[Trouble]:
    eras = entry.source.eras
    for number, era in enumerate(eras):
        if era.gone and era.until is None:
            said = "an era that is gone ended some day: add `until:`"
            yield _trouble(entry, "warning", "era", ("eras", number), said)
        if number and era.until is None and not era.gone:
            said = "a second era without end: add `until:`, or put its listings with the first"
            yield _trouble(entry, "error", "era", ("eras", number), said)
        newer = eras[number - 1] if number else None
        if newer and newer.since and era.until and last_day(era.until) > last_day(newer.since):
            said = f"lasts until {era.until}, after the newer era began ({newer.since}); the present era stands first"
            yield _trouble(entry, "error", "era", ("eras", number, "until"), said)


def _expectations(entry: Entry) -> Iterable[Trouble]:
    source = entry.source
    expect = source.expect
    if source.status == "active" and expect.documents.min is None and expect.notices.min is None:
        said = "an active source says what a healthy crawl finds at least: add `expect: {notices: {min: …}}`"
        yield _trouble(entry, "error", "expect", ("expect",), said)
    if source.status == "active" and family_of(source.platform) == "browser" and not source.notes.strip():
        yield _trouble(entry, "warning", "notes", ("platform",), "say in `notes` why this site needs a browser")


_RULES: Final[tuple[Callable[[Entry], Iterable[Trouble]], ...]] = (
    _file_name,
    _addresses,
    _platform,
    _eras,
    _expectations,
)


def _division(entry: Entry, places: Mapping[str, Place]) -> Iterable[Trouble]:
    code, status = entry.source.code, entry.source.status
    place = places.get(code)
    if place is None:
        near = ", ".join(sorted(one for one in places if one[:4] == code[:4])[:3])
        hint = f" (of {code[:4]}xx there are {near} …)" if near else ""
        yield _trouble(entry, "error", "division", ("code",), f"no division has the code {code}{hint}")
    elif place.until is not None and status == "active":
        now = f", now {' and '.join(place.now)}" if place.now else ""
        said = f"{place.name} ended in {place.until}{now}: use today's code, or `status: retired`"
        yield _trouble(entry, "error", "division", ("code",), said)


def _same_name(entries: Sequence[Entry]) -> Iterable[Trouble]:
    """A source_id is a key of the ledger, also where file systems do not tell capitals apart."""
    first: dict[str, Entry] = {}
    for entry in entries:
        other = first.setdefault(entry.path.stem.casefold(), entry)
        if other is not entry:
            yield _trouble(entry, "error", "same_id", (), f"{other.path} has the same name: a source_id is unique")


def listing_key(listing: Listing, area_code: str | None) -> str:
    """The same for two spellings of one column: scheme, `www.`, a final slash or index page do not count."""
    parts = urlsplit(listing.url)
    path = re.sub(r"/(?:index\.(?:html?|shtml|jsp))?$", "", parts.path)
    behind = listing.fragment or listing.column or ""
    return f"{site_of(listing.url)}{path}?{parts.query}#{behind}@{area_code or ''}".casefold()


def _same_listing(entries: Sequence[Entry]) -> Iterable[Trouble]:
    found: dict[str, list[tuple[Entry, Loc]]] = defaultdict(list)
    for entry in entries:
        if entry.source.status != "retired":
            for loc, listing, gone in listings_at(entry.source):
                if not gone:
                    found[listing_key(listing, entry.source.options.area_code)].append((entry, loc))
    for same in found.values():
        first, at = same[0]
        for entry, loc in same[1:]:
            where = f"{first.path}:{first.tree.line_of(at)}"
            yield _trouble(entry, "error", "same_listing", loc, f"this column is listed at {where} already")


# ---------------------------------------------------------------------------------------------------------- writing


def source_yaml(tree: Mapping[str, Any], comment: str = "") -> str:
    """A source as the text of its file: the keys in the order given, small lists and mappings on one line."""
    lines = [f"# {' '.join(comment.split())}"] if comment else []
    for key, value in tree.items():
        if key == "listings":
            lines.append("listings:")
            for listing in value:
                pairs = [f"{name}: {scalar(one)}" for name, one in listing.items()]
                lines += [f"  {'-' if not number else ' '} {pair}" for number, pair in enumerate(pairs)]
        else:
            lines.append(f"{key}: {scalar(value)}")
    return "\n".join(lines) + "\n"


def scalar(value: Any) -> str:
    """A value as YAML on one line; texts are quoted where they could be read as anything else."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {scalar(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(scalar(one) for one in value) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    plain = _PLAIN.fullmatch(value) and value.lower() not in _RESERVED and not re.search(r":$|\.\d", value)
    if plain or (value.isdigit() and len(value) == 6 and value[0] != "0"):
        return value
    return json.dumps(value, ensure_ascii=False)


def plain_tree(source: Source) -> dict[str, Any]:
    """A source as the mapping its file holds: what differs from the defaults, keys in the order of the schema."""
    tree: dict[str, Any] = source.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if source.eras:
        for name in ("listings", "platform", "options"):
            tree.pop(name, None)
    return tree


def spider_note(platform: str) -> str:
    """One line for a person: what kind of platform it is."""
    spec = PLATFORMS[platform]
    return f"{spec.name} ({spec.family}): {spec.en}"
