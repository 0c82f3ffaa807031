"""Where a workspace's data comes from: the tables behind its model, how many rows, how fresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from muster.base.datamodel import DataModel
from muster.base.errors import EngineFailed, MusterError
from muster.base.recent import Recent
from muster.engines.base import Warehouse
from muster.engines.duckdb_stamp import warehouse_stamp
from muster.engines.source_facts import TableSpan, entity_span, event_span, table_span
from muster.rules.sentence_words import day, spaced
from muster.services.context import WorkspaceContext
from muster.services.indexing import IndexState, index_status
from muster.services.patience import ENDLESS, Patience
from muster.services.workspaces import model_in
from muster.store.table_use import users_of_tables

FRESH_EVENTS: Final = timedelta(days=1, hours=12)
"""Data that is loaded once a day is at most a day and some hours old."""
FRESH_ENTITIES: Final = timedelta(days=7)
_UNITS = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)


class SourceKind(StrEnum):
    """What a source is to the data model."""

    ENTITY = "entity"
    EVENT = "event"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Source:
    """One table behind the data model.

    Attributes:
        span: None where it cannot be read.
        fresh: whether the newest row is of late; None: rows have no time, or there are none.
        fields: how many the model knows.
        used_by: the names of the rules that look at it themselves, as they were last refreshed.
    """

    name: str
    label: str
    kind: SourceKind
    table: str
    span: TableSpan | None
    fresh: bool | None
    sentence: str
    fields: int
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """The warehouse, and every source in the order of the model."""

    location: str
    sentence: str
    items: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A source as the data model has it."""

    name: str
    label: str
    kind: SourceKind
    table: str
    fields: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of looking at a source: its span, else why there is none."""

    span: TableSpan | None
    fault: str | None


_Key = tuple[str, str, str, str]
_SPANS: Recent[_Key, Mapping[str, Looked]] = Recent(kept=64)


def list_sources(context: WorkspaceContext, *, patience: Patience = ENDLESS) -> Sources:
    """Return the tables behind the data model, also where the warehouse cannot be read.

    Raises:
        NotFound: NO_MODEL.
    """
    with context.transaction() as connection:
        fingerprint, model = model_in(connection, context)
        users = users_of_tables(connection, context.workspace.id)
    now = context.resources.clock.now_utc()
    zone = ZoneInfo(model.time_zone)
    try:
        looked = look_at_sources(context, fingerprint, model, patience=patience)
        sentence = _warehouse_sentence(context, now)
    except MusterError as error:
        looked, sentence = {}, " ".join(filter(None, (error.sentence, error.hint)))
    unread = Looked(None, "The warehouse cannot be read.")
    items = []
    for listed in listed_sources(model):
        found = looked.get(listed.name, unread)
        fresh = _is_fresh(listed.kind, found.span, now)
        items.append(
            Source(
                listed.name,
                listed.label,
                listed.kind,
                listed.table,
                found.span,
                fresh,
                _sentence(listed, found, fresh, now, zone),
                listed.fields,
                users.get(listed.table, ()),
            )
        )
    path = context.warehouse_path.relative_to(context.resources.data_folder)
    return Sources(str(path), sentence, tuple(items))


def listed_sources(model: DataModel) -> tuple[Listed, ...]:
    """Return the entity, the event sources and the lists of a model."""
    entity = model.entity
    label = entity.label or spaced(entity.name)
    return (
        Listed(entity.name, label, SourceKind.ENTITY, entity.table, len(model.attributes)),
        *(
            Listed(one.name, one.label or spaced(one.name), SourceKind.EVENT, one.table, number)
            for one, number in ((one, len(one.fields)) for one in model.events.values())
        ),
        *(
            Listed(one.name, spaced(one.name), SourceKind.LIST, one.table, 1)
            for one in model.lists.values()
        ),
    )


def span_of(
    listed: Listed, model: DataModel, warehouse: Warehouse, *, before: datetime
) -> TableSpan:
    """Ask the warehouse how many rows a source has, and from when to when.

    Raises:
        EngineFailed: the warehouse failed.
    """
    match listed.kind:
        case SourceKind.ENTITY:
            return entity_span(warehouse, model, before=before)
        case SourceKind.EVENT:
            return event_span(warehouse, model.events[listed.name], before=before)
        case SourceKind.LIST:
            return table_span(warehouse, listed.table)


def look_at_sources(
    context: WorkspaceContext, fingerprint: str, model: DataModel, *, patience: Patience = ENDLESS
) -> Mapping[str, Looked]:
    """Return what each source holds, looked at once for a state of the data and a day.

    Raises:
        NotFound: WAREHOUSE_MISSING. Busy: the warehouse is being loaded; COUNT_TIMEOUT.
        EngineFailed, InvalidFile, Unavailable: it cannot be opened.
    """
    now = context.resources.clock.now_utc()
    stamp = warehouse_stamp(context.warehouse_path)
    # by day: what is dated later than now becomes past
    key = (str(context.folder), stamp, fingerprint, now.astimezone(UTC).date().isoformat())

    def look() -> Mapping[str, Looked]:
        with context.open_warehouse() as warehouse, patience.watching(warehouse):
            return {one.name: _looked(one, model, warehouse, now) for one in listed_sources(model)}

    return _SPANS.get(key, look)


def renewing(model: DataModel) -> str:
    """Say what to do when nothing new came."""
    if model.synthetic:
        return "Make newer data with `muster demo --fresh`."
    return "Load newer data, or find out why none comes."


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago something was: ``3 days ago``, ``just now``."""
    for unit, word in _UNITS:
        number = (now - then) // unit
        if number >= 1:
            return f"{number} {word}{'s' if number > 1 else ''} ago"
    return "just now"


def _looked(listed: Listed, model: DataModel, warehouse: Warehouse, now: datetime) -> Looked:
    try:
        return Looked(span_of(listed, model, warehouse, before=now), None)
    except EngineFailed as error:
        if error.kind == "interrupted":
            raise
        return Looked(None, error.sentence)


def _is_fresh(kind: SourceKind, span: TableSpan | None, now: datetime) -> bool | None:
    if span is None or span.newest is None:
        return None
    return now - span.newest <= (FRESH_EVENTS if kind is SourceKind.EVENT else FRESH_ENTITIES)


def _sentence(
    listed: Listed, found: Looked, fresh: bool | None, now: datetime, zone: ZoneInfo
) -> str:
    span = found.span
    if span is None:
        return found.fault or "It cannot be read."
    rows = f"{span.rows:,} {'row' if span.rows == 1 else 'rows'}"
    if span.newest is None:
        return f"{rows}." if span.rows else "It is empty."
    local = span.newest.astimezone(zone)
    what = "event" if listed.kind is SourceKind.EVENT else spaced(listed.name)
    when = f"{day(local.date())}, {local:%H:%M}, {ago(span.newest, now)}"
    late = "" if fresh else "; that is old, so load newer data"
    return f"{rows}; the newest {what} is of {when}{late}."


def _warehouse_sentence(context: WorkspaceContext, now: datetime) -> str:
    facts = context.warehouse_path.stat()
    written = datetime.fromtimestamp(facts.st_mtime, UTC)
    index = index_status(context)
    said = "" if index.state is IndexState.OFF else f" Its audience index: {index.sentence}"
    return f"{facts.st_size / 1024**2:,.0f} MB, last written {ago(written, now)}.{said}"
