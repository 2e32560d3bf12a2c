"""D03 空表附有说明 · An empty table says why it is empty

规则：没有数据的报表应当空表列示并说明原因（如“无政府性基金预算，故本表无数据”）。
Rule: A table without data is printed empty, with a note that says why.
Formula: statement blank ⇒ a note (无…、没有…、空表) beside it
Exclusions:
  1. 表内、表下、同一页上，报表目录“是否空表”栏，或文中说明没有该项资金的，算已说明；但文中又印有该项金额的，不算 /
     a note in the table, under it, on its page, a list of tables that says which are empty, or prose that says
     there is no such money will do; not where the prose prints an amount of it
  2. 只有零的表不是空表 / a table of zeros is not empty
  3. 跨页只读到一段的表不判断 / tables of which only a piece was read are not judged
  4. 空白模板、单独的表格文件（无文字）不检查 / blank templates and files that hold tables only are not checked
Not applicable: 文件没有空白的报表 / the document has no empty statement
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flows.checks.check import Check
from flows.checks.noun import Finding, Quote
from flows.checks.pieces import cut_statements
from flows.checks.template import is_template
from flows.checks.views import UNREAD_STATEMENTS, DocumentFacts
from flows.lazy_rows import columns_of

_NOTE = re.compile(
    r"空表|空列|为空|[无没][^。]{0,40}(?:预算|收入|支出|安排|数据|收支|经费|项目|事项|情况|拨款|采购|购买|资金|内容)|不涉及|未安排|不适用"
)
_LIST = re.compile(r"是否空表|是否为空表")
FEWEST_RUNNING, LONGEST_HEADER = 3, 12
# What the prose calls the money of a statement; a statement not named here needs its note beside it.
CONCEPTS = {
    "government_fund": ("government_fund",),
    "government_fund_balance": ("government_fund",),
    "state_capital": ("state_capital",),
    "three_public": ("three_public", "abroad", "vehicle", "reception"),
    "procurement": ("procurement",),
    "carryover_expenditure": ("carryover",),
    "operating_funds": ("operating_funds",),
}

ZERO = {
    code: re.compile(rf"{name}[^。;,]{{0,24}}?(?:为|是|安排|支出|收入|预算|数)0(?:\.0+)?(?:[万亿]?元)?[。;,)]")
    for code, name in (
        ("government_fund", "政府性基金"),
        ("government_fund_balance", "政府性基金"),
        ("state_capital", "国有资本经营"),
    )
}


def _said(facts: DocumentFacts, code: str) -> tuple[bool, Quote | None]:
    """(whether the prose says there is none, an amount that it prints all the same)."""
    names = CONCEPTS.get(code)
    if names is None:
        return False, None
    none, amount = False, None
    for passage in facts.prose.running:
        for said in passage.said:
            if said.concept is None or not said.concept.startswith(names):
                continue
            none = none or said.measure == "nothing" or (said.level and said.yuan == 0)
            if said.level and said.yuan and amount is None:
                amount = passage.say(said)
        if not none and code in ZERO and ZERO[code].search(passage.folded):
            none = True
    return none, amount


def _noted(facts: DocumentFacts, row: dict[str, Any]) -> bool:
    """Whether words that say why stand on the table's page, or between it and the next table."""
    if any(_NOTE.search(str(note)) for note in row["notes"] or []):
        return True
    none, amount = _said(facts, str(row["statement_code"]))
    if none and amount is None:
        return True
    page, table = row["page"], row["table_no"]
    cells = list(columns_of(facts.tables.get("raw_cells", ()), "table_no", "block_no", "page", "text"))
    last = max((block for of, block, *_ in cells if of == table), default=0)
    following = min((block for of, block, *_ in cells if of is not None and block > last), default=last + 9)
    for of, block, on, text in cells:
        near = (page is not None and on == page) or last <= block < min(following, last + 9)
        if len(text) < LONGEST_HEADER and _LIST.search(text):
            return True
        if (near or of == table) and _NOTE.search(text):
            return True
    return False


def _quotes(facts: DocumentFacts, row: dict[str, Any], title: str, *, noted: bool) -> tuple[Quote, ...]:
    _, amount = _said(facts, str(row["statement_code"]))
    table = Quote(f"t{row['table_no']}", row["page"], title)
    return (table,) if noted or amount is None else (table, amount)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if sum(passage.home == "narrative" for passage in facts.prose.running) < FEWEST_RUNNING or is_template(facts):
        return
    pieces = cut_statements(facts.printed)
    for row in facts.printed:
        if row["statement_code"] in UNREAD_STATEMENTS or row["state"] not in ("blank", "declared_empty"):
            continue
        title = "".join((row["title_printed"] or "").split())
        if (row["statement_code"], row["seq"]) in pieces:
            continue
        if not title or (row["n_lines"] or 0) > 40:
            continue
        noted = row["state"] == "declared_empty" or _noted(facts, dict(row))
        yield Finding(
            subject=f"{row['statement_code']}.{row['seq']}/note",
            outcome="holds" if noted else "fails",
            message_zh=f"《{title}》没有数据，" + ("已附说明。" if noted else "也没有说明为何为空。"),
            message_en=f"《{title}》 holds no data, " + ("and a note says why." if noted else "and no note says why."),
            quotes=_quotes(facts, dict(row), title, noted=noted),
        )


CHECK = Check(
    "D03",
    "document",
    "warning",
    __doc__,
    run,
    ("no_empty", "没有空白的报表。", "No empty statement."),
)
