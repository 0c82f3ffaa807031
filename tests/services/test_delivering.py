"""Messages to real receivers on this machine: sent, repeated, given up, never doubled silently."""

from __future__ import annotations

import email
import email.policy
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from muster.base.clock import Clock, FixedClock, SystemClock
from muster.base.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from muster.base.ids import ChannelId
from muster.base.notices import ChannelKind
from muster.base.people import Role, permissions_of
from muster.connectors.outcome import Verdict
from muster.connectors.safe_http import HttpLimits
from muster.connectors.webhook import WebhookSender
from muster.secret_key import SecretKeys
from muster.services import channels, delivering
from muster.services.access import enter_locally
from muster.services.context import Resources, WorkspaceContext
from muster.services.delivering import MAX_ATTEMPTS, deliver_due, wait_seconds
from muster.services.feed import read_feed
from muster.services.notifying import notify
from muster.services.sealing import seal
from muster.services.workspaces import create_workspace
from muster.settings import Settings
from muster.store import audit, deliveries
from muster.store.tables_notices import deliveries as table
from muster.wiring import open_resources
from tests.connectors.mail_server import smtp
from tests.connectors.receivers import Receiver, receiver

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "notifications.md"


@contextmanager
def opened(url: str, folder: Path, *, clock: Clock | None = None) -> Iterator[Resources]:
    settings = Settings(data=folder, database_url=url, allowed_private_hosts="127.0.0.1")
    with open_resources(settings, clock=clock) as resources:
        yield resources


@pytest.fixture
def context(database_url: str, tmp_path: Path) -> Iterator[WorkspaceContext]:
    with opened(database_url, tmp_path) as resources:
        create_workspace(resources, name="shop", title="Shop", synthetic=False, actor="test")
        yield enter_locally(resources, "shop", actor="ann")


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def webhook(context: WorkspaceContext, url: str, name: str = "ops") -> tuple[ChannelId, str]:
    made = channels.create_channel(context, kind=ChannelKind.WEBHOOK, name=name, target=url)
    assert made.secret is not None
    return made.channel.id, made.secret


def tell(context: WorkspaceContext, title: str = "Run 1 failed") -> None:
    with context.transaction() as connection:
        notify(
            connection,
            context.workspace.id,
            kind="run.failed",
            severity="error",
            subject="run/1",
            title=title,
            body="It failed.",
            data={"run": 1},
        )


def rows(context: WorkspaceContext) -> list[Any]:
    with context.resources.database.transaction() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


def due_now(context: WorkspaceContext, **values: Any) -> None:
    """Let the waits and the leases end."""
    past = func.clock_timestamp() - timedelta(seconds=1)
    with context.resources.database.transaction() as connection:
        connection.execute(update(table).values(not_before=past, **values))
        connection.execute(
            update(table).where(table.c.lease_until.is_not(None)).values(lease_until=past)
        )


def documented_check() -> Any:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["is_from_muster"]


def test_a_message_arrives_signed_as_documented(
    context: WorkspaceContext, server: Receiver
) -> None:
    _, secret = webhook(context, server.url("/status/200"))
    tell(context, "Lauf „1“ failed\r\nX: y")
    assert deliver_due(context.resources) == 1
    (got,) = server.requests
    (row,) = rows(context)
    assert (row.state, row.attempts, row.last_error) == ("sent", 1, None)
    assert row.sent_at is not None
    assert got.headers["Muster-Event"] == "run.failed"
    assert got.headers["Content-Type"] == "application/json; charset=utf-8"
    said = json.loads(got.body)
    assert said == {
        "id": got.headers["Muster-Delivery"],
        "event": "run.failed",
        "workspace": "shop",
        "at": said["at"],
        "severity": "error",
        "subject": "run/1",
        "title": "Lauf „1“ failed\r\nX: y",
        "body": "It failed.",
        "data": {"run": 1},
    }
    check = documented_check()
    assert check(secret, got.headers, got.body)
    assert not check(secret + "x", got.headers, got.body)
    assert not check(secret, got.headers, got.body + b" ")
    later = {**got.headers, "Muster-Timestamp": str(int(got.headers["Muster-Timestamp"]) + 1)}
    assert not check(secret, later, got.body)
    assert not check(secret, got.headers, got.body, oldest_seconds=-1)
    assert deliver_due(context.resources) == 0


def test_a_message_arrives_by_e_mail_under_its_id(database_url: str, tmp_path: Path) -> None:
    with smtp() as (handler, port):
        settings = Settings(
            data=tmp_path,
            database_url=database_url,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            smtp_from="muster@example.org",
        )
        with open_resources(settings) as resources:
            create_workspace(resources, name="shop", title="Shop", synthetic=False, actor="test")
            context = enter_locally(resources, "shop", actor="ann")
            channels.create_channel(
                context, kind=ChannelKind.EMAIL, name="desk", target="ann@example.org,b@example.org"
            )
            tell(context, "Run 1\r\nBcc: victim@example.org")
            assert deliver_due(resources) == 1
            (row,) = rows(context)
            assert row.state == "sent"
            assert channels.list_channels(context)[0].problem is None
    (envelope,) = handler.taken
    assert envelope.rcpt_tos == ["ann@example.org", "b@example.org"]
    found = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
    assert found["Subject"] == "[shop] Run 1 Bcc: victim@example.org"
    assert found["Bcc"] is None
    assert len(found["Message-ID"]) > 36


def test_a_failing_receiver_is_asked_again_with_the_same_id_and_then_given_up(
    context: WorkspaceContext, server: Receiver
) -> None:
    webhook(context, server.url("/status/500"))
    tell(context)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert deliver_due(context.resources) == 1
        (row,) = rows(context)
        assert row.attempts == attempt
        assert row.last_error == "The receiver answered 500."
        assert row.state == ("failed" if attempt == MAX_ATTEMPTS else "pending")
        assert deliver_due(context.resources) == 0  # not before its wait is over
        due_now(context)
    assert deliver_due(context.resources) == 0
    assert len({got.headers["Muster-Delivery"] for got in server.requests}) == 1
    told = read_feed(context).items[0]
    assert told.kind == "delivery.failed"
    assert "8 attempts: The receiver answered 500." in told.body
    assert len(rows(context)) == 1  # which nobody is told of by a channel


@pytest.mark.parametrize(
    ("path", "state", "error"),
    [
        ("/redirect", "failed", "redirects are not followed"),
        ("/status/404", "pending", "answered 404"),
        ("/status/429", "pending", "answered 429"),
        ("/reset", "pending", "could not be spoken to"),
        ("/slow", "pending", "did not answer within"),
        ("/huge", "sent", ""),
    ],
)
def test_every_mood_of_a_receiver_ends_in_a_clear_state(
    context: WorkspaceContext, server: Receiver, path: str, state: str, error: str
) -> None:
    webhook(context, server.url(path))
    tell(context)
    deliver_due(impatient(context.resources))
    (row,) = rows(context)
    assert row.state == state
    assert error in (row.last_error or "")
    assert row.lease_until is None


def impatient(resources: Resources) -> Resources:
    http = replace(resources.senders.webhook.http, limits=HttpLimits(seconds=0.4))
    return replace(resources, senders=replace(resources.senders, webhook=WebhookSender(http)))


def test_a_receiver_says_when_to_come_again(context: WorkspaceContext, server: Receiver) -> None:
    webhook(context, server.url("/busy/1800"))
    tell(context)
    deliver_due(context.resources)
    (row,) = rows(context)
    assert timedelta(minutes=29) < row.not_before - row.created_at < timedelta(minutes=32)


def test_gone_for_good_switches_the_channel_off(
    context: WorkspaceContext, server: Receiver
) -> None:
    webhook(context, server.url("/status/410"))
    tell(context, "first")
    tell(context, "second")
    assert deliver_due(context.resources, limit=1) == 1
    assert [row.state for row in rows(context)] == ["failed", "failed"]
    (state,) = channels.list_channels(context)
    assert not state.channel.enabled
    assert [item.kind for item in read_feed(context).items].count("channel.disabled") == 1
    tell(context, "third")
    assert deliver_due(context.resources) == 0
    with context.transaction() as connection:
        assert audit.every(connection, context.workspace.id, limit=1)[0].action == "channel.disable"


def test_an_inner_address_is_refused_and_not_tried_again(
    context: WorkspaceContext, server: Receiver
) -> None:
    webhook(context, f"https://localhost:{server.port}/status/200")
    tell(context)
    deliver_due(replace_allowed(context.resources))
    (row,) = rows(context)
    assert (row.state, row.attempts) == ("failed", 1)
    assert "not on the public network" in row.last_error
    assert server.requests == []


def replace_allowed(resources: Resources) -> Resources:
    http = replace(
        resources.senders.webhook.http,
        allowed=replace(resources.senders.webhook.http.allowed, networks=()),
    )
    return replace(resources, senders=replace(resources.senders, webhook=WebhookSender(http)))


def test_a_sender_that_dies_before_noting_it_down_leads_to_the_same_id_again(
    context: WorkspaceContext, server: Receiver
) -> None:
    webhook(context, server.url())
    tell(context)
    with context.resources.database.transaction() as connection:
        (claimed,) = deliveries.claim_due(connection, limit=5, lease_seconds=60)
    delivering.send(
        context.resources,
        claimed.channel,
        claimed.notification,
        workspace="shop",
        delivery_id=delivering.delivery_id(claimed),
    )
    # here it dies; while its lease lasts nobody sends, afterwards somebody does
    assert deliver_due(context.resources) == 0
    due_now(context)
    assert deliver_due(context.resources) == 1
    first, second = server.requests
    assert first.headers["Muster-Delivery"] == second.headers["Muster-Delivery"]
    assert first.body == second.body
    (row,) = rows(context)
    assert (row.state, row.attempts, row.fence) == ("sent", 2, 2)


def test_a_sender_that_lost_its_lease_writes_nothing(
    context: WorkspaceContext, server: Receiver
) -> None:
    webhook(context, server.url("/slow"))
    tell(context)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(deliver_due, context.resources)
        assert server.arrived.acquire(timeout=10)
        due_now(context)
        with context.resources.database.transaction() as connection:
            (claimed,) = deliveries.claim_due(connection, limit=5, lease_seconds=60)
        server.hold.set()
        assert slow.result() == 0
    (row,) = rows(context)
    assert (row.state, row.fence) == ("sending", claimed.fence)


def test_a_message_whose_senders_die_each_time_is_given_up(
    context: WorkspaceContext, server: Receiver
) -> None:
    webhook(context, server.url())
    tell(context)
    due_now(context, attempts=MAX_ATTEMPTS)
    assert deliver_due(context.resources) == 1
    assert rows(context)[0].state == "failed"
    assert server.requests == []


def test_two_deliverers_at_once_send_each_message_once(
    context: WorkspaceContext, server: Receiver, database_url: str, tmp_path: Path
) -> None:
    for number in range(3):
        webhook(context, server.url(f"/status/200/{number}"), name=f"channel{number}")
    for number in range(10):
        tell(context, f"told {number}")
    start = threading.Barrier(3)
    with opened(database_url, tmp_path) as second:

        def work(resources: Resources) -> int:
            start.wait()
            done = 0
            while (now := deliver_due(resources, limit=4)) > 0:
                done += now
            return done

        with ThreadPoolExecutor(3) as pool:
            everyone = [context.resources, second, second]
            assert sum(pool.map(work, everyone)) == 30
    assert len(server.requests) == 30
    assert len({got.headers["Muster-Delivery"] for got in server.requests}) == 30
    assert {(row.state, row.attempts) for row in rows(context)} == {("sent", 1)}


def test_one_message_that_cannot_be_handled_holds_up_no_other(
    context: WorkspaceContext, server: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    broken, _ = webhook(context, server.url("/status/200/broken"), name="broken")
    webhook(context, server.url("/status/200/fine"), name="fine")
    tell(context)
    keys = context.resources.secret_keys()
    with context.transaction() as connection:  # sealed, but not what is sealed for channels
        kept = channels.channels.by_id(connection, context.workspace.id, broken)
        kept = replace(kept, sealed_secret=seal(keys, "{}", purpose="webhook"))
        channels.channels.change(connection, context.workspace.id, kept)
    assert deliver_due(context.resources) == 1
    assert [got.path for got in server.requests] == ["/status/200/fine"]
    assert {row.state for row in rows(context)} == {"sent", "sending"}
    assert "could not be handled" in caplog.text


def test_a_new_secret_signs_beside_the_former_for_a_day(
    context: WorkspaceContext, server: Receiver
) -> None:
    channel_id, former = webhook(context, server.url())
    new = channels.rotate_secret(context, channel_id).secret
    check = documented_check()
    channels.try_channel(context, channel_id)
    got = server.requests[-1]
    assert check(new, got.headers, got.body)
    assert check(former, got.headers, got.body)
    later = SystemClock().now_utc() + timedelta(hours=25)
    tomorrow = replace(context, resources=replace(context.resources, clock=FixedClock(later)))
    channels.try_channel(tomorrow, channel_id)
    got = server.requests[-1]
    assert check(new, got.headers, got.body, oldest_seconds=10**6)
    assert not check(former, got.headers, got.body, oldest_seconds=10**6)


def test_no_secret_is_stored_in_clear(context: WorkspaceContext, server: Receiver) -> None:
    channel_id, secret = webhook(context, server.url())
    rotated = channels.rotate_secret(context, channel_id).secret
    assert rotated is not None
    with context.resources.database.transaction() as connection:
        stored = str(channels.channels.every(connection, context.workspace.id))
        logged = str(audit.every(connection, context.workspace.id, limit=100))
    for text in (stored, logged, str(rows(context))):
        assert secret not in text
        assert rotated not in text


def test_a_changed_secret_key_is_said_and_retried_not_lost(
    context: WorkspaceContext, server: Receiver
) -> None:
    webhook(context, server.url())
    tell(context)
    other = replace(context.resources, secret_keys=lambda: SecretKeys((b"x" * 40,)))
    assert deliver_due(other) == 1
    (row,) = rows(context)
    assert row.state == "pending"
    assert "secret key" in row.last_error
    with pytest.raises(Unavailable) as caught:
        channels.try_channel(replace(context, resources=other), ChannelId(row.channel_id))
    assert caught.value.code == "SECRET_KEY_CHANGED"


def test_a_test_message_tells_the_truth(context: WorkspaceContext, server: Receiver) -> None:
    good, _ = webhook(context, server.url("/status/200"), name="good")
    bad, _ = webhook(context, server.url("/status/503"), name="bad")
    mail = channels.create_channel(
        context, kind=ChannelKind.EMAIL, name="mail", target="a@example.org"
    )
    assert channels.try_channel(context, good).outcome.delivered
    failed = channels.try_channel(context, bad).outcome
    assert (failed.verdict, failed.status) == (Verdict.FAILED, 503)
    unset = channels.try_channel(context, mail.channel.id).outcome
    assert unset.code == "MAIL_NOT_CONFIGURED"
    problems = {one.channel.name: one.problem for one in channels.list_channels(context)}
    assert problems["good"] is None
    assert "MUSTER_SMTP_HOST" in str(problems["mail"])
    assert json.loads(server.requests[0].body)["event"] == "channel.test"


def test_a_channel_switched_off_or_removed_gives_up_what_it_waits_for(
    context: WorkspaceContext, server: Receiver
) -> None:
    first, _ = webhook(context, server.url(), name="first")
    second, _ = webhook(context, server.url(), name="second")
    tell(context)
    channels.change_channel(context, first, enabled=False)
    channels.delete_channel(context, second)
    assert deliver_due(context.resources) == 0
    assert [(row.channel_id, row.state) for row in rows(context)] == [(first, "failed")]
    with pytest.raises(NotFound):
        channels.delete_channel(context, second)


@pytest.mark.parametrize(
    ("kind", "name", "target", "kinds", "code"),
    [
        ("webhook", "Ops", "https://host/", [], "BAD_NAME"),
        ("webhook", "ops", "ftp://host/", [], "BAD_URL"),
        ("webhook", "ops", "https://a@host/", [], "BAD_URL"),
        ("webhook", "ops", "http://93.184.216.34/", [], "TLS_NEEDED"),
        ("webhook", "ops", "http://127.0.0.2:8080/", [], "TLS_NEEDED"),
        ("webhook", "ops", "https://host/", ["run.flew"], "UNKNOWN_NOTICE_KIND"),
        ("webhook", "ops", "https://host/", ["delivery.failed"], "UNKNOWN_NOTICE_KIND"),
        ("email", "ops", "nobody", [], "BAD_EMAIL"),
        ("email", "ops", "a@example.org\r\nBcc: b@example.org", [], "BAD_EMAIL"),
        ("email", "ops", "a@example.org,", [], "BAD_EMAIL"),
        ("email", "ops", ",".join(["a@example.org"] * 21), [], "TOO_MANY_RECIPIENTS"),
    ],
)
def test_a_channel_that_cannot_work_is_not_made(
    context: WorkspaceContext, kind: str, name: str, target: str, kinds: list[str], code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        channels.create_channel(
            context, kind=ChannelKind(kind), name=name, target=target, kinds=kinds
        )
    assert caught.value.code == code
    assert channels.list_channels(context) == ()


def test_a_channel_cannot_be_turned_to_a_plain_url_of_a_host_that_is_not_listed(
    context: WorkspaceContext, server: Receiver
) -> None:
    made, _ = webhook(context, server.url())  # plain, and listed
    with pytest.raises(InvalidInput) as caught:
        channels.change_channel(context, made, target="http://127.0.0.2:8080/")
    assert (caught.value.code, caught.value.path) == ("TLS_NEEDED", "$.body.target")
    assert channels.read_channel(context, made).channel.target == server.url()


def test_names_are_taken_once_and_only_operators_touch_channels(context: WorkspaceContext) -> None:
    webhook(context, "https://hooks.example.org/")
    with pytest.raises(Conflict):
        webhook(context, "https://hooks.example.org/")
    analyst = replace(context, permissions=permissions_of(Role.ANALYST))
    for call in (
        lambda: channels.list_channels(analyst),
        lambda: channels.try_channel(analyst, ChannelId(1)),
        lambda: webhook(analyst, "https://hooks.example.org/", "other"),
    ):
        with pytest.raises(Forbidden):
            call()


def test_waits_grow_to_an_hour_and_are_spread() -> None:
    waits = [wait_seconds(attempt, jitter=0.5) for attempt in range(1, 9)]
    assert waits == [15, 45, 135, 405, 1215, 3600, 3600, 3600]
    assert wait_seconds(1, jitter=0) == 11.25
    assert wait_seconds(1, jitter=1) == 18.75
