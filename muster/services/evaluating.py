"""Evaluating a plan on a workspace: by its audience index where that is fresh, else by SQL.

One way for refreshes, counts and live answers. The warehouse is opened only if something needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from muster.base.datamodel import DataModel
from muster.base.errors import Stale
from muster.compile.atoms import EntityAtom, EventAtom
from muster.compile.plan import Plan, routed
from muster.engines.base import Warehouse
from muster.engines.deferred import DeferredWarehouse
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_stamp import warehouse_stamp
from muster.engines.evaluate import Evaluated, Progress, StoredMembers, evaluate_plan
from muster.engines.freshness import newest_event
from muster.engines.index.executor import IndexExecutor
from muster.engines.index.layout import AudienceIndex
from muster.engines.leaf_cache import LEAVES, DataLeaves
from muster.engines.leaf_values import leaf_values as values_of
from muster.engines.values import Values
from muster.services.computed_from import event_sources
from muster.services.context import WorkspaceContext
from muster.services.indexing import ensure_index, fresh_index
from muster.services.members import stored_members
from muster.services.patience import ENDLESS, Patience
from muster.services.wave import Catalog

DIALECT = "duckdb"
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Source:
    """What a question is asked: the warehouse, and its index if that is as fresh."""

    warehouse: DeferredWarehouse
    index: IndexExecutor | None
    leaves: DataLeaves | None


def live_instant(context: WorkspaceContext, as_of: datetime | None) -> datetime:
    """Return the instant as given, else now on the minute: an edit soon after finds its leaves.

    Data that came since the minute began are of then, and are counted too: other data have other
    leaves in any case.
    """
    if as_of is not None:
        return as_of
    now = context.resources.clock.now_utc()
    minute = now.replace(second=0, microsecond=0)
    try:
        written = datetime.fromtimestamp(context.warehouse_path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return minute
    return written if minute < written <= now else minute


def routed_plan(context: WorkspaceContext, plan: Plan, model: DataModel) -> Plan:
    """Return the plan as it would run now: what a fresh index covers is taken out of the scans."""
    index = fresh_index(context, model)
    if index is None:
        return plan
    return routed(plan, IndexExecutor(index, threads=context.resources.threads).covers, {})


def evaluate(
    context: WorkspaceContext,
    plan: Plan,
    catalog: Catalog,
    *,
    patience: Patience = ENDLESS,
    blocks: Sequence[int] | None = None,
) -> Evaluated:
    """Evaluate a plan without publishing anything.

    Args:
        blocks: only the entities of these blocks of the index, as a sample; see `evaluate_plan`.

    Raises:
        EngineFailed, InvalidFile: see `evaluate_plan`. Busy: the patience is at its end.
    """

    def once(source: Source) -> Evaluated:
        return evaluate_plan(
            plan,
            catalog.model,
            source.warehouse,
            folder=context.folder,
            stored=stored_members(context),
            index=source.index,
            leaves=source.leaves,
            blocks=None if source.index is None else blocks,
        )

    return asking(context, fresh_index(context, catalog.model), once, patience.watching)


def leaf_values(
    context: WorkspaceContext,
    model: DataModel,
    evaluated: Evaluated,
    atom: EventAtom | EntityAtom,
    *,
    as_of: datetime,
    patience: Patience = ENDLESS,
) -> Values | None:
    """Return the number that a condition compares, by ordinal of ``evaluated.entities``."""

    def once(source: Source) -> Values | None:
        index = source.index
        if index is not None and index.index.size != evaluated.entities.size:
            index = None
        return values_of(atom, evaluated, model, source.warehouse, as_of=as_of, index=index)

    return asking(context, fresh_index(context, model), once, patience.watching)


def evaluate_run(
    context: WorkspaceContext,
    plan: Plan,
    catalog: Catalog,
    *,
    stored: StoredMembers,
    progress: Progress,
    watch: Callable[[Warehouse], None],
) -> tuple[Evaluated, datetime | None]:
    """Evaluate a refresh's plan and return its outcome and its watermark.

    The index is built, or brought up to date, before.

    Args:
        watch: told what to interrupt.
    """
    model = catalog.model

    def once(source: Source) -> tuple[Evaluated, datetime | None]:
        evaluated = evaluate_plan(
            plan,
            model,
            source.warehouse,
            folder=context.folder,
            stored=stored,
            progress=progress,
            index=source.index,
            leaves=source.leaves,
        )
        return evaluated, _newest(source, model, event_sources(plan.rules), before=plan.as_of)

    @contextmanager
    def watched(warehouse: Warehouse) -> Iterator[None]:
        watch(warehouse)
        yield

    index = fresh_index(context, model)
    if index is None:
        with context.open_warehouse() as warehouse:
            watch(warehouse)
            index = ensure_index(
                context, model, warehouse, progress=lambda what: progress(0, 1, what)
            )
    return asking(context, index, once, watched)


def _newest(
    source: Source, model: DataModel, names: Iterable[str], *, before: datetime
) -> datetime | None:
    """Return the newest event before an instant; see `engines/freshness.py`."""
    index = source.index
    indexed = [name for name in names if index is not None and name in index.index.events]
    found = [None if index is None else index.newest(name, before=before) for name in indexed]
    others = [name for name in names if name not in indexed]
    if others:
        found.append(newest_event(source.warehouse, model, others, before=before))
    return max((instant for instant in found if instant is not None), default=None)


def asking(
    context: WorkspaceContext,
    index: AudienceIndex | None,
    ask: Callable[[Source], Answer],
    watching: Callable[[Warehouse], AbstractContextManager[None]],
) -> Answer:
    """Ask with the index; if the warehouse was loaded meanwhile, once more and without it."""
    try:
        with _opened(context, index) as source, watching(source.warehouse):
            return ask(source)
    except Stale:
        with _opened(context, None) as source, watching(source.warehouse):
            return ask(source)


@contextmanager
def _opened(context: WorkspaceContext, index: AudienceIndex | None) -> Iterator[Source]:
    def opener() -> DuckDBWarehouse:
        warehouse = context.open_warehouse()
        # From here on nobody can load anything; before, somebody may have.
        if index is not None and warehouse_stamp(context.warehouse_path) != index.stamp:
            warehouse.close()
            raise Stale("WAREHOUSE_CHANGED", "The warehouse was loaded while it was asked.")
        return warehouse

    with DeferredWarehouse(opener, dialect=DIALECT) as warehouse:
        if index is None:
            yield Source(warehouse, None, None)
            return
        leaves = DataLeaves(LEAVES, index, scope=str(context.folder))
        executor = IndexExecutor(index, threads=context.resources.threads, gone=warehouse.stopped)
        yield Source(warehouse, executor, leaves)
