"""Notices: heard once committed, and again after the connection was lost."""

from __future__ import annotations

import itertools
import logging

import pytest
from sqlalchemy import text

from muster.store import notices_listen
from muster.store.database import Database
from muster.store.notices_listen import Notice, listen, notify


def next_notice(listening) -> Notice:
    """Return the next notice, passing over silences."""
    return next(one for one in itertools.islice(listening, 200) if one is not None)


def tell(database: Database, channel: str, **payload: object) -> None:
    with database.transaction() as connection:
        notify(connection, channel, payload)


def tell_and_fail(database: Database) -> None:
    with database.transaction() as connection:
        notify(connection, notices_listen.RUNS, {"run_id": 1})
        raise ZeroDivisionError


def test_a_notice_is_heard_when_its_transaction_is_committed(database) -> None:
    listening = listen(database, [notices_listen.RUNS], timeout_seconds=0.1)
    assert next(listening) is None  # it listens from now on
    with database.transaction() as connection:
        notify(connection, notices_listen.RUNS, {"run_id": 1})
        assert next(listening) is None
    assert next_notice(listening) == Notice("muster_runs", {"run_id": 1})
    listening.close()


def test_a_notice_that_is_rolled_back_is_never_heard(database) -> None:
    listening = listen(database, [notices_listen.RUNS], timeout_seconds=0.1)
    next(listening)
    with pytest.raises(ZeroDivisionError):
        tell_and_fail(database)
    tell(database, notices_listen.RUNS, run_id=2)
    assert next_notice(listening).payload == {"run_id": 2}
    listening.close()


def test_only_the_chosen_channels_are_heard(database) -> None:
    listening = listen(database, [notices_listen.QUEUE], timeout_seconds=0.1)
    next(listening)
    tell(database, notices_listen.RUNS, run_id=1)
    tell(database, notices_listen.QUEUE, run_id=2)
    assert next_notice(listening) == Notice("muster_queue", {"run_id": 2})
    listening.close()


@pytest.mark.parametrize("payload", ["no json", "[1]", ""])
def test_what_is_not_ours_says_nothing(database, payload) -> None:
    listening = listen(database, [notices_listen.RUNS], timeout_seconds=0.1)
    next(listening)
    with database.transaction() as connection:
        connection.execute(text("SELECT pg_notify('muster_runs', :it)"), {"it": payload})
    assert next_notice(listening) == Notice("muster_runs", {})
    listening.close()


def test_a_lost_connection_is_told_once_and_made_again(database, caplog) -> None:
    caplog.set_level(logging.INFO, "muster.notices")
    listening = listen(database, [notices_listen.RUNS], timeout_seconds=0.1)
    next(listening)
    with database.transaction() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'muster-listen' AND datname = current_database()"
            )
        )
    assert [next(listening) for _ in range(2)] == [None, None]  # look for yourself
    tell(database, notices_listen.RUNS, run_id=3)
    assert next_notice(listening).payload == {"run_id": 3}
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    listening.close()
