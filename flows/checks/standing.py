"""Standing: one word for how sure a fact is, by the rule of `docs/standing.md`; a row of `standings` for every fact.

The words, the surest first, and when they are given (the first that applies, but that doubt goes before all others
save a person's confirmation):

 - reviewed: a person compared it with the original and confirmed it (guarded by what was printed).
 - balanced_twice: two sums hold through it that share no other printed amount.
 - balanced: a sum holds through it, exactly or within rounding, together with at least one other printed amount.
 - two_witnesses: no sum, but it is read a second time: a sentence of the prose prints the same amount for it (for a
  claim: the table does), or a second engine read the same text.
 - read: read once; nothing speaks for it or against it.
 - doubtful: a person rejected or flagged it; it is no readable amount; a failing sum names it as the wrong cell; it is
  in a comparison of amounts that fails and names no cell, and no sum holds through it; or a second engine read
  something else at its place.

An amount whose unit is only assumed is `read` at best: sums hold in every unit. What a standing says is how sure the
reading is and how well the amount fits the rest, never that the government's figure is right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from flows.checks.blanks import UNDETERMINED, BlankEvidence, blank_evidence
from flows.checks.check import AnyCheck
from flows.checks.noun import EMPTY_STATES, Cell, Finding, Outcome, Row
from flows.checks.views import DocumentFacts
from flows.reviews import Verdict

Standing = Literal["reviewed", "balanced_twice", "balanced", "two_witnesses", "read", "doubtful"]
STANDINGS: Final[tuple[Standing, ...]] = (
    "reviewed",
    "balanced_twice",
    "balanced",
    "two_witnesses",
    "read",
    "doubtful",
)
UNREADABLE: Final = frozenset({"illegible", "not_numeric"})
DISAGREE: Final = "witnesses_disagree"
MOST_SUMS: Final = 16  # of one fact, when two that share nothing are looked for
# Table → the column that names a row, the column with its printed text, the column with its state.
BEARERS: Final[dict[str, tuple[str, str, str | None]]] = {
    "budget_lines": ("fact_id", "printed_text", "amount_state"),
    "projects": ("project_id", "total_printed", "total_state"),
    "spending_plans": ("plan_id", "printed_text", "state"),
    "indicators": ("indicator_id", "value_printed", None),
    "assets": ("asset_id", "value_printed", "value_state"),
    "procurement": ("purchase_id", "total_printed", "total_state"),
    "claims": ("claim_id", "amount_printed", "amount_state"),
}
COUNTED: Final[dict[Outcome, int]] = {"holds": 0, "rounding": 1, "fails": 2, "not_assessable": 3}
WORST: Final = {"holds": 0, "rounding": 1}
FAILS: Final = {"warning": 2, "error": 3}


class Tally(msgspec.Struct):
    """What the checks said about one fact. counts: findings by outcome, in the order of COUNTED. sums: the other
    printed amounts of each sum that holds through it. worst: as in column check_worst."""

    counts: list[int]
    sums: set[frozenset[str]]
    worst: int | None = None
    accused: bool = False
    contested: bool = False


def _tally() -> Tally:
    return Tally([0, 0, 0, 0], set())


def tallies(judged: Iterable[tuple[AnyCheck, Finding]]) -> dict[str, Tally]:
    """fact_id → what all findings of a document say about it."""
    found: dict[str, Tally] = {}

    def of(fact_id: str) -> Tally:
        own = found.get(fact_id)
        if own is None:
            own = found[fact_id] = _tally()
        return own

    for check, finding in judged:
        if finding.outcome == "not_applicable":
            continue
        _count(check, finding, of)
        if finding.outcome in WORST:
            for cells in finding.identities:
                _sum(cells, of)
    return found


def _count(check: AnyCheck, finding: Finding, of: Any) -> None:
    """A finding into the tallies of the facts it concerns, each once."""
    marks: Sequence[Any] = (*finding.cells, *finding.quotes)
    fails, place = finding.outcome == "fails", COUNTED[finding.outcome]
    named = {cell.fact_id for cell, _ in finding.suspects}
    contested = fails and not named and check.severity == "error" and finding.left is not None
    for fact_id in {mark.fact_id for mark in marks if mark.fact_id is not None}:
        tally = of(fact_id)
        tally.counts[place] += 1
        worst = FAILS[check.severity] if fails else WORST.get(finding.outcome)
        if worst is not None:
            tally.worst = max(worst, tally.worst or 0)
        tally.contested = tally.contested or contested
    for fact_id in named if fails else ():
        of(fact_id).accused = True


def _sum(cells: Sequence[Cell], of: Any) -> None:
    """A sum that holds into the tallies of its cells; a blank's too, for it holds without the blank."""
    printed = frozenset(cell.ident for cell in cells if cell.known)
    for cell in cells:
        others = printed - {cell.ident}
        if others and (cell.known or cell.empty) and (cell.statement != "project" or cell.key in ("total", "plan")):
            of(cell.fact_id).sums.add(others)


def apart(sums: Collection[frozenset[str]]) -> bool:
    """Whether two of these sums share no printed amount; of very many the shortest are looked at."""
    if len(sums) < 2:
        return False
    some = list(sums)
    if len(some) > MOST_SUMS:
        some = sorted(some, key=lambda one: (len(one), sorted(one)))[:MOST_SUMS]
    return any(one.isdisjoint(two) for index, one in enumerate(some) for two in some[index + 1 :])


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """Everything the rule asks about one fact. doubted: a second engine disagrees; assumed: so is its unit."""

    tally: Tally
    printed: str | None
    state: str | None
    witnesses: tuple[str, ...]
    assumed: bool = False
    doubted: bool = False
    verdict: Verdict | None = None


def standing_of(evidence: Evidence) -> Standing:
    """The rule; see the module's docstring."""
    verdict, tally = evidence.verdict, evidence.tally
    if verdict is not None:
        return "reviewed" if verdict.verdict == "confirm" else "doubtful"
    if evidence.state in UNREADABLE or evidence.doubted or tally.accused or (tally.contested and not tally.sums):
        return "doubtful"
    if evidence.assumed:
        return "read"
    if tally.sums:
        return "balanced_twice" if apart(tally.sums) else "balanced"
    return "two_witnesses" if evidence.witnesses else "read"


def standing_rows(
    facts: DocumentFacts,
    judged: Sequence[tuple[AnyCheck, Finding]],
    verdicts: Mapping[str, Verdict] | None = None,
    agreed: Mapping[str, bool] | None = None,
) -> list[Row]:
    """Rows of table `standings`, one per row of the tables of BEARERS.

    judged: every finding of the document with its check, as told in the end. verdicts: fact_id → what a person decided,
    if it is not stale.
    agreed: fact_id → whether a second engine read the same text there, for the facts it was asked about.
    """
    told = tallies(judged)
    blanks = blank_evidence((check.id, finding) for check, finding in judged)
    agreed = agreed or {}
    witnesses = _witnesses(facts, agreed)
    doubted = _doubted(facts)
    untouched = _tally()
    verdicts = verdicts or {}
    rows: list[Row] = []
    spoken_of = {*told, *blanks, *witnesses, *agreed, *verdicts}
    for table, (key, printed, state) in BEARERS.items():
        silent: dict[str | None, Row] = {}  # state → the row of a fact nothing was said about: many are alike
        for row in facts.tables.get(table, ()):
            fact_id = str(row[key])
            own_state = row[state] if state is not None else None
            if fact_id not in spoken_of and not doubted:
                alike = silent.get(own_state)
                if alike is None:
                    blank = UNDETERMINED if own_state in EMPTY_STATES else None
                    nothing = Evidence(tally=untouched, printed=None, state=own_state, witnesses=())
                    alike = silent[own_state] = _row(facts, table, fact_id, nothing, blank)
                rows.append({**alike, "fact_id": fact_id, "implied_by": [], "witnesses": []})
                continue
            tally = told.get(fact_id, untouched)
            evidence = Evidence(
                tally=tally,
                printed=row[printed],
                state=own_state,
                witnesses=witnesses.get(fact_id, ()),
                assumed=row.get("unit_basis") == "assumed",
                doubted=fact_id.partition(".")[2] in doubted or agreed.get(fact_id) is False,
                verdict=verdicts.get(fact_id),
            )
            blank = blanks.get(fact_id, UNDETERMINED) if own_state in EMPTY_STATES else None
            rows.append(_row(facts, table, fact_id, evidence, blank))
    return rows


def _row(facts: DocumentFacts, table: str, fact_id: str, evidence: Evidence, blank: BlankEvidence | None) -> Row:
    counts = evidence.tally.counts
    return {
        "fact_id": fact_id,
        "document_sha256": facts.document_sha256,
        "of_table": table,
        "standing": standing_of(evidence),
        "check_worst": evidence.tally.worst,
        "n_holds": counts[0],
        "n_rounding": counts[1],
        "n_fails": counts[2],
        "n_not_assessable": counts[3],
        "n_equations": len(evidence.tally.sums),
        "blank_evidence": None if blank is None else blank.kind,
        "implied_yuan": None if blank is None or blank.yuan is None else float(blank.yuan),
        "implied_by": [] if blank is None else list(blank.checks),
        "witnesses": list(evidence.witnesses),
    }


def _witnesses(facts: DocumentFacts, agreed: Mapping[str, bool]) -> dict[str, tuple[str, ...]]:
    """fact_id → who else says the same: prose (of a table's amount), table (of a claim), engine."""
    found: dict[str, list[str]] = {fact_id: ["engine"] for fact_id, same in agreed.items() if same}
    for fact_id, witness in _linked(facts):
        own = found.setdefault(fact_id, [])
        if witness not in own:
            own.append(witness)
    return {fact_id: tuple(sorted(own)) for fact_id, own in found.items()}


def _linked(facts: DocumentFacts) -> Iterator[tuple[str, str]]:
    """Claims and the facts they are linked to; a link is made only where both print the same amount."""
    for row in facts.tables.get("claims", ()):
        if row["fact_id"] is not None:
            yield str(row["fact_id"]), "prose"
            yield str(row["claim_id"]), "table"


def _doubted(facts: DocumentFacts) -> frozenset[str]:
    """Places at which the second engine read something else."""
    return frozenset(
        str(row["place"]) for row in facts.tables.get("issues", ()) if row["code"] == DISAGREE and row["place"]
    )
