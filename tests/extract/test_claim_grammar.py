"""Every family of wordings of DOMAIN 5, in prose of our own: who, how much, up or down, against what."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.amount_text import fold_text
from extract.claim_clauses import Said
from extract.claim_grammar import Grammar


def said(text: str, heading: str = "") -> list[Said]:
    return Grammar(fold_text(text).text, fold_text(heading).text).read()


def brief(text: str, heading: str = "") -> list[str]:
    """One line per claim: concept (or words), direction, number, rate, base of comparison."""
    lines = []
    for one in said(text, heading):
        name = (one.subject.key or one.subject.printed) if one.subject else "?"
        number = one.token.number + one.unit if one.token else ("none" if one.nothing else "")
        rate = f"{one.percent.number}%{one.percent_kind}" if one.percent else ""
        base = one.compared.base if one.compared else ""
        lines.append(" ".join(part for part in (name, one.direction, number, rate, base) if part))
    return lines


FAMILIES = {
    "河北_收入支出": (
        "2031年预算收入90.50万元，其中：一般公共预算收入80.25万元，基金预算收入10.25万元；"
        "2031年支出预算90.50万元，其中基本支出60.00万元，包括人员经费50.00万元和日常公用经费10.00万元；项目支出30.50万元，主要为办案经费。",
        [
            "income_total level 90.50万元",
            "general_public_budget_revenue level 80.25万元",
            "government_fund_revenue level 10.25万元",
            "expenditure_total level 90.50万元",
            "basic_expenditure level 60.00万元",
            "personnel_expenditure level 50.00万元",
            "public_expenditure level 10.00万元",
            "project_expenditure level 30.50万元",
        ],
    ),
    "四川决算_收支总计均为": (
        "2031年度收、支总计均为70.5万元。与2030年相比，收、支总计各增加1.5万元，增长2.17%。",
        ["total_both level 70.5万元", "total_both increase 1.5万元 2.17%change 2030年"],
    ),
    "四川决算_两数以逗号并列": (
        "收、支总计各是70.5,71.2万元，与2030年相比各减少1.5,2.2万元，各下降2.08%、3.00%。",
        [
            "income_total level 70.5万元",
            "expenditure_total level 71.2万元",
            "income_total decrease 1.5万元 2.08%change 2030年",
            "expenditure_total decrease 2.2万元 3.00%change 2030年",
        ],
    ),
    "新疆_单位只印一次": (
        "收入总计33.30万元，其中：本年收入合计30.00，使用非财政拨款结余1.30，年初结转和结余2.00。",
        [
            "income_total level 33.30万元",
            "income_current level 30.00万元",
            "non_fiscal_surplus_used level 1.30万元",
            "carryover_in level 2.00万元",
        ],
    ),
    "云南_以元为单位": (
        "2031年部门财务总收入905,000.10元，其中：一般公共预算905,000.10元，政府性基金0.00元。",
        [
            "income_total level 905,000.10元",
            "general_public_budget level 905,000.10元",
            "government_fund level 0.00元",
        ],
    ),
    "云南_科目路径": (
        "一般公共服务支出-档案事务-行政运行12,000.00元，主要反映机关运转。",
        ["function_item level 12,000.00元"],
    ),
    "福建_比上年增加": (
        "收入预算为88万元，比上年增加8万元，增长10%，主要原因是人员增加。相应安排支出预算88万元，比上年增加8万元，增长10%。",
        [
            "income_total level 88万元",
            "income_total increase 8万元 10%change 上年",
            "expenditure_total level 88万元",
            "expenditure_total increase 8万元 10%change 上年",
        ],
    ),
    "湖南_较去年": (
        "2031年本单位支出预算50万元，其中：教育支出30万元，住房保障支出20万元。支出较去年增加2万元，上升4.17%。",
        [
            "expenditure_total level 50万元",
            "function_item level 30万元",
            "function_item level 20万元",
            "expenditure_total increase 2万元 4.17%change 去年",
        ],
    ),
    "浙江_比上年执行数": (
        "公务接待费3万元，比上年执行数减少0.5万元，主要用于接待来访。",
        ["reception level 3万元", "reception decrease 0.5万元 上年执行数"],
    ),
    "零基数": (
        "公务用车购置费20万元，比上年增加20万元，增长--（基数为0，不可比）。",
        ["vehicle_purchase level 20万元", "vehicle_purchase increase 20万元 上年"],
    ),
    "动词与数不合": (
        "培训费1万元，较上年减少0.00元，下降0.00%。",
        ["training level 1万元", "training decrease 0.00元 0.00%change 上年"],
    ),
    "增加减少未选定": (
        "事业收入0万元，与上年相比增加（减少）0万元，增长（减少）0%；其他收入5万元，与上年相比增加（减少）1万元。",
        [
            "business_income level 0万元",
            "business_income increase 0万元 0%change 上年",
            "other_income level 5万元",
            "other_income unstated 1万元 上年",
        ],
    ),
    "持平的各种说法": (
        "会议费2万元，与上年持平。培训费3万元，较2030年预算无变化。公务接待费1万元，与上年预算数相同。",
        [
            "meeting level 2万元",
            "meeting unchanged 上年",
            "training level 3万元",
            "training unchanged 2030年预算",
            "reception level 1万元",
            "reception unchanged 上年预算数",
        ],
    ),
    "占比": (
        "本年支出合计40万元，其中：基本支出30万元，占75%；项目支出10万元，占本年支出合计的25%；上缴上级支出0万元，占0%。",
        [
            "expenditure_current level 40万元",
            "basic_expenditure level 30万元 75%share",
            "project_expenditure level 10万元 25%share",
            "remit_to_superior level 0万元 0%share",
        ],
    ),
    "决算_完成率": (
        "一般公共预算财政拨款支出年初预算为20万元，支出决算为19万元，完成年初预算的95%。",
        [
            "general_public_budget_expenditure level 20万元",
            "general_public_budget_expenditure level 19万元 95%completion 年初预算",
        ],
    ),
    "决算_款项逐行": (
        "1、教育支出（类）进修及培训（款）培训支出（项）。主要用于：干部培训的基本支出。"
        "年初预算为6万元，支出决算为5.4万元，完成年初预算的90%，决算数小于预算数的主要原因是压减班次。",
        ["function_item level 6万元", "function_item level 5.4万元 90%completion 年初预算"],
    ),
    "机关运行经费的各种名称": (
        "本部门机关运行经费安排12万元，比上年减少3万元。主要原因是：厉行节约。"
        "一般公共预算财政拨款运行经费9万元，比2030年增加1万元。本局机构运行经费共计8万元，主要用于办公。行政经费7万元。",
        [
            "operating_funds level 12万元",
            "operating_funds decrease 3万元 上年",
            "operating_funds level 9万元",
            "operating_funds increase 1万元 2030年",
            "operating_funds level 8万元",
            "operating_funds level 7万元",
        ],
    ),
    "三公_河北次序": (
        "三公经费预算安排30万元，其中因公出国（境）费0万元；公务用车购置及运维费25万元（其中公务用车购置费18万元，公务用车运维费7万元）；"
        "公务接待费5万元；与2030年相比减少2万元。",
        [
            "three_public level 30万元",
            "abroad level 0万元",
            "vehicle level 25万元",
            "vehicle_purchase level 18万元",
            "vehicle_operation level 7万元",
            "reception level 5万元",
            "three_public decrease 2万元 2030年",
        ],
    ),
    "三公_括号后的变动属于括号前": (
        "公务用车购置及运行维护费9万元（公务用车购置费0万元，比上年增加0万元；公务用车运行维护费9万元，比上年减少1万元。）比上年减少1万元，下降10%。",
        [
            "vehicle level 9万元",
            "vehicle_purchase level 0万元",
            "vehicle_purchase increase 0万元 上年",
            "vehicle_operation level 9万元",
            "vehicle_operation decrease 1万元 上年",
            "vehicle decrease 1万元 10%change 上年",
        ],
    ),
    "三公_括号里的幅度": (
        "公务接待费1万元，较上年减少2万元（66.67%），减少的主要原因是压缩接待。",
        ["reception level 1万元", "reception decrease 2万元 66.67%change 上年"],
    ),
    "三公_数量": (
        "因公出国（境）团组2个，累计5人次。购置公务用车1辆，保有量6辆。国内公务接待12批次、86人次。",
        [
            "abroad_groups level 2个",
            "abroad_persons level 5人次",
            "vehicles_bought level 1辆",
            "vehicles_held level 6辆",
            "reception_batches level 12批次",
            "reception_persons level 86人次",
        ],
    ),
    "政府采购": (
        "2031年度政府采购预算总额60万元，其中：政府采购货物预算10万元、政府采购服务预算45万元、政府采购工程预算5万元。"
        "授予中小企业合同金额30万元，占政府采购支出总额的50%。",
        [
            "procurement_total level 60万元",
            "procurement_goods level 10万元",
            "procurement_services level 45万元",
            "procurement_works level 5万元",
            "procurement_sme level 30万元 50%share",
        ],
    ),
    "政府采购_以合同签订为准": (
        "本部门政府采购金额（以合同签订为准）为8.8万元，其中：货物采购金额8.8万元。",
        ["procurement_total level 8.8万元", "procurement_goods level 8.8万元"],
    ),
    "国有资产": (
        "截至2030年12月31日，本部门共有车辆7辆，其中，机要通信用车2辆、其他用车5辆；单价100万元（含）以上设备3台（套）。"
        "2031年安排购置单价100万元以上的设备1台（套）。",
        [
            "vehicles_held level 7辆",
            "vehicles_by_use level 2辆",
            "vehicles_by_use level 5辆",
            "equipment_held level 3台(套)",
            "equipment_bought level 1台(套)",
        ],
    ),
    "绩效": (
        "共对4个项目开展绩效自评，涉及资金55万元，占项目支出总额的100%。",
        ["performance_projects level 4个", "performance_funds level 55万元 100%share"],
    ),
    "无此项": (
        "本部门无政府性基金预算支出。因公出国（境）费，无此项支出。2031年未安排会议费。",
        ["government_fund_expenditure level none", "abroad level none", "meeting level none"],
    ),
    "原因中的部分": (
        "收入比2030年增加9万元，主要是一般公共预算拨款增加7万元，其他收入增加2万元。",
        [
            "income_total increase 9万元 2030年",
            "general_public_budget increase 7万元",
            "other_income increase 2万元",
        ],
    ),
    "分别为": (
        "基本支出、项目支出分别为11万元、22.5万元。",
        ["basic_expenditure level 11万元", "project_expenditure level 22.5万元"],
    ),
    "用途隔开的变动": (
        "教育（类）支出18万元，主要用于干部培训，比2030年度决算数增加4万元，增长28.57%，主要原因是培训增加。",
        ["function_item level 18万元", "function_item increase 4万元 28.57%change 2030年度决算数"],
    ),
    "上年的数": (
        "公务接待费3万元，去年预算数为2万元。",
        ["reception level 3万元", "reception level 2万元"],
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_wordings(family: str) -> None:
    text, expected = FAMILIES[family]
    assert brief(text) == expected


def test_a_heading_names_what_the_paragraph_leaves_out() -> None:
    assert brief("2031年支出预算5万元，比上年减少1万元。", "（二）公务接待费") == [
        "reception level 5万元",
        "reception decrease 1万元 上年",
    ]


def test_thresholds_rates_and_averages_are_no_claims() -> None:
    assert brief("单价50万元以上通用设备、人均标准90元/月、平均每辆2.71万元、不超过3万元。") == []


def test_an_amount_without_words_is_about_nothing_known() -> None:
    claims = said("公务接待费1万元，维修费。12.6万元等。")
    assert [one.subject.key if one.subject else None for one in claims] == ["reception", None]


def test_parts_know_their_whole() -> None:
    claims = said("项目支出9万元，其中：信访专项4万元，宣传专项5万元。")
    assert [one.within for one in claims] == [None, "project_expenditure", "project_expenditure"]


def test_purpose_of_a_line_does_not_take_its_place() -> None:
    claims = said(
        "1.卫生健康支出（类）行政事业单位医疗（款）行政单位医疗（项）。主要用于：单位的基本支出。2031年预算安排7万元。"
    )
    assert [(one.subject.key, one.subject.label) for one in claims if one.subject] == [
        ("function_item", "行政单位医疗")
    ]


def test_stage_and_year_of_a_level() -> None:
    claims = said("三公经费2031年预算数为7万元，2030年预算数为9万元，全年预算为8万元，支出决算为6万元。")
    assert [(one.year, one.stage) for one in claims] == [
        (2031, "budget"),
        (2030, "budget"),
        (None, "adjusted_budget"),
        (None, "final"),
    ]


@given(st.text(alphabet="收支预算增加减少比上年占其中（）():：，。、；0123456789.%万元辆个", max_size=200))
def test_nothing_raises_and_every_phrase_stands_in_the_text(text: str) -> None:
    folded = fold_text(text)
    for one in Grammar(folded.text).read():
        assert 0 <= one.start <= one.at < one.end <= len(folded.text) or one.token is None


def test_hostile_text_costs_no_time() -> None:
    texts = ["比上年" * 3000, "(" * 9000, "增加（减少）" * 2000, "1," * 6000, "占" * 9000 + "5%", "1万元、" * 3000]
    started = time.process_time()
    for text in texts:
        said(text)
    assert time.process_time() - started < 20
