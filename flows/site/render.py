"""Pages from templates, in two languages. Whatever a department printed comes out as text and nothing else."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from flows.site import linked, words
from flows.site.output import Output

HERE: Final = Path(__file__).resolve().parent
LANGUAGES: Final = ("zh", "en")
# direction marks and controls: a text with them could show another order than it has
_UNSEEN: Final = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(text: str) -> str:
    """A text with its unseen characters named (`⟦U+202E⟧`): inert, and still to be seen that they were printed."""
    return _UNSEEN.sub(lambda found: f"⟦U+{ord(found[0]):04X}⟧", text)


def _finalize(value: Any) -> Any:
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def number(value: float | None, digits: int = 0) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def size(count: float) -> str:
    """Bytes as a person reads them: `812 B`, `48.2 kB`, `51 MB`."""
    for unit, limit in (("B", 1000), ("kB", 1000**2), ("MB", 1000**3)):
        if count < limit:
            shown = count / (limit / 1000)
            return f"{shown:.0f} {unit}" if unit == "B" or shown >= 100 else f"{shown:.1f} {unit}"
    return f"{count / 1000**3:.2f} GB"


def percent(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value * 100:.{digits}f} %"


def web_address(text: object) -> str | None:
    """The text where it is an http(s) address a person may be led to; else None (javascript:, data:, file: …)."""
    if not isinstance(text, str) or _UNSEEN.search(text) or any(one.isspace() for one in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.hostname else None


def data_block(value: Any) -> Markup:
    """JSON for a `<script type="application/json">`: cannot end the element, holds no unseen character."""
    text = visible(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped here


def defused(value: object) -> str:
    """A value for a CSV that people open in a spreadsheet: what would be taken for a formula starts with `'`."""
    text = visible("" if value is None else str(value)).replace("\r", " ").replace("\n", " ")
    first = unicodedata.normalize("NFKC", text.lstrip())[:1]
    is_number = re.fullmatch(r"[+-]?\d+(?:\.\d+)?", text) is not None
    return f"'{text}" if (first in ("=", "+", "-", "@", "|", "%") or text[:1] == "\t") and not is_number else text


def csv_line(values: list[object]) -> str:
    return ",".join('"' + defused(value).replace('"', '""') + '"' for value in values) + "\r\n"


def ticks(text: object) -> Markup:
    """A text of ours with `names` in backticks as code."""
    return Markup(re.sub(r"`([^`]{1,80})`", r"<code>\1</code>", escape(str(text))))  # noqa: S704 - escaped first


@cache
def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    found.filters |= {
        "number": number,
        "size": size,
        "percent": percent,
        "web": web_address,
        "ticks": ticks,
        "json": data_block,
        "quoted": lambda text: quote(str(text), safe=""),
    }
    found.tests["is_dta"] = lambda name: str(name).endswith(".dta")
    return found


@dataclass
class Pages:
    """Writes pages. common: what every template may use. base: where the site will stand, None where not known."""

    output: Output
    common: dict[str, Any]
    base: str | None = None
    paths: list[str] = field(default_factory=list)

    def write(self, path: str, template: str, *, listed: bool = True, **context: Any) -> None:
        """`path` below `zh/` and below `en/`. Every page is at `…/name.html`, so that it opens from a file too."""
        for language in LANGUAGES:
            self.one(language, path, template, **context)
        if listed:
            self.paths.append(path)

    def one(self, language: str, path: str, template: str, **context: Any) -> None:
        """The page in one language."""
        text = environment().get_template(template).render(**self.common, **context, **self._of(language, path))
        self.output.write(f"{language}/{path}", text)

    def single(self, path: str, template: str, language: str, **context: Any) -> None:
        """One page outside the two trees."""
        made = environment().get_template(template)
        root = "../" * path.count("/") or "./"
        self.output.write(path, made.render(**self.common, **context, **tools(language), root=root, path=path))

    def _of(self, language: str, path: str) -> dict[str, Any]:
        root = "../" * (path.count("/") + 1)
        other = LANGUAGES[1 - LANGUAGES.index(language)]

        def to(where: str) -> str:
            return f"{root}{language}/{where}"

        own = self.base.rstrip("/") + "/" if self.base else root
        release = quote(str(self.common.get("version", "")), safe="")
        return {
            **tools(language),
            "root": root,
            "path": path,
            "base": self.base.rstrip("/") + "/" if self.base else None,
            "u": to,
            "at": lambda where: f"{own}{language}/{where}",
            "file_at": lambda name: f"{own}releases/{release}/{quote(name, safe='')}",
            "other": other,
            "other_url": f"{root}{other}/{path}",
            "alternates": {one: f"{own}{one}/{path}" for one in LANGUAGES},
        }


def tools(language: str) -> dict[str, Any]:
    """What templates say things with: `t(zh, en)`, `w(vocabulary, code)`."""

    def t(zh: Any, en: Any) -> Any:
        return zh if language == "zh" else en

    def w(vocabulary: str, code: object) -> str:
        return words.say(vocabulary, code, language)

    return {"lang": language, "t": t, "w": w, "words": words, "linked": linked}


def escape(text: str) -> str:
    """For XML and for what is put together outside a template."""
    return html.escape(visible(text), quote=True)
