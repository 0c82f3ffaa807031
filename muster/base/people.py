"""Who acts: roles, what each may do, and the verified identity every use case is called with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from muster.base.ids import TokenId, UserId, WorkspaceId


class Permission(StrEnum):
    """What a use case asks for; a token may be narrowed to some of them (its scopes)."""

    READ = "read"  # rules, segments, runs; personal data masked
    EDIT = "edit"  # drafts, rules, counts
    RUN = "run"  # trigger and cancel
    EXPORT = "export"  # take members out, personal data masked
    OPERATE = "operate"  # schedules, approvals, dead letters, channels
    SEE_PERSONAL = "see_personal"  # personal data in clear; every such read is audited
    EDIT_ORDERS = "edit_orders"  # the order desk: cells, statuses, imports, undo
    READ_AUDIT = "read_audit"
    ADMINISTER = "administer"  # people, tokens of others, settings


class Role(StrEnum):
    """A person's role in one workspace; each has all permissions of the one before."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    OPERATOR = "operator"
    ADMIN = "admin"


_ADDED: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.READ}),
    Role.ANALYST: frozenset({Permission.EDIT, Permission.RUN, Permission.EXPORT}),
    Role.OPERATOR: frozenset({Permission.OPERATE, Permission.SEE_PERSONAL, Permission.EDIT_ORDERS}),
    Role.ADMIN: frozenset({Permission.READ_AUDIT, Permission.ADMINISTER}),
}


def permissions_of(role: Role) -> frozenset[Permission]:
    """Return everything a role may do."""
    order = list(Role)
    return frozenset().union(*(_ADDED[held] for held in order[: order.index(role) + 1]))


def lesser(first: Role, second: Role) -> Role:
    """Return the role that may do less."""
    return min(first, second, key=list(Role).index)


class PrincipalKind(StrEnum):
    """How somebody came to be known."""

    LOCAL = "local"  # the person at this machine: the CLI, or a server in local mode
    USER = "user"
    TOKEN = "token"  # noqa: S105 - the name of a kind
    SYSTEM = "system"  # the scheduler and its workers


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What an API token allows: one workspace, at most one role, perhaps only some permissions.

    Attributes:
        scopes: empty: all the role may do.
        owner_administers: its owner is an admin of the installation, so needs no membership there.
    """

    id: TokenId
    workspace_id: WorkspaceId
    role: Role
    scopes: frozenset[Permission]
    owner_administers: bool = False


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified identity.

    Attributes:
        name: how the audit log calls them: an e-mail address, ``token:NAME (MADE BY)``, the
            system's name.
        user_id: None unless they have an account.
        installation_admin: may enter every workspace as admin and create new ones.
        grant: set for an API token.
    """

    name: str
    kind: PrincipalKind
    user_id: UserId | None = None
    installation_admin: bool = False
    grant: TokenGrant | None = None


def local_principal(name: str) -> Principal:
    """Return the person at this machine, who may do everything."""
    return Principal(name, PrincipalKind.LOCAL, installation_admin=True)


def system_principal(name: str = "scheduler") -> Principal:
    """Return Muster itself, at work for nobody in particular."""
    return Principal(name, PrincipalKind.SYSTEM, installation_admin=True)
