"""PDF documents with a text layer: grids, captions, paragraphs, page fields; pieces of tables stitched.

The engine behind it (characters and rulings of a page) is exchangeable: `pdf_page.PdfEngine`.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from extract.document import Block, Box, Issue, Paragraph, Place, Reading
from extract.readers.lattice import Lattice, LatticeCell, assign, build_lattice
from extract.readers.lines import Line, cell_text, cluster, lines_of
from extract.readers.pdf_captions import CaptionRow, caption_rows, place_in_columns
from extract.readers.pdf_page import PageContent, PageFailure
from extract.readers.pdf_plumber import PlumberEngine
from extract.readers.pdf_prose import Draft, PageLine, page_fields, paragraphs
from extract.readers.trouble import issue
from extract.settings import Limits
from extract.stitch import Piece, PieceCell, Stitched, stitch


@dataclass
class _Sheet:
    """One page after its characters are sorted into cells and free lines. Boxes are upright; `turn` leads back."""

    number: int
    width: float
    height: float
    content: PageContent
    grids: list[Lattice]
    lines: list[Line]
    fields: set[int] = field(default_factory=set)


def read_pdf(data: bytes, sha256: str, limits: Limits) -> Reading:
    """Reading of a PDF. Places have page, box and table, row, col or paragraph. Raises UnreadableDocument."""
    engine = PlumberEngine(data, limits)
    issues: list[Issue] = []
    try:
        sheets = _sheets(engine, limits, issues, sha256)
        n_pages = engine.n_pages
    finally:
        engine.close()
    if not any(sheet.lines or sheet.grids for sheet in sheets):
        issues.append(
            issue(
                "no_text_layer",
                "error",
                "PDF 没有文字层（可能是扫描件），目前还不能读取；原件已按字节保存在档案中",
                "the PDF has no text layer (perhaps a scan) and cannot be read yet; the bytes are kept in the archive",
                sha256=sha256,
            )
        )
    blocks = _blocks(sheets)
    return Reading(document_sha256=sha256, kind="pdf", method="pdf_text", n_pages=n_pages, blocks=blocks, issues=issues)


# ------------------------------------------------------------------------------------------------------------ pages
def _sheets(engine: PlumberEngine, limits: Limits, issues: list[Issue], sha256: str) -> list[_Sheet]:
    sheets: list[_Sheet] = []
    started = time.monotonic()
    n_cells = 0
    for page in engine.pages():
        if isinstance(page, PageFailure):
            issues.append(
                issue(
                    "page_unreadable",
                    "error",
                    f"第 {page.number} 页无法读取：{page.why}",
                    f"page {page.number} cannot be read: {page.why}",
                    sha256=sha256,
                    place=Place(page=page.number),
                )
            )
            continue
        issues.extend(_page_issues(page, limits, sha256))
        sheet = _sheet(page)
        n_cells += sum(len(grid.cells) for grid in sheet.grids)
        sheets.append(sheet)
        if time.monotonic() - started > limits.max_seconds or n_cells > limits.max_cells:
            break
    last = sheets[-1].number if sheets else 0
    if last < engine.n_pages and not any(
        i.code == "page_unreadable" and i.place == Place(page=engine.n_pages) for i in issues
    ):
        issues.append(
            issue(
                "pages_cut",
                "error",
                f"只读了前 {last} 页，共 {engine.n_pages} 页：达到上限（YUJUE_READ_MAX_PAGES、_MAX_SECONDS、_MAX_CELLS）",
                f"only the first {last} of {engine.n_pages} pages were read: a limit was reached "
                "(YUJUE_READ_MAX_PAGES, _MAX_SECONDS, _MAX_CELLS)",
                sha256=sha256,
                place=Place(page=last + 1),
            )
        )
    return sheets


def _page_issues(page: PageContent, limits: Limits, sha256: str) -> list[Issue]:
    found: list[Issue] = []
    place = Place(page=page.number)
    if page.unmapped:
        found.append(
            issue(
                "unmapped_characters",
                "warning",
                f"第 {page.number} 页有 {page.unmapped} 个字符的字体没有文字编码，读作“\ufffd”",
                f"{page.unmapped} characters of page {page.number} are in a font without a mapping to text; read as \ufffd",
                sha256=sha256,
                place=place,
                count=page.unmapped,
            )
        )
    if page.cut:
        found.append(
            issue(
                "page_cut",
                "error",
                f"第 {page.number} 页的图形对象超过上限 {limits.max_page_objects}，未读表格（YUJUE_READ_MAX_PAGE_OBJECTS）",
                f"page {page.number} has more than {limits.max_page_objects} objects; its tables were not read "
                "(YUJUE_READ_MAX_PAGE_OBJECTS)",
                sha256=sha256,
                place=place,
            )
        )
    if not page.chars and page.n_images:
        found.append(
            issue(
                "page_without_text",
                "warning",
                f"第 {page.number} 页只有图片，没有文字，未读取",
                f"page {page.number} holds a picture and no text; it was not read",
                sha256=sha256,
                place=place,
            )
        )
    return found


def _sheet(page: PageContent) -> _Sheet:
    grids = [grid for grid in (build_lattice(boxes) for boxes in page.lattices) if grid is not None]
    grids = [grid for grid in grids if len(grid.cells) > 1]  # a box around text is no table
    free = assign(grids, page.chars)
    kept = [grid for grid in grids if any(not c.text.isspace() for cell in grid.cells for c in cell.chars)]
    kept.sort(key=lambda grid: (grid.ys[0], grid.xs[0]))
    lines = lines_of(free)
    bare = PageContent(page.number, page.width, page.height, [], [], page.turn)
    return _Sheet(page.number, page.width, page.height, bare, kept, lines)


# ----------------------------------------------------------------------------------------------------------- blocks
@dataclass
class _Part:
    """A piece of a table with the caption rows that belong to it."""

    sheet: _Sheet
    grid: Lattice
    captions: list[CaptionRow]
    above: list[int]  # indexes of the sheet's lines between what stands above and the piece
    piece: Piece


def _blocks(sheets: Sequence[_Sheet]) -> list[Block]:
    everything = [PageLine(s.number, s.height, s.width, line) for s in sheets for line in s.lines]
    fields = page_fields(everything, len(sheets))
    at = 0
    for sheet in sheets:
        sheet.fields = {i - at for i in range(at, at + len(sheet.lines)) if i in fields}
        at += len(sheet.lines)
    floors = _floors(sheets)
    parts: list[_Part] = []
    for sheet in sheets:
        parts.extend(_parts(sheet, len(parts), floors))
    joined = stitch([part.piece for part in parts])
    return _in_reading_order(sheets, parts, joined)


def _floors(sheets: Sequence[_Sheet]) -> dict[tuple[int, int], float]:
    """The lowest place where the author's text is printed, by page format."""
    floors: dict[tuple[int, int], float] = defaultdict(float)
    for sheet in sheets:
        bottoms = [line.box[3] for i, line in enumerate(sheet.lines) if i not in sheet.fields]
        bottoms += [grid.ys[-1] for grid in sheet.grids]
        key = (round(sheet.width), round(sheet.height))
        floors[key] = max([floors[key], *bottoms])
    return floors


def _parts(sheet: _Sheet, n_before: int, floors: dict[tuple[int, int], float]) -> list[_Part]:
    parts: list[_Part] = []
    body = [(i, line) for i, line in enumerate(sheet.lines) if i not in sheet.fields]
    floor = floors[(round(sheet.width), round(sheet.height))]
    used: set[int] = set()
    top = 0.0
    for order, grid in enumerate(sheet.grids):
        between = [(i, line) for i, line in body if i not in used and top <= _middle(line) < grid.ys[0]]
        captions = caption_rows([line for _, line in between], grid.box)
        in_caption = {id(line) for row in captions for line in row.lines}
        above = [i for i, line in between if id(line) not in in_caption]
        used.update(i for i, line in between if id(line) in in_caption)
        below = [i for i, line in body if i not in used and _middle(line) >= grid.ys[-1]]
        number = n_before + order + 1
        piece = _piece(sheet, grid, captions, number)
        piece = Piece(
            number,
            sheet.number,
            piece.n_rows,
            piece.edges,
            piece.heights,
            piece.cells,
            above=tuple(sheet.lines[i].text for i in above),
            is_first=order == 0,
            is_last=order == len(sheet.grids) - 1 and not below,
            room=floor - grid.ys[-1],
        )
        parts.append(_Part(sheet, grid, captions, above, piece))
        top = grid.ys[-1]
    return parts


def _middle(line: Line) -> float:
    return (line.box[1] + line.box[3]) / 2


def _piece(sheet: _Sheet, grid: Lattice, captions: Sequence[CaptionRow], number: int) -> Piece:
    cells: list[PieceCell] = []
    to_shown = sheet.content.to_shown
    for row, caption in enumerate(captions):
        for col, colspan, text in place_in_columns(caption, grid.xs):
            place = Place(sheet.number, to_shown(_grown(text.box)), number, row + 1, col + 1)
            cells.append(PieceCell(row, col, text.text, place, colspan=colspan, ruled=False))
    shift = len(captions)
    for cell in grid.cells:
        row = cell.row + shift
        place = Place(sheet.number, to_shown(cell.box), number, row + 1, cell.col + 1)
        text = cell_text(cell.chars)
        cells.append(PieceCell(row, cell.col, text, place, cell.rowspan, cell.colspan, free=_free(cell)))
    heights = [row.bottom - row.top for row in captions]
    heights += [b - a for a, b in zip(grid.ys, grid.ys[1:], strict=False)]
    return Piece(number, sheet.number, len(heights), grid.xs, tuple(heights), tuple(cells))


def _grown(box: Box) -> Box:
    return (box[0] - 0.5, box[1] - 0.5, box[2] + 0.5, box[3] + 0.5)


def _free(cell: LatticeCell) -> float:
    """Room right of the last line, in widths of a character."""
    groups = cluster(cell.chars)
    if not groups:
        return 0.0
    drawn = [c for c in groups[-1] if not c.text.isspace()]
    width = max(c.x1 for c in drawn) - min(c.x0 for c in drawn)
    return (cell.box[2] - cell.box[0] - width) / max(c.size for c in drawn)


def _in_reading_order(sheets: Sequence[_Sheet], parts: Sequence[_Part], joined: Sequence[Stitched]) -> list[Block]:
    tables = {stitched.table.number: stitched.table for stitched in joined}
    repeated = {number: count for stitched in joined for number, count in stitched.repeated_titles.items()}
    by_page: dict[int, list[_Part]] = defaultdict(list)
    for part in parts:
        by_page[part.sheet.number].append(part)
    body: list[PageLine] = []
    stream: list[PageLine | _Part | tuple[str, PageLine]] = []
    for sheet in sheets:
        in_caption = {id(line) for part in by_page[sheet.number] for row in part.captions for line in row.lines}
        titles = {i for part in by_page[sheet.number] if part.piece.number in repeated for i in part.above}
        items: list[tuple[float, int, PageLine | _Part | tuple[str, PageLine]]] = []
        for part in by_page[sheet.number]:
            items.append((part.grid.ys[0], 0, part))
        for index, line in enumerate(sheet.lines):
            if id(line) in in_caption:
                continue
            item = PageLine(sheet.number, sheet.height, sheet.width, line)
            is_field = index in sheet.fields or index in titles
            items.append((_middle(line), 1, ("field", item) if is_field else item))
        stream.extend(item for _, _, item in sorted(items, key=lambda entry: entry[:2]))
    after_table = False
    ordered: list[PageLine | _Part | tuple[str, PageLine]] = []
    for entry in stream:
        if isinstance(entry, _Part):
            after_table = after_table or entry.piece.number in tables
        elif isinstance(entry, PageLine):
            if after_table:
                entry = PageLine(entry.page, entry.height, entry.width, entry.line, after_table=True)  # noqa: PLW2901
            after_table = False
            body.append(entry)
        ordered.append(entry)
    drafts = {id(draft.lines[0]): draft for draft in paragraphs(body)}
    by_number = {sheet.number: sheet for sheet in sheets}
    blocks: list[Block] = []
    n_paragraphs = 0
    for entry in ordered:
        if isinstance(entry, _Part):
            if entry.piece.number in tables:
                blocks.append(tables[entry.piece.number])
            continue
        draft = Draft([entry[1]]) if isinstance(entry, tuple) else drafts.get(id(entry))
        if draft is None:
            continue
        n_paragraphs += 1
        places = _places(draft, n_paragraphs, by_number)
        role = "page_field" if isinstance(entry, tuple) else "body"
        blocks.append(Paragraph(n_paragraphs, draft.text, places, draft.level, role))  # type: ignore[arg-type]
    return blocks


def _places(draft: Draft, number: int, sheets: dict[int, _Sheet]) -> tuple[Place, ...]:
    """One Place per page that the paragraph stands on, around all its lines there."""
    boxes: dict[int, Box] = {}
    for item in draft.lines:
        box, known = item.line.box, boxes.get(item.page)
        if known is not None:
            box = (min(box[0], known[0]), min(box[1], known[1]), max(box[2], known[2]), max(box[3], known[3]))
        boxes[item.page] = box
    return tuple(
        Place(page, sheets[page].content.to_shown(_grown(box)), paragraph=number) for page, box in boxes.items()
    )
