"""The whole catalogue of checks: of documents (`flows.checks`) and of releases (`flows.release.checks`).

As a page, every word from a docstring: `python -m flows.catalogue > docs/checks.md`.
"""

from __future__ import annotations

import sys

from flows.check_info import FAMILIES, FAMILY_NAMES, CheckInfo
from flows.checks import catalogue as of_documents
from flows.release.checks import catalogue as of_releases

HEAD = """# 检查目录 · Catalogue of checks

<!-- Made by `python -m flows.catalogue`; do not edit. 由各检查的说明生成，请勿手改。 -->

每项检查的结果之一：成立 holds，四舍五入范围内成立 rounding，不成立 fails，不适用 not_applicable（附理由），无法判断
not_assessable（附不能读出的是什么）。空白不当作零。容差由所印位数与加数的个数推得：每个数半个末位。

Every check gives one of: holds, rounding (holds within rounding), fails, not_applicable (with the reason),
not_assessable (with what could not be read). A blank is not a zero. The tolerance follows from the digits printed and
the number of amounts added: half of the last digit for each.

层次为 department、county、source 的检查把一个文件与其他文件比较：上一年的、同年的预算、所属单位的、各部门的，或金额完全
相同的。地区、部门、口径、年度、阶段中任一有疑问的，不作比较，也不留结果；结果记在被比较的文件中年度较晚的（部门、
政府的）名下，另一文件所印的数及其位置在 evidence 中。

Checks of the levels department, county and source compare a document with others: of the year before, the budget of
its year, its units, its departments, or one with the very same amounts. Where place, organisation, edition, year or
stage of either is in doubt they are not compared, and nothing is recorded. A finding stands with the later document
(the department's, the government's); what the other one prints, and where, is in its evidence.

层次为 release 的检查针对整个版本，其结果不在 findings 表中：不成立的，不发布该版本（命令以退出码 4 结束，说明哪张表、
多少行），`yujue release prepare` 可以预先看到；由人接受的（`yujue release accept`），连同理由写在版本的 index.json 中。

Checks of the level release are about a release as a whole, and their outcome is no row of findings: where one fails
there is no release (the command ends with exit code 4 and says which table and how many rows), and `yujue release
prepare` shows it beforehand; what a person accepted (`yujue release accept`) is in the index.json of the release, with
the reason.

哪些检查有真实文件可以证明、图册中哪些规则没有做成检查以及为何：[checks-proof.md](checks-proof.md)。Which checks
are proven on real documents, and which rules are no checks and why: [checks-proof.md](checks-proof.md).
"""


def catalogue() -> list[CheckInfo]:
    """What every check says about itself, families in the order they run."""
    return [*of_documents(), *of_releases()]


def page() -> str:
    """The whole page, families in the order they run."""
    infos = catalogue()
    parts = [HEAD]
    for family in FAMILIES:
        own = [info for info in infos if info.family == family]
        if own:
            zh, en = FAMILY_NAMES[family]
            parts.append(f"## {family} · {zh} · {en}\n")
            parts += [_section(info) for info in own]
    return "\n".join(parts)


def _section(info: CheckInfo) -> str:
    lines = [
        f"### {info.id} {info.title_zh} · {info.title_en}\n",
        f"层次 level: {info.level} · 严重程度 severity: {info.severity}\n",
        f"{info.rule_zh}\n",
        f"{info.rule_en}\n",
        f"    {info.formula}\n",
        *(f"{number}. {text}" for number, text in enumerate(info.exclusions, start=1)),
        f"\n不适用 not applicable: {info.not_applicable}\n",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
