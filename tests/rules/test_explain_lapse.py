"""When conditions and memberships change by themselves, to the microsecond."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from muster.base.datamodel import DataModel
from muster.rules.lapse import MAX_WORK
from muster.rules.resolved import Occurrence
from muster.rules.world import Published, World
from tests.rules.explaining import TICK, explained, only_leaf, truth_at, turns_of
from tests.rules.sample import AS_OF, MODEL, UNGUARDED, event, utc, world

NEW_YORK, SYDNEY, KOLKATA = "America/New_York", "Australia/Sydney", "Asia/Kolkata"


def local(text: str, zone: str = KOLKATA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def cards(*times: str | datetime, model: DataModel = UNGUARDED, **row: Any) -> World:
    """Return entity 1 with card payments of 100 rupees at some times."""
    rows = [
        event(1, at if isinstance(at, str) else at.isoformat(), amount=Decimal(100)) for at in times
    ]
    return world({1: row}, model=model, card=rows)


def did(**how: Any) -> dict[str, Any]:
    return {"did": "card", **how}


# -- windows ---------------------------------------------------------------------------------------


def test_an_event_leaves_a_half_open_window_one_microsecond_after_its_edge_reached_it() -> None:
    seen = cards("2026-05-01T00:00:00")
    rule = did(window={"last": "P30D"})
    leaves = utc("2026-05-31T00:00:00.000001")
    assert turns_of(rule, seen) == [leaves]
    assert truth_at(rule, seen, leaves - TICK) is True


@pytest.mark.parametrize(
    ("window", "zone", "at", "leaves"),
    [
        # Days keep the local time of day when clocks change, hours do not.
        ({"last": "P30D"}, NEW_YORK, "2026-02-20T12:00", "2026-03-22T12:00"),
        ({"last": "PT720H"}, NEW_YORK, "2026-02-20T12:00", "2026-03-22T13:00"),
        ({"last": "P30D"}, SYDNEY, "2026-03-20T12:00", "2026-04-19T12:00"),
        ({"last": "PT720H"}, SYDNEY, "2026-03-20T12:00", "2026-04-19T11:00"),
        ({"last": "P1Y"}, KOLKATA, "2026-02-10T08:00", "2027-02-10T08:00"),
        ({"last": "P1Y6M"}, KOLKATA, "2026-02-10T08:00", "2027-08-10T08:00"),
    ],
)
def test_lengths_are_counted_on_the_calendar_of_the_rule(
    window: Any, zone: str, at: str, leaves: str
) -> None:
    when = local(at, zone)
    rule = {"where": did(window=window), "tz": zone}
    found = turns_of(rule, cards(when), as_of=when + timedelta(days=1))
    assert found == [local(leaves, zone) + TICK]


def test_at_the_end_of_a_month_an_event_leaves_and_comes_back_day_after_day() -> None:
    # 29, 30 and 31 March minus a month are all 28 February.
    seen = cards(local("2026-02-28T12:00"))
    found = turns_of(did(window={"last": "P1M"}), seen, as_of=local("2026-03-20T00:00"))
    assert found == [
        local("2026-03-28T12:00") + TICK,
        local("2026-03-29T00:00"),
        local("2026-03-29T12:00") + TICK,
        local("2026-03-30T00:00"),
        local("2026-03-30T12:00") + TICK,
        local("2026-03-31T00:00"),
        local("2026-03-31T12:00") + TICK,
    ]


def test_in_the_night_without_an_hour_an_edge_steps_back() -> None:
    # 8 March, New York: 02:30 does not exist and is read as 03:30. A day later the edge of the last
    # day goes from 03:00 to 04:00, then steps back to 03:00 and goes there again.
    seen = cards(local("2026-03-08T03:15", NEW_YORK))
    rule = {"where": did(window={"last": "P1D"}), "tz": NEW_YORK}
    found = turns_of(rule, seen, as_of=local("2026-03-08T12:00", NEW_YORK))
    assert found == [
        local("2026-03-09T02:15", NEW_YORK) + TICK,
        local("2026-03-09T03:00", NEW_YORK),
        local("2026-03-09T03:15", NEW_YORK) + TICK,
    ]


def test_the_hour_that_comes_twice_leaves_the_window_at_once() -> None:
    seen = cards("2026-11-01T06:30:00")  # 01:30 for the second time
    rule = {"where": did(window={"last": "P1D"}), "tz": NEW_YORK}
    found = turns_of(rule, seen, as_of=utc("2026-11-01T12:00:00"))
    assert found == [local("2026-11-02T02:00", NEW_YORK)]


@pytest.mark.parametrize(
    ("window", "at", "expected"),
    [
        # enters when the nearer edge has passed it, leaves when the further one has
        (
            {"ago": ["P90D", "P30D"]},
            "2026-05-10T00:00:00",
            ["2026-06-09T00:00:00.000001", "2026-08-08T00:00:00.000001"],
        ),
        # whole days: today's events come in at midnight, and go at midnight
        (
            {"last": "P7D", "anchor": "calendar_day"},
            "2026-05-15T01:00:00",
            ["2026-05-15T18:30:00", "2026-05-22T18:30:00"],
        ),
        ({"calendar": "this_month"}, "2026-05-03T00:00:00", ["2026-05-31T18:30:00"]),
        (
            {"calendar": "prev_month"},
            "2026-05-03T00:00:00",
            ["2026-05-31T18:30:00", "2026-06-30T18:30:00"],
        ),
        ({"calendar": "this_week"}, "2026-05-12T00:00:00", ["2026-05-17T18:30:00"]),
        (
            {"calendar": "prev_year"},
            "2026-05-03T00:00:00",
            ["2026-12-31T18:30:00", "2027-12-31T18:30:00"],
        ),
        # an event that is dated in the future counts as soon as it lies in the past
        ("all_time", "2026-08-01T00:00:00", ["2026-08-01T00:00:00.000001"]),
        (
            {"last": "P30D"},
            "2026-08-01T00:00:00",
            ["2026-08-01T00:00:00.000001", "2026-08-31T00:00:00.000001"],
        ),
        ({"from": "2026-05-01"}, "2026-05-03T00:00:00", []),
        ({"from": "2026-05-01", "to": "2026-06-01"}, "2026-05-03T00:00:00", []),
        (
            {"from": "2026-05-01", "to": "2026-06-01"},
            "2026-05-20T00:00:00",
            ["2026-05-20T00:00:00.000001"],
        ),
        ({"from": "2026-05-01", "to": "2026-06-01"}, "2026-06-03T00:00:00", []),
        ("all_time", "2020-01-01T00:00:00", []),
        # a placeholder in the far future neither counts nor costs
        ({"calendar": "this_year"}, "9999-12-31T00:00:00", []),
        ({"last": "P100Y"}, "2026-05-01T00:00:00", ["2126-05-01T00:00:00.000001"]),
    ],
)
def test_events_enter_and_leave_windows(window: Any, at: str, expected: list[str]) -> None:
    assert turns_of(did(window=window), cards(at)) == [utc(text) for text in expected]


def test_of_several_events_the_one_that_decides_counts() -> None:
    seen = cards("2026-05-01", "2026-05-05", "2026-05-10", "2026-05-12")
    rule = did(window={"last": "P30D"}, times={"op": ">=", "n": 3})
    assert turns_of(rule, seen) == [utc("2026-06-04T00:00:00.000001")]
    rule = did(window={"last": "P30D"}, times={"op": "between", "n": [2, 3]})
    assert turns_of(rule, seen) == [
        utc("2026-05-31T00:00:00.000001"),
        utc("2026-06-09T00:00:00.000001"),
    ]


# -- what is not an event --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "row", "expected"),
    [
        (("seen", "in_last", "P30D"), "2026-05-01T00:00", ["2026-05-31T00:00:00.000001"]),
        (("seen", "older_than", "P30D"), "2026-05-01T00:00", ["2026-05-31T00:00:00.000001"]),
        # "in the next" takes what is now, and lets go of it a moment later
        (
            ("seen", "in_next", "P30D"),
            "2026-07-01T00:00",
            ["2026-06-01T00:00:00.000001", "2026-07-01T00:00:00.000001"],
        ),
        # days are passed at local midnights; "in the last" ends with today
        (("renewed", "in_last", "P7D"), "2026-05-12", ["2026-05-18T18:30"]),
        (("renewed", "in_last", "P7D"), "2026-05-18", ["2026-05-17T18:30", "2026-05-24T18:30"]),
        (("renewed", "older_than", "P7D"), "2026-05-12", ["2026-05-18T18:30"]),
        (("renewed", "in_next", "P7D"), "2026-05-18", ["2026-05-17T18:30"]),
        (("renewed", "in_next", "P1M"), "2026-06-30", ["2026-05-29T18:30", "2026-06-29T18:30"]),
        (("renewed", "=", "2026-05-18"), "2026-05-18", []),
        (("seen", "in_last", "P30D"), None, []),
    ],
)
def test_relative_tests_change_by_themselves(
    test: tuple[str, str, str], row: str | None, expected: list[str]
) -> None:
    field, op, value = test
    found: Any = row
    if row is not None:
        found = utc(row) if field == "seen" else datetime.fromisoformat(row).date()
    rule = {"field": field, "op": op, "value": value}
    assert turns_of(rule, world({1: {field: found}})) == [utc(text) for text in expected]


@pytest.mark.parametrize(
    ("born", "band", "expected"),
    [
        ("2000-06-20", "18-25", ["2026-06-20T00:00"]),
        ("2008-06-20", "18-25", ["2026-06-20T00:00", "2034-06-20T00:00"]),
        ("2008-02-29", "18-25", ["2034-03-01T00:00"]),
        ("2009-02-28", "18+", ["2027-02-28T00:00"]),
        ("2008-02-29", "19+", ["2027-03-01T00:00"]),
        (None, "18+", []),
    ],
)
def test_ages_change_on_birthdays(born: str | None, band: str, expected: list[str]) -> None:
    row = {} if born is None else {"born": datetime.fromisoformat(born).date()}
    found = turns_of({"age_bands": [band]}, world({1: row}))
    assert found == [local(text) for text in expected]


def test_anniversaries_come_near_and_pass_every_year() -> None:
    rule = {"field": "renewed", "op": "anniversary_in", "value": "P30D"}
    seen = world({1: {"renewed": datetime(1990, 7, 1).date()}})
    assert turns_of(rule, seen, most=4) == [
        local("2026-06-02T00:00"),
        local("2026-07-02T00:00"),
        local("2027-06-02T00:00"),
        local("2027-07-02T00:00"),
    ]


def test_who_was_born_on_29_february_has_an_anniversary_every_year() -> None:
    rule = {"field": "renewed", "op": "anniversary_in", "value": "P1D"}
    seen = world({1: {"renewed": datetime(1988, 2, 29).date()}})
    assert turns_of(rule, seen, most=4) == [
        local("2027-02-28T00:00"),
        local("2027-03-01T00:00"),
        local("2028-02-29T00:00"),
        local("2028-03-01T00:00"),
    ]


def test_anniversaries_are_not_foreseen_for_ever() -> None:
    # 365 days hold every anniversary but one, in the leap years; a year and more hold all.
    rule = {"field": "renewed", "op": "anniversary_in", "value": "P30D"}
    found = explained({"all": [rule, {"field": "tier", "op": "=", "value": 1}]}, world({1: {}}))
    assert found.lapse.known_until is None
    seen = world({1: {"renewed": datetime(1988, 2, 29).date(), "tier": 2}})
    found = explained({"all": [rule, {"field": "tier", "op": "=", "value": 1}]}, seen)
    assert (found.lapses_at, found.lapse.known_until) == (None, local("2036-01-01T00:00"))
    assert "ten years" in found.lapse.reasons[0]
    assert turns_of({**rule, "value": "P1Y1M"}, seen) == []


def test_absence_counts_from_the_instant_at_which_the_entity_is_known_long_enough() -> None:
    seen = cards(model=MODEL, joined=utc("2026-05-01T10:00"))
    rule = did(window={"last": "P30D"}, times={"op": "=", "n": 0})
    # The guard holds at equality: no microsecond more.
    assert turns_of(rule, seen) == [utc("2026-05-31T10:00")]
    assert truth_at(rule, seen, AS_OF) is None
    rule |= {"observed": {"min": "P60D"}}
    assert turns_of(rule, seen) == [utc("2026-06-30T10:00")]
    rule |= {"window": {"calendar": "this_month"}, "observed": {"min": "window"}}
    assert turns_of(rule, seen) == [local("2026-06-01T00:00")]


def test_days_since_the_last_event_pass_at_local_midnights() -> None:
    seen = world([1], model=UNGUARDED, upi=[event(1, "2026-05-10T20:00")])  # 11 May in Kolkata
    rule = {"metric": "days_since", "op": ">", "value": 30}
    assert turns_of(rule, seen) == [local("2026-06-11T00:00")]
    rule = {"metric": "days_since", "op": "between", "value": [5, 6]}
    assert turns_of(rule, seen) == [local("2026-05-16T00:00"), local("2026-05-18T00:00")]


def test_a_filter_on_the_event_may_come_to_fit() -> None:
    rows = [event(1, "2026-05-01", due=datetime(2026, 5, 30).date())]
    seen = world([1], model=UNGUARDED, card=rows)
    rule = did(where=[{"field": "due", "op": "in_next", "value": "P7D"}], window={"last": "P60D"})
    assert turns_of(rule, seen) == [local("2026-05-23T00:00"), local("2026-05-30T00:00")]


# -- patterns, sequences, segments -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "times", "expected"),
    [
        (
            did(pattern="first_time", window={"last": "P30D"}),
            ["2026-05-01T00:00"],
            ["2026-05-31T00:00:00.000001"],
        ),
        (
            did(pattern="stopped", window={"last": "P30D"}, stopped={"active": "P60D"}),
            ["2026-05-01T00:00"],
            ["2026-05-31T00:00:00.000001", "2026-07-30T00:00:00.000001"],
        ),
        (
            did(pattern="restarted", window={"last": "P10D"}, restarted={"gap": "P20D"}),
            ["2026-04-01T00:00", "2026-05-10T00:00"],
            ["2026-05-20T00:00:00.000001"],
        ),
        (
            did(pattern="restarted", window={"last": "P10D"}, restarted={"gap": "P20D"}),
            ["2026-04-18T00:00", "2026-05-14T00:00"],
            ["2026-05-18T00:00:00.000001", "2026-05-24T00:00:00.000001"],
        ),
        (
            did(pattern="regular", regular={"each": "P7D", "hit": 2, "of": 2}),
            ["2026-05-07T00:00", "2026-05-12T00:00"],
            ["2026-05-19T00:00:00.000001"],
        ),
        (
            did(
                pattern="regular",
                regular={"each": "P1D", "hit": 1, "of": 2, "anchor": "calendar_day"},
            ),
            ["2026-05-15T01:00"],
            ["2026-05-15T18:30", "2026-05-17T18:30"],
        ),
    ],
)
def test_patterns_change_by_themselves(rule: Any, times: list[str], expected: list[str]) -> None:
    assert turns_of(rule, cards(*times)) == [utc(text) for text in expected]


def test_absence_at_the_end_of_a_sequence_is_sure_once_its_time_has_passed() -> None:
    rule = {
        "sequence": [{"did": "card"}, {"did": "view", "absent": True, "within": "P14D"}],
        "window": {"last": "P30D"},
    }
    seen = cards("2026-05-05T00:00")
    assert turns_of(rule, seen) == [utc("2026-05-19T00:00"), utc("2026-06-04T00:00:00.000001")]
    rule |= {"window": {"from": "2026-05-01", "to": "2026-05-18"}}
    assert turns_of(rule, seen) == []


def test_a_sequence_is_over_when_its_first_step_leaves_the_window() -> None:
    rule = {"sequence": [{"did": "card"}, {"did": "card"}], "window": {"last": "P30D"}}
    seen = cards("2026-05-01", "2026-05-05", "2026-05-09")
    assert turns_of(rule, seen) == [utc("2026-06-04T00:00:00.000001")]


def test_having_entered_a_segment_lapses_with_the_window() -> None:
    versions = (
        Published(1, utc("2026-05-01T00:00"), frozenset()),
        Published(2, utc("2026-05-10T00:00"), frozenset({1})),
    )
    rule = {"segment": "vip", "changed": {"entered": {"last": "P7D"}}}
    seen = world([1], segments={"vip": versions})
    assert turns_of(rule, seen) == [utc("2026-05-17T00:00:00.000001")]
    found = only_leaf(rule, seen)
    assert found.turn_reason == 'Membership of "vip" changes when that segment is refreshed.'


# -- the whole rule --------------------------------------------------------------------------------


def test_a_member_leaves_when_the_first_needed_condition_goes() -> None:
    seen = cards("2026-05-01", seen=utc("2026-05-03"))
    recent = {"field": "seen", "op": "in_last", "value": "P90D"}
    found = explained([did(window={"last": "P30D"}), recent], seen)
    assert (found.member, found.lapses_at) == (True, utc("2026-05-31T00:00:00.000001"))
    assert [type(leaf) for leaf in found.lapse.leaves] == [Occurrence]
    assert not found.lapse.enters
    found = explained({"any": [did(window={"last": "P30D"}), recent]}, seen)
    assert found.lapses_at == utc("2026-08-01T00:00:00.000001")


def test_changes_that_make_up_for_each_other_do_not_end_a_membership() -> None:
    # One condition begins at the instant at which the other ends.
    seen = cards("2026-05-01")
    rule = {
        "any": [
            did(window={"last": "P30D"}),
            did(window={"ago": ["P60D", "P30D"]}),
        ]
    }
    assert explained(rule, seen).lapses_at == utc("2026-06-30T00:00:00.000001")


def test_a_non_member_enters_by_waiting() -> None:
    seen = cards("2026-05-01")
    found = explained({"not": did(window={"last": "P30D"})}, seen)
    assert (found.member, found.lapse.enters) == (False, True)
    assert found.lapses_at == utc("2026-05-31T00:00:00.000001")


def test_universe_and_exclusions_take_part() -> None:
    segments = {
        "left": (
            Published(1, utc("2026-05-10"), frozenset({1})),
            Published(2, utc("2026-05-12"), frozenset()),
        )
    }
    seen = world({1: {"tier": 1, "seen": utc("2026-05-01")}}, segments=segments)
    rule = {
        "where": {"field": "tier", "op": "=", "value": 1},
        "universe": {"field": "seen", "op": "in_last", "value": "P30D"},
    }
    assert explained(rule, seen).lapses_at == utc("2026-05-31T00:00:00.000001")
    rule = {
        "where": {"field": "tier", "op": "=", "value": 1},
        "exclude": [{"segment": "left", "changed": {"exited": {"last": "P10D"}}}],
    }
    found = explained(rule, seen)
    assert (found.member, found.lapse.enters) == (False, True)
    assert found.lapses_at == utc("2026-05-22T00:00:00.000001")


def test_what_cannot_be_foreseen_is_said() -> None:
    rule = {
        "where": [{"segment": "vip"}, {"metric": "total_spend", "rank": "top_n", "value": 10}],
        "limit": {"n": 5, "rank_by": "total_spend"},
    }
    found = explained(rule, world([1]))
    assert found.lapses_at is None
    assert found.lapse.reasons == (
        'Membership of "vip" changes when that segment is refreshed.',
        "The rank by Total spend changes with everybody else's values.",
        "Only the first 5 are kept; who that is depends on everybody else.",
    )


def test_too_many_changes_end_the_search_and_say_how_far_it_came() -> None:
    number = 900
    rows = [
        event(1, (AS_OF - timedelta(minutes=index)).isoformat(), weight=float(index % 2))
        for index in range(1, number + 1)
    ]
    seen = world([1], model=UNGUARDED, card=rows)
    rule = {"metric": {"agg": "sum", "of": "weight", "on": "card", "window": {"last": "P1D"}}}
    found = explained({**rule, "op": ">=", "value": 1}, seen)
    evaluations = MAX_WORK // (number + 1)
    oldest_left = AS_OF - timedelta(minutes=number - evaluations)
    assert found.lapses_at is None
    assert found.lapse.known_until == oldest_left + timedelta(days=1) + TICK
    assert "too many" in found.lapse.reasons[0]
    assert found.where.turn_reason.startswith("There are too many")  # type: ignore[union-attr]
