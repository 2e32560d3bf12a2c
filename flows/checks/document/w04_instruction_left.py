"""W04 没有留下模板的填写说明 · No instruction of the template left

规则：公开的文本中不应留有模板给填写人的说明（如“仍保留该表格式，并在本表下方作下述说明”“（100字以内）”）。
Rule: A published text does not keep what its template says to the person who fills it in.
Formula: none of the known phrases of instructions
Exclusions:
  1. 整份文件是空白模板的不逐处报告 / a document that is itself a blank template is not listed place by place
  2. 表注中对读者的说明（“本表反映…”）不算 / notes for the reader (what a table shows) are not counted
Not applicable: 没有文字，或文件是空白模板 / no prose, or a blank template
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.template import is_template
from flows.checks.views import DocumentFacts

_INSTRUCTION = re.compile(
    r"仍保留该表格?式|保留(?:该|此)表(?:格)?(?:样?式)?[,，].{0,12}说明|作(?:下述|如下|以下)说明|[(（]\d{2,4}字(?:以内|左右)[)）]"
    r"|[(（](?:请|需|应)(?:在此|根据|结合|按照|说明|填写|写明)[^()（）]{0,40}[)）]|(?:请在此处?|在此处)(?:填写|填列|说明|输入)"
    r"|[(（]此处[^()（）]{0,30}[)）]|[(（](?:没有|无|如无|若无|如有|若有)[^()（）]{0,24}(?:请|应|可|需)(?:删除|删去|说明|填|注明)[^()（）]{0,16}[)）]"
    r"|[(（](?:下同|以下类推|以此类推|依次类推)[,，]?(?:请|需|应)[^()（）]{0,20}[)）]|[(（]单位名称[)）]|[(（]部门名称[)）]|填报说明[:：]|填写说明[:：]"
)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if is_template(facts):
        return
    for passage in facts.prose.passages:
        match = _INSTRUCTION.search(passage.text)
        if match is None:
            continue
        quote = passage.around(match.start(), match.end(), 20)
        yield Finding(
            subject=f"{passage.place}/instruction",
            outcome="fails",
            message_zh=f"留有模板的填写说明：“{quote.text}”。",
            message_en=f"An instruction of the template was left: “{quote.text}”.",
            quotes=(quote,),
        )


CHECK = Check("W04", "document", "warning", __doc__, run, ("none_found", "没有发现填写说明。", "No instruction found."))
