"""The ledger's sizes at past instants equal the reference evaluator's at each of them."""

from __future__ import annotations

import os
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from muster.base.errors import Busy
from muster.compile.atoms import Atom, EntityAtom, MemberAtom
from muster.compile.bind import BoundRule, bind_rule
from muster.compile.plan import atoms_of_rule, plan_rules
from muster.engines import bits
from muster.engines.bits import Mask
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.entities import extend_entities
from muster.engines.evaluate import evaluate_plan
from muster.engines.index.layout import AudienceIndex
from muster.engines.ledger import Ledger, Sizes
from muster.model.load import load_model
from muster.rules.duration import Duration, shift_instant
from muster.rules.evaluate import evaluate
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import ResolvedRule, Test
from muster.rules.truth import Moment, judge
from muster.rules.world import World
from tests.engines.index.small_index import index_of
from tests.strategies.conditions import draw_did, draw_group, draw_metric
from tests.strategies.parity import members_of
from tests.strategies.rows import INTEGER_KEYS, STRING_KEYS
from tests.strategies.rules import draw_attribute, draw_rule
from tests.strategies.runs import run_fresh
from tests.strategies.setting import Setting
from tests.strategies.warehouse import load_world
from tests.strategies.worlds import Scenario, scenarios

PATTERNS = ((3, 2, 1, 0), (62, 31, 30, 1, 0), (400, 365, 10, 0), (8, 7, 6, 5, 4, 3, 2, 1, 0))
Rows = list[tuple[int, ...]]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    with DuckDBWarehouse.in_memory(threads=1) as opened:
        yield opened


def instants_before(as_of: datetime, zone: str, days: Sequence[int]) -> list[datetime]:
    return [
        shift_instant(as_of, Duration(days=back), zone=ZoneInfo(zone), sign=-1) if back else as_of
        for back in days
    ]


def expected(rule: ResolvedRule, world: World, instants: Sequence[datetime]) -> Rows:
    """Return size, universe, unknown, entered, left and kept, by the law."""
    found: Rows = []
    before = kept = None
    for instant in instants:
        law = evaluate(rule, world, as_of=instant)
        unknown = [key for key in law.universe if law.truths[key] is None]
        before = law.members if before is None else before
        kept = law.members if kept is None else kept & law.members
        sizes = (law.members, law.universe, unknown, law.members - before, before - law.members)
        found.append((*(len(one) for one in sizes), len(kept)))
        before = law.members
    return found


def rows(sizes: Sizes) -> Rows:
    columns = (sizes.size, sizes.universe, sizes.unknown, sizes.entered, sizes.left, sizes.kept)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def indexed(
    bound: Sequence[BoundRule], world: World, warehouse: DuckDBWarehouse
) -> tuple[AudienceIndex, Mapping[Atom, Mask]]:
    """Return an index of the world, and the truths of today of all atoms, by SQL."""
    load_world(world, warehouse.connection)
    plan = plan_rules(bound, as_of=bound[0].moment.as_of)
    keys = list(world.entities)
    dtype = object if isinstance(keys[0], str) else np.int64
    # The dictionary also knows somebody who has left the entity table.
    gone = STRING_KEYS[-1] if dtype is object else INTEGER_KEYS[-1]
    assert gone not in world.entities
    with tempfile.TemporaryDirectory() as folder:
        known = extend_entities(Path(folder), np.array([*keys, gone], dtype=dtype))

        def stored(atom: MemberAtom) -> NDArray[np.int64]:
            found = [key for key in members_of(world, atom) if key in world.entities]
            return known.ordinals_of(np.array(found, dtype=dtype))

        evaluated = evaluate_plan(plan, world.model, warehouse, folder=Path(folder), stored=stored)
    places = evaluated.entities.ordinals_of(np.array(keys, dtype=dtype)).tolist()
    return index_of(world, ordinals=places, size=evaluated.entities.size), evaluated.answers


def draw_moving(setting: Setting) -> Any:
    """Draw a rule whose conditions mostly look at windows that move."""
    setting = setting.without_ranks()
    draws = (draw_did, draw_did, draw_metric, draw_metric, draw_attribute)
    children = [setting.choose.one(draws)(setting) for _ in range(setting.choose.number(1, 3))]
    rule: dict[str, Any] = {
        "where": draw_group(setting, setting.choose.one(("all", "any", "not", "count")), children)
        if setting.choose.chance(70)
        else children[0]
    }
    if setting.choose.chance(30):
        rule["universe"] = draw_did(setting)
    if setting.choose.chance(20):
        rule["exclude"] = [{"list": sorted(setting.model.lists)[0]}]
    return rule


CASES = int(os.environ.get("MUSTER_LEDGER_CASES", "120"))
FIRST_SEED = int(os.environ.get("MUSTER_LEDGER_SEED", "7000"))
DRAWS = [(draw_rule, CASES // 2, 0.3, 0.02), (draw_moving, CASES, 0.4, 0.1)]


@pytest.mark.parametrize(("draw", "cases", "followed", "changed"), DRAWS)
def test_past_sizes_equal_the_reference_evaluator_at_every_instant(
    warehouse, draw, cases, followed, changed
) -> None:
    asked: Counter[str] = Counter()

    def check(scenario: Scenario) -> None:
        world, model = scenario.world, scenario.world.model
        if not world.entities or not any(world.events.values()):
            return
        rules = [drawn.resolved for drawn in scenario.rules]
        today = [
            bind_rule(f"r{place}", rule, model, as_of=scenario.as_of)
            for place, rule in enumerate(rules)
        ]
        index, known = indexed(today, world, warehouse)
        for rule, drawn in zip(rules, scenario.rules, strict=True):
            asked["rules"] += 1
            days = PATTERNS[asked["rules"] % len(PATTERNS)]
            instants = instants_before(scenario.as_of, rule.time_zone, days)
            waves = [[bind_rule("r", rule, model, as_of=at)] for at in instants]
            ledger = Ledger.of(waves, index, known)
            if ledger is None:
                continue
            asked["followed"] += 1
            law = expected(rule, world, instants)
            assert rows(ledger.sizes()) == law, (drawn.json, instants)
            asked["changed"] += any(row[3] or row[4] for row in law)

    first_seed = FIRST_SEED
    while asked["rules"] < cases:
        run_fresh(
            scenarios(rules=8, draw_one=draw),
            check,
            examples=8,
            first_seed=first_seed,
            shrink=False,
        )
        first_seed += 1
    # It is no test of the ledger if rules are seldom followed, or nothing ever moves.
    assert asked["followed"] >= followed * asked["rules"], asked
    assert asked["changed"] >= changed * asked["followed"], asked


DAY = 24 * 60
BUSY = """
version: 1
time_zone: Europe/London
currency: GBP
observed: window
entity: {name: user, table: users, key: id, created_at: joined}
attributes: {tier: {type: integer}, joined: {type: timestamp}}
events:
  card:
    table: card
    entity_key: id
    id: number
    at: at
    fields: {amount: {type: money}, kind: {type: string}}
  cash:
    table: cash
    entity_key: id
    id: number
    at: at
    fields: {amount: {type: money}, kind: {type: string}}
  payment: {union: [card, cash]}
"""
SUM = {"agg": "sum", "of": "amount", "on": ["payment"]}
FOOD = [{"field": "kind", "op": "=", "value": "food"}]
MOVING_RULES = [
    {"did": "card", "window": {"last": "P7D"}},
    {"did": "card", "window": {"last": "P3D"}, "times": {"op": "=", "n": 0}},
    {"did": "payment", "where": FOOD, "window": {"last": "P7D"}, "times": {"op": ">=", "n": 2}},
    {
        "did": "payment",
        "window": {"calendar": "this_week"},
        "times": {"op": "between", "n": [1, 3]},
    },
    {"did": "payment", "window": {"calendar": "prev_month"}, "times": {"op": "!=", "n": 4}},
    {
        "did": "payment",
        "window": {"last": "P1M", "anchor": "calendar_day"},
        "distinct": "day",
        "times": {"op": ">=", "n": 4},
    },
    {"metric": SUM, "window": {"last": "P10D"}, "op": ">", "value": "60.00"},
    {"metric": {**SUM, "agg": "avg"}, "window": {"last": "P9D"}, "op": "<=", "value": "20.00"},
    {"metric": {**SUM, "agg": "max"}, "window": {"last": "PT36H"}, "op": ">=", "value": "30.00"},
    {"metric": {"agg": "recency", "on": ["payment"]}, "op": "between", "value": [2, 5]},
    {
        "any": [
            {
                "all": [
                    {"did": "card", "window": {"last": "P5D"}},
                    {"field": "tier", "op": ">", "value": 1},
                ]
            },
            {"not": {"did": "cash", "window": {"last": "P20D"}}},
        ]
    },
    {"field": "joined", "op": "in_last", "value": "P20D"},
]


def busy_world(seed: int) -> World:
    """Return few people with many events over some months in which the clocks change twice."""
    random = np.random.default_rng(seed)
    start = datetime(2025, 2, 20, tzinfo=UTC)

    def instant() -> datetime:
        minutes = int(random.integers(0, DAY * 260))
        if random.random() < 0.5:  # just when windows begin or end, in London's summer or winter
            minutes += int(random.choice((0, -60, 750, 690))) - minutes % DAY
        return start + timedelta(minutes=minutes)

    def row(number: int) -> dict[str, Any]:
        amount = None if random.random() < 0.1 else Decimal(int(random.integers(-500, 4000))) / 100
        kind = (None, "food", "fuel")[int(random.integers(0, 3))]
        return {"id": number, "at": instant(), "amount": amount, "kind": kind}

    people = range(1, 31)
    entities = {
        key: {"tier": key % 4 or None, "joined": None if key % 5 == 0 else instant()}
        for key in people
    }
    events = {
        name: [(int(random.integers(1, 34)), row(number)) for number in range(800)]
        for name in ("card", "cash")
    }
    return World(load_model(BUSY), entities, events)


@pytest.mark.parametrize("json", MOVING_RULES, ids=lambda json: str(json)[:60])
def test_every_day_of_a_busy_world_equals_the_reference_evaluator(json) -> None:
    world = busy_world(MOVING_RULES.index(json))
    rule = resolve_rule(parse_definition({"where": json}), world.model)
    index = index_of(world, partitions={"card": "kind"})
    as_of = datetime(2025, 4, 9, 11, 30, tzinfo=UTC)
    changes = [0, 0]
    for last, days in ((as_of, 20), (as_of + timedelta(days=210), 16)):
        instants = instants_before(last, rule.time_zone, range(days, -1, -1))
        waves = [[bind_rule("r", rule, world.model, as_of=at)] for at in instants]
        own = [one for one in atoms_of_rule(waves[-1][0]) if isinstance(one, EntityAtom)]
        ledger = Ledger.of(waves, index, {atom: truths_of(atom, world) for atom in own})
        assert ledger is not None
        law = expected(rule, world, instants)
        assert rows(ledger.sizes(threads=2)) == law
        changes = [changes[0] + sum(row[3] for row in law), changes[1] + sum(row[4] for row in law)]
    assert min(changes) > 0


def truths_of(atom: EntityAtom, world: World) -> Mask:
    """Return the truths of a test on attributes that does not look at the time."""
    assert isinstance(atom.test, Test)
    name, moment = atom.test.field.name, Moment(datetime(2025, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))
    found = [judge(atom.test, row[name], moment=moment) for row in world.entities.values()]
    true, false = (np.array([one is wanted for one in found]) for wanted in (True, False))
    return Mask(bits.from_flags(true), bits.from_flags(false))


def test_a_ledger_over_many_blocks_adds_them_up_and_stops_when_nobody_waits() -> None:
    world = busy_world(99)
    rule = resolve_rule(parse_definition({"where": MOVING_RULES[6]}), world.model)
    instants = instants_before(datetime(2025, 6, 1, tzinfo=UTC), "UTC", range(8, -1, -1))
    waves = [[bind_rule("r", rule, world.model, as_of=at)] for at in instants]
    places = [number * 15_000 for number in range(len(world.entities))]
    ledger = Ledger.of(waves, index_of(world, ordinals=places, size=440_000), {})
    assert ledger is not None
    assert rows(ledger.sizes(threads=2)) == expected(rule, world, instants)
    gone = threading.Event()
    gone.set()
    with pytest.raises(Busy):
        ledger.sizes(gone=gone)
