"""Runs as they are sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from muster.api.schemas.run import (
    RunBody,
    RunDetailBody,
    RunError,
    RunLogLineBody,
    RunProgress,
    RunRuleBody,
    WaitingBody,
)
from muster.base.records import Run, RunLogLine, RunRule
from muster.services.runs import RunDetail, Waiting


def run_body(run: Run) -> RunBody:
    """Return a run as sent."""
    return RunBody(**_fields(run))


def run_detail_body(found: RunDetail) -> RunDetailBody:
    """Return a run as sent, with its rules and what it waits for."""
    return RunDetailBody(
        **_fields(found.run),
        outcomes=[_outcome(rule) for rule in found.rules],
        waiting=None if found.waiting is None else _waiting(found.waiting),
    )


def log_line_body(line: RunLogLine) -> RunLogLineBody:
    """Return a line of a log as sent."""
    return RunLogLineBody(
        id=line.id, at=line.at, level=line.level, message=line.message, detail=line.detail
    )


def _fields(run: Run) -> dict[str, Any]:
    names = (
        "id state kind origin requested_by priority as_of created_at started_at finished_at"
        " attempt max_attempts crashes not_before cancel_requested_at cancelled_by figures"
        " retry_of dead_letter"
    )
    return {name: getattr(run, name) for name in names.split()} | {
        "rules": list(run.rules),
        "seconds": _seconds(run),
        "progress": _progress(run.progress),
        "error": _error(run.error_code, run.error),
    }


def _seconds(run: Run) -> float | None:
    if run.started_at is None:
        return None
    end = run.finished_at or datetime.now(UTC)
    return round(max(0.0, (end - run.started_at).total_seconds()), 3)


def _progress(progress: Any) -> RunProgress | None:
    if not isinstance(progress, dict):
        return None
    return RunProgress(share=progress.get("share"), what=progress.get("what"))


def _error(code: str | None, sentence: str | None) -> RunError | None:
    return None if code is None else RunError(code=code, sentence=sentence or "")


def _outcome(rule: RunRule) -> RunRuleBody:
    return RunRuleBody(
        rule=rule.rule,
        outcome=rule.outcome,
        segment_version=rule.segment_version,
        size=rule.size,
        seconds=rule.seconds,
        error=_error(rule.error_code, rule.error),
    )


def _waiting(waiting: Waiting) -> WaitingBody:
    return WaitingBody(
        kind=waiting.kind,
        sentence=waiting.sentence,
        until=waiting.until,
        runs=[int(run_id) for run_id in waiting.runs],
        ahead=waiting.ahead,
    )
