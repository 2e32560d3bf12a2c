"""What a page is about, for programs: JSON-LD in its head, in the words of schema.org and DCAT.

Every function gives plain data for the filter `json`, which escapes it. `at` turns a path of the site into an address:
a whole one where the site knows its own, else one relative to the page. Nothing follows from a clock or a machine; a
document's description does not name the release, so that unchanged pages stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flows.release.describe import DESCRIPTION, LICENSE_URL, MEDIA, TITLE_EN, TITLE_ZH
from flows.site.release import Column, Row, Table
from flows.site.words import Pair

Json = dict[str, Any]
At = Callable[[str], str]
CONTEXT: Final[Json] = {
    "@vocab": "https://schema.org/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
}
HOME: Final = "index.html"
CATALOGUE: Final = "data/index.html"
_CREATOR: Final[Json] = {"@type": "Organization", "name": "yujue contributors"}


def _word(pair: Pair, language: str) -> str:
    return pair[language == "en"]


def _about_dataset(language: str, title: Pair, description: str) -> Json:
    """What every Dataset says: name, description, licence."""
    name = _word(title, language)
    return {
        "name": name,
        "alternateName": title[language == "zh"],
        "description": description,
        "license": LICENSE_URL,
        "isAccessibleForFree": True,
        "creator": _CREATOR,
        "dct:title": name,
        "dct:description": description,
        "dct:license": {"@id": LICENSE_URL},
    }


def home(language: str, at: At, version: str, years: Sequence[int]) -> Json:
    """The whole release as one Dataset. years: that it has documents of or looked for."""
    found = {
        "@context": CONTEXT,
        "@type": ["Dataset", "dcat:Dataset"],
        "@id": at(HOME),
        "url": at(HOME),
        **_about_dataset(language, (TITLE_ZH, TITLE_EN), DESCRIPTION),
        "version": version.removeprefix("v"),
        "inLanguage": ["zh", "en"],
        "keywords": ["预算", "决算", "绩效目标", "county budget", "final account", "public finance", "China"],
        "spatialCoverage": {"@type": "Country", "name": "中国 China", "identifier": "CN"},
        "includedInDataCatalog": {"@id": at(CATALOGUE)},
    }
    return found | ({"temporalCoverage": f"{min(years)}/{max(years)}"} if years else {})


def catalogue(language: str, at: At, version: str, tables: Sequence[Table]) -> Json:
    """Every table of the release."""
    parts = [{"@id": at(_page(one))} for one in tables]
    title = _word((TITLE_ZH, TITLE_EN), language)
    return {
        "@context": CONTEXT,
        "@type": ["DataCatalog", "dcat:Catalog"],
        "@id": at(CATALOGUE),
        "name": title,
        "dct:title": title,
        "version": version.removeprefix("v"),
        "license": LICENSE_URL,
        "dataset": [
            {"@type": "Dataset", **part, "name": one.stem, "description": _said(language, one)}
            for one, part in zip(tables, parts, strict=True)
        ],
        "dcat:dataset": parts,
    }


def table(language: str, at: At, release_at: At, version: str, one: Table) -> Json:
    """A table with its files and columns. release_at: name of a file of the release → its address."""
    files = [_file(file, release_at) for file in one.files]
    return {
        "@context": CONTEXT,
        "@type": ["Dataset", "dcat:Dataset"],
        "@id": at(_page(one)),
        "url": at(_page(one)),
        "identifier": one.stem,
        **_about_dataset(language, (one.title_zh, one.title_en), _said(language, one)),
        "version": version.removeprefix("v"),
        "isPartOf": {"@id": at(HOME)},
        "variableMeasured": [_column(column, language) for column in one.columns],
        "distribution": files,
        "dcat:distribution": [{"@id": file["@id"]} for file in files],
    }


def _page(one: Table) -> str:
    return f"data/{one.stem}/index.html"


def _said(language: str, one: Table) -> str:
    size = _word(("{} 行，{} 列。", "{} rows, {} columns."), language).format(one.rows, len(one.columns))
    return f"{one.stem}: {_word((one.title_zh, one.title_en), language)} — {size} {DESCRIPTION}"


def _file(file: Row, release_at: At) -> Json:
    """One file as schema.org and DCAT say it: where, of what type, how large, with which digest."""
    name = str(file["name"])
    address, media = release_at(name), MEDIA.get(name.partition(".")[2], "application/octet-stream")
    found: Json = {
        "@type": ["DataDownload", "dcat:Distribution"],
        "@id": address,
        "name": name,
        "contentUrl": address,
        "encodingFormat": media,
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": media,
    }
    if isinstance(file.get("bytes"), int):
        found |= {"contentSize": f"{file['bytes']} B", "dcat:byteSize": file["bytes"]}
    return found | ({"sha256": file["sha256"]} if file.get("sha256") else {})


def _column(column: Column, language: str) -> Json:
    found = {
        "@type": "PropertyValue",
        "name": column.name,
        "description": _word((column.zh, column.en), language),
    }
    return found | ({"unitText": column.unit} if column.unit else {})


def place(language: str, at: At, code: str, name: Pair) -> Json:
    """The page of a county."""
    return {
        "@context": CONTEXT,
        "@type": "CollectionPage",
        "@id": at(f"county/{code or 'none'}/index.html"),
        "about": _area(language, code, name),
        "isPartOf": {"@id": at(HOME)},
    }


def organisation(language: str, at: At, org_id: str, org_name: str, county: tuple[str, Pair]) -> Json:
    """The page of a department. county: code and name."""
    return {
        "@context": CONTEXT,
        "@type": "GovernmentOrganization",
        "@id": at(f"department/{org_id}/index.html"),
        "name": org_name,
        "identifier": org_id,
        "areaServed": _area(language, *county),
    }


def _area(language: str, code: str | None, name: Pair) -> Json:
    area = {"@type": "AdministrativeArea", "name": _word(name, language)}
    return area | ({"identifier": code} if code else {})


def document(
    language: str,
    at: At,
    row: Mapping[str, Any],
    said: Mapping[str, Any],
    county: tuple[str | None, Pair],
    *,
    title: str,
    address: str | None,
) -> Json:
    """A document that was published. row: of `documents`; said: its disclosure; address: where it stands on the web."""
    sha256 = str(row["document_sha256"])
    found: Json = {
        "@context": CONTEXT,
        "@type": "DigitalDocument",
        "@id": at(f"doc/{sha256[:16]}/index.html"),
        "name": title,
        "identifier": f"sha256:{sha256}",
        "inLanguage": "zh",
        "spatialCoverage": _area(language, *county),
        "isPartOf": {"@id": at(HOME)},
    }
    more = {
        "temporalCoverage": str(said["fiscal_year"]) if said.get("fiscal_year") else None,
        "datePublished": str(row["published_date"]) if row.get("published_date") else None,
        "creator": _government(said.get("org_name")),
        "publisher": _government(row.get("publisher")),
        "isBasedOn": address,
    }
    return found | {name: value for name, value in more.items() if value is not None}


def _government(name: str | None) -> Json | None:
    return {"@type": "GovernmentOrganization", "name": name} if name else None
