"""What people keep for themselves: by workspace, person and key, the JSON as it was written."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from muster.base.ids import WorkspaceId
from muster.base.records import Kept
from muster.store.tables_people import kept


def every(
    connection: Connection, workspace_id: WorkspaceId, *, person: str, prefix: str = ""
) -> tuple[Kept, ...]:
    """Return what somebody keeps, by key; ``prefix``: keys that begin with it alone."""
    query = select(kept.c.key, kept.c.value, kept.c.updated_at).where(_of(workspace_id, person))
    if prefix:
        query = query.where(kept.c.key.startswith(prefix, autoescape=True))
    return tuple(_kept(*row) for row in connection.execute(query.order_by(kept.c.key)))


def find(
    connection: Connection, workspace_id: WorkspaceId, key: str, *, person: str
) -> Kept | None:
    """Return what somebody keeps under a key."""
    found = connection.execute(
        select(kept.c.key, kept.c.value, kept.c.updated_at).where(
            _of(workspace_id, person), kept.c.key == key
        )
    ).one_or_none()
    return None if found is None else _kept(*found)


def others(connection: Connection, workspace_id: WorkspaceId, key: str, *, person: str) -> int:
    """Return how many things somebody keeps under other keys."""
    found = select(func.count()).where(_of(workspace_id, person), kept.c.key != key)
    return connection.execute(found.select_from(kept)).scalar_one()


def put(
    connection: Connection, workspace_id: WorkspaceId, key: str, value: str, *, person: str
) -> datetime:
    """Keep JSON text under a key, whatever was there; return when that was."""
    told = {"value": value, "updated_at": func.clock_timestamp()}
    found: datetime = connection.execute(
        insert(kept)
        .values(workspace_id=workspace_id, person=person, key=key, **told)
        .on_conflict_do_update(index_elements=["workspace_id", "person", "key"], set_=told)
        .returning(kept.c.updated_at)
    ).scalar_one()
    return found


def remove(connection: Connection, workspace_id: WorkspaceId, key: str, *, person: str) -> None:
    """Forget what somebody keeps under a key, if anything."""
    connection.execute(delete(kept).where(_of(workspace_id, person), kept.c.key == key))


def remove_person(connection: Connection, workspace_id: WorkspaceId, person: str) -> None:
    """Forget all that somebody keeps in a workspace."""
    connection.execute(delete(kept).where(_of(workspace_id, person)))


def _of(workspace_id: WorkspaceId, person: str) -> ColumnElement[bool]:
    return and_(kept.c.workspace_id == workspace_id, kept.c.person == person)


def _kept(key: str, value: str, updated_at: datetime) -> Kept:
    return Kept(key, json.loads(value), updated_at)
