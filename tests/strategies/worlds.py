"""Draws whole scenarios: a data model, its rows, published segments, an instant and rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from muster.base import json_value
from muster.base.datamodel import MetricDefinition
from muster.base.errors import InvalidRule
from muster.rules.nodes import Definition
from muster.rules.operators import AGGREGATES
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import ResolvedRule
from muster.rules.world import Key, Published, World
from tests.strategies.chooser import Chooser
from tests.strategies.conditions import aggregate_fields, draw_events, draw_where
from tests.strategies.models import draw_model
from tests.strategies.moments import as_of_instants, interesting_days, interesting_instants
from tests.strategies.rows import Pools, draw_entities, draw_keys, unknown_keys
from tests.strategies.rows import draw_events as draw_event_rows
from tests.strategies.rules import draw_node, draw_rule
from tests.strategies.setting import WHOLE, Grammar, Setting, setting_of
from tests.strategies.tests_on_fields import can_be_tested
from tests.strategies.windows import draw_window

SEGMENTS = ("vip", "lapsed", "7")


@dataclass(frozen=True)
class DrawnRule:
    """A rule as JSON, as read, and as checked against the model."""

    json: Any
    definition: Definition
    resolved: ResolvedRule


@dataclass(frozen=True, repr=False)
class Scenario:
    """A world, the instant it is looked at, and rules about it."""

    world: World
    as_of: datetime
    rules: tuple[DrawnRule, ...]

    def __repr__(self) -> str:
        """Return the rules alone: the rest is too long to read and is shown by the test."""
        rules = "\n".join(json_value.dumps(rule.json) for rule in self.rules)
        return f"Scenario at {self.as_of.isoformat()} with\n{rules}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def read_rule(json: Any, world: World) -> DrawnRule:
    """Read and check a rule, by way of its JSON text as from a file.

    Raises:
        InvalidRule: the rule is at fault.
    """
    json = _as_read(json)
    try:
        definition = parse_definition(json)
        resolved = resolve_rule(definition, world.model, segments=tuple(world.segments))
    except InvalidRule as error:
        error.add_note(f"{error.problems}\n{json_value.dumps(json)}")
        raise
    return DrawnRule(json, definition, resolved)


@st.composite
def scenarios(
    draw: Callable[[st.SearchStrategy[Any]], Any],
    *,
    rules: int = 6,
    grammar: Grammar = WHOLE,
    draw_one: Callable[[Setting], Any] = draw_rule,
) -> Scenario:
    """Draw a scenario with so many rules, each drawn by ``draw_one``."""
    setting, world = draw_world(Chooser(draw), grammar)
    jsons = [draw_one(setting) for _ in range(rules)]
    return Scenario(world, setting.as_of, tuple(read_rule(json, world) for json in jsons))


def draw_world(choose: Chooser, grammar: Grammar) -> tuple[Setting, World]:
    """Draw a world, and the setting in which rules about it are drawn."""
    model = draw_model(choose)
    if grammar.shiftable:
        model = replace(model, time_zone="UTC")
    zone = ZoneInfo(model.time_zone)
    as_of = choose.one(as_of_instants(zone))
    instants, days = interesting_instants(as_of, zone), interesting_days(as_of, zone)
    pools = Pools(choose, choose.some(instants, 14, 14), choose.some(days, 8, 8))
    keys = draw_keys(choose)
    world = World(
        model,
        draw_entities(choose, model, pools, keys),
        {
            name: draw_event_rows(choose, source, pools, keys)
            for name, source in model.events.items()
        },
        {name: _some_keys(choose, keys) for name in model.lists},
        _segments(choose, instants, keys),
    )
    if keys and choose.chance(4):
        world = crowded(world)
    setting = setting_of(
        choose,
        world,
        as_of=as_of,
        instants=instants,
        days=days,
        gaps=pools.gaps,
        grammar=grammar,
    )
    metrics = _metrics(setting)
    model = replace(model, metrics=metrics)
    setting = replace(setting, model=model)
    model = replace(model, universes=_universes(setting))
    return replace(setting, model=model), replace(world, model=model)


def crowded(world: World) -> World:
    """Add copies of everybody until sets of entities need several machine words."""
    entities, events = dict(world.entities), {name: [*rows] for name, rows in world.events.items()}
    for key in world.entities:
        for number in range(150 // len(world.entities)):
            copy = f"{key} {number}" if isinstance(key, str) else 1000 + len(entities)
            entities[copy] = world.entities[key]
            for name, rows in world.events.items():
                events[name] += [
                    (copy, {**row, "id": None})
                    for owner, row in rows
                    if owner == key and number < 4
                ]
    return replace(world, entities=entities, events=events)


def _some_keys(choose: Chooser, keys: Sequence[Key]) -> frozenset[Key]:
    strangers = [key for key in unknown_keys(keys) if key is not None]
    return frozenset(choose.some([*keys, *strangers]))


def _segments(
    choose: Chooser, instants: Sequence[datetime], keys: Sequence[Key]
) -> Mapping[str, tuple[Published, ...]]:
    """Draw versions of each segment, oldest first; numbers may have gaps."""
    found: dict[str, tuple[Published, ...]] = {}
    for name in SEGMENTS:
        times = sorted(choose.some(instants, 0, 4))
        gap = choose.number(0, 1)
        found[name] = tuple(
            Published(index + 1 + (gap if index else 0), at, _some_keys(choose, keys))
            for index, at in enumerate(times)
        )
    return found


def _metrics(setting: Setting) -> dict[str, MetricDefinition]:
    """Draw one metric of every aggregate that the events allow."""
    choose = setting.choose
    found: dict[str, MetricDefinition] = {}
    for aggregate in AGGREGATES:
        on = draw_events(setting)
        fields, values = setting.events_of(on)
        of = None
        if aggregate not in ("count", "recency"):
            possible = aggregate_fields(aggregate, fields)
            if not possible:
                continue
            of = choose.one(possible).name
        filtered = can_be_tested(setting, fields) and choose.chance(25)
        zero = aggregate in ("sum", "avg", "percentile", "count", "distinct", "recency")
        found[f"m_{aggregate}"] = MetricDefinition(
            f"m_{aggregate}",
            aggregate,
            tuple(on),
            of=of,
            where=_as_read([draw_where(setting, fields, values, 1)]) if filtered else None,
            window=draw_window(setting) if choose.chance(30) else None,
            quantile=choose.one(("0.5", "0.9", "0.1")) if aggregate == "percentile" else None,
            empty=choose.one(("zero", "unknown") if zero else ("unknown",))
            if choose.chance(25)
            else None,
        )
    return found


def _as_read(json: Any) -> Any:
    """Return JSON as it comes from a file: fractions are decimals."""
    return json_value.loads(json_value.dumps(json))


def _universes(setting: Setting) -> dict[str, Any]:
    if setting.grammar.shiftable:
        return {}
    setting = setting.without_ranks()
    return {
        name: _as_read(draw_node(setting, 1)) for name in setting.choose.some(("known", "local"))
    }
