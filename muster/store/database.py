"""Opens the product database and hands out transactions; failures become Muster's own errors.

One request or job is one transaction, committed at the edge: whoever opens the transaction owns it,
and the repositories below never commit. Each says first whose rows it is about: row-level security
(migration 0008) shows and takes no others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, RootTransaction, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from muster.base.errors import Busy, InvalidInput, MusterError, Unavailable
from muster.base.ids import WorkspaceId
from muster.store.failures import translated

OLDEST_VERSION = 14
_DRIVER = "postgresql+psycopg"
_ACCEPTED = ("postgres", "postgresql", _DRIVER)
# Connections above the kept ones would be closed after each use and made anew for the next, which
# costs the server a process: under load, more than the questions themselves.
POOL_SIZE, _POOL_EXTRA = 20, 0
_POOL_WAIT_SECONDS = 30
_CONNECT_SECONDS = 10
ROW_ROLE = "muster_rows"
"""The role that users take whom policies would not hold for; migration 0008 makes it."""
ASK_ROLE = "muster_ask"
"""The role that may read the order desk's `ask_…` views and nothing else."""

# Both last until the transaction ends, so a connection goes back to the pool without them.
# Written out once: building the statement anew costs more than the database's part of it.
_SCOPE = text("SELECT set_config('muster.workspace_id', :scope, true)")
_SCOPE_AND_ROLE = text(
    "SELECT set_config('muster.workspace_id', :scope, true), set_config('role', :role, true)"
)
_ALL_WORKSPACES = "all"
_STANDSTILL = "60s"  # a process that was frozen in a transaction must not keep its locks for ever

Transaction: TypeAlias = Connection
"""What repositories are called with: a connection in the midst of its caller's transaction."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open product database.

    Attributes:
        where: names it for people and never holds a password.
        row_role: the role taken in every transaction; None: the user is bound by policies anyway,
            or there is no such role (`row_security.row_security_holds` knows which).
        pool_size: connections that may be in use at once.
    """

    engine: Engine
    where: str
    row_role: str | None = None
    pool_size: int = POOL_SIZE

    @contextmanager
    def transaction(self, workspace_id: WorkspaceId | None = None) -> Iterator[Connection]:
        """Run the block in one transaction: committed at its end, rolled back by any error.

        Args:
            workspace_id: the database shows and takes this workspace's rows alone; None: all rows,
                for what concerns the whole installation.

        Raises:
            Unavailable: the database is not there, full, read-only or not migrated.
            Busy: it is overloaded, locked or took too long; the same request may succeed later.
            InvalidInput: a value cannot be stored (see ``column_types``).
        """
        try:
            connection, begun = self._begin(workspace_id)
            with connection, begun:
                yield connection
        except StatementError as error:
            failure = translated(error, where=self.where, url=self.engine.url)
            if failure is None:
                raise
            raise failure from error
        except PoolTimeoutError as error:
            raise Busy(
                "DATABASE_POOL_EXHAUSTED",
                f"All {self.pool_size} connections to the product database are in use.",
                hint="Try again in a moment; MUSTER_POOL_SIZE allows for more.",
            ) from error

    def close(self) -> None:
        """Close the idle connections; those in use close when they are given back."""
        self.engine.dispose()

    def _begin(self, workspace_id: WorkspaceId | None) -> tuple[Connection, RootTransaction]:
        """Begin a transaction that has its scope.

        The statement that sets it also proves that the pooled connection still lives, so no ping is
        sent; a dead one has made the pool forget all its connections, and the second is new.
        """
        try:
            return self._begin_once(workspace_id)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._begin_once(workspace_id)

    def _begin_once(self, workspace_id: WorkspaceId | None) -> tuple[Connection, RootTransaction]:
        scope = _ALL_WORKSPACES if workspace_id is None else str(workspace_id)
        connection = self.engine.connect()
        try:
            begun = connection.begin()
            if self.row_role is None:
                connection.execute(_SCOPE, {"scope": scope})
            else:
                connection.execute(_SCOPE_AND_ROLE, {"scope": scope, "role": self.row_role})
        except BaseException:
            connection.close()
            raise
        return connection, begun


def open_database(
    url: str,
    *,
    application_name: str = "muster",
    statement_timeout_seconds: float = 60.0,
    pool_size: int = POOL_SIZE,
) -> Database:
    """Connect to a PostgreSQL server and check that Muster can use it.

    Args:
        url: ``postgresql://user:password@host:port/database``; ``postgres://`` works too.
        application_name: shown in the server's list of sessions.
        statement_timeout_seconds: one statement may take this long; 0 = for ever.
        pool_size: connections kept, and at most in use at once.

    Raises:
        InvalidInput: the URL is none of a PostgreSQL database.
        Unavailable: no connection, an older server than 14, or text not stored as UTF-8.
    """
    target = _psycopg_url(url)
    engine = create_engine(
        target,
        pool_size=pool_size,
        max_overflow=_POOL_EXTRA,
        pool_timeout=_POOL_WAIT_SECONDS,
        connect_args=_connect_arguments(target, application_name),
        hide_parameters=True,  # parameters may be personal data; errors end up in logs
    )
    milliseconds = round(statement_timeout_seconds * 1000)

    @event.listens_for(engine, "connect")
    def _set_session(connection: Any, _record: Any) -> None:
        # not as start-up options, which connection poolers refuse
        connection.execute(
            "SELECT set_config('TimeZone', 'UTC', false),"
            " set_config('statement_timeout', %s, false),"
            " set_config('idle_in_transaction_session_timeout', %s, false)",
            (str(milliseconds), _STANDSTILL),
        )
        connection.commit()

    database = Database(engine, _where(target), pool_size=pool_size)
    try:
        _refuse_unusable(database)
    except MusterError:
        engine.dispose()
        raise
    return with_row_role(database)


def with_row_role(database: Database) -> Database:
    """Return the database with the role its user needs for row-level security, if there is one.

    To be called again after migrations, which may have made the role.
    """
    plain = without_row_role(database)
    query = text(
        "SELECT named.rolname FROM pg_roles named, pg_roles mine"
        " WHERE named.rolname = :role AND mine.rolname = current_user"
        " AND (mine.rolsuper OR mine.rolbypassrls)"
        " AND pg_has_role(mine.oid, named.oid, 'MEMBER')"
        " AND has_table_privilege(named.oid, to_regclass('workspaces'), 'INSERT')"
    )
    with plain.transaction() as connection:
        return replace(plain, row_role=connection.scalar(query, {"role": ROW_ROLE}))


def without_row_role(database: Database) -> Database:
    """Return the database as its user sees it, for what changes the schema."""
    return replace(database, row_role=None)


def refuse_old_server(version_number: int) -> None:
    """Raise Unavailable when the server's ``server_version_num`` is older than Muster supports."""
    if version_number < OLDEST_VERSION * 10_000:
        raise Unavailable(
            "DATABASE_TOO_OLD",
            f"The server is PostgreSQL {version_number // 10_000}; Muster needs {OLDEST_VERSION}.",
            hint="Upgrade the server, or leave MUSTER_DATABASE_URL empty for the embedded one.",
        )


def refuse_encoding(encoding: str) -> None:
    """Raise Unavailable when the database does not store text as UTF-8."""
    if encoding != "UTF8":
        raise Unavailable(
            "DATABASE_ENCODING",
            f"The database stores text as {encoding}; Muster needs UTF8.",
            hint="Create a database with ENCODING 'UTF8' TEMPLATE template0.",
        )


def _refuse_unusable(database: Database) -> None:
    settings = text(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding')"
    )
    with database.transaction() as connection:
        version_number, encoding = connection.execute(settings).one()
    refuse_old_server(version_number)
    refuse_encoding(encoding)


def _psycopg_url(url: str) -> URL:
    """Parse a URL and choose the driver, whatever driver it names."""
    hint = "Write postgresql://user:password@host:5432/database."
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # without the cause: it may quote the URL, and the URL holds the password
        raise InvalidInput(
            "BAD_DATABASE_URL", "The database URL cannot be read.", hint=hint
        ) from None
    if parsed.drivername not in _ACCEPTED:
        raise InvalidInput(
            "BAD_DATABASE_URL",
            f"Muster keeps its data in PostgreSQL; it cannot use {parsed.drivername}.",
            hint=hint,
        )
    return parsed.set(drivername=_DRIVER)


def _connect_arguments(url: URL, application_name: str) -> dict[str, Any]:
    wanted = {
        "application_name": application_name,
        "connect_timeout": _CONNECT_SECONDS,
        "keepalives_idle": 30,  # seconds; a vanished server is noticed in about a minute
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    return {name: value for name, value in wanted.items() if name not in url.query}


def _where(url: URL) -> str:
    host = url.host or url.query.get("host") or "this machine"
    return f'"{url.database or ""}" on {host}' + (f":{url.port}" if url.port else "")
