"""Where things lie and how far things may go. The only module of `flows` that sees the environment."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Literal

_ADDRESS: Final = re.compile(r"(auto|[a-z]+://[^\s/]+)")  # `auto`: the Ray of this machine
DEFAULT_DATA_ROOT = Path("data")
MIB = 1024 * 1024


class SettingError(ValueError):
    """A setting of the environment that cannot be meant: names the variable and what was expected."""


@dataclass(frozen=True)
class DataRoot:
    """The folder of one installation's data, and what lies where in it."""

    path: Path

    @property
    def archive(self) -> Path:
        return self.path / "archive"

    @property
    def ledger(self) -> Path:
        return self.path / "ledger" / "ledger.sqlite"

    @property
    def members(self) -> Path:
        return self.path / "members"

    @property
    def converted(self) -> Path:
        return self.path / "converted"

    @property
    def tables(self) -> Path:
        return self.path / "tables"

    @property
    def facts(self) -> Path:
        return self.path / "facts"

    @property
    def findings(self) -> Path:
        return self.path / "findings"

    @property
    def releases(self) -> Path:
        return self.path / "releases"

    @property
    def runs(self) -> Path:
        return self.path / "runs"

    @property
    def quarantine(self) -> Path:
        return self.path / "quarantine.json"

    @property
    def lock(self) -> Path:
        return self.path / "night.lock"


@dataclass(frozen=True)
class WorkLimits:
    """Bounds on the work of one document, beside those of `extract.settings` (which are reached first, as a rule).

    seconds: wall time of one document in one stage. memory_mib: address space of a worker process.
    workers: worker processes. documents_per_worker: a worker is replaced after so many, against leaks.
    shard: documents of one batch (one Prefect task, one progress step).
    """

    seconds: int = 600
    memory_mib: int = 4096
    workers: int = 2
    documents_per_worker: int = 200
    shard: int = 500


def data_root() -> Path:
    """YUJUE_DATA_ROOT, or `data/` in the current folder."""
    return Path(os.environ.get("YUJUE_DATA_ROOT") or DEFAULT_DATA_ROOT)


def work_limits() -> WorkLimits:
    """The limits, each overridable by YUJUE_WORK_<NAME> (a positive whole number). Raises SettingError."""
    changed: dict[str, int] = {"workers": max(1, min(os.cpu_count() or 1, 8))}
    for field in fields(WorkLimits):
        variable = f"YUJUE_WORK_{field.name.upper()}"
        changed[field.name] = _whole_number(variable, changed.get(field.name, getattr(WorkLimits, field.name)))
    return WorkLimits(**changed)


@dataclass(frozen=True)
class WorkRunner:
    """Where batches of documents are read and made comparable.

    kind: `processes` of this machine, or workers of a `dask` or `ray` cluster. address: of its scheduler; None: a
    cluster on this machine, for the run alone.
    """

    kind: Literal["processes", "dask", "ray"] = "processes"
    address: str | None = None


def work_runner() -> WorkRunner:
    """YUJUE_WORK_RUNNER (processes, dask, ray) and YUJUE_WORK_DASK_ADDRESS or _RAY_ADDRESS. Raises SettingError."""
    named = (os.environ.get("YUJUE_WORK_RUNNER") or "processes").strip()
    match named:
        case "processes":
            return WorkRunner()
        case "dask" | "ray":
            variable = f"YUJUE_WORK_{named.upper()}_ADDRESS"
            address = (os.environ.get(variable) or "").strip() or None
            if address is not None and not _ADDRESS.fullmatch(address):
                raise SettingError(f"{variable}={address!r}: expected an address such as tcp://10.0.0.5:8786")
            return WorkRunner(named, address)
        case _:
            raise SettingError(f"YUJUE_WORK_RUNNER={named!r}: expected processes, dask or ray")


def night_hook() -> str | None:
    """YUJUE_NIGHT_HOOK: a command that gets the report of every run as JSON on its stdin; run without a shell."""
    return (os.environ.get("YUJUE_NIGHT_HOOK") or "").strip() or None


def prometheus_file() -> Path | None:
    """YUJUE_PROMETHEUS_FILE: a text file for the node exporter, beside `runs/yujue.prom`, which is always written."""
    named = os.environ.get("YUJUE_PROMETHEUS_FILE")
    return Path(named) if named else None


def least_free_bytes() -> int:
    """YUJUE_MIN_FREE_MIB: less than this left on the disk of the data root needs a person (default 5120)."""
    return _whole_number("YUJUE_MIN_FREE_MIB", 5120) * MIB


def verify_nights() -> int:
    """YUJUE_VERIFY_NIGHTS: every body of the archive is verified once in so many nights (default 30; 0: none is)."""
    if (os.environ.get("YUJUE_VERIFY_NIGHTS") or "").strip() == "0":
        return 0
    return _whole_number("YUJUE_VERIFY_NIGHTS", 30)


def _whole_number(variable: str, default: int) -> int:
    printed = (os.environ.get(variable) or "").strip()
    if not printed:
        return default
    if not printed.isdecimal() or int(printed) < 1:
        raise SettingError(f"{variable}={printed!r}: expected a positive whole number")
    return int(printed)


def corrections_folder() -> Path:
    """YUJUE_CORRECTIONS, or the folder that comes with the code: where the files of corrections lie."""
    named = os.environ.get("YUJUE_CORRECTIONS")
    return Path(named) if named else Path(__file__).resolve().parents[1] / "normalize" / "corrections"


def reviews_folder() -> Path:
    """YUJUE_REVIEWS, or the folder that comes with the code: where the files of human verdicts lie."""
    named = os.environ.get("YUJUE_REVIEWS")
    return Path(named) if named else Path(__file__).resolve().parents[1] / "normalize" / "reviews"


def reviewer() -> str | None:
    """YUJUE_REVIEWER: the name that stands under verdicts and corrections; else the system's name of the user."""
    return (os.environ.get("YUJUE_REVIEWER") or os.environ.get("USER") or "").strip() or None


def withholdings_folder() -> Path:
    """YUJUE_WITHHOLDINGS, or the folder beside the corrections: where the passages that stay out of releases are."""
    named = os.environ.get("YUJUE_WITHHOLDINGS")
    return Path(named) if named else Path(__file__).resolve().parents[1] / "normalize" / "withholdings"


def releases_place() -> str | None:
    """YUJUE_RELEASES: the address or folder that `yujue get` takes releases from."""
    return (os.environ.get("YUJUE_RELEASES") or "").strip() or None


def client_cache() -> Path:
    """YUJUE_CACHE, else the user's cache: where `yujue get` keeps whole tables it takes parts of."""
    named = os.environ.get("YUJUE_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "yujue" / "releases"


def language() -> str:
    """`zh` or `en`: YUJUE_LANG, else the locale's."""
    for variable in ("YUJUE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


# ------------------------------------------------------------------------------------------------------------- Prefect

PREFECT_SWITCHES = {
    # no telemetry, from the client or from the server; no update of the terminal's look behind our back
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    # stage lines go to the server; the terminal has one progress bar and is not to be broken by log lines
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
    # a server of its own for each process would be started where none is named: never wanted here
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
}


def prefect_api_url() -> str | None:
    """The server the user has named, if any."""
    return os.environ.get("PREFECT_API_URL") or None


def prefect_home() -> Path:
    """Home of our own server: YUJUE_PREFECT_HOME, else the user's cache, else (none to write in) a temporary folder."""
    named = os.environ.get("YUJUE_PREFECT_HOME")
    if named:
        return Path(named).absolute()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / f"yujue-{os.getuid()}" / "prefect"
    return cache / "yujue" / "prefect"


def prefect_environment(home: Path) -> dict[str, str]:
    """The environment in which our server is started."""
    return {**os.environ, **PREFECT_SWITCHES, "PREFECT_HOME": str(home)}


def use_prefect(api_url: str, home: Path) -> None:
    """Point this process at a server. To be called before Prefect is imported: it reads its settings once."""
    os.environ.update(PREFECT_SWITCHES)
    os.environ["PREFECT_API_URL"] = api_url
    os.environ.setdefault("PREFECT_HOME", str(home))


# ------------------------------------------------------------------------------------------------- workers, terminal


def worker_environment() -> dict[str, str]:
    """The environment of a worker process: ours, with one thread per numeric library (the pool is the parallelism)."""
    paths = [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH") or ""]
    return {
        **os.environ,
        "POLARS_MAX_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
    }


def no_color() -> bool:
    """https://no-color.org: any non-empty NO_COLOR means none."""
    return bool(os.environ.get("NO_COLOR"))


def terminal_width() -> int:
    return shutil.get_terminal_size((120, 40)).columns
