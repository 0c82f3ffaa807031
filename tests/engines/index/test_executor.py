"""The executor: drawn rules against the reference, samples, numbers for curves, freshness."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from muster.base.datamodel import Field, FieldType
from muster.base.errors import Busy
from muster.compile.atoms import EntityAtom, EventAtom, Formula, MemberAtom, Valued, atoms_of
from muster.compile.bind import bind_rule
from muster.engines import bits
from muster.engines.index.executor import IndexExecutor
from muster.engines.index.layout import BLOCK, AudienceIndex, Whole
from muster.rules.evaluate import Evaluator
from muster.rules.nodes import Bucket, Member
from muster.rules.resolved import Measure, Occurrence, Test
from muster.rules.world import World
from tests.engines.index.small_index import combined, index_of, is_covered, truths
from tests.engines.index.test_questions import BIG, BOTH, FOOD, MONTH, WEEK, did, metric, times
from tests.engines.index.till import (
    AS_OF,
    ORDINALS,
    PARTITIONS,
    SIZE,
    bound,
    drawn_world,
    resolved_of,
    sale,
    world_of,
)
from tests.strategies.runs import run_fresh
from tests.strategies.worlds import Scenario, scenarios

WORLDS = 24
# Twice as many are drawn, less what the index leaves to SQL: points, unions in order, and so on.
FEWEST = {"Counted": 40, "Valued": 40, "FirstTime": 2, "Stopped": 2, "Restarted": 2}


def test_what_the_index_covers_of_drawn_rules_it_answers_as_the_reference() -> None:
    seen: Counter[str] = Counter()

    def check(scenario: Scenario) -> None:
        world = scenario.world
        # Neighbours lie in different blocks.
        ordinals = [number + BLOCK * (number % 2) for number in range(len(world.entities))]
        size = BLOCK + len(ordinals) + 1
        index = index_of(world, ordinals=ordinals, size=size, partitions=_partitions(world))
        executor = IndexExecutor(index, threads=2)
        for rule in scenario.rules:
            rule_bound = bind_rule("r", rule.resolved, world.model, as_of=scenario.as_of)
            evaluator = Evaluator(rule.resolved, world, as_of=scenario.as_of)
            for leaf, formula in rule_bound.leaves:
                events = _event_atoms(formula)
                if not events or not is_covered(formula, executor):
                    continue
                seen.update(type(atom.having).__name__ for atom in events)
                masks = executor.masks(atoms_of(formula))
                mask = combined(formula, masks, index.present)
                found = truths(mask, world, ordinals, size)
                assert found == {key: evaluator.truth(leaf, key) for key in world.entities}, leaf

    run_fresh(scenarios(rules=8), check, examples=WORLDS, shrink=False)
    assert all(seen[kind] >= fewest for kind, fewest in FEWEST.items()), seen


def _event_atoms(formula: Formula) -> list[EventAtom]:
    return [atom for atom in atoms_of(formula) if isinstance(atom, EventAtom)]


def _partitions(world: World) -> dict[str, str]:
    """Return a text field to order events by, for the sources that have one."""
    found = {
        name: [field.name for field in source.fields.values() if field.type is FieldType.ENUM]
        for name, source in world.model.events.items()
    }
    return {name: fields[0] for name, fields in found.items() if fields}


# -- one world -------------------------------------------------------------------------------------


def indexed(world: World) -> AudienceIndex:
    return index_of(world, ordinals=ORDINALS, size=SIZE, partitions=PARTITIONS)


def atom_of(world: World, condition: Any) -> EventAtom:
    (atom,) = _event_atoms(bound(world, condition).where)
    return atom


def test_of_a_sample_other_blocks_are_in_neither_set() -> None:
    world = drawn_world(1)
    atom = atom_of(world, did(**times("<", 3)))
    executor = IndexExecutor(indexed(world), threads=2)
    whole = executor.masks([atom])[atom]
    sample = executor.masks([atom], blocks=[2, 0, 0])[atom]
    asked = bits.of_blocks([0, 2], SIZE)
    np.testing.assert_array_equal(sample.true, whole.true & asked)
    np.testing.assert_array_equal(sample.false, whole.false & asked)
    assert bits.count(sample.false | sample.true) == 4  # all but the customer in block 1
    assert bits.count(whole.false) > bits.count(sample.false) > 0


def test_who_is_absent_is_in_neither_set() -> None:
    world = drawn_world(1)
    atom = atom_of(world, did(**times("<", 50)))
    index = indexed(world)
    mask = IndexExecutor(index, threads=1).masks([atom])[atom]
    np.testing.assert_array_equal(mask.true, index.present)
    assert bits.count(mask.false) == 0


@pytest.mark.parametrize(
    "condition", [did(), metric("max", ">", -9, of="pieces"), metric("count", ">", 0)], ids=str
)
def test_events_of_somebody_who_left_count_for_nobody(condition: dict[str, Any]) -> None:
    world = drawn_world(1)
    whole = indexed(world)
    left = bits.from_ordinals(np.array([ORDINALS[0]]), SIZE)
    executor = IndexExecutor(replace(whole, present=whole.present & ~left), threads=1)
    atom = atom_of(world, condition)
    mask, values = executor.masks([atom])[atom], executor.values(atom)
    before = IndexExecutor(whole, threads=1).masks([atom])[atom]
    assert bits.count(before.true & left) == 1
    np.testing.assert_array_equal(mask.true, before.true & ~left)
    assert bits.count(mask.false & left) == 0
    assert values is not None
    assert not values.known[ORDINALS[0]]
    assert values.known.any()


def test_atoms_of_both_kinds_are_answered_together() -> None:
    world = drawn_world(2)
    index = indexed(world)
    tier = Field("tier", FieldType.INTEGER)
    tiers = np.zeros(SIZE, dtype=np.int8)
    tiers[ORDINALS[3]] = 2
    index = replace(index, attributes={"tier": Whole(tier, tiers, None, 2)})
    own, event = EntityAtom(Test(tier, "ge", 2)), atom_of(world, did())
    for threads in (1, 2):
        executor = IndexExecutor(index, threads=threads)
        assert executor.covers(own)
        assert executor.covers(event)
        masks = executor.masks([event, own])
        assert bits.to_ordinals(masks[own].true, SIZE).tolist() == [ORDINALS[3]]
        assert bits.count(masks[event].true) > 1
        assert bits.count(executor.masks([own], blocks=[0])[own].true) == 0
        assert executor.masks([]) == {}
        values = executor.values(own)
        assert values is not None
        assert values.numbers[ORDINALS[3]] == 2


def test_an_index_of_nobody_answers() -> None:
    world = replace(drawn_world(2), entities={})
    atom = atom_of(world, did(**times("=", 0)))
    executor = IndexExecutor(index_of(world, partitions=PARTITIONS), threads=2)
    mask, values = executor.masks([atom])[atom], executor.values(atom)
    assert (len(mask.true), len(mask.false)) == (0, 0)
    assert values is not None
    assert len(values.numbers) == 0
    assert executor.newest("sale", before=AS_OF) is None


def test_what_is_no_condition_on_rows_is_for_sql() -> None:
    executor = IndexExecutor(indexed(drawn_world(2)), threads=1)
    assert not executor.covers(MemberAtom(Member("vip")))


def test_nobody_waiting_ends_an_evaluation() -> None:
    world = drawn_world(0)
    gone = threading.Event()
    gone.set()
    executor = IndexExecutor(indexed(world), threads=2, gone=gone)
    for condition in (did(), metric("max", ">", 1, of="pieces")):
        atom = atom_of(world, condition)
        with pytest.raises(Busy, match="Nobody waits"):
            executor.masks([atom])
        with pytest.raises(Busy, match="Nobody waits"):
            executor.values(atom)


@pytest.mark.parametrize(
    "condition",
    [
        metric("count", ">", 1, **FOOD),
        metric("count", ">", 1, **WEEK, empty="unknown"),
        metric("sum", ">", 1, of="amount", **BOTH),
        metric("sum", ">", 1, of="pieces", empty="unknown", **WEEK),
        metric("avg", ">", 1, of="amount", **BIG),
        metric("avg", ">", 1, of="pieces", empty="zero"),
        metric("min", ">", 1, of="amount", **BOTH),
        metric("min", ">", 1, of="weight", **MONTH),
        metric("max", ">", 1, of="weight"),
        metric("max", ">", 1, of="pieces", empty="zero", **WEEK),
        metric("max", "after", "2025-04-01", of="due"),
        metric("distinct", ">", 1, of="till"),
        metric("distinct", ">", 1, of="kind", empty="unknown", **WEEK),
        metric("recency", ">", 1, **BOTH),
        did(**MONTH, **times(">", 1)),
        did(distinct="day", **times(">", 1)),
    ],
    ids=str,
)
def test_numbers_are_those_of_the_reference(condition: dict[str, Any]) -> None:
    for seed in range(3):
        world = drawn_world(seed)
        resolved = resolved_of(world, condition)
        evaluator = Evaluator(resolved, world, as_of=AS_OF)
        leaf = resolved.where
        values = IndexExecutor(indexed(world), threads=2).values(atom_of(world, condition))
        assert values is not None
        present = set(ORDINALS)
        assert set(np.flatnonzero(values.known).tolist()) <= present
        for key, ordinal in zip(world.entities, ORDINALS, strict=True):
            if isinstance(leaf, Measure):
                expected = evaluator.events.value(leaf.aggregate, key)
            else:
                assert isinstance(leaf, Occurrence)
                expected = evaluator.events.number(leaf, key)
            assert values.known[ordinal] == (expected is not None)
            if expected is not None:
                assert values.numbers[ordinal] == pytest.approx(_unit(expected, values.field, leaf))


def _unit(value: Any, field: Field, leaf: Any) -> Any:
    if hasattr(value, "toordinal"):
        return value.toordinal() - datetime(1970, 1, 1, tzinfo=UTC).toordinal()
    average = isinstance(leaf, Measure) and leaf.aggregate.name == "avg"
    if field.type is FieldType.MONEY and not average:
        return int(Decimal(value) * 10**field.scale)
    return float(value)


def test_a_value_in_order_or_of_text_is_not_drawn() -> None:
    world = drawn_world(0, ties=False)
    executor = IndexExecutor(indexed(world), threads=1)
    last = atom_of(world, metric("last", "=", "a", of="till"))
    assert executor.covers(last)
    assert executor.values(last) is None
    assert executor.values(atom_of(world, metric("mode", "=", 1, of="pieces"))) is None
    stopped = did(pattern="stopped", **WEEK)
    assert executor.values(atom_of(world, stopped)) is None
    assert executor.values(EntityAtom(Bucket("salt", Decimal(0), Decimal(1)))) is None


def test_the_newest_event_before_an_instant() -> None:
    world = world_of(
        [
            (1, sale("2025-04-01T10:00:00", kind="food")),
            (4, sale("2025-04-02T10:00:00", kind="toys")),
            (5, sale("2025-04-09T10:00:00")),
            (99, sale("2025-04-03T10:00:00")),
        ]
    )
    executor = IndexExecutor(indexed(world), threads=1)
    second = datetime(2025, 4, 2, 10, tzinfo=UTC)
    assert executor.newest("sale", before=AS_OF) == second
    assert executor.newest("sale", before=second) == datetime(2025, 4, 1, 10, tzinfo=UTC)
    assert executor.newest("sale", before=datetime(2025, 4, 1, 10, tzinfo=UTC)) is None
    assert executor.newest("order", before=AS_OF) is None


def test_a_recency_says_what_day_it_is_counted_from() -> None:
    world = drawn_world(0)
    fixed = metric("recency", "<", 20, window={"from": "2025-03-01", "to": "2025-04-01"})
    (today,) = _event_atoms(bound(world, fixed, as_of=AS_OF).where)
    (later,) = _event_atoms(bound(world, fixed, as_of=datetime(2025, 6, 1, tzinfo=UTC)).where)
    assert isinstance(today.having, Valued)
    assert today.scan == later.scan
    assert today != later  # else the answer of one day would be kept for another
