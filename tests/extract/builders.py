"""Small documents made on the spot: docx from a body, PDF from grids and texts. Formats only, no fonts embedded."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from extract.document import Reading, Table

CASES = Path(__file__).resolve().parents[1] / "cases"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMESPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def cases(input_name: str) -> list[Any]:
    """Folders of tests/cases that hold an input of this name.

    A case with a `trouble.txt` is one that we still read wrong: its expectation is right, and the file says what fails.
    """
    return [_case(path.parent) for path in sorted(CASES.glob(f"*/{input_name}"))]


def _case(folder: Path) -> Any:
    trouble = folder / "trouble.txt"
    if not trouble.is_file():
        return folder
    return pytest.param(folder, marks=pytest.mark.xfail(strict=True, reason=trouble.read_text("utf-8").strip()))


def expected(case: Path) -> list[Any]:
    return list(json.loads((case / "expected.json").read_text("utf-8")))


def seen(reading: Reading) -> list[Any]:
    """Blocks in the shape of expected.json: {"table": grid, "ruled"/… where set} or {"paragraph": text, "level"/…}."""
    blocks: list[Any] = []
    for block in reading.blocks:
        if isinstance(block, Table):
            entry: dict[str, Any] = {"table": texts(block)}
            if block.parent is not None:
                entry["parent"] = block.parent
            if not block.ruled:
                entry["ruled"] = False
            unruled = sorted({cell.row for cell in block.cells if not cell.ruled})
            if unruled:
                entry["unruled_rows"] = unruled
            if block.seams:
                entry["seams"] = [[seam.row, len(seam.dropped), seam.merged_row] for seam in block.seams]
        else:
            entry = {"paragraph": block.text}
            if block.level is not None:
                entry["level"] = block.level
            if block.role != "body":
                entry["role"] = block.role
        blocks.append(entry)
    return blocks


def texts(table: Table) -> list[list[str | None]]:
    return [[None if cell is None else cell.text for cell in row] for row in table.grid()]


def docx(body: str, *, styles: str = "", parts: dict[str, str] | None = None) -> bytes:
    """A docx whose main part has this body. parts: kind of part (footer, footnotes …) → its inner XML."""
    relations = [("styles", "styles.xml")] if styles else []
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", _relationships([("officeDocument", "word/document.xml")]))
        archive.writestr("word/document.xml", f"<w:document {_NAMESPACES}><w:body>{body}</w:body></w:document>")
        if styles:
            archive.writestr("word/styles.xml", f"<w:styles {_NAMESPACES}>{styles}</w:styles>")
        for kind, inner in (parts or {}).items():
            relations.append((kind, f"{kind}.xml"))
            archive.writestr(f"word/{kind}.xml", f"<w:part {_NAMESPACES}>{inner}</w:part>")
        archive.writestr("word/_rels/document.xml.rels", _relationships(relations))
    return buffer.getvalue()


def _relationships(relations: list[tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="r{i}" Type="{_TYPES}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(relations)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def pdf(pages: list[dict[str, Any]], *, latin: str = "") -> bytes:
    """A PDF of `pages`. One page: size [w, h]; texts [[x, top, size, text]]; grids; extra: raw content stream.

    A grid: xs, ys (edges, top left origin), spans [[row, col, rowspan, colspan]], cells {"row,col": text}; lines of a
    text by "\\n". Text is in STSong-Light (not embedded; readers know its characters): each is one size wide.
    In `extra` that font is /F; /L is Helvetica. latin: further entries of its dictionary.
    """
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 5 0 R "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /Ascent 880 /Descent -120 /CapHeight 700 "
        b"/ItalicAngle 0 /StemV 80 /FontBBox [0 -120 1000 880] >>",
        f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding {latin}>>".encode(),
    ]
    kids = []
    for page in pages:
        width, height = page.get("size", [595, 842])
        stream = _content(page, height).encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << /F 3 0 R /L 6 0 R >> >> >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _content(page: dict[str, Any], height: float) -> str:
    parts = [page.get("extra", "")]
    for x, top, size, text in page.get("texts", []):
        parts.append(_text(x, top, size, text, height))
    for grid in page.get("grids", []):
        parts.append(_grid(grid, height))
    return "\n".join(parts)


def _text(x: float, top: float, size: float, text: str, height: float) -> str:
    drawn = []
    for number, line in enumerate(text.split("\n")):
        baseline = height - top - size * 0.88 - number * size * 1.2
        drawn.append(f"BT /F {size} Tf {x} {baseline:.2f} Td <{line.encode('utf-16-be').hex()}> Tj ET")
    return "\n".join(drawn)


def _grid(grid: dict[str, Any], height: float) -> str:
    xs, ys = grid["xs"], grid["ys"]
    spans = {(r, c): (rs, cs) for r, c, rs, cs in grid.get("spans", [])}
    covered = {
        (r + i, c + j) for (r, c), (rs, cs) in spans.items() for i in range(rs) for j in range(cs) if (i, j) != (0, 0)
    }
    size = grid.get("size", 10)
    drawn = ["0.5 w"]
    for r in range(len(ys) - 1):
        for c in range(len(xs) - 1):
            if (r, c) in covered:
                continue
            rs, cs = spans.get((r, c), (1, 1))
            x0, y0, x1, y1 = xs[c], height - ys[r], xs[c + cs], height - ys[r + rs]
            for a, b in (((x0, y0), (x1, y0)), ((x0, y1), (x1, y1)), ((x0, y0), (x0, y1)), ((x1, y0), (x1, y1))):
                drawn.append(f"{a[0]} {a[1]} m {b[0]} {b[1]} l S")
            text = grid.get("cells", {}).get(f"{r},{c}")
            if text:
                drawn.append(_text(x0 + 3, ys[r] + 3, size, text, height))
    return "\n".join(drawn)
