"""V05 列不会悄悄改变 · No column changes in silence

规则：表结构版本号相同的两个版本，上一版本的每一列都在，类型相同；列可以增加。
Rule: Between two releases of the same schema version every column of the previous one is there and of the same
  type; columns may be added.
Formula: dtype(now)[column] = dtype(before)[column] for every column(before)
Exclusions:
  1. 表结构版本号不同的不比较：那正是告诉使用者列变了的办法 / not compared where the schema version is another: that
     is how users are told
  2. 由人接受的，只对这一步有效 / accepted by a person, for this one step
Not applicable: 没有上一版本，或表结构版本号不同 / there is no previous release, or its schema version is another
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from flows.release.checks.check import Refusal, ReleaseCheck
from flows.release.diff import Side
from normalize.panels.tables import PUBLISHED, table_name
from normalize.schema import TABLES

if TYPE_CHECKING:
    from flows.release.draft import Draft


def run(draft: Draft, old: Side) -> Iterator[Refusal]:
    from flows.release.version import SCHEMA_VERSION  # noqa: PLC0415 - tests set it

    if old.index.get("schema_version") != SCHEMA_VERSION:
        return
    for name in TABLES:
        if not old.has(name):
            continue
        after = {field.name: field.dtype for field in PUBLISHED[name].columns}
        for column, dtype in old.schema(name).items():
            if after.get(column) != dtype:
                where = f"{table_name(PUBLISHED[name])}.{column}"
                yield Refusal(
                    CHECK.name,
                    where,
                    f"{where} 的类型变了或被取消，而表结构的版本号没有变",
                    f"{where} is gone or of another type, and the schema version is the same",
                )


CHECK: Final = ReleaseCheck("V05", "schema", __doc__, "previous", run)
