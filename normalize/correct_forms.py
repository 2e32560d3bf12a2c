"""Corrections of what stands in performance forms and of who a document is about, applied before rows are made.

The corrected text takes the place of the one that was read, and everything that follows from it (numbers, comparators,
proven units, identifiers of the organisation) is worked out by the same rules as ever; the cells stay as read in
`raw_cells`, and what a row was without the correction stands in its `as_read`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec

from extract.document import Identity, IndicatorRow, Issue, Place, PlanPoint, ProjectForm, Text
from normalize.correct import Stale, correction_rows, place_of, stale_issue
from normalize.correction import Correction
from normalize.department import Disclosure
from normalize.schema import Row

Rows = dict[str, list[Row]]
Build = Callable[[ProjectForm], Rows]

_PARTS: Final = tuple(
    name for name in IndicatorRow.__struct_fields__ if name not in ("row", "other")
)  # the texts of an indicator
REMEMBERED: Final = frozenset({"projects", "spending_plans", "indicators"})  # tables with `correction_ids`
_NAMES: Final = frozenset({"project_id", "indicator_id", "plan_id", "seq", "correction_ids", "as_read"})


class FormsFixed(msgspec.Struct):
    """forms: with the corrected texts. ids: of the corrections that were dealt with here. touched: number of the form
    → corrections that changed it. rows: of table `corrections`."""

    forms: list[ProjectForm]
    ids: set[str]
    touched: dict[int, list[Correction]]
    rows: list[Row]
    issues: list[Issue]


def correct_forms(forms: Sequence[ProjectForm], corrections: Sequence[Correction], sha256: str) -> FormsFixed:
    """The performance forms of a document with its corrections of texts in them. Those of other places are left."""
    made = FormsFixed(list(forms), set(), {}, [], [])
    mine = sorted((one for one in corrections if one.document == sha256), key=lambda one: one.id)
    for one in mine:
        if one.fix.text is None or one.place == "document":
            continue
        ref = place_of(one.place).ref()
        here = [
            (n, name, text) for n, form in enumerate(forms) for name, text in _texts(form) if text.place.ref() == ref
        ]
        if not here:
            continue
        made.ids.add(one.id)
        read = here[0][2]
        stale: Stale | None = None
        if (read.text if read.text.strip() else "") != one.printed:
            stale = "text_differs"
        elif one.fix.unit is not None or one.fix.column is not None or one.fix.line is not None:
            stale = "no_fact"  # a form has no statement's unit, column or line
        if stale is not None:
            made.issues.append(stale_issue(one, stale))
        else:
            for number in sorted({n for n, _, _ in here}):
                made.forms[number] = with_text(made.forms[number], ref, one.fix.text)
                made.touched.setdefault(number, []).append(one)
        made.rows += _record(one, stale, read, sorted({name for _, name, _ in here}), len(here))
    return made


def with_text(form: ProjectForm, ref: str, text: str) -> ProjectForm:
    """The form with another text wherever the one of this place stands (a merged cell is a part of several rows)."""

    def fixed(one: Text | None) -> Text | None:
        return one if one is None or one.place.ref() != ref else msgspec.structs.replace(one, text=text)

    def indicator(one: IndicatorRow) -> IndicatorRow:
        parts = {name: fixed(getattr(one, name)) for name in _PARTS}
        other = tuple((heading, fixed(each) or each) for heading, each in one.other)
        return msgspec.structs.replace(one, **parts, other=other)

    def point(one: PlanPoint) -> PlanPoint:
        return msgspec.structs.replace(one, value=fixed(one.value) or one.value)

    return msgspec.structs.replace(
        form,
        fields={name: fixed(each) or each for name, each in form.fields.items()},
        plan=[point(each) for each in form.plan],
        goals=[fixed(each) or each for each in form.goals],
        indicators=[indicator(each) for each in form.indicators],
    )


def _texts(form: ProjectForm) -> Iterator[tuple[str, Text]]:
    """(`indicators.value`, text) of everything in a form that may be corrected."""
    for name, text in form.fields.items():
        yield f"projects.{name}", text
    for point in form.plan:
        yield "spending_plans.value", point.value
    for goal in form.goals:
        yield "goals.goal_text", goal
    for row in form.indicators:
        for name in _PARTS:
            text = getattr(row, name)
            if text is not None:
                yield f"indicators.{name}", text
        for heading, other in row.other:
            yield f"indicators.{heading}", other


def remember(fixed: Rows, form: ProjectForm, build: Build, corrections: Sequence[Correction]) -> None:
    """Write into the rows of a corrected form which corrections changed each, and what it was without them.

    form: as read; build: a form → its rows (identifiers of its own). A row is told by its number in the form.
    """
    read = build(form)
    alone = [(one.id, build(with_text(form, place_of(one.place).ref(), one.fix.text or ""))) for one in corrections]
    for table, rows in fixed.items():
        if table not in REMEMBERED:
            continue
        for number, row in enumerate(rows):
            before = _at(read, table, number)
            changed = [name for name in row if before is None or not _same(name, row, before)]
            if not changed:
                continue
            ids = [name for name, made in alone if _differs(_at(made, table, number), before)]
            row["correction_ids"] = ids or [one.id for one in corrections]
            if before is not None:
                row["as_read"] = [f"{name}={'' if before[name] is None else before[name]}" for name in changed]


def _same(name: str, row: Row, other: Row) -> bool:
    return name in _NAMES or row[name] == other[name]


def _differs(row: Row | None, other: Row | None) -> bool:
    if row is None or other is None:
        return row is not other
    return any(not _same(name, row, other) for name in row)


def _at(rows: Rows, table: str, number: int) -> Row | None:
    listed = rows.get(table, [])
    return listed[number] if number < len(listed) else None


def _record(one: Correction, stale: Stale | None, read: Text, fields: Sequence[str], n_rows: int) -> list[Row]:
    found = correction_rows(one, stale, {"printed_text": read.text if read.text.strip() else None}, None, n_rows)
    texts = [row for row in found if row["field"] == "printed_text"]
    rest = [row for row in found if row["field"] != "printed_text"]
    return [{**row, "field": field} for row in texts for field in fields] + rest


# ------------------------------------------------------------------------------------------------------------- identity


def correct_identity(
    identity: Identity, disclosure: Disclosure, corrections: Sequence[Correction], sha256: str
) -> tuple[Identity, list[str], list[Row], list[Issue]]:
    """(identity with what is corrected, ids of the corrections applied, rows of `corrections`, issues of stale ones).

    disclosure: who the document is about by our reading alone, which guards each field; the printed title guards all.
    """
    applied: list[str] = []
    rows: list[Row] = []
    issues: list[Issue] = []
    fixed = identity
    title = identity.title.text if identity.title is not None else ""
    for one in sorted(corrections, key=lambda each: each.id):
        said = one.fix.identity
        if one.document != sha256 or said is None:
            continue
        changes = dict(said.changes())
        stale: Stale | None = None
        if title != one.printed:
            stale = "text_differs"
        elif any(_said(getattr(disclosure, name)) != change.was for name, change in changes.items()):
            stale = "identity_differs"
        elif applied:
            stale = "conflict"  # of one place there is one correction: only a list made by hand gets here
        if stale is None:
            applied.append(one.id)
            fixed = _with_identity(fixed, {name: change.to for name, change in changes.items()})
        else:
            issues.append(stale_issue(one, stale))
        for name, change in changes.items():
            row = correction_rows(one, stale, None, None, 0 if stale else 1)[0]
            now = _said(getattr(disclosure, name))
            rows.append({**row, "field": name, "value_as_read": now or None, "value_corrected": change.to})
    return fixed, applied, rows, issues


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _with_identity(identity: Identity, to: dict[str, str]) -> Identity:
    changed: dict[str, Any] = dict(to)
    if "fiscal_year" in to:
        changed["fiscal_year"] = int(to["fiscal_year"])
    if "org_name" in to:
        place = identity.org_name.place if identity.org_name is not None else Place()
        changed["org_name"] = Text(to["org_name"], place)
    return msgspec.structs.replace(identity, **changed)
