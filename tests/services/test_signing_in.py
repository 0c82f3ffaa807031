"""Signing in as a use case: the same work for everybody, attempts at once, sessions' principals."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import argon2
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from muster.base.errors import Conflict, MusterError, TooManyRequests, Unauthenticated
from muster.base.people import Principal, PrincipalKind, local_principal
from muster.services import accounts, passwords, sign_in_attempts, signing_in
from muster.services.context import Resources
from muster.services.signing_in import SignInPolicy, Visitor
from muster.settings import Settings
from muster.store import users
from muster.store.tables_people import sessions
from muster.store.tables_people import sign_in_attempts as attempts_table
from muster.wiring import open_resources

ADA, PASSWORD = "ada@example.com", "correct horse battery"
POLICY = SignInPolicy(timedelta(hours=8), timedelta(hours=1), b"k" * 32)
VISITOR = Visitor(address="192.0.2.1", agent="test")


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords() -> None:
    """Let passwords cost here what they cost people; see ``tests/conftest.py``."""
    passwords._nobodys_hash.cache_clear()


@pytest.fixture
def resources(database_url: str, tmp_path: Path) -> Iterator[Resources]:
    settings = Settings(data=tmp_path, database_url=SecretStr(database_url))
    with open_resources(settings) as opened:
        yield opened


def add(resources: Resources, email: str = ADA, password: str | None = PASSWORD) -> None:
    accounts.create_account(
        resources,
        email=email,
        name="",
        password=password,
        installation_admin=False,
        actor="test",
    )


def sign_in(resources: Resources, email: str = ADA, password: str = PASSWORD, **more: Visitor):
    return signing_in.sign_in_with_password(
        resources, POLICY, email=email, password=password, visitor=more.get("visitor", VISITOR)
    )


@pytest.mark.parametrize("email", [ADA, "nobody@example.com", "elsewhere@example.com"])
def test_every_account_known_or_not_costs_one_check(
    resources: Resources, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(resources)
    add(resources, "elsewhere@example.com", None)
    passwords.matches("x", None)  # the hash nobody has is made once a process
    checked: list[str] = []
    verify = argon2.PasswordHasher.verify

    def counted(self: argon2.PasswordHasher, kept: str | bytes, given: str | bytes) -> object:
        checked.append(str(kept).rpartition("$")[0].rpartition("$")[0])
        return verify(self, kept, given)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    with pytest.raises(Unauthenticated) as caught:
        sign_in(resources, email, "a wrong password")
    assert checked == ["$argon2id$v=19$m=65536,t=3,p=4"]
    assert str(caught.value) == "The e-mail address and the password do not belong together."


def test_a_password_is_the_same_whichever_keyboard_wrote_it() -> None:
    hashed = passwords.hash_password("Ångström naïve ﬁ")
    assert passwords.matches("Ångström naïve fi", hashed)
    assert not passwords.matches("Angstrom naive fi", hashed)


def test_half_a_character_is_a_password_like_another() -> None:
    assert passwords.matches(
        "\ud800 and eleven more", passwords.hash_password("\ud800 and eleven more")
    )


@pytest.mark.parametrize("kept", ["", "plain text", "$2b$12$abc", "$argon2id$v=19$m=1"])
def test_what_is_no_hash_matches_nothing(kept: str) -> None:
    assert not passwords.matches(kept, kept)


def test_a_hash_of_old_parameters_is_made_anew_at_the_next_sign_in(resources: Resources) -> None:
    add(resources)
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with resources.database.transaction() as connection:
        user = users.by_email(connection, ADA)
        assert user is not None
        users.set_password(connection, user.id, password_hash=old)
    with pytest.raises(Unauthenticated):
        sign_in(resources, password="a wrong password")
    assert kept_hash(resources) == old
    sign_in(resources)
    new = kept_hash(resources)
    assert new.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    sign_in(resources)
    assert kept_hash(resources) == new


def kept_hash(resources: Resources) -> str:
    with resources.database.transaction() as connection:
        user = users.by_email(connection, ADA)
        assert user is not None
        return str(users.password_hash_of(connection, user.id))


def test_many_attempts_at_once_are_counted_each(resources: Resources) -> None:
    def attempt(number: int) -> bool:
        try:
            sign_in_attempts.begin(
                resources, key=POLICY.attempts_key, account=ADA, address=f"192.0.2.{number}"
            )
        except TooManyRequests:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 5


def test_attempts_from_one_address_on_many_accounts_are_counted(resources: Resources) -> None:
    def attempt(number: int) -> None:
        sign_in_attempts.begin(
            resources, key=POLICY.attempts_key, account=f"{number}@example.com", address="a"
        )

    for number in range(40):
        attempt(number)
    with pytest.raises(TooManyRequests) as caught:
        attempt(40)
    assert caught.value.code == "SIGN_IN_BLOCKED"


def test_a_success_clears_the_account_but_not_the_address(resources: Resources) -> None:
    add(resources)
    for _ in range(4):
        with pytest.raises(Unauthenticated):
            sign_in(resources, password="a wrong password")
    sign_in(resources)
    with pytest.raises(Unauthenticated):
        sign_in(resources, password="a wrong password")
    with resources.database.transaction() as connection:
        failed = connection.execute(
            select(func.count())
            .select_from(attempts_table)
            .where(~attempts_table.c.succeeded)
            .group_by(attempts_table.c.key)
        ).scalars()
        assert list(failed) == [5, 5]


def test_old_failures_are_forgotten(resources: Resources) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            sign_in(resources)
    with pytest.raises(TooManyRequests):
        sign_in(resources)
    with resources.database.transaction() as connection:
        connection.execute(update(attempts_table).values(at=func.now() - timedelta(minutes=16)))
    with pytest.raises(Unauthenticated):
        sign_in(resources)


def test_a_session_names_its_person_until_it_ends(resources: Resources) -> None:
    add(resources)
    begun = sign_in(resources)
    found = signing_in.principal_of_session(resources, begun.token)
    assert found == Principal(ADA, PrincipalKind.USER, user_id=begun.user.id)
    signing_in.sign_out(resources, visitor=Visitor("a", "b", begun.token))
    assert signing_in.principal_of_session(resources, begun.token) is None


def test_a_token_is_not_shown_by_accident(resources: Resources) -> None:
    add(resources)
    begun = sign_in(resources)
    assert begun.token not in repr(begun)


@pytest.mark.parametrize(
    "cookie", ["", "x", "A" * 43, "é" * 43, "A" * 42, "A" * 44, "\x00" * 43, "' OR '1'='1" * 4]
)
def test_a_made_up_cookie_is_nobodys(resources: Resources, cookie: str) -> None:
    add(resources)
    sign_in(resources)
    assert signing_in.principal_of_session(resources, cookie) is None


def test_the_beginning_of_a_token_or_its_hash_opens_nothing(resources: Resources) -> None:
    add(resources)
    begun = sign_in(resources)
    hashed = signing_in.hash_token(begun.token)
    for text in (begun.token[:-1], begun.token[:-1] + "=", hashed, hashed[:43]):
        assert signing_in.principal_of_session(resources, text) is None


def test_ended_sessions_are_swept_at_the_next_sign_in(resources: Resources) -> None:
    add(resources)
    for _ in range(3):
        sign_in(resources)
    with resources.database.transaction() as connection:
        connection.execute(update(sessions).values(expires_at=func.now()))
    sign_in(resources)
    with resources.database.transaction() as connection:
        assert connection.execute(select(func.count()).select_from(sessions)).scalar_one() == 1


@pytest.mark.parametrize(
    "principal", [local_principal("me"), Principal("token:x", PrincipalKind.TOKEN)]
)
def test_who_has_no_account_has_no_sessions_to_end(
    resources: Resources, principal: Principal
) -> None:
    assert signing_in.sessions_of(resources, principal, idle=POLICY.idle) == ()
    for act in (
        lambda: signing_in.sign_out_everywhere(resources, principal, visitor=VISITOR),
        lambda: signing_in.end_session(resources, principal, "x" * 16, visitor=VISITOR),
        lambda: signing_in.change_password(
            resources, POLICY, principal, current="x", new=secrets.token_hex(), visitor=VISITOR
        ),
    ):
        with pytest.raises(Conflict) as caught:
            act()
        assert caught.value.code == "NO_ACCOUNT"


@pytest.mark.parametrize("email", ["a\x00b@example.com", "\ud800@example.com", "x" * 10_000])
def test_odd_addresses_are_refused_and_break_nothing(resources: Resources, email: str) -> None:
    with pytest.raises(MusterError):
        sign_in(resources, email)
