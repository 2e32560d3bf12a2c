"""The words of claims: named parts, composed into the patterns of `claim_grammar`. Source of the wordings: DOMAIN 5.

All patterns are for folded text (`amount_text.fold_text`): half-width punctuation, no quotation marks.
"""

from __future__ import annotations

import re
from typing import Final, Literal

LONGEST: Final = 160  # characters before a number that are looked at; hostile text shall not cost time

Direction = Literal["level", "increase", "decrease", "unchanged", "unstated"]

_UP: Final = (
    r"增加|增长|上升|提高|调增|增多|上浮|扩大|新增|追加|净增|多支出|多安排|增支|增收|上涨|上调|调高|攀升|递增|增"
)
_DOWN: Final = (
    r"减少|下降|降低|压减|减低|缩减|压缩|削减|调减|核减|递减|下调|回落|减支|少支出|少安排|节支|节约|净减|下浮|减收|压降|"
    r"缩小|调低|精减|减"
)
# 增减 is the name of a difference and no direction; 占比提高 speaks of a share.
_VERB: Final = rf"(?<![追递])(?:(?P<up>{_UP})(?!减)|(?<!增)(?P<down>{_DOWN}))"
# 增加（减少）: the form offers both and nobody chose; 减少（节约） says one thing twice.
_EITHER: Final = (
    r"(?P<either>\((?:减少?|下降|降低|增加?|增长|上升)\)|/(?:减少?|下降|降低))?(?:\((?:节约|节支|压减|净增|净减)\))?"
)
_BEHIND_VERB: Final = (
    r"(?:了|额|数|幅度|幅|率|比例|比率|百分比|约|资金|金额|预算|支出|收入|经费|拨款|共计|共|合计|"
    r"为|是|达到|达|:|[▲△▼↑↓])*"
)
_STAGES: Final = (
    r"(?:年初|全年|调整后?|年度)?(?:部门|单位|财政拨款|支出|收入|收支)*"
    r"(?:预算|决算)?(?:批复|执行|完成|调整|安排|编制)*(?:数|额|情况|水平)?"
)
_PERIOD: Final = (
    r"(?:(?:19|20)\d\d年?(?:度|初|末|底)?|上一?年度?|去年度?|前一?年度?|上年同期|去年同期|同期|年初|全年|年度|当年|"
    r"上期|往年)"
)
BASE: Final = (
    rf"(?:{_PERIOD}(?:的|同期|同口径|部门|单位|一般公共预算|政府性基金|财政拨款|公共财政)*{_STAGES}"
    r"|(?:支出|年度|部门)?预算数)"
)
_TO: Final = r"(?:相比较|相比之?下|相比|比较|相较|对比|比)"
COMPARED: Final = rf"(?:(?:相?比于?|相?较于?|相较于?|对比|与|和|同)(?P<base>{BASE}){_TO}?|同比(?:上年)?)"

_CHANGE_REST: Final = (
    r"(?:[,:]|略有|略|分别|均|各自?|总体|净|共计?|相应|同比|环比|相比较?|又)*"
    rf"(?P<mid>.*?)(?P<each>分别|均|各自?)?(?:略有|略|净|共计?|相应|同比)*{_VERB}{_EITHER}{_BEHIND_VERB}$"
)
_CHANGE_COMPARED: Final = re.compile(rf"^(?P<head>.*?)(?P<compared>{COMPARED}){_CHANGE_REST}")
_CHANGE_BARE: Final = re.compile(rf"^(?P<head>)(?P<compared>(?!))?(?P<base>(?!))?{_CHANGE_REST}")
# 决算数小于预算数5万元
_CHANGE_BETWEEN: Final = re.compile(
    rf"^(?P<head>.*?)(?P<compared>(?:(?P<up>大于|高于|多于)|(?P<down>小于|少于|低于))(?P<base>{BASE}))"
    r"(?P<mid>)(?P<each>(?!))?(?P<either>(?!))?(?:共|约|:)*$"
)
# 较上年多5万元: of the short words only where they stand right behind what is compared with
_CHANGE_SHORT: Final = re.compile(
    rf"^(?P<head>.*?)(?P<compared>{COMPARED})(?:略有?)?(?:(?P<up>多|高)|(?P<down>少|低))"
    r"(?P<mid>)(?P<each>(?!))?(?P<either>(?!))?(?:了|出|约|:)*$"
)
# 比2025年的30万元, 由上年30万元: the amount of another year that a change starts from
LEVEL_COMPARED: Final = re.compile(
    rf"(?P<head>.*?)(?:相?比于?|相?较于?|对比|与|和|同|由|从)(?P<base>{BASE})(?:的|为|:)*$"
)
LEVEL_REACHED: Final = re.compile(rf"(?:{_UP}|{_DOWN})?了?(?:到|至)了?$")  # 减少到20万元, 减少3万元至20万元
# 新增项目经费30万元: what grew stands behind the verb.
CHANGE_OF: Final = re.compile(rf"{_VERB}了?(?P<noun>[\u4e00-\u9fff()、]{{2,16}}?)(?:共计?|约|为|合计)?$")
COMPARED_ONLY: Final = re.compile(
    rf"^(?:.{{0,12}}?(?:数|其中|,))??(?:相?比于?|相?较于?|对比|与|和|同)(?P<base>{BASE}){_TO}?[,:]?$"
)
SAME: Final = re.compile(
    rf"(?P<head>.*?)(?:(?:比|较|与|和|同)(?P<base>{BASE}){_TO}?)?(?:.{{0,8}}?)"
    r"(?:基本)?(?:持平|一致|相同|相等|无变化|没有变化|无增减|无变动|没有变动|无差异|不变|未变化|未发生变化|无增减变化|保持稳定)"
)
NOTHING: Final = re.compile(
    r"(?P<head>.*?)(?P<none>(?:均|也|都)?(?:无|没有|未安排|不安排|未编制|未发生|不涉及|未使用|暂无|未列支)(?:使用|安排|发生|涉及|编制|开展)?)"
    r"(?P<what>[^,。;]*)$"
)
DONE: Final = re.compile(r"(?:(?<!未)完成|为)(?P<base>[^,。;]*?(?:预算|任务|计划)[^,。;]*?)的?(?:比例为?|约)?$")
RATE_OF_DONE: Final = re.compile(r"(?:执行率|完成率|支出进度|序时进度|完成比例|执行进度)(?:为|是|达到|达|约|:)*$")
SHARE: Final = re.compile(
    r"占(?:比|到)?(?:了)?(?P<base>[^,。;%]*?)的?(?:比例|比重|比率|百分比|份额|占比)?(?:各?为|是|约|达到|达|分别为|:|仅)*$"
)
PART: Final = re.compile(r"(?:其中|分别是|分别为|包括|包含|含)[:,]?")
REASON: Final = re.compile(r"原因(?!分析)|主要是(?!因)|主要系|系因|由于|因为|主要因|是因|主要增加了|主要减少了")
PURPOSE: Final = re.compile(r"(?:主要)?用于(?:以下(?:几个)?方面:?)?")
THRESHOLD_BEHIND: Final = re.compile(r"(?:\(含\))?(?:及?以[上下内]|/)|\(含\)以")
THRESHOLD_BEFORE: Final = re.compile(
    r"(?:单价|单位价值|价值|单台|单件|不超过|不高于|不低于|不少于|不得超过|超过|高于|低于|[≥≤><=]"
    r"|标准(?:为|是|:)?|平均每?.{0,4}|每.{1,5}|人均.{0,6}|按.{0,10}|起点)$"
)
YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|\D)")
SAID_OF_PRIOR: Final = re.compile(r"(?:上一?年度?|去年度?)(?!结转|结余|剩余)")
PRIOR: Final = re.compile(r"上一?年|去年|前一?年|上期")
_FUND_NAMES: Final = re.compile(
    r"一般公共(?:服务)?预算|政府性基金预算|国有资本经营预算|公共财政预算|预算[内外]|(?:各)?预算单位|预算收入|预算绩效"
)
CONNECTORS: Final = re.compile(
    r"^(?:[、,.:;和及与或是为]|以及|相应(?:安排)?|主要(?:支出)?为|其中[:,]?|包括|包含|另外?|同时|此外|以下简称|截至.{0,14}?[底末日,]|按.{0,14}?(?:划分为|分类为|分为|划分|分类)|划分为|(?:一|二|三|四|五|六)是)+"
)
ORDINAL: Final = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,3}[、.]|\((?:[一二三四五六七八九十]{1,3}|\d{1,2})\)[、.]?|\d{1,2}[、.](?:(?!\d)|(?=\d{3}(?:\d\d){0,2}[-_]?[\u4e00-\u9fff]))|[①-⑳][、.]?)+"
)
TAIL_WORDS: Final = re.compile(
    r"(?:分别|均|各自?|共计|总共|共|约|(?<![总合累])计|达到|达|仅|只|为|是|即|需|:|、|有|在|人民币|财政预?算?资金)+$"
)
PLANNED: Final = re.compile(r"年初预算|年初批复|年初安排")
ADJUSTED: Final = re.compile(r"全年预算|调整(?:后)?预算|预算调整|年度预算数")
EXECUTED: Final = re.compile(r"预算执行|执行数|实际支出|实际完成")


def change_of(words: str) -> re.Match[str] | None:
    """`(head) 比(base) (mid) 增加`: groups head, compared, base, mid, up, down, either; None where none ends it."""
    words = words[-LONGEST:]
    return (
        _CHANGE_BETWEEN.match(words)
        or _CHANGE_COMPARED.match(words)
        or _CHANGE_SHORT.match(words)
        or _CHANGE_BARE.match(words)
    )


def direction_of(change: re.Match[str], *, zero: bool) -> Direction:
    """increase or decrease; unstated where both are printed and the amount is not zero."""
    if change["either"] and not zero:
        return "unstated"
    return "increase" if change["up"] else "decrease"


def stage_of(words: str) -> str | None:
    """Stage named by words: budget, initial_budget, adjusted_budget, execution, final; None where none is."""
    if "决算" in words:
        return "final"
    if PLANNED.search(words):
        return "initial_budget"
    if ADJUSTED.search(words):
        return "adjusted_budget"
    if EXECUTED.search(words):
        return "execution"
    return "budget" if "预算" in _FUND_NAMES.sub("", words) else None


def year_of(words: str) -> int | None:
    """The last year printed in the words."""
    years = YEAR.findall(words)
    return int(years[-1]) if years else None
