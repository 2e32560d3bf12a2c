"""What the words of a title name: which kind of disclosure, or why it only looks like one. Pure functions.

Source of the rules: DOMAIN 1 (report kinds), 7.1 (column names), and the kind rules of the hand-checked pages: 部门
names a department's paper, 单位, 本级, 所属 a unit's; a title with neither is told apart by whose site it stands on.
Audit reports on 预算执行, rules, tenders and news are near misses. Words that only stand inside the name of an office
(审计局, 会议中心, 考核办公室) never make a near miss.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, get_args

import msgspec

from crawl.dating import plain_title

Kind = Literal[  # values of doc_type
    "department_budget",
    "unit_budget",
    "department_final",
    "unit_final",
    "government_budget",
    "government_final",
    "performance_target",
    "performance_self_evaluation",
    "three_public",
    "other_fiscal",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Level = Literal["department", "unit", "government"]
NearMiss = Literal["audit", "rule", "work", "tender", "news"]

MAX_TITLE = 400  # characters that are looked at


class Naming(msgspec.Struct, frozen=True):
    """What a title names.

    kind: None when it names no disclosure at all. also: kinds its words admit as well. level_said: whether 部门, 单位,
    本级, 政府 … is printed. noun_at: where in `plain_title(text)` the words stand that decide. near_miss: why it is no
    disclosure although it names one. clean: nothing but the usual words follow the noun, as in the title of a paper;
    prose ("2026年预算安排突出民生") is not clean.
    """

    kind: Kind | None = None
    also: tuple[Kind, ...] = ()
    level_said: bool = False
    noun_at: int | None = None
    near_miss: NearMiss | None = None
    adjusted: bool = False
    clean: bool = False
    generic: bool = False

    @property
    def wanted(self) -> bool:
        """A disclosure by its words alone."""
        return self.kind is not None and self.near_miss is None


def _any_of(*rows: tuple[str, str]) -> re.Pattern[str]:
    """One pattern of many, in their order; each row is (what its words have in common, pattern)."""
    return re.compile("|".join(pattern for _, pattern in rows))


# -- words ----------------------------------------------------------------------------------------------------------

# what an office's name ends with; each guarded against the word it begins (部门, 处理, 所属, 办法, 会议)
OFFICE = (
    r"(?:局|厅|署(?!名)|委员会|委(?![托员派任])|办公室|办公厅|办事处|办(?![公法理事好税学案]|$)|中心(?!组|工作|任务|城区)|院(?!士)|学校|大学|中学"
    r"|小学|幼儿园|党校|馆|站|总队|支队|大队|中队|队|研究所|所(?![属有需以在辖])|协会|学会|联合会|工会|总会|商会|研究会|促进会"
    r"|基金会|红十字会|妇联|残联|工商联|科协|文联|社科联|作协|处(?![理置罚])|科(?![技学研普目])|室|组(?![织成合])|集团|公司|基地|园区|部(?![门署分])|庭"
    r"|医院|报社|电视台|电台|总站|分站|团委|共青团|联席会议|联社|供销社|管委会|指挥部|专班|推进办)"
)
_OFFICE_NEAR = re.compile(
    rf"(?:(?!预算|决算|绩效|情况|报告|结果|整改|查出|问题|\d|的|和(?!社)|会上|公告|通知|暨|关于)[\u4e00-\u9fff·()]){{0,12}}?{OFFICE}"
)

# offices of a finance office that have the nouns in their name (绩效评价中心, 预算评审中心, 预算股): no paper, and the
# name goes on behind the noun
FISCAL_OFFICE = (
    r"(?:预算|绩效)(?:预算|绩效|评价|评审|评估|编审|编制|审核|管理|监督|监控|执行|考核|信息){0,3}(?:服务|事务)?"
    r"(?:中心|科(?![目学技])|股(?![东份])|处(?![理置罚])|办公室|局)"
)
# compounds of a finance office's work that contain the nouns without naming a paper
_WORK_COMPOUND = _any_of(
    ("an office", FISCAL_OFFICE),
    ("managing budgets", r"预算绩效管理|预算管理|绩效管理(?!目标)"),
    ("drawing them up", r"预算编制(?!的?(?:说明|情况))|预算编审|预算评审"),
    ("whose, by which law", r"预算单位|预算法|预算改革|预算约束|预算级次"),
    ("figures handed down", r"预算指标(?!文件|表)"),
    ("watching them", r"预算监督|预算监管|零基预算|预算评估"),
    ("pay and marks of people", r"绩效考核|绩效工资|绩效奖|绩效合同|政府绩效|绩效评估"),
    ("of buildings", r"非预算|概预算|工程预算|预算员|预算定额|施工图预算|预算价|预算金额|投资预算|预算审[核查]"),
    ("of finished buildings", r"竣工(?:财务|结算)?决算|工程决算|基建决算"),
    ("marks of firms", r"绩效(?:分级|评级|等级|引领|[A-D]级)"),
    (
        "performance of something else than spending",
        r"(?:高质量|综合|亩均|环保|环境|企业|行业|医院|卫生服务|发展|工作|减排|教学|人才|平台|园区|科研|监管|运营|竞争|改革)绩效",
    ),
)
_NOUN = re.compile(r"决算|预[、,/]?决?算|绩效|三公|预决")
_SELF_EVALUATION = re.compile(
    r"自评|自我评价|绩效评价|绩效运行|绩效监控|评价报告|评价结果|绩效报告|事后评价|部门评价|财政评价|评价情况"
)
_PERFORMANCE = re.compile(
    r"绩效(?:目标|信息|文本|公开|指标|自评|自我|评价|运行|监控|报告|目录|情况|结果)|(?:支出|项目|整体|部门|单位|资金|预算|财政).{0,4}绩效"
)
# 部门预算公开和绩效公开, 部门预算（含绩效目标）: the budget is the paper, the targets come with it
_BUDGET_THEN_TARGET = re.compile(
    r"[预决]算(?:草案|公开|信息|情况|报告|说明|编制|文本|报表|表)*(?:[(]?(?:和|及|与|、|暨|以及|含|附))+[^预决]{0,12}绩效"
)
_THREE_PUBLIC = re.compile(
    r"(?:一般公共预算)?(?:财政拨款)?[“”\"'‘’]*三公[“”\"'‘’]*(?:经费)?[“”\"'‘’]*(?:财政拨款)?(?:支出)?(?:的)?(?:预、?决算|预算|决算)?"
)
_MONTHS = re.compile(
    r"\d{1,2}月?(?:份)?(?:-|—|–|~|至|到)+\d{1,2}月|(?<!\d)\d{1,2}月(?!\d{1,2}日)|季度|上半年|下半年|半年|前[一二三]季"
)
_EXECUTION = re.compile(
    r"预算执行|收支执行|财政收支|收支情况|收支完成|收入完成|财政运行|预算收支|收支运行|收支预算执行|财政收入|财政支出"
)
_OTHER_STRONG = re.compile(
    r"资产占[用有]|国有资产(?:占|使用|配置|情况|管理情况|总体|管理综合|报告|专项报告)|固定资产(?:占|情况)|财政收支(?:情况|月报|快报)|收支情况|预算执行情况|收支月报"
    r"|(?:政府|专项|地方|一般|新增|再融资)债[务券](?:限额|余额|信息|资金|情况|发行|使用|还本|存续|项目|公开)|债务(?:限额|余额|信息公开)"
)
_OTHER_FUNDS = re.compile(
    r"(?:专项资金|转移支付|财政资金|直达资金|补助资金|衔接资金|惠农补贴|项目资金)"
    r"(?=.{0,12}(?:公开|目录|清单|使用|分配|情况|下达表|一览|拨付|公示|明细|台账))"
)
_ADJUSTED = re.compile(r"调整(?:后)?(?:的)?(?:预算|方案)|预算调整|预算变更|追加预算")

_FUND_NAME = re.compile(r"(?:一般公共|政府性?基金|国有资本经营|社会保险基金)预算(?=[^,，和及]{0,20}决算)")
_DEPARTMENT_NOUN = re.compile(
    r"部门(?:收支|综合|财政|全口径|年初|年度|整体|本级)?(?:\d{4}年?度?)?(?:收支|财政|综合)?[预决]"
    r"|(?<=年)度?部[预决]算"  # 2024年部预算
)
_UNIT_NOUN = re.compile(r"单位(?:收支|综合|财政|全口径|年初|年度|整体)?(?:\d{4}年?度?)?(?:收支|财政|综合)?[预决]")
_BOTH_NOUN = re.compile(
    r"部门(?:本级)?[(]?(?:及|和|、|与|\(含)(?:其)?(?:所属|下属|直属|二级|基层)?(?:预算)?单位[)]?(?:\d{4}年?度?)?[预决]"
)
_UNIT_WORDS = re.compile(
    r"(?:所属|下属|直属|局属|委属|二级|基层|预算|事业|各)单位|单位|(?<![市县区省州盟旗乡镇])本级|[局委办厅部院会]机关(?!事务|工委|工作|服务|幼儿|党委|后勤|保卫|医院)|\(机关\)"
)
_DEPARTMENT_WORDS = re.compile(r"部门|[(]汇总[)]|(?<=局)汇总|综合预算|系统汇总")
_SUMMED = re.compile(r"[(](?:含|包括|包含)[^)]{0,12}[)]|[(](?:汇总|部门)[)]")
_GOVERNMENT_NOUN = _any_of(
    ("between governments", r"税收返还|(?:对下|补助下级|上级补助).{0,8}转移支付|转移支付.{0,6}分(?:地区|县|区)"),
    ("said outright", r"政府(?:[预决]|财政|性?基金|总[预决])"),
    ("the treasury's totals", r"(?:地方)?财政总?[预决]算|总[预决]算"),
    ("what a congress is given", r"预算草案|决算草案|预算报告|决算报告的|预算调整方案"),
    ("the four books", r"一般公共[预决]算|政府性基金|国有资本经营[预决]|社会?保险?基金[预决]"),
    (
        "a level of government",
        r"(?:省|市|县|区|州|盟|旗|乡|镇)(?:本)?级(?:财政|政府)?\d{0,4}年?度?(?:财政|政府|收支|收入|支出)*[预决]",
    ),
    ("all of a place", r"全[省市县区州盟旗国]|中央"),
)
# what a people's congress, of a county or a town, is asked to approve
_REPORT_TO_CONGRESS = re.compile(
    r"预算执行情况?(?:和|及|与|暨|、).{0,16}预算[(]?草案|[预决]算[(]草案[)]的?(?:报告|议案)"
)
# 某县2025年本级预算, 2025年某县财政预算: nothing but a place, a year and a level before the noun
_YEAR_WORDS = r"(?:\d{4}年?度?)?"
_PLACE_THEN_NOUN = re.compile(
    rf"^(?:关于)?{_YEAR_WORDS}[\u4e00-\u9fff]{{1,12}}(?:省|市|县|区|州|盟|旗|镇|乡)(?:本级|人民政府)?(?:关于)?"
    rf"{_YEAR_WORDS}(?:[省市县区州盟旗]?本级)?(?:财政)?(?:收支)?[预决]算"
)

# -- near misses ----------------------------------------------------------------------------------------------------

_AUDIT = re.compile(
    r"审计(?:工作)?(?:报告|结果|查出|发现|整改|情况|公告|调查|意见|决定|建议|问题|监督|反映|解读|揭示|要情|简报)|"
    r"(?:预算执行|财政收支|决算|绩效|财务收支|专项资金|资金|政策|责任|离任|跟踪|专项|财政)(?:等)?(?:情况)?(?:的|及|和)?审计|审计.{0,8}(?:预算执行|财政收支)|审计整改|审计$|审签|(?:预算|决算).{0,16}审查(?:的)?(?:结果|意见|报告)"
)
_RULE = re.compile(
    r"(?:管理|实施|暂行|试行|工作|评价|公开|考核|使用|监督|操作)办法|办法(?:》|[(]|$|的)|条例|实施细则|细则|规程|规定(?!动作)|指导意见|实施意见|征求意见|意见稿|工作制度"
    r"|制度(?:》|[(]|$|建设)|管理规范|暂行|工作规则|实施方案|工作方案|指引|操作指南|申报指南|编报指南|政策(?:文件|汇编|解读|问答)|合同范本|宪法|法律|预算法"
)
_TENDER = re.compile(
    r"招标|中标|成交(?:结果|公告)|采购(?:公告|意向|结果|合同|需求|文件|项目|更正|失败|监督|代理|服务)|政府采购(?!预算)|竞争性|磋商|询价|比选|遴选|选聘|招聘|招募|拍卖|竞价|竞标|废标|流标"
    r"|中介机构|第三方机构|服务机构|供应商"
)
_WORK = _any_of(
    (
        "told to do something",
        r"(?:做好|开展|加强|组织|编制|报送|填报|申报|申请|征集|下达|拨付|印发|转发|启用|推荐|召开|举办|清理|规范|布置|批复|提前|上报"
        r"|收回|预拨|安排)(?!.{0,3}(?:表|一览|目录|清单|公示|公开$)).{0,60}(?:通知|函|方案|请示|公告|意见)",
    ),
    ("a congress approves", r"(?:人大|常委会|会议)(?:审查|审议|表决|通过|和|、){0,4}批准(?!的).{0,24}[预决]算$"),
    ("its resolution", r"批准.{0,60}的?决[议定]|(?:[预决]算|草案|报告|方案)[》)]?的决[议定]"),
    ("asked for, granted", r"申报(?!表)|征集|的批复|批复》?$|复函|请示$|任前"),
    ("who is to get money", r"拟(?:支持|安排|入库|立项|补助|推荐)|评审结果|入围|名单公示|结果公示$|公益金"),
    ("a list of firms or people", r"(?:项目|企业|名单|奖补|奖励|资助|对象|人员)的?(?:公示|公告)$"),
)
_NOTICE_OF_PAPER = re.compile(r"[预决]算.{0,8}公[开布示].{0,4}(?:通知|函)|公[开布示].{0,30}[预决]算.{0,8}(?:通知|函)")
_NOTICE_OF_WORK = re.compile(r"报送|上报|填报|做好|工作|组织|规范|推进|加强|进一步|布置|培训|检查")
_NOTIFIED = re.compile(r"通知(?:[(》]|$|书)|通报(?:[(》]|$)")
# when, by whom and in which order papers are to come out, not a paper
_SCHEDULE = re.compile(
    r"公[开布示](?:工作)?(?:的)?(?:时间|日程|进度|进展|任务|责任|分工|联系)(?:安排|分解|计划|人)?(?:表|一览)|(?:时间|日程|进度)安排表?$"
)
# words of news that no office has in its name …
_NEWS = re.compile(
    r"召开|举办|举行|开展|部署|审议|听取|表决|全票|荣获|获批|获得|获评|喜获|获全|通过(?!网)|圆满|顺利|加强|加快|强化|提高|深化|聚焦|扎实|着力|有力|全力|积极|助力|护航|赋能|筑牢|严把|守好"
    r"|打造|一图|图解|读懂|图说|答记者|访谈|回应|推进会|座谈会|动员会|工作会|布置会|培训班|会议精神|会上|会审|约谈|抽查|督导|竞赛|征文|亮点|成效|做法|特写|你问我答|热点|问答"
    r"|专题会|调研|赴|莅临|带队|走访|观摩|交流|经验|推动|持续|稳步|创新.{0,6}机制|突出|书记|局长|市长|县长|区长|厅长|部长|主任(?!科)|代表(?!大会|中心)|委员(?!会)|新闻发布|记者|答复|提案|建议的"
    r"|压减|增长|下降|同比|超|突破|优化(?!营商)|提升(?!中心|工程)|我[市县区省州局委院校]|为.{2,12}(?:提供|保驾)|怎么|如何|什么|为何|解读|看点|亮相|出炉|来了|发布会|回答|[!！?？]"
)
# … and those that some have: they count only where no office's name follows
_NEWS_OR_OFFICE = re.compile(
    r"会议|考核|培训|检查|督查|巡察|巡视|宣传|推进|研讨|学习|贯彻|落实|规范|评比|竞赛|视频|直播|咨询|投诉|宣讲|约谈|调查"
)

# -- the words of columns -------------------------------------------------------------------------------------------

_GENERIC = re.compile(
    r"(?:\d{4}年?(?:度|及以前|以前)?|历年|往年|年度|财政|财务|政府|部门|单位|本级|市级|县级|区级|省级|州级|旗级|乡镇|街道|镇街|各|市直|县直|区直|直属|所属|下属|局属|机关|党政|党群|团体|群团|事业|及其?|和|与|暨|、|/|\|"
    r"|的|预|决|算|预算|决算|草案|信息|公开|公示|公告|专栏|专题|专区|栏目|平台|统一|目录|三公|经费|“|”|\"|'|‘|’|[()【】\[\]《》<>:：·…\-—_.,，。*]|务|绩效|目标|管理|评价|自评|结果|情况|报告|说明|资金|专项|收支|执行"
    r"|领域|重点|资产|国有|债务|债券|地方|转移支付|采购(?!中心|办)|审计(?!局|厅|署|中心)|数据(?!局|中心)|资料|文件|报表|表|本|县|市|区|省|乡|镇|本局|系统|汇总|一般公共|更多|more|基层|县区|区县|其他|项目|支出|整体|运行|监控)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"草案|报告书?|功能|分类|科目|经济|公开|公布|公示|公告|信息|情况|说明|报表|表格?|文本|目录|附件|附表|汇总|一览|以及|及|和|与|暨|、|的|三公|经费|绩效|目标|自评|自我|评价|运行|监控|年度|\d{4}年?度?|\d+|批复|收支|财政|拨款|支出|收入|项目|整体|明细|编制|基本|全文|版|更正|修订|修改"
    r"|调整|补充|后|电子|资料|材料|内容|结果|预|决|算|政府|部门|单位|本级|下载|pdf|docx?|xlsx?|zip|rar|wps|专项|债券|债务|转移支付|资金|清单|统计|分析|性|基金|国有|资本|经营|社会|保险|一般|公共|执行|年初|上级|总|稿|套表|第|号|页|附|件|含|各|所属|下属|二级|机关|市级|县级|区级|省级|重点|书|简|本"
    r"|采购|资产|占用|占有|使用|三本|四本|账|省|市|县|区|乡镇|街道|党委|事业|及其|相关|有关|公开稿|函|通知|月|季度|上半年|至|日|一|二|三|四|五|六|七|八|九|十|[\W_]|[a-z]",
    re.IGNORECASE,
)
_ENUMERATOR = re.compile(
    r"^(?:附件|附表|附)?\s*[(（]?\s*[\d一二三四五六七八九十]{0,3}\s*[)）]?\s*[、.．:：,，\-]?\s*(?=[^\d年月])"
)
_SUFFIX = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|7z|html?)+$", re.IGNORECASE)


_NOT_OFFICE = re.compile(
    r"\d{4}|[,，;；!！?？《》—–-]|公告|通告|通知|公示|关于|备案|变更|批准|许可|名单|申请|结果|情况|报告|方案|举报|联系|友情|链接|地图|信箱|服务(?:事项|指南)|办事(?!处)|欢迎|回到|进入|领导|简介|职责|职能|动态|资讯|要闻|通办$|[上即快联帮代易好]办$|一次办|怎么办|大厅$|^(?:新闻|下载|个人|用户|会员|互动|视频|图片|资讯|媒体|办事|数据)中心$"
)


def name_title(text: str) -> Naming:
    """What the words of a title name; context (whose site, which column) is not asked here."""
    return _name_title(text[:MAX_TITLE])


@lru_cache(maxsize=8192)
def _name_title(text: str) -> Naming:
    plain = _SUFFIX.sub("", plain_title(text))
    if not plain:
        return Naming()
    words = _WORK_COMPOUND.sub(lambda found: "×" * len(found[0]), plain)
    kind, also, said, noun_at = _kind_of(words)
    if kind is None:
        fiscal = _NOUN.search(plain) or "财政收支" in plain
        near_miss = _near_miss(plain, words) if fiscal else None
        return Naming(near_miss=near_miss, generic=_is_generic(plain))
    return Naming(
        kind,
        tuple(other for other in also if other != kind),
        said,
        noun_at,
        _near_miss(plain, words),
        bool(_ADJUSTED.search(words)),
        kind == "other_fiscal" or _is_clean(words, noun_at),
        _is_generic(plain),
    )


def _is_generic(plain: str) -> bool:
    """Whether a title is made of general words only; they are taken out one by one, never tried in combinations."""
    return not _GENERIC.sub("", plain)


def looks_like_disclosure(text: str) -> bool:
    """Whether the words of a title name a budget, a final account or a performance disclosure."""
    plain = plain_title(text[:MAX_TITLE])
    return bool(_NOUN.search(_WORK_COMPOUND.sub("", plain)) or re.search(r"收支|财政信息", plain)) and (
        name_title(text).near_miss not in {"audit", "tender"}
    )


@lru_cache(maxsize=8192)
def is_office(text: str) -> bool:
    """Whether words are nothing but the name of an office, as lists of departments print them (`3
    市教育局（本级）`)."""
    plain = _SUFFIX.sub("", plain_title(text[:MAX_TITLE]))
    plain = _ENUMERATOR.sub("", plain).strip("·•-—、.。:：★☆>»")
    if not 2 <= len(plain) <= 45 or _NOUN.search(plain) or _NOT_OFFICE.search(plain) or _outside(plain, _NEWS):
        return False
    bare = re.sub(r"[(][^()]{0,40}[)]", "", plain)
    return bool(
        re.search(
            rf"(?:{OFFICE}|本级|机关|人民政府|街道|镇|乡|办|法院|检察院|政协|人大|监委|纪委|工委|校|园|场|社|会|台|厂)$",
            bare,
        )
    )


def budget_or_final(kind: Kind | None) -> Literal["budget", "final"] | None:
    """Which of the two a kind is about, None for the others."""
    if kind is None:
        return None
    return "budget" if kind.endswith("_budget") else "final" if kind.endswith("_final") else None


def at_level(kind: Kind, level: Level) -> Kind:
    """The same paper of another level."""
    side = budget_or_final(kind)
    found: dict[tuple[Level, str], Kind] = {
        ("department", "budget"): "department_budget",
        ("unit", "budget"): "unit_budget",
        ("government", "budget"): "government_budget",
        ("department", "final"): "department_final",
        ("unit", "final"): "unit_final",
        ("government", "final"): "government_final",
    }
    return found[level, side] if side else kind


def _kind_of(words: str) -> tuple[Kind | None, tuple[Kind, ...], bool, int | None]:
    performance = words.find("绩效")
    if performance >= 0 and not _PERFORMANCE.search(words):
        performance = -1  # 绩效 of something else than spending
    if performance >= 0 and not _BUDGET_THEN_TARGET.search(words):
        evaluated = _SELF_EVALUATION.search(words)
        if evaluated:
            other: tuple[Kind, ...] = ("performance_target", "other_fiscal")
            return "performance_self_evaluation", other, True, max(performance, 0)
        return "performance_target", ("performance_self_evaluation",), True, performance
    if performance < 0 and re.search(r"(?:支出|项目|部门|资金|整体).{0,6}(?:自评|评价报告|评价结果)", words):
        at = _SELF_EVALUATION.search(words)
        return "performance_self_evaluation", ("other_fiscal",), True, at.start() if at else None
    public = _THREE_PUBLIC.search(words)
    rest = words if public is None else words[: public.start()] + "×" * len(public[0]) + words[public.end() :]
    paper = _paper(rest)
    extra: tuple[Kind, ...] = ("performance_target",) if performance >= 0 else ()
    if paper is not None:
        side, at_noun = paper
        level, said, other_levels = _level(rest)
        kind = at_level("department_budget" if side == "budget" else "department_final", level)
        also = tuple(at_level(kind, one) for one in other_levels)
        if _both_sides(rest):
            turned: Kind = "department_final" if side == "budget" else "department_budget"
            also += (at_level(turned, level),)
        return kind, also + extra + (("three_public",) if public else ()), said, at_noun
    if public is not None:
        side = "final" if "决算" in public[0] else "budget"
        kind = "department_final" if side == "final" else "department_budget"
        return "three_public", (kind, at_level(kind, "unit")), True, public.start()
    strong = _OTHER_STRONG.search(words) or _OTHER_FUNDS.search(words)
    if strong:
        return "other_fiscal", (), True, strong.start()
    if _MONTHS.search(words) and (found := _EXECUTION.search(words)):
        return "other_fiscal", (), True, found.start()
    return None, (), False, None


def _paper(words: str) -> tuple[Literal["budget", "final"], int] | None:
    """The budget or final account a title names, and where; None when 预算 stands there only to be executed or
    reported."""
    # 一般公共预算支出决算: the name of a fund, not a budget
    words = _FUND_NAME.sub(lambda found: "×" * len(found[0]), words)
    final = words.find("决算")
    draft = words.find("预算草案")
    level_noun = _DEPARTMENT_NOUN.search(words) or _UNIT_NOUN.search(words)
    if level_noun is None and draft < 0 and final < 0 and (_MONTHS.search(words) or "预算执行" in words):
        rest = words.replace("预算执行", "××××")
        if _MONTHS.search(words) or "预算" not in rest or not re.search(r"\d{4}年?度?[^年]{0,8}预算", rest):
            return None
    budgets = [
        hit.start()
        for hit in re.finditer(r"预、?,?/?算|预[、,/]?决算|预算", words)
        if not words.startswith("预算执行", hit.start())
    ]
    if level_noun is None:
        # 一般公共预算收支情况 and the like are reports on the year
        budgets = [at for at in budgets if not re.match(r"预算(?:收支)(?:情况|执行|完成)", words[at:])]
    if draft >= 0 and (final < 0 or draft < final):
        return "budget", draft
    if final >= 0 and (not budgets or final < budgets[0]) and not words.startswith("预决算", max(final - 1, 0)):
        return "final", final
    if budgets:
        return "budget", budgets[0] if draft < 0 else draft
    return ("final", final) if final >= 0 else None


def _both_sides(words: str) -> bool:
    return bool(re.search(r"预[、,/]?决算", words)) or ("决算" in words and "预算" in words.replace("预算执行", ""))


def _level(words: str) -> tuple[Level, bool, tuple[Level, ...]]:
    summed = bool(_SUMMED.search(words))
    bare = _SUMMED.sub("", words)
    if _BOTH_NOUN.search(bare):
        return "department", True, ("unit",)
    if _UNIT_NOUN.search(bare):
        return "unit", True, ("department",) if "部门" in bare or "及" in bare else ()
    if _DEPARTMENT_NOUN.search(bare):
        return "department", True, ("unit",)
    if _REPORT_TO_CONGRESS.search(bare) and not re.search(rf"(?<!财政){OFFICE}", bare.split("算", 1)[0]):
        return "government", True, ("department", "unit")
    if _PLACE_THEN_NOUN.search(bare) and not re.search(
        rf"{OFFICE}(?!.*人民政府)", bare.split("预算", 1)[0].split("决算", 1)[0]
    ):
        town = re.search(r"[镇乡]", bare.split("算", 1)[0])
        return ("department", False, ("government", "unit")) if town else ("government", True, ("department",))
    if "部门" in bare and not _UNIT_WORDS.search(bare.replace("预算单位", "")):
        return "department", True, ("unit",)
    if _UNIT_WORDS.search(bare):
        return "unit", True, ("department",)
    if _GOVERNMENT_NOUN.search(bare):
        office = re.search(rf"(?<!财政){OFFICE}", bare.split("算", 1)[0])
        strong = re.search(r"预算草案|决算草案|预算调整方案|财政总?决算|全[省市县区州盟旗]", bare)
        if office is None or strong:
            return "government", True, ("department", "unit")
    if summed or _DEPARTMENT_WORDS.search(words):
        return "department", True, ("unit",)
    return "department", False, ("unit",)


def _near_miss(plain: str, words: str) -> NearMiss | None:
    papers = _DEPARTMENT_NOUN.search(words) or _UNIT_NOUN.search(words) or re.search(r"绩效目标|自评", words)
    for found in _AUDIT.finditer(plain):
        if _in_office(plain, found.start() + max(found[0].find("审"), 0)):
            continue
        if papers and papers.start() > found.end() and not re.search(r"审计(?:工作)?(?:报告|结果|查出|整改)", found[0]):
            continue  # a project of auditing has targets of its own
        return "audit"
    if _outside(plain, _TENDER):
        return "tender"
    if _outside(plain, _RULE):
        return "rule"
    if _SCHEDULE.search(plain):
        return "work"
    notice_of_paper = _NOTICE_OF_PAPER.search(plain) and not _outside(plain, _NOTICE_OF_WORK)
    if (_NOTIFIED.search(plain) or (_WORK.search(plain) and not _is_own_paper(plain))) and not notice_of_paper:
        return "work"
    if _NEWS.search(plain) or _outside(plain, _NEWS_OR_OFFICE):
        return None if _is_own_paper(plain) else "news"
    return None


_OWN_PAPER = re.compile(
    r"(?:19|20)\d\d年?(?:度)?(?:收支|财政|年初|整体|市级|县级|区级|本级|省级|项目|支出|政府|政策|预算|专项|资金|重点|[(][^()]{0,30}[)])*(?:部门|单位)?(?:收支|整体|项目|支出|财政|预算|专项|资金|重点|[(][^()]{0,30}[)])*"
    r"(?:[预决]算|绩效(?:目标|自评)|[^,，]{0,20}(?:资金|补助|补贴|资产)(?:分配|使用|拨付|安排|占用|占有|下达)+)(?:结果|计划|方案|公示|公开|报告|表|信息|情况|说明|草案|汇总|及|和|、|附件|文本|报表|[(][^()]{0,12}[)])*$"
)
_SENTENCE = re.compile(
    r"举措|推进|推动|推行|规范|细化|助推|高质量|召开|举办|举行|开展|部署|审议|听取|表决|通过|批准(?!的)|一图|图解|读懂|解读|会议|座谈|培训班|我[市县区省州局委]|做好|加强|组织|强化|扎实|加快"
    r"|圆满|全力|顺利|确保|抓好|[!！?？,，]|(?<!附件)(?<!附件\d)[:：]"
)


def _is_own_paper(plain: str) -> bool:
    """…2026年度部门预算公开: what stands before is a name, however it sounds (提升办, 推动中心, 代表服务中心)."""
    found = _OWN_PAPER.search(plain)
    if not found:
        return False
    head = plain[: found.start()]
    hits = [hit for hit in _SENTENCE.finditer(head) if not _in_office(head, hit.start())]
    return not hits and len(head) <= 45


def _outside(text: str, pattern: re.Pattern[str]) -> bool:
    return any(not _in_office(text, found.start()) for found in pattern.finditer(text))


def _in_office(text: str, at: int) -> bool:
    """Whether a word at this place is part of an office's name that goes on behind it."""
    return bool(_OFFICE_NEAR.match(text, at, min(len(text), at + 24)))


def _is_clean(words: str, noun_at: int | None) -> bool:
    if noun_at is None:
        return False
    tail = words[noun_at:]
    tail = re.sub(r"[(][^()]{0,60}[)]", "", tail)
    return len(_TAIL.sub("", tail)) <= 3
