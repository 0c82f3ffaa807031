"""The only way into a workspace: existence and membership are verified here, once a request."""

from __future__ import annotations

from muster.base.errors import NotFound
from muster.base.people import Principal, Role, lesser, local_principal, permissions_of
from muster.base.records import Workspace
from muster.services.context import Resources, WorkspaceContext
from muster.store import entering, memberships, workspaces


def enter(
    resources: Resources, workspace: str, principal: Principal, *, request_id: str | None = None
) -> WorkspaceContext:
    """Return the context of a workspace this principal belongs to.

    Raises:
        NotFound: UNKNOWN_WORKSPACE; also for one they do not belong to, whose existence is not
            theirs to know.
    """
    with resources.database.transaction() as connection:
        pair = entering.named(connection, workspace, user_id=principal.user_id)
        if pair is None:  # raises; only an admin is told which there are
            workspaces.by_name(connection, workspace, listed=principal.installation_admin)
    found = None if pair is None else _context(resources, pair, principal, request_id)
    if found is None:
        raise NotFound("UNKNOWN_WORKSPACE", f'There is no workspace named "{workspace}".')
    return found


def enter_default(
    resources: Resources,
    principal: Principal,
    *,
    preferred: str | None = None,
    request_id: str | None = None,
) -> WorkspaceContext:
    """Return the context of a request that names no workspace: the preferred, else the oldest.

    Raises:
        NotFound: NO_WORKSPACE, there is none they may enter.
    """
    pair = _first(resources, principal, preferred)
    found = None if pair is None else _context(resources, pair, principal, request_id)
    if found is None:
        raise NotFound(
            "NO_WORKSPACE",
            "There is no workspace you may enter.",
            hint="Create one with `muster workspace create`, or ask an admin to invite you.",
        )
    return found


def enter_locally(resources: Resources, workspace: str, *, actor: str) -> WorkspaceContext:
    """Return the context of an existing workspace for the person at this machine, an admin.

    Raises:
        NotFound: UNKNOWN_WORKSPACE.
    """
    return enter(resources, workspace, local_principal(actor))


def workspaces_of(resources: Resources, principal: Principal) -> tuple[Workspace, ...]:
    """Return the workspaces a principal may enter, by name."""
    with resources.database.transaction() as connection:
        found = workspaces.every(connection)
        if principal.grant is not None:
            found = tuple(one for one in found if one.id == principal.grant.workspace_id)
            if principal.grant.owner_administers:
                return found
        if principal.installation_admin or principal.user_id is None:
            return found
        held = memberships.roles_of_user(connection, principal.user_id)
    return tuple(one for one in found if one.id in held)


def _first(
    resources: Resources, principal: Principal, preferred: str | None
) -> tuple[Workspace, Role | None] | None:
    """Return the preferred of the workspaces that `workspaces_of` gives, else the oldest."""
    grant = principal.grant
    everywhere = (
        principal.installation_admin
        or principal.user_id is None
        or (grant is not None and grant.owner_administers)
    )
    with resources.database.transaction() as connection:
        return entering.first(
            connection,
            preferred=preferred,
            user_id=principal.user_id,
            only=None if grant is None else grant.workspace_id,
            members_only=not everywhere,
        )


def _context(
    resources: Resources,
    pair: tuple[Workspace, Role | None],
    principal: Principal,
    request_id: str | None,
) -> WorkspaceContext | None:
    """Return the context with all the principal may do there; None = no business there."""
    workspace, held = pair
    role = _role(principal, workspace, held)
    if role is None:
        return None
    permissions = permissions_of(role)
    if principal.grant is not None and principal.grant.scopes:
        permissions &= principal.grant.scopes
    return WorkspaceContext(resources, workspace, principal, role, permissions, request_id)


def _role(principal: Principal, workspace: Workspace, held: Role | None) -> Role | None:
    """Return the role in a workspace; None = no business there."""
    own = Role.ADMIN if principal.installation_admin else held
    if principal.grant is None:
        return own
    if principal.grant.workspace_id != workspace.id:
        return None
    if principal.user_id is None or principal.grant.owner_administers:
        return principal.grant.role
    return None if own is None else lesser(own, principal.grant.role)
