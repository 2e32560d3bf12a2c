"""Which printed lines of a page are a table, without rulings or with horizontal ones only.

Precision goes before recall: what is not clearly a table stays paragraphs, in which nothing is lost. Evidence is
- numbers that stand under each other (by their right, left or decimal edge) in at least three rows, with a gutter that
  no row crosses, or
- at least three lines of the same extent, between which every strip falls into the same columns.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extract.readers.aligned_layout import (
    full_rules,
    lay_out,
    numeric_columns,
    rows_of,
)
from extract.readers.alignment import (
    RUN_GAP,
    Band,
    Layout,
    Rule,
    Span,
    Tableau,
    column_range,
    columns_of,
    has_digits,
    is_code,
    is_number,
    is_strong,
    spans_of,
    within,
)
from extract.readers.lines import Line
from extract.readers.pdf_captions import caption_rows
from extract.readers.pdf_pieces import Sheet

_LEADERS = re.compile(r"[.．·…⋯_＿]{4,}|(?:…){2,}|(?:\. ){3,}")
_SENTENCE = re.compile(r"[。；！？]")
_FEWEST_ROWS = 3
_FEWEST_RULES = 3
APART = 3.0  # sizes of white space that end a table
_HEAD_APART = 2.2  # sizes between the header's lines and what stands below
MOST_BETWEEN = 3  # lines without numbers between two with numbers
_HEAD_LINES = 6
_LONGEST_HEAD = 24  # characters of one header text
_LONGEST = 45  # characters of one cell, as a rule, where no line closes the row
EDGE = 0.7  # sizes by which aligned edges may differ
_ALIGNED = 0.8  # share of the numbers of a column that must stand under each other
_FILLED = 0.4  # share of positions with text
_SAME_END = 4.0  # points by which rules of one table may end apart
_HIGHEST_BLANK = 40.0  # points: no blank row is higher


@dataclass(frozen=True)
class Found:
    """A table of a page: its lines, its columns, the indexes of its lines among those of the page."""

    sheet: Sheet
    table: Tableau
    columns: tuple[Span, ...]
    extent: Span | None
    layout: Layout


def made(sheet: Sheet, table: Tableau, columns: Sequence[Span]) -> Found:
    extent = (min(rule[1] for rule in table.rules), max(rule[2] for rule in table.rules)) if table.rules else None
    return Found(sheet, table, tuple(columns), extent, lay_out(table, columns, extent))


def left_of(run: Line) -> float:
    return run.box[0]


def right_of(run: Line) -> float:
    return run.box[2]


def centre_of(run: Line) -> float:
    return (run.box[0] + run.box[2]) / 2


# ------------------------------------------------------------------------------------------------------- by numbers
def by_numbers(sheet: Sheet, bands: Sequence[Band]) -> list[Found]:
    """Tables by numbers that stand under each other."""
    found: list[Found] = []
    at = 0
    while at < len(bands):
        if not has_numbers(bands[at]):
            at += 1
            continue
        last = _last_of_group(bands, at)
        body = tuple(bands[at : last + 1])
        table = _with_head(body, bands[:at], sheet) if _looks_like_rows(body) else None
        made = _accepted(sheet, table) if table is not None else None
        if made is None:
            at += 1 if last == at else max(1, (last - at) // 2)
            continue
        found.append(made)
        at = last + 1
    return found


def has_numbers(band: Band) -> bool:
    return (
        len(band.runs) > 1
        and any(map(has_digits, band.runs))
        and not _LEADERS.search(band.line.text)
        and not band.is_sentence
    )


def is_prose(band: Band, width: float) -> bool:
    return (
        bool(_LEADERS.search(band.line.text))
        or band.is_sentence
        or any(
            run.box[2] - run.box[0] > 0.6 * width or (_SENTENCE.search(run.text) and len(run.text) > _LONGEST_HEAD)
            for run in band.runs
        )
    )


def _last_of_group(bands: Sequence[Band], start: int) -> int:
    """Index of the last line with numbers that goes on the columns of the first."""
    last = start
    strange = 0  # lines since then that do not stand in its columns
    words = [run for run in bands[start].runs if not is_number(run)]
    numbers = [run for run in bands[start].runs if is_number(run)]
    left, right = bands[start].line.box[0], bands[start].line.box[2]
    for at in range(start + 1, len(bands)):
        band = bands[at]
        if band.top - bands[at - 1].bottom > APART * band.size or strange > MOST_BETWEEN:
            break
        if has_numbers(band):
            own = [run for run in band.runs if is_number(run)]
            if not any(stand_under(a, b) for a in own for b in numbers):
                break
            numbers.extend(own)
            words.extend(run for run in band.runs if not is_number(run))
            left, right = min(left, band.line.box[0]), max(right, band.line.box[2])
            last, strange = at, 0
        elif is_prose(band, right - left):
            break
        elif not all(any(_stands_below(run, word, numbers) for word in words) for run in band.runs):
            strange += 1
    return last


def _stands_below(run: Line, word: Line, numbers: Sequence[Line]) -> bool:
    """Whether a text begins where the words of a column do and ends before the numbers beside them."""
    return abs(run.box[0] - word.box[0]) < EDGE * run.size and not any(
        run.box[0] < number.box[0] < run.box[2] for number in numbers
    )


def stand_under(one: Line, other: Line) -> bool:
    reach = EDGE * min(one.size, other.size)
    return any(abs(edge(one) - edge(other)) < reach for edge in (right_of, left_of, centre_of, _point))


def _point(run: Line) -> float:
    """Where the decimal point stands, or would stand."""
    return next((char.x0 for char in run.chars if char.text in ".．"), run.box[2])


def _looks_like_rows(body: Sequence[Band]) -> bool:
    rows = [band for band in body if has_numbers(band)]
    if len(rows) < _FEWEST_ROWS:
        return False
    gutter = RUN_GAP / 2 * rows[0].size
    return len(spans_of((run for band in rows for run in band.runs), gutter)) >= 2


def _with_head(body: tuple[Band, ...], above: Sequence[Band], sheet: Sheet) -> Tableau:
    """The table with the lines above that are its header."""
    plain = Tableau((), body)
    columns = columns_of(plain)
    box = (columns[0][0], body[0].top, columns[-1][1], body[-1].bottom)
    head: list[Band] = []
    for band in reversed(above[-_HEAD_LINES:]):
        below = head[0] if head else body[0]
        gap = (below.top - band.bottom) / body[0].size
        if gap > _HEAD_APART or not _may_be_header(band, box, columns, bool(head), gap):
            break
        if caption_rows([band.line], (box[0], band.bottom, box[2], box[3])):
            break
        head.insert(0, band)
    while head and len(head[0].runs) == 1 and not _heads_a_group(head, columns, body):
        head.pop(0)
    if head and not any(len(band.runs) > 1 for band in head):
        head = []
    return with_rules(Tableau(tuple(head), body), sheet)


def _may_be_header(
    band: Band, box: tuple[float, float, float, float], columns: Sequence[Span], has_more: bool, gap: float
) -> bool:
    texts = ["".join(run.text.split()) for run in band.runs]
    if any(len(text) > _LONGEST_HEAD or _SENTENCE.search(text) or _LEADERS.search(text) for text in texts):
        return False
    beside = sum(run.box[0] > box[2] + 2 * run.size or run.box[2] < box[0] - 2 * run.size for run in band.runs)
    if beside and len(band.runs) - beside < 2:
        return False  # columns that are blank in all rows may stand at the side, the others must be named as well
    return len(band.runs) > 1 or has_more or gap < 0.5


def _heads_a_group(head: Sequence[Band], columns: Sequence[Span], body: Sequence[Band]) -> bool:
    """Whether a text alone on the header's first line belongs to it: above some of its columns, and no title."""
    band, run = head[0], head[0].runs[0]
    if abs(band.size - body[0].size) > 0.08 * body[0].size or len(head) < 2:
        return False
    below = head[1]
    if below.top - band.bottom > 1.2 * band.size:
        return False
    first, last = column_range(run, columns)
    x0, x1 = columns[0][0], columns[-1][1]
    is_title = abs(centre_of(run) - (x0 + x1) / 2) < run.size or last - first + 1 == len(columns)
    return first > 0 and not is_title


def with_rules(table: Tableau, sheet: Sheet) -> Tableau:
    """The table with the lines across it that are not longer than a table's."""
    bands = table.bands
    top, bottom = bands[0].top - bands[0].size, bands[-1].bottom + bands[-1].size
    left, right = min(band.line.box[0] for band in bands), max(band.line.box[2] for band in bands)
    rules = [
        rule
        for rule in sheet.frame.rules
        if top <= rule[0] <= bottom and rule[1] < right and rule[2] > left and rule[2] - rule[1] > 2 * bands[0].size
    ]
    return replace(table, rules=tuple(rules))


def _accepted(sheet: Sheet, table: Tableau) -> Found | None:
    """The table, where everything about it says that it is one."""
    columns = columns_of(table)
    if len(columns) < 2:
        return None
    body = [band for band in table.body if has_numbers(band)]
    numeric = numeric_columns(table.body, columns)
    if len(numeric) == len(columns) or not any(_is_amounts(body, columns[i], bool(table.head)) for i in numeric):
        return None
    if not all(_is_aligned(body, columns[i]) for i in numeric):
        return None
    if not _is_filled(table, columns):
        return None
    return sound(made(sheet, table, columns))


def sound(found: Found) -> Found | None:
    return found if found.layout.is_sound else None


def _is_amounts(body: Sequence[Band], column: Span, has_head: bool) -> bool:
    runs = [run for band in body for run in band.runs if within(run, column)]
    strong = sum(map(is_strong, runs))
    if strong >= _FEWEST_ROWS or (has_head and strong and len(runs) >= _FEWEST_ROWS):
        return True
    return has_head and sum(map(is_code, runs)) >= _FEWEST_ROWS


def _is_aligned(body: Sequence[Band], column: Span) -> bool:
    """Most numbers of the column share an edge: the right one, the left one, their centre or the decimal point."""
    runs = [run for band in body for run in band.runs if within(run, column) and is_number(run)]
    if len(runs) < 2 or sum(map(is_code, runs)) * 2 > len(runs):
        return True  # codes are indented by their level
    for edge in (right_of, left_of, centre_of, _point):
        places = sorted(map(edge, runs))
        usual = places[len(places) // 2]
        if sum(abs(at - usual) < EDGE * runs[0].size for at in places) >= _ALIGNED * len(places):
            return True
    return False


def _is_filled(table: Tableau, columns: Sequence[Span]) -> bool:
    """Rows have texts in most columns, few texts run over several columns, and no column is prose."""
    rows = rows_of(table, columns)
    texts = crossing = long = 0
    for row in rows:
        for band in row:
            for run in band.runs:
                first, last = column_range(run, columns)
                texts += 1
                crossing += last > first
                long += len(run.text) > _LONGEST or bool(_SENTENCE.search(run.text))
    filled = sum(len({column_range(run, columns)[0] for band in row for run in band.runs}) for row in rows)
    return (
        len(rows) >= _FEWEST_ROWS
        and filled >= _FILLED * len(rows) * len(columns)
        and crossing <= 0.15 * texts
        and long <= 0.1 * texts
    )


# -------------------------------------------------------------------------------------------------- between rules
def between_rules(sheet: Sheet, bands: Sequence[Band]) -> list[Found]:
    """Tables between lines of one extent, of which each strip falls into the same columns."""
    found: list[Found] = []
    for rules in _same_extent(sheet.frame.rules):
        strips: list[list[Band]] = [[] for _ in rules[1:]]
        heights = [rule[0] for rule in rules]
        for band in bands:
            strip = bisect_left(heights, band.middle) - 1
            if 0 <= strip < len(strips):
                strips[strip].append(band)
        start = 0
        for end in range(len(strips) + 1):
            if end < len(strips) and _is_strip(strips[end], rules[end], rules[end + 1]):
                continue
            first, last = _trimmed(strips, start, end)
            if last - first >= _FEWEST_RULES - 1:
                made = _ruled_across(sheet, strips[first:last], rules[first : last + 1])
                if made is not None:
                    found.append(made)
            start = end + 1
    return found


def _same_extent(rules: Sequence[Rule]) -> list[list[Rule]]:
    groups: list[list[Rule]] = []
    for rule in rules:
        for group in groups:
            if abs(group[0][1] - rule[1]) <= _SAME_END and abs(group[0][2] - rule[2]) <= _SAME_END:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [sorted(group) for group in groups if len(group) >= _FEWEST_RULES]


def _is_strip(strip: Sequence[Band], rule: Rule, below: Rule) -> bool:
    """Text between two lines, inside their extent, that is no prose; or a blank row."""
    if not strip:
        return below[0] - rule[0] < _HIGHEST_BLANK
    width = rule[2] - rule[1]
    return (
        not any(_LEADERS.search(band.line.text) or band.is_sentence for band in strip)
        and all(rule[1] - _SAME_END <= b.line.box[0] and b.line.box[2] <= rule[2] + _SAME_END for b in strip)
        and not any(run.box[2] - run.box[0] > 0.75 * width for band in strip for run in band.runs)
    )


def _trimmed(strips: Sequence[Sequence[Band]], start: int, end: int) -> tuple[int, int]:
    """Without strips at both ends that hold no two texts side by side."""
    while start < end and not any(len(band.runs) > 1 for band in strips[start]):
        start += 1
    while end > start and not any(len(band.runs) > 1 for band in strips[end - 1]):
        end -= 1
    return start, end


def _ruled_across(sheet: Sheet, strips: Sequence[Sequence[Band]], rules: Sequence[Rule]) -> Found | None:
    bands = [band for strip in strips for band in strip]
    first = next((i for i, band in enumerate(bands) if has_numbers(band)), 0)
    strip_ends = [len(strips[0])]
    for strip in strips[1:]:
        strip_ends.append(strip_ends[-1] + len(strip))
    n_head = max((end for end in strip_ends if end <= first), default=len(strips[0]))
    partial = [
        rule
        for rule in sheet.frame.rules
        if rules[0][0] < rule[0] < rules[-1][0] and rules[0][1] - 1 <= rule[1] and rule[2] <= rules[0][2] + 1
    ]
    table = Tableau(tuple(bands[:n_head]), tuple(bands[n_head:]), tuple(sorted({*rules, *partial})))
    if not table.body:
        return None
    columns = columns_of(table)
    rows = rows_of(table, columns)
    if len(columns) < 2 or len(rows) + 1 < _FEWEST_ROWS or len(full_rules(table)) < _FEWEST_RULES:
        return None
    body = [band for band in table.body if has_numbers(band)]
    numeric = numeric_columns(table.body, columns)
    if not all(_is_aligned(body, columns[i]) for i in numeric):
        return None
    several = sum(len({column_range(run, columns)[0] for band in row for run in band.runs}) > 1 for row in rows)
    return sound(made(sheet, table, columns)) if several >= 0.4 * len(rows) else None
