"""I07 县级部门的指标不写“全市” · An indicator of a county's department does not speak of the whole city

规则：县（不设区的市、区除外）的部门，其绩效指标的名称、内容不应以“全市”“全省”为范围：那是照抄上级的模板。
Rule: The indicators of a department of a county (not of a city or a district) do not take 全市 or 全省 (the whole
  city, the whole province) as their scope: it was copied from a template of those above.
Formula: county ∈ 县、自治县、旗 ⇒ no 全市, 全省 in its indicators
Exclusions:
  1. 市、县级市、区的文件不检查：“全市”是它们自己 / documents of cities, county-level cities and districts are not
     checked:全市 is their own
  2. 在全市（全省）的排名、位次、考核、先进、平均，本来就是与他处相比，不算 / ranks, assessments and averages of the
     city or province compare with others rightly
  3. 一份文件只报告一次，列出所有这样的指标 / told once per document, with every such indicator
Not applicable: 不是县的部门文件，或没有绩效指标 / not a department of a county, or no indicators
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import fold
from flows.checks.quoting import quote_of
from flows.checks.views import AnyRow, DocumentFacts
from flows.checks.words import one_line
from normalize.places import division_of

_WIDER = re.compile("全[市省]")
_COMPARED = re.compile("排名|名次|位次|前列|考核|先进|平均|领先|示范|评比|一流|第[一二三四五]")
_COUNTY = re.compile("[县旗]$")
TEXTS = ("level3", "description", "value_printed")
LISTED = 12


def _wider(row: AnyRow) -> str | None:
    """The text that names a wider place, not in comparison with it."""
    for name in TEXTS:
        text = fold(row[name] or "")
        if _WIDER.search(text) and not _COMPARED.search(text):
            return one_line(row[name])
    return None


def run(facts: DocumentFacts) -> Iterator[Finding]:
    division = division_of(facts.about.county_code or "")
    if division is None or not _COUNTY.search(division.name):
        return
    rows = list(facts.tables.get("indicators", ()))
    if not rows:
        return
    found = [(row, text) for row in rows if (text := _wider(row)) is not None]
    shown = "、".join(f"“{text}”" for _, text in found[:LISTED])
    yield Finding(
        subject="indicators/place",
        outcome="fails" if found else "holds",
        message_zh=f"{division.name}的 {len(rows)} 个指标中"
        + (f"，{len(found)} 个以全市（全省）为范围：{shown}。" if found else "，没有以全市（全省）为范围的。"),
        message_en=f"Of {len(rows)} indicators of {division.name}, "
        + (f"{len(found)} speak of the whole city or province: {shown}." if found else "none speaks of a wider place."),
        n_terms=len(rows),
        quotes=tuple(quote_of(row, text, row["indicator_id"]) for row, text in found[:LISTED]),
    )


CHECK = Check(
    "I07",
    "document",
    "warning",
    __doc__,
    run,
    ("no_county", "不是县的部门文件，或没有绩效指标。", "Not a department of a county, or no indicators."),
)
