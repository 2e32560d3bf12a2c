"""How readers say that something is wrong: Issues of the stage `read`, and one exception that stays inside."""

from __future__ import annotations

from extract.document import Issue, Place, Severity


class UnreadableDocument(Exception):  # noqa: N818 - named by what it means
    """Raised by a reader that cannot go on; `read_document` turns it into a Reading that holds only its issue."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.message_en)
        self.issue = issue


def issue(
    code: str,
    severity: Severity,
    zh: str,
    en: str,
    *,
    sha256: str | None = None,
    place: Place | None = None,
    count: int = 1,
) -> Issue:
    """An Issue of the stage `read`."""
    return Issue(code, severity, "read", zh, en, document_sha256=sha256, place=place, count=count)


def damaged(why: str) -> Issue:
    """Broken in a way that leaves nothing to read. why: one plain clause for a person who repairs it."""
    return issue("damaged", "error", f"文件已损坏，无法读取：{why}", f"the file is damaged and cannot be read: {why}")
