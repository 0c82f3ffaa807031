"""Who may do what with the order desk's tables: the rows' role, and the one that only reads views.

Both roles belong to the whole server. Who may not make the second is told what an administrator
has to run.
"""

from __future__ import annotations

from dataclasses import dataclass

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
        connection.execute(text(f"CREATE ROLE {ASK_ROLE} NOLOGIN"))
        connection.execute(text(f"GRANT {ASK_ROLE} TO CURRENT_USER"))
        role = ask_role(connection, schema)
    if role.exists:
        for statement in _grants(schema):
            connection.execute(text(statement))
    if connection.scalar(_ROLE, {"role": ROW_ROLE}):
        for statement in (
            f"GRANT USAGE ON SCHEMA {schema} TO {ROW_ROLE}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {ROW_ROLE}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {ROW_ROLE}",
        ):
            connection.execute(text(statement))


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
    quoted = user.replace('"', '""')
    return (f"CREATE ROLE {ASK_ROLE} NOLOGIN", f'GRANT {ASK_ROLE} TO "{quoted}"', *_grants(schema))


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
    connection.execute(text(f"SET LOCAL ROLE {ASK_ROLE}"))


def _grants(schema: str) -> tuple[str, ...]:
    listed = ", ".join(f"{schema}.{view}" for view in VIEWS)
    return (
        f"GRANT USAGE ON SCHEMA {schema} TO {ASK_ROLE}",
        f"GRANT SELECT ON {listed} TO {ASK_ROLE}",
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
