"""What the fields of one source hold: how many have a value, which ones, from where to where."""

from __future__ import annotations

import time
from dataclasses import dataclass

from muster.base.datamodel import DataModel, EventSource, Field, PiiClass
from muster.base.errors import NotFound
from muster.base.recent import Recent
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_stamp import warehouse_stamp
from muster.engines.index.layout import AudienceIndex
from muster.engines.source_facts import FieldFacts, field_facts, table_span
from muster.engines.value_counts import (
    Value,
    counted_by_sql,
    indexed_counts,
    is_counted,
)
from muster.model.names import did_you_mean
from muster.services.context import WorkspaceContext
from muster.services.indexing import fresh_index
from muster.services.patience import ENDLESS, Patience
from muster.services.workspaces import model_in

_TOP = 10


@dataclass(frozen=True, slots=True)
class ProfiledField:
    """One field.

    Attributes:
        distinct: different values (of a list: elements); None where they are not counted.
        top: the most frequent values, each with the number of rows that have it.
        hidden: why values are not shown; None: they are.
    """

    field: Field
    filled: int
    distinct: int | None
    low: Value | None
    high: Value | None
    top: tuple[tuple[Value, int], ...]
    hidden: str | None


@dataclass(frozen=True, slots=True)
class SourceProfile:
    """A source; ``rows`` that have a key, corrected ones once. ``seconds`` it took to look."""

    name: str
    rows: int
    fields: tuple[ProfiledField, ...]
    seconds: float


_PROFILES: Recent[tuple[str, str, str, str], SourceProfile] = Recent(kept=64)


def profile_source(
    context: WorkspaceContext, name: str, *, patience: Patience = ENDLESS
) -> SourceProfile:
    """Profile the entity, an event source or a list; once for a state of the data.

    Of personal fields no values are shown, to nobody.

    Raises:
        NotFound: UNKNOWN_SOURCE, NO_MODEL, WAREHOUSE_MISSING.
        Busy: the warehouse is being loaded; COUNT_TIMEOUT. EngineFailed: it failed.
    """
    with context.transaction() as connection:
        fingerprint, model = model_in(connection, context)
    known = (model.entity.name, *model.events, *model.lists)
    if name not in known:
        raise NotFound(
            "UNKNOWN_SOURCE",
            f'There is no source "{name}" in this workspace.',
            hint=did_you_mean(name, known),
        )
    stamp = warehouse_stamp(context.warehouse_path)
    index = fresh_index(context, model)

    def look() -> SourceProfile:
        started = time.perf_counter()
        with context.open_warehouse() as warehouse, patience.watching(warehouse):
            rows, fields = _profile(warehouse, model, name, index)
        return SourceProfile(name, rows, fields, time.perf_counter() - started)

    return _PROFILES.get((str(context.folder), stamp, fingerprint, name), look)


def _profile(
    warehouse: DuckDBWarehouse, model: DataModel, name: str, index: AudienceIndex | None
) -> tuple[int, tuple[ProfiledField, ...]]:
    owner: DataModel | EventSource
    if name == model.entity.name:
        owner, fields = model, model.attributes
    elif name in model.events:
        owner, fields = model.events[name], model.events[name].fields
    else:
        return table_span(warehouse, model.lists[name].table).rows, ()
    rows, facts = field_facts(warehouse, owner)
    whole = index if index is not None and _holds(index, owner, rows) else None
    return rows, tuple(
        _field(warehouse, owner, field, facts[field.name], whole) for field in fields.values()
    )


def _holds(index: AudienceIndex, owner: DataModel | EventSource, rows: int) -> bool:
    """Whether the index has every row: it leaves out events of nobody, and those without a time."""
    if isinstance(owner, DataModel):
        return True
    events = index.events.get(owner.name)
    return events is not None and int(events.offsets[-1]) == rows


def _field(
    warehouse: DuckDBWarehouse,
    owner: DataModel | EventSource,
    field: Field,
    facts: FieldFacts,
    index: AudienceIndex | None,
) -> ProfiledField:
    if field.pii is not PiiClass.NONE:
        why = f"It is personal ({field.pii.value}), so its values are not shown."
        return ProfiledField(field, facts.filled, facts.distinct, None, None, (), why)
    if not is_counted(field):
        return ProfiledField(field, facts.filled, None, facts.low, facts.high, (), None)
    counts = None if index is None else indexed_counts(field, owner, index, most=_TOP)
    counts = counts or counted_by_sql(warehouse, field, owner, most=_TOP)
    return ProfiledField(
        field, facts.filled, counts.distinct, facts.low, facts.high, counts.values, None
    )
