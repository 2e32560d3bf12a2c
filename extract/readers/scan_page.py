"""Picture of a page → the same page straight and clean: stamp taken off, tilt taken out, paper white, ink black.

Arrays are (height, width) of bytes, 0 black, 255 white. Nothing here knows letters or tables.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import cv2
import numpy as np

from extract.document import Box

if TYPE_CHECKING:
    Raster: TypeAlias = np.ndarray[Any, Any]

MOST_TILT: Final = 3.0  # degrees; a page lying more askew is read as it lies
_RED: Final = 40  # by how much red must outshine green and blue
_STAMP: Final = 48.0  # points: the smaller side of a seal (18 mm and more); red letters and lines are smaller
_INK: Final = 200  # of 255, after the paper is made white
_SPECK: Final = 0.55  # square points: dots of dirt; the smallest decimal point in use (6 pt type) has 0.6


@dataclass(frozen=True)
class Scan:
    """A straightened page. paper: gray values; ink: mask of dark pixels without specks.

    scale: pixels per point. tilt: degrees by which the page as shown is turned clockwise against this one.
    stamps: boxes of seals that were taken off, in points of the straight page.
    """

    paper: Raster
    ink: Raster
    scale: float
    tilt: float
    stamps: tuple[Box, ...]

    @property
    def width(self) -> float:
        return float(self.paper.shape[1] / self.scale)

    @property
    def height(self) -> float:
        return float(self.paper.shape[0] / self.scale)

    def leaning(self, box: Box, *, sideways: bool = False, back: bool = False) -> Box:
        """Box around `box` after the page is tilted as it was scanned (`back`: made straight), rounded to 0.01 pt.

        sideways: the box is in the frame of the page turned by a quarter.
        """
        angle, cx, cy = math.radians(-self.tilt if back else self.tilt), self.width / 2, self.height / 2
        if sideways:
            cx, cy = cy, cx
        cos, sin = math.cos(angle), math.sin(angle)
        corners = [(x - cx, y - cy) for x in (box[0], box[2]) for y in (box[1], box[3])]
        xs = [cx + cos * x - sin * y for x, y in corners]
        ys = [cy + sin * x + cos * y for x, y in corners]
        return (round(min(xs), 2), round(min(ys), 2), round(max(xs), 2), round(max(ys), 2))


def straighten(picture: Raster, scale: float) -> Scan:
    """The page of `picture` (height, width, 3: red, green, blue) at `scale` pixels per point."""
    gray, stamps = _without_stamps(picture, scale)
    tilt = _tilt(gray)
    if tilt:
        gray = _turned(gray, tilt)
    paper = _on_white(gray)
    smooth = cv2.GaussianBlur(paper, (3, 3), 0)
    ink = _without_specks((smooth < _INK).astype(np.uint8), _SPECK * scale * scale)
    scan = Scan(paper, ink, scale, tilt, ())
    return replace(scan, stamps=tuple(scan.leaning(box, back=True) for box in stamps))


def _without_stamps(picture: Raster, scale: float) -> tuple[Raster, list[Box]]:
    """Gray page on which seals are paper; their boxes. Red print smaller than a seal stays: it is text."""
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    red, green, blue = (picture[:, :, i].astype(np.int16) for i in range(3))
    reddish = (red - np.maximum(green, blue) > _RED).astype(np.uint8)
    if not cv2.countNonZero(reddish):
        return gray, []
    reach = max(3, round(3 * scale))
    joined = cv2.morphologyEx(reddish, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    stamps: list[Box] = []
    for label in range(1, count):
        x, y, w, h, _area = (int(v) for v in stats[label])
        if min(w, h) < _STAMP * scale:
            continue
        edge = round(2 * scale)
        rows, cols = slice(max(y - edge, 0), y + h + edge), slice(max(x - edge, 0), x + w + edge)
        # in the red channel red ink is nearly as bright as paper, and black print below it stays black
        channel = picture[rows, cols, 0]
        red_here = reddish[rows, cols] > 0
        inked = cv2.dilate(reddish[rows, cols], np.ones((3, 3), np.uint8)) > 0
        bright, white = float(np.median(channel[red_here])), float(np.median(channel[~inked]))
        lifted = cv2.convertScaleAbs(channel, alpha=max(1.0, white / max(bright, 80.0)))
        gray[rows, cols] = np.where(inked, lifted, channel)
        stamps.append((x / scale, y / scale, (x + w) / scale, (y + h) / scale))
    return gray, stamps


def _tilt(gray: Raster) -> float:
    """Degrees clockwise by which rulings and lines of text lean: where rows and columns of the page are sharpest."""
    shrink = min(1.0, 1100 / max(gray.shape))
    small = cv2.resize(gray, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    dark = cv2.subtract(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), small)
    dark = np.maximum(dark.astype(np.float32) - 40, 0)
    if float(dark.sum()) < 255 * 30:
        return 0.0
    best, reach, step = 0.0, MOST_TILT, 0.25
    for _ in range(3):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        scores = [_sharpness(_turned(dark, float(angle), 0)) for angle in angles]
        best = float(angles[int(np.argmax(scores))])
        reach, step = step, step / 5
    return round(best, 3) if abs(best) <= MOST_TILT + 0.3 else 0.0


def _sharpness(dark: Raster) -> float:
    total = 0.0
    for axis in (0, 1):
        profile = dark.sum(axis=axis)
        total += float(np.square(np.diff(profile)).sum())
    return total


def _turned(gray: Raster, degrees: float, border: int = 255) -> Raster:
    """Turned counter-clockwise about its middle, size kept."""
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    flags = cv2.INTER_LINEAR if border == 0 else cv2.INTER_CUBIC
    return cv2.warpAffine(
        gray, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=border
    )


def _on_white(gray: Raster) -> Raster:
    """Shading of paper and of filled cells becomes white: each pixel against the brightest about it."""
    small = cv2.resize(gray, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    ground = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8))
    ground = cv2.resize(cv2.blur(ground, (5, 5)), (gray.shape[1], gray.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(gray, np.maximum(ground, 60), scale=255)


def _without_specks(ink: Raster, smallest: float) -> Raster:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= smallest
    keep[0] = False
    return keep[labels].astype(np.uint8) if count > 1 else ink
