"""Department goals told in prose: the overall goal, and the items `1、名称 / 绩效目标: / 绩效指标:`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extract.document import DepartmentGoal, Paragraph, Reading, Section, Text
from extract.form import Sections, finds, load_sections, matches_whole
from extract.text import fold, is_blank
from extract.uses import Account

_ITEM = re.compile(r"^(\d{1,2})[、.](?!\d)(.{2,40})$")
_RUN_ON = re.compile(
    r"^(?P<text>.*[。；;.，,!！])\s*(?P<number>\d{1,2})[、.](?!\d)(?P<name>[^。；;：:]{2,30})$", re.DOTALL
)
_LEAD = re.compile(r"^\s*([^:：]{2,10})[:：]\s*(.*)$", re.DOTALL)
_ORDINAL = re.compile(r"^\(?[一二三四五六七八九十]+[、)]")


@dataclass
class _Item:
    number: int
    name: Text
    goal: Text | None = None
    indicator: Text | None = None
    note: str | None = None


def read_goals(reading: Reading, sections: list[Section], account: Account) -> list[DepartmentGoal]:
    """Goals of all sections of code dept_performance; each of their paragraphs gets the home `goal`."""
    words = load_sections()
    paragraphs = {paragraph.number: paragraph for paragraph in reading.paragraphs()}
    overall: list[Paragraph] = []
    items: list[_Item] = []
    for section in sections:
        if section.code != "dept_performance":
            continue
        heading = _bare(section.heading.text) if section.heading is not None else ""
        own = [paragraphs[number] for number in section.paragraphs]
        if finds(words.overall_headings, heading):
            overall.extend(own)
            for paragraph in own:
                account.paragraph(paragraph, "goal")
        elif finds(words.item_headings, heading):
            _items(own, items, words, account)
    goals = [
        DepartmentGoal(level="department_overall", seq=seq, name=None, goal=p.as_text(), indicator=None)
        for seq, p in enumerate(overall, 1)
    ]
    goals += [
        DepartmentGoal(
            level="department_item", seq=seq, name=item.name, goal=item.goal, indicator=item.indicator, note=item.note
        )
        for seq, item in enumerate(items, 1)
    ]
    return goals


def _bare(heading: str) -> str:
    return _ORDINAL.sub("", fold(heading))


def _items(paragraphs: list[Paragraph], items: list[_Item], words: Sections, account: Account) -> None:
    part = ""
    for position, paragraph in enumerate(paragraphs):
        if is_blank(paragraph.text) or finds(words.item_headings, _bare(paragraph.text)):
            continue
        item = _ITEM.match(fold(paragraph.text))
        lead = _LEAD.match(paragraph.text)
        kind = _kind(lead.group(1), words) if lead else ""
        if item is not None and not kind:
            name = re.split("[、.．]", paragraph.text, maxsplit=1)[1].strip()
            items.append(_Item(int(item.group(1)), Text(name, paragraph.place, paragraph.as_text().more)))
            part = ""
        elif kind and items and lead is not None:
            part = kind
            _set(items[-1], kind, Text(lead.group(2), paragraph.place, paragraph.as_text().more))
            _run_on(items, kind, paragraph, paragraphs[position + 1 : position + 2], words)
            part = "" if getattr(items[-1], kind) is None else part
        elif part and items:
            _append(items[-1], part, paragraph)
            _run_on(items, part, paragraph, paragraphs[position + 1 : position + 2], words)
        else:
            continue
        account.paragraph(paragraph, "goal")


def _kind(lead: str, words: Sections) -> str:
    folded = fold(lead)
    if matches_whole(words.goal_lead_ins, folded):
        return "goal"
    return "indicator" if matches_whole(words.indicator_lead_ins, folded) else ""


def _set(item: _Item, kind: str, text: Text) -> None:
    if kind == "goal":
        item.goal = text
    else:
        item.indicator = text


def _append(item: _Item, kind: str, paragraph: Paragraph) -> None:
    before = item.goal if kind == "goal" else item.indicator
    if before is not None:
        more = (*before.more, *paragraph.places)
        _set(item, kind, Text(f"{before.text}\n{paragraph.text}", before.place, more))


def _run_on(items: list[_Item], kind: str, paragraph: Paragraph, following: list[Paragraph], words: Sections) -> None:
    """The next item's heading printed at the end of this item's last paragraph, without a line break.

    Believed only when its number is the next one and the next paragraph begins with 绩效目标.
    """
    last = items[-1]
    text = last.goal if kind == "goal" else last.indicator
    match = _RUN_ON.match(text.text) if text is not None else None
    if text is None or match is None or int(match.group("number")) != last.number + 1 or not following:
        return
    lead = _LEAD.match(following[0].text)
    if lead is None or _kind(lead.group(1), words) != "goal":
        return
    _set(last, kind, Text(match.group("text"), text.place, text.more))
    note = f"heading of item {match.group('number')} was cut out of the end of the paragraph of item {last.number}"
    name = Text(match.group("name").strip(), paragraph.place, paragraph.as_text().more)
    items.append(_Item(int(match.group("number")), name, note=note))
