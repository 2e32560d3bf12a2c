"""A Source: one county site as one YAML file, read strictly.

code: 130630                     # administrative division, six digits
publisher: 涞源县人民政府
platform: trs                    # crawl/platforms.py; static unless said
listings:
  - url: https://www.example.gov.cn/czyjs/bmys/index.html
    kind: department_budget      # left out where the column mixes kinds
    pages: 20                    # no more pages of the listing than this
hosts: [files.example.gov.cn]    # further hosts that carry notices or attachments (none unless named)
expect:
  documents: {min: 10, max: 400}
  years: [2023, 2024]
politeness: {delay_seconds: 2}
notes: what a person should know

A site that moved has eras instead of `platform` and `listings`, the present one first:

eras:
  - from: 2023-05
    platform: trs
    listings: [{url: "https://www.example.gov.cn/czyjs/"}]
  - until: 2023-05
    gone: true                   # no longer answers: never asked, kept as knowledge
    listings: [{url: "http://old.example.gov.cn/col/col12/index.html"}]
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from crawl.address import clean_url, host_of, is_private, literal_address, site_of
from crawl.declared import Api
from crawl.naming import Kind
from crawl.platforms import PLATFORMS, Platform
from crawl.strict_yaml import Tree, YamlTrouble, read_yaml

MAX_SOURCE_BYTES = 1_000_000

Status = Literal["active", "draft", "retired"]


class SourceError(ValueError):
    """A source file that cannot be used: one line naming file, line, key and what was expected."""

    def __init__(self, path: Path, line: int | None, key: str | None, message: str, more: int = 0) -> None:
        self.path = path
        self.line = line
        self.key = key
        where = f"{path}:{line}" if line else f"{path}"
        text = f"{where}: {key}: {message}" if key else f"{where}: {message}"
        if more:
            text += f" (and {more} more)"
        super().__init__(" ".join(text.split()))


def _division_code(value: object) -> object:
    """YAML reads 130630 as a number; it is a name of six digits."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _http_url(value: str) -> str:
    address, _, fragment = value.partition("#")
    if fragment.strip():
        raise ValueError("without what stands behind the #; where a site needs that, write it as `fragment:`")
    return clean_url(address)


_DAY = r"^(?:19[89]\d|20\d\d)(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$"


def _day(value: object) -> object:
    """YAML reads 2023 as a number; it is the beginning of a date."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Day = Annotated[str, BeforeValidator(_day), Field(pattern=_DAY)]
Identifier = Annotated[str, BeforeValidator(_day), Field(pattern=r"^[\w.-]{1,128}$")]


def _host(value: str) -> str:
    """`host` or `host:port`; no scheme, no path."""
    if "/" in value or not host_of(f"http://{value}"):
        raise ValueError("a host name, optionally with :port, without http:// and path")
    return value.lower()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Listing(_Strict):
    """One column of the site that lists notices. pages: how many pages of it are read at most.

    kind: left out where the column mixes kinds; each title says its own.
    fragment: what a single-page application reads behind the `#` of its address. api: how its rows are asked for,
    where no page says it. paging: address of a further page, `{page}` in it, likewise.
    column: number of the column where it stands behind the # of the address only (gkmlpt/index#612).
    """

    url: Annotated[str, AfterValidator(_http_url)]
    kind: Kind | None = None
    pages: int = Field(default=50, ge=1, le=1000)
    fragment: str = Field(default="", max_length=500)
    column: Annotated[str, BeforeValidator(_day), Field(pattern=r"^\d{1,9}$")] | None = None
    api: Api | None = None
    paging: str | None = Field(default=None, max_length=500)


class Options(_Strict):
    """What a platform must be told. Which platform takes which: crawl/platforms.py.

    area_code: of a dedicated platform; `{area_code}` in the requests of `api:` stands for it. column_id: the platform's
    number of the column, where the address does not have it.
    """

    area_code: Annotated[str, BeforeValidator(_day), Field(pattern=r"^\d{6,12}$")] | None = None
    column_id: Identifier | None = None

    def given(self) -> frozenset[str]:
        """Names of the options that are set."""
        return frozenset(self.model_dump(exclude_none=True))


def _check_options(platform: str, options: Options) -> None:
    """Raise ValueError where a platform does not take, or lacks, an option."""
    spec, given = PLATFORMS[platform], options.given()
    if unknown := sorted(given - spec.options):
        takes = ", ".join(sorted(spec.options)) or "none"
        raise ValueError(f"platform {platform} takes no option {unknown[0]!r} (it takes: {takes})")
    if lacking := sorted(spec.required - given):
        raise ValueError(f"platform {platform} needs the option {lacking[0]!r}: add `options: {{{lacking[0]}: …}}`")


class Era(_Strict):
    """The site as it was from a day until a day (YYYY, YYYY-MM or YYYY-MM-DD; None: open).

    gone: it no longer answers. Its listings are never asked and are kept so that what was found there can be placed.
    """

    since: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    gone: bool = False
    platform: Platform = "static"
    listings: tuple[Listing, ...] = Field(min_length=1, strict=False)
    options: Options = Options()
    notes: str = ""

    @model_validator(mode="after")
    def _sound(self) -> Era:
        if self.since and self.until and first_day(self.since) > last_day(self.until):
            raise ValueError(f"from ({self.since}) is later than until ({self.until})")
        _check_options(self.platform, self.options)
        return self


def first_day(text: str) -> dt.date:
    """The first day of a year, month or day as an era names it. A day that is none (02-30) is the month's last."""
    year, month, day = [*(int(part) for part in text.split("-")), 1, 1][:3]
    try:
        return dt.date(year, month, day)
    except ValueError:
        return last_day(f"{year:04d}-{month:02d}")


def last_day(text: str) -> dt.date:
    """The last day of a year, month or day as an era names it."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return first_day(text)
    year, month = parts[0], parts[1] if len(parts) == 2 else 12
    return (dt.date(year + month // 12, month % 12 + 1, 1)) - dt.timedelta(days=1)


class Range(_Strict):
    """How many are expected: fewer than min fails the crawl, more than max is a warning."""

    min: int | None = Field(default=None, ge=0)
    max: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({self.min}) is larger than max ({self.max})")
        return self


class Expect(_Strict):
    """What is held of a source when all is well. Each year, kind and department must be named by some title."""

    documents: Range = Range()
    notices: Range = Range()
    years: tuple[Annotated[int, Field(ge=1990, le=2100)], ...] = Field(default=(), strict=False)
    kinds: tuple[Kind, ...] = Field(default=(), strict=False)
    departments: tuple[Annotated[str, Field(min_length=2, max_length=100)], ...] = Field(default=(), strict=False)


class Politeness(_Strict):
    """How gently the site is asked. Below one second of delay only for a host of our own network (the demo)."""

    delay_seconds: float = Field(default=1.0, ge=0.0, le=600)
    timeout_seconds: float = Field(default=60.0, gt=0, le=600)
    max_bytes: int = Field(default=64_000_000, ge=1, le=1_000_000_000)
    retries: int = Field(default=2, ge=0, le=5)
    max_requests: int = Field(default=20_000, ge=1, le=1_000_000)
    max_depth: int = Field(default=8, ge=1, le=50)  # links between a listing's first page and what is asked for
    cookies: bool = False  # some sites answer only to whom sends their cookie back
    mobile: bool = False  # some sites answer only to phones: says so in the user agent, beside who we are


class Source(_Strict):
    """One site. `source_id` is the stem of its file.

    listings: those that are asked, of every era that is not gone, in the order of the file; a number in this tuple is
    what `era_of` takes. status: a draft is left out of the night until a person has looked at it, a retired one for
    good. test_source: it stands on our own network (loopback), and is never asked elsewhere.
    """

    source_id: str = Field(exclude=True)
    code: Annotated[str, BeforeValidator(_division_code), Field(pattern=r"^[1-9]\d{5}$")]
    publisher: str = Field(min_length=1)
    status: Status = "active"
    platform: Platform = "static"
    listings: tuple[Listing, ...] = Field(default=(), strict=False)
    options: Options = Options()
    eras: tuple[Era, ...] = Field(default=(), strict=False, max_length=50)
    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = Field(default=(), strict=False)
    expect: Expect = Expect()
    politeness: Politeness = Politeness()
    test_source: bool = False
    notes: str = ""

    @model_validator(mode="after")
    def _one_form(self) -> Source:
        if not self.eras:
            if not self.listings:
                raise ValueError("required key is missing: `listings` (or `eras`), with at least 1 listing")
            _check_options(self.platform, self.options)
            return self
        if clash := sorted({"listings", "platform", "options"} & self.model_fields_set):
            raise ValueError(f"{clash[0]} stands beside eras: each era has its own")
        present = [era for era in self.eras if not era.gone]
        # filled here once, so that readers of a Source need not know which form it was written in
        filled = {
            "listings": tuple(listing for era in present for listing in era.listings),
            "platform": (present or self.eras)[0].platform,
            "options": (present or self.eras)[0].options,
        }
        self.__dict__.update(filled)
        if not present and self.status != "retired":
            raise ValueError("every era is gone: a source that nothing can be asked of has `status: retired`")
        return self

    @property
    def sites(self) -> frozenset[str]:
        """The `site_of` values this source may ask: those of its listings and its further hosts."""
        listed = {site_of(listing.url) for listing in self.listings}
        return frozenset(listed | {site_of(f"http://{host}") for host in self.hosts})

    def era_of(self, listing: int) -> Era:
        """The era a listing (its number in `listings`) belongs to; in the simple form, the one that is the source."""
        passed = 0
        for era in self.eras:
            if era.gone:
                continue
            passed += len(era.listings)
            if listing < passed:
                return era
        return Era.model_construct(
            since=None, until=None, gone=False, platform=self.platform, listings=self.listings, options=self.options,
            notes="",
        )  # fmt: skip


# what a person should write, per pydantic error type; {…} are filled from the error's context
_EXPECTED = {
    "missing": "required key is missing",
    "string_type": "expected a text",
    "string_too_short": "expected a text that is not empty",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "tuple_type": "expected a list",
    "model_type": "expected a mapping of keys to values",
    "greater_than_equal": "expected at least {ge}",
    "greater_than": "expected more than {gt}",
    "less_than_equal": "expected at most {le}",
    "too_short": "expected at least {min_length} item(s)",
    "too_long": "expected at most {max_length} item(s)",
    "string_too_long": "expected at most {max_length} characters",
    "bool_type": "expected true or false",
    "literal_error": "expected one of {expected}",
}


def load_source(path: Path | str) -> Source:
    """Read one source file.

    Raises FileNotFoundError when there is none, SourceError (one line: file, line, key, what was expected) otherwise.
    """
    return load_with_lines(path)[0]


def load_with_lines(path: Path | str) -> tuple[Source, Tree]:
    """The source, and the tree of its file that knows every key's line. Raises as `load_source`."""
    path = Path(path)
    with path.open("rb") as file:
        raw = file.read(MAX_SOURCE_BYTES + 1)
    if len(raw) > MAX_SOURCE_BYTES:
        raise SourceError(path, None, None, f"a source file has at most {MAX_SOURCE_BYTES} bytes, this has more")
    try:
        tree = read_yaml(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SourceError(path, line, None, "expected UTF-8 text") from error
    except YamlTrouble as error:
        raise SourceError(path, error.line, None, str(error)) from error
    if not isinstance(tree.data, dict):
        raise SourceError(path, 1, None, "expected a mapping with the keys code, publisher, platform, listings")
    if "source_id" in tree.data:
        raise SourceError(path, tree.line_of(("source_id",)), "source_id", "not a key: it is the name of the file")
    try:
        source = Source.model_validate({**tree.data, "source_id": path.stem})
    except ValidationError as error:
        found = _causes(error.errors())
        first = min(found, key=lambda e: (_RANK.get(e["type"], 1), tree.line_of(e["loc"]) or 0))
        at, key = tree.line_of(first["loc"]), key_text(first["loc"])
        raise SourceError(path, at, key, _expected(first), more=len(found) - 1) from error
    _check_delay(path, tree, source)
    return source, tree


# a misspelled key is also a missing one: the key that stands in the file is what a person can mend
_RANK = {"extra_forbidden": 0, "missing": 2}


def _causes(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Errors without those that only follow from a deeper one (a list is "too short" because its item is wrong)."""
    locs = [error["loc"] for error in errors]
    return [
        error
        for error in errors
        if error["type"] == "missing"
        or not any(loc != error["loc"] and loc[: len(error["loc"])] == error["loc"] for loc in locs)
    ]


def _check_delay(path: Path, tree: Tree, source: Source) -> None:
    """A public site is never asked more than once a second. (A test source is never asked outside our own network.)"""
    if source.politeness.delay_seconds >= 1 or source.test_source:
        return
    if all(is_own_network(listing.url) for listing in source.listings):
        return
    loc = ("politeness", "delay_seconds")
    raise SourceError(path, tree.line_of(loc), key_text(loc), "expected at least 1 (less only for a loopback host)")


def is_own_network(url: str) -> bool:
    """Whether an address is written with a literal of our own network (127.0.0.1, 10.0.0.1, …)."""
    literal = literal_address(host_of(url))
    return literal is not None and is_private(literal)


def key_text(loc: tuple[int | str, ...]) -> str | None:
    """`listings[0].url`: list positions counted from 1, as a person counts."""
    text = ""
    for step in loc:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text or None


def _model_at(loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model whose keys stand beside the last part of `loc`."""
    model: type[BaseModel] = Source
    for step in loc[:-1]:
        if isinstance(step, int):
            continue
        field = model.model_fields.get(step)
        if field is None:
            return None
        inner = [a for a in (field.annotation, *get_args(field.annotation)) if isinstance(a, type)]
        nested = [a for a in inner if issubclass(a, BaseModel)]
        if not nested:
            return None
        model = nested[0]
    return model


_PATTERN_SAYS = {
    "code": "a division code of six digits",
    "area_code": "an area code of 6 to 12 digits",
    "from": "a year, month or day (2023, 2023-05, 2023-05-01)",
    "until": "a year, month or day (2023, 2023-05, 2023-05-01)",
}


def _near(given: str, expected: str) -> str | None:
    """The one of the expected words ('a', 'b' or 'c') that was probably meant."""
    near = difflib.get_close_matches(given, re.findall(r"'([^']*)'", expected), n=1, cutoff=0.6)
    return near[0] if near else None


def _expected(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        model = _model_at(error["loc"])
        fields = model.model_fields if model else {}
        known = [field.alias or name for name, field in fields.items() if name != "source_id"]
        near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"unknown key{hint} (known: {', '.join(known)})"
    if kind == "string_pattern_mismatch":
        wanted = _PATTERN_SAYS.get(str(error["loc"][-1]), "a text of the form {pattern}").format(**context)
        return f"expected {wanted}, not {error['input']!r:.80}"
    if kind == "literal_error" and (meant := _near(str(error["input"]), context["expected"])):
        return f"not {error['input']!r:.80}; did you mean {meant!r}? (expected one of {context['expected']})"
    if kind == "value_error":
        return f"expected {context['error']}" if "host" in error["loc"] else str(context["error"])
    text = _EXPECTED.get(kind, error["msg"])
    text = text.format(**context) if context else text
    return text if kind == "missing" else f"{text}, not {error['input']!r:.80}"
