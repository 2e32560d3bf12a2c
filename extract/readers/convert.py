"""Old and foreign office formats through LibreOffice, in batches: doc, wps, rtf → docx; ppt, dps → pdf; the xls and
xlsb that our own reader cannot open → xlsx.

LibreOffice ends with exit code 0 whatever failed, turns random bytes into a document of garbage, and stops a whole
batch for one bad file. So: the kind is decided by the bytes before, every output is checked after, what is missing is
tried again in smaller batches, and each try is a fresh process with a time limit, bounded memory and file size, a
profile of its own with macros off, and no network.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Final

from extract.document import Issue
from extract.format import FileKind, kind_names, sniff
from extract.package import open_package
from extract.readers.trouble import issue
from extract.settings import Limits, find_soffice, read_limits

BATCH: Final = 20
START_SECONDS: Final = 60  # a cold start with a new profile on a busy machine
_MEMORY_KIB = 4 * 1024 * 1024
_MAX_OUTPUT = 256 * 1024 * 1024


@dataclass(frozen=True)
class Converted:
    """A derived file. kind: what its bytes are (docx, xlsx, pdf). by: the program that made it, as it names itself."""

    data: bytes
    kind: str
    by: str


@dataclass(frozen=True)
class _Route:
    """suffix: of the input file; source: import filter, nothing is guessed; target, filter: the export."""

    suffix: str
    source: str | None
    target: str
    filter: str


ROUTES: Final[dict[str, _Route]] = {
    "doc": _Route("doc", None, "docx", "docx:MS Word 2007 XML"),
    "rtf": _Route("rtf", "Rich Text Format", "docx", "docx:MS Word 2007 XML"),
    "xls": _Route("xls", None, "xlsx", "xlsx:Calc MS Excel 2007 XML"),
    "xlsx": _Route("xlsb", None, "xlsx", "xlsx:Calc MS Excel 2007 XML"),
    "ppt": _Route("ppt", None, "pdf", "pdf:impress_pdf_Export"),
    "pptx": _Route("pptx", None, "pdf", "pdf:impress_pdf_Export"),
}


def convert_batch(
    sources: Sequence[bytes | str | os.PathLike[str]], *, limits: Limits | None = None
) -> list[Converted | Issue]:
    """Each document's derived file, or the Issue that says why there is none; in the order given.

    sources: bytes or paths, any number (cut into batches of 20). Issues: converter_missing (LibreOffice or the part of
    it that is needed is not installed), unsupported_kind, truncated, encrypted, conversion_failed. Raises OSError for
    a path that cannot be read.
    """
    limits = limits or read_limits()
    bodies = [source if isinstance(source, bytes) else Path(source).read_bytes() for source in sources]
    found: dict[int, Converted | Issue] = {}
    waiting: dict[_Route, list[int]] = {}
    for at, body in enumerate(bodies):
        kind = sniff(body)
        route = ROUTES.get(kind.kind)
        if route is None or kind.trouble is not None:
            found[at] = _refused(kind)
        else:
            waiting.setdefault(route, []).append(at)
    soffice = find_soffice()
    for route, places in waiting.items():
        if soffice is None:
            found |= dict.fromkeys(places, _missing(route))
            continue
        for start in range(0, len(places), BATCH):
            part = places[start : start + BATCH]
            found |= _convert(soffice, route, {at: bodies[at] for at in part}, limits)
    return [found[at] for at in range(len(bodies))]


def converter_version(soffice: Path) -> str:
    """What LibreOffice says it is, e.g. `LibreOffice 7.4.7.2 40(Build:2)`; `unknown` where it says nothing."""
    with tempfile.TemporaryDirectory(prefix="yujue-convert-") as folder:
        said = Path(folder) / "said"
        with said.open("wb") as file:  # not a pipe, which a grandchild that hangs would keep open
            _call([str(soffice), "--version"], _environment(soffice, Path(folder), Path(folder)), START_SECONDS, file)
        return said.read_bytes()[:200].decode("utf-8", "replace").strip() or "unknown"


def _convert(soffice: Path, route: _Route, bodies: dict[int, bytes], limits: Limits) -> dict[int, Converted | Issue]:
    """One process for all; what it did not bring is tried again in halves, and at last alone."""
    brought, trouble = _run(soffice, route, bodies, limits)
    found: dict[int, Converted | Issue] = dict(brought)
    left = [at for at in bodies if at not in brought]
    if not left:
        return found
    if len(bodies) == 1:
        found[left[0]] = _failed(route, trouble)
        return found
    halves = [left[: len(left) // 2], left[len(left) // 2 :]] if len(left) == len(bodies) else [left]
    for half in halves:
        if half:
            found |= _convert(soffice, route, {at: bodies[at] for at in half}, limits)
    return found


def _run(soffice: Path, route: _Route, bodies: dict[int, bytes], limits: Limits) -> tuple[dict[int, Converted], str]:
    """Outputs that are what they should be, and one clause on what went wrong with the rest."""
    with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="yujue-convert-") as folder:
        work = Path(folder)
        out = work / "out"
        out.mkdir()
        for at, body in bodies.items():
            (work / f"{at}.{route.suffix}").write_bytes(body)
        profile = _profile()
        seconds = START_SECONDS + limits.max_convert_seconds * min(len(bodies), 4)
        ended = _call(
            [
                str(soffice),
                f"-env:UserInstallation={profile.as_uri()}",
                "--headless",
                "--norestore",
                "--nologo",
                "--nodefault",
                "--nolockcheck",
                *([f"--infilter={route.source}"] if route.source else []),
                "--convert-to",
                route.filter,
                "--outdir",
                str(out),
                *(str(work / f"{at}.{route.suffix}") for at in bodies),
            ],
            _environment(soffice, profile, work),
            seconds,
        )
        brought: dict[int, Converted] = {}
        trouble = ended or "it brought no file"
        for at in bodies:
            path = out / f"{at}.{route.target}"
            if not path.is_file() or path.is_symlink():
                continue
            if path.stat().st_size > _MAX_OUTPUT:
                trouble = f"its output has more than {_MAX_OUTPUT} bytes"
                continue
            data = path.read_bytes()
            kind = sniff(data)
            if kind.kind != route.target or kind.trouble is not None:
                trouble = f"its output is {kind_names(kind)[1]}" + (f" ({kind.trouble})" if kind.trouble else "")
                continue
            brought[at] = Converted(data, route.target, _program(data))
        if ended is not None:
            _drop_profile()  # a process that was killed may leave locks and half a profile behind
        return brought, trouble


def _call(
    command: list[str], environment: dict[str, str], seconds: int, output: int | IO[bytes] = subprocess.DEVNULL
) -> str | None:
    """Run under limits of memory, CPU time and file size; None when it ended by itself, else why it did not."""
    limited = [
        "/bin/sh",
        "-c",
        f'ulimit -v {_MEMORY_KIB}; ulimit -t {seconds}; ulimit -f {_MAX_OUTPUT // 512}; ulimit -c 0; exec "$@"',
        "sh",
        *_without_network(),
        *command,
    ]
    process = subprocess.Popen(
        limited,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=environment["TMPDIR"],
    )
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"it took more than {seconds} s (YUJUE_READ_MAX_CONVERT_SECONDS)"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # also what it left running
        process.wait()
    return None if code == 0 else f"it ended with code {code}"


# -------------------------------------------------------------------------------------------------- the surroundings

_ONE_AT_A_TIME = threading.Lock()  # a profile serves one process
_PREFIX: Final = "yujue-soffice-"
_profiles: list[tuple[int, Path]] = []

_SETTINGS: Final = (
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "2"),
    # without namespaces this is what keeps linked pictures from being fetched: a proxy where nothing listens
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    *(("/org.openoffice.Inet/Settings", f"ooInet{kind}ProxyName", "127.0.0.1") for kind in ("HTTP", "HTTPS", "FTP")),
    *(("/org.openoffice.Inet/Settings", f"ooInet{kind}ProxyPort", "9") for kind in ("HTTP", "HTTPS", "FTP")),
)


def _profile() -> Path:
    """This process's own profile folder: made once, with our settings, and removed when the process ends."""
    if _profiles and _profiles[-1][0] == os.getpid():
        return _profiles[-1][1]
    _remove_debris()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    (folder / "user").mkdir()
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    (folder / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>\n",
        "utf-8",
    )
    _profiles[:] = [(os.getpid(), folder)]
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _remove_debris() -> None:
    """Profiles of processes that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if not pid.isdecimal() or folder.is_symlink():
            continue
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (OSError, OverflowError):
            continue  # another user's


def _drop_profile() -> None:
    while _profiles:
        shutil.rmtree(_profiles.pop()[1], ignore_errors=True)


def _environment(soffice: Path, profile: Path, work: Path) -> dict[str, str]:
    return {
        "PATH": f"{soffice.parent}:/usr/bin:/bin",
        "HOME": str(profile),
        "TMPDIR": str(work),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
        "SAL_DISABLE_OPENCL": "1",
        "SAL_DISABLE_SYNCHRONOUS_PRINTER_DETECTION": "1",
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }


@lru_cache(maxsize=1)
def _without_network() -> tuple[str, ...]:
    """A namespace without any network, where the system lets us make one."""
    command = ("/usr/bin/unshare", "--map-root-user", "--net", "--")
    if not Path(command[0]).is_file():
        return ()
    try:
        made = subprocess.run([*command, "true"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return command if made.returncode == 0 else ()


def _program(data: bytes) -> str:
    """`LibreOffice/7.4.7.2` as the derived file says."""
    package = open_package(data)
    about = package.read("docProps/app.xml", 1_000_000) if package is not None else None
    match = re.search(rb"LibreOffice/[0-9.]+", about if about is not None else data[-200_000:])
    return match.group().decode() if match else "LibreOffice"


# ------------------------------------------------------------------------------------------------------------ issues


def _missing(route: _Route) -> Issue:
    part = {"docx": "libreoffice-writer", "xlsx": "libreoffice-calc", "pdf": "libreoffice-impress"}[route.target]
    return issue(
        "converter_missing",
        "error",
        f"读取 {route.suffix} 需要 LibreOffice：请安装（Debian：apt-get install --no-install-recommends {part}），"
        "或用 YUJUE_READ_SOFFICE 指出 soffice 的位置",
        f"{route.suffix} is read through LibreOffice: install it (Debian: apt-get install --no-install-recommends "
        f"{part}), or say where soffice is with YUJUE_READ_SOFFICE",
    )


def _failed(route: _Route, why: str) -> Issue:
    return issue(
        "conversion_failed",
        "error",
        f"LibreOffice 未能把它转换为 {route.target}：{why}",
        f"LibreOffice could not convert it to {route.target}: {why}",
    )


def _refused(kind: FileKind) -> Issue:
    zh, en = kind_names(kind)
    if kind.trouble is not None:
        return issue(kind.trouble, "error", f"{zh}，不转换：{kind.trouble}", f"{en}, not converted: {kind.trouble}")
    return issue("unsupported_kind", "error", f"这是{zh}，不经转换读取", f"this is {en}, which is not converted")
