"""The tables of notifications: the feed, who has read it, and the outbox of what is sent."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, text
from sqlalchemy.schema import UniqueConstraint

from muster.store.column_types import ExactJson, PlainText
from muster.store.columns import (
    flag,
    id_column,
    instant,
    metadata,
    now,
    one_of,
    refers,
    text_column,
    texts,
    workspace_column,
)

notifications = Table(
    "notifications",
    metadata,
    id_column(),
    workspace_column(),
    now("at"),
    text_column("kind"),  # run.failed, segment.shrank, schedule.missed, approval.requested …
    text_column("severity"),
    text_column("subject"),  # what it is about, e.g. run/12 or segment/vip
    text_column("title"),
    text_column("body"),
    Column("data", ExactJson),
    text_column("dedupe_key", nullable=True),  # the same event tells once
    UniqueConstraint("workspace_id", "id"),
    UniqueConstraint("workspace_id", "dedupe_key"),
    one_of("severity", "severity", ["info", "warning", "error"]),
)

notification_reads = Table(
    "notification_reads",
    metadata,
    workspace_column(),
    Column("notification_id", BigInteger, nullable=False),
    text_column("reader"),
    now("at"),
    PrimaryKeyConstraint("workspace_id", "notification_id", "reader"),
    refers(
        ["workspace_id", "notification_id"],
        ["notifications.workspace_id", "notifications.id"],
        "notification",
    ),
)

notification_channels = Table(
    "notification_channels",
    metadata,
    id_column(),
    workspace_column(),
    text_column("kind"),
    text_column("name"),
    text_column("target"),  # a URL, or e-mail addresses with commas
    text_column("sealed_secret", nullable=True),  # what a webhook is signed with, encrypted
    texts("kinds"),  # notifications it is told of; empty: all
    flag("enabled", default=True),
    text_column("created_by"),
    now("created_at"),
    UniqueConstraint("workspace_id", "id"),
    UniqueConstraint("workspace_id", "name"),
    one_of("kind", "kind", ["webhook", "email"]),
)

deliveries = Table(
    "deliveries",
    metadata,
    id_column(),
    workspace_column(),
    Column("notification_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("state", PlainText, nullable=False, server_default=text("'pending'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    now("not_before"),
    instant("lease_until", nullable=True),
    Column("fence", BigInteger, nullable=False, server_default=text("0")),
    text_column("last_error", nullable=True),
    now("created_at"),
    instant("sent_at", nullable=True),
    UniqueConstraint("workspace_id", "notification_id", "channel_id"),
    refers(
        ["workspace_id", "notification_id"],
        ["notifications.workspace_id", "notifications.id"],
        "notification",
    ),
    refers(
        ["workspace_id", "channel_id"],
        ["notification_channels.workspace_id", "notification_channels.id"],
        "channel",
    ),
    one_of("state", "state", ["pending", "sending", "sent", "failed"]),
    Index(
        "ix_deliveries_due",
        "not_before",
        postgresql_where=text("state IN ('pending', 'sending')"),
    ),
)
