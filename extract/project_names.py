"""The project's name where a form of indicators does not print it: in the title above it, or in the report's own."""

from __future__ import annotations

import re

from extract.document import Paragraph, Reading, Table, Text
from extract.text import compact, fold

_YEAR = r"(?:(?:19|20)\d\d年(?:度)?)?"
_NUMBER = r"(?:\(?[一二三四五六七八九十\d]{1,3}[、.)])?(?:附(?:件|表)\d*[-:]?)?"
_TITLE = re.compile(
    rf"^{_NUMBER}{_YEAR}(?P<name>.{{3,60}}?)(?:项目)?{_YEAR}(?:支出|项目支出)?绩效(?:目标|自评|指标)(?:申报|公开|情况)?表"
)
_REPORT = re.compile(rf"^(?:附件\d*:?)?{_YEAR}(?P<name>.{{3,60}}?)(?:项目)?(?:支出)?绩效(?:评价|自评)报告$")
_NO_NAME = re.compile(
    r"^(?:.{0,12}(?:部门|单位|本级|市级|区级|县级|年度)|.{0,20}(?:局|委员会|办公室|厅|部|院|中心))?(?:预算|一般性|重点|专项(?:资金|业务经费)?|政策和|整体|项目)*$"
)
_CODE_AND_NAME = re.compile(r"^(\d{6,8}[A-Z]\d{9,14}[A-Z0-9]?)[-－—_](.+)$", re.DOTALL)
_ORGANISATION = re.compile(
    r"(?:局|委员会|委|办公室|办|厅|部|署|院|中心|总?站|所|大队|支队|总队|学校|中学|小学|幼儿园|大学|学院|医院|馆|协会|联合会|机关|政府"
    r"|法院|检察院|社|公司|基地|管理处|办事处)(?:[(（](?:本级|机关|汇总)[)）]|本级|机关|[(（][^()（）]*(?:中心|站|所|局|院|校)[)）])?$"
)
_FAR = 6  # titles above are at most this many paragraphs away; a report's title may be at any distance


def name_from_titles(reading: Reading, table: Table) -> Text | None:
    """Name of the project that the title above the table, or the title of the report it stands in, prints."""
    above: list[Paragraph] = []
    for block in reading.blocks:
        if isinstance(block, Table):
            if block.number == table.number:
                break
            continue
        if block.role != "page_field":
            above.append(block)
    for paragraph in reversed(above[-_FAR:]):
        name = _name(_TITLE, paragraph.text)
        if name:
            return Text(name, paragraph.place, paragraph.places[1:])
    for index in range(len(above) - 1, -1, -1):
        paragraph = above[index]
        if len(fold(paragraph.text)) > 80 or "报告" not in paragraph.text:
            continue
        two = (above[index - 1], paragraph) if index else (paragraph,)
        for parts in ((paragraph,), two):
            name = _name(_REPORT, "".join(part.text for part in parts))
            if name:
                return Text(name, parts[0].place, (*parts[0].places[1:], *paragraph.places))
    return None


def _name(pattern: re.Pattern[str], text: str) -> str | None:
    """The name as printed; None where the title names only its kind (部门预算项目绩效目标表)."""
    match = pattern.match(fold(text))
    if match is None or _NO_NAME.fullmatch(match["name"]):
        return None
    name = match["name"].strip()
    bare = compact(text)
    # fold changes widths of characters one by one, so the name's place in the printed text is the same
    start = match.start("name")
    printed = bare[start : start + len(name)]
    return printed if fold(printed) == name else name


def is_organisation(name: str) -> bool:
    """Whether a name is that of a department or a unit by its last word: 某市审计局, 某局机关服务中心（本级）."""
    return bool(_ORGANISATION.search(name))


def split_code(fields: dict[str, Text]) -> None:
    """`11000024T000002796073-劳务派遣管理服务费` printed in one cell: project code and name."""
    name = fields.get("project_name")
    match = _CODE_AND_NAME.match(compact(name.text)) if name is not None else None
    if name is not None and match:
        fields["printed_name"] = name
        fields["project_code"] = Text(match.group(1), name.place, name.more)
        fields["project_name"] = Text(match.group(2), name.place, name.more)
