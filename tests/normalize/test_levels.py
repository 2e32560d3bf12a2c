"""Standard names of levels, and kinds of values in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.levels import qualitative_class, standard_level


@pytest.mark.parametrize(
    ("printed", "level", "standard"),
    [
        ("产出指\n标", 1, "产出指标"),
        ("产出指标（50分）", 1, "产出指标"),
        ("产出指标50分", 1, "产出指标"),
        ("一、效益", 1, "效益指标"),
        ("1-产出指标", 1, "产出指标"),
        ("成本指标", 1, "成本指标"),
        ("成本指标", 2, "成本指标"),
        ("经济成本", 2, "经济成本指标"),
        ("满意度指标", 2, "服务对象满意度指标"),
        ("数量", 2, "数量指标"),
        ("办案数量", 2, None),
        ("", 1, None),
        (None, 2, None),
    ],
)
def test_levels(printed: str | None, level: int, standard: str | None) -> None:
    assert standard_level(printed, level) == standard


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("优", "grade"),
        ("优/良/中/低/差", "grade"),
        ("有效提升", "grow"),
        ("保持稳定", "keep"),
        ("长期", "keep"),
        ("有一定幅度下降", "fall"),
        ("2024年12月底前", "date"),
        ("完成", "yes_no"),
        ("/", "none"),
        ("不适用", "none"),
        ("按照国家有关要求进行", "compliant"),
        ("张三", None),
        (None, None),
    ],
)
def test_kinds_of_words(printed: str | None, kind: str | None) -> None:
    assert qualitative_class(printed) == kind


@given(st.text(max_size=80))
def test_never_raises(text: str) -> None:
    standard_level(text, 1)
    standard_level(text, 2)
    qualitative_class(text)
