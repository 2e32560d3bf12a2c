"""Platforms whose listings are pages that can be read without their scripts: TRS, jcms, VSB, FastDFS and any other."""

from __future__ import annotations

from crawl.spiders.walk import WalkSpider


class StaticSpider(WalkSpider):
    """The generic walk: what a page does not say, nobody says. Rows and pages that a script of the page would fetch
    are asked for as that script does, so a site that changes its platform is still read."""

    name = "static"
