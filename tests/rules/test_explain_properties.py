"""What holds of every explanation: the law agrees now, at the foretold instant, and until then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from muster.rules.duration import midnight_utc
from muster.rules.evaluate import Evaluator, evaluate
from muster.rules.explain import explain
from muster.rules.explain_entity import Entity
from muster.rules.explain_leaf import finding_of
from muster.rules.explain_records import Change, explained_leaves
from muster.rules.lapse import Blind, Timeline, Turn
from muster.rules.resolved import (
    InArea,
    Measure,
    Path,
    ResolvedLeaf,
    ResolvedRule,
    Test,
    leaves_of,
)
from muster.rules.sentence_words import Words
from muster.rules.truth import Truth
from muster.rules.world import Key, World
from tests.rules.explaining import TICK, only_leaf, truth_at
from tests.rules.sample import UNGUARDED, event, utc, world
from tests.strategies.conditions import draw_sequence
from tests.strategies.runs import run_fresh
from tests.strategies.worlds import Scenario, scenarios

EXAMPLES = 48
MOST_TURNS = 25
offsets = st.lists(
    st.integers(1, 500 * 86_400 * 10**6).map(lambda n: timedelta(microseconds=n)),
    min_size=6,
    max_size=6,
)
Drawn = tuple[Scenario, list[timedelta]]


def later(scenario: Scenario, rule: ResolvedRule, drawn: list[timedelta]) -> list[datetime]:
    """Return instants after ``as_of``: as drawn, and the local midnights before them."""
    zone = ZoneInfo(rule.time_zone)
    times = [scenario.as_of + offset for offset in drawn]
    midnights = [midnight_utc(time.astimezone(zone).date(), zone) for time in times]
    return sorted(time for time in {*times, *midnights} if time > scenario.as_of)


def qualifies(rule: ResolvedRule, seen: World, key: Key, at: datetime) -> bool:
    return key in evaluate(replace(rule, limit=None), seen, as_of=at).members


def unranked(rule: ResolvedRule) -> bool:
    return not any(
        isinstance(leaf, Measure) and leaf.rank != "value" for leaf in leaves_of(rule.where)
    )


# -- time ------------------------------------------------------------------------------------------


def check_leaf_turns(drawn: Drawn) -> None:
    scenario, some = drawn
    seen = scenario.world
    for rule in (one.resolved for one in scenario.rules):
        laws = {at: Evaluator(rule, seen, as_of=at) for at in later(scenario, rule, some)}
        for key in list(seen.entities)[:2]:
            entity = Entity(rule, seen, key, as_of=scenario.as_of)
            for leaf in dict.fromkeys(leaves_of(rule.where)):
                if not (isinstance(leaf, Measure) and leaf.rank != "value"):
                    check_timeline(Timeline(leaf, entity), rule, seen, key, laws)


def check_timeline(
    timeline: Timeline,
    rule: ResolvedRule,
    seen: World,
    key: Key,
    laws: Mapping[datetime, Evaluator],
) -> None:
    """Every turn is exact, and between turns the law sees no other truth."""
    leaf = timeline.leaf
    found = list(islice(timeline.turns(), MOST_TURNS))
    truth: Truth = timeline.truth
    for turn in found:
        if isinstance(turn, Turn):
            assert Evaluator(rule, seen, as_of=turn.at - TICK).truth(leaf, key) is truth
            assert turn.truth is not truth
            truth = turn.truth
            assert Evaluator(rule, seen, as_of=turn.at).truth(leaf, key) is truth
    assert all(before.at < after.at for before, after in pairwise(found))
    complete = len(found) < MOST_TURNS and not (found and isinstance(found[-1], Blind))
    for at, law in laws.items():
        if complete or at < found[-1].at:
            passed = [turn for turn in found if isinstance(turn, Turn) and turn.at <= at]
            assert law.truth(leaf, key) is (passed[-1].truth if passed else timeline.truth)


def test_a_leaf_changes_exactly_when_foretold_and_never_before() -> None:
    run_fresh(st.tuples(scenarios(rules=4), offsets), check_leaf_turns, examples=EXAMPLES)


def check_membership(drawn: Drawn) -> None:
    scenario, some = drawn
    seen = scenario.world
    for rule in (one.resolved for one in scenario.rules if unranked(one.resolved)):
        outcome = evaluate(rule, seen, as_of=scenario.as_of)
        for key in list(seen.entities)[:2]:
            found = explain(rule, seen, key, as_of=scenario.as_of)
            assert found.truth is outcome.truths[key]
            assert found.in_universe is (key in outcome.universe)
            now = qualifies(rule, seen, key, scenario.as_of)
            assert found.qualifies is now
            if found.lapses_at is not None:
                assert qualifies(rule, seen, key, found.lapses_at - TICK) is now
                assert qualifies(rule, seen, key, found.lapses_at) is found.lapse.enters is not now
            until = found.lapses_at or found.lapse.known_until
            for at in later(scenario, rule, some)[:4]:
                if until is None or at < until:
                    assert qualifies(rule, seen, key, at) is now


def test_membership_lapses_exactly_when_foretold_and_never_before() -> None:
    run_fresh(st.tuples(scenarios(rules=4), offsets), check_membership, examples=EXAMPLES // 2)


WINDOWS = (
    *({"last": length} for length in ("P1D", "P30D", "P1M", "P1M1D", "P1Y", "PT36H", "P1DT1H")),
    {"last": "P1M", "anchor": "calendar_day"},
    {"ago": ["P2M", "P1M"]},
    {"ago": ["P60D", "PT12H"]},
    {"calendar": "this_month"},
    {"calendar": "prev_week"},
)
minutes = st.integers(0, 120 * 24 * 60)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(WINDOWS),
    st.sampled_from(["America/New_York", "Australia/Sydney", "Europe/London", "UTC"]),
    st.lists(minutes, max_size=4),
    st.integers(1, 3),
    st.lists(minutes, min_size=12, max_size=12),
)
def test_windows_over_changes_of_clocks(
    window: Any, zone: str, times: list[int], least: int, samples: list[int]
) -> None:
    start = utc("2026-02-10T03:11:07.000013")
    rows = [event(1, (start + timedelta(minutes=n)).isoformat()) for n in times]
    seen = world([1], model=UNGUARDED, card=rows)
    rule = {"where": {"did": "card", "window": window, "times": least}, "tz": zone}
    as_of = start + timedelta(days=60)
    found = only_leaf(rule, seen, as_of=as_of)
    for n in samples:
        at = as_of + timedelta(minutes=n, seconds=n % 61)
        if found.turn is None or at < found.turn.at:
            assert truth_at(rule, seen, at) is found.truth
    if found.turn is not None:
        assert truth_at(rule, seen, found.turn.at - TICK) is found.truth
        assert truth_at(rule, seen, found.turn.at) is found.turn.truth is not found.truth


# -- changes ---------------------------------------------------------------------------------------


def check_targets(scenario: Scenario) -> None:
    seen = scenario.world
    for rule in (one.resolved for one in scenario.rules):
        words = Words(seen.model, rule.time_zone)
        for key in list(seen.entities)[:3]:
            entity = Entity(rule, seen, key, as_of=scenario.as_of)
            for leaf in leaves_of(rule.where):
                if isinstance(leaf, Test | InArea):
                    for wanted in {True, False} - {entity.truth(leaf)}:
                        found = finding_of(leaf, entity, words, wanted=wanted)
                        check_target(leaf, found.flip, wanted, entity)


def check_target(leaf: Test | InArea, change: Change | None, wanted: bool, entity: Entity) -> None:
    """Put the target into the row and ask the law."""
    if change is None or (change.target is None and change.kind != "clear"):
        return
    row = {**entity.row, leaf.field.name: change.target}
    changed = replace(entity.world, entities={entity.key: row})
    zone = entity.moment.zone.key
    rule = ResolvedRule(leaf, None, None, (), zone)
    law = Evaluator(rule, changed, as_of=entity.moment.as_of)
    assert law.truth(leaf, entity.key) is wanted


def test_an_attribute_with_the_target_value_flips_its_leaf() -> None:
    run_fresh(scenarios(rules=6), check_targets, examples=EXAMPLES)


AS_OF = utc("2026-05-15T06:30")
counts = st.one_of(
    st.tuples(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.integers(0, 5)),
    st.tuples(st.just("between"), st.tuples(st.integers(0, 3), st.integers(3, 5)).map(list)),
)


def with_events(number: int, amount: Decimal | None = None) -> World:
    rows = [event(1, f"2026-05-{day:02}", amount=Decimal(10)) for day in range(1, number + 1)]
    if amount is not None:
        rows.append(event(1, "2026-05-14", amount=amount))
    return world([1], model=UNGUARDED, card=rows)


@given(counts, st.integers(0, 7), st.booleans())
def test_so_many_events_more_or_fewer_flip_a_count_and_one_less_does_not(
    count: tuple[str, Any], number: int, measured: bool
) -> None:
    op, n = count
    rule: Any = {"did": "card", "window": {"last": "P30D"}, "times": {"op": op, "n": n}}
    if measured:
        rule = {"metric": "orders", "op": op, "value": n, "window": {"last": "P30D"}}
    found = only_leaf(rule, with_events(number))
    assert found.value == number
    if found.flip is None:
        assert all(truth_at(rule, with_events(other), AS_OF) is found.truth for other in range(9))
        return
    sign = 1 if found.flip.kind == "more_events" else -1
    amount = found.flip.amount
    assert isinstance(amount, int)
    assert truth_at(rule, with_events(number + sign * amount), AS_OF) is found.wanted
    for other in range(max(0, number - amount + 1), number + amount):
        assert truth_at(rule, with_events(other), AS_OF) is found.truth


@given(
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    st.decimals(-100, 100, places=2),
    st.integers(0, 5),
)
def test_so_much_more_or_less_flips_a_sum_and_a_paisa_less_does_not(
    op: str, value: Decimal, number: int
) -> None:
    rule = {"metric": "total_spend", "op": op, "value": str(value)}
    found = only_leaf(rule, with_events(number))
    assert found.flip is not None
    assert found.flip.kind in ("more", "less")
    assert isinstance(found.flip.amount, Decimal)
    sign = 1 if found.flip.kind == "more" else -1
    flipped = with_events(number, sign * found.flip.amount)
    assert truth_at(rule, flipped, AS_OF) is found.wanted
    almost = with_events(number, sign * (found.flip.amount - Decimal("0.01")))
    assert truth_at(rule, almost, AS_OF) is found.truth


# -- sequences -------------------------------------------------------------------------------------


def check_walks(scenario: Scenario) -> None:
    seen = scenario.world
    for rule in (one.resolved for one in scenario.rules):
        law = Evaluator(rule, seen, as_of=scenario.as_of)
        for key in list(seen.entities)[:4]:
            entity = Entity(rule, seen, key, as_of=scenario.as_of)
            for leaf in leaves_of(rule.where):
                if isinstance(leaf, Path):
                    assert entity.truth(leaf) is law.truth(leaf, key)
                    check_walk(leaf, rule, seen, key, scenario.as_of)


def check_walk(leaf: Path, rule: ResolvedRule, seen: World, key: Key, as_of: datetime) -> None:
    """As many steps were walked as the law says of the sequence cut after each present step."""
    narrow = replace(rule, where=leaf, universe=None, limit=None, exclude=())
    (found,) = explained_leaves(explain(narrow, seen, key, as_of=as_of).where)
    present = [index for index, step in enumerate(leaf.steps) if not step.absent]
    walked = 0
    for number, index in enumerate(present, 1):
        cut: ResolvedLeaf = replace(leaf, steps=leaf.steps[: index + 1])
        if Evaluator(rule, seen, as_of=as_of).truth(cut, key) is True:
            walked = number
    assert found.value == walked
    assert found.evidence is not None
    assert found.evidence.total == walked
    times = [row.at for row in found.evidence.rows]
    assert times == sorted(times, reverse=True)


def test_a_sequence_is_walked_as_the_law_walks_it() -> None:
    run_fresh(scenarios(rules=6, draw_one=draw_sequence), check_walks, examples=EXAMPLES // 2)
