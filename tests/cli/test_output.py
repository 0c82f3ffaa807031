"""What is printed: values for people, JSON for programs, nothing that commands a terminal."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from muster.base.records import RunState
from muster.cli.output import (
    Column,
    age,
    cell,
    listed,
    print_table,
    printable,
    say,
    share,
    write_json,
)

AT = datetime(2025, 1, 31, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "yes"),
        (1234567, "1,234,567"),
        (0.5, "0.50"),
        (AT, "2025-01-31 08:05 UTC"),
        (AT.astimezone(tz=None), "2025-01-31 08:05 UTC"),
        (date(2025, 1, 31), "2025-01-31"),
        (("a", 2), "a, 2"),
        (Decimal("1.50"), "1.50"),
        (timedelta(hours=3), "3 h"),
        ("\x1b[31mred\x07", "�[31mred�"),
    ],
)
def test_a_value_is_written_for_people(value, text) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [(0, "0.0%"), (0.0001, "<0.1%"), (0.0005, "0.1%"), (0.123, "12.3%"), (1, "100.0%")],
)
def test_a_small_share_is_not_nothing(part, text) -> None:
    assert share(part) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=61), "1 h"),
        (timedelta(days=2, hours=5), "2 d"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(length, text) -> None:
    assert age(length) == text


def test_json_keeps_what_json_can_and_writes_instants_in_utc(capsys) -> None:
    value = {
        "at": AT,
        "day": date(2025, 1, 31),
        "money": Decimal("0.10"),
        "huge": Decimal("12345678901234567890.12"),
        "state": RunState.FAILED,
        "items": ("a", None, True),
        "length": timedelta(minutes=1),
    }
    write_json(value)
    assert json.loads(capsys.readouterr().out) == {
        "at": "2025-01-31T08:05:00Z",
        "day": "2025-01-31",
        "money": 0.1,
        "huge": "12345678901234567890.12",
        "state": "failed",
        "items": ["a", None, True],
        "length": 60,
    }


def test_a_list_says_how_many_it_has() -> None:
    assert listed(iter([1, 2])) == {"items": [1, 2], "total": 2}


def test_markup_in_values_is_printed_as_it_is(capsys) -> None:
    print_table([Column("name")], [("[bold]x[/bold]",), (":smile:",)])
    say("[red]not red[/red]")
    out = capsys.readouterr().out
    assert "[bold]x[/bold]" in out
    assert ":smile:" in out
    assert "[red]not red[/red]" in out


def test_a_pipe_gets_whole_lines_and_no_colour(capsys) -> None:
    long = "x" * 300
    print_table([Column("name"), Column("number", number=True)], [(long, 1)], title="A title")
    say("word " * 200, style="bold red")
    out = capsys.readouterr().out
    assert long in out
    assert "word " * 200 in out
    assert "\x1b" not in out


def test_an_empty_table_says_so(capsys) -> None:
    print_table([Column("name")], [])
    assert "(none)" in capsys.readouterr().out


def test_line_breaks_stay() -> None:
    assert printable("a\nb\tc\rd") == "a\nb\tc�d"
