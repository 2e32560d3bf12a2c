"""What one printed text says about identity: a title, a label with a name, a heading, a sentence. Pure functions.

Wordings: DOMAIN 1 (title patterns seen) and 3 (captions by province); the words stand in `forms/identity.yml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from extract.form import FORMS_DIR, IdentityWords, load_yaml
from extract.text import fold

_CHINESE_YEAR = re.compile(r"[二一][〇零○九][〇零○一二三四五六七八九]{2}(?=年)")
_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
# A year is none where a month follows (the day of publication) or where more digits stand beside it.
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年度|年(?!\d{1,2}(?:[-—至到]\d{1,2})?月|[初末底])|(?=[^\d年./-]|$))")
_YEAR_OF_TABLE = re.compile(r"^\(?((?:19|20)\d\d)年度?\)?$")
_PREFIX = re.compile(
    r"^(?:[^\w(《【]+|《|【[^】]{1,12}】|附件?[\d一二三四五六七八九十]{0,3}[:.、]|第[一二三四五六七八九十]+部分[:,、]?"
    r"|[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[、.](?!\d)|关于)"
)
_TAIL = re.compile(r"(?:[.…·_]{2,}\d*|》|\(?(?:盖章|公章)\)?)$")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|rar|zip|7z)$", re.IGNORECASE)
_KIND = re.compile(
    r"(?P<kind>(?:部门|(?:所属|局属|下属|直属|二级|基层|预算)?单位)(?:财政)?|政府|财政总?)?(?:综合|整体|总体|汇总|收支|支出|财务|项目|三公经费|信息公开|(?:19|20)\d\d年度?)*"
    r"(?P<what>预决算|预算(?!单位|主管|资金|执行|部门|管理|草案表)|决算(?!单位)|绩效)"
)
_LEVEL_WORD = re.compile(r"(?:[省市区县州旗镇乡街村]|地市)?级$|本级$")
_REGION = re.compile(r"^(?:[\u4e00-\u9fff]{1,12}?(?:省|自治区|特别行政区|自治州|地区|盟|市|区|县|旗|镇|乡|街道))+$")


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart. org: folded name with its edition mark, or None. region: a place where the name would be.

    kind: department, unit, government, or None. what: budget, final, both, performance. rest: after the kind word.
    """

    org: str | None
    region: str | None
    year: int | None
    kind: str | None
    what: str
    rest: str
    is_file: bool = False
    placeholder: bool = False
    adjusted: bool = False


@lru_cache(maxsize=1)
def words() -> IdentityWords:
    return load_yaml(FORMS_DIR / "identity.yml", IdentityWords)


@lru_cache(maxsize=1)
def _org_end() -> re.Pattern[str]:
    return re.compile(f"(?:{re.sub(r'[ ]', '', words().org_endings)})$")


@lru_cache(maxsize=1)
def _not_org() -> re.Pattern[str]:
    return re.compile(re.sub(r"[ ]", "", words().not_org))


def with_digits(folded: str) -> str:
    """Years in Chinese digits (二〇二六年) written in digits."""
    return _CHINESE_YEAR.sub(lambda match: match[0].translate(_CHINESE_DIGITS), folded)


def year_in(folded: str) -> int | None:
    """The one year a text is about; None for none, or several."""
    years = set(_YEAR.findall(with_digits(folded)))
    return int(years.pop()) if len(years) == 1 else None


def year_of_table(text: str) -> int | None:
    """The year under the title of a form: `（2026年度）`."""
    found = _YEAR_OF_TABLE.match(fold(text))
    return int(found.group(1)) if found else None


def bare_name(name: str) -> str:
    """The folded name without the mark of its edition (本级, 汇总, 机关): the organisation itself."""
    folded = fold(name)
    for marks in (words().unit_marks, words().department_marks):
        folded = re.sub(marks, "", folded)
    return folded


def edition_of(name: str) -> str | None:
    """unit or department, where a mark at the end of a name says so."""
    folded = fold(name)
    if re.search(words().unit_marks, folded):
        return "unit"
    return "department" if re.search(words().department_marks, folded) else None


def is_file_name(text: str) -> bool:
    """The name of a file that a page leads to, no text of the page about itself."""
    return _FILE.search(fold(text)) is not None


def is_placeholder(name: str) -> bool:
    return re.search(words().placeholder, fold(name)) is not None


def is_name(folded: str) -> bool:
    """Whether a text may be a name where a label says that one follows."""
    bare = bare_name(folded)
    return 3 <= len(bare) <= 40 and re.fullmatch(r"[\u4e00-\u9fff()、·\d]+", bare) is not None and bare[0] > "9"


def is_org(folded: str) -> bool:
    """Whether a text cut out of a title or sentence is the name of an organisation."""
    bare = bare_name(folded)
    if not is_name(bare) or _not_org().search(bare) or is_region(bare):
        return False
    outside = re.sub(r"\([^()]*\)$", "", bare)
    return len(outside) >= 3 and _org_end().search(outside) is not None


def is_region(folded: str) -> bool:
    """A text made of names of places alone (上海市普陀区)."""
    return _REGION.match(folded) is not None


def parse_title(text: str) -> Title | None:
    """A title of a disclosure or of one of its parts, taken apart; None for a text that names no budget at all."""
    folded = with_digits(fold(text))
    is_file = _FILE.search(folded) is not None
    folded = _TAIL.sub("", _FILE.sub("", folded))
    before = ""
    while before != folded:
        before, folded = folded, _PREFIX.sub("", folded, count=1)
    if not 2 < len(folded) <= 70 or re.search(r"[:;。]", folded):
        return None
    match = _KIND.search(folded)
    if match is None:
        return None
    front, rest = folded[: match.start()], folded[match.end() :]
    report = re.match(r"^(?P<region>.{2,20}?)(?:19|20)\d\d年.*预算执行情况[和与及](?P<last>(?:19|20)\d\d)年$", front)
    if report is not None:  # the report to the congress: last year's execution and this year's draft
        front = report["region"] + report["last"] + "年"
    name = _YEAR.sub("", front)
    name = _LEVEL_WORD.sub("", name).removeprefix("关于").strip("-_,、")
    what = {"预决算": "both", "决算": "final", "绩效": "performance"}.get(match["what"], "budget")
    if "绩效" in rest[:6] or "绩效" in match[0]:
        what = "performance"
    kind = match["kind"] or ""
    level = "department" if kind.startswith("部门") else "unit" if "单位" in kind else "government" if kind else None
    town = is_region(name) and name.endswith(("镇", "乡", "街道"))  # the government of a town signs with its place
    return Title(
        org=name if (town or is_org(name)) and not is_placeholder(name) else None,
        region=name if is_region(name) else None,
        year=year_in(front + "," + match[0] + "," + rest) or year_in(front),
        kind=level,
        what=what,
        rest=rest,
        is_file=is_file,
        placeholder=bool(name) and is_placeholder(name),
        adjusted="调整" in folded,
    )


def labelled_name(text: str) -> tuple[str, str] | None:
    """(label, name) of `预算主管部门：X`, `部 门:X`; None for anything else."""
    match = re.match(rf"^(?P<label>{words().labels}):(?P<name>[^:]+)$", fold(text))
    if match is None:
        return None
    name = re.sub(r"^\[?\d{3,9}\]?[-_]?", "", match["name"])
    return (match["label"], name) if is_name(name) or is_placeholder(name) else None


def heading_name(text: str) -> str | None:
    """The name in front of a heading: `第一部分 X概况`, `X主要职能`."""
    folded = fold(text)
    while (cut := _PREFIX.sub("", folded, count=1)) != folded:
        folded = cut
    match = re.match(rf"^(?P<org>[^:,。;]{{3,40}}?)(?:\(单位\))?{words().headings}", _TAIL.sub("", folded))
    return match["org"] if match and is_org(match["org"]) else None


def prose_name(text: str) -> str | None:
    """The name a sentence says the budget, or the duties, belong to."""
    head = _PREFIX.sub("", fold(text[:200]), count=1)
    for pattern in words().prose:
        match = re.match(pattern, head)
        if match and is_org(match["org"]):
            return match["org"]
    return None
