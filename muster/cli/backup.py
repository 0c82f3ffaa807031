"""`muster backup` and `muster restore`: the whole installation in one file, and back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.options import JsonOption
from muster.cli.output import say, say_aside, write_json
from muster.cli.progress import steps
from muster.cli.session import opened, read_settings
from muster.services.backing_up import back_up, told
from muster.services.restoring import restore_backup
from muster.wiring import open_unmigrated

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


def backup(
    file: FileArgument,
    without_warehouse: Annotated[
        bool, typer.Option("--without-warehouse", help="Leave the warehouses' files out.")
    ] = False,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Include the secret key; keep the file safe.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write everything into one file, while servers go on working."""
    actor = read_settings().actor
    with opened() as resources, steps("backing up") as tell:
        done = back_up(
            resources,
            file.absolute(),
            actor=actor,
            tell=tell,
            warehouses=not without_warehouse,
            secrets=with_secrets,
        )
    if as_json:
        write_json({"path": done.path, "bytes": done.size, **told(done.manifest)})
        return
    say(f"Wrote {done.path}: {len(done.manifest.parts):,} parts, {done.size:,} bytes.")
    if done.manifest.missing:
        say_aside(f"{len(done.manifest.missing)} members' files were lost before; refresh them.")
    if not with_secrets:
        say_aside("The secret key is not in it: keep secret.key or MUSTER_SECRET_KEY elsewhere.")


def restore(
    file: FileArgument,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace what is there: drop its tables, set files aside."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Put a backup into an empty data folder and database."""
    settings = read_settings()
    with (
        open_unmigrated(settings, application_name="muster-restore") as (database, data),
        steps("restoring") as tell,
    ):
        done = restore_backup(
            database, data, file.absolute(), actor=settings.actor, tell=tell, force=force
        )
    if as_json:
        write_json({**told(done.manifest), "migrations": done.migrations, "kept": done.kept})
        return
    made = datetime.fromisoformat(done.manifest.created_at)
    say(f"Restored {len(done.manifest.workspaces):,} workspaces as of {made:%Y-%m-%d %H:%M} UTC.")
    if done.migrations:
        say(f"Migrated the database forward: {', '.join(done.migrations)}.")
    if done.kept is not None:
        say(f"What stood there before is in {done.kept}.")
    if not done.manifest.warehouses:
        say_aside("The backup holds no warehouses: load the data again before refreshing.")
