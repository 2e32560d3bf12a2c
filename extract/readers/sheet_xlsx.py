"""xlsx: the parts of the package parsed row by row with lxml, without entities, DTD or network, within bounds.

Read here and not with calamine or openpyxl, because what a cell prints depends on its number format, and what a table
is on borders and hidden rows, which the fast readers leave out.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from extract.package import Package, member_key, open_package
from extract.readers.docx_parts import check_bounds, parse_xml
from extract.readers.docx_text import XmlElement
from extract.readers.number_format import BUILTIN
from extract.readers.sheet_model import MAX_COLUMNS, MAX_ROWS, CellCount, Sheet, SheetCell, Workbook
from extract.readers.trouble import UnreadableDocument, damaged, issue
from extract.settings import Limits

_RELATION_ID = re.compile(r"\{http://[^}]*/officeDocument/(?:2006/)?relationships\}id")
_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RUNNING_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f+-]{6}|\d+|[A-Za-z&])')
_RUNNING = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_SIDES = ("left", "right", "top", "start", "end")
_STATES = {"hidden": "hidden", "veryHidden": "very_hidden"}


@dataclass
class _Styles:
    """Per cell format (`s`): number format code, and whether it draws a line above, left or right."""

    formats: list[str] = field(default_factory=lambda: ["General"])
    bordered: list[bool] = field(default_factory=lambda: [False])

    def of(self, index: str | None) -> tuple[str, bool]:
        at = int(index) if index is not None and index.isdecimal() and len(index) < 8 else 0
        return (self.formats[at], self.bordered[at]) if at < len(self.formats) else ("General", False)


@dataclass(frozen=True)
class _Shared:
    """What the cells of all sheets refer to."""

    strings: list[str]
    from_1904: bool


@dataclass(frozen=True)
class _Relation:
    kind: str
    target: str


def load_xlsx(data: bytes, limits: Limits) -> Workbook:
    """Raises UnreadableDocument: too_large, encrypted, damaged, binary_workbook (xlsb: no XML in it)."""
    package = open_package(data)
    if package is None:
        raise UnreadableDocument(damaged("the zip directory is not whole"))
    check_bounds(package, limits)
    main = next((r.target for r in _relations(package, "", limits).values() if r.kind == "officeDocument"), None)
    main = main or "xl/workbook.xml"
    member = package.members.get(member_key(main))
    if member is not None and member.flags & 1:
        raise UnreadableDocument(
            issue("encrypted", "error", "工作簿加密，需要密码", "a workbook that needs a password")
        )
    if main.lower().endswith(".bin"):
        raise UnreadableDocument(
            issue(
                "binary_workbook",
                "error",
                "这是二进制工作簿（xlsb），目前不能直接读取；请另存为 xlsx",
                "a binary workbook (xlsb), which is not read directly; save it as xlsx",
            )
        )
    root = _part(package, main, limits)
    if root is None:
        raise UnreadableDocument(damaged(f"the main part {main} is missing or cannot be unpacked"))
    relations = _relations(package, main, limits)
    by_kind = {relation.kind: relation.target for relation in relations.values()}
    book = Workbook()
    properties = root.find("{*}workbookPr")
    from_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    styles = _styles(package, by_kind.get("styles"), limits, book)
    shared = _Shared(_strings(package, by_kind.get("sharedStrings"), limits, book), from_1904)
    count = CellCount(limits)
    for element in root.iterfind("{*}sheets/{*}sheet"):
        relation = relations.get(_relation_id(element))
        name = element.get("name", "")
        if relation is None or relation.kind not in {"worksheet", "dialogsheet", "chartsheet", "xlMacrosheet"}:
            book.missing.append(name)
            continue
        if relation.kind != "worksheet":
            continue  # charts and macro sheets hold no grid
        content = package.read(relation.target, limits.max_inflated_bytes)
        if content is None:
            book.missing.append(relation.target)
            continue
        sheet = Sheet(name, _STATES.get(element.get("state", ""), "visible"))  # type: ignore[arg-type]
        _worksheet(content, sheet, styles, shared, count)
        _drawn(package, relation.target, sheet, limits)
        book.sheets.append(sheet)
    return book


# -------------------------------------------------------------------------------------------------------- parts


def _part(package: Package, name: str, limits: Limits) -> XmlElement | None:
    content = package.read(name, limits.max_inflated_bytes)
    return parse_xml(content) if content is not None else None


def _relations(package: Package, part: str, limits: Limits) -> dict[str, _Relation]:
    folder, name = posixpath.split(part)
    root = _part(package, posixpath.join(folder, "_rels", f"{name}.rels"), limits)
    found: dict[str, _Relation] = {}
    for element in root.iterfind("{*}Relationship") if root is not None else ():
        if element.get("TargetMode") == "External":
            continue
        target = element.get("Target", "")
        resolved = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[element.get("Id", "")] = _Relation(element.get("Type", "").rpartition("/")[2], resolved)
    return found


def _relation_id(element: XmlElement) -> str:
    return next((str(value) for name, value in element.attrib.items() if _RELATION_ID.fullmatch(str(name))), "")


def _styles(package: Package, name: str | None, limits: Limits, book: Workbook) -> _Styles:
    if name is None:
        return _Styles()
    root = _part(package, name, limits)
    if root is None:
        book.missing.append(name)
        return _Styles()
    codes = dict(BUILTIN)
    for element in root.iterfind("{*}numFmts/{*}numFmt"):
        number = element.get("numFmtId", "")
        if number.isdecimal() and len(number) < 10:
            codes[int(number)] = element.get("formatCode") or "General"
    lined = [
        any(
            side.get("style", "none") != "none"
            for side in border
            if isinstance(side.tag, str) and etree.QName(side).localname in _SIDES
        )
        for border in root.iterfind("{*}borders/{*}border")
    ]
    styles = _Styles([], [])
    for xf in root.iterfind("{*}cellXfs/{*}xf"):
        number, border = xf.get("numFmtId", "0"), xf.get("borderId", "0")
        styles.formats.append(
            codes.get(int(number), "General") if number.isdecimal() and len(number) < 10 else "General"
        )
        at = int(border) if border.isdecimal() and len(border) < 10 else 0
        styles.bordered.append(at < len(lined) and lined[at])
    return styles if styles.formats else _Styles()


def _strings(package: Package, name: str | None, limits: Limits, book: Workbook) -> list[str]:
    if name is None:
        return []
    content = package.read(name, limits.max_inflated_bytes)
    if content is None:
        book.missing.append(name)
        return []
    return [_rich_text(element) for element in _elements(content, ("{*}si",))]


def _rich_text(element: XmlElement) -> str:
    """Text of `si` or `is`: plain or in runs; phonetic guides (`rPh`) are not printed in the line."""
    found: list[str] = []
    for child in element:
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if name == "t":
            found.append(child.text or "")
        elif name == "r":
            found += [text.text or "" for text in child.iterfind("{*}t")]
    return _unescape("".join(found))


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text


def _elements(content: bytes, tags: tuple[str, ...]) -> Iterator[XmlElement]:
    """Elements of these names as they end; each is emptied after use, so that a large part stays small in memory."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise UnreadableDocument(damaged("its XML declares a DTD or entities, which a workbook never has"))
    walk = etree.iterparse(
        io.BytesIO(content),
        events=("end",),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for number, (_, element) in enumerate(walk):
            # in another encoding than the bytes above
            if number == 0 and element.getroottree().docinfo.internalDTD is not None:
                raise UnreadableDocument(damaged("its XML declares a DTD or entities, which a workbook never has"))
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(damaged(f"broken XML ({error})"[:200])) from error


# ---------------------------------------------------------------------------------------------------- worksheets


def _worksheet(content: bytes, sheet: Sheet, styles: _Styles, shared: _Shared, count: CellCount) -> None:
    tags = ("sheetView", "sheetFormatPr", "col", "row", "mergeCell", "headerFooter")
    row_at = -1
    all_hidden = False
    listed: set[int] = set()
    for element in _elements(content, tuple(f"{{*}}{tag}" for tag in tags)):
        name = etree.QName(element).localname
        if name == "row":
            number = element.get("r", "")
            row_at = int(number) - 1 if number.isdecimal() and 0 < len(number) < 8 else row_at + 1
            if not 0 <= row_at < MAX_ROWS:
                continue
            count.add(len(element))
            listed.add(row_at)
            if _true(element, "hidden") or element.get("ht") in {"0", "0.0"}:
                sheet.hidden_rows.add(row_at)
            _row(element, row_at, sheet, styles, shared)
        elif name == "col":
            _columns(element, sheet)
        elif name == "mergeCell":
            count.add()
            _merge(element.get("ref", ""), sheet)
        elif name == "sheetView":
            sheet.shows_zeros = sheet.shows_zeros and element.get("showZeros") not in {"0", "false"}
        elif name == "sheetFormatPr":
            all_hidden = _true(element, "zeroHeight")
        else:
            sheet.running = [text for text in (_running(element, part) for part in _RUNNING) if text]
    if all_hidden and sheet.cells:
        sheet.hidden_rows |= set(range(max(row for row, _ in sheet.cells) + 1)) - listed


def _true(element: XmlElement, name: str) -> bool:
    return element.get(name) in {"1", "true"}


def _row(row: XmlElement, r: int, sheet: Sheet, styles: _Styles, shared: _Shared) -> None:
    strings = shared.strings
    c = -1
    for cell in row:
        if not isinstance(cell.tag, str) or etree.QName(cell).localname != "c":
            continue
        place = _place(cell.get("r", ""))
        c = place[1] if place is not None else c + 1
        if c >= MAX_COLUMNS:
            continue
        code, bordered = styles.of(cell.get("s"))
        kind = cell.get("t", "n")
        value: str | None = None
        rich: XmlElement | None = None
        formula = False
        for child in cell:
            name = etree.QName(child).localname if isinstance(child.tag, str) else ""
            if name == "v":
                value = child.text
            elif name == "is":
                rich = child
            elif name == "f":
                formula = True
        if kind == "inlineStr":
            sheet.put_text(r, c, _rich_text(rich) if rich is not None else "", code, bordered=bordered)
        elif value is None or value == "":
            sheet.cells[r, c] = SheetCell("", bordered)
            if formula and value is None:
                sheet.without_value.append(sheet.address(r, c).rpartition("!")[2])
        elif kind == "s":
            at = int(value) if value.strip().isdecimal() and len(value) < 10 else -1
            sheet.put_text(r, c, strings[at] if 0 <= at < len(strings) else "", code, bordered=bordered)
            if not 0 <= at < len(strings):
                sheet.without_value.append(sheet.address(r, c).rpartition("!")[2])
        elif kind == "b":
            sheet.cells[r, c] = SheetCell("TRUE" if value.strip() == "1" else "FALSE", bordered)
        elif kind == "n":
            sheet.put_number(r, c, value, code, bordered=bordered, from_1904=shared.from_1904)
        else:  # str (result of a formula), e (error, shown as it is), d (ISO date)
            sheet.put_text(r, c, _unescape(value), code if kind == "str" else "General", bordered=bordered)


def _place(ref: str) -> tuple[int, int] | None:
    match = _CELL.fullmatch(ref.replace("$", ""))
    if match is None:
        return None
    col = 0
    for letter in match.group(1).upper():
        col = col * 26 + ord(letter) - 64
    row = int(match.group(2)) - 1
    return (row, col - 1) if 0 <= row < MAX_ROWS and col <= MAX_COLUMNS else None


def _columns(element: XmlElement, sheet: Sheet) -> None:
    first, last = element.get("min", ""), element.get("max", "")
    hidden = _true(element, "hidden") or (element.get("width") in {"0", "0.0"})
    if hidden and first.isdecimal() and last.isdecimal() and len(first) < 6 and len(last) < 6:
        sheet.hidden_columns.update(range(max(int(first), 1) - 1, min(int(last), MAX_COLUMNS)))


def _merge(ref: str, sheet: Sheet) -> None:
    first, _, last = ref.partition(":")
    start, end = _place(first), _place(last or first)
    if start is not None and end is not None and start != end:
        sheet.merges.append(
            (min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1]))
        )


def _running(element: XmlElement, name: str) -> str:
    """A page header or footer without its codes; page numbers and dates that a printer fills in are left out."""
    found = element.find(f"{{*}}{name}")
    text = found.text if found is not None else None
    if not text:
        return ""
    parts = re.split(r"&[LCR]", text)
    return "  ".join(bare for bare in (_RUNNING_CODE.sub("", part).strip() for part in parts) if bare)


def _drawn(package: Package, part: str, sheet: Sheet, limits: Limits) -> None:
    """Texts of shapes and text boxes, one per paragraph."""
    for relation in _relations(package, part, limits).values():
        if relation.kind != "drawing":
            continue
        root = _part(package, relation.target, limits)
        for paragraph in root.iterfind(".//{*}txBody/{*}p") if root is not None else ():
            text = "".join(run.text or "" for run in paragraph.iter("{*}t"))
            if text.strip():
                sheet.drawn.append(text)
