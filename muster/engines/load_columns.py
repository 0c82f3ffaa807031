"""Decides what each column of each file becomes: key, field or, if the model is silent, itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from muster.base.datamodel import DataModel, FieldType
from muster.base.errors import Problem
from muster.base.inspection import PhysicalType
from muster.engines.load_convert import (
    KeyKind,
    StagedColumn,
    field_value,
    key_value,
    source_value,
)
from muster.engines.templates import column
from muster.model.names import did_you_mean
from muster.model.references import ColumnReference, ColumnRole, column_references

StagedTables = Mapping[str, Mapping[str, StagedColumn]]
"""By table, then by column."""

_TEXT_FIELDS = frozenset({FieldType.STRING, FieldType.ENUM, FieldType.LIST})


@dataclass(frozen=True, slots=True)
class Target:
    """What a column becomes: its value in the file, and the value to load."""

    name: str
    source: exp.Expr
    value: exp.Expr

    @property
    def is_converted(self) -> bool:
        """Whether values may be lost on the way, so that this has to be looked for."""
        return self.value != self.source


def text_columns(model: DataModel) -> dict[str, set[str]]:
    """Return by table the columns that are text by the model, however numeric a CSV looks."""
    found: dict[str, set[str]] = {}
    for reference in column_references(model):
        if reference.field is not None and reference.field.type in _TEXT_FIELDS:
            found.setdefault(reference.table, set()).add(reference.column)
    return found


def missing_columns(model: DataModel, staged: StagedTables) -> list[Problem]:
    """Return a problem for each column that the model names and its file lacks."""
    return [
        Problem(
            "MISSING_COLUMN",
            reference.path,
            f'The file of "{reference.table}" has no column "{reference.column}".',
            did_you_mean(reference.column, staged[reference.table]),
        )
        for reference in column_references(model)
        if reference.column not in staged[reference.table]
    ]


def targets(
    model: DataModel, staged: StagedTables
) -> tuple[dict[str, tuple[Target, ...]], list[Problem]]:
    """Decide all columns of all tables.

    Columns that refer to each other become one kind, so that they compare: the entity's keys the
    kind of the entity's own key, a lookup's keys text as soon as one of them is. A key that is
    also a field follows the field's type if that is text or whole numbers.

    Returns:
        The targets by table, and a problem for each field that its column can never become.
    """
    references = [
        reference
        for reference in column_references(model)
        if reference.column in staged.get(reference.table, {})
    ]
    kinds = _key_kinds(model, references, staged)
    by_column: dict[tuple[str, str], list[ColumnReference]] = {}
    for reference in references:
        by_column.setdefault((reference.table, reference.column), []).append(reference)
    problems: list[Problem] = []
    found: dict[str, tuple[Target, ...]] = {}
    for table, columns in staged.items():
        found[table] = tuple(
            _target(
                one, by_column.get((table, name), []), kinds.get((table, name)), model, problems
            )
            for name, one in columns.items()
        )
    return found, problems


def _target(
    staged: StagedColumn,
    references: Iterable[ColumnReference],
    kind: KeyKind | None,
    model: DataModel,
    problems: list[Problem],
) -> Target:
    if kind is not None:
        return _named(staged, key_value(staged, kind))
    for reference in references:
        if reference.field is None:
            continue
        value = field_value(staged, reference.field, time_zone=model.time_zone)
        if value is not None:
            return _named(staged, value)
        problems.append(
            Problem(
                "TYPE_MISMATCH",
                reference.path,
                f'"{reference.field.name}" is a {reference.field.type}, but the column '
                f'"{reference.table}.{reference.column}" of the file is {staged.type}.',
            )
        )
    return _named(staged, column(staged.name))


def _named(staged: StagedColumn, value: exp.Expr) -> Target:
    return Target(staged.name, source_value(staged), value)


def _key_kinds(
    model: DataModel, references: Iterable[ColumnReference], staged: StagedTables
) -> dict[tuple[str, str], KeyKind]:
    """Return the kind of each key column."""
    fields = {
        (reference.table, reference.column): reference.field.type
        for reference in references
        if reference.field is not None and reference.role is ColumnRole.FIELD
    }

    def own_kind(place: tuple[str, str]) -> KeyKind:
        match fields.get(place):
            case FieldType.STRING | FieldType.ENUM:
                return KeyKind.TEXT
            case FieldType.INTEGER:
                return KeyKind.INTEGER
        one = staged.get(place[0], {}).get(place[1])
        if one is None:  # a missing column is reported as such; any kind will do
            return KeyKind.INTEGER
        integral = one.type is PhysicalType.INTEGER or (
            one.type in (PhysicalType.FLOAT, PhysicalType.DECIMAL) and one.whole
        )
        return KeyKind.INTEGER if integral else KeyKind.TEXT

    found: dict[tuple[str, str], KeyKind] = {}
    by_lookup: dict[tuple[str, str], list[tuple[str, str]]] = {}
    entity_kind = own_kind((model.entity.table, model.entity.key))
    for reference in references:
        place = (reference.table, reference.column)
        match reference.role:
            case ColumnRole.ENTITY_KEY | ColumnRole.EVENT_ENTITY_KEY | ColumnRole.LIST_KEY:
                found[place] = entity_kind
            case ColumnRole.LOOKUP_KEY | ColumnRole.LOOKUP_ON:
                assert reference.lookup is not None
                key = (reference.lookup.table, reference.lookup.key)
                by_lookup.setdefault(key, []).append(place)
    for places in by_lookup.values():
        # A lookup by the entity's own key takes its kind; otherwise one text makes all text.
        settled = next((found[place] for place in places if place in found), None)
        text = any(own_kind(place) is KeyKind.TEXT for place in places)
        for place in places:
            found.setdefault(place, settled or (KeyKind.TEXT if text else KeyKind.INTEGER))
    for reference in references:
        if reference.role is ColumnRole.EVENT_ID:
            place = (reference.table, reference.column)
            found.setdefault(place, own_kind(place))
    return found
