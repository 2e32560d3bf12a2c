"""D02 目录所列的表都在文件中 · Every table the contents list is in the document

规则：目录中列出的预算表、决算表，应能在文件中找到同名的表。
Rule: Every budget or final-account table named in the table of contents stands in the document under that name.
Formula: names of tables in the contents ⊆ titles, captions and headings of the document
Exclusions:
  1. 名称略有出入的（“政府性基金支出预算表”与“财政拨款政府性基金支出预算表”）算同一张 / names that differ a little
     are the same table
  2. 年份、序号、单位名称和“部门”“单位”字样不影响比较 / years, ordinals, names of organisations and the words for
     whose table it is do not matter
  3. 一行印有两张表的目录行不检查 / lines of contents that hold two tables are not checked
  4. 所列的表有三分之一以上找不到的，可能另附文件，不判断 / where more than a third of the listed tables are
     missing, they may be in another file: not assessed
  5. 文件中有未能识别名称的表时不判断 / not assessed where a table was read whose title was not
Not applicable: 文件没有列出报表的目录 / the document has no contents that list tables
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import Passage
from flows.checks.titles import name_of
from flows.checks.views import DocumentFacts
from flows.lazy_rows import columns_of

_TABLE = re.compile(
    r"(?:预算|决算|收支|收入|支出|经费|拨款|采购)[^。]{0,24}表[^\w\u4e00-\u9fff]*(?:\d{1,3})?[^\w\u4e00-\u9fff]*$"
)
_NOT_ONE = re.compile(r"^第.{1,3}部分|绩效|公开表$|附表|^(?:公开)?[预决]算(?:公开)?报?表$|^报表|目标|自评|说明")
_TWO = re.compile(r"(?<=表)[^\u4e00-\u9fff]*(?:[一二三四五六七八九十]{1,3}、|\d{1,2}[.、])(?=[\u4e00-\u9fff])")
FEWEST = 3
ALIKE = 0.6


def _printed(facts: DocumentFacts) -> set[str]:
    """Names that stand in the document outside the contents: titles, headings, captions, first rows of tables."""
    organisation = facts.about.org_name
    names = {name_of(row["title_printed"], organisation) for row in facts.printed if row["title_printed"]}
    for passage in facts.prose.passages:
        if len(passage.text) <= 80 and "表" in passage.text:
            names.add(name_of(passage.text, organisation))
    for table, row_no, text in columns_of(facts.tables.get("raw_cells", ()), "table_no", "row_no", "text"):
        if table is not None and (row_no or 9) <= 4 and "表" in text and len(text) <= 80:
            names.add(name_of(text, organisation))
    return names


def run(facts: DocumentFacts) -> Iterator[Finding]:
    listed: dict[str, Passage] = {}
    for line in facts.prose.contents:
        if len(_TWO.split(line.folded)) > 1:
            continue
        name = name_of(line.text, facts.about.org_name)
        if _TABLE.search(line.folded) and not _NOT_ONE.search(name) and len(name) > 4:
            listed.setdefault(name, line)
    if len(listed) < FEWEST or not facts.printed:
        return
    printed = _printed(facts)
    missing = _missing(listed, printed)
    nameless = [row for row in facts.printed if not row["title_printed"] and row["statement_code"] != "org_units"]
    if missing and (nameless or 3 * len(missing) > len(listed)):
        yield Finding(
            subject="contents/tables",
            outcome="not_assessable",
            message_zh=f"目录列出 {len(listed)} 张表，其中 {len(missing)} 张未按名称找到，"
            f"可能另附文件或名称未能读出，不作判断。",
            message_en=f"The contents list {len(listed)} tables; {len(missing)} were not found by name. They "
            f"may be in another "
            "file, or their titles were not read: not assessed.",
            reason="titles_unread" if nameless else "tables_elsewhere",
            n_terms=len(listed),
            quotes=tuple(line.quote(0, len(line.text)) for line in missing),
        )
        return
    for line in missing:
        yield Finding(
            subject=f"contents/{name_of(line.text, facts.about.org_name)}",
            outcome="fails",
            message_zh=f"目录列有“{line.text}”，文件中没有这张表。",
            message_en=f"The contents list “{line.text}”, and the document holds no such table.",
            n_terms=len(listed),
            quotes=(line.quote(0, len(line.text)),),
        )
    if not missing:
        yield Finding(
            subject="contents/tables",
            outcome="holds",
            message_zh=f"目录列出的 {len(listed)} 张表都在文件中。",
            message_en=f"The {len(listed)} tables of the contents are in the document.",
            n_terms=len(listed),
        )


def _missing(listed: dict[str, Passage], printed: set[str]) -> list[Passage]:
    """Listed tables that no printed title is: neither by name nor, among the titles no other listed table took,
    nearly."""
    exact = {name for name in listed if _stands(name, printed)}
    free = {title for title in printed if title not in listed and len(title) > 4}
    missing = []
    for name, line in listed.items():
        if name in exact:
            continue
        near = max(free, key=lambda title: SequenceMatcher(None, name, title).ratio(), default=None)
        if near is not None and SequenceMatcher(None, name, near).ratio() >= ALIKE:
            free.discard(near)
        else:
            missing.append(line)
    return missing


def _stands(name: str, printed: set[str]) -> bool:
    """The name itself, or with words before it that make it no other table (a place, an organisation)."""
    return name in printed or any(
        other.endswith(name)
        and not re.search(
            r"财政|拨款|预算|决算|基金|国有|基本|项目|收入|政府|经费|三公|一般|支出", other.removesuffix(name)
        )
        for other in printed
    )


CHECK = Check(
    "D02",
    "document",
    "error",
    __doc__,
    run,
    ("no_contents", "没有列出报表的目录。", "No table of contents that lists tables."),
)
