"""What stands around a table and says whose, which year and in what unit it is: found in one text by its words."""

from __future__ import annotations

import re
from functools import lru_cache

from extract.text import fold

# 单位：元、% of a table with rates; how far the amounts are rounded may stand behind
_UNIT = re.compile(
    r"(?:金额|计量|货币|数据|计价)?单位(?:名称)?[::]?\(?((?:人民币)?(?:百万元|亿元|万元|千元|元))\)?(?:[、,/和]%)?"
    r"(?:\((?:保留|列至|精确|取|以)[^()]{1,16}\))?"
)
_UNIT_BRACKET = re.compile(r"\((?:金额)?单位[::]?((?:百万元|亿元|万元|千元|元))\)")
_YEAR = re.compile(r"(?:预算|决算)?年度[::]((?:19|20)\d\d)(?:年度?)?")
_AS_OF = re.compile(r"截[止至](?:时间|日期)?[::]?((?:19|20)\d\d[-年./]\d{1,2}(?:[-月./]\d{1,2}日?)?)")
_ORG = re.compile(
    r"(?:编制|编报|填报|公开|预算|申报|填表|制表|主管|报送|公示)?(?:部门|单位|预算单位|部门\(单位\)|单位\(部门\)|部门/单位)"
    r"(?:\((?:单位|公章|盖章)\))?(?:(?:编码|代码)(?:及|和|、|/)?)?(?:名称)?(?:\((?:公章|盖章)\))?[::](.+)"
)
_ORG_CODE_NAME = re.compile(r"^(\d{3}(?:\d{3})?)[-_]?([\u4e00-\u9fff][\u4e00-\u9fff()、·]{2,40})$")
_FORM_NUMBER = re.compile(
    r"^\(?(?:附?(?:公开|预算|决算|财决|公开预算|预算公开|决算公开|部门预算|部门决算|预决算)表?[-0-9a-zA-Z一二三四五六七八九十]{1,5}表?|附?表[0-9一二三四五六七八九十]{1,3}"
    r"(?:-\d+)?|[0-9]{1,2}表)[::]?\)?$"
)
_BESIDE = re.compile(
    r"^(?:第\d{1,4}页(?:[,/]?共\d{1,4}页)?|\(?(?P<year>(?:19|20)\d\d)年度?\)?)$"
)  # only beside captions
_UNITS_ONLY = re.compile(r"^(?:百万元|亿元|万元|千元|元)$")
_DATE = re.compile(r"^(?:19|20)\d\d年\d{1,2}月(?:\d{1,2}日)?$")
_TOO_SHORT = re.compile(r".|万元|.?\(?.?元\)?")
_PIECES = re.compile(r"\s{2,}|\t|\n|\u3000+")
_FILL = re.compile(r"[\s_:;,。,;、()公章盖章]+")
LONGEST = 160  # characters of a text that may be a caption


def parse_caption(text: str) -> dict[str, str]:
    """Kinds of caption in one printed text: unit, year, as_of, org, org_code, form_number. {} when it is none.

    A text that holds more than captions (a sentence, a header that names a unit in brackets) gives {}, so that the
    caller can trust: what has kinds is a caption and nothing else.
    """
    return dict(_kinds(text)) if len(text) <= LONGEST else {}


@lru_cache(maxsize=16384)
def _kinds(text: str) -> dict[str, str]:
    whole = fold(text)
    if not whole:
        return {}
    found: dict[str, str] = {}
    rest = whole
    for kind, pattern in (("unit", _UNIT), ("year", _YEAR), ("as_of", _AS_OF)):
        match = pattern.search(rest)
        if match:
            found[kind] = match.group(1)
            rest = rest.replace(match.group(0), "\n").strip()
    if _UNITS_ONLY.match(rest):
        return {**found, "unit": rest}
    for piece in [p for p in _split(text, rest) if p]:
        if _FILL.sub("", piece) == "":
            continue
        org, plain = _ORG.fullmatch(piece), _ORG_CODE_NAME.match(piece)
        if org and not _TOO_SHORT.fullmatch(org.group(1)):
            code = re.match(r"^\[?(\d{3,9})\]?[-_]?(.*)$", org.group(1))
            if code and code.group(2):
                found["org_code"], found["org"] = code.group(1), code.group(2)
            else:
                found["org"] = org.group(1)
        elif plain and "支出" not in piece and "收入" not in piece:
            found["org_code"], found["org"] = plain.group(1), plain.group(2)
        elif _FORM_NUMBER.match(piece):
            found["form_number"] = piece
        elif _DATE.match(piece):
            found.setdefault("as_of", piece)
        elif found and (beside := _BESIDE.match(piece)):
            if beside["year"]:
                found.setdefault("year", beside["year"])
        else:
            return {}
    return found


def _split(text: str, rest: str) -> list[str]:
    """The remaining pieces of a caption line: cut at the wide gaps it prints, or where a known kind was cut out."""
    pieces = rest.split("\n")
    gaps = [fold(piece) for piece in _PIECES.split(text)]
    if len(gaps) > 1:
        inside = [gap for gap in gaps if gap and any(gap in piece for piece in pieces)]
        left = "".join(pieces)
        for gap in inside:
            left = left.replace(gap, "", 1)
        if not left:
            return inside
    return pieces


_TITLE_AND_UNIT = re.compile(
    r"^(?P<title>.{2,60}?表(?:\s?[(（][^()（）]{1,12}[)）])?)\s*"
    r"(?P<unit>(?:金额|计量|货币)?\s*单\s*位\s*[:：]?\s*(?:人民币)?\s*(?:百\s*万|[亿万千])?\s*元)\s*$"
)


def title_and_unit(text: str) -> tuple[str, str] | None:
    """The two parts of a line that prints the unit behind the name of the table: `部门收支总表　单位：万元`.

    The name may end in brackets: `基本支出表（经济科目）　单位：万元`.
    """
    match = _TITLE_AND_UNIT.match(text) if len(text) <= LONGEST else None
    return (match["title"], match["unit"]) if match else None


def bracket_unit(text: str) -> str | None:
    """A unit named inside a header or title: `价值（金额单位：万元）`, `项目资金（万元）`."""
    folded = fold(text)
    match = _UNIT_BRACKET.search(folded) or re.search(r"\((百万元|亿元|万元|千元|元)\)", folded)
    return match.group(1) if match else None
