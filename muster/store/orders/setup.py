"""Makes the order desk's schema and brings it to the tables this Muster needs."""

from __future__ import annotations

import re
from pathlib import Path

from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateSchema

from muster.base.errors import Conflict, InvalidInput, Unavailable
from muster.base.ids import WorkspaceId
from muster.store.database import Database, without_row_role
from muster.store.locks import named_lock
from muster.store.migrate import configuration

FOLDER = Path(__file__).parent / "migrations"
MARK = "Order desk of Muster"
"""The comment of its schema, by which a restore knows what it replaces."""

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_WAIT_SECONDS = 600.0


def set_up(
    database: Database,
    schema: str,
    *,
    workspace_id: WorkspaceId,
    currency: str = "USD",
    time_zone: str = "America/New_York",
) -> tuple[str, ...]:
    """Make the schema if there is none, run what migrations it lacks, give it to a workspace.

    Returns:
        The numbers of the migrations this call ran.

    Raises:
        InvalidInput: BAD_SCHEMA. Conflict: DESK_TAKEN, it is another workspace's.
        Unavailable: DESK_NEWER, or the user may not make it. Busy: it is locked.
    """
    refuse_bad_name(schema)
    owning = without_row_role(database)
    with named_lock(owning, f"orders:{schema}", wait_seconds=_WAIT_SECONDS) as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(CreateSchema(schema, if_not_exists=True))
        connection.execute(text(f"COMMENT ON SCHEMA \"{schema}\" IS '{MARK}'"))
        use_schema(connection, schema)
        numbers = _pending(connection, schema)
        if numbers:
            config = configuration(connection, folder=FOLDER)
            config.attributes["schema"] = schema
            command.upgrade(config, "head")
        _give(connection, workspace_id, currency=currency, time_zone=time_zone)
    return numbers


def marked_schemas(connection: Connection) -> tuple[str, ...]:
    """Return the schemas of order desks in this database."""
    query = text(
        "SELECT nspname FROM pg_namespace WHERE obj_description(oid, 'pg_namespace') = :mark"
        " ORDER BY nspname"
    )
    return tuple(connection.scalars(query, {"mark": MARK}))


def pending(connection: Connection, schema: str) -> tuple[str, ...]:
    """Return the numbers of the migrations a desk lacks, oldest first.

    Raises:
        Unavailable: DESK_NEWER.
    """
    refuse_bad_name(schema)
    return _pending(connection, schema)


def describe(connection: Connection, *, currency: str, time_zone: str) -> None:
    """Say in whose money and time the desk counts; amounts stay as they are."""
    connection.execute(
        text("UPDATE desk SET currency = :currency, time_zone = :time_zone"),
        {"currency": currency, "time_zone": time_zone},
    )


def refuse_bad_name(schema: str) -> None:
    """Raise InvalidInput BAD_SCHEMA unless the name needs no quotes anywhere."""
    if not _SCHEMA.fullmatch(schema) or schema.startswith("pg_"):
        raise InvalidInput(
            "BAD_SCHEMA",
            f'"{schema}" cannot name a schema.',
            hint="Small letters, digits and underscores, at most 63, not beginning with pg_.",
        )


def use_schema(connection: Connection, schema: str) -> None:
    """Look for tables in the desk's schema first, until the transaction ends."""
    refuse_bad_name(schema)
    connection.execute(
        text("SELECT set_config('search_path', :path, true)"), {"path": f"{schema}, public"}
    )


def _pending(connection: Connection, schema: str) -> tuple[str, ...]:
    scripts = ScriptDirectory(FOLDER)
    numbers = [script.revision for script in scripts.walk_revisions()][::-1]
    done = MigrationContext.configure(
        connection, opts={"version_table_schema": schema}
    ).get_current_heads()
    if not done:
        return tuple(numbers)
    if max(done) not in numbers:
        raise Unavailable(
            "DESK_NEWER",
            f"The order desk is at migration {max(done)}, this Muster knows only {numbers[-1]}.",
            hint="Install the newer Muster that made it.",
        )
    return tuple(numbers[numbers.index(max(done)) + 1 :])


def _give(
    connection: Connection, workspace_id: WorkspaceId, *, currency: str, time_zone: str
) -> None:
    made = text(
        "INSERT INTO desk (workspace_id, currency, time_zone)"
        " VALUES (:workspace_id, :currency, :time_zone) ON CONFLICT DO NOTHING"
    )
    connection.execute(
        made, {"workspace_id": workspace_id, "currency": currency, "time_zone": time_zone}
    )
    if connection.scalar(text("SELECT workspace_id FROM desk")) != workspace_id:
        raise Conflict("DESK_TAKEN", "The order desk belongs to another workspace.")
