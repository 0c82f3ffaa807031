"""What is over for the whole installation goes at its boundary, once, and is written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from muster.services import upkeep
from muster.services.context import Resources
from muster.services.upkeep import count_ended, keep_up, remove_ended
from muster.store import audit
from muster.store.tables import metadata
from tests.planned import planned_workspace

NOW = datetime.now(UTC).replace(microsecond=0)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
LONG = timedelta(days=90)
FUTURE = NOW + 365 * DAY

BOUNDARIES: list[tuple[str, str, datetime, dict[str, Any]]] = [
    # table, column, the last instant at which the row goes, other columns
    ("sessions", "expires_at", NOW, {}),
    ("sign_in_states", "expires_at", NOW, {}),
    ("sign_in_attempts", "at", NOW - DAY - TICK, {}),
    ("invitations", "expires_at", NOW - LONG - TICK, {}),
    ("invitations", "accepted_at", NOW - LONG - TICK, {"expires_at": FUTURE}),
    ("invitations", "revoked_at", NOW - LONG - TICK, {"expires_at": FUTURE}),
    ("api_tokens", "expires_at", NOW - LONG - TICK, {}),
    ("api_tokens", "revoked_at", NOW - LONG - TICK, {"expires_at": FUTURE}),
    ("workers", "seen_at", NOW - DAY - TICK, {}),
]
REQUIRED: dict[str, dict[str, Any]] = {
    "sessions": {"user_id": 1, "method": "password", "agent": ""},
    "sign_in_states": {"state": "", "nonce": "", "verifier": "", "return_to": "/"},
    "sign_in_attempts": {"key": "k"},
    "invitations": {"email": "ann@example.com", "role": "viewer", "invited_by": "bob"},
    "api_tokens": {
        "name": "ci", "prefix": "mst_1", "role": "viewer", "scopes": [], "created_by": "ann",
    },
    "workers": {"host": "h", "process": 1, "release": "1", "slots": 1},
}  # fmt: skip
KEYS = {"sign_in_attempts": "key", "workers": "name"}


@pytest.fixture
def resources(database_url: str, tmp_path: Path) -> Iterator[Resources]:
    with planned_workspace(database_url, tmp_path) as planned:
        with planned.resources.database.transaction() as connection:
            connection.execute(
                insert(metadata.tables["users"]).values(email="ann@example.com", name="Ann")
            )
        yield planned.resources


def add(resources: Resources, table: str, key: str, **values: Any) -> None:
    found = metadata.tables[table]
    home = {"workspace_id": 1} if "workspace_id" in found.c else {}
    row = {**REQUIRED[table], **home, KEYS.get(table, "token_hash"): key, **values}
    with resources.database.transaction() as connection:
        connection.execute(insert(found).values(**row))


def left(resources: Resources, table: str) -> list[str]:
    found = metadata.tables[table]
    column = found.c[KEYS.get(table, "token_hash")]
    with resources.database.transaction() as connection:
        return sorted(connection.scalars(select(column)))


@pytest.mark.parametrize(("table", "column", "last", "others"), BOUNDARIES)
def test_a_row_goes_at_its_boundary_and_not_before(resources, table, column, last, others) -> None:
    add(resources, table, "over", **{**others, column: last})
    add(resources, table, "good", **{**others, column: last + TICK})
    assert count_ended(resources, now=NOW)[table] == 1
    removed = remove_ended(resources, now=NOW)
    assert {name: figure for name, figure in removed.items() if figure} == {table: 1}
    assert left(resources, table) == ["good"]


def test_an_open_invitation_and_a_token_in_use_stay(resources) -> None:
    add(resources, "invitations", "open", expires_at=FUTURE)
    add(resources, "api_tokens", "in use", expires_at=FUTURE)
    assert sum(remove_ended(resources, now=NOW).values()) == 0


def entries(resources: Resources) -> list[tuple[str, Any]]:
    with resources.database.transaction() as connection:
        rows = connection.execute(
            select(metadata.tables["audit"]).where(
                metadata.tables["audit"].c.action == "retention.run"
            )
        )
        return [(row.actor, row.after) for row in rows]


def test_many_go_in_batches_and_what_went_is_written_down_once(resources, monkeypatch) -> None:
    monkeypatch.setattr(upkeep, "_ROWS_AT_ONCE", 2)
    for number in range(5):
        add(resources, "sessions", str(number), expires_at=NOW)
    assert remove_ended(resources, now=NOW, actor="ann")["sessions"] == 5
    assert sum(remove_ended(resources, now=NOW).values()) == 0
    assert entries(resources) == [("ann", {"sessions": 5})]
    with resources.database.transaction() as connection:
        assert len(audit.every(connection, None, limit=10)) == 1


def test_keeping_up_does_both(resources) -> None:
    add(resources, "sessions", "over", expires_at=NOW - DAY)
    keep_up(resources)
    assert left(resources, "sessions") == []
    with resources.database.transaction() as connection:
        table = metadata.tables["schedules"]
        assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 1
    assert entries(resources) == [("scheduler", {"sessions": 1})]
