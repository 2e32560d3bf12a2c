"""How the amounts of a panel come about: the places their declaration names, and how they look in print."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from flows.site.release import Release, Row, Table
from normalize.panels.declaration import Amount, Pick, Source, load_panels

EXAMPLES: Final = 3
_CONDITIONS: Final = ("line", "role", "column", "fund", "nature", "path", "path_not")
_LINEAGE: Final = ("panel", "column", "fact_id", "role")


@dataclass
class Formula:
    """Of one column. sources: places in order of preference; of: the amount of another panel that is added up;
    examples: facts as printed, each with fact_id, printed_text, unit_printed, line_label, org_name, fiscal_year;
    checks: those that touch the examples."""

    sources: list[str] = field(default_factory=list)
    of: str | None = None
    examples: list[Row] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)


def formulas(release: Release, table: Table) -> dict[str, Formula]:
    """Column → how it comes about; {} for tables that are no panel of amounts."""
    panel = load_panels().get(table.name)
    if panel is None:
        return {}
    found = {f"{amount.name}_yuan": _formula(amount) for amount in panel.amounts if table.has(f"{amount.name}_yuan")}
    for row in _examples(release, table.name):
        formula = found.get(str(row["column"]))
        if formula is not None:
            formula.examples.append(row)
    touching = _checks(release, [str(row["fact_id"]) for one in found.values() for row in one.examples])
    for formula in found.values():
        formula.checks = sorted({check for row in formula.examples for check in touching.get(str(row["fact_id"]), ())})
    return found


def _formula(amount: Amount) -> Formula:
    return Formula([_source(one) for one in amount.sources], amount.of)


def _source(source: Source) -> str:
    """`three_public: line meeting, column total`; of a sum the terms with a plus between."""
    return " + ".join(_pick(one) for one in source.terms())


def _pick(pick: Pick) -> str:
    said = [f"{name} {value}" for name in _CONDITIONS if (value := getattr(pick, name)) is not None]
    said += [f"without {', '.join(pick.without)}"] if pick.without else []
    said += ["only line"] if pick.only_line else []
    return f"{pick.statement}: {', '.join(said)}" if said else pick.statement


def _examples(release: Release, panel: str) -> list[Row]:
    """A few printed facts of each column, the first ones in the order of their identifiers."""
    wanted = ("fact_id", "printed_text", "unit_printed", "line_label", "org_name", "fiscal_year")
    if not release.has("panel_lineage", *_LINEAGE) or not release.has("budget_lines", *wanted):
        return []
    taken = (
        release.scan("panel_lineage")
        .filter((pl.col("panel") == panel) & (pl.col("role") == "value"))
        .select("column", "fact_id")
        .unique()
        .sort("column", "fact_id")
        .group_by("column", maintain_order=True)
        .head(EXAMPLES)
    )
    facts = release.scan("budget_lines").select(wanted).filter(pl.col("printed_text").is_not_null())
    return taken.join(facts, on="fact_id").sort("column", "fact_id").collect().to_dicts()


def _checks(release: Release, facts: list[str]) -> dict[str, list[str]]:
    """Fact → the checks that judged it."""
    if not facts or not release.has("findings", "check_id", "fact_ids", "outcome"):
        return {}
    judged = (
        release.scan("findings")
        .filter(pl.col("outcome").is_in(["holds", "rounding", "fails"]))
        .select("check_id", pl.col("fact_ids").alias("fact_id"))
        .explode("fact_id")
        .filter(pl.col("fact_id").is_in(facts))
        .unique()
        .group_by("fact_id")
        .agg("check_id")
        .collect()
    )
    return {str(fact): list(checks) for fact, checks in judged.iter_rows()}
