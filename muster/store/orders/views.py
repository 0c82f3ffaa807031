"""Saved views of the grid: one's own, and those that others share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from muster.store.locks import lock_in_transaction
from muster.store.orders.tables import views

_COLUMNS = (
    views.c.id,
    views.c.name,
    views.c.owner,
    views.c.shared,
    views.c.state,
    views.c.updated_at,
    views.c.row_version,
)


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: ``state`` is JSON that the grid wrote."""

    id: int
    name: str
    owner: str
    shared: bool
    state: Any
    updated_at: datetime
    row_version: int


def visible(connection: Connection, owner: str) -> tuple[View, ...]:
    """Return somebody's own views and those that others share, by name."""
    query = select(*_COLUMNS).where(or_(views.c.owner == owner, views.c.shared))
    rows = connection.execute(query.order_by(func.lower(views.c.name), views.c.id))
    return tuple(View(*row) for row in rows)


def find(connection: Connection, view_id: int, owner: str) -> View | None:
    """Return a view that somebody may see."""
    seen = or_(views.c.owner == owner, views.c.shared)
    row = connection.execute(select(*_COLUMNS).where(views.c.id == view_id, seen)).one_or_none()
    return None if row is None else View(*row)


def lock_names(connection: Connection, owner: str) -> list[tuple[int, str]]:
    """Hold the names of somebody's views until the transaction ends, and return them."""
    lock_in_transaction(connection, f"order views:{owner}")
    rows = connection.execute(select(views.c.id, views.c.name).where(views.c.owner == owner))
    return [(row.id, row.name) for row in rows]


def add(connection: Connection, *, owner: str, name: str, shared: bool, state: Any) -> View:
    """Add a view."""
    values = {"owner": owner, "name": name, "shared": shared, "state": state}
    return View(*connection.execute(insert(views).values(values).returning(*_COLUMNS)).one())


def change(
    connection: Connection, view_id: int, row_version: int, *, name: str, shared: bool, state: Any
) -> View | None:
    """Change a view that is still at a version; None: it is not."""
    statement = (
        update(views)
        .where(views.c.id == view_id, views.c.row_version == row_version)
        .values(name=name, shared=shared, state=state)
        .returning(*_COLUMNS)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else View(*row)


def remove(connection: Connection, view_id: int) -> None:
    """Remove a view."""
    connection.execute(delete(views).where(views.c.id == view_id))
