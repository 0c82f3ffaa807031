"""Orders flow into the warehouse: what people correct counts in segments seconds later.

The desk's feed says what changed; the warehouse remembers how far it has come, in the transaction
that wrote the rows. Whatever is interrupted is done again, and nothing is done by halves.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from muster.base.errors import Busy, NotFound
from muster.base.people import system_principal
from muster.engines.orders_feed import (
    TABLES,
    Reached,
    put_in_place,
    reached,
    take_all,
    take_changes,
)
from muster.services.access import enter
from muster.services.context import Resources, WorkspaceContext
from muster.services.indexing import ensure_index, fresh_index
from muster.services.orders.opening import open_desk
from muster.services.workspaces import current_model
from muster.store import workspaces
from muster.store.orders import feed, presence, rows_out
from muster.store.orders.desk import desk_of, has_desk

_MOST_TOUCHED = 200_000  # above, everything is taken anew: it takes no longer
_LOADED_WAIT_SECONDS = 60.0  # all that work is not thrown away because somebody reads
_INDEX_REST = 4.0  # times as long as the index took, it is left alone
_MOST_REST_SECONDS = 60.0
_logger = logging.getLogger("muster.orders")


@dataclass(frozen=True, slots=True)
class Flowed:
    """What a flow took into the warehouse.

    Attributes:
        everything: the tables were made anew; ``rows`` are then of each table, else the orders,
            customers and products that changed.
        position: of the feed; ``guests``: orders of nobody, which are left out.
    """

    everything: bool
    rows: Mapping[str, int]
    position: int
    guests: int
    seconds: float

    @property
    def anything(self) -> bool:
        """Whether the warehouse is another one now."""
        return self.everything or any(self.rows.values())


def flow(context: WorkspaceContext, *, wait_seconds: float = 5.0) -> Flowed | None:
    """Take into the warehouse what changed on the workspace's order desk.

    Args:
        wait_seconds: how long to wait for those who read the warehouse.

    Returns:
        None if there is no desk, or a data model of other tables.

    Raises:
        Busy: WAREHOUSE_BUSY, somebody reads it all the time; LOCKED.
        Unavailable: the database is not there. EngineFailed: the warehouse failed.
    """
    resources = context.resources
    if not has_desk(resources.database, resources.orders_schema, context.workspace.id):
        return None
    if not _wanted(context):
        return None
    with rows_out.nobody_else(resources.database, context.workspace.id):
        return _flow(context, wait_seconds)


def flow_now(context: WorkspaceContext, *, say: Callable[[str], None]) -> None:
    """Flow before something is computed; what keeps orders out is said, and prevents nothing."""
    try:
        done = flow(context, wait_seconds=2.0)
    except Busy as error:
        say(f"The newest orders are not in the warehouse yet: {error.sentence}")
        return
    if done is not None and done.anything:
        say(_sentence(done))


@dataclass(slots=True)
class OrderFlow:
    """Keeps the warehouse of the installation's desk up to date, and its audience index.

    The index takes longer than the orders: while people go on correcting, it is brought up to date
    now and then only, and questions are answered by the warehouse, exactly but slower.
    """

    resources: Resources
    _index_from: float = field(default=float("-inf"), init=False)

    def round(self) -> Flowed | None:
        """Flow what changed. To be called when orders changed, and now and then.

        Raises:
            Busy, Unavailable, EngineFailed: see `flow`.
        """
        context = _desk_context(self.resources)
        if context is None:
            return None
        done = flow(context)
        if done is not None:
            if done.anything:
                _logger.info("%s", _sentence(done))
            self._index(context)
        return done

    def _index(self, context: WorkspaceContext) -> None:
        model = current_model(context)
        started = time.monotonic()
        if started < self._index_from or fresh_index(context, model) is not None:
            return
        with context.open_warehouse() as warehouse:
            ensure_index(context, model, warehouse)
        ended = time.monotonic()
        self._index_from = ended + min(_INDEX_REST * (ended - started), _MOST_REST_SECONDS)


def tidy_feed(resources: Resources) -> int:
    """Remove of the feed what the warehouse has long had, and who is long gone.

    Returns:
        How many rows were removed.
    """
    context = _desk_context(resources)
    if context is None:
        return 0
    known = _reached(context)
    with open_desk(context) as (connection, _):
        removed = presence.remove_gone(connection)
        if known is not None and feed.follows(connection, _place(known), feed.present(connection)):
            removed += feed.prune(connection, _place(known))
    return removed


def _desk_context(resources: Resources) -> WorkspaceContext | None:
    """Return the workspace that the installation's desk belongs to."""
    workspace_id = desk_of(resources.database, resources.orders_schema)
    if workspace_id is None:
        return None
    with resources.database.transaction(workspace_id) as connection:
        name = workspaces.by_id(connection, workspace_id).name
    return enter(resources, name, system_principal("orders"))


def _wanted(context: WorkspaceContext) -> bool:
    """Whether the data model is of the tables that the desk fills."""
    try:
        model = current_model(context)
    except NotFound:
        return False
    tables = {source.table for source in model.events.values()}
    return (
        (model.entity.table, model.entity.key) == ("customers", "customer_id")
        and "orders" in tables
        and tables <= TABLES.keys()
    )


def _flow(context: WorkspaceContext, wait_seconds: float) -> Flowed:
    """Do it; the lock is held."""
    started = time.perf_counter()
    known = _reached(context)
    resources = context.resources
    context.folder.mkdir(parents=True, exist_ok=True)
    with _folder(context) as folder:
        with rows_out.one_moment(
            resources.database, resources.orders_schema, context.workspace.id
        ) as connection:
            present = feed.present(connection)
            touched = None
            if known is not None and feed.follows(connection, _place(known), present):
                touched = rows_out.touched_between(connection, _place(known), present)
                counts: Mapping[str, int] = {
                    f"{entity}s": len(keys) for entity, keys in touched.items()
                }
                if not any(counts.values()):
                    return Flowed(False, counts, known.position, known.guests, 0.0)
                if sum(counts.values()) > _MOST_TOUCHED:
                    touched = None
            rows_out.write_files(connection, folder, touched)
            now = Reached(
                present.desk,
                present.snapshot,
                present.feed_id,
                rows_out.guests(connection),
                resources.clock.now_utc().astimezone(UTC).replace(tzinfo=None),
            )
        if touched is None:
            counts = _take_all(context, folder, now, wait_seconds)
        else:
            with context.open_warehouse(read_only=False, wait_seconds=wait_seconds) as warehouse:
                take_changes(
                    warehouse,
                    folder,
                    touched,
                    now,
                    entity_of=rows_out.ENTITY_OF,
                    null=rows_out.NULL,
                )
    return Flowed(touched is None, counts, now.position, now.guests, time.perf_counter() - started)


def _take_all(
    context: WorkspaceContext, folder: Path, now: Reached, wait_seconds: float
) -> Mapping[str, int]:
    """Load everything into a file beside, so that readers wait only while it is put in place."""
    beside = folder / "warehouse.duckdb"
    with context.resources.open_warehouse(beside, False) as warehouse:
        counts = take_all(warehouse, folder, now, null=rows_out.NULL)
    if context.warehouse_path.exists():
        wait_seconds = max(wait_seconds, _LOADED_WAIT_SECONDS)
        with context.open_warehouse(read_only=False, wait_seconds=wait_seconds) as warehouse:
            put_in_place(warehouse, beside)
    else:
        beside.replace(context.warehouse_path)
    return counts


def _reached(context: WorkspaceContext) -> Reached | None:
    try:
        with context.open_warehouse() as warehouse:
            return reached(warehouse)
    except NotFound:
        return None


def _place(known: Reached) -> feed.Position:
    return feed.Position(known.desk, known.snapshot, known.position)


@contextmanager
def _folder(context: WorkspaceContext) -> Iterator[Path]:
    """Make a folder beside the warehouse for as long as the block runs."""
    prefix = "orders-flow-"
    for left in context.folder.glob(f"{prefix}*"):  # by a process that was killed; we hold the lock
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=context.folder))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sentence(done: Flowed) -> str:
    found = ", ".join(f"{count} {name}" for name, count in done.rows.items() if count)
    kind = "All orders were loaded" if done.everything else "Changed orders were taken over"
    return f"{kind} in {done.seconds:.2f} s: {found or 'nothing'}."
