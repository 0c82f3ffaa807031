"""The read-only role: views, nothing personal, nothing written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from muster.base.errors import Unavailable
from muster.store.database import without_row_role
from muster.store.orders import roles
from muster.store.orders.setup import use_schema
from tests.orders_shop import rows

SCHEMA = "retail360"


@pytest.fixture
def granted(desk_context):
    owning = without_row_role(desk_context.resources.database)
    with owning.transaction() as connection:
        roles.grant(connection, SCHEMA)
        roles.grant(connection, SCHEMA)  # again is harmless
    return owning


def test_the_role_is_ready_and_reads_views_alone(granted) -> None:
    with granted.transaction() as connection:
        assert roles.ask_role(connection, SCHEMA) == roles.AskRole(True, True, True, ())
        use_schema(connection, SCHEMA)
        roles.read_as_ask(connection, SCHEMA)
        assert rows(connection, "SELECT count(*) FROM ask_orders") == [(200,)]
        for table in ("orders", "customers", "changesets", "order_status_history"):
            with pytest.raises(DBAPIError) as caught, connection.begin_nested():
                connection.execute(text(f"SELECT * FROM {table}"))
            assert caught.value.orig.sqlstate == "42501"
        with pytest.raises(DBAPIError) as caught, connection.begin_nested():
            connection.execute(text("CREATE TEMP TABLE mine (a int)"))
        assert caught.value.orig.sqlstate in ("25006", "42501")


def test_no_view_shows_anything_personal(granted) -> None:
    with granted.transaction() as connection:
        names = rows(
            connection,
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = :schema AND table_name LIKE 'ask\\_%'",
            schema=SCHEMA,
        )
    assert {table for table, _ in names} == set(roles.VIEWS)
    personal = {"email", "phone", "address", "customer_name", "customer_email", "note", "search"}
    personal |= {"latitude", "longitude", "birth_date", "changed_by", "reason"}
    assert personal & {column for _, column in names} == set()
    assert [table for table, column in names if column == "name"] == ["ask_products"]


def test_more_than_views_is_noticed_and_refused(granted) -> None:
    with granted.transaction() as connection:
        connection.execute(text(f"GRANT SELECT (email) ON {SCHEMA}.customers TO muster_ask"))
        found = roles.ask_role(connection, SCHEMA)
        assert (found.excess, found.ready) == (("customers",), False)
        with pytest.raises(Unavailable) as caught:
            roles.read_as_ask(connection, SCHEMA)
        assert caught.value.code == "NO_ASK_ROLE"


def test_an_administrator_is_told_statements_that_do_it(granted) -> None:
    statements = roles.statements_for_administrators(SCHEMA, 'a "b')
    assert statements[1] == 'GRANT "muster_ask" TO "a ""b"'
    with granted.transaction() as connection:
        connection.execute(text(f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM muster_ask"))
        assert not roles.ask_role(connection, SCHEMA).ready
        for statement in statements[2:]:
            connection.execute(text(statement))
        assert roles.ask_role(connection, SCHEMA).ready


def test_a_server_without_the_role_says_so(granted, monkeypatch) -> None:
    monkeypatch.setattr(roles, "ASK_ROLE", "muster_ask_of_nobody")
    with granted.transaction() as connection:
        roles.grant(connection, SCHEMA)  # this user may make no roles
        assert roles.ask_role(connection, SCHEMA) == roles.AskRole(False, False, False, ())


def test_the_rows_role_gets_its_rights_again(granted) -> None:
    with granted.transaction() as connection:
        rights = rows(
            connection,
            "SELECT has_table_privilege('muster_rows', :name, 'UPDATE')"
            " FROM pg_roles WHERE rolname = 'muster_rows'",
            name=f"{SCHEMA}.orders",
        )
    assert rights in ([], [(True,)])
    assert replace(granted, row_role=None) == granted
