"""What a table of the warehouse holds at a glance, and each of its fields in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlglot import exp

from muster.base.datamodel import DataModel, EventSource, Field, FieldType, PiiClass
from muster.compile.fields import joined, physical, table
from muster.compile.literals import timestamp
from muster.compile.relations import OWNER, entity_select
from muster.compile.statement import Statement
from muster.engines.base import Warehouse
from muster.engines.index.reading import at_row, entity_relation, event_relation
from muster.engines.templates import fill, fill_value
from muster.engines.value_counts import Value

_TIMED = (FieldType.DATE, FieldType.TIMESTAMP)
_ORDERED = (*_TIMED, FieldType.INTEGER, FieldType.NUMBER, FieldType.DECIMAL, FieldType.MONEY)


@dataclass(frozen=True, slots=True)
class TableSpan:
    """How many rows a table has, and from when to when; None without a time.

    ``newest`` is not after the instant that was asked for: what is dated later has not happened.
    """

    rows: int
    oldest: datetime | None
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """One field: rows with a value, different values (None: not counted), the least, the largest.

    A personal field has no ends, a point and a text neither.
    """

    filled: int
    distinct: int | None
    low: Value | None
    high: Value | None


def entity_span(warehouse: Warehouse, model: DataModel, *, before: datetime) -> TableSpan:
    """Look at the entity's table; its time is when entities came to be, if the model knows it."""
    created = model.attributes.get(model.entity.created_at or "")
    if created is None:
        return table_span(warehouse, model.entity.table)
    columns = _span(physical(created, OWNER), before)
    return _read_span(warehouse, entity_select(model, columns, [created]), model.entity.name)


def event_span(warehouse: Warehouse, source: EventSource, *, before: datetime) -> TableSpan:
    """Look at the table of an event source; corrected rows count as often as they are there."""
    at = source.fields[source.at]
    tree = exp.select(*_span(physical(at, OWNER), before)).from_(table(source.table, OWNER))
    lookups = set() if at.lookup is None else {at.lookup}
    return _read_span(warehouse, joined(tree, source.lookups, lookups, OWNER), source.name)


def table_span(warehouse: Warehouse, name: str) -> TableSpan:
    """Count the rows of a table."""
    tree = fill("SELECT COUNT(*), NULL, NULL FROM $source", source=table(name, OWNER))
    return _read_span(warehouse, tree, name)


def field_facts(
    warehouse: Warehouse, owner: DataModel | EventSource
) -> tuple[int, Mapping[str, FieldFacts]]:
    """Return how many rows an entity or a source has, and the facts of each field by name.

    Rows without a key are nobody's and do not count; corrected rows count once.

    Raises:
        EngineFailed: the warehouse failed.
    """
    fields = owner.attributes if isinstance(owner, DataModel) else owner.fields
    if isinstance(owner, DataModel):
        relation, name = entity_relation(owner, fields), owner.entity.name
    else:
        relation, name = event_relation(owner, fields), owner.name
    columns = [fill_value("COUNT(*)")]
    for field in fields.values():
        columns += _columns(field)
    statement = Statement.of(
        relation.select(columns), dialect=warehouse.dialect, purpose=f"profile of {name}"
    )
    rows, *rest = warehouse.rows(statement, limit=1).rows[0]
    each = zip(*(iter(rest),) * 4, strict=True)
    return int(rows), {
        field.name: FieldFacts(int(filled), distinct, _instant(field, low), _instant(field, high))
        for field, (filled, distinct, low, high) in zip(fields.values(), each, strict=True)
    }


def columns_of(warehouse: Warehouse, names: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the columns of those named tables and views that are there.

    Args:
        names: with their schema, or of the main one.
    """
    tree = fill(
        """SELECT table_schema, table_name, column_name FROM information_schema.columns
        WHERE table_catalog = CURRENT_DATABASE()"""
    )
    statement = Statement.of(tree, dialect=warehouse.dialect, purpose="columns")
    found: dict[str, set[str]] = {}
    for schema, name, column in warehouse.rows(statement, limit=_ALL).rows:
        found.setdefault(f"{schema}.{name}".lower(), set()).add(str(column))
    asked = {name: name if "." in name else f"main.{name}" for name in names}
    return {
        name: frozenset(found[full.lower()])
        for name, full in asked.items()
        if full.lower() in found
    }


def first_row(warehouse: Warehouse, name: str) -> int:
    """Read one row of a table and return how many columns it has."""
    tree = fill("SELECT * FROM $source", source=table(name, OWNER))
    statement = Statement.of(tree, dialect=warehouse.dialect, purpose=f"first row of {name}")
    return len(warehouse.rows(statement, limit=1).columns)


_ALL = 1_000_000
"""More columns than any warehouse has."""


def _span(at: exp.Expr, before: datetime) -> list[exp.Expr]:
    now = timestamp(before)
    return [
        fill_value("COUNT(*)"),
        fill_value("MIN(CASE WHEN ISFINITE($at) THEN $at END)", at=at),
        fill_value("MAX(CASE WHEN ISFINITE($at) AND $at < $now THEN $at END)", at=at, now=now),
    ]


def _read_span(warehouse: Warehouse, tree: exp.Expr, what: str) -> TableSpan:
    statement = Statement.of(tree, dialect=warehouse.dialect, purpose=f"span of {what}")
    rows, oldest, newest = warehouse.rows(statement, limit=1).rows[0]
    return TableSpan(int(rows), _as_instant(oldest), _as_instant(newest))


def _as_instant(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=UTC)
    return None  # none, or of a year that Python does not count


def _columns(field: Field) -> list[exp.Expr]:
    """Return the columns filled, distinct, low and high of a field."""
    if field.type is FieldType.GEO:
        point = (at_row(f"y_{field.name}"), at_row(f"x_{field.name}"))
        both = fill_value("COUNT($y + $x)", y=point[0], x=point[1])
        return [both, exp.null(), exp.null(), exp.null()]
    value = at_row(f"f_{field.name}")
    found = [fill_value("COUNT($value)", value=value), exp.null()]
    if field.pii is not PiiClass.NONE:
        found[1] = fill_value("COUNT(DISTINCT $value)", value=value)
        return [*found, exp.null(), exp.null()]
    if field.type not in _ORDERED:
        return [*found, exp.null(), exp.null()]
    if field.type in _TIMED:
        value = fill_value("CASE WHEN ISFINITE($value) THEN $value END", value=value)
    return [*found, fill_value("MIN($value)", value=value), fill_value("MAX($value)", value=value)]


def _instant(field: Field, value: Any) -> Any:
    return _as_instant(value) if field.type is FieldType.TIMESTAMP else value
