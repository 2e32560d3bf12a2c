"""The process in which one document at a time is read, interpreted and checked: `python -m flows.worker SECONDS MIB`.

It may be killed at any moment and bounds itself: address space by rlimit, wall time by an alarm that ends the process
even inside C code, and it dies with its parent. Jobs come on stdin, replies go to what stdout was; whatever a library
prints goes to stderr. Frames: 8 bytes length (big endian) and that many bytes of msgpack; a reply is [status, bytes].
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import msgspec

from crawl.schema import Provenance, Unpacked, UnpackIssue
from extract.document import Identity, Interpretation, Issue, Reading
from flows.errors import Trouble, where
from flows.objects import read_place
from flows.store import (
    DamagedResult,
    Derived,
    pack_derived_batch,
    pack_reading,
    pack_tables,
    pack_unpacked,
    unpack_reading,
    unpack_tables,
)

if TYPE_CHECKING:
    from extract.readers import Converted

GRACE_SECONDS = 30  # the parent ends a late worker; the alarm is for a worker whose parent is gone
PR_SET_PDEATHSIG = 1
ARCHIVES = frozenset({"zip", "rar", "7z"})


class NotInTheArchive(Exception):  # noqa: N818 - names what was found
    """The body a document is named by is missing from the archive, or is not itself."""


def unpack(arguments: dict[str, Any]) -> bytes:
    """The members of an archive (zip, rar, 7z), stored under their digests; packed: their paths, digests and issues."""
    from crawl.unpack import archive_kind  # noqa: PLC0415 - only what the job needs
    from crawl.unpack import unpack as members_of  # noqa: PLC0415
    from flows.bodies import archive_at  # noqa: PLC0415

    content = _content(arguments)
    if archive_kind(content) is None:
        return pack_unpacked(Unpacked([]))
    members, issues = members_of(content)
    store = archive_at(arguments["into"])
    return pack_unpacked(Unpacked([(member.name, store.put(member.data)) for member in members], issues))


def convert(arguments: dict[str, Any]) -> bytes:
    """Documents of the archive through LibreOffice: derived files into the archive, a packed record for each."""
    from crawl.archive import ArchiveCorruption  # noqa: PLC0415 - only what the job needs
    from extract.readers import Converted, convert_batch  # noqa: PLC0415 - only what the job needs
    from flows.bodies import archive_at  # noqa: PLC0415 - only what the job needs

    store, bodies = archive_at(arguments["archive"]), {}
    for sha256 in arguments["documents"]:
        with contextlib.suppress(FileNotFoundError, ArchiveCorruption):  # the reading says so
            bodies[sha256] = store.get(sha256)
    made = dict(zip(bodies, convert_batch(list(bodies.values())), strict=True))
    records = []
    for sha256 in arguments["documents"]:
        one = made.get(sha256)
        if isinstance(one, Converted):
            records.append(Derived(store.put(one.data), one.kind, one.by))
        else:
            records.append(Derived(trouble=one))
    return pack_derived_batch(records)


def derived(arguments: dict[str, Any]) -> Converted | Issue | None:
    """What `convert` made of the document that is to be read. None: nothing, or it cannot be had any more."""
    from crawl.archive import ArchiveCorruption  # noqa: PLC0415 - only what the job needs
    from extract.readers import Converted  # noqa: PLC0415 - only what the job needs
    from flows.bodies import archive_at  # noqa: PLC0415 - only what the job needs

    record = msgspec.convert(arguments.get("derived"), Derived | None)
    if record is None or record.sha256 is None:
        return None if record is None else record.trouble
    with contextlib.suppress(FileNotFoundError, ArchiveCorruption):
        return Converted(archive_at(arguments["archive"]).get(record.sha256), record.kind, record.by)
    return None


def read(arguments: dict[str, Any]) -> bytes:
    """A document, from the archive or from a path, as a packed Reading. Of an archive: what could not be unpacked."""
    from extract.readers import read_document  # noqa: PLC0415 - only what the job needs

    if "path" in arguments:
        source = Path(arguments["path"])
        reading = read_document(source, filename=arguments.get("filename"))
    else:
        content = _content(arguments)
        reading = read_document(content, filename=arguments.get("filename"), derived=derived(arguments))
    if reading.kind in ARCHIVES and not any(issue.severity == "error" for issue in reading.issues):
        from crawl.unpack import unpack as members_of  # noqa: PLC0415

        sha256 = reading.document_sha256
        reading.issues += [archive_issue(issue, sha256) for issue in members_of(_content(arguments))[1]]
    return pack_reading(reading)


def archive_issue(issue: UnpackIssue, sha256: str) -> Issue:
    return Issue(
        issue.code,
        issue.severity,
        "read",
        issue.message_zh,
        issue.message_en,
        document_sha256=sha256,
        count=issue.count,
    )


def _content(arguments: dict[str, Any]) -> bytes:
    """The bytes a job is about. Raises NotInTheArchive."""
    if "path" in arguments:
        return Path(arguments["path"]).read_bytes()
    from crawl.archive import ArchiveCorruption  # noqa: PLC0415 - only what the job needs
    from flows.bodies import archive_at  # noqa: PLC0415

    try:
        return archive_at(arguments["archive"]).get(arguments["sha256"])
    except FileNotFoundError as error:
        raise NotInTheArchive("missing") from error
    except ArchiveCorruption as error:
        raise NotInTheArchive("damaged") from error


def facts(arguments: dict[str, Any]) -> bytes:
    """A packed Reading as packed rows of every table. A bug while interpreting costs the meaning, never the cells."""
    from normalize.correction import Correction  # noqa: PLC0415 - only what the job needs
    from normalize.facts import build_rows  # noqa: PLC0415

    reading = unpack_reading(_packed(arguments, "reading"))
    provenance = msgspec.convert(arguments["provenance"], Provenance)
    trouble = msgspec.convert(arguments.get("trouble"), Issue | None)
    corrections = msgspec.convert(arguments.get("corrections", []), list[Correction])
    interpretation = uninterpreted(reading, trouble) if trouble else _interpret(reading)
    try:
        tables = build_rows(
            reading, interpretation, provenance, is_current=arguments["is_current"], corrections=corrections
        )
    except Exception as error:  # noqa: BLE001 - one document's bug is an issue of that document; the night goes on
        bare = msgspec.structs.replace(reading, blocks=[])
        trouble = _bug("normalize", reading.document_sha256, error)
        meaningless = uninterpreted(bare, trouble)
        tables = build_rows(bare, meaningless, provenance, is_current=arguments["is_current"], corrections=corrections)
    return pack_tables(tables)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles: rows of one document hold none, and it would go through all of them again and
    again. What cycles a job leaves are collected after it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_uncollected()
def check(arguments: dict[str, Any]) -> bytes:
    """Packed rows of one document as packed rows of the tables findings and standings (and issues, of stale verdicts).

    verdicts: `flows.reviews.Verdict`s on the document, as dicts; company: [relation, sha256, rows] of the documents it
    is compared with, packed or the places they lie at; both may be left out. path, or archive and sha256: where
    the document is, for the second engine; without them there is no second witness.
    """
    from flows.checks import judge_document  # noqa: PLC0415 - only what the job needs
    from flows.checks.columns_read import LAZY, NOT_READ, TABLES_READ  # noqa: PLC0415
    from flows.checks.together import Companions  # noqa: PLC0415
    from flows.reviews import Verdict, decided, rejected, stale_rows, with_verdicts  # noqa: PLC0415
    from flows.second_engine import SecondEngine  # noqa: PLC0415

    def given() -> bytes | None:
        with contextlib.suppress(KeyError, OSError, NotInTheArchive):
            return _content(arguments)
        return None

    tables = unpack_tables(_packed(arguments, "tables"), TABLES_READ, NOT_READ, LAZY)
    verdicts = msgspec.convert(arguments.get("verdicts", []), list[Verdict])
    company = Companions((relation, partial(_rows_at, rows)) for relation, _, rows in arguments.get("company", ()))
    made = judge_document(tables, decided(verdicts, tables), rejected(verdicts), SecondEngine(given), company)
    made["findings"] = with_verdicts(made["findings"], verdicts)
    if verdicts and (stale := stale_rows(verdicts, tables, verdicts[0].document_sha256)):
        made["issues"] = stale
    return pack_tables(made)


OPERATIONS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "unpack": unpack,
    "convert": convert,
    "read": read,
    "facts": facts,
    "check": check,
}


def _rows_at(given: bytes | str) -> dict[str, list[dict[str, object]]]:
    """Rows of another document. Raises DamagedResult."""
    from flows.checks.columns_read import LAZY, NOT_READ, TABLES_READ  # noqa: PLC0415 - only what the job needs

    return unpack_tables(given if isinstance(given, bytes) else read_place(given), TABLES_READ, NOT_READ, LAZY)


def _packed(arguments: dict[str, Any], name: str) -> bytes:
    """A stored result, given as such or as the path or URL it lies at."""
    given = arguments[name]
    return given if isinstance(given, bytes) else read_place(given)


def _interpret(reading: Reading) -> Interpretation:
    from extract.interpret import interpret_reading  # noqa: PLC0415 - only what the job needs

    try:
        return interpret_reading(reading)
    except Exception as error:  # noqa: BLE001 - as above
        return uninterpreted(reading, _bug("interpret", reading.document_sha256, error))


def uninterpreted(reading: Reading, trouble: Issue) -> Interpretation:
    """No meaning and the reason why: the cells stay in raw_cells, the reason in issues."""
    return Interpretation(
        document_sha256=reading.document_sha256,
        identity=Identity(),
        statements=[],
        projects=[],
        goals=[],
        sections=[],
        uses=[],
        issues=[trouble],
    )


def _bug(stage: Literal["interpret", "normalize"], sha256: str, error: Exception) -> Issue:
    return Issue(
        code=f"{stage}_failed",
        severity="error",
        stage=stage,
        message_zh=f"程序错误，本文件未能解释（{where(error)}）",
        message_en=f"a bug of ours: the document was not interpreted ({where(error)})",
        document_sha256=sha256,
    )


# ------------------------------------------------------------------------------------------------------------- process


def write_frame(stream: BinaryIO, payload: bytes) -> None:
    stream.write(len(payload).to_bytes(8, "big"))
    stream.write(payload)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame; None at the end of the stream."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    size = int.from_bytes(head, "big")
    payload = stream.read(size)
    return payload if len(payload) == size else None


def bound_this_process(memory_mib: int) -> None:
    """Limit the address space and ask to die with the parent, where the system can."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_mib * 1024**2, memory_mib * 1024**2))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main(seconds: int, memory_mib: int) -> None:
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    bound_this_process(memory_mib)
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        job = msgspec.msgpack.decode(frame)
        signal.alarm(seconds + GRACE_SECONDS)
        try:
            status, payload = "ok", OPERATIONS[job["operation"]](job["arguments"])
        except MemoryError:
            # what is left of this process is not to be trusted with another document
            write_frame(replies, msgspec.msgpack.encode(["memory", b""]))
            return
        except NotInTheArchive as error:
            status, payload = "archive", str(error).encode()
        except DamagedResult as error:
            status, payload = "damaged", str(error).encode()
        except Trouble as trouble:  # with the object store: no fault of the document, and the end of the night
            status, payload = "trouble", msgspec.json.encode([trouble.code, trouble.zh, trouble.en])
        except Exception as error:  # noqa: BLE001 - told to the parent, which makes an issue of it
            status, payload = "error", where(error).encode()
        signal.alarm(0)
        write_frame(replies, msgspec.msgpack.encode([status, payload]))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
