"""Brings the product database to the schema this Muster needs; migrations only go forward."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from muster.base.errors import Unavailable
from muster.store.database import Database, without_row_role
from muster.store.locks import named_lock

FOLDER = Path(__file__).parent / "migrations"
LOCK_KEY = "migrations"
_WAIT_SECONDS = 600.0


def migrate(database: Database) -> tuple[str, ...]:
    """Run the pending migrations in one transaction, however many processes try at once.

    Returns:
        The numbers of the migrations this call ran, oldest first; empty when there was none.

    Raises:
        Unavailable: a newer Muster has migrated the database, or the user may not change it.
        Busy: another process has been migrating for ten minutes, or a table stayed locked.
    """
    if not pending(database):
        return ()
    owning = without_row_role(database)
    with named_lock(owning, LOCK_KEY, wait_seconds=_WAIT_SECONDS) as connection:
        numbers = _pending(connection)  # again: whoever held the lock may have run them
        if numbers:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            command.upgrade(configuration(connection), "head")
    return numbers


def pending(database: Database) -> tuple[str, ...]:
    """Return the numbers of the migrations the database lacks, oldest first.

    Raises:
        Unavailable: the database is from a newer Muster than this one.
    """
    with database.transaction() as connection:
        return _pending(connection)


def draft(connection: Connection, message: str, *, folder: Path = FOLDER) -> Path:
    """Write the next migration from the difference between `tables.py` and a migrated database.

    For developers; the outcome is to be read and corrected. Checks, triggers and functions are not
    compared by Alembic and have to be added by hand.
    """
    numbers = [script.revision for script in _scripts(folder).walk_revisions()]
    words = "_".join(message.lower().split())
    number = f"{len(numbers) + 1:04d}"
    config = configuration(connection, folder=folder)
    config.set_main_option("file_template", f"{number}_{words}")
    command.revision(config, message, autogenerate=True, rev_id=number)
    return folder / "versions" / f"{number}_{words}.py"


def configuration(connection: Connection, *, folder: Path = FOLDER) -> Config:
    """Return Alembic's configuration for one connection."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _pending(connection: Connection) -> tuple[str, ...]:
    numbers = [script.revision for script in _scripts(FOLDER).walk_revisions()][::-1]
    done = MigrationContext.configure(connection).get_current_heads()
    if not done:
        return tuple(numbers)
    newest = max(done)
    if newest not in numbers:
        raise Unavailable(
            "DATABASE_NEWER",
            f"The database is at migration {newest}, this Muster knows only {numbers[-1]}.",
            hint="Install the newer Muster that migrated it, or use another database.",
        )
    return tuple(numbers[numbers.index(newest) + 1 :])


def _scripts(folder: Path) -> ScriptDirectory:
    return ScriptDirectory(folder)
