"""What is suggested to whoever writes a condition."""

from __future__ import annotations

from collections import Counter

import pytest

from muster.base.errors import InvalidInput
from muster.services import values
from muster.services.values import suggest_values
from tests.services.small_workspace import CITIES, PAYMENTS, USERS


def test_frequent_values_come_first(shared) -> None:
    found = suggest_values(shared, "city")
    counted = Counter(user.city for user in USERS)
    assert sorted(found.items) == sorted(counted.items())
    assert [number for _, number in found.items] == sorted(counted.values(), reverse=True)
    assert (found.distinct, found.personal) == (len(CITIES), False)
    assert len(suggest_values(shared, "age", limit=5).items) == 5


@pytest.mark.parametrize(
    ("search", "expected"),
    [("i", ["Linz", "Vienna"]), ("GRA", ["Graz"]), (" vie ", ["Vienna"]), ("x", [])],
)
def test_a_search_finds_what_holds_it(shared, search, expected) -> None:
    found = suggest_values(shared, "city", search=search)
    assert sorted(str(value) for value, _ in found.items) == expected
    assert found.distinct == len(CITIES)


def test_what_begins_with_the_search_leads(shared) -> None:
    found = [value for value, _ in suggest_values(shared, "age", search="2").items]
    starting = [str(value).startswith("2") for value in found]
    assert starting == sorted(starting, reverse=True)
    assert {32, 42, 52} < set(found)


def test_elements_of_lists_and_declared_values_are_suggested(shared) -> None:
    odd = sum(user.key % 2 for user in USERS)
    assert suggest_values(shared, "tags").items == (("a", odd), ("b", odd))
    assert [value for value, _ in suggest_values(shared, "tier").items] == ["silver", "gold"]


def test_fields_of_events_and_of_unions_are_suggested(shared) -> None:
    assert suggest_values(shared, "category", source="payment").items == (("Books", len(PAYMENTS)),)
    both = suggest_values(shared, "category", source="activity")
    assert both.items == (("Books", len(PAYMENTS) + len(USERS)),)


@pytest.mark.parametrize(
    ("name", "personal"), [("email", True), ("home", True), ("created_at", False)]
)
def test_personal_values_and_instants_are_not_suggested(shared, name, personal) -> None:
    found = suggest_values(shared, name)
    assert (found.items, found.distinct, found.personal) == ((), None, personal)


def test_a_field_of_very_many_values_is_searched_in_the_warehouse(shared, monkeypatch) -> None:
    monkeypatch.setattr(values, "MOST_KEPT", 7)
    found = suggest_values(shared, "balance", search=".75", limit=100)
    expected = [user.balance for user in USERS if ".75" in str(user.balance)]
    assert sorted(value for value, _ in found.items) == expected
    assert found.distinct == len(USERS)


@pytest.mark.parametrize(
    ("name", "source", "code", "path"),
    [
        ("colour", None, "UNKNOWN_FIELD", "$.query.field"),
        ("amount", "activity", "UNKNOWN_FIELD", "$.query.field"),
        ("city", "visits", "UNKNOWN_SOURCE", "$.query.source"),
    ],
)
def test_what_is_not_there_is_refused(shared, name, source, code, path) -> None:
    with pytest.raises(InvalidInput) as raised:
        suggest_values(shared, name, source=source)
    assert (raised.value.code, raised.value.path) == (code, path)
