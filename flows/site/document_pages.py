"""Writing the document pages: a few documents in memory at a time; those that have not changed are taken over."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Final

import msgspec
import polars as pl

from crawl.archive import Archive, ArchiveCorruption
from flows.site import words
from flows.site.details import NAMED
from flows.site.documents import Document, Grid, Sheet, make_document
from flows.site.grids import overlay_html, rows_html
from flows.site.history import History, shown
from flows.site.pictures import can_show, pictures
from flows.site.release import Release, Row
from flows.site.render import HERE, LANGUAGES, Pages
from flows.stage import Progress

CELLS_AT_ONCE: Final = 15_000
MOST_AT_ONCE: Final = 60
TABLES: Final = (
    "disclosures", "statements", "raw_cells", "findings", "issues", "revisions", "corrections", *NAMED,
)  # fmt: skip
NO_ARCHIVE: Final = (
    "本站不含原文图像（建站时没有给出数据目录）。",
    "This site holds no pictures of pages (it was built without the data root).",
)
NOT_KEPT: Final = (
    "没有原文图像：档案中没有这份文件，或它不能绘制。",
    "No pictures of its pages: the archive does not hold the document, or it cannot be drawn.",
)


@dataclass
class Made:
    """How the document pages came about."""

    documents: int = 0
    rendered: int = 0
    kept: int = 0
    pictures: int = 0


@cache
def code_digest() -> str:
    """Digest of what a document page follows from beside its rows: this package and what draws the pictures."""
    made = hashlib.sha256()
    for path in sorted(HERE.rglob("*")):
        if path.is_file() and path.suffix in (".py", ".html", ".js", ".css"):
            made.update(path.relative_to(HERE).as_posix().encode() + path.read_bytes())
    for package in ("pypdfium2", "pillow"):
        made.update(f"{package} {version(package)}".encode())
    return made.hexdigest()[:20]


def write_documents(
    pages: Pages, release: Release, archive: Archive | None, contact: str, progress: Progress
) -> tuple[Made, dict[str, str]]:
    """Every document's page. Returns what was done, and the fingerprints to remember."""
    listed = release.frame("documents", ["document_sha256", "n_cells"]).sort("document_sha256")
    known: dict[str, str] = pages.output.remembered.get("documents", {})
    made, fingerprints = Made(documents=listed.height), {}
    progress("site", 0, listed.height)
    history = History(release)
    for shard in _shards(list(listed.iter_rows())):
        tables = _rows_of(release, shard)
        tables["history"], tables["since"] = history.of(shard)
        for row in tables["documents"].get("", []):
            sha256 = str(row["document_sha256"])
            own = {name: rows.get(sha256, []) for name, rows in tables.items() if name != "documents"}
            key = sha256[:16]
            has_picture = archive is not None and can_show(str(row["kind"])) and archive.has(sha256)
            fingerprint = _fingerprint(row, own, contact, pages.base, archive is not None, has_picture)
            fingerprints[key] = fingerprint
            folders = [f"{language}/doc/{key}" for language in LANGUAGES]
            if known.get(key) == fingerprint and pages.output.keep(folders + ([f"pages/{key}"] if has_picture else [])):
                made.kept += 1
            else:
                document = make_document(row, own)
                made.pictures += _write(pages, document, archive if has_picture else None, contact, archive is None)
                made.rendered += 1
            pages.paths.append(f"doc/{key}/index.html")
            progress("site", made.kept + made.rendered, listed.height)
    return made, fingerprints


def _shards(listed: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    shard: list[str] = []
    cells = 0
    for sha256, count in listed:
        if shard and (cells + (count or 0) > CELLS_AT_ONCE or len(shard) >= MOST_AT_ONCE):
            yield shard
            shard, cells = [], 0
        shard.append(sha256)
        cells += count or 0
    if shard:
        yield shard


def _rows_of(release: Release, shard: Sequence[str]) -> dict[str, dict[str, list[Row]]]:
    """Table → document → rows, for these documents; `documents` has all of them under ""."""
    found: dict[str, dict[str, list[Row]]] = {}
    for table in ("documents", *TABLES):
        if not release.has(table, "document_sha256"):
            found[table] = {}
            continue
        column = pl.col("document_sha256")
        # the range lets whole row groups be passed over; the list then picks the documents
        wanted = column.is_between(pl.lit(min(shard)), pl.lit(max(shard))) & column.is_in(list(shard))
        if table == "revisions":
            wanted |= pl.col("replaces_sha256").is_in(list(shard))
        rows = release.scan(table).filter(wanted).collect().to_dicts()
        if table == "documents":
            found[table] = {"": sorted(rows, key=lambda row: str(row["document_sha256"]))}
            continue
        grouped: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            grouped[str(row["document_sha256"])].append(row)
            if table == "revisions":
                grouped[str(row["replaces_sha256"])].append(row)
        found[table] = grouped
    found["revision_cells"] = _revised(release, found.get("revisions", {}))
    return found


def _revised(release: Release, revisions: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Document → cells that differ between it and the file it replaces, or is replaced by."""
    known = {str(row["revision_id"]): row for rows in revisions.values() for row in rows}
    found: dict[str, list[Row]] = defaultdict(list)
    if not known or not release.has("revision_cells", "revision_id", "id_before", "id_after"):
        return found
    cells = release.scan("revision_cells").filter(pl.col("revision_id").is_in(list(known))).collect()
    for row in cells.iter_rows(named=True):
        of = known[row["revision_id"]]
        told = row | {"replaces_sha256": of["replaces_sha256"]}
        for name in {str(of["document_sha256"]), str(of["replaces_sha256"])}:
            found[name].append(told)
    return found


def _fingerprint(row: Row, tables: dict[str, list[Row]], *more: Any) -> str:
    made = hashlib.sha256(code_digest().encode())
    made.update(msgspec.json.encode([row, tables, more]))
    return made.hexdigest()[:24]


def _write(pages: Pages, document: Document, archive: Archive | None, contact: str, without_archive: bool) -> int:
    """The HTML of every part and language, and the pictures. Returns the number of pictures."""
    drawn = _pictures(pages, document, archive) if archive is not None else 0
    files = ["index.html", *(f"{number}.html" for number in range(2, len(document.parts) + 1))]
    kind = str(document.row["kind"])
    reason = None if drawn or not can_show(kind) else NO_ARCHIVE if without_archive else NOT_KEPT
    for part, sheets in enumerate(document.parts):
        refs = [ref for sheet in sheets for ref in _refs(sheet)]
        script = {
            "sha16": document.key,
            "sha256": document.row["document_sha256"],
            "contact": contact,
            "part": part,
            "files": files,
            "steps": document.steps if len(files) > 1 else [],
            "paragraphs": document.paragraphs if len(files) > 1 else [],
            "since": document.since,
        }
        grids = {block: rows_html(block) for sheet in sheets for block in sheet.blocks if isinstance(block, Grid)}
        overlay = [overlay_html(sheet) if sheet.picture else None for sheet in sheets]
        for language in LANGUAGES:
            pages.one(
                language,
                f"doc/{document.key}/{files[part]}",
                "document.html",
                document=document,
                place=words.place_name(document.county),
                part=part,
                files=files,
                sheets=sheets,
                grids=grids,
                overlay=overlay,
                details=script | document.details.block(refs, language),
                no_pictures=reason,
                shown=shown,
            )
    return drawn


def _refs(sheet: Sheet) -> Iterator[str]:
    for block in sheet.blocks:
        if isinstance(block, Grid):
            yield from (cell.ref for _, row in block.rows for cell in row if cell.told)
        elif block.told:
            yield block.ref


def _pictures(pages: Pages, document: Document, archive: Archive) -> int:
    sha256 = str(document.row["document_sha256"])
    sheets = {sheet.page: sheet for part in document.parts for sheet in part if sheet.page is not None}
    try:
        data = archive.get(sha256)
    except (OSError, ArchiveCorruption):
        return 0  # the archive is verified by its own command; here the page says that there is no picture
    count = 0
    for one in pictures(data, str(document.row["kind"]), sorted(sheets)):
        path = f"pages/{document.key}/{one.page}.webp"
        pages.output.write(path, one.webp)
        width = 920
        sheets[one.page].picture = {
            "src": path,
            "width": round(one.width, 1),
            "height": round(one.height, 1),
            "shown": (width, round(width * one.height / one.width)),
        }
        count += 1
    return count
