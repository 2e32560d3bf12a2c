"""The dictionary of a release, in Chinese and in English, made from the one definition of each column."""

from __future__ import annotations

from flows.release.codes import words_of
from flows.release.warnings import load_warnings, warnings_of
from normalize.panels.tables import PUBLISHED, WHY_EN, WHY_ZH, table_name
from normalize.schema import TableSpec

_HEAD = {
    "zh": ("数据字典", "列", "类型", "含义", "单位", "空值", "例"),
    "en": ("Data dictionary", "column", "type", "meaning", "unit", "null", "example"),
}
_ROWS = {"zh": "每行由以下列唯一确定", "en": "a row is named by"}
_LAYER = {
    "zh": {"core": "核心", "meta": "元数据", "raw": "原始", "panel": "面板", "code": "代码表"},
    "en": {"core": "core", "meta": "meta", "raw": "raw", "panel": "panel", "code": "code list"},
}


def dictionary(language: str, version: str) -> str:
    """Markdown: one section per table, one line per column. language: zh or en."""
    title = _HEAD[language][0]
    parts = [f"# {title} · yujue {version}\n"]
    parts += [_section(spec, language) for spec in PUBLISHED.values()]
    parts += [_reasons(language), _warnings(language)]
    return "\n".join(parts)


def _reasons(language: str) -> str:
    """What the codes of the panels' `_why` columns mean."""
    title, reasons = (
        ("`_why`：有数或无数的原因", WHY_ZH) if language == "zh" else ("`_why`: why a number or none", WHY_EN)
    )
    return "\n".join([f"## {title}\n", *(f"- `{code}`: {meaning}" for code, meaning in reasons.items())]) + "\n"


def _warnings(language: str) -> str:
    """The controlled list of warnings."""
    side, title = (0, "使用提醒") if language == "zh" else (1, "Warnings")
    lines = [f"- `{one.code}` **{one.title[side]}** {' '.join(one.text[side].split())}" for one in load_warnings()]
    return "\n".join([f"## {title}\n", *lines]) + "\n"


def _coded(table: str, column: str, language: str) -> str:
    """The codes of a column and what they mean, after its meaning. `_why` has a section of its own."""
    coded = None if column.endswith("_why") else words_of(table, column)
    if not coded:
        return ""
    said = "；".join(f"{code} {zh}" for code, (zh, _) in coded.items())
    return f" [{said if language == 'zh' else '; '.join(f'{code}: {en}' for code, (_, en) in coded.items())}]"


def _section(spec: TableSpec, language: str) -> str:
    title = spec.title_zh if language == "zh" else spec.title_en
    lines = [f"## `{table_name(spec)}` · {title} ({_LAYER[language][spec.layer]})\n"]
    if codes := warnings_of(spec.name):
        lines.append(f"⚠ {', '.join(f'`{code}`' for code in codes)}\n")
    if spec.key:
        lines.append(f"{_ROWS[language]}: {', '.join(f'`{column}`' for column in spec.key)}\n")
    lines.append("| " + " | ".join(_HEAD[language][1:]) + " |")
    lines.append("|---" * len(_HEAD[language][1:]) + "|")
    for field in spec.columns:
        meaning, null = (field.zh, field.null_meaning_zh) if language == "zh" else (field.en, field.null_meaning_en)
        meaning += _coded(spec.name, field.name, language)
        cells = (f"`{field.name}`", str(field.dtype), meaning, field.unit or "", null or "", field.example or "")
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
