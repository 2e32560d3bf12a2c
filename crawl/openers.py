"""A page's own functions that open an address put together from their arguments, and the calls of them. Pure functions.

`function openDetail(id) { window.open('detail.jspx?id=' + id); }` and `<a onclick="openDetail('12')">`: only both
together say where the row leads. Nothing is run: a function counts when the first address it opens is a sum of strings
and of its own parameters (or a template of them), and a call when its arguments are plain strings or numbers.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import html

_MAX_SCRIPT = 200_000  # characters of scripts that are read
_MAX_FUNCTIONS = 400
_MAX_BODY = 1500  # characters of a function in which its address is looked for
_MAX_CALLS = 20_000  # elements with a handler
_MAX_CODE = 2000  # characters of a handler
_FUNCTION = re.compile(
    r"\bfunction\s{1,4}([A-Za-z_$][\w$]{0,60})\s{0,4}\(([\w$,\s]{1,200})\)\s{0,20}\{"
    r"|\b([A-Za-z_$][\w$]{0,60})\s{0,4}[=:]\s{0,4}function\s{0,4}\(([\w$,\s]{1,200})\)\s{0,20}\{"
    r"|\b([A-Za-z_$][\w$]{0,60})\s{0,4}=\s{0,4}\(?([\w$,\s]{1,200}?)\)?\s{0,4}=>\s{0,20}\{?"
)
_OPENS = re.compile(
    r"\bwindow\s{0,4}\.\s{0,4}open\s{0,4}\(\s{0,4}"
    r"|\blocation(?:\s{0,4}\.\s{0,4}href)?\s{0,4}=\s{0,4}(?!=)"
    r"|\blocation\s{0,4}\.\s{0,4}(?:assign|replace)\s{0,4}\(\s{0,4}"
)
_VARIABLE = re.compile(r"\b(?:var|let|const)\s{1,4}([A-Za-z_$][\w$]{0,60})\s{0,4}=\s{0,4}")
_PART = re.compile(r"\s{0,20}(?:\"([^\"\n]{0,400})\"|'([^'\n]{0,400})'|`([^`\n]{0,400})`|([A-Za-z_$][\w$.]{0,60}))")
_PLUS = re.compile(r"\s{0,20}\+")
_CALL = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]{0,60})\s{0,4}\(([^()]{0,600})\)")
_ARGUMENT = re.compile(r"\s*(?:\"([^\"]{0,400})\"|'([^']{0,400})'|(-?\d{1,20})|(\w[\w.]{0,60}))\s*(?:,|$)")
_PLACEHOLDER = re.compile(r"\$\{\s{0,4}([A-Za-z_$][\w$]{0,60})\s{0,4}\}")
_PLACE = re.compile(r"[/?.]")

Parts = list[tuple[bool, str]]  # (whether it is a parameter's name, text)


def resolve_openers(root: html.HtmlElement) -> None:
    """Write into the handlers of a tree, as plain `window.open('address')`, what the page's own functions open."""
    functions = _functions("\n".join((script.text or "") for script in root.iter("script"))[:_MAX_SCRIPT])
    if not functions:
        return
    calls = root.iterfind(".//*[@onclick]"), root.iterfind(".//a[@href]")
    for element in (one for found in calls for one in islice(found, _MAX_CALLS)):
        for name in ("onclick", "href"):
            code = element.get(name) or ""
            if name == "href" and not code[:12].lower().lstrip().startswith("javascript:"):
                continue
            if (address := _opened(code[:_MAX_CODE], functions)) is not None:
                element.set("onclick", f"window.open('{address}')")
                break


def _functions(code: str) -> dict[str, tuple[list[str], Parts]]:
    """Name → (parameters, parts of the address it opens)."""
    found: dict[str, tuple[list[str], Parts]] = {}
    for hit in islice(_FUNCTION.finditer(code), _MAX_FUNCTIONS):
        name = hit[1] or hit[3] or hit[5]
        names = [one.strip() for one in (hit[2] or hit[4] or hit[6]).split(",")]
        body = code[hit.end() : hit.end() + _MAX_BODY]
        following = re.search(r"\n\s{0,20}(?:async\s)?function\s", body)
        parts = _address(body[: following.start()] if following else body, names)
        if parts is not None:
            found.setdefault(name, (names, parts))
    return found


def _address(body: str, names: list[str]) -> Parts | None:
    opens = _OPENS.search(body)
    if opens is None:
        return None
    parts = _sum(body, opens.end(), names)
    if parts is None:  # var url = '/d/' + id; window.open(url)
        used = _PART.match(body, opens.end())
        for given in _VARIABLE.finditer(body, 0, opens.start()):
            if used is not None and used[4] == given[1]:
                parts = _sum(body, given.end(), names)
    if parts is None or not any(is_name for is_name, _ in parts):
        return None
    return parts if _PLACE.search("".join(text for is_name, text in parts if not is_name)) else None


def _sum(code: str, at: int, names: list[str]) -> Parts | None:
    """The strings and parameters that are added up at a place; None where anything else is among them."""
    parts: Parts = []
    for _ in range(12):
        found = _PART.match(code, at)
        if found is None:
            return None
        if found[4] is not None:
            if found[4] not in names:
                return None
            parts.append((True, found[4]))
        elif found[3] is not None:
            pieces = _PLACEHOLDER.split(found[3])
            if any(name not in names for name in pieces[1::2]):
                return None
            parts += [(number % 2 == 1, piece) for number, piece in enumerate(pieces) if piece]
        else:
            parts.append((False, found[1] if found[1] is not None else found[2]))
        plus = _PLUS.match(code, found.end())
        if plus is None:
            return parts
        at = plus.end()
    return None


def _opened(code: str, functions: dict[str, tuple[list[str], Parts]]) -> str | None:
    for call in _CALL.finditer(code):
        known = functions.get(call[1])
        if known is None:
            continue
        names, parts = known
        values = _arguments(call[2])
        given = dict(zip(names, values, strict=False))
        if any(is_name and given.get(text) is None for is_name, text in parts):
            continue
        address = "".join((given[text] or "") if is_name else text for is_name, text in parts)
        if not re.search(r"[\s'\"<>\\]", address):
            return address
    return None


def _arguments(text: str) -> list[str | None]:
    """Plain values of a call's arguments; None for what is no plain value (`this`)."""
    values: list[str | None] = []
    at = 0
    while at < len(text) and len(values) < 12:
        found = _ARGUMENT.match(text, at)
        if found is None:
            break
        values.append(next((part for part in found.groups()[:3] if part is not None), None))
        at = found.end()
    return values
