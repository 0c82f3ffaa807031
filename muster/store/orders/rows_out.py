"""Writes the desk's rows to files for the warehouse: all of them, or those that changed.

One moment of the database for all files, and never more than a piece of a file in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY

from muster.base.ids import WorkspaceId
from muster.store.column_types import Instant
from muster.store.database import Database
from muster.store.locks import named_lock
from muster.store.orders.feed import Position, is_new
from muster.store.orders.setup import use_schema
from muster.store.orders.tables import feed, orders
from muster.store.orders.warehouse_shape import shapes

NULL: Final = r"\N"
"""How a file says that there is no value; the same characters as text are quoted."""

Touched: TypeAlias = Mapping[str, Sequence[int] | Sequence[str]]
"""What changed: the keys of each ``order``, ``customer`` and ``product``."""

ENTITY_OF: Final = {
    "customers": "customer",
    "products": "product",
    "orders": "order",
    "order_items": "order",
    "order_status_history": "order",
}
"""With what each table's rows change."""

_LOCK_SECONDS = 600.0
_DIALECT = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]


@contextmanager
def nobody_else(database: Database, workspace_id: WorkspaceId) -> Iterator[None]:
    """Let one process at a time take a workspace's orders over while the block runs.

    Raises:
        Busy: LOCKED, another has been at it for ten minutes.
    """
    key = f"orders flow:{workspace_id}"
    with named_lock(database, key, wait_seconds=_LOCK_SECONDS) as connection:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield


@contextmanager
def one_moment(database: Database, schema: str, workspace_id: WorkspaceId) -> Iterator[Connection]:
    """Hold one moment of a desk while the block reads it; nothing can be written."""
    still = Database(
        database.engine.execution_options(isolation_level="REPEATABLE READ"),
        database.where,
        database.row_role,
    )
    with still.transaction(workspace_id) as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        use_schema(connection, schema)
        yield connection


def touched_between(connection: Connection, since: Position, now: Position) -> Touched:
    """Return what changed between two positions."""
    found: dict[str, list[Any]] = {"order": [], "customer": [], "product": []}
    for entity, key in connection.execute(
        select(feed.c.entity, feed.c.key).where(is_new(since, now)).distinct()
    ):
        found[entity].append(int(key) if entity == "order" else key)
    return found


def write_files(connection: Connection, folder: Path, touched: Touched | None) -> None:
    """Write ``<table>.csv`` for each table of `shapes`.

    Orders without a customer are nobody's and are left out.

    Args:
        touched: only rows of these, and no file of a table without any; None: all rows.
    """
    for name, shape in shapes().items():
        query = select(*(_plain(column) for column in shape.c))
        if name != "products":
            query = query.where(shape.c.customer_id.is_not(None))
        if touched is not None:
            entity = ENTITY_OF[name]
            if not touched[entity]:
                continue
            column = shape.c[f"{entity}_id"]
            keys = literal(touched[entity], ARRAY(column.type))
            query = query.where(column.in_(select(func.unnest(keys))))
        _copy(connection, query, folder / f"{name}.csv")


def guests(connection: Connection) -> int:
    """Return how many orders are nobody's."""
    found = connection.scalar(
        select(func.count()).select_from(orders).where(orders.c.customer_id.is_(None))
    )
    return int(found or 0)


def _plain(column: ColumnElement[Any]) -> Any:
    """Return a column in a form both databases write alike: naive UTC, lists as JSON."""
    if isinstance(column.type, Instant):
        return func.timezone("UTC", column).label(column.name)
    if isinstance(column.type, ARRAY):
        return func.to_json(column).label(column.name)
    return column


def _copy(connection: Connection, query: Select[Any], target: Path) -> None:
    compiled = query.compile(dialect=_DIALECT)
    statement = f"COPY ({compiled.string}) TO STDOUT (FORMAT csv, NULL '{NULL}')"
    cursor: Any = connection.connection.cursor()
    with target.open("wb") as out, cursor, cursor.copy(statement, compiled.params) as copy:
        for piece in copy:
            out.write(piece)
