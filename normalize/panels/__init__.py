"""Panels: wide tables over many documents, each column a formula in YAML over facts. Start at `build.build_panels`.

A cell is never filled with a zero that nobody printed: every amount `x_yuan` has `x_why` beside it, and
`panel_lineage` names the facts that made it (see `normalize.panels.engine`).
"""
