"""Members and invitations: admins alone change them, and never lock everybody out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from muster.base.errors import Conflict, Forbidden, InvalidInput, MusterError, NotFound
from muster.base.ids import InvitationId, TokenId, UserId
from muster.base.people import Permission, Role, TokenGrant
from muster.services import people
from muster.services.context import WorkspaceContext
from muster.services.people import add_member, change_role, invite, list_members, remove_member
from muster.services.tokens import create_token, hash_token, principal_of_token
from muster.store import joining, users
from tests.services.someone import BANK, Town, town_in


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with town_in(database_url, tmp_path) as town:
        yield town


def roles(context: WorkspaceContext) -> dict[str, str]:
    return {member.email.split("@")[0]: member.role.value for member in list_members(context)}


def test_members_are_listed_by_address_with_what_they_are(town: Town) -> None:
    town.person("bob", shop=Role.VIEWER)
    ada = town.person("ada", shop=Role.ADMIN, bank=Role.VIEWER)
    with town.resources.database.transaction() as connection:
        users.set_enabled(connection, ada.id, enabled=False)
    found = list_members(town.locally())
    assert [(one.email, one.role, one.disabled) for one in found] == [
        ("ada@example.com", Role.ADMIN, True),
        ("bob@example.com", Role.VIEWER, False),
    ]
    assert roles(town.locally(BANK)) == {"ada": "viewer"}


def test_an_account_becomes_a_member_changes_its_role_and_leaves(town: Town) -> None:
    admin = town.entered(town.person("ada", shop=Role.ADMIN))
    bob = town.person("bob")
    added = add_member(admin, email=" Bob@Example.com ", role=Role.VIEWER)
    assert (added.user_id, added.role) == (bob.id, Role.VIEWER)
    assert change_role(admin, bob.id, Role.OPERATOR, reason="new job").role is Role.OPERATOR
    assert remove_member(admin, bob.id).email == "bob@example.com"
    assert roles(admin) == {"ada": "admin"}
    told = [(e.action, e.subject, e.before, e.after, e.reason) for e in reversed(town.audited())]
    viewer, operator = ({"email": bob.email, "role": role} for role in ("viewer", "operator"))
    assert told == [
        ("member.add", f"user/{bob.id}", None, viewer, ""),
        ("member.change", f"user/{bob.id}", viewer, operator, "new job"),
        ("member.remove", f"user/{bob.id}", {**operator, "tokens_revoked": []}, None, ""),
    ]
    assert {entry.request_id for entry in town.audited()} == {"r1"}


def test_the_same_role_again_is_no_change(town: Town) -> None:
    bob = town.person("bob", shop=Role.VIEWER)
    change_role(town.locally(), bob.id, Role.VIEWER)
    assert town.audited() == []


def test_who_leaves_loses_their_tokens_here_and_does_not_get_them_back(town: Town) -> None:
    bob = town.person("bob", shop=Role.ANALYST, bank=Role.ANALYST)
    here = create_token(town.entered(bob), name="ci", expires_in_days=1)
    there = create_token(town.entered(bob, BANK), name="ci", expires_in_days=1)
    remove_member(town.locally(), bob.id)
    add_member(town.locally(), email=bob.email, role=Role.ANALYST)
    assert principal_of_token(town.resources, here.secret) is None
    assert principal_of_token(town.resources, there.secret) is not None


@pytest.mark.parametrize(
    ("deed", "error", "code"),
    [
        (
            lambda c: add_member(c, email="ada@example.com", role=Role.ADMIN),
            Conflict,
            "ALREADY_MEMBER",
        ),
        (
            lambda c: add_member(c, email="zoe@example.com", role=Role.ADMIN),
            NotFound,
            "UNKNOWN_USER",
        ),
        (lambda c: add_member(c, email="zoe", role=Role.ADMIN), InvalidInput, "BAD_EMAIL"),
        (lambda c: change_role(c, UserId(999), Role.ADMIN), NotFound, "UNKNOWN_MEMBER"),
        (lambda c: remove_member(c, UserId(999)), NotFound, "UNKNOWN_MEMBER"),
        (lambda c: people.member_by_email(c, "zoe@example.com"), NotFound, "UNKNOWN_MEMBER"),
        (lambda c: invite(c, email="ada@example.com", role=Role.ADMIN), Conflict, "ALREADY_MEMBER"),
        (lambda c: invite(c, email="no address", role=Role.ADMIN), InvalidInput, "BAD_EMAIL"),
        (lambda c: people.revoke_invitation(c, InvitationId(9)), NotFound, "UNKNOWN_INVITATION"),
    ],
)
def test_what_cannot_be_is_refused(
    town: Town, deed: Callable[[WorkspaceContext], object], error: type[MusterError], code: str
) -> None:
    admin = town.entered(town.person("ada", shop=Role.ADMIN))
    with pytest.raises(error) as refused:
        deed(admin)
    assert refused.value.code == code
    assert town.audited() == []


def test_members_of_another_workspace_are_nobodys_here(town: Town) -> None:
    bob = town.person("bob", bank=Role.VIEWER)
    admin = town.entered(town.person("ada", shop=Role.ADMIN))
    for deed in (
        lambda: change_role(admin, bob.id, Role.ADMIN),
        lambda: remove_member(admin, bob.id),
    ):
        with pytest.raises(NotFound):
            deed()
    assert roles(town.locally(BANK)) == {"bob": "viewer"}


@pytest.mark.parametrize(
    "deed",
    [
        lambda c: add_member(c, email="x@y", role=Role.VIEWER),
        lambda c: change_role(c, UserId(1), Role.VIEWER),
        lambda c: remove_member(c, UserId(1)),
        lambda c: invite(c, email="x@y", role=Role.VIEWER),
        lambda c: people.list_invitations(c),
        lambda c: people.revoke_invitation(c, InvitationId(1)),
    ],
)
def test_an_operator_changes_nobodys_membership(
    town: Town, deed: Callable[[WorkspaceContext], object]
) -> None:
    operator = town.entered(town.person("ada", shop=Role.OPERATOR))
    with pytest.raises(Forbidden) as refused:
        deed(operator)
    assert refused.value.code == "NOT_ALLOWED"


def test_a_narrowed_token_of_an_admin_makes_nobody_more_than_it_is(town: Town) -> None:
    ada = town.person("ada", shop=Role.ADMIN)
    bob = town.person("bob", shop=Role.VIEWER)
    scopes = frozenset({Permission.READ, Permission.ADMINISTER})
    shop = town.locally().workspace.id
    narrowed = town.entered(ada, grant=TokenGrant(TokenId(1), shop, Role.ADMIN, scopes))
    for deed in (
        lambda: change_role(narrowed, bob.id, Role.ADMIN),
        lambda: invite(narrowed, email="x@y.z", role=Role.ANALYST),
        lambda: add_member(narrowed, email="x@y.z", role=Role.ANALYST),
    ):
        with pytest.raises(Forbidden) as refused:
            deed()
        assert refused.value.code == "MORE_THAN_YOURS"
    assert invite(narrowed, email="x@y.z", role=Role.VIEWER)


@pytest.mark.parametrize("disabled_too", [False, True])
def test_the_last_admin_who_can_sign_in_stays_one(town: Town, disabled_too: bool) -> None:
    ada = town.person("ada", shop=Role.ADMIN)
    town.person("bob", shop=Role.OPERATOR)
    if disabled_too:
        cid = town.person("cid", shop=Role.ADMIN)
        with town.resources.database.transaction() as connection:
            users.set_enabled(connection, cid.id, enabled=False)
    context = town.entered(ada)
    for deed in (
        lambda: change_role(context, ada.id, Role.OPERATOR),
        lambda: remove_member(context, ada.id),
    ):
        with pytest.raises(Conflict) as refused:
            deed()
        assert refused.value.code == "LAST_ADMIN"
    assert roles(context)["ada"] == "admin"
    # the person at the machine can always make another one
    assert change_role(town.locally(), ada.id, Role.VIEWER).role is Role.VIEWER


def test_a_disabled_admin_can_be_removed_by_the_other(town: Town) -> None:
    context = town.entered(town.person("ada", shop=Role.ADMIN))
    cid = town.person("cid", shop=Role.ADMIN)
    with town.resources.database.transaction() as connection:
        users.set_enabled(connection, cid.id, enabled=False)
    remove_member(context, cid.id)
    assert roles(context) == {"ada": "admin"}


def test_two_admins_who_demote_each_other_at_once_leave_one(town: Town) -> None:
    ada, bob = town.person("ada", shop=Role.ADMIN), town.person("bob", shop=Role.ADMIN)
    begun = threading.Barrier(2)
    outcomes: list[str] = []

    def demote(by: UserId, context: WorkspaceContext) -> None:
        begun.wait()
        try:
            change_role(context, by, Role.VIEWER)
            outcomes.append("done")
        except Conflict as conflict:
            outcomes.append(conflict.code)

    threads = [
        threading.Thread(target=demote, args=(other.id, town.entered(one)))
        for one, other in ((ada, bob), (bob, ada))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["LAST_ADMIN", "done"]
    assert sorted(roles(town.locally()).values()) == ["admin", "viewer"]


def test_an_invitation_is_seen_once_and_taken_up_by_its_token(town: Town) -> None:
    context = town.entered(town.person("ada", shop=Role.ADMIN))
    made = invite(context, email=" Grace@Example.com ", role=Role.ANALYST)
    assert made.secret not in repr(made)
    assert made.invitation.expires_at - made.invitation.created_at == timedelta(days=7)
    with town.resources.database.transaction() as connection:
        found = joining.by_token(connection, token_hash=hash_token(made.secret))
        rows = connection.execute(text("SELECT to_jsonb(invitations)::text FROM invitations"))
        assert made.secret not in rows.scalar_one()
    assert found is not None
    assert (found.email, found.role) == ("grace@example.com", Role.ANALYST)
    assert found.workspace_id == context.workspace.id
    entry = town.audited()[0]
    assert (entry.action, entry.after["email"]) == ("invitation.create", "grace@example.com")
    assert made.secret not in str(entry)


def test_a_second_invitation_takes_the_place_of_the_first(town: Town) -> None:
    context = town.locally()
    first = invite(context, email="grace@example.com", role=Role.ADMIN)
    invite(town.locally(BANK), email="grace@example.com", role=Role.VIEWER)
    second = invite(context, email="grace@example.com", role=Role.VIEWER)
    now = town.resources.clock.now_utc()
    states = [(one.id, one.state(now=now)) for one in people.list_invitations(context)]
    assert states == [(second.invitation.id, "open"), (first.invitation.id, "revoked")]
    with town.resources.database.transaction() as connection:
        assert joining.by_token(connection, token_hash=hash_token(first.secret)) is None
        assert len(joining.by_email(connection, "grace@example.com")) == 2  # one of each workspace


def test_an_invitation_can_be_taken_back_until_it_is_accepted(town: Town) -> None:
    context = town.locally()
    made = invite(context, email="grace@example.com", role=Role.VIEWER)
    revoked = people.revoke_invitation(context, made.invitation.id, reason="wrong person")
    assert revoked.revoked_at is not None
    assert people.revoke_invitation(context, made.invitation.id) == revoked
    assert [entry.action for entry in town.audited()] == ["invitation.revoke", "invitation.create"]
    again = invite(context, email="grace@example.com", role=Role.VIEWER)
    grace = town.person("grace")
    with town.resources.database.transaction() as connection:
        found = joining.by_token(connection, token_hash=hash_token(again.secret))
        assert found is not None
        assert joining.accept(connection, found, grace.id)
    with pytest.raises(Conflict) as refused:
        people.revoke_invitation(context, again.invitation.id)
    assert refused.value.code == "INVITATION_ACCEPTED"
    now = town.resources.clock.now_utc()
    assert people.list_invitations(context)[0].state(now=now) == "accepted"
    assert roles(context) == {"grace": "viewer"}


def test_an_invitation_is_over_after_its_week(town: Town) -> None:
    invitation = invite(town.locally(), email="grace@example.com", role=Role.VIEWER).invitation
    assert invitation.state(now=invitation.expires_at - timedelta(seconds=1)) == "open"
    assert invitation.state(now=invitation.expires_at) == "expired"
