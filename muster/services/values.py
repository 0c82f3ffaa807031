"""The real values of a field, for whoever writes a condition: the frequent ones, or those sought.

Counted once for a state of the data, and kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from muster.base.datamodel import DataModel, EventSource, Field, PiiClass
from muster.base.errors import InvalidInput
from muster.base.recent import Recent
from muster.engines.duckdb_stamp import warehouse_stamp
from muster.engines.value_counts import (
    Value,
    ValueCounts,
    counted_by_sql,
    indexed_counts,
    is_counted,
    joined,
)
from muster.model.names import did_you_mean
from muster.services.context import WorkspaceContext
from muster.services.indexing import fresh_index
from muster.services.patience import ENDLESS, Patience
from muster.services.workspaces import current_model

MOST_KEPT = 20_000
"""A field with more different values is searched in the warehouse."""

_Key = tuple[str, str, str, Field, str]
_COUNTED: Recent[_Key, ValueCounts] = Recent(kept=32)
_SOUGHT: Recent[_Key, ValueCounts] = Recent(kept=256)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Some values of a field, the most frequent first; those that begin with what is sought lead.

    Attributes:
        items: each with the number of entities, or events, that have it.
        distinct: how many different values there are in all; None where they are not counted.
        personal: they are not shown, nor counted.
    """

    items: tuple[tuple[Value, int], ...]
    distinct: int | None
    personal: bool = False


def suggest_values(
    context: WorkspaceContext,
    name: str,
    *,
    source: str | None = None,
    search: str = "",
    limit: int = 20,
    patience: Patience = ENDLESS,
) -> Suggestions:
    """Return values that an attribute, or a field of events, really has.

    Args:
        source: an event source, or a union of some; None: the entity.
        search: part of the values, in letters of any case.

    Raises:
        InvalidInput: UNKNOWN_SOURCE, UNKNOWN_FIELD. NotFound: NO_MODEL, WAREHOUSE_MISSING.
        Busy: the warehouse is being loaded; COUNT_TIMEOUT. EngineFailed: it failed.
    """
    model = current_model(context)
    owners = _owners(model, source)
    fields = [_field(owner, name, model, source) for owner in owners]
    if any(field.pii is not PiiClass.NONE for field in fields):
        return Suggestions((), None, personal=True)
    if not is_counted(fields[0]):
        return Suggestions((), None)
    asked = _Asked(context, model, patience)
    pairs = tuple(zip(owners, fields, strict=True))
    counts = joined([asked.counted(*pair) for pair in pairs], most=MOST_KEPT)
    words = search.strip().casefold()
    found = counts
    if words and counts.distinct > len(counts.values):
        found = joined([asked.sought(*pair, words) for pair in pairs], most=MOST_KEPT)
    items = _fitting((*found.values, *_listed(fields[0], counts)), words)
    return Suggestions(tuple(items[:limit]), counts.distinct)


def _owners(model: DataModel, source: str | None) -> tuple[DataModel | EventSource, ...]:
    if source is None:
        return (model,)
    known = (*model.events, *model.unions)
    if source not in known:
        raise InvalidInput(
            "UNKNOWN_SOURCE",
            f'There are no events "{source}".',
            hint=did_you_mean(source, known),
            path="$.query.source",
        )
    return model.sources_of(source)


def _field(
    owner: DataModel | EventSource, name: str, model: DataModel, source: str | None
) -> Field:
    fields = owner.attributes if isinstance(owner, DataModel) else owner.fields
    if source is not None:
        known = model.shared_fields(model.sources_of(source))
        fields = {name: field for name, field in fields.items() if name in known}
    if name not in fields:
        raise InvalidInput(
            "UNKNOWN_FIELD",
            f'There is no field "{name}" in {source or model.entity.name}.',
            hint=did_you_mean(name, fields),
            path="$.query.field",
        )
    return fields[name]


def _listed(field: Field, counts: ValueCounts) -> list[tuple[Value, int]]:
    """Return the values the data model lists and nobody has."""
    there = {value for value, _ in counts.values}
    return [(value, 0) for value in field.values if value not in there]


def _fitting(values: tuple[tuple[Value, int], ...], words: str) -> list[tuple[Value, int]]:
    if not words:
        return list(values)
    texts = [(_text(one[0]).casefold(), one) for one in values]
    found = [(text, one) for text, one in texts if words in text]
    found.sort(key=lambda pair: not pair[0].startswith(words))  # stable: by number within each
    return [one for _, one in found]


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Asked:
    """Counts the values of fields, or finds them counted."""

    def __init__(self, context: WorkspaceContext, model: DataModel, patience: Patience) -> None:
        self._context = context
        self._model = model
        self._patience = patience
        # before the question: what is kept under it is then never of older data
        self._stamp = warehouse_stamp(context.warehouse_path)

    def counted(self, owner: DataModel | EventSource, field: Field) -> ValueCounts:
        """Return the frequent values of a field."""
        return _COUNTED.get(self._key(owner, field, ""), lambda: self._count(owner, field))

    def sought(self, owner: DataModel | EventSource, field: Field, words: str) -> ValueCounts:
        """Return the frequent ones of those values that hold some words."""
        key = self._key(owner, field, words)
        return _SOUGHT.get(key, lambda: self._by_sql(owner, field, words, most=100))

    def _key(self, owner: DataModel | EventSource, field: Field, words: str) -> _Key:
        name = "" if isinstance(owner, DataModel) else owner.name
        return (str(self._context.folder), self._stamp, name, field, words)

    def _count(self, owner: DataModel | EventSource, field: Field) -> ValueCounts:
        index = fresh_index(self._context, self._model)
        found = None if index is None else indexed_counts(field, owner, index, most=MOST_KEPT)
        return found or self._by_sql(owner, field, "", most=MOST_KEPT)

    def _by_sql(
        self, owner: DataModel | EventSource, field: Field, words: str, *, most: int
    ) -> ValueCounts:
        with (
            self._context.open_warehouse() as warehouse,
            self._patience.watching(warehouse),
        ):
            return counted_by_sql(warehouse, field, owner, most=most, containing=words)
