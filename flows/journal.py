"""The structured log of a run: one JSON line per event. Threads of one process may write; a line is one write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from crawl.schema import FoundDocument


@dataclass
class Journal:
    """One JSON line per event: when, what, and to which source, stage and document. Never a document's content.

    file: None writes nowhere (tests, views of earlier days). kept: takes the events instead, for the journal of another
    process (`flows.orders`).
    """

    file: Path | None = None
    sources: dict[str, str] = field(default_factory=dict)  # document → source
    kept: list[dict[str, Any]] | None = None

    def know(self, documents: Iterable[FoundDocument]) -> None:
        """Where documents come from, to be said with every event of theirs."""
        self.sources |= {one.sha256: one.provenance.source_id or "" for one in documents}

    def event(
        self,
        what: str,
        *,
        stage: str | None = None,
        document: str | None = None,
        source: str | None = None,
        outcome: str | None = None,
        count: int | None = None,
        seconds: float | None = None,
        detail: str | None = None,
    ) -> None:
        """outcome: a stable word. detail: a name of ours (a shard, a release), never text from a document."""
        if self.file is None and self.kept is None:
            return
        said = {
            "at": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
            "event": what,
            "stage": stage,
            "source": source or (self.sources.get(document) if document else None) or None,
            "document": document,
            "outcome": outcome,
            "count": count,
            "seconds": None if seconds is None else round(seconds, 3),
            "detail": detail,
        }
        self._write([{name: value for name, value in said.items() if value is not None}])

    def take(self, events: Iterable[dict[str, Any]]) -> None:
        """Events that another process has kept for us; it does not know the sources."""
        told = []
        for event in events:
            source = self.sources.get(event.get("document", ""))
            told.append(event | {"source": source} if source else event)
        self._write(told)

    def _write(self, events: list[dict[str, Any]]) -> None:
        if self.kept is not None:
            self.kept += events
        if self.file is not None and events:
            with self.file.open("ab") as file:
                file.write(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
