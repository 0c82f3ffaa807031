"""Finding the workspace of a request and what its sender is there, in one statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Connection, Row, Select, and_, bindparam, or_
from sqlalchemy import select as select_columns

from muster.base.ids import UserId, WorkspaceId
from muster.base.people import Role
from muster.base.records import Workspace
from muster.store.tables import workspaces
from muster.store.tables_people import memberships

_USER = bindparam("user_id", type_=BigInteger)
_ONLY = bindparam("only", type_=BigInteger)
_ANY = bindparam("any_workspace", type_=Boolean)


def _with_role() -> Select[Any]:
    held = and_(memberships.c.workspace_id == workspaces.c.id, memberships.c.user_id == _USER)
    return select_columns(workspaces, memberships.c.role).outerjoin(memberships, held)


# Every request runs one of these: built once, for building costs twice as much as running.
_BY_NAME = _with_role().where(workspaces.c.name == bindparam("name", type_=workspaces.c.name.type))
_FIRST = (
    _with_role()
    .where(
        or_(_ONLY.is_(None), workspaces.c.id == _ONLY),
        or_(_ANY, memberships.c.role.is_not(None)),
    )
    .order_by(
        workspaces.c.name.is_not_distinct_from(
            bindparam("preferred", type_=workspaces.c.name.type)
        ).desc(),
        workspaces.c.id,
    )
    .limit(1)
)


def named(
    connection: Connection, name: str, *, user_id: UserId | None
) -> tuple[Workspace, Role | None] | None:
    """Return the named workspace and a user's role there (None: no member); None without one."""
    found = connection.execute(_BY_NAME, {"name": name, "user_id": user_id}).one_or_none()
    return None if found is None else _pair(found)


def first(
    connection: Connection,
    *,
    preferred: str | None,
    user_id: UserId | None,
    only: WorkspaceId | None,
    members_only: bool,
) -> tuple[Workspace, Role | None] | None:
    """Return the preferred workspace if it fits, else the oldest that does; None without any.

    Args:
        only: no other workspace fits.
        members_only: only workspaces fit that the user is a member of.
    """
    found = connection.execute(
        _FIRST,
        {
            "preferred": preferred,
            "user_id": user_id,
            "only": only,
            "any_workspace": not members_only,
        },
    ).one_or_none()
    return None if found is None else _pair(found)


def _pair(row: Row[Any]) -> tuple[Workspace, Role | None]:
    workspace = Workspace(
        id=WorkspaceId(row.id),
        name=row.name,
        title=row.title,
        synthetic=row.synthetic,
        created_at=row.created_at,
    )
    return workspace, None if row.role is None else Role(row.role)
