"""The feed of the order desk: everything once, whatever order transactions commit in."""

from __future__ import annotations

from contextlib import ExitStack
from uuid import uuid4

import pytest
from sqlalchemy import text

from muster.base.errors import Conflict
from muster.services.context import WorkspaceContext
from muster.services.orders.opening import open_desk
from muster.store.orders import feed, presence
from muster.store.orders.feed import Changed, Deed, Position
from muster.store.orders.presence import Person


def now(context: WorkspaceContext) -> Position:
    with open_desk(context) as (connection, _):
        return feed.present(connection)


def since(context: WorkspaceContext, before: Position, *, most: int = 500) -> Changed:
    with open_desk(context) as (connection, _):
        return feed.changed_since(connection, before, most=most)


def edit(context: WorkspaceContext, *statements: str) -> None:
    with open_desk(context) as (connection, _):
        for statement in statements:
            connection.execute(text(statement))


def test_each_change_is_told_once_with_who_did_it(desk_context) -> None:
    before = now(desk_context)
    assert since(desk_context, before) == Changed(before)
    edit(
        desk_context,
        "INSERT INTO changesets (op_id, kind, actor, title, orders, cells)"
        " VALUES (gen_random_uuid(), 'edit', 'anna', 'Two coupons', 2, 2)",
        "SELECT set_config('muster.changeset_id', max(id)::text, true) FROM changesets",
        "UPDATE orders SET coupon = 'X' WHERE order_id IN (3, 4)",
    )
    edit(desk_context, "UPDATE customers SET city = 'Linz' WHERE customer_id = 'C0001'")
    edit(desk_context, "DELETE FROM orders WHERE order_id = 9")
    found = since(desk_context, before)
    assert found.order_ids == (3, 4, 9)
    assert found.customer_ids == ("C0001",)
    assert found.deeds == (Deed(1, "anna", "Two coupons"),)
    assert not found.many
    assert found.position.feed_id > before.feed_id
    assert not since(desk_context, found.position).anything


def test_rows_of_transactions_that_overlap_are_told_when_they_are_committed(desk_context) -> None:
    position = now(desk_context)
    told: list[tuple[int, ...]] = []
    with ExitStack() as stack:
        ended = []
        for order_id in (1, 2, 3):
            one = stack.enter_context(ExitStack())
            connection, _ = one.enter_context(open_desk(desk_context))
            statement = text("UPDATE orders SET coupon = 'X' WHERE order_id = :id")
            connection.execute(statement, {"id": order_id})
            ended.append(one)
        for place in (2, 0, 1):
            ended[place].close()
            found = since(desk_context, position)
            position = found.position
            told.append(found.order_ids)
    assert told == [(3,), (1,), (2,)]


def test_above_so_many_nothing_is_named(desk_context) -> None:
    before = now(desk_context)
    edit(desk_context, "UPDATE orders SET coupon = 'X' WHERE order_id <= 12")
    assert len(since(desk_context, before, most=12).order_ids) == 12
    found = since(desk_context, before, most=11)
    assert (found.many, found.order_ids) == (True, ())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE desk SET identity = gen_random_uuid()",
        "DELETE FROM feed",
        "UPDATE feed SET txid = pg_current_xact_id()",  # another row than was seen
    ],
)
def test_a_position_the_feed_does_not_go_on_from_is_told_as_unknown(
    desk_context, statement
) -> None:
    edit(desk_context, "UPDATE orders SET coupon = 'X' WHERE order_id = 1")
    before = now(desk_context)
    edit(desk_context, statement)
    assert since(desk_context, before).many


@pytest.mark.parametrize(
    "token", [None, "", "7", "7.", "x.1:1:", "7.1:1", "7.1:1:,", "7.1:1:2,", "-7.1:1:"]
)
def test_what_is_no_position_is_none(token: str | None) -> None:
    assert feed.position_of(token, "d") is None


def test_a_position_is_read_as_it_was_written(desk_context) -> None:
    position = now(desk_context)
    assert feed.position_of(position.token, position.desk) == position
    assert feed.position_of("7.1:5:1,3", "d") == Position("d", "1:5:1,3", 7)


def test_who_is_here_is_told_and_forgotten(desk_context) -> None:
    anna, ben = (Person(name, uuid4(), None, None) for name in ("anna", "ben"))
    with open_desk(desk_context) as (connection, _):
        presence.tell(connection, ben)
        presence.tell(connection, Person("anna", anna.client_id, 7, "status"))
        presence.tell(connection, anna)
        assert presence.people(connection) == (anna, ben)
        with pytest.raises(Conflict):
            presence.tell(connection, Person("ben", anna.client_id, None, None))
        connection.execute(text("UPDATE presence SET seen_at = now() - interval '31 seconds'"))
        assert presence.people(connection) == ()
        presence.tell(connection, Person("ben", anna.client_id, None, None))
        presence.leave(connection, anna.client_id, actor="anna")
        assert len(presence.people(connection)) == 1
        assert presence.remove_gone(connection) == 1
        presence.leave(connection, anna.client_id, actor="ben")
        assert presence.people(connection) == ()
