"""The JSON that commands print with --json: one function for each kind of thing."""

from __future__ import annotations

from typing import Any

from muster.base.errors import Problem
from muster.base.records import Rule, RuleVersion, SegmentVersion, Workspace
from muster.engines.load_report import TableReport
from muster.model.check import Finding
from muster.services.doctor import Diagnosis
from muster.services.effects import Effect
from muster.services.lineage import Ancestor
from muster.services.segments import SegmentEntry

Json = dict[str, Any]


def workspace_json(found: Workspace) -> Json:
    """Return a workspace."""
    return {
        "name": found.name,
        "title": found.title,
        "synthetic": found.synthetic,
        "created_at": found.created_at,
    }


def rule_json(rule: Rule) -> Json:
    """Return a rule with its current version's content."""
    return {
        "name": rule.name,
        "title": rule.title,
        "description": rule.description,
        "version": rule.version,
        "published_version": rule.published_version,
        "status": rule.status,
        "definition": rule.definition,
        "fingerprint": rule.fingerprint,
        "schedule": rule.schedule,
        "tags": rule.tags,
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
    }


def rule_version_json(version: RuleVersion) -> Json:
    """Return one version of a rule without its definition."""
    return {
        "version": version.version,
        "title": version.title,
        "author": version.author,
        "reason": version.reason,
        "created_at": version.created_at,
    }


def segment_version_json(version: SegmentVersion) -> Json:
    """Return one published version without its SQL."""
    return {
        "version": version.number,
        "rule_version": version.rule_version,
        "run": int(version.run_id),
        "size": version.size,
        "share": share_of(version),
        "entered": version.entered,
        "left": version.left,
        "universe": version.universe_size,
        "unknown": version.unknown_size,
        "as_of": version.as_of,
        "watermark": version.watermark,
        "seconds": round(version.seconds, 3),
        "published_at": version.published_at,
        "members_kept": version.bitmap is not None,
    }


def share_of(version: SegmentVersion) -> float:
    """Return members as a share (0 to 1) of those asked about."""
    return version.size / version.universe_size if version.universe_size else 0.0


def segment_json(entry: SegmentEntry) -> Json:
    """Return a segment with what readers see of it."""
    current = entry.segment.current
    return {
        "name": entry.segment.name,
        "title": entry.rule.title,
        "tags": entry.rule.tags,
        "schedule": entry.rule.schedule,
        "current": None if current is None else segment_version_json(current),
    }


def ancestor_json(found: Ancestor) -> Json:
    """Return one node of a lineage with what stands below it."""
    return {
        "kind": found.kind,
        "name": found.name,
        "version": found.version,
        "versions_behind": found.behind,
        "size": found.size,
        "as_of": found.as_of,
        "age_seconds": found.age,
        "repeated": found.repeated,
        "parents": [ancestor_json(parent) for parent in found.parents],
    }


def effect_json(effect: Effect) -> Json:
    """Return what a change does to one segment."""
    measured = effect.change in ("new", "changed", "child")
    return {
        "name": effect.name,
        "change": effect.change,
        "size_before": effect.size_before if measured else None,
        "size_after": effect.size_after if measured else None,
        "entered": effect.entered if measured else None,
        "left": effect.left if measured else None,
        "entered_sample": effect.entered_sample,
        "left_sample": effect.left_sample,
    }


def finding_json(finding: Finding) -> Json:
    """Return one finding of a check."""
    return {"severity": finding.severity, **problem_json(finding.problem)}


def problem_json(problem: Problem) -> Json:
    """Return one fault or warning."""
    return {
        "code": problem.code,
        "path": problem.path,
        "sentence": problem.sentence,
        "hint": problem.hint,
    }


def table_report_json(report: TableReport) -> Json:
    """Return what loading one table found."""
    return {
        "table": report.table,
        "read": report.read,
        "loaded": report.loaded,
        "duplicates": report.duplicates,
        "rejected": dict(report.rejected),
        "unreadable": dict(report.unreadable),
        "orphans": report.orphans,
        "future": report.future,
        "earliest": report.earliest,
        "latest": report.latest,
    }


def diagnosis_json(found: Diagnosis) -> Json:
    """Return one thing the doctor looked at."""
    return {
        "subject": found.subject,
        "health": found.health,
        "sentence": found.sentence,
        "hint": found.hint,
    }
