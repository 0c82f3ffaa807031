"""What somebody should look at: a plain title, what to do, and the button that does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from muster.base.datamodel import DataModel
from muster.base.ids import RuleId, RunId, SegmentId
from muster.base.records import ApprovalState, Rule, RuleOutcome, Run, RunKind, RunState
from muster.rules.sentence_words import spaced
from muster.services.context import WorkspaceContext
from muster.services.indexing import IndexState, IndexStatus
from muster.services.sources import FRESH_EVENTS, Looked, ago, renewing
from muster.store import approvals as approval_store
from muster.store import rule_lists, run_list, run_rules, segment_list
from muster.store.database import Transaction
from muster.store.run_list import RunFilter
from muster.store.segment_moves import SegmentMove
from muster.store.segment_query import Freshness, SegmentFilter

SHRUNK: Final = 0.2
"""A segment that lost more than this share of its members from one version to the next."""
FEWEST: Final = 10
_MOST = 5
_FAILED_SINCE = timedelta(days=30)
_MOST_RUNS = 20
_MOST_RULES = 200


class Severity(StrEnum):
    """How much it matters, most first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class AttentionKind(StrEnum):
    """What it is about."""

    FAILED_RUN = "failed_run"
    STALE = "stale"
    SHRUNK = "shrunk"
    APPROVAL = "approval"
    INDEX = "index"
    SOURCE = "source"


class Fix(StrEnum):
    """The button that mends it, or shows more of it."""

    RETRY_RUN = "retry_run"
    REFRESH = "refresh"
    REVIEW = "review"
    OPEN = "open"


_INDEX: Mapping[IndexState, tuple[Severity, str, str]] = {
    IndexState.DAMAGED: (
        Severity.WARNING,
        "The audience index is damaged",
        "The next refresh rebuilds it.",
    ),
    IndexState.STALE: (Severity.INFO, "The audience index is behind the data", ""),
    IndexState.UNFIT: (Severity.INFO, "There is no audience index", ""),
}


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing; ``at``: since when, None where that is not known."""

    kind: AttentionKind
    severity: Severity
    title: str
    sentence: str
    at: datetime | None
    rule_id: RuleId | None = None
    segment_id: SegmentId | None = None
    run_id: RunId | None = None
    fix: Fix | None = None


def from_database(
    connection: Transaction, context: WorkspaceContext, moves: Sequence[SegmentMove]
) -> tuple[tuple[Attention, ...], int]:
    """Return what rules, segments and runs ask for, and how many segments are stale."""
    stale, number = _stale(connection, context)
    found = [
        *_failed_runs(connection, context),
        *_approvals(connection, context),
        *_shrunk(moves),
        *stale,
    ]
    return tuple(found), number


def from_data(
    model: DataModel, looked: Mapping[str, Looked], index: IndexStatus | None, *, now: datetime
) -> Iterator[Attention]:
    """Yield what the warehouse and its index ask for.

    Args:
        looked: what was found of each source; empty where the warehouse cannot be read.
        index: None where it cannot be told.
    """
    for name, source in model.events.items():
        found = looked.get(name)
        label = source.label or spaced(name)
        if found is None:
            continue
        if found.span is None:
            sentence = f"{found.fault} Test the source to see what is missing."
            yield Attention(
                AttentionKind.SOURCE,
                Severity.ERROR,
                f"{label} cannot be read",
                sentence,
                None,
                fix=Fix.OPEN,
            )
        elif found.span.newest is not None and now - found.span.newest > FRESH_EVENTS:
            newest = found.span.newest
            old = ago(newest, now).removesuffix(" ago")
            yield Attention(
                AttentionKind.SOURCE,
                Severity.WARNING,
                f"{label}: nothing new",
                f"The newest event is {old} old. {renewing(model)}",
                newest,
                fix=Fix.OPEN,
            )
    if index is not None and index.state in _INDEX:
        severity, title, then = _INDEX[index.state]
        sentence = f"{index.sentence} Answers are right, but take longer. {then}".rstrip()
        yield Attention(AttentionKind.INDEX, severity, title, sentence, None, fix=Fix.OPEN)


def in_order(found: Sequence[Attention]) -> tuple[Attention, ...]:
    """Sort by how much it matters; what each part found comes in its own order."""
    order = list(Severity)
    return tuple(sorted(found, key=lambda one: order.index(one.severity)))


def _failed_runs(connection: Transaction, context: WorkspaceContext) -> Iterator[Attention]:
    """Yield failed runs that are still the newest of a rule that is there."""
    workspace_id = context.workspace.id
    since = context.resources.clock.now_utc() - _FAILED_SINCE
    wanted = RunFilter(state=RunState.FAILED, since=since)
    found, _ = run_list.page(connection, workspace_id, wanted=wanted, limit=_MOST_RUNS)
    shown = 0
    for run in found:
        if shown == _MOST:
            return
        if run.kind is not RunKind.REFRESH:
            continue
        names = _failed_rules(connection, context, run)[:_MOST_RULES]
        newest = rule_lists.last_runs(connection, workspace_id, names)
        left = [name for name in names if name in newest and newest[name].id == run.id]
        rules = rule_lists.named(connection, workspace_id, left) if left else ()
        if rules:
            shown += 1
            yield _failed_run(run, rules)


def _failed_rules(connection: Transaction, context: WorkspaceContext, run: Run) -> tuple[str, ...]:
    """Return what a run did not publish; all of it if it never came to decide."""
    decided = run_rules.of_run(connection, context.workspace.id, run.id)
    done = {one.rule for one in decided if one.outcome is RuleOutcome.PUBLISHED}
    return tuple(name for name in run.rules if name not in done)


def _failed_run(run: Run, rules: Sequence[Rule]) -> Attention:
    more = f" and {len(rules) - 1} more" if len(rules) > 1 else ""
    return Attention(
        AttentionKind.FAILED_RUN,
        Severity.ERROR,
        f"The refresh of {rules[0].title}{more} failed",
        f"{run.error or 'It ended without a reason.'} Retry it, or open its log.",
        run.finished_at,
        rule_id=rules[0].id if len(rules) == 1 else None,
        run_id=run.id,
        fix=Fix.RETRY_RUN,
    )


def _approvals(connection: Transaction, context: WorkspaceContext) -> Iterator[Attention]:
    workspace_id = context.workspace.id
    found, _ = approval_store.page(
        connection, workspace_id, limit=_MOST, state=ApprovalState.PENDING
    )
    rules = {
        rule.id: rule
        for rule in rule_lists.by_ids(connection, workspace_id, {one.rule_id for one in found})
    }
    for one in found:
        yield Attention(
            AttentionKind.APPROVAL,
            Severity.WARNING,
            f"{rules[one.rule_id].title} waits for approval",
            f"{one.requested_by} asks to publish version {one.version}"
            + (f": {one.reason.rstrip('.')}." if one.reason else ".")
            + " Look at what it changes, then approve or reject it.",
            one.requested_at,
            rule_id=one.rule_id,
            fix=Fix.REVIEW,
        )


def _shrunk(moves: Sequence[SegmentMove]) -> Iterator[Attention]:
    found = [
        (1 - one.size / one.before, one)
        for one in moves
        if one.before is not None and one.before >= FEWEST and one.size < (1 - SHRUNK) * one.before
    ]
    found.sort(key=lambda pair: (-pair[0], pair[1].name))
    for lost, one in found[:_MOST]:
        why = " Its rule was changed between the two." if one.rule_changed else ""
        yield Attention(
            AttentionKind.SHRUNK,
            Severity.INFO if one.rule_changed else Severity.WARNING,
            f"{one.title} shrank by {100 * lost:.0f} %",
            f"It fell from {one.before:,} to {one.size:,} with the last refresh.{why}"
            " See who left, and why.",
            one.published_at,
            rule_id=one.rule_id,
            segment_id=one.segment_id,
            fix=Fix.OPEN,
        )


def _stale(connection: Transaction, context: WorkspaceContext) -> tuple[list[Attention], int]:
    wanted = SegmentFilter(freshness=Freshness.STALE)
    listed, total = segment_list.page(connection, context.workspace.id, wanted=wanted, limit=_MOST)
    found = [
        Attention(
            AttentionKind.STALE,
            Severity.WARNING,
            f"{one.rule.title} is out of date",
            "Its rule, or a segment it is made of, says another thing since it was computed."
            " Refresh it.",
            one.segment.current.published_at if one.segment.current else None,
            rule_id=one.rule.id,
            segment_id=one.segment.id,
            fix=Fix.REFRESH,
        )
        for one in listed
    ]
    if total > len(listed):
        found.append(
            Attention(
                AttentionKind.STALE,
                Severity.WARNING,
                f"{total - len(listed)} more segments are out of date",
                "Open the list of stale segments to refresh them together.",
                None,
                fix=Fix.OPEN,
            )
        )
    return found, total
