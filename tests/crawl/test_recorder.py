"""Names of files and outcomes of statuses."""

from __future__ import annotations

import pytest

from crawl.recorder import failure_outcome, file_name

URL = "http://a.gov.cn/d/P01.pdf?x=1"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (None, "P01.pdf"),
        ("inline", "P01.pdf"),
        ('attachment; filename="a b.docx"', "a b.docx"),
        ("attachment; filename=%E9%A2%84%E7%AE%97.xls", "预算.xls"),
        ("attachment; filename*=UTF-8''%E9%A2%84%E7%AE%97.xls; filename=x.xls", "预算.xls"),
        ("attachment; filename*=gbk''%D4%A4%CB%E3.xls", "预算.xls"),
        ('attachment; filename="' + "预算.doc".encode().decode("latin-1") + '"', "预算.doc"),
        ('attachment; filename="' + "预算.doc".encode("gbk").decode("latin-1") + '"', "预算.doc"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\temp\\a.doc"', "a.doc"),
        ('attachment; filename=""', "P01.pdf"),
        ("attachment; filename*=nonsense''%E9", "P01.pdf"),
    ],
)
def test_file_names(disposition: str | None, name: str) -> None:
    assert file_name(URL, disposition) == name


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, "gone"), (410, "gone"), (403, "refused"), (429, "refused"), (500, "failed"), (302, "failed")],
)
def test_outcomes(status: int, outcome: str) -> None:
    assert failure_outcome(status) == (outcome, f"status {status}")
