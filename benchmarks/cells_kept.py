"""Cells that pdfplumber has on a page and we have not, over all PDFs of a folder.

    python benchmarks/cells_kept.py ../shared/corpus/documents [--cache DIR] [--known FILE] [--only TEXT]

Compared page by page and before pieces are stitched, so that a cell cut in two by a page break counts by its pieces:
the texts of `page.extract_tables()` against those of our grids on that page, without white space, as multisets. A text
that we have outside of grids (caption, paragraph, page field) is told as a class of its own. Printed: per page each
lost cell with pdfplumber's text and ours on the same spot; at the end a table of sums. --cache: pdfplumber's cells are
kept there by the digest of the document (reading them takes minutes). --known: a list of what the page's picture
proved pdfplumber to have wrong (tests/extract/pdfplumber_wrong.yml); only what is not on it is printed, and what is on
it and is no longer seen. Exit code 1 where we lose something that the list does not hold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, the package beside it is not installed

from extract.document import Box  # noqa: E402
from extract.readers.pdf_page import PageContent, PageFailure  # noqa: E402
from extract.readers.pdf_pdfium import PdfiumEngine  # noqa: E402
from extract.readers.pdf_pieces import Sheet, make_sheet  # noqa: E402
from extract.settings import Limits  # noqa: E402

Kind = Literal["outside", "order", "cut", "lost"]
_SLACK = 1.0  # points
_LONGEST, _KEPT = 20, 12  # characters
_RADICAL = re.compile("[\u2f00-\u2fd5]")


class PrintedCell(NamedTuple):
    """A non-empty cell: its text without white space, its box on the page as shown."""

    text: str
    box: Box


class Loss(NamedTuple):
    """A text that pdfplumber has more often in cells of a page than we have.

    kind: outside (we have its characters in lines outside of grids), order (one cell of ours has the same characters
    in another order), cut (its characters are in other cells), lost (characters are missing). ours: our texts on the
    spot, joined by " | ".
    """

    text: str
    kind: Kind
    ours: str
    box: Box


# (first 16 of the document's digest, page) → texts of pdfplumber, `shortened`, that the picture proved wrong
Known = dict[tuple[str, int], Counter[str]]


def bare(text: str | None) -> str:
    """Without white space; radicals (U+2F00–2FD5) as the characters that they print."""
    return _RADICAL.sub(lambda found: unicodedata.normalize("NFKC", found[0]), "".join((text or "").split()))


def shortened(text: str) -> str:
    """As it stands in the list of known texts: long ones by their beginning and their length."""
    return text if len(text) <= _LONGEST else f"{text[:_KEPT]}…{len(text)}"


# ------------------------------------------------------------------------------------------------------- both readings
def their_cells(page: Any) -> list[PrintedCell]:
    """Non-empty cells of `page.extract_tables()` of a pdfplumber page, with their boxes."""
    found: list[PrintedCell] = []
    for table in page.find_tables():
        for row, texts in zip(table.rows, table.extract(), strict=True):
            for box, text in zip(row.cells, texts, strict=True):
                if box is not None and bare(text):
                    x0, top, x1, bottom = (round(float(value), 2) for value in box)
                    found.append(PrintedCell(bare(text), (x0, top, x1, bottom)))
    return found


def their_pages(data: bytes, cache: Path | None, numbers: Sequence[int] | None = None) -> Iterator[list[PrintedCell]]:
    """pdfplumber's cells page by page; numbers: only of these pages (1-based, in this order; not kept)."""
    import pdfplumber  # noqa: PLC0415 - not needed where all is in the cache

    kept = cache / f"{hashlib.sha256(data).hexdigest()}.json" if cache is not None else None
    if kept is not None and kept.is_file():
        pages = json.loads(kept.read_text("utf-8"))
        for number in numbers or range(1, len(pages) + 1):
            yield [PrintedCell(text, (box[0], box[1], box[2], box[3])) for text, box in pages[number - 1]]
        return
    import io  # noqa: PLC0415

    found: list[list[PrintedCell]] = []
    with pdfplumber.open(io.BytesIO(data)) as document:
        for page in document.pages if numbers is None else [document.pages[number - 1] for number in numbers]:
            found.append(their_cells(page))
            page.close()
            yield found[-1]
    if kept is not None and numbers is None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found, ensure_ascii=False), "utf-8")


class OurPage(NamedTuple):
    """Our non-empty cells of one page, and our lines outside of them."""

    cells: list[PrintedCell]
    lines: list[PrintedCell]

    @classmethod
    def of(cls, content: PageContent) -> OurPage:
        sheet: Sheet = make_sheet(content)
        cells = [(cell.text, cell.box) for grid in sheet.grids for cell in grid.cells]
        lines = [(line.text, line.box) for line in sheet.lines]
        shown = sheet.frame.to_shown
        return cls(
            *([PrintedCell(bare(text), shown(box)) for text, box in part if bare(text)] for part in (cells, lines))
        )


# ---------------------------------------------------------------------------------------------------------- difference
def losses(theirs: Iterable[PrintedCell], ours: OurPage) -> list[Loss]:
    """What pdfplumber has more of, in its order."""
    left = Counter(cell.text for cell in ours.cells)
    more: list[PrintedCell] = []
    for cell in theirs:
        if left[cell.text] > 0:
            left[cell.text] -= 1
        else:
            more.append(cell)
    return [Loss(cell.text, *_found_as(cell, ours), cell.box) for cell in more]


def _found_as(cell: PrintedCell, ours: OurPage) -> tuple[Kind, str]:
    """What became of a cell that we have not, and our texts on its spot."""
    cells = [one.text for one in ours.cells if _meet(one.box, cell.box)]
    lines = [one.text for one in ours.lines if _meet(one.box, cell.box)]
    said = " | ".join([*cells, *lines])
    if _holds(lines, cell.text):
        return "outside", said
    if any(Counter(one) == Counter(cell.text) for one in cells):
        return "order", said
    return ("cut" if _holds([*cells, *lines], cell.text) else "lost"), said


def _holds(texts: Sequence[str], text: str) -> bool:
    return not Counter(text) - Counter("".join(texts))


def _meet(one: Box, other: Box) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > _SLACK and down > _SLACK


# --------------------------------------------------------------------------------------------------------------- known
def read_known(path: Path) -> Known:
    """What the list at `path` holds; its `reasons` must cover the reason of every text."""
    from ruamel.yaml import YAML  # noqa: PLC0415

    told = YAML(typ="safe").load(path.read_text("utf-8"))
    known: Known = {}
    for entry in told["documents"]:
        for page, by_reason in entry["pages"].items():
            unexplained = set(by_reason) - set(told["reasons"])
            if unexplained:
                raise ValueError(f"{path.name}: no such reason: {unexplained}")
            known[entry["document"], page] = Counter(str(text) for texts in by_reason.values() for text in texts)
    return known


def unknown(found: Sequence[Loss], known: Counter[str]) -> list[Loss]:
    """Those of `found` that are not in `known`, which is used up by those that are."""
    rest: list[Loss] = []
    for loss in found:
        text = shortened(loss.text)
        if known[text] > 0:
            known[text] -= 1
        else:
            rest.append(loss)
    return rest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--known", type=Path)
    parser.add_argument("--only", default="", help="documents whose name holds this text")
    parser.add_argument("--entries", metavar="REASON", help="print what is new as entries of the list, to be looked at")
    options = parser.parse_args()
    known = read_known(options.known) if options.known is not None else {}
    sums: Counter[str] = Counter()
    for path in sorted(options.folder.glob("*.pdf")):
        if options.only not in path.name:
            continue
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()[:16]
        engine = PdfiumEngine(data, Limits())
        try:
            for theirs, content in zip(their_pages(data, options.cache), engine.pages(), strict=True):
                sums["pages"] += 1
                sums["cells of pdfplumber"] += len(theirs)
                if isinstance(content, PageFailure):
                    print(f"{path.name} p{content.number}: not read, {content.why}")
                    sums["pages not read"] += 1
                    continue
                found = losses(theirs, OurPage.of(content))
                listed = known.get((digest, content.number), Counter()).copy()
                new = unknown(found, listed)
                sums["on the list"] += len(found) - len(new)
                gone = +listed
                if new or gone:
                    print(f"{path.name} {digest} p{content.number} turn={content.turn}", flush=True)
                for text, count in gone.items():
                    sums["on the list, no longer seen"] += count
                    print(f"  listed, not seen: {count} × {text!r}")
                if new and options.entries:
                    texts = json.dumps([shortened(loss.text) for loss in new], ensure_ascii=False)
                    print(f"    {content.number}:\n      {options.entries}: {texts}")
                for loss in new:
                    sums[loss.kind] += 1
                    place = ",".join(f"{value:.0f}" for value in loss.box)
                    print(f"  {loss.kind:8} [{place}] {loss.text!r}  ours: {loss.ours!r}")
        finally:
            engine.close()
    print("\n| what | count |", "|---|---:|", sep="\n")
    for name, count in sums.items():
        print(f"| {name} | {count} |")
    sys.exit(any(sums[name] for name in (*get_args(Kind), "pages not read")))


if __name__ == "__main__":
    main()
