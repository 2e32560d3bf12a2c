"""Checks of the prose; each trouble has a case named after it, and one beside it that is right."""

from __future__ import annotations

import pytest

from tests.flows.checks.prose import BUDGET, FINAL, UNIT, fails, outcomes

ITEM = (
    "1、公共安全支出（204类）司法（06款）普法宣传（05项）{0}万元。主要用于：宣传。2024年当年预算执行数为{1}万元，"
    "2025年预算安排{2}万元，比2024年预算执行数{3}。"
)
LINE = (
    "1、教育支出（类）普通教育（款）小学教育（项）。主要用于：学校。年初预算为{0}万元，支出决算为{1}万元。"
    "决算数{2}预算数的主要原因：人员变化。"
)


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        (("110.00", "100.00", "110.00", "增加10.00%"), False),
        (("110.00", "100.00", "110.00", "增加11.00%"), True),
        ((110, 100, 110, "减少10.00%"), True),
        ((90, 100, 90, "减少10%"), False),
        # 0.50 may be 0.495 and 0.62 be 0.625: 22.22% follows from amounts that were not rounded
        (("0.62", "0.50", "0.62", "增加22.22%"), False),
    ],
)
def test_rate_of_change_against_both_amounts(item: tuple[object, ...], wrong: bool) -> None:
    assert ("N02" in fails(BUDGET, "财政拨款支出主要内容如下：", ITEM.format(*item))) is wrong


def test_rate_of_change_that_follows_from_the_change() -> None:
    text = "某市某局2024年度收入支出总计110.00万元。与2023年度相比，收入支出总计增加10.00万元，增长{}%。"
    assert "N02" not in fails(FINAL, text.format("10.00"))
    (row,) = fails(FINAL, text.format("9.09"))["N02"]
    assert "10.00%" in row["message_zh"] and "9.09%" in row["evidence"][0]


def test_one_thing_with_two_amounts_in_a_passage() -> None:
    assert "N03" not in fails(BUDGET, ITEM.format(110, 100, 110, "增加10%"))
    (row,) = fails(BUDGET, ITEM.format(120, 100, 110, "增加10%"))["N03"]
    assert (row["left_yuan"], row["right_yuan"]) == (1_200_000.0, 1_100_000.0)


SHARES = (
    "一般公共预算财政拨款支出200.00万元，主要用于以下方面：教育支出（类）100.00万元，占{}%；"
    "卫生健康支出（类）60.00万元，占30.00%；住房保障支出（类）40.00万元，占20.00%。"
)


def test_share_that_is_not_part_by_whole() -> None:
    assert outcomes("N04", FINAL, SHARES.format("50.00")) == ["holds"] * 3
    (row,) = fails(FINAL, SHARES.format("50.08"))["N04"]
    assert "50.00%" in row["message_zh"] and "50.08%" in row["evidence"][0]


def test_shares_of_an_unknown_whole_are_not_judged() -> None:
    text = "本年收入中，教育支出（类）100.00万元，占33.00%；卫生健康支出（类）60.00万元，占9.00%。"
    assert "N04" not in fails(FINAL, text)


@pytest.mark.parametrize(
    ("budget", "rate", "wrong"), [("0", "95.89", True), ("320.00", "96.19", False), ("320.00", "95.89", True)]
)
def test_completion_of_the_budget_named(budget: str, rate: str, wrong: bool) -> None:
    text = f"一般公共预算财政拨款支出年初预算为{budget}万元，支出决算为307.82万元，完成年初预算的{rate}%。"
    assert ("N05" in fails(FINAL, text)) is wrong


@pytest.mark.parametrize(
    ("budget", "final", "word", "wrong"),
    [
        ("10.00", "9.00", "小于", False),
        ("10.00", "9.00", "大于", True),
        ("10.00", "9.00", "等于", True),
        ("9.00", "10.00", "大于", False),
    ],
)
def test_words_of_comparison_against_the_amounts(budget: str, final: str, word: str, wrong: bool) -> None:
    assert ("N06" in fails(FINAL, LINE.format(budget, final, word))) is wrong


def test_growth_from_nothing() -> None:
    text = "机关运行经费支出10.23万元，比2023年度增加{}万元，增长{}%。"
    assert "N07" in fails(FINAL, text.format("10.23", "100.00"))
    assert "N07" not in fails(FINAL, text.format("5.23", "104.60"))


PURCHASES = (
    "2025年本部门政府采购预算100.00万元，其中：政府采购货物预算{}万元、政府采购工程预算20.00万元、"
    "政府采购服务预算50.00万元。"
)


def test_parts_of_procurement_add_up() -> None:
    assert outcomes("N08", BUDGET, PURCHASES.format("30.00")) == ["holds"]
    assert "N08" in fails(BUDGET, PURCHASES.format("35.00"))


def test_awards_to_small_firms_exceed_all_procurement() -> None:
    total = (
        "某市某局2024年度政府采购金额为21.07万元，其中：货物采购金额21.07万元、工程采购金额0万元、服务采购金额0万元。"
    )
    awards = (
        "2024年度本部门面向中小企业预留政府采购项目预算金额21.07万元。在面向中小企业预留的政府采购项目中，由中小企业供应商中标"
        "或成交的，采购金额{}万元；在其他政府采购项目中，由中小企业供应商中标或成交的，采购金额{}万元。"
    )
    assert "G02" in fails(FINAL, total, awards.format("21.07", "21.07"))
    assert "G02" not in fails(FINAL, total, awards.format("16.07", "5.00"))


def test_placeholder_left_in_a_heading() -> None:
    assert "D01" in fails(FINAL, "# 第二部分 某市XX局2024年度部门决算表", "正文。")
    assert "D01" not in fails(FINAL, "# 第二部分 某市某局2024年度部门决算表", "正文。")


def test_a_blank_template_is_told_to_be_one() -> None:
    texts = [f"{number}、XX部门本年度支出XX万元，比上年增加（减少）XX万元。" for number in range(8)]
    assert not {"D01", "W02", "W03", "W04"} & set(fails("# XX局2024年度部门决算", *texts))


def test_year_of_a_heading() -> None:
    headings = ["# 第一部分 某市某局2024年度部门决算概况", "正文。", "# 第二部分 某市某局2024年度部门决算表", "正文。"]
    assert "D04" in fails(FINAL, *headings, "# 第三部分 某市某局2023年度部门决算情况说明", "正文。")
    assert "D04" not in fails(FINAL, *headings, "# 第三部分 某市某局2024年度部门决算情况说明", "正文。")


@pytest.mark.parametrize(("title", "date", "wrong"), [
    (FINAL, "2023年12月31日", True),
    (FINAL, "2024年12月31日", False),
    (BUDGET, "2024年8月31日", False),
    (BUDGET, "2021年8月31日", True),
])  # fmt: skip
def test_date_of_the_assets(title: str, date: str, wrong: bool) -> None:
    assert ("D05" in fails(title, f"截至{date}，某市某局共有车辆3辆。")) is wrong


def test_a_budget_compared_with_itself() -> None:
    text = "支出预算110.00万元，其中：财政拨款支出预算110.00万元，比{}年预算增加10.00万元。"
    assert "D06" in fails(BUDGET, text.format(2025))
    assert "D06" not in fails(BUDGET, text.format(2024))


def test_period_without_the_budget_year() -> None:
    assert "D07" in fails(BUDGET, "# 五、实施周期", "2024年1月1日-2024年12月31日")
    assert "D07" not in fails(BUDGET, "# 五、实施周期", "2025年1月1日-2025年12月31日")


def test_a_unit_that_calls_its_budget_the_departments() -> None:
    own = ["2025年单位预算编制说明如下。", "2025年单位预算安排如下。"]
    assert "D08" in fails(UNIT, *own, "2025年部门预算安排购置车辆0辆。")
    assert "D08" not in fails(UNIT, *own, "2025年单位预算安排购置车辆0辆。")


@pytest.mark.parametrize(
    ("check_id", "bad", "good"),
    [
        ("W01", "信息化建设方面的支出。。", "信息化建设方面的支出。"),
        ("W02", "财政拨款支出增加（减少）的主要原因是业务量增加。", "与上年相比增加（减少）0万元。"),
        ("W03", "公务用车费9.98万元，主要原因是。其中：购置费0万元。", "公务用车费9.98万元，主要原因是车辆减少。"),
        ("W04", "无此项收支的，仍保留该表格式，并在本表下方作下述说明：", "本表反映部门本年度收支情况。"),
        ("W06", "开展“普法检查”、优秀案例”活动。", "开展“普法检查”、“优秀案例”活动。"),
        (
            "W08",
            "接待费1.00万元，与上年预算持平。主要原因：厉行节约，减少支付。",
            "接待费1.00万元，与上年预算持平，主要原因是业务无变化。",
        ),
    ],
)
def test_wording(check_id: str, bad: str, good: str) -> None:
    assert check_id in fails(FINAL, bad)
    assert check_id not in fails(FINAL, good)


def test_a_sentence_without_its_full_stop() -> None:
    whole = ["支出增加，主要原因是业务量增加。", "收入减少，主要原因是项目减少。", "接待费减少，主要原因是节约。"]
    assert "W05" in fails(FINAL, *whole, "财政拨款收入支出增加的主要原因是工作量增加")
    assert "W05" not in fails(FINAL, *whole)


def test_the_purpose_of_another_line() -> None:
    text = "8、住房保障支出（类）住房改革支出（款）住房公积金（项）。主要用于：{}。支出决算为17.70万元。"
    assert "W07" in fails(FINAL, text.format("事业单位医疗保险支出"))
    assert "W07" not in fails(FINAL, text.format("缴纳职工住房公积金"))
