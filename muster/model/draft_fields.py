"""Guesses fields of a data model from the columns of a table."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from muster.base.datamodel import Field, FieldType, PiiClass
from muster.base.inspection import ColumnFacts, PhysicalType, TableFacts
from muster.model.names import logical_name
from muster.model.pii import guess_pii

ENUM_DISTINCT = 50
"""Text with at most so many distinct values, of which some repeat, is a choice from a list."""

_MONEY = re.compile(
    r"(^|_)(amount|price|spend|spent|total|subtotal|revenue|cost|fee|sales|sales_value|payment|"
    r"balance|salary|disc|discount|refund|budget|ltv|value)(_|$)"
)
_LATITUDE = re.compile(r"^(.*_)?lat(itude)?$")
_PLAIN_TYPES = {
    PhysicalType.TEXT: FieldType.STRING,
    PhysicalType.INTEGER: FieldType.INTEGER,
    PhysicalType.DECIMAL: FieldType.DECIMAL,
    PhysicalType.FLOAT: FieldType.NUMBER,
    PhysicalType.BOOLEAN: FieldType.BOOLEAN,
    PhysicalType.DATE: FieldType.DATE,
    PhysicalType.NAIVE_TIMESTAMP: FieldType.TIMESTAMP,
    PhysicalType.ZONED_TIMESTAMP: FieldType.TIMESTAMP,
    PhysicalType.TEXT_LIST: FieldType.LIST,
}


@dataclass(frozen=True, slots=True)
class FieldContext:
    """What a column's table means for its fields."""

    of_person: bool
    currency: str | None
    lookup: str | None = None


def draft_fields(
    table: TableFacts, context: FieldContext, *, without: Collection[str], taken: Collection[str]
) -> dict[str, Field]:
    """Guess a field for each column.

    Args:
        table: the table's facts.
        context: whose columns these are.
        without: columns that are no fields (keys).
        taken: names that are not free any more; a field of such a name gets the lookup's, or
            else the table's name in front.
    """
    found: dict[str, Field] = {}
    used: set[str] = set(without)
    for field, columns in _points(table, context):
        if used.isdisjoint(columns):
            used.update(columns)
            found[_free_name(field.name, table, context, {*taken, *found})] = field
    for column in table.columns:
        if column.name in used or column.type is PhysicalType.OTHER:
            continue
        name = _free_name(logical_name(column.name), table, context, {*taken, *found})
        found[name] = _field(name, column, context)
    return {name: _renamed(field, name) for name, field in found.items()}


def _field(name: str, column: ColumnFacts, context: FieldContext) -> Field:
    kind, type_guessed = _type(name, column)
    pii = guess_pii(logical_name(column.name), column, of_person=context.of_person)
    if pii is not PiiClass.NONE and kind is FieldType.ENUM:
        kind, type_guessed = FieldType.STRING, False
    guessed = ["type"] if type_guessed else []
    if pii is not PiiClass.NONE:
        guessed.append("pii")
    stored_as = "utc"
    if column.type is PhysicalType.ZONED_TIMESTAMP:
        stored_as = "instant"
    elif kind is FieldType.TIMESTAMP:
        guessed.append("stored_as")
    exact = kind in (FieldType.MONEY, FieldType.DECIMAL)
    return Field(
        name=name,
        type=kind,
        column=column.name,
        lookup=context.lookup,
        currency=context.currency if kind is FieldType.MONEY else None,
        scale=_scale(column) if exact else 2,
        pii=pii,
        stored_as=stored_as,
        top_values=_top_values(kind, column) if pii is PiiClass.NONE else (),
        guessed=tuple(guessed),
    )


def _type(name: str, column: ColumnFacts) -> tuple[FieldType, bool]:
    """Return the type, and whether the column's own type left a choice."""
    if column.type in (PhysicalType.DECIMAL, PhysicalType.FLOAT) and _MONEY.search(name):
        return FieldType.MONEY, True
    if column.type is PhysicalType.TEXT and 0 < column.distinct <= ENUM_DISTINCT:
        shown = sum(count for _, count in column.top_values)
        if shown > min(column.distinct, len(column.top_values)):  # some value repeats
            return FieldType.ENUM, True
    return _PLAIN_TYPES[column.type], False


def _scale(column: ColumnFacts) -> int:
    if column.scale is None:
        return 2
    return column.scale if column.type is PhysicalType.DECIMAL else max(2, column.scale)


def _top_values(kind: FieldType, column: ColumnFacts) -> tuple[str, ...]:
    if kind in (FieldType.ENUM, FieldType.STRING, FieldType.LIST):
        return tuple(value for value, count in column.top_values if value and count > 1)
    return ()


def _points(table: TableFacts, context: FieldContext) -> Iterator[tuple[Field, tuple[str, str]]]:
    """Yield the points that a latitude and a longitude column make together."""
    numeric = {
        logical_name(column.name): column
        for column in table.columns
        if column.type in (PhysicalType.FLOAT, PhysicalType.DECIMAL)
    }
    for name, latitude in numeric.items():
        match = _LATITUDE.match(name)
        if match is None:
            continue
        prefix = match.group(1) or ""
        for ending in ("longitude", "lon", "lng", "long"):
            longitude = numeric.get(f"{prefix}{ending}")
            if longitude is not None:
                field = Field(
                    name=prefix.strip("_") or "location",
                    type=FieldType.GEO,
                    lookup=context.lookup,
                    pii=PiiClass.SENSITIVE if context.of_person else PiiClass.NONE,
                    latitude=latitude.name,
                    longitude=longitude.name,
                    guessed=("type", "pii") if context.of_person else ("type",),
                )
                yield field, (latitude.name, longitude.name)
                break


def _free_name(name: str, table: TableFacts, context: FieldContext, taken: Collection[str]) -> str:
    """Return the name, made longer until nobody else has it."""
    candidate, number = name, 1
    while candidate in taken:
        owner = context.lookup or logical_name(table.name)
        candidate = f"{owner}_{name}"[:60] + ("" if number == 1 else f"_{number}")
        number += 1
    return candidate


def _renamed(field: Field, name: str) -> Field:
    return field if field.name == name else replace(field, name=name)
