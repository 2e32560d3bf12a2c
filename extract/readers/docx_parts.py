"""The parts of a docx that carry printed text, parsed without entities, DTD or network, within bounds."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from lxml import etree

from extract.package import Package, member_key, open_package
from extract.readers.docx_text import XmlElement
from extract.readers.trouble import UnreadableDocument, damaged, issue
from extract.settings import MIB, Limits

_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
# ISO strict documents differ in their namespaces only
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
)


@dataclass
class Parts:
    """document: root of the main part. notes, page_fields: roots of footnote/endnote and header/footer parts.

    missing: names of parts that the document refers to and that cannot be read.
    """

    document: XmlElement
    styles: XmlElement | None = None
    numbering: XmlElement | None = None
    notes: list[XmlElement] = field(default_factory=list)
    page_fields: list[XmlElement] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def load_parts(data: bytes, limits: Limits) -> Parts:
    """Raises UnreadableDocument: too_large (inflated size, members), encrypted, damaged (no main part, DTD, XML)."""
    package = open_package(data)
    if package is None:
        raise UnreadableDocument(damaged("the zip directory is not whole"))
    check_bounds(package, limits)
    main = _main_part(package, limits)
    member = package.members.get(member_key(main))
    if member is None:
        raise UnreadableDocument(damaged(f"the main part {main} is missing"))
    if member.flags & 1:
        raise UnreadableDocument(
            issue("encrypted", "error", "Word 文档加密，需要密码", "an encrypted Word document that needs a password")
        )
    content = package.read(main, limits.max_inflated_bytes)
    if content is None:
        raise UnreadableDocument(damaged(f"the main part {main} cannot be unpacked"))
    parts = Parts(parse_xml(content))
    for kind, target in _related(package, main, limits):
        if kind not in {"styles", "numbering", "footnotes", "endnotes", "header", "footer"}:
            continue
        body = package.read(target, limits.max_inflated_bytes)
        try:
            root = parse_xml(body) if body is not None else None
        except UnreadableDocument as unreadable:
            if "DTD" in unreadable.issue.message_en:
                raise
            root = None
        if root is None:
            parts.missing.append(target)
        elif kind == "styles":
            parts.styles = root
        elif kind == "numbering":
            parts.numbering = root
        elif kind in {"footnotes", "endnotes"}:
            parts.notes.append(root)
        else:
            parts.page_fields.append(root)
    return parts


def parse_xml(content: bytes) -> XmlElement:
    """Root of `content`. Raises UnreadableDocument for broken XML and for any document type declaration."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise UnreadableDocument(damaged("its XML declares a DTD or entities, which Word never writes"))
    for strict, transitional in _STRICT:
        if strict in content[:8192]:
            content = content.replace(strict, transitional)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(damaged(f"broken XML ({error})"[:200])) from error
    if root.getroottree().docinfo.internalDTD is not None:  # in another encoding than the bytes above
        raise UnreadableDocument(damaged("its XML declares a DTD or entities, which Word never writes"))
    return root


def check_bounds(package: Package, limits: Limits) -> None:
    """Raises UnreadableDocument (too_large) for what a package declares to unpack to."""
    if package.declared_bytes > limits.max_inflated_bytes or len(package.members) > limits.max_members:
        shown = f"{package.declared_bytes / MIB:.0f} MiB, {len(package.members)}"
        raise UnreadableDocument(
            issue(
                "too_large",
                "error",
                f"解压后大小或成员数超过上限（{shown}；YUJUE_READ_MAX_INFLATED_BYTES、YUJUE_READ_MAX_MEMBERS）",
                f"unpacks to more than the limits allow ({shown} members; YUJUE_READ_MAX_INFLATED_BYTES, "
                "YUJUE_READ_MAX_MEMBERS)",
            )
        )


def _main_part(package: Package, limits: Limits) -> str:
    for kind, target in _related(package, "", limits):
        if kind == "officeDocument":
            return target
    return "word/document.xml"


def _related(package: Package, part: str, limits: Limits) -> list[tuple[str, str]]:
    """(last word of the relationship type, target part) of a part's relationships; a broken list gives none."""
    folder, name = posixpath.split(part)
    content = package.read(posixpath.join(folder, "_rels", f"{name}.rels"), limits.max_inflated_bytes)
    if content is None:
        return []
    try:
        root = parse_xml(content)
    except UnreadableDocument as unreadable:
        if "DTD" in unreadable.issue.message_en:
            raise
        return []
    related: list[tuple[str, str]] = []
    for relationship in root.iter(_RELATIONSHIP):
        if relationship.get("TargetMode") == "External":
            continue
        target = relationship.get("Target", "")
        resolved = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        related.append((relationship.get("Type", "").rpartition("/")[2], resolved))
    return related
