"""The tables of people: users, who may do what where, sessions, invitations, tokens, settings,
and what each keeps for themselves.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from muster.base.people import Role
from muster.store.column_types import ExactJson, PlainText
from muster.store.columns import (
    check,
    flag,
    id_column,
    instant,
    metadata,
    now,
    one_of,
    text_column,
    texts,
    workspace_column,
)

_ROLES = [role.value for role in Role]


def _user(*, nullable: bool = False) -> Column[int]:
    return Column("user_id", BigInteger, ForeignKey("users.id", name="user"), nullable=nullable)


users = Table(
    "users",
    metadata,
    id_column(),
    text_column("email"),  # lower case
    text_column("name"),
    text_column("password_hash", nullable=True),  # argon2id; NULL: signs in elsewhere
    text_column("issuer", nullable=True),
    text_column("subject", nullable=True),
    flag("installation_admin"),
    now("created_at"),
    instant("disabled_at", nullable=True),
    instant("last_seen_at", nullable=True),
    UniqueConstraint("email"),
    UniqueConstraint("issuer", "subject"),
    check("email", "email = lower(email) AND email ~ '^[^@\\s]+@[^@\\s]+$'"),
    check("identity", "(issuer IS NULL) = (subject IS NULL)"),
)

memberships = Table(
    "memberships",
    metadata,
    workspace_column(),
    _user(),
    text_column("role"),
    now("created_at"),
    PrimaryKeyConstraint("workspace_id", "user_id"),
    one_of("role", "role", _ROLES),
    Index("ix_memberships_user", "user_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", PlainText, primary_key=True),  # SHA-256 of the cookie's value
    _user(),
    text_column("method"),
    text_column("agent"),
    now("created_at"),
    now("last_used_at"),
    instant("expires_at"),
    one_of("method", "method", ["password", "oidc", "databricks-apps"]),
    Index("ix_sessions_user", "user_id"),
)

sign_in_states = Table(
    "sign_in_states",
    metadata,
    # one OIDC sign-in under way; the hash of a value that a cookie of the same browser holds
    Column("token_hash", PlainText, primary_key=True),
    text_column("state"),
    text_column("nonce"),
    text_column("verifier"),
    text_column("return_to"),
    instant("expires_at"),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    id_column(),
    text_column("key"),  # what is limited: a hash of the address, or of the account's name
    now("at"),
    flag("succeeded"),
    Index("ix_sign_in_attempts_key", "key", "at"),
)

invitations = Table(
    "invitations",
    metadata,
    id_column(),
    workspace_column(),
    text_column("email"),
    text_column("role"),
    text_column("token_hash"),
    text_column("invited_by"),
    now("created_at"),
    instant("expires_at"),
    instant("accepted_at", nullable=True),
    instant("revoked_at", nullable=True),
    UniqueConstraint("token_hash"),
    one_of("role", "role", _ROLES),
    Index("ix_invitations_workspace", "workspace_id", "id"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    id_column(),
    workspace_column(),
    _user(nullable=True),  # NULL: made in local mode, by nobody with an account
    text_column("name"),
    text_column("prefix"),  # what is shown of it
    text_column("token_hash"),  # SHA-256
    text_column("role"),  # at most this role, and at most its owner's
    texts("scopes"),  # permissions it is narrowed to; empty: all of its role
    text_column("created_by"),
    now("created_at"),
    instant("expires_at"),
    instant("last_used_at", nullable=True),
    instant("revoked_at", nullable=True),
    UniqueConstraint("token_hash"),
    one_of("role", "role", _ROLES),
    Index("ix_api_tokens_workspace", "workspace_id", "id"),
)

workspace_settings = Table(
    "workspace_settings",
    metadata,
    workspace_column(),
    Column("document", ExactJson, nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    now("updated_at"),
    PrimaryKeyConstraint("workspace_id"),
)

kept = Table(
    "kept",
    metadata,
    workspace_column(),
    text_column("person"),  # by name, as in notification_reads: not everybody has an account
    text_column("key"),
    text_column("value"),  # JSON as it was written: jsonb would sort its names
    now("updated_at"),
    PrimaryKeyConstraint("workspace_id", "person", "key"),
)
