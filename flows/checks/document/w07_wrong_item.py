"""W07 科目的用途说明不是另一科目的 · The explanation of a line is not that of another

规则：逐项说明支出科目“主要用于…”时，所写的用途应属于该科目；住房公积金的用途不能是医疗保险，职业年金的用途不能是公
  积金，等等。
Rule: Where prose says what a line of the classification is spent on, it is that line's purpose: a housing fund is
  not spent on medical insurance, nor a pension on the housing fund.
Formula: none of the exclusive words of another line stands in the purpose, unless the line's own words stand there
  too
Exclusions:
  1. 只比较专有的用途：医疗、养老、年金、公积金、购房补贴、提租补贴、失业、工伤、生育 / only purposes that belong to
     one line alone are compared
  2. 科目名称没有专有用途的不检查 / lines whose name has no such word are not checked
Not applicable: 文中没有逐项说明的用途 / the prose explains the purpose of no line
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts

# Words of a purpose → words of the line it belongs to. A purpose that holds only another line's words is not its own.
OWN = {
    "医疗": re.compile(r"医疗|医保|公费医疗|卫生"),
    "养老": re.compile(r"养老"),
    "年金": re.compile(r"年金"),
    "公积金": re.compile(r"公积金"),
    "购房补贴": re.compile(r"购房补贴|住房补贴|房贴|购买住房"),
    "提租补贴": re.compile(r"提租"),
    "失业": re.compile(r"失业"),
    "工伤": re.compile(r"工伤"),
    "生育": re.compile(r"生育"),
}
_PURPOSE = re.compile(r"(?:主要)?用于[:]?([^。;]{2,60})")


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for passage in facts.prose.running:
        item = passage.item
        if item is None:
            continue
        own = [word for word in OWN if word in item.label]
        match = _PURPOSE.search(passage.folded)
        if not own or match is None:
            continue
        purpose = match[1]
        others = [word for word, words in OWN.items() if word not in own and words.search(purpose)]
        mine = any(OWN[word].search(purpose) for word in own)
        wrong = bool(others) and not mine
        quote = passage.quote(match.start(), match.end())
        yield Finding(
            subject=f"{passage.place}/purpose",
            outcome="fails" if wrong else "holds",
            message_zh=f"科目“{item.label}”的用途写作“{passage.text[match.start(1) : match.end(1)]}”，"
            + (f"那是“{others[0]}”的用途。" if wrong else "相符。"),
            message_en=f"The purpose of {item.label} is given as “{passage.text[match.start(1) : match.end(1)]}”: "
            + (f"that is the purpose of {others[0]}." if wrong else "it fits."),
            quotes=(quote,),
        )


CHECK = Check(
    "W07",
    "document",
    "warning",
    __doc__,
    run,
    ("no_purpose", "文中没有逐项说明的用途。", "The prose explains the purpose of no line."),
)
