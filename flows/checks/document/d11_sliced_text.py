"""D11 没有被横向切断的文字行 · No line of text is cut lengthwise

规则：文字应完整显示；被文本框或版心的边切去一半、读者认不出的文字行，说明该处没有显示完整。
Rule: Text is shown whole; a line of which an edge hides the upper or lower half cannot be read where it stands.
Formula: characters of which only a part is seen = 0
Exclusions:
  1. 不足一行（少于 10 个字符）的不报告 / fewer than 10 characters are no line
  2. 完全看不见的文字（如移到下一页重印的）不算 / text that is hidden wholly (printed again overleaf) is not counted
  3. 单元格中左右溢出的不算 / text that runs over the side of its cell is not counted
Not applicable: 文件不是有文字层的 PDF / the document is no PDF with text
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding, Quote
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if facts.about.method != "pdf_text":
        return
    sliced = [issue for issue in facts.tables.get("issues", ()) if issue["code"] == "sliced_text"]
    for issue in sliced:
        page, count = issue["page"], issue["count"]
        yield Finding(
            subject=f"page{page}/sliced",
            outcome="fails",
            message_zh=f"第 {page} 页有一行文字（{count} 个字符）被边框横向切断，只露出一部分，没有显示完整。",
            message_en=f"On page {page} a line of text ({count} characters) is cut lengthwise by an edge and "
            f"not shown whole.",
            n_terms=count,
            quotes=(Quote(f"page{page}", page, ""),),
        )
    if not sliced:
        yield Finding("pages", "holds", "没有被切断的文字行。", "No line of text is cut.")


CHECK = Check(
    "D11", "document", "warning", __doc__, run, ("no_text_layer", "文件不是有文字层的 PDF。", "No PDF with text.")
)
