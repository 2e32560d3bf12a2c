"""V06 一行一个键 · No two rows share a key

规则：每张表的主键（见数据字典）在版本中不重复。
Rule: The key of every table (see the dictionary) occurs once in a release.
Formula: |{key}| = |rows|
Exclusions:
  1. 没有主键的表（原始单元格）不检查 / tables without a key (raw cells) are not checked
  2. 不能接受：写表时即中止，什么也不发布 / cannot be accepted: it ends the release while the table is written
Not applicable: 总是适用，第一个版本也检查 / always applies, to a first release too
"""

from __future__ import annotations

from typing import Final

import polars as pl

from flows.release.checks.check import ReleaseCheck
from flows.release.diff import DOCUMENT
from normalize.schema import SchemaError, TableSpec


def refuse_repeated(spec: TableSpec, frame: pl.DataFrame) -> None:
    """Raise SchemaError naming table, column, rows and documents where rows share a key."""
    twice = frame.filter(pl.struct(spec.key).is_duplicated())
    if twice.height:
        first = twice.row(0, named=True)
        key = {column: first[column] for column in spec.key}
        documents = sorted({str(sha) for sha in twice[DOCUMENT].head(20)})
        raise SchemaError(
            f"table {spec.name}, column {', '.join(spec.key)}: {twice.height} rows share a key, first {key}, "
            f"documents {', '.join(documents[:3])}"
        )


CHECK: Final = ReleaseCheck("V06", "keys", __doc__, "written")
