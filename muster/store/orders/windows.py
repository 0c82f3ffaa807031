"""Windows on sorted orders: each is a range of an index, wherever it is.

Rows after a place are read piece by piece: those that share all sort keys with it but the last,
then all but the last two, and so on. Every piece is one range of one index and they follow each
other, so no window costs more for what lies before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, literal, select, true
from sqlalchemy.types import TypeEngine

from muster.base.order_query import SortKey
from muster.base.order_rows import OrderRow
from muster.store.orders import tables
from muster.store.orders.order_rows import COLUMNS
from muster.store.orders.where import Where, sort_expression

Place: TypeAlias = tuple[Any, ...]
"""Where an order stands: the values of its sort keys, the order's number last."""

_NEAREST = 5_000
_NEVER_NULL = frozenset(
    {
        "order_id",
        "kind",
        "order_date",
        "status",
        "item_count",
        "quantity",
        "total_amount",
        "updated_at",
    }
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and where it stands."""

    row: OrderRow
    place: Place


def window(
    connection: Connection,
    where: Where,
    order: Sequence[SortKey],
    *,
    limit: int,
    after: Place | None = None,
    backward: bool = False,
    inclusive: bool = False,
    searched: bool = False,
) -> list[Placed]:
    """Return the rows after a place, in order.

    Args:
        after: None: from the beginning, or from the end when ``backward``.
        backward: the rows before the place instead, still in order.
        inclusive: the row that stands there, if it does, comes first.
        searched: words are sought; of how many rows they find the planner knows nothing.
    """
    keys = [_Key.of(one, backward=backward) for one in order]
    read = _read_searched if searched else _read
    rows = read(connection, where, keys, COLUMNS, limit, after, inclusive=inclusive)
    found = {row[0]: row for row in rows}  # who moved between two pieces is kept once
    width = len(COLUMNS)
    placed = [Placed(OrderRow(*row[:width]), row[width:]) for row in found.values()]
    return placed[::-1] if backward else placed


def place_at(
    connection: Connection,
    where: Where,
    order: Sequence[SortKey],
    position: int,
    *,
    after: Place | None = None,
) -> Place | None:
    """Return where the row at a position stands, counted from 0; None: there are fewer.

    Args:
        after: count from the row that stands here; all rows up to the position are read.
    """
    rows = places_from(connection, where, order, after, limit=position + 1)
    return rows[position] if len(rows) > position else None


def places_from(
    connection: Connection,
    where: Where,
    order: Sequence[SortKey],
    after: Place | None,
    *,
    limit: int,
) -> list[Place]:
    """Return where rows stand, from a place on; None: from the beginning."""
    keys = [_Key.of(one, backward=False) for one in order]
    return _read(connection, where, keys, (), limit, after, inclusive=True)


def _read(
    connection: Connection,
    where: Where,
    keys: Sequence[_Key],
    columns: Sequence[ColumnElement[Any]],
    limit: int,
    after: Place | None,
    *,
    inclusive: bool,
) -> list[tuple[Any, ...]]:
    places = [key.expression.label(f"key_{number}") for number, key in enumerate(keys)]
    found: list[tuple[Any, ...]] = []
    for piece in _pieces(keys, after, inclusive=inclusive):
        query = select(*columns, *places).where(where, piece)
        query = query.order_by(*(key.ordering for key in keys)).limit(limit - len(found))
        found += [tuple(row) for row in connection.execute(query)]
        if len(found) >= limit:
            break
    return found


def place_of(connection: Connection, order: Sequence[SortKey], order_id: int) -> Place | None:
    """Return where an order stands, whether or not a query finds it; None: there is none."""
    keys = [sort_expression(key.field) for key in order]
    query = select(*keys).where(tables.orders.c.order_id == order_id)
    found = connection.execute(query).one_or_none()
    return None if found is None else tuple(found)


def _read_searched(
    connection: Connection,
    where: Where,
    keys: Sequence[_Key],
    columns: Sequence[ColumnElement[Any]],
    limit: int,
    after: Place | None,
    *,
    inclusive: bool,
) -> list[tuple[Any, ...]]:
    """Read as `_read` does, looking for frequent words in the nearest rows, for others by index.

    The planner takes every word for one of fifty, and would look through all rows in their order
    for one that is nowhere. So first the nearest rows are looked through, and if that is not
    enough, all that the words find is sorted.
    """
    places = [key.expression.label(f"key_{number}") for number, key in enumerate(keys)]
    ordering = [key.ordering for key in keys]
    found: list[tuple[Any, ...]] = []
    for piece in _pieces(keys, after, inclusive=inclusive):
        wanted = limit - len(found)
        every = select(tables.orders)
        nearest = every.where(piece).order_by(*ordering).limit(_NEAREST)
        rows: list[tuple[Any, ...]] = []
        for source in (nearest, every.where(where, piece)):
            # named as the table, it stands for it
            named = source.cte("orders").prefix_with("MATERIALIZED")
            query = select(*columns, *places).where(where).add_cte(named)
            answer = connection.execute(query.order_by(*ordering).limit(wanted))
            rows = [tuple(row) for row in answer]
            if len(rows) == wanted:
                break
        found += rows
        if len(found) >= limit:
            break
    return found


@dataclass(frozen=True, slots=True)
class _Key:
    """A sort key in the direction in which it is read; empty values come last upwards."""

    expression: ColumnElement[Any]
    descending: bool
    nullable: bool

    @classmethod
    def of(cls, key: SortKey, *, backward: bool) -> _Key:
        nullable = key.field not in _NEVER_NULL
        return cls(sort_expression(key.field), key.descending != backward, nullable)

    @property
    def ordering(self) -> ColumnElement[Any]:
        return self.expression.desc() if self.descending else self.expression.asc()

    def same(self, value: Any) -> ColumnElement[bool]:
        if value is None:
            return self.expression.is_(None)
        return self.expression == self._bound(value)

    def beyond(self, value: Any) -> Iterator[ColumnElement[bool]]:
        """Yield the ranges of what comes after a value, the nearest first."""
        if self.descending:
            if value is None:
                yield self.expression.is_not(None)
            else:
                yield self.expression < self._bound(value)
        elif value is not None:
            yield self.expression > self._bound(value)
            if self.nullable:
                yield self.expression.is_(None)

    def _bound(self, value: Any) -> ColumnElement[Any]:
        kind: TypeEngine[Any] = self.expression.type
        return literal(value, kind)


def _pieces(
    keys: Sequence[_Key], after: Place | None, *, inclusive: bool
) -> Iterator[ColumnElement[bool]]:
    """Yield disjoint conditions whose rows, one after the other, are all that follow a place."""
    if after is None:
        yield true()
        return
    if inclusive:
        yield and_(*(key.same(value) for key, value in zip(keys, after, strict=True)))
    for kept in reversed(range(len(keys))):
        same = [key.same(value) for key, value in zip(keys[:kept], after, strict=False)]
        for beyond in keys[kept].beyond(after[kept]):
            yield and_(*same, beyond)
