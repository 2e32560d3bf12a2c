"""A release of millions of facts, and what reading one document of it moves over HTTP.

    make demo
    python -m benchmarks.release --facts 4000000 --work /tmp/big [--hyparquet node_modules] [--again]

The results that the demo left are copied under other digests, organisations and counties, with other amounts and
coordinates; a release is then made from them in a process of its own. Printed: wall and CPU time, the largest resident
memory of that process, the size of core_budget_lines, and the bytes that Polars (and hyparquet under node) fetch for
all facts of one document: by the code that a release shows people (`one_document`, whole rows of
core_facts_by_document), and of core_budget_lines, thirteen columns and every one. --again: a second release after a
hundred documents changed, when differences count too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import io
import json
import os
import random
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import zstandard

from benchmarks.figures import tell
from flows import columnar
from flows.publish_release import publish_release
from flows.release.package import file_name
from flows.release.snippets import ONE_DOCUMENT, one_document
from flows.serve import FileServer, Handler, in_background
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Work
from flows.store import DATES, Store, unpack_tables
from flows.workers import Job, Outcome
from normalize.region import divisions

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
FACT_COLUMNS = [
    "fact_id", "page", "table_no", "row_no", "col_no", "statement_code", "line_code", "line_label", "column_path",
    "printed_text", "amount_state", "amount_yuan", "unit_printed",
]  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ enlarging


def sample(root: DataRoot) -> list[tuple[str, dict[str, pl.DataFrame], dict[str, pl.DataFrame]]]:
    """(digest, frames of the facts, frames of the findings) of every document that a night has left."""
    found = []
    for path in Store(root.facts):
        sha256 = path.name[:64]
        findings = next(other for other in Store(root.findings) if other.name.startswith(sha256))
        raw = [zstandard.ZstdDecompressor().decompress(one.read_bytes()) for one in (path, findings)]
        found.append((sha256, *(columnar.decode_frames([one], DATES) for one in raw)))
    return found


def packed(frames: dict[str, pl.DataFrame], names: set[str], old: dict[str, str]) -> bytes:
    """A result as a stage stores it, with texts of the same length replaced in it."""
    tables: dict[str, Any] = {}
    for name in sorted(names):
        if frames[name].is_empty():
            tables[name] = []
            continue
        buffer = io.BytesIO()
        frames[name].write_ipc_stream(buffer, compression="uncompressed", compat_level=pl.CompatLevel.oldest())
        content = buffer.getvalue()
        for before, after in old.items():
            assert len(before) == len(after)
            content = content.replace(before.encode(), after.encode())
        tables[name] = msgspec.msgpack.Ext(1, content)
    return zstandard.ZstdCompressor(level=1).compress(msgspec.msgpack.encode(tables))


def varied(frames: dict[str, pl.DataFrame], dice: random.Random) -> dict[str, pl.DataFrame]:
    """Other amounts (still with two decimals of 万元) and other coordinates."""
    lines = frames["budget_lines"]
    share = pl.Series([dice.uniform(0.2, 3.0) for _ in range(lines.height)])
    other = (lines["amount_yuan"] * share / 100).round(0) * 100
    text = (other / 10000).map_elements(lambda value: f"{value:.2f}", return_dtype=pl.String)
    shift = dice.uniform(-20, 20)
    moved = [pl.col(name) + shift for name in ("x0", "x1", "y0", "y1")]
    frames = frames | {
        "budget_lines": lines.with_columns(
            other.alias("amount_yuan"),
            (other * 100).cast(pl.Int64).alias("amount_fen"),
            pl.when(other.is_not_null()).then(text).otherwise("printed_text").alias("printed_text"),
            *moved,
        )
    }
    return frames | {"raw_cells": frames["raw_cells"].with_columns(moved)}


def enlarge(source: Path, work: Path, facts: int) -> int:
    """Fill the stores below `work`; how many facts."""
    documents = sample(DataRoot(source))
    root = DataRoot(work)
    counties = [one.code for one in divisions() if one.until is None and not one.code.endswith("00")]
    made = number = 0
    dice = random.Random(8)
    for store in (root.facts, root.findings):
        for byte in range(256):
            (store / f"{byte:02x}").mkdir(parents=True, exist_ok=True)
    while made < facts:
        sha256, tables, findings = documents[number % len(documents)]
        group = number // len(documents)
        new = hashlib.sha256(f"{number}".encode()).hexdigest()[:16] + sha256[16:]
        county = counties[group // 40 % len(counties)]
        old = {sha256[:16]: new[:16], "130630": county}
        for org in set(tables["disclosures"]["org_id"].drop_nulls().str.slice(-8)):
            old[org] = hashlib.sha256(f"{org}{group}".encode()).hexdigest()[:8]
        checked = {"findings", "standings"} & set(findings)
        for store, frames, names in (
            (root.facts, varied(tables, dice), set(tables) - {"findings", "standings"}),
            (root.findings, findings, checked),
        ):
            path = store / new[:2] / f"{new}-{'0' * 16}.msgpack.zst"
            path.write_bytes(packed(frames, names, old))
        made += tables["budget_lines"].height
        number += 1
    return made


# ------------------------------------------------------------------------------------------------------------ releasing


def plans(root: DataRoot) -> tuple[Plan, Plan]:
    def no_failure(work: Work, outcome: Outcome) -> bytes:
        raise AssertionError("nothing is to be done here")

    stages = []
    for name, folder in (("facts", root.facts), ("check", root.findings)):
        works = {}
        for path in Store(folder):
            found = re.match(r"([0-9a-f]{64})-([0-9a-f]{16})", path.name)
            assert found
            works[found[1]] = Work(found[1], found[2], "f" * 16, Job("facts", found[1], {}))
        stages.append(Plan(name, Store(folder), works, WorkLimits(), no_failure))
    return stages[0], stages[1]


def release(work: Path) -> None:
    """In a process of its own: make the release and say what it took."""
    root = DataRoot(work)
    facts, checks = plans(root)
    clock, cpu = time.monotonic(), time.process_time()
    done = publish_release(facts, checks, [], root=root, now=NOW)
    lines = done.folder / file_name("budget_lines")
    told = {
        "version": done.version,
        "documents": len(facts.works),
        "facts": done.index["counts"]["facts"],
        "seconds": round(time.monotonic() - clock, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "max_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "core_budget_lines_mb": round(lines.stat().st_size / 1e6, 1),
        "whole_mb": round(sum(path.stat().st_size for path in done.folder.iterdir()) / 1e6, 1),
        "changes": sum(one["rows"] for one in done.index["delta"]),
    }
    print(json.dumps(told))


def in_a_process(work: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.release", "--only-release", "--work", str(work)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return told


def change(work: Path, documents: int) -> None:
    """Another reading of some documents: one amount more each is read differently."""
    root = DataRoot(work)
    for path in list(Store(root.facts))[:documents]:
        tables = unpack_tables(path.read_bytes())
        row = next(row for row in tables["budget_lines"] if row["amount_yuan"] is not None)
        row["amount_yuan"], row["amount_fen"] = row["amount_yuan"] + 100.0, None
        raw = zstandard.ZstdCompressor(level=1).compress(columnar.encode(tables))
        path.with_name(path.name.replace("0" * 16, "1" * 16)).write_bytes(raw)
        path.unlink()


# -------------------------------------------------------------------------------------------------------------- reading


class Counting(Handler):
    """Counts what is sent."""

    moved = 0
    requests = 0

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        Counting.requests += 1
        super().do_GET()

    def send_header(self, keyword: str, value: str) -> None:
        if keyword.lower() == "content-length" and self.command == "GET":
            Counting.moved += int(value)
        super().send_header(keyword, value)


def reading(folder: Path, packages: Path | None) -> dict[str, Any]:
    """Bytes moved for one document's facts. packages: a node_modules with hyparquet and hyparquet-compressors."""
    server = FileServer(folder)
    server.RequestHandlerClass = Counting
    documents = pl.read_parquet(folder / file_name("documents"), columns=["document_sha256"])["document_sha256"]
    sha256 = documents[len(documents) // 2]  # the last row group is short, and its documents are cheaper than others
    facts, lines = (file_name(table) for table in (ONE_DOCUMENT, "budget_lines"))
    told: dict[str, Any] = {"footer": _footer(folder / facts), "footer of budget_lines": _footer(folder / lines)}
    with in_background(server):
        for name, code in _readings(server.url, sha256, facts, lines).items():
            if name.startswith("hyparquet") and packages is None:
                continue
            Counting.moved = Counting.requests = 0
            rows = _in_node(code, packages) if packages and name.startswith("hyparquet") else _in_python(code)
            told[name] = {"rows": rows, "bytes": Counting.moved, "requests": Counting.requests}
    if len({one["rows"] for one in told.values() if isinstance(one, dict)}) != 1:
        raise SystemExit(f"the readings differ: {told}")
    return told


def _readings(url: str, sha256: str, facts: str, lines: str) -> dict[str, str]:
    """Reader and figure → code. The first of each reader is what a release shows, to the letter; the others are the
    same code over the whole table, with and without a choice of columns."""
    shown = one_document(url, sha256)
    whole = {tool: code.replace(facts, lines) for tool, code in shown.items()}
    columns = ", ".join(f"'{name}'" for name in FACT_COLUMNS)
    some = {
        "polars": whole["polars"].replace(".collect()", f".select({columns}).collect()"),
        "hyparquet": whole["hyparquet"].replace(
            "useOffsetIndex", f"columns: ['document_sha256', {columns}], useOffsetIndex"
        ),
    }
    parts = {"shown": shown, "projected": some, "whole_row": whole}
    return {f"{tool}_{part}": code for tool in shown for part, codes in parts.items() for code in [codes[tool]]}


def _in_python(code: str) -> int:
    scope: dict[str, Any] = {}
    exec(code, scope)
    return int(scope["facts"].height)


def _in_node(code: str, packages: Path) -> int:
    script = packages.parent / "read_one_document.mjs"
    script.write_text(f"{code}console.log(facts.length)\n", encoding="utf-8")
    answer = subprocess.run(["node", str(script)], check=True, capture_output=True, text=True, timeout=120)
    return int(answer.stdout)


def _footer(path: Path) -> int:
    with path.open("rb") as file:
        file.seek(-8, os.SEEK_END)
        return int.from_bytes(file.read(4), "little")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=4_000_000)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sample", type=Path, default=Path("data/demo"))
    parser.add_argument("--hyparquet", type=Path)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--only-release", action="store_true")
    parser.add_argument("--only-reading", type=Path)
    options = parser.parse_args()
    if options.only_release:
        release(options.work)
        return
    if options.only_reading:
        print(json.dumps(reading(options.only_reading, options.hyparquet), indent=1))
        return
    if not (options.work / "facts").is_dir():
        print(f"{enlarge(options.sample, options.work, options.facts)} facts stored")
    made = in_a_process(options.work)
    print(json.dumps(made))
    read = reading((options.work / "releases" / "latest").resolve(), options.hyparquet)
    print(json.dumps(read, indent=1))
    moved = {f"{name}_kb": told["bytes"] / 1000 for name, told in read.items() if isinstance(told, dict)}
    tell(**made, **moved)
    if options.again:
        change(options.work, 100)
        print(json.dumps(in_a_process(options.work)))


if __name__ == "__main__":
    main()
