"""Undo and redo: deeds that put back what another deed changed, where nobody changed it since.

An undo is a changeset like any other, so it can be undone (redo), and it survives reload, sort and
filter: the stack is what the database tells of a person's changesets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from muster.base.errors import Conflict
from muster.base.order_changes import Applied, CellChange
from muster.base.order_values import from_json
from muster.base.orders import CUSTOMER_FIELDS, FIELDS, ITEM_FIELDS, Desk, OrderField
from muster.base.people import Permission
from muster.services.context import WorkspaceContext
from muster.services.orders.changing import attempted
from muster.services.orders.deeds import Deed, do, done_before
from muster.services.orders.opening import open_desk
from muster.services.orders.recording import TOTALS
from muster.services.orders.row_documents import HELD_FROM, line_row, order_row
from muster.services.orders.units import (
    Cell,
    GoneLine,
    GoneOrder,
    Line,
    MadeOrder,
    Units,
    read_key,
)
from muster.store.database import Transaction
from muster.store.orders import changesets
from muster.store.orders.changesets import Change, Changeset

_INSTANTS = ("changed_at",)
_FIELDS: Mapping[str, Mapping[str, OrderField]] = {
    "order": {**FIELDS, "held_from": HELD_FROM},
    "item": ITEM_FIELDS,
    "customer": CUSTOMER_FIELDS,
}


@dataclass(frozen=True, slots=True)
class UndoStack:
    """What the next undo and the next redo of a person would put back."""

    undo: Changeset | None
    redo: Changeset | None


def undo(context: WorkspaceContext, op_id: UUID, changeset_id: int | None = None) -> Applied:
    """Put back what a changeset changed; None: one's own newest that still holds.

    Raises:
        NotFound: UNKNOWN_CHANGESET. Conflict: NOTHING_TO_UNDO, ALREADY_UNDONE, OP_ID_REUSED.
        Forbidden, Busy: see `changing.apply`.
    """
    return attempted(
        context, lambda connection, _: _reverse(connection, context, op_id, changeset_id, "undo")
    )


def redo(context: WorkspaceContext, op_id: UUID, changeset_id: int | None = None) -> Applied:
    """Put back what an undo changed; None: one's own newest, unless one did something since.

    Args:
        changeset_id: of the undo, or of what it undid.

    Raises:
        NotFound: UNKNOWN_CHANGESET. Conflict: NOTHING_TO_REDO, OP_ID_REUSED.
        Forbidden, Busy: see `changing.apply`.
    """
    return attempted(
        context, lambda connection, _: _reverse(connection, context, op_id, changeset_id, "redo")
    )


def undo_within(
    connection: Transaction,
    _desk: Desk,
    context: WorkspaceContext,
    op_id: UUID,
    changeset_id: int,
) -> Applied:
    """Undo a changeset in the caller's transaction; see `undo`."""
    return _reverse(connection, context, op_id, changeset_id, "undo")


def undo_stack(context: WorkspaceContext) -> UndoStack:
    """Return what one's next undo and redo would be."""
    with open_desk(context) as (connection, _):
        return UndoStack(
            changesets.next_undo(connection, context.actor),
            changesets.next_redo(connection, context.actor),
        )


def _reverse(
    connection: Transaction,
    context: WorkspaceContext,
    op_id: UUID,
    changeset_id: int | None,
    kind: Literal["undo", "redo"],
) -> Applied:
    context.require(Permission.EDIT_ORDERS)
    fingerprint = f"{kind}:{changeset_id or 'newest'}"
    known = done_before(connection, context, op_id, fingerprint)
    if known is not None:
        return known
    changesets.take_turn_of(connection, context.actor)
    find = _to_undo if kind == "undo" else _to_redo
    target, source = find(connection, context, changeset_id)
    original = target
    if kind == "redo" and target.undoes is not None:
        original = changesets.by_id(connection, target.undoes)
    changes = changesets.changes_of(connection, source.id)
    return do(
        connection,
        context,
        Deed(
            op_id,
            kind,
            _reversed(changes),
            fingerprint,
            title=f"{kind.capitalize()}: {original.title}",
            undoes=target.id,
        ),
    )


def _to_undo(
    connection: Transaction, context: WorkspaceContext, changeset_id: int | None
) -> tuple[Changeset, Changeset]:
    """Return the changeset to undo, and the one that did last what it did: itself or a redo."""
    if changeset_id is None:
        target = changesets.next_undo(connection, context.actor)
        if target is None:
            raise Conflict("NOTHING_TO_UNDO", "There is nothing of yours to undo.")
    else:
        target = changesets.by_id(connection, changeset_id)
        while target.kind == "redo" and target.undoes is not None:
            undone = changesets.by_id(connection, target.undoes)
            target = changesets.by_id(connection, undone.undoes or undone.id)
    if target.kind == "undo":
        raise Conflict("ALREADY_UNDONE", "That is an undo itself.", hint="Redo it to take it back.")
    if target.undone_by is not None:
        raise Conflict("ALREADY_UNDONE", f'"{target.title}" was undone already.')
    return target, changesets.newest_redo(connection, target.id) or target


def _to_redo(
    connection: Transaction, context: WorkspaceContext, changeset_id: int | None
) -> tuple[Changeset, Changeset]:
    """Return the undo to take back, twice: nothing else did what it did."""
    found: Changeset | None
    if changeset_id is None:
        found = changesets.next_redo(connection, context.actor)
    else:
        found = changesets.by_id(connection, changeset_id)
        if found.kind not in changesets.REVERSING:
            undone_by = found.undone_by
            found = None if undone_by is None else changesets.by_id(connection, undone_by)
    if found is None or found.kind != "undo" or found.undone_by is not None:
        raise Conflict("NOTHING_TO_REDO", "There is no undo to take back.")
    return found, found


def _reversed(changes: tuple[Change, ...]) -> Units:
    """Return what puts changes back; each unit's path is its place."""
    cells: list[Cell] = []
    lines: list[Line] = []
    gone_lines: list[GoneLine] = []
    orders: list[MadeOrder] = []
    gone_orders: list[GoneOrder] = []
    for place, change in enumerate(changes):
        path = str(place)
        if change.op == "update":
            cells += _cell(change, path)
        elif change.entity == "item":
            order_id, line_no = (int(part) for part in change.key.split("/"))
            if change.op == "insert":
                gone_lines.append(GoneLine(order_id, line_no, path, expected=change.new))
            else:
                lines.append(_line(change.old, order_id, path))
        elif change.op == "insert":
            gone_orders.append(GoneOrder(int(change.key), path, expected=change.new))
        else:
            orders.append(_order(change, path))
    return Units(tuple(cells), tuple(lines), tuple(gone_lines), tuple(orders), tuple(gone_orders))


def _cell(change: Change, path: str) -> Iterator[Cell]:
    """Yield the cell that puts a change back; totals follow their lines."""
    assert change.field is not None
    key = read_key(change.entity, change.key)
    if key is None or (change.entity == "order" and change.field in TOTALS):
        return
    field = _FIELDS[change.entity][change.field]
    sent = CellChange(change.entity, change.key, change.field, change.new, change.old)
    yield Cell(change.entity, key, field, from_json(field, change.old), sent, path)


def _line(document: Mapping[str, Any], order_id: int, path: str) -> Line:
    row = line_row(document)
    return Line(
        order_id,
        row["product_id"],
        row["quantity"],
        row["unit_price"],
        path,
        row["line_no"],
        row["order_item_id"],
    )


def _order(change: Change, path: str) -> MadeOrder:
    document: Mapping[str, Any] = change.old
    order_id = int(change.key)
    stamps = {
        "created_at": datetime.fromisoformat(document["created_at"]),
        "row_version": document["row_version"] + 1,  # whoever saw it before must see it is newer
    }
    history = tuple(
        {
            name: datetime.fromisoformat(value) if name in _INSTANTS else value
            for name, value in step.items()
        }
        for step in document["history"]
    )
    lines = tuple(_line(line, order_id, path) for line in document["items"])
    return MadeOrder(order_row(document) | stamps, lines, path, order_id, history)
