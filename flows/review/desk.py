"""Where decisions become entries of files: verdicts, and corrections of our reading. Never an edit of data."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from filelock import FileLock

from flows import errors
from flows.reviews import Verdict, head_of, parse_verdicts, scalar, write_verdicts
from flows.store import write_atomically
from normalize.correction import Correction, load_corrections, parse_corrections
from normalize.strict import FileTrouble

LOCAL: Final = "local"
MAX_UNDO: Final = 500


@dataclass(frozen=True)
class Done:
    """A decision that can be undone: the file, what it was before (None: not there) and after, what it was about."""

    path: Path
    before: bytes | None
    after: bytes
    about: str
    url: str


@dataclass
class Desk:
    """The files of one reviewer's sitting. reviews, corrections: folders; today: for the entries of a test.

    Files are read again before every change, so that what others write meanwhile is kept.
    """

    reviews: Path
    corrections: Path
    reviewer: str
    today: Callable[[], dt.date] = dt.date.today
    done: list[Done] = field(default_factory=list)
    _seen: dict[Path, tuple[bytes, list[Verdict]]] = field(default_factory=dict)
    _fixes: tuple[tuple[object, ...], list[Correction]] | None = None

    def verdicts(self) -> dict[tuple[str, str], Verdict]:
        """Every verdict of the folder, by document and what is judged. Raises Trouble (exit code 2)."""
        found: dict[tuple[str, str], Verdict] = {}
        for path in sorted(self.reviews.glob("*.yml")):
            for one in self._verdicts_in(path, _content(path) or b""):
                if one.key in found:
                    raise errors.usage(f"{path.name}：{one.key[1]} 重复", f"{path.name}: {one.key[1]} stands twice")
                found[one.key] = one
        return found

    def _verdicts_in(self, path: Path, content: bytes) -> list[Verdict]:
        """The verdicts of a file with this content; read once. Raises Trouble (exit code 2)."""
        seen = self._seen.get(path)
        if seen is None or seen[0] != content:
            try:
                seen = self._seen[path] = (content, parse_verdicts(content, path.name))
            except FileTrouble as error:
                raise _unusable(error) from error
        return seen[1]

    def fixes(self) -> list[Correction]:
        """Every correction of the folder. Raises Trouble (exit code 2)."""
        state = _state(self.corrections)
        if self._fixes is None or self._fixes[0] != state:
            try:
                self._fixes = (state, load_corrections(self.corrections))
            except FileTrouble as error:
                raise _unusable(error) from error
        return self._fixes[1]

    def judge(self, verdict: Verdict, county: str | None, url: str) -> None:
        """Write a verdict: into the file that has one on the same thing, else into the county's. Raises Trouble."""
        with _alone(self.reviews):
            path = self._holding(verdict) or self.reviews / f"{county or LOCAL}.yml"
            before = _content(path)
            others = [one for one in self._verdicts_in(path, before or b"") if one.key != verdict.key]
            every = sorted([*others, verdict], key=lambda one: one.order)
            text = write_verdicts(every, head_of((before or b"").decode("utf-8-sig")))
            self._write(path, before, text.encode(), verdict.key[1], url)
            self._seen[path] = (text.encode(), every)  # what was written is what would be read (a test says so)

    def correct(self, entry: str, county: str | None, about: str, url: str) -> Correction:
        """Append a correction, given as the text of one entry. Raises Trouble: the entry or its file is not usable."""
        with _alone(self.corrections):
            path = self.corrections / f"{county or LOCAL}.yml"
            before = _content(path)
            try:
                known = parse_corrections(before or b"", path.name)
            except FileTrouble as error:
                raise _unusable(error) from error
            after = (_open_list((before or b"").decode("utf-8-sig")) + entry).encode()
            try:
                (*kept, added) = parse_corrections(after, path.name)
            except FileTrouble as error:
                raise errors.usage(f"不能添加到文件末尾：{error}", f"cannot be added at the end: {error}") from error
            if kept != known:
                raise errors.usage(f"{path.name} 的写法不能续写，请手工添加", f"{path.name}: add it by hand")
            where = {one.id: one for one in self.fixes() if one.document == added.document}
            if any(one.place == added.place for one in where.values()):
                raise errors.usage(f"{added.place} 已有一条订正", f"there is a correction of {added.place} already")
            self._write(path, before, after, about, url)
        return added

    def undo(self) -> Done | None:
        """Take the last decision of this sitting back; None where there is none. Raises Trouble where the file has
        changed since."""
        if not self.done:
            return None
        last = self.done[-1]
        with _alone(last.path.parent):
            if _content(last.path) != last.after:
                raise errors.usage(
                    f"{last.path.name} 已被改动，不能撤销", f"{last.path.name} has changed since: nothing is undone"
                )
            if last.before is None:
                last.path.unlink()
            else:
                write_atomically(last.path, last.before)
        return self.done.pop()

    def new_id(self, county: str | None, sha256: str, place: str) -> str:
        """An id no correction has: `130630-3a2245b9-t9.r14.c3`."""
        base, taken = f"{county or LOCAL}-{sha256[:8]}-{place}"[:56], {one.id for one in self.fixes()}
        return next(name for n in range(1, 10_000) if (name := base if n == 1 else f"{base}-{n}") not in taken)

    def _holding(self, verdict: Verdict) -> Path | None:
        for path in sorted(self.reviews.glob("*.yml")):
            if any(one.key == verdict.key for one in self._verdicts_in(path, _content(path) or b"")):
                return path
        return None

    def _write(self, path: Path, before: bytes | None, after: bytes, about: str, url: str) -> None:
        try:
            write_atomically(path, after)
        except OSError as error:
            raise errors.usage(f"无法写入 {path.name}：{error.strerror}", f"{path.name} cannot be written") from error
        self.done.append(Done(path, before, after, about, url))
        del self.done[:-MAX_UNDO]


def _open_list(text: str) -> str:
    """The text of a file of corrections, ready for one more entry at its end."""
    text = text.rstrip()
    for empty in ("corrections: []", "corrections:"):
        if text == empty or text.endswith("\n" + empty):
            return text.removesuffix(empty) + "corrections:\n"
    has_list = any(line.startswith("corrections:") for line in text.splitlines())
    return f"{text}\n" if has_list else f"{text}\ncorrections:\n".lstrip("\n")


def correction_entry(fields: dict[str, str]) -> str:
    """The text of one correction of a text. fields: id, document, place, printed, text, reason, kind, note, by, on,
    why."""

    def quoted(name: str) -> str:
        return scalar(fields[name], "expects" if name in ("printed", "text") else "")

    return (
        f"  - id: {quoted('id')}\n"
        f"    document: {fields['document']}\n"
        f"    place: {fields['place']}\n"
        f"    printed: {quoted('printed')}\n"
        f"    fix:\n"
        f"      text: {quoted('text')}\n"
        f"    reason: {fields['reason']}\n"
        f"    evidence:\n"
        f"      kind: {fields['kind']}\n"
        f"      note: {quoted('note')}\n"
        f"    by: {quoted('by')}\n"
        f"    on: {fields['on']}\n"
        f"    why: {quoted('why')}\n"
    )


def _state(folder: Path) -> tuple[object, ...]:
    """What tells that a folder's files are as they were."""
    return tuple(
        (path.name, status.st_mtime_ns, status.st_size, status.st_ino)
        for path in sorted(folder.glob("*.yml"))
        for status in (path.stat(),)
    )


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise errors.usage(f"无法读取 {path.name}：{error.strerror}", f"{path.name} cannot be read") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer of a folder at a time; the lock lies beside no data, so that none of it is ever committed."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    with FileLock(Path(tempfile.gettempdir()) / f"yujue-review-{name}.lock", timeout=10):
        yield


def _unusable(error: FileTrouble) -> errors.Trouble:
    return errors.usage(f"文件有误 {error}", f"not a usable file: {error}")
