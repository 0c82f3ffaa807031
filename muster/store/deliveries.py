"""The outbox: one row for each message to each channel, written with the deed it tells of.

A claim leases a row and raises its fence; what became of the message is only written while the row
still bears that fence. A sender that dies leaves a lease that ends, and the message is sent again
under the same id.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, literal, or_, select, update

from muster.base.ids import ChannelId, NotificationId, WorkspaceId
from muster.base.notices import (
    Channel,
    ChannelKind,
    Delivery,
    DeliveryState,
    Notification,
    Severity,
)
from muster.store.tables import workspaces
from muster.store.tables_notices import deliveries, notification_channels, notifications


def add_for_channels(
    connection: Connection, workspace_id: WorkspaceId, notification_id: NotificationId, *, kind: str
) -> int:
    """Add a pending delivery for each enabled channel that wants this kind; return how many."""
    wanting = select(
        notification_channels.c.workspace_id,
        literal(notification_id),
        notification_channels.c.id,
    ).where(
        notification_channels.c.workspace_id == workspace_id,
        notification_channels.c.enabled,
        or_(
            func.cardinality(notification_channels.c.kinds) == 0,
            literal(kind) == func.any(notification_channels.c.kinds),
        ),
    )
    added = connection.execute(
        insert(deliveries)
        .from_select(["workspace_id", "notification_id", "channel_id"], wanting)
        .returning(deliveries.c.id)
    )
    return len(added.all())


def claim_due(connection: Connection, *, limit: int, lease_seconds: float) -> tuple[Delivery, ...]:
    """Lease the deliveries that are due, of every workspace, the longest waiting first.

    Due is what waits and may be tried, and what somebody began but whose lease has ended.

    Args:
        connection: a transaction over the whole installation; the lease begins with its commit.
        limit: at most so many.
        lease_seconds: how long nobody else takes them.
    """
    now = func.clock_timestamp()
    due = (
        select(deliveries.c.id)
        .where(
            or_(
                and_(
                    deliveries.c.state == DeliveryState.PENDING.value,
                    deliveries.c.not_before <= now,
                ),
                and_(
                    deliveries.c.state == DeliveryState.SENDING.value,
                    deliveries.c.lease_until <= now,
                ),
            )
        )
        .order_by(deliveries.c.not_before, deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.execute(due).scalars())
    if not ids:
        return ()
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(ids))
        .values(
            state=DeliveryState.SENDING.value,
            attempts=deliveries.c.attempts + 1,
            fence=deliveries.c.fence + 1,
            lease_until=now + timedelta(seconds=lease_seconds),
        )
    )
    return _read(connection, ids)


def settle(
    connection: Connection,
    delivery: Delivery,
    *,
    state: DeliveryState,
    error: str | None = None,
    wait_seconds: float = 0,
) -> bool:
    """Write what became of a claimed delivery; False when somebody else has claimed it since.

    Args:
        connection: a transaction of the delivery's workspace.
        delivery: as it was claimed.
        state: SENT, FAILED (given up), or PENDING to try again.
        error: why it was not sent, in one sentence.
        wait_seconds: until the next attempt.
    """
    now = func.clock_timestamp()
    changed = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.workspace_id == delivery.notification.workspace_id,
            deliveries.c.id == delivery.id,
            deliveries.c.fence == delivery.fence,
            deliveries.c.state == DeliveryState.SENDING.value,
        )
        .values(
            state=state.value,
            last_error=error,
            lease_until=None,
            not_before=now + timedelta(seconds=wait_seconds),
            sent_at=now if state is DeliveryState.SENT else None,
        )
        .returning(deliveries.c.id)
    ).one_or_none()
    return changed is not None


def give_up_on_channel(
    connection: Connection, workspace_id: WorkspaceId, channel_id: ChannelId, *, error: str
) -> int:
    """Give up on everything a channel still waits for; return how many."""
    changed = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.workspace_id == workspace_id,
            deliveries.c.channel_id == channel_id,
            deliveries.c.state.in_([DeliveryState.PENDING.value, DeliveryState.SENDING.value]),
        )
        .values(
            state=DeliveryState.FAILED.value,
            last_error=error,
            lease_until=None,
            fence=deliveries.c.fence + 1,
        )
        .returning(deliveries.c.id)
    )
    return len(changed.all())


def _read(connection: Connection, ids: list[int]) -> tuple[Delivery, ...]:
    """Read claimed deliveries with what is to be said to whom."""
    tables = (
        deliveries.join(notifications, deliveries.c.notification_id == notifications.c.id)
        .join(notification_channels, deliveries.c.channel_id == notification_channels.c.id)
        .join(workspaces, deliveries.c.workspace_id == workspaces.c.id)
    )
    columns = [
        *(column.label(f"notice_{column.name}") for column in notifications.c),
        *(column.label(f"channel_{column.name}") for column in notification_channels.c),
    ]
    rows = connection.execute(
        select(
            deliveries.c.id,
            deliveries.c.attempts,
            deliveries.c.fence,
            deliveries.c.created_at,
            workspaces.c.name.label("workspace"),
            *columns,
        )
        .select_from(tables)
        .where(deliveries.c.id.in_(ids))
        .order_by(deliveries.c.id)
    )
    return tuple(_delivery(row) for row in rows)


def _delivery(row: Row[tuple[Any, ...]]) -> Delivery:
    values = dict(row._mapping)
    notice = _part(values, "notice_")
    channel = _part(values, "channel_")
    return Delivery(
        id=values["id"],
        workspace=values["workspace"],
        notification=Notification(**{**notice, "severity": Severity(notice["severity"])}),
        channel=Channel(
            **{
                **channel,
                "kind": ChannelKind(channel["kind"]),
                "kinds": tuple(channel["kinds"]),
            }
        ),
        attempts=values["attempts"],
        fence=values["fence"],
        created_at=values["created_at"],
    )


def _part(values: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in values.items()
        if name.startswith(prefix)
    }
