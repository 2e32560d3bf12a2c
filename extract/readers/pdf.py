"""PDF documents with a text layer: grids, captions, paragraphs, page fields; pieces of tables stitched.

The engine behind it (characters and rulings of a page) is exchangeable: `pdf_page.PdfEngine`.
"""

from __future__ import annotations

import time

from extract.document import Issue, Place, Reading
from extract.readers.pdf_blocks import blocks_of
from extract.readers.pdf_objects import finds_its_objects
from extract.readers.pdf_page import PageContent, PageFailure, PdfEngine
from extract.readers.pdf_pdfium import PdfiumEngine
from extract.readers.pdf_pieces import Sheet, make_sheet
from extract.readers.pdf_streams import damaged_streams
from extract.readers.scan_document import INSTALL, Scans
from extract.readers.trouble import issue
from extract.readers.witness import witness
from extract.settings import Limits


def read_pdf(data: bytes, sha256: str, limits: Limits) -> Reading:
    """Reading of a PDF. Places have page, box and table, row, col or paragraph. Raises UnreadableDocument."""
    engine = PdfiumEngine(data, limits)
    issues: list[Issue] = []
    scans = Scans(data, sha256, limits)
    try:
        sheets = _sheets(engine, scans, limits, issues, sha256)
        n_pages = engine.n_pages
    finally:
        engine.close()
        scans.close()
    issues.extend(_broken_parts(data, sha256))
    if not any(sheet.lines or sheet.grids for sheet in sheets):
        issues.append(
            issue(
                "no_text_layer",
                "error",
                f"PDF 没有文字层（可能是扫描件），未能读取；识别扫描件需要 {INSTALL}；原件已按字节保存在档案中",
                "the PDF has no text layer (perhaps a scan) and was not read; scans need OCR: "
                f"{INSTALL}; the bytes are kept in the archive",
                sha256=sha256,
            )
        )
    blocks = scans.finish(blocks_of(sheets))
    method = scans.method(sum(bool(sheet.lines or sheet.grids) for sheet in sheets))
    issues.extend(scans.issues)
    reading = Reading(document_sha256=sha256, kind="pdf", method=method, n_pages=n_pages, blocks=blocks, issues=issues)
    if limits.witness_share > 0:
        reading.issues.extend(witness(data, reading, limits, limits.witness_share))
    return reading


def _broken_parts(data: bytes, sha256: str) -> list[Issue]:
    """What the bytes show of damage that the engine passes over."""
    found: list[Issue] = []
    if not finds_its_objects(data):
        found.append(
            issue(
                "objects_not_found",
                "warning",
                "文件的对象表不在其所指之处，或所列对象不在其处，读出的页与文字可能不全：请重新下载",
                "the file's table of objects is not where it says, or its objects are not; pages or text may be "
                "missing: fetch it again",
                sha256=sha256,
            )
        )
    broken, parts = damaged_streams(data)
    if not broken:
        return found
    return [
        *found,
        issue(
            "damaged_streams",
            "warning",
            f"文件内 {parts} 个压缩部分中有 {broken} 个损坏，读出的文字可能不全或有误：请重新下载",
            f"{broken} of the {parts} compressed parts of the file are damaged; text may be missing or wrong: fetch it "
            "again",
            sha256=sha256,
            count=broken,
        ),
    ]


# ------------------------------------------------------------------------------------------------------------ pages
def _sheets(engine: PdfEngine, scans: Scans, limits: Limits, issues: list[Issue], sha256: str) -> list[Sheet]:
    sheets: list[Sheet] = []
    read_to = 0
    started = time.monotonic()
    n_cells = 0
    for page in engine.pages():
        read_to = page.number
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
        scanned = scans.read(page)
        issues.extend(_page_issues(page, limits, sha256, scanned is not None))
        sheet = make_sheet(scanned or page)
        issues.extend(_overprinted(sheet, sha256))
        issues.extend(_cut_numbers(sheet, sha256))
        n_cells += sum(len(grid.cells) for grid in sheet.grids)
        sheets.append(sheet)
        if time.monotonic() - started > limits.max_seconds or n_cells > limits.max_cells:
            break
    if read_to < engine.n_pages:
        issues.append(
            issue(
                "pages_cut",
                "error",
                f"只读了前 {read_to} 页，共 {engine.n_pages} 页：达到上限"
                "（YUJUE_READ_MAX_PAGES、_MAX_SECONDS、_MAX_CELLS）",
                f"only the first {read_to} of {engine.n_pages} pages were read: a limit was reached "
                "(YUJUE_READ_MAX_PAGES, _MAX_SECONDS, _MAX_CELLS)",
                sha256=sha256,
                place=Place(page=read_to + 1),
            )
        )
    return sheets


def _overprinted(sheet: Sheet, sha256: str) -> list[Issue]:
    return [
        issue(
            "overprinted_text",
            "warning",
            f"第 {sheet.number} 页有文字重叠印在一起，按绘制的先后分开读取，请对照原件",
            f"texts on page {sheet.number} are printed over each other; they were told apart by the order in which "
            "the page draws them: compare with the original",
            sha256=sha256,
            place=Place(sheet.number, sheet.frame.to_shown(box)),
        )
        for box in sheet.overprinted
    ]


def _cut_numbers(sheet: Sheet, sha256: str) -> list[Issue]:
    return [
        issue(
            "number_cut_by_ruling",
            "warning",
            f"第 {sheet.number} 页有一个数被框线从中切开，各位数字分在两格（或表格之外），请对照原件",
            f"a ruling of page {sheet.number} runs through a number: its digits stand in two cells, or beside the "
            "table: compare with the original",
            sha256=sha256,
            place=Place(sheet.number, sheet.frame.to_shown(box)),
        )
        for box in sheet.cut_numbers
    ]


_SLICED_LINE = 10  # characters: fewer are no line of text


def _page_issues(page: PageContent, limits: Limits, sha256: str, by_ocr: bool) -> list[Issue]:
    found: list[Issue] = []
    place = Place(page=page.number)
    if page.unmapped:
        found.append(
            issue(
                "unmapped_characters",
                "warning",
                f"第 {page.number} 页有 {page.unmapped} 个字符的字体没有文字编码，"
                + ("改由图像识别" if by_ocr else "读作“\ufffd”"),
                f"{page.unmapped} characters of page {page.number} are in a font without a mapping to text; "
                + ("the page was read by OCR" if by_ocr else "read as \ufffd"),
                sha256=sha256,
                place=place,
                count=page.unmapped,
            )
        )
    if page.hidden:
        found.append(
            issue(
                "hidden_text",
                "info",
                f"第 {page.number} 页有 {page.hidden} 个字符被裁剪、不会印出，未读",
                f"{page.hidden} characters of page {page.number} are clipped away and never printed; left out",
                sha256=sha256,
                place=place,
                count=page.hidden,
            )
        )
    if page.sliced >= _SLICED_LINE:
        found.append(
            issue(
                "sliced_text",
                "info",
                f"第 {page.number} 页有 {page.sliced} 个字符被边框横向切断，只露出一部分",
                f"{page.sliced} characters of page {page.number} are cut lengthwise by an edge: only a part of "
                f"each is seen",
                sha256=sha256,
                place=place,
                count=page.sliced,
            )
        )
    if page.slanted:
        found.append(
            issue(
                "slanted_text",
                "info",
                f"第 {page.number} 页有斜排文字（多为水印），不计入正文和表格：“{page.slanted[:100]}”",
                f"text is written across page {page.number} (a watermark as a rule); left out of its text and tables: "
                f"{page.slanted[:100]!r}",
                sha256=sha256,
                place=place,
                count=len(page.slanted),
            )
        )
    if page.wrong_widths:
        found.append(
            issue(
                "widths_contradict_glyphs",
                "warning",
                f"第 {page.number} 页有 {page.wrong_widths} 个字符的字宽与字形不符（过窄则后字压在其上，"
                "相邻的相同数字可能只读出一个；过宽则占到别的格），请对照原件",
                f"the widths of {page.wrong_widths} characters of page {page.number} contradict their glyphs: where "
                "too little, the next one stands on it, and of two equal digits side by side one may be missing; where "
                "too much, it reaches into other cells: compare with the original",
                sha256=sha256,
                place=place,
                count=page.wrong_widths,
            )
        )
    if page.given_up:
        limits_met = "; ".join(page.given_up)
        found.append(
            issue(
                "rulings_given_up",
                "warning",
                f"第 {page.number} 页的框线过多，部分表格可能只读作文字（{limits_met}），请对照原件",
                f"page {page.number} has more rulings than a table; some tables may be read as text only "
                f"({limits_met}): compare with the original",
                sha256=sha256,
                place=place,
                count=len(page.given_up),
            )
        )
    if page.cut:
        found.append(
            issue(
                "page_cut",
                "error",
                f"第 {page.number} 页的图形对象超过上限 {limits.max_page_objects}，未读表格"
                "（YUJUE_READ_MAX_PAGE_OBJECTS）",
                f"page {page.number} has more than {limits.max_page_objects} objects; its tables were not read "
                "(YUJUE_READ_MAX_PAGE_OBJECTS)",
                sha256=sha256,
                place=place,
            )
        )
    if not page.chars and page.n_images and not by_ocr:
        found.append(
            issue(
                "page_without_text",
                "warning",
                f"第 {page.number} 页只有图片，没有文字，未读取；识别扫描件需要 {INSTALL}",
                f"page {page.number} holds a picture and no text; it was not read; scans need OCR: {INSTALL}",
                sha256=sha256,
                place=place,
            )
        )
    return found
