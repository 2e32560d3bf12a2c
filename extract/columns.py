"""What each column of a table is: its role, its lane, and (with a form) its key and meaning.

A lane is one of the statements printed side by side (收入 ‖ 支出): it begins with its own label or code column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from extract.document import Cell, Column, Table
from extract.form import Form, FormColumn, HeaderWord, header_word, matches_path
from extract.header import Grid, Shape, distinct
from extract.text import code_in_name, fold, is_amount_like, is_blank, is_code, is_integer

_STAGE = (
    (re.compile(r"(?:调整|全年)预算"), "budget_adjusted"),
    (re.compile(r"决算|执行数"), "final"),
    (re.compile(r"预算数|年初预算|预算安排"), "budget"),
)
_ECONOMIC = re.compile(r"(?:^|/)[^/]*经济(?:分类)?科目$")
_CODE_PARTS = {"类": 0, "款": 1, "项": 2}


def _line_of(row: list[Cell | None]) -> tuple[str, ...]:
    return tuple(fold(cell.text) for cell in distinct(row) if not is_blank(cell.text))


@dataclass
class Content:
    """How the body cells of one column look: counts of texts by kind."""

    total: int = 0
    numbers: int = 0
    codes: int = 0
    integers: int = 0
    texts: int = 0


def contents(grid: Grid, body: int, n_cols: int) -> list[Content]:
    """Count the kinds of text in the body of every column; cells merged over columns count in their first one."""
    found = [Content() for _ in range(n_cols)]
    heads = {_line_of(row) for row in grid[:body]}
    firsts = {texts[0] for texts in heads if texts}
    for row in grid[body:]:
        first = next((cell for cell in row if cell is not None and not is_blank(cell.text)), None)
        if first is None or (fold(first.text) in firsts and _line_of(row) in heads):
            continue  # a header printed again says nothing about what stands in its columns
        previous: Cell | None = None
        for index, cell in enumerate(row):
            if cell is None or cell is previous:
                continue
            previous = cell
            if is_blank(cell.text) or cell.colspan > 2:
                continue
            column = found[index]
            column.total += 1
            code, integer, amount = _kinds(cell.text)
            column.codes += code
            column.integers += integer
            column.numbers += amount
            column.texts += not amount
    return found


@lru_cache(maxsize=16384)
def _kinds(text: str) -> tuple[bool, bool, bool]:
    """Whether a text is or begins with a code, is a small whole number, may stand in an amount cell."""
    return is_code(text) or code_in_name(text) is not None, is_integer(text), is_amount_like(text)


def same_columns(before: Table, here: Table) -> tuple[int, ...] | None:
    """For every column of `here` the column of `before` that it goes on, or None where the two do not fit.

    As many columns: one by one. Else by where the columns stand on the page: blank columns at the sides (the frame of
    a spreadsheet) come and go between pages, all others must stand where they stood.
    """
    if here.n_cols == before.n_cols:
        return tuple(range(here.n_cols))
    ours, theirs = _stands(before), _stands(here)
    if ours is None or theirs is None:
        return None
    filled = {cell.col for cell in here.cells if not is_blank(cell.text)}
    found: list[int] = []
    for index, (left, right) in enumerate(theirs):
        near = [i for i, (x0, x1) in enumerate(ours) if abs(x0 - left) <= EDGE and abs(x1 - right) <= EDGE]
        if len(near) == 1:
            found.append(near[0])
        elif index not in filled and index in (0, here.n_cols - 1):
            found.append(0 if index == 0 else before.n_cols - 1)
        else:
            return None
    left_out = {cell.col for cell in before.cells if not is_blank(cell.text)} - set(found)
    return tuple(found) if not left_out else None


def same_headers(before: list[tuple[str, ...]], here: list[tuple[str, ...]]) -> tuple[int, ...] | None:
    """As `same_columns`, for a header that is printed again: the same texts in the same order; columns without any
    header (the frame of a spreadsheet) may come and go."""
    if before == here:
        return tuple(range(len(here)))
    ours = [index for index, path in enumerate(before) if path]
    bare = [index for index, path in enumerate(before) if not path]
    if [before[index] for index in ours] != [path for path in here if path]:
        return None
    named = iter(ours)
    found = [next(named) if path else (bare[0] if bare else None) for path in here]
    return tuple(place for place in found if place is not None) if None not in found else None


_SUBTOTALS = frozenset({"小计", "合计"})
EDGE = 3.0  # points; rulings of one table on two pages


def _stands(table: Table) -> list[tuple[float, float]] | None:
    """Left and right edge of every column on the page, from its cells that span no other; None where unknown."""
    edges: dict[int, tuple[float, float]] = {}
    for cell in table.cells:
        box = cell.place.box
        if cell.colspan == 1 and cell.ruled and box is not None:
            edges.setdefault(cell.col, (box[0], box[2]))
    return [edges[index] for index in range(table.n_cols)] if len(edges) == table.n_cols else None


def moved(column: Column, index: int) -> Column:
    """The column as it stands at another position of a continued table."""
    return column if column.index == index else msgspec.structs.replace(column, index=index)


def read_columns(grid: Grid, shape: Shape, form: Form | None) -> list[Column]:
    """A Column for every grid column. Columns that no header word, form or content explains have role `ignored`."""
    n_cols = len(shape.paths)
    stats = contents(grid, shape.body, n_cols)
    paths = ["/".join(fold(part) for part in path) for path in shape.paths]
    words = [header_word(path) if path else None for path in paths]
    roles = [_role(paths[i], words[i], stats[i], i, paths) for i in range(n_cols)]
    _trailing_text_is_field(roles)
    _classification_beside_names_is_field(roles, paths)
    lanes = [0] * n_cols if form is not None and form.kind == "records" else _lanes(roles)
    columns: list[Column] = []
    beside = [group_beside(path, newest_year(paths)) for path in paths]
    for index in range(n_cols):
        role, key, meaning = roles[index], None, dict[str, str]()
        named = _form_column(form, paths[index], lanes[index])
        word = words[index]
        if named is not None:
            role = _agree(named.role, role, stats[index])
            key, meaning = named.key, named.meaning.as_dict()
            item = _item_above(form, named, paths[index], lanes[index])
            if item is not None:
                key, meaning = f"{item.key}:{key}", {**item.meaning.as_dict(), **meaning}
            if form is not None and role == "amount":
                meaning = {**form.meaning.as_dict(), **meaning}
        elif word is not None and role == "amount":
            key, meaning = word.key, word.meaning.as_dict()
            if form is not None:
                meaning = {**form.meaning.as_dict(), **meaning}
        if role == "amount":
            group = beside[index]
            if group is not None and key != group:
                key = group if key in ("total", "amount", None) else f"{group}:{key}"
                meaning["measure"] = group
            stage = stage_of(paths[index]) if group != "change" else None
            if stage and "stage" not in meaning:
                meaning["stage"] = stage
            if "flow" not in meaning and form is not None and lanes[index] < len(form.lane_flow):
                meaning["flow"] = form.lane_flow[lanes[index]]
        final = "code" if role == "code_part" else role
        columns.append(
            Column(
                index=index,
                role=final,  # type: ignore[arg-type]
                path=shape.paths[index],
                key=_CODE_PART_KEY.get(paths[index].rsplit("/", 1)[-1]) if role == "code_part" else key,
                lane=lanes[index],
                meaning=meaning,
            )
        )
    return columns


_CODE_PART_KEY = {"类": "code_class", "款": "code_type", "项": "code_item"}


_YEARS = re.compile(r"(?:19|20)\d\d(?=年)")
_CHANGE = re.compile(r"增减|比[^/]{0,6}年|变动")
_PREVIOUS = re.compile(r"(?:^|/)(?:上年|上一年|去年)(?!结转|结余|实户)")


def newest_year(paths: list[str]) -> int | None:
    """The latest year that any header of the table names."""
    years = [int(year) for path in paths for year in _YEARS.findall(path)]
    return max(years, default=None)


def group_beside(path: str, newest: int | None) -> str | None:
    """`change` or `previous_year` for a column that repeats the table's amounts as a change or for another year."""
    if _CHANGE.search(path):
        return "change"
    years = [int(year) for year in _YEARS.findall(path)]
    if _PREVIOUS.search(path) or (years and newest is not None and max(years) < newest):
        return "previous_year"
    return None


def stage_of(path: str) -> str | None:
    """Stage that a header path names: budget, budget_adjusted, final."""
    for pattern, stage in _STAGE:
        if pattern.search(path):
            return stage
    return None


_BUDGET_FUNDS = re.compile(r"一般公共预算|政府性基金(?:预算)?|国有资本经营(?:预算)?|预算单位")


def stage_of_title(title: str) -> str | None:
    """Stage that a table's title names; the word 预算 inside the name of a fund says nothing."""
    bare = _BUDGET_FUNDS.sub("", title)
    if "决算" in bare:
        return "final"
    return "budget" if "预算" in bare else None


def _form_column(form: Form | None, path: str, lane: int) -> FormColumn | None:
    if form is None or not path:
        return None
    here = [column for column in form.columns if column.lane is None or column.lane == lane]
    found = next((column for column in here if matches_path(column.headers, path)), None)
    above, _, leaf = path.rpartition("/")
    if found is None and above and leaf in _SUBTOTALS:  # 公务接待费/小计 is 公务接待费
        found = next((c for c in here if c.by_fund and matches_path(c.headers, above)), None)
    return found


def _item_above(form: Form | None, named: FormColumn, path: str, lane: int) -> FormColumn | None:
    """The item that a column of one fund is a part of, in a header that prints the funds under each item
    (`公务接待费/政府性基金`)."""
    fund = named.meaning.as_dict().get("fund", "all")
    item = _form_column(form, path.rpartition("/")[0], lane) if fund != "all" else None
    return item if item is not None and item.by_fund else None


def _agree(named: str, seen: str, content: Content) -> str:
    """The form's role, unless what is printed in the column cannot be that (a text column named 合计)."""
    if named == "amount" and seen in ("label", "field") and content.texts > content.numbers:
        return seen
    return named


def _role(path: str, word: HeaderWord | None, content: Content, index: int, paths: list[str]) -> str:
    textual = content.texts > 0 and content.texts * 2 >= content.total
    coded = content.codes > 0 and content.codes * 2 >= content.total
    if word is None:
        if coded and not textual:
            return "code"
        if textual:
            return "label"
        if content.total == 0:
            return "amount" if path else "ignored"
        if not path and content.integers == content.total and index == 0:
            return "ordinal"
        return "amount"
    role = word.role
    if role == "code_part":
        leaf = path.rsplit("/", 1)[-1]
        near = [paths[i].rsplit("/", 1)[-1] for i in range(max(0, index - 2), min(len(paths), index + 3))]
        if leaf in _CODE_PARTS and {"类", "款"} <= set(near):
            return "code_part"
        return "label" if textual else "amount"
    if role == "label":
        if coded and not textual and content.texts == 0:
            return "code"
        return "amount" if content.numbers and not content.texts else "label"
    if role == "code" and textual and not coded:
        return "label"
    if role == "amount" and textual:
        return "field" if content.numbers else "label"
    return role


def _trailing_text_is_field(roles: list[str]) -> None:
    """Text columns to the right of amounts are fields, unless amounts follow them: then they begin a lane."""
    last_amount = max((i for i, role in enumerate(roles) if role == "amount"), default=-1)
    seen_amount = False
    for index, role in enumerate(roles):
        if role == "amount":
            seen_amount = True
        elif role == "label" and seen_amount and index > last_amount:
            roles[index] = "field"


def _classification_beside_names_is_field(roles: list[str], paths: list[str]) -> None:
    """An economic classification printed beside named things (a purchase and its 经济科目) does not name the line."""
    labels = [index for index, role in enumerate(roles) if role == "label"]
    if any(paths[index].endswith("名称") for index in labels):
        for index in labels:
            if _ECONOMIC.search(paths[index]):
                roles[index] = "field"


def _lanes(roles: list[str]) -> list[int]:
    """Lane of each column: a label, code or ordinal column after an amount column begins the next lane."""
    lanes: list[int] = []
    lane, amounts, labelled = 0, False, False
    for index, role in enumerate(roles):
        if role in ("label", "code", "code_part", "ordinal") and amounts and labelled:
            rest = roles[index:]
            if "label" in rest and "amount" in rest:
                lane += 1
                amounts = False
        if role == "amount":
            amounts = True
        if role in ("label", "code", "code_part"):
            labelled = True
        lanes.append(lane)
    return lanes
