"""Ladders: every thousandth place of sorted orders, so that any row of a million is near one.

To make one reads all that a query finds, once, and from an index alone where there is one for it;
`services/orders/known.py` keeps it for the jumps that follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select, text

from muster.base.order_query import SortKey
from muster.store.orders.tables import orders
from muster.store.orders.where import sort_expression
from muster.store.orders.windows import Place, place_at

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
    following = func.lead(orders.c.order_id).over(order_by=ordering).label("following")
    columns = [key.label(f"key_{place}") for place, key in enumerate(keys)]
    numbered = select(*columns, number, following).select_from(orders).where(where).subquery()
    is_rung = (numbered.c.number - 1) % STEP == 0
    rungs_and_last = select(*numbered.c).where(or_(is_rung, numbered.c.following.is_(None)))
    rows = connection.execute(rungs_and_last.order_by(numbered.c.number)).all()
    rungs = tuple(tuple(row[:-2]) for row in rows if (row.number - 1) % STEP == 0)
    return Ladder(rungs, rows[-1].number if rows else 0)
