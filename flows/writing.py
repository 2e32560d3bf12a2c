"""Results written by a few threads: a write waits for the disk or the store, the next result need not wait with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

THREADS: Final = 4
AHEAD: Final = 16  # results that may wait: each holds a document's rows in memory

T = TypeVar("T")
U = TypeVar("U")


def written(results: Iterable[T], write: Callable[[T], U]) -> Generator[tuple[T, U], None, None]:
    """Each result, in the order given, with what `write` said of it, once it is written. Raises what `write` raises, in
    the caller's thread; what was begun is written all the same."""
    waiting: deque[tuple[T, Future[U]]] = deque()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="writer") as pool:
        for result in results:
            waiting.append((result, pool.submit(write, result)))
            while waiting and (len(waiting) > AHEAD or waiting[0][1].done()):
                first, coming = waiting.popleft()
                yield first, coming.result()
        while waiting:
            first, coming = waiting.popleft()
            yield first, coming.result()
