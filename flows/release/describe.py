"""Descriptions of a release for programs: `datapackage.json` (Data Package v2) and `croissant.json` (Croissant 1.0)."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from flows.release.codes import stata_missing, words_of
from normalize.columns import Field
from normalize.panels.tables import PUBLISHED, WHY_EN, WHY_ZH
from normalize.schema import TableSpec

Json = dict[str, Any]
NAME: Final = "yujue"
TITLE_ZH: Final = "县级部门预决算与绩效目标"
TITLE_EN: Final = "Budgets, final accounts and performance targets of Chinese county departments"
DESCRIPTION: Final = (
    "中国县级部门公开的预算、决算与绩效目标；每个数字都能在原文件的页、表、行、列上指出来。 "
    "What Chinese county departments publish about their money, as data; every number can be shown on its page."
)
LICENSE_URL: Final = "https://creativecommons.org/licenses/by/4.0/"
MEDIA: Final = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "csv.gz": "application/gzip",
    "dta": "application/x-stata-dta",
}
_TYPES: Final[dict[pl.DataType, tuple[str, str]]] = {  # Table Schema, Croissant
    pl.String(): ("string", "sc:Text"),
    pl.Int16(): ("integer", "sc:Integer"),
    pl.Int32(): ("integer", "sc:Integer"),
    pl.Int64(): ("integer", "sc:Integer"),
    pl.Float64(): ("number", "sc:Float"),
    pl.Boolean(): ("boolean", "sc:Boolean"),
    pl.Date(): ("date", "sc:Date"),
}
# Keys that lead from one table to another. A fact that a claim speaks of, a document a fact stands in …
REFERENCES: Final[dict[str, tuple[str, str]]] = {
    "document_sha256": ("documents", "document_sha256"),
    "check_id": ("code_checks", "check_id"),
    "revision_id": ("revisions", "revision_id"),
}


def datapackage(version: str, resources: list[Json]) -> Json:
    """The whole package. resources: those of index.json, one per file."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME,
        "version": version,
        "title": f"{TITLE_ZH} · {TITLE_EN}",
        "description": DESCRIPTION,
        "licenses": [{"name": "CC-BY-4.0", "path": LICENSE_URL, "title": "Creative Commons Attribution 4.0"}],
        "contributors": [{"title": "yujue contributors", "roles": ["creator"]}],
        "keywords": ["预算", "决算", "绩效目标", "China", "county", "budget", "final account", "public finance"],
        "sources": [{"title": "meta_documents.parquet: address and sha256 of every document"}],
        "resources": [_resource(one) for one in resources],
    }


def _resource(one: Json) -> Json:
    spec = PUBLISHED[one["table"]]
    described: Json = {
        "$schema": "https://datapackage.org/profiles/2.0/dataresource.json",
        "name": one["name"],
        "path": one["name"],
        "type": "table",
        "title": f"{spec.title_zh} · {spec.title_en}",
        "format": one["format"],
        "mediatype": MEDIA[one["format"]],
        "bytes": one["bytes"],
        "hash": f"sha256:{one['sha256']}",
        "schema": _schema(spec, one["format"]),
    }
    if one["format"].startswith("csv"):
        described["encoding"] = "utf-8"
    return described


def _schema(spec: TableSpec, form: str) -> Json:
    schema: Json = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_field(field, spec, form) for field in spec.columns],
        "missingValues": [""] if form.startswith("csv") else [],
    }
    if spec.key:
        schema["primaryKey"] = list(spec.key)
    keys = [
        {"fields": [name], "reference": {"resource": _file(table), "fields": [column]}}
        for name, (table, column) in REFERENCES.items()
        if name in spec.names() and spec.name != table
    ]
    if keys:
        schema["foreignKeys"] = keys
    return schema


def _file(table: str) -> str:
    from flows.release.package import file_name  # noqa: PLC0415 - writing Parquet wants pyarrow, describing does not

    return file_name(table)


def _field(field: Field, spec: TableSpec, form: str) -> Json:
    is_list = isinstance(field.dtype, pl.List)
    kind = ("list" if form == "parquet" else "string") if is_list else _TYPES[field.dtype][0]
    described: Json = {
        "name": field.name,
        "type": kind,
        "title": field.zh,
        "description": field.en,
        "constraints": {"required": not field.nullable},
    }
    if field.example and not is_list:
        described["example"] = field.example
    if field.unit:
        described["unit"] = field.unit
    if field.nullable:
        described["nullMeaning"] = f"{field.null_meaning_zh} / {field.null_meaning_en}"
    if form == "dta" and field.name.endswith("_yuan"):
        described["missingValues"] = [
            {"value": f".{letter}", "label": f"{WHY_ZH[code]} / {WHY_EN[code]}"}
            for code, letter in stata_missing().items()
        ]
    coded = words_of(spec.name, field.name)
    if coded and field.dtype == pl.String():
        described["categories"] = [{"value": code, "label": f"{zh} / {en}"} for code, (zh, en) in coded.items()]
    return described


# ----------------------------------------------------------------------------------------------------------- Croissant

CONTEXT: Final[Json] = {  # https://docs.mlcommons.org/croissant/docs/croissant-spec.html, 1.0
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(version: str, resources: list[Json]) -> Json:
    """Every Parquet file as a FileObject and a RecordSet."""
    tables = [one for one in resources if one["format"] == "parquet"]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": NAME,
        "alternateName": [TITLE_ZH, TITLE_EN],
        "description": DESCRIPTION,
        "version": version.removeprefix("v"),
        "license": LICENSE_URL,
        "url": "index.html",
        "citeAs": f"@dataset{{yujue, title={{{TITLE_EN}}}, author={{{{yujue contributors}}}}, version={{{version}}}}}",
        "inLanguage": ["zh", "en"],
        "personalSensitiveInformation": "Names and telephone numbers printed in prose may occur; see meta_withheld.",
        "dataBiases": "Disclosure is not random: see meta_coverage and the warning W_SELECTION.",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": one["name"],
                "name": one["name"],
                "description": f"{one['title_zh']} / {one['title_en']}",
                "contentUrl": one["name"],
                "contentSize": f"{one['bytes']} B",
                "encodingFormat": MEDIA["parquet"],
                "sha256": one["sha256"],
            }
            for one in tables
        ],
        "recordSet": [_record_set(one) for one in tables],
    }


def _record_set(one: Json) -> Json:
    spec = PUBLISHED[one["table"]]
    name = one["name"].removesuffix(".parquet")
    described: Json = {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{spec.title_zh} / {spec.title_en}",
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{field.name}",
                "name": field.name,
                "description": f"{field.zh} / {field.en}" + (f" ({field.unit})" if field.unit else ""),
                "dataType": _TYPES[_inner(field.dtype)][1],
                **({"repeated": True} if isinstance(field.dtype, pl.List) else {}),
                "source": {"fileObject": {"@id": one["name"]}, "extract": {"column": field.name}},
            }
            for field in spec.columns
        ],
    }
    if spec.key:
        described["key"] = [{"@id": f"{name}/{column}"} for column in spec.key]
    return described


def _inner(dtype: pl.DataType) -> pl.DataType:
    if isinstance(dtype, pl.List):
        return dtype.inner() if isinstance(dtype.inner, type) else dtype.inner
    return dtype
