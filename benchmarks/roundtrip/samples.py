"""The grid and the printers of the sample county (`data/samples/maker`), which is no installed package."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "data" / "samples"))

from maker import docx_out, html_out  # type: ignore[import-not-found]
from maker.grid import Grid, GridCell  # type: ignore[import-not-found]

__all__ = ["Grid", "GridCell", "docx_out", "html_out"]
