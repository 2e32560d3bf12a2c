"""The state of walking one listing: which page is next, and when the walk ends. No network, no ledger, no clock.

A walk is bounded by the source's page limit, by pages that repeat (the same bytes, or the same links as pages before),
and, on a night that only looks for what is new, by pages on which everything is known.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

import msgspec

from crawl.pager import Further, Step

_LOST = 3  # pages in a row that did not come
_BARREN = 3  # pages in a row without any link that was not on an earlier page of this walk


class PageRead(msgspec.Struct, frozen=True):
    """What one page of the listing brought. links: addresses on it; unknown: how many of them the ledger did not know.

    too_old: every dated row of it lies before the day the run was asked to look back to.
    """

    digest: str
    links: tuple[str, ...]
    unknown: int
    too_old: bool = False


class ListingWalk:
    """One listing. `start` gives the first page, `read` and `missed` are told of every answer, `next` gives the next
    page to ask for or None.

    overlap: pages beyond the first quiet one that are read before the walk ends; None walks to the end.
    must_see: whether a page is to be asked whatever the pages before it brought (a full sweep is due). depth: links
    between the first page of the source's listing and the first page of this one.
    """

    def __init__(
        self,
        limit: int,
        *,
        overlap: int | None = None,
        must_see: Callable[[str], bool] = lambda _: False,
        depth: int = 0,
    ) -> None:
        self.depth = depth
        self.limit = limit
        self.overlap = overlap
        self.must_see = must_see
        self.asked = 0
        self.pages_read = 0
        self.ended: str | None = None  # why the walk ended before the pager did
        self._steps: deque[Step] = deque()
        self._seen: set[str] = set()
        self._answered: set[str] = set()
        self._digests: set[str] = set()
        self._links: set[str] = set()
        self._quiet = 0
        self._barren = 0
        self._missed = 0

    def start(self, step: Step) -> None:
        """The first page of the listing."""
        self._add([step])

    def read(self, step_key: str, page: PageRead, further: Further) -> bool:
        """A page came. Returns whether it is to be used: False when it repeats an earlier one, byte for byte."""
        if page.digest in self._digests:  # a server that answers every number with page 1
            return False
        self._digests.add(page.digest)
        self._answered.add(step_key)
        self._missed = 0
        self.pages_read += 1
        new_links = set(page.links) - self._links
        self._links |= new_links
        self._barren = 0 if new_links else self._barren + 1
        self._quiet = self._quiet + 1 if page.unknown == 0 else 0
        if page.too_old:
            self.ended = "older than asked for"
        if self._barren < _BARREN:
            self._add(further.steps)
        else:
            self._steps.clear()
            self.ended = "pages that repeat each other's links"
        return True

    def missed(self, step_key: str) -> None:
        """A page did not come: a step that waits for it is then asked for. Several in a row: the rule by which the
        addresses were made does not hold here, and the rest of them is left alone."""
        self._answered.discard(step_key)
        self._missed += 1
        if self._missed >= _LOST and self._steps:
            self._steps.clear()
            self.ended = "lost"

    def next(self) -> Step | None:
        """The next page to ask for; None when there is none, or the walk has ended."""
        while self._steps:
            step = self._steps.popleft()
            if step.unless is not None and step.unless in self._answered:
                continue
            if self.ended is not None:
                return None
            if self._is_enough() and not self.must_see(step.key):
                self.ended = "all known"
                return None
            if self.asked >= self.limit:
                self.ended = "limit"
                return None
            self.asked += 1
            return step
        return None

    def _is_enough(self) -> bool:
        return self.overlap is not None and self._quiet > self.overlap

    def _add(self, steps: Iterable[Step]) -> None:
        for step in steps:
            if step.key not in self._seen:
                self._seen.add(step.key)
                self._steps.append(step)
