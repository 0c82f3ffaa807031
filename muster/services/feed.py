"""The notifications of a workspace as one reader sees them."""

from __future__ import annotations

from dataclasses import dataclass

from muster.base.ids import NotificationId
from muster.base.notices import Notification
from muster.services.context import WorkspaceContext
from muster.store import notifications


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A part of the feed, newest first; ``total`` counts what the filter leaves."""

    items: tuple[Notification, ...]
    total: int
    unread: int


def read_feed(
    context: WorkspaceContext,
    *,
    unread_only: bool = False,
    before_id: int | None = None,
    offset: int = 0,
    limit: int = 20,
) -> FeedPage:
    """Return a page of the feed; ``before_id`` goes on behind the last one seen."""
    with context.transaction() as connection:
        items = notifications.feed(
            connection,
            context.workspace.id,
            reader=context.actor,
            unread_only=unread_only,
            before_id=before_id,
            offset=offset,
            limit=limit,
        )
        unread, total = (
            notifications.count(
                connection, context.workspace.id, reader=context.actor, unread_only=only
            )
            for only in (True, unread_only)
        )
    return FeedPage(items, total, unread)


def mark_read(context: WorkspaceContext, notification_id: NotificationId) -> Notification:
    """Mark one as read by who acts; NotFound UNKNOWN_NOTIFICATION. Twice is once."""
    workspace_id, reader = context.workspace.id, context.actor
    with context.transaction() as connection:
        notifications.by_id(connection, workspace_id, notification_id, reader=reader)
        notifications.mark_read(connection, workspace_id, reader=reader, only=notification_id)
        return notifications.by_id(connection, workspace_id, notification_id, reader=reader)


def mark_all_read(context: WorkspaceContext, *, up_to: NotificationId | None = None) -> int:
    """Mark all as read by who acts, none newer than ``up_to``; return how many were unread."""
    with context.transaction() as connection:
        return notifications.mark_read(
            connection, context.workspace.id, reader=context.actor, up_to=up_to
        )
