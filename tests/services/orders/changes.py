"""Short words for edits in tests, and the desk's whole content to compare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from muster.base.errors import InvalidInput
from muster.base.order_changes import Applied, CellChange, Draft
from muster.services.context import WorkspaceContext
from muster.services.orders.changing import apply
from muster.services.orders.opening import open_desk
from muster.store.orders import tables

STAMPS = {"created_at", "updated_at", "row_version", "search"}


def order(key: object, field: str, base: Any, value: Any, **more: Any) -> CellChange:
    return CellChange("order", str(key), field, base, value, **more)


def line(key: str, field: str, base: Any, value: Any, **more: Any) -> CellChange:
    return CellChange("item", key, field, base, value, **more)


def buyer(key: str, field: str, base: Any, value: Any, **more: Any) -> CellChange:
    return CellChange("customer", key, field, base, value, **more)


def edit(
    context: WorkspaceContext, *cells: CellChange, op_id: UUID | None = None, **draft: Any
) -> Applied:
    """Do an edit."""
    kind = draft.pop("kind", "edit")
    dry_run = draft.pop("dry_run", False)
    made = Draft(op_id or uuid4(), kind, cells=cells, **draft)
    return apply(context, made, dry_run=dry_run)


def codes(error: InvalidInput) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in error.problems]


def content(context: WorkspaceContext, *, without: Iterable[str] = STAMPS) -> dict[str, Any]:
    """Return all rows people change, but for their stamps."""
    dropped = set(without)
    found = {}
    with open_desk(context) as (connection, _):
        for table in (tables.customers, tables.orders, tables.order_items):
            keys = list(table.primary_key.columns)
            columns = [one for one in table.columns if one.name not in dropped]
            rows = connection.execute(select(*columns).order_by(*keys))
            found[table.name] = [tuple(row) for row in rows]
    return found


def order_row(context: WorkspaceContext, order_id: int) -> dict[str, Any]:
    """Return an order as the table has it."""
    with open_desk(context) as (connection, _):
        found = select(tables.orders).where(tables.orders.c.order_id == order_id)
        return dict(connection.execute(found).one()._mapping)


def history(context: WorkspaceContext, order_id: int) -> list[tuple[str | None, str]]:
    """Return an order's steps."""
    table = tables.order_status_history
    asked = select(table.c.from_status, table.c.to_status).where(table.c.order_id == order_id)
    with open_desk(context) as (connection, _):
        return [tuple(row) for row in connection.execute(asked.order_by(table.c.status_change_id))]
