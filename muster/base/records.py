"""What the product database remembers, as frozen records; repositories return these, never rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from muster.base.ids import ApprovalId, RuleId, RunId, ScheduleId, SegmentId, WorkspaceId


class RunState(StrEnum):
    """Where a run is; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    PUBLISHED = "published"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunKind(StrEnum):
    """What a run does: refresh rules, or clear away what the workspace no longer keeps."""

    REFRESH = "refresh"
    RETENTION = "retention"


class RunOrigin(StrEnum):
    """What made a run."""

    SCHEDULE = "schedule"
    MANUAL = "manual"
    API = "api"
    RETRY = "retry"


class RuleOutcome(StrEnum):
    """What became of one rule of a run; a child of a failed parent is skipped."""

    PENDING = "pending"
    PUBLISHED = "published"
    FAILED = "failed"
    SKIPPED = "skipped"


class RuleStatus(StrEnum):
    """Where a rule is in its life; only a published one is evaluated."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Misfire(StrEnum):
    """What becomes of times that passed while no server ran: none, the last one, or every one."""

    SKIP = "skip"
    ONCE = "once"
    ALL = "all"


class ApprovalState(StrEnum):
    """Where a request to publish an edit stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A tenant. ``synthetic``: its data is generated, and is labelled so wherever it is shown."""

    id: WorkspaceId
    name: str
    title: str
    synthetic: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredModel:
    """One version of a workspace's data model; ``document`` is the YAML text as written."""

    workspace_id: WorkspaceId
    version: int
    document: str
    fingerprint: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its current version's content.

    ``definition`` is the rule's JSON as its author wrote it; ``fingerprint`` is the SHA-256 of its
    canonical form, so two spellings of one meaning share it. ``version`` is the one whose content
    this is; ``published_version`` is what is evaluated, None before the first publication.
    """

    id: RuleId
    workspace_id: WorkspaceId
    name: str
    title: str
    description: str
    version: int
    definition: Any
    fingerprint: str
    schedule: str | None
    tags: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    status: RuleStatus = RuleStatus.PUBLISHED
    published_version: int | None = None


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version of a rule, kept for ever so that it can be restored."""

    rule_id: RuleId
    version: int
    title: str
    description: str
    definition: Any
    fingerprint: str
    schedule: str | None
    tags: tuple[str, ...]
    author: str
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SegmentVersion:
    """One published set of members.

    Attributes:
        number: 1, 2, 3 … within the segment.
        rule_version: the rule's version that was evaluated.
        size, entered, left: number of members; against the version before (0 before the first).
        universe_size: entities the rule was asked about; share = size / universe_size.
        unknown_size: entities for which the rule is neither true nor false.
        as_of: the one instant of the run; windows end here at the latest.
        watermark: newest event the warehouse held, None when it held none.
        bitmap: file of the member bitmap, relative to the data folder; None once swept.
        sql: the rule as one SELECT in the warehouse's dialect.
    """

    segment_id: SegmentId
    number: int
    rule_version: int
    run_id: RunId
    size: int
    entered: int
    left: int
    universe_size: int
    unknown_size: int
    as_of: datetime
    watermark: datetime | None
    bitmap: str | None
    sql: str
    seconds: float
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Segment:
    """What a rule yields. ``current`` is what readers see, None before the first run."""

    id: SegmentId
    workspace_id: WorkspaceId
    rule_id: RuleId
    name: str
    current: SegmentVersion | None


@dataclass(frozen=True, slots=True)
class Run:
    """One refresh of one or more rules at one ``as_of`` (a wave), or another kind of work.

    Attributes:
        priority: higher goes first; a person's request is 10, a schedule's 0.
        dedupe_key: at most one queued run of a workspace bears it.
        attempt: how often it was started; ``crashes``: how often its worker vanished.
        not_before: a retry waits until then.
        owner, lease_until, fence: who runs it, until when if nothing is heard, and the number that
            every side effect of that attempt must still find in the row.
        progress: ``{"share": 0 to 1, "what": sentence}``; None before the first word.
        retry_of: the failed run that this one repeats.
        dead_letter: all attempts are used up; it waits for a person.
    """

    id: RunId
    workspace_id: WorkspaceId
    state: RunState
    as_of: datetime
    rules: tuple[str, ...]
    error_code: str | None
    error: str | None
    figures: Any
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    kind: RunKind = RunKind.REFRESH
    origin: RunOrigin = RunOrigin.MANUAL
    requested_by: str = ""
    priority: int = 0
    dedupe_key: str | None = None
    idempotency_key: str | None = None
    attempt: int = 0
    crashes: int = 0
    max_attempts: int = 3
    not_before: datetime | None = None
    owner: str | None = None
    lease_until: datetime | None = None
    fence: int = 0
    cancel_requested_at: datetime | None = None
    cancelled_by: str | None = None
    progress: Any = None
    retry_of: RunId | None = None
    dead_letter: bool = False


@dataclass(frozen=True, slots=True)
class RunRule:
    """What became of one rule of a run; ``segment_version`` and ``size`` once it is published."""

    run_id: RunId
    rule: str
    outcome: RuleOutcome
    segment_version: int | None
    size: int | None
    seconds: float | None
    error_code: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class RunLogLine:
    """One line of a run's log; ``id`` grows, so a reader asks for what came after."""

    id: int
    run_id: RunId
    at: datetime
    level: str
    message: str
    detail: Any


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something runs by itself.

    Attributes:
        rule_id: None for the workspace's own schedules (retention).
        cron: five fields or a nickname, as `rules/schedule.py` checks it.
        time_zone: IANA name; the cron fields are local times there.
        starts_at, ends_at: half-open; None = for ever.
        grace_seconds: a time missed by more than this is not made up for.
        next_at: the next time; None when there is none any more.
        revision: grows with every change; a tick only moves the revision it read.
    """

    id: ScheduleId
    workspace_id: WorkspaceId
    kind: RunKind
    rule_id: RuleId | None
    cron: str
    time_zone: str
    starts_at: datetime | None
    ends_at: datetime | None
    misfire: Misfire
    grace_seconds: int
    paused: bool
    next_at: datetime | None
    last_fire_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class Approval:
    """A request to publish one version of a rule; ``effects`` is the plan its author saw."""

    id: ApprovalId
    workspace_id: WorkspaceId
    rule_id: RuleId
    version: int
    requested_by: str
    requested_at: datetime
    reason: str
    effects: Any
    moved_share: float | None
    state: ApprovalState
    decided_by: str | None
    decided_at: datetime | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """A segment version was computed from something.

    ``kind`` is "segment" (then ``version`` is the parent's) or "table" (then ``version`` is None).
    """

    segment_id: SegmentId
    number: int
    kind: str
    name: str
    version: int | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what; before and after are JSON."""

    id: int
    workspace_id: WorkspaceId | None
    at: datetime
    actor: str
    action: str
    subject: str
    before: Any
    after: Any
    reason: str
    request_id: str | None = None
    position: int | None = None
    previous_hash: str | None = None
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What one person keeps for themselves in a workspace; ``value`` is JSON."""

    key: str
    value: Any
    updated_at: datetime
