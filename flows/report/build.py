"""A run → its report: plain data, everything a person needs in the morning, and one word for a program."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from crawl.schema import CrawlResult
from flows import errors
from flows.fingerprint import ENTRIES, stage_code
from flows.night import Night
from flows.quarantine import Quarantine
from flows.release.version import index_of
from flows.runs import Run, report_of, runs
from flows.settings import DataRoot, least_free_bytes
from flows.steps import Steps
from flows.terminal import STAGES
from flows.upkeep.verify import state as verify_state

OUTCOMES: Final = ("new", "replaced", "unchanged", "gone", "refused", "failed")
MOST: Final = 50  # of a list in the report: the tables and the log have the rest
SLOWEST: Final = 20

Data = dict[str, Any]


def report(
    run: Run,
    night: Night,
    root: DataRoot,
    *,
    steps: Steps,
    quarantine: Quarantine,
    impact: Data | None,
    error: BaseException | None,
) -> Data:
    """The report of a run that has ended, however it ended. impact: what `flows.impact` found."""
    published, index = night.published, None if night.published is None else night.published.index
    previous = index_of(root.releases, index["previous"]) if index and index.get("previous") else None
    found: Data = {
        "run": run.id,
        "kind": run.kind,
        "counts_as": run.now.isoformat(),
        "seconds": round(time.monotonic() - run.began, 1),
        "error": None if error is None else _error(error),
        "sources": [_source(one.result) for one in night.crawled],
        "documents": night.documents,
        "stages": _stages(night, steps),
        "steps": steps.as_data(),
        "issues": {} if index is None else index["issues"],
        "issues_moved": {} if published is None or not published.is_new else _moved(previous, index, "issues"),
        "issues_of_the_night": [msgspec.to_builtins(issue) for issue in night.issues[:MOST]],
        "quarantine": {
            "held": len(quarantine.held),
            "new": [msgspec.to_builtins(one) for one in quarantine.new[:MOST]],
            "healed": [msgspec.to_builtins(one) for one in quarantine.healed[:MOST]],
            "by_code": dict(sorted(Counter(one.code for one in quarantine.held).items())),
        },
        "impact": impact,
        "coverage_moved": _coverage(previous, index) if published is not None and published.is_new else [],
        "slowest": _slowest(night),
        "release": None
        if published is None
        else {
            "version": published.version,
            "is_new": published.is_new,
            "previous": published.index.get("previous"),
            "counts": published.index["counts"],
        },
        "code": {stage: stage_code(stage) for stage in ENTRIES},
        "verify": msgspec.to_builtins(verify_state(root)),
        "free_bytes": shutil.disk_usage(root.path).free,
    }
    found["needs_a_person"] = _needs(found, night, root, run, quarantine)
    found["exit_code"] = _exit_code(found, error)
    found["status"] = {errors.OK: "ok", errors.FINDINGS: "attention"}.get(found["exit_code"], "failed")
    return found


def _error(error: BaseException) -> Data:
    if isinstance(error, errors.Trouble):
        return {"code": error.code, "zh": error.zh, "en": error.en}
    kind = type(error).__name__
    return {"code": errors.BUG, "zh": f"程序中断（{kind}）", "en": f"the run was cut short ({kind})"}


def _exit_code(found: Data, error: BaseException | None) -> int:
    if error is not None:
        return int(found["error"]["code"])
    if any(source["failed"] for source in found["sources"]):
        return errors.NETWORK
    return errors.FINDINGS if found["needs_a_person"] else errors.OK


def _source(result: CrawlResult) -> Data:
    return {
        "source_id": result.source_id,
        "outcomes": {outcome: result.outcomes.get(outcome, 0) for outcome in OUTCOMES},
        "documents": result.documents,
        "bodies_fetched": result.bodies_fetched,
        "failed": result.failed,
        "finish_reason": result.finish_reason,
        "seconds": round(result.seconds, 1),
        "warnings": result.warnings,
        "errors": result.errors[:MOST],
        "troubles": [
            {"url": visit.url, "outcome": visit.outcome, "status": visit.status, "reason": visit.reason}
            for visit in result.troubles[:MOST]
        ],
        "troubles_left_out": max(0, len(result.troubles) - MOST),
    }


def _stages(night: Night, steps: Steps) -> list[Data]:
    return [
        {
            "stage": plan.name,
            "zh": STAGES.get(plan.name, (plan.name,))[0],
            "done": night.done.get(plan.name, 0),
            "failed": night.failed.get(plan.name, 0),
            "seconds": round(steps.seconds_of(plan.name), 1),
            "again": len(plan.same) + len(plan.differing),
            "differing": plan.differing[:MOST],
        }
        for plan in night.plans
    ]


def _slowest(night: Night) -> list[Data]:
    """The documents that took longest, over all stages."""
    times = [(seconds, plan.name, sha256) for plan in night.plans for sha256, seconds in plan.seconds.items()]
    found = []
    for seconds, stage, sha256 in sorted(times, reverse=True)[:SLOWEST]:
        document = night.found.get(sha256)
        found.append(
            {
                "document": sha256,
                "stage": stage,
                "seconds": round(seconds, 2),
                "source": document.provenance.source_id if document else None,
                "filename": document.provenance.filename if document else None,
            }
        )
    return found


def _moved(previous: Data | None, index: Data | None, name: str) -> dict[str, list[int]]:
    """Code → [before, after], where they differ."""
    before, after = (previous or {}).get(name, {}), (index or {}).get(name, {})
    return {
        code: [before.get(code, 0), after.get(code, 0)]
        for code in sorted({*before, *after})
        if before.get(code, 0) != after.get(code, 0)
    }


def _coverage(previous: Data | None, index: Data | None) -> list[Data]:
    """County, year and kind whose number of disclosures or facts is another than in the release before."""

    def counted(found: Data | None) -> dict[tuple[str, str, str], tuple[int, int]]:
        rows: Sequence[Mapping[str, Any]] = (found or {}).get("coverage", [])
        names = ("county_code", "fiscal_year", "doc_type")
        return {
            (str(row[names[0]]), str(row[names[1]]), str(row[names[2]])): (row["disclosures"], row["n_facts"])
            for row in rows
        }

    before, after = counted(previous), counted(index)
    return [
        {
            "county_code": key[0],
            "fiscal_year": key[1],
            "doc_type": key[2],
            "disclosures": [before.get(key, (0, 0))[0], after.get(key, (0, 0))[0]],
            "facts": [before.get(key, (0, 0))[1], after.get(key, (0, 0))[1]],
        }
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]


def _needs(found: Data, night: Night, root: DataRoot, run: Run, quarantine: Quarantine) -> list[Data]:
    """What needs a person, the worst first: one stable word, one line in each language."""
    wanted: list[Data] = []

    def need(what: str, zh: str, en: str) -> None:
        wanted.append({"what": what, "zh": zh, "en": en})

    if found["error"]:
        need("failed", found["error"]["zh"], found["error"]["en"])
    for source in found["sources"]:
        name = source["source_id"]
        if source["failed"]:
            reason = source["finish_reason"]
            need(
                "crawl_incomplete",
                f"{name} 抓取不完整（{reason}）",
                f"{name}: the crawl is not complete ({reason})",
            )
        for warning in source["warnings"]:
            need("crawl_warning", f"{name}：{warning}", f"{name}: {warning}")
    for one_source in night.sources:
        for flag in one_source.flags:
            need("source_flag", f"{one_source.source_id}：{flag}", f"{one_source.source_id}: {flag}")
    for stage in found["stages"]:
        for sha256 in stage["differing"]:
            need(
                "other_bytes",
                f"{stage['stage']}：同一指纹而字节不同 {sha256}",
                f"{stage['stage']}: other bytes under the same fingerprint, {sha256}",
            )
    for one in quarantine.new[:MOST]:
        name = one.filename or one.document[:16]
        need("quarantine", f"{name}：{one.message_zh}", f"{name}: {one.message_en}")
    for issue in night.issues[:MOST]:
        need(issue.code, issue.message_zh, issue.message_en)
    for what, zh, en in (("damaged", "损坏", "damaged"), ("missing", "缺失", "missing")):
        digests = found["verify"][what]
        if digests:
            first = digests[0][:16]
            need(
                f"archive_{what}",
                f"档案中 {len(digests)} 个文件{zh}，如 {first}：重新抓取，或从备份恢复",
                f"{len(digests)} bodies of the archive are {en}, such as {first}: crawl again, or restore a backup",
            )
    alone = not found["error"] and run.kind != "crawl"  # else another run may be at work now
    for name in _cut_short(root, run) if alone else []:
        need("killed", f"运行 {name} 没有结束（被中止？）", f"the run {name} has no end: was it killed?")
    if found["free_bytes"] < least_free_bytes():
        gib = found["free_bytes"] / 2**30
        need("disk", f"磁盘剩余 {gib:.1f} GiB", f"{gib:.1f} GiB are left on the disk")
    return wanted


def _cut_short(root: DataRoot, run: Run) -> list[str]:
    """Runs since the last one with a report that have none: the data root is held by us, so none is at work."""
    found: list[str] = []
    for folder in reversed(runs(root)):
        if folder.name == run.id or "-crawl" in folder.name:  # crawls of other workers may be at work
            continue
        if report_of(folder) is not None:
            break
        found.append(folder.name)
    return found
