"""Makes a failing scenario small enough to read: fewer rules, entities, events, values, words.

Hypothesis could shrink too, but it knows nothing of rules and worlds and takes minutes for one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from muster.base.errors import InvalidRule
from tests.strategies.worlds import DrawnRule, Scenario, read_rule

Fails = Callable[[Scenario], bool]


def smallest(scenario: Scenario, fails: Fails, *, seconds: float = 60) -> Scenario:
    """Return a scenario that still fails and cannot be made smaller by one of the steps here."""
    deadline = time.monotonic() + seconds
    changed = True
    while changed and time.monotonic() < deadline:
        changed = False
        for step in (_fewer_rules, _fewer_entities, _fewer_events, _simpler_rules, _fewer_values):
            found = _take(scenario, step, fails, deadline)
            changed = changed or found is not scenario
            scenario = found
    return scenario


def _take(
    scenario: Scenario,
    step: Callable[[Scenario], Iterator[Scenario]],
    fails: Fails,
    deadline: float,
) -> Scenario:
    """Take every smaller scenario that still fails, starting over after each."""
    again = True
    while again and time.monotonic() < deadline:
        again = False
        for smaller in step(scenario):
            if time.monotonic() > deadline:
                return scenario
            if fails(smaller):
                scenario, again = smaller, True
                break
    return scenario


def _fewer_rules(scenario: Scenario) -> Iterator[Scenario]:
    rules = scenario.rules
    if len(rules) > 1:
        for rule in rules:
            yield replace(scenario, rules=(rule,))
        for index in range(len(rules)):
            yield replace(scenario, rules=rules[:index] + rules[index + 1 :])


def _fewer_entities(scenario: Scenario) -> Iterator[Scenario]:
    world = scenario.world
    for key in world.entities:
        alone = {key: world.entities[key]}
        if len(world.entities) > 1:
            yield replace(scenario, world=replace(world, entities=alone))
    for key in world.entities:
        others = {other: row for other, row in world.entities.items() if other != key}
        yield replace(scenario, world=replace(world, entities=others))


def _fewer_events(scenario: Scenario) -> Iterator[Scenario]:
    world = scenario.world
    for name, rows in world.events.items():
        size = len(rows)
        while size:
            for start in range(0, len(rows), size):
                kept = [*rows[:start], *rows[start + size :]]
                yield replace(scenario, world=replace(world, events={**world.events, name: kept}))
            size //= 2


def _fewer_values(scenario: Scenario) -> Iterator[Scenario]:
    """Empty a column of the entities, or one value of one event."""
    world = scenario.world
    for name in world.model.attributes:
        if any(row.get(name) is not None for row in world.entities.values()):
            rows = {key: {**row, name: None} for key, row in world.entities.items()}
            yield replace(scenario, world=replace(world, entities=rows))
    for source, events in world.events.items():
        names = {name for _, row in events for name in row if row[name] is not None}
        for name in sorted(names - {world.model.events[source].at, "id"}):
            emptied = [(key, {**row, name: None}) for key, row in events]
            yield replace(scenario, world=replace(world, events={**world.events, source: emptied}))


def _simpler_rules(scenario: Scenario) -> Iterator[Scenario]:
    for index, rule in enumerate(scenario.rules):
        for json in _simpler_json(rule.json):
            smaller = _read(json, scenario)
            if smaller is not None:
                rules = (*scenario.rules[:index], smaller, *scenario.rules[index + 1 :])
                yield replace(scenario, rules=rules)


def _read(json: Any, scenario: Scenario) -> DrawnRule | None:
    try:
        return read_rule(json, scenario.world)
    except InvalidRule:
        return None


def _simpler_json(json: Any) -> Iterator[Any]:
    """Put a part in the place of the whole, leave parts out, simplify parts."""
    if isinstance(json, dict):
        yield from json.values()
        for name in json:
            yield {other: value for other, value in json.items() if other != name}
        for name, value in json.items():
            for simpler in _simpler_json(value):
                yield {**json, name: simpler}
    elif isinstance(json, list):
        yield from json
        for index in range(len(json)):
            yield json[:index] + json[index + 1 :]
        for index, value in enumerate(json):
            for simpler in _simpler_json(value):
                yield [*json[:index], simpler, *json[index + 1 :]]
