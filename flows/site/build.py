"""The whole site from one release: `build_site` is the order in which its pages come about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flows.bodies import archive_at
from flows.settings import Place
from flows.site import feeds, place_pages, quality_pages, review_page, search, table_pages, text_pages
from flows.site.catalogue import Catalogue
from flows.site.document_pages import Made, code_digest, write_documents
from flows.site.output import MARK, MEMORY, Output, building
from flows.site.release import Release
from flows.site.render import HERE, LANGUAGES, Pages
from flows.stage import Progress, quiet

ASSETS: Final = HERE / "assets"


@dataclass(frozen=True)
class Built:
    """A site that stands."""

    folder: Path
    version: str
    pages: int
    written: int
    kept: int
    documents: Made
    charts: bool


def build_site(
    release: Release,
    folder: Path,
    *,
    archive: Place | None = None,
    base: str | None = None,
    contact: str = "",
    progress: Progress = quiet,
) -> Built:
    """Build, or build again, the site of a release; what stood in the folder stands until the new one is whole.

    archive: of the bodies, for the pictures of pages; None: no pictures, and the pages say so. base: the address the
    site will have, for feeds and the sitemap. contact: e-mail or https address of a form, for reports of errors.
    Raises Trouble (2: the folder; 4: the release).
    """
    with building(folder, release.moment) as output:
        pages = Pages(output, {"version": release.version, "index": release.index, "contact": contact}, base)
        catalogue = Catalogue(release)
        _assets(output, release)
        table_pages.write(pages, release)
        place_pages.write(pages, release, catalogue)
        charts = quality_pages.write(pages, release, catalogue)
        review_page.write(pages, release, catalogue)
        text_pages.write(pages, release, catalogue)
        made, fingerprints = write_documents(
            pages, release, archive_at(archive) if archive else None, contact, progress
        )
        search.write(pages, release, catalogue)
        feeds.write(pages, release, catalogue)
        take_releases(output, release)
        output.write(MEMORY, json.dumps({"documents": fingerprints}, sort_keys=True) + "\n")
        mark = {
            "release": release.version,
            "moment": output.moment,
            "inputs": release.index.get("inputs"),
            "code": code_digest(),
            "documents": made.documents,
            "pages": len(pages.paths) * len(LANGUAGES),
        }
        output.write(MARK, json.dumps(mark, sort_keys=True, indent=1) + "\n")
    return Built(folder, release.version, len(pages.paths) * len(LANGUAGES), output.written, output.kept, made, charts)


def take_releases(output: Output, release: Release) -> None:
    """The files of this release and of those beside it: an address once given keeps leading to the same bytes."""
    for index in release.others():
        version = str(index["version"])
        folder = release.folder if version == release.version else release.folder.parent / version
        for one in sorted(folder.iterdir()):
            if one.is_file() and not one.name.startswith("."):
                output.take(one, f"releases/{version}/{one.name}")
    output.write("releases/latest.json", f'{{"version": "{release.version}"}}\n')


def _assets(output: Output, release: Release) -> None:
    for path in sorted(ASSETS.rglob("*")):
        if path.is_file():
            output.write(f"assets/{path.relative_to(ASSETS).as_posix()}", path.read_bytes())
    # the one place where unchanged pages learn the name of the release
    output.write("assets/release.css", f':root {{ --release: "{release.version}"; }}\n')
