"""The labels of a statement's body made lines: codes completed, parents found, keys of the form attached.

One LineReader per lane; rows are given to it from top to bottom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import msgspec

from extract.document import Line, Text
from extract.form import Form, FormRow, matches_whole, row_word
from extract.text import compact, fold, indent, ordinal_rank, strip_ordinal

_OF_WHICH = re.compile(r"^(?:其中|其中包括|包括)[::]?")
_UNNUMBERED = -1


_SUBTOTAL = re.compile(r"(?:[合小总]计|总额)(?:\(.*\))?$")
_BY_USE = re.compile(r"用途|(?:项目|支出)类别")


def class_of_header(header: str) -> str | None:
    """The classification that the (folded) header of a label column names."""
    if "政府" in header and "经济" in header:
        return "economic_government"
    if "经济" in header:
        return "economic_department"
    return "functional" if "功能" in header else None


def strip_of_which(folded: str) -> str:
    """The folded label without 其中："""
    return _OF_WHICH.sub("", folded)


@dataclass
class RowIdentity:
    """What one row prints in one lane to say which line it is. code_parts: 类, 款, 项 as printed ('' where blank).

    unit_code: the code stands in a column of codes of departments and units. above: labels that other label columns
    print in the same row, left of the most particular one.
    """

    row: int
    label: Text | None = None
    number: str | None = None
    code: str | None = None
    code_parts: tuple[str, str, str] | None = None
    code_in_label: bool = False
    unit_code: bool = False
    above: tuple[str, ...] = ()


@dataclass
class _Open:
    rank: float
    indent: int
    label: str
    of_which: bool = False


@dataclass
class LineReader:
    """Turns the rows of one lane into Lines. form may be None; units: their codes (121, 121001) open groups, one inside
    the other; header: folded header of the lane's label column."""

    lane: int
    form: Form | None
    header: str = ""
    _carried: list[str] = field(default_factory=lambda: ["", "", ""])
    _codes: list[tuple[str, str]] = field(default_factory=list)
    _units: list[tuple[str, str]] = field(default_factory=list)
    _scope: tuple[str, ...] = ()
    _stack: list[_Open] = field(default_factory=list)
    _seen: set[tuple[str, ...]] = field(default_factory=set)
    _parent: FormRow | None = None
    _parent_label: str = ""
    _used: set[str] = field(default_factory=set)

    def read(self, identity: RowIdentity) -> Line:
        """The Line of one labelled (or coded) row."""
        printed, code = self._code(identity)
        label = compact(identity.label.text) if identity.label is not None else ""
        flow = self._lane_flow()
        if code is not None:
            path, level, system = self._coded_path(code, label, identity.unit_code)
            return Line(
                row=identity.row,
                lane=self.lane,
                label=identity.label,
                path=path,
                level=level,
                number=identity.number,
                code=code,
                printed_code=printed,
                flow=flow,
                class_system=system,
            )
        key, role, row_flow, system, form_path = self._named(label)
        path, of_which = self._label_path(identity.label.text if identity.label else "", label, role)
        if form_path is not None:
            path = form_path
        if identity.above:
            path = (*identity.above, label)
        if self._scope and role not in ("grand_total", "parent"):
            path = (*self._scope, *path)
        if role is None:
            role = "of_which" if of_which else "leaf"
        return Line(
            row=identity.row,
            lane=self.lane,
            label=identity.label,
            path=path,
            level=0 if role == "grand_total" else len(path),
            number=identity.number,
            agg_role=role,
            key=key,
            flow=row_flow or flow,
            class_system=system,
        )

    def _lane_flow(self) -> str | None:
        if self.form is not None and self.lane < len(self.form.lane_flow):
            return self.form.lane_flow[self.lane]
        return None

    # ------------------------------------------------------------------------------------------------------- codes

    def _code(self, identity: RowIdentity) -> tuple[str | None, str | None]:
        """(as printed, completed): 类/款/项 parts and two-digit children are completed from the rows above."""
        if identity.code_parts is not None:
            parts = list(identity.code_parts)
            printed = "".join(parts)
            if not printed:
                return None, None
            deepest = max(i for i, part in enumerate(parts) if part)
            if len(parts[deepest]) in (5, 7) or (deepest and len(parts[deepest]) > 2):
                return parts[deepest], parts[deepest]
            for i in range(3):
                if parts[i]:
                    self._carried[i] = parts[i]
                elif i > deepest:
                    self._carried[i] = ""
            above = self._carried[: deepest + 1]
            return printed, "".join(above) if all(above) else None
        code = identity.code
        if code is None:
            return None, None
        as_printed = None if identity.code_in_label else code
        if len(code) == 2 and self._carried[0]:
            return as_printed, self._carried[0] + code
        if len(code) in (3, 5, 7) and not identity.unit_code:
            self._carried = [code[:3], code[3:5], code[5:7]]
        return as_printed, code

    def _coded_path(self, code: str, label: str, of_unit: bool) -> tuple[tuple[str, ...], int, str | None]:
        if of_unit or "|" in code or len(code) not in (3, 5, 7) or not code.isdigit():
            # A unit's own code (121, 125001) opens a group: what follows is the unit's.
            if "|" not in code and code.isdigit():
                while self._units and not (code.startswith(self._units[-1][0]) and len(code) > len(self._units[-1][0])):
                    self._units.pop()
                # A number of one or two digits names a kind of units (1 全额), whose codes are their own.
                self._units.append((code if len(code) > 2 else "", label))
                self._scope = tuple(name for _, name in self._units)
                self._codes = []
                return self._scope, len(self._units) - 1, None
            return (*self._scope, label), 1, None
        while self._codes and not (code.startswith(self._codes[-1][0]) and len(code) > len(self._codes[-1][0])):
            self._codes.pop()
        path = (*self._scope, *(name for _, name in self._codes), label)
        self._codes.append((code, label))
        return path, (len(code) - 1) // 2, self._system(code)

    def _system(self, code: str) -> str | None:
        by_digit = {"1": "income", "2": "functional", "3": "economic_department", "5": "economic_government"}
        system = by_digit.get(code[0])
        declared = self.form.class_system if self.form is not None else "none"
        if declared == "functional" and system != "functional":
            return None
        return system

    # ------------------------------------------------------------------------------------------------------ labels

    def _named(self, label: str) -> tuple[str | None, str | None, str | None, str | None, tuple[str, ...] | None]:
        """(key, agg_role, flow, class_system, path) that the form or the shared words give this label."""
        core = strip_of_which(strip_ordinal(label))
        core = strip_ordinal(core)
        if self.form is not None:
            found = self._form_row(core)
            if found is not None:
                row, key, parent = found
                if row.children:
                    self._parent_label = label
                path = (parent, label) if parent else None
                return key, row.agg_role, row.flow, row.class_system, path
        if core == "小计":
            return "subtotal", "parent", None, None, None
        word = row_word(core)
        if word is not None:
            return word.key, word.agg_role, word.flow, None, None
        if _SUBTOTAL.search(core):  # 人员经费合计
            return None, "parent", None, None, None
        other = self.form.other_rows if self.form is not None else None
        if other is not None and self.lane > 0 and ordinal_rank(label) is not None:
            system = class_of_header(self.header)
            by_use = system is None and (self.lane > other.lane or bool(_BY_USE.search(self.header)))
            if by_use or system not in (None, other.class_system):
                # A lane that classes the same money again: 部门经济, 政府经济, 用途.
                return f"{system or 'use'}:{core}", None, None, system, None
            return other.key_prefix + core, None, None, other.class_system, None
        return None, None, None, None, None

    def _form_row(self, core: str) -> tuple[FormRow, str, str] | None:
        assert self.form is not None
        if self._parent is not None:
            for child in self._parent.children:
                key = f"{self._parent.key}/{child.key}" if child.key in self._top_keys() else child.key
                if key not in self._used and matches_whole(child.labels, core):
                    self._used.add(key)
                    return child, key, self._parent_label
        for row in self.form.rows:
            if row.lane == self.lane and row.key not in self._used and matches_whole(row.labels, core):
                self._used.add(row.key)
                self._parent = row if row.children else None
                return row, row.key, ""
        for row in self.form.rows:  # a part whose whole is not printed stands for itself
            for child in row.children if row.lane == self.lane else ():
                if child.key not in self._used and matches_whole(child.labels, core):
                    self._used.add(child.key)
                    return child, child.key, ""
        return None

    def _top_keys(self) -> set[str]:
        return {row.key for row in self.form.rows} if self.form is not None else set()

    def _label_path(self, printed: str, label: str, role: str | None) -> tuple[tuple[str, ...], bool]:
        """Parents by ordinal (一、 > （一） > 1、), by 其中, by indentation; a numbering that starts again belongs to
        the unnumbered line above it."""
        if role in ("grand_total", "parent"):
            self._stack = [_Open(_UNNUMBERED, indent(printed), label)]
            self._seen.add((label,))
            return (label,), False
        rank = ordinal_rank(label)
        width = indent(printed)
        of_which = bool(_OF_WHICH.match(fold(label)))
        top = self._stack[-1] if self._stack else None
        if of_which:
            while self._stack and self._stack[-1].of_which and self._stack[-1].indent >= width:
                self._stack.pop()
            own = _Open((self._stack[-1].rank if self._stack else 0) + 0.5, width, label, of_which=True)
        elif rank is None and top is not None and top.of_which and (width >= top.indent or width == 0):
            own = _Open(top.rank, width, label, of_which=True)
            self._stack.pop()
        elif rank is None:
            own = _Open(_UNNUMBERED, width, label)
            while self._stack and not (self._stack[-1].rank == _UNNUMBERED and self._stack[-1].indent < width):
                self._stack.pop()
        else:
            own = _Open(rank, width, label)
            while self._stack and self._stack[-1].rank >= rank:
                self._stack.pop()
            bottom = self._stack[0] if self._stack else None
            if bottom is not None and bottom.rank == _UNNUMBERED and (label,) not in self._seen and rank == 0:
                self._stack = []
        path = (*(item.label for item in self._stack), label)
        self._stack.append(own)
        self._seen.add(path)
        return path, own.of_which


def with_parents(lines: list[Line], form: Form | None = None) -> list[Line]:
    """agg_role `parent` for every line under whose code another one of the same lane and group stands, for a line
    under which others stand by their ordinals, and for one that the form declares to be the sum of others printed."""
    above = {(line.lane, line.path[:depth]) for line in lines if line.agg_role == "leaf" for depth in _depths(line)}
    sums = {(line.lane, line.key) for line in lines if line.agg_role == "leaf" and line.key is not None}
    declared = {
        identity.left: identity.right
        for identity in (form.identities if form is not None else ())
        if identity.scope == "lines" and identity.left is not None
    }
    codes: dict[tuple[int, tuple[str, ...]], set[str]] = {}
    for line in lines:
        if line.code is not None and line.class_system is not None:
            scope = line.path[:1] if line.level and len(line.path) > line.level else ()
            codes.setdefault((line.lane, scope), set()).update(
                line.code[:size] for size in (3, 5) if len(line.code) > size
            )
    result: list[Line] = []
    for line in lines:
        if line.code is not None and line.class_system is not None:
            scope = line.path[:1] if line.level and len(line.path) > line.level else ()
            role = "parent" if line.code in codes.get((line.lane, scope), set()) else "leaf"
            result.append(msgspec.structs.replace(line, agg_role=role))
        elif line.code is not None and line.level == 0 and (codes or (line.lane, line.path) in above):
            # A unit; where subjects are listed by unit, those of the last one may stand on the next page.
            result.append(msgspec.structs.replace(line, agg_role="parent"))
        elif line.agg_role == "leaf" and (
            (line.lane, line.path) in above or any((line.lane, key) in sums for key in declared.get(line.key or "", ()))
        ):
            result.append(msgspec.structs.replace(line, agg_role="parent"))
        else:
            result.append(line)
    return result


def _depths(line: Line) -> range:
    return range(1, len(line.path))
