"""What the bytes of each body say of it, remembered by digest: which are archives, which want LibreOffice.

To know it the first bytes are read, and the directory of a zip. Of a hundred thousand documents that is a minute and
more each night, for the same answer: so it is kept in `kinds.msgpack` of the data root (of one in an object store: of
its working copy, which asks for the bodies again where that is lost). Only what was said of sound bytes is kept (a
damaged body is looked at again), and only as long as the code that says it is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from crawl.archive import Archive
from flows.store import write_atomically

FILE: Final = "kinds.msgpack"


class _File(msgspec.Struct):
    """code: topic → digest of the code. said: topic → document → answer ("": no)."""

    code: dict[str, str] = {}
    said: dict[str, dict[str, str]] = {}


@dataclass
class Kinds:
    """Answers about bodies, by topic. Opened from a data root and saved again after a topic was asked."""

    path: Path
    archive: Archive
    kept: _File = field(init=False)

    def __post_init__(self) -> None:
        try:
            self.kept = msgspec.msgpack.decode(self.path.read_bytes(), type=_File)
        except (OSError, msgspec.MsgspecError):
            self.kept = _File()  # nothing, or damaged: asked again

    def ask(self, topic: str, code: str, documents: Iterable[str], look: Callable[[str], str]) -> Mapping[str, str]:
        """Document → answer, of those whose answer is not "". look: at a body; raises OSError where there is none."""
        if self.kept.code.get(topic) != code:
            self.kept.code[topic], self.kept.said[topic] = code, {}
        said, found, new = self.kept.said[topic], {}, False
        for sha256 in documents:
            answer = said.get(sha256)
            if answer is None:
                try:
                    answer = look(sha256)
                except OSError:
                    continue
                if self.archive.verify(sha256):
                    said[sha256], new = answer, True
            if answer:
                found[sha256] = answer
        if new:
            write_atomically(self.path, msgspec.msgpack.encode(self.kept))
        return found
