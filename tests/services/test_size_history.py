"""Past sizes of rules, and who is about to leave, against counts by hand and by evaluation."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from muster.base.errors import Busy, InvalidInput
from muster.rules.parse import parse_definition
from muster.services import size_history as module
from muster.services.counting import count_definition
from muster.services.indexing import drop, ensure_index
from muster.services.patience import Patience
from muster.services.size_history import size_history
from muster.services.workspaces import current_model
from tests.services.small_workspace import AS_OF, PAYMENTS, USERS

QUIET = {"did": "payment", "window": {"last": "P30D"}, "times": {"op": "=", "n": 0}}
ACTIVE = {"did": "payment", "window": {"last": "P30D"}}
RULES = {
    "active": {"where": ACTIVE},
    "quiet": {"where": QUIET},
    "spenders": {
        "where": {
            "all": [
                {"metric": "total_spend", "op": ">", "value": "50.00", "window": {"last": "P45D"}},
                {"field": "city", "op": "=", "value": "Vienna"},
            ]
        }
    },
    "of a segment": {"where": [{"segment": "spenders"}, ACTIVE]},
    "a sequence": {
        "where": {
            "sequence": [{"did": "view"}, {"did": "payment"}],
            "window": {"last": "P60D"},
        }
    },
}


def active_at(instant: datetime) -> set[int]:
    end = instant.replace(tzinfo=None)
    return {one.user for one in PAYMENTS if end - timedelta(days=30) <= one.at < end}


def test_a_rule_has_a_past_at_once(shared) -> None:
    found = size_history(shared, parse_definition(RULES["active"]), days=50)
    before: set[int] | None = None
    for place, point in enumerate(found.points):
        members = active_at(AS_OF - timedelta(days=50 - place))
        assert point.as_of == AS_OF - timedelta(days=50 - place)
        assert (point.size, point.universe) == (len(members), len(USERS))
        if before is None:
            assert (point.entered, point.left) == (None, None)
        else:
            assert (point.entered, point.left) == (len(members - before), len(before - members))
        before = members
    assert len({point.size for point in found.points}) > 5


def test_who_leaves_unless_something_happens_is_foretold(shared) -> None:
    found = size_history(shared, parse_definition(RULES["active"]), days=0, ahead=14)
    kept = active_at(AS_OF)
    assert len(found.leaving) == 14
    for place, leaving in enumerate(found.leaving, start=1):
        kept &= active_at(AS_OF + timedelta(days=place))
        assert leaving.by == AS_OF + timedelta(days=place)
        assert leaving.members == len(active_at(AS_OF)) - len(kept)
    assert found.leaving[-1].members > 0


@pytest.mark.parametrize("name", RULES)
def test_every_day_is_what_counting_on_that_day_says(shared, name) -> None:
    definition = parse_definition(RULES[name])
    for point in size_history(shared, definition, days=3).points:
        counted = count_definition(shared, definition, as_of=point.as_of)
        assert (point.size, point.universe, point.unknown) == (
            counted.size,
            counted.universe,
            counted.unknown,
        )


def test_days_are_at_one_time_of_day_on_the_clock_of_the_rule(shared) -> None:
    rule = parse_definition({"tz": "Europe/London", "where": ACTIVE})
    as_of = datetime(2025, 3, 31, 12, tzinfo=UTC)  # the clocks moved in the night before
    points = size_history(shared, rule, days=2, as_of=as_of).points
    assert [point.as_of.hour for point in points] == [13, 12, 12]
    points = size_history(shared, rule, days=2, as_of=as_of, local_time=time(14)).points
    assert [point.as_of for point in points] == [
        datetime(2025, 3, 28, 14, tzinfo=UTC),
        datetime(2025, 3, 29, 14, tzinfo=UTC),
        datetime(2025, 3, 30, 13, tzinfo=UTC),
    ]


def test_what_is_taken_from_today_is_said(shared) -> None:
    found = size_history(shared, parse_definition(RULES["spenders"]), days=1)
    assert any("City" in note for note in found.notes)
    found = size_history(shared, parse_definition(RULES["of a segment"]), days=1)
    assert any("spenders" in note for note in found.notes)


def test_nobody_is_waited_for_and_no_history_is_endless(shared, monkeypatch) -> None:
    rule = parse_definition(RULES["a sequence"])
    gone = Patience()
    gone.gone.set()
    with pytest.raises(Busy):
        size_history(shared, rule, days=1, patience=gone)
    with pytest.raises(Busy) as caught:
        size_history(shared, rule, days=1, patience=Patience(seconds=0))
    assert caught.value.code == "COUNT_TIMEOUT"
    for days, ahead in ((-1, 0), (module.MOST_DAYS + 1, 0), (1, module.MOST_AHEAD + 1)):
        with pytest.raises(InvalidInput):
            size_history(shared, rule, days=days, ahead=ahead)


def test_the_ledger_over_an_index_says_what_evaluation_says(context) -> None:
    rules = {name: parse_definition(rule) for name, rule in RULES.items()}
    with context.open_warehouse() as warehouse:
        assert ensure_index(context, current_model(context), warehouse) is not None
    by_ledger = {name: size_history(context, rule, days=4, ahead=1) for name, rule in rules.items()}
    for name, found in by_ledger.items():
        assert found.method == ("evaluated" if name == "a sequence" else "ledger"), name
    drop(context)
    for name, rule in rules.items():
        found = size_history(context, rule, days=4, ahead=1)
        assert found.method == "evaluated"
        assert found.points == by_ledger[name].points
        assert found.leaving == by_ledger[name].leaving
