"""Signing in where a platform's proxy names the person: an account is made at first sight."""

from __future__ import annotations

from muster.base.errors import Unauthenticated
from muster.base.people import Principal
from muster.services.accounts import read_email, read_name, tell_made
from muster.services.context import Resources
from muster.services.signing_in import principal_of_user
from muster.store import users


def principal_of_platform(
    resources: Resources,
    *,
    email: str,
    name: str,
    admins: tuple[str, ...],
    request_id: str | None = None,
) -> Principal:
    """Return the identity the platform names; the caller has verified that it is the platform.

    Args:
        admins: addresses in lower case whose new accounts are admins of the installation.

    Raises:
        InvalidInput: BAD_EMAIL.
        Unauthenticated: ACCOUNT_DISABLED.
    """
    address = read_email(email, path="$.header.X-Forwarded-Email")
    with resources.database.transaction() as connection:
        user = users.by_email(connection, address)
        if user is None:
            made = users.add(
                connection,
                email=address,
                name=read_name(name, email=address),
                installation_admin=address in admins,
            )
            if made is not None:
                tell_made(connection, made, actor="databricks-apps", request_id=request_id)
            # None: another request of the same person was first
            user = made or users.by_email(connection, address)
        if user is None or user.disabled_at is not None:
            raise Unauthenticated("ACCOUNT_DISABLED", "This account is closed.")
        users.seen(connection, user.id)
    return principal_of_user(user)
