"""Consistent statements never fail; one wrong cell always does (Hypothesis)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flows.checks.build import Builder
from tests.flows.checks.report import found

Leaf = tuple[str, int, int]
CENTS = st.integers(min_value=1, max_value=500_000)


@st.composite
def leaves(draw: st.DrawFn) -> list[Leaf]:
    """(7-digit code, basic, project) in hundredths of 万元; some amounts are zero and print as blank."""
    codes = draw(
        st.lists(
            st.tuples(st.sampled_from(["201", "208", "215"]), st.sampled_from(["03", "05"]), st.integers(1, 4)),
            min_size=1,
            max_size=8,
            unique=True,
        )
    )
    amount = st.one_of(st.just(0), CENTS)
    return [(f"{top}{mid}{low:02}", draw(CENTS), draw(amount)) for top, mid, low in sorted(codes)]


def table_of(given_leaves: list[Leaf]) -> list[list[object]]:
    """[name, total, basic, project] per line, in hundredths; each code above the leaves is the sum of those below."""
    names: dict[str, list[int]] = {}
    for code, basic, project in given_leaves:
        for length in (0, 3, 5, 7):
            sums = names.setdefault(code[:length], [0, 0, 0])
            for index, part in enumerate((basic + project, basic, project)):
                sums[index] += part
    return [[f"{code} 科目" if code else "grand_total=合计", *sums] for code, sums in sorted(names.items())]


def show(cents: object) -> str:
    assert isinstance(cents, int)
    return str(Decimal(cents).scaleb(-2)) if cents else ""


def rounded(thousandths: object) -> int:
    assert isinstance(thousandths, int)
    return int((Decimal(thousandths) / 10).quantize(Decimal(1), ROUND_HALF_UP))


def statement(lines: list[list[object]]) -> Builder:
    printed = [(str(name), *(show(value) for value in values)) for name, *values in lines]
    return Builder().statement("general_expenditure", ["total", "basic", "project"], printed)


@settings(max_examples=60, deadline=None)
@given(leaves())
def test_consistent_trees_hold_everywhere(given_leaves: list[Leaf]) -> None:
    assert {row["outcome"] for row in found(statement(table_of(given_leaves)))} <= {"holds", "not_applicable"}


@settings(max_examples=120, deadline=None)
@given(leaves(), st.data())
def test_a_planted_error_fails_through_its_own_cell(given_leaves: list[Leaf], data: st.DataObject) -> None:
    lines = table_of(given_leaves)
    row = data.draw(st.integers(0, len(lines) - 1), label="line")
    column = data.draw(st.sampled_from([1, 2, 3]).filter(lambda column: lines[row][column] != 0), label="column")
    # More than the tolerance of the longest sum a tree of 8 leaves can make: 9 halves of one hundredth.
    lines[row][column] += data.draw(st.integers(5, 100_000), label="error")  # type: ignore[operator]
    cell = f".t1.r{row + 1}.c{column + 2}"
    failing = [finding for finding in found(statement(lines)) if finding["outcome"] == "fails"]
    assert any(fact.endswith(cell) for finding in failing for fact in finding["fact_ids"])


@settings(max_examples=80, deadline=None)
@given(leaves(), st.data())
def test_amounts_added_up_before_they_were_rounded_never_fail(given_leaves: list[Leaf], data: st.DataObject) -> None:
    lost = st.integers(-4, 5)
    thousandths = [
        (code, basic * 10 + data.draw(lost), project * 10 + data.draw(lost) if project else 0)
        for code, basic, project in given_leaves
    ]
    printed = [[name, *(rounded(value) for value in values)] for name, *values in table_of(thousandths)]
    assert not [row for row in found(statement(printed)) if row["outcome"] == "fails"]
