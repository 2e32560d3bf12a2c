"""One document as it is shown: its leaves, values and findings, and what of them is selected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from flows.review.leaves import Leaf, leaf_of_places, leaves_of
from flows.review.shelf import Row, Tables
from flows.review.values import Value, in_order, same_amount, touching, values_of
from flows.reviews import JUDGED

_PREFIX = re.compile(r"[0-9a-f]{8,64}")
MAX_SAME = 8


def find_document(prefix: str, known: Iterable[str]) -> str | None:
    """The one document whose digest begins so; None for none or several."""
    if not _PREFIX.fullmatch(prefix):
        return None
    found = [sha256 for sha256 in known if sha256.startswith(prefix)]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Chosen:
    """What is selected: a value, a finding (then the value is the cell of it that is looked at), an issue, a place."""

    value: Value | None = None
    finding: Row | None = None
    issue: Row | None = None
    place: str | None = None


@dataclass
class DocumentView:
    """Everything of one document. values: by identifier, in the order of the print."""

    sha256: str
    tables: Tables
    leaves: list[Leaf]
    values: dict[str, Value]
    places: dict[str, int]
    on_leaf: dict[int, list[Value]] = field(default_factory=dict)

    @classmethod
    def of(cls, sha256: str, tables: Tables) -> DocumentView:
        document = tables["documents"][0]
        leaves = leaves_of(tables["raw_cells"], document["n_pages"])
        places = leaf_of_places(leaves)
        values = values_of(tables)
        view = cls(sha256, tables, leaves, {}, places)
        for value in sorted(values, key=lambda one: (view.leaf_of(one), one.place[:1] == "p", in_order(one.place))):
            if value.name not in view.values:
                view.values[value.name] = value
                view.on_leaf.setdefault(view.leaf_of(value), []).append(value)
        return view

    @property
    def document(self) -> Row:
        return self.tables["documents"][0]

    @property
    def county(self) -> str | None:
        code = self.document["county_code"]
        return code if isinstance(code, str) and re.fullmatch(r"\d{6}", code) else None

    @cached_property
    def findings(self) -> dict[str, Row]:
        return {row["fingerprint"]: row for row in self.tables["findings"]}

    @cached_property
    def failing(self) -> list[Row]:
        found = [row for row in self.tables["findings"] if row["outcome"] == "fails"]
        return sorted(found, key=lambda row: (in_order((row["places"] or [""])[0]), row["check_id"]))

    @cached_property
    def by_place(self) -> dict[str, Value]:
        """Place → the value that stands there, the first of several."""
        found: dict[str, Value] = {}
        for value in self.values.values():
            found.setdefault(value.place, value)
        return found

    def leaf_of(self, value: Value) -> int:
        page = value.row.get("page")
        if page is not None and self.leaves[0].page is not None and 1 <= page <= len(self.leaves):
            return int(page)
        return self.places.get(value.place, 1)

    def leaf_at(self, place: str | None) -> int | None:
        """Number of the leaf a place of a finding or issue is on; None where that is not known."""
        if place is None:
            return None
        if place.startswith("page") and place[4:].isdecimal() and self.leaves[0].page is not None:
            return min(max(1, int(place[4:])), len(self.leaves))
        return self.places.get(place) or self.places.get(place.partition(".")[0])

    def choose(self, name: str | None, fingerprint: str | None, issue: str | None) -> Chosen:
        """What these fields of an address select; what is not there selects nothing."""
        finding = self.findings.get(fingerprint or "")
        told = next((row for row in self.tables["issues"] if issue and row["issue_id"] == issue), None)
        value = self.values.get(name or "") or self.by_place.get(name or "")
        place = value.place if value else name if name in self.places else None
        if value is None and place is None and finding is not None:
            wanted = [*(finding["suspects"] or ()), *(finding["places"] or ())]
            place = next((one for one in wanted if one in self.places), None)
            value = self.by_place.get(place or "")
        if value is None and told is not None and told["place"]:
            place = told["place"]
            value = self.by_place.get(place)
        return Chosen(value, finding, told, place)

    def following(self, name: str) -> Value | None:
        """The value after this one, over the leaves; None at the end."""
        names = list(self.values)
        if name not in self.values:
            return None
        at = names.index(name) + 1
        return self.values[names[at]] if at < len(names) else None

    def preceding(self, name: str) -> Value | None:
        names = list(self.values)
        at = names.index(name) if name in self.values else 0
        return self.values[names[at - 1]] if at else None

    def checks_of(self, value: Value) -> list[Row]:
        return touching(self.tables["findings"], value.name)

    def same_as_difference(self, finding: Row) -> list[Value]:
        """Other values that are exactly the difference of a finding: where it may come from."""
        if finding["outcome"] != "fails":
            return []
        return same_amount(self.values.values(), finding["delta_yuan"])[:MAX_SAME]

    def can_correct(self, value: Value) -> bool:
        """Whether a correction of this value's text is understood: it stands at its own place."""
        if value.table == "indicators":
            return not value.blank  # else the row stands at the place of its label
        return value.table in ("budget_lines", "spending_plans")

    def as_read(self, value: Value) -> str:
        """The text our reader gave, which guards a correction: a corrected value shows another."""
        start = f"{JUDGED[value.table][1]}="
        read = (str(one) for one in value.row.get("as_read") or ())
        return next((one.removeprefix(start) for one in read if one.startswith(start)), value.printed)

    def statement_of(self, value: Value) -> Row | None:
        row: Mapping[str, object] = value.row
        return next(
            (
                one
                for one in self.tables["statements"]
                if (one["statement_code"], one["seq"]) == (row.get("statement_code"), row.get("statement_seq"))
            ),
            None,
        )
