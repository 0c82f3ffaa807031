"""Whether the database itself keeps workspaces apart, for the user that Muster signs in as."""

from __future__ import annotations

from sqlalchemy import text

from muster.store.database import Database

_EXEMPT = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
_UNGUARDED = text(
    "SELECT found.relname FROM pg_class found"
    " WHERE found.relnamespace = current_schema()::regnamespace AND found.relkind IN ('r', 'p')"
    " AND (found.relname = 'workspaces' OR EXISTS (SELECT FROM pg_attribute part"
    "  WHERE part.attrelid = found.oid AND part.attname = 'workspace_id'"
    "  AND NOT part.attisdropped))"
    " AND NOT (found.relrowsecurity AND found.relforcerowsecurity"
    "  AND EXISTS (SELECT FROM pg_policy held WHERE held.polrelid = found.oid))"
    " ORDER BY found.relname"
)


def row_security_holds(database: Database) -> bool:
    """Return whether row-level security binds Muster's own statements.

    False: the user is a superuser or has BYPASSRLS and the role `muster_rows` could not be made, or
    somebody switched a policy off. Workspaces are then kept apart by Muster's code alone.
    """
    with database.transaction() as connection:
        exempt = connection.scalar(_EXEMPT)
    return not exempt and not unguarded_tables(database)


def unguarded_tables(database: Database) -> tuple[str, ...]:
    """Return the tables whose rows belong to workspaces and that have no policy in force."""
    with database.transaction() as connection:
        return tuple(connection.scalars(_UNGUARDED))
