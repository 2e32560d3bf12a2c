"""A Source: one county site as one YAML file, read strictly.

code: 130630                     # administrative division, six digits
publisher: 涞源县人民政府
platform: static
listings:
  - url: https://www.example.gov.cn/czyjs/bmys/index.html
    kind: department_budget
    pages: 20                    # no more pages of the listing than this
hosts: [files.example.gov.cn]    # further hosts that carry notices or attachments (none unless named)
expect:
  documents: {min: 10, max: 400}
  years: [2023, 2024]
politeness: {delay_seconds: 2}
notes: what a person should know
"""

from __future__ import annotations

import difflib
import io
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from crawl.address import clean_url, host_of, is_private, literal_address, site_of
from crawl.declared import Api

MAX_SOURCE_BYTES = 1_000_000

Platform = Literal["static", "json", "browser"]
Kind = Literal[  # values of doc_type
    "department_budget",
    "unit_budget",
    "department_final",
    "unit_final",
    "government_budget",
    "government_final",
    "performance_target",
    "performance_self_evaluation",
    "three_public",
    "other_fiscal",
]


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
    return clean_url(value)


def _host(value: str) -> str:
    """`host` or `host:port`; no scheme, no path."""
    if "/" in value or not host_of(f"http://{value}"):
        raise ValueError("a host name, optionally with :port, without http:// and path")
    return value.lower()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Listing(_Strict):
    """One column of the site that lists notices. pages: how many pages of it are read at most.

    api: how its rows are asked for, where no page says it. paging: address of a further page, `{page}` in it, likewise.
    column: number of the column where it stands behind the # of the address only (gkmlpt/index#612).
    """

    url: Annotated[str, AfterValidator(_http_url)]
    kind: Kind
    pages: int = Field(default=50, ge=1, le=1000)
    api: Api | None = None
    paging: str | None = None
    column: str | None = Field(default=None, pattern=r"^\d{1,9}$")


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
    """What a healthy crawl of this source finds. years: budget years that some notice title must name."""

    documents: Range = Range()
    notices: Range = Range()
    years: tuple[Annotated[int, Field(ge=1990, le=2100)], ...] = Field(default=(), strict=False)


class Politeness(_Strict):
    """How gently the site is asked. Below one second of delay only for a host of our own network (the demo)."""

    delay_seconds: float = Field(default=1.0, ge=0.0, le=600)
    timeout_seconds: float = Field(default=60.0, gt=0, le=600)
    max_bytes: int = Field(default=64_000_000, ge=1, le=1_000_000_000)
    retries: int = Field(default=2, ge=0, le=5)
    max_requests: int = Field(default=20_000, ge=1, le=1_000_000)
    cookies: bool = False  # some sites answer only to whom sends their cookie back
    mobile: bool = False  # some sites answer only to phones: says so in the user agent, beside who we are


class Source(_Strict):
    """One site. `source_id` is the stem of its file."""

    source_id: str = Field(exclude=True)
    code: Annotated[str, BeforeValidator(_division_code), Field(pattern=r"^[1-9]\d{5}$")]
    publisher: str = Field(min_length=1)
    platform: Platform
    listings: tuple[Listing, ...] = Field(min_length=1, strict=False)
    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = Field(default=(), strict=False)
    expect: Expect = Expect()
    politeness: Politeness = Politeness()
    notes: str = ""

    @property
    def sites(self) -> frozenset[str]:
        """The `site_of` values this source may ask: those of its listings and its further hosts."""
        listed = {site_of(listing.url) for listing in self.listings}
        return frozenset(listed | {site_of(f"http://{host}") for host in self.hosts})


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
    "literal_error": "expected one of {expected}",
}


def load_source(path: Path | str) -> Source:
    """Read one source file.

    Raises FileNotFoundError when there is none, SourceError (one line: file, line, key, what was expected) otherwise.
    """
    path = Path(path)
    raw = path.read_bytes()
    if len(raw) > MAX_SOURCE_BYTES:
        raise SourceError(path, None, None, f"a source file has at most {MAX_SOURCE_BYTES} bytes, this has {len(raw)}")
    try:
        tree = YAML(typ="rt", pure=True).load(io.StringIO(raw.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SourceError(path, line, None, "expected UTF-8 text") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = (error.problem or "not YAML").splitlines()[0]
        raise SourceError(path, mark.line + 1 if mark else None, None, f"not valid YAML: {problem}") from error
    except YAMLError as error:
        raise SourceError(path, None, None, f"not valid YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(tree, dict):
        raise SourceError(path, 1, None, "expected a mapping with the keys code, publisher, platform, listings")
    if "source_id" in tree:
        raise SourceError(path, _line_of(tree, ("source_id",)), "source_id", "not a key: it is the name of the file")
    try:
        source = Source.model_validate({**_plain(tree), "source_id": path.stem})
    except ValidationError as error:
        found = _causes(error.errors())
        first = min(found, key=lambda e: (_RANK.get(e["type"], 1), _line_of(tree, e["loc"]) or 0))
        at, key = _line_of(tree, first["loc"]), _key_text(first["loc"])
        raise SourceError(path, at, key, _expected(first), more=len(found) - 1) from error
    _check_delay(path, tree, source)
    return source


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


def _check_delay(path: Path, tree: Any, source: Source) -> None:
    """A public site is never asked more than once a second."""
    if source.politeness.delay_seconds >= 1 or all(_is_own_network(listing.url) for listing in source.listings):
        return
    loc = ("politeness", "delay_seconds")
    raise SourceError(path, _line_of(tree, loc), _key_text(loc), "expected at least 1 (less only for a loopback host)")


def _is_own_network(url: str) -> bool:
    literal = literal_address(host_of(url))
    return literal is not None and is_private(literal)


def _plain(node: Any) -> Any:
    """ruamel's round-trip containers and scalars as the plain types that strict validation wants."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    for plain in (bool, int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return node


def _line_of(tree: Any, loc: tuple[int | str, ...]) -> int | None:
    """1-based line of the key at `loc`, or of the nearest enclosing one that is written in the file."""
    node, line = tree, 1
    for step in loc:
        try:
            if isinstance(node, dict) and step in node:
                line = node.lc.key(step)[0] + 1  # type: ignore[attr-defined]
            elif isinstance(node, list) and isinstance(step, int) and step < len(node):
                line = node.lc.item(step)[0] + 1  # type: ignore[attr-defined]
            else:
                break
            node = node[step]
        except (AttributeError, KeyError, TypeError):
            break
    return line


def _key_text(loc: tuple[int | str, ...]) -> str | None:
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


def _expected(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        model = _model_at(error["loc"])
        known = [name for name in model.model_fields if name != "source_id"] if model else []
        near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"unknown key{hint} (known: {', '.join(known)})"
    if kind == "string_pattern_mismatch":
        return f"expected a division code of six digits, not {error['input']!r}"
    if kind == "value_error":
        return f"expected {context['error']}" if "host" in error["loc"] else str(context["error"])
    text = _EXPECTED.get(kind, error["msg"])
    text = text.format(**context) if context else text
    return text if kind == "missing" else f"{text}, not {error['input']!r:.80}"
