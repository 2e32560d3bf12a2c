"""Spiders: one walk (walk.py), one class per family of publishing platforms."""

from __future__ import annotations

from crawl.platform_apis import api_of
from crawl.platforms import family_of
from crawl.source import Source
from crawl.spiders.browser import BrowserSpider, NoBrowser
from crawl.spiders.declared import DeclaredSpider
from crawl.spiders.scripted import ScriptedSpider
from crawl.spiders.static import StaticSpider
from crawl.spiders.walk import WalkSpider

__all__ = ["BrowserSpider", "DeclaredSpider", "NoBrowser", "ScriptedSpider", "StaticSpider", "WalkSpider", "spider_of"]


def spider_of(source: Source) -> type[WalkSpider]:
    """The class that walks a source: by what it declares, else by the family of its platform (crawl.platforms)."""
    family = family_of(source.platform)
    if family == "browser":
        return BrowserSpider
    if any(api_of(source, number) is not None for number, _ in enumerate(source.listings)):
        return DeclaredSpider
    return ScriptedSpider if family == "json" else StaticSpider
