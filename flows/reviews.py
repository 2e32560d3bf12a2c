"""The Verdict noun: what a person said of a value or a finding, its file, and what follows from it. No effects here.

verdicts:
  - document_sha256: 3a2245b9…                # all 64 digits
    fact_id: 3a2245b978ca3436.t9.r14.c3       # or `fingerprint:`, of a finding
    expects: "186.00"                         # guard: the printed text judged; "" for a blank
    verdict: confirm                          # confirm, reject, flag
    reason: as_printed
    reviewer: 张三
    reviewed_on: 2026-11-23
    note: 与第 12 页图像相符

A verdict changes no value. It dies with its cause: where the document is gone, the value or finding is not there any
more, or another text is printed (read) there, it has no effect and is stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from ruamel.yaml.nodes import Node

from extract.document import Issue
from normalize.issues import issue_rows
from normalize.strict import CONTROL, FileTrouble, StrictReader, read_bounded

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Mapping[str, Any]]]
Word = Literal["confirm", "reject", "flag"]
# What was seen: as printed; an error of the government's; our misreading; a rule that does not fit; another source.
Reason = Literal["as_printed", "source_error", "misreading", "rule_does_not_apply", "other_evidence", "unclear"]
Stale = Literal["no_document", "no_fact", "no_finding", "text_differs"]

MAX_BYTES: Final = 8_000_000
# Tables whose rows a person judges: their key, and the printed text that guards a verdict.
JUDGED: Final[dict[str, tuple[str, str]]] = {
    "budget_lines": ("fact_id", "printed_text"),
    "indicators": ("indicator_id", "value_printed"),
    "spending_plans": ("plan_id", "printed_text"),
    "projects": ("project_id", "total_printed"),
    "claims": ("claim_id", "phrase"),
}
WHY: Final[dict[str, tuple[str, str]]] = {
    "no_document": ("没有这个文件", "there is no such document"),
    "no_fact": ("该位置没有数据", "nothing is at this place"),
    "no_finding": ("没有这条检查结果", "there is no such finding"),
    "text_differs": ("所印文字已不同", "another text is read there now"),
}
_FACT: Final = re.compile(r"[0-9a-f]{16}\.[A-Za-z0-9][A-Za-z0-9.\-]{0,79}")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff._ /-]{0,79}")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_NATURAL: Final = re.compile(r"\d+|\D+")


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """One verdict; see the head of this module. One of fact_id and fingerprint is set. reviewed_on: ISO 8601."""

    document_sha256: str
    expects: str
    verdict: Word
    reason: Reason
    reviewer: str
    reviewed_on: str
    fact_id: str | None = None
    fingerprint: str | None = None
    note: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Document and what is judged: of each there is one verdict."""
        return self.document_sha256, self.fact_id or self.fingerprint or ""

    @property
    def order(self) -> tuple[object, ...]:
        """Where it stands in a file: by document; values in the order of the print, then findings."""
        parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in _NATURAL.findall(self.key[1][16:])]
        return (self.document_sha256, self.fact_id is None, parts, self.key[1])


class VerdictError(FileTrouble):
    """A file of verdicts that cannot be used: one line naming file, line, key and what was expected."""


class _Reader(StrictReader):
    def __init__(self, file: str) -> None:
        super().__init__(file, VerdictError, MAX_BYTES)

    def verdict(self, node: Node, key: str) -> Verdict:
        names = [field.name for field in msgspec.structs.fields(Verdict)]
        of = self.mapping(node, key, names, [name for name in names if name not in {"fact_id", "fingerprint", "note"}])
        if ("fact_id" in of) == ("fingerprint" in of):
            raise self.fail(node, key, "expected one of fact_id and fingerprint")
        sha256, fact, fingerprint = self.sha256(of["document_sha256"], f"{key}.document_sha256"), None, None
        if "fact_id" in of:
            fact = self.matching(
                of["fact_id"], f"{key}.fact_id", _FACT, "an identifier such as 3a2245b978ca3436.t9.r5.c3"
            )
            if not fact.startswith(f"{sha256[:16]}."):
                raise self.fail(of["fact_id"], f"{key}.fact_id", f"expected a value of the document {sha256[:16]}…")
        else:
            fingerprint = self.matching(of["fingerprint"], f"{key}.fingerprint", _FINGERPRINT, "16 hexadecimal digits")
        return Verdict(
            document_sha256=sha256,
            expects=self.text(of["expects"], f"{key}.expects", blank=True),
            verdict=self.one_of(of["verdict"], f"{key}.verdict", Word),
            reason=self.one_of(of["reason"], f"{key}.reason", Reason),
            reviewer=self.text(of["reviewer"], f"{key}.reviewer"),
            reviewed_on=self.day(of["reviewed_on"], f"{key}.reviewed_on"),
            fact_id=fact,
            fingerprint=fingerprint,
            note=self.text(of["note"], f"{key}.note", blank=True) if "note" in of else "",
        )


# ---------------------------------------------------------------------------------------------------------------- files


def parse_verdicts(raw: bytes, file: str) -> list[Verdict]:
    """The verdicts of one file, in its order. file: how it is called in messages.

    Raises VerdictError: not UTF-8, not YAML, too large, an unknown, missing or repeated key, a value that is not as
    expected, a second verdict on the same thing, a comment below the head (it would be lost when the file is written).
    """
    reader = _Reader(file)
    found: dict[tuple[str, str], Verdict] = {}
    for number, node in enumerate(reader.listed(raw, "verdicts"), start=1):
        one = reader.verdict(node, f"verdicts[{number}]")
        if one.key in found:
            raise reader.fail(node, f"verdicts[{number}]", f"expected one verdict on {one.key[1]}; there is one above")
        found[one.key] = one
    lines = raw.decode("utf-8-sig").splitlines()
    head = next((number for number, line in enumerate(lines) if line.startswith("verdicts")), len(lines))
    for number, line in enumerate(lines[head:], start=head + 1):
        if line.lstrip().startswith("#"):
            raise VerdictError(file, number, "", "comments stand at the head of the file; use `note` here")
    return list(found.values())


def read_verdicts(path: Path) -> list[Verdict]:
    """The verdicts of a file. Raises VerdictError, also where it cannot be read."""
    return parse_verdicts(read_bounded(path, VerdictError, MAX_BYTES), path.name)


def load_verdicts(folder: Path) -> list[Verdict]:
    """The verdicts of every `*.yml` of a folder, in the order of the files; none where there is no folder.

    Raises VerdictError as `parse_verdicts` does, and for a thing that is judged in two files.
    """
    found: list[Verdict] = []
    where: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else []:
        for one in read_verdicts(path):
            if one.key in where:
                raise VerdictError(path.name, None, one.key[1], f"expected in one file only; see {where[one.key]}")
            where[one.key] = path.name
            found.append(one)
    return found


def write_verdicts(verdicts: Iterable[Verdict], head: str = "") -> str:
    """The text of a file: the same verdicts give the same text, each its own lines, in a fixed order.

    head: comment lines to stand first.
    """
    listed = sorted(verdicts, key=lambda one: one.order)
    lines = ["verdicts:" if listed else "verdicts: []"]
    for one in listed:
        said = msgspec.structs.asdict(one)
        names = ("document_sha256", "fact_id", "fingerprint", "expects", "verdict", "reason", "reviewer", "reviewed_on")
        for name in (*names, "note"):
            value = said[name]
            if value is not None and not (name == "note" and not value):
                lines.append(f"{'    ' if name != 'document_sha256' else '  - '}{name}: {scalar(str(value), name)}")
    return head + "\n".join(lines) + "\n"


def scalar(value: str, name: str = "") -> str:
    """A text as a YAML scalar on one line; quoted where it could be read as anything else. `expects` always is."""
    plain = _PLAIN.fullmatch(value) and value == value.strip() and value.lower() not in _WORDS
    if plain and name != "expects" and ": " not in value and not value.endswith(":"):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_escape(each) for each in escaped) + '"'


def _escape(each: str) -> str:
    if each == "\n":
        return "\\n"
    if each == "\t":
        return "\\t"
    if each.isprintable() or each == "\u3000":
        return each
    code = ord(each)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def head_of(text: str) -> str:
    """The comment lines a file begins with."""
    kept = []
    for line in text.removeprefix("\ufeff").splitlines():
        if line.strip() and not line.startswith("#"):
            break
        kept.append(line + "\n")
    return "".join(kept) if any(line.strip() for line in kept) else ""


def sayable(text: str, *, limit: int) -> str:
    """What a person typed, as it may stand in a file: no control characters, at most `limit` characters."""
    return CONTROL.sub(" ", text.replace("\r\n", "\n")).replace("\r", "\n").strip()[:limit]


# -------------------------------------------------------------------------------------------------- what follows of it


def by_document(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """Verdicts per document, in their order."""
    found: dict[str, list[Verdict]] = {}
    for one in sorted(verdicts, key=lambda one: one.order):
        found.setdefault(one.document_sha256, []).append(one)
    return found


def stale_reason(verdict: Verdict, tables: Tables) -> Stale | None:
    """Why a verdict has no effect on these rows (of its document, findings included); None where it has."""
    if verdict.fingerprint is not None:
        finding = next((row for row in tables["findings"] if row["fingerprint"] == verdict.fingerprint), None)
        if finding is None:
            return "no_finding"
        return None if guard_of_finding(finding) == verdict.expects else "text_differs"
    printed = printed_at(str(verdict.fact_id), tables)
    if printed is None:
        return "no_fact"
    return None if verdict.expects in printed else "text_differs"


def printed_at(fact_id: str, tables: Tables) -> list[str] | None:
    """Printed texts of the rows of this identifier ("" for a blank); None where there is none."""
    found = [
        str(row[text] or "")
        for name, (key, text) in JUDGED.items()
        for row in tables.get(name, ())
        if row[key] == fact_id
    ]
    return found or None


def guard_of_finding(finding: Mapping[str, Any]) -> str:
    """The printed text a verdict on a finding expects: its first, of the left side. The fingerprint holds them all."""
    evidence = finding["evidence"]
    return str(evidence[0])[:200] if evidence else ""


def verdicts_of(verdicts: Iterable[Verdict], tables: Tables) -> dict[str, str]:
    """fact_id → verdict (confirm, reject, flag) of those that hold for these rows of one document.

    A confirmed value is one a person saw on the page; a rejected one is not what is printed; of a flagged one somebody
    is not sure.
    """
    texts: dict[str, set[str]] = {}
    for name, (key, text) in JUDGED.items():
        for row in tables.get(name, ()):
            texts.setdefault(str(row[key]), set()).add(str(row[text] or ""))
    return {
        one.fact_id: one.verdict
        for one in verdicts
        if one.fact_id is not None and one.expects in texts.get(one.fact_id, ())
    }


def expected_by(verdicts: Iterable[Verdict]) -> dict[str, dict[str, str | None]]:
    """fact_id → its verdict and the printed text it was given on (None: a blank), whether or not it still holds: the
    form in which the rule of the standings takes verdicts."""
    return {
        one.fact_id: {"verdict": one.verdict, "expected": one.expects or None}
        for one in verdicts
        if one.fact_id is not None
    }


def with_verdicts(findings: Iterable[Row], verdicts: Iterable[Verdict]) -> list[Row]:
    """Rows of `findings` with human_verdict and human_note; one that is rejected counts as no error or warning."""
    said = {one.fingerprint: one for one in verdicts if one.fingerprint is not None}
    return [_judged(row, said.get(str(row["fingerprint"]))) for row in findings]


def _judged(row: Row, verdict: Verdict | None) -> Row:
    if verdict is None or guard_of_finding(row) != verdict.expects:
        return {**row, "human_verdict": None, "human_note": None}
    severity = "info" if verdict.verdict == "reject" else row["severity"]
    note = " · ".join(part for part in (verdict.reason, verdict.note) if part)
    return {**row, "severity": severity, "human_verdict": verdict.verdict, "human_note": note}


def decided(verdicts: Iterable[Verdict], tables: Tables) -> dict[str, Verdict]:
    """fact_id → the verdict on it, of those that are not stale on these rows of their document."""
    on_facts = (one for one in verdicts if one.fact_id is not None)
    return {str(one.fact_id): one for one in on_facts if stale_reason(one, tables) is None}


def rejected(verdicts: Iterable[Verdict]) -> frozenset[str]:
    """Fingerprints of the findings that a person rejected."""
    return frozenset(one.fingerprint for one in verdicts if one.fingerprint is not None and one.verdict == "reject")


def counts_as_failing(finding: Mapping[str, Any]) -> bool:
    """Whether a finding fails and nobody has rejected it."""
    return finding["outcome"] == "fails" and finding.get("human_verdict") != "reject"


def stale_rows(verdicts: Iterable[Verdict], tables: Tables, sha256: str) -> list[Row]:
    """Rows of `issues`, one for each verdict on a value of the document that has no effect any more.

    Not of those on findings: some are made of several documents, so only a whole release can say that one is gone.
    """
    issues = []
    for one in verdicts:
        reason = stale_reason(one, tables) if one.fact_id is not None else None
        if reason is not None:
            zh, en = WHY[reason]
            name = one.key[1]
            message = (f"复核结论 {name} 已失效：{zh}", f"the verdict on {name} is stale: {en}")
            issues.append(Issue("verdict_stale", "warning", "check", *message, document_sha256=sha256))
    return issue_rows(issues, sha256)
