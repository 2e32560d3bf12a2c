# ruff: noqa: E501 -- pages as they are written
"""Listings of the habits of many platforms, each case named after its trouble; the pages are made here."""

from __future__ import annotations

import msgspec
import pytest

from crawl.discover import Discovery, discover
from crawl.page import read_page


class Case(msgspec.Struct):
    """url, body → the disclosures as (end of the address, kind, year, date); columns: ends of addresses that are columns."""

    name: str
    url: str
    body: str
    wanted: list[tuple[str, str, int | None, str | None]]
    columns: list[str] = []


DB, UB, DF, UF = "department_budget", "unit_budget", "department_final", "unit_final"
GB, GF, PT, PS = "government_budget", "government_final", "performance_target", "performance_self_evaluation"
TP, OF = "three_public", "other_fiscal"


def page(body: str, title: str = "预决算公开-某县人民政府", head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


CASES = [
    Case(
        "trs_relative_links_and_truncated_words_with_the_title_attribute",
        "http://www.a.gov.cn/zwgk/czyjs/",
        page(
            '<ul class="list"><li><a href="./202402/t20240205_11.html" title="某县教育局2024年部门预算公开">某县教育局2024年…</a>'
            '<span>2024-02-05</span></li><li><a href="./202402/t20240205_12.html" title="某县第一中学2024年单位预算公开">某县第一中学202...'
            "</a><span>2024-02-05</span></li></ul>"
        ),
        [("t20240205_11.html", DB, 2024, "2024-02-05"), ("t20240205_12.html", UB, 2024, "2024-02-05")],
    ),
    Case(
        "jcms_rows_in_cdata_of_a_script",
        "http://www.a.gov.cn/col/col1229214366/index.html",
        page(
            '<div id="x"><script type="text/xml"><datastore><nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=2">2024年'
            "部门预算</a>]]></nextgroup><recordset><record><![CDATA[<li><span>2024-08-29</span><a href='/art/2024/8/29/art_1_5432.html' "
            "title='某县水利局2023年度部门决算'>某县水利局2023年度部门决算</a></li>]]></record></recordset></datastore></script></div>"
        ),
        [("art_1_5432.html", DF, 2023, "2024-08-29")],
    ),
    Case(
        "dataproxy_answer_of_rows_of_a_table",
        "http://www.a.gov.cn/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=45",
        "<?xml version='1.0' encoding='UTF-8'?><datastore><totalrecord>2</totalrecord><recordset><record><![CDATA[<tr><td>1</td><td>"
        '<a href="../art/2024/1/2/art_7_1.html">某县民政局2024年部门预算</a></td><td>[2024-01-02]</td></tr>]]></record>'
        "</recordset></datastore>",
        [("art_7_1.html", DB, 2024, "2024-01-02")],
    ),
    Case(
        "jpaas_answer_with_markup_in_json",
        "http://www.a.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit?pageNo=1",
        '{"success":true,"data":{"html":"<ul><li><a href=\\"/art/2024/3/1/art_9.html\\" title=\\"某县司法局2024年部门预算\\">某县司法局2024年部门'
        '预算</a><b>2024-03-01</b></li></ul>"}}',
        [("art_9.html", DB, 2024, "2024-03-01")],
    ),
    Case(
        "gkmlpt_answer_with_records_and_times_in_seconds",
        "http://www.a.gov.cn/gkmlpt/api/all/1234?page=1",
        '{"total":2,"articles":[{"id":1,"title":"某区城管局2025年部门预算","url":"http://www.a.gov.cn/gkmlpt/content/12/12/post_12.html",'
        '"date":1739000000},{"id":2,"title":"某区城管局人员招聘公告","url":"http://www.a.gov.cn/x/post_13.html","date":1739000000}]}',
        [("post_12.html", DB, 2025, "2025-02-08")],
    ),
    Case(
        "search_answer_in_jsonp_with_the_date_one_level_down",
        "http://www.a.gov.cn/govsearch/jsonp/zf_list.jsp?page=1",
        'result({"num":2,"nPage":1,"data":[{"title":"某县<font color=red>教育局</font>2026年部门预算（汇总、本级、二级单位）",'
        '"puburl":"http://www.a.gov.cn/jyj/202605/t20260514_3.html","tip":{"dates":"2026-05-14"}}]});',
        [("t20260514_3.html", DB, 2026, "2026-05-14")],
    ),
    Case(
        "vsb_info_addresses_in_tables_for_layout",
        "http://www.a.gov.cn/czxx.htm",
        page(
            '<table><tr height="20"><td>·</td><td><a href="info/1052/6848.htm" title="2026预算公开" class="c1163">2026预算公开</a></td>'
            '<td class="date">2026/03/18</td></tr><tr><td>·</td><td><a href="info/1052/6723.htm">2024年决算公开</a></td>'
            "<td>2025年11月15日</td></tr></table>",
            "财务预决算-某县卫生健康局",
        ),
        [("6848.htm", DB, 2026, "2026-03-18"), ("6723.htm", DF, 2024, "2025-11-15")],
    ),
    Case(
        "table_of_departments_with_one_column_per_kind",
        "http://www.a.gov.cn/yjsgk/index.html",
        page(
            "<h2>2024年部门预决算公开</h2><table><tr><th>序号</th><th>单位名称</th><th>部门预算</th><th>部门决算</th></tr>"
            '<tr><td>1</td><td>县教育局</td><td><a href="/f/1.html">查看</a></td><td><a href="/f/2.html">查看</a></td></tr>'
            '<tr><td>2</td><td>县水利局</td><td><a href="/f/3.html">查看</a></td><td><a href="/f/4.html">查看</a></td></tr></table>'
        ),
        [
            ("/f/1.html", DB, 2024, None),
            ("/f/2.html", DF, 2024, None),
            ("/f/3.html", DB, 2024, None),
            ("/f/4.html", DF, 2024, None),
        ],
    ),
    Case(
        "bare_department_names_under_year_headings",
        "http://www.a.gov.cn/ztzl/bmys/",
        page(
            '<div class="box"><h3>2025年部门预算</h3><ul><li><a href="./a/t20250101_1.html">县教育局</a></li><li><a href="./a/t20250101_2.html">'
            '县财政局</a></li></ul></div><div class="box"><h3>2023年部门决算</h3><ul><li><a href="./a/t20240901_3.html">县教育局</a></li></ul></div>'
        ),
        [
            ("t20250101_1.html", DB, 2025, None),
            ("t20250101_2.html", DB, 2025, None),
            ("t20240901_3.html", DF, 2023, None),
        ],
    ),
    Case(
        "tabs_of_years_with_panels_in_their_order",
        "http://www.a.gov.cn/bmys/index.html",
        page(
            '<div class="tab"><div class="hd"><ul><li>2025年</li><li>2024年</li></ul></div><div class="bd">'
            '<ul><li><a href="1.html">县审计局部门预算</a><span>02-05</span></li></ul><ul><li><a href="2.html">县审计局部门预算</a></li></ul>'
            "</div></div>"
        ),
        [("/1.html", DB, 2025, None), ("/2.html", DB, 2024, None)],
    ),
    Case(
        "definition_list_with_years_as_terms",
        "http://www.a.gov.cn/czxx/bmys.html",
        page(
            '<dl><dt>2024年部门预算</dt><dd><a href="/c/20240105/1001.html">县信访局</a></dd><dd><a href="/c/20240105/1002.html">县档案馆</a></dd>'
            '<dt>2023年部门预算</dt><dd><a href="/c/20230105/1003.html">县信访局</a></dd></dl>'
        ),
        [("1001.html", DB, 2024, None), ("1002.html", UB, 2024, None), ("1003.html", DB, 2023, None)],
    ),
    Case(
        "cards_with_title_summary_and_a_date_in_two_pieces_inside_the_link",
        "http://www.a.gov.cn/list?cid=8",
        page(
            '<div class="card"><a href="/show/881.html"><div class="d"><b>27</b><i>2026-02</i></div><h4>某县交通运输局2026年部门预算</h4>'
            "<p>一、部门概况 主要职责是贯彻执行国家关于交通运输工作的法律法规，拟订全县公路、水路行业规划并组织实施，承担客货运输监管等工作。</p></a></div>"
            '<div class="card"><a href="/show/882.html"><div class="d"><b>26</b><i>2026-02</i></div><h4>全县春季植树活动启动</h4></a></div>'
        ),
        [("/show/881.html", DB, 2026, "2026-02-27")],
    ),
    Case(
        "month_and_day_only_with_the_year_in_the_address",
        "http://www.a.gov.cn/",
        page(
            '<ul><li><a href="/doc/2026/02/25/4736604.shtml">某县交通局2026年度单位预算公开</a><em>02-25</em></li><li>'
            '<a href="/ggl/202601/119facdf5acd4a5ca8caa663af8ed0a5.shtml">某县交通局2025年度部门决算公开</a><em>[12-30]</em></li></ul>',
            "某县交通局",
        ),
        [("4736604.shtml", UB, 2026, "2026-02-25"), ("8ed0a5.shtml", DF, 2025, "2025-12-30")],
    ),
    Case(
        "month_and_day_only_and_no_year_anywhere_stays_unknown",
        "http://www.a.gov.cn/czxx/",
        page('<ul><li><a href="/show.asp?id=77">某县交通局2026年度部门预算公开</a><em>02-25</em></li></ul>'),
        [("show.asp?id=77", DB, 2026, None)],
    ),
    Case(
        "months_in_a_title_are_no_date",
        "http://czj.a.gov.cn/czsj/",
        page(
            '<ul><li><a href="/czsj/20251121/302.html">某市2025年1-8月一般公共预算收支情况</a></li>'
            '<li><a href="/czsj/20250418/303.html">某县2025年一季度财政预算执行情况</a><span>2025-04-18</span></li></ul>'
        ),
        [("302.html", OF, 2025, None), ("303.html", OF, 2025, "2025-04-18")],
    ),
    Case(
        "names_of_offices_that_contain_audit_meeting_assessment",
        "http://www.a.gov.cn/bmys/",
        page(
            "<ul>"
            + "".join(
                f'<li><a href="/b/t20240101_{n}.html">{name}</a><span>2024-01-01</span></li>'
                for n, name in enumerate(
                    [
                        "某县审计局2024年部门预算",
                        "某县会议服务中心2024年单位预算",
                        "县委考核办公室2024年部门预算",
                        "某县培训中心2024年单位预算公开",
                    ]
                )
            )
            + "</ul>"
        ),
        [
            ("_0.html", DB, 2024, "2024-01-01"),
            ("_1.html", UB, 2024, "2024-01-01"),
            ("_2.html", DB, 2024, "2024-01-01"),
            ("_3.html", UB, 2024, "2024-01-01"),
        ],
    ),
    Case(
        "audit_reports_rules_tenders_and_news_among_disclosures",
        "http://www.a.gov.cn/tzgg/",
        page(
            "<ul>"
            + "".join(
                f'<li><a href="/b/t20240101_{n}.html">{name}</a><span>2024-01-01</span></li>'
                for n, name in enumerate(
                    [
                        "某县2023年度县本级预算执行和其他财政收支的审计工作报告",
                        "关于印发《某县预算绩效管理办法》的通知",
                        "某县财政局2024年预算绩效评价第三方机构遴选公告",
                        "县财政局召开2024年部门预算编制工作会议",
                        "关于做好2024年部门预算公开工作的通知",
                        "某县发展改革局2024年部门预算公开",
                    ]
                )
            )
            + "</ul>"
        ),
        [("_5.html", DB, 2024, "2024-01-01")],
    ),
    Case(
        "rows_without_the_words_budget_or_final_account",
        "http://www.a.gov.cn/yjsgk/",
        page(
            "<ul>"
            + "".join(
                f'<li><a href="/b/t20240101_{n}.html">{name}</a><span>2024-01-01</span></li>'
                for n, name in enumerate(
                    [
                        "某局2024年部门绩效信息公开目录",
                        "某局下属单位资产占用情况",
                        "某局2024年专项资金公开表",
                        "某局2023年度项目支出绩效自评报告",
                        "某局2024年“三公”经费公开",
                    ]
                )
            )
            + "</ul>"
        ),
        [
            ("_0.html", PT, 2024, "2024-01-01"),
            ("_1.html", OF, None, "2024-01-01"),
            ("_2.html", OF, 2024, "2024-01-01"),
            ("_3.html", PS, 2023, "2024-01-01"),
            ("_4.html", TP, 2024, "2024-01-01"),
        ],
    ),
    Case(
        "papers_of_the_whole_county_by_the_finance_office",
        "http://czj.a.gov.cn/zfyjs/",
        page(
            "<ul>"
            + "".join(
                f'<li><a href="/b/t20240101_{n}.html">{name}</a><span>2024-01-01</span></li>'
                for n, name in enumerate(
                    [
                        "关于某县2023年预算执行情况和2024年预算草案的报告",
                        "某县2022年财政决算公开",
                        "2024年某县政府预算公开",
                        "某县2024年一般公共预算收入表",
                        "某县2024年预算调整方案",
                    ]
                )
            )
            + "</ul>",
            "政府预决算-某县财政局",
        ),
        [
            ("_0.html", GB, 2024, "2024-01-01"),
            ("_1.html", GF, 2022, "2024-01-01"),
            ("_2.html", GB, 2024, "2024-01-01"),
            ("_3.html", GB, 2024, "2024-01-01"),
            ("_4.html", GB, 2024, "2024-01-01"),
        ],
    ),
    Case(
        "side_menu_of_columns_and_years",
        "http://www.a.gov.cn/czyjs/index.html",
        page(
            '<ul class="sub"><li><a href="/czyjs/bmys/">部门预算</a></li><li><a href="/czyjs/bmjs/">部门决算</a></li><li><a href="/czyjs/2024n/">2024年'
            '部门预算</a></li><li><a href="/czyjs/sgjf/index.shtml">“三公”经费</a></li></ul>'
            '<ul><li><a href="/czyjs/202402/t20240205_1.html">县林业局2024年部门预算</a><span>2024-02-05</span></li></ul>'
        ),
        [("t20240205_1.html", DB, 2024, "2024-02-05")],
        ["/bmys/", "/bmjs/", "/2024n/", "/sgjf/index.shtml"],
    ),
    Case(
        "one_page_applications_keep_their_fragments",
        "http://czj.a.gov.cn/",
        page(
            '<div><a href="/gkmlpt/index#612">财政预决算</a><a href="http://yjsgk.b.cn/#/overView?code=320102000">某区2025年部门预算公开平台</a>'
            '<a href="#top">某局2024年部门预算</a></div>',
            "某市财政局网站",
        ),
        [],
        ["index#612", "#/overView?code=320102000"],
    ),
    Case(
        "links_that_only_open_by_script",
        "http://www.a.gov.cn/czxx/",
        page(
            '<ul><li><a href="javascript:void(0)" onclick="window.open(\'/xxgk/show/5501.html\')">县农业农村局2024年部门预算</a><i>2024.02.05</i></li>'
            "<li><a href=\"javascript:openDetail('./t20240206_9.html')\">县畜牧中心2024年单位预算</a><i>2024.02.06</i></li></ul>"
        ),
        [("5501.html", DB, 2024, "2024-02-05"), ("t20240206_9.html", UB, 2024, "2024-02-06")],
    ),
    Case(
        "the_same_link_for_desktop_phone_label_and_date",
        "http://www.a.gov.cn/",
        page(
            '<ul><li><em><a href="/doc/2026/02/25/1001.shtml" title="某县民政局2026年度部门预算公开">[部门预决算]</a></em><a href="/doc/2026/02/25/1001.shtml">'
            '某县民政局2026年度部门预算公开</a></li></ul><ul class="m"><li><a href="/doc/2026/02/25/1001.shtml">某县民政局2026年度部门预算公开</a>'
            '<a href="/doc/2026/02/25/1001.shtml">2026-02-25</a></li></ul>',
            "某县民政局",
        ),
        [("1001.shtml", DB, 2026, "2026-02-25")],
    ),
    Case(
        "a_title_printed_three_times_for_three_widths",
        "http://www.a.gov.cn/",
        page(
            '<li><a href="./tzgg/202603/t20260324_1.html"><p><font class="x">某局部门预算（2026）</font><font>某局部门预算（2026）</font>'
            "<font>某局部门预算（2026）</font></p><span>2026-03-26</span></a></li>"
        ),
        [("t20260324_1.html", DB, 2026, "2026-03-26")],
    ),
    Case(
        "files_straight_from_the_list_of_a_fastdfs_store",
        "http://www.a.gov.cn/yjs/list.html",
        page(
            '<ul><li><a href="/group3/M00/12/73/rBUtK2a.xlsx">某县统计局2024年部门预算公开表</a><span>2024-02-02</span></li>'
            '<li><a href="/upload_cz/download?id=33&siteId=5">某县统计局2023年度部门决算公开.pdf</a><span>2024-09-02</span></li></ul>'
        ),
        [("rBUtK2a.xlsx", DB, 2024, "2024-02-02"), ("download?id=33&siteId=5", DF, 2023, "2024-09-02")],
    ),
    Case(
        "base_href_of_another_folder",
        "http://www.a.gov.cn/x/y/z.html",
        page(
            '<li><a href="t20240101_4.html">县司法局2024年部门预算</a><span>2024-01-01</span></li>',
            head='<base href="/czyjs/202401/">',
        ),
        [("/czyjs/202401/t20240101_4.html", DB, 2024, "2024-01-01")],
    ),
    Case(
        "addresses_padded_with_new_lines_and_backslashes",
        "http://www.a.gov.cn/czyjs/",
        page('<li><a href="\n   ./202401\\t20240101_4.html \n">县司法局2024年部门预算</a><span>2024-01-01</span></li>'),
        [("/czyjs/202401/t20240101_4.html", DB, 2024, "2024-01-01")],
    ),
    Case(
        "units_of_other_names_on_a_department_s_own_site",
        "http://jtj.a.gov.cn/czyjs/",
        page(
            '<ul><li><a href="t20250902_1.html">某市交通运输局2024年度决算公开</a><i>2025-09-02</i></li>'
            '<li><a href="t20250902_2.html">某市公路养护处2024年度决算公开</a><i>2025-09-02</i></li>'
            '<li><a href="t20250902_3.html">2024年度决算公开</a><i>2025-09-02</i></li></ul>',
            "预算/决算_某市交通运输局",
            '<meta name="SiteName" content="某市交通运输局">',
        ),
        [("_1.html", DF, 2024, "2025-09-02"), ("_2.html", UF, 2024, "2025-09-02"), ("_3.html", DF, 2024, "2025-09-02")],
    ),
    Case(
        "numbered_offices_of_a_batch_page_on_hosts_of_their_own",
        "http://jw.a.gov.cn/czyjs/202603/t20260302_1.html",
        page(
            '<h1>某市教育委员会所属单位2026年预算公开</h1><div class="article-content"><p><a href="./t20260302_2.html">1 某市教育委员会（本级）</a></p>'
            '<p><a href="https://www.b.edu.cn/xxgk/2026/0302/c1a22/page.htm">2 某某大学</a></p><p><a href="http://c.edu.cn/yjs/2026ys.pdf">3 某市教育考试院</a></p>'
            "</div><div><ul><li><a href='http://www.moe.gov.cn/'>教育部</a></li><li><a href='http://www.b.gov.cn/'>市政府办公厅</a></li>"
            "<li><a href='http://www.c.gov.cn/'>市财政局</a></li></ul></div>",
            "某市教育委员会所属单位2026年预算公开_某市教育委员会",
        ),
        [("t20260302_2.html", UB, 2026, None), ("page.htm", UB, 2026, None), ("2026ys.pdf", UB, 2026, None)],
    ),
    Case(
        "old_links_in_capitals_inside_font_and_nobr",
        "http://www.a.gov.cn/czxx/index.asp",
        page(
            "<TABLE><TR><TD><FONT><A HREF='Article_Show.asp?ArticleID=552'>某县２０１５年部门预算公开</A></FONT></TD><TD>(2015/3/5)</TD></TR></TABLE>"
        ),
        [("ArticleID=552", DB, 2015, "2015-03-05")],
    ),
    Case(
        "class_names_of_furniture_around_the_whole_page",
        "http://czj.a.gov.cn/",
        page(
            '<div class="main_menu_con">'
            + "".join(f'<a href="/n/{n}.html">要闻{n}</a>' for n in range(30))
            + '<li><a href="/open_all/pw?ec=209&y=2026&t=ys">2026年某市财政局部门预算</a></li></div>',
            "某市财政局",
        ),
        [("t=ys", DB, 2026, None)],
    ),
    Case(
        "bare_offices_under_a_breadcrumb_with_friends_in_the_footer",
        "http://www.a.gov.cn/xxgk/zjxx/bmys_26/",
        page(
            '<div class="position">当前位置：<a href="/">首页</a> > <a href="../">资金信息</a> > 2026年部门预算</div><ul class="ls"><li>'
            '<a href="http://sf.a.gov.cn/xxgk/czxx/content/post_12.html">市司法局</a></li><li><a href="http://ga.a.gov.cn/attachment/1/12/9.pdf">市公安局</a>'
            '</li></ul><div><a href="http://www.b.gov.cn/">省政府</a><a href="http://www.c.gov.cn/">市教育局</a></div>',
            "2026年部门预算-某市政府在线",
        ),
        [("post_12.html", DB, 2026, None), ("9.pdf", DB, 2026, None)],
    ),
    Case(
        "years_and_offices_as_parts_of_a_column",
        "http://www.a.gov.cn/zwgk/czzj/",
        page(
            '<p><a href="?year=2024">2024</a><a href="?year=2023">2023</a></p><p><a href="/zwgk/czzj/jyj/">教育局</a><a href="/zwgk/czzj/slj/">水利局</a></p>',
            "部门预决算",
        ),
        [],
        ["?year=2024", "?year=2023", "/jyj/", "/slj/"],
    ),
    Case(
        "previous_and_next_of_a_list_page_are_not_rows",
        "http://www.a.gov.cn/czyjs/index.html",
        page(
            '<ul><li><a href="t20240101_1.html">县残联2024年部门预算</a><i>2024-01-01</i></li></ul><div class="page"><a href="index_1.html">2</a>'
            '<a href="index_1.html">下一页</a></div>'
        ),
        [("t20240101_1.html", DB, 2024, "2024-01-01")],
    ),
    Case(
        "adjusted_budgets_and_years_before_and_behind",
        "http://www.a.gov.cn/czyjs/index.html",
        page(
            '<ul><li><a href="t20190101_1.html">市交通运输局2019年调整预算公开（债券）</a><i>2019-11-13</i></li>'
            '<li><a href="t20190101_2.html">部门预算公开（2018年度）</a><i>2018-03-13</i></li>'
            '<li><a href="t20190101_3.html">二〇一七年度县卫计局部门决算</a><i>2018-09-13</i></li></ul>'
        ),
        [("_1.html", DB, 2019, "2019-11-13"), ("_2.html", DB, 2018, "2018-03-13"), ("_3.html", DF, 2017, "2018-09-13")],
    ),
]


def found(case: Case) -> Discovery:
    return discover(read_page(case.body.encode(), case.url))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_listing(case: Case) -> None:
    links = found(case)
    got = [(link.url, link.kind, link.fiscal_year, link.date) for link in links.of("disclosure")]
    assert len(got) == len(case.wanted), got
    for (url, *rest), (end, *wanted) in zip(got, case.wanted, strict=True):
        assert url.endswith(end), url
        assert rest == wanted, url
    columns = [link.url for link in links.of("column")]
    for end in case.columns:
        assert any(url.endswith(end) for url in columns), (end, columns)


def test_near_misses_say_why() -> None:
    case = next(case for case in CASES if case.name.startswith("audit_reports"))
    reasons = [link.reasons[0].rsplit(" ", 1)[-1] for link in found(case).of("near_miss")]
    assert reasons == ["audit", "rule", "tender", "news", "work"]


def test_an_adjusted_budget_is_marked() -> None:
    case = next(case for case in CASES if case.name.startswith("adjusted"))
    assert [link.adjusted for link in found(case).of("disclosure")] == [True, False, False]
