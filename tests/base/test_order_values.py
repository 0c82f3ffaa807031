"""Cells are read by their field's rules; what cannot be one is told, and never guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.base.order_values import (
    ValueFault,
    from_json,
    json_value,
    read_value,
    same_value,
)
from muster.base.orders import CUSTOMER_FIELDS, FIELDS, ITEM_FIELDS

NOTE, STATUS, DATE = FIELDS["note"], FIELDS["status"], FIELDS["paid_at"]
PRICE, QUANTITY = ITEM_FIELDS["unit_price"], ITEM_FIELDS["quantity"]
EMAIL, NAME = CUSTOMER_FIELDS["email"], CUSTOMER_FIELDS["name"]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
EVERY = [*FIELDS.values(), *ITEM_FIELDS.values(), *CUSTOMER_FIELDS.values()]

READ = [
    (NOTE, "  Ring twice ", "Ring twice"),
    (NOTE, 12, "12"),
    (NOTE, "", None),
    (NOTE, " \t", None),
    (STATUS, "On Hold", "on_hold"),
    (STATUS, "on-hold", "on_hold"),
    (PRICE, "12.5", Decimal("12.50")),
    (PRICE, 12, Decimal("12.00")),
    (PRICE, 0.1, Decimal("0.10")),
    (PRICE, "-0.00", Decimal("0.00")),
    (PRICE, "1e2", Decimal("100.00")),
    (QUANTITY, "3", 3),
    (QUANTITY, 3.0, 3),
    (QUANTITY, -99_999, -99_999),
    (EMAIL, " ann@example.com ", "ann@example.com"),
    (DATE, "2026-05-01T12:00:00Z", NOON),
    (DATE, "2026-05-01T14:00:00+02:00", NOON),
    (DATE, NOON.astimezone(timezone(timedelta(hours=-5))), NOON),
]


@pytest.mark.parametrize(("field", "raw", "value"), READ)
def test_what_is_meant_is_read(field, raw, value) -> None:
    found = read_value(field, raw)
    assert found == value
    assert type(found) is type(value)


REFUSED = [
    (NAME, "", "REQUIRED"),
    (NAME, None, "REQUIRED"),
    (NOTE, True, "NOT_TEXT"),
    (NOTE, "x" * 2001, "TOO_LONG"),
    (NOTE, "a\x00b", "UNSTORABLE_TEXT"),
    (NOTE, "a\ud800b", "UNSTORABLE_TEXT"),
    (STATUS, "gone", "UNKNOWN_VALUE"),
    (PRICE, "12,50", "NOT_A_NUMBER"),
    (PRICE, "NaN", "NOT_A_NUMBER"),
    (PRICE, "Infinity", "NOT_A_NUMBER"),
    (PRICE, float("nan"), "NOT_A_NUMBER"),
    (PRICE, True, "NOT_A_NUMBER"),
    (PRICE, "1e999999999", "NOT_A_NUMBER"),
    (PRICE, "9" * 50, "NOT_A_NUMBER"),
    (PRICE, "1.005", "TOO_PRECISE"),
    (PRICE, "-1", "OUT_OF_RANGE"),
    (PRICE, "10000000000", "OUT_OF_RANGE"),
    (QUANTITY, "1.5", "TOO_PRECISE"),
    (QUANTITY, 0, "OUT_OF_RANGE"),
    (QUANTITY, 100_000, "OUT_OF_RANGE"),
    (EMAIL, "ann@example", "BAD_EMAIL"),
    (EMAIL, "ann at example.com", "BAD_EMAIL"),
    (DATE, "yesterday", "NOT_AN_INSTANT"),
    (DATE, 20260501, "NOT_AN_INSTANT"),
    (DATE, "2026-05-01T12:00:00", "NO_TIME_ZONE"),
    (DATE, "2026-05-01", "NO_TIME_ZONE"),
    (DATE, "0001-01-01T00:00:00+14:00", "OUT_OF_RANGE"),
    (DATE, "9999-12-31T23:59:59-14:00", "OUT_OF_RANGE"),
]


@pytest.mark.parametrize(("field", "raw", "code"), REFUSED)
def test_what_is_no_value_is_refused_with_a_code(field, raw, code) -> None:
    with pytest.raises(ValueFault) as refused:
        read_value(field, raw)
    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")


RAW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=60),
    st.datetimes(timezones=st.none() | st.just(UTC)),
)


@given(st.sampled_from(EVERY), RAW)
def test_a_value_is_read_or_refused_and_comes_back_from_json(field, raw) -> None:
    try:
        value = read_value(field, raw)
    except ValueFault:
        return
    document = json_value(value)
    assert read_value(field, document) == value
    assert from_json(field, document) == value


def test_instants_are_the_same_to_the_millisecond_browsers_know() -> None:
    exact = NOON.replace(microsecond=123_456)
    assert same_value(exact, NOON.replace(microsecond=123_000))
    assert not same_value(exact, NOON.replace(microsecond=124_000))
    assert not same_value(exact, None)
