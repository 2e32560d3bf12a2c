"""The report as one static page: both languages, no script, nothing fetched; opens from the file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

HERE: Final = Path(__file__).resolve().parent
STATUS: Final = {
    "ok": ("✓", "一切正常", "all is well"),
    "attention": ("!", "需要有人看一下", "a person should look"),
    "failed": ("✗", "没有成功", "it failed"),
}


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["n"] = lambda value: f"{value:,}"
    return environment.get_template("report.html")


def render(report: dict[str, Any]) -> str:
    """Everything a web site or a document may have said is escaped."""
    return _template().render(report=report, status=STATUS[report["status"]])
