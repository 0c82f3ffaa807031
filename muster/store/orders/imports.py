"""Imports of orders and their staged rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import Row, Select, Text, cast, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from muster.base.order_imports import (
    CellError,
    Import,
    ImportColumn,
    ImportOptions,
    ImportRow,
    RawCell,
)
from muster.store.database import Transaction
from muster.store.orders.tables import import_rows, imports, orders

_COPY = "COPY import_rows (import_id, row_no, cells) FROM STDIN"
_STREAMED = {"yield_per": 2_000}
_OUTCOMES = text(
    "UPDATE import_rows SET outcome = new.outcome, errors = new.errors::jsonb,"
    " order_id = new.order_id, order_key = new.order_key"
    " FROM unnest(CAST(:row_nos AS integer[]), CAST(:outcomes AS text[]), CAST(:errors AS text[]),"
    " CAST(:order_ids AS bigint[]), CAST(:keys AS text[]))"
    " AS new (row_no, outcome, errors, order_id, order_key)"
    " WHERE import_rows.import_id = :import_id AND import_rows.row_no = new.row_no"
    # checked again, most rows are as before
    " AND (import_rows.outcome, import_rows.errors, import_rows.order_id, import_rows.order_key)"
    " IS DISTINCT FROM (new.outcome, new.errors::jsonb, new.order_id, new.order_key)"
)
_ERROR_KINDS = text(
    "SELECT error ->> 'code' AS code, error ->> 'field' AS field, count(*) AS count"
    " FROM import_rows, jsonb_array_elements(errors) AS error"
    " WHERE import_id = :import_id AND outcome = 'error'"
    " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 100"
)


def create(
    connection: Transaction,
    *,
    actor: str,
    file_name: str,
    columns: Sequence[ImportColumn],
    mapping: Mapping[str, str | None],
    options: ImportOptions,
) -> int:
    """Add an import without rows; return its id."""
    values = {
        "actor": actor,
        "file_name": file_name,
        "state": "read",
        "columns": [{"name": column.name, "sample": list(column.sample)} for column in columns],
        "mapping": dict(mapping),
        "options": asdict(options),
        "summary": {},
    }
    return int(
        connection.execute(insert(imports).values(values).returning(imports.c.id)).scalar_one()
    )


def allow_long(connection: Transaction) -> None:
    """Let the statements of this transaction, and the pauses between them, take ten minutes."""
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(select(func.set_config(setting, "600s", True)))


def stage(
    connection: Transaction, import_id: int, rows: Iterable[tuple[int, Sequence[RawCell]]]
) -> int:
    """Add rows by COPY, as they come; return how many."""
    count = 0
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row_no, cells in rows:
                copy.write_row((import_id, row_no, json.dumps(cells, ensure_ascii=False)))
                count += 1
    except psycopg.Error as error:
        raise DBAPIError.instance(_COPY, None, error, psycopg.Error) from error
    return count


def find(connection: Transaction, import_id: int) -> Import | None:
    """Return an import."""
    found = connection.execute(select(imports).where(imports.c.id == import_id)).one_or_none()
    return None if found is None else _import(found)


def list_newest(connection: Transaction, *, limit: int) -> tuple[Import, ...]:
    """Return the newest imports that were not dropped."""
    query = select(imports).where(imports.c.state != "dropped")
    found = connection.execute(query.order_by(imports.c.id.desc()).limit(limit))
    return tuple(_import(row) for row in found)


def change(connection: Transaction, import_id: int, **values: Any) -> None:
    """Set columns of an import."""
    if isinstance(values.get("options"), ImportOptions):
        values["options"] = asdict(values["options"])
    statement = update(imports).where(imports.c.id == import_id)
    connection.execute(statement.values(**values, updated_at=func.clock_timestamp()))


def tell_progress(connection: Transaction, import_id: int, progress: Mapping[str, Any]) -> None:
    """Put how far the work is into the summary."""
    added = cast({"progress": dict(progress)}, JSONB)
    statement = update(imports).where(imports.c.id == import_id)
    connection.execute(statement.values(summary=imports.c.summary.op("||")(added)))


def row_keys(
    connection: Transaction, import_id: int, *, place: int
) -> Iterator[tuple[int, RawCell]]:
    """Yield the number of each row with the cell at a place."""
    query = (
        select(import_rows.c.row_no, import_rows.c.cells[place])
        .where(import_rows.c.import_id == import_id)
        .order_by(import_rows.c.row_no)
    )
    for row in connection.execute(query, execution_options=_STREAMED):
        yield row[0], row[1]


def rows(connection: Transaction, import_id: int) -> Iterator[tuple[int, list[RawCell]]]:
    """Yield the rows in the order of the file, as they are read."""
    query = (
        select(import_rows.c.row_no, import_rows.c.cells)
        .where(import_rows.c.import_id == import_id)
        .order_by(import_rows.c.row_no)
    )
    for row in connection.execute(query, execution_options=_STREAMED):
        yield row.row_no, row.cells


def rows_like(
    connection: Transaction, import_id: int, *, keys: Sequence[str], row_no: int
) -> list[tuple[int, list[RawCell]]]:
    """Return one row and those whose order has one of the keys."""
    query = (
        select(import_rows.c.row_no, import_rows.c.cells)
        .where(
            import_rows.c.import_id == import_id,
            import_rows.c.order_key.in_(keys) | (import_rows.c.row_no == row_no),
        )
        .order_by(import_rows.c.row_no)
    )
    return [(row.row_no, row.cells) for row in connection.execute(query)]


def find_row(connection: Transaction, import_id: int, row_no: int) -> ImportRow | None:
    """Return one row."""
    query = select(import_rows).where(
        import_rows.c.import_id == import_id, import_rows.c.row_no == row_no
    )
    found = connection.execute(query).one_or_none()
    return None if found is None else _row(found)


def key_of_row(connection: Transaction, import_id: int, row_no: int) -> str | None:
    """Return what a row named its order by when it was checked last."""
    query = select(import_rows.c.order_key).where(
        import_rows.c.import_id == import_id, import_rows.c.row_no == row_no
    )
    return connection.execute(query).scalar_one_or_none()


def page_of_rows(
    connection: Transaction, import_id: int, *, outcome: str | None, after: int, limit: int
) -> tuple[ImportRow, ...]:
    """Return rows after a number, all or those of one outcome."""
    query = select(import_rows).where(
        import_rows.c.import_id == import_id, import_rows.c.row_no > after
    )
    if outcome is not None:
        query = query.where(import_rows.c.outcome == outcome)
    return _rows(connection, query.order_by(import_rows.c.row_no).limit(limit))


def set_cells(
    connection: Transaction, import_id: int, row_no: int, cells: Sequence[RawCell]
) -> None:
    """Replace the cells of a row."""
    connection.execute(
        update(import_rows)
        .where(import_rows.c.import_id == import_id, import_rows.c.row_no == row_no)
        .values(cells=list(cells))
    )


def set_outcomes(
    connection: Transaction,
    import_id: int,
    found: Sequence[tuple[int, str, Sequence[CellError], int | None, str | None]],
) -> None:
    """Set outcome, errors, order and the key of its order of rows, given by their numbers."""
    if not found:
        return
    connection.execute(
        _OUTCOMES,
        {
            "import_id": import_id,
            "row_nos": [row[0] for row in found],
            "outcomes": [row[1] for row in found],
            "errors": [
                json.dumps([error.document() for error in row[2]]) if row[2] else "[]"
                for row in found
            ],
            "order_ids": [row[3] for row in found],
            "keys": [row[4] for row in found],
        },
    )


def name_inserted(connection: Transaction, import_id: int) -> None:
    """Give the rows that made orders their order, where the reference tells which."""
    connection.execute(
        update(import_rows)
        .where(
            import_rows.c.import_id == import_id,
            import_rows.c.outcome == "insert",
            orders.c.reference == import_rows.c.order_key,
        )
        .values(order_id=orders.c.order_id)
    )


def count_outcomes(connection: Transaction, import_id: int) -> dict[str, tuple[int, int]]:
    """Return how many rows have each outcome, and how many orders they are."""
    order = func.coalesce(import_rows.c.order_key, "#" + cast(import_rows.c.row_no, Text))
    query = (
        select(import_rows.c.outcome, func.count(), func.count(order.distinct()))
        .where(import_rows.c.import_id == import_id, import_rows.c.outcome.is_not(None))
        .group_by(import_rows.c.outcome)
    )
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def error_kinds(connection: Transaction, import_id: int) -> list[dict[str, Any]]:
    """Return the commonest errors with how often they are."""
    found = connection.execute(_ERROR_KINDS, {"import_id": import_id})
    return [dict(row._mapping) for row in found]


def delete_rows(connection: Transaction, import_id: int) -> None:
    """Forget the file."""
    connection.execute(delete(import_rows).where(import_rows.c.import_id == import_id))


def sweep(connection: Transaction, *, unapplied: timedelta, applied: timedelta) -> None:
    """Forget imports nobody went on with, and the files of those applied long ago.

    Args:
        unapplied, applied: how long each is kept since it last changed.
    """
    connection.execute(
        delete(imports).where(
            imports.c.state.in_(("read", "checked", "dropped")),
            imports.c.updated_at < func.now() - unapplied,
        )
    )
    over = select(imports.c.id).where(
        imports.c.state.in_(("applied", "reverted")), imports.c.updated_at < func.now() - applied
    )
    connection.execute(delete(import_rows).where(import_rows.c.import_id.in_(over)))


def _import(found: Row[Any]) -> Import:
    return Import(
        id=found.id,
        actor=found.actor,
        file_name=found.file_name,
        state=found.state,
        columns=tuple(ImportColumn(one["name"], tuple(one["sample"])) for one in found.columns),
        mapping=found.mapping,
        options=ImportOptions(**found.options),
        summary=found.summary,
        changeset_id=found.changeset_id,
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def _rows(connection: Transaction, query: Select[Any]) -> tuple[ImportRow, ...]:
    return tuple(_row(row) for row in connection.execute(query))


def _row(found: Row[Any]) -> ImportRow:
    return ImportRow(
        row_no=found.row_no,
        cells=tuple(found.cells),
        errors=tuple(CellError(**error) for error in found.errors),
        outcome=found.outcome,
        order_id=found.order_id,
    )
