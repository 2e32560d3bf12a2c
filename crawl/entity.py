"""Whose paper a title is, and whose site a page belongs to. Pure functions.

The name is kept as printed. Where a title states none ("2025年度部门预算公开"), the caller takes the column's or the
site's.
"""

from __future__ import annotations

import re

from crawl.dating import plain_title
from crawl.naming import FISCAL_OFFICE, MAX_TITLE, OFFICE, is_office

_ENDS_NAME = re.compile(
    # the name of a finance office's own office goes on behind its 预算 or 绩效
    rf"(?!(?:财政)?{FISCAL_OFFICE})(?:"
    r"(?:19|20)\d\d|(?<!干)部门(?!所属$)|(?<!事业)(?<!业)单位|所属|下属|直属|局属|二级|年度|预算|决算|预、?决|绩效|[“\"]?三公|项目支出|项目预算|整体支出|专项资金|政府专项|资产占|国有资产|财政(?!局|厅|所|部|投资|国库|监督|信息中心|事务)"
    r"|信息公开|公开|调整|一般公共|政府性|本年|转移支付|收支|关于(?!.{0,6}预)|衔接|债[务券]|的(?=公告|通知|说明|报告))"
)
_LEADING = re.compile(
    r"^(?:附件[\d一二三四五六七八九十]*[:：.、]?|[\d一二三四五六七八九十]{1,3}[.．、)）]|[·•★☆\-—>》»]+|[【\[][^】\]]{0,16}[】\]]|\([\d一二三四五六七八九十]{1,3}\)|关于(?:公开|公布)?|(?:19|20)\d\d(?:年度|年|\.)?)+"
)
_TRAILING = re.compile(r"(?:关于|及其?|和|与|的|、|暨|[(（]|[-—_·:：,，\"“”]|市级|县级|区级|政府|改后|公布)+$")
# fmt: off
_SITE_WORDS = (
    "官方网站", "门户网站", "公众信息网", "政府信息公开网", "政府信息公开平台", "政府信息公开专栏",
    "政府信息公开", "信息公开网", "信息公开平台", "信息公开", "政务公开网", "政务公开平台", "政务公开",
    "政务网", "信息网", "财政预决算公开平台", "财政预决算公开", "财政预决算", "网站", "门户", "首页", "主页",
    "欢迎您", "欢迎你", "欢迎", "网",
)
# fmt: on
# 供销合作社, 联合社: departments, whatever their names end with
_SUB_UNIT = re.compile(
    r"(?:中心|站|所|队|馆|校|园|医院|学院|大学|小学|中学|学校|幼儿园|研究院|剧院|图书馆|设计院|场|基地"
    r"|(?:卫生|敬老|福利|养老|保健|防治|疗养|光荣|干休|书画|画|科学)院|(?<!供销)(?<!供销合作)(?<!联合)社)$"
)
_GOVERNMENT = re.compile(
    r"(?:人民政府|政府|首都之窗)(?:办公[室厅])?(?:门户)?(?:网站|网)?$|^(?:.{2,10}(?:省|市|县|区|州|盟|旗))$|(?:财政|预决算).{0,8}(?:平台|专栏|统一公开)"
)


def entity_of(title: str) -> str | None:
    """The office, unit or place a title begins with (behind its year); None where it states none."""
    plain = plain_title(title[:MAX_TITLE])
    plain = _LEADING.sub("", plain)
    cut = _ENDS_NAME.search(plain)
    if cut is None:
        return plain if is_office(plain) else None
    name = _closed(_TRAILING.sub("", plain[: cut.start()]))
    if not 2 <= len(name) <= 60 or not re.search(r"[\u4e00-\u9fff]{2}", name):
        return None
    bare = re.sub(r"[(][^()]*[)]", "", name)
    if re.fullmatch(
        r"(?:各|全)?(?:市|县|区|省|本|我)?(?:本)?[级市县区省]?(?:直|级)?|情况|财务|财政|综合|年初|一图读懂|以前|历年",
        bare,
    ):
        return None
    if re.search(
        rf"(?:{OFFICE}|[省市县区州盟旗镇乡]|街道|政府|本级|机关|法院|检察院|人大|政协|监委|纪委|委员会|工委|会|院|校|园|场|社|团|台|厂|办|所|站)$",
        bare,
    ):
        return name
    return None


def site_owner(*names: str | None) -> str | None:
    """The office a site belongs to, from what the site calls itself (SiteName, <title> of its home, 版权 …)."""
    for name in names:
        if not name:
            continue
        for piece in re.split(r"[_|\-—–\s>·]+", plain_site(name)):
            part = _without_site_words(piece)
            if is_office(part) or re.fullmatch(
                r"[\u4e00-\u9fff]{2,12}(?:省|市|县|区|州|盟|旗|镇|乡)(?:人民政府|政府)?", part
            ):
                return part
    return None


def _without_site_words(part: str) -> str:
    for _ in range(6):
        ending = next((word for word in _SITE_WORDS if part.endswith(word)), None)
        if ending is None:
            break
        part = part[: -len(ending)]
    return part


def plain_site(name: str) -> str:
    """As `plain_title`, with the separators of site titles kept."""
    return "_".join(plain_title(part) for part in name.split())[:MAX_TITLE]


def is_government(owner: str | None) -> bool:
    """Whether an owner is a place's government, whose sites carry the papers of all its departments."""
    return owner is None or bool(_GOVERNMENT.search(owner))


def is_sub_unit(entity: str) -> bool:
    """Whether a name is that of an institution rather than of a department (中心, 站, 校, 医院 …)."""
    bare = re.sub(r"[(（][^()（）]*[)）]", "", plain_title(entity))
    return bool(_SUB_UNIT.search(bare))


def is_lone_centre(entity: str) -> bool:
    """Whether a name is that of a centre of the place itself (市公共资源交易中心), under no office that it names
    (县教育局教研中心). Such centres draw up budgets as departments do; schools and hospitals belong to an office."""
    bare = re.sub(r"[(（][^()（）]*[)）]", "", plain_title(entity))
    return bare.endswith("中心") and re.search(OFFICE, bare[:-2]) is None


def same_entity(one: str, other: str) -> bool:
    """Whether two names mean one office: 市交通运输局 and 石家庄市交通运输局, with or without （本级）."""
    first, second = (_core(plain_title(name)) for name in (one, other))
    if not first or not second:
        return False
    short, long = sorted((first, second), key=len)
    return (long.endswith(short) and len(short) >= 3) or first == second or _abbreviates(short, long)


def _abbreviates(short: str, long: str) -> bool:
    """Whether a name is the short form of another (县医保局, 丰河县医疗保障局): of one place, the same first and last
    character, all its characters in the other in their order."""
    (here, few), (there, many) = _place_and_office(short), _place_and_office(long)
    if not (here.endswith(there) or there.endswith(here)) or not 3 <= len(few) <= 6 or len(few) >= len(many):
        return False
    if few[0] != many[0] or few[-1] != many[-1]:
        return False
    left = iter(many)
    return all(letter in left for letter in few)


def _place_and_office(name: str) -> tuple[str, str]:
    found = re.match(r"([\u4e00-\u9fff]{0,10}?[省市县区州旗盟乡镇])?(.*)", name)
    office = re.sub(r"委员会$", "委", re.sub(r"办公室$", "办", found[2] if found else name))
    return (found[1] or "" if found else ""), office


def _core(name: str) -> str:
    name = re.sub(r"[(][^()]*[)]|本级$|机关$|汇总$", "", name)
    return re.sub(r"^(?:[\u4e00-\u9fff]{2,8}?(?:省|市|州|盟)|本)?(?=[\u4e00-\u9fff]{3})", "", name) or name


def _closed(name: str) -> str:
    """Without a bracket that is opened and not closed."""
    while name.count("(") > name.count(")"):
        name = name[: name.rindex("(")]
    return name
