"""Cursors come back as they went out, or are refused."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from muster.base.errors import InvalidInput
from muster.base.order_query import SortKey
from muster.services.orders.cursors import read_cursor, write_cursor

ORDER = (
    SortKey("order_date", descending=True),
    SortKey("total_amount"),
    SortKey("coupon"),
    SortKey("order_id"),
)
PLACE = (datetime(2026, 5, 1, 12, 30, 0, 123456, tzinfo=UTC), Decimal("12.50"), "zoë's", 7)


@pytest.mark.parametrize("place", [PLACE, (*PLACE[:2], None, 7)])
def test_a_place_comes_back_as_it_went_out(place: tuple[Any, ...]) -> None:
    assert read_cursor(ORDER, write_cursor(ORDER, place), path="$.after") == place


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


NAMED = "-order_date,total_amount,coupon,order_id"
GOOD = ["2026-05-01T00:00:00+00:00", "1.50", "x", 7]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "é",
        "====",
        encoded({}),
        encoded([]),
        encoded([NAMED]),
        encoded(["order_id", 7]),
        encoded([NAMED, *GOOD, 8]),
        encoded([NAMED, *GOOD[:3], None]),
        encoded([NAMED, *GOOD[:3], True]),
        encoded([NAMED, *GOOD[:3], 2**63]),
        encoded([NAMED, *GOOD[:3], "7 OR 1=1"]),
        encoded([NAMED, *GOOD[:2], "\x00", 7]),
        encoded([NAMED, *GOOD[:2], "\ud800", 7]),
        encoded([NAMED, GOOD[0], "NaN", "x", 7]),
        encoded([NAMED, GOOD[0], "1e30", "x", 7]),
        encoded([NAMED, GOOD[0], 1.5, "x", 7]),
        encoded([NAMED, "2026-05-01T00:00:00", *GOOD[1:]]),
        encoded([NAMED, "0001-01-01T00:00:00+23:59", *GOOD[1:]]),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
)
def test_what_muster_did_not_give_out_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_cursor(ORDER, cursor, path="$.after")
    assert (caught.value.code, caught.value.path) == ("BAD_CURSOR", "$.after")


def test_a_cursor_belongs_to_its_order() -> None:
    other = (SortKey("order_date"), *ORDER[1:])
    with pytest.raises(InvalidInput):
        read_cursor(other, write_cursor(ORDER, PLACE), path="$.after")
