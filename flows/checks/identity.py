"""What must be known of every document to find those it can be compared with: a few words each, no amounts.

`identity_of` takes them from the rows of one document; `companies` says, over all documents, which belong together.
Where that is in doubt, documents are not brought together at all: a comparison of two things that are not the same
gives nothing but false alarms.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from flows.checks.views import AnyRow, Tables
from normalize.organisation import canonical_name
from normalize.region import is_national

# previous: of the same organisation, kind and edition, of the year before. budget: the budget that a final account
# carries out. unit: the units of a department, its own office among them. department: the departments of a government.
# same_amounts: prints the very same amounts under another name or year.
Relation = Literal["previous", "budget", "unit", "department", "same_amounts"]
Company = tuple[tuple[Relation, str], ...]
RELATIONS: Final[tuple[Relation, ...]] = ("previous", "budget", "unit", "department", "same_amounts")

READ: Final = frozenset({"documents", "disclosures", "org_units", "issues", "narratives", "budget_lines"})
DOUBTS: Final = frozenset({"fiscal_year_conflict", "doc_type_conflict", "region_conflict"})
STAGES: Final = frozenset({"budget", "final"})
# documents of one organisation, year, kind and edition that are taken together (the tables and the text are often two
# files); more than these are a list of something else
MOST_PARTS: Final = 4
MOST_UNITS: Final = 400
MOST_DEPARTMENTS: Final = 400
MOST_NAMES: Final = 400
MOST_TWINS: Final = 4
FEWEST_AMOUNTS: Final = 30  # different ones; fewer may well be the same by chance or because most are nought
_NAME: Final = re.compile(r"[\u4e00-\u9fff()]{4,40}")
_BETWEEN: Final = re.compile(r"[、，,。；;：:\d.\s]+|(?:和|及|以及)")


class Identity(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Of one document. org: org_id; name, units: canonical names, of itself and of the units it lists. doubt: its year,
    kind or place is said in two ways. amounts: digest over all amounts other than nought, "" for few."""

    county: str | None
    org: str | None
    name: str
    year: int | None
    kind: str
    level: str | None
    stage: str | None
    doubt: bool
    units: tuple[str, ...]
    amounts: str

    @property
    def key(self) -> tuple[object, ...]:
        """What documents that are parts of one disclosure share."""
        return (self.org, self.kind, self.level, self.year)

    @property
    def is_sure(self) -> bool:
        """Whether it can be brought together with others: place, organisation, year and stage are known and not in
        doubt, and it is in force."""
        known = self.county is not None and self.year is not None and self.stage in STAGES and not self.doubt
        return known and (self.is_government or (self.org is not None and self.level is not None))

    @property
    def is_government(self) -> bool:
        """A government's own budget or final account, not a department's."""
        return self.kind.startswith("government")


def identity_of(tables: Tables) -> Identity | None:
    """Of the rows of one document (the tables of READ); None where it discloses nothing in force."""
    document = next(iter(tables.get("documents", ())), None)
    disclosure = next(iter(tables.get("disclosures", ())), None)
    if document is None or disclosure is None or document["is_current"] is False:
        return None
    if not tables.get("budget_lines") and not tables.get("narratives"):
        return None
    county = disclosure["county_code"] or ("national" if is_national(disclosure["org_name"]) else None)
    return Identity(
        county=county,
        org=disclosure["org_id"],
        name=canonical_name(disclosure["org_name"] or ""),
        year=disclosure["fiscal_year"],
        kind=disclosure["doc_type"],
        level=disclosure["entity_level"],
        stage=disclosure["stage"],
        doubt=any(row["code"] in DOUBTS for row in tables.get("issues", ())),
        units=tuple(_units(tables)) if disclosure["entity_level"] == "department" else (),
        amounts=_amounts(tables.get("budget_lines", ())),
    )


def _units(tables: Tables) -> list[str]:
    """Names of the units a department lists: in its table of units, and between commas of the section about them."""
    names = [canonical_name(row["unit_name"] or "") for row in tables.get("org_units", ())]
    for row in tables.get("narratives", ()):
        if row["section_code"] == "institutions":
            parts = (canonical_name(part) for part in _BETWEEN.split(row["text"] or ""))
            names += [part for part in parts if _NAME.fullmatch(part)]
    return sorted({name for name in names if name})[:MOST_NAMES]


def _amounts(rows: Iterable[AnyRow]) -> str:
    found = sorted(row["amount_fen"] for row in rows if row["amount_fen"])
    if len(set(found)) < FEWEST_AMOUNTS:
        return ""
    return hashlib.sha256(" ".join(map(str, found)).encode()).hexdigest()[:16]


def companies(known: Mapping[str, Identity]) -> dict[str, Company]:
    """Document → the documents it is to be compared with, by relation, then digest; only those that have any.

    A document is compared with earlier ones, never the other way round: what came later must not change what is said
    of it. Of two that print the same amounts the later year is told, of one year the greater digest.
    """
    sure = {sha256: one for sha256, one in known.items() if one.is_sure}
    parts: dict[tuple[object, ...], list[str]] = {}
    of_place: dict[tuple[object, ...], list[str]] = {}
    for sha256 in sorted(sure):
        one = sure[sha256]
        parts.setdefault(one.key, []).append(sha256)
        of_place.setdefault((one.county, one.year, one.stage, one.level), []).append(sha256)
    found: dict[str, list[tuple[Relation, str]]] = {}
    for sha256, one in sure.items():
        own = [
            *(("previous", other) for other in _parts(parts, one, year=-1)),
            *(("budget", other) for other in (_parts(parts, one, stage="budget") if one.stage == "final" else ())),
            *(("unit", other) for other in _units_of(sure, of_place, one)),
            *(("department", other) for other in _departments(of_place, one)),
        ]
        if own:
            found[sha256] = own  # type: ignore[assignment]
    for sha256, twins in _same(known).items():
        found.setdefault(sha256, []).extend(("same_amounts", other) for other in twins)
    return {sha256: tuple(own) for sha256, own in sorted(found.items())}


Parts = Mapping[tuple[object, ...], list[str]]


def _parts(parts: Parts, one: Identity, *, year: int = 0, stage: str | None = None) -> list[str]:
    assert one.year is not None
    kind = one.kind if stage is None else one.kind.replace("_final", f"_{stage}")
    if stage is not None and kind == one.kind:
        return []
    own = parts.get(one.key, ())
    found = parts.get((one.org, kind, one.level, one.year + year), [])
    return found if len(found) <= MOST_PARTS and len(own) <= MOST_PARTS else []


def _units_of(sure: Mapping[str, Identity], of_place: Parts, one: Identity) -> list[str]:
    if one.level != "department" or one.is_government:
        return []
    listed = {*one.units, one.name}
    units = [
        sha256
        for sha256 in of_place.get((one.county, one.year, one.stage, "unit"), ())
        if sure[sha256].org == one.org or sure[sha256].name in listed
    ]
    return units if len(units) <= MOST_UNITS else []


def _departments(of_place: Parts, one: Identity) -> list[str]:
    if not one.is_government:
        return []
    found = of_place.get((one.county, one.year, one.stage, "department"), [])
    return found if len(found) <= MOST_DEPARTMENTS else []


def _same(known: Mapping[str, Identity]) -> dict[str, list[str]]:
    """Document → earlier ones with the very same amounts that are not the same disclosure."""
    groups: dict[str, list[str]] = {}
    for sha256, one in known.items():
        if one.amounts and one.is_sure:
            groups.setdefault(one.amounts, []).append(sha256)
    found: dict[str, list[str]] = {}
    for group in groups.values():
        if not 1 < len(group) <= MOST_TWINS:
            continue
        ordered = sorted(group, key=lambda sha256: (known[sha256].year or 0, sha256))
        for index, sha256 in enumerate(ordered):
            twins = [other for other in ordered[:index] if _are_two(known[sha256], known[other])]
            if twins:
                found[sha256] = twins
    return found


def _are_two(one: Identity, other: Identity) -> bool:
    """Two disclosures that have no reason to print the same: other years, or two organisations of one edition and kind
    of which neither is a part of the other."""
    if one.level != other.level or one.stage != other.stage or one.county != other.county:
        return False
    if one.year != other.year:
        return one.org == other.org
    related = one.name in other.units or other.name in one.units or one.name in other.name or other.name in one.name
    return one.org != other.org and not related
