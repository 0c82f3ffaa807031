"""Tries a workspace's warehouse step by step, and says how to mend what does not go well."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from muster.base.datamodel import DataModel
from muster.base.errors import MusterError
from muster.engines.base import Warehouse
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.source_facts import columns_of, first_row
from muster.model.names import did_you_mean
from muster.model.references import column_references, table_references
from muster.services.context import WorkspaceContext
from muster.services.indexing import IndexState, index_status
from muster.services.patience import ENDLESS, Patience
from muster.services.sources import (
    FRESH_EVENTS,
    Listed,
    SourceKind,
    ago,
    listed_sources,
    renewing,
    span_of,
)
from muster.services.workspaces import current_model

_LOAD = "Load the data again, or correct the data model."
_Finding = tuple[bool, str, str | None]


@dataclass(frozen=True, slots=True)
class TrialStep:
    """One thing that was tried: what came of it, and what to do where that is not well."""

    name: str
    ok: bool
    seconds: float
    sentence: str
    hint: str | None


def try_sources(
    context: WorkspaceContext, *, patience: Patience = ENDLESS
) -> tuple[TrialStep, ...]:
    """Try the data model, the warehouse, each table and the index, one after the other.

    What depends on a step that failed is not tried; no failure of the warehouse is raised.
    """
    return tuple(_steps(context, patience))


def _steps(context: WorkspaceContext, patience: Patience) -> Iterator[TrialStep]:
    read = list[DataModel]()
    yield _tried("Read the data model", lambda: _model(context, read))
    if not read:
        return
    opened = list[DuckDBWarehouse]()
    yield _tried("Open the warehouse", lambda: _open(context, opened))
    if not opened:
        return
    (model,), (warehouse,) = read, opened
    with warehouse:
        there = dict[str, frozenset[str]]()

        def tried(name: str, look: Callable[[], _Finding]) -> TrialStep:
            def patiently() -> _Finding:
                with patience.watching(warehouse):
                    return look()

            return _tried(name, patiently)

        yield tried("Check tables and columns", lambda: _columns(warehouse, model, there))
        now = context.resources.clock.now_utc()
        for listed in listed_sources(model):
            if listed.table in there:
                yield from _source_steps(tried, warehouse, model, listed, now)
    yield _tried("Check the audience index", lambda: _index(context))


_Tried = Callable[[str, Callable[[], _Finding]], TrialStep]


def _source_steps(
    tried: _Tried, warehouse: Warehouse, model: DataModel, listed: Listed, now: datetime
) -> Iterator[TrialStep]:
    yield tried(f"Read {listed.label}", lambda: _read(warehouse, listed))
    yield tried(f"Count {listed.label}", lambda: _span(warehouse, model, listed, now))


def _tried(name: str, look: Callable[[], _Finding]) -> TrialStep:
    """Look, and turn an expected failure into a finding."""
    started = time.perf_counter()
    try:
        ok, sentence, hint = look()
    except MusterError as error:
        ok, sentence, hint = False, error.sentence, error.hint
    return TrialStep(name, ok, time.perf_counter() - started, sentence, hint)


def _model(context: WorkspaceContext, read: list[DataModel]) -> _Finding:
    model = current_model(context)
    read.append(model)
    counts = (
        f"{len(model.attributes)} attributes",
        f"{len(model.events)} event sources",
        f"{len(model.metrics)} metrics",
    )
    return True, f"{', '.join(counts)}.", None


def _open(context: WorkspaceContext, opened: list[DuckDBWarehouse]) -> _Finding:
    opened.append(context.open_warehouse())
    size = context.warehouse_path.stat().st_size
    return True, f"It opens; {size / 1024**2:,.0f} MB.", None


def _columns(warehouse: Warehouse, model: DataModel, there: dict[str, frozenset[str]]) -> _Finding:
    tables = dict.fromkeys(one.table for one in table_references(model))
    there.update(columns_of(warehouse, tables))
    missing = [name for name in tables if name not in there]
    named = dict.fromkeys((one.table, one.column) for one in column_references(model))
    absent = [
        (table, column)
        for table, column in named
        if table in there and column.lower() not in {one.lower() for one in there[table]}
    ]
    if missing:
        return False, f"Missing in the warehouse: {_listed(missing)}.", _LOAD
    if absent:
        names = _listed([f"{table}.{column}" for table, column in absent])
        table, column = absent[0]
        hint = did_you_mean(column, sorted(there[table]))
        return False, f"Missing in the warehouse: {names}.", hint or _LOAD
    return True, f"All {len(tables)} tables and {len(named)} columns are there.", None


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{', '.join(names[:5])}{more}"


def _read(warehouse: Warehouse, listed: Listed) -> _Finding:
    columns = first_row(warehouse, listed.table)
    plural = "" if columns == 1 else "s"
    return True, f"The first row of {listed.table} has {columns} column{plural}.", None


def _span(warehouse: Warehouse, model: DataModel, listed: Listed, now: datetime) -> _Finding:
    span = span_of(listed, model, warehouse, before=now)
    rows = f"{span.rows:,} {'row' if span.rows == 1 else 'rows'}"
    if listed.kind is SourceKind.LIST:
        return True, f"{rows}.", None
    if span.rows == 0:
        return False, "It is empty.", "Load data: `muster load`."
    if span.newest is None:
        return True, f"{rows}.", None
    newest = f"{rows}; the newest is of {span.newest:%Y-%m-%d %H:%M} UTC, {ago(span.newest, now)}."
    old = listed.kind is SourceKind.EVENT and now - span.newest > FRESH_EVENTS
    return not old, newest, renewing(model) if old else None


def _index(context: WorkspaceContext) -> _Finding:
    found = index_status(context)
    well = found.state in (IndexState.FRESH, IndexState.ABSENT, IndexState.OFF)
    hint = "The next refresh mends it; until then answers take longer."
    return well, found.sentence, None if well else hint
