"""The JSON of runs and schedules, as commands print it with --json."""

from __future__ import annotations

from muster.base.records import Run, RunLogLine, RunRule
from muster.cli.shapes import Json
from muster.services.runs import RunDetail
from muster.services.schedules import ScheduleView


def run_json(run: Run) -> Json:
    """Return a run."""
    return {
        "id": int(run.id),
        "state": run.state,
        "kind": run.kind,
        "origin": run.origin,
        "requested_by": run.requested_by,
        "priority": run.priority,
        "rules": run.rules,
        "as_of": run.as_of,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "attempt": run.attempt,
        "max_attempts": run.max_attempts,
        "crashes": run.crashes,
        "not_before": run.not_before,
        "cancelled_by": run.cancelled_by,
        "progress": run.progress,
        "error_code": run.error_code,
        "error": run.error,
        "figures": run.figures,
        "retry_of": run.retry_of,
        "dead_letter": run.dead_letter,
    }


def run_detail_json(found: RunDetail) -> Json:
    """Return a run with what became of each rule and what it waits for."""
    waiting = found.waiting
    return {
        **run_json(found.run),
        "outcomes": [_outcome_json(rule) for rule in found.rules],
        "waiting": None
        if waiting is None
        else {
            "kind": waiting.kind,
            "sentence": waiting.sentence,
            "until": waiting.until,
            "runs": waiting.runs,
            "ahead": waiting.ahead,
        },
    }


def log_line_json(line: RunLogLine) -> Json:
    """Return a line of a run's log."""
    return {
        "id": line.id,
        "at": line.at,
        "level": line.level,
        "message": line.message,
        "detail": line.detail,
    }


def schedule_json(view: ScheduleView) -> Json:
    """Return a schedule with its next times, and its last ones where they were read."""
    schedule = view.named.schedule
    return {
        "id": int(schedule.id),
        "rule": view.named.rule,
        "kind": schedule.kind,
        "cron": schedule.cron,
        "time_zone": schedule.time_zone,
        "starts_at": schedule.starts_at,
        "ends_at": schedule.ends_at,
        "misfire": schedule.misfire,
        "grace_seconds": schedule.grace_seconds,
        "paused": schedule.paused,
        "next_fires": view.next_fires,
        "last_fire_at": schedule.last_fire_at,
        "fired": [{"fire_at": fire.fire_at, "run": fire.run_id} for fire in view.fired],
        "revision": schedule.revision,
    }


def _outcome_json(rule: RunRule) -> Json:
    return {
        "rule": rule.rule,
        "outcome": rule.outcome,
        "segment_version": rule.segment_version,
        "size": rule.size,
        "seconds": rule.seconds,
        "error_code": rule.error_code,
        "error": rule.error,
    }
