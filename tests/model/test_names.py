from __future__ import annotations

import pytest

from muster.model.names import LOGICAL_NAME, child, did_you_mean, logical_name, singular, zone_names


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("user_id", "user_id"),
        ("InvoiceDate", "invoice_date"),
        ("CustomerID", "customer_id"),
        ("HTTPStatus", "http_status"),
        ("Unit Price (EUR)", "unit_price_eur"),
        ("2nd name", "c_2nd_name"),
        ("_private", "private"),
        ("Straße", "stra_e"),
        ("日付", "c"),
        ("", "c"),
        ("x" * 80, "x" * 63),
    ],
)
def test_a_column_gets_a_name_that_rules_can_use(column: str, name: str) -> None:
    assert logical_name(column) == name
    assert LOGICAL_NAME.fullmatch(name)


@pytest.mark.parametrize(
    ("table", "one"),
    [
        ("users", "user"),
        ("categories", "category"),
        ("addresses", "address"),
        ("purchases", "purchase"),
        ("dim_customers", "customer"),
        ("business", "business"),
        ("data", "data"),
        ("s", "s"),
    ],
)
def test_a_table_name_has_a_singular(table: str, one: str) -> None:
    assert singular(table) == one


@pytest.mark.parametrize(
    ("path", "key", "longer"),
    [
        ("$", "a", "$.a"),
        ("$.a", 0, "$.a[0]"),
        ("$", "my key", '$["my key"]'),
        ("$", 'a"b\\', '$["a\\"b\\\\"]'),
    ],
)
def test_a_path_can_be_followed_whatever_the_key(path: str, key: str | int, longer: str) -> None:
    assert child(path, key) == longer


def test_the_nearest_name_is_suggested_whatever_its_case() -> None:
    assert did_you_mean("CITY", ["state", "city"]) == 'Did you mean "city"?'
    assert did_you_mean("x", ["state", "city"]) == "Known here: state, city."
    assert did_you_mean("x", []) is None
    assert did_you_mean("x", [f"name{number}" for number in range(50)]) is None


def test_zones_are_those_of_iana_not_those_of_the_machine() -> None:
    assert {"Asia/Kolkata", "UTC"} <= zone_names()
    assert "localtime" not in zone_names()
