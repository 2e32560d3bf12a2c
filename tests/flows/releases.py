"""Small releases for tests: results of stages with rows that keep the contract, and the folders made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flows.publish_release import Published
from flows.settings import DataRoot
from normalize.schema import Row
from tests.flows.test_release import publish

Change = Callable[[dict[str, list[Row]]], None]


def two_releases(folder: Path, change: Change, **given: object) -> tuple[Published, Published]:
    """A release, and the next one after `change` to the rows of every document."""
    root = DataRoot(folder)
    return publish(root), publish(root, change=change, **given)
