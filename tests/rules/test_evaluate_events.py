"""What conditions on events mean: counting, absence, patterns, aggregates."""

from __future__ import annotations

from typing import Any

import pytest

from muster.rules.evaluate_events import _truth_of_lower_bound
from muster.rules.nodes import Count
from muster.rules.world import World
from tests.rules.sample import (
    MODEL,
    UNGUARDED,
    day,
    event,
    members,
    rupees,
    truths,
    utc,
    world,
)

# It is 15 May 2026, noon in Kolkata (06:30 UTC).
MONTH = {"last": "P30D"}


def cards(*ats: str, key: int = 1, **fields: Any) -> list[Any]:
    return [event(key, at, **fields) for at in ats]


def one(*ats: str, **fields: Any) -> World:
    """Return a world with one person who joined long ago and paid by card at these times."""
    return world((1,), card=cards(*ats, **fields))


def did(**members_of: Any) -> dict[str, Any]:
    return {"did": "card", **members_of}


# -- counting --------------------------------------------------------------------------------------

THREE = one("2026-05-01", "2026-05-02", "2026-04-20")
COUNTS: list[tuple[Any, bool]] = [
    (None, True),
    (3, True),
    (4, False),
    ({"op": "=", "n": 3}, True),
    ({"op": "=", "n": 0}, False),
    ({"op": "!=", "n": 3}, False),
    ({"op": ">", "n": 2}, True),
    ({"op": ">", "n": 3}, False),
    ({"op": "<", "n": 4}, True),
    ({"op": "<", "n": 3}, False),
    ({"op": "<=", "n": 3}, True),
    ({"op": "between", "n": [1, 2]}, False),
    ({"op": "between", "n": [3, 9]}, True),
]


@pytest.mark.parametrize(("times", "expected"), COUNTS, ids=str)
def test_events_are_counted(times: Any, expected: bool) -> None:
    rule = did(window=MONTH) if times is None else did(window=MONTH, times=times)
    assert truths(rule, THREE) == [expected]


def test_a_window_is_half_open() -> None:
    for at, expected in (
        ("2026-04-15T06:29:59", False),
        ("2026-04-15T06:30:00", True),
        ("2026-05-15T06:29:59", True),
        ("2026-05-15T06:30:00", False),
        ("2026-05-16", False),
    ):
        assert members(did(window=MONTH), one(at)) == ([1] if expected else []), at


def test_the_future_does_not_count_even_over_all_time() -> None:
    assert truths(did(), one("2026-05-15T06:30")) == [False]
    assert truths(did(), one("2026-05-15T06:29")) == [True]


def test_an_event_without_a_time_does_not_count() -> None:
    assert truths(did(), world((1,), card=[(1, {"at": None})])) == [False]


def test_a_union_counts_the_events_of_all_its_sources() -> None:
    seen = world((1,), card=cards("2026-05-01"), upi=cards("2026-05-02"))
    assert truths({"did": "spend", "times": 2}, seen) == [True]
    assert truths({"did": ["upi", "card"], "times": 2}, seen) == [True]
    assert truths({"did": "card", "times": 2}, seen) == [False]


def test_all_conditions_of_a_filter_are_on_one_event() -> None:
    rule = did(
        where=[
            {"field": "category", "op": "=", "value": "Travel"},
            {"field": "amount", "op": ">=", "value": "100.00"},
        ]
    )
    split = world(
        (1,),
        card=[
            event(1, "2026-05-01", category="Travel", amount=rupees("5")),
            event(1, "2026-05-01", category="Food", amount=rupees("500")),
        ],
    )
    together = world((1,), card=[event(1, "2026-05-01", category="Travel", amount=rupees("100"))])
    assert truths(rule, split) == [False]
    assert truths(rule, together) == [True]


FILTERS: list[tuple[Any, bool]] = [
    ({"field": "category", "op": "=", "value": "Travel"}, False),
    ({"field": "category", "op": "!=", "value": "Travel"}, False),
    ({"field": "category", "op": "!=", "value": "Travel", "nulls": "include"}, True),
    ({"not": {"field": "category", "op": "=", "value": "Travel"}}, False),
    ({"field": "category", "op": "missing"}, True),
    ({"any": [{"field": "paid", "op": "true"}, {"field": "category", "op": "exists"}]}, True),
    (
        {
            "count": {"n": 2},
            "of": [{"field": "paid", "op": "true"}, {"field": "due", "op": "exists"}],
        },
        False,
    ),
    ({"near": {"field": "spot", "place": "sydney"}}, False),
    ({"not": {"near": {"field": "spot", "place": "sydney"}}}, False),
]


@pytest.mark.parametrize(("where", "counts"), FILTERS, ids=str)
def test_an_event_counts_only_if_its_filter_is_true(where: Any, counts: bool) -> None:
    seen = world((1,), card=[event(1, "2026-05-01", paid=True, category=None)])
    assert truths(did(where=where), seen) == [counts]


# -- absence ---------------------------------------------------------------------------------------

# 1 paid, 2 has been here for long and did not, 3 came ten days ago, of 4 nobody knows since when.
NEVER = world(
    {1: {}, 2: {}, 3: {"joined": utc("2026-05-05")}, 4: {"joined": None}},
    card=cards("2026-05-01"),
)
ABSENT = {"op": "=", "n": 0}
ABSENCES: list[tuple[dict[str, Any], list[Any]]] = [
    ({"times": ABSENT}, [False, True, True, True]),  # ever: nobody need be known for long
    ({"times": ABSENT, "window": MONTH}, [False, True, None, None]),
    (
        {"times": ABSENT, "window": MONTH, "observed": {"else": "include"}},
        [False, True, True, True],
    ),
    ({"times": ABSENT, "window": {"last": "P7D"}}, [True, True, True, None]),
    ({"times": ABSENT, "window": {"last": "P7D"}, "observed": "P20D"}, [True, True, None, None]),
    ({"times": ABSENT, "observed": "P20D"}, [False, True, None, None]),
    ({"window": MONTH}, [True, False, None, None]),
    ({"times": 2, "window": MONTH}, [False, False, None, None]),
    ({"times": {"op": "<=", "n": 1}, "window": MONTH}, [True, True, None, None]),
    ({"times": {"op": "<=", "n": 1}}, [True, True, True, True]),
]


@pytest.mark.parametrize(("members_of", "expected"), ABSENCES, ids=str)
def test_absence_counts_only_where_it_was_observed(
    members_of: dict[str, Any], expected: list[Any]
) -> None:
    assert truths(did(**members_of), NEVER) == expected


def test_people_without_any_event_are_in_at_most_three() -> None:
    rule = did(times={"op": "<=", "n": 3})
    assert members(rule, world((1, 2), card=cards("2026-05-01"))) == [1, 2]


def test_did_not_and_not_did_agree() -> None:
    for window in (MONTH, "all_time"):
        absent = truths(did(times=ABSENT, window=window), NEVER)
        assert truths({"not": did(window=window)}, NEVER) == absent


def test_who_joined_at_the_windows_start_was_observed() -> None:
    for joined, expected in (("2026-04-15T06:30", True), ("2026-04-15T06:30:01", None)):
        seen = world({1: {"joined": utc(joined)}})
        assert truths(did(times=ABSENT, window=MONTH), seen) == [expected]


def test_a_day_of_joining_begins_at_local_midnight() -> None:
    window = {"from": "2026-05-01", "to": "2026-05-02"}
    for joined, expected in (("2026-05-01", True), ("2026-05-02", None)):
        seen = world({1: {"joined": day(joined)}})
        assert truths(did(times=ABSENT, window=window), seen) == [expected]


def test_the_model_may_switch_the_guard_off() -> None:
    seen = world({1: {"joined": utc("2026-05-14")}}, model=UNGUARDED)
    assert truths(did(times=ABSENT, window=MONTH), seen) == [True]


# Three happened for certain, perhaps more: what follows for every kind of count.
LOWER_BOUNDS = [
    (Count(">=", 3), True),
    (Count(">=", 4), None),
    (Count(">", 2), True),
    (Count(">", 3), None),
    (Count("<=", 3), None),
    (Count("<=", 2), False),
    (Count("<", 3), False),
    (Count("<", 4), None),
    (Count("=", 2), False),
    (Count("=", 3), None),
    (Count("=", 4), None),
    (Count("!=", 2), True),
    (Count("!=", 3), None),
    (Count("!=", 4), None),
    (Count("between", 1, 2), False),
    (Count("between", 1, 3), None),
    (Count("between", 4, 5), None),
    (Count(">=", 0), True),
    (Count("<", 0), False),
]


@pytest.mark.parametrize(("count", "expected"), LOWER_BOUNDS, ids=str)
def test_a_lower_bound_decides_what_it_can(count: Count, expected: Any) -> None:
    assert _truth_of_lower_bound(count, 3) is expected
    assert expected is (
        None if len({count.holds(number) for number in range(3, 20)}) > 1 else count.holds(3)
    )


# -- distinct --------------------------------------------------------------------------------------


def distinct(what: str, n: int, seen: World) -> bool:
    (found,) = truths(did(distinct=what, times={"op": "=", "n": n}), seen)
    return bool(found)


def test_distinct_values_leave_out_nulls() -> None:
    seen = world(
        (1,),
        card=[
            event(1, "2026-05-01", merchant=merchant, weight=weight)
            for merchant, weight in (
                ("a", 1.0),
                ("A", 1.0),
                ("a", float("nan")),
                (None, None),
                ("b", 2.0),
            )
        ],
    )
    assert distinct("merchant", 3, seen)
    assert distinct("weight", 2, seen)


def test_days_are_local_days() -> None:
    # Midnight in Kolkata is at 18:30 UTC.
    assert distinct("day", 1, one("2026-05-01T18:30", "2026-05-02T18:29"))
    assert distinct("day", 2, one("2026-05-01T18:29", "2026-05-01T18:30"))
    assert distinct("day", 2, one("2026-05-01T18:29", "2026-05-01T18:30", "2026-05-02"))


def test_weeks_begin_on_monday() -> None:
    # 4 May 2026 is a Monday; it begins in Kolkata on Sunday at 18:30 UTC.
    assert distinct("week", 2, one("2026-05-03T18:29", "2026-05-03T18:30"))
    assert distinct("week", 1, one("2026-05-03T18:30", "2026-05-10T18:29"))
    assert distinct("week", 1, one("2025-12-29", "2026-01-03"))  # over the turn of the year


def test_months_are_those_of_a_year() -> None:
    assert distinct("month", 2, one("2025-05-10", "2026-05-10"))
    assert distinct("month", 2, one("2026-04-30T18:29", "2026-04-30T18:30"))


# -- patterns --------------------------------------------------------------------------------------

FIRST = did(pattern="first_time", window=MONTH)
STOPPED = did(pattern="stopped", window=MONTH)
STOPPED_LATELY = did(pattern="stopped", window=MONTH, stopped={"active": "P30D"})
AGAIN = did(pattern="restarted", window=MONTH)
AGAIN_SOON = did(pattern="restarted", window=MONTH, restarted={"gap": "P7D"})
# The window begins on 15 April, the month before it on 16 March (06:30 UTC both).
PATTERNS: list[tuple[Any, list[str], bool]] = [
    (FIRST, [], False),
    (FIRST, ["2026-05-01"], True),
    (FIRST, ["2026-04-15T06:30"], True),
    (FIRST, ["2026-04-15T06:29"], False),
    (FIRST, ["2026-05-01", "2026-04-15T06:29"], False),
    (FIRST, ["2026-05-01", "2020-01-01"], False),
    (FIRST, ["2026-05-01", "2026-05-16"], True),
    (STOPPED, [], False),
    (STOPPED, ["2020-01-01"], True),
    (STOPPED, ["2026-05-01", "2020-01-01"], False),
    (STOPPED, ["2026-04-15T06:29"], True),
    (STOPPED, ["2026-04-15T06:30"], False),
    (STOPPED, ["2026-05-16", "2020-01-01"], True),
    (STOPPED_LATELY, ["2020-01-01"], False),
    (STOPPED_LATELY, ["2026-03-16T06:30"], True),
    (STOPPED_LATELY, ["2026-03-16T06:29"], False),
    (AGAIN, ["2026-05-01"], False),  # for the first time is not again
    (AGAIN, ["2026-05-01", "2026-01-01"], True),
    (AGAIN, ["2026-05-01", "2026-04-01", "2026-01-01"], False),
    (AGAIN, ["2026-05-01", "2026-03-16T06:29"], True),
    (AGAIN, ["2026-05-01", "2026-03-16T06:30"], False),
    (AGAIN, ["2026-01-01"], False),
    (AGAIN_SOON, ["2026-05-01", "2026-04-01"], True),
    (AGAIN_SOON, ["2026-05-01", "2026-04-10"], False),
]


@pytest.mark.parametrize(("rule", "ats", "expected"), PATTERNS, ids=str)
def test_a_pattern_is_two_valued(rule: Any, ats: list[str], expected: bool) -> None:
    assert truths(rule, one(*ats)) == [expected]


def test_a_pattern_sees_only_the_events_of_its_filter() -> None:
    rule = did(
        pattern="first_time", window=MONTH, where={"field": "merchant", "op": "=", "value": "a"}
    )
    seen = world(
        (1,),
        card=[event(1, "2026-05-01", merchant="a"), event(1, "2020-01-01", merchant="b")],
    )
    assert truths(rule, seen) == [True]


# Three of the last four weeks: they begin on 8 and 1 May, 24 and 17 April.
WEEKLY = did(pattern="regular", regular={"each": "P7D", "hit": 3, "of": 4})
DAILY = did(pattern="regular", regular={"each": "P1D", "hit": 2, "of": 2, "anchor": "calendar_day"})
REGULARS: list[tuple[Any, list[str], bool]] = [
    (WEEKLY, ["2026-05-14", "2026-05-07", "2026-04-30"], True),
    (WEEKLY, ["2026-05-14", "2026-05-07", "2026-05-06"], False),
    (WEEKLY, ["2026-05-14", "2026-04-28", "2026-04-18"], True),
    (WEEKLY, ["2026-05-14", "2026-04-28", "2026-04-17"], False),
    (WEEKLY, ["2026-05-08T06:30", "2026-05-08T06:29", "2026-05-01T06:29"], True),
    (DAILY, ["2026-05-14T10:00", "2026-05-13T10:00"], True),
    (DAILY, ["2026-05-14T19:00", "2026-05-14T10:00"], False),  # today is not over yet
    (DAILY, ["2026-05-13T18:29", "2026-05-13T18:30"], True),
]


@pytest.mark.parametrize(("rule", "ats", "expected"), REGULARS, ids=str)
def test_regular_is_so_many_of_the_last_periods(rule: Any, ats: list[str], expected: bool) -> None:
    assert truths(rule, one(*ats)) == [expected]


# -- aggregates ------------------------------------------------------------------------------------


def asked(agg: str, of: str | None, op: str, value: Any, **others: Any) -> dict[str, Any]:
    metric = {"agg": agg, "on": "card", **({"of": of} if of else {})}
    if "quantile" in others:
        metric["quantile"] = others.pop("quantile")
    return {"metric": metric, "op": op, "value": value, **others}


PAYMENTS = world(
    (1, 2, 3),
    card=[
        event(1, "2026-05-01", id=1, amount=rupees("0.10"), merchant="b", weight=0.5, product=1),
        event(1, "2026-05-02", id=2, amount=rupees("0.20"), merchant="a", weight=0.25, product=2),
        event(1, "2026-05-03", id=3, amount=None, merchant="a", weight=float("nan"), product=4),
        event(1, "2026-05-04", id=4, amount=rupees("0.30"), merchant="b", weight=None, product=4),
        event(2, "2026-05-01", id=5, amount=None, merchant=None),
    ],
)
# What each person's value is: 1 has several, 2 one event with nulls, 3 none.
VALUES: list[tuple[str, str | None, dict[str, Any], list[Any]]] = [
    ("count", None, {}, [4, 1, 0]),
    ("sum", "amount", {}, [rupees("0.60"), 0, 0]),
    ("sum", "amount", {"empty": "unknown"}, [rupees("0.6"), None, None]),
    ("avg", "amount", {}, [rupees("0.2"), None, None]),
    ("avg", "amount", {"empty": "zero"}, [rupees("0.2"), 0, 0]),
    ("avg", "product", {}, ["2.75", None, None]),
    ("min", "amount", {}, [rupees("0.1"), None, None]),
    ("max", "amount", {}, [rupees("0.3"), None, None]),
    ("max", "amount", {"empty": "zero"}, [rupees("0.3"), 0, 0]),
    ("min", "weight", {}, [0.25, None, None]),
    ("distinct", "merchant", {}, [2, 0, 0]),
    ("distinct", "amount", {}, [3, 0, 0]),
    ("mode", "merchant", {}, ["a", None, None]),  # as often as b: the smaller
    ("mode", "product", {}, [4, None, None]),
    ("first", "merchant", {}, ["b", None, None]),
    ("last", "merchant", {}, ["b", None, None]),
    ("first", "amount", {}, [rupees("0.1"), None, None]),
    ("last", "weight", {}, [None, None, None]),  # the last event has none
    ("percentile", "product", {"quantile": "0.25"}, [1, None, None]),
    ("percentile", "product", {"quantile": "0.26"}, [2, None, None]),
    ("percentile", "product", {"quantile": "0.5"}, [2, None, None]),
    ("percentile", "product", {"quantile": "0.51"}, [4, None, None]),
    ("percentile", "product", {"quantile": 1}, [4, None, None]),
    ("percentile", "product", {"quantile": "0.0001"}, [1, None, None]),
    ("recency", None, {}, [11, 14, None]),
    ("recency", None, {"empty": "zero"}, [11, 14, 0]),
]


@pytest.mark.parametrize(("agg", "of", "others", "values"), VALUES, ids=str)
def test_an_aggregate_has_one_value(
    agg: str, of: str | None, others: dict[str, Any], values: list[Any]
) -> None:
    for value in {value for value in values if value is not None}:
        expected = [None if found is None else found == value for found in values]
        assert truths(asked(agg, of, "=", value, **others), PAYMENTS) == expected
        turned = [None if truth is None else not truth for truth in expected]
        assert truths(asked(agg, of, "!=", value, **others), PAYMENTS) == turned
    unknown = [value is None for value in values]
    found = truths(
        asked(agg, of, "!=", "zz" if of == "merchant" and agg != "distinct" else 99, **others),
        PAYMENTS,
    )
    assert [truth is None for truth in found] == unknown


def test_decimals_do_not_round() -> None:
    """Three tenths are three tenths, and a third is never a third written out."""
    assert truths(asked("sum", "amount", "=", "0.60"), PAYMENTS)[0] is True
    thirds = world(
        (1,), card=[event(1, "2026-05-01", amount=rupees(text)) for text in ("0.10", "0.10", "0")]
    )
    for op, value, expected in (
        ("<", "0.066666666667", True),
        (">", "0.066666666666", True),
        ("=", "0.066666666667", False),
        ("in", ["0.07", "0.06"], False),
        ("not_in", ["0.07", "0.06"], True),
        ("between", ["0.06", "0.07"], True),
        ("!=", "0.07", True),
        ("<=", "0.06", False),
        (">=", "0.06", True),
    ):
        assert truths(asked("avg", "amount", op, value), thirds) == [expected], op


def test_a_million_tenths_are_a_hundred_thousand() -> None:
    seen = world((1,), card=[event(1, "2026-05-01", amount=rupees("0.10"))] * 10_000)
    assert truths(asked("sum", "amount", "=", 1000), seen) == [True]
    assert truths(asked("avg", "amount", "=", "0.1"), seen) == [True]


def test_averages_know_whether_they_exist() -> None:
    exists = {"field": "ticket", "op": "exists"}
    assert truths(exists, PAYMENTS) == [True, False, False]
    assert truths({"field": "ticket", "op": "missing"}, PAYMENTS) == [False, True, True]


def test_times_and_days_can_be_aggregated() -> None:
    seen = world((1, 2), card=[event(1, "2026-05-01", due=day("2026-06-01"))])
    assert truths(asked("max", "due", "after", "2026-05-31"), seen) == [True, None]
    assert truths({"field": "last_paid", "op": "in_last", "value": "P30D"}, seen) == [True, None]
    assert truths(asked("last", "at", "=", "2026-05-01"), seen) == [True, None]


def test_recency_is_counted_in_local_days() -> None:
    for at, days in (("2026-05-14T18:30", 0), ("2026-05-14T18:29", 1), ("2026-05-15T06:00", 0)):
        rule = {"metric": "days_since", "op": "=", "value": days}
        assert truths(rule, one(at, amount=rupees("1"))) == [True], at


def test_a_metric_looks_at_its_window_and_filter_only() -> None:
    seen = world(
        (1,),
        card=[
            event(1, "2026-05-01", amount=rupees("5"), category="Travel"),
            event(1, "2026-05-01", amount=rupees("7"), category="Food"),
            event(1, "2020-05-01", amount=rupees("9"), category="Travel"),
        ],
        upi=[event(1, "2026-05-01", amount=rupees("2"), category="Travel")],
    )
    for rule, value in (
        ({"metric": "total_spend"}, 23),
        ({"metric": "total_spend", "window": MONTH}, 14),
        ({"metric": "travel_90"}, 7),
        ({"metric": "travel_90", "where": {"field": "amount", "op": ">", "value": 2}}, 5),
    ):
        assert truths({**rule, "op": "=", "value": value}, seen) == [True], rule


# Ties in time are broken by source, then id (none first), then value.
TIES: list[tuple[list[dict[str, Any]], str, str]] = [
    ([{"id": 1, "merchant": "a"}, {"id": 2, "merchant": "b"}], "a", "b"),
    ([{"id": 2, "merchant": "a"}, {"id": 1, "merchant": "b"}], "b", "a"),
    ([{"id": "10", "merchant": "a"}, {"id": "9", "merchant": "b"}], "a", "b"),
    ([{"id": "", "merchant": "a"}, {"id": "x", "merchant": "b"}], "a", "b"),
    ([{"id": None, "merchant": "b"}, {"id": 1, "merchant": "a"}], "b", "a"),
    ([{"merchant": "b"}, {"merchant": "a"}], "a", "b"),
]


@pytest.mark.parametrize(("rows", "first", "last"), TIES, ids=str)
def test_first_and_last_are_never_a_toss_up(
    rows: list[dict[str, Any]], first: str, last: str
) -> None:
    for order in (rows, rows[::-1]):
        seen = world((1,), card=[event(1, "2026-05-01", **row) for row in order])
        assert truths(asked("first", "merchant", "=", first), seen) == [True]
        assert truths(asked("last", "merchant", "=", last), seen) == [True]


def test_of_sources_the_name_decides() -> None:
    seen = world(
        (1,),
        card=[event(1, "2026-05-01", id=9, category="c")],
        upi=[event(1, "2026-05-01", id=1, category="u")],
    )
    for agg, value in (("first", "c"), ("last", "u")):
        metric = {"agg": agg, "of": "category", "on": "spend"}
        assert truths({"metric": metric, "op": "=", "value": value}, seen) == [True]


def test_the_model_of_these_tests_guards_absence() -> None:
    assert MODEL.observed == "window"
