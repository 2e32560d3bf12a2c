"""Licences of what an installation brings with it; the long form and vulnerabilities: `python -m benchmarks.audit`."""

from __future__ import annotations

import pytest

from benchmarks.audit import Package, installed, requirements


@pytest.mark.parametrize("extras", [[], ["pipeline"], ["ocr", "object-store", "dask", "stata", "site", "samples"]])
def test_nothing_that_is_installed_with_us_is_under_the_gpl(extras: list[str]) -> None:
    packages, _ = installed(requirements(extras))
    names = {one.name for one in packages}
    assert {"polars", "typer"} <= names
    assert [(one.name, one.trouble) for one in packages if one.trouble] == []


@pytest.mark.parametrize(
    ("licence", "ships"),
    [
        ("MIT", True),
        ("GNU General Public License v3 (GPLv3)", False),
        ("AGPL-3.0-only", False),
        ("GNU Affero General Public License v3", False),
        ("SSPL-1.0", False),
        ("LGPL-2.1-or-later", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", True),
        ("MIT OR GPL-2.0-only", True),
        ("MIT AND GPL-2.0-only", False),
        ("", False),
    ],
)
def test_which_licences_ship(licence: str, ships: bool) -> None:
    assert (Package("x", "1", licence).trouble is None) is ships
