"""Draws queries of orders that find something in the desk of tests more often than not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from muster.base.order_query import OPS, QUERY_FIELDS, OrderQuery
from muster.base.order_query_reading import read_query
from muster.base.orders import FIELDS, OrderFieldType
from tests.orders_shop import NOW, World

_SEARCHES = (
    "", "", "", "1", "17", "zoe", "jose", "O'Brien", "person3", "person12@example.test", "C0007",
    "welcome", "SHOP-0005", "ring twice", "ring 13", "o'br lee", "nothing", "anna person", "&|!:*",
    "back\\slash", "Müller",
)  # fmt: skip


def queries(world: World) -> st.SearchStrategy[OrderQuery]:
    """Return queries over a world's own values."""
    return st.builds(
        lambda filter_, search, sort: read_query(
            {"filter": filter_, "search": search, "sort": sort}
        ),
        st.none() | _filters(world),
        st.sampled_from(_SEARCHES),
        _sorts(),
    )


def _sorts() -> st.SearchStrategy[list[dict[str, str]]]:
    key = st.fixed_dictionaries(
        {"field": st.sampled_from(sorted(FIELDS)), "dir": st.sampled_from(("asc", "desc"))}
    )
    return st.lists(key, max_size=3, unique_by=lambda one: one["field"])


def _filters(world: World) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        _conditions(world),
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda parts: {"all": parts})
            | st.lists(inner, max_size=3).map(lambda parts: {"any": parts})
            | inner.map(lambda part: {"not": part})
        ),
        max_leaves=5,
    )


def _conditions(world: World) -> st.SearchStrategy[dict[str, Any]]:
    def of_field(name: str) -> st.SearchStrategy[dict[str, Any]]:
        return st.sampled_from(OPS[QUERY_FIELDS[name].type]).flatmap(
            lambda op: _operands(world, name, op).map(
                lambda value: {"field": name, "op": op, "value": value}
            )
        )

    return st.sampled_from(sorted(QUERY_FIELDS)).flatmap(of_field)


def _operands(world: World, name: str, op: str) -> st.SearchStrategy[Any]:
    if op in ("empty", "not_empty", "today"):
        return st.none()
    if op == "last_days":
        return st.integers(1, 70)
    value = _values(world, name)
    if op == "between":
        return st.tuples(value, value).map(list)
    if op in ("in", "not_in"):
        return st.lists(value, max_size=4)
    if op in ("contains", "starts_with"):
        cut = st.tuples(value, st.integers(0, 3), st.integers(1, 4))
        return cut.map(lambda one: one[0][one[1] : one[1] + one[2]] or "_%")
    return value


def _values(world: World, name: str) -> st.SearchStrategy[Any]:
    target = QUERY_FIELDS[name]
    if target.type is OrderFieldType.BOOLEAN:
        return st.booleans()
    if target.values:
        return st.sampled_from(target.values)
    rows: dict[str, tuple[Any, ...]] = {
        "order": world.orders,
        "customer": world.customers,
        "item": world.items,
    }
    own = sorted({getattr(row, target.column) for row in rows[target.source]} - {None})
    return st.sampled_from(own).flatmap(_near)


def _near(value: Any) -> st.SearchStrategy[Any]:
    """Return a value itself and some beside it, as JSON."""
    if isinstance(value, datetime):
        days = [(value + timedelta(hours=hours)).date().isoformat() for hours in (-24, 0, 24)]
        return st.sampled_from([value.isoformat(), *days, NOW.date().isoformat()])
    if isinstance(value, Decimal):
        return st.sampled_from([str(value), str(value + 1), float(value)])
    if isinstance(value, int):
        return st.sampled_from([value, value + 1, -value])
    if isinstance(value, str):
        return st.sampled_from([value, value.upper(), f"{value}?"])
    assert not isinstance(value, date)
    return st.just(value)
