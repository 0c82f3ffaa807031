"""`muster orders check`: what is well, what is not, and how to mend it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from muster.base.errors import Forbidden, NotFound
from muster.base.people import Role, permissions_of
from muster.services.doctor import Diagnosis, Health
from muster.services.orders.checking import examine_desk
from muster.store.database import without_row_role
from muster.store.orders import roles
from muster.store.orders.setup import use_schema


def looked(context) -> dict[str, Diagnosis]:
    return {found.subject: found for found in examine_desk(context)}


@pytest.fixture
def owner(desk_context):
    """The desk with its roles, and a way to change it past its triggers."""
    owning = without_row_role(desk_context.resources.database)
    with owning.transaction() as connection:
        roles.grant(connection, "retail360")

    def run(*statements: str) -> None:
        with owning.transaction() as connection:
            use_schema(connection, "retail360")
            for statement in statements:
                connection.execute(text(statement))

    return run


def test_a_sound_desk_passes_everything(desk_context, owner) -> None:
    found = looked(desk_context)
    assert {one.health for name, one in found.items() if name != "feed"} == {Health.OK}
    assert found["feed"].health is Health.WARN  # its warehouse is of another data model
    assert found["rows"].sentence.startswith("200 orders, ")
    assert "read-only role" in found


@pytest.mark.parametrize(
    ("subject", "statements", "told"),
    [
        (
            "totals",
            ("ALTER TABLE orders DISABLE TRIGGER USER", "UPDATE orders SET total_amount = 1"),
            "200 orders whose total",
        ),
        ("triggers", ("ALTER TABLE orders DISABLE TRIGGER USER",), "orders.a_check_order"),
        ("indexes", ("DROP INDEX ix_orders_date",), "ix_orders_date"),
        ("tables", ("DROP TABLE presence",), "presence.client_id"),
        ("schema retail360", ("DELETE FROM alembic_version",), "Lacks 0001"),
        ("read-only role", ("GRANT SELECT ON customers TO muster_ask",), "customers"),
    ],
)
def test_what_fails_is_said_with_how_to_mend_it(
    desk_context, owner, subject, statements, told
) -> None:
    owner(*statements)
    found = looked(desk_context)[subject]
    assert found.health is Health.FAIL
    assert told in found.sentence
    assert found.hint


def test_a_missing_role_is_a_warning_with_the_statements(desk_context, owner) -> None:
    owner("REVOKE ALL ON SCHEMA retail360 FROM muster_ask")
    found = looked(desk_context)["read-only role"]
    assert found.health is Health.WARN
    assert 'GRANT USAGE ON SCHEMA "retail360" TO "muster_ask"' in (found.hint or "")


@pytest.mark.parametrize(("size", "health"), [(2, Health.WARN), (5, Health.OK), (500, Health.WARN)])
def test_too_few_and_too_many_connections_are_told(desk_context, size, health) -> None:
    database = replace(desk_context.resources.database, pool_size=size)
    resources = replace(desk_context.resources, database=database)
    assert looked(replace(desk_context, resources=resources))["connections"].health is health


def test_only_admins_look_and_only_where_there_is_a_desk(desk_context, shared) -> None:
    permissions = permissions_of(Role.OPERATOR)
    with pytest.raises(Forbidden):
        looked(replace(desk_context, role=Role.OPERATOR, permissions=permissions))
    with pytest.raises(NotFound):
        looked(shared)
