"""What an organisation is, beside its printed name: the name that is the key of its org_id, and its kind."""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import Final

from ruamel.yaml import YAML

from normalize.period import plain

UNCLASSIFIED: Final = "unclassified"
_EDITION: Final = re.compile(
    r"\((?:(?:单位)?本级|机关|局机关|(?:部门)?汇总|合并|含(?:下|所)属(?:事业)?(?:单位)?)\)|(?<=[局委室厅院部府会])(?:机关|本级|本部)$"
)
_PARTY_LONG: Final = re.compile(r"^中国共产党(?P<place>.{2,20}?)委员会")
_PARTY_BARE: Final = re.compile(r"^(?!中共)(?P<place>[\u4e00-\u9fff]{1,12}?[省市县区州旗盟])委(?!员会|托)")
_LEAGUE_LONG: Final = re.compile(r"^中国共产主义青年团")


def canonical_name(name: str) -> str:
    """The name without white space and edition marks, of the party in its usual short form.

    中国共产党江苏省委员会办公厅, 中共江苏省委办公厅 and 江苏省委办公厅 are one organisation by their own usage; nothing
    else is taken for the same: a short form (省人大办公厅) or a rename is an alias a person records.
    """
    bare = _EDITION.sub("", plain(name))
    bare = _LEAGUE_LONG.sub("共青团", _PARTY_LONG.sub(r"中共\g<place>委", bare))
    return _PARTY_BARE.sub(r"中共\g<place>委", bare)


@functools.cache
def _rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    text = resources.files("normalize").joinpath("vocabulary", "dept_types.yml").read_text(encoding="utf-8")
    rules: list[dict[str, str]] = YAML(typ="safe").load(text)["dept_types"]
    return tuple((rule["code"], re.compile(rule["names"])) for rule in rules)


@functools.cache
def dept_types() -> dict[str, tuple[str, str]]:
    """code → (zh, en) of the harmonised list, in its order."""
    text = resources.files("normalize").joinpath("vocabulary", "dept_types.yml").read_text(encoding="utf-8")
    rules: list[dict[str, str]] = YAML(typ="safe").load(text)["dept_types"]
    return {rule["code"]: (rule["zh"], rule["en"]) for rule in rules}


def dept_type(name: str | None) -> str | None:
    """Kind of department a name says, for comparison across counties; `unclassified` where no rule knows it.

    None without a name. The first rule of `dept_types.yml` that finds its words wins: special ones stand first.
    """
    if not name:
        return None
    bare = canonical_name(name)
    return next((code for code, pattern in _rules() if pattern.search(bare)), UNCLASSIFIED)
