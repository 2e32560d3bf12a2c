"""A smaller document with the same trouble: tables, lines, columns and manners are taken away while it stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import TypeVar

from benchmarks.roundtrip.model import Document, Manner, Table

Fails = Callable[[Document], bool]
Item = TypeVar("Item")


def shrink(document: Document, fails: Fails, most: int = 400) -> Document:
    """The smallest document found with at most so many trials; `fails` says whether the trouble is still there."""
    tried = 0
    smaller = True
    while smaller and tried < most:
        smaller = False
        for candidate in _smaller(document):
            tried += 1
            if tried >= most:
                break
            if fails(candidate):
                document, smaller = candidate, True
                break
    return document


def _smaller(document: Document) -> Iterator[Document]:
    for i in range(len(document.projects)):
        yield replace(document, projects=_without(document.projects, i, 1))
    for i in range(len(document.tables)):
        if len(document.tables) + len(document.projects) > 1:
            yield replace(document, tables=_without(document.tables, i, 1))
    plain = Manner()
    for item in fields(Manner):
        value = getattr(plain, item.name)
        if getattr(document.manner, item.name) != value:
            yield replace(document, manner=replace(document.manner, **{item.name: value}))
    for i, project in enumerate(document.projects):
        if len(project.indicators) > 1:
            less = replace(project, indicators=project.indicators[: len(project.indicators) // 2])
            yield replace(document, projects=(*document.projects[:i], less, *document.projects[i + 1 :]))
    for i, table in enumerate(document.tables):
        for less in _fewer_lines(table):
            yield replace(document, tables=(*document.tables[:i], less, *document.tables[i + 1 :]))


def _fewer_lines(table: Table) -> Iterator[Table]:
    for lane, lines in enumerate(table.lanes):
        step = len(lines) // 2
        while step:
            for start in range(0, len(lines), step):
                fewer = _without(lines, start, step)
                yield replace(table, lanes=(*table.lanes[:lane], fewer, *table.lanes[lane + 1 :]))
            step //= 2


def _without(items: tuple[Item, ...], start: int, count: int) -> tuple[Item, ...]:
    return (*items[:start], *items[start + count :])
