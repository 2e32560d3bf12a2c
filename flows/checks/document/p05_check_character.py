"""P05 项目编码的校验位 · The check character of a project code

规则：二十一位项目编码（六位区划、两位年度、一位类别、十二位序号）的末位是按 GB 32100 一类的模 31 算法得出的校验位；
  同一前缀的编码，末位与算得的位相差同一个常数。只有个别编码不合的，该编码可能印错（或误读）。
Rule: The last of the 21 characters of a project code (6 of the division, 2 of the year, 1 of the kind, 12 of the
  number) is a check character modulo 31 like that of GB 32100; among codes of one prefix it differs from the
  computed one by the same constant. A single code that does not keep it is misprinted, or misread.
Formula: (Σ value(cᵢ)·3ⁱ for i = 0…19, plus value(c₂₀)) mod 31 is one constant for all codes of a prefix
Exclusions:
  1. 常数由文件自己的编码得出：同一前缀至少 6 个编码，其中至多十分之一不合；否则该地的编码没有校验位，不检查 / the
     constant is learnt from the document: at least 6 codes of the prefix of which at most one in ten disagrees;
     else the codes of the place have no check character and are not checked
  2. 不是 21 位、或含校验字符集以外字符的编码不检查 / codes of another length or with other characters are not
     checked
  3. 同一编码重复的只算一次 / a code that is printed again counts once
Not applicable: 没有带校验位的项目编码 / no project codes with a check character
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.quoting import quote_of
from flows.checks.views import DocumentFacts

# GB 32100-2015: digits and capital letters without I, O, S, V, Z
ALPHABET: Final = {sign: value for value, sign in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
LENGTH, PREFIX, FEWEST, ODD, MODULUS = 21, 9, 6, 10, 31


def remainder(code: str) -> int | None:
    """What the weighted sum and the check character leave modulo 31; None for another length or characters."""
    if len(code) != LENGTH or not ALPHABET.keys() >= set(code):
        return None
    weighted = sum(ALPHABET[sign] * pow(3, index, MODULUS) for index, sign in enumerate(code[:-1]))
    return (weighted + ALPHABET[code[-1]]) % MODULUS


def _by_prefix(facts: DocumentFacts) -> dict[str, dict[str, Any]]:
    """Prefix → code → the row of the project it is first printed with."""
    found: dict[str, dict[str, Any]] = {}
    for row in facts.tables.get("projects", ()):
        code = "".join((row["project_code"] or "").split()).upper()
        if remainder(code) is not None:
            found.setdefault(code[:PREFIX], {}).setdefault(code, row)
    return found


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for prefix, rows in _by_prefix(facts).items():
        said = {code: remainder(code) for code in rows}
        usual, count = Counter(said.values()).most_common(1)[0]
        odd = sorted(code for code, value in said.items() if value != usual)
        if len(said) < FEWEST or len(odd) * ODD > len(said):
            continue
        yield Finding(
            subject=f"{prefix}/check_character",
            outcome="fails" if odd else "holds",
            message_zh=f"前缀为 {prefix} 的 {len(said)} 个项目编码中，{count} 个的校验位相符"
            + (f"，{'、'.join(odd)} 不合：可能印错或误读。" if odd else "。"),
            message_en=f"Of {len(said)} project codes that begin with {prefix}, {count} keep their check character"
            + (f"; {', '.join(odd)} not: misprinted or misread." if odd else "."),
            n_terms=len(said),
            quotes=tuple(quote_of(rows[code], code, rows[code]["project_id"]) for code in odd or sorted(rows)[:1]),
        )


CHECK = Check(
    "P05",
    "document",
    "warning",
    __doc__,
    run,
    ("no_check_character", "没有带校验位的项目编码。", "No project codes with a check character."),
)
