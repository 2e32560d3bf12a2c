"""The sample county, from its web site to a release, on this machine alone."""

from __future__ import annotations

import errno
import json
import re
from dataclasses import dataclass
from pathlib import Path

from flows import errors
from flows.serve import FileServer
from flows.store import write_atomically

DEFAULT_PORT = 8630
SAMPLES = Path(__file__).resolve().parents[1] / "data" / "samples"
_PORT = re.compile(r"(?<=//127\.0\.0\.1:)\d+|(?<=//localhost:)\d+")


@dataclass(frozen=True)
class DemoSite:
    """The running sample site and the source file that leads to it."""

    server: FileServer
    source: Path


def open_site(data_root: Path, samples: Path = SAMPLES) -> DemoSite:
    """Open the sample site's port and write the source for it into the data root. Raises Trouble.

    The port is remembered: with the same addresses a second run can ask for what has changed since.
    """
    site, template = samples / "site", samples / "source.yml"
    if not site.is_dir() or not template.is_file():
        raise errors.data(
            f"找不到示例站点（{samples}）；demo 须在源码目录中以 `pip install -e '.[pipeline]'` 安装后运行",
            f"the sample site is not there ({samples}); run the demo from a checkout, after"
            " `pip install -e '.[pipeline]'`",
        )
    try:
        data_root.mkdir(parents=True, exist_ok=True)
        server = _open_port(site, data_root / "demo_port.json")
        port = server.server_address[1]
        source = data_root / "source" / _source_name(template)
        write_atomically(source, _PORT.sub(str(port), template.read_text(encoding="utf-8")).encode())
    except OSError as error:
        raise errors.usage(f"数据目录不可写：{data_root}", f"cannot write in the data root: {data_root}") from error
    return DemoSite(server, source)


def _source_name(template: Path) -> str:
    """The source is named as its county: `code: 130630` gives `130630_demo.yml`."""
    found = re.search(r"^code:\s*['\"]?(\d{6})", template.read_text(encoding="utf-8"), re.MULTILINE)
    return f"{found[1]}_demo.yml" if found else "demo.yml"


def _open_port(site: Path, memory: Path) -> FileServer:
    remembered = _remembered(memory)
    for port in dict.fromkeys([*([remembered] if remembered else []), DEFAULT_PORT, 0]):
        try:
            server = FileServer(site, port=port)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        write_atomically(memory, json.dumps({"port": server.server_address[1]}).encode())
        return server
    raise AssertionError("port 0 is never busy")


def _remembered(memory: Path) -> int | None:
    try:
        port = json.loads(memory.read_text(encoding="utf-8"))["port"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return port if isinstance(port, int) and 1024 <= port < 65536 else None
