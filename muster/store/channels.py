"""Channels: where a workspace's notifications are sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from muster.base.ids import ChannelId, WorkspaceId
from muster.base.notices import Channel, ChannelKind
from muster.store.names import missing, taken
from muster.store.tables_notices import deliveries, notification_channels


@dataclass(frozen=True, slots=True)
class LastDelivery:
    """How the newest settled or retried message of a channel went."""

    state: str
    attempts: int
    error: str | None
    at: datetime


def create(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    kind: ChannelKind,
    name: str,
    target: str,
    sealed_secret: str | None,
    kinds: tuple[str, ...],
    created_by: str,
) -> Channel:
    """Add an enabled channel.

    Raises:
        Conflict: NAME_TAKEN.
    """
    added = connection.execute(
        insert(notification_channels)
        .values(
            workspace_id=workspace_id,
            kind=kind.value,
            name=name,
            target=target,
            sealed_secret=sealed_secret,
            kinds=list(kinds),
            created_by=created_by,
            created_at=func.clock_timestamp(),
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "name"])
        .returning(notification_channels)
    ).one_or_none()
    if added is None:
        raise taken("channel", name)
    return _channel(added)


def every(connection: Connection, workspace_id: WorkspaceId) -> tuple[Channel, ...]:
    """Return the channels of a workspace by name."""
    rows = connection.execute(
        select(notification_channels)
        .where(notification_channels.c.workspace_id == workspace_id)
        .order_by(notification_channels.c.name)
    )
    return tuple(_channel(row) for row in rows)


def by_id(
    connection: Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    *,
    for_update: bool = False,
) -> Channel:
    """Return a channel; NotFound UNKNOWN_CHANNEL. ``for_update`` locks its row."""
    query = select(notification_channels).where(
        notification_channels.c.workspace_id == workspace_id,
        notification_channels.c.id == channel_id,
    )
    found = connection.execute(query.with_for_update() if for_update else query).one_or_none()
    if found is None:
        raise missing("channel", channel_id)
    return _channel(found)


def change(connection: Connection, workspace_id: WorkspaceId, channel: Channel) -> None:
    """Write a channel's target, secret, kinds and whether it is enabled."""
    connection.execute(
        update(notification_channels)
        .where(
            notification_channels.c.workspace_id == workspace_id,
            notification_channels.c.id == channel.id,
        )
        .values(
            target=channel.target,
            sealed_secret=channel.sealed_secret,
            kinds=list(channel.kinds),
            enabled=channel.enabled,
        )
    )


def disable(connection: Connection, workspace_id: WorkspaceId, channel_id: ChannelId) -> bool:
    """Switch a channel off; False when it was off or is gone."""
    changed = connection.execute(
        update(notification_channels)
        .where(
            notification_channels.c.workspace_id == workspace_id,
            notification_channels.c.id == channel_id,
            notification_channels.c.enabled,
        )
        .values(enabled=False)
        .returning(notification_channels.c.id)
    ).one_or_none()
    return changed is not None


def remove(connection: Connection, workspace_id: WorkspaceId, channel_id: ChannelId) -> None:
    """Remove a channel with everything that was or is to be sent through it."""
    connection.execute(
        delete(deliveries).where(
            deliveries.c.workspace_id == workspace_id, deliveries.c.channel_id == channel_id
        )
    )
    connection.execute(
        delete(notification_channels).where(
            notification_channels.c.workspace_id == workspace_id,
            notification_channels.c.id == channel_id,
        )
    )


def last_deliveries(
    connection: Connection, workspace_id: WorkspaceId
) -> dict[ChannelId, LastDelivery]:
    """Return for each channel the newest message that was tried, by the channel's id."""
    rows = connection.execute(
        select(deliveries)
        .ext(distinct_on(deliveries.c.channel_id))
        .where(deliveries.c.workspace_id == workspace_id, deliveries.c.attempts > 0)
        .order_by(deliveries.c.channel_id, deliveries.c.id.desc())
    )
    return {
        ChannelId(row.channel_id): LastDelivery(
            row.state, row.attempts, row.last_error, row.sent_at or row.created_at
        )
        for row in rows
    }


def _channel(row: Row[tuple[Any, ...]]) -> Channel:
    values = dict(row._mapping)
    values["kind"] = ChannelKind(values["kind"])
    values["kinds"] = tuple(values["kinds"])
    return Channel(**values)
