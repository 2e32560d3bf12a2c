"""What of a document's rows the checks read. The rest stays packed: a row is mostly the cost of its columns.

NOT_READ holds columns that no module of the checks, nor `flows.reviews`, ever names; a test looks for each of them in
their text.
"""

from __future__ import annotations

from typing import Final

TABLES_READ: Final = frozenset({
    "documents", "disclosures", "statements", "budget_lines", "projects", "spending_plans", "goals", "indicators",
    "org_units", "assets", "procurement", "narratives", "claims", "issues", "raw_cells",
})  # fmt: skip
LAZY: Final = frozenset({"raw_cells"})  # thousands of rows, of which a check wants few, or a few columns
NOT_READ: Final[dict[str, frozenset[str]]] = {
    "budget_lines": frozenset({
        "flow", "line_no", "map_status", "sum_safe", "fund", "nature", "unit_source", "is_labelled", "correction_ids",
        "printed_text_as_read", "as_read", "confidence",
    }),
    "raw_cells": frozenset({"rowspan", "colspan"}),
    "claims": frozenset({"count_number", "count_unit", "percent_base", "confidence"}),
    "statements": frozenset({
        "org_printed", "year_printed", "as_of_printed", "unit_source", "recognition_score", "recognition_reasons",
        "nearest_form", "n_columns", "n_amounts", "n_printed",
    }),
    "indicators": frozenset({
        "level1", "level2", "level1_std", "level2_std", "value_unit_std", "is_quantitative", "qualitative_class",
        "other_columns", "correction_ids", "as_read", "confidence",
    }),
    "narratives": frozenset({"paragraph_id", "n_chars", "is_empty_section", "confidence"}),
}  # fmt: skip
