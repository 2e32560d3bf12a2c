"""All benchmarks by one command.

    python -m benchmarks list
    python -m benchmarks run [ID…] --shared FOLDER [--work FOLDER] [--short]
    python -m benchmarks table [--write]

`run` carries out the commands of `benchmarks.suite` one after another, shows what they print and keeps the figures they
tell under benchmarks/measured/ (a short run keeps nothing). `table` prints the README's table from those, or writes it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import told
from benchmarks.suite import SUITE, Benchmark, find
from benchmarks.table import MEASURED, placed, stored, table

ROOT = Path(__file__).resolve().parents[1]


def words(one: Benchmark, shared: Path, work: Path, *, short: bool) -> list[str]:
    """The command with the folders put in, without the interpreter."""
    places = {
        "shared": shared,
        "fixtures": shared / "fixtures",
        "documents": shared / "corpus" / "documents",
        "gold": shared / "gold" / "documents",
        "work": work,
    }
    return [word.format(**places) for word in (*one.command, *(one.short if short else ()))]


def run(one: Benchmark, shared: Path, work: Path, *, short: bool) -> bool:
    """Run one; whether it came to its end. Exit code 1 means that a bar was missed: its figures stand all the same."""
    command = [sys.executable, *words(one, shared, work, short=short)]
    print(f"\n## {one.id}: {one.what}\n{' '.join(command[1:])}", flush=True)
    load, begin = os.getloadavg()[0], time.monotonic()
    child = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    code = child.wait()
    try:
        figures = told("".join(lines))
    except ValueError as error:
        print(f"{one.id}: exit code {code}; {error}", file=sys.stderr)
        return False
    try:
        print(one.row.format(**figures), flush=True)
    except KeyError as error:
        print(f"{one.id}: no figure {error}; is what it is compared with installed?", file=sys.stderr)
        return False
    if not short:
        keep(one.id, figures, load, time.monotonic() - begin)
    return True


def keep(id_: str, figures: dict[str, object], load: float, seconds: float) -> None:
    """Write the run under benchmarks/measured/, whole or not at all."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    made = {
        "figures": figures,
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "cores": os.cpu_count(),
        "load": round(load, 1),
        "seconds": round(seconds, 1),
    }
    MEASURED.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=MEASURED, delete=False, encoding="utf-8") as file:
        json.dump(made, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")
    Path(file.name).chmod(0o644)
    Path(file.name).replace(MEASURED / f"{id_}.json")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list")
    running = commands.add_parser("run")
    running.add_argument("ids", nargs="*", metavar="ID")
    running.add_argument("--shared", type=Path, required=True, help="folder with corpus/, gold/ and fixtures/")
    running.add_argument("--work", type=Path, help="folder for intermediate results (default: a temporary one)")
    running.add_argument("--short", action="store_true", help="the same in little; keeps no figures")
    making = commands.add_parser("table")
    making.add_argument("--write", action="store_true", help="into README.md")
    options = parser.parse_args()
    if options.command == "list":
        for one in SUITE:
            print(f"{one.id:16} {one.what}")
        return 0
    if options.command == "table":
        made = table(SUITE, {one.id: stored(one.id) for one in SUITE})
        readme = ROOT / "README.md"
        if options.write:
            readme.write_text(placed(readme.read_text("utf-8"), made), "utf-8")
        else:
            print(made)
        return 0
    try:
        chosen = find(options.ids)
    except KeyError as error:
        parser.error(f"no benchmark {error.args[0]}; `python -m benchmarks list` lists them")
    with tempfile.TemporaryDirectory() as folder:
        work = (options.work or Path(folder)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        done = [run(one, options.shared.resolve(), work, short=options.short) for one in chosen]
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
