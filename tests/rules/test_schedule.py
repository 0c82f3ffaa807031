"""Which schedules are well written."""

from __future__ import annotations

import pytest

from muster.rules.schedule import NICKNAMES, check_schedule

GOOD = [
    *NICKNAMES,
    *("* * * * *", "0 0 * * *", "30 6 * * mon-fri", "*/15 * * * *", "0 9-17/2 * * *"),
    *("0 5 1,15 * *", "0 0 1 jan *", "0 0 1 JAN-MAR,DEC *", "0 0 * * 0", "0 0 * * 7"),
    *("0 0 * * sun", "5/15 * * * *", "0 0 29 2 *", "0 0 31 2,3 *", "0 0 31 2 mon"),
    *("0  0\t* * *", "59 23 31 12 6", "0 0 1-31/10 * *"),
]


@pytest.mark.parametrize("text", GOOD)
def test_a_schedule_is_accepted(text: str) -> None:
    assert check_schedule(text) is None


BAD = [
    ("", "five fields"),
    ("@fortnightly", "none of"),
    ("@Daily", "none of"),
    ("@reboot", "none of"),
    ("* * * *", "has 4"),
    ("* * * * * *", "has 6"),
    ("60 * * * *", '"60" is not a minute: it goes from 0 to 59.'),
    ("* 24 * * *", "not a hour"),
    ("* * 0 * *", "not a day of the month"),
    ("* * 32 * *", "not a day of the month"),
    ("* * * 13 *", "not a month"),
    ("* * * 0 *", "not a month"),
    ("* * * * 8", "not a day of the week"),
    ("* * * * funday", "not a day of the week"),
    ("* * mon * *", "not a day of the month"),
    ("* * * mon *", "not a month"),
    ("30-10 * * * *", "runs backwards"),
    ("* * * * fri-mon", "runs backwards"),
    ("*/0 * * * *", "step"),
    ("*/99 * * * *", "step"),
    ("*-5 * * * *", "not a minute"),
    ("1, * * * *", "cannot be read"),
    (",1 * * * *", "cannot be read"),
    ("1-2-3 * * * *", "cannot be read"),
    ("*/x * * * *", "cannot be read"),
    ("? * * * *", "cannot be read"),
    ("0 0 L * *", "not a day of the month"),
    ("0 0 * * 5#2", "cannot be read"),
    ("-1 * * * *", "cannot be read"),
    ("1.5 * * * *", "cannot be read"),
    ("000 * * * *", "not a minute"),
    ("٣ * * * *", "cannot be read"),
    ("0 0 30 2 *", "never run"),
    ("0 0 31 4,6,9,11 *", "never run"),
    ("0 0 * * *" + " " * 200, "at most 200"),
    ("'; DROP TABLE rules; --", "minute"),
]


@pytest.mark.parametrize(("text", "wrong"), BAD)
def test_a_schedule_is_refused_with_its_reason(text: str, wrong: str) -> None:
    found = check_schedule(text)
    assert found is not None
    assert wrong in found
    assert found.endswith(".")
