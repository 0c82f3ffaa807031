"""Writes everything an installation is into one file, while its servers go on working.

The database is dumped as of one snapshot. Members' files never change once written, and hard links
hold those of the snapshot while old ones are swept away. The entity dictionary only grows, so a
later one reads earlier members. Warehouses are copied under the lock that readers share.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from pathlib import Path

import muster
from muster.base.errors import Busy, Conflict, Unavailable
from muster.services.backup_file import (
    DATABASE,
    SECRET_KEY,
    WORKSPACES,
    Manifest,
    Told,
    Writer,
)
from muster.services.context import Resources
from muster.store import audit, dump
from muster.store.dump import Snapshot

_DICTIONARIES = ("entities.npy", "entities.txt")
_WAREHOUSE = "warehouse.duckdb"
_WAREHOUSE_LOG = "warehouse.duckdb.wal"
_TRIES = 3
_WAREHOUSE_WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was written: where, how large in bytes, and what it holds."""

    path: Path
    size: int
    manifest: Manifest


def back_up(
    resources: Resources,
    target: Path,
    *,
    actor: str,
    tell: Told,
    warehouses: bool = True,
    secrets: bool = False,
) -> BackedUp:
    """Write a backup; the file is whole or not there at all.

    Args:
        resources: the installation.
        target: the file; it must not exist yet.
        actor: for the audit log.
        tell: told what is done next.
        warehouses: include the warehouses' files; without them data has to be loaded again.
        secrets: include the secret key; whoever has the file then has what it seals.

    Raises:
        Conflict: BACKUP_EXISTS.
        Busy: WAREHOUSE_BUSY, data is being loaded for more than a minute.
        Unavailable: BACKUP_FAILED, the disk is full or refuses; DUMP_FAILED.
    """
    if target.exists():
        raise Conflict(
            "BACKUP_EXISTS",
            f"There is a file {target} already.",
            path=str(target),
            hint="Choose another name; a backup replaces nothing.",
        )
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        manifest = _write(
            resources, part, tell=tell, warehouses=warehouses, with_secret_key=secrets
        )
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise Unavailable(
            "BACKUP_FAILED",
            f"The backup {target} cannot be written: {error.strerror or error}.",
            hint="Check the folder and its free space.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    done = BackedUp(target, target.stat().st_size, manifest)
    with resources.database.transaction() as connection:
        audit.record(
            connection,
            None,
            actor=actor,
            action="backup.create",
            subject=f"backup/{target.name}",
            after=told(manifest) | {"bytes": done.size},
        )
    return done


def told(manifest: Manifest) -> dict[str, object]:
    """Return what the audit log keeps of a backup."""
    kept = asdict(replace(manifest, parts=()))
    del kept["parts"]
    return {
        **kept,
        "workspaces": list(manifest.workspaces),
        "missing": list(manifest.missing),
        "parts": len(manifest.parts),
        "secret_key": manifest.has_secret_key,
    }


def _write(
    resources: Resources, part: Path, *, tell: Told, warehouses: bool, with_secret_key: bool
) -> Manifest:
    # in the data folder, since hard links do not leave their file system
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=resources.data_folder) as name:
        staging = Path(name)
        held, missing = _hold(resources, staging, tell)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as archive:
                writer = Writer(archive)
                for path in sorted(staging.rglob("*")):
                    if path.is_file():
                        tell(str(path.relative_to(staging)))
                        writer.add(str(path.relative_to(staging)), path)
                if warehouses:
                    for workspace in held.workspaces:
                        _add_warehouse(resources, writer, workspace, tell)
                if with_secret_key and (resources.data_folder / SECRET_KEY).exists():
                    writer.add(SECRET_KEY, resources.data_folder / SECRET_KEY)
                manifest = Manifest(
                    version=muster.__version__,
                    migration=held.migration,
                    created_at=resources.clock.now_utc().astimezone(UTC).isoformat(),
                    workspaces=held.workspaces,
                    warehouses=warehouses,
                    missing=missing,
                    parts=tuple(writer.parts),
                )
                writer.finish(manifest)
            file.flush()
            os.fsync(file.fileno())
    return manifest


def _hold(resources: Resources, staging: Path, tell: Told) -> tuple[Snapshot, tuple[str, ...]]:
    """Dump the database and hold the files it refers to; return also those that are lost.

    A file may be swept between the snapshot and the link: then a later snapshot does not refer to
    it any more. One that the newest rows still refer to was lost before.
    """
    for attempt in range(1, _TRIES + 1):
        tell("database")
        with dump.snapshot(resources.database) as held:
            tell("members")
            gone = _link_all(resources.data_folder, staging, held)
            swept = set(gone) - set(dump.still_referred_to(resources.database, gone))
            if not swept or attempt == _TRIES:
                dump.dump(
                    resources.database,
                    staging / DATABASE,
                    held=held,
                    data_folder=resources.data_folder,
                )
                return held, gone
        shutil.rmtree(staging / WORKSPACES, ignore_errors=True)
    raise AssertionError("the last try returns")


def _link_all(data_folder: Path, staging: Path, held: Snapshot) -> tuple[str, ...]:
    """Hold the members' files of a snapshot, then the dictionaries; return what is not there."""
    gone = []
    for name in held.bitmaps:
        try:
            _hold_file(data_folder / name, staging / name)
        except FileNotFoundError:
            gone.append(name)
    for workspace in held.workspaces:
        for dictionary in _DICTIONARIES:
            name = f"{WORKSPACES}{workspace}/{dictionary}"
            if (data_folder / name).exists():
                _hold_file(data_folder / name, staging / name)
    return tuple(gone)


def _hold_file(source: Path, target: Path) -> None:
    """Link a file that is only ever replaced, never changed; copy it where links are refused."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


def _add_warehouse(resources: Resources, writer: Writer, workspace: str, tell: Told) -> None:
    folder = resources.data_folder / WORKSPACES / workspace
    if not (folder / _WAREHOUSE).exists():
        return
    with _read_lock(resources, folder / _WAREHOUSE):
        for name in (_WAREHOUSE_LOG, _WAREHOUSE):
            if (folder / name).exists():
                tell(f"{WORKSPACES}{workspace}/{name}")
                writer.add(f"{WORKSPACES}{workspace}/{name}", folder / name)


@contextmanager
def _read_lock(resources: Resources, path: Path) -> Iterator[None]:
    """Keep writers out of a warehouse while the block runs; readers go on.

    The kernel gives up DuckDB's lock when this process closes any descriptor of the file, so the
    file itself is added last, after the log that a dead writer may have left beside it.
    """
    deadline = time.monotonic() + _WAREHOUSE_WAIT_SECONDS
    while True:
        try:
            warehouse = resources.open_warehouse(path, True)
            break
        except Busy:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_POLL_SECONDS)
    with warehouse:
        yield


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
