"""The requests of budget platforms whose listings are data: declared here once, so that a source need not.

A source of such a platform names its address and its area code; whatever it declares itself (`api:`) goes before what
stands here. `{area_code}` is the option of that name; `{listing.NAME}` is the parameter NAME of the listing's own
address, or what `defaults` says for its kind where the address has none.

Only platforms whose requests are known from a public program that uses them, or from the platform's own page, are
declared. For the others of the family a source has `api:`, and the lint says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from crawl.declared import Api, Detail
from crawl.source import Listing, Options, Source

_OF_LISTING = re.compile(r"\{listing\.(\w+)\}")


class PlatformApi(msgspec.Struct, frozen=True):
    """How a platform's rows are asked for. defaults: kind of a listing → values of parameters that its address may
    lack. Only what is known to hold for that kind stands here: a wrong number would ask for other papers, and what was
    then not found would be said to be unpublished."""

    api: Api
    defaults: Mapping[str, Mapping[str, str]]


APIS: Final[dict[str, PlatformApi]] = {
    # as the platform's own pages ask (…/yjs/business/page/list?type=2&basicId=150121zf), from public crawlers of it:
    # a list by office and kind, the files of a notice by its id; <area code>zf is the county's government itself
    "neimenggu_yjs": PlatformApi(
        Api(
            url="/yjs/business/basic/select?id={listing.basicId}&type={listing.type}&p={page}",
            rows="list",
            title="title",
            date="publishTime",
            detail=Detail(
                url="/yjs/business/basic/result/{id}",
                attachments="files",
                name="name",
                link="/yjs/business/file/download/{id}",
            ),
        ),
        {"government_budget": {"basicId": "{area_code}zf", "type": "2"}},
    ),
}


def api_of(source: Source, number: int) -> Api | None:
    """How the rows of a listing (its number) are asked for: as the source declares, else as its platform does."""
    listing, era = source.listings[number], source.era_of(number)
    return listing.api or platform_api(era.platform, listing, era.options)


def platform_api(platform: str, listing: Listing, options: Options) -> Api | None:
    """The platform's declaration for one listing; None where none is declared, or a value that it needs is not said."""
    declared = APIS.get(platform)
    if declared is None:
        return None
    given = dict(parse_qsl(urlsplit(listing.url).query)) | dict(parse_qsl(listing.fragment.partition("?")[2]))
    usual = declared.defaults.get(listing.kind or "", {})
    missing: list[str] = []

    def value(found: re.Match[str]) -> str:
        said = given.get(found[1]) or usual.get(found[1])
        if said is None or ("{area_code}" in said and not options.area_code):
            missing.append(found[1])
            return ""
        return said.replace("{area_code}", options.area_code or "")

    url = _OF_LISTING.sub(value, declared.api.url)
    return None if missing else declared.api.model_copy(update={"url": url})
