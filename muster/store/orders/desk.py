"""The only way to the order desk's tables: a transaction that knows whose desk it is.

A workspace without a desk is told so; the desk of another workspace is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from muster.base.errors import NotFound
from muster.base.ids import WorkspaceId
from muster.base.orders import Desk
from muster.store.database import Database
from muster.store.orders.setup import use_schema

_DESK = text("SELECT workspace_id, currency, time_zone FROM desk")


@contextmanager
def desk_transaction(
    database: Database, schema: str, workspace_id: WorkspaceId
) -> Iterator[tuple[Connection, Desk]]:
    """Begin a transaction on a workspace's desk; its tables need no schema before their names.

    Raises:
        NotFound: NO_ORDER_DESK, none is set up for this workspace.
        Unavailable, Busy: see `Database.transaction`.
    """
    with database.transaction(workspace_id) as connection:
        use_schema(connection, schema)
        found = None
        if connection.scalar(text("SELECT to_regclass(:name)"), {"name": f"{schema}.desk"}):
            found = connection.execute(_DESK).one_or_none()
        if found is None or found.workspace_id != workspace_id:
            raise NotFound(
                "NO_ORDER_DESK",
                "This workspace has no order desk.",
                hint="Make one with `muster orders setup`, fill it with `muster orders populate`.",
            )
        yield connection, Desk(found.currency, found.time_zone)


def has_desk(database: Database, schema: str, workspace_id: WorkspaceId) -> bool:
    """Return whether a workspace has an order desk."""
    try:
        with desk_transaction(database, schema, workspace_id):
            return True
    except NotFound:
        return False


def desk_of(database: Database, schema: str) -> WorkspaceId | None:
    """Return whose the installation's order desk is; None: there is none."""
    with database.transaction() as connection:
        use_schema(connection, schema)
        if connection.scalar(text("SELECT to_regclass(:name)"), {"name": f"{schema}.desk"}) is None:
            return None
        found = connection.scalar(text("SELECT workspace_id FROM desk"))
    return None if found is None else WorkspaceId(found)
