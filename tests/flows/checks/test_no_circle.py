"""The modules of the checks import each other one way only."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter

from tests.conftest import ROOT

PACKAGE = "flows.checks."


def test_the_checks_import_each_other_one_way() -> None:
    folder = ROOT / "flows" / "checks"
    names = {path.stem: path for path in folder.glob("*.py") if path.stem != "__init__"}
    graph = {
        name: {
            node.module.removeprefix(PACKAGE)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PACKAGE)
        }
        & set(names)
        for name, path in names.items()
    }
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError where two import each other
    assert order.index("noun") < order.index("views") < order.index("facts")
