"""D09 文中的科目名称与报表一致 · The prose names a line of the classification as the tables do

规则：文中写明科目编码的，其名称应与本文件报表中同一编码的名称一致。
Rule: Where prose prints the code of a line of the classification, the name beside it is the one the tables of the
  document print for that code.
Formula: name(code) in prose = name(code) in tables
Exclusions:
  1. 空格、标点、“支出”二字的有无，以及一方是另一方的简称，不算不一致 / white space, punctuation, the word 支出 and
     names cut short are no difference
  2. 报表中没有该编码的不检查 / not checked where the tables do not print the code
Not applicable: 文中没有写明编码的科目 / the prose prints no code of the classification
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Cell, Finding
from flows.checks.prose import fold
from flows.checks.views import DocumentFacts

_PLAIN = re.compile(r"[、,.()（）“”\"]+|支出$")


def _plain(name: str) -> str:
    return _PLAIN.sub("", _PLAIN.sub("", fold(name)))


def _names(facts: DocumentFacts) -> dict[str, tuple[str, Cell]]:
    found: dict[str, tuple[str, Cell]] = {}
    for statement in facts.known_statements():
        for line in statement.lines:
            if line.class_system == "functional" and line.code and line.cells and line.label != line.code:
                found.setdefault(line.code, (line.label, next(iter(line.cells.values()))))
    return found


def run(facts: DocumentFacts) -> Iterator[Finding]:
    names: dict[str, tuple[str, Cell]] | None = None
    for passage in facts.prose.running:
        item = passage.item
        if item is None or item.class_code is None:
            continue
        names = _names(facts) if names is None else names
        for code, said in ((item.class_code, item.klass), (item.code, item.label)):
            if code is None or code not in names:
                continue
            label, cell = names[code]
            one, two = _plain(said), _plain(label)
            same = one == two or (len(one) > 3 and len(two) > 3 and (one.startswith(two) or two.startswith(one)))
            quote = passage.quote(0, min(len(passage.text), 40))
            yield Finding(
                subject=f"{passage.place}/{code}",
                outcome="holds" if same else "fails",
                message_zh=f"科目 {code} 文中称“{said}”，《{cell.title}》中称“{label}”，"
                + ("一致。" if same else "不一致。"),
                message_en=f"{code} is “{said}” in the prose and “{label}” in 《{cell.title}》: "
                + ("the same." if same else "not the same."),
                quotes=(quote,),
            )


CHECK = Check(
    "D09",
    "document",
    "warning",
    __doc__,
    run,
    ("no_code", "文中没有写明编码的科目。", "The prose prints no code of the classification."),
)
