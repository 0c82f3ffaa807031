"""JSON stays exact, and its canonical text is one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from muster.base.errors import InvalidFile
from muster.base.json_value import canonical, dumps, exact, loads


def test_fractions_stay_exact() -> None:
    assert loads('{"a": 0.1, "b": [1, 1.50, "1"]}') == {
        "a": Decimal("0.1"),
        "b": [1, Decimal("1.50"), "1"],
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"a": 1, "a": 2}',
        "NaN",
        "[Infinity]",
        "1e999999999",
        "-1e-999999999",
        "[" * 100000,
    ],
    ids=["empty", "open", "repeated", "nan", "infinity", "huge", "tiny", "deep"],
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        loads(text)
    assert caught.value.code == "BAD_JSON"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (1, Decimal("1.00")),
        (1.0, 1),
        (0, Decimal("-0.0")),
        (Decimal("1e2"), 100),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ((1, 2), [1, 2]),
    ],
)
def test_equal_values_have_one_text(one: Any, two: Any) -> None:
    assert canonical(one) == canonical(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (1, "1"),
        (True, 1),
        (None, "null"),
        ([1, 2], [2, 1]),
        (Decimal("0.1"), Decimal("0.10000000000000000000000000000001")),
        (10**30 + 1, 10**30 + 2),
        (100, 1),
    ],
)
def test_different_values_have_different_texts(one: Any, two: Any) -> None:
    assert canonical(one) != canonical(two)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("100.00"), 100),
        (Decimal("0.5"), 0.5),
        (Decimal("0.1000000000000000000001"), "0.1000000000000000000001"),
        ({"a": (Decimal("2"),)}, {"a": [2]}),
        ("x", "x"),
    ],
)
def test_decimals_become_numbers_where_that_is_exact(value: Any, written: Any) -> None:
    assert exact(value) == written


def test_text_is_written_as_it_is() -> None:
    assert dumps({"é": "🙂"}) == '{"é": "🙂"}'
