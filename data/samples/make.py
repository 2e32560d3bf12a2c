#!/usr/bin/env python3
"""Make the sample site from facts.yml, or check that the tracked one is what a rebuild gives.

    python data/samples/make.py            writes site/ and manifest.json beside this file
    python data/samples/make.py --check    writes nothing; exit code 1 when they differ from a rebuild

Needs the development environment and reportlab (`pip install '.[samples]'`), and the font of Debian's package
fonts-droid-fallback for the PDF files; see README.md.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import re
import sys
import zipfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

FONT_NAME = "DroidSansFallbackFull.ttf"
FONT_PLACES = (
    Path("/usr/share/fonts/truetype/droid") / FONT_NAME,
    Path("/usr/share/fonts/droid") / FONT_NAME,
    Path("/usr/share/fonts/google-droid-sans-fonts") / FONT_NAME,
)
PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)


def find_font(given: Path | None) -> Path | None:
    """The font file: the given one, or the first known place that has it."""
    if given is not None:
        return given if given.is_file() else None
    return next((place for place in FONT_PLACES if place.is_file()), None)


def unpacked(path: str, data: bytes) -> object:
    """What a file says, apart from how it was compressed: two builds of zlib may deflate the same bytes differently."""
    if path.endswith(".docx"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(info.filename, info.date_time, archive.read(info)) for info in archive.infolist()]
    if path.endswith(".pdf"):
        return [_inflated(found.group(1)) for found in PDF_STREAM.finditer(data)]
    return data


def _inflated(stream: bytes) -> bytes:
    raw = stream.strip()
    if raw.endswith(b"~>"):
        raw = base64.a85decode(raw.removesuffix(b"~>"))
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return raw


def differences(site: Path, files: dict[str, bytes], left_out: list[str]) -> list[str]:
    """One line per file that is not what a rebuild gives."""
    tracked = {str(path.relative_to(site).as_posix()) for path in site.rglob("*") if path.is_file()}
    lines = [f"{path}: not made by the facts" for path in sorted(tracked - files.keys() - set(left_out))]
    for path, data in sorted(files.items()):
        if path not in tracked:
            lines.append(f"{path}: missing")
        elif (site / path).read_bytes() != data and unpacked(path, (site / path).read_bytes()) != unpacked(path, data):
            lines.append(f"{path}: differs from a rebuild")
    return lines


def _check(site: Path, manifest: Path, files: dict[str, bytes], left_out: list[str]) -> list[str]:
    """Differences of the site, and whether the manifest speaks of the tracked files."""
    lines = differences(site, files, left_out)
    try:
        listed = {e["path"]: e["sha256"] for e in json.loads(manifest.read_text(encoding="utf-8"))["files"]}
    except FileNotFoundError:
        return [*lines, f"{manifest.name}: missing"]
    tracked = {
        f"/{path.relative_to(site).as_posix()}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file()
    }
    if listed != tracked:
        lines.append(f"{manifest.name}: its digests are not those of the files")
    return lines


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make or check the sample site.")
    parser.add_argument("--check", action="store_true", help="compare with the tracked site, write nothing")
    parser.add_argument("--font", type=Path, help=f"path of {FONT_NAME}")
    parser.add_argument(
        "--site", type=Path, default=HERE / "site", help="folder of the site (default: beside this file)"
    )
    options = parser.parse_args(arguments)

    font = find_font(options.font)
    if font is None:
        where = options.font or FONT_PLACES[0]
        print(
            f"字体缺失，无法生成 PDF / font missing, no PDF can be made: {where}\n"
            "  Debian/Ubuntu: apt-get install fonts-droid-fallback, or give --font PATH",
            file=sys.stderr,
        )
        return 2
    try:
        from maker import model, pdf_out, site
    except ModuleNotFoundError as error:
        print(f"missing package / 缺少软件包: {error.name} (pip install '.[samples]')", file=sys.stderr)
        return 2
    try:
        made = site.build(model.load_facts(HERE / "facts.yml"), font)
    except (model.FactsError, pdf_out.FontError) as error:
        print(error, file=sys.stderr)
        return 2

    manifest = options.site.parent / "manifest.json"
    if options.check:
        lines = _check(options.site, manifest, made.files, made.left_out)
        for line in lines:
            print(line)
        return 1 if lines else 0
    for path in sorted(options.site.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(options.site).as_posix() not in made.files:
            path.unlink()
    for name, data in made.files.items():
        target = options.site / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    manifest.write_bytes(site.manifest_bytes(made.manifest))
    size = sum(map(len, made.files.values()))
    print(f"{len(made.files)} files, {size:,} bytes, {len(made.manifest['documents'])} documents")
    return 0


if __name__ == "__main__":
    sys.exit(main())
