"""Queries of orders read from JSON: what is taken, and where each fault is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from muster.base.errors import InvalidInput
from muster.base.order_query import (
    Condition,
    Every,
    Not,
    OrderQuery,
    Some,
    SortKey,
    conditions,
    refuse_personal,
)
from muster.base.order_query_reading import MOST_CONDITIONS, MOST_VALUES, read_query


def faults(document: Any, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        read_query(document, **options)
    assert caught.value.code == "BAD_QUERY"
    return [(fault.code, fault.path) for fault in caught.value.problems]


def condition(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def test_a_query_without_anything_is_all_orders_the_newest_first() -> None:
    query = read_query({})
    assert query == OrderQuery()
    assert query.order == (SortKey("order_date", True), SortKey("order_id", True))


def test_groups_nest_and_the_order_gets_the_number_last() -> None:
    document = {
        "filter": {"any": [condition("status", "=", "pending"), {"not": {"all": []}}]},
        "search": " ada ",
        "sort": [{"field": "channel", "dir": "desc"}, {"field": "coupon"}],
    }
    query = read_query(document)
    assert query.filter == Some((Condition("status", "=", "pending"), Not(Every(()))))
    assert query.search == " ada "
    assert query.order == (SortKey("channel", True), SortKey("coupon"), SortKey("order_id"))
    assert [one.field for one in conditions(query.filter)] == ["status"]


def test_nothing_is_sorted_by_after_the_number() -> None:
    query = read_query({"sort": [{"field": "order_id", "dir": "desc"}, {"field": "status"}]})
    assert query.order == (SortKey("order_id", True),)


@pytest.mark.parametrize(
    ("field", "op", "value", "read"),
    [
        ("order_id", "=", 7, 7),
        ("order_id", "=", Decimal("7"), 7),
        ("total_amount", ">=", "12.50", Decimal("12.50")),
        ("total_amount", ">=", 12.5, Decimal("12.5")),
        ("total_amount", "between", [1, "2"], (Decimal(1), Decimal(2))),
        ("note", "contains", "50%", "50%"),
        ("channel", "in", ["web", "app"], ("web", "app")),
        ("order_date", "=", "2026-03-08", date(2026, 3, 8)),
        ("order_date", "<", "2026-03-08T01:30:00+01:00", datetime(2026, 3, 8, 0, 30, tzinfo=UTC)),
        ("order_date", "last_days", 7, 7),
        ("order_date", "today", None, None),
        ("coupon", "empty", None, None),
        ("customer_tier", "=", "gold", "gold"),
        ("first_order", "!=", True, True),
    ],
)
def test_values_become_those_of_their_field(field: str, op: str, value: Any, read: Any) -> None:
    query = read_query({"filter": condition(field, op, value)})
    assert query.filter == Condition(field, op, read)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("order_id", "=", "7"),
        ("order_id", "=", 7.0),
        ("order_id", "=", True),
        ("order_id", "=", 2**63),
        ("total_amount", "=", "1.234"),
        ("total_amount", "=", "NaN"),
        ("total_amount", "=", "1e400"),
        ("total_amount", "=", True),
        ("total_amount", "between", [1]),
        ("note", "=", ""),
        ("note", "=", "x" * 501),
        ("note", "=", "\ud800"),
        ("note", "in", "web"),
        ("channel", "in", ["web", "fax"]),
        ("order_id", "in", list(range(MOST_VALUES + 1))),
        ("order_date", "=", "2026-02-30"),
        ("order_date", "=", "2026-03-08T01:30:00"),
        ("order_date", "=", "0001-01-01"),
        ("order_date", "=", 20260308),
        ("order_date", "last_days", 0),
        ("order_date", "last_days", True),
        ("order_date", "today", "x"),
        ("coupon", "empty", 1),
        ("first_order", "=", 1),
    ],
)
def test_values_that_are_none_of_their_field_are_told(field: str, op: str, value: Any) -> None:
    path = "$.filter.all[1].value"
    document = {"filter": {"all": [{"all": []}, condition(field, op, value)]}}
    assert faults(document) == [("BAD_VALUE", path)]


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        ([], "BAD_QUERY", "$"),
        ({"columns": []}, "UNKNOWN_NAME", "$.columns"),
        ({"filter": []}, "BAD_FILTER", "$.filter"),
        ({"filter": {}}, "BAD_FILTER", "$.filter"),
        ({"filter": {"all": None}}, "BAD_FILTER", "$.filter.all"),
        ({"filter": {"all": [None]}}, "BAD_FILTER", "$.filter.all[0]"),
        ({"filter": {"not": None}}, "BAD_FILTER", "$.filter.not"),
        ({"filter": {"op": "="}}, "UNKNOWN_FIELD", "$.filter.field"),
        ({"filter": {"field": "note"}}, "UNKNOWN_OP", "$.filter.op"),
        ({"filter": {"field": "note", "op": []}}, "UNKNOWN_OP", "$.filter.op"),
        ({"filter": condition("note", "<", "a")}, "UNKNOWN_OP", "$.filter.op"),
        ({"filter": {**condition("note", "empty"), "x": 1}}, "UNKNOWN_NAME", "$.filter.x"),
        ({"search": 1}, "BAD_VALUE", "$.search"),
        ({"sort": "note"}, "BAD_SORT", "$.sort"),
        ({"sort": [{"field": "note"}] * 2}, "BAD_SORT", "$.sort[1]"),
        ({"sort": [{"field": "note", "dir": "up"}]}, "BAD_SORT", "$.sort[0].dir"),
        ({"sort": [{"field": "first_order"}]}, "UNKNOWN_FIELD", "$.sort[0].field"),
    ],
)
def test_what_is_no_query_is_told_where(document: Any, code: str, path: str) -> None:
    assert faults(document) == [(code, path)]


def test_every_fault_is_told_beneath_the_path_of_the_query() -> None:
    document = {"filter": {"all": [condition("x", "="), condition("note", "=", 1)]}, "search": 1}
    assert faults(document, path="$.select.query") == [
        ("UNKNOWN_FIELD", "$.select.query.filter.all[0].field"),
        ("BAD_VALUE", "$.select.query.filter.all[1].value"),
        ("BAD_VALUE", "$.select.query.search"),
    ]


def test_a_filter_is_neither_too_deep_nor_too_long() -> None:
    deep: dict[str, Any] = condition("note", "empty")
    for _ in range(40):
        deep = {"not": deep}
    assert [code for code, _ in faults({"filter": deep})] == ["BAD_FILTER"]
    many = {"all": [condition("note", "empty")] * (MOST_CONDITIONS + 5)}
    assert [code for code, _ in faults({"filter": many})] == ["TOO_MANY_CONDITIONS"]


@pytest.mark.parametrize(
    ("document", "refused"),
    [
        ({"filter": {"not": condition("customer_name", "empty")}}, True),
        ({"sort": [{"field": "customer_email"}]}, True),
        ({"filter": condition("city", "=", "Graz"), "search": "ada"}, False),
    ],
)
def test_personal_fields_are_neither_filtered_nor_sorted_by(
    document: dict[str, Any], refused: bool
) -> None:
    query = read_query(document)
    if not refused:
        refuse_personal(query)
        return
    with pytest.raises(InvalidInput) as caught:
        refuse_personal(query)
    assert caught.value.code == "PERSONAL_FIELD"
