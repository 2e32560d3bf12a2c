"""The wrong cell is named: hundreds of planted errors in statements that add up."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import pairwise

import msgspec

from flows.checks import all_checks, check_document
from flows.checks.facts import document_facts
from flows.checks.locate import locate, sums_of, twins_of, unlikeness
from flows.checks.noun import Cell
from flows.checks.trial import alternatives, look_alike
from tests.flows.checks.build import Builder

PLANTED = 240
KINDS = ("swap", "digit", "point", "sign", "unit")
LEAVES = ("2010301", "2010302", "2010350", "2080501", "2080505", "2101101", "2210201", "2210203")


def statement(seed: int) -> list[tuple[str, ...]]:
    """Lines of a statement that adds up: [name, total, basic, project] in hundredths, as printed."""
    chance = random.Random(seed)
    sums: dict[str, list[int]] = {}
    for code in LEAVES:
        basic, project = chance.randint(100, 900_000), chance.randint(0, 3) and chance.randint(100, 900_000)
        for length in (0, 3, 5, 7):
            for index, part in enumerate((basic + project, basic, project)):
                sums.setdefault(code[:length], [0, 0, 0])[index] += part
    return [
        (
            f"{code} 科目" if code else "grand_total=合计",
            *(str(Decimal(part).scaleb(-2)) if part else "" for part in parts),
        )
        for code, parts in sorted(sums.items())
    ]


def slip(text: str, kind: str, chance: random.Random) -> str:
    """The text with one slip; unchanged where the kind has no place in it."""
    digits = [index for index, char in enumerate(text) if char.isdigit()]
    chars = list(text)
    if kind == "swap":
        pairs = [(a, b) for a, b in pairwise(digits) if text[a] != text[b]]
        if pairs:
            a, b = chance.choice(pairs)
            chars[a], chars[b] = chars[b], chars[a]
    elif kind == "digit":
        at = chance.choice(digits)
        chars[at] = chance.choice([char for char in "0123456789" if char != text[at]])
    elif kind == "sign":
        return f"-{text}"
    elif kind == "unit":
        return str(Decimal(text) * 10_000)
    elif kind == "point":
        return str(Decimal(text) * 10)
    return "".join(chars)


def test_planted_errors_are_located() -> None:
    chance = random.Random(7)
    named = planted = first = 0
    for number in range(PLANTED):
        lines = [list(line) for line in statement(number)]
        row = chance.randrange(len(lines))
        column = chance.choice([index for index in (1, 2, 3) if lines[row][index]])
        right = Decimal(lines[row][column])
        lines[row][column] = slip(lines[row][column], KINDS[number % len(KINDS)], chance)
        if abs(Decimal(lines[row][column]) - right) < Decimal("0.10"):
            continue  # rounding would explain it
        planted += 1
        built = Builder().statement(
            "general_expenditure", ["total", "basic", "project"], [tuple(line) for line in lines]
        )
        facts = document_facts(built.tables())
        assert facts is not None
        found = [one for check in all_checks() for one in check.run(facts)]
        located = locate(sums_of(cells for one in found for cells in one.identities), twins_of(facts.statements))
        suspects = [suspect for error in located for suspect in error.suspects]
        place = f"t1.r{row + 1}.c{column + 2}"
        named += any(suspect.cell.place == place and suspect.yuan == right * 10_000 for suspect in suspects)
        first += bool(suspects) and suspects[0].cell.place == place
    assert planted > 200
    assert named >= 0.98 * planted
    assert first >= 0.95 * planted


def test_nothing_is_named_where_all_sums_hold() -> None:
    facts = document_facts(
        Builder().statement("general_expenditure", ["total", "basic", "project"], statement(1)).tables()
    )
    assert facts is not None
    found = [one for check in all_checks() for one in check.run(facts)]
    sums = sums_of(cells for one in found for cells in one.identities)
    assert sums and not locate(sums)


def cell(printed: str, yuan: int) -> Cell:
    return Cell("f", "t1.r1.c1", 1, "", None, "", "", "s.1", printed, "number", Decimal(yuan), Decimal(100), "万元")


def test_likeness_of_slips() -> None:
    assert unlikeness(cell("12.34", 123_400), Decimal(132_400)) == 0  # exchanged
    assert unlikeness(cell("12.34", 123_400), Decimal(1_234_000)) == 0  # the point
    assert unlikeness(cell("12.34", 123_400), Decimal(-123_400)) == 0  # the sign
    assert unlikeness(cell("12.34", 123_400), Decimal(987_600)) > 2  # no slip


def test_a_blank_that_was_left_out_is_named() -> None:
    lines = [
        ("201 服务", "9.00", "5.00", ""),
        ("20101 人大", "9.00", "5.00", "4.00"),
        ("208 社保", "4.00", "3.00", "1.00"),
    ]
    built = Builder().statement(
        "general_expenditure", ["total", "basic", "project"], [("grand_total=合计", "13.00", "8.00", "5.00"), *lines]
    )
    told = [one for one in found_fails(built) if one["suspects"]]
    assert told and all(one["suspects"] == ["t1.r2.c5"] and one["suspect_texts"] == ["4.00万元"] for one in told)


def test_a_row_that_no_other_statement_prints_is_missed_in_all_its_columns() -> None:
    lines = [line for line in statement(3) if not line[0].startswith("2010302")]
    built = Builder().statement("general_expenditure", ["total", "basic", "project"], [tuple(line) for line in lines])
    told = found_fails(built)
    assert {one["check_id"] for one in told} == {"H01"} and not any(one["suspects"] for one in told)
    assert all(str(one["missing_line"]).startswith("20103: ") for one in told)


def test_of_two_equal_sides_the_one_printed_unlike_its_neighbours_comes_first() -> None:
    lines = [("201 服务", "5.00", "50.0", ""), ("208 社保", "4.00", "3.00", "1.00")]
    built = Builder().statement("expenditure", ["total", "basic", "project"], lines)
    (told,) = found_fails(built)
    assert told["suspects"] == ["t1.r1.c4", "t1.r1.c3"]


def test_the_prose_tells_which_side_is_wrong() -> None:
    sides = frozenset({Decimal(50_000)})
    one, two = cell("6.00", 60_000), msgspec.structs.replace(cell("5.00", 50_000), place="t1.r1.c2")
    (located,) = locate(sums_of([(one, two)]), {one.ident: sides, two.ident: sides})
    assert [suspect.cell.ident for suspect in located.suspects] == [one.ident]


def test_look_alikes() -> None:
    assert look_alike(Decimal("151.73"), Decimal("151.13")) and look_alike(Decimal("15173"), Decimal("151.73"))
    assert not look_alike(Decimal("151.73"), Decimal("252.73"))
    assert "151.73" in set(alternatives("151,73")) and "1486.83" in set(alternatives("1486..83"))
    assert "10.05" in set(alternatives("1O.O5"))


def test_a_row_that_was_dropped_is_named() -> None:
    whole = [tuple(line) for line in statement(3)]
    row = next(line for line in whole if line[0].startswith("2010302"))
    built = Builder().statement("expenditure", ["total", "basic", "project"], whole)
    built.statement("general_expenditure", ["total", "basic", "project"], [line for line in whole if line is not row])
    (finding,) = [one for one in found_fails(built) if one["check_id"] == "H01" and "/total" in str(one["subject"])]
    assert "2010302" in str(finding["message_zh"]) and "没有这一行" in str(finding["message_zh"])


def test_the_wrong_cell_is_told_with_its_amount_and_cause() -> None:
    lines = [list(line) for line in statement(5)]
    row = next(index for index, line in enumerate(lines) if line[0].startswith("2010301"))
    right = lines[row][2]
    lines[row][2] = str(Decimal(right) * 10)
    built = Builder().statement("general_expenditure", ["total", "basic", "project"], [tuple(line) for line in lines])
    told = [one for one in found_fails(built) if one["suspects"]]
    assert told and all(one["suspects"] == [f"t1.r{row + 1}.c4"] for one in told)
    assert all(one["suspect_texts"] == [f"{right}万元"] and one["cause"] == "source" for one in told)


def found_fails(built: Builder) -> list[dict[str, object]]:
    return [one for one in check_document(built.tables()) if one["outcome"] == "fails"]


def test_a_line_that_is_missing_beside_blank_ones_is_named_with_them() -> None:
    lines = [
        ("302 商品和服务支出", "177.77"),
        ("30201 办公费", "100.11"),
        ("30205 水费", ""),
        ("30208 取暖费", ""),
        ("30239 其他交通费用", "60.43"),
    ]
    built = Builder().statement("basic_expenditure", ["total"], lines, system="economic_department")
    (row,) = (row for row in check_document(built.tables()) if row["outcome"] == "fails")
    assert row["missing_line"] == "302: 17.23万元"
    assert "某一空白行漏印" in str(row["message_zh"])
