"""The statuses of orders and the steps between them, as the database has them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from muster.base.orders import Status, Transition
from muster.store.orders.tables import order_status, transitions


def read_statuses(connection: Connection) -> tuple[Status, ...]:
    """Return the statuses in their order."""
    columns = (
        order_status.c.status,
        order_status.c.label,
        order_status.c.open,
        order_status.c.items_frozen,
    )
    rows = connection.execute(select(*columns).order_by(order_status.c.position))
    return tuple(Status(*row) for row in rows)


def read_transitions(connection: Connection) -> tuple[Transition, ...]:
    """Return the steps that the desk allows."""
    columns = (
        transitions.c.from_status,
        transitions.c.to_status,
        transitions.c.role,
        transitions.c.reason_required,
        transitions.c.condition,
    )
    rows = connection.execute(select(*columns).order_by(*columns[:2]))
    return tuple(Transition(*row) for row in rows)
