"""Scanned pages made from documents with a text layer, read by OCR and compared with that text layer.

    python benchmarks/scans.py ../shared/corpus/documents --pages 22 --out scans

Pages with ruled tables are drawn by lot (fixed seed), one place after the other, rendered at 200 dpi, turned by up to
1.5 degrees, dirtied (noise, specks, blur, JPEG) and stamped with a red seal over the table. Every number that stands
alone in a cell of the text layer is looked for in the cell at the same place of the scan. Printed: how many are exact,
how many of the others carry a low confidence, how many do not; seconds of CPU per page (one thread).
"""

from __future__ import annotations

import argparse
import io
import json
import math
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import tell
from extract.document import Box, Reading
from extract.readers import read_document
from extract.readers.pdf_page import PageContent
from extract.readers.pdf_pdfium import PdfiumEngine
from extract.readers.pdf_pieces import make_sheet
from extract.readers.scan import SURE
from extract.settings import read_limits

SEED = 20261123
DPI = 200
MOST_TILT = 1.5
LEAST_NUMBERS = 12
NUMBER = re.compile(r"[-－+]?[\d,，]*\d(?:[.．]\d+)?[%％]?")


@dataclass(frozen=True)
class Number:
    """A number that stands alone in a cell; box: of the cell on the page as shown, in points."""

    text: str
    box: Box


@dataclass
class Score:
    """Counts over numbers. flagged: wrong with a confidence below SURE; silent: wrong without that."""

    total: int = 0
    exact: int = 0
    flagged: int = 0
    silent: int = 0
    needless: int = 0
    cells: int = 0
    cells_exact: int = 0

    def add(self, other: Score) -> None:
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def bare(text: str) -> str:
    return "".join(text.split())


def place_of(path: Path) -> str:
    parts = path.name.split("_")
    return "_".join(parts[1:3]) if parts[0] == "RW" else parts[0]


def cells_of(page: PageContent) -> list[Number]:
    """All cells of ruled grids with their texts."""
    sheet = make_sheet(page)
    return [Number(cell.text, page.to_shown(cell.box)) for grid in sheet.grids for cell in grid.cells]


def candidates(folder: Path, rng: random.Random) -> Iterator[tuple[Path, int]]:
    """(document, page) over all places in turn; within a place by lot."""
    by_place: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.glob("*.pdf")):
        by_place[place_of(path)].append(path)
    queues = []
    for place in sorted(by_place):
        pages = []
        for path in by_place[place]:
            with pypdfium2.PdfDocument(path) as document:
                pages += [(path, number) for number in range(1, min(len(document), 60) + 1)]
        rng.shuffle(pages)
        queues.append(pages)
    rng.shuffle(queues)
    while any(queues):
        for queue in queues:
            if queue:
                yield queue.pop()


def draw(folder: Path, count: int, seed: int) -> list[tuple[Path, int, list[Number]]]:
    """`count` pages with at least LEAST_NUMBERS numbers in ruled cells and no trouble of their own."""
    rng = random.Random(seed)
    limits = read_limits()
    chosen: list[tuple[Path, int, list[Number]]] = []
    turns: dict[str, int] = defaultdict(int)
    for path, number in candidates(folder, rng):
        if len(chosen) >= count:
            break
        if turns[place_of(path)] > min(turns[place_of(p)] for p, _, _ in chosen) + 1 if chosen else False:
            continue
        engine = PdfiumEngine(path.read_bytes(), limits)
        page = engine.page(number)
        engine.close()
        found = cells_of(page)
        if page.unmapped or page.cut or sum(bool(NUMBER.fullmatch(bare(c.text))) for c in found) < LEAST_NUMBERS:
            continue
        turns[place_of(path)] += 1
        chosen.append((path, number, found))
    return chosen


def scanned(path: Path, number: int, rng: random.Random) -> tuple[bytes, float]:
    """A one-page PDF that holds only a picture of the page, and by how many degrees clockwise it is turned."""
    with pypdfium2.PdfDocument(path) as document:
        picture = document[number - 1].render(scale=DPI / 72).to_pil().convert("RGB")
    stamp(picture, rng)
    tilt = rng.uniform(-MOST_TILT, MOST_TILT)
    picture = picture.rotate(-tilt, Image.Resampling.BICUBIC, fillcolor="white")
    picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.7)))
    noise = np.random.default_rng(rng.getrandbits(32))
    values = np.asarray(picture).astype(np.float32) * 0.93 + 10
    values += noise.normal(0, rng.uniform(4, 9), values.shape[:2])[:, :, None]
    specks = noise.random(values.shape[:2])
    values[specks < 0.0006] = 40
    values[specks > 0.9994] = 250
    buffer = io.BytesIO()
    dirty = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    dirty.save(buffer, "PDF", resolution=DPI, quality=rng.randint(70, 88))
    return buffer.getvalue(), tilt


def stamp(picture: Image.Image, rng: random.Random) -> None:
    """A round red seal of 40 mm somewhere on the middle of the page, ink over ink as a real one."""
    size = round(40 / 25.4 * DPI)
    seal = Image.new("RGB", (size, size), "white")
    pen = ImageDraw.Draw(seal)
    red = (226, 50, 55)
    edge = round(size * 0.03)
    pen.ellipse((edge, edge, size - edge, size - edge), outline=red, width=round(size * 0.028))
    middle, radius = size / 2, size * 0.16
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.4
        angle = math.pi * (corner / 5 - 0.5)
        points.append((middle + reach * math.cos(angle), middle + reach * math.sin(angle)))
    pen.polygon(points, fill=red)
    for letter in range(13):  # strokes in place of the letters around the edge
        angle = math.pi * (0.85 + letter * 1.3 / 12)
        x, y = middle + size * 0.36 * math.cos(angle), middle + size * 0.36 * math.sin(angle)
        half = size * 0.035
        pen.rectangle((x - half, y - half, x + half, y + half), outline=red, width=4)
        pen.line((x - half, y, x + half, y), fill=red, width=3)
    seal = seal.rotate(rng.uniform(-25, 25), Image.Resampling.BICUBIC, fillcolor="white")
    x = round(rng.uniform(0.15, 0.85) * picture.width - size / 2)
    y = round(rng.uniform(0.25, 0.75) * picture.height - size / 2)
    box = (max(x, 0), max(y, 0), min(x + size, picture.width), min(y + size, picture.height))
    under = np.asarray(picture.crop(box)).astype(np.uint16)
    over = np.asarray(seal).astype(np.uint16)[box[1] - y : box[3] - y, box[0] - x : box[2] - x]
    picture.paste(Image.fromarray((under * over // 255).astype(np.uint8)), box[:2])


def turned(x: float, y: float, degrees: float, width: float, height: float) -> tuple[float, float]:
    angle, cx, cy = math.radians(degrees), width / 2, height / 2
    cos, sin = math.cos(angle), math.sin(angle)
    return cx + cos * (x - cx) - sin * (y - cy), cy + sin * (x - cx) + cos * (y - cy)


def compare(
    truth: Sequence[Number], reading: Reading, tilt: float, size: tuple[float, float]
) -> tuple[Score, list[str]]:
    """Counts of one page, and its wrong numbers in words."""
    cells = [cell for table in reading.tables() for cell in table.cells if cell.place.box is not None]
    score = Score()
    wrong: list[str] = []
    for number in truth:
        x0, top, x1, bottom = number.box
        x, y = turned((x0 + x1) / 2, (top + bottom) / 2, tilt, *size)
        best = None
        for cell in cells:
            a, b, c, d = cell.place.box or (0, 0, 0, 0)
            if a <= x <= c and b <= y <= d:
                off = math.hypot(x - (a + c) / 2, y - (b + d) / 2)
                if best is None or off < best[0]:
                    best = (off, cell)
        text = bare(best[1].text) if best else None
        want = bare(number.text)
        score.cells += 1
        score.cells_exact += text == want
        if not NUMBER.fullmatch(want):
            continue
        score.total += 1
        sure = best[1].confidence if best and best[1].confidence is not None else 0.0
        if text == want:
            score.exact += 1
            score.needless += sure < SURE
        else:
            flagged = best is not None and sure < SURE
            score.flagged += flagged
            score.silent += not flagged
            wrong.append(f"{want!r} read as {text!r} ({sure:.2f}{', told' if flagged else ', NOT TOLD'})")
    return score, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="documents (PDF) with a text layer")
    parser.add_argument("--pages", type=int, default=22)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, help="keep the scans here, with truth.json")
    parser.add_argument("--only", type=int, nargs="*", help="only these of the drawn pages")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    rng = random.Random(args.seed)
    total = Score()
    seconds: list[float] = []
    kept = []
    for order, (path, number, truth) in enumerate(draw(args.folder, args.pages, args.seed), start=1):
        data, tilt = scanned(path, number, rng)
        if args.only and order not in args.only:
            continue
        if args.out:
            args.out.mkdir(parents=True, exist_ok=True)
            (args.out / f"scan{order:02}.pdf").write_bytes(data)
            kept.append({"scan": order, "document": path.name, "page": number, "tilt": tilt})
        with pypdfium2.PdfDocument(data) as document:
            size = document[0].get_size()
        started = time.process_time()
        reading = read_document(data)
        seconds.append(time.process_time() - started)
        score, wrong = compare(truth, reading, tilt, size)
        total.add(score)
        print(f"{order:2} {path.name[:48]} p{number} tilt {tilt:+.2f}: {score.exact}/{score.total} numbers, "
              f"{score.cells_exact}/{score.cells} cells, {seconds[-1]:.1f} s", flush=True)  # fmt: skip
        for line in wrong[:12]:
            print("     ", line)
        if len(wrong) > 12:
            print("      …", len(wrong) - 12, "more")
    if args.out:
        (args.out / "pages.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
    share = 100 * total.exact / max(total.total, 1)
    print(f"{len(seconds)} pages: {total.exact} of {total.total} numbers exact ({share:.2f} %); wrong and told: "
          f"{total.flagged}, wrong and not told: {total.silent}; right but doubted: {total.needless}; all cells: "
          f"{total.cells_exact} of {total.cells} ({100 * total.cells_exact / max(total.cells, 1):.2f} %); "
          f"median {sorted(seconds)[len(seconds) // 2]:.1f} s, most {max(seconds):.1f} s CPU per page")  # fmt: skip
    tell(
        pages=len(seconds), exact=total.exact, numbers=total.total, share=share, told=total.flagged, silent=total.silent
    )


if __name__ == "__main__":
    main()
