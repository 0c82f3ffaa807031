"""Dumps the whole product database as of one snapshot, and puts a dump into an empty one.

PostgreSQL's own pg_dump, pg_restore and psql do the work; they come with the embedded PostgreSQL.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.engine import URL

from muster.base.errors import Conflict, Unavailable
from muster.store.database import Database, with_row_role, without_row_role
from muster.store.migrate import FOLDER
from muster.store.orders.roles import grant
from muster.store.orders.setup import MARK, marked_schemas
from muster.store.postgres_programs import find_programs
from muster.store.tables import audit, segment_versions, workspaces

_ROW_ROLE_MIGRATION = "0008"
_ALL_ROWS = "-c muster.workspace_id=all -c statement_timeout=0"
_LOCK_SECONDS = 10

# What a dump is put into: nothing of Muster's may be left. Its own are tables and functions, and
# the whole schemas of order desks.
_CLEAR = """
SET LOCAL lock_timeout = '{lock_seconds}s';
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT nspname FROM pg_namespace
        WHERE obj_description(oid, 'pg_namespace') = '{desk}' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', found.nspname);
    END LOOP;
    FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', found.tablename);
    END LOOP;
    FOR found IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', found.name);
    END LOOP;
END
$$;
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of the database, while its transaction lasts.

    Attributes:
        name: by which pg_dump sees the same moment.
        migration: the newest migration that was run.
        workspaces: their names.
        bitmaps: the members' files that segment versions refer to, relative to the data folder.
    """

    name: str
    migration: str
    workspaces: tuple[str, ...]
    bitmaps: tuple[str, ...]


@contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """Hold one moment of the database while the block runs."""
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT set_config('muster.workspace_id', 'all', true),"
                # held while the dump and the files are written, which may take hours
                " set_config('idle_in_transaction_session_timeout', '0', true)"
            )
        )
        bitmaps = connection.scalars(
            select(segment_versions.c.bitmap)
            .where(segment_versions.c.bitmap.is_not(None))
            .order_by(segment_versions.c.bitmap)
            .distinct()
        )
        yield Snapshot(
            connection.execute(select(func.pg_export_snapshot())).scalar_one(),
            _migration(connection),
            tuple(connection.scalars(select(workspaces.c.name).order_by(workspaces.c.name))),
            tuple(str(name) for name in bitmaps),
        )


def still_referred_to(database: Database, names: Sequence[str]) -> tuple[str, ...]:
    """Return those members' files that segment versions refer to at present."""
    with database.transaction() as connection:
        rows = connection.scalars(
            select(segment_versions.c.bitmap).where(segment_versions.c.bitmap.in_(names)).distinct()
        )
        return tuple(str(name) for name in rows)


def dump(database: Database, target: Path, *, held: Snapshot, data_folder: Path) -> None:
    """Write the database as of a snapshot into a file.

    Raises:
        Unavailable: DUMP_FAILED, with PostgreSQL's reason.
    """
    _run(
        "pg_dump",
        [
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--enable-row-security",  # with the setting that shows all rows; see _ALL_ROWS
            f"--snapshot={held.name}",
            f"--file={target}",
            f"--dbname={_conninfo(database.engine.url)}",
        ],
        database,
        data_folder,
    )


def is_empty(database: Database) -> bool:
    """Whether the database holds nothing of anybody: no tables, or tables without a deed."""
    with without_row_role(database).transaction() as connection:
        names = set(inspect(connection).get_table_names())
        if not names:
            return True
        if not {audit.name, workspaces.name} <= names:
            return False  # somebody else's tables, or a Muster's from before its audit log
        return not connection.execute(
            select(select(audit.c.id).exists() | select(workspaces.c.id).exists())
        ).scalar_one()


def refuse_in_use(database: Database) -> None:
    """Raise Conflict RESTORE_IN_USE while another Muster is connected to the database."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND application_name IN ('muster-serve', 'muster-worker')"
    )
    with database.transaction() as connection:
        others = connection.execute(query).scalar_one()
    if others:
        raise Conflict(
            "RESTORE_IN_USE",
            "A Muster server is at work on this database.",
            hint="Stop every `muster serve` and `muster worker` of it first.",
        )


def restore(database: Database, source: Path, *, data_folder: Path, working_folder: Path) -> None:
    """Replace everything in the database by a dump, in one transaction: all of it or nothing.

    Raises:
        Unavailable: DUMP_FAILED, with PostgreSQL's reason; the database is as it was.
    """
    clear, script = working_folder / "clear.sql", working_folder / "restore.sql"
    clear.write_text(_CLEAR.format(lock_seconds=_LOCK_SECONDS, desk=MARK), encoding="utf-8")
    arguments = ["--no-owner", "--no-privileges", "--enable-row-security"]
    _run("pg_restore", [*arguments, f"--file={script}", str(source)], database, data_folder)
    portable = working_folder / "portable.sql"
    _make_portable(script, portable)
    database.engine.dispose()
    _run(
        "psql",
        [
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            f"--file={clear}",
            f"--file={portable}",
            f"--dbname={_conninfo(database.engine.url)}",
        ],
        database,
        data_folder,
    )
    script.unlink()
    portable.unlink()


def with_restored_role(database: Database) -> Database:
    """Give the roles their rights again, which no dump carries."""
    with without_row_role(database).transaction() as connection:
        migrations = ScriptDirectory(FOLDER)
        if _migration(connection) >= _ROW_ROLE_MIGRATION:
            module = migrations.get_revision(_ROW_ROLE_MIGRATION).module
            connection.execute(text(module._ROLE))
        for schema in marked_schemas(connection):
            grant(connection, schema)
    return with_row_role(database)


def known_migrations() -> tuple[str, ...]:
    """Return the numbers of the migrations this Muster has, oldest first."""
    return tuple(found.revision for found in ScriptDirectory(FOLDER).walk_revisions())[::-1]


def _make_portable(script: Path, target: Path) -> None:
    """Copy a script without the setting that servers before 17 do not know."""
    with script.open("rb") as source, target.open("wb") as copy:
        for line in source:
            if not line.startswith(b"SET transaction_timeout"):
                copy.write(line)


def _migration(connection: Connection) -> str:
    return max(MigrationContext.configure(connection).get_current_heads(), default="")


def _conninfo(url: URL) -> str:
    """Return how libpq connects; without the password, which anybody could see in a process."""
    values: dict[str, str | None] = {
        "host": url.host,
        "port": None if url.port is None else str(url.port),
        "user": url.username,
        "dbname": url.database,
    }
    values |= {name: value for name, value in url.query.items() if isinstance(value, str)}
    values["options"] = f"{values.get('options') or ''} {_ALL_ROWS}".strip()
    values["application_name"] = "muster-backup"
    given = {name: value for name, value in values.items() if value is not None}
    return make_conninfo("", **given)


def _run(program: str, arguments: Sequence[str], database: Database, data_folder: Path) -> None:
    """Run one of PostgreSQL's programs as the user of this process, for as long as it takes."""
    folder = find_programs(data_folder).folder
    password = database.engine.url.password
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    done = subprocess.run(  # noqa: S603 - the programs of the wheel, arguments of our own
        [str(folder / program), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Unavailable(
            "DUMP_FAILED",
            f"{program} failed: {said[0] if said else f'exit code {done.returncode}'}",
            hint="Nothing was changed.",
        )
