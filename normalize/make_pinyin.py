"""Makes `vocabulary/pinyin.csv`: how the names of administrative divisions are read, for the names of source files.

Run by hand, with the package pypinyin (MIT) installed, which nothing else needs: `python -m normalize.make_pinyin`.
A row is one character with its usual reading, or a whole name whose reading differs from that of its characters. Names
are those of `vocabulary/divisions.csv`. Readings of place names that dictionaries give as common words are set right in
`LOCAL` (readings as the places themselves use them, 民政部《中国·国家地名信息库》).
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

from normalize import vocabulary

TARGET: Final = Path(__file__).parent / "vocabulary" / "pinyin.csv"
LOCAL: Final = {
    "单县": "shan xian", "洪洞县": "hong tong xian", "浚县": "xun xian", "涡阳县": "guo yang xian",
    "大城县": "dai cheng xian", "句容市": "ju rong shi", "柞水县": "zha shui xian", "宕昌县": "tan chang xian",
    "吴堡县": "wu bu xian", "荥经县": "ying jing xian", "荥阳市": "xing yang shi", "尉氏县": "wei shi xian",
    "尉犁县": "yu li xian", "蔚县": "yu xian", "枞阳县": "zong yang xian", "武陟县": "wu zhi xian",
    "渑池县": "mian chi xian", "繁峙县": "fan shi xian", "犍为县": "qian wei xian", "筠连县": "jun lian xian",
    "茌平区": "chi ping qu", "茌平县": "chi ping xian", "大埔县": "da bu xian", "东阿县": "dong e xian",
    "六安市": "lu an shi", "六合区": "lu he qu", "乐亭县": "lao ting xian", "乐陵市": "lao ling shi",
    "乐清市": "yue qing shi", "黄陂区": "huang pi qu", "牟平区": "mu ping qu", "中牟县": "zhong mu xian",
    "穆棱市": "mu ling shi", "铅山县": "yan shan xian", "泌阳县": "bi yang xian", "台州市": "tai zhou shi",
    "丽水市": "li shui shi", "番禺区": "pan yu qu", "隰县": "xi xian", "冠县": "guan xian", "盖州市": "gai zhou shi",
    "什邡市": "shi fang shi", "井陉县": "jing xing xian", "井陉矿区": "jing xing kuang qu", "歙县": "she xian",
    "莘县": "shen xian", "长子县": "zhang zi xian", "郫都区": "pi du qu", "郫县": "pi xian", "邳州市": "pi zhou shi",
    "厦门市": "xia men shi", "郧西县": "yun xi xian", "阳曲县": "yang qu xian", "行唐县": "xing tang xian",
    "任丘市": "ren qiu shi", "任县": "ren xian", "任泽区": "ren ze qu", "任城区": "ren cheng qu",
    "解放区": "jie fang qu", "洞口县": "dong kou xian", "珲春市": "hun chun shi", "叶县": "ye xian",
    "东莞市": "dong guan shi", "吐鲁番市": "tu lu fan shi",
    "中方县": "zhong fang xian", "重庆市": "chong qing shi", "都匀市": "du yun shi", "阿拉善盟": "a la shan meng",
    "六枝特区": "liu zhi te qu", "蠡县": "li xian", "曲周县": "qu zhou xian", "甘州区": "gan zhou qu",
    "梁子湖区": "liang zi hu qu", "鄯善县": "shan shan xian", "若羌县": "ruo qiang xian",
    "英吉沙县": "ying ji sha xian",
    "朝阳市": "chao yang shi", "朝阳县": "chao yang xian", "朝阳区": "chao yang qu", "南乐县": "nan le xian",
    "民乐县": "min le xian", "马尾区": "ma wei qu", "浪卡子县": "lang ka zi xian", "朝天区": "chao tian qu",
}  # fmt: skip
# read so in every name of a place but those of LOCAL
ALWAYS: Final = {"长": "chang", "都": "du", "什": "shi", "曾": "zeng", "乐": "le", "朝": "chao", "勒": "le"}


def make(target: Path) -> int:
    """Write the list and return how many rows it has. Sorted, so that the file is stable."""
    from pypinyin import lazy_pinyin  # type: ignore[import-not-found]  # noqa: PLC0415 - only here

    names = sorted({row["name"] for row in vocabulary.table("divisions")})
    read = {
        name: LOCAL[name].split()
        if name in LOCAL
        else [ALWAYS.get(one, reading) for one, reading in zip(name, lazy_pinyin(name), strict=True)]
        for name in names
    }
    usual: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        for character, reading in zip(name, read[name], strict=True):
            usual[character][reading] += 1
    characters = {one: min(found, key=lambda each: (-found[each], each)) for one, found in usual.items()}
    whole = {name: read[name] for name in names if read[name] != [characters[one] for one in name]}
    rows = [*sorted(characters.items()), *((name, " ".join(reading)) for name, reading in sorted(whole.items()))]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("text", "pinyin"))
        writer.writerows(rows)
    return len(rows)


if __name__ == "__main__":
    make(TARGET)
