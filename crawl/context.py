"""What a page as a whole lends to a link that does not say it itself: kind, year and owner of its column, and with them
the level (department, unit, government) of a paper. Pure functions.
"""

from __future__ import annotations

import re

import msgspec

from crawl.about import About
from crawl.dating import fiscal_year, plain_title, stated_years
from crawl.entity import is_government, is_lone_centre, is_sub_unit, same_entity
from crawl.naming import Kind, Level, Naming, at_level, budget_or_final, name_title

COLUMN_WORDS = re.compile(
    r"财政(?:预决算|信息|资金|公开|数据|收支|预算|决算)|预决算|预算[/、]?决算|财务(?:信息|公开|预决算)|三公经费|部门预算|部门决算|绩效(?:管理|评价|目标|信息)|专项资金|资金信息"
)


class Context(msgspec.Struct, frozen=True):
    """What the page as a whole lends to a link that does not say it itself."""

    naming: Naming
    years: tuple[int, ...]
    owner: str | None
    is_disclosure: bool
    words: str
    paper_year: int | None = None  # of the very words that name the kind (column 2024年部门预算)
    is_home: bool = False
    no_article: bool = False
    folder: str = ""


def page_context(about: About) -> Context:
    """What a page's title and columns name: the nearest words that name a kind, and the years of the same words."""
    owner = about.owner
    words = [about.meta.get("columnname") or "", about.title or "", *reversed(about.columns), about.head_title or ""]
    naming = Naming()
    years: tuple[int, ...] = ()
    paper_year: int | None = None
    for text in words:
        one = name_title(text)
        if one.wanted and naming.kind is None:
            naming = one
            paper_year = fiscal_year(text, one.noun_at) if len(set(stated_years(text))) == 1 else None
        found = tuple(dict.fromkeys(stated_years(text)))
        if not years and len(found) == 1:
            years = found
    said = " ".join(words)
    is_disclosure = bool(COLUMN_WORDS.search(plain_title(said))) or naming.wanted
    return Context(naming, years, owner, is_disclosure, said, paper_year)


def office_level(naming: Naming, office: str, context: Context) -> Naming:
    """What a list of offices names for one of them: its own （本级） and the units below a department are units."""
    side = budget_or_final(naming.kind)
    if naming.kind is None or side is None or naming.kind.startswith("government"):
        return naming
    level: Level | None = None
    if re.search(r"本级[)]?$|机关[)]?$", plain_title(office)):
        level = "unit"
    elif context.owner is not None and not is_government(context.owner):
        level = "department" if same_entity(office, context.owner) else "unit"
    elif naming.also and is_sub_unit(office) and not (naming.level_said and is_lone_centre(office)):
        level = "unit"
    if level is None:
        return naming
    kind = at_level(naming.kind, level)
    also = tuple(dict.fromkeys(one for one in (naming.kind, *naming.also) if one != kind))
    return msgspec.structs.replace(naming, kind=kind, also=also, level_said=True)


def levelled(
    kind: Kind,
    naming: Naming,
    entity: str | None,
    above: tuple[str, ...],
    context: Context,
    *,
    listed: bool = False,
) -> tuple[Kind, tuple[str, ...]]:
    """The kind with its level: as said; else by the heading or column; else by whose site and whose paper it is.

    listed: the entity is only the name of a row in a list of offices. Where that list says 部门, a centre of the place
    itself among them (公共资源交易中心) is a department; a title of its own (某中心2024年预算) is a unit's.
    """
    side = budget_or_final(kind)
    if naming.level_said or side is None:
        return kind, ()
    if entity is not None and listed and is_sub_unit(entity) and is_lone_centre(entity):
        for text in (*above, context.words):
            if (level := _level_of_list(text)) is not None:
                return at_level(kind, level), (f"level of the list {text[:40]!r}",)
    if entity is None or (not is_sub_unit(entity)):
        for text in (*above, *reversed(context.words.split(" "))):
            one = name_title(text)
            if one.wanted and one.kind is not None and one.level_said and budget_or_final(one.kind) == side:
                if one.kind.startswith("government") and entity is not None:
                    continue
                return one.kind, (f"level of the column {text[:40]!r}",)
    if entity is None:
        return kind, ()
    if not is_government(context.owner) and context.owner is not None:
        own = same_entity(entity, context.owner)
        return at_level(kind, "department" if own else "unit"), (
            "the site's own department" if own else "not the site's own department",
        )
    if is_sub_unit(entity):
        return at_level(kind, "unit"), ("an institution, not a department",)
    return kind, ()


def _level_of_list(text: str) -> Level | None:
    """The level of the offices that a heading or a page's title says it lists (部门预决算公开目录, 县级部门).

    None where it says none, or both."""
    department, unit = "部门" in plain_title(text), re.search(r"单位(?!名称)", plain_title(text)) is not None
    return None if department == unit else "department" if department else "unit"
