"""Fills a whole order desk at once, by COPY, and proves afterwards that it is a true one.

Indexes and foreign keys are made anew behind the rows and triggers are off meanwhile: a million
orders then take minutes instead of hours. All of it is one transaction, so nobody sees a desk
half filled, and `checking.py` finds no fault before it commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from muster.base.errors import Conflict, InvalidFile
from muster.store.orders import feed
from muster.store.orders.checking import FAULTS, faults

TABLES = ("customers", "products", "orders", "order_items", "order_status_history")
"""In the order in which they are filled."""

_OTHERS = ("changes", "changesets", "import_rows", "imports", "presence")
_SEQUENCES = {
    "orders": "order_id",
    "order_items": "order_item_id",
    "order_status_history": "status_change_id",
}
_CHUNK_BYTES = 1 << 20
_LOCK_WAIT = "30s"
_FAULTS_OF_ROWS = ("22", "23")  # classes of SQLSTATE: data exception, constraint violation

Export = Callable[[str, Path], Sequence[str]]
"""Writes a table's rows into a CSV file and returns its columns."""

Tell = Callable[[str], None]


def count_orders(connection: Connection) -> int:
    """Return how many orders the desk holds."""
    return int(connection.scalar(text("SELECT count(*) FROM orders")) or 0)


def was_edited(connection: Connection) -> bool:
    """Return whether anybody has changed anything since the desk was filled."""
    return bool(connection.scalar(text("SELECT EXISTS (SELECT FROM changesets)")))


def has_orders(connection: Connection) -> bool:
    """Return whether the desk holds any order or customer."""
    query = text("SELECT EXISTS (SELECT FROM orders) OR EXISTS (SELECT FROM customers)")
    return bool(connection.scalar(query))


def refuse_full(connection: Connection) -> None:
    """Raise Conflict DESK_NOT_EMPTY when the desk holds any order or customer."""
    if has_orders(connection):
        raise Conflict(
            "DESK_NOT_EMPTY",
            "The order desk holds orders already.",
            hint="Add --replace to give up all of them, with their changes and imports.",
        )


def fill(connection: Connection, export: Export, folder: Path, *, tell: Tell) -> Mapping[str, int]:
    """Put rows in place of all the desk holds; saved views alone stay.

    Args:
        connection: of the desk's owner, its schema first on the search path.
        folder: for one file at a time.

    Returns:
        Table -> its rows.

    Raises:
        InvalidFile: DESK_UNTRUE, the rows contradict each other; the transaction must be undone.
        Busy: DATABASE_LOCKED, somebody is at work on the desk all the time.
    """
    with _told():
        rows = _fill(connection, export, folder, tell)
    tell("checking")
    wrong = {name: number for name, number in faults(connection).items() if number}
    if wrong:
        raise InvalidFile(
            "DESK_UNTRUE",
            "The orders contradict themselves: "
            + ", ".join(f"{number:,} {FAULTS[name]}" for name, number in wrong.items())
            + ".",
        )
    return rows


def _fill(connection: Connection, export: Export, folder: Path, tell: Tell) -> Mapping[str, int]:
    connection.execute(_SETTINGS, {"wait": _LOCK_WAIT})
    _run(connection, "TRUNCATE {}", _listed(*TABLES, *_OTHERS))
    rows: dict[str, int] = {}
    with _bare(connection, tell):
        for name in TABLES:
            tell(f"filling {name.replace('_', ' ')}")
            file = folder / f"{name}.csv"
            columns = export(name, file)
            rows[name] = _copy(connection, name, columns, file)
            file.unlink()
    _move_sequences_on(connection)
    feed.renew(connection)
    _run(connection, "ANALYZE {}", _listed(*TABLES))
    return rows


def _copy(connection: Connection, name: str, columns: Sequence[str], file: Path) -> int:
    into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, FREEZE)").format(
        sql.Identifier(name), _listed(*columns)
    )
    with _driver(connection).cursor() as cursor:
        with cursor.copy(into) as copy, file.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                copy.write(chunk)
        return int(cursor.rowcount)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what psycopg raises into InvalidFile where rows are at fault, else into SQLAlchemy's."""
    try:
        yield
    except psycopg.Error as error:
        if (error.sqlstate or "")[:2] in _FAULTS_OF_ROWS:
            raise InvalidFile(
                "DESK_UNTRUE",
                f"A row cannot be an order's: {error.diag.message_primary}.",
                hint=error.diag.context,
            ) from error
        raise DBAPIError.instance("COPY", None, error, psycopg.Error, True) from error


@contextmanager
def _bare(connection: Connection, tell: Tell) -> Iterator[None]:
    """Take foreign keys, indexes that serve no constraint and triggers away; put them back."""
    names = {"tables": list(TABLES)}
    keys = connection.execute(_FOREIGN_KEYS, names).all()
    indexes = connection.execute(_INDEXES, names).all()
    for table, name, _ in keys:
        _run(connection, "ALTER TABLE {} DROP CONSTRAINT {}", _name(table), _name(name))
    for name, _ in indexes:
        _run(connection, "DROP INDEX {}", _name(name))
    for table in TABLES:
        _run(connection, "ALTER TABLE {} DISABLE TRIGGER USER", _name(table))
    yield
    for table in TABLES:
        _run(connection, "ALTER TABLE {} ENABLE TRIGGER USER", _name(table))
    for name, definition in indexes:
        tell(f"making the index {name}")
        _driver(connection).execute(definition)
    for table, name, definition in keys:
        tell(f"proving {name}")
        _run(
            connection,
            "ALTER TABLE {} ADD CONSTRAINT {} {}",
            _name(table),
            _name(name),
            sql.SQL(definition),
        )


def _move_sequences_on(connection: Connection) -> None:
    for table, column in _SEQUENCES.items():
        _run(
            connection,
            "SELECT setval(pg_get_serial_sequence({}, {}), coalesce(max({}), 1), count(*) > 0)"
            " FROM {}",
            sql.Literal(table),
            sql.Literal(column),
            _name(column),
            _name(table),
        )


_SETTINGS = text(
    "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', :wait, true),"
    " set_config('idle_in_transaction_session_timeout', '30min', true),"
    " set_config('maintenance_work_mem', '256MB', true)"
)
_FOREIGN_KEYS = text(
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE contype = 'f' AND conrelid = ANY (CAST(:tables AS regclass[])) ORDER BY 1, 2"
)
_INDEXES = text(
    "SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index"
    " JOIN pg_class ON pg_class.oid = indexrelid"
    " WHERE indrelid = ANY (CAST(:tables AS regclass[]))"
    " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1"
)


def _listed(*names: str) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _run(connection: Connection, statement: str, *parts: sql.Composable) -> None:
    _driver(connection).execute(sql.SQL(statement).format(*parts))


def _driver(connection: Connection) -> Any:
    """Return psycopg's connection: SQLAlchemy knows neither COPY nor composed names."""
    return connection.connection.driver_connection
