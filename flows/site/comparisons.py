"""Pictures that show a number ten thousand times too large: one year against the next, budget against final account,
what is printed against what its parts add up to. Amounts on logarithmic scales; what stands out (more than three times
off; a check that fails) is numbered and listed below the picture, with its documents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from flows.site import charts
from flows.site.release import Release, Row

AMOUNT: Final = "exp_total_yuan"
FAR: Final = 3.0  # one amount more than so many times the other
MOST_POINTS: Final = 900  # drawn; of more, every n-th of the sorted ones
MOST_FAR: Final = 30  # numbered and listed
SIDE: Final = 300  # pixels


@dataclass(frozen=True)
class Comparison:
    """One picture. far: the points that stand out, the farthest off first, as rows with `number`, `x`, `y`, `times`;
    total: pairs there are; drawn: of them in the picture."""

    name: str
    chart: charts.Chart
    axes: tuple[tuple[str, str], tuple[str, str]]
    far: list[Row]
    n_far: int
    total: int
    drawn: int


def make(release: Release) -> list[Comparison]:
    """Those the release has at least one pair for."""
    pairs = _panel(release)
    found = []
    if pairs is not None:
        found += [
            _comparison(
                "years",
                ("支出总计：上一年与这一年，同一单位、同一阶段", "Expenditure, all: a year and the next, same stage"),
                (("上一年（元）", "year before, yuan"), ("这一年（元）", "this year, yuan")),
                _years(pairs),
            ),
            _comparison(
                "stages",
                ("支出总计：预算与决算，同一单位、同一年度", "Expenditure, all: budget and final account, same year"),
                (("预算（元）", "budget, yuan"), ("决算（元）", "final account, yuan")),
                _stages(pairs),
            ),
        ]  # fmt: skip
    found.append(
        _comparison(
            "sides",
            (
                "检查的两边：所印的合计与应等于它的数",
                "Both sides of the checks: a printed total and what it should equal",
            ),
            (("所印（元）", "printed, yuan"), ("应等于（元）", "should equal, yuan")),
            _sides(release),
        )
    )
    return [one for one in found if one.total]


def _panel(release: Release) -> pl.LazyFrame | None:
    table = release.tables.get("panel_department_year")
    wanted = ("org_id", "org_name", "fiscal_year", "stage", "entity_level", "document_sha256", AMOUNT)
    if table is None or not release.has(table.name, *wanted):
        return None
    return (
        release.scan(table.name)
        .select(pl.col(one).alias("amount") if one == AMOUNT else pl.col(one) for one in wanted)
        .filter((pl.col("amount") > 0) & pl.col("org_id").is_not_null())
    )


def _years(pairs: pl.LazyFrame) -> pl.DataFrame:
    before = pairs.with_columns(pl.col("fiscal_year") + 1)
    return _joined(before, pairs, ["org_id", "fiscal_year", "stage", "entity_level"])


def _stages(pairs: pl.LazyFrame) -> pl.DataFrame:
    budget, final = (pairs.filter(pl.col("stage") == one).drop("stage") for one in ("budget", "final"))
    return _joined(budget, final, ["org_id", "fiscal_year", "entity_level"])


def _joined(left: pl.LazyFrame, right: pl.LazyFrame, keys: list[str]) -> pl.DataFrame:
    """x, y, name, year, sha_x, sha_y."""
    return (
        left.join(right, on=keys, suffix="_y")
        .select(
            pl.col("amount").alias("x"),
            pl.col("amount_y").alias("y"),
            pl.col("org_name_y").alias("name"),
            pl.col("fiscal_year").alias("year"),
            pl.col("document_sha256").alias("sha_x"),
            pl.col("document_sha256_y").alias("sha_y"),
            pl.lit(None, pl.String).alias("place"),
            (_times(pl.col("amount"), pl.col("amount_y")) > FAR).alias("is_far"),
        )
        .sort("x", "y", "name", "year", "sha_y", nulls_last=True)
        .collect()
    )


def _times(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return pl.max_horizontal(one / other, other / one)


def _sides(release: Release) -> pl.DataFrame:
    return (
        release.scan("findings")
        .filter(pl.col("outcome").is_in(["fails", "rounding", "holds"]))
        .filter((pl.col("left_yuan") > 0) & (pl.col("right_yuan") > 0))
        .select(
            pl.col("left_yuan").alias("x"),
            pl.col("right_yuan").alias("y"),
            pl.col("check_id").alias("name"),
            pl.lit(None, pl.Int16).alias("year"),
            pl.col("document_sha256").alias("sha_x"),
            pl.col("document_sha256").alias("sha_y"),
            pl.col("places").list.first().alias("place"),
            (pl.col("outcome") == "fails").alias("is_far"),
        )
        .sort("x", "y", "name", "sha_x", "place", nulls_last=True)
        .collect()
    )


def _comparison(
    name: str, titles: tuple[str, str], axes: tuple[tuple[str, str], tuple[str, str]], frame: pl.DataFrame
) -> Comparison:
    told = frame.with_columns(_times(pl.col("x"), pl.col("y")).alias("times"))
    far = told.filter("is_far").sort(
        ["times", "x", "y", "name", "sha_y"], descending=[True, *[False] * 4], nulls_last=True
    )
    near = told.filter(~pl.col("is_far"))
    step = max(1, math.ceil(near.height / MOST_POINTS))
    listed = [row | {"number": number} for number, row in enumerate(far.head(MOST_FAR).to_dicts(), start=1)]
    near_rows = near.gather_every(step).select("x", "y").to_dicts()
    drawn = [*near_rows, *far.slice(MOST_FAR, MOST_POINTS).select("x", "y").to_dicts()]
    return Comparison(
        name,
        _draw(titles, axes, drawn, listed),
        axes,
        listed,
        far.height,
        frame.height,
        len(drawn) + len(listed),
    )


def _draw(
    titles: tuple[str, str],
    axes: tuple[tuple[str, str], tuple[str, str]],
    near: Sequence[Row],
    far: Sequence[Row],
) -> charts.Chart:
    """Points about a line of equals; those far off are triangles with a number, so that colour is not the only mark."""
    points = [{"x": row["x"], "y": row["y"]} for row in near]
    numbered = [{"x": row["x"], "y": row["y"], "number": str(row["number"])} for row in far]
    amounts = [row[axis] for row in [*points, *numbered] for axis in ("x", "y")]
    low, high = (
        (10 ** math.floor(math.log10(min(amounts))), 10 ** math.ceil(math.log10(max(amounts)))) if amounts else (1, 10)
    )
    high = max(high, low * 10)

    def make_one(alt: Any, language: str) -> Any:
        scale = alt.Scale(type="log", domain=[low, high], nice=False)
        decades = [10.0**one for one in range(round(math.log10(low)), round(math.log10(high)) + 1)]
        every = decades[:: max(1, math.ceil(len(decades) / 6))]
        shown = _POWERS[language]

        def axis(number: int) -> Any:
            return alt.Axis(values=every, labelExpr=shown, title=axes[number][language == "en"], grid=True)

        x, y = alt.X("x:Q", scale=scale, axis=axis(0)), alt.Y("y:Q", scale=scale, axis=axis(1))
        line = alt.Chart(alt.Data(values=[{"x": low, "y": low}, {"x": high, "y": high}])).mark_line(
            color=charts.RULE, strokeDash=[4, 3]
        )
        near_marks = alt.Chart(alt.Data(values=points)).mark_circle(color=charts.SERIES[0], size=34, opacity=0.6)
        base = alt.Chart(alt.Data(values=numbered))
        far_marks = base.mark_point(shape="triangle-up", color=charts.BAD, filled=True, size=70, opacity=0.9)
        said = base.mark_text(color=charts.INK, dx=9, dy=-7, fontSize=11).encode(text="number:N")
        layers = [one.encode(x=x, y=y) for one in (line, near_marks, far_marks, said)]
        return alt.layer(*layers).properties(width=SIDE, height=SIDE)

    return charts.chart(*titles, make_one)


# amounts as people say them: 1万, 1亿; 10k, 100M
_POWERS: Final = {
    "zh": "datum.value >= 1e8 ? format(datum.value / 1e8, ',') + '亿' :"
    " datum.value >= 1e4 ? format(datum.value / 1e4, ',') + '万' : format(datum.value, ',')",
    "en": "datum.value >= 1e9 ? format(datum.value / 1e9, ',') + 'bn' :"
    " datum.value >= 1e6 ? format(datum.value / 1e6, ',') + 'm' :"
    " datum.value >= 1e3 ? format(datum.value / 1e3, ',') + 'k' : format(datum.value, ',')",
}
