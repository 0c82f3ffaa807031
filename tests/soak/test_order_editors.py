"""Many people edit the same few orders over HTTP: no edit is lost, no clash is written over.

MUSTER_EDITORS people for MUSTER_EDITOR_SECONDS: 12 for 5 seconds here, 50 for 30 in `make soak`,
500 for 300 when it has to be known.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, func, select, text

from muster.services.auditing import of_workspace, verify
from muster.services.context import WorkspaceContext
from muster.services.orders.opening import open_desk
from muster.store.orders import tables
from muster.store.orders.statuses import read_transitions
from muster.store.tables import audit
from tests.orders_shop import world
from tests.soak.order_editors import Told, edit_together, serving

EDITORS = int(os.environ.get("MUSTER_EDITORS", "12"))
SECONDS = float(os.environ.get("MUSTER_EDITOR_SECONDS", "5"))
SEED = int(os.environ.get("MUSTER_EDITORS_SEED", "0")) or int(time.time())
W = world()
ORDERS = [one.order_id for one in W.orders if one.status in ("pending", "confirmed", "processing")][
    : max(20, EDITORS // 4)
]


def test_no_edit_is_lost_and_every_clash_is_told(desk_installation, tmp_path) -> None:
    print(f"MUSTER_EDITORS_SEED={SEED}")  # noqa: T201
    with desk_installation.opened() as context:
        first = cells_of(context)
        with serving(desk_installation.environment, tmp_path / "server.log") as address:
            told = edit_together(
                address, editors=EDITORS, seconds=SECONDS, orders=ORDERS, seed=SEED
            )
        assert told.wrong == []
        assert told.accepted
        check_changes(context, told, first)
        check_rows(context)
        check_histories(context)
        check_audit(context, told)
        print(figures(told))  # noqa: T201


def check_changes(
    context: WorkspaceContext, told: Told, first: dict[tuple[str, str, str], Any]
) -> None:
    """Each accepted edit is in the history, and the history of a cell leads to what it holds."""
    with open_desk(context) as (connection, _):
        kept = set(connection.scalars(select(tables.changesets.c.id)))
        rows = connection.execute(
            select(tables.changes).order_by(tables.changes.c.changeset_id, tables.changes.c.seq)
        ).all()
    assert kept == set(told.accepted), "a changeset nobody was told of, or one that is gone"
    written = {(row.changeset_id, row.entity, row.key, row.field): row.new for row in rows}
    for changeset_id, cells in told.accepted.items():
        for cell in cells or ():
            name = (changeset_id, cell["entity"], cell["key"], cell["field"])
            if name in written:
                assert written[name] == cell["value"]
            else:  # it was already so
                assert any(other[0] == changeset_id for other in written)
    now = dict(first)
    for row in rows:
        slot = (row.entity, row.key, row.field)
        if slot in now:
            assert now[slot] == row.old, f"an update of {slot} was lost before {row.changeset_id}"
            now[slot] = row.new
    assert now == cells_of(context), "what is there is not what the history tells"


def check_rows(context: WorkspaceContext) -> None:
    """Totals are what lines add up to; names are the customers'."""
    wrong = text(
        "SELECT count(*) FROM orders o LEFT JOIN customers c USING (customer_id), LATERAL ("
        " SELECT sum(subtotal) AS total, count(*) AS lines, sum(quantity) AS pieces"
        " FROM order_items i WHERE i.order_id = o.order_id) AS own"
        " WHERE (own.total, own.lines, own.pieces, c.name, c.email) IS DISTINCT FROM"
        " (o.total_amount, o.item_count, o.quantity, o.customer_name, o.customer_email)"
    )
    with open_desk(context) as (connection, _):
        assert connection.scalar(wrong) == 0


def check_histories(context: WorkspaceContext) -> None:
    """Each order's steps follow each other, lead to its status, and are steps the desk allows."""
    table = tables.order_status_history
    asked = select(table).order_by(table.c.order_id, table.c.status_change_id)
    with open_desk(context) as (connection, _):
        legal = {(one.from_status, one.to_status) for one in read_transitions(connection)}
        undos = set(
            connection.scalars(
                select(tables.changesets.c.id).where(tables.changesets.c.undoes.is_not(None))
            )
        )
        now: dict[int, str] = {}
        for step in connection.execute(asked):
            assert step.from_status == now.get(step.order_id)
            if step.from_status is not None and step.changeset_id not in undos:
                assert (step.from_status, step.to_status) in legal
            now[step.order_id] = step.to_status
        orders = connection.execute(select(tables.orders.c.order_id, tables.orders.c.status))
        assert now == {row.order_id: row.status for row in orders}


def check_audit(context: WorkspaceContext, told: Told) -> None:
    """Each changeset has one entry, and the chain holds."""
    asked = select(audit.c.subject, func.count()).where(
        audit.c.workspace_id == context.workspace.id, audit.c.action.startswith("orders.")
    )
    with context.transaction() as connection:
        found = {row[0]: row[1] for row in connection.execute(asked.group_by(audit.c.subject))}
    assert found == {f"changeset/{one}": 1 for one in told.accepted}
    assert verify(of_workspace(context)).holds


def cells_of(context: WorkspaceContext) -> dict[tuple[str, str, str], Any]:
    """Return every cell that the editors change, as changesets write it."""
    found: dict[tuple[str, str, str], Any] = {}
    with open_desk(context) as (connection, _):
        for row in _rows(connection, tables.orders):
            for name in ("note", "coupon", "status"):
                found["order", str(row["order_id"]), name] = row[name]
        for row in _rows(connection, tables.order_items):
            found["item", f"{row['order_id']}/{row['line_no']}", "quantity"] = row["quantity"]
        for row in _rows(connection, tables.customers):
            found["customer", row["customer_id"], "name"] = row["name"]
    return found


def _rows(connection: Connection, table: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(table))]


def figures(told: Told) -> dict[str, Any]:
    """Return what is worth telling of a run."""
    answers: dict[str, int] = defaultdict(int, told.answers)
    return {
        "editors": EDITORS,
        "seconds": SECONDS,
        "requests": sum(answers.values()),
        "accepted": len(told.accepted),
        "conflicting cells": told.conflicts,
        "left by undos": told.skipped,
        "busy": told.retried,
        "unheard": told.unheard,
        "median ms": round(statistics.median(told.seconds) * 1000),
        "p95 ms": round(statistics.quantiles(told.seconds, n=20)[-1] * 1000),
        **dict(sorted(answers.items())),
    }
