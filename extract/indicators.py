"""Indicator rows, read one by one, and the levels they stand under.

Level cells merged over rows count for each of their rows, also where a page break cut the merged cell and the words
stand on one of its pages only. A blank level cell is otherwise what the page prints, not a merge: it is filled from
above only where both levels are blank; where the grid has no cell at all, nothing is known and nothing is filled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from extract.document import Cell, IndicatorRow, Paragraph, Place, Text
from extract.form import Form, matches_whole
from extract.header import distinct, is_note
from extract.indicator_layout import Layout, Slot, label_of
from extract.indicator_text import split_levels
from extract.text import fold, is_blank
from extract.uses import OpenTable

_TEMPLATE = re.compile(r"(?:指标)?\d*[、.:]?|[.…·]+")
_STEMS = (("满意", ("满意",)), ("效益", ("效益", "可持续")), ("产出", ("数量", "质量", "时效")))
_PARTS = ("level3", "description", "comparator", "value", "unit", "weight", "basis", "actual", "score", "reason")


@dataclass(eq=False)
class _Level:
    """One level cell: its words, whether it is merged over rows (or open to the page's edge), and what it continues."""

    text: str
    places: tuple[Place, ...]
    merged: bool
    of: _Level | None = None

    def root(self) -> _Level:
        level = self
        while level.of is not None:
            level = level.of
        return level

    @property
    def blank(self) -> bool:
        return is_blank(self.root().text)

    def as_text(self) -> Text:
        root = self.root()
        return Text(root.text, root.places[0], root.places[1:])


@dataclass
class _Entry:
    row: int
    piece: int
    levels: dict[str, _Level | None]
    parts: dict[str, Text]
    other: tuple[tuple[str, Text], ...]


@dataclass
class IndicatorChain:
    """The indicators of one project (or department), over all the tables they are printed in. fields: 总分 and such."""

    form: Form
    entries: list[_Entry] = field(default_factory=list)
    fields: dict[str, Text] = field(default_factory=dict)
    _pieces: int = 0

    def next_piece(self) -> int:
        self._pieces += 1
        return self._pieces

    def rows(self) -> list[IndicatorRow]:
        """The indicators with their levels settled."""
        for above, below in pairwise(self.entries):
            if above.piece != below.piece:
                _join(above, below, self.form)
        _spread(self.entries)
        made = []
        carried: tuple[_Level, _Level] | None = None
        for entry in self.entries:
            carried = _carry(entry.levels, carried)
            texts = {key: level.as_text() for key, level in entry.levels.items() if level is not None}
            made.append(IndicatorRow(row=entry.row, **{**texts, **entry.parts}, other=entry.other))
        return made


def _join(above: _Entry, below: _Entry, form: Form) -> None:
    """A merged level cell cut by a page break is one cell, its words on whichever page they were printed."""
    for key in ("level1", "level2"):
        upper, lower = above.levels.get(key), below.levels.get(key)
        if upper is None or lower is None or upper.root() is lower.root():
            continue
        if upper.blank:
            # A blank that ends a page belongs to what follows only in a column of merged cells, and only where the
            # words agree with the second level beside it: else it may be a forgotten label.
            if not lower.blank and not (upper.merged and _agrees(lower, above if key == "level1" else None)):
                return
            target, source = (upper.root(), lower.root()) if lower.blank else (lower.root(), upper.root())
            source.of = target
        elif lower.blank:
            lower.root().of = upper.root()
        elif _is_cut(upper, lower, form):
            root = upper.root()
            root.text, root.places = f"{root.text}\n{lower.root().text}", (*root.places, *lower.root().places)
            lower.root().of = root
        elif fold(upper.root().text) != fold(lower.root().text):
            return


def _spread(entries: list[_Entry]) -> None:
    """`效益指标` printed once in the middle of blank cells that nobody merged: over the rows above and below it whose
    second level can stand under nothing else. Without such rows above it is no label of a middle: nothing is filled."""
    for index, entry in enumerate(entries):
        label = entry.levels.get("level1")
        if label is None or label.blank or label.of is not None:
            continue
        stem = next((stem for stem, _ in _STEMS if stem in fold(label.text)), None)
        above = _blank_under(stem, entries[:index][::-1], entry.piece)
        if above:
            for first in (*above, *_blank_under(stem, entries[index + 1 :], entry.piece)):
                _link(first, label)


def _blank_under(stem: str | None, entries: list[_Entry], piece: int) -> list[_Level]:
    """Blank first levels of the next entries, as long as their second level stands under `stem` alone."""
    found: list[_Level] = []
    for entry in entries if stem is not None else ():
        first, second = entry.levels.get("level1"), entry.levels.get("level2")
        if first is None or second is None or not first.blank or second.blank:
            break
        if _stem_of(second) != stem or entry.piece != piece:
            break
        found.append(first)
    return found


def _stem_of(level2: _Level) -> str | None:
    """Word of the first level that alone can stand over this second level; None where several can."""
    words = fold(level2.root().text)
    return next((stem for stem, marks in _STEMS if any(mark in words for mark in marks)), None)


def _is_cut(upper: _Level, lower: _Level, form: Form) -> bool:
    """`效益指` and `标`: two halves of one word of the framework, neither of which is one."""
    names = (*form.level1_names, *form.level2_names)
    halves = fold(upper.root().text), fold(lower.root().text)
    return matches_whole(names, "".join(halves)) and not any(matches_whole(names, half) for half in halves)


def _agrees(level1: _Level, entry: _Entry | None) -> bool:
    """Whether words of the first level may stand over the second level printed in a row: 效益指标 over 社会效益指标."""
    second = entry.levels.get("level2") if entry is not None else None
    if second is None or second.blank:
        return True
    own, words = fold(second.root().text), fold(level1.root().text)
    stem = next((stem for stem, marks in _STEMS if any(mark in own for mark in marks)), None)
    return stem is None or not any(other in words for other, _ in _STEMS) or stem in words or "成本" in own


def _carry(levels: dict[str, _Level | None], carried: tuple[_Level, _Level] | None) -> tuple[_Level, _Level] | None:
    if "level1" not in levels or "level2" not in levels:
        only = levels.get("level1") or levels.get("level2")
        key = "level1" if "level1" in levels else "level2"
        if only is None:
            return None
        if only.blank and carried is not None and key in levels:
            levels[key] = carried[0]
            return carried
        return only, only
    first, second = levels["level1"], levels["level2"]
    if first is None or second is None:
        return None
    if first.blank and second.blank and carried is not None:
        # What goes on in this row goes on in all rows of the same merged cells.
        _link(first, carried[0])
        _link(second, carried[1])
    elif second.blank and carried is not None and first.root() is carried[0].root():
        _link(second, carried[1])
    return first, second


def _link(level: _Level, to: _Level) -> None:
    if level.root() is not to.root():
        level.root().of = to.root()


class IndicatorReader:
    """Reads the rows of one table into a chain. sides: words printed beside the table, in a column it does not rule."""

    def __init__(self, work: OpenTable, layout: Layout, form: Form, sides: list[Paragraph] | None = None) -> None:
        self.work, self.layout, self.form = work, layout, form
        self.sides = sides or []
        self._levels: dict[tuple[int, int], _Level] = {}
        self._open: dict[str, _Level] = {}
        self._merged: dict[int, bool] = {}
        self._seen: set[tuple[int, ...]] = set()
        self._titles = {slot.title.rpartition("/")[2].rstrip(":") for slot in layout.slots if slot.title}
        self._seams = {seam.row for seam in work.table.seams}
        self._piece = 0
        for row in range(*layout.header):
            for cell in distinct(work.grid[row]):
                if not is_blank(cell.text) and work.account.home_of(work.table, cell) is None:
                    work.use(cell, "header")

    def read(self, row: int, chain: IndicatorChain, *, first: bool = False) -> bool:
        """Take the indicator of a row into the chain; False for a row that prints none. first: of this table."""
        if first or row in self._seams or self._piece == 0:
            self._piece = chain.next_piece()
        cells = distinct(self.work.grid[row])
        self._left_labels(cells)
        taken = {self.layout.slots[index]: found for index, found in self.layout.assign(cells).items()}
        here = {slot.key: found for slot, found in taken.items() if not slot.key.startswith("project:")}
        printed = {key: found for key, found in here.items() if any(not is_blank(cell.text) for cell in found)}
        if self._is_header_again(printed):
            for found in here.values():
                self._use(found, "ignored:repeated_header")
            return False
        if self._is_no_indicator(cells, here, chain):
            return False
        if not set(printed) & {"level3", "levels", "value", "description"} or self._is_template(printed):
            for key in printed:
                self._use(here[key], "label")
            return False
        names = tuple(id(cell) for key in ("level3", "levels", "value") for cell in here.get(key, ()))
        if names in self._seen and all(cell.row < row for key in ("level3", "value") for cell in here.get(key, ())):
            return False
        self._seen.add(names)
        chain.entries.append(self._entry(row, taken))
        for found in here.values():
            self._use(found, "indicator")
        return True

    def read_all(self, chain: IndicatorChain, rows: range) -> None:
        for position, row in enumerate(rows):
            self.read(row, chain, first=position == 0)

    def _use(self, cells: list[Cell], home: str) -> None:
        for cell in cells:
            self.work.use(cell, home)

    def _entry(self, row: int, taken: dict[Slot, list[Cell]]) -> _Entry:
        parts: dict[str, Text] = {}
        levels: dict[str, _Level | None] = {}
        other: list[tuple[str, Text]] = []
        by_key = {slot.key: found for slot, found in taken.items()}
        for slot in self.layout.slots:
            cells = by_key.get(slot.key, [])
            text = joined(cells)
            if slot.key in ("level1", "level2"):
                words = [cell for cell in cells if not matches_whole(self.form.groups, fold(cell.text))]
                levels[slot.key] = self._level(words or cells, row)
            elif slot.key in _PARTS:
                if text is not None:
                    parts[slot.key] = text
            elif slot.key not in ("group", "levels", "all") and not slot.key.startswith("project:"):
                text = joined(taken.get(slot, []))
                if text is not None and not is_blank(text.text):
                    other.append((slot.title, text))
        for key in ("level1", "level2"):
            if key not in levels and key in self.layout.absent:
                levels[key] = self._beside(key)
        combined = joined(by_key.get("levels", []))
        if combined is not None:
            self._combined(combined, parts, levels)
        return _Entry(row, self._piece, levels, parts, tuple(other))

    def _combined(self, text: Text, parts: dict[str, Text], levels: dict[str, _Level | None]) -> None:
        """`产出指标质量指标来信扫描完成率` in one cell: cut by the words of the framework."""
        names = split_levels(text.text, self.form)
        for key, name in zip(("level1", "level2"), names[:2], strict=True):
            if name is not None:
                levels[key] = _Level(name, (text.place, *text.more), merged=False)
        parts["level3"] = Text(names[2], text.place, text.more)

    def _level(self, cells: list[Cell], row: int) -> _Level | None:
        if not cells:
            return None
        cell = cells[0]
        known = self._levels.get((cell.row, cell.col))
        if known is None:
            text = joined(cells)
            assert text is not None
            known = _Level(text.text, (text.place, *text.more), merged=cell.rowspan > 1 or self._merges(cell.col))
            self._levels[(cell.row, cell.col)] = known
        return known

    def _merges(self, column: int) -> bool:
        """Whether this column prints its labels once over merged cells (and not once per row, or on the first row)."""
        known = self._merged.get(column)
        if known is None:
            known = any(
                cell.rowspan > 1 and cell.row >= self.layout.body and cell.col == column and not is_blank(cell.text)
                for cell in self.work.table.cells
            )
            self._merged[column] = known
        return known

    def _beside(self, key: str) -> _Level:
        """The open cell of a column that this page does not rule: the words printed beside the table, or none."""
        level = self._open.get(key)
        if level is None:
            span = self.layout.absent[key]
            texts = [side for side in self.sides if _inside(side, span)]
            for side in texts:
                self.work.account.paragraph(side, "indicator")
            places = tuple(place for side in texts for place in side.places)
            level = _Level(
                "".join(side.text for side in texts), places or (self.work.table.cells[0].place,), merged=True
            )
            self._open[key] = level
        return level

    def _is_template(self, printed: dict[str, list[Cell]]) -> bool:
        """`指标1：` or `……` without a value: the empty form as the ministry prints it."""
        names = [label_of(cell) for cell in printed.get("level3", [])]
        told = set(printed) & {"value", "description", "actual", "comparator"}
        return bool(names) and not told and all(_TEMPLATE.fullmatch(name) for name in names)

    def _is_header_again(self, printed: dict[str, list[Cell]]) -> bool:
        return sum(label_of(found[0]) in self._titles for found in printed.values()) >= 2

    def _is_no_indicator(self, cells: list[Cell], here: dict[str, list[Cell]], chain: IndicatorChain) -> bool:
        """总分 rows, and what is printed under the indicators: notes, conclusions, signatures."""
        own = [cell for cell in cells if not is_blank(cell.text) and cell.col + cell.colspan > self.layout.first - 1]
        if not own:
            return False
        lead = own[0]
        label = label_of(lead)
        wide = lead.colspan > 1 or len(own) <= 2
        if matches_whole(self.form.totals, label) and wide:
            for key in ("weight", "score", "actual"):
                found = here.get(key, [])
                if found and found[0] is not lead:
                    text = joined(found)
                    assert text is not None
                    chain.fields[f"{key}_total"] = text
            self._use(own, "field")
            return True
        covers = {
            slot.key for slot in self.layout.slots if lead.col <= slot.start and slot.stop <= lead.col + lead.colspan
        }
        if {"level3", "value"} <= covers or {"levels", "value"} <= covers:
            self._use(own, "note" if is_note(lead.text) else "field")
            return True
        begins = lead.col <= self.layout.first and "level1" not in {
            k for k, v in here.items() if lead in v and v[0] is not lead
        }
        if begins and len(own) <= 4 and matches_whole(self.form.footers, label):
            if len(own) > 1:
                chain.fields.setdefault(label, Text(own[1].text, own[1].place, own[1].places[1:]))
            self._use(own, "field")
            return True
        return False

    def _left_labels(self, cells: list[Cell]) -> None:
        """The label 绩效指标 at the left of the indicators, printed over all of their rows or once per group."""
        for cell in cells:
            if cell.col + cell.colspan > self.layout.first or is_blank(cell.text):
                continue
            if self.work.account.home_of(self.work.table, cell) is None and not self.layout.is_wide:
                known = matches_whole(self.form.groups, fold(cell.text)) or self.layout.slot("group") is not None
                if known or len(fold(cell.text)) <= 12:
                    self.work.use(cell, "header")


def joined(cells: list[Cell]) -> Text | None:
    """The text of cells under one heading, left to right: `≥` · `95` · `%` is one value."""
    if not cells:
        return None
    if len(cells) == 1:
        return cells[0].as_text()
    filled = [cell for cell in cells if not is_blank(cell.text)] or cells[:1]
    places = tuple(place for cell in filled for place in cell.places)
    return Text("".join(cell.text for cell in filled), places[0], places[1:])


def _inside(side: Paragraph, span: tuple[float, float]) -> bool:
    box = side.place.box
    return box is not None and span[0] - 3.0 <= (box[0] + box[2]) / 2 <= span[1] + 3.0
