"""What the bytes of each body say of it, remembered by digest: which may be archives, which want LibreOffice.

To know it a body is read, once for all questions. Of a hundred thousand documents that is a minute and more each night
(in an object store: hours), for the same answers: so they are kept in `kinds.msgpack` of the data root (of one in an
object store: of its working copy, which asks for the bodies again where that is lost). Only what was said of sound
bytes is kept (a damaged body is looked at again), and only as long as the code that says it is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from crawl.archive import Archive
from crawl.unpack import may_be_archive
from extract.format import sniff
from extract.settings import read_limits
from flows.fingerprint import code_digest, digest
from flows.store import write_atomically

FILE: Final = "kinds.msgpack"
ARCHIVE: Final = "archive"
OFFICE: Final = "office"
XLSB: Final = "xlsb"
IN_MEMORY_BYTES: Final = 32 * 1024 * 1024
_KINDS: Final = frozenset({"doc", "rtf", "ppt", "pptx"})
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RTF: Final = b"{\\rtf"
_ZIP: Final = b"PK\x03\x04"
_TAIL_BYTES: Final = 256 * 1024


class Body:
    """A body that is looked at: whole in memory where it is not large, else asked for in pieces."""

    def __init__(self, archive: Archive, sha256: str) -> None:
        """Raises FileNotFoundError where there is none."""
        size = archive.size(sha256)
        if size is None:
            raise FileNotFoundError(sha256)
        self.archive, self.sha256, self.size = archive, sha256, size
        self._whole = archive.piece(sha256) if size <= IN_MEMORY_BYTES else None

    def piece(self, start: int = 0, end: int | None = None) -> bytes:
        """The bytes [start, end); a negative start counts from the end."""
        return self.archive.piece(self.sha256, start, end) if self._whole is None else self._whole[start:end]

    def is_sound(self) -> bool:
        if self._whole is None:
            return self.archive.verify(self.sha256)
        return hashlib.sha256(self._whole).hexdigest() == self.sha256


class Question(NamedTuple):
    """code: digest of the code that answers. look: the answer, "" for no."""

    code: str
    look: Callable[[Body], str]


def questions() -> dict[str, Question]:
    """By topic."""
    most = read_limits().max_bytes
    office = digest(code_digest(("extract.format",)), Path(__file__).read_bytes(), str(most))
    return {
        ARCHIVE: Question(code_digest(("crawl.unpack",)), _archive),
        OFFICE: Question(office, lambda body: _office(body, most)),
    }


class _File(msgspec.Struct):
    """code: topic → digest of the code. said: topic → document → answer ("": no)."""

    code: dict[str, str] = {}
    said: dict[str, dict[str, str]] = {}


@dataclass
class Kinds:
    """Answers about bodies, by topic. Opened from a data root and saved again after a topic was asked."""

    path: Path
    archive: Archive
    questions: Mapping[str, Question] = field(default_factory=questions)
    kept: _File = field(init=False)
    is_new: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        try:
            self.kept = msgspec.msgpack.decode(self.path.read_bytes(), type=_File)
        except (OSError, msgspec.MsgspecError):
            self.kept = _File()  # nothing, or damaged: asked again
        for topic, question in self.questions.items():
            if self.kept.code.get(topic) != question.code:
                self.kept.code[topic], self.kept.said[topic] = question.code, {}

    def ask(self, topic: str, documents: Iterable[str]) -> Mapping[str, str]:
        """Document → answer, of those whose answer is not "" and that have a body."""
        said, found = self.kept.said[topic], {}
        for sha256 in documents:
            answer = said.get(sha256)
            if answer is None:
                try:
                    answer = self._look(topic, sha256)
                except OSError:
                    continue  # the reading says so
            if answer:
                found[sha256] = answer
        if self.is_new:
            write_atomically(self.path, msgspec.msgpack.encode(self.kept))
            self.is_new = False
        return found

    def _look(self, topic: str, sha256: str) -> str:
        """The answer; the other questions are answered, too, while the body is at hand."""
        body = Body(self.archive, sha256)
        unknown = [one for one in self.questions if one == topic or sha256 not in self.kept.said[one]]
        answers = {one: self.questions[one].look(body) for one in unknown}
        if body.is_sound():
            self.is_new = True
            for one, answer in answers.items():
                self.kept.said[one][sha256] = answer
        return answers[topic]


def _archive(body: Body) -> str:
    return ARCHIVE if may_be_archive(body.piece(0, 64)) else ""


def _office(body: Body, most: int) -> str:
    """The kind, where it needs LibreOffice. Only what may be such a kind by its first bytes is looked through."""
    head = body.piece(0, 16)
    if body.size > most:
        return ""  # refused by the reading
    if head.startswith(_ZIP):
        # the directory of a zip lies at its end: a docx or xlsx (nearly all there are) is not looked through
        tail = body.piece(-_TAIL_BYTES)
        if b"xl/workbook.bin" in tail:
            kind = sniff(body.piece())
            return XLSB if kind.kind == "xlsx" and kind.trouble is None else ""
        if b"ppt/presentation.xml" not in tail:
            return ""
    elif not head.startswith((_OLE, _RTF)):
        return ""
    kind = sniff(body.piece())
    return kind.kind if kind.kind in _KINDS and kind.trouble is None else ""
