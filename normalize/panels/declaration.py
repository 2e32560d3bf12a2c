"""What a panel says of itself: one YAML file, its amounts as formulas over facts. Unknown keys are refused.

An amount has sources in the order of preference. A source is one position of a statement (`statement`, `line` or
`role`, `column` …) or the sum of several (`sum`). Statements are named by `statement_code`, lines by `form_line_key` or
`agg_role`, columns by `column_key`, all as in `budget_lines`.
"""

from __future__ import annotations

import functools
from importlib import resources

import msgspec
from ruamel.yaml import YAML


class PanelError(ValueError):
    """A declaration that cannot be read or means nothing. Says which file."""


class Pick(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One position of a statement. Conditions left out do not restrict; those given must all hold.

    line: `form_line_key`; role: `agg_role`; column: `column_key`; fund, nature: as in `budget_lines`; path, path_not:
    patterns found (not found) in `column_path`; without: keys that neither a line nor a column of the statement may
    have; only_line: the statement has this one line of amounts and no other.
    """

    statement: str = ""
    line: str | None = None
    role: str | None = None
    column: str | None = None
    fund: str | None = None
    nature: str | None = None
    path: str | None = None
    path_not: str | None = None
    without: tuple[str, ...] = ()
    only_line: bool = False


class Source(Pick, frozen=True, forbid_unknown_fields=True):
    """A pick, or the sum of several: then every term must print a number, or the source gives none."""

    sum: tuple[Pick, ...] = ()

    def terms(self) -> tuple[Pick, ...]:
        return self.sum or (self,)


class Amount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One pair of columns, `{name}_yuan` and `{name}_why`. of: the amount of another panel that is added up."""

    name: str
    zh: str
    en: str
    sources: tuple[Source, ...] = ()
    of: str | None = None


class Panel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One panel. class_systems: the classifications whose codes are rows; empty where a row is no class."""

    panel: str
    title_zh: str
    title_en: str
    amounts: tuple[Amount, ...]
    class_systems: tuple[str, ...] = ()


def parse_panel(text: str, name: str) -> Panel:
    """Raises PanelError naming the file."""
    try:
        panel = msgspec.convert(YAML(typ="safe").load(text), Panel)
    except msgspec.ValidationError as error:
        raise PanelError(f"{name}: {error}") from error
    names = [amount.name for amount in panel.amounts]
    if twice := {one for one in names if names.count(one) > 1}:
        raise PanelError(f"{name}: declared twice: {', '.join(sorted(twice))}")
    for amount in panel.amounts:
        if len(amount.name) > 27:  # with `_yuan` 32, the longest name Stata takes
            raise PanelError(f"{name}: {amount.name}: longer than 27 characters")
        if bool(amount.sources) == (amount.of is not None):
            raise PanelError(f"{name}: {amount.name}: either sources or of")
        if any(not term.statement for source in amount.sources for term in source.terms()):
            raise PanelError(f"{name}: {amount.name}: a source names no statement")
    return panel


@functools.cache
def load_panels() -> dict[str, Panel]:
    """Every declaration of this folder by the panel's name. Raises PanelError."""
    found: dict[str, Panel] = {}
    for file in sorted(resources.files(__package__).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yml"):
            panel = parse_panel(file.read_text(encoding="utf-8"), file.name)
            if panel.panel in found:
                raise PanelError(f"{file.name}: {panel.panel} is declared in another file too")
            found[panel.panel] = panel
    return found
