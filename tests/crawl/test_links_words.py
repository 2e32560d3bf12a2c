"""Titles of other places than the ones at hand: what their words name, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.dating import address_date, fiscal_year, row_date, stated_years
from crawl.entity import entity_of, is_government, same_entity, site_owner
from crawl.naming import is_office, name_title
from crawl.shape import address_shape, attachment_suffix, files_named, link_address

PAPERS = """涞源县人民政府办公室2024年部门预算|department_budget|2024
关于某县2024年财政决算草案和2025年上半年预算执行情况的报告|government_final|2024
关于某市2025年预算执行情况和2026年预算草案的报告|government_budget|2026
2024年某县政府性基金收入决算表|government_final|2024
某县2024年一般公共预算收入预算表|government_budget|2024
某县2023年全县一般公共预算支出决算功能分类明细表|government_final|2023
2023年度某县教育局部门决算公开|department_final|2023
某县第一中学2024年单位预算公开|unit_budget|2024
2024年“三公”经费预算公开|three_public|2024
某区审计局2024年度部门决算|department_final|2024
某市会议中心2025年单位预算|unit_budget|2025
某市目标考核办公室2025年部门预算|department_budget|2025
市委巡察办2024年度部门决算|department_final|2024
2024年部门整体支出绩效自评报告|performance_self_evaluation|2024
某县2023年度专项资金绩效评价报告|performance_self_evaluation|2023
2024年县级财政专项资金目录清单|other_fiscal|2024
关于2026年部门预算公开的说明|department_budget|2026
某镇2025年预算公开|department_budget|2025
2025年某县地方政府债务限额及余额情况表|other_fiscal|2025
2025年第一季度财政预算执行情况|other_fiscal|2025
某县人大常委会办公室2024年部门预算|department_budget|2024
某市2025年预算调整方案的报告|government_budget|2025
某县公共资源交易中心(政府采购中心)2025年单位预算|unit_budget|2025
某县招标投标管理办公室2024年部门预算|department_budget|2024
中共某县委宣传部2024年部门预算|department_budget|2024
某县优化营商环境局2024年度部门决算|department_final|2024
某县对外交流合作中心2024年单位预算|unit_budget|2024
某县人大代表联络中心2024年单位预算公开|unit_budget|2024
二〇二四年度某县水利局部门预算|department_budget|2024
24年部门预算公开|department_budget|2024
某局（本级）2023年度决算|unit_final|2023
某局机关2023年度决算公开|unit_final|2023
某县机关事务管理局2023年度部门决算|department_final|2023
市直机关幼儿园2024年单位预算|unit_budget|2024
2024年度县本级部门预算|department_budget|2024
县本级2024年预算|government_budget|2024
某县财政局2024年部门预算及“三公”经费预算公开|department_budget|2024
某市教育局2024年度部门预算（含绩效目标）|department_budget|2024
2024年度部门预算项目支出绩效目标表|performance_target|2024
某县2024年度国有资产占有使用情况表|other_fiscal|2024
某委2024年度衔接推进乡村振兴补助资金分配情况公示|other_fiscal|2024
某局关于2023年部门预算公开的通知|department_budget|2023
某县审计局2024年审计业务费项目绩效目标表|performance_target|2024
某县2025年1月份财政收支情况|other_fiscal|2025
某县人民政府2025年部门预算公开|department_budget|2025
某乡人民政府2024年度部门决算|department_final|2024
某县检查站2024年单位预算公开|unit_budget|2024
2026年度某县绩效评价中心单位预算|unit_budget|2026
某县财政预算评审中心2024年单位预算|unit_budget|2024
关于某县2025年本级预算调整方案的报告|government_budget|2025
某市2025年对下税收返还和转移支付预算表|government_budget|2025
某县2024年对下转移支付预算分地区表|government_budget|2024
某县卫生健康局2024年度部门所属单位预算|unit_budget|2024
某县教育局2026年部门预算公开（汇总、本级、二级单位）|department_budget|2026
财政部关于2024年中央决算的报告|government_final|2024
附件1：某县民政局2024年部门预算|department_budget|2024
某县2023年度国有资产报告|other_fiscal|2023
2025年绩效运行监控情况|performance_self_evaluation|2025
某局2024年部门绩效公开|performance_target|2024
某部门〔2024〕12号 2025年部门预算|department_budget|2025""".splitlines()

NOT_PAPERS = """某市审计局关于2024年度市级预算执行和其他财政收支的审计结果公告|audit
关于2024年省级预算执行和其他财政收支审计查出问题整改情况的报告|audit
某县审计局对2024年县本级预算执行情况开展审计|audit
2024年度市本级决算草案的审计|audit
关于开展2025年部门预算编制工作的通知|work
关于做好2025年度部门决算公开工作的通知|work
关于2025年部门预算的批复|work
某县2026年度部门预算公开时间表|work
某市2025年度部门决算公开工作任务分解表|work
某县财政局关于报送2025年部门预算公开情况的通知|work
关于申报2025年度中小企业发展专项资金的通知|
2025年科技专项资金拟支持项目名单公示|work
某市财政局召开2026年部门预算布置会|news
我县2026年预算草案获人大通过|news
一图读懂2025年政府预算报告|news
某县强化预算绩效管理 提升财政资金使用效益|news
某市人大常委会听取2024年市级决算报告|news
某县预算绩效管理办法|rule
县财政局：四个强化推进2024年度部门决算|news
财政部关于印发《部门决算管理办法》的通知|rule
某县2025年预算绩效评价第三方机构遴选公告|tender
2024年度政府信息公开工作年度报告|
2025年重污染天气重点行业企业绩效分级结果公示|work
某县2025年度高质量发展绩效评价|
某区工业企业亩均绩效评价结果|
某工程竣工财务决算审核服务中选公告|
2025年某项目施工图预算编制服务|
2025年度市级工业专项资金项目的公示|work
县预算评审中心简介|
政府采购意向公开|""".splitlines()


@pytest.mark.parametrize("line", PAPERS)
def test_paper(line: str) -> None:
    title, kind, year = line.split("|")
    named = name_title(title)
    assert (named.kind, named.wanted, named.clean) == (kind, True, True), named
    assert fiscal_year(title, named.noun_at) == int(year)


@pytest.mark.parametrize("line", NOT_PAPERS)
def test_no_paper(line: str) -> None:
    title, why = line.split("|")
    named = name_title(title)
    assert not named.wanted
    assert (named.near_miss or "") == why


@pytest.mark.parametrize(
    ("title", "entity"),
    [
        ("石家庄市交通运输局2026年部门预算公开", "石家庄市交通运输局"),
        ("2024年度武汉市审计局政府投资项目审计中心决算公开", "武汉市审计局政府投资项目审计中心"),
        ("附件2：重庆市应急管理局（本级）2026年单位预算情况说明", "重庆市应急管理局(本级)"),
        ("某县财政局部门预算公开", "某县财政局"),
        ("2025年度部门预算公开", None),
        ("县级2024年预算公开", None),
        ("2026年度某县绩效评价中心单位预算", "某县绩效评价中心"),
        ("某县财政预算评审中心2024年单位预算", "某县财政预算评审中心"),
        ("某县教师进修学校关于2024年预算公开的说明", "某县教师进修学校"),
    ],
)
def test_whose_paper(title: str, entity: str | None) -> None:
    assert entity_of(title) == entity


def test_offices_and_what_only_looks_like_one() -> None:
    for name in (
        "3 市教育局（本级）",
        "重庆第一中学",
        "团县委",
        "某某街道办事处",
        "县红十字会",
        "市教育人才交流中心",
        "政府办",
    ):
        assert is_office(name), name
    for name in (
        "联系我们",
        "网站地图",
        "政务公开",
        "通知公告",
        "2024年",
        "财政预决算",
        "变更备案公告-某某公司",
        "县领导",
        "办事指南",
    ):
        assert not is_office(name), name


def test_owner_of_a_site() -> None:
    assert site_owner("某县交通运输局网站") == "某县交通运输局"
    assert site_owner("某县人民政府门户网站") == "某县人民政府"
    assert is_government("某县人民政府")
    assert not is_government("某县交通运输局")
    assert same_entity("市交通运输局", "石家庄市交通运输局（本级）")
    assert not same_entity("市公路局", "石家庄市交通运输局")


@pytest.mark.parametrize(
    ("text", "url", "day"),
    [
        ("[2024-02-05]", None, "2024-02-05"),
        ("27 2026-02", None, "2026-02-27"),
        ("2026-02 27", None, "2026-02-27"),
        ("02-27 2026", None, "2026-02-27"),
        ("02-25", "http://a/doc/2026/02/25/1.shtml", "2026-02-25"),
        ("12-30", "http://a/ggl/202601/1a.shtml", "2025-12-30"),
        ("11月21日", "http://a/czsj/20251121/3.html", "2025-11-21"),
        ("02-25", "http://a/x.html", None),
        ("02-25", "http://a/doc/2026/08/25/1.shtml", None),
        ("13-45", "http://a/doc/2026/02/25/1.shtml", None),
        ("2025年1-8月", "http://a/czsj/20251121/3.html", None),
    ],
)
def test_dates_of_rows(text: str, url: str | None, day: str | None) -> None:
    assert row_date(text, url) == day


def test_dates_of_addresses() -> None:
    assert address_date("http://a/202602/t20260227_12321346.html") == "2026-02-27"
    assert address_date("http://a/art/2024/8/29/art_1_5.html") == "2024-08-29"
    assert address_date("http://a/show-70872.html") is None
    assert address_date("http://a/P020260302349339916100.pdf") is None


def test_years_that_are_no_fiscal_years() -> None:
    assert stated_years("某政发〔2024〕12号 2025年预算") == [2025]
    assert fiscal_year("2021年至2023年部门决算") is None
    assert fiscal_year("部门预算") is None


@pytest.mark.parametrize(
    ("url", "shape"),
    [
        ("http://a/202602/t20260227_12321346.html", "article"),
        ("http://a/art/2024/8/29/art_1229844031_5432915.html", "article"),
        ("http://a/content/post_1669527.html", "article"),
        ("http://a/info/5634/169183.htm", "article"),
        ("http://a/zwgk/public/6616363/2485417031.html", "article"),
        ("http://a/artview/959/335904.html", "article"),
        ("http://a/?c=article&cateid=8&id=1357", "article"),
        (
            "http://a/columns/f642cf94-0260-4dd4-b1da-c97ada2f2d33/202502/06/2307a187-b862-4e45-92e6-2f0f9694fd81.html",
            "article",
        ),
        ("http://a/columns/f642cf94-0260-4dd4-b1da-c97ada2f2d33/index.html", "column"),
        ("http://a/col/col1229214366/index.html", "column"),
        ("http://a/zfxxgk/czxx/index.shtml", "column"),
        ("http://a/czyjs/", "column"),
        ("http://a/textlist.jsp?urltype=tree.TreeTempUrl&wbtreeid=1052", "column"),
        ("http://a/news.asp?xlb=108&lb=100", "column"),
        ("http://a/", "home"),
        ("http://a/f/P1.PDF?x=1", "file"),
        ("http://a/upload_cz/download?id=1&siteId=2", "file"),
        ("http://a/gkmlpt/index#612", "route"),
    ],
)
def test_shapes_of_addresses(url: str, shape: str) -> None:
    assert address_shape(url) == shape


def test_addresses_of_links() -> None:
    base = "http://a.gov.cn/x/y.html"
    assert link_address(base, "\n ../z.html \n") == "http://a.gov.cn/z.html"
    assert link_address(base, "http://b.cn/#/overView?code=1") == "http://b.cn/#/overView?code=1"
    assert link_address(base, "/gkmlpt/index#612") == "http://a.gov.cn/gkmlpt/index#612"
    assert link_address(base, "z.html#top") == "http://a.gov.cn/x/z.html"
    assert link_address(base, "http:/b.cn/1.html") == "http://b.cn/1.html"
    for none in ("#", "javascript:void(0)", "mailto:a@b", "tel:1", "http://[::1", "x" * 20_000):
        assert link_address(base, none) is None
    assert files_named("./a.pdf\n./b.pdf") == ["./a.pdf", "./b.pdf"]
    assert files_named("./a.pdf") == []


@given(
    st.text(
        alphabet="预算决公开2024年度部门单位本级绩效目标审计报告局（）“”三公经费-至月关于的通知、网站门户 .pdf",
        max_size=300,
    )
)
def test_any_words_are_judged(text: str) -> None:
    named = name_title(text)
    assert named.wanted == (named.kind is not None and named.near_miss is None)
    fiscal_year(text, named.noun_at)
    entity_of(text)
    is_office(text)
    site_owner(text)
    row_date(text, "http://a/2024/02/05/1.html")


@given(st.text(max_size=200), st.text(alphabet="htp:/.#?&=%[]@a1-_\\ \n预", max_size=120))
def test_any_address_has_a_shape_or_is_none(words: str, href: str) -> None:
    url = link_address("http://a.gov.cn/x/", href)
    if url is not None:
        assert url.startswith(("http://", "https://"))
        address_shape(url)
        attachment_suffix(url, words)
    files_named(href)
