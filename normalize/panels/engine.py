"""From declared sources to cells: which number stands in a panel, why, and which facts made it. Pure; Polars.

One source in one document gives a number if all positions it names print the same number (within their rounding); if
they print several, it gives none (`ambiguous`): nothing is chosen, averaged or guessed. Only lines that are proven to
be parts of one total (`may_add`, see `repeated`) are added up. Of several sources and
documents the preferred number stands, and is `conflicting` where another one differs by more than rounding. Documents
come in the order of their rank, sources of one document in the order of the declaration.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from normalize.panels.declaration import Panel, Pick

Frame = pl.DataFrame
# What a position says where it gives no number, the most telling first: it decides where several are left.
_SILENT: Final = (
    "ambiguous", "not_readable", "masked", "unit_unknown", "dash_printed", "blank_printed", "declared_empty",
    "statement_blank", "not_printed", "no_statement",
)  # fmt: skip
_BY_STATE: Final = {
    "number": "unit_unknown",
    "zero": "unit_unknown",
    "blank": "blank_printed",
    "dash": "dash_printed",
    "masked": "masked",
    "illegible": "not_readable",
    "not_numeric": "not_readable",
}
_BY_STATEMENT: Final = {"declared_empty": "declared_empty", "blank": "statement_blank"}
_SLACK: Final = 0.005  # half a fen: noise of float64
_PLACE: Final = ("table_no", "row_no", "col_no", "fact_id")
LINEAGE: Final = ("column", "fact_table", "fact_id", "role", "amount_yuan")


def resolve(
    panel: Panel, facts: Frame, states: Frame, rows: Frame, key: tuple[str, ...], *, fact_table: str = "budget_lines"
) -> tuple[Frame, Frame]:
    """(cells, lineage) of every amount with sources.

    facts: `key` and the columns of `ground.Ground.facts`; states: a part of `key`, statement_code, state; rows: one per
    key. cells: key, column (the amount's name), yuan, why, one per row and amount; lineage: key and LINEAGE.
    """
    named = _positions(panel, facts, key)
    terms = _terms(named, key)
    sources = _sources(panel, terms, key)
    best = _preferred(sources, key)
    # That the preferred statement is empty is said of it as a whole; a blank elsewhere says less.
    overruled = pl.col("silent").is_in(list(_BY_STATEMENT.values())) & pl.col("why").is_in(
        ["blank_printed", "dash_printed"]
    )
    cells = (
        _silence(panel, states, rows, key)
        .join(best, on=[*key, "column"], how="left")
        .with_columns(pl.when(overruled).then("silent").otherwise(pl.coalesce("why", "silent")).alias("why"))
        .select(*key, "column", "yuan", "why")
    )
    return cells, _lineage(terms, best, key, fact_table)


def condition(pick: Pick, classes: tuple[str, ...]) -> pl.Expr:
    """The rows of `facts` at a position, but for `without`."""
    wanted = {
        "statement_code": pick.statement,
        "form_line_key": pick.line,
        "agg_role": pick.role,
        "column_key": pick.column,
        "fund": pick.fund,
        "nature": pick.nature,
    }
    found = pl.lit(True)
    for column, value in wanted.items():
        if value is not None:
            found &= pl.col(column) == value
    if pick.path is not None:
        found &= pl.col("column_path").str.contains(pick.path)
    if pick.path_not is not None:
        found &= ~pl.col("column_path").str.contains(pick.path_not)
    if pick.only_line:
        found &= pl.col("n_in_whole") == 1
    if classes:
        found &= pl.col("class_code").is_not_null()
    return found


def _positions(panel: Panel, facts: Frame, key: tuple[str, ...]) -> Frame:
    """Every fact that a term of a source names, with column, source and term.

    _by: a number for key, document, column, source and term: to look at the facts that have them in common one number
    is compared, not ten texts.
    """
    whole = ["document_sha256", "whole", "statement_code"]
    of = [*key, "doc_rank"]
    numbers = facts.select(of).unique(maintain_order=True).with_row_index("_of")
    facts = facts.join(numbers, on=of, how="left", nulls_equal=True, maintain_order="left")
    terms = sum(len(source.terms()) for amount in panel.amounts for source in amount.sources)
    sums = bool(panel.class_systems)
    keep = (
        *key,
        "document_sha256",
        "doc_rank",
        *_PLACE,
        "amount_state",
        "amount_yuan",
        "resolution_yuan",
        "unit_basis",
    )
    found: list[Frame] = []
    by_statement = {str(name): part for (name,), part in facts.partition_by("statement_code", as_dict=True).items()}
    for amount in panel.amounts:
        for number, source in enumerate(amount.sources):
            for place, term in enumerate(source.terms()):
                part = by_statement.get(term.statement, facts.clear())
                chosen = part.filter(condition(term, panel.class_systems))
                if term.without:
                    keys = list(term.without)
                    has = part.filter(pl.col("form_line_key").is_in(keys) | pl.col("column_key").is_in(keys))
                    chosen = chosen.join(has, on=whole, how="anti", nulls_equal=True)
                found.append(
                    chosen.select(
                        *keep,
                        pl.lit(amount.name).alias("column"),
                        pl.lit(number, pl.Int32).alias("source"),
                        pl.lit(place, pl.Int32).alias("term"),
                        (pl.col("_of").cast(pl.Int64) * terms + len(found)).alias("_by"),
                        pl.col("whole"),
                        pl.col("may_add") if sums else pl.lit(False).alias("may_add"),
                        pl.lit(sums).alias("is_class"),
                    )
                )
    return _parted(pl.concat(found)).drop("_by")


def _parted(named: Frame) -> Frame:
    """part: 0, but counted where lines of one code may be added; their blanks are proven to hold nothing.

    Only within one statement: where several statements of a document print the code, their sums must be the same, and
    the first is taken. is_repeated: several lines of one statement print the class and may not be added.
    """
    by, within = "_by", ["_by", "whole"]
    number = pl.col("amount_yuan").is_not_null()
    printed = named.with_columns(
        number.any().over(within).alias("_any"),
        pl.col("amount_yuan").sum().over(within).alias("_sum"),
        pl.when(number & (pl.col("amount_yuan") != 0)).then(pl.struct("table_no", "row_no")).alias("_line"),
    ).with_columns(
        pl.when("_any").then("_sum").alias("_sum"),
        pl.when("_any").then("whole").min().over(by).alias("_first"),
        pl.col("_line").drop_nulls().n_unique().over(within).alias("_lines"),
    )
    spread = pl.col("_sum").max().over(by) - pl.col("_sum").min().over(by)
    same = spread <= pl.col("resolution_yuan").max().over(by) + _SLACK
    adds = pl.col("may_add").all().over(within) & same.fill_null(False)
    repeats = pl.col("is_class") & ~pl.col("_adds") & (pl.col("_lines") > 1)
    return (
        printed.with_columns(adds.alias("_adds"))  # apart: a window inside a window is reckoned row by row
        .with_columns(repeats.any().over(by).alias("is_repeated"))
        .filter(~pl.col("_adds") | (number & (pl.col("whole") == pl.col("_first"))))
        .sort(*_PLACE, nulls_last=True)
        .with_columns(pl.when("_adds").then(pl.int_range(pl.len()).over(by)).otherwise(0).alias("part"))
        .drop("_any", "_sum", "_line", "_first", "_lines", "_adds")
    )


def repeated(facts: Frame) -> Frame:
    """The facts of classes with `may_add`: whether lines that repeat a code (of several units, say) may be added up.

    facts: lines of classes and, with class_code null, the totals beside them. Proven for the lines of one level of one
    column where all of them add up to the one total that is printed, within rounding.
    """
    by = ["document_sha256", "stage", "whole", "statement_code", "column_key"]
    coded = facts.filter(pl.col("class_code").is_not_null())
    totals = (
        facts.filter(pl.col("class_code").is_null() & (pl.col("agg_role") == "grand_total"))
        .filter(pl.col("amount_yuan").is_not_null())
        .group_by(by)
        .agg(
            pl.col("amount_yuan").first().alias("_total"),
            pl.col("amount_yuan").n_unique().alias("_totals"),
            pl.col("resolution_yuan").max().alias("_resolution"),
        )
        .filter(pl.col("_totals") == 1)
        .drop("_totals")
    )
    levels = coded.with_columns(pl.col("class_code").str.len_chars().alias("_length"))
    proven = (
        levels.group_by(*by, "class_system", "_length")
        .agg(pl.col("amount_yuan").sum().alias("_sum"), (pl.col("resolution_yuan").sum() / 2).alias("_half"))
        .join(totals, on=by, nulls_equal=True)
        .with_columns(
            ((pl.col("_sum") - pl.col("_total")).abs() <= pl.col("_half") + pl.col("_resolution") / 2 + _SLACK).alias(
                "may_add"
            )
        )
        .select(*by, "class_system", "_length", "may_add")
    )
    joined = levels.join(proven, on=[*by, "class_system", "_length"], how="left", nulls_equal=True)
    return joined.with_columns(pl.col("may_add").fill_null(False)).drop("_length")


def _terms(named: Frame, key: tuple[str, ...]) -> Frame:
    """One row per document, source and term: the number it prints, or why it gives none."""
    is_number = pl.col("amount_yuan").is_not_null()
    silent = pl.col("amount_state").replace_strict(_BY_STATE, default="not_readable", return_dtype=pl.String)
    several = pl.col("amount_yuan").max() - pl.col("amount_yuan").min() > pl.col("resolution_yuan").max() + _SLACK
    several |= pl.col("is_repeated").any()
    return (
        named.with_columns(
            is_number.alias("_number"),
            pl.when(is_number).then(pl.lit(None, pl.String)).otherwise(silent).alias("_silent"),
        )
        .with_columns(_order("_silent"))
        .sort("_number", "resolution_yuan", "_order", *_PLACE, descending=[True, *[False] * 6], nulls_last=True)
        .group_by(*key, "column", "doc_rank", "document_sha256", "source", "term", "part", maintain_order=True)
        .agg(
            pl.col("fact_id").first(),
            pl.when(several).then(None).otherwise(pl.col("amount_yuan").first()).alias("yuan"),
            pl.col("amount_yuan").first().alias("printed_yuan"),
            pl.col("resolution_yuan").first().fill_null(0.0),
            (pl.col("unit_basis") == "assumed").any().fill_null(False).alias("assumed"),
            pl.when(several).then(pl.lit("ambiguous")).otherwise(pl.col("_silent").first()).alias("silent"),
        )
    )


def _sources(panel: Panel, terms: Frame, key: tuple[str, ...]) -> Frame:
    """One row per document and source: yuan, tolerance, and why none."""
    wanted = pl.DataFrame(
        [(a.name, n, len(source.terms())) for a in panel.amounts for n, source in enumerate(a.sources)],
        schema={"column": pl.String(), "source": pl.Int32(), "n_wanted": pl.Int32()},
        orient="row",
    )
    whole = (pl.col("term").n_unique() == pl.col("n_wanted").first()) & pl.col("yuan").is_not_null().all()
    return (
        terms.join(wanted, on=["column", "source"])
        .with_columns(_order("silent"))
        .sort("term", "part")
        .group_by(*key, "column", "doc_rank", "source", maintain_order=True)
        .agg(
            (pl.len() > 1).alias("several"),
            pl.when(whole).then(pl.col("yuan").sum().round(6)).alias("yuan"),
            (pl.col("resolution_yuan").sum() / 2).alias("half"),
            pl.col("assumed").any(),
            pl.col("silent").sort_by("_order", nulls_last=True).first().fill_null("not_printed").alias("silent"),
        )
        .sort(*key, "column", "doc_rank", "source")
    )


def _preferred(sources: Frame, key: tuple[str, ...]) -> Frame:
    """One row per key and column with something printed: the first number, whether others agree, and why."""
    by = [*key, "column"]
    given = pl.col("yuan").is_not_null()
    first = (
        sources.filter(given)
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("doc_rank").first(),
            pl.col("source").first(),
            pl.col("yuan").first(),
            pl.col("half").first(),
            pl.col("assumed").first(),
            pl.col("several").first(),
        )
    )
    compared = sources.join(first.select(*by, first_yuan="yuan", first_half="half"), on=by, how="left")
    differs = (
        (pl.col("yuan") - pl.col("first_yuan")).abs() > pl.col("half") + pl.col("first_half") + _SLACK
    ).fill_null(False)
    told = (
        compared.with_columns(_order("silent"))
        .group_by(by, maintain_order=True)
        .agg(
            (differs | (pl.col("yuan").is_null() & (pl.col("silent") == "ambiguous"))).any().alias("differs"),
            pl.col("silent").sort_by("_order").first().alias("silent_why"),
        )
    )
    why = (
        pl.when(pl.col("yuan").is_null())
        .then("silent_why")
        .when("differs")
        .then(pl.lit("conflicting"))
        .when("assumed")
        .then(pl.lit("unit_assumed"))
        .when("several")
        .then(pl.lit("summed"))
        .when(pl.col("yuan") == 0)
        .then(pl.lit("printed_zero"))
        .otherwise(pl.lit("printed"))
    )
    return told.join(first, on=by, how="left").with_columns(why.alias("why"))


def _silence(panel: Panel, states: Frame, rows: Frame, key: tuple[str, ...]) -> Frame:
    """key, column, silent for every row and amount: what is known where no position is printed at all. The first
    declared statement that is there decides."""
    on = [name for name in states.columns if name not in ("statement_code", "state")]
    asked = [
        (amount.name, place, term.statement)
        for amount in panel.amounts
        for place, term in enumerate(term for source in amount.sources for term in source.terms())
    ]
    schema = {"column": pl.String(), "place": pl.Int32(), "statement_code": pl.String()}
    found = (
        states.join(pl.DataFrame(asked, schema=schema, orient="row"), on="statement_code")
        .sort("place")
        .group_by(*on, "column", maintain_order=True)
        .agg(pl.col("state").first())
        .with_columns(
            pl.col("state").replace_strict(_BY_STATEMENT, default="not_printed", return_dtype=pl.String).alias("silent")
        )
        .drop("state")
    )
    names = pl.DataFrame({"column": [amount.name for amount in panel.amounts if amount.sources]})
    every = rows.select(key).join(names, how="cross")
    return every.join(found, on=[*on, "column"], how="left").with_columns(pl.col("silent").fill_null("no_statement"))


def _lineage(terms: Frame, best: Frame, key: tuple[str, ...], fact_table: str) -> Frame:
    by = [*key, "column"]
    chosen = best.select(*by, best_rank="doc_rank", best_source="source", best_yuan="yuan", best_half="half")
    group = [*by, "doc_rank", "source"]
    taken = (pl.col("doc_rank") == pl.col("best_rank")) & (pl.col("source") == pl.col("best_source"))
    many = pl.len().over(group) > 1
    whole = pl.col("yuan").is_not_null().all().over(group)
    added = pl.col("yuan").sum().over(group)
    half = pl.col("resolution_yuan").sum().over(group) / 2
    same = (added - pl.col("best_yuan")).abs() <= half + pl.col("best_half") + _SLACK
    role = (
        pl.when(taken.fill_null(False))
        .then(pl.when(many).then(pl.lit("term")).otherwise(pl.lit("value")))
        .when(pl.col("silent") == "ambiguous")
        .then(pl.lit("differs"))
        .when(~whole)
        .then(pl.lit("missing"))
        .when(same.fill_null(False))
        .then(pl.lit("agrees"))
        .otherwise(pl.lit("differs"))
    )
    found = terms.join(chosen, on=by, how="left").with_columns(
        role.alias("role"), pl.lit(fact_table).alias("fact_table"), pl.col("printed_yuan").alias("amount_yuan")
    )
    # one fact may serve two sources of a column: the stronger role stays
    rank = pl.col("role").replace_strict({"value": 0, "term": 1, "differs": 2, "agrees": 3, "missing": 4})
    return (
        found.with_columns(rank.alias("_role"))
        .sort("_role", "doc_rank", "source", "term", "part")
        .unique([*by, "fact_id"], keep="first", maintain_order=True)
        .select(*key, *LINEAGE)
    )


def _order(column: str) -> pl.Expr:
    places = {reason: place for place, reason in enumerate(_SILENT)}
    return pl.col(column).replace_strict(places, default=None, return_dtype=pl.Int32).alias("_order")
