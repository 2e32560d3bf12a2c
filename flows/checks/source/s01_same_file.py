"""S01 不同部门的文件不应完全相同 · The documents of two departments are not the same throughout

规则：同一地区同一年度，两个不同部门的文件所印非零金额不应全部相同；全部相同的，应是把一个部门的文件放在了另一个部门
  名下。
Rule: The amounts other than nought of two departments of one place and year are not all the same; where they are,
  the file of one was published under the name of the other.
Formula: amounts[department] ≠ amounts[other department], as multisets
Exclusions:
  1. 一方名称包含另一方，或一方列有另一方的，可能是部门与其唯一的单位，不比较 / not where the name of one holds the
     other's, or one lists the other: a department and its only unit
  2. 只比较同一口径、同一阶段的文件；年度、地区有疑问的不比较 / only documents of one edition and stage; where year
     or place is in doubt, none
  3. 不同的非零金额少于 30 个的不比较 / not where fewer than 30 different amounts other than nought are printed
Not applicable: 没有金额完全相同的另一部门文件 / no document of another department with the very same amounts
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.noun import Finding
from flows.checks.together import Companions, CrossCheck
from flows.checks.twins import same_amounts
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts, company: Companions) -> Iterator[Finding]:
    yield from same_amounts(facts, company, years=False)


CHECK = CrossCheck(
    "S01",
    "source",
    "error",
    __doc__,
    "same_amounts",
    run,
    ("no_twin", "没有金额完全相同的另一部门文件。", "No document of another department with the very same amounts."),
)
