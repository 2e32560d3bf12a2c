"""Picture of one line of text → its characters, each with its place in the line and its confidence.

The models (PP-OCRv6: line finder and line reader) lie in the wheel of `rapidocr`; they are opened from there by path,
so that nothing is ever fetched. One thread each: a worker of the night has one core.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import cv2
import numpy as np
import onnxruntime

if TYPE_CHECKING:
    Raster: TypeAlias = np.ndarray[Any, Any]

PixelBox: TypeAlias = tuple[int, int, int, int]  # x0, top, x1, bottom

_FINDER: Final = "PP-OCRv6_det_small.onnx"
_READER: Final = "PP-OCRv6_rec_small.onnx"
_HEIGHT: Final = 48  # pixels of a line as the reader was trained
_STRIDE: Final = 8  # pixels of such a line per step of its answer
_WIDEST: Final = 3200
_BATCH_PIXELS: Final = 4096  # width of all lines of one run together: bounds memory
_FOUND: Final = 0.3  # probability from which a pixel belongs to a line of text …
_SURE: Final = 0.5  # … and the mean from which a patch of them is one


@dataclass(frozen=True)
class ReadChar:
    """One character. at: its middle along the line, 0–1. sure: 0–1."""

    text: str
    at: float
    sure: float


class LineReader:
    """Both models, loaded once. deadline: on the monotonic clock; reading past it raises TimeoutError.

    Raises ModuleNotFoundError or FileNotFoundError where the wheel lacks them.
    """

    def __init__(self) -> None:
        spec = find_spec("rapidocr")
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError("rapidocr")
        folder = Path(spec.origin).parent / "models"
        for name in (_FINDER, _READER):
            if not (folder / name).is_file():
                raise FileNotFoundError(f"rapidocr without {name}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        providers = ["CPUExecutionProvider"]
        self._finder = onnxruntime.InferenceSession(str(folder / _FINDER), options, providers=providers)
        self._reader = onnxruntime.InferenceSession(str(folder / _READER), options, providers=providers)
        self.deadline = math.inf
        known = self._reader.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._alphabet = ["", *known, " "]

    def read(self, lines: Sequence[Raster]) -> list[list[ReadChar]]:
        """Characters of each picture (gray, dark on white, one line of text each, its height about the type's)."""
        prepared = [_at_height(line) for line in lines]
        found: list[list[ReadChar]] = [[] for _ in lines]
        batch: list[int] = []
        width = 0
        for index in sorted(range(len(lines)), key=lambda i: prepared[i].shape[1]):
            wider = _rounded(prepared[index].shape[1])
            if batch and (wider * (len(batch) + 1) > _BATCH_PIXELS or wider > 1.5 * width + 32):
                self._run(batch, prepared, found)
                batch = []
            if not batch:
                width = wider
            batch.append(index)
        if batch:
            self._run(batch, prepared, found)
        return found

    def _run(self, batch: list[int], prepared: list[Raster], found: list[list[ReadChar]]) -> None:
        if time.monotonic() > self.deadline:
            raise TimeoutError
        width = _rounded(max(prepared[i].shape[1] for i in batch))
        block = np.zeros((len(batch), 3, _HEIGHT, width), np.float32)
        for row, index in enumerate(batch):
            block[row, :, :, : prepared[index].shape[1]] = prepared[index].astype(np.float32) / 127.5 - 1
        answer = self._reader.run(None, {self._reader.get_inputs()[0].name: block})[0]
        best, sure = answer.argmax(axis=2), answer.max(axis=2)
        for row, index in enumerate(batch):
            found[index] = self._decoded(best[row], sure[row], prepared[index].shape[1])

    def _decoded(self, best: Raster, sure: Raster, width: int) -> list[ReadChar]:
        """CTC: equal neighbours are one character, 0 is none. A character's confidence is its best step's."""
        chars: list[ReadChar] = []
        step = 0
        while step < len(best):
            letter, start = int(best[step]), step
            while step < len(best) and best[step] == letter:
                step += 1
            if letter:
                at = ((start + step) / 2) * _STRIDE / width
                text = self._alphabet[letter] if letter < len(self._alphabet) else ""
                chars.append(ReadChar(text, min(max(at, 0.0), 1.0), float(sure[start:step].max())))
        return chars

    def find(self, page: Raster, longest: int = 1280) -> list[PixelBox]:
        """Boxes of the lines of text on a gray page, in its pixels, top to bottom."""
        height, width = page.shape
        shrink = min(1.0, longest / max(height, width))
        size = (max(32, round(width * shrink / 32) * 32), max(32, round(height * shrink / 32) * 32))
        small = cv2.resize(page, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 127.5 - 1
        block = np.repeat(small[None, None], 3, axis=1)
        heat = self._finder.run(None, {self._finder.get_inputs()[0].name: block})[0][0, 0]
        mask = cv2.dilate((heat > _FOUND).astype(np.uint8), np.ones((2, 2), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
        fx, fy = width / size[0], height / size[1]
        boxes: list[PixelBox] = []
        for label in range(1, count):
            x, y, w, h, area = (int(v) for v in stats[label])
            inside = heat[y : y + h, x : x + w][labels[y : y + h, x : x + w] == label]
            if min(w, h) < 3 or float(inside.mean()) < _SURE:
                continue
            grow = area * 1.6 / (2 * (w + h))  # the finder marks the core of a line; this gives its letters back
            x0, x1 = max(0.0, (x - grow) * fx), min(float(width), (x + w + grow) * fx)
            top, bottom = max(0.0, (y - grow) * fy), min(float(height), (y + h + grow) * fy)
            boxes.append((round(x0), round(top), round(x1), round(bottom)))
        return sorted(boxes, key=lambda box: (box[1], box[0]))


def _rounded(width: int) -> int:
    return max(32, -(-width // 32) * 32)


def _at_height(line: Raster) -> Raster:
    height, width = line.shape
    wide = min(max(round(width * _HEIGHT / max(height, 1)), 8), _WIDEST)
    shrinks = height > _HEIGHT
    return cv2.resize(line, (wide, _HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
