"""`muster notifications` and `muster channel` as they are typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.conftest import Muster
from tests.connectors.receivers import Receiver, receiver


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def test_a_channel_is_added_tried_and_removed(
    muster: Muster, server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_ALLOWED_PRIVATE_HOSTS", "127.0.0.1")
    added = muster("channel", "add", "ops", server.url(), "--kind", "run.failed", "--json")
    assert added.code == 0
    assert added.json["secret"].startswith("whsec_")
    assert added.json["kinds"] == ["run.failed"]
    tried = muster("channel", "test", "ops")
    assert (tried.code, tried.out.strip()) == (0, "Delivered: The receiver answered 200.")
    listed = muster("channel", "list")
    assert "ops" in listed.out
    assert added.json["secret"] not in listed.out
    assert muster("channel", "remove", "ops").code == 0
    assert muster("channel", "list", "--json").json["total"] == 0


def test_an_unset_mail_server_is_said_when_the_channel_is_added_and_when_it_is_tried(
    muster: Muster,
) -> None:
    added = muster("channel", "add", "desk", "ann@example.org, bob@example.org")
    assert "MUSTER_SMTP_HOST" in added.err
    assert "secret" not in added.out
    tried = muster("channel", "test", "desk", "--json")
    assert (tried.code, tried.json["code"]) == (1, "MAIL_NOT_CONFIGURED")


def test_an_unknown_channel_is_named_with_those_there_are(muster: Muster) -> None:
    missed = muster("channel", "test", "ops", "--json")
    assert (missed.code, missed.error["code"]) == (2, "UNKNOWN_CHANNEL")


def test_the_feed_begins_empty(muster: Muster) -> None:
    assert muster("notifications", "list", "--json").json == {"items": [], "total": 0}
    assert "(none)" in muster("notifications", "list", "--unread").out
