"""What a workspace is told, and when a change of size is worth telling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from muster.base.ids import RunId, SegmentId, WorkspaceId
from muster.base.notices import ChannelKind, Severity
from muster.base.records import SegmentVersion
from muster.base.workspace_settings import WorkspaceSettings
from muster.services.access import enter_locally
from muster.services.channels import change_channel, create_channel
from muster.services.context import WorkspaceContext
from muster.services.feed import mark_all_read, mark_read, read_feed
from muster.services.notifying import notify, size_alert, size_alert_kind
from muster.services.workspaces import create_workspace
from muster.settings import Settings
from muster.store import deliveries, notifications
from muster.store.database import Transaction
from muster.wiring import open_resources

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def context(database_url: str, tmp_path: Path) -> Iterator[WorkspaceContext]:
    settings = Settings(data=tmp_path, database_url=database_url)
    with open_resources(settings) as resources:
        for name in ("shop", "other"):
            create_workspace(resources, name=name, title=name, synthetic=False, actor="test")
        yield enter_locally(resources, "shop", actor="ann")


def tell(context: WorkspaceContext, kind: str = "run.failed", key: str | None = None) -> None:
    with context.transaction() as connection:
        notify(
            connection,
            context.workspace.id,
            kind=kind,
            severity=Severity.ERROR,
            subject="run/1",
            title=f"told {kind}",
            body="It failed.",
            dedupe_key=key,
        )


def tell_twice(connection: Transaction, workspace_id: WorkspaceId) -> None:
    """Tell something, and then fail."""
    for severity in ("error", "loud"):
        notify(
            connection,
            workspace_id,
            kind="run.failed",
            severity=severity,
            subject="run/1",
            title="t",
            body="b",
        )


def due(context: WorkspaceContext) -> list[tuple[str, str]]:
    with context.resources.database.transaction() as connection:
        found = deliveries.claim_due(connection, limit=100, lease_seconds=60)
    return sorted((one.channel.name, one.notification.kind) for one in found)


def test_the_same_event_is_told_once_and_events_without_a_key_each_time(
    context: WorkspaceContext,
) -> None:
    create_channel(context, kind=ChannelKind.EMAIL, name="ops", target="a@example.org")
    tell(context, key="run.failed/1")
    tell(context, key="run.failed/1")
    assert read_feed(context).total == 1
    tell(context)
    tell(context)
    assert read_feed(context).total == 3
    assert len(due(context)) == 3


def test_only_enabled_channels_that_want_the_kind_are_told(context: WorkspaceContext) -> None:
    def channel(name: str, *kinds: str) -> int:
        made = create_channel(
            context, kind=ChannelKind.EMAIL, name=name, target="a@example.org", kinds=kinds
        )
        return made.channel.id

    channel("all")
    channel("runs", "run.failed", "run.dead_letter")
    channel("sizes", "segment.shrank")
    off = channel("off")
    change_channel(context, off, enabled=False)
    tell(context, "run.failed")
    assert due(context) == [("all", "run.failed"), ("runs", "run.failed")]


def test_a_failed_delivery_is_told_in_the_feed_alone(context: WorkspaceContext) -> None:
    create_channel(context, kind=ChannelKind.EMAIL, name="all", target="a@example.org")
    tell(context, "delivery.failed")
    assert read_feed(context).total == 1
    assert due(context) == []


def test_nothing_is_told_of_what_was_rolled_back(context: WorkspaceContext) -> None:
    create_channel(context, kind=ChannelKind.EMAIL, name="all", target="a@example.org")
    with pytest.raises(ValueError, match="not a valid Severity"), context.transaction() as opened:
        tell_twice(opened, context.workspace.id)
    assert read_feed(context).total == 0
    assert due(context) == []


def test_an_unknown_kind_is_the_callers_fault(context: WorkspaceContext) -> None:
    with pytest.raises(ValueError, match="not a kind"):
        tell(context, "run.flew")


def test_each_reader_has_an_own_record_of_what_was_read(context: WorkspaceContext) -> None:
    for _ in range(3):
        tell(context)
    other = enter_locally(context.resources, "shop", actor="bob")
    first = read_feed(context).items[-1]
    assert mark_read(context, first.id).read
    assert mark_read(context, first.id).read
    assert read_feed(context).unread == 2
    assert [item.read for item in read_feed(context).items] == [False, False, True]
    assert read_feed(other).unread == 3
    newest = read_feed(context).items[0]
    tell(context)
    assert mark_all_read(context, up_to=newest.id) == 2
    assert read_feed(context, unread_only=True).total == 1
    assert mark_all_read(other) == 4


def test_a_page_goes_on_behind_the_last_one_seen(context: WorkspaceContext) -> None:
    for _ in range(5):
        tell(context)
    ids = [item.id for item in read_feed(context).items]
    assert ids == sorted(ids, reverse=True)
    page = read_feed(context, before_id=ids[1], limit=2)
    assert [item.id for item in page.items] == ids[2:4]
    assert page.total == 5


def test_another_workspace_hears_nothing(context: WorkspaceContext) -> None:
    tell(context)
    other = enter_locally(context.resources, "other", actor="ann")
    assert read_feed(other).total == 0
    assert mark_all_read(other) == 0


def test_old_notifications_go_unless_they_are_still_being_sent(context: WorkspaceContext) -> None:
    tell(context)
    create_channel(context, kind=ChannelKind.EMAIL, name="all", target="a@example.org")
    tell(context)
    mark_all_read(context)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        assert notifications.remove_older(connection, workspace_id, before=NOW) == 0
        later = datetime(2100, 1, 1, tzinfo=UTC)
        assert notifications.remove_older(connection, workspace_id, before=later) == 1
    assert len(due(context)) == 1


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (100, 50, "segment.shrank"),  # exactly half
        (100, 51, None),
        (100, 200, "segment.grew"),  # exactly doubled
        (100, 199, None),
        (100, 0, "segment.emptied"),
        (0, 1, "segment.grew"),  # beyond any share
        (0, 0, None),
        (1, 1, None),
        (3, 1, "segment.shrank"),
        (10**15, 10**15 // 2, "segment.shrank"),
        (10**15, 10**15 // 2 + 1, None),
    ],
)
def test_a_change_is_told_from_the_set_share_on(before: int, after: int, kind: str | None) -> None:
    assert size_alert_kind(WorkspaceSettings(), size=after, size_before=before) == kind


@pytest.mark.parametrize(
    ("changed", "before", "after", "kind"),
    [
        ({"shrink_alert_share": None}, 100, 1, None),
        ({"grow_alert_share": None}, 100, 900, None),
        ({"grow_alert_share": None}, 0, 900, None),
        ({"empty_alert": False}, 100, 0, "segment.shrank"),
        ({"empty_alert": False, "shrink_alert_share": None}, 100, 0, None),
        # a tenth as its author wrote it, not as the nearest double has it
        ({"shrink_alert_share": 0.1}, 10, 9, "segment.shrank"),
        ({"shrink_alert_share": 0.7}, 10, 3, "segment.shrank"),
        ({"grow_alert_share": 1}, 10, 20, "segment.grew"),
        ({"shrink_alert_share": 1.0, "empty_alert": False}, 10, 0, "segment.shrank"),
    ],
)
def test_each_alert_can_be_set(
    changed: dict[str, float | None], before: int, after: int, kind: str | None
) -> None:
    settings = replace(WorkspaceSettings(), **changed)
    assert size_alert_kind(settings, size=after, size_before=before) == kind


def version(number: int, size: int) -> SegmentVersion:
    return SegmentVersion(
        segment_id=SegmentId(7),
        number=number,
        rule_version=1,
        run_id=RunId(1),
        size=size,
        entered=0,
        left=0,
        universe_size=10_000,
        unknown_size=0,
        as_of=NOW,
        watermark=None,
        bitmap=None,
        sql="",
        seconds=0.0,
        published_at=NOW,
    )


def test_an_alert_says_what_changed_and_is_raised_once_a_version(
    context: WorkspaceContext,
) -> None:
    def publish(now: SegmentVersion, before: SegmentVersion | None) -> None:
        with context.transaction() as connection:
            size_alert(
                connection,
                context.workspace.id,
                settings=WorkspaceSettings(),
                segment_name="vip",
                title="VIP",
                version=now,
                before=before,
            )

    publish(version(1, 2_000), None)
    assert read_feed(context).total == 0
    publish(version(2, 800), version(1, 2_000))
    publish(version(2, 800), version(1, 2_000))
    (told,) = read_feed(context).items
    assert told.title == "VIP lost 60.0% of its members"
    assert told.body == "Version 2 of the segment vip has 800 members; version 1 had 2,000."
    assert told.subject == "segment/vip"
    assert told.severity is Severity.WARNING
    assert told.data == {"segment": "vip", "version": 2, "size": 800, "size_before": 2_000}
    publish(version(3, 0), version(2, 800))
    publish(version(4, 5), version(3, 0))
    assert [item.title for item in read_feed(context).items[:2]] == [
        "VIP grew by 5 from none",
        "VIP is empty",
    ]
