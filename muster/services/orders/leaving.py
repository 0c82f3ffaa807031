"""Of an undo, what cannot be put back is left as it is, and told; the rest is put back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from muster.base.order_changes import WHOLE_ROW, CellConflict
from muster.base.order_values import json_value
from muster.base.orders import Entity
from muster.services.orders.units import Cell, Units
from muster.services.orders.weighed import Clash, Facts, Weighed
from muster.services.orders.weighing import weigh
from muster.store.orders.rows import Held

_WITH_STATUS = ("held_from", "shipped_at", "delivered_at")


def leave_out(units: Units, held: Held, facts: Facts) -> tuple[Weighed, list[Clash]]:
    """Weigh again and again without what clashes or is at fault, until nothing does."""
    left: dict[str, Clash] = {}
    units = units.without(_already(units, held))
    while True:
        weighed = weigh(units, held, facts)
        found = {clash.path: clash for clash in weighed.clashes}
        named = _by_path(units) if weighed.faults else {}
        for path, problem in weighed.faults:
            conflict = _told(named[path], held)
            said = replace(conflict.conflict, code=problem.code, sentence=problem.sentence)
            found.setdefault(path, replace(conflict, conflict=said))
        for cell in _with_status(units, set(found)):
            conflict = _told(cell, held)
            said = replace(
                conflict.conflict,
                code="STATUS_LEFT",
                sentence="It goes with the order's status, which was left.",
            )
            found.setdefault(cell.path, replace(conflict, conflict=said))
        if not found:
            return weighed, list(left.values())
        left |= found
        units = units.without(set(found))


def _already(units: Units, held: Held) -> set[str]:
    """Return the paths of rows that somebody else has removed or brought back already."""
    found = {one.path for one in units.gone_orders if one.order_id not in held.orders}
    for gone in units.gone_lines:
        if (gone.order_id, gone.line_no) not in held.items:
            found.add(gone.path)
    for line in units.lines:
        row = held.items.get((line.order_id, line.line_no or 0))
        if row is not None and row["order_item_id"] == line.order_item_id:
            found.add(line.path)
    return found | {one.path for one in units.orders if one.order_id in held.orders}


def _with_status(units: Units, left: set[str]) -> list[Cell]:
    """Return what goes with the statuses that are left."""
    orders = {
        cell.key for cell in units.cells if cell.path in left and _is(cell, "order", ("status",))
    }
    return [cell for cell in units.cells if cell.key in orders and _is(cell, "order", _WITH_STATUS)]


def _is(cell: Cell, entity: str, columns: tuple[str, ...]) -> bool:
    return cell.entity == entity and cell.column in columns


def _by_path(units: Units) -> dict[str, Any]:
    found: dict[str, Any] = {one.path: one for one in units.cells}
    found |= {one.path: one for one in units.lines} | {one.path: one for one in units.orders}
    found |= {one.path: one for one in units.gone_lines}
    return found | {one.path: one for one in units.gone_orders}


def _told(unit: Any, held: Held) -> Clash:
    """Return a unit that is left, as a conflict: what it was to be, and what is there."""
    if isinstance(unit, Cell):
        sent = unit.sent
        rows: Any = {"order": held.orders, "item": held.items, "customer": held.customers}
        row = rows[unit.entity].get(unit.key if unit.entity == "item" else unit.key[0])
        conflict = CellConflict(
            sent.entity,
            sent.key,
            sent.field,
            base=sent.base,
            mine=json_value(unit.value),
            theirs=None if row is None else json_value(row[unit.column]),
            version=None if row is None else row["row_version"],
        )
        return Clash(unit.path, (unit.entity, sent.key, unit.column), conflict)
    line_no = getattr(unit, "line_no", None)
    entity: Entity = "order" if line_no is None else "item"
    key = str(unit.order_id) if line_no is None else f"{unit.order_id}/{line_no}"
    conflict = CellConflict(entity, key, WHOLE_ROW, None, None, None, None)
    return Clash(unit.path, (entity, key, None), conflict)
