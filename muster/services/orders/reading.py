"""Reads orders as the grid shows them: windows, counts, neighbours, rows that were named.

Who may not see personal data gets it masked, and may neither filter nor sort by it, nor find orders
by a name: else they could guess it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from muster.base.errors import NotFound
from muster.base.order_query import OrderQuery, refuse_personal
from muster.base.order_rows import OrderRow
from muster.base.orders import Desk
from muster.base.people import Permission
from muster.services.context import WorkspaceContext
from muster.services.orders.cursors import read_cursor, write_cursor
from muster.services.orders.known import KNOWN
from muster.services.orders.opening import open_desk
from muster.services.orders.traces import trace_reading
from muster.store.database import Transaction
from muster.store.orders import counting
from muster.store.orders.feed import present
from muster.store.orders.ladders import STEP, make_ladder
from muster.store.orders.order_rows import matching, rows_by_id
from muster.store.orders.where import Where, condition
from muster.store.orders.windows import Place, Placed, place_at, place_of, window

MOST_ROWS = 500
MOST_START = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which window of a query's rows.

    Attributes:
        start: rows before it; beside a cursor it is only repeated.
        after, before: cursors of a window that was read before.
        from_end: the last rows.
    """

    start: int = 0
    limit: int = 100
    after: str | None = None
    before: str | None = None
    from_end: bool = False


@dataclass(frozen=True, slots=True)
class OrderWindow:
    """Some rows in order.

    Attributes:
        total: rows that the query finds, where that is known exactly without counting.
        estimate: the same as far as anybody knows.
        at_end: no row follows.
        feed_position: what changed later has a higher number in the feed.
    """

    start: int
    rows: tuple[OrderRow, ...]
    first_cursor: str | None
    last_cursor: str | None
    total: int | None
    estimate: int
    at_end: bool
    feed_position: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A transaction on the desk that reads what one query finds."""

    connection: Transaction
    context: WorkspaceContext
    desk: Desk
    query: OrderQuery
    where: Where
    key: Hashable
    feed_id: int

    @property
    def known_total(self) -> int | None:
        """How many rows the query finds, if nothing changed since somebody knew."""
        return KNOWN.total(self.key, self.feed_id)

    def shown(self, rows: Sequence[OrderRow]) -> tuple[OrderRow, ...]:
        """Return rows as who asks may see them, and write down that they do."""
        if not self.context.allows(Permission.SEE_PERSONAL):
            return tuple(row.masked() for row in rows)
        trace_reading(self.connection, self.context, count=len(rows))
        return tuple(rows)


@contextmanager
def reading(context: WorkspaceContext, query: OrderQuery) -> Iterator[Reading]:
    """Begin to read what a query finds.

    Raises:
        InvalidInput: PERSONAL_FIELD. NotFound: NO_ORDER_DESK. Forbidden: NOT_ALLOWED.
    """
    context.require(Permission.READ)
    sees_personal = context.allows(Permission.SEE_PERSONAL)
    if not sees_personal:
        refuse_personal(query)
    with open_desk(context) as (connection, desk):
        now = context.resources.clock.now_utc()
        counting.prepare_reading(connection)
        position = present(connection)  # before any row: what changes later is told later
        where = condition(query, desk.time_zone, now, sees_personal=sees_personal)
        today = now.astimezone(ZoneInfo(desk.time_zone)).date()
        database = context.resources.database
        key = (database.where, position.desk, query, today, sees_personal)
        yield Reading(connection, context, desk, query, where, key, position.feed_id)


def read_window(context: WorkspaceContext, query: OrderQuery, wanted: Wanted) -> OrderWindow:
    """Return a window of a query's rows; never counts what it does not need.

    Raises:
        InvalidInput: BAD_CURSOR, PERSONAL_FIELD. NotFound: NO_ORDER_DESK.
    """
    order = query.order
    after = wanted.after and read_cursor(order, wanted.after, path="$.after")
    before = wanted.before and read_cursor(order, wanted.before, path="$.before")
    with reading(context, query) as found:
        placed, at_end = _placed(found, wanted, after or None, before or None)
        exact_start = not (after or before or wanted.from_end)
        if at_end and exact_start and (placed or wanted.start == 0) and wanted.start <= STEP:
            KNOWN.keep_total(found.key, found.feed_id, wanted.start + len(placed))
        total = found.known_total
        estimate = counting.estimate(found.connection, found.where) if total is None else total
        start = wanted.start
        if wanted.from_end and not before:
            start = max(0, estimate - len(placed))
        return OrderWindow(
            start=start,
            rows=found.shown([one.row for one in placed]),
            first_cursor=write_cursor(order, placed[0].place) if placed else None,
            last_cursor=write_cursor(order, placed[-1].place) if placed else None,
            total=total,
            estimate=max(estimate, start + len(placed)),
            at_end=at_end,
            feed_position=found.feed_id,
        )


def count_orders(context: WorkspaceContext, query: OrderQuery) -> counting.Counted:
    """Return exactly how many orders a query finds, their pieces and their money."""
    with reading(context, query) as found:
        counted = counting.count(found.connection, found.where)
        KNOWN.keep_total(found.key, found.feed_id, counted.total)
        return counted


def neighbours(
    context: WorkspaceContext, query: OrderQuery, order_id: int
) -> tuple[int | None, int | None]:
    """Return the orders before and after one in a query, whether or not the query finds it.

    Raises:
        NotFound: UNKNOWN_ORDER.
    """
    with reading(context, query) as found:
        place = place_of(found.connection, query.order, order_id)
        if place is None:
            raise unknown_order(order_id)
        before, after = (
            window(
                found.connection,
                found.where,
                query.order,
                limit=1,
                after=place,
                backward=backward,
                searched=bool(query.search),
            )
            for backward in (True, False)
        )
        return (
            before[0].row.order_id if before else None,
            after[0].row.order_id if after else None,
        )


@dataclass(frozen=True, slots=True)
class NamedRows:
    """Rows asked for by number, those of them that a query finds, and those that are gone."""

    rows: tuple[OrderRow, ...]
    matching: tuple[int, ...]
    missing: tuple[int, ...]


def read_rows(
    context: WorkspaceContext, order_ids: Sequence[int], query: OrderQuery | None = None
) -> NamedRows:
    """Return orders by number, in the order in which they are named.

    Args:
        query: says which of them match; None: all that exist.
    """
    with reading(context, query or OrderQuery()) as found:
        rows = rows_by_id(found.connection, order_ids)
        named = list(dict.fromkeys(order_ids))
        fit = matching(found.connection, found.where, list(rows))
        return NamedRows(
            rows=found.shown([rows[one] for one in named if one in rows]),
            matching=tuple(one for one in named if one in fit),
            missing=tuple(one for one in named if one not in rows),
        )


def unknown_order(order_id: int) -> NotFound:
    """Return the error for an order that does not exist."""
    return NotFound("UNKNOWN_ORDER", f"There is no order {order_id}.")


def _placed(
    found: Reading, wanted: Wanted, after: Place | None, before: Place | None
) -> tuple[list[Placed], bool]:
    """Return the rows of a window, and whether no row follows."""
    connection, where, order = found.connection, found.where, found.query.order
    searched = bool(found.query.search)
    if before is not None or wanted.from_end:
        rows = window(
            connection,
            where,
            order,
            limit=wanted.limit,
            after=before,
            backward=True,
            searched=searched,
        )
        return rows, before is None
    inclusive = False
    if after is None and wanted.start:
        after, inclusive = _place_of_start(found, wanted.start), True
        if after is None:
            return [], True
    rows = window(
        connection,
        where,
        order,
        limit=wanted.limit + 1,
        after=after,
        inclusive=inclusive,
        searched=searched,
    )
    return rows[: wanted.limit], len(rows) <= wanted.limit


def _place_of_start(found: Reading, start: int) -> Place | None:
    """Return where the row at a position stands, by a ladder where it is far."""
    connection, where, order = found.connection, found.where, found.query.order
    if start <= STEP:
        return place_at(connection, where, order, start)
    ladder = KNOWN.ladder(found.key, found.feed_id)
    if ladder is None:
        with KNOWN.making(found.key):
            ladder = KNOWN.ladder(found.key, found.feed_id)
            if ladder is None:
                ladder = make_ladder(connection, where, order)
                KNOWN.keep_ladder(found.key, found.feed_id, ladder)
    return ladder.place(connection, where, order, start)
