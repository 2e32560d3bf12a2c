"""The Form noun: one official kind of table, written once as YAML, and its loader.

A form names; it does not read. The header engine and the statement reader work without one (`other`); a form adds
what the columns and lines of this official table are called (`key`), what they mean, and which sums it promises.
All patterns are regular expressions against `extract.text.fold` of the printed text (NFKC, so half-width brackets
and colons; no white space; no quotation marks).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

FORMS_DIR = Path(__file__).parent / "forms"
SHARED_FILES = frozenset({"vocabulary", "sections", "identity", "concepts"})
Model = TypeVar("Model", bound=BaseModel)


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return value


Pattern = Annotated[str, AfterValidator(_regex)]
Fund = Literal[
    "all",
    "general_public_budget",
    "government_fund",
    "state_capital",
    "fiscal_special_account",
    "unit_funds",
    "carryover",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Meaning(_Strict):
    """What the amounts of a column are; None where the header alone does not say."""

    fund: Fund | None = None
    nature: (
        Literal[
            "total",
            "basic",
            "basic_personnel",
            "basic_public",
            "project",
            "operating",
            "remit_to_superior",
            "subsidy_to_affiliates",
        ]
        | None
    ) = None
    measure: str | None = None
    stage: Literal["budget", "budget_adjusted", "final"] | None = None
    flow: Literal["revenue", "expenditure"] | None = None

    def as_dict(self) -> dict[str, str]:
        return self.model_dump(exclude_none=True)


class FormColumn(_Strict):
    """headers: the end of the header path (parts joined with `/`) matches one of them from a `/` or the start on.

    by_fund: an item under which a header may print 小计 and the funds (`公务接待费/政府性基金`).
    """

    key: str
    role: Literal["ordinal", "code", "label", "amount", "field"]
    headers: tuple[Pattern, ...]
    lane: int | None = None
    required: bool = True
    by_fund: bool = False
    meaning: Meaning = Meaning()


class FormRow(_Strict):
    """labels: match the whole label without its ordinal and without 其中：. children: rows that belong under it."""

    key: str
    labels: tuple[Pattern, ...]
    lane: int = 0
    agg_role: Literal["grand_total", "parent", "leaf", "of_which", "memo"] = "leaf"
    flow: Literal["revenue", "expenditure"] | None = None
    class_system: str | None = None
    children: tuple[FormRow, ...] = ()


class OtherRows(_Strict):
    """Lines that the row tree does not name, because the list of them changes by year (功能分类 classes)."""

    lane: int
    key_prefix: str
    class_system: str | None = None


class FormIdentity(_Strict):
    """A sum the form promises. scope columns: keys of columns of one line; lines: keys of lines of one column;
    codes: each code equals the sum of its direct children; total_line: the 合计 line is the sum of first-level codes.
    minus: keys that are taken off the sum of `right`.
    """

    id: str
    scope: Literal["columns", "lines", "codes", "total_line"]
    left: str | None = None
    right: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()


class FormField(_Strict):
    """A labelled value of a project form. labels: match the whole label (a final colon left out)."""

    key: str
    labels: tuple[Pattern, ...]


class Form(_Strict):
    """One official kind of table. lane_flow: what the lanes printed side by side are, left to right.

    title_suffices: the columns of this table differ so much between provinces that its title alone decides.
    Only performance forms have: fields, groups, plan_labels, goal_labels, actual_labels (what was reached of it),
    amount_columns (年初预算数, 全年执行数 … over the rows of money), task_columns (年度主要任务), subheads (headings
    between a label and its amount), subtotals, totals (总分), footers (rows under the indicators that are none),
    level1_names and level2_names (the words of the indicator framework).
    """

    code: str
    kind: Literal["statement", "records", "project", "indicators"]
    name_zh: str
    name_en: str
    source: str
    titles: tuple[Pattern, ...] = ()
    not_titles: tuple[Pattern, ...] = ()
    columns: tuple[FormColumn, ...] = ()
    rows: tuple[FormRow, ...] = ()
    other_rows: OtherRows | None = None
    title_suffices: bool = False
    lane_flow: tuple[Literal["revenue", "expenditure"], ...] = ()
    class_system: Literal["functional", "economic", "none"] = "none"
    meaning: Meaning = Meaning()
    identities: tuple[FormIdentity, ...] = ()
    fields: tuple[FormField, ...] = ()
    groups: tuple[Pattern, ...] = ()
    plan_labels: tuple[Pattern, ...] = ()
    goal_labels: tuple[Pattern, ...] = ()
    actual_labels: tuple[Pattern, ...] = ()
    amount_columns: tuple[FormField, ...] = ()
    task_columns: tuple[FormField, ...] = ()
    subheads: tuple[Pattern, ...] = ()
    subtotals: tuple[Pattern, ...] = ()
    totals: tuple[Pattern, ...] = ()
    footers: tuple[Pattern, ...] = ()
    level1_names: tuple[Pattern, ...] = ()
    level2_names: tuple[Pattern, ...] = ()

    def names_row(self, folded: str) -> bool:
        """Whether a (folded) label without ordinal and 其中 is that of one of the form's rows."""
        rows = [*self.rows, *(child for row in self.rows for child in row.children)]
        return any(matches_whole(row.labels, folded) for row in rows)


class HeaderWord(_Strict):
    """A header text that means the same in every table."""

    role: Literal["ordinal", "code", "code_part", "label", "amount", "field"]
    headers: tuple[Pattern, ...]
    key: str | None = None
    meaning: Meaning = Meaning()


class RowWord(_Strict):
    """A line label that means the same in every statement."""

    key: str
    labels: tuple[Pattern, ...]
    agg_role: Literal["grand_total", "parent", "leaf", "of_which", "memo"]
    flow: Literal["revenue", "expenditure"] | None = None


class Vocabulary(_Strict):
    """Words shared by all tables (`forms/vocabulary.yml`)."""

    headers: tuple[HeaderWord, ...]
    rows: tuple[RowWord, ...]
    notes: tuple[Pattern, ...]
    empty_notes: tuple[Pattern, ...]
    titles: tuple[Pattern, ...]


class SectionWord(_Strict):
    """headings: found anywhere in a heading. lead_ins: a paragraph that begins with one and a colon begins it."""

    code: str
    headings: tuple[Pattern, ...] = ()
    lead_ins: tuple[Pattern, ...] = ()


class Sections(_Strict):
    """Section vocabulary (`forms/sections.yml`), in order of precedence."""

    sections: tuple[SectionWord, ...]
    goal_lead_ins: tuple[Pattern, ...]
    indicator_lead_ins: tuple[Pattern, ...]
    overall_headings: tuple[Pattern, ...]
    item_headings: tuple[Pattern, ...]


class IdentityWords(_Strict):
    """Words by which a document says who it is (`forms/identity.yml`)."""

    org_endings: Pattern
    not_org: Pattern
    placeholder: Pattern
    unit_marks: Pattern
    department_marks: Pattern
    labels: Pattern
    unit_labels: Pattern
    field_labels: Pattern
    headings: Pattern
    unit_headings: Pattern
    department_headings: Pattern
    prose: tuple[Pattern, ...]


class FormError(ValueError):
    """A form file is wrong. str() names file, line, key and what was expected."""

    def __init__(self, file: Path, line: int | None, key: str, message: str) -> None:
        self.file, self.line, self.key = file, line, key
        where = f"{file}:{line}" if line is not None else str(file)
        super().__init__(f"{where}: {key or '(whole file)'}: {message}")


def _line_of(data: Any, loc: tuple[str | int, ...]) -> int | None:
    """1-based line of the innermost existing node on the way to loc."""
    line: int | None = 1
    for part in loc:
        position = getattr(data, "lc", None)
        try:
            at = position.value(part) if position is not None and isinstance(part, str) else None
            if position is not None and isinstance(part, int):
                at = position.item(part)
            data = data[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
        if at is not None:
            line = at[0] + 1
    return line


def load_yaml(path: Path, model: type[Model]) -> Model:
    """Read one YAML file into its model. Raises FormError (file, line, key) for a file that is not as expected."""
    text = path.read_text(encoding="utf-8")
    try:
        return model.model_validate(YAML(typ="safe").load(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        raise FormError(path, line, "", f"not YAML: {error.problem or error.context}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        loc = first["loc"]
        # Only a wrong file pays for the slow parser that knows line numbers.
        line = _line_of(YAML(typ="rt").load(text), loc)
        raise FormError(path, line, ".".join(str(part) for part in loc), first["msg"]) from error


@lru_cache(maxsize=4)
def load_forms(folder: Path = FORMS_DIR) -> dict[str, Form]:
    """All forms by code, in order of file name. Raises FormError, also for two files with the same code."""
    forms: dict[str, Form] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.stem in SHARED_FILES:
            continue
        form = load_yaml(path, Form)
        if form.code in forms:
            raise FormError(path, 1, "code", f"{form.code!r} is already the code of another form")
        forms[form.code] = form
    return forms


@lru_cache(maxsize=1)
def load_vocabulary() -> Vocabulary:
    return load_yaml(FORMS_DIR / "vocabulary.yml", Vocabulary)


@lru_cache(maxsize=16384)
def row_word(folded: str) -> RowWord | None:
    """The shared word that a (folded) line label is."""
    for word in load_vocabulary().rows:
        if matches_whole(word.labels, folded):
            return word
    return None


@lru_cache(maxsize=16384)
def header_word(path: str) -> HeaderWord | None:
    """The first shared word that the end of this (folded) header path is."""
    for word in load_vocabulary().headers:
        if matches_path(word.headers, path):
            return word
    return None


@lru_cache(maxsize=1)
def load_sections() -> Sections:
    return load_yaml(FORMS_DIR / "sections.yml", Sections)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=4096)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for a list of patterns: a look-up costs one search, however long the list is."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


@lru_cache(maxsize=4096)
def _path_end(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("(?:^|/)(?:" + "|".join(f"(?:{pattern})" for pattern in patterns) + ")$")


@lru_cache(maxsize=65536)
def _whole(patterns: tuple[str, ...], folded: str) -> bool:
    return bool(patterns) and _any_of(patterns).fullmatch(folded) is not None


def matches_whole(patterns: Iterable[str], folded: str) -> bool:
    """True when one of the patterns matches the whole (folded) text."""
    return _whole(patterns if isinstance(patterns, tuple) else tuple(patterns), folded)


def finds(patterns: Iterable[str], folded: str) -> str | None:
    """The part of the (folded) text that the first fitting pattern finds."""
    wanted = tuple(patterns)
    if not wanted or _any_of(wanted).search(folded) is None:
        return None
    for pattern in wanted:
        found = _compiled(pattern).search(folded)
        if found:
            return found.group(0)
    return None


@lru_cache(maxsize=4096)
def _a_line(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("^(?:" + "|".join(f"(?:{pattern})" for pattern in patterns) + ")$", re.MULTILINE)


def matches_a_line(patterns: tuple[str, ...], lines: str) -> bool:
    """True when one of the patterns matches a whole line of the (folded) lines."""
    return bool(patterns) and _a_line(patterns).search(lines) is not None


@lru_cache(maxsize=65536)
def _ends(patterns: tuple[str, ...], path: str) -> bool:
    return bool(patterns) and _path_end(patterns).search(path) is not None


def matches_path(patterns: Iterable[str], path: str) -> bool:
    """True when a pattern matches the end of a header path, beginning at its start or after a `/`."""
    return _ends(tuple(patterns), path)
