"""Every kind of question about events, as the index answers it and as the reference does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from muster.compile.atoms import atoms_of
from muster.engines.index.layout import Whole
from muster.engines.index.local_days import day_begins, local_periods
from muster.engines.index.questions import answer_of
from tests.engines.index.small_index import index_of
from tests.engines.index.till import (
    AS_OF,
    PARTITIONS,
    Asked,
    ask,
    bound,
    drawn_world,
    sale,
    world_of,
)

SEEDS = range(4)


def metric(aggregate: str, op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    definition = {"agg": aggregate, "on": more.pop("on", ["sale"])}
    definition |= {"of": more.pop("of")} if "of" in more else {}
    found = {"metric": definition, "op": op, **more}
    return found if value is None else {**found, "value": value}


def did(*, on: Any = "sale", **more: Any) -> dict[str, Any]:
    return {"did": on, **more}


def times(op: str, n: Any) -> dict[str, Any]:
    return {"times": {"op": op, "n": n}}


WEEK = {"window": {"last": "P7D"}}
MONTH = {"window": {"last": "P30D"}}
ALMOST = {"window": {"from": "2025-03-01", "to": "2025-04-08"}}
FOOD = {"where": [{"field": "kind", "op": "=", "value": "food"}]}
NO_KIND = {"where": [{"field": "kind", "op": "missing"}]}
BIG = {"where": [{"field": "amount", "op": ">=", "value": "9.99"}]}
FOOD_OR_BIG = {"where": [{"any": [FOOD["where"][0], BIG["where"][0]]}]}
BIG_TOYS = {"where": [BIG["where"][0], {"field": "kind", "op": "not_in", "value": ["food"]}]}
ANY = {"on": "any"}
BOTH = {"on": ["any"]}

COVERED: list[dict[str, Any]] = [
    did(),
    did(**WEEK),
    did(**ANY, **WEEK, **BIG),
    did(**FOOD, **times("=", 0)),
    did(**NO_KIND, **times(">=", 2)),
    did(**FOOD_OR_BIG, **times("<", 3)),
    did(**BIG_TOYS, **times("!=", 1)),
    did(**MONTH, **times("between", [2, 4])),
    did(**ANY, **times("<=", 12)),
    did(**times(">", 7)),
    did(window={"ago": ["P30D", "P7D"]}),
    did(window={"calendar": "this_month"}),
    did(distinct="kind", **times(">=", 2)),
    did(distinct="till", **MONTH, **times("=", 2)),
    did(distinct="pieces", **times(">", 3)),
    did(distinct="weight", **times(">=", 3)),
    did(distinct="due", **times("=", 2)),
    did(distinct="rebate", **FOOD, **times("=", 2)),
    did(distinct="amount", **ANY, **times(">=", 4)),
    did(distinct="day", **times(">=", 6)),
    did(distinct="day", **ANY, **WEEK, **times("=", 3)),
    did(distinct="week", **times(">=", 4)),
    did(distinct="month", **times(">=", 3)),
    did(pattern="first_time", **MONTH),
    did(pattern="first_time", **ANY, **WEEK),
    did(pattern="stopped", **WEEK),
    did(pattern="stopped", stopped={"active": "P90D"}, window={"last": "P1D"}),
    did(pattern="restarted", **WEEK),
    did(pattern="restarted", restarted={"gap": "P1D"}, **WEEK),
    did(pattern="regular", regular={"each": "P7D", "hit": 2, "of": 4}),
    did(
        pattern="regular",
        regular={"each": "P1D", "hit": 1, "of": 3, "anchor": "calendar_day"},
        **FOOD,
    ),
    metric("count", ">=", 3, **BOTH),
    metric("count", "=", 2, **WEEK, empty="unknown"),
    metric("count", "=", 0, **FOOD),
    metric("sum", ">=", "10.00", of="amount"),
    metric("sum", "=", 0, of="amount"),
    metric("sum", "<", "9.995", of="amount", **BOTH, **MONTH),
    metric("sum", "between", ["-2.50", "10"], of="amount", **FOOD),
    metric("sum", "between", [0, 10], of="amount", bounds="()"),
    metric("sum", "!=", 0, of="pieces", **ALMOST),
    metric("sum", "in", [0, 3, 6], of="pieces", empty="unknown"),
    metric("sum", "not_in", ["0.01", "9.99"], of="amount", empty="unknown", **WEEK),
    metric("avg", ">=", "3.33", of="amount"),
    metric("avg", "<", 1, of="pieces"),
    metric("avg", "=", "0.5", of="pieces", **BOTH),
    metric("avg", "!=", 5, of="amount", **BIG),
    metric("avg", "<=", "4.995", of="amount", empty="zero", **BOTH),
    metric("avg", ">", "0.333333333333", of="pieces", **MONTH),
    metric("avg", "between", [0, 4], of="amount", bounds="[)"),
    metric("avg", "in", [0, "0.5", 1], of="pieces", empty="zero"),
    metric("avg", "not_in", [1, "5.00"], of="amount", **BOTH),
    metric("max", ">=", "9.99", of="amount"),
    metric("max", "<", 10, of="amount", **BOTH, **FOOD),
    metric("max", "=", 3, of="pieces"),
    metric("max", "!=", 3, of="pieces", **WEEK),
    metric("max", "between", [1, 2], of="pieces", **MONTH),
    metric("max", "in", [2, 1], of="pieces", **MONTH),
    metric("max", ">", 1.5, of="weight"),
    metric("max", "after", "2025-04-02", of="due"),
    metric("max", "before", "2025-04-09", of="paid_at"),
    metric("min", "<", 0, of="pieces"),
    metric("min", "<=", 0, of="amount", **BOTH),
    metric("min", ">", "-2.5", of="amount", **MONTH),
    metric("min", ">=", 0, of="weight"),
    metric("min", "=", 0, of="weight"),
    metric("min", "!=", -4, of="pieces"),
    metric("min", "between", [-4, 0], of="pieces", bounds="(]"),
    metric("min", "not_in", [0, 1], of="pieces"),
    metric("min", "before", "2025-04-01", of="due"),
    metric("distinct", ">=", 2, of="kind"),
    metric("distinct", "=", 2, of="till", empty="unknown"),
    metric("distinct", "<", 3, of="pieces", **BOTH, **WEEK),
    metric("recency", "<=", 1),
    metric("recency", ">", 7, **FOOD),
    metric("recency", "=", 2, **BOTH),
    metric("recency", "!=", 1),
    metric("recency", "between", [1, 8], **BIG),
    metric("recency", "in", [0, 1, 30]),
    metric("recency", "<", "2.5", **BOTH),
    metric("recency", ">=", 1, **WEEK, empty="zero"),
    metric("recency", ">", 3, **ALMOST),
]

ORDERED = [
    metric("first", ">", 0, of="pieces"),
    metric("first", "=", "9.99", of="amount", **FOOD),
    metric("last", "<", "9.99", of="amount"),
    metric("last", "in", ["a", "A"], of="till"),
    metric("last", "=", "toys", of="kind", **MONTH),
    metric("first", "!=", "food", of="kind"),
    metric("last", ">=", 0, of="weight", **BIG),
    metric("last", "before", "2025-04-08", of="due"),
    metric("first", ">=", 0, of="pieces", empty="zero", **WEEK),
]

NOT_COVERED = [
    metric("sum", ">", 1, of="weight"),
    metric("avg", ">", 1, of="weight"),
    metric("mode", "=", 1, of="pieces"),
    {
        **metric("percentile", ">", 1, of="pieces"),
        "metric": {"agg": "percentile", "on": ["sale"], "of": "pieces", "quantile": "0.5"},
    },
    metric("last", ">", 1, of="pieces", **BOTH),
    did(distinct="till", **ANY, **times(">", 1)),
]


def agrees(asked: Asked) -> None:
    assert asked.found is not None
    assert asked.found == asked.expected


@pytest.mark.parametrize("condition", COVERED, ids=str)
def test_the_index_answers_as_the_reference(condition: dict[str, Any]) -> None:
    answers = set()
    for seed in SEEDS:
        asked = ask(drawn_world(seed), condition)
        agrees(asked)
        answers |= set(asked.expected.values())
    assert len(answers) > 1  # not a question with one answer for all


@pytest.mark.parametrize("condition", ORDERED, ids=str)
def test_first_and_last_are_answered_where_no_two_events_are_at_one_time(
    condition: dict[str, Any],
) -> None:
    answers = set()
    for seed in SEEDS:
        asked = ask(drawn_world(seed, ties=False), condition)
        agrees(asked)
        answers |= set(asked.expected.values())
    assert len(answers) > 1


def test_first_and_last_of_events_at_one_time_are_for_sql() -> None:
    assert ask(drawn_world(0, ties=True), ORDERED[0]).found is None


@pytest.mark.parametrize("condition", NOT_COVERED, ids=str)
def test_what_cannot_be_exact_is_for_sql(condition: dict[str, Any]) -> None:
    assert ask(drawn_world(0, ties=False), condition).found is None


# -- edges and sizes -------------------------------------------------------------------------------


def test_a_window_holds_its_first_instant_and_not_its_last() -> None:
    week = timedelta(days=7)
    tick = timedelta(microseconds=1)
    world = world_of(
        [
            (1, sale(AS_OF)),
            (2, sale(AS_OF - tick)),
            (3, sale(AS_OF - week)),
            (4, sale(AS_OF - week - tick)),
        ]
    )
    asked = ask(world, {"did": "sale", "window": {"last": "PT168H"}})
    agrees(asked)
    assert asked.expected == {1: False, 2: True, 3: True, 4: False, 5: False}


def test_a_period_holds_its_first_instant_and_not_its_last() -> None:
    week, tick = timedelta(days=7), timedelta(microseconds=1)
    edge = AS_OF - week
    world = world_of(
        [
            *((1, sale(at)) for at in (edge - tick, edge)),
            *((2, sale(at)) for at in (edge, AS_OF - tick, AS_OF)),
            *((3, sale(at)) for at in (edge - tick, edge - week, edge - week - tick)),
            *((4, sale(at)) for at in (edge - week, AS_OF - tick)),
        ],
        zone="Asia/Kolkata",
    )
    asked = ask(world, did(pattern="regular", regular={"each": "P7D", "hit": 2, "of": 2}))
    agrees(asked)
    assert asked.expected == {1: True, 2: False, 3: False, 4: True, 5: False}


@pytest.mark.parametrize("zone", ["Australia/Sydney", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_periods_are_those_of_the_zone(zone: str, unit: str) -> None:
    asked = ask(drawn_world(5, zone=zone), did(distinct=unit, **times(">=", 3)))
    agrees(asked)


def test_midnights_around_a_change_of_clocks_part_two_days() -> None:
    # Midnight of 6 April in Sydney is 13:00 UTC, of 7 April 14:00: clocks went back between.
    world = world_of(
        [
            (1, sale("2025-04-05T12:59:59.999999")),
            (1, sale("2025-04-05T13:00:00")),
            (2, sale("2025-04-06T13:59:59.999999")),
            (2, sale("2025-04-05T13:00:00")),
            (3, sale("2025-04-06T14:00:00")),
            (3, sale("2025-04-06T13:59:59.999999")),
        ]
    )
    asked = ask(world, did(distinct="day", **times("=", 2)))
    agrees(asked)
    assert asked.expected == {1: True, 2: False, 3: True, 4: False, 5: False}
    recent = ask(world, metric("recency", "<=", 1), as_of=AS_OF)
    agrees(recent)


def test_a_day_that_came_again_has_no_single_beginning() -> None:
    # At one minute past midnight of 1 November 2009 clocks in St. John's went back by an hour.
    day = datetime(2009, 11, 1).toordinal()
    assert day_begins(day, "America/St_Johns") is None
    assert day_begins(day + 7, "America/St_Johns") is not None
    # Samoa left out 30 December 2011: the next day began at once.
    left_out = datetime(2011, 12, 30).toordinal()
    assert day_begins(left_out, "Pacific/Apia") == day_begins(left_out + 1, "Pacific/Apia")


def test_recency_across_a_day_that_came_again_is_for_sql() -> None:
    world = world_of([(1, sale("2009-10-31T12:00:00"))], zone="America/St_Johns")
    as_of = datetime.fromisoformat("2009-11-02T12:00:00+00:00")
    assert ask(world, metric("recency", "<=", 1), as_of=as_of).found is None
    asked = ask(world, metric("recency", "<=", 2), as_of=as_of)
    agrees(asked)


def test_weeks_begin_on_monday_and_years_before_1970_count() -> None:
    import numpy as np

    hours = np.arange(-200, 200, dtype=np.int64) * 3_600_000_000
    weeks = local_periods(hours, "week", "UTC")
    # 1970-01-01 was a Thursday: Monday the 5th began 96 hours later.
    assert weeks[200 + 96] == weeks[200] + 1 == weeks[200 + 95] + 1
    assert local_periods(hours, "month", "UTC")[199] == -1
    assert list(local_periods(hours[:0], "day", "UTC")) == []


def test_sums_near_what_a_double_can_hold_are_exact() -> None:
    most = Decimal(2**53) / 100
    world = world_of(
        [
            (1, sale("2025-04-01", amount=most)),
            (1, sale("2025-04-02", amount=Decimal("0.01"))),
            (2, sale("2025-04-01", amount=most)),
        ]
    )
    asked = ask(world, metric("sum", ">", str(most), of="amount"))
    agrees(asked)
    assert asked.expected[1] is True
    assert asked.expected[2] is False
    average = ask(world, metric("avg", ">=", str(most), of="amount"))
    agrees(average)
    assert average.expected[1] is False


@pytest.mark.parametrize(
    ("condition", "magnitude", "covered"),
    [
        (metric("sum", ">", 1, of="pieces"), 2**62 - 1, True),
        (metric("sum", ">", 1, of="pieces"), 2**62, False),
        (metric("avg", ">", 1, of="pieces"), 2**61, True),
        (metric("avg", ">", "0.5", of="pieces"), 2**61, False),
        (metric("avg", ">", str(2**62), of="pieces"), 1, False),
        (metric("max", ">", 1, of="pieces"), 2**70, True),
    ],
    ids=str,
)
def test_what_might_overflow_is_for_sql(
    condition: dict[str, Any], magnitude: int, covered: bool
) -> None:
    world = drawn_world(0)
    index = index_of(world, partitions=PARTITIONS)
    (atom,) = atoms_of(bound(world, condition).where)
    events = index.events["sale"]
    column = events.columns["pieces"]
    assert isinstance(column, Whole)
    columns = {**events.columns, "pieces": replace(column, magnitude=magnitude)}
    found = answer_of(atom, {"sale": replace(events, columns=columns)})
    assert (found is not None) is covered


def test_a_source_that_is_not_indexed_is_for_sql() -> None:
    world = drawn_world(0)
    (atom,) = atoms_of(bound(world, did(**ANY)).where)
    index = index_of(world)
    assert answer_of(atom, index.events) is not None
    assert answer_of(atom, {"sale": index.events["sale"]}) is None


def test_a_source_without_events_is_answered() -> None:
    for condition in (
        did(),
        did(**times("=", 0)),
        metric("sum", ">=", 0, of="amount"),
        COVERED[20],
    ):
        asked = ask(world_of([]), condition)
        agrees(asked)
