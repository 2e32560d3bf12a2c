"""Crawl every source, one after the other, and say what the ledger knows afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from filelock import FileLock

from crawl.completeness import is_disowned
from crawl.ledger import Ledger
from crawl.runner import CrawlBusy, Elsewhere, crawl_source
from crawl.schedule import Plan
from crawl.schema import Body, CrawlResult, FoundDocument
from crawl.settings import CrawlSettings, from_environment
from crawl.source import Source, SourceError, load_source
from flows import errors
from flows.fingerprint import digest
from flows.hold import keep_ledger
from flows.release.build import Unreached
from flows.settings import DataRoot, sources_folder
from flows.source_nights import with_shortfalls
from flows.stage import Progress, quiet


@dataclass(frozen=True)
class Crawled:
    """What became of one source this night."""

    source: Source
    result: CrawlResult


def by_status(folder: Path | None = None) -> dict[str, list[Path]]:
    """The sources of the folder by their status: a night crawls the active ones, never a draft or a retired one.

    Raises Trouble (exit code 2) where there is no such folder, and for a file that is not a source.
    """
    found: dict[str, list[Path]] = {"active": [], "draft": [], "retired": []}
    for path in source_files(_there(folder)):
        found[load(path).status].append(path)
    return found


def _there(folder: Path | None) -> Path:
    folder = folder or sources_folder()
    if not folder.is_dir():
        raise errors.usage(f"没有来源目录：{folder}", f"no folder of sources: {folder}")
    return folder


def find_sources(given: Sequence[str], folder: Path | None = None) -> list[Path]:
    """Source files by path, by file name or by division code; where none is given, every active one of the folder.

    A draft or a retired source is found by its name alone.

    Raises Trouble (exit code 2) for one that is not there, or not a source (file, line, key, what was expected).
    """
    if not given:
        return by_status(folder)["active"]
    registered = source_files(_there(folder))
    found = [_find(name, registered) for name in given]
    for path in found:
        load(path)
    return list(dict.fromkeys(found))


def source_files(folder: Path) -> list[Path]:
    """Source files of a folder and the folders in it (one per province, say), by name."""
    return sorted((path for path in folder.rglob("*.yml") if path.is_file()), key=lambda path: (path.stem, str(path)))


def _find(name: str, registered: list[Path]) -> Path:
    path = Path(name)
    if path.suffix in (".yml", ".yaml") or len(path.parts) > 1:
        if not path.is_file():
            raise errors.usage(f"没有来源文件：{name}", f"no such source file: {name}")
        return path
    hits = [one for one in registered if name in (one.stem, one.stem.partition("_")[0])]
    if not hits:
        known = ", ".join(one.stem for one in registered[:10]) or "none"
        known += " …" if len(registered) > 10 else ""
        raise errors.usage(f"没有名为 {name} 的来源（已有：{known}）", f"no source named {name} (known: {known})")
    return hits[0]


def load(path: Path) -> Source:
    """The source of a file. Raises Trouble (exit code 2) with file, line, key and what was expected."""
    try:
        return load_source(path)
    except SourceError as error:
        raise errors.usage(f"来源文件有误 {error}", f"not a usable source: {error}") from error
    except OSError as error:
        raise errors.usage(f"来源文件无法打开 {path}", f"the source file cannot be opened: {path}") from error


def crawl(
    path: Path,
    root: DataRoot,
    now: dt.datetime,
    settings: CrawlSettings | None = None,
    *,
    plan: Plan | None = None,
    hear: Callable[[dict[str, Any]], None] | None = None,
    stop: Event | None = None,
) -> Crawled:
    """Crawl one source into the archive and the ledger. settings: default from the environment. plan: what is asked
    (default: what is new or due). hear: called with every event, with the source's name in it. stop: ends the crawl.

    Raises Trouble (exit code 2) where the source or a setting cannot be used, or is being crawled already.
    """
    source = load(path)

    def told(event: dict[str, Any]) -> None:
        if hear is not None:
            hear({"source_id": source.source_id, **event})

    try:
        result = crawl_source(
            path,
            data_root=root.path,
            now=now,
            settings=settings,
            plan=plan,
            progress=told,
            stop=stop,
            elsewhere=Elsewhere("flows.crawl_process", str(root.archive)) if root.url else None,
        )
    except CrawlBusy as error:
        raise errors.usage(f"该来源正在抓取：{path.stem}", str(error)) from error
    except ValueError as error:
        raise errors.usage(f"设置有误：{error}", str(error)) from error
    keep_ledger(root)
    whole = plan is None or not plan.is_partial
    return Crawled(source, with_shortfalls(source, result, root) if whole else result)


@contextmanager
def one_crawl_per_host(root: DataRoot, sites: Iterable[str]) -> Iterator[None]:
    """Hold these hosts against other crawls of this data root that ask for them so; wait until they are free."""
    with ExitStack() as held:
        folder = root.path / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        for site in sorted(set(sites)):  # in one order, or two crawls would wait for each other for ever
            held.enter_context(FileLock(folder / f"{digest(site)}.lock"))
        yield


def at_once_of(settings: CrawlSettings | None) -> int:
    """How many sources are crawled at the same time, by these settings or the environment's. Raises Trouble."""
    try:
        return (settings or from_environment()).at_once
    except ValueError as error:
        raise errors.usage(f"设置有误：{error}", str(error)) from error


def crawl_together(
    paths: Sequence[Path],
    root: DataRoot,
    now: dt.datetime,
    settings: CrawlSettings | None = None,
    *,
    plan: Plan | None = None,
    at_once: int = 1,
    hear: Callable[[dict[str, Any]], None] | None = None,
    tell: Progress = quiet,
) -> list[Crawled]:
    """Crawl several sources, up to `at_once` at the same time, each in a process of its own; results in their order.

    Two sources that ask one host are never crawled at the same time: the pace is kept per process. One that cannot be
    crawled at all (Trouble) ends the rest, as it would alone; trouble with a site does not.
    """
    if at_once == 1:
        found = []
        for number, path in enumerate(paths):
            tell("crawl", number, len(paths))
            found.append(crawl(path, root, now, settings, plan=plan, hear=hear))
        tell("crawl", len(paths), len(paths))
        return found
    stop = Event()
    waiting = {number: frozenset(load(path).sites) for number, path in enumerate(paths)}
    running: dict[Future[Crawled], int] = {}
    sites: dict[int, frozenset[str]] = {}
    done: dict[int, Crawled] = {}
    with ThreadPoolExecutor(at_once, thread_name_prefix="crawl") as pool:
        try:
            while waiting or running:
                for number in list(waiting):
                    if len(running) >= at_once:
                        break
                    if any(waiting[number] & busy for busy in sites.values()):
                        continue
                    sites[number] = waiting.pop(number)
                    job = partial(crawl, paths[number], root, now, settings, plan=plan, hear=hear, stop=stop)
                    running[pool.submit(job)] = number
                tell("crawl", len(done), len(paths))
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    number = running.pop(future)
                    del sites[number]
                    done[number] = future.result()
        except BaseException:
            stop.set()  # the threads end with their crawls
            raise
    tell("crawl", len(done), len(paths))
    return [done[number] for number in sorted(done)]


def found_documents(root: DataRoot, as_of: str | None = None) -> list[FoundDocument]:
    """Every document the ledger knows (knew at a moment, as visits have it), in the order of the digests."""
    if not root.ledger.exists():
        return []
    with Ledger(root.ledger) as ledger:
        return ledger.documents(as_of=as_of)


def bodies(root: DataRoot, as_of: str | None = None) -> list[Body]:
    """Every change of what an address gave (until a moment), in the order of the visits."""
    if not root.ledger.exists():
        return []
    with Ledger(root.ledger) as ledger:
        return ledger.bodies(as_of=as_of)


def unreached(root: DataRoot, as_of: str | None = None) -> list[Unreached]:
    """Addresses of notices and attachments that never gave a body, by last outcome (until a moment); by source and
    address."""
    if not root.ledger.exists():
        return []
    last: dict[tuple[str, str], Unreached | None] = {}
    words: dict[tuple[str, str | None], str | None] = {}
    brought: dict[tuple[str, str], str | None] = {}
    with Ledger(root.ledger) as ledger:
        for visit in ledger.visits():
            if as_of is not None and visit.at > as_of:
                continue
            key = (visit.source_id, visit.url)
            words[key] = visit.link_text
            if visit.outcome in ("new", "unchanged", "replaced"):
                last[key], brought[key] = None, visit.sha256
                continue
            if is_disowned(visit, brought.get(key)):
                last.pop(key, None)
            if visit.role != "listing" and last.get(key, True) is not None:
                notice = words.get((visit.source_id, visit.landing_url))
                last[key] = Unreached(visit.source_id, visit.url, visit.role, visit.outcome, visit.link_text, notice)
    return [one for _, one in sorted(last.items()) if one is not None]
