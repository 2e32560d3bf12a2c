"""Does a source hold what it is said to hold, and what did a night change. Pure functions over the ledger's rows.

The assertions of a source (`expect`) are held against everything the ledger holds of it, not against one night: a
night that asks only for what is new finds little, and that is no fault. A minimum that is missed, and a year, kind or
department that nothing names, is an error; a maximum that is passed is a warning; having no assertions at all is for
the lint to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from crawl.ledger import SOFT_404, Link
from crawl.schema import Visit
from crawl.source import Expect

_YEAR = re.compile(r"(?<!\d)((?:19[89]|20\d)\d)(?!\d)")
_BODY = frozenset({"new", "unchanged", "replaced"})


class Holdings(msgspec.Struct, frozen=True):
    """What the ledger holds of a source. words: titles and link texts, without white space, for finding names in."""

    documents: int
    notices: int
    years: frozenset[int]
    kinds: frozenset[str]
    words: tuple[str, ...]


class Shortfall(msgspec.Struct, frozen=True):
    """One assertion that does not hold; `str()` is its line, the same as the crawl's own warnings."""

    key: str
    level: Literal["error", "warning"]
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"


def holdings(links: Iterable[Link], visits: Iterable[Visit], kind_of: Callable[[str], str | None]) -> Holdings:
    """What these links lead to, and the notices that were ever read.

    kind_of: the kind a title names; where none does, that of its column counts.
    """
    documents: set[str] = set()
    notices: set[str] = set()
    titles: set[str] = set()
    kinds: set[str] = set()
    for link in links:
        documents.add(link.sha256)
        said = [text for text in (link.notice_title, link.link_text) if text]
        titles.update(said)
        named = [kind for text in said if (kind := kind_of(text))]
        kinds.update(named or ([link.kind] if link.kind else []))
    for visit in visits:
        if visit.outcome in _BODY and visit.role in {"notice", "inline"}:
            notices.add(visit.url)
            titles.update([visit.link_text] if visit.link_text else [])
    years = frozenset(int(year) for text in titles for year in _YEAR.findall(text))
    words = tuple(sorted({plain(text) for text in titles}))
    return Holdings(len(documents), len(notices), years, frozenset(kinds), words)


def plain(text: str) -> str:
    """A text for comparing names: compatibility forms folded, no white space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def assess(expect: Expect, held: Holdings) -> list[Shortfall]:
    """Every assertion that does not hold, in the order of the keys."""
    found: list[Shortfall] = []
    for name, range_, count in (("documents", expect.documents, held.documents),
                                ("notices", expect.notices, held.notices)):  # fmt: skip
        if range_.max is not None and count > range_.max:
            said = f"{count} found, at most {range_.max} expected"
            found.append(Shortfall(f"expect.{name}.max", "warning", said))
        if range_.min is not None and count < range_.min:
            said = f"{count} found, at least {range_.min} expected"
            found.append(Shortfall(f"expect.{name}.min", "error", said))
    for year in expect.years:
        if year not in held.years:
            found.append(Shortfall("expect.years", "error", f"no notice names {year}"))
    for kind in expect.kinds:
        if kind not in held.kinds:
            found.append(Shortfall("expect.kinds", "error", f"nothing of kind {kind} was found"))
    for name in expect.departments:
        if not any(plain(name) in text for text in held.words):
            found.append(Shortfall("expect.departments", "error", f"no title names {name}"))
    return found


class SourceNight(msgspec.Struct, frozen=True, kw_only=True):
    """What one run changed of one source. Counts are of notices, attachments and pages that are documents; a listing's
    own pages are not counted.

    created: addresses that gave a body for the first time; replaced: other bytes than before; gone: 404 or 410;
    refused: by robots.txt, by the site or by our guard; failed: network, time, size. missing: addresses that pages of
    this source ever linked to and that never gave a body. held: documents the ledger holds. flags: why a person should
    look.
    """

    source_id: str
    run_id: str
    started_at: str
    finish_reason: str | None
    created: int = 0
    replaced: int = 0
    unchanged: int = 0
    gone: int = 0
    refused: int = 0
    failed: int = 0
    missing: int = 0
    held: int = 0
    flags: tuple[str, ...] = ()


_COLUMNS = {"new": "created"}


def night_of_source(
    source_id: str,
    run: tuple[str, str, str | None],
    by_role: dict[str, dict[str, int]],
    *,
    missing: int,
    held: int,
    flags: Sequence[str] = (),
) -> SourceNight:
    """The summary of one run: (run_id, started_at, finish_reason) and its visits by role and outcome."""
    counts: dict[str, int] = {}
    for role, outcomes in by_role.items():
        if role != "listing":
            for outcome, number in outcomes.items():
                name = _COLUMNS.get(outcome, outcome)
                counts[name] = counts.get(name, 0) + number
    run_id, started_at, reason = run
    return SourceNight(
        source_id=source_id, run_id=run_id, started_at=started_at, finish_reason=reason,
        missing=missing, held=held, flags=tuple(flags), **counts,
    )  # fmt: skip


def is_disowned(visit: Visit, sha256: str | None) -> bool:
    """Whether a visit says that the body `sha256`, which its address gave before, was another page than was asked for
    (soft 404, found out when it came again elsewhere)."""
    return sha256 is not None and visit.sha256 == sha256 and (visit.reason or "").startswith(SOFT_404)


def never_given(visits: Iterable[Visit]) -> int:
    """How many addresses, listings apart, were asked for and never gave a body; made-up page addresses are none."""
    given: dict[str, str | None] = {}
    asked: set[str] = set()
    for visit in visits:
        if visit.outcome in _BODY:
            given[visit.url] = visit.sha256
        elif visit.role != "listing":
            asked.add(visit.url)
            if is_disowned(visit, given.get(visit.url)):
                del given[visit.url]
    return len(asked - given.keys())
