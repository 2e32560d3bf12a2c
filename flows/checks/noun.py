"""The nouns of checking: Cell, Quote, Finding (a Check is in `flows.checks.check`). No rule stands here.

Amounts are exact: Decimal yuan, from `amount_fen` where the amount is a whole number of fen. Cells, quotes and
findings hold no references back, so Python's collector of cycles need not follow the many of them (`gc=False`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

Outcome = Literal["holds", "rounding", "fails", "not_applicable", "not_assessable"]
Level = Literal["line", "statement", "document", "department", "county", "source"]
Severity = Literal["error", "warning"]
Row = dict[str, object]

PRINTED_STATES = frozenset({"number", "zero"})
EMPTY_STATES = frozenset({"blank", "dash"})


class Cell(msgspec.Struct, frozen=True, gc=False):
    """One amount position as a check sees it.

    fact_id, place (`Place.ref()`), page: where it stands. label, code, column: printed names of line and column.
    title, statement: of its statement (`three_public.1`; `project` for project forms). printed, state: as in the
    tables. yuan: exact, None when no amount is known; resolution: yuan of the last digit (`flows.checks.tolerance`).
    unit: 元, 万元 …, None when unknown.
    key, column_key: the form's names for the line and the column.
    """

    fact_id: str
    place: str
    page: int | None
    label: str
    code: str | None
    column: str
    title: str
    statement: str
    printed: str | None
    state: str
    yuan: Decimal | None
    resolution: Decimal
    unit: str | None
    key: str | None = None
    column_key: str | None = None

    @property
    def ident(self) -> str:
        """The position, told apart from others that stand at the same place (the amounts of one project form)."""
        return f"{self.place}:{self.key}" if self.statement == "project" else self.place

    @property
    def known(self) -> bool:
        """A number is printed and its amount is known."""
        return self.state in PRINTED_STATES and self.yuan is not None

    @property
    def empty(self) -> bool:
        """Nothing is printed, or a sign for nothing: not a zero."""
        return self.state in EMPTY_STATES

    @property
    def unreadable(self) -> bool:
        """Something is printed that gives no amount (masked, illegible, not a number, unit unknown)."""
        return not self.known and not self.empty


class Quote(msgspec.Struct, frozen=True, gc=False):
    """Words of the print that a finding is about: in a paragraph, or in a table without amounts.

    place: `Place.ref()`; text: as printed; fact_id: of the row that says the same (a claim, an indicator), if any.
    """

    place: str
    page: int | None
    text: str
    fact_id: str | None = None


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What one check says about one subject of one document.

    subject: what was checked, stable across readings of the same print (`three_public.1/total/total`).
    reason: why not applicable or not assessable (a stable lower_snake word). left, right, tolerance: yuan, None where
    no amounts are compared. cells: every position concerned, the left side first. n_terms: numbers added up on the
    right (or things counted, as the message says). quotes: printed words concerned that are no amounts of a table.
    identities: the sums judged, the total first; suspects: cells that may be wrong with what would restore the sums;
    cause: whose error (`flows.checks.trial.Cause`); missing_line: a line that seems to be missing;
    agreed: fact_id and whether a second engine reads the same there, of the suspects it was asked about.
    elsewhere: what other documents print, with their places (`flows.checks.elsewhere`).
    """

    subject: str
    outcome: Outcome
    message_zh: str
    message_en: str
    cells: tuple[Cell, ...] = ()
    reason: str | None = None
    left: Decimal | None = None
    right: Decimal | None = None
    tolerance: Decimal | None = None
    left_zh: str | None = None
    right_zh: str | None = None
    n_terms: int | None = None
    quotes: tuple[Quote, ...] = ()
    identities: tuple[tuple[Cell, ...], ...] = ()
    suspects: tuple[tuple[Cell, str], ...] = ()
    cause: str | None = None
    missing_line: str | None = None
    agreed: tuple[tuple[str, bool], ...] = ()
    elsewhere: tuple[str, ...] = ()

    @property
    def delta(self) -> Decimal | None:
        return None if self.left is None or self.right is None else self.left - self.right
