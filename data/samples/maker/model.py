"""From the facts file to reports whose identities hold: everything that follows from the leaves is computed here.

All amounts are `Decimal` in 万元 with two decimals. None is a blank cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

CENT = Decimal("0.01")
CHECK_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Characters of GB 32100: no I, O, S, V, Z."""


class FactsError(Exception):
    """The facts file contradicts itself; the message says where."""


class _Constructor(SafeConstructor):
    """Numbers with a point are read from their text, so that 0.10 stays 0.10."""


_Constructor.add_constructor("tag:yaml.org,2002:float", lambda _self, node: Decimal(str(node.value)))


def load_facts(path: Path) -> dict[str, Any]:
    """The facts file as plain dictionaries; money as Decimal."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    facts = yaml.load(path.read_text(encoding="utf-8"))
    if not isinstance(facts, dict):
        raise FactsError(f"{path.name}: not a mapping")
    return facts


def cents(value: object) -> Decimal:
    """A number of the facts file with exactly two decimals."""
    return Decimal(str(value)).quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Split:
    """An amount with its two parts: basic + project, or personnel + public."""

    first: Decimal = Decimal(0)
    second: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return self.first + self.second

    def __add__(self, other: Split) -> Split:
        return Split(self.first + other.first, self.second + other.second)


@dataclass(frozen=True)
class Subject:
    """One line of a coded table: parents come before their children."""

    code: str
    name: str
    amount: Split


@dataclass(frozen=True)
class Project:
    name: str
    code: str
    total: Decimal
    function: str | None
    purpose: str
    plan: tuple[str, ...]
    goal: str
    indicators: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Purchase:
    project: str
    project_total: Decimal
    item: str
    catalogue: str
    unit: str
    quantity: int
    price: Decimal

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity


@dataclass(frozen=True)
class ThreePublic:
    """Leaves of the three-public form; None is a blank cell."""

    abroad: Decimal | None
    vehicle_purchase: Decimal | None
    vehicle_operation: Decimal | None
    reception: Decimal | None
    meeting: Decimal | None
    training: Decimal | None

    @property
    def vehicle(self) -> Decimal | None:
        return add(self.vehicle_purchase, self.vehicle_operation)

    @property
    def subtotal(self) -> Decimal | None:
        return add(self.abroad, self.vehicle, self.reception)

    @property
    def total(self) -> Decimal | None:
        return add(self.subtotal, self.meeting, self.training)


@dataclass(frozen=True)
class Previous:
    """What the year before had, as the prose compares with it."""

    total: Decimal
    basic: Decimal
    project: Decimal
    three_public: Decimal


@dataclass
class Report:
    """One department budget of one year, complete and consistent (errors are planted later, in the forms)."""

    id: str
    year: int
    code: str
    org: str
    basis: str
    format: str
    published: str
    functional: list[Subject]
    economic: list[Subject]
    three_public: ThreePublic
    projects: list[Project]
    purchases: list[Purchase]
    purchase_total: Decimal
    assets: dict[str, tuple[int | None, Decimal | None]]
    units: list[list[str]]
    previous: Previous
    says: dict[str, str]
    department: Mapping[str, Any]
    planted: list[dict[str, Any]] = field(default_factory=list)

    @property
    def spending(self) -> Split:
        """basic + project of the whole department."""
        return sum((s.amount for s in self.functional if len(s.code) == 3), Split())

    @property
    def basic(self) -> Split:
        """personnel + public of the basic expenditure."""
        return sum((s.amount for s in self.economic if len(s.code) == 3), Split())

    def said(self, concept: str, computed: Decimal | None) -> Decimal:
        """The figure the prose gives: the computed one, unless a planted error says something else."""
        for error in self.planted:
            if concept in error.get("narrative", {}):
                return cents(error["narrative"][concept])
        return computed or Decimal(0)

    @property
    def asset_total(self) -> Decimal | None:
        return add(*(self.assets[key][1] for key in ("house", "vehicles", "equipment", "other")))


def add(*amounts: Decimal | None) -> Decimal | None:
    """The sum of what is not blank; blank when all are."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def check_character(first_twenty: str) -> str:
    """Last character of a project code: GB 32100's scheme with the constant seen on the codes of the real report."""
    total = sum(CHECK_ALPHABET.index(char) * pow(3, i, 31) for i, char in enumerate(first_twenty))
    return CHECK_ALPHABET[(30 - total) % 31]


def project_code(county: str, year: int, department: str, seq: int) -> str:
    """21 characters: county, two digits of the year, P, eleven of a serial, check character."""
    body = f"{county}{year % 100:02d}P0000{department}{seq:02d}10"
    return body + check_character(body)


def with_parents(leaves: Mapping[str, Split], names: Mapping[str, str], lengths: tuple[int, ...]) -> list[Subject]:
    """Leaves and the sums above them, in the order of the codes."""
    sums: dict[str, Split] = {}
    for code, amount in leaves.items():
        for length in (*lengths, len(code)):
            sums[code[:length]] = sums.get(code[:length], Split()) + amount
    missing = sorted(code for code in sums if code not in names)
    if missing:
        raise FactsError(f"no name for subject {', '.join(missing)}")
    return [Subject(code, names[code], sums[code]) for code in sorted(sums)]


def _economic(spec: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Decimal]:
    amounts = {str(code): cents(value) for code, value in spec["economic"].items()}
    if "contribution_base" in spec:
        base = cents(spec["contribution_base"])
        for code, rate in facts["contribution_rates"].items():
            amounts[str(code)] = cents(base * rate)
    if "rest_to" in spec:
        amounts[spec["rest_to"]] = cents(spec["must_be"]["basic"]) - sum(amounts.values(), Decimal(0))
    return {code: amount for code, amount in amounts.items() if amount}


def _projects(spec: Mapping[str, Any], facts: Mapping[str, Any], department_code: str) -> list[Project]:
    known = {p["name"]: p for d in facts["documents"] for p in d["projects"] if "name" in p and d["basis"] == "real"}
    out = []
    for seq, raw in enumerate(spec["projects"], start=1):
        total = cents(raw["total"])
        origin = known[raw["of"]] if "of" in raw else raw
        if "plan_percent" in raw:
            plan = tuple(str(point) if point else "" for point in raw["plan_percent"])
            rows = _indicators(origin["indicators"], facts["indicator_defaults"], total)
        else:
            plan = tuple("" if point is None else f"{cents(point):.2f}" for point in raw["plan_amounts"])
            rows = [tuple(row) for row in origin["indicators"]]
        code = raw.get("code") or project_code(facts["county"]["code"], spec["year"], department_code, seq)
        out.append(
            Project(
                name=origin["name"],
                code=code,
                total=total,
                function=raw.get("function"),
                purpose=origin["purpose"],
                plan=plan,
                goal=origin["goal"],
                indicators=tuple(rows),
            )
        )
    return out


def _indicators(own: list[list[str]], defaults: list[list[str]], total: Decimal) -> list[tuple[str, ...]]:
    by_level = {row[0]: row for row in own}
    rows = [by_level.get(row[0], row) for row in defaults]
    return [tuple(str(cell).replace("{total}", f"{total:.2f}") for cell in row) for row in rows]


def _functional(
    spec: Mapping[str, Any],
    facts: Mapping[str, Any],
    main: str,
    economic: Mapping[str, Decimal],
    projects: list[Project],
) -> dict[str, Split]:
    leaves: dict[str, Split] = {}
    rest = sum(economic.values(), Decimal(0))
    for function, codes in facts["basic_functions"].items():
        if function in spec.get("no_function", ()):
            continue
        amount = sum((economic.get(code, Decimal(0)) for code in codes), Decimal(0))
        if amount:
            leaves[function] = Split(amount)
            rest -= amount
    leaves[main] = leaves.get(main, Split()) + Split(rest)
    given = spec.get("project_functions")
    parts = given.items() if given else ((p.function, p.total) for p in projects)
    for function, value in parts:
        if function is None:
            raise FactsError(f"{spec['id']}: a project without a function")
        leaves[function] = leaves.get(function, Split()) + Split(Decimal(0), cents(value))
    return leaves


def _assets(raw: Mapping[str, Any]) -> dict[str, tuple[int | None, Decimal | None]]:
    return {key: (pair[0], None if pair[1] is None else cents(pair[1])) for key, pair in raw.items()}


def build_reports(facts: Mapping[str, Any]) -> list[Report]:
    """All reports of the facts file, in its order. Raises FactsError where the facts do not fit together."""
    reports: dict[str, Report] = {}
    specs = {spec["id"]: spec for spec in facts["documents"]}
    for spec in sorted(facts["documents"], key=lambda s: s["year"]):
        reports[spec["id"]] = _report(spec, facts, reports)
    return [reports[doc_id] for doc_id in specs]


def _report(spec: Mapping[str, Any], facts: Mapping[str, Any], earlier: Mapping[str, Report]) -> Report:
    department = facts["departments"][spec["department"]]
    economic = _economic(spec, facts)
    projects = _projects(spec, facts, department["code"])
    functional = _functional(spec, facts, department["main_function"], economic, projects)
    leaves = {
        code: Split(Decimal(0), amount) if code.startswith("302") else Split(amount)
        for code, amount in economic.items()
    }
    totals = {project.name: project.total for project in projects}
    purchases = [
        Purchase(
            p["project"], totals[p["project"]], p["item"], p["catalogue"], p["unit"], p["quantity"], cents(p["price"])
        )
        for p in spec["purchases"]
    ]
    report = Report(
        id=spec["id"],
        year=spec["year"],
        code=department["code"],
        org=department["name"],
        basis=spec["basis"],
        format=spec["format"],
        published=spec["published"],
        functional=with_parents(functional, facts["functional_subjects"], (3, 5)),
        economic=with_parents(leaves, facts["economic_subjects"], (3,)),
        three_public=ThreePublic(
            abroad=economic.get("30212"),
            vehicle_purchase=None,
            vehicle_operation=economic.get("30231"),
            reception=economic.get("30217"),
            meeting=economic.get("30215"),
            training=economic.get("30216"),
        ),
        projects=projects,
        purchases=purchases,
        purchase_total=cents(spec["purchase_total"]),
        assets=_assets(spec["assets"]),
        units=department["units"],
        previous=_previous(spec["previous"], earlier),
        says=spec["says"],
        department=department,
        planted=spec.get("planted", []),
    )
    _must_be(report, spec.get("must_be", {}))
    return report


def _previous(raw: Any, earlier: Mapping[str, Report]) -> Previous:
    if isinstance(raw, str):
        report = earlier[raw]
        return Previous(
            report.spending.total,
            report.spending.first,
            report.spending.second,
            report.said("three_public", report.three_public.subtotal),
        )
    return Previous(**{key: cents(value) for key, value in raw.items()})


def _must_be(report: Report, wanted: Mapping[str, Any]) -> None:
    has = {
        "total": report.spending.total,
        "basic": report.spending.first,
        "project": report.spending.second,
        "three_public": report.three_public.subtotal,
    }
    for key, value in wanted.items():
        if has[key] != cents(value):
            raise FactsError(f"{report.id}: {key} is {has[key]}, must be {cents(value)}")
