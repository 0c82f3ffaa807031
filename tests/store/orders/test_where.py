"""Days, words and identifiers in conditions on orders, case by case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from muster.base.order_query_reading import read_query
from muster.store.orders import tables
from muster.store.orders.where import condition
from muster.store.orders.windows import _NEVER_NULL
from tests.orders_shop import rows

NOW = datetime(2025, 3, 10, 3, 30, tzinfo=UTC)  # still the ninth in New York
ZONE = "America/New_York"


def found(connection: Connection, **document: Any) -> list[int]:
    where = condition(read_query(document), ZONE, NOW)
    query = select(tables.orders.c.order_id).where(where).order_by(tables.orders.c.order_id)
    return list(connection.scalars(query))


@pytest.fixture
def three_days(desk_connection: Connection) -> Connection:
    """Orders 1 to 6 around the night in which New York's clocks go forward."""
    desk_connection.execute(text("UPDATE orders SET order_date = '2020-01-01' WHERE order_id > 6"))
    instants = {
        1: "2025-03-08 04:59:59.999999+00",  # the seventh
        2: "2025-03-08 05:00:00+00",  # the eighth begins
        3: "2025-03-09 04:59:59.999999+00",  # it ends
        4: "2025-03-09 05:00:00+00",  # the ninth begins: it has 23 hours
        5: "2025-03-10 03:59:59.999999+00",  # it ends
        6: "2025-03-10 04:00:00+00",  # the tenth
    }
    for order_id, at in instants.items():
        desk_connection.execute(
            text(
                "UPDATE orders SET order_date = :at, shipped_at = NULL, delivered_at = NULL"
                " WHERE order_id = :order_id"
            ),
            {"order_id": order_id, "at": at},
        )
    return desk_connection


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("=", "2025-03-08", [2, 3]),
        ("=", "2025-03-09", [4, 5]),
        ("<=", "2025-03-08", [1, 2, 3]),
        ("<", "2025-03-08", [1]),
        (">", "2025-03-08", [4, 5, 6]),
        (">=", "2025-03-09", [4, 5, 6]),
        ("between", ["2025-03-08", "2025-03-09"], [2, 3, 4, 5]),
        ("between", ["2025-03-09T05:00:00Z", "2025-03-09"], [4, 5]),
        ("between", ["2025-03-09", "2025-03-08"], []),
        ("today", None, [4, 5]),
        ("last_days", 1, [4, 5]),
        ("last_days", 2, [2, 3, 4, 5]),
        ("=", "2025-03-08T05:00:00Z", [2]),
        (">", "2025-03-08T05:00:00Z", [3, 4, 5, 6]),
    ],
)
def test_days_are_those_of_the_desk_and_half_open(
    three_days: Connection, op: str, value: Any, expected: list[int]
) -> None:
    here = {"field": "order_id", "op": "<=", "value": 6}
    day = {"field": "order_date", "op": op, "value": value}
    assert found(three_days, filter={"all": [here, day]}) == expected


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("zoë", True),
        ("ZOE", True),
        ("o'brien-smith", True),
        ("brien smith", True),
        ("mith", False),
        ("ada@example", False),
        ("lovelace@example", True),
        ("ada.lovelace@example.org", True),
        ("example ada", True),
        ("a-1/b", True),
        ("urgent", True),
        ("urgent missing", False),
        ("12345", True),
        ("' | !x", False),
        ("\\", True),
        ("<-> & |", True),
        ("\\' zoe", True),
    ],
)
def test_words_begin_words_in_any_case_and_without_accents(
    desk_connection: Connection, search: str, is_found: bool
) -> None:
    desk_connection.execute(
        text(
            "UPDATE customers SET name = 'Zoë O''Brien-Smith',"
            " email = 'Ada.Lovelace@Example.org' WHERE customer_id = 'C0007'"
        )
    )
    desk_connection.execute(
        text(
            "UPDATE orders SET note = 'URGENT: 12345', reference = 'A-1/B', customer_id = 'C0007'"
            " WHERE order_id = 9"
        )
    )
    assert (9 in found(desk_connection, search=search)) is is_found


def test_identifiers_are_compared_letter_by_letter(desk_connection: Connection) -> None:
    for field, value in (("customer_id", "C0007"), ("product_id", "SKU-001")):
        assert found(desk_connection, filter={"field": field, "op": "=", "value": value})
        lower = {"field": field, "op": "=", "value": value.lower()}
        assert found(desk_connection, filter=lower) == []


def test_numbers_wider_than_a_column_find_nothing(desk_connection: Connection) -> None:
    for field in ("item_count", "quantity", "order_id"):
        wide = {"field": field, "op": ">", "value": 2**62}
        assert found(desk_connection, filter=wide) == []


def test_the_columns_that_are_said_to_be_never_empty_are_those(
    desk_connection: Connection,
) -> None:
    query = (
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'orders' AND is_nullable = 'NO'"
    )
    found_ = {name for (name,) in rows(desk_connection, query)}
    assert found_ >= _NEVER_NULL
