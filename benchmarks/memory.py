"""Memory over many documents in a row in one process: the peak must be reached early and then stay.

    python benchmarks/memory.py [FILE…] [--documents 2000] [--early 500] [--every 10]

Every document is a new one: small PDFs, docx, workbooks and pages with other text each time, every fifth broken (cut
short, bytes turned over, not what it begins with); every tenth is one of the FILES in turn. Of each only what a night
needs is done: `read_document`, then the Reading is let go. A picture comes first, as the models of OCR take more than
all else, and of a document one page at most is read by OCR. Printed: a Markdown table of peak and present resident
memory (MiB) on the way, and how much both grew from `--early` to the end. Exit code 1: by more than `--bound`.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, the package beside it is not installed

from benchmarks.figures import tell  # noqa: E402
from extract.readers import read_document  # noqa: E402
from tests.extract.builders import docx, pdf  # noqa: E402
from tests.extract.sheets import xlsx  # noqa: E402

BOUND = 16.0  # MiB: noise of the allocator; a Reading kept of each small document would be more over 1,500 of them
_TERMS = ("预算收入", "基本支出", "项目支出", "一般公共服务", "公用经费", "行政运行", "上年结转", "合计", "因公出国")


# ------------------------------------------------------------------------------------------------------ small documents
def _rows(chance: random.Random) -> list[list[str]]:
    def amount() -> str:
        return f"{chance.randrange(10**7) / 100:,.2f}"

    body = [
        [f"{chance.choice(_TERMS)}{chance.randrange(1000)}", amount(), amount()] for _ in range(chance.randint(3, 25))
    ]
    return [["项目", "本年", "上年"], *body]


def _pdf(chance: random.Random) -> bytes:
    pages = []
    for number in range(chance.randint(1, 3)):
        rows = _rows(chance)
        grid = {
            "xs": [50, 250, 380, 510],
            "ys": [100 + 22 * row for row in range(len(rows) + 1)],
            "cells": {f"{r},{c}": text for r, row in enumerate(rows) for c, text in enumerate(row)},
        }
        pages.append(
            {
                "texts": [[200, 60, 16, f"表{chance.randrange(10**6)}"], [290, 800, 10, f"— {number + 1} —"]],
                "grids": [grid],
            }
        )
    return pdf(pages)


def _docx(chance: random.Random) -> bytes:
    def cell(text: str) -> str:
        return f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    rows = "".join(f"<w:tr>{''.join(map(cell, row))}</w:tr>" for row in _rows(chance))
    return docx(f"<w:p><w:r><w:t>{chance.choice(_TERMS)}{chance.random()}</w:t></w:r></w:p><w:tbl>{rows}</w:tbl>")


def _xlsx(chance: random.Random) -> bytes:
    return xlsx([{"name": f"表{chance.randrange(10**6)}", "rows": [list(row) for row in _rows(chance)]}])


def _html(chance: random.Random) -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in _rows(chance))
    body = f"<h1>{chance.random()}</h1><table>{rows}</table><p>{chance.choice(_TERMS) * 40}</p>"
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>公开</title></head><body>{body}</body></html>".encode()
    )


def _broken(whole: bytes, chance: random.Random) -> bytes:
    """Cut short, with bytes turned over, or with the beginning of another kind."""
    match chance.randrange(4):
        case 0:
            return whole[: chance.randrange(len(whole))]
        case 1:
            data = bytearray(whole)
            for _ in range(20):
                data[chance.randrange(len(data))] = chance.randrange(256)
            return bytes(data)
        case 2:
            return chance.choice((b"%PDF-1.7\n", b"PK\x03\x04", b"<html>")) + chance.randbytes(2000)
    return chance.randbytes(chance.randrange(3000))


_MAKERS: tuple[Callable[[random.Random], bytes], ...] = (_pdf, _docx, _xlsx, _html)


def _picture() -> bytes:
    """A picture with something like print on it: what makes OCR load its models, where it is installed."""
    page = Image.new("L", (600, 400), 255)
    draw = ImageDraw.Draw(page)
    for row in range(6):
        draw.text((40, 40 + 50 * row), "2026 1,234.56", fill=0, font_size=28)
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()


def documents(count: int, files: Sequence[Path], every: int, seed: int = 0) -> Iterator[bytes]:
    """`count` documents, the same for the same seed: a picture, then new ones, every fifth broken; every `every`-th is
    one of `files`.
    """
    chance = random.Random(seed)
    yield _picture()
    for number in range(2, count + 1):
        if files and number % every == 0:
            yield files[number // every % len(files)].read_bytes()
            continue
        made = _MAKERS[number % len(_MAKERS)](chance)
        yield _broken(made, chance) if number % 5 == 4 else made


# --------------------------------------------------------------------------------------------------------- measurement
def peak() -> float:
    """Highest resident memory of this process so far, MiB."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def present() -> float | None:
    """Resident memory now, MiB; None where the system does not tell."""
    told = Path("/proc/self/statm")
    return int(told.read_text("ascii").split()[1]) * resource.getpagesize() / 1024**2 if told.is_file() else None


def run(
    count: int, files: Sequence[Path], *, every: int, marks: Sequence[int], keep: bool = False
) -> dict[int, tuple[float, float | None]]:
    """(peak, present) after each number of documents in `marks`; told on the way. keep: no Reading is let go."""
    kept: list[object] = []
    os.environ["YUJUE_READ_MAX_OCR_PAGES"] = "1"
    seen: dict[int, tuple[float, float | None]] = {}
    outcome: Counter[str] = Counter()
    start = time.monotonic()
    for number, data in enumerate(documents(count, files, every), start=1):
        reading = read_document(data)
        outcome["read" if reading.blocks else "refused"] += 1
        if keep:
            kept.append(reading)
        if number in marks or number == count:
            seen[number] = (peak(), present())
            now = f"{seen[number][1]:.0f}" if seen[number][1] is not None else "–"
            said = ", ".join(f"{name} {n}" for name, n in sorted(outcome.items()))
            print(f"| {number} | {said} | {time.monotonic() - start:.0f} | {seen[number][0]:.0f} | {now} |", flush=True)
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--early", type=int, default=500)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--bound", type=float, default=BOUND, help="MiB by which the peak may grow")
    parser.add_argument("--keep", action="store_true", help="keep every Reading, to see that the bound tells")
    parser.add_argument("--no-ocr", action="store_true", help="as where OCR is not installed")
    options = parser.parse_args()
    if options.no_ocr:
        sys.modules["rapidocr"] = None  # type: ignore[assignment]  # an import of it fails from now on
    print("| documents | outcome | s | peak MiB | present MiB |", "|---:|---|---:|---:|---:|", sep="\n")
    marks = sorted({options.early, *range(options.early, options.documents + 1, max(1, options.documents // 8))})
    seen = run(options.documents, options.files, every=options.every, marks=marks, keep=options.keep)
    (peak_then, present_then), (peak_now, present_now) = seen[options.early], seen[options.documents]
    growth = max(peak_now - peak_then, (present_now or 0.0) - (present_then or 0.0))
    print(
        f"\nMemory grew by {growth:.1f} MiB from {options.early} to {options.documents} documents "
        f"(bound: {options.bound:.0f} MiB)."
    )
    tell(documents=options.documents, early=options.early, early_peak=peak_then, end_peak=peak_now, growth=growth)
    sys.exit(growth > options.bound)


if __name__ == "__main__":
    main()
