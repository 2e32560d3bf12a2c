"""Places named level by level, and their names in Latin letters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.pinyin import file_stem, short_name, syllables
from normalize.places import Found, NotFound, division_of, find_place
from normalize.region import divisions


@pytest.mark.parametrize(
    ("levels", "code", "basis"),
    [
        (("河北省", "保定市", "涞源县"), "130630", "exact"),
        (("北京市", "东城区", ""), "110101", "exact"),
        (("河北省", "", ""), "130000", "exact"),
        (("吉林省", "吉林市", "船营区"), "220204", "exact"),
        (("新疆维吾尔自治区", "新疆生产建设兵团", "图木舒克市"), "659003", "exact"),
        (("河北省", "石家庄市", "藁城市"), "130109", "former_name"),  # 市 → 区 in 2014
        (("北京市", "密云县"), "110118", "former_name"),
        (("江苏省", "南京市", "昆山市"), "320583", "elsewhere"),  # under a prefecture it is not of
        (("江苏省", "南通市", "通州市"), "320612", "other_ending"),
        (("河南省", "济源示范区"), "419001", "exact"),
    ],
)
def test_a_place_is_found_through_what_its_name_was(levels: tuple[str, ...], code: str, basis: str) -> None:
    found = find_place(*levels)
    assert isinstance(found, Found)
    assert (found.code, found.basis) == (code, basis)


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        (("朝阳区",), "ambiguous"),  # 北京 and 长春
        (("河北省", "石家庄市", "桥东区"), "ambiguous"),  # divided in 2014; 张家口 has one of that name
        (("黑龙江省", "大兴安岭地区", "松岭区"), "no_such_division"),
        (("", ""), "no_such_division"),
    ],
)
def test_a_name_that_leaves_several_or_none_decides_nothing(levels: tuple[str, ...], reason: str) -> None:
    found = find_place(*levels)
    assert isinstance(found, NotFound), found
    assert found.reason == reason


@given(st.lists(st.text("河北省保定市涞源县区 ", max_size=8), max_size=4))
def test_any_words_are_a_division_or_a_reason(levels: list[str]) -> None:
    found = find_place(*levels)
    assert isinstance(found, Found) == (getattr(found, "code", None) is not None)


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("涞源县", "laiyuan"), ("乐亭县", "laoting"), ("蔚县", "yuxian"), ("六安市", "luan"),
        ("长子县", "zhangzi"), ("长春市", "changchun"), ("重庆市", "chongqing"), ("洪洞县", "hongtong"),
        ("单县", "shanxian"), ("番禺区", "panyu"), ("内蒙古自治区", "neimenggu"), ("彭水苗族土家族自治县", "pengshui"),
        ("伊犁哈萨克自治州", "yili"), ("浦东新区", "pudong"), ("神农架林区", "shennongjia"),
        ("三都水族自治县", "sandu"), ("城区", "chengqu"),
    ],
)  # fmt: skip
def test_names_as_the_places_read_them(name: str, latin: str) -> None:
    assert file_stem("000000", name) == f"000000_{latin}"


def test_every_division_can_be_read_and_named() -> None:
    for one in divisions():
        assert len(syllables(one.name)) == len(one.name), one.name
        assert re.fullmatch(r"\d{6}_[a-z]+", file_stem(one.code, one.name)), one.name
        assert len(short_name(one.name)) >= 2


def test_a_code_used_twice_is_the_latest() -> None:
    for one in divisions():
        latest = division_of(one.code)
        assert latest is not None
        assert latest.since >= one.since
