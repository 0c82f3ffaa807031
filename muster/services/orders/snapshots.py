"""What the desk holds of some customers, as the rows that rules speak of; what changed in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from muster.base.datamodel import DataModel, EventSource, Field
from muster.engines.entity_rows import event_identity, named_values
from muster.rules.explain_needs import needs_of
from muster.rules.references import events_in, fields_in
from muster.rules.resolved import ResolvedRule
from muster.rules.world import Key, Row
from muster.store.database import Transaction
from muster.store.orders.customer_rows import Source, rows_of

_ROWS = "*"
"""As a field of an event: that there is such a row at all."""

Differences = Mapping[str, frozenset[Key]]
"""Name of an attribute, or ``source.field`` -> the customers for whom it differs."""


@dataclass(frozen=True, slots=True)
class Readable:
    """Which parts of a data model the desk can answer: those that are made of its tables."""

    model: DataModel
    entity: Source
    attributes: tuple[Field, ...]
    events: Mapping[str, tuple[Source, tuple[Field, ...]]]

    @classmethod
    def of(cls, model: DataModel) -> Readable | None:
        """Return what of a model is the desk's; None if it is not about the desk's customers."""
        entity = Source(model.entity.table, model.entity.key, None, model.entity.lookups)
        if model.entity.table != "customers" or model.entity.key != "customer_id":
            return None
        events = {}
        for name, spec in model.events.items():
            source = Source(spec.table, spec.entity_key, spec.id, spec.lookups)
            if source.known:
                events[name] = (source, tuple(filter(source.readable, _fields(spec))))
        return cls(model, entity, tuple(filter(entity.readable, model.attributes.values())), events)

    def missing(self, names: Collection[str]) -> tuple[str, ...]:
        """Return which of the names that `reads` gives are not the desk's."""
        known = {found.name for found in self.attributes}
        for name, (_, fields) in self.events.items():
            known |= {f"{name}.{_ROWS}", f"{name}.id", *(f"{name}.{one.name}" for one in fields)}
        return tuple(name for name in names if name not in known)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Some customers, and their events by source, under the model's own names."""

    entities: Mapping[Key, Row]
    events: Mapping[str, Mapping[Key, Sequence[Row]]]


def snapshot(
    connection: Transaction, readable: Readable, customer_ids: Collection[str]
) -> Snapshot:
    """Read what the desk holds now of some customers."""
    attributes = readable.attributes
    entities: dict[Key, Row] = {
        key: dict(named_values(attributes, values))
        for key, _, *values in rows_of(connection, readable.entity, attributes, customer_ids)
    }
    events: dict[str, dict[Key, list[Row]]] = {}
    for name, (source, fields) in readable.events.items():
        spec = readable.model.events[name]
        owned = events.setdefault(name, {})
        for key, identity, *values in rows_of(connection, source, fields, customer_ids):
            row = dict(named_values(fields, values))
            if spec.id is not None:
                row["id"] = event_identity(spec, identity)
            owned.setdefault(key, []).append(row)
    return Snapshot(entities, events)


def reads(rule: ResolvedRule, model: DataModel, *, as_of: datetime) -> tuple[str, ...]:
    """Return all that a rule's answer depends on, as names of `Differences`."""
    names = {*needs_of(rule, model, as_of=as_of).attributes, *fields_in(rule)}
    for source in events_in(rule):
        names |= {f"{source}.{_ROWS}", f"{source}.{model.events[source].at}"}
    return tuple(sorted(names))


def differences(before: Snapshot, after: Snapshot) -> Differences:
    """Return what differs between two readings, by field."""
    found: dict[str, set[Key]] = {}
    for key in before.entities.keys() | after.entities.keys():
        for name in _differing(before.entities.get(key, {}), after.entities.get(key, {})):
            found.setdefault(name, set()).add(key)
    for source in before.events.keys() | after.events.keys():
        old, new = before.events.get(source, {}), after.events.get(source, {})
        for key in old.keys() | new.keys():
            for name in _of_events(old.get(key, ()), new.get(key, ())):
                found.setdefault(f"{source}.{name}", set()).add(key)
    return {name: frozenset(keys) for name, keys in found.items()}


def _fields(spec: EventSource) -> Iterator[Field]:
    return (found for name, found in spec.fields.items() if name != "id" or spec.id is None)


def _of_events(old: Sequence[Row], new: Sequence[Row]) -> Iterator[str]:
    if old == new:
        return
    before = {row.get("id"): row for row in old}
    after = {row.get("id"): row for row in new}
    if None in before or None in after or before.keys() != after.keys():
        yield _ROWS
        return
    for identity, row in before.items():
        yield from _differing(row, after[identity])


def _differing(old: Row, new: Row) -> Iterator[str]:
    return (name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
