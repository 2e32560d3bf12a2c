"""Where the parts of an indicator stand: the header of an indicator table, wherever its columns are.

A Layout is found by the words of the header (forms/41_indicators.yml), by the words of the first two levels where a
form prints no header, or taken over from the page before: then the columns are found again by their place on the
page, because a page often rules fewer of them than the page with the header did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from extract.document import Cell, Table
from extract.form import Form, matches_whole
from extract.header import Grid, distinct
from extract.text import fold, is_blank, is_number

MAX_HEADER = 4  # rows of an indicator header: group, heading, sub-heading
SHIFT = 40.0  # points by which a later page may be moved sideways
NEAR = 3.0  # points within which a column counts as inside another
LONGEST = 60  # characters of a heading or label
MOST_WORDS = 20000  # texts whose key is remembered per form
LEVELS = ("level1", "level2", "level3")
# A heading may say in brackets what it holds: 分值权重（90分）, 指标值（2026年）, 金额（万元）.
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BRACKET = re.compile(r"\([^()]*\)$")
_FORMULA = re.compile(r"\s*[①-⑳][①-⑳+＋=＝/÷×%()（）-]*\s*$")  # 全年预算数③=①+②
_UNIT_BRACKET = re.compile(r"\((?:金额)?(?:单位:?)?(?:百万元|亿元|万元|千元|元)\)")

Span = tuple[float, float]


@dataclass(frozen=True)
class Slot:
    """One heading: its key, the grid columns [start, stop) it stands over, its text, and its x on the page.

    key: a column key of the indicators form; `project:<field>` for a column of project fields; `other` for a heading
    that has no name here.
    """

    key: str
    start: int
    stop: int
    title: str
    box: Span | None = None


@dataclass(frozen=True)
class Layout:
    """header: first and last + 1 row of the header (equal where the table prints none). slots: left to right.

    right: x of the table's right edge. absent: level columns that a page going on does not rule, with their x.
    """

    header: tuple[int, int]
    slots: tuple[Slot, ...]
    right: float | None = None
    absent: dict[str, Span] = field(default_factory=dict)

    @property
    def body(self) -> int:
        return self.header[1]

    def slot(self, key: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.key == key), None)

    def keys(self) -> set[str]:
        return {slot.key for slot in self.slots}

    @cached_property
    def first(self) -> int:
        """Grid column where the indicators begin."""
        own = (slot.start for slot in self.slots if slot.key != "group" and not slot.key.startswith("project:"))
        return min(own, default=0)

    @cached_property
    def is_wide(self) -> bool:
        """Project fields beside the indicators: a table of many projects (or of many units)."""
        return any(key.startswith("project:") for key in self.keys())

    def assign(self, cells: list[Cell]) -> dict[int, list[Cell]]:
        """Index of slot → cells of a row that belong to it. A cell over several slots belongs to the first of them."""
        found: dict[int, list[Cell]] = {}
        homes = self._homes
        for cell in cells:
            span = (cell.col, cell.colspan)
            if span not in homes:
                homes[span] = self._home(*span)
            best = homes[span]
            if best is not None:
                found.setdefault(best, []).append(cell)
        return found

    @cached_property
    def _homes(self) -> dict[tuple[int, int], int | None]:
        """Slots of the spans (column, columns) asked for so far: every row of a table asks for the same."""
        return {}

    def _home(self, col: int, colspan: int) -> int | None:
        best, share = None, 0
        for index, slot in enumerate(self.slots):
            overlap = min(col + colspan, slot.stop) - max(col, slot.start)
            if overlap >= slot.stop - slot.start and share < overlap and colspan > overlap > 0:
                return index
            if overlap > share:
                best, share = index, overlap
        return best


def label_of(cell: Cell) -> str:
    return fold(cell.text).rstrip(":")


@lru_cache(maxsize=16384)
def labels_of(text: str) -> tuple[str, ...]:
    """A heading as printed, without its unit, and without what stands in brackets at its end. () for what is none."""
    if len(text) > LONGEST or not _HAN.search(text):
        return ()
    label = fold(_FORMULA.sub("", text)).rstrip(":")
    if not label.endswith(")"):
        return (label,)
    return tuple(dict.fromkeys((label, _UNIT_BRACKET.sub("", label).rstrip(":"), _BRACKET.sub("", label).rstrip(":"))))


class _Words:
    """Patterns of many keys as one expression, asked once for each text: a document repeats its labels."""

    def __init__(self, named: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        self._keys: list[str] = []
        parts: list[str] = []
        for key, patterns in named:
            parts.append(f"(?P<k{len(self._keys)}>{'|'.join(patterns)})")
            self._keys.append(key)
        self._pattern = re.compile("|".join(parts) or r"(?!)")
        self._known: dict[str, str | None] = {}

    def key(self, text: str) -> str | None:
        """The first key one of whose patterns is the whole of the text, as printed or without its brackets."""
        try:
            return self._known[text]
        except KeyError:
            pass
        found: str | None = None
        for label in labels_of(text):
            match = self._pattern.fullmatch(label) if label else None
            if match is not None and match.lastgroup is not None:
                found = self._keys[int(match.lastgroup[1:])]
                break
        if len(self._known) < MOST_WORDS:
            self._known[text] = found
        return found


_WORDS: dict[tuple[int, str], tuple[Form, _Words]] = {}
_HEADS: dict[tuple[int, ...], tuple[tuple[Form, ...], dict[str, bool]]] = {}
_BLOCKS: dict[tuple[int, ...], tuple[tuple[Form, ...], dict[str, str | None]]] = {}


def _words(form: Form, kind: str) -> _Words:
    """Words of a form; forms are few and live as long as the program."""
    known = _WORDS.get((id(form), kind))
    if known is None or known[0] is not form:
        if kind == "headings":
            words = _Words((column.key, column.headers) for column in form.columns)
        elif kind == "labels":
            named = [("plan", form.plan_labels), ("goal", form.goal_labels), ("actual", form.actual_labels)]
            words = _Words([*(item for item in named if item[1]), *((item.key, item.labels) for item in form.fields)])
        else:
            words = _Words((item.key, item.labels) for item in form.fields)
        known = _WORDS[id(form), kind] = (form, words)
    return known[1]


def heading_key(text: str, form: Form) -> str | None:
    """Column key of the indicators form that a heading names."""
    return _words(form, "headings").key(text)


def field_key(text: str, form: Form) -> str | None:
    """Field of a project form that a heading or label names."""
    return _words(form, "fields").key(text)


def block_key(text: str, forms: tuple[Form, ...]) -> str | None:
    """What a text is the label of in a block: a field, `plan`, `goal`, `actual`; None for anything else."""
    ids = tuple(map(id, forms))
    known = _BLOCKS.get(ids)
    if known is None:
        known = _BLOCKS[ids] = (forms, {})  # the forms are kept, so that no other can have their ids
    try:
        return known[1][text]
    except KeyError:
        key = next((key for form in forms if (key := _words(form, "labels").key(text))), None)
        if len(known[1]) < MOST_WORDS and len(text) <= LONGEST:
            known[1][text] = key
        return key


def find_layout(table: Table, grid: Grid, rows: range, form: Form, wide: tuple[Form, ...]) -> Layout | None:
    """The first header of indicators in these rows. wide: forms whose fields may be columns beside them."""
    for first in rows:
        if not any(_may_head(cell, first, form, wide) for cell in distinct(grid[first])):
            continue
        height = 1
        while height < MAX_HEADER and first + height < rows.stop and _still_header(grid, first, height, form, wide):
            height += 1
        layout = _layout(table, grid, (first, first + height), form, wide)
        if layout is not None:
            return layout
    return None


def _may_head(cell: Cell, row: int, form: Form, wide: tuple[Form, ...]) -> bool:
    if cell.row != row or is_blank(cell.text):
        return False
    ids = (id(form), *map(id, wide))
    known = _HEADS.get(ids)
    if known is None:
        known = _HEADS[ids] = ((form, *wide), {})  # the forms are kept, so that no other can have their ids
    text = cell.text
    try:
        return known[1][text]
    except KeyError:
        heads = heading_key(text, form) is not None or any(field_key(text, other) for other in wide)
        if len(known[1]) < MOST_WORDS and len(text) <= LONGEST:
            known[1][text] = heads
        return heads


def _still_header(grid: Grid, first: int, height: int, form: Form, wide: tuple[Form, ...]) -> bool:
    """Whether the row under headings is one of the header: a heading reaches down into it, or it names columns."""
    row = first + height
    cells = distinct(grid[row])
    reaching = (cell for cell in cells if first <= cell.row < row and cell.rowspan <= MAX_HEADER)
    # 绩效指标 at the left may reach down too: over the indicators.
    if any(_may_head(cell, cell.row, form, wide) and heading_key(cell.text, form) != "levels" for cell in reaching):
        return True
    own = [cell for cell in cells if cell.row == row and not is_blank(cell.text)]
    named = [cell for cell in own if _may_head(cell, row, form, wide)]
    return bool(own) and len(named) >= max(1, 0.6 * len(own)) and (len(named) >= 2 or len(own) < len(cells))


def _layout(table: Table, grid: Grid, header: tuple[int, int], form: Form, wide: tuple[Form, ...]) -> Layout | None:
    slots = _slots(grid, header, form)
    slots = _settle(slots)
    keys = {slot.key for slot in slots}
    levels = keys & set(LEVELS)
    beside = keys & {"comparator", "unit", "weight", "basis", "level1", "level2", "actual", "score"}
    enough = bool(
        (len(levels) >= 2 and keys & {"value", "comparator", "all"})
        or ("level3" in keys and "value" in keys and beside)
        or ("levels" in keys and "value" in keys and beside)
    )
    slots = _project_slots(slots, wide, len(grid[0]))
    keys = {slot.key for slot in slots}
    if not enough and "levels" in keys and "value" not in keys and "project:project_name" in keys:
        enough = bool(keys & {"project:total", "project:goal", "project:fiscal"})
        slots = tuple(replace(slot, key="all") if slot.key == "levels" else slot for slot in slots)
    if not enough:
        return None
    slots = _left_of(slots)
    edges = column_boxes(table)
    placed = tuple(replace(slot, box=_box(edges, slot)) for slot in slots)
    right = max((box[1] for box in edges if box is not None), default=None)
    return Layout(header, placed, right)


def _slots(grid: Grid, header: tuple[int, int], form: Form) -> tuple[Slot, ...]:
    """The lowest cells of the header with what they are called; cells that began above the header are not of it."""
    slots: list[Slot] = []
    column, n_cols = 0, len(grid[0])
    while column < n_cols:
        path: list[Cell] = []
        for row in range(*header):
            cell = grid[row][column]
            if cell is not None and cell.row >= header[0] and not is_blank(cell.text) and cell not in path[-1:]:
                path.append(cell)
        if not path:
            column += 1
            continue
        leaf = path[-1]
        key = heading_key(leaf.text, form)
        if key is None and len(path) > 1:
            key = heading_key("".join(cell.text for cell in path), form)
        stop = max(column + 1, leaf.col + leaf.colspan)
        title = "/".join(fold(cell.text) for cell in path)
        slots.append(Slot(key or "other", column, stop, title))
        column = stop
    return tuple(slots)


def _settle(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """One column for each key; a form without 三级指标 or 指标值 prints them under another of their names."""
    seen: set[str] = set()
    once: list[Slot] = []
    for slot in slots:
        once.append(replace(slot, key="other") if slot.key in seen else slot)
        seen.add(slot.key)
    if seen & {"level1", "level2", "level3"}:
        once = [replace(slot, key="group") if slot.key == "levels" else slot for slot in once]
        seen.discard("levels")
    if "level3" not in seen and "levels" not in seen and "description" in seen:
        once = [replace(slot, key="level3") if slot.key == "description" else slot for slot in once]
    elif "value" not in seen and "level3" in seen and "description" in seen and "comparator" not in seen:
        once = [replace(slot, key="value") if slot.key == "description" else slot for slot in once]
    if "value" not in {slot.key for slot in once}:
        once = [replace(slot, key="value") if slot.key == "value_term" else slot for slot in once]
    return tuple(once)


def _project_slots(slots: tuple[Slot, ...], wide: tuple[Form, ...], n_cols: int) -> tuple[Slot, ...]:
    """Headings outside the indicator block that name project fields; only with the name of a project or a unit."""
    made: list[Slot] = []
    seen: set[str] = set()
    for slot in slots:
        key: str | None = None
        if slot.key in ("other", "group"):
            texts = (slot.title.rpartition("/")[2], slot.title)
            key = next((found for form in wide for text in texts if (found := field_key(text, form))), None)
            if key is None and wide and block_key(texts[0], wide[:1]) == "goal":
                key = "goal"
        if key is not None and key not in seen and slot.stop - slot.start < n_cols:
            seen.add(key)
            made.append(replace(slot, key=f"project:{key}"))
        else:
            made.append(slot)
    if seen & {"project_name", "unit_name", "department_name"} and (
        "project_name" in seen or seen & {"total", "goal", "fiscal"}
    ):
        return tuple(made)
    return slots


def _left_of(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """What stands left of the indicators and names nothing: a label over their rows, or a field of the project."""
    first = min((slot.start for slot in slots if slot.key in (*LEVELS, "levels", "all", "value")), default=0)
    wide = any(slot.key.startswith("project:") for slot in slots)
    return tuple(
        replace(slot, key=f"project:{slot.title}" if wide else "group")
        if slot.start < first and slot.key in ("other", "group")
        else slot
        for slot in slots
    )


def column_boxes(table: Table) -> list[Span | None]:
    """x of each grid column on the page, from the cells that begin or end at it; None where nothing tells."""
    lefts: dict[int, float] = {}
    rights: dict[int, float] = {}
    page = next((cell.place.page for cell in table.cells), None)
    for cell in table.cells:
        box = cell.place.box
        if box is None or cell.place.page != page:
            continue
        lefts.setdefault(cell.col, box[0])
        rights.setdefault(cell.col + cell.colspan - 1, box[2])
    found: list[Span | None] = []
    for column in range(table.n_cols):
        left = lefts.get(column, rights.get(column - 1))
        right = rights.get(column, lefts.get(column + 1))
        found.append((left, right) if left is not None and right is not None else None)
    return found


def _box(edges: list[Span | None], slot: Slot) -> Span | None:
    known = [box for box in edges[slot.start : slot.stop] if box is not None]
    return (known[0][0], known[-1][1]) if known else None


def moved(layout: Layout, table: Table, n_cols: int) -> Layout | None:
    """The same columns in a table that goes on without a header; None where they are not found there.

    By place on the page where both tables have one (columns that the page does not rule are left out), else only in
    a grid of the same width. n_cols: columns of the table the layout is of.
    """
    edges = column_boxes(table)
    known = [box for box in edges if box is not None]
    if layout.right is None or not known or any(slot.box is None for slot in layout.slots):
        if table.n_cols != n_cols:
            return None
        return Layout((0, 0), tuple(replace(slot, box=None) for slot in layout.slots))
    shift = max(box[1] for box in known) - layout.right
    if abs(shift) > SHIFT:
        return None
    slots: list[Slot] = []
    absent: dict[str, Span] = {}
    for slot in layout.slots:
        assert slot.box is not None
        left, right = slot.box[0] + shift - NEAR, slot.box[1] + shift + NEAR
        inside = [
            index
            for index, box in enumerate(edges)
            if box is not None and left <= box[0] and box[1] <= right and box[1] - box[0] > 0
        ]
        if inside:
            slots.append(Slot(slot.key, inside[0], inside[-1] + 1, slot.title, slot.box))
        elif slot.key in ("level1", "level2"):
            absent[slot.key] = (left, right)
    found = Layout((0, 0), tuple(slots), layout.right, absent)
    has_name = found.keys() & {"level3", "levels", "level2", "all"}
    return found if has_name and found.keys() & {"value", "all", "comparator"} else None


def layout_by_rows(table: Table, grid: Grid, rows: range, form: Form) -> Layout | None:
    """For a form without a header: rows that print 产出指标 · 数量指标 · name · value side by side, twice at least."""
    for row in rows:
        cells = distinct(grid[row])
        for index, cell in enumerate(cells):
            if not matches_whole(form.level1_names, label_of(cell)) or index + 3 >= len(cells):
                continue
            second = cells[index + 1]
            if cell.row != row or not matches_whole(form.level2_names, label_of(second)):
                continue
            column = second.col
            more = sum(
                1
                for other in range(row + 1, rows.stop)
                if (found := grid[other][column]) is not None
                and found.row == other
                and matches_whole(form.level2_names, label_of(found))
            )
            if not more:
                continue
            keys = ["level1", "level2", "level3", "value"]
            rest = cells[index + 4 :]
            if len(rest) == 1 and is_number(rest[0].text):
                keys.append("weight")
            slots = [
                Slot(key, each.col, each.col + each.colspan, "") for key, each in zip(keys, cells[index:], strict=False)
            ]
            edges = column_boxes(table)
            placed = tuple(replace(slot, box=_box(edges, slot)) for slot in slots)
            return Layout((row, row), placed, max((box[1] for box in edges if box is not None), default=None))
    return None
