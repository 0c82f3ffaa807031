"""Who somebody is: their name, and what they may do in each of their workspaces."""

from __future__ import annotations

from dataclasses import dataclass

from muster.base.accounts import User
from muster.base.people import Principal
from muster.services.access import enter, workspaces_of
from muster.services.context import Resources, WorkspaceContext
from muster.store import users


@dataclass(frozen=True, slots=True)
class Whoami:
    """A person or a token; ``user`` None: without an account."""

    principal: Principal
    user: User | None
    contexts: tuple[WorkspaceContext, ...]


def whoami(resources: Resources, principal: Principal) -> Whoami:
    """Return who somebody is, with every workspace they may enter, by name."""
    found = workspaces_of(resources, principal)
    contexts = tuple(enter(resources, one.name, principal) for one in found)
    user = None
    if principal.user_id is not None and principal.grant is None:
        with resources.database.transaction() as connection:
            user = users.by_id(connection, principal.user_id)
    return Whoami(principal, user, contexts)
