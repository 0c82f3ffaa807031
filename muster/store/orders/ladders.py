"""Ladders: every thousandth place of sorted orders, so that any row of a million is near one.

To make one reads all that a query finds, once, and from an index alone where there is one for it;
`services/orders/known.py` keeps it for the jumps that follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select, text

from muster.base.order_query import SortKey
from muster.store.orders.tables import orders
from muster.store.orders.where import sort_expression
from muster.store.orders.windows import Place, place_at, places_from

STEP = 1_000
_MEMORY = text("SELECT set_config('work_mem', '64MB', true)")


@dataclass(frozen=True, slots=True)
class Ladder:
    """The places of rows 0, `STEP`, 2 x `STEP`, ... of ``total`` rows."""

    rungs: tuple[Place, ...]
    total: int

    def place(
        self,
        connection: Connection,
        where: ColumnElement[bool],
        order: Sequence[SortKey],
        position: int,
    ) -> Place | None:
        """Return where the row at a position stands; None: there are fewer rows."""
        if not self.rungs or position >= self.total:
            return None
        rung = min(position // STEP, len(self.rungs) - 1)
        return place_at(connection, where, order, position - rung * STEP, after=self.rungs[rung])


def make_ladder(
    connection: Connection, where: ColumnElement[bool], order: Sequence[SortKey]
) -> Ladder:
    """Read all that a query finds, in order, and keep every thousandth place."""
    connection.execute(_MEMORY)
    keys = [sort_expression(key.field) for key in order]
    ordering = [
        key.desc() if one.descending else key.asc() for key, one in zip(keys, order, strict=True)
    ]
    number = func.row_number().over(order_by=ordering).label("number")
    columns = [key.label(f"key_{place}") for place, key in enumerate(keys)]
    numbered = select(*columns, number).select_from(orders).where(where).subquery()
    rungs = select(*numbered.c).where((numbered.c.number - 1) % STEP == 0)
    rows = connection.execute(rungs.order_by(numbered.c.number)).all()
    if not rows:
        return Ladder((), 0)
    places = tuple(tuple(row[:-1]) for row in rows)
    # what follows the last rung is less than a step
    last = places_from(connection, where, order, places[-1], limit=STEP)
    return Ladder(places, (len(places) - 1) * STEP + len(last))
