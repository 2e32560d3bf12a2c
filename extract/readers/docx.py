"""Word documents (docx): a walk over `w:body` with lxml, tracked changes taken as accepted.

Parts are taken from the package with bounds of our own and not through `docx.Document`, which refuses a whole file for
one broken relationship and leaves inserted text, smart tags and tables in content controls out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from extract.document import Block, Cell, Issue, Paragraph, Place, Reading, Table
from extract.readers.docx_numbers import ListNumbers
from extract.readers.docx_parts import Parts, load_parts
from extract.readers.docx_styles import heading_levels
from extract.readers.docx_text import A, TextWalk, W, XmlElement
from extract.readers.headings import numbered_depth
from extract.readers.trouble import UnreadableDocument, damaged, issue
from extract.settings import Limits

_BLOCK_WRAPPERS = frozenset({W + "ins", W + "moveTo", W + "customXml", W + "smartTag"})
_NO_BORDER = frozenset({"nil", "none"})
_PARAGRAPH, _TABLE, _ROW, _CELL = W + "p", W + "tbl", W + "tr", W + "tc"
_CELL_PROPERTIES, _SPAN, _MERGE, _BORDERS = W + "tcPr", W + "gridSpan", W + "vMerge", W + "tcBorders"
_ROW_PROPERTIES, _DELETED, _BEFORE, _AFTER = W + "trPr", W + "del", W + "gridBefore", W + "gridAfter"
_VALUE = W + "val"
_EMBEDDED = W + "altChunk"  # another document that Word puts here when it opens this one (17.17.2.1)
_SIDES = ((W + "top",), (W + "left", W + "start"), (W + "right", W + "end"))


def read_docx(data: bytes, sha256: str, limits: Limits) -> Reading:
    """Reading of a docx: blocks of the body, then text boxes where they are anchored, notes, headers and footers.

    Places have table, row, col (1-based grid position) or paragraph; Word knows no pages. Raises UnreadableDocument.
    """
    parts = load_parts(data, limits)
    walk = _BodyWalk(parts, limits)
    body = parts.document.find(W + "body")
    if body is None:
        raise UnreadableDocument(damaged("the main part has no body"))
    walk.blocks_of(body)
    walk.headings_by_numbering()
    walk.notes()
    walk.page_fields()
    return Reading(
        document_sha256=sha256,
        kind="docx",
        method="docx_xml",
        n_pages=None,
        blocks=walk.blocks,
        issues=walk.issues(sha256),
    )


class _BodyWalk:
    """Collects blocks in reading order; numbers tables and paragraphs as it goes."""

    def __init__(self, parts: Parts, limits: Limits) -> None:
        self.blocks: list[Block] = []
        self._parts = parts
        self._limits = limits
        self._levels = heading_levels(parts.styles)
        self._text = TextWalk(parts.document, *parts.notes, *parts.page_fields)
        self._numbers = ListNumbers(parts.numbering, parts.styles, parts.document, *parts.notes)
        self._n_tables = 0
        self._n_paragraphs = 0
        self._n_cells = 0
        self._cut_spans = 0
        self._n_embedded = 0

    # ------------------------------------------------------------------------------------------------ blocks
    def blocks_of(self, parent: XmlElement) -> None:
        for child in parent:
            tag = child.tag
            if tag == W + "p":
                self._paragraph(child)
            elif tag == W + "tbl":
                self._table(child, None)
            elif tag == W + "sdt":
                content = child.find(W + "sdtContent")
                if content is not None:
                    self.blocks_of(content)
            elif tag in _BLOCK_WRAPPERS:
                self.blocks_of(child)
            elif tag == A + "AlternateContent":
                branch = self._text.branch(child)
                if branch is not None:
                    self.blocks_of(branch)
            elif tag == _EMBEDDED:
                self._n_embedded += 1
        # text boxes of the last paragraph are flushed by the paragraph itself

    def _paragraph(self, element: XmlElement) -> None:
        self._add_paragraph(self._printed(element).strip("\n"), self._level(element))
        self._text_boxes()

    def _printed(self, element: XmlElement) -> str:
        """The text of a paragraph with the number of its list; a number alone has no gap after it."""
        text = self._text.paragraph(element)
        number = self._numbers.text_of(element)
        return number + text if text.strip() else number.strip() + text

    def _text_boxes(self) -> None:
        while self._text.boxes:
            box = self._text.boxes.pop(0)
            self.blocks_of(box)

    def _level(self, element: XmlElement) -> int | None:
        properties = element.find(W + "pPr")
        if properties is None:
            return None
        outline = properties.find(W + "outlineLvl")
        if outline is not None:
            value = outline.get(W + "val", "")
            return int(value) + 1 if value.isdecimal() and int(value) < 9 else None
        style = properties.find(W + "pStyle")
        return self._levels.get(style.get(W + "val", "")) if style is not None else None

    def _add_paragraph(self, text: str, level: int | None, *, page_field: bool = False) -> None:
        if not text.strip():
            return
        self._n_paragraphs += 1
        place = Place(paragraph=self._n_paragraphs)
        self.blocks.append(Paragraph(self._n_paragraphs, text, (place,), level, "page_field" if page_field else "body"))

    # ------------------------------------------------------------------------------------------------ tables
    def _table(self, element: XmlElement, parent: int | None) -> None:
        self._n_tables += 1
        number = self._n_tables
        at = len(self.blocks)
        grid = _Grid(number, self._limits.max_columns, has_borders=_has_borders(element.find(W + "tblPr")))
        nested: list[XmlElement] = []
        for row in self._children(element, _ROW):
            row_format = _named_children(next(row.iterchildren(_ROW_PROPERTIES), None))
            if _DELETED in row_format:
                continue
            grid.start_row(_number(row_format.get(_BEFORE)))
            for cell in self._children(row, _CELL):
                self._n_cells += 1
                if self._n_cells > self._limits.max_cells:
                    raise UnreadableDocument(
                        issue(
                            "too_large",
                            "error",
                            f"单元格超过上限 {self._limits.max_cells}（YUJUE_READ_MAX_CELLS）",
                            f"more than {self._limits.max_cells} cells (limit YUJUE_READ_MAX_CELLS)",
                        )
                    )
                lines: list[str] = []
                format_of = self._cell_lines(cell, lines, nested)
                grid.add(_cell_format(format_of), "\n".join(lines).strip("\n"))
            grid.end_row(_number(row_format.get(_AFTER)))
        self._cut_spans += grid.cut_spans
        self.blocks.insert(at, grid.table(parent))
        for inner in nested:
            self._table(inner, number)
        self._text_boxes()

    def _children(self, parent: XmlElement, tag: str) -> list[XmlElement]:
        """Rows of a table or cells of a row, also those wrapped in content controls or custom XML."""
        found: list[XmlElement] = []
        for child in parent:
            if child.tag == tag:
                found.append(child)
            elif child.tag == W + "sdt":
                content = child.find(W + "sdtContent")
                if content is not None:
                    found.extend(self._children(content, tag))
            elif child.tag in _BLOCK_WRAPPERS:
                found.extend(self._children(child, tag))
        return found

    def _cell_lines(self, parent: XmlElement, lines: list[str], nested: list[XmlElement]) -> XmlElement | None:
        """Adds the paragraphs of a cell and its tables; returns its w:tcPr. One pass: a large table has many cells."""
        properties = None
        for child in parent:
            tag = child.tag
            if tag == _PARAGRAPH:
                lines.append(self._printed(child))
            elif tag == _CELL_PROPERTIES:
                properties = child if properties is None else properties
            elif tag == _TABLE:
                nested.append(child)
            elif tag == W + "sdt":
                content = child.find(W + "sdtContent")
                if content is not None:
                    self._cell_lines(content, lines, nested)
            elif tag in _BLOCK_WRAPPERS:
                self._cell_lines(child, lines, nested)
            elif tag == A + "AlternateContent":
                branch = self._text.branch(child)
                if branch is not None:
                    self._cell_lines(branch, lines, nested)
            elif tag == _EMBEDDED:
                self._n_embedded += 1
        return properties

    # --------------------------------------------------------------------------------------- other parts, issues
    def headings_by_numbering(self) -> None:
        """Levels from the numbering (一、 （一） 1、) for a document in which no style makes a heading."""
        if any(isinstance(block, Paragraph) and block.level is not None for block in self.blocks):
            return
        for block in self.blocks:
            depth = numbered_depth(block.text) if isinstance(block, Paragraph) else None
            if isinstance(block, Paragraph) and depth is not None:
                block.level = depth + 1

    def notes(self) -> None:
        """Footnotes and endnotes, after the body. Separators are drawn by Word and carry no text."""
        for root in self._parts.notes:
            for note in root:
                if note.get(W + "type", "normal") == "normal":
                    self.blocks_of(note)

    def page_fields(self) -> None:
        """Headers and footers, once each as stored; equal ones (left and right pages) are kept, they are printed."""
        for root in self._parts.page_fields:
            for element in root.iter(W + "p"):
                parent = element.getparent()
                if parent is not None and parent.tag == W + "txbxContent":
                    continue
                self._add_paragraph(self._text.paragraph(element).strip("\n"), None, page_field=True)
                while self._text.boxes:
                    box = self._text.boxes.pop(0)
                    for inner in box.iter(W + "p"):
                        self._add_paragraph(self._text.paragraph(inner).strip("\n"), None, page_field=True)

    def issues(self, sha256: str) -> list[Issue]:
        found: list[Issue] = []
        if not self.blocks:
            found.append(issue("no_text", "error", "文档没有文字", "the document holds no text", sha256=sha256))
        if self._text.hidden:
            found.append(
                issue(
                    "hidden_text",
                    "info",
                    "有隐藏文字，打印时不出现，未读取",
                    "hidden text, which is not printed, was left out",
                    sha256=sha256,
                    count=self._text.hidden,
                )
            )
        if self._n_embedded:
            found.append(
                issue(
                    "embedded_document_unread",
                    "warning",
                    f"文档内嵌了 {self._n_embedded} 份其他格式的内容（altChunk），未读取",
                    f"the document embeds {self._n_embedded} pieces in other formats (altChunk); they were not read",
                    sha256=sha256,
                    count=self._n_embedded,
                )
            )
        if self._cut_spans:
            found.append(
                issue(
                    "too_many_columns",
                    "warning",
                    f"表格列数超过上限 {self._limits.max_columns}（YUJUE_READ_MAX_COLUMNS），跨列已截短",
                    f"a table has more than {self._limits.max_columns} columns "
                    "(limit YUJUE_READ_MAX_COLUMNS); spans were cut",
                    sha256=sha256,
                    count=self._cut_spans,
                )
            )
        if self._numbers.unread:
            found.append(
                issue(
                    "list_numbers_unread",
                    "warning",
                    "自动编号的格式未知，编号未读取",
                    "numbers of lists are in a format that is not known; they were left out",
                    sha256=sha256,
                    count=self._numbers.unread,
                )
            )
        for name in self._parts.missing:
            found.append(
                issue(
                    "part_missing",
                    "warning",
                    f"文件内的部件“{name}”缺失或损坏，其文字未读取",
                    f"the part {name!r} of the package is missing or damaged; its text was not read",
                    sha256=sha256,
                )
            )
        return found


class _CellFormat(NamedTuple):
    """What w:tcPr says of the grid. merge: value of w:vMerge (continue where it has none), None without one."""

    span: int = 1
    merge: str | None = None
    borders: XmlElement | None = None


_PLAIN_CELL = _CellFormat()


def _cell_format(properties: XmlElement | None) -> _CellFormat:
    if properties is None:
        return _PLAIN_CELL
    found = _named_children(properties)
    span, merge = found.get(_SPAN), found.get(_MERGE)
    return _CellFormat(
        max(_number(span), 1),
        merge.get(_VALUE, "continue") if merge is not None else None,
        found.get(_BORDERS),
    )


@dataclass(slots=True)
class _Anchor:
    row: int
    col: int
    colspan: int
    text: str
    ruled: bool
    bare: bool
    rowspan: int = 1


class _Grid:
    """Grid positions from `gridSpan`, `vMerge`, `gridBefore`, `gridAfter` (ECMA-376 part 1, 17.4)."""

    def __init__(self, number: int, max_columns: int, *, has_borders: bool) -> None:
        self._number = number
        self._has_borders = has_borders
        self._max_columns = max_columns
        self._cells: list[_Anchor] = []
        self._open: dict[int, int] = {}  # column of a vertically merged cell → index of its anchor
        self._still_open: dict[int, int] = {}
        self._row = -1
        self._col = 0
        self._n_cols = 0
        self._row_ruled = False
        self._head_is_unruled = True
        self._any_ruled = False
        self.cut_spans = 0

    def start_row(self, skipped: int) -> None:
        self._row += 1
        self._col = min(skipped, self._max_columns)
        self._still_open = {}
        self._row_ruled = False

    def add(self, cell_format: _CellFormat, text: str) -> None:
        span = cell_format.span
        if self._col + span > self._max_columns:
            self.cut_spans += 1
            span = max(self._max_columns - self._col, 1)
        merge = cell_format.merge
        continues = merge is not None and merge != "restart"
        col, self._col = self._col, self._col + span
        anchor = self._open.get(col) if continues else None
        if anchor is not None and self._cells[anchor].colspan == span:
            cell = self._cells[anchor]
            cell.rowspan = self._row - cell.row + 1
            self._still_open[col] = anchor
            if text.strip():  # Word hides it, but it is in the file: nothing is dropped
                cell.text = f"{cell.text}\n{text}" if cell.text.strip() else text
            return
        unruled = _is_unruled(cell_format.borders, inherits=self._has_borders)
        ruled = not (self._head_is_unruled and unruled)
        self._row_ruled = self._row_ruled or ruled
        self._any_ruled = self._any_ruled or not unruled
        if merge is not None:
            self._still_open[col] = len(self._cells)
        self._cells.append(_Anchor(self._row, col, span, text, ruled, bare=not _is_unruled(cell_format.borders)))

    def end_row(self, skipped: int) -> None:
        self._open = self._still_open
        self._n_cols = max(self._n_cols, self._col, min(self._col + skipped, self._max_columns + 1))
        self._head_is_unruled = self._head_is_unruled and not self._row_ruled

    def table(self, parent: int | None) -> Table:
        cells = [
            Cell(
                row=cell.row,
                col=cell.col,
                text=cell.text,
                places=(Place(table=self._number, row=cell.row + 1, col=cell.col + 1),),
                rowspan=cell.rowspan,
                colspan=cell.colspan,
                # without any line in the whole table nothing is told apart by the lines it lacks
                ruled=cell.ruled or (cell.bare and not self._any_ruled),
            )
            for cell in self._cells
        ]
        return Table(self._number, self._row + 1, self._n_cols, cells, parent=parent)


def _named_children(properties: XmlElement | None) -> dict[str, XmlElement]:
    """tag → first child of that name; a search for each of several names takes several times as long."""
    found: dict[str, XmlElement] = {}
    for child in properties if properties is not None else ():
        found.setdefault(child.tag, child)
    return found


def _number(element: XmlElement | None) -> int:
    value = element.get(_VALUE, "") if element is not None else ""
    return min(int(value), 1_000_000) if value.isdecimal() and len(value) < 10 else 0


def _is_unruled(borders: XmlElement | None, *, inherits: bool = True) -> bool:
    """No line above, left or right: how 单位 / 年度 / 万元 stand in the first row of a ruled table.

    inherits: the table has borders of its own, which a cell has where it does not say otherwise (17.4.38).
    """
    values: dict[str, str | None] = {}
    for child in borders if borders is not None else ():
        values.setdefault(child.tag, child.get(_VALUE))
    for sides in _SIDES:
        named = next((side for side in sides if side in values), None)
        if inherits if named is None else values[named] not in _NO_BORDER:
            return False
    return True


def _has_borders(properties: XmlElement | None) -> bool:
    """Borders of the table itself, or a style that may bring them."""
    if properties is None:
        return False
    return properties.find(W + "tblBorders") is not None or properties.find(W + "tblStyle") is not None
