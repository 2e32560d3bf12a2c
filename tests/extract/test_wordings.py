"""Wordings of other provinces than those at hand, each named after what was read wrong; texts are made here."""

from __future__ import annotations

import pytest

from tests.extract.test_claim_grammar import brief

WORDINGS = {
    "short_verbs": (
        "培训费2万元，比上年增1万元，增100%；会议费3万元，较2030年减0.5万元；公务接待费1万元，较上年多0.3万元。",
        [
            "training level 2万元",
            "training increase 1万元 100%change 上年",
            "meeting level 3万元",
            "meeting decrease 0.5万元 2030年",
            "reception level 1万元",
            "reception increase 0.3万元 上年",
        ],
    ),
    "both_short_verbs_offered": (
        "公务接待费2万元，比上年增（减）0万元。",
        ["reception level 2万元", "reception increase 0万元 上年"],
    ),
    "more_verbs": (
        "收入9万元，较上年增收1万元；会议费2万元，较上年压降0.3万元；培训费3万元，较上年上涨0.4万元，涨幅15.38%。",
        [
            "income_total level 9万元",
            "income_total increase 1万元 上年",
            "meeting level 2万元",
            "meeting decrease 0.3万元 上年",
            "training level 3万元",
            "training increase 0.4万元 15.38%change 上年",
        ],
    ),
    "a_saving_said_twice": (
        "会议费2万元，比年初预算减少（节约）0.5万元。",
        ["meeting level 2万元", "meeting decrease 0.5万元 年初预算"],
    ),
    "only_the_sign_tells_the_direction": (
        "培训费2万元，较上年变动额为-0.3万元，变动率-13.04%。会议费2万元，较上年变动0.3万元。",
        [
            "training level 2万元",
            "training decrease 0.3万元 -13.04%change",
            "meeting level 2万元",
            "meeting unstated 0.3万元",
        ],
    ),
    "the_amount_of_the_other_year_before_the_change": (
        "公务接待费2万元，较2030年的2.3万元减少0.3万元，下降13.04%；培训费3万元，与去年同期4万元相比减少1万元。",
        [
            "reception level 2万元",
            "reception level 2.3万元",
            "reception decrease 0.3万元 13.04%change 2030年",
            "training level 3万元",
            "training level 4万元",
            "training decrease 1万元 去年同期",
        ],
    ),
    "from_an_amount_down_to_another": (
        "公务接待费由上年2.3万元减少到2万元，减少0.3万元。",
        ["reception level 2.3万元", "reception level 2万元", "reception decrease 0.3万元 上年"],
    ),
    "year_behind_the_thing": (
        "公务用车购置和运行维护费30万元，其中：公务用车购置费2031年预算数0万元，公务用车运行维护费2031年预算数30万元。",
        ["vehicle level 30万元", "vehicle_purchase level 0万元", "vehicle_operation level 30万元"],
    ),
    "what_is_left_at_the_end_of_the_year": (
        "年末结转结余3万元，比上年减少0.5万元。",
        ["carryover_out level 3万元", "carryover_out decrease 0.5万元 上年"],
    ),
    "code_before_the_item": (
        "（一）2010801-行政运行9.5万元，主要用于人员经费。1.2080505机关事业单位基本养老保险缴费支出6.2万元，比上年增加0.2万元。",
        ["function_item level 9.5万元", "function_item level 6.2万元", "function_item increase 0.2万元 上年"],
    ),
    "planned_at_the_start_of_the_year": (
        "“三公”经费年初预算安排12万元。一般公共预算收支预算9万元。",
        ["three_public level 12万元", "general_public_budget level 9万元"],
    ),
    "reception_without_the_word_fee": ("国内公务接待支出2.34万元。", ["reception level 2.34万元"]),
}


@pytest.mark.parametrize("trouble", WORDINGS)
def test_wordings_of_other_provinces(trouble: str) -> None:
    text, expected = WORDINGS[trouble]
    assert brief(text) == expected
