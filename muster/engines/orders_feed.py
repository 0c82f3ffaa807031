"""Takes the order desk's rows into a warehouse: all at once, or what changed since.

How far the warehouse has come is written in the same transaction as the rows, so a process killed
at any instant leaves either both or neither. The tables bear the desk's identity in their comment:
a table that something else replaced has none, and everything is taken anew.
"""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlglot import exp

from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.templates import column, create_table, fill, flags, table

Columns = Mapping[str, str]

TABLES: Final[Mapping[str, Columns]] = {
    "customers": {
        "customer_id": "VARCHAR",
        "name": "VARCHAR",
        "email": "VARCHAR",
        "phone": "VARCHAR",
        "address": "VARCHAR",
        "city": "VARCHAR",
        "state": "VARCHAR",
        "country": "VARCHAR",
        "latitude": "DOUBLE",
        "longitude": "DOUBLE",
        "birth_date": "DATE",
        "customer_type": "VARCHAR",
        "tier": "VARCHAR",
        "newsletters": "VARCHAR[]",
        "email_verified": "BOOLEAN",
        "marketing_consent": "BOOLEAN",
        "loyalty_ends_on": "DATE",
        "created_at": "TIMESTAMP",
    },
    "products": {
        "product_id": "VARCHAR",
        "name": "VARCHAR",
        "category": "VARCHAR",
        "brand": "VARCHAR",
        "price": "DECIMAL(13, 2)",
    },
    "orders": {
        "order_id": "BIGINT",
        "customer_id": "VARCHAR",
        "order_date": "TIMESTAMP",
        "status": "VARCHAR",
        "total": "DECIMAL(14, 2)",
        "item_count": "INTEGER",
        "channel": "VARCHAR",
        "payment_method": "VARCHAR",
        "coupon": "VARCHAR",
        "updated_at": "TIMESTAMP",
        "loaded_at": "TIMESTAMP",
    },
    "order_items": {
        "order_item_id": "BIGINT",
        "order_id": "BIGINT",
        "customer_id": "VARCHAR",
        "product_id": "VARCHAR",
        "quantity": "INTEGER",
        "unit_price": "DECIMAL(12, 2)",
        "subtotal": "DECIMAL(14, 2)",
        "ordered_at": "TIMESTAMP",
        "loaded_at": "TIMESTAMP",
    },
    "order_status_history": {
        "status_change_id": "BIGINT",
        "order_id": "BIGINT",
        "customer_id": "VARCHAR",
        "from_status": "VARCHAR",
        "to_status": "VARCHAR",
        "changed_at": "TIMESTAMP",
        "loaded_at": "TIMESTAMP",
    },
}
"""The tables of the example's data model; a desk's total may have two digits more than there."""

_SORTED_BY = {
    "customers": ("created_at", "customer_id"),
    "products": ("product_id",),
    "orders": ("order_date", "order_id"),
    "order_items": ("ordered_at", "order_item_id"),
    "order_status_history": ("changed_at", "status_change_id"),
}
_POSITION = "muster_orders_feed"
_OTHER = "desk_beside"


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a warehouse has come.

    Attributes:
        desk: identity of the desk that its rows are of.
        snapshot: what of the desk it has, as PostgreSQL writes it.
        position: the highest number of the desk's feed in it.
        guests: orders of nobody, which it has not.
        flowed_at: naive UTC.
    """

    desk: str
    snapshot: str
    position: int
    guests: int
    flowed_at: datetime


def reached(warehouse: DuckDBWarehouse) -> Reached | None:
    """Return how far a warehouse has come; None: it has to take everything."""
    with warehouse.native("look how far the orders have come"):
        connection = warehouse.connection
        there = dict(
            connection.execute(
                "SELECT table_name, comment FROM duckdb_tables()"
                " WHERE database_name = current_database() AND schema_name = 'main'"
            ).fetchall()
        )
        if _POSITION not in there:
            return None
        rows = connection.execute(
            "SELECT desk, snapshot, position, guests, flowed_at FROM muster_orders_feed"
        ).fetchall()
        if len(rows) != 1 or any(there.get(name) != rows[0][0] for name in TABLES):
            return None
        return Reached(*rows[0])


def take_all(
    warehouse: DuckDBWarehouse, folder: Path, now: Reached, *, null: str
) -> Mapping[str, int]:
    """Make the tables of files ``<table>.csv``; return how many rows each has.

    Args:
        warehouse: a file of its own; see `put_in_place`.
        null: how the files say that there is no value.
    """
    with warehouse.transaction():
        for name in TABLES:
            query = _read(name, folder, null)
            query = query.order_by(*(column(one) for one in _SORTED_BY[name]), copy=False)
            _run(warehouse, create_table(name, query), f"load {name}")
        _finish(warehouse, now)
    return {name: _count(warehouse, name) for name in TABLES}


def put_in_place(warehouse: DuckDBWarehouse, beside: Path) -> None:
    """Replace the tables of a warehouse by those of another file; its other tables stay.

    Args:
        beside: made by `take_all`, closed.
    """
    with warehouse.native("take the orders over"):
        attach = exp.Attach(
            this=exp.alias_(exp.Literal.string(str(beside)), _OTHER, quoted=True),
            expressions=[exp.AttachOption(this=exp.var("READ_ONLY"))],
        )
        warehouse.connection.execute(attach.sql(dialect="duckdb")).fetchall()
    try:
        with warehouse.transaction():
            for name in (*TABLES, _POSITION):
                source = exp.Table(
                    this=exp.to_identifier(name, quoted=True),
                    catalog=exp.to_identifier(_OTHER, quoted=True),
                    db=exp.to_identifier("main", quoted=True),
                )
                _run(
                    warehouse,
                    create_table(name, fill("SELECT * FROM $source", source=source)),
                    name,
                )
            _mark(warehouse, _identity(warehouse))
            _lists(warehouse)
    finally:
        with warehouse.native("let the other file go"):
            warehouse.connection.execute("DETACH desk_beside").fetchall()


def take_changes(
    warehouse: DuckDBWarehouse,
    folder: Path,
    touched: Mapping[str, Sequence[Any]],
    now: Reached,
    *,
    entity_of: Mapping[str, str],
    null: str,
) -> None:
    """Replace the rows of what changed by those of the files; what is in no file is gone.

    Args:
        touched: the keys of each entity that changed.
        entity_of: with which entity a table's rows change.
        null: see `take_all`.
    """
    for entity, keys in touched.items():
        found = np.array(keys, dtype=np.int64 if entity == "order" else object)
        warehouse.register_keys(f"touched_{entity}", found)
    with warehouse.transaction():
        for name in TABLES:
            entity = entity_of[name]
            if not touched[entity]:
                continue
            gone = fill(
                "DELETE FROM $target WHERE $key IN (SELECT key FROM $keys)",
                target=table(name),
                key=column(f"{entity}_id"),
                keys=table(f"touched_{entity}"),
            )
            _run(warehouse, gone, f"take out of {name}")
            query = _read(name, folder, null, loaded_at=now.flowed_at)
            _run(warehouse, exp.Insert(this=table(name), expression=query), f"put into {name}")
        _position(warehouse, now)


def _identity(warehouse: DuckDBWarehouse) -> str:
    found = warehouse.connection.execute("SELECT desk FROM muster_orders_feed").fetchall()
    return str(found[0][0])


def _read(name: str, folder: Path, null: str, *, loaded_at: datetime | None = None) -> exp.Select:
    """Return the rows of a file with the table's types."""
    columns = TABLES[name]
    file_types = {one: "VARCHAR" if kind.endswith("[]") else kind for one, kind in columns.items()}
    source = exp.ReadCSV(
        this=exp.Literal.string(glob.escape(str(folder / f"{name}.csv"))),
        expressions=flags(
            columns=exp.Struct(
                expressions=[
                    exp.PropertyEQ(
                        this=exp.to_identifier(one, quoted=True), expression=exp.convert(kind)
                    )
                    for one, kind in file_types.items()
                ]
            ),
            header=False,
            auto_detect=False,
            delim=",",
            quote='"',
            escape='"',
            nullstr=null,
            allow_quoted_nulls=False,
        ),
    )
    selected: list[exp.Expr] = []
    for one, kind in columns.items():
        value: exp.Expr = column(one)
        if one == "loaded_at" and loaded_at is not None:
            value = exp.cast(exp.Literal.string(loaded_at.isoformat(sep=" ")), "TIMESTAMP")
        elif kind.endswith("[]"):
            value = exp.cast(exp.cast(value, "JSON"), kind)
        selected.append(exp.alias_(value, one, quoted=True))
    return exp.select(*selected).from_(source, copy=False)


def _finish(warehouse: DuckDBWarehouse, now: Reached) -> None:
    with warehouse.native("write how far the orders have come"):
        warehouse.connection.execute(
            "CREATE OR REPLACE TABLE muster_orders_feed (desk VARCHAR, snapshot VARCHAR,"
            " position BIGINT, guests BIGINT, flowed_at TIMESTAMP)"
        ).fetchall()
    _position(warehouse, now)
    _mark(warehouse, now.desk)
    _lists(warehouse)


def _position(warehouse: DuckDBWarehouse, now: Reached) -> None:
    with warehouse.native("write how far the orders have come"):
        warehouse.connection.execute("DELETE FROM muster_orders_feed").fetchall()
        warehouse.connection.execute(
            "INSERT INTO muster_orders_feed VALUES (?, ?, ?, ?, ?)",
            [now.desk, now.snapshot, now.position, now.guests, now.flowed_at],
        ).fetchall()


def _mark(warehouse: DuckDBWarehouse, identity: str) -> None:
    for name in TABLES:
        mark = exp.Comment(this=table(name), kind="TABLE", expression=exp.Literal.string(identity))
        _run(warehouse, mark, f"mark {name}")


def _lists(warehouse: DuckDBWarehouse) -> None:
    """Make the list that the example's data model names, where there is none."""
    with warehouse.native("make the staff list"):
        warehouse.connection.execute(
            "CREATE TABLE IF NOT EXISTS staff (customer_id VARCHAR)"
        ).fetchall()


def _count(warehouse: DuckDBWarehouse, name: str) -> int:
    with warehouse.native(f"count {name}"):
        query = fill("SELECT COUNT(*) FROM $source", source=table(name))
        found = warehouse.connection.execute(query.sql(dialect="duckdb")).fetchall()
    return int(found[0][0])


def _run(warehouse: DuckDBWarehouse, tree: exp.Expr, purpose: str) -> None:
    with warehouse.native(purpose):
        warehouse.connection.execute(tree.sql(dialect="duckdb")).fetchall()
