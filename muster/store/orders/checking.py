"""Proves that an order desk is whole: its schema, and that its rows agree with each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from muster.store.database import Database
from muster.store.orders.setup import FOLDER
from muster.store.orders.tables import metadata

FAULTS: Mapping[str, str] = {
    "totals": "orders whose total, lines or pieces are not those of their items",
    "sales": "sales with a negative quantity",
    "statuses": "orders whose history does not end in their status",
    "transitions": "steps in histories that no transition allows",
    "histories": "steps in histories that do not begin where the one before ended",
    "names": "orders that bear another name or e-mail than their customer",
    "orders_on_hold": "orders on hold of which nobody knows where to go on",
}
"""What may be wrong with rows, in words."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What is missing of the schema, or does not hold.

    Attributes:
        columns: ``table.column`` that the code names and the database has not.
        indexes: missing or invalid.
        triggers: missing or switched off.
        constraints: not proved to hold for all rows.
    """

    columns: tuple[str, ...]
    indexes: tuple[str, ...]
    triggers: tuple[str, ...]
    constraints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Connections:
    """How many connections a process may hold, the server takes, and are in use."""

    pool: int
    most: int
    used: int


def faults(connection: Connection) -> Mapping[str, int]:
    """Count what contradicts itself; a sound desk has 0 everywhere. Reads every row."""
    found: dict[str, int] = {}
    for query in (_TOTALS, _HISTORIES, _NAMES):
        row = connection.execute(query).one()
        found.update({name: int(number) for name, number in row._mapping.items()})
    return {name: found[name] for name in FAULTS}


def missing_parts(connection: Connection) -> Parts:
    """Compare the schema with what the migrations and `tables.py` say."""
    present = {f"{table}.{column}" for table, column in connection.execute(_COLUMNS)}
    needed = [
        f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.c
    ]
    indexes = set(connection.scalars(_INDEXES))
    triggers = {f"{table}.{name}" for table, name in connection.execute(_TRIGGERS)}
    return Parts(
        tuple(name for name in needed if name not in present),
        tuple(name for name in _written(_INDEX) if name not in indexes),
        tuple(name for name in (*_written(_TRIGGER), *_FEEDING) if name not in triggers),
        tuple(connection.scalars(_UNPROVED)),
    )


def connections(database: Database) -> Connections:
    """Return how many connections this process may hold, and how many the server has."""
    query = text(
        "SELECT current_setting('max_connections')::int, (SELECT count(*) FROM pg_stat_activity"
        " WHERE backend_type = 'client backend')"
    )
    with database.transaction() as connection:
        most, used = connection.execute(query).one()
    return Connections(database.pool_size, int(most), int(used))


def counts(connection: Connection) -> Mapping[str, int]:
    """Return table -> its rows."""
    row = connection.execute(_COUNTS).one()
    return {name: int(number) for name, number in row._mapping.items()}


_INDEX = re.compile(r"^CREATE (?:UNIQUE )?INDEX (?P<name>\w+) ON", re.MULTILINE)
_TRIGGER = re.compile(
    r"^CREATE (?:CONSTRAINT )?TRIGGER (?P<name>\w+) (?:BEFORE|AFTER) [A-Z ]+? ON (?P<table>\w+)",
    re.MULTILINE,
)

# the migration makes these in a loop
_FEEDING = tuple(
    f"{table}.e_feed_{event}"
    for table in ("orders", "order_items", "customers", "products")
    for event in ("insert", "update", "delete")
)


def _written(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Return what the migrations make: indexes by name, triggers as ``table.name``."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("versions/*/*.sql"))]
    names = [match.groupdict() for written in texts for match in pattern.finditer(written)]
    return tuple(
        f"{name['table']}.{name['name']}" if "table" in name else name["name"] for name in names
    )


_TOTALS = text("""
SELECT count(*) FILTER (
        WHERE (o.total_amount, o.item_count, o.quantity)
            IS DISTINCT FROM (coalesce(i.total, 0), coalesce(i.lines, 0), coalesce(i.pieces, 0))
    ) AS totals,
    count(*) FILTER (WHERE o.kind = 'sale' AND i.least < 0) AS sales,
    count(*) FILTER (WHERE o.status = 'on_hold' AND o.held_from IS NULL) AS orders_on_hold
FROM orders o LEFT JOIN (
    SELECT order_id, sum(subtotal) AS total, count(*) AS lines, sum(quantity) AS pieces,
        min(quantity) AS least
    FROM order_items GROUP BY order_id
) i USING (order_id)
""")
# An undo goes back the way the order came, which no transition allows.
_HISTORIES = text("""
WITH steps AS (
    SELECT order_id, from_status, to_status, changeset_id,
        lag(to_status) OVER history AS before,
        row_number() OVER history AS place,
        lead(status_change_id) OVER history IS NULL AS is_last
    FROM order_status_history
    WINDOW history AS (PARTITION BY order_id ORDER BY status_change_id)
)
SELECT count(*) FILTER (WHERE is_last AND o.status = s.to_status) AS ended,
    count(*) FILTER (WHERE from_status IS DISTINCT FROM before AND place > 1
        OR place = 1 AND from_status IS NOT NULL) AS histories,
    count(*) FILTER (WHERE from_status IS NOT NULL AND t.role IS NULL
        AND c.kind IS DISTINCT FROM 'undo' AND c.kind IS DISTINCT FROM 'redo') AS transitions,
    (SELECT count(*) FROM orders) - count(*) FILTER (WHERE is_last AND o.status = s.to_status)
        AS statuses
FROM steps s JOIN orders o USING (order_id)
    LEFT JOIN order_status_transition t USING (from_status, to_status)
    LEFT JOIN changesets c ON c.id = s.changeset_id
""")
_NAMES = text("""
SELECT count(*) AS names FROM orders o LEFT JOIN customers c USING (customer_id)
WHERE o.customer_name IS DISTINCT FROM c.name OR o.customer_email IS DISTINCT FROM c.email
""")
_COLUMNS = text(
    "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema()"
)
_INDEXES = text(
    "SELECT relname::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
    " WHERE relnamespace = current_schema()::regnamespace AND indisvalid"
)
_TRIGGERS = text(
    "SELECT relname::text, tgname::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal AND tgenabled <> 'D'"
)
_UNPROVED = text(
    "SELECT conname::text FROM pg_constraint WHERE NOT convalidated"
    " AND connamespace = current_schema()::regnamespace ORDER BY 1"
)
_COUNTS = text("""
SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM order_items) AS order_items,
    (SELECT count(*) FROM customers) AS customers, (SELECT count(*) FROM products) AS products,
    (SELECT count(*) FROM order_status_history) AS status_changes,
    (SELECT count(*) FROM changesets) AS changesets
""")
