"""What goes into the database comes back exactly, or is refused with its path."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import StatementError

from muster.base.errors import InvalidInput
from muster.base.ids import WorkspaceId
from muster.base.json_value import exact, loads
from muster.base.records import Workspace
from muster.store import audit, workspaces
from muster.store.database import Database
from tests.store import run_rows

DOCUMENTS: list[Any] = [
    {"value": Decimal("0.1")},
    {"value": Decimal("1000.00"), "op": ">="},
    {"value": Decimal("0.1234567890123456789")},
    {"value": Decimal("1e-7"), "big": 2**70, "negative": -5},
    loads('[{"field": "amount", "value": 19.99}, {"all": []}, null, true, "ünï 😀 \\u001f"]'),
    [[], {}, "", 0, False],
    "text alone",
    0,
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_comes_back_as_its_exact_form(
    connection: Connection, workspace: Workspace, document: Any
) -> None:
    audit.record(
        connection, workspace.id, actor="a", action="b", subject="c", before=document, after=None
    )
    (entry,) = audit.every(connection, workspace.id, limit=1)
    assert entry.before == exact(document)
    # 1, 1.0 and true are equal in Python, not in JSON
    assert json.dumps(entry.before, sort_keys=True) == json.dumps(exact(document), sort_keys=True)
    assert entry.after is None


def test_no_document_is_null_in_the_database_not_a_json_null(
    connection: Connection, workspace: Workspace
) -> None:
    audit.record(connection, workspace.id, actor="a", action="b", subject="c")
    query = text("SELECT count(*) FROM audit WHERE before IS NULL AND after IS NULL")
    assert connection.scalar(query) == 1


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        ({"all": [{"value": "a\x00b"}]}, "UNSTORABLE_TEXT", "$.all[0].value"),
        ({"a": ["ok", "\ud800"]}, "UNSTORABLE_TEXT", "$.a[1]"),
        ({"a\x00": 1}, "UNSTORABLE_TEXT", "$"),
        ([float("nan")], "UNSTORABLE_NUMBER", "$[0]"),
        ({"x": float("inf")}, "UNSTORABLE_NUMBER", "$.x"),
    ],
)
def test_a_document_that_cannot_be_stored_is_refused_with_its_path(
    database: Database, document: Any, code: str, path: str
) -> None:
    with pytest.raises(InvalidInput) as refused, database.transaction() as connection:
        audit.record(connection, None, actor="a", action="b", subject="c", before=document)
    assert (refused.value.code, refused.value.path) == (code, path)


@pytest.mark.parametrize("title", ["a\x00b", "\udfff"])
def test_a_text_that_cannot_be_stored_is_refused(database: Database, title: str) -> None:
    with pytest.raises(InvalidInput) as refused, database.transaction() as connection:
        workspaces.create(connection, name="w", title=title, synthetic=False)
    assert refused.value.code == "UNSTORABLE_TEXT"


def test_texts_in_an_array_are_checked_too(database: Database) -> None:
    now = datetime.now(UTC)
    with pytest.raises(InvalidInput), database.transaction() as connection:
        run_rows.running(connection, WorkspaceId(1), as_of=now, rules=["a\x00"])


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=5, minutes=30)), ZoneInfo("Asia/Kolkata")]
)
@pytest.mark.parametrize("session_zone", ["UTC", "America/New_York"])
def test_an_instant_comes_back_in_utc_to_the_microsecond(
    connection: Connection, workspace: Workspace, zone: Any, session_zone: str
) -> None:
    connection.execute(text(f"SET LOCAL TimeZone = '{session_zone}'"))
    sent = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=zone)
    run = run_rows.running(connection, workspace.id, as_of=sent, rules=["a"])
    assert run.as_of == sent
    assert run.as_of.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 1, 1)
    with pytest.raises(StatementError, match="no time zone"), database.transaction() as connection:
        run_rows.running(connection, WorkspaceId(1), as_of=naive, rules=["a"])
