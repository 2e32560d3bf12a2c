"""Words that documents are made of: offices, subjects (the real classification), projects and indicators."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from normalize import vocabulary

PLACES = ("青山县", "临河县", "白石市", "大兴镇", "云溪区")
OFFICES = ("财政局", "教育和体育局", "水利局", "人民政府办公室", "信访局", "卫生健康局", "农业农村局", "档案馆")
SOURCES = (
    "一般公共预算拨款收入",
    "政府性基金预算拨款收入",
    "国有资本经营预算拨款收入",
    "财政专户管理资金收入",
    "事业收入",
    "经营收入",
    "上级补助收入",
    "附属单位上缴收入",
    "其他收入",
)
PROJECTS = (
    "农村饮水安全维修养护经费",
    "信访维稳专项经费",
    "办公设备购置",
    "义务教育营养改善计划补助资金",
    "河道清淤（二期）工程",
    "2023年度水库移民后期扶持资金",
)
INDICATORS = (
    ("产出指标", "数量指标", "培训人次", "≥120人次", "全年培训基层人员的人次"),
    ("产出指标", "质量指标", "验收合格率", "≥95百分比", "验收合格项目占全部项目的比例"),
    ("产出指标", "时效指标", "按时完成率", "＝100%", "按计划时间完成的比例"),
    ("产出指标", "成本指标", "项目成本", "≤50.5万元", "项目总成本"),
    ("效益指标", "社会效益指标", "群众知晓率", "90%以上", "政策知晓情况"),
    ("效益指标", "可持续影响指标", "持续发挥作用期限", "长期", "项目建成后的作用"),
    ("满意度指标", "服务对象满意度指标", "服务对象满意度", "≥90%", "服务对象的评价"),
)


@lru_cache(maxsize=4)
def subjects(system: str) -> dict[str, str]:
    """Code → name of one classification: functional, economic_department."""
    return {row["code"]: row["name"] for row in vocabulary.table("classification") if row["system"] == system}


def classes() -> list[str]:
    """Names of the functional classes in the order of their codes."""
    return [name for code, name in sorted(subjects("functional").items()) if len(code) == 3 and code < "235"]


def tree(chance: Random, system: str, leaves: int, depth: int = 7) -> list[tuple[str, str]]:
    """(code, name) in printed order: some leaves with every code above them.

    A code whose name is not known has that of the code above it: nobody publishes a line that names nothing.
    """
    known = subjects(system)
    ends = sorted(code for code in known if len(code) == depth and code[:3] in known and code[: depth - 2] in known)
    chosen = sorted(chance.sample(ends, min(leaves, len(ends))))
    codes: list[str] = []
    for code in chosen:
        for size in range(3, depth + 1, 2):
            if code[:size] not in codes:
                codes.append(code[:size])
    return [(code, known[code] or known[code[:-2]]) for code in codes]
