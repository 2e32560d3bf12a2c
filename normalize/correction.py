"""The Correction noun and its file, read strictly: a reviewed fix of our reading, never of the government's figures.

corrections:
  - id: 130630-0001
    document: 3a2245b9…                       # sha256 of the bytes, all 64 digits
    place: t9.r14.c3                          # what follows the point in fact_id
    printed: "1S6.00"                         # guard: printed_text as we read it there; "" for a blank
    fix:
      text: "186.00"                          # what stands on the page
    reason: ocr
    evidence: {kind: picture, note: "第 12 页图像印作 186.00"}
    by: 张三
    on: 2026-11-23
    why: OCR took the 8 for an S

Besides `text`, what may be fixed is the unit (of the whole statement), the meaning of the column and the identity of
the line, each with what our reading says now (`from`), which guards it:

    fix: {unit: {from: 元, to: "单位：万元"}}
    fix: {column: {from: "合计", key: total, nature: total}}
    fix: {line: {from: "一般公共服务支出", code: "201", label: "一般公共服务支出"}}

Every scalar is taken as text (no YAML types), there are no anchors, aliases or tags, and size and depth are bounded: a
file may come from anywhere.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal, get_args

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from normalize.unit import find_money_unit

MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 6
MAX_TEXT: Final = 2_000

# Why our reading was wrong. That a sum does not hold is no reason: arithmetic locates errors and changes nothing.
Reason = Literal["ocr", "glyphs", "grid", "header", "label", "unit", "hidden_text"]
# The witness: what was looked at.
EvidenceKind = Literal["picture", "other_engine", "other_publication", "publisher"]
Fund = Literal[
    "all", "general_public_budget", "government_fund", "state_capital", "fiscal_special_account", "unit_funds",
    "carryover",
]  # fmt: skip
Nature = Literal[
    "total", "basic", "basic_personnel", "basic_public", "project", "operating", "remit_to_superior",
    "subsidy_to_affiliates",
]  # fmt: skip
_PLACE: Final = re.compile(r"t[1-9]\d{0,5}\.r[1-9]\d{0,6}\.c[1-9]\d{0,4}(?:-[1-9]\d{0,3})?")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


class Evidence(msgspec.Struct, frozen=True):
    """The witness of a correction: what was looked at, and what stands there."""

    kind: EvidenceKind
    note: str


class UnitFix(msgspec.Struct, frozen=True, rename={"was": "from"}):
    """The unit of a statement. was: the standard unit by our reading, "" for none; to: the text that states it."""

    was: str
    to: str


class ColumnFix(msgspec.Struct, frozen=True, omit_defaults=True, rename={"was": "from"}):
    """The meaning of a column. was: column_path by our reading; what is None stays as read."""

    was: str
    path: str | None = None
    key: str | None = None
    fund: Fund | None = None
    nature: Nature | None = None
    measure: str | None = None
    stage: Literal["budget", "budget_adjusted", "final"] | None = None


class LineFix(msgspec.Struct, frozen=True, omit_defaults=True, rename={"was": "from"}):
    """The identity of a line. was: line_label by our reading, "" for none; what is None stays as read."""

    was: str
    code: str | None = None
    label: str | None = None
    flow: Literal["revenue", "expenditure"] | None = None


class Fix(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is right. text: of the cell at the place; unit: of its statement; column, line: those the cell is in."""

    text: str | None = None
    unit: UnitFix | None = None
    column: ColumnFix | None = None
    line: LineFix | None = None


class Correction(msgspec.Struct, frozen=True, omit_defaults=True):
    """One correction; see the head of this module. on: the day it was made, ISO 8601."""

    id: str
    document: str
    place: str
    printed: str
    fix: Fix
    reason: Reason
    evidence: Evidence
    by: str
    on: str
    why: str

    @property
    def fact_id(self) -> str:
        return f"{self.document[:16]}.{self.place}"


class CorrectionError(ValueError):
    """A file of corrections that cannot be used: one line naming file, line, key and what was expected."""

    def __init__(self, file: str, line: int | None, key: str, message: str) -> None:
        self.file, self.line, self.key = file, line, key
        where = f"{file}:{line}" if line is not None else file
        super().__init__(" ".join((f"{where}: {key}: {message}" if key else f"{where}: {message}").split()))


class _Reader:
    """Takes the values out of the nodes of one file; whatever is not as expected ends it, with line and key."""

    def __init__(self, file: str) -> None:
        self.file = file

    def fail(self, node: Node | None, key: str, message: str) -> CorrectionError:
        line = node.start_mark.line + 1 if node is not None and node.start_mark is not None else None
        return CorrectionError(self.file, line, key, message)

    def mapping(self, node: Node, key: str, known: Iterable[str], required: Iterable[str]) -> dict[str, Node]:
        names = list(known)
        if not isinstance(node, MappingNode):
            raise self.fail(node, key, f"expected a mapping with {', '.join(names)}")
        found: dict[str, Node] = {}
        for name_node, value in node.value:
            name = name_node.value if isinstance(name_node, ScalarNode) else None
            at = f"{key}.{str(name)[:40]}" if key else str(name)[:40]
            if name not in names:
                near = difflib.get_close_matches(str(name)[:40], names, n=1, cutoff=0.5)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise self.fail(name_node, at, f"unknown key{hint} (expected: {', '.join(names)})")
            if name in found:
                raise self.fail(name_node, at, "expected once; it stands here a second time")
            found[str(name)] = value
        missing = [name for name in required if name not in found]
        if missing:
            raise self.fail(node, f"{key}.{missing[0]}" if key else missing[0], "expected, but it is missing")
        return found

    def items(self, node: Node, key: str) -> list[Node]:
        if not isinstance(node, SequenceNode):
            raise self.fail(node, key, "expected a list")
        return list(node.value)

    def text(self, node: Node, key: str, *, blank: bool = False) -> str:
        if not isinstance(node, ScalarNode):
            raise self.fail(node, key, "expected a text")
        value = str(node.value)
        if len(value) > MAX_TEXT or _CONTROL.search(value):
            raise self.fail(node, key, f"expected at most {MAX_TEXT} characters, none of them a control character")
        if not blank and not value.strip():
            raise self.fail(node, key, "expected a text that is not blank")
        return value

    def matching(self, node: Node, key: str, pattern: re.Pattern[str], expected: str) -> str:
        value = self.text(node, key)
        if not pattern.fullmatch(value):
            raise self.fail(node, key, f"expected {expected}, not {value[:80]!r}")
        return value

    def one_of(self, node: Node, key: str, vocabulary: Any) -> Any:
        value, words = self.text(node, key), [str(word) for word in get_args(vocabulary)]
        if value not in words:
            raise self.fail(node, key, f"expected one of {', '.join(words)}, not {value[:80]!r}")
        return value

    def day(self, node: Node, key: str) -> str:
        value = self.text(node, key)
        try:
            return dt.date.fromisoformat(value).isoformat()
        except ValueError:
            raise self.fail(node, key, f"expected a day such as 2026-11-23, not {value[:80]!r}") from None

    # ------------------------------------------------------------------------------------------------- the nouns

    def correction(self, node: Node, key: str) -> Correction:
        names = [field.name for field in msgspec.structs.fields(Correction)]
        of = self.mapping(node, key, names, names)
        return Correction(
            id=self.matching(of["id"], f"{key}.id", _ID, "a name of letters, digits, points and hyphens"),
            document=self.matching(of["document"], f"{key}.document", _SHA256, "a sha256 of 64 hexadecimal digits"),
            place=self.matching(of["place"], f"{key}.place", _PLACE, "a place such as t9.r14.c3"),
            printed=self.text(of["printed"], f"{key}.printed", blank=True),
            fix=self.fix(of["fix"], f"{key}.fix"),
            reason=self.one_of(of["reason"], f"{key}.reason", Reason),
            evidence=self.evidence(of["evidence"], f"{key}.evidence"),
            by=self.text(of["by"], f"{key}.by"),
            on=self.day(of["on"], f"{key}.on"),
            why=self.text(of["why"], f"{key}.why"),
        )

    def evidence(self, node: Node, key: str) -> Evidence:
        of = self.mapping(node, key, ("kind", "note"), ("kind", "note"))
        return Evidence(self.one_of(of["kind"], f"{key}.kind", EvidenceKind), self.text(of["note"], f"{key}.note"))

    def fix(self, node: Node, key: str) -> Fix:
        of = self.mapping(node, key, ("text", "unit", "column", "line"), ())
        if not of:
            raise self.fail(node, key, "expected at least one of text, unit, column, line")
        return Fix(
            text=self.text(of["text"], f"{key}.text", blank=True) if "text" in of else None,
            unit=self.unit(of["unit"], f"{key}.unit") if "unit" in of else None,
            column=self.column(of["column"], f"{key}.column") if "column" in of else None,
            line=self.line(of["line"], f"{key}.line") if "line" in of else None,
        )

    def unit(self, node: Node, key: str) -> UnitFix:
        of = self.mapping(node, key, ("from", "to"), ("from", "to"))
        to = self.text(of["to"], f"{key}.to")
        if find_money_unit(to) is None:
            raise self.fail(of["to"], f"{key}.to", f"expected a text that states a unit of money, not {to[:80]!r}")
        return UnitFix(self.text(of["from"], f"{key}.from", blank=True), to)

    def column(self, node: Node, key: str) -> ColumnFix:
        of = self._changing(node, key, ("from", "path", "key", "fund", "nature", "measure", "stage"))
        return ColumnFix(
            was=self.text(of["from"], f"{key}.from", blank=True),
            path=self.text(of["path"], f"{key}.path") if "path" in of else None,
            key=self.text(of["key"], f"{key}.key") if "key" in of else None,
            fund=self.one_of(of["fund"], f"{key}.fund", Fund) if "fund" in of else None,
            nature=self.one_of(of["nature"], f"{key}.nature", Nature) if "nature" in of else None,
            measure=self.text(of["measure"], f"{key}.measure") if "measure" in of else None,
            stage=self.one_of(of["stage"], f"{key}.stage", Literal["budget", "budget_adjusted", "final"])
            if "stage" in of
            else None,
        )

    def line(self, node: Node, key: str) -> LineFix:
        of = self._changing(node, key, ("from", "code", "label", "flow"))
        code = re.compile(r"\d{3,9}")
        return LineFix(
            was=self.text(of["from"], f"{key}.from", blank=True),
            code=self.matching(of["code"], f"{key}.code", code, "a code of digits") if "code" in of else None,
            label=self.text(of["label"], f"{key}.label") if "label" in of else None,
            flow=self.one_of(of["flow"], f"{key}.flow", Literal["revenue", "expenditure"]) if "flow" in of else None,
        )

    def _changing(self, node: Node, key: str, known: tuple[str, ...]) -> dict[str, Node]:
        of = self.mapping(node, key, known, ("from",))
        if len(of) == 1:
            raise self.fail(node, key, f"expected what is right beside `from`: {', '.join(known[1:])}")
        return of


def parse_corrections(raw: bytes, file: str) -> list[Correction]:
    """The corrections of one file, in its order. file: how the file is called in messages.

    Raises CorrectionError: not UTF-8, not YAML, too large or too deep, an unknown, missing or repeated key, a value
    that is not as expected, an id that stands twice, a second correction of the same place.
    """
    if len(raw) > MAX_BYTES:
        raise CorrectionError(file, None, "", f"larger than {MAX_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorrectionError(file, raw[: error.start].count(b"\n") + 1, "", "expected UTF-8 text") from error
    try:
        _refuse_what_a_list_does_not_need(text, file)
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = (error.problem or "not YAML").splitlines()[0]
        raise CorrectionError(file, mark.line + 1 if mark else None, "", f"not valid YAML: {problem}") from error
    except (YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, CorrectionError):
            raise
        raise CorrectionError(file, None, "", f"not valid YAML: {str(error).splitlines()[0][:200]}") from error
    if root is None:
        return []
    reader = _Reader(file)
    top = reader.mapping(root, "", ("corrections",), ("corrections",))["corrections"]
    if isinstance(top, ScalarNode) and top.value in ("", "~", "null"):
        return []
    found: list[Correction] = []
    ids: set[str] = set()
    places: set[str] = set()
    for number, node in enumerate(reader.items(top, "corrections"), start=1):
        one = reader.correction(node, f"corrections[{number}]")
        if one.id in ids:
            raise reader.fail(node, f"corrections[{number}].id", f"expected an id of its own; {one.id} is taken")
        if one.document + one.place in places:
            raise reader.fail(
                node, f"corrections[{number}].place", f"expected one correction of {one.place}; there is one above"
            )
        ids.add(one.id)
        places.add(one.document + one.place)
        found.append(one)
    return found


def _refuse_what_a_list_does_not_need(text: str, file: str) -> None:
    """Raise CorrectionError for anchors, aliases, tags, depth and further documents, before anything is built."""
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        line = event.start_mark.line + 1 if event.start_mark is not None else None
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor is not None):
            raise CorrectionError(file, line, "", "anchors and aliases are not expected here")
        if getattr(event, "tag", None) is not None:
            raise CorrectionError(file, line, "", "tags (!…) are not expected here")
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise CorrectionError(file, line, "", f"nested deeper than {MAX_DEPTH} levels")


def read_corrections(path: Path) -> list[Correction]:
    """The corrections of a file. Raises CorrectionError, also where it cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CorrectionError(path.name, None, "", f"cannot be read: {error.strerror}") from error
    return parse_corrections(raw, path.name)


def load_corrections(folder: Path) -> list[Correction]:
    """The corrections of every `*.yml` of a folder, in the order of the files; none where there is no folder.

    Raises CorrectionError as `parse_corrections` does, and for an id or place that stands in two files.
    """
    found: list[Correction] = []
    where: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else []:
        for one in read_corrections(path):
            for name in (one.id, f"{one.document} {one.place}"):
                if name in where:
                    raise CorrectionError(path.name, None, one.id, f"expected in one file only; see {where[name]}")
                where[name] = path.name
            found.append(one)
    return found


def by_document(corrections: Iterable[Correction]) -> dict[str, list[Correction]]:
    """Corrections per document, in the order of their ids: what is done does not depend on the names of files."""
    found: dict[str, list[Correction]] = {}
    for one in sorted(corrections, key=lambda one: one.id):
        found.setdefault(one.document, []).append(one)
    return found
