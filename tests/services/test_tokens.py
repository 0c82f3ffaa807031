"""API tokens: seen once, never more than their owner, dead when they should be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from muster.base.errors import Forbidden, InvalidInput, NotFound
from muster.base.ids import TokenId
from muster.base.people import Permission, PrincipalKind, Role
from muster.services import tokens
from muster.services.access import enter, enter_default, workspaces_of
from muster.services.context import WorkspaceContext
from muster.services.signing_in import principal_of_user
from muster.services.tokens import NewToken, create_token, principal_of_token
from muster.store import memberships, users
from tests.services.someone import BANK, SHOP, Town, town_in


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with town_in(database_url, tmp_path) as town:
        yield town


def made(context: WorkspaceContext, **chosen: object) -> NewToken:
    return create_token(context, **{"name": "ci", "expires_in_days": 30, **chosen})  # type: ignore[arg-type]


def run(town: Town, statement: str) -> None:
    with town.resources.database.transaction() as connection:
        connection.execute(text(statement))


def test_a_token_is_random_and_only_its_hash_is_kept(town: Town) -> None:
    context = town.entered(town.person("ada", shop=Role.ANALYST))
    one, other = made(context), made(context)
    assert one.secret != other.secret
    assert one.secret.startswith("mst_")
    assert len(one.secret) == 4 + 43  # 256 bits in base64
    assert one.token.prefix == one.secret[:10]
    assert one.secret not in repr(one)
    with town.resources.database.transaction() as connection:
        rows = connection.execute(text("SELECT to_jsonb(api_tokens)::text FROM api_tokens")).all()
    assert len(rows) == 2
    assert not any(one.secret[10:] in row[0] for row in rows)
    assert any(hashlib.sha256(one.secret.encode()).hexdigest() in row[0] for row in rows)


def test_a_token_stands_for_its_owner_in_its_workspace(town: Town) -> None:
    ada = town.person("ada", shop=Role.OPERATOR, bank=Role.ADMIN)
    secret = made(town.entered(ada), role=Role.ANALYST).secret
    principal = principal_of_token(town.resources, secret)
    assert principal is not None
    assert (principal.kind, principal.user_id) == (PrincipalKind.TOKEN, ada.id)
    assert principal.name == "token:ci (ada@example.com)"
    context = enter(town.resources, SHOP, principal)
    assert context.role is Role.ANALYST
    assert not context.allows(Permission.OPERATE)
    with pytest.raises(NotFound):
        enter(town.resources, BANK, principal)
    assert [one.name for one in workspaces_of(town.resources, principal)] == [SHOP]
    assert enter_default(town.resources, principal).workspace.name == SHOP


def test_scopes_narrow_a_token(town: Town) -> None:
    context = town.entered(town.person("ada", shop=Role.ADMIN))
    scopes = {Permission.READ, Permission.RUN}
    principal = principal_of_token(town.resources, made(context, scopes=scopes).secret)
    assert principal is not None
    assert enter(town.resources, SHOP, principal).permissions == scopes


def test_a_token_allows_no_more_than_its_owner_may_at_the_moment(town: Town) -> None:
    ada = town.person("ada", shop=Role.ADMIN)
    principal = principal_of_token(town.resources, made(town.entered(ada)).secret)
    assert principal is not None
    shop = town.locally()
    with shop.transaction() as connection:
        memberships.change(connection, shop.workspace.id, ada.id, role=Role.VIEWER)
    assert enter(town.resources, SHOP, principal).role is Role.VIEWER
    with shop.transaction() as connection:
        memberships.remove(connection, shop.workspace.id, ada.id)
    with pytest.raises(NotFound):
        enter(town.resources, SHOP, principal)
    assert workspaces_of(town.resources, principal) == ()


def test_a_token_of_an_admin_of_the_installation_works_without_a_membership(town: Town) -> None:
    with town.resources.database.transaction() as connection:
        root = users.add(connection, email="root@x", name="", installation_admin=True)
    assert root is not None
    context = enter(town.resources, SHOP, principal_of_user(root))
    principal = principal_of_token(town.resources, made(context, role=Role.OPERATOR).secret)
    assert principal is not None
    assert not principal.installation_admin  # it makes no workspaces
    assert enter(town.resources, SHOP, principal).role is Role.OPERATOR
    assert [one.name for one in workspaces_of(town.resources, principal)] == [SHOP]
    with pytest.raises(NotFound):
        enter(town.resources, BANK, principal)


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE api_tokens SET revoked_at = now()",
        "UPDATE api_tokens SET expires_at = clock_timestamp()",
        "UPDATE users SET disabled_at = now()",
        "DELETE FROM api_tokens",
    ],
)
def test_a_token_that_is_over_opens_nothing(town: Town, ending: str) -> None:
    secret = made(town.entered(town.person("ada", shop=Role.VIEWER))).secret
    assert principal_of_token(town.resources, secret) is not None
    run(town, ending)
    assert principal_of_token(town.resources, secret) is None


@pytest.mark.parametrize("sent", ["", "mst_", "x" * 100_000, "mst_\x00", "mst_\ud800", "ä"])
def test_what_is_no_token_opens_nothing(town: Town, sent: str) -> None:
    secret = made(town.locally()).secret
    for guess in (sent, secret[:-1], secret + "A", secret.swapcase()):
        assert principal_of_token(town.resources, guess) is None


def test_a_token_made_at_this_machine_needs_no_owner(town: Town) -> None:
    principal = principal_of_token(town.resources, made(town.locally(), role=Role.VIEWER).secret)
    assert principal is not None
    assert principal.user_id is None
    assert enter(town.resources, SHOP, principal).role is Role.VIEWER


def test_the_last_use_is_noted_at_most_once_a_minute(town: Town) -> None:
    secret = made(town.locally()).secret

    def last_used() -> object:
        return tokens.list_tokens(town.locally())[0].last_used_at

    assert last_used() is None
    principal_of_token(town.resources, secret)
    first = last_used()
    assert first is not None
    principal_of_token(town.resources, secret)
    assert last_used() == first
    run(town, "UPDATE api_tokens SET last_used_at = last_used_at - interval '61 seconds'")
    principal_of_token(town.resources, secret)
    assert last_used() != first


@pytest.mark.parametrize(
    ("chosen", "codes", "paths"),
    [
        ({"name": " "}, ["BAD_TOKEN_NAME"], ["$.name"]),
        ({"name": "x" * 81}, ["BAD_TOKEN_NAME"], ["$.name"]),
        ({"name": "a\u202eb"}, ["BAD_TOKEN_NAME"], ["$.name"]),
        ({"expires_in_days": 0}, ["BAD_EXPIRY"], ["$.expires_in_days"]),
        ({"expires_in_days": 367}, ["BAD_EXPIRY"], ["$.expires_in_days"]),
        (
            {"role": Role.VIEWER, "scopes": {Permission.EDIT}, "expires_in_days": -1},
            ["BAD_EXPIRY", "SCOPE_BEYOND_ROLE"],
            ["$.expires_in_days", "$.scopes"],
        ),
    ],
)
def test_every_fault_of_a_request_is_told(
    town: Town, chosen: dict[str, object], codes: list[str], paths: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        made(town.locally(), **chosen)
    assert [problem.code for problem in refused.value.problems] == codes
    assert [problem.path for problem in refused.value.problems] == paths


@pytest.mark.parametrize(
    ("own", "asked", "scopes", "allowed"),
    [
        (Role.VIEWER, Role.VIEWER, set(), True),
        (Role.VIEWER, None, {Permission.READ}, True),
        (Role.VIEWER, Role.ANALYST, set(), False),
        (Role.ANALYST, Role.ADMIN, {Permission.READ_AUDIT}, False),
        # a greater role narrowed to what one has is no more than one has
        (Role.VIEWER, Role.ADMIN, {Permission.READ}, True),
        (Role.ADMIN, Role.ADMIN, set(), True),
    ],
)
def test_nobody_gives_a_token_more_than_they_have(
    town: Town, own: Role, asked: Role | None, scopes: set[Permission], allowed: bool
) -> None:
    context = town.entered(town.person("ada", shop=own))
    if allowed:
        assert made(context, role=asked, scopes=scopes).token.role is (asked or own)
        return
    with pytest.raises(Forbidden) as refused:
        made(context, role=asked, scopes=scopes)
    assert refused.value.code == "MORE_THAN_YOURS"
    assert tokens.list_tokens(context) == ()


def test_a_token_makes_no_other_token(town: Town) -> None:
    secret = made(town.entered(town.person("ada", shop=Role.ADMIN))).secret
    principal = principal_of_token(town.resources, secret)
    assert principal is not None
    with pytest.raises(Forbidden) as refused:
        made(enter(town.resources, SHOP, principal))
    assert refused.value.code == "TOKEN_CANNOT_GRANT"


def test_people_see_and_revoke_their_own_tokens_and_admins_everybodys(town: Town) -> None:
    ada = town.entered(town.person("ada", shop=Role.VIEWER))
    bob = town.entered(town.person("bob", shop=Role.ANALYST))
    admin = town.entered(town.person("cid", shop=Role.ADMIN))
    hers, his = made(ada, name="hers").token, made(bob, name="his").token
    assert [token.name for token in tokens.list_tokens(ada)] == ["hers"]
    assert [token.name for token in tokens.list_tokens(admin)] == ["his", "hers"]
    with pytest.raises(NotFound):
        tokens.revoke_token(ada, his.id)
    assert tokens.revoke_token(ada, hers.id).revoked_at is not None
    assert tokens.revoke_token(admin, his.id, reason="left").revoked_at is not None
    told = [(entry.action, entry.actor, entry.reason) for entry in town.audited()[:2]]
    assert told == [
        ("token.revoke", "cid@example.com", "left"),
        ("token.revoke", "ada@example.com", ""),
    ]


def test_a_token_sees_itself_and_not_what_else_its_owner_has(town: Town) -> None:
    ada = town.entered(town.person("ada", shop=Role.VIEWER))
    secret, other = made(ada, name="one").secret, made(ada, name="other").token
    principal = principal_of_token(town.resources, secret)
    assert principal is not None
    context = enter(town.resources, SHOP, principal)
    assert [token.name for token in tokens.list_tokens(context)] == ["one"]
    with pytest.raises(NotFound):
        tokens.revoke_token(context, other.id)


def test_a_token_revoked_twice_was_revoked_once(town: Town) -> None:
    context = town.locally()
    token = made(context).token
    first = tokens.revoke_token(context, token.id)
    assert tokens.revoke_token(context, token.id) == first
    assert [entry.action for entry in town.audited()] == ["token.revoke", "token.create"]
    with pytest.raises(NotFound):
        tokens.revoke_token(context, TokenId(999))
    with pytest.raises(NotFound):
        tokens.revoke_token(town.locally(BANK), token.id)


def test_what_is_written_down_about_a_token_does_not_open_anything(town: Town) -> None:
    new = made(town.locally(), scopes={Permission.READ})
    entry = town.audited()[0]
    assert (entry.action, entry.subject) == ("token.create", f"token/{new.token.id}")
    assert entry.after["scopes"] == ["read"]
    assert new.secret not in str(entry)


def test_scopes_are_read_by_name() -> None:
    assert tokens.read_permissions(["read", "edit"], path="$") == {Permission.READ, Permission.EDIT}
    with pytest.raises(InvalidInput) as refused:
        tokens.read_permissions(["raed"], path="--scopes")
    assert refused.value.path == "--scopes"
    assert "read" in (refused.value.hint or "")
