"""What a deed is called in the history and at the undo button; it holds no personal values."""

from __future__ import annotations

from muster.base.orders import Entity
from muster.services.orders.units import BY_ENTITY, Cell, Key
from muster.services.orders.weighed import Facts, Weighed


def title_of(weighed: Weighed, facts: Facts) -> str:
    """Return a few words for a deed.

    >>> _counted(1, "order"), _counted(20, "line")
    ('1 order', '20 lines')
    """
    units = weighed.units
    cells = list(weighed.cells.values())
    alone = [
        (units.orders, "order", "New {}"),
        (units.gone_orders, "order", "Deleted {}"),
        (units.lines, "line", "{} added"),
        (units.gone_lines, "line", "{} deleted"),
    ]
    told = [
        words.format(_counted(len(found), noun)) for found, noun, words in alone if len(found) > 0
    ]
    if len(told) == 1 and not cells and len(units.gone_orders) == 1:
        return f"Deleted order {units.gone_orders[0].order_id}"
    if cells:
        told.insert(0, _of_cells(cells, facts))
    return ", ".join(told) or "Nothing"


def _of_cells(cells: list[Cell], facts: Facts) -> str:
    fields = {(cell.entity, cell.column) for cell in cells}
    rows = {(cell.entity, cell.key) for cell in cells}
    first = cells[0]
    if len(fields) > 1:
        return f"{_counted(len(cells), 'cell')} of {_rows(rows, first)}"
    label = BY_ENTITY[first.entity].get(first.column, first.field).label
    values = {cell.value for cell in cells}
    to = f" to {facts.said(first.value)}" if first.column == "status" and len(values) == 1 else ""
    return f"{label} of {_rows(rows, first)}{to}"


def _rows(rows: set[tuple[Entity, Key]], first: Cell) -> str:
    nouns = {"order": "order", "item": "line", "customer": "customer"}
    entities = {entity for entity, _ in rows}
    if len(rows) > 1:
        return _counted(len(rows), nouns[first.entity] if len(entities) == 1 else "row")
    if first.entity == "item":
        return f"line {first.key[-1]} of order {first.key[0]}"
    return f"{nouns[first.entity]} {first.key[0]}"


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
