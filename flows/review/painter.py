"""Pages as pictures, painted in a process of their own: a hostile PDF may end it, not the review.

`python -m flows.review.painter` reads frames on stdin (msgpack [sha256, bytes or None, page, pixels of width]) and
answers on stdout ([status, payload, width, height in points]). The last documents stay open, so that only the first
page of one costs its opening.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import math
import os
import resource
import select
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any, Final

import msgspec

# Nothing of ours but this: what the process imports is what the first picture waits for.
from flows.settings import worker_environment

MAX_PIXELS: Final = 16_000_000
MAX_SIDE: Final = 9_000
SECONDS: Final = 30  # of one picture
MEMORY_MIB: Final = 3072
OPEN: Final = 3  # documents the process keeps open
KEPT: Final = 48  # pictures in memory
PR_SET_PDEATHSIG: Final = 1
MAX_BODY: Final = 400 * 1024 * 1024


@dataclass(frozen=True)
class Picture:
    """A page: PNG, and its size in points as shown."""

    png: bytes
    width: float
    height: float


@dataclass
class Painter:
    """Paints pages, one at a time; a process that is late or dead is replaced at the next picture."""

    _process: subprocess.Popen[bytes] | None = None
    _known: OrderedDict[str, None] = field(default_factory=OrderedDict)  # documents the process has
    _kept: OrderedDict[tuple[str, int, int], Picture | None] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def picture(self, sha256: str, body: Callable[[], bytes | None], page: int, width: int) -> Picture | None:
        """The page, `width` pixels wide; None where it cannot be painted (no bytes, no such page, late, damaged).

        body: gives the bytes of the document; asked only where they are not with the process.
        """
        key = (sha256, page, width)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = self._paint(sha256, body, page, width)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    def close(self) -> None:
        with self._lock:
            self._end()

    def _paint(self, sha256: str, body: Callable[[], bytes | None], page: int, width: int) -> Picture | None:
        try:
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            told = None if sha256 in self._known else body()
            if (told is None and sha256 not in self._known) or len(told or b"") > MAX_BODY:
                return None
            _write(process.stdin, msgspec.msgpack.encode([sha256, told, page, width]))
            ready, _, _ = select.select([process.stdout], [], [], SECONDS)
            reply = _read(process.stdout) if ready else None
            if reply is None:
                self._end()
                return None
        except OSError:
            self._end()
            return None
        status, png, wide, high = msgspec.msgpack.decode(reply, type=tuple[str, bytes, float, float])
        self._known[sha256] = None
        self._known.move_to_end(sha256)
        while len(self._known) > OPEN:
            self._known.popitem(last=False)
        return Picture(png, wide, high) if status == "ok" else None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flows.review.painter"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=worker_environment(),
            )
        return self._process

    def _end(self) -> None:
        self._known.clear()
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        process.wait()


def _write(stream: IO[bytes], payload: bytes) -> None:
    stream.write(len(payload).to_bytes(8, "big") + payload)
    stream.flush()


def _read(stream: IO[bytes]) -> bytes | None:
    """The next frame; None at the end of the stream."""
    head = stream.read(8)
    payload = stream.read(int.from_bytes(head, "big")) if len(head) == 8 else b""
    return payload or None


# ------------------------------------------------------------------------------------------------------ in the process


class _Sheets:
    """The pages of one document: of a PDF, or of a picture."""

    def __init__(self, body: bytes) -> None:
        self._pdf: Any = None
        self._pictures: dict[int, Any] = {}
        if b"%PDF-" in body[:1024]:
            import pypdfium2  # noqa: PLC0415 - only what the process needs

            self._pdf = pypdfium2.PdfDocument(body)
        else:
            self._pictures = dict(enumerate(_frames(body), start=1))

    def paint(self, page: int, width: int) -> tuple[bytes, float, float]:
        """(PNG, width and height in points). Raises KeyError for a page that is not there."""
        if self._pdf is None:
            image, scale = self._pictures[page]
            wide, high = image.width / scale, image.height / scale
            image = image.resize(_pixels(wide, high, width))
        else:
            if not 1 <= page <= len(self._pdf):
                raise KeyError(page)
            sheet = self._pdf[page - 1]
            wide, high = sheet.get_size()
            image = sheet.render(scale=_pixels(wide, high, width)[0] / wide).to_pil().convert("RGB")
            sheet.close()
        out = io.BytesIO()
        # a page of few colours is a tenth of the size with a palette, and painted in a third of the time
        image.quantize(64, method=2, dither=0).save(out, format="PNG", compress_level=4)
        return out.getvalue(), float(wide), float(high)

    def close(self) -> None:
        if self._pdf is not None:
            self._pdf.close()


def _frames(body: bytes) -> list[tuple[Any, float]]:
    """Frames of a picture and their pixels per point, as the scan reader has them."""
    from PIL import Image  # noqa: PLC0415

    from extract.readers.scan_document import frames  # noqa: PLC0415
    from extract.settings import read_limits  # noqa: PLC0415

    return [(Image.fromarray(paper), scale) for paper, scale in frames(body, read_limits())]


def _pixels(wide: float, high: float, width: int) -> tuple[int, int]:
    """Pixels of a page of so many points, `width` wide unless that is too much."""
    scale = width / max(wide, 1.0)
    scale = min(scale, math.sqrt(MAX_PIXELS / max(wide * high, 1.0)), MAX_SIDE / max(wide, high, 1.0))
    return max(1, round(wide * scale)), max(1, round(high * scale))


def _bound() -> None:
    """Limit the address space, leave no core, and die with the parent, where the system can (as `flows.worker`)."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MIB * 1024**2, MEMORY_MIB * 1024**2))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _bound()
    open_: OrderedDict[str, _Sheets] = OrderedDict()
    while (frame := _read(sys.stdin.buffer)) is not None:
        sha256, body, page, width = msgspec.msgpack.decode(frame, type=tuple[str, bytes | None, int, int])
        try:
            if sha256 not in open_:
                open_[sha256] = _Sheets(body or b"")
            open_.move_to_end(sha256)
            while len(open_) > OPEN:
                open_.popitem(last=False)[1].close()
            answer: tuple[str, bytes, float, float] = ("ok", *open_[sha256].paint(page, width))
        except Exception:  # noqa: BLE001 - whatever a hostile document does: there is no picture of it
            answer = ("none", b"", 0.0, 0.0)
        _write(replies, msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    main()
