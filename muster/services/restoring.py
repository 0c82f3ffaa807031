"""Puts a backup into an empty installation: checked whole first, then all of it or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from muster.base.errors import Conflict, InvalidFile
from muster.services.backing_up import told
from muster.services.backup_file import DATABASE, SECRET_KEY, WORKSPACES, Manifest, Told, extract
from muster.store import audit, dump
from muster.store.database import Database
from muster.store.migrate import migrate


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was put in place.

    Attributes:
        migrations: those that brought an older backup to this Muster's schema.
        kept: where the files that were replaced are now; None when there were none.
    """

    manifest: Manifest
    migrations: tuple[str, ...]
    kept: Path | None


def restore_backup(
    database: Database,
    data_folder: Path,
    source: Path,
    *,
    actor: str,
    tell: Told,
    force: bool = False,
) -> Restored:
    """Restore a backup into an empty database and data folder.

    The whole file is read and compared before anything is changed; the database is replaced in one
    transaction, then the files are moved into place.

    Args:
        database: not migrated.
        data_folder: where the files go.
        source: the backup.
        actor: for the audit log.
        tell: told what is done next.
        force: replace what is there: the database's tables are dropped, the workspaces' files and
            the secret key are set aside in the data folder.

    Raises:
        Conflict: RESTORE_NOT_EMPTY, RESTORE_IN_USE.
        InvalidFile: BACKUP_MISSING, BACKUP_DAMAGED, BACKUP_NEWER.
        Unavailable: DUMP_FAILED, the database refused; nothing was changed.
    """
    dump.refuse_in_use(database)
    if not force:
        _refuse_unless_empty(database, data_folder)
    data_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=data_folder) as name:
        staging = Path(name)
        manifest = extract(source, staging, tell=tell)
        _refuse_newer(manifest)
        tell("database")
        dump.restore(database, staging / DATABASE, data_folder=data_folder, working_folder=staging)
        tell("files")
        kept = _move_in(staging, data_folder)
    database = dump.with_restored_role(database)
    migrations = migrate(database)
    database = dump.with_restored_role(database)
    with database.transaction() as connection:
        audit.record(
            connection,
            None,
            actor=actor,
            action="backup.restore",
            subject=f"backup/{source.name}",
            after=told(manifest) | {"migrations": list(migrations)},
        )
    return Restored(manifest, migrations, kept)


def _refuse_unless_empty(database: Database, data_folder: Path) -> None:
    workspaces = data_folder / WORKSPACES
    if dump.is_empty(database) and not (workspaces.is_dir() and any(workspaces.iterdir())):
        return
    raise Conflict(
        "RESTORE_NOT_EMPTY",
        "This installation is not empty, and a restore would replace it.",
        hint="Restore into another data folder (MUSTER_DATA) and database, or add --force: it drops"
        " every table of the database and sets the present files aside.",
    )


def _refuse_newer(manifest: Manifest) -> None:
    known = dump.known_migrations()
    if manifest.migration not in known:
        raise InvalidFile(
            "BACKUP_NEWER",
            f"The backup is of Muster {manifest.version} at migration {manifest.migration};"
            f" this one knows migrations up to {known[-1]}.",
            hint="Restore it with that Muster or a newer one.",
        )


def _move_in(staging: Path, data_folder: Path) -> Path | None:
    """Move the files into place; what stood there is set aside, and where is returned."""
    aside = data_folder / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    for name in (WORKSPACES.rstrip("/"), SECRET_KEY):
        present, new = data_folder / name, staging / name
        if present.exists() and (new.exists() or name != SECRET_KEY):
            aside.mkdir(mode=0o700, exist_ok=True)
            present.replace(aside / name)
        if new.exists():
            shutil.move(new, present)
    descriptor = os.open(data_folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return aside if aside.exists() else None
