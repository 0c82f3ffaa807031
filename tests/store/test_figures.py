"""The figures say how queue, runs and deliveries stand in the database."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from muster.base.errors import Unavailable
from muster.base.records import Workspace
from muster.store import figures
from muster.store.database import Database

RUNS = """
INSERT INTO runs (workspace_id, state, as_of, rules, not_before, created_at, started_at,
                  finished_at, lease_until, dead_letter, error_code, error) VALUES
    (:w, 'queued', now(), '{a}', now() - interval '50 s', now() - interval '90 s',
     NULL, NULL, NULL, false, NULL, NULL),
    (:w, 'queued', now(), '{a}', now() - interval '90 s', now() - interval '40 s',
     NULL, NULL, NULL, false, NULL, NULL),
    (:w, 'queued', now(), '{a}', now() + interval '1 h', now() - interval '9 h',
     NULL, NULL, NULL, false, NULL, NULL),
    (:w, 'running', now(), '{a}', now(), now(), now(), NULL, now() + interval '1 h', false, NULL,
     NULL),
    (:w, 'running', now(), '{a}', now(), now(), now(), NULL, now() - interval '1 s', false, NULL,
     NULL),
    (:w, 'failed', now(), '{a}', now(), now(), now() - interval '9 s', now() - interval '7 s',
     NULL, true, 'X', 'x'),
    (:w, 'failed', now(), '{a}', now(), now(), now() - interval '9 s', now() - interval '6 s',
     NULL, false, 'X', 'x')
"""
WORKERS = """
INSERT INTO workers (name, host, process, release, slots, seen_at) VALUES
    ('a', '', 1, '', 2, now()), ('b', '', 2, '', 3, now() - interval '20 s'),
    ('dead', '', 3, '', 9, now() - interval '40 s')
"""


def test_an_empty_queue_has_no_lag(connection: Connection) -> None:
    assert figures.queue_figures(connection) == figures.QueueFigures(0, 0, 0.0, 0, 0, 0, 0)


def test_only_what_could_be_claimed_counts_as_waiting(
    connection: Connection, workspace: Workspace
) -> None:
    connection.execute(text(RUNS), {"w": workspace.id})
    connection.execute(text(WORKERS))
    found = figures.queue_figures(connection)
    assert (found.queued, found.running) == (3, 2)
    assert 50 <= found.lag_seconds < 90
    assert (found.dead_letters, found.expired_leases) == (1, 1)
    assert (found.workers, found.slots) == (2, 5)


def test_runs_are_counted_by_kind_and_state_with_their_seconds(
    connection: Connection, workspace: Workspace
) -> None:
    connection.execute(text(RUNS), {"w": workspace.id})
    found = {(one.kind, one.state): (one.count, one.seconds) for one in
             figures.run_figures(connection)}  # fmt: skip
    assert found[("refresh", "failed")] == (2, 5.0)
    assert found[("refresh", "queued")] == (3, 0.0)


def test_nothing_published_and_nothing_told_are_zero(connection: Connection) -> None:
    assert figures.published_segments(connection) == (0, 0.0)
    assert figures.notice_figures(connection) == (0, {})


def test_the_write_probe_leaves_nothing_behind(database: Database) -> None:
    with database.transaction() as connection:
        figures.probe_write(connection)
    with database.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM workers")).scalar_one() == 0


def test_the_write_probe_notices_a_database_that_only_reads(database: Database) -> None:
    def probe() -> None:
        with database.transaction() as connection:
            connection.execute(text("SET TRANSACTION READ ONLY"))
            figures.probe_write(connection)

    with pytest.raises(Unavailable) as refused:
        probe()
    assert refused.value.code == "DATABASE_READ_ONLY"


def test_the_pool_counts_what_is_in_use(database: Database) -> None:
    with database.transaction():
        during = figures.pool_figures(database)
    after = figures.pool_figures(database)
    assert (during.in_use, after.in_use) == (1, 0)
    assert after.idle >= 1
