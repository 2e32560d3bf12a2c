"""The docstring of a check, taken apart; of a check of documents (`flows.checks`) and of a release alike.

Shape of every docstring (the order is fixed, a part may run over several lines)::

    <id> <title zh> · <title en>

    规则：<rule zh>
    Rule: <rule en>
    Formula: <formula>
    Exclusions:
      1. <zh> / <en>
    Not applicable: <zh> / <en>
"""

from __future__ import annotations

import re
from typing import Protocol

from flows.check_info import CheckInfo

PARTS = ("规则：", "Rule:", "Formula:", "Exclusions:", "Not applicable:")
LAST_ALPHABET = 0x2FFF
_EXCLUSION = re.compile(r"^\d+\.\s*")


class Told(Protocol):
    """What says of itself what it checks."""

    @property
    def id(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def doc(self) -> str: ...


class RuleTextError(ValueError):
    """A check's docstring does not have the parts every rule has; always a bug of ours."""


def _joined(lines: list[str]) -> str:
    """Lines as one text; no space where a Chinese sentence was wrapped."""
    text = ""
    for line in (line.strip() for line in lines):
        wrapped_chinese = text and line and (ord(text[-1]) > LAST_ALPHABET or ord(line[0]) > LAST_ALPHABET)
        text = f"{text}{line}" if wrapped_chinese or not text or not line else f"{text} {line}"
    return text


def check_info(check: Told) -> CheckInfo:
    """The check's docstring as parts. Raises RuleTextError when a part is missing or out of order."""
    title, *lines = check.doc.strip().splitlines()
    zh, _, en = title.removeprefix(check.id).strip().partition(" · ")
    parts: dict[str, list[str]] = {}
    current = ""
    for line in lines:
        start = next((part for part in PARTS if line.strip().startswith(part)), None)
        if start is not None:
            current = start
            parts[current] = [line.strip().removeprefix(start)]
        elif current:
            parts[current].append(line)
        elif line.strip():
            raise RuleTextError(f"{check.id}: text before the first part: {line.strip()!r}")
    if tuple(parts) != PARTS or not title.startswith(check.id) or not zh or not en:
        raise RuleTextError(f"{check.id}: expected a title and the parts {PARTS}, found {tuple(parts)}")
    exclusions: list[str] = []
    for line in parts["Exclusions:"]:
        text = line.strip()
        if _EXCLUSION.match(text):
            exclusions.append(_EXCLUSION.sub("", text))
        elif text and exclusions:
            exclusions[-1] = _joined([exclusions[-1], text])
        elif text:
            raise RuleTextError(f"{check.id}: exclusions are numbered: {text!r}")
    return CheckInfo(
        id=check.id,
        family=check.family,
        level=check.level,
        severity=check.severity,
        title_zh=zh,
        title_en=en,
        rule_zh=_joined(parts["规则："]),
        rule_en=_joined(parts["Rule:"]),
        formula=_joined(parts["Formula:"]),
        exclusions=tuple(exclusions),
        not_applicable=_joined(parts["Not applicable:"]),
    )
