"""Y05 两年的文件不应完全相同 · The documents of two years are not the same throughout

规则：同一部门不同年度的文件，所印非零金额不应全部相同；全部相同的，应是把上年的文件当作今年的发布，或只改了年份。
Rule: The amounts other than nought of two years of one department are not all the same; where they are, last year's
  file was published again as this year's, or only its year was changed.
Formula: amounts[year] ≠ amounts[other year], as multisets
Exclusions:
  1. 只比较同一地区、同一部门、同一口径、同一阶段的文件；任一要素有疑问的不比较 / only documents of the same place,
     organisation, edition and stage; where any of these is in doubt, none
  2. 不同的非零金额少于 30 个的不比较 / not where fewer than 30 different amounts other than nought are printed
Not applicable: 没有金额完全相同的另一年文件 / no document of another year with the very same amounts
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.noun import Finding
from flows.checks.together import Companions, CrossCheck
from flows.checks.twins import same_amounts
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts, company: Companions) -> Iterator[Finding]:
    yield from same_amounts(facts, company, years=True)


CHECK = CrossCheck(
    "Y05",
    "department",
    "warning",
    __doc__,
    "same_amounts",
    run,
    ("no_twin", "没有金额完全相同的另一年文件。", "No document of another year with the very same amounts."),
)
