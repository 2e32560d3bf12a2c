"""Web pages whose body is the disclosure: tables, headings and paragraphs of the main content, in order.

What the site prints around the content (navigation, footers, lists of links) is kept as page fields after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from extract.document import Block, Issue, Paragraph, Place, Reading, Table
from extract.readers.docx_text import XmlElement
from extract.readers.headings import numbered_depth
from extract.readers.trouble import UnreadableDocument, damaged, issue
from extract.readers.web_css import StyleSheet
from extract.readers.web_drawn import drawn_pages, read_drawn
from extract.readers.web_paths import Paths
from extract.readers.web_runs import DrawnPage
from extract.readers.web_table import build_table, flat, is_data_table, printed_text, stray_texts, visible
from extract.settings import Limits

_NO_TEXT = frozenset(
    {"script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "head", "meta", "link"}
    | {"select", "option", "button", "input", "textarea"}
)
_FURNITURE = frozenset({"nav", "header", "footer", "aside"})
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins", "kbd"}
    | {"label", "mark", "o:p", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup"}
    | {"time", "tt", "u", "var", "wbr", "br"}
)
_MAIN_SHARE = 0.7  # of the text that is no link: a child with that much of it holds the content
_TABLES_SHARE = 0.4  # enough for a child that holds every table of the page
_DEEPEST = 200
_SHORTEST_TITLE = 8  # characters: a shorter text that begins the <title> is the name of a column or an office
_FURNITURE_NAME = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|menu|header|footer|foot|topbar|crumbs?|breadcrumbs?|sidebar|copyright|share)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
_FURNITURE_TEXT = 400  # characters: more text than this is not taken for furniture by the name of its class
_MANY_PLACED = 200  # texts at absolute positions on a page that is not read as a drawn one
_ICON = 40  # pixels: a smaller picture holds no table
_ICON_NAME = re.compile(r"icon|filetype|logo|sprite", re.IGNORECASE)


def read_html(data: bytes, sha256: str, limits: Limits) -> Reading:
    """Reading of a page. Places have address (element path), and table, row, col or paragraph.

    Raises UnreadableDocument.
    """
    root = parse_html(data)
    body = root.find("body")
    body = body if body is not None else root
    for element in list(body.iter(etree.Comment, etree.ProcessingInstruction)):
        element.drop_tree()
    walk = _Walk(root, limits)
    css = StyleSheet.of_page(root)
    drawn = drawn_pages(body, css, limits)
    if drawn:
        return _read_drawn_page(body, drawn, walk, sha256, limits)
    main = _main_content(body)
    heading = _heading_before(body, main)
    if heading is not None:
        walk.paragraph(heading, printed_text(heading), 1)
    walk.blocks_of(main)
    walk.leave_out = {main} if heading is None else {main, heading}
    walk.as_page_fields = True
    if main is not body:
        walk.blocks_of(body)
    issues = walk.issues(sha256)
    placed = sum(bool((e.text or "").strip()) and css.places(e) for e in body.iter(etree.Element))
    if placed > _MANY_PLACED:
        issues.append(_positioned_text(placed, sha256))
    if not any(not isinstance(b, Paragraph) or b.role == "body" for b in walk.blocks):
        issues.append(
            issue("no_text", "error", "网页正文没有文字", "the page holds no text in its body", sha256=sha256)
        )
    return Reading(document_sha256=sha256, kind="html", method="html", n_pages=None, blocks=walk.blocks, issues=issues)


def _read_drawn_page(body: XmlElement, drawn: list[DrawnPage], walk: _Walk, sha256: str, limits: Limits) -> Reading:
    """A page that draws its document at absolute positions: the site's title, the drawn pages, then the rest."""
    elements = {page.element for page in drawn}
    heading = _heading_before(body, drawn[0].element)
    if heading is not None:
        walk.paragraph(heading, printed_text(heading), 1)
        walk.leave_out = {heading}
    found = read_drawn(drawn, sha256, limits, tables=0, paragraphs=walk.n_paragraphs)
    walk.take(found.blocks, found.hidden, found.pictures)
    walk.leave_out = {*walk.leave_out, *elements}
    walk.as_page_fields = True
    if body not in elements:
        walk.blocks_of(body)
    issues = [*found.issues, *walk.issues(sha256)]
    return Reading(
        document_sha256=sha256,
        kind="html",
        method="html",
        n_pages=found.n_pages,
        blocks=walk.blocks,
        issues=issues,
    )


def _positioned_text(count: int, sha256: str) -> Issue:
    return issue(
        "positioned_text",
        "warning",
        "网页用绝对定位画出文字，但位置不全或只占一部分，其中的表格未识别",
        "the page draws text at absolute positions that are not all stated, or only in part; tables drawn so "
        "were not read",
        sha256=sha256,
        count=count,
    )


def parse_html(data: bytes) -> html.HtmlElement:
    """Root of the page: bytes are UTF-8 if they are valid UTF-8, UTF-16 with its mark, else GB18030. No network."""
    text = decode(data)
    # beyond 256 levels (tags never closed, as old sites have them) the parser leaves the rest of the page out and says
    # so only in its log; asked for huge trees it goes down to 2048
    for huge in (False, True):
        parser = html.HTMLParser(
            encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=huge, collect_ids=False
        )
        try:
            root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
            raise UnreadableDocument(damaged(f"no HTML could be parsed ({error})"[:200])) from error
        if not any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
            return root
    raise UnreadableDocument(damaged("elements nested too deeply"))


def decode(data: bytes) -> str:
    """Text of a page or a text file. What the page says of its own charset is not trusted: 21 of 1,706 are wrong."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError as other:
            # a few broken bytes: take the encoding that holds out longer
            return data.decode("utf-8-sig" if error.start >= other.start else "gb18030", "replace")


def _main_content(body: XmlElement) -> XmlElement:
    """The element that holds the content: descend as long as one child has most of the text that is no link."""
    weights: dict[XmlElement, int] = {}
    for element in body.iter(etree.Element):
        weights[element] = 0
    for element in reversed(list(weights)):
        if element.tag in _NO_TEXT or element.tag == "a" or element.tag in _FURNITURE or not visible(element):
            weights[element] = 0
            continue
        weights[element] += len("".join((element.text or "").split()))
        for child in element:
            weights[element] += weights.get(child, 0) + len("".join((child.tail or "").split()))
    tables = [t for t in body.iter("table") if weights.get(t) and is_data_table(t)]
    at = body
    while True:
        if at.tag == "table" and is_data_table(at):
            parent = at.getparent()
            return at if parent is None else parent
        inner = max((c for c in at if c in weights), key=lambda c: weights[c], default=None)
        if inner is None or inner.tag in _INLINE | {"p"}:
            return at
        holds_all_tables = bool(tables) and all(inner is t or inner in t.iterancestors() for t in tables)
        if weights[inner] < (_TABLES_SHARE if holds_all_tables else _MAIN_SHARE) * max(weights[at], 1):
            return at
        at = inner


def _heading_before(body: XmlElement, main: XmlElement) -> XmlElement | None:
    """The page's own title, where it stands before the content: the last h1 or h2 above it, outside navigation,
    or else what the page's <title> says, printed above the content."""
    found = None
    titled = None
    title = "".join((body.getroottree().getroot().findtext("head/title") or "").split())
    inside = {main, *main.iterancestors()}
    for element in body.iter(etree.Element):
        if element is main:
            break
        if element in inside or element.tag in _NO_TEXT or not visible(element):
            continue
        is_heading = element.tag in {"h1", "h2"}
        if not is_heading and len(element) > 3:
            continue
        printed = "".join(printed_text(element).split()) if is_heading or title else ""
        if len(printed) <= 4 or any(a.tag in _FURNITURE for a in element.iterancestors()):
            continue
        if is_heading:
            found = element
        elif len(printed) >= _SHORTEST_TITLE and title.startswith(printed) and not _has_block(element):
            titled = element
    return found if found is not None else titled


class _Walk:
    """Collects blocks; numbers tables and paragraphs as it goes."""

    def __init__(self, root: XmlElement, limits: Limits) -> None:
        self.blocks: list[Block] = []
        self.as_page_fields = False
        self.leave_out: set[XmlElement] = set()
        self._paths = Paths(root)
        self._limits = limits
        self.n_paragraphs = 0
        self._n_tables = 0
        self._n_cells = 0
        self._hidden = 0
        self._pictures = 0
        self._cut = 0
        self._too_deep = 0

    def blocks_of(self, parent: XmlElement, depth: int = 0) -> None:
        """Blocks inside `parent`; text that stands directly in it, between blocks, is a paragraph of its own."""
        if depth > _DEEPEST:
            self._too_deep += 1
            for text in _all_texts(parent, self.leave_out):
                self.paragraph(parent, text, None)
            return
        inline: list[str] = [flat(parent.text)]
        for child in parent:
            if not isinstance(child.tag, str) or child.tag in _NO_TEXT or child in self.leave_out:
                inline.append(flat(child.tail))
                continue
            self._note_pictures(child)
            if not visible(child):
                self._hidden += 1 if printed_text(child).strip() else 0
            elif child.tag in _INLINE and not _has_block(child):
                inline.append("\n" if child.tag == "br" else printed_text(child, strip=False))
                inline.append(flat(child.tail))
                continue
            else:
                self._flush(parent, inline)
                self._block(child, depth)
            inline.append(flat(child.tail))
        self._flush(parent, inline)

    def take(self, blocks: list[Block], hidden: int, pictures: int) -> None:
        """Blocks read elsewhere, numbered on from those here."""
        self.blocks.extend(blocks)
        self.n_paragraphs = max([self.n_paragraphs, *(b.number for b in blocks if isinstance(b, Paragraph))])
        self._n_tables = max([self._n_tables, *(_last_number(b) for b in blocks if isinstance(b, Table))])
        self._hidden += hidden
        self._pictures += pictures

    def paragraph(self, element: XmlElement, text: str, level: int | None) -> None:
        if not text.strip():
            return
        self.n_paragraphs += 1
        place = Place(paragraph=self.n_paragraphs, address=self._paths.path(element))
        role = "page_field" if self.as_page_fields else "body"
        if level is None and not self.as_page_fields:
            depth = numbered_depth(text)
            level = None if depth is None else depth + 2
        self.blocks.append(Paragraph(self.n_paragraphs, text, (place,), level, role))  # type: ignore[arg-type]

    def _note_pictures(self, element: XmlElement) -> None:
        """Counts pictures of the content that may hold printed text: not those of menus, no icons."""
        if not self.as_page_fields and element.tag == "img" and visible(element):
            self._pictures += not _is_icon(element)
        elif not self.as_page_fields and element.tag in _INLINE and not _has_block(element):
            self._pictures += sum(not _is_icon(image) for image in element.iter("img"))

    def _block(self, element: XmlElement, depth: int) -> None:
        tag = element.tag
        if not self.as_page_fields and (tag in _FURNITURE or _is_furniture(element)):
            was, self.as_page_fields = self.as_page_fields, True
            self.blocks_of(element, depth + 1)
            self.as_page_fields = was
        elif tag == "table" and is_data_table(element) and not self.leave_out.intersection(element.iter()):
            self._table(element, None)
        elif re.fullmatch(r"h[1-6]", tag) and not _has_block(element):
            self.paragraph(element, printed_text(element), None if self.as_page_fields else int(tag[1]))
        else:
            self.blocks_of(element, depth + 1)

    def _table(self, element: XmlElement, parent: int | None) -> None:
        self._n_tables += 1
        number = self._n_tables
        built = build_table(element, number, parent, self._limits.max_columns, self._paths)
        table = built.table
        self._n_cells += len(table.cells)
        if not self.as_page_fields and parent is None:
            self._pictures += sum(not _is_icon(image) for image in element.iter("img"))
        self._cut += built.cut
        self._hidden += built.hidden
        if self._n_cells > self._limits.max_cells:
            raise UnreadableDocument(
                issue(
                    "too_large",
                    "error",
                    f"单元格超过上限 {self._limits.max_cells}（YUJUE_READ_MAX_CELLS）",
                    f"more than {self._limits.max_cells} cells (limit YUJUE_READ_MAX_CELLS)",
                )
            )
        for caption in element.findall("caption"):
            self.paragraph(caption, printed_text(caption), None)
        for text in stray_texts(element):
            self.paragraph(element, text, None)
        if self.as_page_fields:
            for cell in table.cells:
                self.paragraph(element, cell.text, None)
        else:
            self.blocks.append(table)
        for text in built.beyond:
            self.paragraph(element, text, None)
        for inner in built.nested:
            self._table(inner, number)

    def _flush(self, parent: XmlElement, inline: list[str]) -> None:
        text = squeeze("".join(inline))
        inline.clear()
        for line in text.split("\n"):  # a whole article may be one element whose paragraphs end with <br>
            self.paragraph(parent, line, None)

    def issues(self, sha256: str) -> list[Issue]:
        found: list[Issue] = []
        if self._too_deep:
            found.append(
                issue(
                    "nested_too_deeply",
                    "warning",
                    f"网页元素嵌套超过 {_DEEPEST} 层，其中的文字逐段读取，表格未识别",
                    f"elements nested deeper than {_DEEPEST}: their text was read piece by piece, without tables",
                    sha256=sha256,
                    count=self._too_deep,
                )
            )
        if self._hidden:
            found.append(
                issue(
                    "hidden_text",
                    "info",
                    "有隐藏文字，页面上不显示，未读取",
                    "hidden text, which the page does not show, was left out",
                    sha256=sha256,
                    count=self._hidden,
                )
            )
        if self._pictures:
            found.append(
                issue(
                    "page_images_not_read",
                    "warning",
                    f"正文有 {self._pictures} 张图片，其中的文字未读取",
                    f"the content holds {self._pictures} pictures; text in them was not read",
                    sha256=sha256,
                    count=self._pictures,
                )
            )
        if self._cut:
            found.append(
                issue(
                    "too_many_columns",
                    "warning",
                    f"表格列数超过上限 {self._limits.max_columns}（YUJUE_READ_MAX_COLUMNS），"
                    "跨列已截短，其后的单元格读作段落",
                    f"a table has more than {self._limits.max_columns} columns (limit YUJUE_READ_MAX_COLUMNS); "
                    "spans were cut, and cells behind it are read as paragraphs",
                    sha256=sha256,
                    count=self._cut,
                )
            )
        return found


def _is_furniture(element: XmlElement) -> bool:
    """A short part named as navigation, head or foot of the site, without a table and without a heading of its own."""
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    if len(named) > 300 or not _FURNITURE_NAME.search(named):
        return False
    if any(is_data_table(table) for table in element.iter("table")) or element.find(".//h1") is not None:
        return False
    text = len("".join(printed_text(element).split()))
    links = sum(len("".join(printed_text(link).split())) for link in element.iter("a"))
    return text <= _FURNITURE_TEXT or links * 2 > text


def _is_icon(image: XmlElement) -> bool:
    sizes = [(image.get(name) or "").removesuffix("px").strip() for name in ("width", "height")]
    small = any(size.isdecimal() and len(size) < 8 and int(size) <= _ICON for size in sizes)
    return small or not image.get("src") or bool(_ICON_NAME.search(image.get("src", "")[:500]))


def _last_number(table: Table) -> int:
    return max([table.number, *(seam.table for seam in table.seams)])


def _all_texts(element: XmlElement, leave_out: set[XmlElement]) -> Iterator[str]:
    """Texts inside the element one by one, whatever they stand in."""
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walk:
        if event == "end":
            text = "" if inner is element else flat(inner.tail)
        elif inner.tag in _NO_TEXT or inner in leave_out or not visible(inner):
            walk.skip_subtree()
            continue
        else:
            text = flat(inner.text)
        if text.strip():
            yield text.strip(" ")


def squeeze(text: str) -> str:
    """White space as a browser shows it; `\\n` stands only where the page breaks the line."""
    lines = (re.sub(r"[ \t\r\f\v]+", " ", line).strip(" ") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _has_block(element: XmlElement) -> bool:
    return any(True for _ in _blocks_in(element))


def _blocks_in(element: XmlElement) -> Iterator[XmlElement]:
    for inner in element.iterdescendants(etree.Element):
        if inner.tag not in _INLINE and inner.tag not in _NO_TEXT:
            yield inner
