"""Laws of time and of rows that hold for every rule, by the reference evaluator alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.rules.evaluate import Evaluator, evaluate, in_bucket
from muster.rules.nodes import (
    AnyOf,
    Bucket,
    Count,
    Did,
    Observed,
)
from muster.rules.resolved import Measure, Resolved
from muster.rules.resolved import leaves_of as resolved_leaves_of
from muster.rules.windows import CALENDAR_PERIODS, AllTime, Between, Calendar, interval_of
from muster.rules.world import World
from tests.strategies.features import leaves_of
from tests.strategies.laws import check, members, truths_of, where_truths
from tests.strategies.moments import ZONES, as_of_instants
from tests.strategies.rows import unknown_keys
from tests.strategies.rules import draw_leaf
from tests.strategies.setting import Grammar
from tests.strategies.worlds import Scenario

# -- time ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ZONES)
def test_calendar_periods_tile(name: str) -> None:
    zone = ZoneInfo(name)
    for as_of in as_of_instants(zone):
        spans = {
            period: interval_of(Calendar(period), as_of_utc=as_of, zone=zone)
            for period in CALENDAR_PERIODS
        }
        assert spans["yesterday"].end == spans["today"].start
        for unit in ("week", "month", "quarter", "year"):
            before, current = spans[f"prev_{unit}"], spans[f"this_{unit}"]
            assert before.start is not None
            assert current.start is not None
            assert before.start < before.end == current.start <= as_of == current.end
            local = current.start.astimezone(zone)
            assert (local.hour, local.minute) == (0, 0)


def test_nothing_at_or_after_the_instant_of_a_run_counts() -> None:
    later = (timedelta(0), timedelta(microseconds=1), timedelta(days=3))

    def law(scenario: Scenario) -> None:
        world = scenario.world
        times = {name: source.at for name, source in world.model.events.items()}
        grown = {
            name: [
                *((key, row) for key, row in rows if _is_before(row[times[name]], scenario.as_of)),
                *(
                    (key, {**row, "id": None, times[name]: scenario.as_of + later[place % 3]})
                    for place, (key, row) in enumerate(rows)
                ),
            ]
            for name, rows in world.events.items()
            if not world.model.events[name].keep_latest
        }
        changed = replace(world, events={**world.events, **grown})
        for rule in scenario.rules:
            assert members(scenario, rule, changed) == members(scenario, rule, world)

    check(law, rules=8)


def _is_before(at: datetime | None, as_of: datetime) -> bool:
    return at is not None and at < as_of


def test_happening_ever_is_happening_before_a_moment_or_since() -> None:
    def law(scenario: Scenario) -> None:
        moments = [scenario.as_of, scenario.as_of - timedelta(days=30), date(2025, 1, 1)]
        for rule in scenario.rules:
            for leaf in leaves_of(rule.definition.where):
                if not isinstance(leaf, Did) or leaf.pattern.kind != "plain":
                    continue
                leaf = replace(leaf, times=Count(">=", 1), observed=Observed(False))
                ever = truths_of(scenario, replace(leaf, window=AllTime()), rule)
                for moment in moments:
                    parts = (
                        replace(leaf, window=Between(None, moment)),
                        replace(leaf, window=Between(moment, None)),
                    )
                    assert truths_of(scenario, AnyOf(parts), rule) == ever

    check(law, draw_one=draw_leaf, rules=8)


def test_moving_all_rows_and_the_run_by_whole_weeks_changes_nothing() -> None:
    weeks = timedelta(weeks=52)

    def law(scenario: Scenario) -> None:
        world = scenario.world
        moved = replace(
            world,
            entities={key: _moved(row, weeks) for key, row in world.entities.items()},
            events={
                name: [(key, _moved(row, weeks)) for key, row in rows]
                for name, rows in world.events.items()
            },
        )
        later = replace(scenario, as_of=scenario.as_of + weeks)
        for rule in scenario.rules:
            assert where_truths(later, rule, moved) == where_truths(scenario, rule)

    check(law, grammar=Grammar(depth=2, shiftable=True), rules=6)


def _moved(row: Mapping[str, Any], length: timedelta) -> dict[str, Any]:
    return {
        name: value + length if isinstance(value, date) else value for name, value in row.items()
    }


# -- rows ------------------------------------------------------------------------------------------


def test_events_of_nobody_change_nothing() -> None:
    def law(scenario: Scenario) -> None:
        world = scenario.world
        nobody = unknown_keys(list(world.entities))
        strangers = {
            name: [
                *rows,
                *(
                    (nobody[place % len(nobody)], {**row, "id": None})
                    for place, (_, row) in enumerate(rows)
                ),
            ]
            for name, rows in world.events.items()
        }
        changed = replace(world, events=strangers)
        for rule in scenario.rules:
            assert members(scenario, rule, changed) == members(scenario, rule, world)

    check(law, rules=8)


def test_the_order_of_rows_does_not_matter() -> None:
    def law(scenario: Scenario) -> None:
        world = scenario.world
        changed = replace(
            world,
            entities=dict(reversed(world.entities.items())),
            events={name: list(reversed(rows)) for name, rows in world.events.items()},
        )
        for rule in scenario.rules:
            assert members(scenario, rule, changed) == members(scenario, rule, world)

    check(law, rules=8)


def test_an_older_copy_of_an_event_changes_nothing_where_the_latest_counts() -> None:
    copied: Counter[str] = Counter()

    def law(scenario: Scenario) -> None:
        world = scenario.world
        grown = dict(world.events)
        for name, source in world.model.events.items():
            if source.keep_latest and source.ingested_at:
                first = datetime(1971, 1, 1, tzinfo=UTC)
                newest = {row["id"]: row for _, row in world.events[name] if row["id"] is not None}
                owners = list(world.entities) or [None]
                grown[name] = [
                    *world.events[name],
                    *(
                        (owners[place % len(owners)], {**row, source.ingested_at: None})
                        for place, row in enumerate(newest.values())
                        if _says_when(world, name, source.ingested_at, row["id"], first)
                    ),
                ]
                copied["rows"] += len(grown[name]) - len(world.events[name])
        changed = replace(world, events=grown)
        for rule in scenario.rules:
            assert members(scenario, rule, changed) == members(scenario, rule, world)

    check(law, rules=8)
    assert copied["rows"] > 20


def _says_when(world: World, name: str, ingested_at: str, identity: Any, first: datetime) -> bool:
    """Whether all copies of an event say when they came in, so that one that does not loses."""
    return all(
        row[ingested_at] is not None and row[ingested_at] > first
        for _, row in world.events[name]
        if row["id"] == identity
    )


def test_entities_are_judged_one_by_one_unless_they_are_ranked() -> None:
    def law(scenario: Scenario) -> None:
        world = scenario.world
        for key in list(world.entities)[:2]:
            alone = replace(world, entities={key: world.entities[key]})
            for rule in scenario.rules:
                if not _is_ranked(rule.resolved.where):
                    evaluator = Evaluator(rule.resolved, alone, as_of=scenario.as_of)
                    truth = evaluator.truth(rule.resolved.where, key)
                    assert truth is where_truths(scenario, rule)[key]

    check(law, rules=6)


def _is_ranked(node: Resolved) -> bool:
    return any(
        isinstance(leaf, Measure) and leaf.rank != "value" for leaf in resolved_leaves_of(node)
    )


def test_limits_and_exclusions_only_take_away_and_a_limit_is_kept() -> None:
    def law(scenario: Scenario) -> None:
        for rule in scenario.rules:
            found = evaluate(rule.resolved, scenario.world, as_of=scenario.as_of)
            bare = replace(rule.resolved, limit=None, exclude=())
            everyone = evaluate(bare, scenario.world, as_of=scenario.as_of).members
            assert found.members <= everyone <= found.universe
            if rule.resolved.limit is not None:
                limited = evaluate(
                    replace(rule.resolved, exclude=()), scenario.world, as_of=scenario.as_of
                )
                assert len(limited.members) == min(rule.resolved.limit.n, len(everyone))

    check(law, rules=8)


@given(
    st.lists(st.decimals(0, 1, places=9), max_size=5),
    st.text(min_size=1, max_size=5, alphabet="abcé' "),
    st.one_of(st.integers(-(2**63), 2**63 - 1), st.text(max_size=8)),
)
def test_neighbouring_buckets_hold_everyone_once(
    cuts: list[Decimal], salt: str, key: int | str
) -> None:
    ends = sorted({Decimal(0), Decimal(1), *cuts})
    buckets = [Bucket(salt, str(low), str(high)) for low, high in pairwise(ends)]
    assert sum(in_bucket(bucket, key) for bucket in buckets) == 1
