"""Words of the site for the codes of the data, zh and en. A code that is not here is shown as it is."""

from __future__ import annotations

from functools import cache
from typing import Final

from flows.check_info import FAMILY_NAMES
from flows.release.codes import words_of
from normalize.panels.tables import WHY_EN, WHY_ZH
from normalize.pinyin import short_name, syllables
from normalize.places import division_of

Pair = tuple[str, str]

WORDS: Final[dict[str, dict[str, Pair]]] = {
    "doc_type": {
        "department_budget": ("部门预算", "department budget"),
        "unit_budget": ("单位预算", "unit budget"),
        "department_final": ("部门决算", "department final account"),
        "unit_final": ("单位决算", "unit final account"),
        "government_budget": ("政府预算", "government budget"),
        "government_final": ("政府决算", "government final account"),
        "performance_target": ("绩效目标", "performance targets"),
        "performance_self_evaluation": ("绩效自评", "performance self-evaluation"),
        "three_public": ("“三公”经费", "three public expenses"),
        "other_fiscal": ("其他财政信息", "other fiscal information"),
    },
    "doc_short": {
        "department_budget": ("预", "B"),
        "unit_budget": ("单预", "UB"),
        "department_final": ("决", "F"),
        "unit_final": ("单决", "UF"),
        "government_budget": ("政预", "GB"),
        "government_final": ("政决", "GF"),
        "performance_target": ("绩", "P"),
        "performance_self_evaluation": ("评", "E"),
        "three_public": ("三公", "3P"),
        "other_fiscal": ("他", "O"),
    },
    "stage": {
        "budget": ("预算", "budget"),
        "budget_adjusted": ("调整预算", "adjusted budget"),
        "final": ("决算", "final account"),
    },
    "entity_level": {"department": ("部门（含下属单位）", "department, with its units"), "unit": ("单位", "unit")},
    "statement": {
        "income_expenditure": ("收支总表", "income and expenditure"),
        "income": ("收入总表", "income"),
        "expenditure": ("支出总表", "expenditure"),
        "appropriation": ("财政拨款收支总表", "appropriations"),
        "general_expenditure": ("一般公共预算支出表", "general public budget expenditure"),
        "basic_expenditure": ("一般公共预算基本支出表", "basic expenditure"),
        "government_fund": ("政府性基金支出表", "government funds"),
        "state_capital": ("国有资本经营支出表", "state capital operations"),
        "three_public": ("“三公”经费支出表", "three public expenses"),
        "project_expenditure": ("项目支出表", "project expenditure"),
        "procurement": ("政府采购", "procurement"),
        "org_units": ("机构设置", "units of the department"),
        "assets": ("资产", "assets"),
        "unrecognized": ("未识别的表", "a table of no known form"),
    },
    "statement_state": {
        "populated": ("已填", "filled in"),
        "declared_empty": ("声明为空表", "declared empty"),
        "blank": ("未填", "not filled in"),
        "unrecognized": ("未识别", "not recognised"),
    },
    "amount_state": {
        "number": ("数", "number"),
        "zero": ("印为零", "zero printed"),
        "blank": ("空白（不是零）", "blank (not a zero)"),
        "dash": ("横线", "dash"),
        "masked": ("以 *** 隐去", "masked"),
        "illegible": ("不能辨认", "illegible"),
        "not_numeric": ("不是数", "not a number"),
    },
    "coverage": {
        "found": ("已找到", "found"),
        "not_published": ("栏目已查，未公开", "columns read, not published"),
        "link_dead": ("链接失效", "link is dead"),
        "blocked": ("网站拒绝", "refused by the site"),
        "parse_failed": ("找到，读取失败", "found, reading failed"),
        "not_searched": ("没有查过", "not searched"),
    },
    "outcome": {
        "fails": ("不成立", "fails"),
        "rounding": ("四舍五入范围内成立", "holds within rounding"),
        "holds": ("成立", "holds"),
        "not_assessable": ("无法判断", "not assessable"),
        "not_applicable": ("不适用", "not applicable"),
        "none": ("没有检查涉及", "no check touches it"),
    },
    "severity": {"error": ("错误", "error"), "warning": ("提醒", "warning"), "info": ("说明", "note")},
    "check_level": {
        "line": ("一行", "line"),
        "statement": ("一张表", "statement"),
        "document": ("一份文件", "document"),
        "department": ("跨文件", "several documents"),
        "county": ("一县", "a county"),
        "source": ("同一来源", "one source"),
        "release": ("一个版本", "a release"),
    },
    "cause": {
        "reading": ("疑为误读", "perhaps misread by us"),
        "source": ("原文如此", "printed so"),
        "unknown": ("不能断定", "cannot be told"),
    },
    "family": dict(FAMILY_NAMES),
    "why": {code: (WHY_ZH[code], WHY_EN[code]) for code in WHY_ZH},
    "layer": {
        "panel": ("面板：从这里开始", "panels: start here"),
        "core": ("事实：每行一个所印的数或词", "facts: one printed amount or text a row"),
        "meta": ("文件、检查、覆盖", "documents, checks, coverage"),
        "code": ("代码表", "code lists"),
        "raw": ("原始单元格", "raw cells"),
    },
    "unit_source": {
        "caption": ("表头", "caption"),
        "header": ("列头", "header"),
        "cell": ("单元格", "cell"),
        "label": ("行名", "label"),
        "prose": ("文字", "prose"),
    },
    "unit_basis": {
        "printed": ("照印", "printed"),
        "inherited": ("随前表", "inherited"),
        "proven": ("由数字证明", "proven by the numbers"),
        "assumed": ("推定", "assumed"),
    },
    "revision_basis": {
        "same_url": ("同一地址换了内容", "other bytes at the same address"),
        "republished": ("另行发布", "published anew"),
    },
    "change_reason": words_of("changes", "reason") or {},
    "standing": words_of("standings", "standing") or {},
    "blank_evidence": words_of("standings", "blank_evidence") or {},
    "op": {
        "added": ("新增", "added"),
        "gone": ("消失", "gone"),
        "changed": ("改动", "changed"),
        "ADD": ("新增", "added"),
        "DEL": ("消失", "gone"),
        "MOD": ("改动", "changed"),
        "REKEY": ("换键", "re-keyed"),
        "rekeyed": ("换键", "re-keyed"),
        "other": ("其他列改动", "changed in other columns"),
    },
}
MARKS: Final = {"fails": "✗", "rounding": "~", "holds": "✓", "not_assessable": "?", "not_applicable": "–", "none": "–"}
RANK: Final = {"fails": 4, "rounding": 3, "not_assessable": 2, "holds": 1}
COVERAGE_MARKS: Final = {
    "found": "✓",
    "not_published": "○",
    "link_dead": "✗",
    "blocked": "⊘",
    "parse_failed": "!",
    "not_searched": "·",
}
KIND_ORDER: Final = tuple(WORDS["doc_type"])


def say(vocabulary: str, code: object, language: str) -> str:
    """The word for a code; the code itself where it has none, nothing for None."""
    if code is None:
        return ""
    pair = WORDS.get(vocabulary, {}).get(str(code))
    return str(code) if pair is None else pair[language == "en"]


def kind_rank(code: object) -> int:
    return KIND_ORDER.index(str(code)) if code in KIND_ORDER else len(KIND_ORDER)


def _latin(name: str) -> str:
    """`Laiyuan` of 涞源县: the name without the word for what it is."""
    return "".join(syllables(name)[: len(short_name(name))]).capitalize()


@cache
def place_name(code: str | None) -> Pair:
    """Name of a division, zh and en (`涞源县`, `Laiyuan (涞源县)`); words for none."""
    if not code:
        return ("区划不明", "place unknown")
    division = division_of(code)
    if division is None:
        return (code, code)
    latin = _latin(division.name)
    return (division.name, f"{latin} ({division.name})" if latin else division.name)


@cache
def place_path(code: str | None) -> Pair:
    """Province and prefecture of a county, zh and en."""
    if not code or len(code) != 6:
        return ("", "")
    above = [one for one in (code[:2] + "0000", code[:4] + "00") if one != code]
    known = [found for one in above if (found := division_of(one)) is not None]
    latin = [_latin(one.name) or one.name for one in known]
    return (" ".join(one.name for one in known), ", ".join(reversed(latin)))
