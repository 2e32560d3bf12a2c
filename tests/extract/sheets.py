"""Small workbooks made on the spot: xlsx from rows of values."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.sax.saxutils import escape

from extract.readers.sheet_model import column_name

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def xlsx(sheets: list[dict[str, Any]], *, properties: str = "") -> bytes:
    """A workbook. One sheet: name, state, rows, unruled_rows, hidden_rows, hidden_columns (0-based), merges, extra.

    A cell: None (absent), a text, a number, or {"v": value, "format": code, "formula": …, "xml": whole cell content}.
    """
    formats = ["General"]
    parts: dict[str, str] = {}
    for number, sheet in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(sheet, formats)
    styles = "".join(f'<numFmt numFmtId="{200 + i}" formatCode={_quoted(code)}/>' for i, code in enumerate(formats))
    # two cell formats per code: without and with borders
    xfs = "".join(f'<xf numFmtId="{200 + i}" borderId="{b}"/>' for i in range(len(formats)) for b in (0, 1))
    line = '<border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/></border>'
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{styles}</numFmts><borders><border/>{line}</borders>'
        f"<cellXfs>{xfs}</cellXfs></styleSheet>"
    )
    listed = "".join(
        f'<sheet name={_quoted(sheet.get("name", f"Sheet{n}"))} sheetId="{n}" r:id="r{n}" '
        f'state="{sheet.get("state", "visible")}"/>'
        for n, sheet in enumerate(sheets, start=1)
    )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr {properties}/><sheets>{listed}</sheets></workbook>'
    )
    relations = [(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    parts["xl/_rels/workbook.xml.rels"] = _relations([*relations, ("s", "styles", "styles.xml")])
    parts["_rels/.rels"] = _relations([("w", "officeDocument", "xl/workbook.xml")])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _types(len(sheets)))
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _sheet(sheet: dict[str, Any], formats: list[str]) -> str:
    rows = ""
    unruled = set(sheet.get("unruled_rows", []))
    hidden = set(sheet.get("hidden_rows", []))
    for r, row in enumerate(sheet["rows"]):
        cells = "".join(
            _cell(f"{column_name(c)}{r + 1}", value, r not in unruled, formats)
            for c, value in enumerate(row)
            if value is not None
        )
        rows += f'<row r="{r + 1}"{" hidden=" + chr(34) + "1" + chr(34) if r in hidden else ""}>{cells}</row>'
    cols = "".join(f'<col min="{c + 1}" max="{c + 1}" hidden="1"/>' for c in sheet.get("hidden_columns", []))
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in sheet.get("merges", []))
    zeros = "" if sheet.get("show_zeros", True) else '<sheetViews><sheetView showZeros="0"/></sheetViews>'
    return (
        f'<worksheet xmlns="{MAIN}">{zeros}{f"<cols>{cols}</cols>" if cols else ""}<sheetData>{rows}</sheetData>'
        f"{f'<mergeCells>{merges}</mergeCells>' if merges else ''}{sheet.get('extra', '')}</worksheet>"
    )


def _cell(address: str, value: Any, ruled: bool, formats: list[str]) -> str:
    details = value if isinstance(value, dict) else {"v": value}
    code = details.get("format", "General")
    if code not in formats:
        formats.append(code)
    style = formats.index(code) * 2 + (1 if ruled else 0)
    start = f'<c r="{address}" s="{style}"'
    if "xml" in details:
        return f"{start}{details['xml']}</c>"
    formula = f"<f>{escape(details['formula'])}</f>" if "formula" in details else ""
    content = details.get("v")
    if content is None or content == "":
        return f"{start}>{formula}</c>"
    if isinstance(content, str):
        return f'{start} t="inlineStr"><is><t xml:space="preserve">{escape(content)}</t></is></c>'
    return f"{start}>{formula}<v>{content!r}</v></c>"


def _types(count: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    parts = [("workbook", "sheet.main"), ("styles", "styles")]
    parts += [(f"worksheets/sheet{number}", "worksheet") for number in range(1, count + 1)]
    inner = "".join(f'<Override PartName="/xl/{part}.xml" ContentType="{kind}{name}+xml"/>' for part, name in parts)
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{inner}</Types>'
    )


def _relations(relations: list[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{to}"/>' for i, kind, to in relations)
    return f'<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'


def _quoted(text: str) -> str:
    return '"' + escape(text, {'"': "&quot;"}) + '"'
