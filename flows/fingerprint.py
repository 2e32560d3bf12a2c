"""Fingerprints: what a result follows from, as one short digest. The name of a stored result carries it.

A stage's code is what its entry modules reach by imports within the four rooms, and the data folders (forms,
vocabularies …) those modules name. Only contents and relative paths count: neither times nor machines.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

ROOMS: Final = ("crawl", "extract", "normalize", "flows")
ROOT: Final = Path(__file__).resolve().parents[1]

# Entry modules of each stage, and the libraries whose version may change what is read.
ENTRIES: Final[dict[str, tuple[str, ...]]] = {
    "unpack": ("crawl.unpack",),
    "convert": ("extract.readers.convert",),
    "read": ("extract.readers", "crawl.unpack"),
    "facts": ("extract.interpret", "normalize.facts"),
    "checks": ("flows.checks", "flows.reviews", "flows.second_engine"),
    "release": ("flows.release", "flows.revisions", "normalize.coverage"),
}
LIBRARIES: Final[dict[str, tuple[str, ...]]] = {
    "unpack": ("libarchive-c",),
    "checks": ("pdfplumber", "pdfminer.six", "pypdfium2"),
    "read": ("lxml", "xlrd", "libarchive-c", "pdfplumber", "pdfminer.six", "pypdfium2", "python-docx"),
}
DATA_SUFFIXES: Final = frozenset({".yml", ".yaml", ".csv", ".html", ".css", ".json"})


CORRECTIONS: Final = frozenset({"corrections", "reviews"})  # files people write, each about its own document


def digest(*parts: str | bytes) -> str:
    """Sixteen hex digits over the parts; their borders count."""
    total = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        total.update(len(raw).to_bytes(8, "big"))
        total.update(raw)
    return total.hexdigest()[:16]


@cache
def stage_code(stage: str, root: Path = ROOT) -> str:
    """Digest of the code, forms, vocabularies and libraries a stage depends on (KeyError for an unknown stage)."""
    return digest(*(f"{name} {_version(name)}" for name in LIBRARIES.get(stage, ())), code_digest(ENTRIES[stage], root))


def code_digest(entries: Iterable[str], root: Path = ROOT) -> str:
    """Digest over the contents of every file the entry modules depend on, in the order of their paths."""
    total = hashlib.sha256()
    for path in sorted(source_files(entries, root)):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def source_files(entries: Iterable[str], root: Path = ROOT) -> set[Path]:
    """The modules reached from the entries by imports (a package means all its modules), and the data they name."""
    waiting = [path for entry in entries for path in _files(entry, root)]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting += [file for name in _imports(path, root) for file in _files(name, root)]
    texts = [path.read_text(encoding="utf-8") for path in found]
    for folder in _data_folders(root):
        if any(folder.name in text for text in texts):
            found.update(file for file in folder.rglob("*") if file.suffix in DATA_SUFFIXES)
    for folder in {path.parent for path in found}:
        found.update(file for file in folder.iterdir() if file.suffix in DATA_SUFFIXES)
    return found


def _files(name: str, root: Path) -> list[Path]:
    """Files of a dotted name: a module, every module of a package, or nothing (then the name is not ours)."""
    parts = name.split(".")
    if parts[0] not in ROOMS:
        return []
    folder = root.joinpath(*parts)
    if len(parts) == 1:  # a room as a whole is never meant: its __init__ alone
        return [init] if (init := folder / "__init__.py").is_file() else []
    if folder.is_dir():
        return sorted(folder.rglob("*.py"))
    module = folder.with_suffix(".py")
    return [module] if module.is_file() else []


@cache
def _imports(path: Path, root: Path) -> list[str]:
    """Dotted names a module imports; `from a import b` gives both `a.b` and, where that is a module, `a`."""
    package = path.relative_to(root).with_suffix("").parts[:-1]
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            names += [f"{module}.{alias.name}" for alias in node.names]
            place = root.joinpath(*module.split("."))
            init = place / "__init__.py"
            if place.with_suffix(".py").is_file() or (init.is_file() and _defines_more(init)):
                names.append(module)
    return names


def _defines_more(init: Path) -> bool:
    """Whether a package's __init__ holds more than a docstring, so that importing from it means its modules."""
    body = ast.parse(init.read_text(encoding="utf-8")).body
    return len(body) > 1 or (len(body) == 1 and not isinstance(body[0], ast.Expr))


@cache
def _data_folders(root: Path) -> tuple[Path, ...]:
    """Folders of the rooms in which data but no modules lie: forms, vocabularies …

    Not the corrections and verdicts: each is an input of its one document alone (`flows.build_facts`,
    `flows.check_facts`), and a new one shall not have every other document made again.
    """
    return tuple(
        folder
        for room in ROOMS
        for folder in sorted((root / room).rglob("*"))
        if folder.is_dir()
        and folder.name not in CORRECTIONS
        and not any(file.suffix == ".py" for file in folder.iterdir())
        and any(file.suffix in DATA_SUFFIXES for file in folder.iterdir())
    )


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "absent"
