"""Values become literal nodes that mean exactly the value."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from muster.base.datamodel import Field, FieldType
from muster.compile.literals import literal, typed, wide


def evaluated(value: Any) -> Any:
    text = exp.select(literal(value)).sql(dialect="duckdb")
    return duckdb.connect().execute(text).fetchall()[0][0]


@pytest.mark.parametrize(
    "value",
    [
        0,
        -7,
        2**62,
        Decimal("0.10"),
        Decimal("-99999999.99"),
        1.5,
        -2.25,
        True,
        False,
        date(2024, 2, 29),
        "it's",
        "back\\slash",
        "new\nline",
        "'; DROP TABLE x; --",
        "é\u2028🙂",
        "",
    ],
)
def test_a_literal_is_the_value(value: Any) -> None:
    found = evaluated(value)
    assert found == value
    assert isinstance(found, bool) is isinstance(value, bool)


@pytest.mark.parametrize(
    "operand", [10**18 - 1, -(10**18), Decimal(10**17), Decimal("0.1"), Decimal(f"{10**15 + 1}.25")]
)
def test_a_wide_number_times_a_count_does_not_overflow(operand: Any) -> None:
    count = exp.cast(exp.Literal.number(10**12), "BIGINT")
    product = exp.EQ(
        this=exp.Mul(this=wide(operand), expression=count), expression=literal(operand * 10**12)
    )
    text = exp.select(product).sql(dialect="duckdb")
    assert duckdb.connect().execute(text).fetchall() == [(True,)]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40))
def test_any_text_stays_a_value(text: str) -> None:
    assert evaluated(text) == text


def test_an_instant_is_written_in_utc() -> None:
    at = datetime(2026, 1, 1, 1, 30, 0, 5, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert evaluated(at) == datetime(2025, 12, 31, 20, 0, 0, 5)
    assert literal(at) == literal(at.astimezone(UTC))


def test_a_double_column_is_compared_with_doubles() -> None:
    field = Field("score", FieldType.NUMBER)
    assert "DOUBLE" in typed(Decimal("0.1"), field).sql(dialect="duckdb")
    assert "DOUBLE" not in typed(Decimal("0.1"), Field("m", FieldType.MONEY)).sql("duckdb")
