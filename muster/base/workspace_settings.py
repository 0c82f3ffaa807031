"""What an admin may set for one workspace; every value has a default that suits a laptop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """Settings of one workspace.

    Attributes:
        time_zone: IANA name for schedules and screens; None: the data model's.
        currency: ISO 4217 code shown where the data model names none; None: the data model's.
        versions_kept: versions of a segment whose members are kept, at least 1.
        runs_kept_days: finished runs older than this are removed, unless a version refers to them.
        logs_kept_days: lines of run logs and notifications older than this are removed.
        shrink_alert_share, grow_alert_share: a segment that lost (or gained) at least this share of
            its size since the version before raises an alert; None: no alert. 0.5 = half.
        empty_alert: a segment that becomes empty raises an alert.
        approval_share: an edit that moves at least this share of a segment's members, or of one
            made of it, needs somebody else's approval; None: never.
        concurrency: runs of this workspace that may run at once.
    """

    time_zone: str | None = None
    currency: str | None = None
    versions_kept: int = 10
    runs_kept_days: int = 90
    logs_kept_days: int = 30
    shrink_alert_share: float | None = 0.5
    grow_alert_share: float | None = 1.0
    empty_alert: bool = True
    approval_share: float | None = None
    concurrency: int = 1
