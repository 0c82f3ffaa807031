"""Asks the engines what the reference evaluator knows, and says where one of them differs.

The engines are SQL scans on DuckDB, the audience index with scans for the rest, and one SELECT.
"""

from __future__ import annotations

import pprint
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from muster.base import json_value
from muster.base.errors import MusterError
from muster.compile.atoms import MemberAtom
from muster.compile.bind import BoundRule, bind_rule
from muster.compile.plan import Plan, plan_rules
from muster.compile.select import published_table, rule_select
from muster.engines import bits
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.entities import extend_entities
from muster.engines.evaluate import Evaluated, Outcome, evaluate_plan
from muster.engines.index.build import build_index
from muster.engines.index.executor import IndexExecutor
from muster.rules.evaluate import Evaluator, evaluate
from muster.rules.nodes import PLAIN
from muster.rules.references import segments_in
from muster.rules.resolved import leaves_of
from muster.rules.sentence import sentence
from muster.rules.truth import Truth
from muster.rules.world import Key, Published, World
from tests.conftest import memory_folder
from tests.strategies.rows import INTEGER_KEYS, STRING_KEYS
from tests.strategies.smaller import smallest
from tests.strategies.warehouse import key_type_of, keys_table, load_world
from tests.strategies.worlds import SEGMENTS, DrawnRule, Scenario

_FIELD = re.compile(r"Field\(name='(\w+)', type=<[^:]*: '(\w+)'>.*?guessed=\(\)\)")
_PLAIN_PATTERN = repr(PLAIN)
ASKED: Counter[str] = Counter()
INDEXED: Counter[str] = Counter()
"""How many atoms were asked, and how many of them the index answered, by kind, in this process."""
SAME_WAVE = 1000  # the number of the version that a parent in the same wave is about to get


@dataclass(frozen=True)
class Difference:
    """One rule of which the engine says something else than the reference."""

    scenario: Scenario
    rule: DrawnRule
    what: str
    keys: tuple[Key, ...]
    expected: Any
    found: Any
    sql: str

    def __str__(self) -> str:
        world = self.scenario.world
        lines = [
            f"{self.what}: the reference says {self.expected}, the engine {self.found}",
            f"as_of {self.scenario.as_of.isoformat()}, model zone {world.model.time_zone}",
            f"rule {json_value.dumps(self.rule.json)}",
            sentence(self.rule.resolved, world.model),
            f"means {brief(self.rule.resolved.where)}",
        ]
        for key in self.keys[:3]:
            events = {
                name: [_said(row) for owner, row in rows if owner == key]
                for name, rows in world.events.items()
            }
            lines += [f"entity {key!r}", _shown(_said(world.entities.get(key, {})))]
            lines.append(_shown(events))
        return "\n".join([*lines, self.sql])


def brief(resolved: Any) -> str:
    """Return resolved nodes with fields by name, type and storage alone."""
    return _FIELD.sub(r"<\1 \2>", repr(resolved)).replace(_PLAIN_PATTERN, "PLAIN")


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row holds, without its nulls."""
    return {name: value for name, value in row.items() if value is not None}


def _shown(value: Any) -> str:
    return pprint.pformat(value, width=140, compact=True)


def differences(
    scenario: Scenario, warehouse: DuckDBWarehouse, *, select: bool = True
) -> list[Difference]:
    """Evaluate the rules of a scenario in one wave by scans and by the index, and compare.

    Args:
        select: also run each rule as one SELECT.
    """
    load_world(scenario.world, warehouse.connection)
    names = _names(scenario)
    model, as_of = scenario.world.model, scenario.as_of
    bound = [
        bind_rule(name, rule.resolved, model, as_of=as_of)
        for name, rule in zip(names, scenario.rules, strict=True)
    ]
    plan = plan_rules(bound, as_of=as_of)
    with tempfile.TemporaryDirectory(prefix="muster-parity-", dir=memory_folder()) as folder:
        scanned, indexed = _evaluate(scenario.world, plan, warehouse, Path(folder))
    found: list[Difference] = []
    world = scenario.world
    for rule, bound_rule in zip(scenario.rules, bound, strict=True):
        check = _Check(scenario, world, rule, bound_rule, scanned, warehouse.connection)
        found += check.differences(select=select)
        if not _same(scanned.outcomes[bound_rule.name], indexed.outcomes[bound_rule.name]):
            by_index = _Check(scenario, world, rule, bound_rule, indexed, warehouse.connection)
            found += [
                replace(one, what=f"the index: {one.what}")
                for one in by_index.differences(select=False)
            ]
        world = _published(world, bound_rule.name, check.expected.members, scenario)
    return found


def _same(first: Outcome, second: Outcome) -> bool:
    """Whether two executors say the same of everything that is known of a rule."""
    pairs = [(first.where, second.where), *zip(first.leaves, second.leaves, strict=True)]
    words = [(one.true, other.true) for one, other in pairs]
    words += [(one.false, other.false) for one, other in pairs]
    words += [(first.members, second.members), (first.universe, second.universe)]
    words += [(first.unknown, second.unknown)]
    return all(np.array_equal(one, other) for one, other in words)


def check_parity(scenario: Scenario, warehouse: DuckDBWarehouse, *, select: bool = True) -> None:
    """Raise an AssertionError about the smallest scenario in which an engine still differs."""
    if _failure(scenario, warehouse, select) is None:
        return
    found = smallest(scenario, lambda smaller: _failure(smaller, warehouse, select) is not None)
    raise AssertionError(_failure(found, warehouse, select))


def _failure(scenario: Scenario, warehouse: DuckDBWarehouse, select: bool) -> str | None:
    """Return what is wrong: a difference, or an engine that fails."""
    try:
        found = differences(scenario, warehouse, select=select)
    except MusterError as error:
        return f"{error}\n{scenario!r}"
    return str(found[0]) if found else None


def _names(scenario: Scenario) -> list[str]:
    """Name the first rules like segments that later ones speak of: parents in the same wave.

    Not if the rule, or one before it, speaks of that segment: parents come first.
    """
    names = [f"r{index}" for index in range(len(scenario.rules))]
    spoken_of: set[str] = set()
    for index, (rule, segment) in enumerate(zip(scenario.rules, SEGMENTS, strict=False)):
        universes = scenario.world.model.universes
        spoken_of |= set(segments_in(rule.definition, universes=universes))
        if segment not in spoken_of:
            names[index] = segment
    return names


def _published(world: World, name: str, members: frozenset[Key], scenario: Scenario) -> World:
    if name not in world.segments:
        return world
    version = Published(SAME_WAVE, scenario.as_of, members)
    return replace(world, segments={**world.segments, name: (*world.segments[name], version)})


def _evaluate(
    world: World, plan: Plan, warehouse: DuckDBWarehouse, folder: Path
) -> tuple[Evaluated, Evaluated]:
    """Evaluate a plan by scans alone, and with an index built from the same rows."""
    texts = key_type_of(world) == "VARCHAR"
    # The dictionary also knows somebody who has left the entity table.
    left = STRING_KEYS[-1] if texts else INTEGER_KEYS[-1]
    assert left not in world.entities
    keys = np.array([*world.entities, left], dtype=object if texts else np.int64)
    entities = extend_entities(folder, keys)

    def stored(atom: MemberAtom) -> NDArray[np.int64]:
        members = [key for key in members_of(world, atom) if key in world.entities]
        return entities.ordinals_of(np.array(members, dtype=keys.dtype))

    scanned = evaluate_plan(plan, world.model, warehouse, folder=folder, stored=stored)
    built = build_index(warehouse, world.model, folder=folder / "index", stamp="drawn")
    index = IndexExecutor(built, threads=1)
    indexed = evaluate_plan(plan, world.model, warehouse, folder=folder, stored=stored, index=index)
    ASKED.update(type(atom).__name__ for atom in plan.atoms)
    INDEXED.update(type(atom).__name__ for atom in indexed.indexed)
    return scanned, indexed


def members_of(world: World, atom: MemberAtom) -> frozenset[Key]:
    """Return who is in a published segment, or who entered or left it in a span of time."""
    versions = world.segments[str(atom.member.segment)]
    if atom.member.changed is None:
        wanted = [
            version.members for version in versions if atom.member.version in (None, version.number)
        ]
        return wanted[-1] if wanted else frozenset()
    assert atom.changed_in is not None
    entered = atom.member.changed.kind == "entered"
    found: set[Key] = set()
    before: frozenset[Key] = frozenset()
    for version in versions:
        if atom.changed_in.holds(version.as_of):
            found |= version.members - before if entered else before - version.members
        before = version.members
    return frozenset(found)


class _Check:
    """Compares everything that is known of one rule."""

    def __init__(
        self,
        scenario: Scenario,
        world: World,
        rule: DrawnRule,
        bound: BoundRule,
        evaluated: Evaluated,
        connection: duckdb.DuckDBPyConnection,
    ) -> None:
        self._scenario = scenario
        self._world = world
        self._rule = rule
        self._bound = bound
        self._evaluated = evaluated
        self._connection = connection
        self.expected = evaluate(rule.resolved, world, as_of=scenario.as_of)

    def differences(self, *, select: bool) -> list[Difference]:
        """Return what differs; the smallest part that explains it comes first."""
        found = list(self._leaves()) or list(self._whole())
        return found or (list(self._select()) if select else [])

    def _difference(
        self, what: str, expected: dict[Key, Any] | frozenset[Key], found: Any
    ) -> Iterator[Difference]:
        if expected == found:
            return
        if isinstance(expected, dict):
            keys = tuple(key for key in expected if expected[key] is not found[key])
            shown: tuple[Any, Any] = (
                {key: expected[key] for key in keys},
                {key: found[key] for key in keys},
            )
        else:
            keys = tuple(expected.symmetric_difference(found))
            shown = (set(expected), set(found))
        yield Difference(self._scenario, self._rule, what, keys, *shown, self._sql())

    def _leaves(self) -> Iterator[Difference]:
        evaluator = Evaluator(self._rule.resolved, self._world, as_of=self._scenario.as_of)
        outcome = self._outcome()
        leaves = leaves_of(self._rule.resolved.where)
        assert len(leaves) == len(outcome.leaves) == len(self._bound.leaves)
        for leaf, mask in zip(leaves, outcome.leaves, strict=True):
            expected = {key: evaluator.truth(leaf, key) for key in self._world.entities}
            yield from self._difference(f"leaf {brief(leaf)}", expected, self._truths(mask))

    def _whole(self) -> Iterator[Difference]:
        outcome = self._outcome()
        expected = self.expected
        yield from self._difference("where", expected.truths, self._truths(outcome.where))
        yield from self._difference("universe", expected.universe, self._keys(outcome.universe))
        unknown = frozenset(
            key for key, truth in expected.truths.items() if truth is None
        ).intersection(expected.universe)
        yield from self._difference("unknown", unknown, self._keys(outcome.unknown))
        yield from self._difference("members", expected.members, self._keys(outcome.members))

    def _select(self) -> Iterator[Difference]:
        sql = self._sql(pretty=False)
        rows = [row[0] for row in self._connection.execute(sql).fetchall()]
        yield from self._difference("one SELECT", self.expected.members, frozenset(rows))
        assert len(rows) == len(set(rows)), f"keys come twice from {sql}"

    def _sql(self, *, pretty: bool = True) -> str:
        """Return the rule as one SELECT, with the tables of segments it needs made first."""
        tables = _MemberTables(self._world, self._connection)
        select = rule_select(self._bound, self._world.model, member_table=tables)
        return select.sql("duckdb", pretty=pretty, copy=False)

    def _outcome(self) -> Outcome:
        return self._evaluated.outcomes[self._bound.name]

    def _keys(self, words: bits.Words) -> frozenset[Key]:
        entities = self._evaluated.entities
        return frozenset(entities.keys[bits.to_ordinals(words, entities.size)].tolist())

    def _truths(self, mask: bits.Mask) -> dict[Key, Truth]:
        true, false = self._keys(mask.true), self._keys(mask.false)
        assert not true & false
        assert true | false <= set(self._world.entities)
        return {
            key: True if key in true else (False if key in false else None)
            for key in self._world.entities
        }


class _MemberTables:
    """Puts the members of segments into tables when a SELECT asks for them."""

    def __init__(self, world: World, connection: duckdb.DuckDBPyConnection) -> None:
        self._world = world
        self._connection = connection
        self._made: dict[MemberAtom, str] = {}

    def __call__(self, atom: MemberAtom) -> tuple[str, str]:
        if atom.member.listed is not None:
            return published_table(self._world.model)(atom)
        column = self._world.model.entity.key
        if atom not in self._made:
            self._made[atom] = f"segment members {len(self._made)}"
            members = sorted(members_of(self._world, atom), key=str)
            name, kind = self._made[atom], key_type_of(self._world)
            self._connection.execute(f'DROP TABLE IF EXISTS "{name}"').fetchall()
            for statement in keys_table(name, column, kind, members):
                self._connection.execute(statement).fetchall()
        return self._made[atom], column
