"""What this machine and this data root are like: every examination says what it found and what to do about it."""

from __future__ import annotations

import ctypes.util
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Final, Literal
from uuid import uuid4

from crawl.ledger import Ledger, LedgerError
from crawl.recorder import OTHER_BYTES
from crawl.settings import from_environment
from extract.readers.convert import converter_version
from extract.settings import find_soffice, read_limits
from flows import errors
from flows.bodies import archive_at
from flows.crawl_sources import find_sources
from flows.fingerprint import ROOT
from flows.objects import objects_at
from flows.prefect_server import answers, remembered
from flows.release.package import sha256_of
from flows.release.version import latest, newest
from flows.settings import DataRoot, least_free_bytes, prefect_api_url, prefect_home, work_limits
from flows.store import DamagedResult, Store, unpack_derived, unpack_unpacked
from flows.upkeep.verify import state

Status = Literal["ok", "note", "fail"]
SAMPLE: Final = 50  # bodies
SECONDS: Final = 60
# without these versions the server starts and its schedule never fires, or the first flow run breaks
PINNED: Final = frozenset({"prefect", "fastapi", "sqlalchemy"})


@dataclass(frozen=True)
class Examined:
    """note: works without, but something is slower or not read. code: exit code a `fail` asks for."""

    name: str
    status: Status
    zh: str
    en: str
    code: int = errors.FINDINGS


def examine(root: DataRoot, *, seed: int = 0, sample: int = SAMPLE) -> Iterator[Examined]:
    """Every examination in turn. seed, sample: which bodies of the archive are read, and how many."""
    yield _versions()
    yield _settings()
    yield _sources()
    yield _compiled()
    yield _ocr()
    yield _libreoffice()
    yield _libarchive()
    yield _fonts()
    yield _server()
    yield _disk(root)
    if root.url is not None:
        yield _store(root)
    if root.path.is_dir():
        yield from _data(root, seed, sample)


def _versions() -> Examined:
    name = "versions"
    python = ".".join(map(str, sys.version_info[:3]))
    lock = ROOT / "requirements.lock"
    if not lock.is_file():
        return Examined(
            name, "note", f"Python {python}；没有 requirements.lock", f"Python {python}; no requirements.lock"
        )
    wanted = dict(line.strip().split("==") for line in lock.read_text().splitlines() if "==" in line and line[0] != "#")
    others = []
    for package, locked in wanted.items():
        try:
            found = version(package)
        except PackageNotFoundError:
            continue  # an extra that is not installed
        if found != locked:
            others.append(f"{package} {found} ({locked})")
    broken = [one for one in others if one.partition(" ")[0].lower() in PINNED]
    listed = ", ".join(others[:8]) + (f" +{len(others) - 8}" if len(others) > 8 else "")
    if others:
        return Examined(
            name,
            "fail" if broken else "note",
            f"Python {python}；与 requirements.lock 不同：{listed}",
            f"Python {python}; other than requirements.lock: {listed}",
        )
    return Examined(name, "ok", f"Python {python}，版本与锁定一致", f"Python {python}, versions as locked")


def _settings() -> Examined:
    try:
        work_limits(), read_limits(), from_environment(), least_free_bytes()
    except ValueError as error:
        return Examined("settings", "fail", str(error), str(error), errors.USAGE)
    return Examined("settings", "ok", "环境变量可用", "the environment can be used")


def _sources() -> Examined:
    try:
        found = find_sources([])
    except errors.Trouble as trouble:
        return Examined("sources", "fail", trouble.zh, trouble.en, errors.USAGE)
    return Examined("sources", "ok" if found else "note", f"{len(found)} 个来源", f"{len(found)} sources")


def _compiled() -> Examined:
    if find_spec("extract.readers.pdfium_bulk") is not None:
        return Examined("compiled", "ok", "PDF 读取的编译模块已装", "the compiled module of the PDF reader is there")
    return Examined(
        "compiled",
        "note",
        "没有编译模块：PDF 读取较慢，结果相同（需要 C 编译器）",
        "no compiled module: PDF is read more slowly, with the same results (it wants a C compiler)",
    )


def _ocr() -> Examined:
    absent = [name for name in ("rapidocr", "onnxruntime", "cv2") if find_spec(name) is None]
    if not absent:
        return Examined("ocr", "ok", "可识别扫描件", "scanned pages are read")
    names = ", ".join(absent)
    return Examined(
        "ocr", "note", f"扫描件不能识别，缺 {names}（pip install 'yujue[ocr]'）",
        f"scanned pages are not read: {names} is missing (pip install 'yujue[ocr]')",
    )  # fmt: skip


def _libreoffice() -> Examined:
    soffice = find_soffice()
    if soffice is None:
        return Examined(
            "libreoffice", "note", "没有 LibreOffice：doc、wps、rtf、ppt 不能读取",
            "no LibreOffice: doc, wps, rtf and ppt are not read",
        )  # fmt: skip
    found = converter_version(soffice)
    return Examined("libreoffice", "ok" if found else "fail", f"{soffice} {found}", f"{soffice} {found}")


def _libarchive() -> Examined:
    if ctypes.util.find_library("archive"):
        return Examined("libarchive", "ok", "可展开 rar 与 7z", "rar and 7z are opened")
    return Examined(
        "libarchive", "note", "没有 libarchive：rar 与 7z 不能展开", "no libarchive: rar and 7z are not opened"
    )


def _fonts() -> Examined:
    tool = shutil.which("fc-list")
    if tool is None:
        return Examined("fonts", "note", "没有 fontconfig，字体未查", "no fontconfig: fonts were not looked at")
    try:
        listed = subprocess.run(
            [tool, ":lang=zh-cn", "family"], capture_output=True, text=True, timeout=SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        listed = ""
    families = sorted({line.partition(",")[0] for line in listed.splitlines() if line.strip()})
    if families:
        return Examined("fonts", "ok", f"中文字体 {len(families)} 种", f"{len(families)} Chinese fonts")
    return Examined(
        "fonts",
        "note",
        "没有中文字体：转换旧格式与绘图时版面会变（Debian：fonts-droid-fallback）",
        "no Chinese font: layouts change where old formats are converted or pages drawn (Debian: fonts-droid-fallback)",
    )


def _server() -> Examined:
    named, own = prefect_api_url(), remembered(prefect_home())
    if named is not None:
        if answers(named):
            return Examined("prefect", "ok", f"服务 {named} 有应答", f"the server {named} answers")
        return Examined(
            "prefect",
            "fail",
            f"PREFECT_API_URL {named} 无应答",
            f"PREFECT_API_URL {named} does not answer",
            errors.NETWORK,
        )
    if own is not None and answers(own):
        return Examined("prefect", "ok", f"自带服务 {own} 有应答", f"our own server {own} answers")
    return Examined("prefect", "ok", "服务未启动，需要时自行启动", "no server runs; one is started when it is needed")


def _disk(root: DataRoot) -> Examined:
    place = root.path.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    zh, en = f"剩余 {free / 2**30:.1f} GiB", f"{free / 2**30:.1f} GiB free"
    return Examined("disk", "ok" if free >= least_free_bytes() else "fail", zh, en)


def _store(root: DataRoot) -> Examined:
    """Whether the object store lets one of two writers of a name succeed, without which two nights are not kept apart;
    how long an answer takes; what killed uploads left."""
    there, name = objects_at(root.place), f".doctor-{uuid4().hex}"
    began = time.monotonic()
    try:
        first, second = there.create(name, b"1"), there.create(name, b"2")
        read = there.read(name) == b"1"
        milliseconds = (time.monotonic() - began) / 3 * 1000
    finally:
        there.remove([name])
    if not (first and read and not second):
        return Examined(
            "store",
            "fail",
            f"{root}：不支持有条件写入（If-None-Match），不能保证只有一次运行",
            f"{root}: no conditional writes (If-None-Match): two nights at once would not exclude each other",
            errors.DATA,
        )
    copy = root.path
    return Examined(
        "store",
        "ok",
        f"{root} 可用，一次请求约 {milliseconds:.0f} 毫秒；本机工作副本 {copy}",
        f"{root} can be used, {milliseconds:.0f} ms a request; working copy {copy}",
    )


def _data(root: DataRoot, seed: int, sample: int) -> Iterator[Examined]:
    archive = archive_at(root.archive)
    known = sorted(archive.digests())
    chosen = random.Random(seed).sample(known, min(sample, len(known)))  # noqa: S311 - a sample, no secret
    bad = [sha256 for sha256 in chosen if not archive.verify(sha256)] + state(root).damaged
    if bad:
        text = ", ".join(sorted({sha256[:16] for sha256 in bad})[:5])
        yield Examined(
            "archive",
            "fail",
            f"档案有 {len(set(bad))} 个文件损坏：{text}（重新抓取，或从备份恢复）",
            f"{len(set(bad))} bodies of the archive are damaged: {text} (crawl them again, or restore a backup)",
            errors.DATA,
        )
    else:
        yield Examined(
            "archive",
            "ok",
            f"{len(known)} 个文件，抽查 {len(chosen)} 个完好",
            f"{len(known)} bodies, {len(chosen)} of them read and sound",
        )
    yield _guarded("ledger", lambda: _ledger(root))
    yield _guarded("orphans", lambda: _orphans(root, known))
    yield _guarded("release", lambda: _release(root))


def _guarded(name: str, examination: Callable[[], Examined]) -> Examined:
    """A damaged file is what the examination finds, and no end of the others."""
    try:
        return examination()
    except (OSError, sqlite3.DatabaseError, LedgerError) as error:
        return Examined(name, "fail", f"不可用：{error}", f"cannot be used: {error}", errors.DATA)


def _ledger(root: DataRoot) -> Examined:
    if not root.ledger.exists():
        return Examined("ledger", "note", "还没有台账", "no ledger yet")
    with closing(sqlite3.connect(f"file:{root.ledger}?mode=ro", uri=True)) as db:
        said = db.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        return Examined("ledger", "fail", f"台账损坏：{said}", f"the ledger is damaged: {said}", errors.DATA)
    return Examined("ledger", "ok", "台账完好", "the ledger is sound")


def _orphans(root: DataRoot, known: list[str]) -> Examined:
    """Bodies that no visit, no archive and no conversion led to; and what killed writers left behind."""
    named: set[str] = set()
    if root.ledger.exists():
        with Ledger(root.ledger) as ledger:
            visits = ledger.visits()
        named |= {visit.sha256 for visit in visits if visit.sha256}
        reasons = (visit.reason or "" for visit in visits)
        named |= {reason.removeprefix(OTHER_BYTES).strip() for reason in reasons if reason.startswith(OTHER_BYTES)}
    for packed in Store(root.members).contents():
        with suppress(DamagedResult):
            named |= {sha256 for _, sha256 in unpack_unpacked(packed).members}
    for packed in Store(root.converted).contents():
        with suppress(DamagedResult):
            named |= {sha256 for sha256 in [unpack_derived(packed).sha256] if sha256}
    orphans = [sha256 for sha256 in known if sha256 not in named]
    debris = [path for pattern in ("*/.part-*", "*/*/.part-*", "archive/*/.tmp-*") for path in root.path.glob(pattern)]
    aside = archive_at(root.archive).aside()
    zh = f"无来历 {len(orphans)}，残留 {len(debris)}，移开的损坏文件 {len(aside)}"
    en = f"{len(orphans)} bodies nothing leads to, {len(debris)} unfinished files, {len(aside)} damaged ones put aside"
    return Examined("orphans", "note" if orphans or debris or aside else "ok", zh, en)


def _release(root: DataRoot) -> Examined:
    last, pointed = newest(root.releases), latest(root.releases)
    if last is None:
        return Examined("release", "note", "还没有版本", "no release yet")
    folder, bad = root.releases / last, []
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        expected, _, name = line.partition("  ")
        if not (folder / name).is_file() or sha256_of(folder / name) != expected:
            bad.append(name)
    if bad:
        listed = ", ".join(bad[:5])
        return Examined(
            "release", "fail", f"{last} 中的文件损坏：{listed}", f"files of {last} are damaged: {listed}", errors.DATA
        )
    if pointed != last:
        return Examined("release", "note", f"latest 指向 {pointed}，最新为 {last}", f"latest is {pointed}, not {last}")
    return Examined("release", "ok", f"{last} 校验无误", f"{last} is what its checksums say")
