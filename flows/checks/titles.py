"""Names of tables made comparable: without ordinal, year, organisation and the words for whose table it is."""

from __future__ import annotations

import re
from typing import Final

from flows.checks.prose import fold

_YEAR: Final = re.compile(r"(?:19|20|２０)\d\d年?度?|二[○〇零]..年度?")
_ORDINAL: Final = re.compile(
    r"^(?:(?:附件|附表|公开)?(?:表)?[0-9]{1,2}(?:-\d)?(?:表)?[:、.]?|[(]?[一二三四五六七八九十]{1,3}[)、.:]+|表[一二三四五六七八九十\d]+[:、.]?)+"
)
_MARKS: Final = re.compile(r"[\s“”\"'‘’《》<>:;,、.。·…()\-—_]+")
_PAGE: Final = re.compile(r"[.·…・。\-—_\s]*[-(]*\d{0,3}[-)]*$")
_WHOSE: Final = re.compile(r"(?:本|预算)?(?:部门|单位)(?!预算支出经济分类|经济)|区级|市级|县级|省级|本级")


def name_of(title: str, organisation: str | None = None) -> str:
    """`1.2026年部门财务收支预算总表 …… 8` and `2026年部门财务收支预算总表` give the same."""
    text = _PAGE.sub("", fold(title))
    if organisation:
        text = text.replace(fold(organisation), "")
    text = _ORDINAL.sub("", text)
    text = _YEAR.sub("", text)
    text = _ORDINAL.sub("", text)
    text = re.sub(r"[(](?:按|含|空表|无|本表|注|单位|附)[^()]*[)]", "", text)
    return _WHOSE.sub("", _MARKS.sub("", text)).replace("总体情况表", "总表").replace("情况表", "表")
