"""Requests that a source declares, for budget platforms that no page describes: a list in JSON, details, attachments.

listings:
  - url: https://yjs.example.gov.cn/budget/main      # what a person opens
    kind: department_budget
    api:
      url: https://yjs.example.gov.cn/api/list?area=330203&page={page}&size=50
      rows: data.list
      title: deptName
      link: /detail.html?id={id}
      date: publishDate
      total: data.total
      detail:
        url: /api/detail?id={id}
        attachments: data.files
        name: fileName
        link: /file/download?id={fileId}

`{page}` counts from `first`, `{area_code}` is the option of that name; other names in braces are values of the row.
What is not declared is found by usual names.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from crawl.address import file_name_of
from crawl.listing_json import Fields, at, date_of, fill
from crawl.notice import Link
from crawl.page import Page, PageError, absolute, read_page, squeeze
from crawl.pager import Step

_MAX_FILES = 500


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Detail(_Strict):
    """How the notice of a row is asked for and read. Paths are dotted (`data.files`)."""

    url: str = Field(min_length=1)
    title: str | None = None
    date: str | None = None
    html: str | None = None
    attachments: str | None = None
    name: str | None = None
    link: str | None = None


class Api(_Strict):
    """How the rows of a listing are asked for and read. form: sent by POST, values with {page} in them."""

    url: str = Field(min_length=1)
    form: dict[str, str] | None = None
    first: int = Field(default=1, ge=0)
    rows: str | None = None
    title: str | None = None
    link: str | None = None
    date: str | None = None
    total: str | None = None
    pages: str | None = None
    detail: Detail | None = None

    @property
    def fields(self) -> Fields:
        """Where the rows stand; with a detail the address of a row is that of its detail."""
        link = self.detail.url if self.detail else self.link
        return Fields(self.rows, self.title, link, self.date, self.total, self.pages)

    def step(self, base: str, number: int, area_code: str | None = None) -> Step | None:
        """The request for one page, counted from 1; None when what is declared is no address."""
        counted = str(number - 1 + self.first)

        def filled(text: str) -> str:
            return text.replace("{page}", counted).replace("{area_code}", area_code or "")

        url = absolute(base, filled(self.url))
        if url is None:
            return None
        if self.form is None:
            return Step(url)
        return Step(url, form=tuple((key, filled(value)) for key, value in self.form.items()))

    @property
    def is_paged(self) -> bool:
        """Whether another number asks for another page."""
        return "{page}" in self.url or any("{page}" in value for value in (self.form or {}).values())


class DetailRead(_Strict):
    """What a detail said. page: its text as a page, where it has one."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)

    title: str | None
    date: str | None
    attachments: tuple[Link, ...]
    page: Page | None


def read_detail(tree: Any, detail: Detail, base: str) -> DetailRead:
    """Title, date, files and text of a detail's answer; what is not there is None or empty."""
    page: Page | None = None
    text = at(tree, detail.html) if detail.html else None
    if isinstance(text, str) and text.strip():
        try:
            page = read_page(f"<html><body><div>{text}</div></body></html>".encode("utf-8", "replace"), base)
        except PageError:
            page = None
    title = at(tree, detail.title) if detail.title else None
    files = at(tree, detail.attachments) if detail.attachments else None
    return DetailRead(
        title=squeeze(title)[:1000] if isinstance(title, str) and title.strip() else None,
        date=date_of(at(tree, detail.date)) if detail.date else None,
        attachments=tuple(_files(files, detail, base)),
        page=page,
    )


def _files(files: Any, detail: Detail, base: str) -> list[Link]:
    records = files if isinstance(files, list) else [files] if files else []
    found: dict[str, Link] = {}
    for record in records[:_MAX_FILES]:
        if isinstance(record, str):
            address, name = record, ""
        elif isinstance(record, dict):
            declared = detail.link or ""
            given = fill(declared, record) if "{" in declared else at(record, declared) if declared else None
            if given is None:
                given = next((record[k] for k in ("url", "fileUrl", "filePath", "path", "href") if record.get(k)), None)
            named = at(record, detail.name) if detail.name else record.get("name") or record.get("fileName")
            address, name = str(given or ""), str(named or "")
        else:
            continue
        url = absolute(base, address) if address else None
        if url and urlsplit(url).path:
            found.setdefault(url, Link(url, squeeze(name)[:1000] or file_name_of(url) or ""))
    return list(found.values())
