"""Checks that need several documents: a year and the one before, a budget and its final account, units and departments.

A document is checked with its company (`flows.checks.identity.companies`): documents that are opened when a check asks
for them, so that of a department with a hundred units two are in memory at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from flows.checks.facts import document_facts
from flows.checks.identity import Relation
from flows.checks.noun import Finding, Level, Severity
from flows.checks.views import DocumentFacts, Tables

KEPT: Final = 4  # documents that stay in memory: years and parts of a disclosure; of units one after the other
Open = Callable[[], Tables]


class Companions:
    """The documents one document is compared with."""

    def __init__(self, members: Iterable[tuple[Relation, Open]] = ()) -> None:
        """members: relation and what gives the rows of the document."""
        self._members: dict[Relation, list[Open]] = {}
        for relation, opened in members:
            self._members.setdefault(relation, []).append(opened)
        self._kept: dict[tuple[Relation, int], DocumentFacts | None] = {}

    def __bool__(self) -> bool:
        return bool(self._members)

    def has(self, relation: Relation) -> bool:
        return relation in self._members

    def of(self, relation: Relation) -> Iterator[DocumentFacts]:
        """The documents of a relation, in the order given; one that holds nothing is left out."""
        for index, opened in enumerate(self._members.get(relation, ())):
            key = (relation, index)
            if key in self._kept:
                found = self._kept[key]
            else:
                found = document_facts(opened())
                if len(self._kept) < KEPT:
                    self._kept[key] = found
            if found is not None:
                yield found


def given(members: Mapping[Relation, Sequence[Tables]]) -> Companions:
    """Of rows that are at hand."""
    return Companions(
        (relation, lambda rows=rows: rows)  # type: ignore[misc]
        for relation, documents in members.items()
        for rows in documents
    )


class CrossCheck(msgspec.Struct, frozen=True):
    """One rule over several documents. relation: what it needs; it is run only where there is such company. run:
    yields the findings of the document whose company is given.

    The other fields as in `Check`; where nothing is yielded nothing is recorded: most documents have no such company.
    """

    id: str
    level: Level
    severity: Severity
    doc: str
    relation: Relation
    run: Callable[[DocumentFacts, Companions], Iterable[Finding]]
    absent: tuple[str, str, str]

    @property
    def family(self) -> str:
        return self.id[0]
