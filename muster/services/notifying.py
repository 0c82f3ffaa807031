"""Tells a workspace something, once: in its feed, and through each channel that wants to hear it.

Everything is written in the caller's transaction, so the news is told if, and only if, the deed is
done; `services/delivering.py` sends it afterwards.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from muster.base.ids import WorkspaceId
from muster.base.notices import NOTICE_KINDS, Severity, worded
from muster.base.records import SegmentVersion
from muster.base.workspace_settings import WorkspaceSettings
from muster.store import deliveries, notifications
from muster.store.database import Transaction


def notify(
    connection: Transaction,
    workspace_id: WorkspaceId,
    *,
    kind: str,
    severity: Severity | str,
    subject: str,
    title: str,
    body: str,
    data: Any = None,
    dedupe_key: str | None = None,
) -> None:
    """Write a notification and what is to be sent of it, in the caller's transaction.

    Args:
        connection: the transaction of the deed it tells of.
        workspace_id: who is told.
        kind: one of `base/notices.py: NOTICE_KINDS`.
        severity: info, warning or error.
        subject: what it is about, e.g. ``run/12`` or ``segment/vip``.
        title, body: for people; without personal data, since they leave the house.
        data: JSON for programs; the same holds.
        dedupe_key: the same event tells once: a second notification with it is dropped.

    Raises:
        ValueError: there is no such kind or severity.
    """
    if kind not in NOTICE_KINDS:
        raise ValueError(f"{kind} is not a kind of notification; add it to base/notices.py")
    added = notifications.add(
        connection,
        workspace_id,
        kind=kind,
        severity=Severity(severity),
        subject=subject,
        title=title,
        body=body,
        data=data,
        dedupe_key=dedupe_key,
    )
    if added is not None and NOTICE_KINDS[kind].sent:
        deliveries.add_for_channels(connection, workspace_id, added, kind=kind)


def size_alert(
    connection: Transaction,
    workspace_id: WorkspaceId,
    *,
    settings: WorkspaceSettings,
    segment_name: str,
    title: str,
    version: SegmentVersion,
    before: SegmentVersion | None,
) -> None:
    """Tell when a new version is smaller or larger than its workspace's settings let pass.

    A change of exactly the set share is told. A segment that becomes empty is told as that alone
    when such alerts are on. What was empty has grown beyond any share as soon as it has members.

    Args:
        connection: the transaction that publishes the version.
        workspace_id: whose segment it is.
        settings: the shares.
        segment_name, title: the segment's name, and its title for people.
        version: what is published.
        before: the version that readers saw until now; None for the first, which tells nothing.
    """
    if before is None:
        return
    kind = size_alert_kind(settings, size=version.size, size_before=before.size)
    if kind is None:
        return
    told_title, body = worded(
        kind,
        title=title,
        segment=segment_name,
        version=version.number,
        version_before=before.number,
        size=f"{version.size:,}",
        size_before=f"{before.size:,}",
        percent=_percent(version.size, before.size),
    )
    notify(
        connection,
        workspace_id,
        kind=kind,
        severity=NOTICE_KINDS[kind].severity,
        subject=f"segment/{segment_name}",
        title=told_title,
        body=body,
        data={
            "segment": segment_name,
            "version": version.number,
            "size": version.size,
            "size_before": before.size,
        },
        dedupe_key=f"{kind}/{version.segment_id}/{version.number}",
    )


def size_alert_kind(settings: WorkspaceSettings, *, size: int, size_before: int) -> str | None:
    """Return the kind of alert a change of size raises, None when it raises none.

    >>> size_alert_kind(WorkspaceSettings(shrink_alert_share=0.5), size=50, size_before=100)
    'segment.shrank'
    """
    if size == size_before:
        return None
    if size == 0 and settings.empty_alert:
        return "segment.emptied"
    grew = size > size_before
    share = settings.grow_alert_share if grew else settings.shrink_alert_share
    if share is None:
        return None
    # as its author wrote it: the float 0.1 means a tenth, and 10 of 100 reach it
    if abs(size - size_before) < Fraction(str(share)) * size_before:
        return None
    return "segment.grew" if grew else "segment.shrank"


def _percent(size: int, size_before: int) -> str:
    """Write by how much a size changed; from nothing there is no percentage."""
    if size_before == 0:
        return f"{size:,} from none"
    return f"{100 * abs(size - size_before) / size_before:,.1f}%"
