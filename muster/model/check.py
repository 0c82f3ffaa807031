"""Compares a data model with what the warehouse really holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from muster.base.datamodel import DataModel, Field, FieldType, PiiClass
from muster.base.errors import Problem
from muster.base.inspection import ColumnFacts, PhysicalType, TableFacts, WarehouseFacts
from muster.model.names import child, did_you_mean
from muster.model.pii import guess_pii
from muster.model.references import (
    ColumnReference,
    ColumnRole,
    column_references,
    table_references,
)

ORPHAN_SHARE = 0.01
"""Above this share of events that belong to no entity, the check speaks of it."""


class Severity(StrEnum):
    """An error makes answers wrong or impossible; a warning is worth a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the check found."""

    severity: Severity
    problem: Problem


_NUMBERS = frozenset({PhysicalType.INTEGER, PhysicalType.DECIMAL, PhysicalType.FLOAT})
_KEY_TYPES = frozenset({PhysicalType.INTEGER, PhysicalType.TEXT})
_FITTING: Mapping[FieldType, frozenset[PhysicalType]] = {
    # codes are often whole numbers; rules compare them as text
    FieldType.STRING: frozenset({PhysicalType.TEXT, PhysicalType.INTEGER}),
    FieldType.ENUM: frozenset({PhysicalType.TEXT, PhysicalType.INTEGER}),
    FieldType.INTEGER: frozenset({PhysicalType.INTEGER}),
    FieldType.NUMBER: _NUMBERS,
    FieldType.DECIMAL: _NUMBERS,
    FieldType.MONEY: _NUMBERS,
    FieldType.BOOLEAN: frozenset({PhysicalType.BOOLEAN}),
    FieldType.DATE: frozenset({PhysicalType.DATE}),
    FieldType.TIMESTAMP: frozenset(
        {PhysicalType.NAIVE_TIMESTAMP, PhysicalType.ZONED_TIMESTAMP, PhysicalType.DATE}
    ),
    FieldType.LIST: frozenset({PhysicalType.TEXT_LIST}),
    FieldType.GEO: _NUMBERS,
}


def check_model(
    model: DataModel,
    facts: WarehouseFacts,
    *,
    orphan_shares: Mapping[str, float] | None = None,
) -> tuple[Finding, ...]:
    """Report what in the model the warehouse does not bear out.

    Args:
        model: a model without faults of its own.
        facts: what was found in the warehouse.
        orphan_shares: by event source, the share (0 to 1) of rows that belong to no entity; it
            takes a query of its own, so it may be left out.

    Returns:
        The findings in the order of the document, errors and warnings mixed.
    """
    found: list[Finding] = []
    for reference in table_references(model):
        if facts.table(reference.table) is None:
            found.append(_missing_table(reference.table, reference.path, facts))
    for column_reference in column_references(model):
        table = facts.table(column_reference.table)
        if table is not None:
            found.extend(_check_column(column_reference, table, model, facts))
    for name, share in (orphan_shares or {}).items():
        if share > ORPHAN_SHARE:
            found.append(_orphans(model, name, share))
    found.extend(_check_freshness(model))
    return tuple(found)


def has_errors(findings: tuple[Finding, ...]) -> bool:
    """Tell whether any finding is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def _missing_table(table: str, path: str, facts: WarehouseFacts) -> Finding:
    return _error(
        "MISSING_TABLE",
        path,
        f'The warehouse has no table "{table}".',
        did_you_mean(table, [known.name for known in facts.tables]),
    )


def _check_column(
    reference: ColumnReference, table: TableFacts, model: DataModel, facts: WarehouseFacts
) -> Iterator[Finding]:
    column = table.column(reference.column)
    if column is None:
        yield _error(
            "MISSING_COLUMN",
            reference.path,
            f'The table "{table.name}" has no column "{reference.column}".',
            did_you_mean(reference.column, [known.name for known in table.columns]),
        )
        return
    match reference.role:
        case ColumnRole.ENTITY_KEY | ColumnRole.LOOKUP_KEY:
            yield from _check_unique(reference, column, table)
        case ColumnRole.EVENT_ENTITY_KEY | ColumnRole.LIST_KEY:
            target = _column(facts, model.entity.table, model.entity.key)
            yield from _check_same_kind(reference, column, target)
        case ColumnRole.LOOKUP_ON:
            assert reference.lookup is not None
            target = _column(facts, reference.lookup.table, reference.lookup.key)
            yield from _check_same_kind(reference, column, target)
        case ColumnRole.EVENT_ID:
            assert reference.owner is not None
            if not model.events[reference.owner].keep_latest:
                yield from _check_event_id(reference, column, table)
        case ColumnRole.FIELD | ColumnRole.LATITUDE | ColumnRole.LONGITUDE:
            yield from _check_field(reference, column, table, model)


def _check_unique(
    reference: ColumnReference, column: ColumnFacts, table: TableFacts
) -> Iterator[Finding]:
    what = f'The key "{table.name}.{column.name}"'
    repeated = table.rows - column.nulls - column.distinct
    if column.type not in _KEY_TYPES:
        yield _error(
            "KEY_TYPE",
            reference.path,
            f"{what} is {column.native_type}; a key must be whole numbers or text.",
            "Load the data again: the loader turns ids such as 17850.0 into whole numbers.",
        )
    if column.nulls:
        yield _error(
            "KEY_HAS_NULLS", reference.path, f"{what} is null in {column.nulls:,} rows.", None
        )
    if repeated:
        yield _error(
            "KEY_NOT_UNIQUE",
            reference.path,
            f"{what} is not unique: {repeated:,} rows repeat a value.",
            "Name a table with one row for each key, or another column.",
        )


def _check_same_kind(
    reference: ColumnReference, column: ColumnFacts, target: ColumnFacts | None
) -> Iterator[Finding]:
    if target is not None and target.type in _KEY_TYPES and column.type is not target.type:
        yield _error(
            "KEY_TYPE_DIFFERS",
            reference.path,
            f'"{reference.table}.{column.name}" is {column.native_type}, but the key '
            f'"{target.name}" it refers to is {target.native_type}.',
            "Convert one of them, so that both are whole numbers or both text.",
        )


def _check_event_id(
    reference: ColumnReference, column: ColumnFacts, table: TableFacts
) -> Iterator[Finding]:
    repeated = table.rows - column.nulls - column.distinct
    if repeated:
        yield _error(
            "EVENT_ID_NOT_UNIQUE",
            reference.path,
            f'The event id "{table.name}.{column.name}" repeats in {repeated:,} rows.',
            "Write `keep_latest: true` with `ingested_at`, or load the data again.",
        )
    if column.nulls:
        yield _warning(
            "EVENT_ID_NULL",
            reference.path,
            f'The event id "{table.name}.{column.name}" is null in {column.nulls:,} rows.',
            None,
        )


def _check_field(
    reference: ColumnReference, column: ColumnFacts, table: TableFacts, model: DataModel
) -> Iterator[Finding]:
    field = reference.field
    assert field is not None
    if column.type not in _FITTING[field.type]:
        yield _error(
            "TYPE_MISMATCH",
            reference.path,
            f'"{field.name}" is a {field.type}, but the column "{table.name}.{column.name}" '
            f"is {column.native_type}.",
            None,
        )
    elif field.type in (FieldType.MONEY, FieldType.DECIMAL):
        if column.type is PhysicalType.FLOAT:
            yield _warning(
                "INEXACT_TYPE",
                reference.path,
                f'"{table.name}.{column.name}" is {column.native_type}, so "{field.name}" is '
                "not exact to the last digit.",
                "Load the data again, or store it as DECIMAL.",
            )
    elif field.type is FieldType.TIMESTAMP:
        yield from _check_time(reference, field, column, table, model)
    elif field.type is FieldType.ENUM and field.values:
        yield from _check_enum(reference, field, column)
    elif field.type is FieldType.GEO:
        yield from _check_degrees(reference, column)
    if field.type is FieldType.MONEY and field.currency is None:
        yield _warning(
            "NO_CURRENCY", reference.path, f'"{field.name}" is money without a currency.', None
        )
    if field.pii is PiiClass.NONE:
        guess = guess_pii(field.name, column, of_person=reference.owner is None)
        if guess is not PiiClass.NONE and field.type is not FieldType.GEO:
            yield _warning(
                "PII_UNMARKED",
                reference.path,
                f'"{field.name}" looks like personal data ({guess}) but has no pii class.',
                f"Write `pii: {guess}`, or rename the field.",
            )


def _check_time(
    reference: ColumnReference,
    field: Field,
    column: ColumnFacts,
    table: TableFacts,
    model: DataModel,
) -> Iterator[Finding]:
    zoned = column.type is PhysicalType.ZONED_TIMESTAMP
    if zoned != (field.stored_as == "instant"):
        right = "instant" if zoned else "utc, or the zone its values are in"
        yield _error(
            "STORED_AS",
            reference.path,
            f'"{field.name}" says `stored_as: {field.stored_as}`, but the column '
            f'"{table.name}.{column.name}" is {column.native_type}.',
            f"Write `stored_as: {right}`.",
        )
    source = model.events.get(reference.owner or "")
    if source is not None and source.at == field.name and table.rows and column.nulls:
        empty = column.nulls == table.rows
        yield (_error if empty else _warning)(
            "TIME_ALL_NULL" if empty else "TIME_HAS_NULLS",
            reference.path,
            f'"{table.name}.{column.name}" says when an event happened, but is null in '
            + ("every row." if empty else f"{column.nulls:,} of {table.rows:,} rows."),
            None if empty else "Events without a time count for no window.",
        )


def _check_enum(reference: ColumnReference, field: Field, column: ColumnFacts) -> Iterator[Finding]:
    unlisted = [value for value, _ in column.top_values if value not in field.values]
    if unlisted:
        more = ", …" if len(unlisted) > 5 else ""
        listed = ", ".join(f'"{value}"' for value in unlisted[:5])
        yield _error(
            "ENUM_VALUE_UNLISTED",
            reference.path.removesuffix(".column") + ".values",
            f'"{field.name}" holds values that are not listed: {listed}{more}.',
            "Add them to `values`, or leave `values` out.",
        )


def _check_degrees(reference: ColumnReference, column: ColumnFacts) -> Iterator[Finding]:
    limit = 90.0 if reference.role is ColumnRole.LATITUDE else 180.0
    ends = [float(end) for end in (column.minimum, column.maximum) if end is not None]
    if any(abs(end) > limit for end in ends):
        yield _warning(
            "DEGREES_OUT_OF_RANGE",
            reference.path,
            f'"{reference.table}.{column.name}" has values beyond {limit:g} degrees.',
            "Are latitude and longitude swapped?",
        )


def _check_freshness(model: DataModel) -> Iterator[Finding]:
    for name, source in model.events.items():
        if source.ingested_at is None:
            yield _warning(
                "NO_FRESHNESS",
                child("$.events", name),
                f'The events "{name}" have no column that says when a row arrived.',
                "Name it as `ingested_at`; late and corrected rows can be told apart then.",
            )


def _orphans(model: DataModel, name: str, share: float) -> Finding:
    return _warning(
        "ORPHAN_EVENTS",
        f"{child('$.events', name)}.entity_key",
        f'{share:.1%} of the events "{name}" belong to no {model.entity.name}.',
        "They count for nobody. Load the missing rows, or check the key's column.",
    )


def _column(facts: WarehouseFacts, table: str, name: str) -> ColumnFacts | None:
    found = facts.table(table)
    return None if found is None else found.column(name)


def _error(code: str, path: str, sentence: str, hint: str | None) -> Finding:
    return Finding(Severity.ERROR, Problem(code, path, sentence, hint))


def _warning(code: str, path: str, sentence: str, hint: str | None) -> Finding:
    return Finding(Severity.WARNING, Problem(code, path, sentence, hint))
