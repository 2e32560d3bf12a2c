"""From one run of text to what it says: a small machine over clauses that remembers what is being spoken of.

A clause ends at `,` `;` `:` `。` outside numbers and outside brackets that hold no number. The machine carries the
subject from clause to clause (`X 10万元，比上年增加1万元，增长11%`), keeps the whole while its parts are listed
(其中), and returns to what stood before a bracket when it closes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from extract import claim_words as words
from extract.amount_text import Token, tokens_of
from extract.claim_clauses import Clause, Compared, PercentKind, Said, clauses_of
from extract.claim_words import Direction
from extract.concepts import Subject, count_of, is_generic, subject_of

_BOTH = {"total_both": ("income_total", "expenditure_total")}
_BOTH["appropriation_both"] = ("appropriation_revenue", "appropriation_expenditure")
_TOTALS = frozenset({"income_total", "expenditure_total", "total_both"})
_WHOLES = _TOTALS | {"income_current", "expenditure_current"} | {"appropriation_revenue", "appropriation_expenditure"}
_LISTED = re.compile(r"(?:分别|均|各自?)(?:略有)?(?:[^,。;]{0,6}?)$")
_BETWEEN = re.compile(r"[、,和及]")
_UNCHANGED_BY = re.compile(r"(?:变化|变动|增减(?:变化|变动)?)(?:额|数|率|幅度|比例)?(?:为|是|:)?$")
_STAGE_TAIL = re.compile(
    r"(?:的?(?:年初|全年|调整后?|年度)(?:部门|支出|收入)?(?:预算|批复|安排)(?:数|额)?|(?:财政拨款)?(?:支出)?(?:预算)?决算(?:数|额)?)$"
)
_THIS_ITEM = re.compile(
    r"(?:此项|该项|这项|相关|上述|该)?(?:的)?(?:财政拨款|预算|决算|收支|支出|收入|经费|费用|资金|安排|情况)*"
)
_ITEM_LINE = re.compile(r"\((?:类|款|项)\)(?:支出)?$")
_OUTER = frozenset("。;")
_SUM = re.compile(r"(?:合计|总计|共计|总共)(?:为|是|达|:)?$")
_BEHIND_THRESHOLD = re.compile(r"(?:\(含\))?(?:及?以[上下内])")
LONGEST_SUBJECT = 48


@dataclass(slots=True)
class _Focus:
    """What is being spoken of. topic: named without a number so far; whole: what the listed parts are parts of."""

    current: Subject | None = None
    topic: Subject | None = None
    whole: Subject | None = None
    outer: Subject | None = None
    listing: bool = False
    nested: bool = False
    parts_changed: bool = False
    ended_list: Subject | None = None
    compared: Compared | None = None
    reason: bool = False


class Grammar:
    """Reads one run of folded text. heading: the folded heading it stands under."""

    def __init__(self, text: str, heading: str = "") -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self._order = {token.start: index for index, token in enumerate(self.tokens)}
        self.said: list[Said] = []
        self.focus = _Focus()
        self._stack: list[_Focus] = []
        self._count_words = ""
        self._purpose = False  # the sentence is saying what the money is for
        self._level: Said | None = None  # to which a share or a completion may be added
        self._change: Said | None = None  # to which a rate may be added
        self._money_unit = ""
        titled = _clean(
            re.sub(r"(?:预算|决算|安排|支出|执行|收支|增减|变化|总体|的|及)*(?:情况)?(?:说明)?[:。]?$", "", heading)
        )
        named = subject_of(titled) if titled else None
        self._heading = named if named is not None and named.key is not None else None

    def read(self) -> list[Said]:
        """Everything said, in order of the text. Total: what fits no pattern is not said."""
        for clause in clauses_of(self.text, self.tokens):
            self._clause(clause)
            self._punctuation(clause.behind, clause)
        return self.said

    # ------------------------------------------------------------------------------------------------------- clauses

    def _clause(self, clause: Clause) -> None:
        text = self.text[clause.start : clause.end]
        if not text:
            return
        tokens = [t for t in clause.tokens if t.kind != "number" or self._unit_follows(t)]
        if not tokens:
            self._words(clause, text)
            return
        if self.focus.reason and clause.before == ";" and not re.match(r"[一二三四五]是", text):
            self.focus.reason = False
        left, index = clause.start, 0
        while index < len(tokens):
            index += self._number(clause, left, tokens, index)
            left = tokens[index - 1].end
        tail = self.text[left : clause.end]
        if words.REASON.search(tail):
            self.focus.reason = True
        elif len(tail) <= LONGEST_SUBJECT and words.SAME.fullmatch(tail) and self.focus.current is not None:
            self._same(clause, left, tail)
        elif re.search(r"(?:其中|包括)$", tail):
            self._open_list(nested=tail.endswith("包括"))

    def _words(self, clause: Clause, text: str) -> None:
        """A clause without a number: what is spoken of or compared with, that it is the same, that there is none."""
        only = words.COMPARED_ONLY.match(text)
        if only and only.end() == len(text):
            self.focus.compared = _compared(only["base"])
            return
        if words.REASON.search(text):
            self.focus.reason = True
            return
        plain = _clean(text)
        if not plain and words.PART.search(text):
            self._open_list(nested=False)
            return
        same = words.SAME.match(text)
        if same and not self.focus.reason and len(text) <= LONGEST_SUBJECT:
            self._same(clause, clause.start, text)
            return
        purpose, self._purpose = self._purpose, bool(words.PURPOSE.search(text)) or self._purpose
        if self._nothing(clause, text) or not plain or len(plain) > 2 * LONGEST_SUBJECT or purpose or self._purpose:
            return
        of_whole = re.search(r"(?:当)?中$", plain)
        subject = subject_of(plain[: of_whole.start()] if of_whole else plain)
        begins = clause.before in ("", "。", ";", ":", "(")
        names_one = begins and len(plain) <= 30 and "、" not in plain
        if subject.key is None or not (_ITEM_LINE.search(plain) or of_whole or names_one):
            return
        self.focus.current, self.focus.ended_list = subject, None
        if of_whole:
            self._open_list(nested=False)
        else:
            self.focus.topic = subject

    def _punctuation(self, mark: str, clause: Clause) -> None:
        focus = self.focus
        if mark == "(":
            self._stack.append(replace(focus))
            if clause.end > clause.start:
                self._open_list(nested=False)
        elif mark == ")" and self._stack:
            self.focus = self._stack.pop()
            self._change = None
        elif mark == ":" and any(t.kind == "money" for t in clause.tokens):
            self._open_list(nested=False)
        elif mark == ";" and focus.nested:
            focus.whole, focus.nested = focus.outer, False
        if mark in _OUTER:
            self._change, self._purpose = None, False
        if mark == "。" and not self._stack:
            if focus.listing:
                focus.ended_list = None if focus.parts_changed else focus.whole
            focus.listing = focus.nested = focus.parts_changed = focus.reason = False
            focus.whole = focus.outer = focus.compared = None

    def _open_list(self, *, nested: bool) -> None:
        focus = self.focus
        if focus.listing and nested:
            focus.outer, focus.nested = focus.whole, True
        focus.whole, focus.listing, focus.parts_changed = focus.current, True, False

    # ------------------------------------------------------------------------------------------------------- numbers

    def _number(self, clause: Clause, left: int, tokens: list[Token], index: int) -> int:
        """Read tokens[index]; text[left:token.start] are the words before it. Returns how many tokens were read."""
        token = tokens[index]
        before = self.text[left : token.start]
        part = words.PART.match(words.CONNECTORS.sub("", before)) or words.PART.match(before)
        if part or before.startswith(("其中", ",其中")):
            again = self.focus.listing and clause.before in (";", "。") and "其中" in before
            if not again:  # `A：B 1、C 2；其中D 3`: of A still, not of C
                self._open_list(nested="其中" not in before)
        for pattern in (words.REASON, words.PURPOSE):
            said = list(pattern.finditer(before))
            if said:
                self.focus.reason = self.focus.reason or pattern is words.REASON
                before = before[said[-1].end() :]
        start = clause.start
        if token.kind == "percent":
            return self._percent(start, before, tokens, index)
        if token.kind == "count":
            self._count(start, before, token)
            return 1
        if words.THRESHOLD_BEHIND.match(self.text, token.end) or words.THRESHOLD_BEFORE.search(before):
            return 1
        return self._money(clause, before, tokens, index)

    def _money(self, clause: Clause, before: str, tokens: list[Token], index: int) -> int:
        start = clause.start
        group = self._group(before, tokens, index)
        unit = group[-1].unit or self._money_unit
        self._money_unit = unit
        change = words.change_of(before)
        subject: Subject | None
        compared: Compared | None = None
        direction: Direction = "level"
        year, stage, prior = None, None, False
        if change:
            direction = words.direction_of(change, zero=not group[0].number.strip("-0.,"))
            compared = _compared(change["base"] or change["compared"]) if change["compared"] else self.focus.compared
            subject = self._changed(start, change["head"], change["mid"])
        elif (of := words.CHANGE_OF.search(before[-40:])) and _names_money(of["noun"]):
            direction = "increase" if of["up"] else "decrease"
            subject, compared = subject_of(_clean(of["noun"])), self.focus.compared
        elif _UNCHANGED_BY.search(before):
            direction, subject, compared = _signed(group[0]), self._carried(), self.focus.compared
            if direction == "decrease":
                group = [replace(token, number=token.number.lstrip("-")) for token in group]
        elif other := words.LEVEL_COMPARED.match(before[-words.LONGEST :]):
            head = _clean(other["head"])
            subject = self._carried() if is_generic(head) else self._named(_STAGE_TAIL.sub("", head), head)
            self.focus.compared = _compared(other["base"])
            year, stage, prior = (self.focus.compared.year, self.focus.compared.stage, self.focus.compared.prior)
        elif words.LEVEL_REACHED.match(before):
            subject = self._carried()
        else:
            plain = _clean(before)
            year, stage = words.year_of(before), words.stage_of(plain)
            prior = year is None and bool(words.SAID_OF_PRIOR.match(plain))
            if is_generic(plain) and _SUM.search(before) and self.focus.listing and self.focus.whole is not None:
                self.focus.current = self.focus.whole  # 合计10万元 at the end of a list is of its whole
            subject = self._named(_STAGE_TAIL.sub("", plain), plain)
            if not plain and self._unattached(clause, tokens, index):
                subject = None
            if subject is not None and subject.key in _WHOLES and clause.before in (";", "。"):
                self.focus.listing, self.focus.whole = False, None  # the list before has ended
        said: list[Said] = []
        for nth, token in enumerate(group):
            said.append(
                Said(
                    start,
                    token.end,
                    token.start,
                    "amount",
                    direction,
                    _member(subject, nth, len(group)),
                    self._within(subject),
                    token,
                    unit=token.unit or unit,
                    unit_inherited=not token.unit,
                    compared=compared,
                    year=year,
                    prior=prior,
                    stage=stage,
                    reason=self.focus.reason,
                )
            )
        self.said += said
        if direction == "level":
            self._level, self._change = said[-1], None
        else:
            self._change = said[-1]
            self.focus.parts_changed = self.focus.parts_changed or self.focus.listing
        return len(group)

    def _unattached(self, clause: Clause, tokens: list[Token], index: int) -> bool:
        """An amount without words: one more of a list that does not say what it counts, or the first of a sentence."""
        if index:
            return self.text[tokens[index - 1].end : tokens[index].start] == "、"
        return clause.before == "。" and self.focus.topic is None

    def _percent(self, start: int, before: str, tokens: list[Token], index: int) -> int:
        """A rate of change, a share, or how much of a budget was done; added to its amount where there is one."""
        token = tokens[index]
        plain = before[-words.LONGEST :].lstrip(",、和及:")
        last = self.said[-1] if self.said else None
        if not plain and last is not None and last is self._change and last.percent is None and last.end + 1 == start:
            last.percent, last.percent_kind, last.end = token, "change", token.end  # 增加0.46万元(15.13%)
            return 1
        if _UNCHANGED_BY.search(before) and self._change is not None and self._change.percent is None:
            self._change.percent, self._change.percent_kind, self._change.end = token, "change", token.end
            return 1
        change = words.change_of(before) or re.search(r"(?P<up>增长率|增幅|涨幅)|(?P<down>降幅|减幅|下降率)", before)
        if change:
            group = self._group(before, tokens, index)
            direction: Direction = "increase" if change["up"] else "decrease"
            if change.re.groups > 2:
                direction = words.direction_of(change, zero=not token.number.strip("-0.,"))
            known = self._changes_before(len(group))
            if known and all(c.percent is None for c in known) and self._adds_to(plain, known[-1]):
                for said, rate in zip(known, group, strict=True):
                    said.percent, said.percent_kind, said.end = rate, "change", rate.end
                return len(group)
            head, mid = (change["head"], change["mid"]) if "head" in change.re.groupindex else ("", "")
            said = self._alone(start, token, direction, self._changed(start, head, mid), "change")
            named = "compared" in change.re.groupindex and change["compared"]
            said.compared = _compared(change["base"] or "") if named else self.focus.compared
            return 1
        done = words.DONE.search(plain) or words.RATE_OF_DONE.search(plain)
        share = None if done else words.SHARE.search(plain)
        found = done or share
        if found is None:
            return 1
        kind: PercentKind = "completion" if done else "share"
        base = found["base"] if "base" in found.re.groupindex else None
        own = _clean(plain[: found.start()])
        level = self._level
        if level is not None and level.percent is None and is_generic(own) and self._near(level, token):
            said = level
            said.percent, said.percent_kind, said.end = token, kind, token.end
        else:
            said = self._alone(start, token, "level", self._named(own, own), kind)
        said.percent_base = base or None
        if done:
            said.compared = _compared(base) if base else None
        return 1

    def _count(self, start: int, before: str, token: Token) -> None:
        if words.THRESHOLD_BEHIND.match(self.text, token.end):
            return
        if _BEHIND_THRESHOLD.match(before):  # 单价100万元以上设备: the words before the threshold belong to it
            before = self.text[start : token.start]
        plain = before.strip("、,;:和及")
        if plain:
            self._count_words = _sentence_words(self.text, token.start) if len(plain) < 6 else plain
        behind = self.text[token.end : token.end + 12]
        key = count_of(plain, token.unit, behind) or count_of(self._count_words, token.unit, behind)
        if key is None:
            return
        change = words.change_of(before)
        direction: Direction = "level" if not change else "increase" if change["up"] else "decrease"
        self.said.append(
            Said(
                start,
                token.end,
                token.start,
                "count",
                direction,
                Subject(_clean(plain) or _clean(self._count_words), key),
                None,
                token,
                unit=token.unit,
                year=words.year_of(before),
                count_key=key,
                reason=self.focus.reason,
            )
        )

    # ------------------------------------------------------------------------------------------- what is spoken of

    def _of_words(self, plain: str) -> Subject | None:
        """`支出决算` where nothing was named before: the total, if the words by themselves mean it."""
        subject = subject_of(plain)
        return subject if subject.key is not None else None

    def _named(self, plain: str, whole_words: str) -> Subject | None:
        """The subject of a level; it becomes the one that later clauses speak of."""
        focus = self.focus
        if is_generic(plain):
            carried, own = self._carried(), self._of_words(whole_words)
            turns = own is not None and own.key == "expenditure_total" and _is_revenue(carried)
            return own if carried is None or turns else carried
        subject = subject_of(plain[-2 * LONGEST_SUBJECT :], focus.whole.key if focus.listing and focus.whole else None)
        short = len(re.sub(r"(?:19|20)\d\d年度?", "", plain)) <= 5 and "总" not in plain
        if subject.key in _TOTALS and short and focus.topic is not None and focus.topic.key not in (None, *_TOTALS):
            return focus.topic  # X（项）。支出预算10万元
        if subject.key in _TOTALS and focus.current is None and short and self._heading_names_part():
            return self._heading
        focus.current, focus.topic, focus.ended_list = subject, None, None
        return subject

    def _changed(self, start: int, head: str, mid: str) -> Subject | None:
        """The subject of a change: named in its clause, else the one before; of the whole after a list of its parts."""
        focus = self.focus
        for text in (_clean(mid), _clean(head)):
            if text and not is_generic(text):
                subject = subject_of(_STAGE_TAIL.sub("", text))
                if not focus.reason:
                    focus.current, focus.topic, focus.ended_list = subject, None, None
                return subject
        if focus.reason:
            return None
        opens = self.text[start - 1 : start] in _OUTER
        if opens and focus.listing and not focus.parts_changed and focus.whole is not None:
            return focus.whole
        if focus.ended_list is not None:
            return focus.ended_list
        return self._carried()

    def _carried(self) -> Subject | None:
        return self.focus.topic or self.focus.current or self._heading

    def _heading_names_part(self) -> bool:
        return self._heading is not None and self._heading.key not in (None, *_TOTALS)

    def _within(self, subject: Subject | None) -> str | None:
        whole = self.focus.whole
        if not self.focus.listing or whole is None or whole is subject:
            return None
        return whole.key or whole.printed

    # --------------------------------------------------------------------------------------------- the same, nothing

    def _same(self, clause: Clause, start: int, text: str) -> None:
        match = words.SAME.match(text)
        if match is None or self.focus.reason:
            return
        subject = self._changed(clause.start, match["head"], "")
        compared = _compared(match["base"]) if match["base"] else self.focus.compared
        if subject is None or compared is None:
            return
        end = start + match.end()
        self.said.append(
            Said(clause.start, end, start, "none", "unchanged", subject, self._within(subject), compared=compared)
        )
        self.focus.parts_changed = self.focus.parts_changed or self.focus.listing

    def _nothing(self, clause: Clause, text: str) -> bool:
        """无此项支出, 未安排政府性基金预算: there is none; only where it is known what of."""
        match = words.NOTHING.fullmatch(text) if len(text) <= LONGEST_SUBJECT else None
        if match is None or self.focus.reason:
            return False
        what, head = _clean(match["what"]), _clean(match["head"])
        subject = subject_of(what) if what else None
        if subject is None or subject.key is None:
            subject = subject_of(head) if head and not is_generic(head) else None
        if (subject is None or subject.key is None) and _THIS_ITEM.fullmatch(what):
            subject = self.focus.topic or self.focus.current
        if subject is None or subject.key is None:
            return False
        said = Said(
            clause.start, clause.end, clause.start, "none", "level", subject, self._within(subject), nothing=True
        )
        said.year, said.prior = words.year_of(text), bool(words.SAID_OF_PRIOR.match(text))
        self.said.append(said)
        return True

    # ------------------------------------------------------------------------------------------------------- helpers

    def _unit_follows(self, token: Token) -> bool:
        """A bare number counts in a list that ends with a unit, or as money whose unit was left out."""
        index = self._order[token.start]
        behind = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        if behind is not None and behind.kind == "money" and _BETWEEN.fullmatch(self.text[token.end : behind.start]):
            return True
        closes = token.end == len(self.text) or self.text[token.end] in ",;。、)"
        if not (closes and token.decimals == 2 and self._money_unit):
            return False
        before = self.text[max(0, token.start - 24) : token.start]
        named = subject_of(_clean(re.split(r"[,;。:、]", before)[-1]))
        return named.key is not None

    def _group(self, before: str, tokens: list[Token], index: int) -> list[Token]:
        """tokens[index], with the members that follow it in a list (各增加1.2,3.4万元; 分别为1万元、2万元)."""
        group = [tokens[index]]
        kind = tokens[index].kind
        listed = bool(_LISTED.search(before)) or kind == "number"
        for token in tokens[index + 1 :] if listed else []:
            if token.kind not in (kind, "money") or not _BETWEEN.fullmatch(self.text[group[-1].end : token.start]):
                break
            group.append(token)
        return group

    def _changes_before(self, count: int) -> list[Said]:
        """The last `count` amounts of change of this sentence, if nothing was said since."""
        last = self.said[-count:]
        return last if self._change is not None and last and last[-1] is self._change and len(last) == count else []

    def _adds_to(self, plain: str, change: Said) -> bool:
        match = words.change_of(plain)
        named = _clean(match["head"] + match["mid"]) if match else ""
        return not named or is_generic(named) or (change.subject is not None and named == change.subject.printed)

    def _near(self, level: Said, token: Token) -> bool:
        """Whether the rate stands behind the level in one sentence, and no other number between them."""
        before = self._order[token.start] - 1
        alone = before < 0 or self.tokens[before].end <= level.end
        return alone and "。" not in self.text[level.end : token.start]

    def _alone(
        self, start: int, token: Token, direction: Direction, subject: Subject | None, kind: PercentKind
    ) -> Said:
        said = Said(start, token.end, token.start, "percent", direction, subject, self._within(subject), percent=token)
        said.percent_kind, said.reason = kind, self.focus.reason
        self.said.append(said)
        return said


def _member(subject: Subject | None, nth: int, count: int) -> Subject | None:
    """The subject of the nth of `count` amounts that were given together."""
    if subject is None or count == 1:
        return subject
    both = _BOTH.get(subject.key or "")
    if both is not None and count == 2:
        return replace(subject, key=both[nth])
    parts = [part for part in re.split(r"[、和与及]", subject.printed) if part]
    return subject_of(_clean(parts[nth])) if len(parts) == count else Subject(subject.printed)


@lru_cache(maxsize=16384)
def _clean(text: str) -> str:
    """Words for a thing, without numbering, connecting words in front and saying words behind."""
    for _ in range(4):
        shorter = words.ORDINAL.sub("", words.CONNECTORS.sub("", text))
        if shorter == text:
            break
        text = shorter
    return words.TAIL_WORDS.sub("", text).strip(",:;、。")


def _is_revenue(subject: Subject | None) -> bool:
    return subject is not None and bool(re.search(r"^income_|_revenue$|_income$", subject.key or ""))


def _names_money(noun: str) -> bool:
    if re.search(r"原因|主要|的$|比|较", noun):
        return False
    return subject_of(_clean(noun)).key is not None or bool(
        re.search(r"(?:支出|经费|费用?|资金|收入|预算|补助)$", noun)
    )


def _signed(change: Token) -> Direction:
    """Direction of `变动额为-3万元`, where only the sign tells; a size without a sign leaves it open."""
    if change.number.startswith("-"):
        return "decrease"
    return "unstated" if change.number.strip("0.,") else "unchanged"


def _compared(base: str | None) -> Compared:
    text = (base or "上年").removesuffix("的")
    return Compared(text, words.year_of(text), bool(words.PRIOR.search(text)), words.stage_of(text))


def _sentence_words(text: str, end: int) -> str:
    """Up to 40 characters before `end`, from the last full stop or semicolon on."""
    return re.split(r"[。;]", text[max(0, end - 40) : end])[-1]
