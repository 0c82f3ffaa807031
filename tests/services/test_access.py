"""The only way into a workspace: members get in as what they are, others learn nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from muster.base.errors import Forbidden, NotFound
from muster.base.ids import TokenId
from muster.base.people import Permission, Role, TokenGrant, permissions_of, system_principal
from muster.services.access import enter, enter_default, workspaces_of
from muster.services.signing_in import principal_of_user
from tests.services.someone import BANK, SHOP, Town, town_in


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with town_in(database_url, tmp_path) as town:
        yield town


@pytest.mark.parametrize("role", Role)
def test_a_member_enters_with_their_role_and_no_other_workspace(town: Town, role: Role) -> None:
    ada = town.person("ada", shop=role)
    context = town.entered(ada)
    assert (context.role, context.permissions) == (role, permissions_of(role))
    for permission in set(Permission) - permissions_of(role):
        with pytest.raises(Forbidden) as refused:
            context.require(permission)
        assert role.value in refused.value.sentence
    with pytest.raises(NotFound) as hidden:
        town.entered(ada, BANK)
    with pytest.raises(NotFound) as unknown:
        town.entered(ada, "nowhere")
    # nothing tells a workspace that is hidden from one that does not exist
    assert hidden.value.code == unknown.value.code
    assert hidden.value.hint == unknown.value.hint
    assert hidden.value.sentence.replace(BANK, "nowhere") == unknown.value.sentence


def test_roles_differ_from_workspace_to_workspace(town: Town) -> None:
    ada = town.person("ada", shop=Role.ADMIN, bank=Role.VIEWER)
    assert town.entered(ada, SHOP).role is Role.ADMIN
    assert town.entered(ada, BANK).role is Role.VIEWER


@pytest.mark.parametrize(
    ("own", "granted", "scopes", "permissions"),
    [
        (Role.ADMIN, Role.VIEWER, set(), permissions_of(Role.VIEWER)),
        (Role.VIEWER, Role.ADMIN, set(), permissions_of(Role.VIEWER)),
        (Role.ADMIN, Role.ADMIN, {Permission.RUN}, {Permission.RUN}),
        (Role.VIEWER, Role.ADMIN, {Permission.RUN}, set()),
    ],
)
def test_a_token_allows_what_it_and_its_owner_both_may(
    town: Town,
    own: Role,
    granted: Role,
    scopes: set[Permission],
    permissions: set[Permission],
) -> None:
    ada = town.person("ada", shop=own, bank=own)
    shop = town.locally().workspace.id
    grant = TokenGrant(TokenId(1), shop, granted, frozenset(scopes))
    assert town.entered(ada, SHOP, grant).permissions == permissions
    with pytest.raises(NotFound):
        town.entered(ada, BANK, grant)


def test_everybody_is_shown_their_own_workspaces(town: Town) -> None:
    ada = principal_of_user(town.person("ada", bank=Role.VIEWER))
    nobody = principal_of_user(town.person("bob"))
    assert [one.name for one in workspaces_of(town.resources, ada)] == [BANK]
    assert workspaces_of(town.resources, nobody) == ()
    assert len(workspaces_of(town.resources, system_principal())) == 2


def test_the_workspace_of_a_request_that_names_none_is_one_of_theirs(town: Town) -> None:
    ada = principal_of_user(town.person("ada", bank=Role.VIEWER))
    assert enter_default(town.resources, ada, preferred=SHOP).workspace.name == BANK
    assert enter_default(town.resources, system_principal()).workspace.name == SHOP
    assert enter_default(town.resources, system_principal(), preferred=BANK).workspace.name == BANK
    with pytest.raises(NotFound) as refused:
        enter_default(town.resources, principal_of_user(town.person("bob")))
    assert refused.value.code == "NO_WORKSPACE"


@pytest.mark.parametrize(
    ("member_of", "administers", "expected"),
    [
        ({"shop": Role.VIEWER, "bank": Role.VIEWER}, False, BANK),
        ({"shop": Role.VIEWER}, False, None),  # the owner has left the token's workspace
        ({}, True, BANK),
    ],
)
def test_a_token_that_names_no_workspace_gets_its_own(
    town: Town, member_of: dict[str, Role], administers: bool, expected: str | None
) -> None:
    ada = principal_of_user(town.person("ada", **member_of))
    bank = town.locally(BANK).workspace.id
    grant = TokenGrant(TokenId(1), bank, Role.VIEWER, frozenset(), administers)
    token = replace(ada, grant=grant)
    if expected is None:
        with pytest.raises(NotFound) as refused:
            enter_default(town.resources, token, preferred=SHOP)
        assert refused.value.code == "NO_WORKSPACE"
    else:
        assert enter_default(town.resources, token, preferred=SHOP).workspace.name == expected


def test_a_context_sees_its_workspaces_rows_alone(town: Town) -> None:
    context = enter(town.resources, SHOP, system_principal())
    with context.transaction() as connection:
        seen = connection.exec_driver_sql("SELECT name FROM workspaces").scalars().all()
    assert seen == [SHOP]
