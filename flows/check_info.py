"""What a check is to those who publish or show it: its texts, without the code that carries it out."""

from __future__ import annotations

from typing import Final

import msgspec

# The families in the order in which they are listed; the first letter of a check's id is its family's.
FAMILY_NAMES: Final = {
    "H": ("科目层次", "hierarchy of codes"),
    "R": ("一行之内", "within one line"),
    "X": ("表与表之间", "between statements"),
    "T": ("“三公”经费", "three public expenses"),
    "P": ("项目", "projects"),
    "I": ("绩效指标", "performance indicators"),
    "N": ("文字与数额", "prose against amounts"),
    "G": ("政府采购", "procurement"),
    "A": ("资产", "assets"),
    "L": ("部门与单位", "a department and its units"),
    "Y": ("年度与阶段之间", "across years and stages"),
    "C": ("县级汇总", "a county and its departments"),
    "S": ("同一来源的文件之间", "documents of one source"),
    "D": ("公开的完整与一致", "what is disclosed, whole and consistent"),
    "W": ("文字", "wording"),
    "U": ("单位", "units of measure"),
    "V": ("版本", "a release as a whole"),
}
FAMILIES: Final = "".join(FAMILY_NAMES)


class CheckInfo(msgspec.Struct, frozen=True):
    """A check as a page shows it; every text is taken from the docstring of the check's module."""

    id: str
    family: str
    level: str
    severity: str
    title_zh: str
    title_en: str
    rule_zh: str
    rule_en: str
    formula: str
    exclusions: tuple[str, ...]
    not_applicable: str
