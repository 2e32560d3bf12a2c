"""One entry for every document: bytes or a path → a Reading. The kind is decided by the bytes.

Bad input never raises: it gives a Reading without blocks and one issue of severity `error`. A missing path is the
caller's mistake and raises FileNotFoundError.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from extract.contents import without_levels
from extract.document import Issue, Reading
from extract.format import FileKind, kind_names, name_agrees, sniff
from extract.readers.convert import Converted, convert_batch
from extract.readers.private_use import private_use_issues
from extract.readers.trouble import UnreadableDocument, damaged, issue
from extract.settings import MIB, Limits, read_limits

__all__ = ["Converted", "UnreadableDocument", "convert_batch", "read_document"]

_CHUNK = 4 * MIB


def read_document(
    source: str | os.PathLike[str] | bytes, *, filename: str | None = None, derived: Converted | Issue | None = None
) -> Reading:
    """Everything a document prints, in reading order, with its Places.

    source: the bytes, or a path. filename: the name it was published under (default: of the path); a name that
    disagrees with the bytes is an issue `not_what_its_name_says` (warning). derived: what `convert.convert_batch` made
    of these bytes (or why it made nothing), for the kinds that are read through LibreOffice; without it such a document
    is converted alone, which takes seconds. Raises FileNotFoundError for a missing path or one that is not a file,
    OSError where the file cannot be read.
    """
    limits = read_limits()
    if isinstance(source, bytes):
        sha256 = hashlib.sha256(source).hexdigest()
        data, size = source, len(source)
    else:
        path = Path(source)
        if not path.is_file():
            raise FileNotFoundError(f"no such file: {path}")
        filename = filename if filename is not None else path.name
        size = path.stat().st_size
        if size > limits.max_bytes:
            return _refused(_digest(path), FileKind("unknown"), _too_large(size, limits))
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
    if size > limits.max_bytes:
        return _refused(sha256, FileKind("unknown"), _too_large(size, limits))
    return _read_bytes(data, sha256, filename, limits, derived)


def _read_bytes(
    data: bytes, sha256: str, filename: str | None, limits: Limits, derived: Converted | Issue | None
) -> Reading:
    kind = sniff(data)
    trouble = _envelope_trouble(kind)
    if trouble is not None:
        return _refused(sha256, kind, trouble)
    try:
        reading = _read_kind(data, kind, sha256, limits, derived)
    except UnreadableDocument as unreadable:
        return _refused(sha256, kind, unreadable.issue)
    except (MemoryError, RecursionError) as error:
        return _refused(sha256, kind, damaged(f"{type(error).__name__}"))
    except ImportError:
        raise  # an installation that is broken, not the document
    except Exception as error:  # noqa: BLE001 - a hostile file must not take the night down; the issue names the cause
        return _refused(sha256, kind, damaged(f"{type(error).__name__}: {error}"[:300]))
    reading.blocks = without_levels(reading.blocks)
    reading.issues.extend(private_use_issues(reading.blocks, sha256))
    if filename is not None and not name_agrees(kind, filename):
        reading.issues.insert(0, _misnamed(kind, filename))
    return reading


def _read_kind(data: bytes, kind: FileKind, sha256: str, limits: Limits, derived: Converted | Issue | None) -> Reading:
    # imported here so that reading a page of HTML does not load the PDF engine
    if kind.kind == "docx":
        from extract.readers.docx import read_docx  # noqa: PLC0415

        return read_docx(data, sha256, limits)
    if kind.kind == "pdf":
        from extract.readers.pdf import read_pdf  # noqa: PLC0415

        return read_pdf(data, sha256, limits)
    if kind.kind == "html":
        from extract.readers.web import read_html  # noqa: PLC0415

        return read_html(data, sha256, limits)
    if kind.kind in {"xlsx", "xls"} and derived is None:
        from extract.readers.sheet import read_sheet  # noqa: PLC0415

        try:
            return read_sheet(data, kind.kind, sha256, limits)
        except UnreadableDocument as unreadable:
            # an xls that xlrd refuses is often only odd; a broken xlsx stays broken
            if (kind.kind, unreadable.issue.code) not in {("xls", "damaged"), ("xlsx", "binary_workbook")}:
                raise
            return _read_derived(data, kind, sha256, limits, None, otherwise=unreadable)
    if kind.kind in {"doc", "rtf", "ppt", "pptx", "xls", "xlsx"}:
        return _read_derived(data, kind, sha256, limits, derived)
    if kind.kind == "image":
        from extract.readers.scan_document import read_image  # noqa: PLC0415

        return read_image(data, sha256, limits)
    zh, en = kind_names(kind)
    if kind.kind in {"zip", "rar", "7z"}:
        raise UnreadableDocument(
            issue(
                "archive",
                "info",
                f"这是{zh}；其中每个文件各作一个文件读取",
                f"this is {en}; each of its members is read as a document of its own",
            )
        )
    raise UnreadableDocument(
        issue(
            "unsupported_kind",
            "error",
            f"这是{zh}，目前还不能读取；原件已按字节保存在档案中",
            f"this is {en}, which cannot be read yet; the bytes are kept in the archive",
        )
    )


def _read_derived(
    data: bytes,
    kind: FileKind,
    sha256: str,
    limits: Limits,
    derived: Converted | Issue | None,
    *,
    otherwise: UnreadableDocument | None = None,
) -> Reading:
    """The Reading of what LibreOffice made of `data`. otherwise: what our own reader said, raised where it cannot."""
    made = derived if derived is not None else convert_batch([data], limits=limits)[0]
    if isinstance(made, Issue):
        raise otherwise if otherwise is not None else UnreadableDocument(made)
    reading = _read_kind(made.data, FileKind(made.kind), sha256, limits, None)
    reading.kind = kind.kind
    zh, en = kind_names(kind)
    reading.issues.append(
        issue(
            "converted",
            "info",
            f"{zh}，经 {made.by} 转换为 {made.kind} 后读取",
            f"{en}, read from the {made.kind} that {made.by} made of it",
            sha256=sha256,
        )
    )
    return reading


def _envelope_trouble(kind: FileKind) -> Issue | None:
    zh, en = kind_names(kind)
    if kind.kind == "empty":
        return issue("empty_file", "error", "文件为空（0 字节）", "the file is empty (0 bytes)")
    if kind.trouble == "truncated":
        return issue(
            "truncated", "error", f"{zh}不完整，结尾缺失：请重新下载", f"{en} that is cut short: fetch it again"
        )
    if kind.trouble == "encrypted":
        return issue(
            "encrypted", "error", f"{zh}加密，需要密码才能打开", f"{en} that is encrypted and needs a password to open"
        )
    return None


def _too_large(size: int, limits: Limits) -> Issue:
    shown, most = f"{size / MIB:.1f} MiB", f"{limits.max_bytes / MIB:.0f} MiB"
    return issue(
        "too_large",
        "error",
        f"文件大小 {shown}，超过上限 {most}（YUJUE_READ_MAX_BYTES）",
        f"the file has {shown}, more than the limit of {most} (YUJUE_READ_MAX_BYTES)",
    )


def _misnamed(kind: FileKind, filename: str) -> Issue:
    zh, en = kind_names(kind)
    return issue(
        "not_what_its_name_says",
        "warning",
        f"文件名为“{filename}”，内容实为{zh}，已按内容读取",
        f"named {filename!r}, but the bytes are {en}; read as what it is",
    )


def _refused(sha256: str, kind: FileKind, trouble: Issue) -> Reading:
    return Reading(
        document_sha256=sha256, kind=kind.kind, method="none", n_pages=None, blocks=[], issues=[_of(trouble, sha256)]
    )


def _of(trouble: Issue, sha256: str) -> Issue:
    return issue(trouble.code, trouble.severity, trouble.message_zh, trouble.message_en, sha256=sha256)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
