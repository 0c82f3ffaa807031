"""Every figure of a live answer is what the reference evaluator says, entity by entity."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from muster.rules.resolved import leaves_of
from muster.rules.truth import Moment, Truth, all_of, any_of, at_least
from muster.services.live_curve import Question, curves, no_curve
from muster.services.live_dials import dials
from muster.services.live_effects import effects, near_misses
from muster.services.live_tree import required, top_level
from muster.services.live_upset import combinations
from muster.services.live_waterfall import waterfall
from tests.services.live_worlds import (
    Seen,
    edited,
    every,
    observed_of,
    values_of,
    with_leaf,
    without_leaf,
)
from tests.strategies.laws import check


@pytest.fixture(scope="module")
def worlds() -> list[Seen]:
    """Rules in drawn worlds; drawn once, for drawing is what takes long."""
    found: list[Seen] = []
    check(lambda scenario: found.extend(every(scenario)), rules=6)
    return found


def binding(world: Seen, rule_size: int) -> bool:
    return world.rule.limit is not None and rule_size > world.rule.limit.n


def test_the_size_without_a_condition_is_that_of_the_rule_without_it(worlds: list[Seen]) -> None:
    known = 0
    for world in worlds:
        for effect in effects(world.live):
            rule = edited(world.rule, without_leaf(world.rule.where, effect.path))
            if effect.size_without is None:
                assert world.rule.limit is not None
                assert world.rule.exclude
            else:
                assert effect.size_without == world.size(rule), effect.path
                known += 1
    assert known > 300


def test_a_waterfall_ends_with_the_members_and_loses_whom_each_step_loses(
    worlds: list[Seen],
) -> None:
    for world in worlds:
        steps = waterfall(world.live)
        left = set(world.keys)
        evaluator = world.evaluator
        expected = [("everyone", len(left), 0)]
        if world.rule.universe is not None:
            expected.append(("universe", len(evaluator.universe), 0))
        left = set(evaluator.universe)
        for condition in required(world.live.where):
            truths = world.truths(condition.node)
            unknown = sum(truths[key] is None for key in left)
            left = {key for key in left if truths[key] is True}
            expected.append(("condition", len(left), unknown))
        found = [(one.kind, one.size, one.unknown) for one in steps]
        assert found[: len(expected)] == expected
        assert steps[-1].size == world.size(world.rule)
        for before, after in pairwise(steps):
            assert after.lost == before.size - after.size >= after.unknown
        other = waterfall(world.live, narrowing=True)
        assert (other[-1].size, len(other)) == (steps[-1].size, len(steps))
        assert {one.path for one in other} == {one.path for one in steps}


def test_the_narrowing_order_takes_next_what_leaves_the_fewest(worlds: list[Seen]) -> None:
    for world in worlds:
        steps = [one for one in waterfall(world.live, narrowing=True) if one.condition]
        left = set(world.evaluator.universe)
        truths = [world.truths(one.condition.node) for one in steps if one.condition]
        for place in range(len(truths)):
            after = [sum(truth[key] is True for key in left) for truth in truths[place:]]
            assert after[0] == min(after) == steps[place].size
            left = {key for key in left if truths[place][key] is True}


def test_a_near_miss_is_whom_one_more_true_condition_would_let_in(worlds: list[Seen]) -> None:
    shown = 0
    for world in worlds:
        found = near_misses(world.live, samples=2)
        needed, conditions = top_level(world.live.where)
        if found is None:
            assert needed == 1 < len(conditions) or not 1 <= needed <= len(conditions)
            continue
        truths = [world.truths(condition.node) for condition in conditions]
        near = set()
        for place, miss in enumerate(found.conditions):
            misses = []
            for key in world.allowed:
                now = [truth[key] for truth in truths]
                then = [True if other == place else now[other] for other in range(len(now))]
                if at_least(needed, now) is not True and at_least(needed, then) is True:
                    misses.append(now[place])
                    near.add(key)
            assert (miss.false, miss.unknown) == (misses.count(False), misses.count(None))
            assert {world.keys[ordinal] for ordinal in miss.ordinals} <= near
            assert len(miss.ordinals) == min(2, len(misses))
        assert found.total == len(near)
        shown += len(near)
    assert shown > 100


def test_combinations_are_those_of_the_conditions_that_are_true(worlds: list[Seen]) -> None:
    for world in worlds:
        found = combinations(world.live, most=3)
        truths = [world.truths(condition.node) for condition in found.conditions]
        expected = Counter(
            tuple(place for place, truth in enumerate(truths) if truth[key] is True)
            for key in world.evaluator.universe
        )
        shown = {one.true: one.size for one in found.found}
        assert shown.items() <= expected.items()
        assert list(shown.values()) == sorted(expected.values(), reverse=True)[:3]
        assert found.others == len(expected) - len(shown)
        assert found.others_size == expected.total() - sum(shown.values())


def test_the_outermost_conditions_and_their_number_say_what_the_rule_says(
    worlds: list[Seen],
) -> None:
    for world in worlds:
        needed, conditions = top_level(world.live.where)
        whole = world.truths(world.rule.where)
        parts = [world.truths(condition.node) for condition in conditions]
        must = [world.truths(condition.node) for condition in required(world.live.where)]
        for key in world.keys:
            truths: list[Truth] = [part[key] for part in parts]
            assert at_least(needed, truths) == whole[key]
            assert all_of(part[key] for part in must) == whole[key]
            if needed == 1:
                assert any_of(truths) == whole[key]


def test_every_point_of_a_curve_is_the_size_of_the_rule_with_that_number(
    worlds: list[Seen],
) -> None:
    points, guarded = Counter[str](), 0
    for world in worlds:
        moment = Moment(world.scenario.as_of, world.evaluator.moment.zone)
        for leaf in leaves_of(world.rule.where):
            if no_curve(world.live, leaf.path, moment) is not None:
                continue
            values = values_of(world, leaf)
            if values is None:
                continue
            question = Question(leaf, values, observed_of(world, leaf), moment)
            found = curves(world.live, question)
            guarded += question.observed is not None and bool(
                (world.live.present & ~question.observed).any()
            )
            assert found.reason is None, (leaf, values)
            for dial, curve in zip(dials(leaf, moment), found.curves, strict=True):
                assert curve.present == dial.present
                assert curve.present in [point.number for point in curve.points]
                for point in curve.points:
                    turned = dial.turned(point.number)
                    if point.number == curve.present:
                        turned = leaf
                    rule = edited(world.rule, with_leaf(world.rule.where, leaf.path, turned))
                    assert point.size == world.size(rule), (curve.end, point, leaf)
                    points[type(leaf).__name__] += 1
    assert min(points[name] for name in ("Test", "Occurrence", "Measure")) > 60
    assert guarded > 5
