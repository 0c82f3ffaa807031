"""The desk's rows that a deed can touch, as rules speak of them; and what changed in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.base.datamodel import DataModel, EventSource, Field
from muster.base.order_changes import Applied, Draft
from muster.engines.entity_rows import event_identity, named_values
from muster.rules.explain_needs import needs_of
from muster.rules.references import events_in, fields_in
from muster.rules.resolved import ResolvedRule
from muster.rules.world import Key, Row
from muster.store.database import Transaction
from muster.store.orders.customer_rows import (
    Source,
    Values,
    columns_of,
    other_rows,
    rows_of_customers,
    rows_of_orders,
)
from muster.store.orders.warehouse_shape import shapes

_ROWS = "*"
"""As a field of an event: that there is such a row at all, and whose."""

Differences = Mapping[str, frozenset[Key]]
"""Name of an attribute, or ``source.field`` -> the customers for whom it differs."""

OwnedRow = tuple[Key, Row]
"""An event with whose it is."""


@dataclass(frozen=True, slots=True)
class Table:
    """What is read of one table of the data model."""

    source: Source
    fields: tuple[Field, ...]
    spec: EventSource | None = None

    def row(self, values: Values) -> Row:
        """Return the row that a rule sees."""
        found = dict(named_values(self.fields, values[2:]))
        if self.spec is not None:
            found["id"] = event_identity(self.spec, values[1])
        return found

    def names(self) -> Iterator[str]:
        """Yield the name of each value's field; a point has two values."""
        for field in self.fields:
            yield from (field.name for _ in columns_of(field))


@dataclass(frozen=True, slots=True)
class Readable:
    """Which parts of a data model the desk can answer: those that are made of its tables."""

    model: DataModel
    entity: Table
    events: Mapping[str, Table]

    @classmethod
    def of(cls, model: DataModel) -> Readable | None:
        """Return what of a model is the desk's; None if orders do not flow into its tables."""
        tables = {spec.table for spec in model.events.values()}
        if (model.entity.table, model.entity.key) != ("customers", "customer_id"):
            return None
        if "orders" not in tables or not tables <= shapes().keys():
            return None
        entity = Source(model.entity.table, model.entity.key, None, model.entity.lookups)
        events = {}
        for name, spec in model.events.items():
            source = Source(spec.table, spec.entity_key, spec.id, spec.lookups)
            if source.known:
                fields = (one for name, one in spec.fields.items() if name != "id")
                events[name] = Table(source, tuple(filter(source.readable, fields)), spec)
        attributes = tuple(filter(entity.readable, model.attributes.values()))
        return cls(model, Table(entity, attributes), events)

    def missing(self, names: Collection[str]) -> tuple[str, ...]:
        """Return which of the names that `reads` gives are not the desk's."""
        known = {one.name for one in self.entity.fields}
        for name, table in self.events.items():
            known |= {f"{name}.{_ROWS}", f"{name}.id", *(f"{name}.{n}" for n in table.names())}
        return tuple(name for name in names if name not in known)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows that a deed can touch: customers by key, events of its orders by identity.

    A source that it cannot touch is not among the events.
    """

    customers: Mapping[Key, Values]
    events: Mapping[str, Mapping[str, Values]]


def snapshot(
    connection: Transaction, readable: Readable, applied: Applied, tables: Collection[str]
) -> Snapshot:
    """Read what a deed can move, as it is now: its customers, and what belongs to its orders.

    Args:
        tables: those whose rows it can touch; see `touched_tables`.
    """
    source, fields = readable.entity.source, readable.entity.fields
    rows = rows_of_customers(connection, source, fields, applied.customer_ids)
    events = {
        name: {
            row[1]: row
            for row in rows_of_orders(connection, one.source, one.fields, applied.order_ids)
        }
        for name, one in readable.events.items()
        if one.source.table in tables
    }
    return Snapshot({row[0]: row for row in rows}, events)


def touched_tables(draft: Draft) -> frozenset[str]:
    """Return the tables of events in which a draft can change rows."""
    fields = {cell.field for cell in draft.cells if cell.entity == "order"}
    lines = any(cell.entity == "item" for cell in draft.cells)
    whole = draft.inserts or draft.deletes or fields & {"customer_id", "order_date"}
    if whole or lines or draft.item_inserts or draft.item_deletes:
        return frozenset(shapes())
    return frozenset({"orders", "order_status_history"} if "status" in fields else {"orders"})


def events_beside(
    connection: Transaction,
    readable: Readable,
    needed: Mapping[str, datetime | None],
    *,
    customer_ids: Collection[str],
    but: Mapping[str, Collection[int]],
) -> dict[str, list[OwnedRow]]:
    """Read the customers' events that no snapshot has.

    Args:
        needed: source -> from when on its events are wanted; None: all.
        but: source -> the orders whose events a snapshot has.
    """
    found: dict[str, list[OwnedRow]] = {}
    for name, since in needed.items():
        table = readable.events[name]
        spec = readable.model.events[name]
        rows = other_rows(
            connection,
            table.source,
            table.fields,
            customer_ids=customer_ids,
            but=but.get(name, ()),
            since=None if since is None else (spec.fields[spec.at].column, since),
        )
        found[name] = [(row[0], table.row(row)) for row in rows]
    return found


def reads(rule: ResolvedRule, model: DataModel, *, as_of: datetime) -> tuple[str, ...]:
    """Return all that a rule's answer depends on, as names of `Differences`."""
    names = {*needs_of(rule, model, as_of=as_of).attributes, *fields_in(rule)}
    for source in events_in(rule):
        names |= {f"{source}.{_ROWS}", f"{source}.{model.events[source].at}"}
    return tuple(sorted(names))


def differences(readable: Readable, before: Snapshot, after: Snapshot) -> Differences:
    """Return what differs between two readings, by field."""
    found: dict[str, set[Key]] = {}
    for name, whose in _differing(readable.entity, before.customers, after.customers):
        found.setdefault(name, set()).update(whose)
    for source, rows in before.events.items():
        for name, whose in _differing(readable.events[source], rows, after.events[source]):
            found.setdefault(f"{source}.{name}", set()).update(whose)
    return {name: frozenset(keys) for name, keys in found.items()}


def _differing(
    table: Table, before: Mapping[Any, Values], after: Mapping[Any, Values]
) -> Iterator[tuple[str, Iterable[Key]]]:
    names = tuple(table.names())
    for identity in before.keys() | after.keys():
        old, new = before.get(identity), after.get(identity)
        if old is None or new is None or old[0] != new[0]:
            # an owner may be nobody
            yield _ROWS, (row[0] for row in (old, new) if row is not None and row[0] is not None)
        elif old != new and old[0] is not None:
            values = zip(names, old[2:], new[2:], strict=True)
            yield from ((name, (old[0],)) for name, was, now in values if was != now)
