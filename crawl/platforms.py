"""The publishing platforms by name: which family of spiders reads each, which options it takes, how its addresses look.

A platform is named in a source's YAML; `family_of` says which kind of walk it needs, and crawl/spiders has one class
per family or, where a platform pages in its own way, per platform:

| family | what a listing is | spider |
|---|---|---|
| static | a page with links; further pages are pages too | the generic discovery engine |
| json | a page whose rows come from a request of its own (AJAX, datastore) | the engine, fed by the platform's pager |
| dedicated | a budget platform that serves a whole province or city | requests that the source declares (`api:`) |
| browser | nothing without running the page's scripts; only where the source says so | headless browser, an extra |

`static` is the default and right for every site whose listing is readable without scripts, whatever made it: the names
of content systems (trs, jcms, …) tell which pager and which attachment addresses to expect first.

Address families: DOMAIN.md 7.1, 7.2, 7.3 (of 3,202 column addresses). A guess is made from the address alone and says
its reason; nothing is asked of a site for it.
"""

from __future__ import annotations

import re
from typing import Final, Literal, get_args

import msgspec

Family = Literal["static", "json", "dedicated", "browser"]
Platform = Literal[
    # static
    "static", "trs", "jcms", "vsb", "shtml", "openness", "columns", "dynamic",
    # json
    "json", "jpaas", "gkmlpt", "dataproxy", "cms_do", "paging_nav",
    # dedicated
    "jiangsu_yjsgk", "neimenggu_yjs", "shanxi_bmp", "ningbo_yjs", "liuzhou_dsyjs", "linyi_yjsgk", "zaozhuang_czyjsgk",
    "wuzhou_yjsgkpt", "tianjin_yjsgk", "shijiazhuang_yjsgk", "hubei_budget",
    # browser
    "browser",
]  # fmt: skip


class PlatformSpec(msgspec.Struct, frozen=True):
    """One platform. options: those of `crawl.source.Options` it takes, required ones named again in `required`.

    addresses: a listing's address that matches one of these is of this platform, for the reason beside it.
    """

    name: str
    family: Family
    zh: str
    en: str
    options: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    addresses: tuple[tuple[str, str], ...] = ()


_AREA = frozenset({"area_code"})
_COLUMN = frozenset({"column_id"})


def _dedicated(name: str, zh: str, en: str, *addresses: tuple[str, str], area: bool = True) -> PlatformSpec:
    required = frozenset({"area_code"}) if area else frozenset()
    return PlatformSpec(name, "dedicated", zh, en, _AREA, required, addresses)


# in the order in which addresses are tried: what names one site first, then the telling paths, then mere suffixes
_SPECS: Final = (
    _dedicated(
        "jiangsu_yjsgk", "江苏省预决算公开统一平台", "Jiangsu's budget platform",
        (r"^https?://yjsgk\.jsczt\.cn[/:]", "host yjsgk.jsczt.cn"),
    ),
    _dedicated(
        "neimenggu_yjs", "内蒙古预决算公开平台", "Inner Mongolia's budget platform",
        (r"^https?://czt\.nmg\.gov\.cn/yjs/", "czt.nmg.gov.cn/yjs/"),
    ),
    _dedicated(
        "shanxi_bmp", "山西省预决算公开平台", "Shanxi's budget platform",
        (r"^https?://czt\.shanxi\.gov\.cn/bmp_pub/", "czt.shanxi.gov.cn/bmp_pub/"),
    ),
    _dedicated(
        "ningbo_yjs", "宁波市预决算公开平台", "Ningbo's budget platform",
        (r"^https?://yjs\.czj\.ningbo\.gov\.cn[/:]", "host yjs.czj.ningbo.gov.cn"),
    ),
    _dedicated(
        "liuzhou_dsyjs", "柳州市预决算公开平台", "Liuzhou's budget platform",
        (r"^https?://dsyjs\.yun\.liuzhou\.gov\.cn[/:]", "host dsyjs.yun.liuzhou.gov.cn"), area=False,
    ),
    _dedicated(
        "linyi_yjsgk", "临沂市预决算公开平台", "Linyi's budget platform",
        (r"^https?://yjsgk\.linyi\.cn[/:]", "host yjsgk.linyi.cn"),
    ),
    _dedicated(
        "zaozhuang_czyjsgk", "枣庄市财政预决算公开平台", "Zaozhuang's budget platform",
        (r"^https?://\w+\.czyjsgk\.cn[/:]", "host of czyjsgk.cn"), area=False,
    ),
    _dedicated(
        "wuzhou_yjsgkpt", "梧州市预决算公开平台", "Wuzhou's budget platform",
        (r"/wzyjsgkpt/", "/wzyjsgkpt/"), area=False,
    ),
    _dedicated(
        "tianjin_yjsgk", "天津市预决算公开统一平台", "Tianjin's budget platform",
        (r"^https?://cz\.tj\.gov\.cn/.*yjsgktypt", "cz.tj.gov.cn, yjsgktypt"), area=False,
    ),
    _dedicated(
        "shijiazhuang_yjsgk", "石家庄市预决算公开平台", "Shijiazhuang's budget platform",
        (r"^https?://[\w.]*sjz\.gov\.cn/yjsgk/", "sjz.gov.cn/yjsgk/"), area=False,
    ),
    _dedicated(
        "hubei_budget", "湖北省预决算公开平台", "Hubei's budget platform",
        (r"^https?://czt\.hubei\.gov\.cn/budget/", "czt.hubei.gov.cn/budget/"), area=False,
    ),
    PlatformSpec(
        "gkmlpt", "json", "政府信息公开目录平台（广东）", "Guangdong's disclosure catalogue",
        _COLUMN,
        addresses=((r"/gkmlpt(?:/|$)", "/gkmlpt/"),),
    ),
    PlatformSpec(
        "jpaas", "json", "jpaas 发布平台（浙江等）", "jpaas publisher (Zhejiang and others)", _COLUMN,
        addresses=((r"/jpaas-|jpaas-publish", "jpaas in the address"), (r"[?&]number=[A-Z]\d{2,3}", "?number=D001")),
    ),
    PlatformSpec(
        "jcms", "static", "大汉 jcms", "jcms (Hanweb): /col/colN/ with a datastore",
        addresses=((r"/col/col\d+/", "/col/colN/"),),
    ),
    PlatformSpec(
        "dataproxy", "json", "大汉 jcms，列表来自 dataproxy.jsp", "jcms whose rows all come from dataproxy.jsp",
        _COLUMN,
        addresses=((r"dataproxy\.jsp|morecolumndataproxy", "dataproxy.jsp"),),
    ),
    PlatformSpec(
        "cms_do", "json", "返回 JSON 的 .do 接口", "rows from a .do address that returns JSON", _COLUMN,
        addresses=((r"/cms/web/\w+\.do|\w+\.do(?:\?|$)", "a .do address"),),
    ),
    PlatformSpec("json", "json", "其他由请求取得的列表", "any other listing fetched by a request", _COLUMN),
    PlatformSpec("paging_nav", "json", "showPagingNav 列表", "rows fetched by showPagingNav", _COLUMN),
    PlatformSpec(
        "columns", "static", "河北 /columns/<uuid>/ 平台", "Hebei's /columns/<uuid>/",
        addresses=((r"/columns/[0-9a-f]{8}-[0-9a-f-]{27}", "/columns/<uuid>/"),),
    ),
    PlatformSpec(
        "openness", "static", "政府信息公开目录（安徽、湖北等）", "openness directory (Anhui, Hubei and others)",
        addresses=(
            (r"/(?:OpennessContent|openness\w*)/", "openness in the path"),
            (r"/(?:public|grassroots)/column/\d+", "/public/column/N"),
            (r"/site/tpl/\d+", "/site/tpl/N"),
        ),
    ),
    PlatformSpec(
        "shtml", "static", "cNNNNNN 栏目静态页（湖南、江西、云南等）",
        "static columns /cNNNNNN/*.shtml (Hunan, Jiangxi, Yunnan …)",
        addresses=((r"/c\d{4,9}\w{0,4}/", "/cNNNNNN/"), (r"\.shtml(?:$|[?#])", ".shtml")),
    ),
    PlatformSpec(
        "vsb", "static", "博达 VSB", "VSB (Webber)",
        addresses=((r"\.htm(?:$|[?#])", ".htm"), (r"/info/\d+/\d+\.htm", "/info/N/N.htm")),
    ),
    PlatformSpec(
        "dynamic", "static", "由服务器程序生成的列表（jsp、aspx、php 等）",
        "lists made by a server program (jsp, aspx, php …)",
        addresses=(
            (r"\.(?:jsp|aspx?|php|action|thtml|jhtml)(?:$|[?#])", "a server program's suffix"),
            (r"\?.*=", "parameters in the address"),
        ),
    ),
    PlatformSpec(
        "trs", "static", "拓尔思 TRS", "TRS: folders with index.html, index_1.html",
        addresses=((r"^https?://[^/]+/(?:[\w.~-]+/)+(?:index\.html?)?$", "a folder, or its index.html"),),
    ),
    PlatformSpec("static", "static", "其他静态列表", "any listing readable without scripts"),
    PlatformSpec(
        "browser", "browser", "须运行脚本的页面", "pages that are nothing without their scripts",
    ),
)  # fmt: skip
PLATFORMS: Final[dict[str, PlatformSpec]] = {spec.name: spec for spec in _SPECS}
if set(PLATFORMS) != set(get_args(Platform)):
    raise RuntimeError("crawl.platforms: the names and the table of platforms differ")  # a bug of ours

_PATTERNS: Final = tuple(
    (spec, re.compile(pattern, re.IGNORECASE), why) for spec in _SPECS for pattern, why in spec.addresses
)
_SURE: Final = frozenset({"gkmlpt", "jcms", "dataproxy", "columns"})


class Guess(msgspec.Struct, frozen=True):
    """What an address looks like. sure: the address is telling enough that another platform would be a mistake."""

    platform: str
    reason: str
    sure: bool


def family_of(platform: str) -> Family:
    """The kind of walk a platform needs. Raises KeyError for a name that is none."""
    return PLATFORMS[platform].family


def guess_platform(url: str, fragment: str = "") -> Guess:
    """The platform an address belongs to, by its own shape.

    fragment: what stood behind its `#`. A path there (`#/list`) is an application that runs in the browser; a mere name
    is a place in a page.
    """
    for spec, pattern, why in _PATTERNS:
        if spec.family == "dedicated" and pattern.search(url):
            return Guess(spec.name, why, sure=True)
    if fragment.lstrip("!").startswith("/"):
        return Guess("browser", "a path behind #: an application that runs in the browser", sure=False)
    for spec, pattern, why in _PATTERNS:
        if pattern.search(url):
            return Guess(spec.name, why, sure=spec.name in _SURE)
    return Guess("static", "nothing telling in the address", sure=False)


def area_code_of(url: str, fragment: str = "") -> str | None:
    """The area code a dedicated platform is asked by, where the address has one (`code=320102000`, `XZQH=330203`)."""
    text = f"{url}#{fragment}"
    found = [
        re.search(rf"[?&#]{name}=(\d{{6,12}})(?!\d)", text, re.IGNORECASE)
        for name in ("areaCode", "newArea", "XZQH", "ADMDIV", "code", "cityCode")
    ]
    return next((hit[1] for hit in found if hit), None)
