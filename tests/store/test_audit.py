"""The audit log gives back what was recorded, newest first, each workspace its own."""

from __future__ import annotations

import contextlib
import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, StatementError

from muster.base import correlation
from muster.base.audit_chain import ChainKeys, key_id
from muster.base.errors import InvalidInput, Unavailable
from muster.base.records import Workspace
from muster.store import audit, workspaces
from muster.store.audit import AuditFilter
from muster.store.database import Database


def test_an_entry_comes_back_as_recorded(connection: Connection, workspace: Workspace) -> None:
    entry = audit.record(
        connection,
        workspace.id,
        actor="ada",
        action="rule.update",
        subject="rule/vip",
        before={"version": 1},
        after={"version": 2},
        reason="wrong threshold",
    )
    assert audit.every(connection, workspace.id, limit=9) == (entry,)
    assert (entry.before, entry.after) == ({"version": 1}, {"version": 2})
    assert (entry.actor, entry.action, entry.subject) == ("ada", "rule.update", "rule/vip")
    assert entry.reason == "wrong threshold"
    assert entry.at.tzinfo is not None


def test_the_newest_entries_come_first_and_times_tell_their_order(
    connection: Connection, workspace: Workspace
) -> None:
    made = [
        audit.record(connection, workspace.id, actor="a", action=f"act.{number}", subject="s")
        for number in range(3)
    ]
    assert audit.every(connection, workspace.id, limit=2) == (made[2], made[1])
    assert made[0].at < made[1].at < made[2].at


def test_each_workspace_and_the_installation_have_their_own_entries(
    connection: Connection, workspace: Workspace
) -> None:
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    entries = {
        place: audit.record(connection, place, actor="a", action="b", subject="c")
        for place in (workspace.id, other.id, None)
    }
    for place, entry in entries.items():
        assert audit.every(connection, place, limit=9) == (entry,)
        assert entry.workspace_id == place


def test_positions_are_gap_free_and_each_entry_names_the_hash_before_it(
    connection: Connection, workspace: Workspace
) -> None:
    made = [
        audit.record(connection, workspace.id, actor="a", action=f"act.{number}", subject="s")
        for number in range(3)
    ]
    assert [entry.position for entry in made] == [1, 2, 3]
    assert [entry.previous_hash for entry in made] == ["", made[0].hash, made[1].hash]
    assert all((entry.hash or "").startswith("sha256:") for entry in made)
    assert tuple(audit.chained(connection, workspace.id, batch=2)) == tuple(made)


def test_the_installation_cannot_have_two_entries_at_one_position(connection: Connection) -> None:
    audit.record(connection, None, actor="a", action="b", subject="c")
    twice = text(
        "INSERT INTO audit (actor, action, subject, reason, position) VALUES ('a','b','c','',1)"
    )
    with pytest.raises(IntegrityError, match="uq_audit_position_of_installation"):
        connection.execute(twice)


def test_an_entry_bears_the_request_bound_to_the_thread_unless_one_is_given(
    connection: Connection, workspace: Workspace
) -> None:
    def record(**more: str) -> str | None:
        return audit.record(
            connection, workspace.id, actor="a", action="b", subject="c", **more
        ).request_id

    assert record() is None
    with correlation.bind(request_id="bound"):
        assert record() == "bound"
        assert record(request_id="given") == "given"


def test_with_a_key_entries_are_sealed_and_without_it_nothing_more_can_be_written(
    database: Database,
) -> None:
    keyed = audit.with_keys(database, ChainKeys.read(" new, old "))
    with keyed.transaction() as connection:
        entry = audit.record(connection, None, actor="a", action="b", subject="c")
    assert (entry.hash or "").startswith(f"hmac-sha256:{key_id('new')}:")
    assert audit.keys_of(keyed).secrets == ("new", "old")
    assert "new" not in repr(audit.keys_of(keyed))
    with pytest.raises(Unavailable) as refused, database.transaction() as connection:
        audit.record(connection, None, actor="a", action="b", subject="c")
    assert refused.value.code == "AUDIT_KEY_MISSING"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(), [1, 2, 3, 4]),
        (AuditFilter(actor="bob"), [4]),
        (AuditFilter(action="rule."), [1, 2]),
        (AuditFilter(action="rule_"), []),
        (AuditFilter(subject="rule/vip"), [1, 3]),
        (AuditFilter(text="THRESH"), [2]),
        (AuditFilter(text="frankfurt"), [3]),
        (AuditFilter(text="%"), []),
        (AuditFilter(text=""), [1, 2, 3, 4]),
        (AuditFilter(actor="ada", subject="rule/vip"), [1, 3]),
    ],
)
def test_filters_narrow(connection: Connection, wanted: AuditFilter, found: list[int]) -> None:
    for actor, action, subject, after, why in (
        ("ada", "rule.create", "rule/vip", None, ""),
        ("ada", "rule.update", "rule/new", None, "wrong threshold"),
        ("ada", "segment.export", "rule/vip", {"city": "Frankfurt"}, ""),
        ("bob", "token.create", "token/7", None, ""),
    ):
        audit.record(
            connection,
            None,
            actor=actor,
            action=action,
            subject=subject,
            after=after,
            reason=why,
        )
    entries = audit.every(connection, None, limit=9, wanted=wanted)
    assert [entry.position for entry in reversed(entries)] == found
    assert audit.count(connection, None, wanted) == len(found)


def test_since_is_included_and_until_is_not(connection: Connection) -> None:
    made = [audit.record(connection, None, actor="a", action="b", subject="c") for _ in range(3)]
    wanted = AuditFilter(since=made[1].at, until=made[2].at)
    assert audit.every(connection, None, limit=9, wanted=wanted) == (made[1],)


def test_text_that_cannot_be_stored_is_refused_rather_than_sent(connection: Connection) -> None:
    with pytest.raises((InvalidInput, StatementError)):
        audit.every(connection, None, limit=1, wanted=AuditFilter(text="a\x00b"))


def test_many_writers_at_once_make_one_chain_without_gaps(database: Database) -> None:
    """Eight threads, each a transaction an entry; half of the transactions also fail once."""

    def write(writer: int) -> None:
        for number in range(15):
            with contextlib.suppress(RuntimeError), database.transaction() as connection:
                audit.record(connection, None, actor=f"w{writer}", action="x.y", subject="z")
                raise RuntimeError
            with database.transaction() as connection:
                audit.record(
                    connection, None, actor=f"w{writer}", action="x.y", subject=str(number)
                )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with database.transaction() as connection:
        entries = list(audit.chained(connection, None, batch=50))
    assert [entry.position for entry in entries] == list(range(1, 121))
    assert len({(entry.actor, entry.subject) for entry in entries}) == 120
    for before, entry in itertools.pairwise(entries):
        assert entry.previous_hash == before.hash
        assert entry.id > before.id
        assert entry.at > before.at
