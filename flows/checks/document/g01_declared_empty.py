"""G01 说列入政府采购预算的，采购表中应有 · What is said to be in the procurement budget is in its table

规则：文中说某项金额已列入政府采购预算、详见政府采购预算表，或政府采购预算为若干的，政府采购预算表不应是空表。
Rule: Where prose says that an amount is in the procurement budget (see the table), or gives a total of procurement,
  the table of procurement is not declared empty.
Formula: amount said to be in the procurement budget > 0 ⇒ the procurement table prints amounts
Exclusions:
  1. 文中金额为零的不算 / an amount of nothing is not counted
  2. 采购表没有读出或不是空表的不判断 / not judged where the table was not read, or holds amounts
  3. 一段中几个金额都与采购有关的，都列出 / where several amounts of a passage concern procurement, all are listed
Not applicable: 文件没有空白的政府采购表，或文中没有列入采购的金额 / the document has no empty procurement table, or
  its prose names no amount in it
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding, Quote
from flows.checks.views import DocumentFacts

_LISTED = re.compile(
    r"列入[^。;]{0,8}政府采购(?:预算|目录|计划)?|详见[^。;]{0,6}政府采购(?:预算)?表|纳入[^。;]{0,6}政府采购预算"
)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    tables = [row for row in facts.printed if row["statement_code"] == "procurement"]
    if not tables or any(row["state"] == "populated" for row in tables):
        return
    table = tables[0]
    title = "".join((table["title_printed"] or "政府采购表").split())
    note = next((str(one) for one in table["notes"] or [] if re.search(r"无|没有|空表", str(one))), "")
    for passage in facts.prose.running:
        for start, end in passage.sentences():
            said = [
                one
                for one in passage.said
                if one.level and one.yuan and start <= one.end - 1 < end and (one.year or 0) >= 0
            ]
            total = [one for one in said if one.concept == "procurement_total"]
            listed = _LISTED.search(passage.folded, start, end)
            amounts = total or (said if listed else [])
            if not amounts:
                continue
            shown = "、".join(one.printed or "" for one in amounts)
            yield Finding(
                subject=f"{passage.place}/procurement",
                outcome="fails",
                message_zh=f"文中说 {shown} 列入政府采购预算，而《{title}》是空表"
                + (f"（“{note}”）。" if note else "。"),
                message_en=f"The prose says that {shown} is in the procurement budget, while 《{title}》 is empty"
                + (f" (“{note}”)." if note else "."),
                left=amounts[0].yuan,
                left_zh="文中列入采购的金额",
                right_zh="采购表（空表）",
                n_terms=len(amounts),
                quotes=(
                    *(passage.say(one) for one in amounts),
                    Quote(f"t{table['table_no']}", table["page"], title),
                    *([Quote(f"t{table['table_no']}", table["page"], note)] if note else []),
                ),
            )


CHECK = Check(
    "G01",
    "document",
    "error",
    __doc__,
    run,
    (
        "no_empty_table",
        "没有空白的政府采购表，或文中没有列入采购的金额。",
        "No empty procurement table, or no amount in the prose that is said to be in it.",
    ),
)
