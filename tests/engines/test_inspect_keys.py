from __future__ import annotations

import pytest

from muster.base.inspection import ForeignKey, PhysicalType, TableFacts
from muster.engines.inspect_keys import DeclaredKeys, looks_like_key, with_keys
from tests.model.facts import column, table

P = PhysicalType


def keyed(
    *tables: TableFacts, share: float = 1.0, declared: DeclaredKeys | None = None
) -> dict[str, TableFacts]:
    found = with_keys(tables, declared or DeclaredKeys(), lambda *_: share)
    return {one.name: one for one in found}


USERS = table("users", column("user_id", P.INTEGER), column("name", P.TEXT, distinct=80))


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        ((column("user_id", P.INTEGER),), "user_id"),
        ((column("id", P.TEXT), column("user_id", P.TEXT)), "user_id"),
        ((column("legacy_id", P.INTEGER), column("id", P.INTEGER)), "id"),
        ((column("code", P.TEXT),), "code"),
        ((column("age", P.INTEGER, distinct=9), column("email", P.TEXT)), None),
        ((column("age", P.INTEGER, distinct=9), column("UserID", P.FLOAT, scale=0)), "UserID"),
        ((column("user_id", P.INTEGER, nulls=1, distinct=99),), None),
        ((column("user_id", P.INTEGER, distinct=99),), None),
        ((column("user_id", P.FLOAT, scale=2),), None),
        ((column("at", P.NAIVE_TIMESTAMP),), None),
    ],
)
def test_a_key_is_unique_never_null_and_named_like_one(
    columns: tuple[object, ...], key: str | None
) -> None:
    assert keyed(table("users", *columns))["users"].primary_key == key  # type: ignore[arg-type]


def test_an_empty_table_has_no_key_to_guess() -> None:
    empty = table("users", column("user_id", P.INTEGER, distinct=0), rows=0)
    assert keyed(empty)["users"].primary_key is None


def test_a_declared_key_wins_over_a_better_looking_one() -> None:
    declared = DeclaredKeys(primary={"users": "name"})
    found = keyed(USERS, declared=declared)["users"]
    assert (found.primary_key, found.primary_key_declared) == ("name", True)


@pytest.mark.parametrize(
    ("name", "kind", "distinct", "refers"),
    [
        ("user_id", P.INTEGER, 30, True),
        ("UserId", P.INTEGER, 30, True),
        ("billing_user_id", P.INTEGER, 30, True),
        ("user", P.INTEGER, 30, True),
        ("user_key", P.INTEGER, 30, True),
        ("user_id", P.FLOAT, 30, True),
        ("user_id", P.TEXT, 30, False),
        ("user_id", P.INTEGER, 200, False),
        ("user_id", P.INTEGER, 0, False),
        ("quantity", P.INTEGER, 30, False),
        ("id", P.INTEGER, 30, False),
    ],
)
def test_a_column_refers_to_a_key_by_kind_name_and_number_of_values(
    name: str, kind: PhysicalType, distinct: int, refers: bool
) -> None:
    orders = table("orders", column(name, kind, distinct=distinct, scale=0))
    expected = (ForeignKey(name, "users", "user_id", False),) if refers else ()
    assert keyed(USERS, orders)["orders"].foreign_keys == expected


@pytest.mark.parametrize(("share", "refers"), [(0.94, False), (0.95, True), (1.0, True)])
def test_nearly_all_values_have_to_be_found_in_the_key(share: float, refers: bool) -> None:
    orders = table("orders", column("user_id", P.INTEGER, distinct=30))
    assert bool(keyed(USERS, orders, share=share)["orders"].foreign_keys) is refers


@pytest.mark.parametrize(("distinct", "refers"), [(9, False), (10, True)])
def test_text_refers_to_a_key_of_another_name_with_enough_values(
    distinct: int, refers: bool
) -> None:
    countries = table("countries", column("code", P.TEXT))
    people = table("people", column("nationality", P.TEXT, distinct=distinct))
    assert bool(keyed(countries, people)["people"].foreign_keys) is refers


def test_of_two_tables_with_one_key_the_child_refers_to_the_one_the_key_is_named_after() -> None:
    profiles = table("extended_data", column("user_id", P.INTEGER))
    found = keyed(profiles, USERS)
    assert found["extended_data"].foreign_keys == (
        ForeignKey("user_id", "users", "user_id", False),
    )
    assert found["users"].foreign_keys == ()


def test_of_two_such_tables_without_a_telling_name_the_smaller_refers_to_the_larger() -> None:
    large = table("aaa", column("key", P.TEXT, distinct=200), rows=200)
    small = table("bbb", column("key", P.TEXT))
    found = keyed(large, small)
    assert [one.table for one in found["bbb"].foreign_keys] == ["aaa"]
    assert found["aaa"].foreign_keys == ()


def test_the_best_name_is_asked_for_first() -> None:
    asked: list[tuple[str, ...]] = []

    def share(*question: str) -> float:
        asked.append(question)
        return 1.0

    accounts = table("accounts", column("account_id", P.INTEGER))
    orders = table("orders", column("account_id", P.INTEGER, distinct=30))
    with_keys((USERS, accounts, orders), DeclaredKeys(), share)
    assert asked == [("orders", "account_id", "accounts", "account_id")]


def test_a_declared_reference_is_not_looked_for_again() -> None:
    stated = ForeignKey("user_id", "users", "user_id", True)
    orders = table("orders", column("user_id", P.INTEGER, distinct=30))
    declared = DeclaredKeys(foreign={"orders": (stated,)})
    assert keyed(USERS, orders, share=0.0, declared=declared)["orders"].foreign_keys == (stated,)


@pytest.mark.parametrize(
    ("name", "expected"), [("id", True), ("CustomerID", True), ("row_key", True), ("price", False)]
)
def test_some_names_look_like_keys(name: str, expected: bool) -> None:
    assert looks_like_key(name) is expected
