"""Limits of reading: every document is hostile until read. The only module of `extract` that sees the environment."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on one document; a bound that is reached becomes an issue that names it.

    max_bytes: size of the file. max_inflated_bytes: all members of a zip package together. max_members: of a package.
    max_pages: pages of a PDF that are read. max_seconds: wall time for the pages of one PDF.
    max_cells: cells of one document. max_columns: columns of one table (and the largest span taken at its word).
    max_page_objects: characters, rulings and rectangles of one PDF page.
    max_convert_seconds: wall time for one document in LibreOffice, apart from its start.
    max_ocr_pages: pages of one document read by OCR. max_ocr_pixels: of the picture of one page.
    max_ocr_page_seconds: wall time for recognizing one page.
    witness_share: 0–1, share of PDF pages that the second engine reads too (`readers.witness`).
    """

    max_bytes: int = 64 * MIB
    max_inflated_bytes: int = 512 * MIB
    max_members: int = 20_000
    max_pages: int = 1_500
    max_seconds: int = 900
    max_cells: int = 2_000_000
    max_columns: int = 512
    max_page_objects: int = 400_000
    max_ocr_pages: int = 300
    max_ocr_pixels: int = 12_000_000
    max_ocr_page_seconds: int = 120
    max_convert_seconds: int = 60
    witness_share: float = 0.0


def read_limits() -> Limits:
    """The limits, each overridable by YUJUE_READ_<NAME> (a positive integer; WITNESS_SHARE: 0–1).

    Raises ValueError naming a wrong one.
    """
    changed: dict[str, Any] = {}
    for field in fields(Limits):
        variable = f"YUJUE_READ_{field.name.upper()}"
        printed = os.environ.get(variable)
        if printed is None or not printed.strip():
            continue
        if field.name == "witness_share":
            changed[field.name] = _share(variable, printed)
            continue
        if not printed.strip().isdecimal() or int(printed) < 1:
            raise ValueError(f"{variable}={printed!r}: expected a positive whole number")
        changed[field.name] = int(printed)
    return Limits(**changed)


def _share(variable: str, printed: str) -> float:
    try:
        share = float(printed)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError(f"{variable}={printed!r}: expected a number from 0 to 1")
    return share


def find_soffice() -> Path | None:
    """LibreOffice: YUJUE_READ_SOFFICE where it is set (empty: none is to be used), else the one on the path."""
    named = os.environ.get("YUJUE_READ_SOFFICE")
    found = named if named is not None else shutil.which("soffice") or shutil.which("libreoffice")
    return Path(found) if found and Path(found).is_file() else None
