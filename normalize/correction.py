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

A text may be of an amount or of anything in a performance form (a project, a point of its plan, an indicator). Who and
what year the document is about is corrected at the place `document`, guarded by its printed title:

    place: document
    printed: 某县财政局2024年部门预算
    fix: {identity: {fiscal_year: {from: "2024", to: "2023"}}}

Every scalar is taken as text (no YAML types), there are no anchors, aliases or tags, and size and depth are bounded: a
file may come from anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

import msgspec
from ruamel.yaml.nodes import Node

from normalize import vocabulary
from normalize.strict import FileTrouble, StrictReader, read_bounded
from normalize.unit import find_money_unit

# Why our reading was wrong. That a sum does not hold is no reason: arithmetic locates errors and changes nothing.
Reason = Literal["ocr", "glyphs", "grid", "header", "label", "unit", "hidden_text"]
# The witness: what was looked at.
EvidenceKind = Literal["picture", "other_engine", "other_publication", "publisher"]
Fund = Literal[
    "all", "general_public_budget", "government_fund", "state_capital", "fiscal_special_account", "unit_funds",
    "carryover",
]  # fmt: skip
Level = Literal["department", "unit"]
Stage = Literal["budget", "budget_adjusted", "final"]
Nature = Literal[
    "total", "basic", "basic_personnel", "basic_public", "project", "operating", "remit_to_superior",
    "subsidy_to_affiliates",
]  # fmt: skip
DOCUMENT: Final = "document"  # the place of what is said of a document as a whole
_PLACE: Final = re.compile(r"document|t[1-9]\d{0,5}\.r[1-9]\d{0,6}\.c[1-9]\d{0,4}(?:-[1-9]\d{0,3})?")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


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
    stage: Stage | None = None


class LineFix(msgspec.Struct, frozen=True, omit_defaults=True, rename={"was": "from"}):
    """The identity of a line. was: line_label by our reading, "" for none; what is None stays as read."""

    was: str
    code: str | None = None
    label: str | None = None
    flow: Literal["revenue", "expenditure"] | None = None


class Change(msgspec.Struct, frozen=True, rename={"was": "from"}):
    """One thing said of a document. was: by our reading, "" for nothing."""

    was: str
    to: str


class IdentityFix(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who and what a document is about; what is None stays as read. Columns of the same names in `disclosures`."""

    fiscal_year: Change | None = None
    org_name: Change | None = None
    doc_type: Change | None = None
    entity_level: Change | None = None
    stage: Change | None = None

    def changes(self) -> list[tuple[str, Change]]:
        """(column, change) of what is said."""
        named = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return [(name, change) for name, change in named if change is not None]


class Fix(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is right. text: of the cell at the place; unit: of its statement; column, line: those the cell is in;
    identity: of the document, at the place `document`."""

    text: str | None = None
    unit: UnitFix | None = None
    column: ColumnFix | None = None
    line: LineFix | None = None
    identity: IdentityFix | None = None


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


class CorrectionError(FileTrouble):
    """A file of corrections that cannot be used: one line naming file, line, key and what was expected."""


class _Reader(StrictReader):
    """The nouns of this module out of the nodes of one file."""

    def __init__(self, file: str) -> None:
        super().__init__(file, CorrectionError)

    def correction(self, node: Node, key: str) -> Correction:
        names = [field.name for field in msgspec.structs.fields(Correction)]
        of = self.mapping(node, key, names, names)
        fix = self.fix(of["fix"], f"{key}.fix")
        if (of["place"].value == DOCUMENT) != (fix.identity is not None):
            raise self.fail(of["place"], f"{key}.place", "expected `document` with identity, and with nothing else")
        return Correction(
            id=self.matching(of["id"], f"{key}.id", _ID, "a name of letters, digits, points and hyphens"),
            document=self.sha256(of["document"], f"{key}.document"),
            place=self.matching(of["place"], f"{key}.place", _PLACE, "a place such as t9.r14.c3"),
            printed=self.text(of["printed"], f"{key}.printed", blank=True),
            fix=fix,
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
        of = self.mapping(node, key, ("text", "unit", "column", "line", "identity"), ())
        if not of:
            raise self.fail(node, key, "expected at least one of text, unit, column, line, identity")
        if "identity" in of and len(of) > 1:
            raise self.fail(node, key, "expected nothing beside identity: it is of the document, not of a cell")
        if "identity" in of:
            return Fix(identity=self.identity(of["identity"], f"{key}.identity"))
        return Fix(
            text=self.text(of["text"], f"{key}.text", blank=True) if "text" in of else None,
            unit=self.unit(of["unit"], f"{key}.unit") if "unit" in of else None,
            column=self.column(of["column"], f"{key}.column") if "column" in of else None,
            line=self.line(of["line"], f"{key}.line") if "line" in of else None,
        )

    def identity(self, node: Node, key: str) -> IdentityFix:
        names = IdentityFix.__struct_fields__
        of = self.mapping(node, key, names, ())
        if not of:
            raise self.fail(node, key, f"expected at least one of {', '.join(names)}")
        return IdentityFix(**{name: self.change(of[name], f"{key}.{name}", name) for name in of})

    def change(self, node: Node, key: str, name: str) -> Change:
        of = self.mapping(node, key, ("from", "to"), ("from", "to"))
        was, to, at = self.text(of["from"], f"{key}.from", blank=True), of["to"], f"{key}.to"
        if name == "fiscal_year":
            said = self.matching(to, at, re.compile(r"(?:19[5-9]|20\d)\d"), "a year such as 2024")
        elif name == "org_name":
            said = self.text(to, at)
        elif name == "doc_type":
            said, known = self.text(to, at), sorted({row["doc_type"] for row in vocabulary.table("doc_types")})
            if said not in known:
                raise self.fail(to, at, f"expected one of {', '.join(known)}, not {said[:80]!r}")
        else:
            said = self.one_of(to, at, Level if name == "entity_level" else Stage)
        if said == was:
            raise self.fail(to, at, "expected another value than `from`")
        return Change(was, said)

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
            stage=self.one_of(of["stage"], f"{key}.stage", Stage) if "stage" in of else None,
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
    reader = _Reader(file)
    found: list[Correction] = []
    ids: set[str] = set()
    places: set[str] = set()
    for number, node in enumerate(reader.listed(raw, "corrections"), start=1):
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


def read_corrections(path: Path) -> list[Correction]:
    """The corrections of a file. Raises CorrectionError, also where it cannot be read."""
    return parse_corrections(read_bounded(path, CorrectionError), path.name)


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
