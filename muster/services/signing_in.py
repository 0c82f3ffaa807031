"""Signing in with a password, sessions, and signing out.

A session is a random token of 256 bits in a cookie; the database holds its SHA-256. Every sign-in
makes a new one, whatever the browser brought along, and ends that.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.base.accounts import SignInMethod, User, UserSession
from muster.base.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from muster.base.ids import UserId
from muster.base.people import Principal, PrincipalKind
from muster.services import passwords, sign_in_attempts
from muster.services.context import Resources
from muster.store import audit, sessions, sign_in, users
from muster.store.database import Transaction

_TOKEN_BYTES = 32
_TOKEN_LETTERS = 43  # 32 bytes in base64 without padding


@dataclass(frozen=True, slots=True)
class SignInPolicy:
    """How long sessions last, and the secret that names of attempts are hashed with."""

    lifetime: timedelta
    idle: timedelta
    attempts_key: bytes


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: address, browser, the session they brought along, and the request."""

    address: str
    agent: str
    token: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class NewSession:
    """A session just begun; its token is seen here and never again."""

    token: str
    user: User
    expires_at: datetime


def sign_in_with_password(
    resources: Resources, policy: SignInPolicy, *, email: str, password: str, visitor: Visitor
) -> NewSession:
    """Begin a session for who knows the password.

    Raises:
        Unauthenticated: WRONG_CREDENTIALS, whether the account is unknown, disabled, or the
            password is wrong.
        TooManyRequests: SIGN_IN_BLOCKED.
    """
    account = email.strip().lower()
    attempt = sign_in_attempts.begin(
        resources, key=policy.attempts_key, account=account, address=visitor.address
    )
    with resources.database.transaction() as connection:
        user = users.by_email(connection, account)
        known = None if user is None else users.password_hash_of(connection, user.id)
    # outside of any transaction: it takes a while on purpose
    right = passwords.matches(password, known)
    renewed = passwords.hash_password(password) if right and _outdated(known) else None
    with resources.database.transaction() as connection:
        if user is not None and right and user.disabled_at is None:
            sign_in.mark_succeeded(connection, attempt.numbers)
            if renewed is not None:
                users.set_password(connection, user.id, password_hash=renewed)
            return begin_session(
                connection, policy, user, method=SignInMethod.PASSWORD, visitor=visitor
            )
        _tell_refused(connection, user, visitor)
    raise Unauthenticated(
        "WRONG_CREDENTIALS", "The e-mail address and the password do not belong together."
    )


def begin_session(
    connection: Transaction,
    policy: SignInPolicy,
    user: User,
    *,
    method: SignInMethod,
    visitor: Visitor,
) -> NewSession:
    """Begin a session for somebody who proved who they are; end the one they brought along."""
    sign_in.sweep(connection)
    sessions.sweep(connection, idle=policy.idle)
    if is_token(visitor.token):
        sessions.end(connection, token_hash=hash_token(visitor.token or ""))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    begun = sessions.add(
        connection,
        token_hash=hash_token(token),
        user_id=user.id,
        method=method,
        agent=_printable(visitor.agent),
        lifetime=policy.lifetime,
    )
    users.seen(connection, user.id)
    audit.record(
        connection,
        None,
        actor=user.email,
        action="session.begin",
        subject=f"user/{user.id}",
        after={"session": begun.id, "method": method.value},
        request_id=visitor.request_id,
    )
    return NewSession(token, user, begun.expires_at)


def principal_of_session(
    resources: Resources, cookie: str, *, idle: timedelta = timedelta(hours=12)
) -> Principal | None:
    """Return whose session a cookie's value is; None when it is no good session's."""
    if not is_token(cookie):
        return None
    token_hash = hash_token(cookie)
    with resources.database.transaction() as connection:
        found = sessions.find(connection, token_hash=token_hash, idle=idle)
        if found is None:
            return None
        if found.stale:
            sessions.touch(connection, token_hash=token_hash)
            users.seen(connection, found.user.id)
    return principal_of_user(found.user)


def principal_of_user(user: User) -> Principal:
    """Return the identity of an account."""
    return Principal(
        user.email,
        PrincipalKind.USER,
        user_id=user.id,
        installation_admin=user.installation_admin,
    )


def sign_out(resources: Resources, *, visitor: Visitor) -> None:
    """End the session a browser brought along, if it is one."""
    if not is_token(visitor.token):
        return
    token_hash = hash_token(visitor.token or "")
    with resources.database.transaction() as connection:
        user_id = sessions.end(connection, token_hash=token_hash)
        user = None if user_id is None else users.by_id(connection, user_id)
        if user is not None:
            _tell_ended(connection, user, {"session": token_hash[: sessions.ID_LETTERS]}, visitor)


def sign_out_everywhere(resources: Resources, principal: Principal, *, visitor: Visitor) -> int:
    """End all sessions of a person; return how many.

    Raises:
        Conflict: NO_ACCOUNT.
    """
    with resources.database.transaction() as connection:
        user = _user(connection, principal)
        ended = sessions.end_all(connection, user.id)
        _tell_ended(connection, user, {"sessions": ended}, visitor)
    return ended


def sessions_of(
    resources: Resources, principal: Principal, *, idle: timedelta
) -> tuple[UserSession, ...]:
    """Return a person's own sessions, the newest first; none for who has no account."""
    if principal.user_id is None:
        return ()
    with resources.database.transaction() as connection:
        return sessions.of_user(connection, principal.user_id, idle=idle)


def end_session(
    resources: Resources, principal: Principal, session_id: str, *, visitor: Visitor
) -> None:
    """End one of a person's own sessions.

    Raises:
        NotFound: UNKNOWN_SESSION.
        Conflict: NO_ACCOUNT.
    """
    with resources.database.transaction() as connection:
        user = _user(connection, principal)
        if not sessions.end_by_id(connection, user.id, session_id=session_id):
            raise NotFound("UNKNOWN_SESSION", "You have no session with this id.")
        _tell_ended(connection, user, {"session": session_id}, visitor)


def change_password(
    resources: Resources,
    policy: SignInPolicy,
    principal: Principal,
    *,
    current: str,
    new: str,
    visitor: Visitor,
) -> NewSession:
    """Give a person the password they choose, end all their sessions and begin a new one.

    Raises:
        Unauthenticated: WRONG_CREDENTIALS, the current password is another one.
        InvalidInput: WEAK_PASSWORD.
        Conflict: NO_ACCOUNT.
        TooManyRequests: SIGN_IN_BLOCKED.
    """
    with resources.database.transaction() as connection:
        user = _user(connection, principal)
        known = users.password_hash_of(connection, user.id)
    passwords.refuse_weak(new, email=user.email, path="$.body.new_password")
    if new == current:
        raise InvalidInput(
            "WEAK_PASSWORD", "The new password is the current one.", path="$.body.new_password"
        )
    attempt = sign_in_attempts.begin(
        resources, key=policy.attempts_key, account=user.email, address=visitor.address
    )
    if not passwords.matches(current, known):
        raise Unauthenticated("WRONG_CREDENTIALS", "The current password is another one.")
    hashed = passwords.hash_password(new)
    with resources.database.transaction() as connection:
        sign_in.mark_succeeded(connection, attempt.numbers)
        users.set_password(connection, user.id, password_hash=hashed)
        ended = sessions.end_all(connection, user.id)
        begun = begin_session(
            connection, policy, user, method=SignInMethod.PASSWORD, visitor=visitor
        )
        audit.record(
            connection,
            None,
            actor=user.email,
            action="session.password",
            subject=f"user/{user.id}",
            after={"sessions_ended": ended},
            request_id=visitor.request_id,
        )
    return begun


def is_token(text: str | None) -> bool:
    """Whether a text could be a session's token; anything else is not looked for."""
    return text is not None and len(text) == _TOKEN_LETTERS and text.isascii()


def hash_token(token: str) -> str:
    """Return what is kept of a token. It has 256 random bits, so a plain hash will do."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _outdated(password_hash: str | None) -> bool:
    return password_hash is not None and passwords.is_outdated(password_hash)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _user(connection: Transaction, principal: Principal) -> User:
    user = None
    if principal.grant is None and principal.user_id is not None:
        user = users.by_id(connection, UserId(principal.user_id))
    if user is None:
        raise Conflict(
            "NO_ACCOUNT",
            "Only a person who signed in with an account can do this.",
            hint="Sign in; an API token or a server in local mode will not do.",
        )
    return user


def _tell_refused(connection: Transaction, user: User | None, visitor: Visitor) -> None:
    """Log a refusal. What was typed as the address is not kept: it may be a password."""
    audit.record(
        connection,
        None,
        actor="nobody",
        action="session.refuse",
        subject="user/unknown" if user is None else f"user/{user.id}",
        reason="disabled" if user is not None and user.disabled_at else "wrong credentials",
        request_id=visitor.request_id,
    )


def _tell_ended(
    connection: Transaction, user: User, before: dict[str, object], visitor: Visitor
) -> None:
    audit.record(
        connection,
        None,
        actor=user.email,
        action="session.end",
        subject=f"user/{user.id}",
        before=before,
        request_id=visitor.request_id,
    )
