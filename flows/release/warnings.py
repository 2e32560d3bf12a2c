"""Warnings for users (`warnings.yml`): a controlled list, attached to tables and columns by name."""

from __future__ import annotations

import fnmatch
import functools
import re
from pathlib import Path

import msgspec
from ruamel.yaml import YAML

from normalize.panels.tables import PUBLISHED, table_name
from normalize.schema import TableSpec


class Warn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One warning. title, text: zh and en. tables: file names without ending, `*` for any end; columns: patterns."""

    code: str
    title: tuple[str, str]
    text: tuple[str, str]
    tables: tuple[str, ...]
    columns: tuple[str, ...]

    def columns_in(self, spec: TableSpec) -> list[str]:
        """The columns of a table it is about; none where it is not about that table."""
        if not any(fnmatch.fnmatchcase(table_name(spec), pattern) for pattern in self.tables):
            return []
        return [name for name in spec.names() if any(re.fullmatch(pattern, name) for pattern in self.columns)]


@functools.cache
def load_warnings() -> tuple[Warn, ...]:
    """Every warning, in the order of the file. Raises msgspec.ValidationError for a bad file: a bug of ours."""
    text = Path(__file__).with_name("warnings.yml").read_text(encoding="utf-8")
    return msgspec.convert(YAML(typ="safe").load(text), tuple[Warn, ...])


@functools.cache
def warnings_of(table: str) -> tuple[str, ...]:
    """Codes of the warnings of one published table."""
    return tuple(one.code for one in load_warnings() if one.columns_in(PUBLISHED[table]))


def as_data() -> dict[str, dict[str, str]]:
    """The list as index.json has it: code → title and text in both languages."""
    return {
        one.code: {
            "title_zh": one.title[0],
            "title_en": one.title[1],
            "text_zh": " ".join(one.text[0].split()),
            "text_en": " ".join(one.text[1].split()),
        }
        for one in load_warnings()
    }
