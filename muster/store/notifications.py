"""The feed of a workspace: what it was told, and who has read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from muster.base.ids import NotificationId, WorkspaceId
from muster.base.notices import Notification, Severity
from muster.store import notices_listen
from muster.store.names import missing
from muster.store.tables_notices import deliveries, notification_reads, notifications

LISTEN_CHANNEL = "muster_notices"
"""PostgreSQL channel on which open screens hear of a new notification."""


def add(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    kind: str,
    severity: Severity,
    subject: str,
    title: str,
    body: str,
    data: Any = None,
    dedupe_key: str | None = None,
) -> NotificationId | None:
    """Add a notification; None when one with the same ``dedupe_key`` is there already."""
    added = connection.execute(
        insert(notifications)
        .values(
            workspace_id=workspace_id,
            at=func.clock_timestamp(),
            kind=kind,
            severity=severity.value,
            subject=subject,
            title=title,
            body=body,
            data=data,
            dedupe_key=dedupe_key,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "dedupe_key"])
        .returning(notifications.c.id)
    ).scalar_one_or_none()
    if added is None:
        return None
    hint = {"workspace_id": int(workspace_id), "notification_id": added}
    notices_listen.notify(connection, LISTEN_CHANNEL, hint)
    return NotificationId(added)


def feed(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    reader: str,
    unread_only: bool,
    before_id: int | None,
    offset: int,
    limit: int,
) -> tuple[Notification, ...]:
    """Return the newest notifications first.

    Args:
        reader: for whom ``read`` is told.
        unread_only: leave out what the reader has read.
        before_id: only those older than this one.
        offset: how many of them to leave out first.
        limit: at most so many.
    """
    query = (
        _told_to(workspace_id, reader, unread_only=unread_only)
        .order_by(notifications.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(notifications.c.id < before_id)
    return tuple(_notification(row) for row in connection.execute(query))


def count(
    connection: Connection, workspace_id: WorkspaceId, *, reader: str, unread_only: bool
) -> int:
    """Return how many notifications there are, or how many the reader has not read."""
    query = _told_to(workspace_id, reader, unread_only=unread_only).subquery()
    return connection.execute(select(func.count()).select_from(query)).scalar_one()


def by_id(
    connection: Connection,
    workspace_id: WorkspaceId,
    notification_id: NotificationId,
    *,
    reader: str,
) -> Notification:
    """Return one; NotFound UNKNOWN_NOTIFICATION when this workspace has none of that id."""
    found = connection.execute(
        _told_to(workspace_id, reader, unread_only=False).where(
            notifications.c.id == notification_id
        )
    ).one_or_none()
    if found is None:
        raise missing("notification", notification_id)
    return _notification(found)


def mark_read(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    reader: str,
    only: NotificationId | None = None,
    up_to: NotificationId | None = None,
) -> int:
    """Mark notifications as read by somebody; return how many were unread.

    Args:
        reader: who has read them.
        only: this one; None = all.
        up_to: none newer than this, so that what arrives meanwhile stays unread.
    """
    unread = select(
        notifications.c.workspace_id, notifications.c.id, literal(reader), func.clock_timestamp()
    ).where(notifications.c.workspace_id == workspace_id, ~_is_read(reader))
    if only is not None:
        unread = unread.where(notifications.c.id == only)
    if up_to is not None:
        unread = unread.where(notifications.c.id <= up_to)
    marked = connection.execute(
        insert(notification_reads)
        .from_select(["workspace_id", "notification_id", "reader", "at"], unread)
        .on_conflict_do_nothing()
        .returning(notification_reads.c.notification_id)
    )
    return len(marked.all())


def count_older(connection: Connection, workspace_id: WorkspaceId, *, before: datetime) -> int:
    """Count what `remove_older` would remove, if it had no limit."""
    wanted = select(func.count()).select_from(notifications)
    return connection.execute(wanted.where(_is_over(workspace_id, before))).scalar_one()


def remove_older(
    connection: Connection, workspace_id: WorkspaceId, *, before: datetime, limit: int | None = None
) -> int:
    """Remove notifications from before an instant with all that hangs on them; return how many.

    One that is still being sent stays. At most ``limit``, the oldest; None = all.
    """
    old = connection.execute(
        select(notifications.c.id)
        .where(_is_over(workspace_id, before))
        .order_by(notifications.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).scalars()
    ids = list(old)
    for table, column in (
        (notification_reads, notification_reads.c.notification_id),
        (deliveries, deliveries.c.notification_id),
        (notifications, notifications.c.id),
    ):
        connection.execute(
            delete(table).where(table.c.workspace_id == workspace_id, column.in_(ids))
        )
    return len(ids)


def _is_over(workspace_id: WorkspaceId, before: datetime) -> ColumnElement[bool]:
    under_way = exists().where(
        deliveries.c.workspace_id == notifications.c.workspace_id,
        deliveries.c.notification_id == notifications.c.id,
        deliveries.c.state.in_(["pending", "sending"]),
    )
    return and_(
        notifications.c.workspace_id == workspace_id, notifications.c.at < before, ~under_way
    )


def _told_to(
    workspace_id: WorkspaceId, reader: str, *, unread_only: bool
) -> Select[tuple[Any, ...]]:
    query = select(notifications, _is_read(reader).label("read")).where(
        notifications.c.workspace_id == workspace_id
    )
    return query.where(~_is_read(reader)) if unread_only else query


def _is_read(reader: str) -> ColumnElement[bool]:
    return exists().where(
        notification_reads.c.workspace_id == notifications.c.workspace_id,
        notification_reads.c.notification_id == notifications.c.id,
        notification_reads.c.reader == reader,
    )


def _notification(row: Row[tuple[Any, ...]]) -> Notification:
    values = dict(row._mapping)
    values["severity"] = Severity(values["severity"])
    return Notification(**values)
