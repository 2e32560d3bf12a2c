"""Charts as SVG without script: drawn by Altair when the site is built, coloured by the page's own variables.

Without the extra `site` there are none; every chart's numbers stand in a table beside it anyway.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from markupsafe import Markup

from flows.site.render import LANGUAGES

# a colour of the drawing → the page's variable, so that one drawing serves both themes
_VARIABLES: Final = {
    "#010203": "var(--ink)",
    "#010204": "var(--soft)",
    "#010205": "var(--line)",
    "#010206": "var(--rule)",
    **{f"#0101{number:02d}": f"var(--c{number})" for number in range(1, 9)},
    "#010211": "var(--good)",
    "#010212": "var(--near)",
    "#010213": "var(--bad)",
    "#010214": "var(--open)",
    "#010215": "var(--faint)",
    "#010216": "var(--accent)",
}
INK, SOFT, LINE, RULE = "#010203", "#010204", "#010205", "#010206"
SERIES: Final = tuple(f"#0101{number:02d}" for number in range(1, 9))
OPAQUE: Final = 0.45  # of bars: the words in them stand out by 4.5 to 1 in both themes
GOOD, NEAR, BAD, OPEN, FAINT, ACCENT = "#010211", "#010212", "#010213", "#010214", "#010215", "#010216"


@dataclass
class Chart:
    """A chart with what it shows. svg: language → drawing; empty where none could be drawn."""

    zh: str
    en: str
    svg: dict[str, Markup] = field(default_factory=dict)


@cache
def can_draw() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("altair", "vl_convert"))


def chart(zh: str, en: str, make: Callable[[Any, str], Any]) -> Chart:
    """Draw with `make(altair, language)` in both languages; the same data give the same bytes."""
    made = Chart(zh, en)
    if not can_draw():
        return made
    import altair  # noqa: PLC0415 - an extra
    import vl_convert  # noqa: PLC0415

    for language in LANGUAGES:
        drawing = make(altair, language).configure(**_look()).to_json(validate=False)
        made.svg[language] = _page_colours(vl_convert.vegalite_to_svg(drawing))
    return made


def _look() -> dict[str, Any]:
    text = {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    return {
        "background": "transparent",
        "font": "sans-serif",
        "view": {"stroke": "transparent"},
        "axis": {**text, "domainColor": RULE, "tickColor": RULE, "gridColor": LINE, "labelLimit": 260},
        "legend": {
            **text,
            "labelLimit": 320,
            "symbolStrokeWidth": 0,
            "orient": "top",
            "columns": 1,
        },  # above: beside the bars it would lie off the screen of a phone
        "header": {**text},
        "text": {"color": INK, "fontSize": 12},
    }


def _page_colours(svg: str) -> Markup:
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(f'"{colour}"', f'"{variable}"')
    svg = re.sub(r'\sxmlns:xlink="[^"]*"', "", svg)
    return Markup(svg)  # noqa: S704 - made here from numbers and escaped texts, by a drawing library


def bars(shares: Sequence[float], width: int = 120, height: int = 26) -> Markup:
    """A small histogram, drawn by hand: hundreds of them stand on one page."""
    if not shares:
        return Markup("")
    step = width / len(shares)
    pieces = "".join(
        f'<rect x="{at * step:.1f}" y="{height - max(1.0, share * (height - 2)):.1f}" width="{max(1.0, step - 1):.1f}"'
        f' height="{max(1.0, share * (height - 2)):.1f}"/>'
        for at, share in enumerate(shares)
        if share > 0
    )
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="spark" width="{width}" height="{height + 1}" viewBox="0 0 {width} {height + 1}"'
        f' aria-hidden="true">'
        f'{pieces}<path class="base" d="M0 {height + 0.5}H{width}"/></svg>'
    )


def stacked_years(
    zh: str, en: str, rows: Sequence[dict[str, Any]], unit: tuple[str, str], colours: Sequence[str] = SERIES
) -> Chart:
    """Stacked bars by year, the count in each. rows: year, n, zh, en (names of the parts, the first
    given stands lowest); colours: of the parts, in their order."""

    def make(alt: Any, language: str) -> Any:
        order = list(dict.fromkeys(str(row[language]) for row in rows))
        top = max(
            (sum(row["n"] for row in rows if row["year"] == year) for year in {row["year"] for row in rows}), default=0
        )
        data = [
            {
                "year": str(row["year"]),
                "n": row["n"],
                "part": row[language],
                "at": order.index(str(row[language])),
                "said": f"{row['n']:,}" if row["n"] >= top * 0.07 else "",
            }
            for row in rows
            if row["n"]
        ]
        base = alt.Chart(alt.Data(values=data)).encode(
            x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0)), order=alt.Order("at:Q")
        )
        fills = [colours[at % len(colours)] for at in range(len(order))]
        bars = base.mark_bar(stroke=LINE, strokeWidth=0.8, fillOpacity=OPAQUE).encode(
            y=alt.Y(
                "n:Q", title=unit[language == "en"], stack="zero", axis=alt.Axis(tickMinStep=1, tickCount=5, grid=False)
            ),
            color=alt.Color("part:N", title=None, sort=order[::-1], scale=alt.Scale(domain=order, range=fills)),
        )
        said = base.mark_text(fontSize=11, color=INK).encode(
            y=alt.Y("n:Q", stack="zero", bandPosition=0.5), text="said:N", detail="part:N"
        )
        return (bars + said).properties(width=max(180, 62 * len({row["year"] for row in rows})), height=200)

    return chart(zh, en, make)
