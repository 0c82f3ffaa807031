"""What a sequence means: order, time limits, absent steps, equal fields, where it starts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.sample import event, truths, world

VIEW, BUY = {"did": "view"}, {"did": "card"}


def steps(*steps_of: Any, **members: Any) -> dict[str, Any]:
    return {"sequence": list(steps_of), **members}


def seen(*happened: str, **fields: Any) -> Any:
    """Return a world from words: ``v 2026-05-01`` is a view, ``c`` a card payment, ``u`` UPI.

    A third word is the product.
    """
    names = {"v": "view", "c": "card", "u": "upi"}
    events: dict[str, list[Any]] = {name: [] for name in names.values()}
    for text in happened:
        kind, at, *product = text.split(" ")
        row = {"product": int(product[0])} if product else {}
        events[names[kind]].append(event(1, at, **row, **fields))
    return world((1,), **events)


THEN = steps(VIEW, BUY)
SOON = steps(VIEW, {**BUY, "within": "P7D"})
LATER = steps(VIEW, {**BUY, "not_before": "P1D", "within": "P7D"})
NO_BUY = steps(VIEW, {**BUY, "absent": True, "within": "P7D"})
NEVER_BUY = steps(VIEW, {**BUY, "absent": True})
NO_UPI_BETWEEN = steps(VIEW, {"did": "upi", "absent": True}, BUY)
NO_UPI_FIRST_DAY = steps(VIEW, {"did": "upi", "absent": True, "within": "P1D"}, BUY)
THREE = steps(VIEW, {"did": "upi", "within": "P2D"}, {**BUY, "within": "P2D"})
TWICE = steps(VIEW, VIEW)
SAME = steps(VIEW, BUY, same=["product"])

# It is 15 May, 06:30 UTC.
PATHS: list[tuple[Any, list[str], bool]] = [
    (THEN, [], False),
    (THEN, ["v 2026-05-01"], False),
    (THEN, ["v 2026-05-01", "c 2026-05-02"], True),
    (THEN, ["c 2026-05-01", "v 2026-05-02"], False),
    (THEN, ["v 2026-05-01", "c 2026-05-01"], False),  # at the same time is not after
    (THEN, ["v 2026-05-01", "c 2026-05-16"], False),  # the future
    (TWICE, ["v 2026-05-01"], False),  # one event is not two
    (TWICE, ["v 2026-05-01", "v 2026-05-02"], True),
    # limits are elapsed time from the step before: [not_before, within)
    (SOON, ["v 2026-05-01", "c 2026-05-07T23:59"], True),
    (SOON, ["v 2026-05-01", "c 2026-05-08"], False),
    (SOON, ["v 2026-04-01", "v 2026-05-01", "c 2026-05-07"], True),  # any start
    (LATER, ["v 2026-05-01", "c 2026-05-01T23:59"], False),
    (LATER, ["v 2026-05-01", "c 2026-05-02"], True),
    (LATER, ["v 2026-05-01", "c 2026-05-01T12:00", "c 2026-05-03"], True),
    (THREE, ["v 2026-05-01", "u 2026-05-02", "c 2026-05-03"], True),
    (THREE, ["v 2026-05-01", "u 2026-05-02", "c 2026-05-04"], False),
    (THREE, ["v 2026-05-01", "u 2026-05-02", "u 2026-05-02T12:00", "c 2026-05-04"], True),
    # an absent step at the end: sure only once its time has passed
    (NO_BUY, ["v 2026-05-01"], True),
    (NO_BUY, ["v 2026-05-01", "c 2026-05-03"], False),
    (NO_BUY, ["v 2026-05-01", "c 2026-05-08"], True),
    (NO_BUY, ["v 2026-05-08T06:30"], True),
    (NO_BUY, ["v 2026-05-08T06:31"], False),
    (NO_BUY, ["v 2026-05-01", "c 2026-05-03", "v 2026-05-04"], True),  # the second view
    (NO_BUY, ["v 2026-05-01", "c 2026-05-01"], True),  # not after it
    (NEVER_BUY, ["v 2026-05-14"], True),
    (NEVER_BUY, ["v 2026-05-01", "c 2026-05-14"], False),
    (NEVER_BUY, ["v 2026-05-01", "c 2026-05-16"], True),
    # an absent step in between
    (NO_UPI_BETWEEN, ["v 2026-05-01", "c 2026-05-03"], True),
    (NO_UPI_BETWEEN, ["v 2026-05-01", "u 2026-05-02", "c 2026-05-03"], False),
    (NO_UPI_BETWEEN, ["v 2026-05-01", "c 2026-05-03", "u 2026-05-04"], True),
    (NO_UPI_BETWEEN, ["v 2026-05-01", "u 2026-05-03", "c 2026-05-03"], True),
    (NO_UPI_BETWEEN, ["v 2026-05-01", "u 2026-05-02", "v 2026-05-03", "c 2026-05-04"], True),
    (NO_UPI_BETWEEN, ["v 2026-05-01"], False),
    (NO_UPI_FIRST_DAY, ["v 2026-05-01", "u 2026-05-02", "c 2026-05-03"], True),
    (NO_UPI_FIRST_DAY, ["v 2026-05-01", "u 2026-05-01T23:00", "c 2026-05-03"], False),
    # equal fields across the steps
    (SAME, ["v 2026-05-01 1", "c 2026-05-02 1"], True),
    (SAME, ["v 2026-05-01 1", "c 2026-05-02 2"], False),
    (SAME, ["v 2026-05-01 1", "v 2026-05-01 2", "c 2026-05-02 2"], True),
    (SAME, ["v 2026-05-01", "c 2026-05-02"], False),  # nothing equals nothing
]


@pytest.mark.parametrize(("rule", "happened", "expected"), PATHS, ids=str)
def test_events_in_order(rule: Any, happened: list[str], expected: bool) -> None:
    assert truths(rule, seen(*happened)) == [expected]


def test_an_absent_step_looks_at_equal_fields_only() -> None:
    rule = steps(VIEW, {**BUY, "absent": True, "within": "P7D"}, same=["product"])
    assert truths(rule, seen("v 2026-05-01 1", "c 2026-05-02 2")) == [True]
    assert truths(rule, seen("v 2026-05-01 1", "c 2026-05-02 1")) == [False]


STARTS: list[tuple[str, list[str], bool]] = [
    # bought within a week of the first / last / any view
    ("any", ["v 2026-04-01", "v 2026-05-01", "c 2026-04-02"], True),
    ("first", ["v 2026-04-01", "v 2026-05-01", "c 2026-04-02"], True),
    ("last", ["v 2026-04-01", "v 2026-05-01", "c 2026-04-02"], False),
    ("first", ["v 2026-04-01", "v 2026-05-01", "c 2026-05-02"], False),
    ("last", ["v 2026-04-01", "v 2026-05-01", "c 2026-05-02"], True),
    ("last", [], False),
    # A - B - A: looked at once more after buying; from the last view on nothing was bought
    ("any", ["v 2026-05-01", "c 2026-05-02", "v 2026-05-03"], True),
    ("last", ["v 2026-05-01", "c 2026-05-02", "v 2026-05-03"], False),
]


@pytest.mark.parametrize(("start", "happened", "expected"), STARTS, ids=str)
def test_where_a_sequence_starts(start: str, happened: list[str], expected: bool) -> None:
    assert truths({**SOON, "start": start}, seen(*happened)) == [expected]


def test_the_first_event_is_the_first_that_fits() -> None:
    rule = steps(
        {"did": "view", "where": {"field": "product", "op": "=", "value": 2}},
        {**BUY, "within": "P7D"},
        start="first",
    )
    assert truths(rule, seen("v 2026-04-01 1", "v 2026-05-01 2", "c 2026-05-02")) == [True]


def test_first_events_of_one_time_are_all_tried() -> None:
    rule = steps(VIEW, BUY, start="first", same=["product"])
    both = seen("v 2026-05-01 1", "v 2026-05-01 2", "c 2026-05-02 2")
    assert truths(rule, both) == [True]


def test_every_step_lies_in_the_window() -> None:
    rule = {**THEN, "window": {"from": "2026-05-01", "to": "2026-05-10"}}
    for happened, expected in (
        (["v 2026-05-02", "c 2026-05-03"], True),
        (["v 2026-04-20", "c 2026-05-03"], False),
        (["v 2026-05-02", "c 2026-05-12"], False),
    ):
        assert truths(rule, seen(*happened)) == [expected], happened


def test_absence_is_judged_by_the_windows_end() -> None:
    window = {"from": "2026-04-01", "to": "2026-05-05T00:00Z"}
    rule = {**NO_BUY, "window": window}
    assert truths(rule, seen("v 2026-04-28")) == [True]
    assert truths(rule, seen("v 2026-04-28T00:01")) == [False]


def test_a_step_may_be_of_several_sources() -> None:
    rule = steps(VIEW, {"did": "spend"})
    assert truths(rule, seen("v 2026-05-01", "u 2026-05-02")) == [True]
    assert truths(rule, seen("v 2026-05-01", "c 2026-05-02")) == [True]


def test_a_sequence_is_never_unknown() -> None:
    empty = world({1: {"joined": None}})
    assert truths(THEN, empty) == [False]
    assert truths({"not": THEN}, empty) == [True]
