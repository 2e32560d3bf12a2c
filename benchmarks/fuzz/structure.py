"""Changes that keep a format what it is: other elements in XML and HTML, other operators and numbers in a page of PDF.

Changed bytes are mostly refused at the door; these come in, and meet what makes tables and facts.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from lxml import etree, html

from benchmarks.fuzz.mutate import mutate
from benchmarks.fuzz.packed import PdfParts, is_package, members, pack, pack_pdf, pdf_parts

_XML = (".xml", ".rels")
_DEEP = 60  # elements around an element
_MOST = 40  # copies

TEXTS = (
    "",
    " ",
    "0",
    "-",
    "—",
    "-0.00",
    "1,234.56",
    "１２．３",
    "(12.00)",
    "（9）",
    "1 2 3.4",
    "12.50\n13.50",
    "1.2.3",
    "9" * 40,
    "1e308",
    "#REF!",
    "∞",
    "²",
    "٣",
    "合计",
    "收入总计",
    "支出总计",
    "科目编码",
    "科目名称",
    "类",
    "款",
    "项",
    "201",
    "2010101",
    "单位：元",
    "单位：亿元",
    "金额单位：万元",
    "项目绩效目标表",
    "绩效指标",
    "一级指标",
    "三级指标",
    "指标值",
    "项目名称",
    "部门收支总表",
    "一般公共预算“三公”经费支出表",
    "一、",
    "其中：",
    "≥95%",
    "2024年部门预算",
    "二〇二四年",
    "=1+1",
    "\u202e12",
    "\u200b",
    "\ufeff合计",
    "\U00020000",
    "表" * 3_000,
)
VALUES = (
    "",
    "0",
    "-1",
    "1",
    "2",
    "7",
    "255",
    "65535",
    "99999",
    "2147483648",
    "1e9",
    "NaN",
    "auto",
    "true",
    "restart",
    "continue",
    "nil",
    "s",
    "inlineStr",
    "A1",
    "B2:A1",
    "A1:XFD1048576",
    "ZZZZ9",
    "rId1",
    "rId999",
    "../../x",
    "http://127.0.0.1/",
    "display:none",
    "100%",
)
_NUMBERS = ("0", "-1", "1", "0.001", "-0.5", "1e5", "9999999", "-9999999", "595.28", "2147483648", ".", "1.2.3", "12.5")
_LINES = (
    b"q",
    b"Q",
    b"BT",
    b"ET",
    b"S",
    b"f",
    b"n",
    b"W n",
    b"h",
    b"0 0 m",
    b"100 100 l S",
    b"60 60 400 0.5 re f",
    b"1 0 0 1 5 5 cm",
    b"0 1 -1 0 300 300 cm",
    b"0 0 0 0 0 0 cm",
    b"3 Tr",
    b"0 Tr",
    b"1 1 1 rg",
    b"/F1 0 Tf",
    b"/F1 9 Tf",
    b"/None 9 Tf",
    b"0 Tz",
    b"-100 TL",
    b"T*",
    b"[<0041> -2000 <0042>] TJ",
    b"<FFFF> Tj",
    b"(x",
    b"BI /W 9 /H 9 ID",
    b"/Fm0 Do",
    b"/Span BDC",
    b"EMC",
)
_TOKEN = re.compile(rb"(?<![\w.<(])-?\d+(?:\.\d+)?(?![\w>)])")
_WIDTHS = re.compile(rb"/W(?:idths)?\s*\[")
_HEX = re.compile(rb"<[0-9A-Fa-f]{4,}>")


# --------------------------------------------------------------------------------------------------------------- trees


def change_xml(body: bytes, chance: Random) -> bytes:
    """Well-formed XML with one to three elements, attributes or texts changed; of what is no XML, changed bytes."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError:
        return mutate(body, chance, [])
    _change_tree(root, chance)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def change_html(body: bytes, chance: Random) -> bytes | None:
    """A page with one to three of its elements changed; None of what is no page."""
    try:
        root = html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    _change_tree(root, chance)
    return bytes(html.tostring(root, encoding="utf-8"))


def _change_tree(root: Any, chance: Random) -> None:
    for _ in range(chance.choice((1, 1, 2, 3))):
        nodes = [node for node in root.iter() if isinstance(node.tag, str)]
        try:
            chance.choice(_OF_TREES)(root, chance.choice(nodes), nodes, chance)
        except (ValueError, TypeError):  # what lxml keeps out of a tree: control characters, a node in itself
            continue


def _remove(root: Any, node: Any, nodes: list[Any], chance: Random) -> None:
    if node is not root and node.getparent() is not None:
        node.getparent().remove(node)


def _repeat(root: Any, node: Any, nodes: list[Any], chance: Random) -> None:
    if node is not root and node.getparent() is not None and len(node) < 400:
        for _ in range(chance.choice((1, 1, 2, _MOST))):
            node.addnext(copy.deepcopy(node))


def _move(root: Any, node: Any, nodes: list[Any], chance: Random) -> None:
    other = chance.choice(nodes)
    if node is not root and not any(one is node for one in (other, *other.iterancestors())):
        other.insert(chance.randint(0, len(other)), node)


def _nest(root: Any, node: Any, nodes: list[Any], chance: Random) -> None:
    """As many elements of its kind around it."""
    parent = node.getparent()
    if node is root or parent is None:
        return
    at = parent.index(node)
    for _ in range(chance.choice((1, 3, _DEEP))):
        around = parent.makeelement(node.tag, dict(node.attrib))
        around.append(node)
        node = around
    parent.insert(at, node)


def _attribute(root: Any, node: Any, nodes: list[Any], chance: Random) -> None:
    having = [one for one in nodes if one.attrib]
    if not having:
        return
    node = chance.choice(having)
    name = chance.choice(list(node.attrib))
    if chance.random() < 0.2:
        del node.attrib[name]
    else:
        node.set(name, chance.choice(VALUES))


def _span(root: Any, node: Any, nodes: list[Any], chance: Random) -> None:
    """Spans of cells, where there are any."""
    spans = [(one, name) for one in nodes for name in one.attrib if name in ("rowspan", "colspan")]
    spans += [(one, name) for one in nodes if str(one.tag).endswith(("gridSpan", "vMerge")) for name in one.attrib]
    if spans:
        one, name = chance.choice(spans)
        one.set(name, chance.choice(("0", "1", "2", "3", "50", "-1", "99999", "x", "continue", "restart")))
    else:
        _attribute(root, node, nodes, chance)


def _text(root: Any, node: Any, nodes: list[Any], chance: Random) -> None:
    having = [one for one in nodes if (one.text or "").strip()]
    node = chance.choice(having or nodes)
    node.text = chance.choice(TEXTS) if chance.random() < 0.7 else (node.text or "") + chance.choice(TEXTS)


def _swap_text(root: Any, node: Any, nodes: list[Any], chance: Random) -> None:
    having = [one for one in nodes if (one.text or "").strip()]
    if len(having) > 1:
        one, other = chance.sample(having, 2)
        one.text, other.text = other.text, one.text


def _rename(root: Any, node: Any, nodes: list[Any], chance: Random) -> None:
    if node is not root:
        node.tag = chance.choice(nodes).tag


_OF_TREES: tuple[Callable[[Any, Any, list[Any], Random], None], ...] = (
    _remove,
    _repeat,
    _move,
    _nest,
    _attribute,
    _span,
    _text,
    _text,
    _swap_text,
    _rename,
)


# ------------------------------------------------------------------------------------------------------------- content


def change_content(body: bytes, chance: Random) -> bytes:
    """A page's operators with one to four of them changed: gone, repeated, moved, with other numbers or other codes."""
    lines = body.split(b"\n")
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(lines))
        match chance.randrange(8):
            case 0:
                del lines[at : at + chance.choice((1, 1, 2, 20))]
            case 1:
                lines[at:at] = lines[at : at + chance.choice((1, 3, 60))] * chance.choice((1, 1, 3))
            case 2:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                lines.insert(at, chance.choice(_LINES))
            case 4:
                lines[at] = _HEX.sub(lambda found: _code(found, chance), lines[at], count=1)
            case 5:
                lines[at:] = [] if chance.random() < 0.3 else lines[at:]
            case _:
                lines[at] = _numbers(lines[at], chance)
        lines = lines or [b""]
    return b"\n".join(lines)


def _numbers(line: bytes, chance: Random) -> bytes:
    """Another value for each number of a line with one chance in two."""

    def other(found: re.Match[bytes]) -> bytes:
        match chance.randrange(4):
            case 0:
                return chance.choice(_NUMBERS).encode()
            case 1:
                return b"%.3f" % (float(found[0]) + chance.choice((-200, -10, -0.4, 0.4, 10, 200)))
            case _:
                return found[0]

    return _TOKEN.sub(other, line)


def _code(found: re.Match[bytes], chance: Random) -> bytes:
    codes = found[0][1:-1]
    at = chance.randrange(len(codes))
    return b"<" + codes[:at] + b"%X" % chance.randrange(16) + codes[at + 1 :] + b">"


# ---------------------------------------------------------------------------------------------------------- whole files


def change_office(data: bytes, chance: Random) -> bytes | None:
    """A package with one member changed as XML or, less often, in its bytes; None of what is no package."""
    if not is_package(data):
        return None
    parts = list(members(data))
    large = max(range(len(parts)), key=lambda i: len(parts[i][1]) if "styles" not in parts[i][0] else 0)
    which = large if chance.random() < 0.6 else chance.randrange(len(parts))
    name, body = parts[which]
    if name.endswith(_XML) and chance.random() < 0.75:
        parts[which] = (name, change_xml(body, chance))
    else:
        parts[which] = (name, mutate(body, chance, [one for _, one in parts]))
    return pack(parts)


def change_pdf(data: bytes, chance: Random) -> bytes | None:
    """A PDF with one stream or one dictionary changed, its table of objects made anew; None where it has none."""
    parts = pdf_parts(data)
    if parts is None or not parts.objects:
        return None
    objects = list(parts.objects)
    pages = [i for i, one in enumerate(objects) if one.stream is not None and b" Tf" in one.stream]
    which = chance.choice(pages) if pages and chance.random() < 0.65 else chance.randrange(len(objects))
    one = objects[which]
    if one.stream is None or (which not in pages and chance.random() < 0.5):
        head = _numbers(one.head, chance) if chance.random() < 0.6 else mutate(one.head, chance, [])
        objects[which] = replace(one, head=head)
    elif which in pages and chance.random() < 0.85:
        objects[which] = replace(one, stream=change_content(one.stream, chance))
    else:
        objects[which] = replace(one, stream=mutate(one.stream, chance, []))
    return pack_pdf(PdfParts(tuple(objects), parts.trailer))


def change_widths(data: bytes, chance: Random) -> bytes | None:
    """A PDF with the dictionary of one font, where its widths stand, changed; None where it has none."""
    parts = pdf_parts(data)
    fonts = [i for i, one in enumerate(parts.objects) if _WIDTHS.search(one.head)] if parts is not None else []
    if parts is None or not fonts:
        return None
    objects = list(parts.objects)
    which = chance.choice(fonts)
    head = objects[which].head
    head = _numbers(head, chance) if chance.random() < 0.4 else mutate(head, chance, [])
    objects[which] = replace(objects[which], head=head)
    return pack_pdf(PdfParts(tuple(objects), parts.trailer))
