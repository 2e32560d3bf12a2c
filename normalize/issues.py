"""Issues as rows, with identifiers that depend on nothing but their content."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from extract.document import Issue, Place, Severity
from normalize.schema import Row


def normalize_issue(
    code: str, severity: Severity, messages: tuple[str, str], *, sha256: str, place: Place | None = None, count: int = 1
) -> Issue:
    """An issue of this room; messages: zh, en."""
    return Issue(code, severity, "normalize", *messages, document_sha256=sha256, place=place, count=count)


def issue_rows(issues: Iterable[Issue], sha256: str) -> list[Row]:
    """Rows of table `issues`, in the order given. issue_id: digest of the content, `-2` … where it repeats."""
    rows: list[Row] = []
    given: Counter[str] = Counter()
    for issue in issues:
        document = issue.document_sha256 or sha256
        place = issue.place.ref() if issue.place is not None else None
        content: Sequence[object] = (document, issue.stage, issue.code, place, issue.message_en, issue.count)
        digest = hashlib.sha256("\x1f".join(map(str, content)).encode()).hexdigest()[:16]
        given[digest] += 1
        rows.append(
            {
                "issue_id": digest if given[digest] == 1 else f"{digest}-{given[digest]}",
                "document_sha256": document,
                "code": issue.code,
                "severity": issue.severity,
                "stage": issue.stage,
                "page": issue.place.page if issue.place is not None else None,
                "place": place,
                "message_zh": issue.message_zh,
                "message_en": issue.message_en,
                "count": issue.count,
            }
        )
    return rows
