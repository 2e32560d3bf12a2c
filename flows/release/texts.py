"""Files of a release for people: README, LICENSE, CITATION.cff. The same in every release but for names and counts."""

from __future__ import annotations

from typing import Any, Final

from flows.release.describe import LICENSE_URL, TITLE_EN, TITLE_ZH
from flows.release.snippets import one_document, snippets

PANEL: Final = "panel_department_year"
LINES: Final = "budget_lines"


def readme(index: dict[str, Any], language: str) -> str:
    """README.md (en) or README.zh.md: a page for who finds the folder without knowing the project."""
    return _zh(index) if language == "zh" else _en(index)


def _warnings(index: dict[str, Any], language: str) -> str:
    title, text = f"title_{language}", f"text_{language}"
    return "\n".join(f"- `{code}` **{one[title]}** {one[text]}" for code, one in index["warnings"].items())


def _code(language: str) -> str:
    panel, lines = snippets(PANEL), snippets(LINES)
    blocks = [
        ("python", panel["polars"]),
        ("python", lines["duckdb"]),
        ("r", panel["r"]),
        ("stata", panel["stata"]),
        ("sh", panel["shell"]),
    ]
    return "\n".join(f"```{name}\n{text}```" for name, text in blocks)


def _one_document() -> str:
    return f"```python\n{one_document('https://…/releases/VERSION', 'SHA256')['polars']}```"


def _zh(index: dict[str, Any]) -> str:
    counts, version = index["counts"], index["version"]
    return f"""# yujue {version} · {TITLE_ZH}

中国县级部门公开的预算、决算、绩效目标，整理为数据；每个数字都带有出处（文件、页、表、行、列）。
{counts["documents"]} 个文件，{counts["facts"]} 个金额位置，{counts["findings"]} 条检查结果。 English: README.md

- 先看 `panel_department_year`：每个金额 `x_yuan` 旁有 `x_why`（为何有数或无数）；由哪些事实得出见 `panel_lineage`。
- 列的含义见 DICTIONARY.zh.md，或 `yujue codebook 会议费`；代码的含义见 `code_states`。
- 找过而没有的，在 `meta_coverage`；与上一版本的差异在 CHANGES.zh.md 与 `meta_changes`。
- 金额一律为元。文件：Parquet（全部表）、CSV（`code_*`，面板为 csv.gz）、Stata（面板）。
- CSV 中可能被电子表格当作公式的文字前加了一个 `'`；读回时，凡以 `'` 开头的文字去掉一个 `'` 即为原文。数字列不变。
- Stata 文件中没有数的金额是扩展缺失值（`.a`、`.b` ……），其标签说明原因，编号见 `code_reasons`。

## 读取

{_code("zh")}

放在网上的版本，一份文件的全部金额可以单取，只传几百 kB（`core_facts_by_document` 是 `core_budget_lines` 的摘录）：

{_one_document()}

`sha256sum -c SHA256SUMS` 核对文件。`index.html` 可直接打开。

## 使用提醒

{_warnings(index, "zh")}

## 引用与许可

引用见 CITATION.cff，请写明版本 {version}、所用筛选，以及把空白当作什么。数据的许可与原文件的说明见 LICENSE。
"""


def _en(index: dict[str, Any]) -> str:
    counts, version = index["counts"], index["version"]
    return f"""# yujue {version} · {TITLE_EN}

What Chinese county departments publish about their money, as data; every number says where it stands (document, page,
table, row, column). {counts["documents"]} documents, {counts["facts"]} positions for amounts, {counts["findings"]}
findings. 中文：README.zh.md

- Start with `panel_department_year`: beside every amount `x_yuan` stands `x_why`, why a number or none;
  `panel_lineage` names the facts it was made of.
- What the columns mean: DICTIONARY.en.md, or `yujue codebook 会议费`; what the codes mean: `code_states`.
- What was looked for and not found is in `meta_coverage`; what changed since the previous release in CHANGES.md and
  `meta_changes`.
- Amounts are in yuan. Files: Parquet (every table), CSV (`code_*`; panels as csv.gz), Stata (panels).
- In CSV a text that a spreadsheet might run as a formula has one `'` before it; to have the text back, take one `'` off
  where a text begins with it. Columns of numbers are as they are.
- In Stata an amount without a number is an extended missing value (`.a`, `.b` …) whose label says why; `code_reasons`
  lists them.

## Loading

{_code("en")}

From a release on the web the facts of one document can be had alone, for some hundred kB (`core_facts_by_document` is
an excerpt of `core_budget_lines`):

{_one_document()}

`sha256sum -c SHA256SUMS` verifies the files. `index.html` opens in a browser.

## Warnings

{_warnings(index, "en")}

## Citing, licence

CITATION.cff has the citation; name the release {version}, your filters, and what you took a blank to be. LICENSE has
the licence of the data and what holds for the source documents.
"""


def licence() -> str:
    """LICENSE: the data under CC BY 4.0, named and linked; the source documents apart."""
    return f"""Licence of the data
===================
The tables, dictionaries and descriptions in this folder, so far as rights in them are ours, are licensed under the
Creative Commons Attribution 4.0 International licence (CC BY 4.0): {LICENSE_URL}
The binding text: {LICENSE_URL}legalcode

In short (the text behind the link is what binds): you may copy, change and use them, also commercially, if you name
"yujue" and the release, link to the licence, and say what you changed. There is no warranty.

Source documents
================
The documents from which the tables were made are not in this folder and are not under this licence. They were published
by Chinese public bodies, who must publish their budgets and final accounts (Budget Law, article 14; Regulations on the
Disclosure of Government Information). We hold no rights in them and grant none. meta_documents gives the address and
the sha256 of each. Texts quoted from them (columns "as printed") stay what they are: words of those bodies. Whether
such a text is protected, in your country and for your use, is for you to find out.

Passages withheld from the release, mostly personal data, are listed in meta_withheld. To ask for one to be withheld,
see docs/personal-data.md of the project.

数据许可
========
本文件夹中的数据表、字典与说明，凡我们享有权利者，以“知识共享 署名 4.0 国际”（CC BY 4.0）许可：{LICENSE_URL}
有约束力的文本见：{LICENSE_URL}legalcode.zh-hans
大意（以该文本为准）：可以复制、修改、使用，包括商业使用；须注明 “yujue” 与版本、
附上许可链接并说明所作修改；不提供担保。

原文件
======
数据所依据的文件不在本文件夹中，也不在此许可之内。它们由公共部门依法公开（预算法第十四条、政府信息公开条例），
我们对其不享有、也不授予任何权利；meta_documents 列有每个文件的网址与 sha256。照印的文字仍是各该部门的文字，
其在您所在地、就您的用途是否受保护，请自行判断。不予发布的文字（多为个人信息）见 meta_withheld。
"""


def citation(version: str) -> str:
    """CITATION.cff (1.2.0)."""
    return f"""cff-version: 1.2.0
message: 请引用所用的版本。 Please cite the release you used.
type: dataset
title: "yujue: {TITLE_EN}"
abstract: "{TITLE_ZH}"
version: {version}
authors:
  - name: yujue contributors
license: CC-BY-4.0
license-url: {LICENSE_URL}
keywords: [预算, 决算, 绩效目标, China, county budgets, public finance]
"""
