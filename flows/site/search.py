"""The index of the search page: columns, tables, checks, counties, departments. Plain texts; the script folds them."""

from __future__ import annotations

import json
from typing import Any, Final

from flows.catalogue import catalogue as checks
from flows.site import words
from flows.site.catalogue import Catalogue
from flows.site.release import Release
from flows.site.render import LANGUAGES, Pages, visible

MOST_DEPARTMENTS: Final = 20_000  # with more the index would be larger than a page should load; counties have them all


def write(pages: Pages, release: Release, catalogue: Catalogue) -> None:
    """`/search/` and `assets/search-index-<language>.js` (a script, since a page from a file cannot fetch)."""
    departments = len(catalogue.departments)
    for language in LANGUAGES:
        listed = entries(release, catalogue, language)
        text = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
        text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        pages.output.write(f"assets/search-index-{language}.js", f"window.YUJUE_INDEX={text};\n")
    pages.write(
        "search/index.html",
        "search.html",
        left_out=max(0, departments - MOST_DEPARTMENTS),
        kinds=[
            ("t", "表", "tables"),
            ("c", "列", "columns"),
            ("k", "检查", "checks"),
            ("p", "县区", "counties"),
            ("d", "部门", "departments"),
        ],
    )


def entries(release: Release, catalogue: Catalogue, language: str) -> list[list[Any]]:
    """[kind, title, what it is, other words, address below the language's tree]; both languages are searched."""
    other = "en" if language == "zh" else "zh"
    found: list[list[Any]] = []
    for table in release.tables.values():
        if table.parquet is None:
            continue
        titles = {"zh": table.title_zh, "en": table.title_en}
        found.append(["t", table.stem, titles[language], titles[other], f"data/{table.stem}/index.html"])
        for column in table.columns:
            said = {"zh": column.zh, "en": column.en}
            found.append(
                [
                    "c",
                    column.name,
                    said[language],
                    f"{said[other]} {table.stem}",
                    f"data/{table.stem}/index.html#c-{column.name}",
                ]
            )
    for info in checks():
        titles = {"zh": info.title_zh, "en": info.title_en}
        found.append(["k", info.id, titles[language], titles[other], f"quality/index.html#{info.id}"])
    for county in catalogue.counties:
        if county:
            name, above = words.place_name(county), words.place_path(county)
            at = language == "en"
            found.append(
                [
                    "p",
                    name[at],
                    f"{above[at]} {county}",
                    f"{name[not at]} {above[not at]}",
                    f"county/{county}/index.html",
                ]
            )
    for org_id in sorted(catalogue.departments)[:MOST_DEPARTMENTS]:
        row = catalogue.departments[org_id][-1]
        place = words.place_name(row["county_code"])
        found.append(
            [
                "d",
                str(row["org_name"] or org_id),
                place[language == "en"],
                place[language == "zh"],
                f"department/{org_id}/index.html",
            ]
        )
    return [[visible(str(one)) for one in entry] for entry in found]
