"""What the product database remembers, as frozen records; repositories return these, never rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from muster.base.ids import RuleId, RunId, SegmentId, WorkspaceId


class RunState(StrEnum):
    """Where a run is; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    PUBLISHED = "published"
    FAILED = "failed"
    CANCELLED = "cancelled"


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
    canonical form, so two spellings of one meaning share it.
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
    """One refresh of one or more rules at one ``as_of`` (a wave)."""

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
