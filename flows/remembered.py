"""What was learned from bodies of an object store, kept in the working copy: a night with nothing new asks for none.

What a body is follows from its bytes and the code that looks at them, so that it is learned once. In a folder looking
is cheap, and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from flows.files import write_atomically
from flows.settings import DataRoot


class Learned(msgspec.Struct):
    """code: what it follows from besides the bytes. known: digest → what was learned."""

    code: str
    known: dict[str, str | None] = {}


class Remembered:
    """Answers to one question about bodies. name: of the question; code: fingerprint of the code that answers it."""

    def __init__(self, root: DataRoot, name: str, code: str) -> None:
        self._file = None if root.url is None else root.path / f"learned-{name}.json"
        self._learned = Learned(code)
        self._is_new = False
        if self._file is not None and self._file.is_file():
            try:
                found = msgspec.json.decode(self._file.read_bytes(), type=Learned)
            except msgspec.MsgspecError:
                return
            if found.code == code:
                self._learned = found

    def of(self, sha256: str, learn: Callable[[], str | None]) -> str | None:
        """The answer for one body; None, and not kept, where learning fails for want of the body (OSError)."""
        known = self._learned.known
        if sha256 not in known:
            try:
                known[sha256] = learn()
            except OSError:
                return None
            self._is_new = True
        return known[sha256]

    def save(self) -> None:
        if self._file is not None and self._is_new:
            write_atomically(self._file, msgspec.json.encode(self._learned))
            self._is_new = False
