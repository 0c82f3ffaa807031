"""Who may do what with the order desk's tables: the rows' role, and the one that only reads views.

Both roles belong to the whole server. Who may not make the second is told what an administrator
has to run.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql
from sqlalchemy import Connection, text

from muster.base.errors import Unavailable
from muster.store.database import ASK_ROLE, ROW_ROLE
from muster.store.orders.setup import refuse_bad_name

VIEWS = ("ask_customers", "ask_items", "ask_orders", "ask_products", "ask_status_changes")


@dataclass(frozen=True, slots=True)
class AskRole:
    """The read-only role as it is.

    Attributes:
        exists: on this server.
        assumable: the user may become it.
        views: it reads all of the views.
        excess: tables of the desk it could read although they hold personal data.
    """

    exists: bool
    assumable: bool
    views: bool
    excess: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether questions can be asked by it, and about nothing personal."""
        return self.exists and self.assumable and self.views and not self.excess


def grant(connection: Connection, schema: str) -> None:
    """Make the read-only role if the user may, and give both roles what they need, again."""
    refuse_bad_name(schema)
    role = ask_role(connection, schema)
    if not role.exists and connection.scalar(_MAY_MAKE_ROLES):
        _run(connection, _written(_MAKE, role=ASK_ROLE))
        _run(connection, _written("GRANT {role} TO CURRENT_USER", role=ASK_ROLE))
        role = ask_role(connection, schema)
    if role.exists:
        for statement in _grants(schema):
            _run(connection, statement)
    if connection.scalar(_ROLE, {"role": ROW_ROLE}):
        for template in _ROWS_GRANTS:
            _run(connection, _written(template, schema=schema, role=ROW_ROLE))


def ask_role(connection: Connection, schema: str) -> AskRole:
    """Return what the read-only role may do in a desk's schema."""
    refuse_bad_name(schema)
    if not connection.scalar(_ROLE, {"role": ASK_ROLE}):
        return AskRole(False, False, False, ())
    values = {"role": ASK_ROLE, "schema": schema, "views": list(VIEWS)}
    found = connection.execute(_ABILITIES, values).one()
    excess = connection.scalars(_EXCESS, values)
    return AskRole(True, bool(found.assumable), bool(found.views), tuple(excess))


def statements_for_administrators(schema: str, user: str) -> tuple[str, ...]:
    """Return the SQL that makes the read-only role, for whoever may run it."""
    refuse_bad_name(schema)
    return (
        _written(_MAKE, role=ASK_ROLE),
        _written("GRANT {role} TO {user}", role=ASK_ROLE, user=user),
        *_grants(schema),
    )


def read_as_ask(connection: Connection, schema: str) -> None:
    """Become the read-only role until the transaction ends, and let it change nothing.

    Raises:
        Unavailable: NO_ASK_ROLE.
    """
    if not ask_role(connection, schema).ready:
        raise Unavailable(
            "NO_ASK_ROLE",
            "The read-only role for questions is missing or not as it should be.",
            hint="Run `muster orders check`; it says what to do.",
        )
    connection.execute(text("SET TRANSACTION READ ONLY"))
    connection.execute(text("SELECT set_config('role', :role, true)"), {"role": ASK_ROLE})


def _grants(schema: str) -> tuple[str, ...]:
    usage = _written("GRANT USAGE ON SCHEMA {schema} TO {role}", schema=schema, role=ASK_ROLE)
    reading = "GRANT SELECT ON {schema}.{view} TO {role}"
    return (
        usage,
        *(_written(reading, schema=schema, view=view, role=ASK_ROLE) for view in VIEWS),
    )


def _written(template: str, **names: str) -> str:
    """Put quoted names into a statement."""
    holes = {hole: sql.Identifier(name) for hole, name in names.items()}
    return sql.SQL(template).format(**holes).as_string()


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement.replace("%", "%%"))


_MAKE = "CREATE ROLE {role} NOLOGIN"
_ROWS_GRANTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
)
_ROLE = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
_MAY_MAKE_ROLES = text(
    "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
)
_ABILITIES = text(
    "SELECT pg_has_role(session_user, CAST(:role AS name), 'MEMBER') AS assumable,"
    " has_schema_privilege(CAST(:role AS name), CAST(:schema AS text), 'USAGE') AND ("
    "  SELECT count(*) = cardinality(CAST(:views AS text[]))"
    "  FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
    "  WHERE nspname = :schema AND relname = ANY (:views)"
    "  AND has_table_privilege(CAST(:role AS name), pg_class.oid, 'SELECT')) AS views"
)
_EXCESS = text(
    "SELECT relname::text FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
    " WHERE nspname = :schema AND relkind IN ('r', 'v', 'm', 'p') AND relname <> ALL (:views)"
    " AND has_any_column_privilege(CAST(:role AS name), pg_class.oid, 'SELECT') ORDER BY 1"
)
