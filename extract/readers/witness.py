"""The second witness: a PDF page read by pdfium and by pdfplumber; where their cells differ, both texts are told.

The engines share nothing but the lattice and the grouping of characters to lines. A page whose font pdfium cannot see
has its characters from pdfplumber in either case (`PdfiumEngine`), so there only the rulings are witnessed.
"""

from __future__ import annotations

import hashlib
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from extract.document import Box, Issue, Place, Reading
from extract.readers.lines import cell_text
from extract.readers.pdf_page import Char, PageContent
from extract.readers.pdf_pdfium import PdfiumEngine
from extract.readers.pdf_pieces import make_sheet, parts_of
from extract.readers.pdf_plumber import PlumberEngine
from extract.readers.trouble import UnreadableDocument, issue
from extract.settings import Limits

MAX_TOLD = 10  # disagreements of one page that get an issue of their own
_MAX_QUOTED = 80  # characters of a text in a message
_ON_EDGE = 0.5  # points: slack of a box around a centre

Kind = Literal["text", "only_ours", "only_theirs", "line"]


@dataclass(frozen=True)
class Disagreement:
    """One place of a page that the engines read differently.

    kind: text (both have the cell, its texts differ), only_ours or only_theirs (a cell that the other engine does not
    have), line (text outside cells). box: on the page as shown. ours (pdfium), theirs (pdfplumber): as read; of an
    engine without that cell, its text on the same spot.
    """

    page: int
    kind: Kind
    box: Box
    ours: str
    theirs: str


class _Unit(NamedTuple):
    """A cell, or a line outside cells (is_line), on the page as shown."""

    box: Box
    text: str
    is_line: bool

    @property
    def middle(self) -> tuple[float, float]:
        return _middle(self.box)


# --------------------------------------------------------------------------------------------------------- one page
def compare_page(data: bytes, number: int, limits: Limits | None = None) -> list[Disagreement]:
    """Where the engines disagree about page `number` (1-based), top to bottom.

    Raises UnreadableDocument where an engine cannot open the PDF, IndexError for a page that is not there, and whatever
    pdfminer raises on a page that it cannot interpret.
    """
    limits = limits or Limits()
    ours = PdfiumEngine(data, limits)
    try:
        theirs = PlumberEngine(data, limits)
        try:
            return compare(ours.page(number), theirs.page(number, with_grids=True))
        finally:
            theirs.close()
    finally:
        ours.close()


def compare(ours: PageContent, theirs: PageContent) -> list[Disagreement]:
    """The same page as two engines give it. Texts are compared without white space, empty cells not at all.

    Left out, because proved: text that its clip path hides, which pdfplumber reads all the same. The proof is a sum:
    all that pdfplumber has more on this page is not more than what pdfium counted as clipped, and it lacks nothing.
    """
    mine, other = _View(ours), _View(theirs)
    found: list[Disagreement] = []
    for unit in mine.units:
        partner = other.partner(unit)
        at_spot = partner.text if partner is not None else other.text_at(unit.box)
        same = _bare(unit.text) == _bare(at_spot)
        if partner is not None or unit.is_line:
            # how lines outside cells are cut into runs is no text of the page
            if not same:
                found.append(Disagreement(ours.number, _kind(unit, "text"), unit.box, unit.text, at_spot))
        elif _bare(unit.text):
            found.append(Disagreement(ours.number, "only_ours", unit.box, unit.text, at_spot))
    reported = [one.box for one in found]
    for unit in other.units:
        if not _bare(unit.text) or mine.partner(unit) is not None:
            continue
        if any(_holds(box, unit.middle) for box in reported):
            continue  # the same trouble, told from our side
        at_spot = mine.text_at(unit.box)
        if unit.is_line and _bare(unit.text) == _bare(at_spot):
            continue
        found.append(Disagreement(ours.number, _kind(unit, "only_theirs"), unit.box, at_spot, unit.text))
    if ours.hidden:
        found = _without_clipped(found, ours, theirs)
    return sorted(found, key=lambda one: (one.box[1], one.box[0]))


def _kind(unit: _Unit, kind: Kind) -> Kind:
    return "line" if unit.is_line else kind


def _without_clipped(found: list[Disagreement], ours: PageContent, theirs: PageContent) -> list[Disagreement]:
    clipped = [one for one in found if _is_within(_bare(one.ours), _bare(one.theirs))]
    surplus = sum(len(_bare(one.theirs)) - len(_bare(one.ours)) for one in clipped)
    more = _printed(theirs.chars) - _printed(ours.chars)
    if surplus == more <= ours.hidden:
        return [one for one in found if one not in clipped]
    return found


def _printed(chars: Iterable[Char]) -> int:
    return sum(len(_bare(char.text)) for char in chars)


def _is_within(part: str, whole: str) -> bool:
    """Whether `part` is `whole` with some characters left out (at least one)."""
    rest = iter(whole)
    return len(part) < len(whole) and all(character in rest for character in part)


class _View:
    """A page as cells and lines, found by place."""

    def __init__(self, page: PageContent) -> None:
        self._page = page
        self._chars: list[tuple[float, float, Char]] | None = None
        sheet = make_sheet(page)
        parts = parts_of([sheet])
        units = [
            _Unit(cell.place.box, cell.text, False)
            for part in parts
            for cell in part.piece.cells
            if cell.place.box is not None
        ]
        # a line that became caption cells is compared as these
        in_caption = {id(line) for part in parts for row in part.captions for line in row.lines}
        units += [
            _Unit(sheet.frame.to_shown(line.box), line.text, True) for line in sheet.lines if id(line) not in in_caption
        ]
        self.units = sorted(units, key=lambda unit: unit.middle[1])
        self._at = [unit.middle[1] for unit in self.units]

    def partner(self, unit: _Unit) -> _Unit | None:
        """The smallest cell (line for a line) such that each holds the centre of the other."""
        low = bisect_left(self._at, unit.box[1] - _ON_EDGE)
        high = bisect_right(self._at, unit.box[3] + _ON_EDGE)
        best: _Unit | None = None
        for one in self.units[low:high]:
            if one.is_line != unit.is_line or not _holds(unit.box, one.middle) or not _holds(one.box, unit.middle):
                continue
            if best is None or _area(one.box) < _area(best.box):
                best = one
        return best

    def text_at(self, box: Box) -> str:
        """Text of all characters whose centre lies in the box, in a cell or not."""
        if self._chars is None:
            self._chars = []
            for char in self._page.chars:
                x, y = _middle(self._page.to_shown((char.x0, char.top, char.x1, char.bottom)))
                self._chars.append((y, x, char))
            self._chars.sort(key=lambda item: item[0])
        low = bisect_left(self._chars, box[1] - _ON_EDGE, key=lambda item: item[0])
        high = bisect_right(self._chars, box[3] + _ON_EDGE, key=lambda item: item[0])
        return cell_text([char for y, x, char in self._chars[low:high] if _holds(box, (x, y))])


def _bare(text: str) -> str:
    return "".join(text.split())


def _middle(box: Box) -> tuple[float, float]:
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _holds(box: Box, point: tuple[float, float]) -> bool:
    x, y = point
    return box[0] - _ON_EDGE <= x <= box[2] + _ON_EDGE and box[1] - _ON_EDGE <= y <= box[3] + _ON_EDGE


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


# --------------------------------------------------------------------------------------------------------- documents
def is_sampled(sha256: str, page: int, share: float) -> bool:
    """Whether this page of this document belongs to the sample: decided by their digest, the same on every machine."""
    digest = hashlib.sha256(f"{sha256}:{page}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def witness(
    data: bytes, reading: Reading, limits: Limits, share: float, pages: Sequence[int] | None = None
) -> list[Issue]:
    """Issues of the pages in the sample: `witnesses_disagree`, at most MAX_TOLD and one summing the rest per page.

    pages: these and no sample. `witness_failed` (info): the second engine cannot read the document or a page.
    `witness_cut` (info): YUJUE_READ_MAX_SECONDS was reached. Never raises for what the document holds.
    """
    sha256, n_pages = reading.document_sha256, min(reading.n_pages or 0, limits.max_pages)
    wanted = [n for n in range(1, n_pages + 1) if (is_sampled(sha256, n, share) if pages is None else n in pages)]
    if not wanted:
        return []
    try:
        ours = PdfiumEngine(data, limits)
    except UnreadableDocument:
        return []  # what is wrong with it the Reading says already
    try:
        theirs = PlumberEngine(data, limits)
    except Exception as error:  # noqa: BLE001 - pdfminer raises anything on a hostile file
        ours.close()
        return [_failed(error, sha256, None)]
    issues: list[Issue] = []
    started = time.monotonic()
    try:
        for done, number in enumerate(wanted):
            if time.monotonic() - started > limits.max_seconds:
                issues.append(_cut(done, len(wanted), sha256))
                break
            try:
                found = compare(ours.page(number), theirs.page(number, with_grids=True))
            except Exception as error:  # noqa: BLE001 - as above
                issues.append(_failed(error, sha256, number))
                continue
            issues += issues_of(found, sha256)
    finally:
        theirs.close()
        ours.close()
    return issues


def issues_of(found: Sequence[Disagreement], sha256: str) -> list[Issue]:
    """Disagreements of one page as issues, the grave ones first."""
    ordered = sorted(found, key=lambda one: not _is_grave(one))
    issues = [_told(one, sha256) for one in ordered[:MAX_TOLD]]
    rest = ordered[MAX_TOLD:]
    if rest:
        page = rest[0].page
        issues.append(
            issue(
                "witnesses_disagree",
                "warning" if any(map(_is_grave, rest)) else "info",
                f"第 {page} 页另有 {len(rest)} 处两种引擎读法不同",
                f"the two engines disagree at {len(rest)} more places of page {page}",
                sha256=sha256,
                place=Place(page=page),
                count=len(rest),
            )
        )
    return issues


def _is_grave(one: Disagreement) -> bool:
    """Whether a number may be wrong or missing in what was read: not where we only cut the same text finer."""
    return one.kind != "line" and (one.kind != "only_ours" or _bare(one.ours) != _bare(one.theirs))


_SAID: dict[Kind, tuple[str, str]] = {
    "text": ("单元格文字不同", "the text of a cell differs"),
    "only_ours": ("只有 pdfium 读出这个单元格", "a cell that only pdfium finds"),
    "only_theirs": ("只有 pdfplumber 读出这个单元格", "a cell that only pdfplumber finds"),
    "line": ("表外文字不同", "text outside cells differs"),
}


def _told(one: Disagreement, sha256: str) -> Issue:
    zh, en = _SAID[one.kind]
    ours, theirs = _quoted(one.ours), _quoted(one.theirs)
    return issue(
        "witnesses_disagree",
        "warning" if _is_grave(one) else "info",
        f"第 {one.page} 页两种引擎读法不同（{zh}）：pdfium “{ours}”，pdfplumber “{theirs}”",
        f"the two engines disagree on page {one.page} ({en}): pdfium {ours!r}, pdfplumber {theirs!r}",
        sha256=sha256,
        place=Place(page=one.page, box=one.box),
    )


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_QUOTED else f"{line[:_MAX_QUOTED]}…"


def _failed(error: Exception, sha256: str, page: int | None) -> Issue:
    why = error.issue.message_en if isinstance(error, UnreadableDocument) else f"{type(error).__name__}: {error}"
    where_zh, where_en = ("", "the document") if page is None else (f"第 {page} 页", f"page {page}")
    return issue(
        "witness_failed",
        "info",
        f"第二种引擎（pdfplumber）未能读取{where_zh}：{why[:200]}",
        f"the second engine (pdfplumber) cannot read {where_en}: {why[:200]}",
        sha256=sha256,
        place=None if page is None else Place(page=page),
    )


def _cut(done: int, wanted: int, sha256: str) -> Issue:
    return issue(
        "witness_cut",
        "info",
        f"只有 {done} 页（应为 {wanted} 页）由第二种引擎核对：达到上限（YUJUE_READ_MAX_SECONDS）",
        f"only {done} of {wanted} pages were read by the second engine: a limit was reached (YUJUE_READ_MAX_SECONDS)",
        sha256=sha256,
    )
