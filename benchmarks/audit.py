"""What an installation of yujue brings with it: every package, its version and licence; and known vulnerabilities.

    python -m benchmarks.audit [--extra pipeline --extra ocr …] [--vulnerabilities]

Without --extra: the light installation; `all`: every extra. The packages are those installed here, followed from
yujue's own requirements. Exit code 1 where a licence is one we do not ship (GPL, AGPL, SSPL; LGPL and MPL are
libraries' licences and allowed), where a package does not say any, or where one has a known vulnerability.
--vulnerabilities asks pip-audit (https://pypi.org/project/pip-audit), which must be installed and needs the network.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
_REFUSED = re.compile(r"(?<![A-Za-z])(?:A?GPL|SSPL)(?![A-Za-z])|Affero|GNU General Public", re.IGNORECASE)
_LESSER = re.compile(r"LGPL|Lesser General Public", re.IGNORECASE)


# packages whose metadata lists the licences one may choose from as if all of them held; what their own text says
_CHOICE = {"text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later"}


@dataclass(frozen=True)
class Package:
    """One installed package. licence: as its metadata says it, '' where it says none."""

    name: str
    version: str
    licence: str

    @property
    def trouble(self) -> str | None:
        """Why it may not be shipped; None where it may."""
        if not self.licence:
            return "its metadata names no licence"
        # what a choice of licences offers counts, not all it names: `MIT OR GPL-2.0`
        offered = re.split(r"\s+OR\s+|\s*\|\|\s*", self.licence)
        if all(_REFUSED.search(_LESSER.sub("", one)) for one in offered):
            return f"licence {self.licence}"
        return None


def licence_of(found: Distribution) -> str:
    """License-Expression (PEP 639), else the classifiers, else the first line of License."""
    about = found.metadata
    if (name := canonicalize_name(str(about["Name"]))) in _CHOICE:
        return _CHOICE[name]
    if expression := about.get("License-Expression"):
        return str(expression)
    named = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier") or () if one.startswith("License :: ")]
    named = [one for one in named if one != "OSI Approved"]
    if named:
        return " AND ".join(sorted(named))
    return next((line.strip() for line in str(about.get("License") or "").splitlines() if line.strip()), "")[:80]


def requirements(extras: Sequence[str]) -> list[Requirement]:
    """What pyproject asks for, with these extras."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    wanted = sorted(optional) if "all" in extras else extras
    return [
        Requirement(one) for one in (*project["dependencies"], *(line for name in wanted for line in optional[name]))
    ]


def installed(wanted: Iterable[Requirement]) -> tuple[list[Package], list[str]]:
    """Every package these lead to, by name; and those that are wanted and not installed here."""
    found: dict[str, Package] = {}
    absent: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(one, frozenset[str]()) for one in wanted]
    while waiting:
        need, above = waiting.pop()
        if need.marker is not None and not any(need.marker.evaluate({"extra": extra}) for extra in above or {""}):
            continue
        name, extras = canonicalize_name(need.name), frozenset(need.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            package = distribution(need.name)
        except PackageNotFoundError:
            absent.add(name)
            continue
        found[name] = Package(name, package.version, licence_of(package))
        waiting += [(Requirement(line), extras) for line in package.requires or ()]
    return [found[name] for name in sorted(found)], sorted(absent)


def vulnerabilities(packages: Iterable[Package]) -> int:
    """pip-audit over exactly these versions; its exit code."""
    lines = "\n".join(f"{one.name}=={one.version}" for one in packages)
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--requirement", "/dev/stdin"]
    return subprocess.run(command, input=lines.encode(), check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--extra", action="append", default=[])
    parser.add_argument("--vulnerabilities", action="store_true")
    given = parser.parse_args()
    packages, absent = installed(requirements(given.extra))
    for one in packages:
        print(f"{one.name}\t{one.version}\t{one.licence}\t{one.trouble or 'ok'}")
    for name in absent:
        print(f"{name}\t-\t-\tnot installed here")
    bad = [one for one in packages if one.trouble]
    print(f"{len(packages)} packages, {len(bad)} with trouble, {len(absent)} not installed here", file=sys.stderr)
    return int(bool(bad) or (given.vulnerabilities and vulnerabilities(packages) != 0))


if __name__ == "__main__":
    raise SystemExit(main())
