"""Cells of files as values: decimal marks, dates, words, and what is none of them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.base.order_imports import TARGETS, ImportOptions
from muster.base.order_values import ValueFault
from muster.base.spreadsheets import harmless
from muster.services.orders.import_guessing import guess_mapping, guess_options
from muster.services.orders.import_values import plain_text, reader_of

NEW_YORK = "America/New_York"


def read(target: str, raw: Any, **options: Any) -> Any:
    return reader_of(TARGETS[target], ImportOptions(**options), currency="EUR")(raw)


@pytest.mark.parametrize(
    ("raw", "decimal", "value"),
    [
        ("12.5", ".", "12.50"),
        ("1,234.50", ".", "1234.50"),
        ("1234,50", ",", "1234.50"),
        ("1.234,50 €", ",", "1234.50"),
        ("EUR 12", ".", "12.00"),
        ("1 234.5", ".", "1234.50"),
        ("1\u00a0234,5", ",", "1234.50"),
        (".5", ".", "0.50"),
        (12.5, ",", "12.50"),
        (3, ".", "3.00"),
    ],
)
def test_a_price_is_read_by_its_decimal_mark(raw: Any, decimal: str, value: str) -> None:
    assert read("unit_price", raw, decimal=decimal) == Decimal(value)


@pytest.mark.parametrize(
    ("target", "raw", "options", "code"),
    [
        ("unit_price", "12,50", {"decimal": "."}, "NOT_A_NUMBER"),
        ("unit_price", "12.50", {"decimal": ","}, "NOT_A_NUMBER"),
        ("unit_price", "USD 12", {}, "NOT_A_NUMBER"),
        ("unit_price", "1e3", {}, "NOT_A_NUMBER"),
        ("unit_price", "9" * 99, {}, "NOT_A_NUMBER"),
        ("unit_price", "-1", {}, "OUT_OF_RANGE"),
        ("unit_price", "1.234", {}, "TOO_PRECISE"),
        ("unit_price", True, {}, "NOT_A_NUMBER"),
        ("quantity", "two", {}, "NOT_A_NUMBER"),
        ("quantity", "0", {}, "OUT_OF_RANGE"),
        ("quantity", 1.5, {}, "TOO_PRECISE"),
        ("order_date", "31/02/2025", {"date_format": "dmy"}, "NOT_AN_INSTANT"),
        ("order_date", "12/31/2025", {"date_format": "dmy"}, "NOT_AN_INSTANT"),
        ("order_date", 45123, {}, "NOT_AN_INSTANT"),
        ("order_date", "yesterday", {}, "NOT_AN_INSTANT"),
        ("order_date", "0001-01-01", {}, "OUT_OF_RANGE"),
        ("status", "lost", {}, "UNKNOWN_VALUE"),
        ("customer_email", "ann", {}, "BAD_EMAIL"),
        ("customer_email", "***", {}, "MASKED"),
        ("customer_name", "***", {}, "MASKED"),
        ("coupon", "x" * 41, {}, "TOO_LONG"),
    ],
)
def test_what_a_field_cannot_hold_has_a_code(
    target: str, raw: Any, options: dict[str, Any], code: str
) -> None:
    with pytest.raises(ValueFault) as fault:
        read(target, raw, **options)
    assert fault.value.code == code
    assert fault.value.sentence


@pytest.mark.parametrize(
    ("raw", "date_format", "local"),
    [
        ("2025-05-04", "dmy", "2025-05-04T00:00"),
        ("2025-05-04 10:30", "dmy", "2025-05-04T10:30"),
        ("04.05.2025", "dmy", "2025-05-04T00:00"),
        ("05/04/2025 1:30 PM", "mdy", "2025-05-04T13:30"),
        ("4-5-25 07:05:09", "dmy", "2025-05-04T07:05:09"),
        ("2025/5/4", "mdy", "2025-05-04T00:00"),
        ("05/04/2025 12:00 am", "mdy", "2025-05-04T00:00"),
    ],
)
def test_a_date_is_local_time(raw: str, date_format: str, local: str) -> None:
    found = read("order_date", raw, date_format=date_format, time_zone=NEW_YORK)
    summer = datetime.fromisoformat(f"{local}-04:00")
    assert found == summer


def test_a_date_with_a_zone_keeps_it() -> None:
    found = read("order_date", "2025-05-04T10:00:00Z", time_zone=NEW_YORK)
    assert found == datetime(2025, 5, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("target", "raw", "value"),
    [
        ("order_id", "#1001", 1001),
        ("order_id", "1,001", 1001),
        ("status", "On Hold", "on_hold"),
        ("payment_method", "gift-card", "gift_card"),
        ("reference", 1001, "1001"),
        ("customer_phone", "'+43 1 555", "+43 1 555"),
        ("note", "'=1+1", "=1+1"),
        ("note", "'tis fine", "'tis fine"),
    ],
)
def test_words_are_read_as_people_write_them(target: str, raw: Any, value: Any) -> None:
    assert read(target, raw) == value


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))
def test_what_an_export_makes_harmless_comes_back(text: str) -> None:
    bare = text.strip()
    if not bare.startswith("'"):
        assert plain_text(harmless(bare)) == bare


def guess(**columns: list[Any]) -> dict[str, str | None]:
    names = [name.replace("__", " ") for name in columns]
    return guess_mapping(names, list(columns.values()))


def test_columns_are_known_by_their_usual_names() -> None:
    found = guess(
        Order__No=["1", "2"],
        OrderDate=["2025-01-01"],
        **{"Customer e-mail": ["x"], "QTY": ["1"], "Stock Code": ["a"], "Unit-Price": ["1"]},
        Client=["Ann"],
        Whatever=["?"],
    )
    assert found == {
        "Order No": "order_id",
        "OrderDate": "order_date",
        "Customer e-mail": "customer_email",
        "QTY": "quantity",
        "Stock Code": "product_id",
        "Unit-Price": "unit_price",
        "Client": "customer_name",
        "Whatever": None,
    }


def test_columns_are_known_by_their_values() -> None:
    found = guess(a=["x@y.at", "z@y.at"], b=["On hold", "pending"], c=["card"], d=["hm"], e=[None])
    assert found == {
        "a": "customer_email",
        "b": "status",
        "c": "payment_method",
        "d": None,
        "e": None,
    }


def test_an_order_number_with_letters_is_a_reference() -> None:
    assert guess(Order__no=["A-1"]) == {"Order no": "reference"}
    assert guess(Order__no=["1001"]) == {"Order no": "order_id"}


def test_an_exports_own_columns_come_back_and_computed_ones_are_left() -> None:
    from muster.base.orders import FIELDS

    by_name = guess_mapping(list(FIELDS), [[None]] * len(FIELDS))
    by_label = guess_mapping([one.label for one in FIELDS.values()], [[None]] * len(FIELDS))
    computed = {"item_count", "quantity", "total_amount", "updated_at"}
    for mapping in (by_name, by_label):
        for (_, found), field in zip(mapping.items(), FIELDS.values(), strict=True):
            assert found == (None if field.name in computed else field.name), field.name


@pytest.mark.parametrize(
    ("dates", "prices", "date_format", "decimal"),
    [
        (["2025-01-02"], ["1.50"], "ymd", "."),
        (["01/02/2025", "13/02/2025"], ["1,50"], "dmy", ","),
        (["01/02/2025", "02/13/2025"], ["1.234,50"], "mdy", ","),
        (["01/02/2025"], ["1,234.50"], "mdy", "."),
        (["01.02.2025"], [1.5], "dmy", "."),
    ],
)
def test_options_fit_the_first_rows(
    dates: list[Any], prices: list[Any], date_format: str, decimal: str
) -> None:
    mapping: dict[str, str | None] = {"date": "order_date", "price": "unit_price", "no": None}
    found = guess_options(mapping, list(mapping), [dates, prices, ["x"]], time_zone=NEW_YORK)
    assert (found.date_format, found.decimal, found.match) == (date_format, decimal, "reference")
    assert found.time_zone == NEW_YORK
