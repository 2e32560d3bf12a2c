"""What the departments of the simulated county publish: a small budget report, as Word file or as the notice itself.

Made with the standard library alone and from its own numbers, so that what a release says of it can be foretold
without asking any code of the product.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-"
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_FRAME = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="{_OFFICE}package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    f'ContentType="{_OFFICE}officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="http://schemas.'
    'openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
}
_HEADER = ("科目编码", "科目名称", "合计", "基本支出", "项目支出")


@dataclass(frozen=True)
class Paper:
    """One budget report. basic, projects: amounts in hundredths of 万元 per line, so that no rounding is anyone's."""

    org: str
    year: int
    basic: tuple[int, int]
    projects: tuple[int, int]
    edition: int = 1  # counts what the department did to the file without changing an amount

    @property
    def title(self) -> str:
        return f"{self.org}{self.year}年部门预算"

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The statement 部门支出总表 as printed, header first."""
        total = (sum(self.basic), sum(self.projects))
        lines = [("", "合计", *total)]
        for number, (basic, project) in enumerate(zip(self.basic, self.projects, strict=True)):
            lines.append(
                ("2010301" if number == 0 else "2010302", ("行政运行", "一般行政管理事务")[number], basic, project)
            )
        return [
            _HEADER,
            *(
                (code, label, _yuan(basic + project), _yuan(basic), _yuan(project))
                for code, label, basic, project in lines
            ),
        ]

    @property
    def amounts(self) -> list[str]:
        """Every amount printed in the statement, as printed, in reading order."""
        return [text for row in self.rows[1:] for text in row[2:]]

    def with_amount(self, hundredths: int) -> Paper:
        """The report after the department changed one number of it (and, as it should, the sums above it)."""
        return replace(self, projects=(hundredths, self.projects[1]), edition=self.edition + 1)

    def with_other_bytes(self) -> Paper:
        """The report saved once more: other bytes, the same words and amounts."""
        return replace(self, edition=self.edition + 1)


def _yuan(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def docx(paper: Paper) -> bytes:
    """The report as a Word file; the same paper gives the same bytes."""
    grid = "".join('<w:gridCol w:w="1800"/>' for _ in _HEADER)
    rows = "".join("<w:tr>" + "".join(f"<w:tc>{_p(text)}</w:tc>" for text in row) + "</w:tr>" for row in paper.rows)
    border = "".join(
        f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    table = (
        f"<w:tbl><w:tblPr><w:tblBorders>{border}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )
    body = "".join(
        (
            _p(paper.title),
            _p("部门支出总表"),
            _p(f"部门名称：{paper.org}"),
            _p("单位：万元"),
            table,
        )
    )
    document = f'{_XML}<w:document xmlns:w="{_W}"><w:body>{body}<w:sectPr/></w:body></w:document>'
    parts = {**_FRAME, "word/document.xml": document, "docProps/edition.xml": f"<edition>{paper.edition}</edition>"}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return made.getvalue()


def html_table(paper: Paper) -> str:
    """The report as the body of a notice that is its own disclosure."""
    rows = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in paper.rows)
    above = f"<p>部门支出总表</p><p>部门名称：{escape(paper.org)}</p><p>单位：万元</p>"
    return f"{above}<table border='1'>{rows}</table><!-- {paper.edition} -->"


def _p(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>' if text else "<w:p/>"
