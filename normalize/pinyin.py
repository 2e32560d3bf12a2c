"""Names of administrative divisions in Latin letters, as the names of files want them: 涞源县 → laiyuan."""

from __future__ import annotations

import functools
import re
from typing import Final

from normalize import vocabulary

# fmt: off
_PEOPLES: Final = (
    "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶",
    "白", "土家", "哈尼", "哈萨克", "傣", "黎", "傈僳", "佤", "畲", "高山", "拉祜", "水",
    "东乡", "纳西", "景颇", "柯尔克孜", "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬",
    "锡伯", "阿昌", "普米", "塔吉克", "怒", "乌孜别克", "俄罗斯", "鄂温克", "德昂", "保安", "裕固", "京",
    "塔塔尔", "独龙", "鄂伦春", "赫哲", "门巴", "珞巴", "基诺", "各",
)
# fmt: on
# 彭水苗族土家族自治县, 伊犁哈萨克自治州, 内蒙古自治区
_SELF_GOVERNING: Final = re.compile(
    rf"(?<=..)(?:(?:{'|'.join(sorted(_PEOPLES, key=len, reverse=True))})族?)*自治(?:县|州|旗|区)$"
)
_ENDING: Final = re.compile(r"(?:特别行政区|林区|矿区|新区|特区|地区|省|市|区|县|旗|盟)$")


@functools.cache
def _readings() -> dict[str, str]:
    return {row["text"]: row["pinyin"] for row in vocabulary.table("pinyin")}


def syllables(name: str) -> list[str]:
    """How a division's name is read, syllable by syllable; characters that are in no division's name are left out."""
    readings = _readings()
    whole = readings.get(name)
    if whole and len(name) > 1:
        return whole.split()
    return [readings[one] for one in name if one in readings]


def short_name(name: str) -> str:
    """The name without the word for what it is, as long as two characters stay: 涞源县 → 涞源, but 蔚县 → 蔚县."""
    for pattern in (_SELF_GOVERNING, _ENDING):
        rest = pattern.sub("", name)
        if rest != name:
            return rest if len(rest) >= 2 else name
    return name


def file_stem(code: str, name: str) -> str:
    """`130630_laiyuan`: the name of a source's file. The code alone where no character can be read."""
    latin = "".join(syllables(name)[: len(short_name(name))])
    return f"{code}_{latin}" if latin else code
