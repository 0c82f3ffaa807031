"""One entity out of the warehouse, as the small world that the reference evaluator looks at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from muster.base.datamodel import DataModel, EventSource, Field, FieldType
from muster.base.errors import InvalidFile, InvalidInput, NotFound
from muster.compile.entity_rows import any_key, entity_row, event_rows, list_row
from muster.compile.statement import Statement
from muster.engines.base import Rows, Warehouse
from muster.rules.world import Key, Published, Row, World

MAX_EVENTS = 20_000


def typed_key(warehouse: Warehouse, model: DataModel, text: str) -> Key:
    """Return a key that somebody typed as the type that the warehouse's keys have.

    Raises:
        NotFound: UNKNOWN_ENTITY, keys are whole numbers and this is none.
        EngineFailed: the warehouse failed.
    """
    rows = _ask(warehouse, any_key(model), "type of the entity keys", limit=1).rows
    if not rows or not isinstance(rows[0][0], int):
        return text
    try:
        return int(text)
    except ValueError as error:
        raise _unknown(model, text) from error


def world_of(
    warehouse: Warehouse,
    model: DataModel,
    key: Key,
    *,
    sources: Mapping[str, datetime | None],
    attributes: Collection[str] | None = None,
    lists: Collection[str] = (),
    segments: Mapping[str, tuple[Published, ...]] | None = None,
    limit: int = MAX_EVENTS,
) -> World:
    """Return the world of one entity; `muster.rules.explain_needs.needs_of` says what to ask for.

    Events that the model corrects by a later row with the same id come uncorrected, as the world
    wants them; events later than now come too, for they count in time.

    Args:
        sources: event source -> since when its events are wanted (None = all).
        attributes: the attributes wanted; None = all.
        lists: lists in which to look the key up.
        segments: passed on: published versions, oldest first.
        limit: how many rows of one source are read at most.

    Raises:
        NotFound: UNKNOWN_ENTITY, the entity table has no such key.
        InvalidFile: DUPLICATE_KEYS, it has the key more than once.
        InvalidInput: TOO_MANY_EVENTS, a source has more rows of the entity than ``limit``: cut
            short, they would be explained wrongly.
        EngineFailed: the warehouse failed.
    """
    return World(
        model,
        {key: _entity(warehouse, model, key, attributes)},
        {
            name: _events(warehouse, model, model.events[name], key, since, limit)
            for name, since in sources.items()
        },
        {name: frozenset({key} if _on_list(warehouse, model, name, key) else ()) for name in lists},
        segments or {},
    )


def _entity(
    warehouse: Warehouse, model: DataModel, key: Key, attributes: Collection[str] | None
) -> Row:
    fields = [
        field
        for name, field in model.attributes.items()
        if attributes is None or name in attributes
    ]
    tree = entity_row(model, key, fields)
    rows = _ask(warehouse, tree, f"one {model.entity.name}", limit=2).rows
    if not rows:
        raise _unknown(model, key)
    if len(rows) > 1:
        raise InvalidFile(
            "DUPLICATE_KEYS",
            f'The key {key!r} stands more than once in table "{model.entity.table}", or a lookup '
            "finds more than one row for it.",
            hint="Run `muster check`; `muster load` keeps one row per key.",
        )
    return dict(named_values(fields, rows[0][1:]))


def _events(
    warehouse: Warehouse,
    model: DataModel,
    source: EventSource,
    key: Key,
    since: datetime | None,
    limit: int,
) -> list[tuple[Key | None, Row]]:
    fields = [field for name, field in source.fields.items() if name != "id" or not source.id]
    tree = event_rows(source, key, fields, since=since)
    found = _ask(warehouse, tree, f"{source.name} of one {model.entity.name}", limit=limit)
    if found.truncated:
        raise InvalidInput(
            "TOO_MANY_EVENTS",
            f"The {model.entity.name} {key!r} has more than {limit:,} rows of {source.name}.",
            hint="Allow more rows, or use a window with a beginning.",
        )
    rows: list[tuple[Key | None, Row]] = []
    for owner, identity, *values in found.rows:
        row = dict(named_values(fields, values))
        if source.id is not None:
            row["id"] = event_identity(source, identity)
        rows.append((owner, row))
    return rows


def event_identity(source: EventSource, text: str | None) -> Any:
    """Return an event's id: text, unless it is also a field of whole numbers."""
    field = source.fields.get("id")
    whole = field is not None and field.type is FieldType.INTEGER
    return int(text) if whole and text is not None else text


def _on_list(warehouse: Warehouse, model: DataModel, name: str, key: Key) -> bool:
    tree = list_row(model.lists[name], key)
    return bool(_ask(warehouse, tree, f"list {name}", limit=1).rows)


def _ask(warehouse: Warehouse, tree: exp.Select, purpose: str, *, limit: int) -> Rows:
    statement = Statement.of(tree, dialect=warehouse.dialect, purpose=purpose)
    return warehouse.rows(statement, limit=limit)


def _unknown(model: DataModel, key: Key) -> NotFound:
    return NotFound("UNKNOWN_ENTITY", f"There is no {model.entity.name} {key!r}.")


def named_values(fields: Sequence[Field], values: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Pair fields with their values as a world holds them; a point takes two."""
    left = iter(values)
    for field in fields:
        value = next(left)
        if field.type is FieldType.GEO:
            yield field.name, (value, next(left))
        else:
            yield field.name, None if value is None else _converted(field, value)


def _converted(field: Field, value: Any) -> Any:
    """Return a value as the world holds it, whatever type the driver gave it."""
    match field.type:
        case FieldType.TIMESTAMP:
            if not isinstance(value, datetime):  # a column of days
                value = datetime(value.year, value.month, value.day)
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        case FieldType.DATE:
            return value.date() if isinstance(value, datetime) else value
        case FieldType.MONEY | FieldType.DECIMAL:
            return value if isinstance(value, Decimal) else Decimal(str(value))
        case FieldType.INTEGER:
            return int(value) if value == int(value) else value
        case FieldType.NUMBER:
            return float(value)
        case FieldType.BOOLEAN:
            return bool(value)
        case FieldType.LIST:
            return list(value)
        case _:
            return str(value)
