"""What a claim speaks of: the vocabulary of concepts (`forms/concepts.yml`) and the reading of a subject."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pydantic import BaseModel, ConfigDict

from extract.form import FORMS_DIR, Pattern, load_yaml

LONGEST: Final = 60  # characters of a subject that are looked at, from its end

_BRACKETS: Final = re.compile(r"\([^()]*\)")
_LEVEL: Final = re.compile(r"\((类|款|项)\)?")
_CODE: Final = re.compile(r"\((\d{3}|\d{5}|\d{7})\)|^(\d{7}|\d{5}|\d{3})(?=[-_]?[\u4e00-\u9fff])")
_PATH: Final = re.compile(r"^(?:\d{7})?[\u4e00-\u9fff]{2,16}支出-[^-]+(?:-[^-]+)?$")
_YEAR: Final = re.compile(r"^(.{0,24}?)(?:19|20)\d\d(?:年度?|(?=[\u4e00-\u9fff]))")
# Who: everything up to a word that ends the name of an organisation, or a word for "we".
_WHO: Final = (
    r"(?:.{0,40}?(?:委员会|办公室|中心|部门|单位|学校|学院|大学|街道|本级|机关|系统|法院|检察院|协会|联合会|"
    r"[局委办厅院会部署处所站队馆社室镇乡区县市省团园])(?:\([^()]*\))?(?:及其?(?:所属|下属)?(?:各)?(?:预算)?单位)?)?"
    r"(?:的)?(?:(?:当年|本年)(?!预算收|预算支|总?收|总?支)|年度|全年|年初|部门|单位|安排(?:的)?)*"
)

_WE: Final = r"(?:我?本?|该|全|各)(?:部门|单位|局|委|办|厅|院|处|中心|会|机关|系统)"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ConceptWord(_Strict):
    """patterns: end of a subject (whole: all of it) that makes it this concept; within: only as a part of that one."""

    key: str
    patterns: tuple[Pattern, ...]
    whole: bool = False
    within: str | None = None


class CountWord(_Strict):
    """patterns: end of the words before a count with one of the counters `unit`; behind: begins the rest."""

    key: str
    unit: Pattern
    patterns: tuple[Pattern, ...]
    behind: Pattern = ""


class Concepts(_Strict):
    """`forms/concepts.yml`, in order of precedence."""

    generic_tail: Pattern
    generic_subject: Pattern
    concepts: tuple[ConceptWord, ...]
    counts: tuple[CountWord, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What was named. printed: folded text; key: concept, None where the vocabulary has none for it.

    code, label: of a line of an official classification, where it names one (`X（类）Y（款）Z（项）`,
    `行政运行（2014001）`).
    """

    printed: str
    key: str | None = None
    code: str | None = None
    label: str | None = None


@lru_cache(maxsize=1)
def load_concepts() -> Concepts:
    """The vocabulary. Raises FormError (file, line, key) for a file that is not as expected."""
    return load_yaml(FORMS_DIR / "concepts.yml", Concepts)


@lru_cache(maxsize=1)
def _compiled() -> tuple[list[tuple[str, str | None, re.Pattern[str]]], re.Pattern[str]]:
    words = load_concepts()
    rules: list[tuple[str, str | None, re.Pattern[str]]] = []
    for word in words.concepts:
        either = "|".join(word.patterns)
        if word.whole:
            rules.append((word.key, word.within, re.compile(f"^{_WHO}(?:{either})$")))
        else:
            rules.append((word.key, word.within, re.compile(f"(?:{either})(?:{words.generic_tail})$")))
    return rules, re.compile(f"(?:{_WE})?(?:{words.generic_subject})")


@lru_cache(maxsize=1)
def _counts() -> list[tuple[str, re.Pattern[str], re.Pattern[str], re.Pattern[str]]]:
    words = load_concepts().counts
    return [(w.key, re.compile(w.unit), re.compile("|".join(w.patterns)), re.compile(w.behind)) for w in words]


@lru_cache(maxsize=16384)
def subject_of(text: str, within: str | None = None) -> Subject:
    """The subject of a claim from its (folded, cleaned) words; within: the concept it is said to be a part of.

    Total; a subject unknown to the vocabulary has no key.
    """
    text = text.removesuffix("科目")
    if _PATH.match(text):  # 一般公共服务支出-审计事务-行政运行
        digits = text[:7] if text[:7].isdigit() else None
        return Subject(text, "function_item", digits, _BRACKETS.sub("", text.rsplit("-", 1)[-1]))
    code = _CODE.search(text)
    if code or _LEVEL.search(text):
        return _line(text, code)
    plain = _without_year(text)[-LONGEST:]
    if not plain:
        return Subject(text)
    for key, whole, rule in _compiled()[0]:
        if whole in (None, within) and rule.search(plain):
            label = _label(plain) if key in ("function_item", "economic_item") else None
            return Subject(text, key, None, label)
    return Subject(text)


def is_generic(text: str) -> bool:
    """Whether the words name nothing by themselves (`预算数`, `2024年支出决算`, `本部门`)."""
    plain = _without_year(text)
    return not plain or _generic(plain)


def _generic(plain: str) -> bool:
    return bool(_compiled()[1].fullmatch(plain[-LONGEST:]))


def _without_year(text: str) -> str:
    """Without brackets, the year and what stands before it, which is who speaks (`某局2031年支出预算`).

    Where the words behind the year name nothing by themselves and those before it do, the thing is named there
    (`公务接待费2031年预算数`).
    """
    match = _YEAR.match(text)
    if match is None:
        return _BRACKETS.sub("", text)
    before, behind = _BRACKETS.sub("", match[1]), _BRACKETS.sub("", text[match.end() :])
    if before and _generic(behind) and subject_of(before).key is not None:
        return before + behind
    return behind


def count_of(words: str, counter: str, behind: str) -> str | None:
    """Concept of a count by the words before it, its counter, and the words behind."""
    plain = _BRACKETS.sub("", words)
    for key, unit, before, rest in _counts():
        if unit.fullmatch(counter) and before.search(plain) and rest.match(behind):
            return key
    return None


def _line(text: str, code: re.Match[str] | None) -> Subject:
    """A line of a classification: by its code, else by the last label in front of （类）, （款） or （项）."""
    digits = (code.group(1) or code.group(2)) if code else None
    if digits is not None and code is not None:
        label = text[: code.start()] if code.group(1) else text[code.end() :]
        label = label.rsplit(")", 1)[-1] if _LEVEL.search(label) else label
    else:
        parts = _LEVEL.split(text)
        label = parts[-3] if len(parts) >= 3 else text
    economic = digits is not None and digits[0] in "35" and len(digits) < 7
    return Subject(text, "economic_item" if economic else "function_item", digits, _label(label) or None)


def _label(text: str) -> str:
    return re.sub(r"^(?:[-_]|[一二三四五六七八九十]+[、.]|\d{1,2}[、.]|其中:?|支出|:)+", "", text)
