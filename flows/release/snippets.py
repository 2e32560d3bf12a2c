"""How to load a table, for people to copy: Python (Polars, DuckDB, Arrow, pandas), R, Stata, a shell."""

from __future__ import annotations

from typing import Final

from flows.release.exports import more_formats
from flows.release.package import file_name
from normalize.panels.tables import PUBLISHED, table_name

ONE_DOCUMENT: Final = "facts_by_document"
DUCKDB_NOTE: Final = "DuckDB reads web addresses only with its extension httpfs; a downloaded file needs none"


def snippets(table: str, base: str = "") -> dict[str, str]:
    """Name of the tool → code that loads the table. base: address or folder of the release, "" for the current one.

    With a base that is an address, Polars fetches only the parts of the file it needs (range requests).
    """
    where = f"{base.rstrip('/')}/" if base else ""
    name, path = table_name(PUBLISHED[table]), f"{where}{file_name(table)}"
    query = f"FROM read_parquet('{path}')"
    found = {
        "polars": f'import polars as pl\n\n{name} = pl.scan_parquet("{path}").collect()\n',
        "duckdb": f'import duckdb\n\n# {DUCKDB_NOTE}\n{name} = duckdb.sql("{query}").pl()\n',
        "arrow": (
            f'import pyarrow.parquet as pq\n\n{name} = pq.read_table("{path}")\n'
            f'labels = {{f.name: f.metadata[b"label_en"].decode() for f in {name}.schema}}\n'
        ),
        "r": f'{name} <- arrow::read_parquet("{path}")\n',
        "shell": f"yujue get {name}{f' --from {base}' if base else ''}\n",
    }
    if "dta" in more_formats(PUBLISHED[table]):
        dta = f"{where}{file_name(table, 'dta')}"
        found["pandas"] = f'import pandas as pd\n\n{name} = pd.read_stata("{dta}", convert_categoricals=False)\n'
        found["stata"] = f'use "{dta}", clear\ndescribe\n'
        found["r_haven"] = f'{name} <- haven::read_dta("{dta}")\n'
    return found


def one_document(base: str, sha256: str) -> dict[str, str]:
    """Name of the tool → code that reads the facts of one document over HTTP and fetches little else.

    base: address of a release. The benchmark of releases runs these very texts and tells the bytes they move.
    """
    path = f"{base.rstrip('/')}/{file_name(ONE_DOCUMENT)}"
    return {
        "polars": (
            f'import polars as pl\n\nfacts = pl.scan_parquet("{path}")\n'
            f'facts = facts.filter(pl.col("document_sha256") == "{sha256}").collect()\n'
        ),
        "hyparquet": (
            "import { asyncBufferFromUrl, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'\n"
            "import { compressors } from 'hyparquet-compressors'\n\n"
            f"const file = await asyncBufferFromUrl({{ url: '{path}' }})\n"
            "const metadata = await parquetMetadataAsync(file, { initialFetchSize: 1 << 16 })\n"
            "const facts = await parquetReadObjects({\n"
            "  file, metadata, compressors, useOffsetIndex: true, usePageIndex: true,\n"
            f"  filter: {{ document_sha256: {{ $eq: '{sha256}' }} }},\n"
            "})\n"
        ),
    }
