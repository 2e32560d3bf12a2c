"""Where things lie and how far things may go. The only module of `flows` that sees the environment."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Literal

_ADDRESSES: Final = {  # by runner, with an example; `auto`: the Ray of this machine
    "dask": (re.compile(r"[a-z]+://[^\s/]+"), "tcp://10.0.0.5:8786"),
    "ray": (re.compile(r"auto|ray://[^\s/]+|[^\s/:]+:\d+"), "10.0.0.5:6379"),
}
DEFAULT_DATA_ROOT = Path("data")
MIB = 1024 * 1024
Place = Path | str  # a folder of this machine, or the URL of a place in an object store
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/{1,3}([^/].*)")


class SettingError(ValueError):
    """A setting of the environment that cannot be meant: names the variable and what was expected."""


@dataclass(frozen=True)
class DataRoot:
    """The place of one installation's data, and what lies where in it.

    place: a folder, or the URL of a prefix in an object store (`s3://bucket/prefix`). What must be a file on a disk of
    this machine (the ledger, releases, runs, locks) has a `Path`; of a URL it lies in this machine's working copy
    (`flows.working_copy`). What is many (bodies, intermediate results) has a `Place` and goes straight to the store.
    """

    place: Place

    @property
    def url(self) -> str | None:
        """The URL, without a slash at its end; None for a folder."""
        return url_of(self.place)

    @property
    def path(self) -> Path:
        """The folder; of a URL: the working copy on this machine."""
        return Path(self.place) if self.url is None else working_copy_of(self.url)

    def at(self, name: str) -> Place:
        """Where something of this name lies, in the folder or in the store."""
        return self.path / name if self.url is None else f"{self.url}/{name}"

    def __str__(self) -> str:
        return self.url or str(self.path)

    @property
    def archive(self) -> Place:
        return self.at("archive")

    @property
    def ledger(self) -> Path:
        return self.path / "ledger" / "ledger.sqlite"

    @property
    def members(self) -> Place:
        return self.at("members")

    @property
    def converted(self) -> Place:
        return self.at("converted")

    @property
    def tables(self) -> Place:
        return self.at("tables")

    @property
    def facts(self) -> Place:
        return self.at("facts")

    @property
    def findings(self) -> Place:
        return self.at("findings")

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
        """Beside a working copy, not in it: a working copy may be thrown away while it is held."""
        return self.path / "night.lock" if self.url is None else self.path.with_name(f"{self.path.name}.night.lock")


def url_of(place: Place) -> str | None:
    """The URL a place is, without a slash at its end; None for a folder of this machine.

    A URL that went through `Path` has lost one of its slashes (`s3:/bucket`); it is none the less one.
    """
    found = _URL.fullmatch(str(place))
    return f"{found[1].lower()}://{found[2].strip('/')}" if found else None


def working_copy_of(url: str) -> Path:
    """Folder of this machine's working copy: below YUJUE_WORKING_COPIES, else the user's cache."""
    named = os.environ.get("YUJUE_WORKING_COPIES")
    folder = Path(named).absolute() if named else _cache() / "yujue" / "roots"
    words = re.sub(r"[^A-Za-z0-9.-]+", "-", url.partition("://")[2])[-40:].strip("-")
    return folder / f"{words}-{hashlib.sha256(url.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class WorkLimits:
    """Bounds on the work of one document, beside those of `extract.settings` (which are reached first, as a rule).

    seconds: wall time of one document in one stage. memory_mib: address space of a worker process.
    workers: worker processes. documents_per_worker: a worker is replaced after so many, against leaks.
    shard: documents of one batch (one Prefect task); quick ones go in larger batches (`flows.batches.here`).
    """

    seconds: int = 600
    memory_mib: int = 4096
    workers: int = 2
    documents_per_worker: int = 1000
    shard: int = 500


def data_root() -> Place:
    """YUJUE_DATA_ROOT (a folder, or a URL such as `s3://bucket/prefix`), or `data/` in the current folder."""
    named = os.environ.get("YUJUE_DATA_ROOT") or str(DEFAULT_DATA_ROOT)
    return url_of(named) or Path(named)


def sources_folder() -> Path:
    """YUJUE_SOURCES, or the folder that comes with the code: where the files of sources lie."""
    named = os.environ.get("YUJUE_SOURCES")
    return Path(named) if named else Path(__file__).resolve().parents[1] / "crawl" / "sources"


def lease_seconds() -> int:
    """YUJUE_LEASE_SECONDS: so long without a sign of life and a night on another machine counts as dead (120)."""
    return max(3, _whole_number("YUJUE_LEASE_SECONDS", 120))


def store_seconds() -> int:
    """YUJUE_STORE_SECONDS: an answer of the object store is waited for so long, then asked for again (30)."""
    return _whole_number("YUJUE_STORE_SECONDS", 30)


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
            known, example = _ADDRESSES[named]
            if address is not None and not known.fullmatch(address):
                raise SettingError(f"{variable}={address!r}: expected an address such as {example}")
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
    "RAY_USAGE_STATS_ENABLED": "0",
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
    return _cache() / "yujue" / "prefect"


def _cache() -> Path:
    """The user's cache; where there is none to write in, a temporary folder of the user's own."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / f"yujue-{os.getuid()}"
    return cache


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
