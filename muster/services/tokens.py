"""API tokens: made, listed, revoked, and turned into who sends them.

A token belongs to one workspace and to who made it. It never allows more than its owner may do at
the moment it is used, and makes no other tokens: a stolen one has no successors.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from muster.base.errors import Forbidden, InvalidInput, NotFound, Problem
from muster.base.grants import ApiToken
from muster.base.ids import TokenId
from muster.base.people import (
    Permission,
    Principal,
    PrincipalKind,
    Role,
    TokenGrant,
    permissions_of,
)
from muster.model.names import did_you_mean
from muster.services.context import Resources, WorkspaceContext
from muster.store import api_tokens, audit

TOKEN_MARK = "mst_"  # noqa: S105 - what every token begins with, so that scanners can find leaks
LONGEST_LIFE_DAYS = 366
_SHOWN_LETTERS = 6
_TOKEN_BYTES = 32
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, repr=False)
class NewToken:
    """A token just made; ``secret`` is seen here and never again."""

    token: ApiToken
    secret: str


def hash_token(secret: str) -> str:
    """Return what is kept of a token. It has 256 random bits, so a plain hash will do."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def principal_of_token(resources: Resources, token: str) -> Principal | None:
    """Return who a token stands for; None unless it is alive and its owner may sign in.

    It is looked for by its hash, whatever it looks like, so the time taken tells nothing about how
    much of it is right.
    """
    with resources.database.transaction() as connection:
        known = api_tokens.find(connection, token_hash=hash_token(token))
        if known is None or not known.good:
            return None
        if known.stale:
            api_tokens.touch(connection, known.token.id)
    found = known.token
    return Principal(
        f"token:{found.name} ({found.created_by})",
        PrincipalKind.TOKEN,
        user_id=found.user_id,
        grant=TokenGrant(
            found.id, found.workspace_id, found.role, found.scopes, known.owner_administers
        ),
    )


def create_token(
    context: WorkspaceContext,
    *,
    name: str,
    expires_in_days: int,
    role: Role | None = None,
    scopes: Iterable[Permission] = (),
    path: str = "$",
) -> NewToken:
    """Make a token for oneself.

    Args:
        expires_in_days: 1 to 366.
        role: at most one's own; None: one's own.
        scopes: permissions it is narrowed to; none: all its role allows.
        path: where the fields stood in the request, for the faults.

    Raises:
        InvalidInput: BAD_TOKEN_REQUEST with every fault.
        Forbidden: TOKEN_CANNOT_GRANT, a token asks; MORE_THAN_YOURS, for more than one may do.
    """
    context.require(Permission.READ)
    if context.principal.grant is not None:
        raise Forbidden(
            "TOKEN_CANNOT_GRANT",
            "An API token cannot make another one.",
            hint="Sign in yourself, or use the command line on the server.",
        )
    chosen = role or context.role
    narrowed = frozenset(scopes)
    label = " ".join(name.split())
    faults = list(_faults(label, expires_in_days, chosen, narrowed, path))
    if faults:
        raise InvalidInput.of("BAD_TOKEN_REQUEST", "The token", faults)
    wanted = narrowed or permissions_of(chosen)
    refuse_more_than_own(context, wanted, path=f"{path}.scopes" if narrowed else f"{path}.role")
    secret = TOKEN_MARK + secrets.token_urlsafe(_TOKEN_BYTES)
    with context.transaction() as connection:
        made = api_tokens.add(
            connection,
            context.workspace.id,
            user_id=context.principal.user_id,
            name=label,
            prefix=secret[: len(TOKEN_MARK) + _SHOWN_LETTERS],
            token_hash=hash_token(secret),
            role=chosen,
            scopes=narrowed,
            created_by=context.actor,
            lifetime=timedelta(days=expires_in_days),
        )
        audit.record(
            connection,
            context.workspace.id,
            actor=context.actor,
            action="token.create",
            subject=f"token/{made.id}",
            after={
                "name": made.name,
                "prefix": made.prefix,
                "role": made.role.value,
                "scopes": sorted(made.scopes),
                "expires_at": made.expires_at.isoformat(),
            },
            request_id=context.request_id,
        )
    return NewToken(made, secret)


def list_tokens(context: WorkspaceContext) -> tuple[ApiToken, ...]:
    """Return one's own tokens in the workspace, the newest first; an admin sees everybody's."""
    context.require(Permission.READ)
    with context.transaction() as connection:
        found = api_tokens.every(connection, context.workspace.id)
    return tuple(token for token in found if _is_theirs(context, token))


def revoke_token(context: WorkspaceContext, token_id: TokenId, *, reason: str = "") -> ApiToken:
    """End one of one's own tokens; an admin may end anybody's. Once ended it stays so.

    Raises:
        NotFound: UNKNOWN_TOKEN, also for somebody else's, whose existence is not theirs to know.
    """
    context.require(Permission.READ)
    with context.transaction() as connection:
        found = api_tokens.by_id(connection, context.workspace.id, token_id)
        if not _is_theirs(context, found):
            raise NotFound("UNKNOWN_TOKEN", f"There is no token {token_id} in this workspace.")
        if api_tokens.revoke(connection, context.workspace.id, token_id):
            audit.record(
                connection,
                context.workspace.id,
                actor=context.actor,
                action="token.revoke",
                subject=f"token/{token_id}",
                before={"name": found.name, "prefix": found.prefix},
                reason=reason,
                request_id=context.request_id,
            )
        return api_tokens.by_id(connection, context.workspace.id, token_id)


def refuse_more_than_own(
    context: WorkspaceContext, wanted: Iterable[Permission], *, path: str
) -> None:
    """Raise Forbidden MORE_THAN_YOURS when who acts would give more than they have."""
    more = sorted(set(wanted) - context.permissions)
    if more:
        raise Forbidden(
            "MORE_THAN_YOURS",
            f"Nobody can give more than they have; you may not {_words(more)}.",
            hint="Choose a lesser role or fewer scopes.",
            path=path,
        )


def _is_theirs(context: WorkspaceContext, token: ApiToken) -> bool:
    """Whether who acts may see and end a token."""
    if context.allows(Permission.ADMINISTER):
        return True
    if context.principal.grant is not None and context.principal.grant.id == token.id:
        return True
    # a token sees itself, not what else its owner has
    own = context.principal.grant is None and context.principal.user_id is not None
    return own and token.user_id == context.principal.user_id


def _faults(
    name: str, expires_in_days: int, role: Role, scopes: frozenset[Permission], path: str
) -> Iterable[Problem]:
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        yield Problem(
            "BAD_TOKEN_NAME",
            f"{path}.name",
            f"A token's name has 1 to {_LONGEST_NAME} characters, all of them visible.",
        )
    if not 1 <= expires_in_days <= LONGEST_LIFE_DAYS:
        yield Problem(
            "BAD_EXPIRY",
            f"{path}.expires_in_days",
            f"A token lives 1 to {LONGEST_LIFE_DAYS} days, not {expires_in_days}.",
        )
    for scope in sorted(scopes - permissions_of(role)):
        yield Problem(
            "SCOPE_BEYOND_ROLE",
            f"{path}.scopes",
            f'The role {role.value} may not "{scope}", so a token of it cannot either.',
            "Choose a greater role, or leave the scope out.",
        )


def read_permissions(names: Iterable[str], *, path: str) -> frozenset[Permission]:
    """Return scopes by their names.

    Raises:
        InvalidInput: UNKNOWN_SCOPE, with a problem for each name that is no permission.
    """
    known = [permission.value for permission in Permission]
    wanted = list(names)
    problems = [
        Problem("UNKNOWN_SCOPE", path, f'There is no scope "{name}".', did_you_mean(name, known))
        for name in wanted
        if name not in known
    ]
    if problems:
        raise InvalidInput.of("UNKNOWN_SCOPE", "The list of scopes", problems)
    return frozenset(Permission(name) for name in wanted)


def _words(permissions: Iterable[Permission]) -> str:
    return ", ".join(permission.value.replace("_", " ") for permission in permissions)
