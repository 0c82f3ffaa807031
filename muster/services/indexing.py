"""The audience index of a workspace: opened once, believed only while it is as fresh as the data.

It can be dropped at any time: whatever it does not answer, the warehouse does.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from muster.base.datamodel import DataModel
from muster.base.errors import Busy, EngineFailed, InvalidFile, MusterError
from muster.base.people import Permission
from muster.engines.base import Progress
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_stamp import warehouse_stamp
from muster.engines.failures import FailureKind
from muster.engines.index.build import build_index
from muster.engines.index.estimate import estimate_bytes
from muster.engines.index.extend import extend_index
from muster.engines.index.files import (
    LOCK,
    MANIFEST,
    drop_index,
    leftovers,
    open_index,
    read_manifest,
    size_of,
    sweep,
)
from muster.engines.index.layout import AudienceIndex
from muster.engines.index.manifest import Manifest, model_fingerprint
from muster.engines.index.reading import views_in
from muster.engines.index.renewed import with_fields_of
from muster.services.context import WorkspaceContext
from muster.services.workspaces import current_model
from muster.store.file_lock import held_exclusively

_LOCK_SECONDS = 3600.0
_MB = 1024 * 1024
_KEPT = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_logger = logging.getLogger("muster.index")


class IndexState(StrEnum):
    """How an index stands to its warehouse."""

    FRESH = "fresh"
    STALE = "stale"
    ABSENT = "absent"
    DAMAGED = "damaged"
    UNFIT = "unfit"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class IndexPart:
    """The entity, or an event source, in an index; instants are None without events."""

    name: str
    rows: int
    size_bytes: int
    newest_event: datetime | None = None
    newest_ingested: datetime | None = None


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What there is of an index, and why it is not used where it is not.

    Attributes:
        left_out: why an attribute ("entity.name"), a source ("source") or a field of one
            ("source.field") is left to SQL.
    """

    state: IndexState
    sentence: str
    generation: str | None = None
    built_at: datetime | None = None
    size_bytes: int = 0
    parts: tuple[IndexPart, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Known:
    """What this process knows of one workspace's index."""

    key: tuple[int, int, int]
    manifest: Manifest
    model: DataModel | None = None
    index: AudienceIndex | None = None
    damage: InvalidFile | None = None


_known: OrderedDict[Path, _Known] = OrderedDict()
_knowing = threading.Lock()


def fresh_index(context: WorkspaceContext, model: DataModel) -> AudienceIndex | None:
    """Return the index if it is of the warehouse as it is now and of this data model.

    It is opened, and compared with its checksums, once per process and generation.
    """
    if context.resources.index_max_mb == 0:
        return None
    try:
        return _fresh(context, model)
    except InvalidFile as error:
        _logger.warning("%s", error.sentence)
    except OSError as error:
        _logger.warning("the index of %s is not read: %s", context.workspace.name, error)
    return None


def ensure_index(
    context: WorkspaceContext,
    model: DataModel,
    warehouse: DuckDBWarehouse,
    *,
    progress: Progress | None = None,
) -> AudienceIndex | None:
    """Return a fresh index, built or brought up to date first where it is not.

    One process does that at a time; others wait for it.

    Args:
        warehouse: the workspace's, open, so that nobody can load anything meanwhile.
        progress: told in a few words what comes next.

    Returns:
        None if it is switched off, too large for the setting, or cannot be written or read; the
        log says why.

    Raises:
        EngineFailed: the warehouse was interrupted.
        InvalidFile: DUPLICATE_KEYS, or the entity dictionary is damaged.
    """
    found = fresh_index(context, model)
    if found is not None or _unfit(context, model, warehouse) is not None:
        return found
    folder = _folder(context)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + _LOCK_SECONDS
        with held_exclusively(folder / LOCK, deadline_monotonic=deadline):
            found = fresh_index(context, model)  # by whoever had the lock
            if found is None:
                _make(context, model, warehouse, progress)
        return fresh_index(context, model)
    except OSError as error:  # a full disk, or a builder that takes an hour
        _logger.warning("there is no index of %s: %s", context.workspace.name, error)
    except EngineFailed as error:
        if error.kind == FailureKind.INTERRUPTED:
            raise
        _logger.warning("there is no index of %s: %s", context.workspace.name, error.sentence)
    return None


def build_now(
    context: WorkspaceContext, *, anew: bool = False, progress: Progress | None = None
) -> IndexStatus:
    """Build the index or bring it up to date, and return how it is then.

    Args:
        anew: keep nothing of an index that is there.

    Raises:
        Forbidden: NOT_ALLOWED. NotFound: NO_MODEL, WAREHOUSE_MISSING. Busy: WAREHOUSE_BUSY.
    """
    context.require(Permission.RUN)
    model = current_model(context)
    with context.open_warehouse() as warehouse:
        if anew:
            drop(context)
        ensure_index(context, model, warehouse, progress=progress)
    return index_status(context)


def drop(context: WorkspaceContext) -> None:
    """Remove the index; what has it open goes on with it.

    Raises:
        Forbidden: NOT_ALLOWED. Busy: INDEX_BUSY, it is being built.
    """
    context.require(Permission.RUN)
    folder = _folder(context)
    if not folder.is_dir():
        return
    try:
        with held_exclusively(folder / LOCK, deadline_monotonic=time.monotonic()):
            drop_index(folder)
    except TimeoutError:
        raise Busy(
            "INDEX_BUSY",
            "The audience index is being built.",
            hint="Try again when that is done.",
        ) from None


def remove_index_leftovers(context: WorkspaceContext, *, dry_run: bool = False) -> tuple[int, ...]:
    """Remove what killed builds left (or only look); return the sizes in bytes.

    While a build is at work nothing is looked at.
    """
    folder = _folder(context)
    if not folder.is_dir():
        return ()
    try:
        with held_exclusively(folder / LOCK, deadline_monotonic=time.monotonic()):
            sizes = tuple(size_of(path) for path in leftovers(folder))
            if not dry_run:
                sweep(folder)
            return sizes
    except TimeoutError:
        return ()


def index_status(context: WorkspaceContext) -> IndexStatus:
    """Say what there is of the index and whether it is used.

    Raises:
        NotFound: NO_MODEL.
    """
    model = current_model(context)
    if context.resources.index_max_mb == 0:
        return IndexStatus(IndexState.OFF, "The index is switched off (MUSTER_INDEX).")
    try:
        manifest = read_manifest(_folder(context))
        if manifest is not None:
            state, sentence = _judge(context, model, manifest)
            return _described(manifest, state, sentence)
    except InvalidFile as error:
        return IndexStatus(IndexState.DAMAGED, error.sentence)
    why = None
    try:
        with context.open_warehouse() as warehouse:
            why = _unfit(context, model, warehouse)
    except MusterError as error:
        _logger.debug("the size of the index is not estimated: %s", error.sentence)
    if why is not None:
        return IndexStatus(IndexState.UNFIT, why)
    return IndexStatus(IndexState.ABSENT, "There is none yet; the next refresh builds it.")


def _folder(context: WorkspaceContext) -> Path:
    return context.folder / "index"


def _fresh(context: WorkspaceContext, model: DataModel) -> AudienceIndex | None:
    folder = _folder(context)
    try:
        facts = (folder / MANIFEST).stat()
    except FileNotFoundError:
        return None
    key = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
    with _knowing:
        known = _known.get(folder)
        if known is None or known.key != key:
            manifest = read_manifest(folder)
            if manifest is None:
                return None
            known = _known[folder] = _Known(key, manifest)
            while len(_known) > _KEPT:
                _known.popitem(last=False)
        _known.move_to_end(folder)
        manifest = known.manifest
        if warehouse_stamp(context.warehouse_path) != manifest.stamp:
            return None
        if known.model is not model:
            if model_fingerprint(model) != manifest.model:
                return None
            if known.index is not None:
                known.index = with_fields_of(model, known.index)
            known.model = model
        if known.index is None and known.damage is None:
            known.index = _opened(folder, known, model)
        return known.index


def _opened(folder: Path, known: _Known, model: DataModel) -> AudienceIndex | None:
    try:
        opened = open_index(folder)
    except InvalidFile as error:
        known.damage = error  # said once
        raise
    if opened is None or opened.generation != known.manifest.generation:
        return None  # replaced just now; the next call sees the other
    return with_fields_of(model, opened)


def _make(
    context: WorkspaceContext,
    model: DataModel,
    warehouse: DuckDBWarehouse,
    progress: Progress | None,
) -> None:
    """Write the next generation; the lock is held."""
    folder = _folder(context)
    stamp = warehouse_stamp(context.warehouse_path)
    started = time.perf_counter()
    before = None
    try:
        before = open_index(folder)
    except InvalidFile as error:
        _logger.warning("%s It is rebuilt.", error.sentence)
    if before is None:
        made = build_index(warehouse, model, folder=folder, stamp=stamp, progress=progress)
    else:
        made = extend_index(before, warehouse, model, folder=folder, stamp=stamp, progress=progress)
    _logger.info(
        "index %s of %s was %s in %.2f s",
        made.generation,
        context.workspace.name,
        "built" if before is None else "extended",
        time.perf_counter() - started,
    )


def _unfit(context: WorkspaceContext, model: DataModel, warehouse: DuckDBWarehouse) -> str | None:
    """Return why there is to be no index, None if there may be one."""
    if model.entity.table.lower() in views_in(warehouse):
        return f"{model.entity.table} is a view, which may change by itself."
    limit = context.resources.index_max_mb
    if limit is None:
        return None
    size = estimate_bytes(warehouse, model) // _MB if limit else 0
    if limit and size <= limit:
        return None
    why = f"It would take about {size} MB, and {limit} MB are allowed (MUSTER_INDEX_MAX_MB)."
    _logger.info("there is no index of %s: %s", context.workspace.name, why)
    return why


def _judge(
    context: WorkspaceContext, model: DataModel, manifest: Manifest
) -> tuple[IndexState, str]:
    if manifest.model != model_fingerprint(model):
        return IndexState.STALE, "The data model has changed since; the next refresh rebuilds it."
    if manifest.stamp != warehouse_stamp(context.warehouse_path):
        return IndexState.STALE, "The warehouse has changed since; the next refresh extends it."
    _fresh(context, model)  # raises if it finds a file damaged
    known = _known.get(_folder(context))
    if known is not None and known.damage is not None:
        raise known.damage
    return IndexState.FRESH, "It is as fresh as the warehouse."


def _described(manifest: Manifest, state: IndexState, sentence: str) -> IndexStatus:
    parts = [IndexPart("entity", manifest.size, manifest.bytes_of("entity"))]
    for name, source in manifest.events.items():
        parts.append(
            IndexPart(
                name,
                source.rows,
                manifest.bytes_of(name),
                _instant(source.newest_event),
                _instant(source.newest_ingested),
            )
        )
    return IndexStatus(
        state,
        sentence,
        manifest.generation,
        manifest.built_at,
        sum(part.size_bytes for part in parts),
        tuple(parts),
        manifest.left_out,
    )


def _instant(microseconds: int | None) -> datetime | None:
    """Return an instant; None also for years that Python does not count."""
    if microseconds is None:
        return None
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return None
