"""Who is at the order desk now, and where. Who was not heard of for half a minute is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from muster.base.errors import Conflict
from muster.store.notices_listen import ORDERS, notify
from muster.store.orders.tables import presence

GONE_SECONDS: Final = 30
_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Person:
    """A window somebody has open, and the cell they are at."""

    actor: str
    client_id: UUID
    order_id: int | None
    field: str | None


def tell(connection: Connection, person: Person) -> None:
    """Write where somebody is; others hear of it if that is new.

    Raises:
        Conflict: CLIENT_TAKEN, the window is somebody else's.
    """
    before = connection.execute(
        select(presence.c.actor, presence.c.order_id, presence.c.field, _here().label("here"))
        .where(presence.c.client_id == person.client_id)
        .with_for_update()
    ).one_or_none()
    if before is not None and before.here and before.actor != person.actor:
        raise Conflict("CLIENT_TAKEN", "This window's id is in use by somebody else.")
    statement = insert(presence).values(
        client_id=person.client_id,
        actor=person.actor,
        order_id=person.order_id,
        field=person.field,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["client_id"],
            set_={
                "actor": statement.excluded.actor,
                "order_id": statement.excluded.order_id,
                "field": statement.excluded.field,
                "seen_at": func.clock_timestamp(),
            },
        )
    )
    same = before is not None and (before.order_id, before.field) == (
        person.order_id,
        person.field,
    )
    if before is None or not before.here or not same:
        _notify(connection)


def leave(connection: Connection, client_id: UUID, *, actor: str) -> None:
    """Forget a window of somebody's; others hear of it."""
    gone = connection.execute(
        delete(presence).where(presence.c.client_id == client_id, presence.c.actor == actor)
    )
    if gone.rowcount:
        _notify(connection)


def people(connection: Connection) -> tuple[Person, ...]:
    """Return who is here, in the order of their names."""
    found = connection.execute(
        select(presence.c.actor, presence.c.client_id, presence.c.order_id, presence.c.field)
        .where(_here())
        .order_by(presence.c.actor, presence.c.client_id)
        .limit(_PEOPLE)
    )
    return tuple(Person(*row) for row in found)


def remove_gone(connection: Connection) -> int:
    """Remove who is gone; return how many."""
    return connection.execute(delete(presence).where(~_here())).rowcount


def _here() -> ColumnElement[bool]:
    since = text(f"clock_timestamp() - interval '{GONE_SECONDS} seconds'")
    return presence.c.seen_at > since


def _notify(connection: Connection) -> None:
    schema = connection.scalar(select(func.current_schema()))
    notify(connection, ORDERS, {"schema": schema, "presence": True})
