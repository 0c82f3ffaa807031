"""Reading untrusted values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from muster.rules.reader import (
    Reader,
    Reading,
    brief,
    nearest,
    parse_moment,
    parse_number,
    show,
    whole,
)

NUMBERS: list[tuple[Any, Decimal | None]] = [
    (5, Decimal(5)),
    (-5, Decimal(-5)),
    (0.1, Decimal("0.1")),
    ("100.00", Decimal("100.00")),
    ("-1e3", Decimal(-1000)),
    ("+.5", Decimal("0.5")),
    (Decimal("1e30"), Decimal("1e30")),
    (Decimal("1e-30"), Decimal("1e-30")),
    (0, Decimal(0)),
    (Decimal("1e31"), None),
    (Decimal("1e-31"), None),
    (Decimal("1e999999999"), None),
    (Decimal("-1e999999999"), None),
    (Decimal("1e-999999999"), None),
    (10**5000, None),
    (float("nan"), None),
    (float("inf"), None),
    ("nan", None),
    ("Infinity", None),
    ("sNaN", None),
    ("", None),
    (" 1", None),
    ("1 ", None),
    ("1_000", None),
    ("1,5", None),
    ("0x10", None),
    ("9" * 41, None),
    (True, None),
    (None, None),
    ([1], None),
]


@pytest.mark.parametrize(("value", "number"), NUMBERS, ids=lambda part: show(part)[:20])
def test_a_number_is_exact_or_none(value: Any, number: Decimal | None) -> None:
    assert parse_number(value) == number


WHOLE: list[tuple[Any, int | None]] = [
    *((3, 3), (3.0, 3), (Decimal("3.00"), 3), (-1, -1), (0, 0)),
    *((3.5, None), (Decimal("1e999999999"), None), (float("inf"), None), (float("nan"), None)),
    *((True, None), ("3", None), (None, None)),
]


@pytest.mark.parametrize(("value", "number"), WHOLE, ids=str)
def test_a_whole_number_is_an_int(value: Any, number: int | None) -> None:
    assert whole(value) == number


INDIA = timezone(timedelta(hours=5, minutes=30))
MOMENTS: list[tuple[Any, date | None]] = [
    ("2025-01-31", date(2025, 1, 31)),
    ("2025-01-31T08:00", datetime(2025, 1, 31, 8)),
    ("2025-01-31 08:00:30", datetime(2025, 1, 31, 8, 0, 30)),
    ("2025-01-31T08:00:00Z", datetime(2025, 1, 31, 8, tzinfo=UTC)),
    ("2025-01-31T08:00:00+05:30", datetime(2025, 1, 31, 8, tzinfo=INDIA)),
    ("2025-01-31T08:00:00.123456Z", datetime(2025, 1, 31, 8, 0, 0, 123456, tzinfo=UTC)),
    (date(2025, 1, 31), date(2025, 1, 31)),
    (datetime(2025, 1, 31, 8), datetime(2025, 1, 31, 8)),
    ("2025-02-30", None),
    ("2025-1-31", None),
    ("20250131", None),
    ("20250131T0800", None),
    ("31/01/2025", None),
    ("2025-01-31T", None),
    ("2025-01-31T08", None),
    ("2025-01-31T25:00", None),
    ("2025-01-31X08:00", None),
    ("2025-01", None),
    ("now", None),
    ("", None),
    ("2025-01-31T08:00:00Z" + " " * 30, None),
    (20250131, None),
    (None, None),
]


@pytest.mark.parametrize(("value", "moment"), MOMENTS, ids=str)
def test_a_moment_is_a_day_or_a_time(value: Any, moment: date | None) -> None:
    found = parse_moment(value)
    assert found == moment
    assert type(found) is type(moment)


def test_what_is_shown_is_short_and_printable() -> None:
    assert show("x") == '"x"'
    assert show(5) == "5"
    assert show({"a": 1}) == "an object"
    assert show([1, 2]) == "a list"
    assert show(10**5000) == "a huge number"
    assert show("a\x1b[31m\n") == '"a?[31m?"'
    assert len(show("x" * 10_000)) <= 62
    assert brief("x" * 61) == "x" * 57 + "..."


def test_a_near_miss_gets_a_hint() -> None:
    assert nearest("tire", ["tier", "born"]) == 'Did you mean "tier"?'
    assert nearest("zzz", ["tier", "born"]) is None
    assert nearest(5, ["tier"]) is None


def test_the_same_fault_is_reported_once() -> None:
    reader = Reader()
    for _ in range(3):
        reader.fault("CODE", "$", "Sentence.")
    assert len(reader.problems) == 1
    assert str(reader.problems[0]) == "$: Sentence. [CODE]"


def test_a_reading_reports_what_nobody_asked_for() -> None:
    reader = Reader()
    reading = Reading(reader, {"a": 1, "b": 2, "flag": 0}, "$.x")
    assert reading.get("a") == 1
    assert "b" in reading
    assert reading.flag("flag", True) is True
    assert reading.choice("kind", ("p", "q"), "p") == "p"
    assert reading.require("c", "the c") is None
    reading.finish()
    assert [(found.code, found.path) for found in reader.problems] == [
        ("BAD_FLAG", "$.x.flag"),
        ("MISSING", "$.x"),
        ("UNKNOWN_NAME", "$.x.b"),
    ]
