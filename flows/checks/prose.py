"""The prose of a document as checks read it: passages (paragraphs put together again), with the claims made in them.

Built from `raw_cells` (every paragraph as printed) and `claims`. A passage is one paragraph, or several that a line or
page break cut apart. Its `text` is the print without white space; `folded` is the same text, position by position,
with full-width signs made narrow, for patterns.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from flows.checks.noun import Quote
from flows.checks.words import UNITS
from flows.lazy_rows import rows_with

AnyRow = Mapping[str, Any]

# Full-width letters, digits and signs → ASCII, one to one, so that positions stay.
FOLD: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("．"): ord("."), ord("—"): ord("—")}
_SPACE: Final = re.compile(r"[\s\u3000\u200b\ufeff]+")
_ENDS: Final = re.compile(r"[。;；!？?！]$|(?<!原因)[:：]$|(?<!原因[是为])[:：]$")
_ENDS_REASON: Final = re.compile(r"原因[是为]?[:：]$")
_NUMBERED: Final = re.compile(
    r"(?:[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）]|[一二三四五六七八九十]{1,3}[、.．]|\d{1,2}[、.．](?!\d)"
    r"|[①-⑳]|第[一二三四五六七八九十]{1,3}[部章节条]|注[：:]|说明[：:])"
)
_SHORTEST_LINE: Final = 12
_NUMBER: Final = re.compile(r"-?\d[\d,]*(?:\.(\d+))?")
_PERCENT: Final = re.compile(r"-?[\d,]+(?:\.(\d+))?")
_SKIPPED_HOMES: Final = ("ignored:", "page_field")
# 公共安全支出（204类）司法（06款）行政运行（01项）; 一般公共服务支出（类）财政事务（款）行政运行（项）
_ITEM_HEAD: Final = re.compile(
    r"^(?:[(]?[一二三四五六七八九十\d]{1,3}[)、.]*)?[“\"]?"
    r"(?P<class>[^(),。:;“”\"]{2,24})\((?P<c1>\d{3})?类\)(?P<group>[^(),。:;]{2,40})\((?P<c2>\d{2})?款\)"
    r"(?P<label>[^()。,:;]{2,40}(?:\([^()]{1,8}\)[^()。,:;]{0,20})?)\((?P<c3>\d{2})?项\)"
)


class Said(msgspec.Struct, frozen=True):
    """One claim where it stands in its passage: start and end of its phrase; the rest as in table `claims`.

    yuan, resolution: of the amount; percent and its last digit (in per cent); None where nothing is printed.
    printed: the amount as printed; row: the claim's row.
    """

    start: int
    end: int
    measure: str
    direction: str
    concept: str | None
    code: str | None
    label: str | None
    within: str | None
    yuan: Decimal | None
    resolution: Decimal
    unit: str | None
    percent: Decimal | None
    percent_resolution: Decimal
    percent_printed: str | None
    printed: str | None
    year: int | None
    stage: str | None
    reason: bool
    row: AnyRow

    @property
    def level(self) -> bool:
        """An amount that is said to be, no change of one and no part of a reason."""
        return self.measure == "amount" and self.direction == "level" and self.yuan is not None and not self.reason

    @property
    def subject(self) -> tuple[str | None, ...]:
        return (self.concept, self.code, self.label)

    @property
    def known(self) -> bool:
        return self.concept is not None or self.code is not None or self.label is not None


class Item(msgspec.Struct, frozen=True):
    """The line of the functional classification that a passage is about, as its first words say.

    code: 3, 5 or 7 digits where printed; klass, label: printed names of 类 and 项.
    """

    klass: str
    class_code: str | None
    code: str | None
    label: str


class Piece(msgspec.Struct, frozen=True):
    start: int
    place: str
    page: int | None


class Passage(msgspec.Struct):
    """One run of prose. heading: the nearest one above; home: of its first paragraph (heading, narrative, note …)."""

    text: str
    folded: str
    pieces: list[Piece]
    heading: str
    home: str
    section: str | None
    said: list[Said]

    @property
    def place(self) -> str:
        return self.pieces[0].place

    @property
    def item(self) -> Item | None:
        match = _ITEM_HEAD.match(self.folded)
        if match is None:
            return None
        one, two, three = match["c1"], match["c2"], match["c3"]
        code = f"{one}{two}{three}" if one and two and three else None
        return Item(match["class"].strip('“”"'), one, code, match["label"].strip('“”"'))

    def quote(self, start: int, end: int) -> Quote:
        """text[start:end] as a Quote of the paragraph it begins in."""
        which = bisect_right([piece.start for piece in self.pieces], start) - 1
        piece = self.pieces[max(which, 0)]
        return Quote(piece.place, piece.page, self.text[start:end])

    def around(self, start: int, end: int, room: int = 14) -> Quote:
        """The words around text[start:end], for a reader to find the place."""
        return self.quote(max(0, start - room), min(len(self.text), end + room))

    def say(self, said: Said) -> Quote:
        """The claim's phrase, at the paragraph where its number stands."""
        which = bisect_right([piece.start for piece in self.pieces], max(said.end - 1, 0)) - 1
        piece = self.pieces[max(which, 0)]
        return Quote(piece.place, piece.page, self.text[said.start : said.end])

    def sentences(self) -> Iterator[tuple[int, int]]:
        """(start, end) of the sentences of the folded text, their full stop left out."""
        start = 0
        for match in re.finditer(r"[。;!?]", self.folded):
            if match.start() > start:
                yield start, match.start()
            start = match.end()
        if start < len(self.folded):
            yield start, len(self.folded)


class Prose(msgspec.Struct):
    """passages: in reading order, headings, notes and captions included. contents: lines of the table of contents."""

    passages: list[Passage]
    contents: list[Passage]

    @property
    def running(self) -> Iterator[Passage]:
        """Passages that are no headings."""
        return (passage for passage in self.passages if passage.home != "heading")


def fold(text: str) -> str:
    """Without white space, full-width signs made narrow; one character for each printed one."""
    return _SPACE.sub("", text).translate(FOLD)


def prose_of(tables: Mapping[str, Sequence[AnyRow]]) -> Prose:
    """The prose of one document, from its rows."""
    claims: dict[int, list[AnyRow]] = {}
    for row in tables.get("claims", ()):
        if row["paragraph_no"] is not None:
            claims.setdefault(row["paragraph_no"], []).append(row)
    sections = {row["paragraph_no"]: row["section_code"] for row in tables.get("narratives", ())}
    rows = [row for row in rows_with(tables.get("raw_cells", ()), "paragraph_no") if row["text"].strip()]
    rows.sort(key=lambda row: (row["block_no"], row["paragraph_no"]))
    edges: dict[int, float] = {}
    for row in rows:
        if row["page"] is not None and row["x1"] is not None:
            edges[row["page"]] = max(edges.get(row["page"], 0.0), row["x1"])
    passages: list[Passage] = []
    contents: list[Passage] = []
    heading = ""
    run: list[AnyRow] = []
    for row in rows:
        home = row["home"] or ""
        if home.startswith(_SKIPPED_HOMES):
            if home == "ignored:contents":
                contents.append(_passage([row], "", {}, claims))
            continue
        if run and not _goes_on(run[-1], row, edges):
            passages.append(_passage(run, heading, sections, claims))
            run = []
        if home == "heading":
            passages.append(_passage([row], heading, sections, claims))
            heading = fold(row["text"])
        else:
            run.append(row)
    if run:
        passages.append(_passage(run, heading, sections, claims))
    return Prose(passages, contents)


def _goes_on(before: AnyRow, after: AnyRow, edges: Mapping[int, float]) -> bool:
    """Whether a paragraph goes on with the sentence of the one before (`extract.passages` has the same rule)."""
    if "heading" in (before["home"], after["home"]):
        return False
    text = before["text"].rstrip()
    if _ENDS_REASON.search(text) and not _NUMBERED.match(after["text"].lstrip()):
        return True  # 主要原因： and the reason on the next line
    if before["page"] is None or after["page"] is None or before["x1"] is None or after["page"] - before["page"] > 1:
        return False
    if _ENDS.search(text) or len(text) < _SHORTEST_LINE or _NUMBERED.match(after["text"].lstrip()):
        return False
    return bool(before["x1"] > 0.8 * edges.get(before["page"], 0.0))


def _passage(
    rows: Sequence[AnyRow], heading: str, sections: Mapping[int, str | None], claims: Mapping[int, list[AnyRow]]
) -> Passage:
    text = ""
    pieces: list[Piece] = []
    own: list[AnyRow] = []
    for row in rows:
        pieces.append(Piece(len(text), f"p{row['paragraph_no']}", row["page"]))
        text += _SPACE.sub("", row["text"])
        own += claims.get(row["paragraph_no"], ())
    return Passage(
        text=text,
        folded=text.translate(FOLD),
        pieces=pieces,
        heading=heading,
        home=rows[0]["home"] or "",
        section=sections.get(rows[0]["paragraph_no"]),
        said=list(_said(text, own)),
    )


def _said(text: str, rows: Iterable[AnyRow]) -> Iterator[Said]:
    """Claims with their positions: phrases are found one after the other, each ending behind the one before."""
    start, end = 0, 0
    for row in rows:
        phrase = _SPACE.sub("", row["phrase"])
        at = text.find(phrase, start)
        while at >= 0 and at + len(phrase) <= end:
            at = text.find(phrase, at + 1)
        if at < 0:
            at = text.find(phrase)
        if at >= 0:
            start, end = at, at + len(phrase)
        yield _one(row, start, end)


def _one(row: AnyRow, start: int, end: int) -> Said:
    yuan = Decimal(row["amount_fen"]) / 100 if row["amount_fen"] is not None else None
    if yuan is None and row["amount_yuan"] is not None:
        yuan = Decimal(repr(row["amount_yuan"]))
    printed = row["amount_printed"]
    unit = next((one for one in UNITS if printed and one in printed), None)
    number = _NUMBER.search(printed or "")
    scale = UNITS.get(unit or "", Decimal(10_000))  # only where the unit was taken over from the number before
    if unit is None and yuan and number is not None:
        value = Decimal(number[0].replace(",", ""))
        scale = abs(yuan / value) if value else scale
        unit = next((one for one, size in UNITS.items() if size == scale), None)
    percent = _PERCENT.search(row["percent_printed"] or "")
    return Said(
        start=start,
        end=end,
        measure=row["measure"],
        direction=row["direction"],
        concept=row["concept"],
        code=row["class_code"],
        label=row["class_label"],
        within=row["within_concept"],
        yuan=yuan,
        resolution=scale.scaleb(-len(number[1] or "")) if number else Decimal(0),
        unit=unit,
        percent=Decimal(percent[0].replace(",", "")) if percent and "‰" not in row["percent_printed"] else None,
        percent_resolution=Decimal(1).scaleb(-len(percent[1] or "")) if percent else Decimal(0),
        percent_printed=row["percent_printed"],
        printed=printed,
        year=row["claim_year"],
        stage=row["stage"],
        reason=bool(row["is_reason"]),
        row=row,
    )
