"""Draws whole rules, as the JSON an author would write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from muster.base.datamodel import FieldType
from muster.rules.operators import NUMBERS, TEXTS, TIMES
from tests.strategies.conditions import (
    draw_did,
    draw_group,
    draw_metric,
    draw_metric_as_field,
    draw_sequence,
)
from tests.strategies.leaves import (
    draw_bucket,
    draw_facets,
    draw_member,
    draw_near,
    draw_source_of_members,
)
from tests.strategies.moments import ZONES
from tests.strategies.setting import Setting
from tests.strategies.tests_on_fields import draw_test
from tests.strategies.windows import moment_text

GROUPS = ("all", "any", "not", "list", "count")


def draw_attribute(setting: Setting) -> dict[str, Any]:
    """Draw a test on an attribute, or on a metric written like one."""
    if setting.choose.chance(12):
        node = draw_metric_as_field(setting)
        if node is not None:
            return node
    return draw_test(setting, setting.model.attributes, setting.attribute_values)


def _draw_home(setting: Setting) -> dict[str, Any]:
    points = [
        name for name, field in setting.model.attributes.items() if field.type is FieldType.GEO
    ]
    return draw_near(setting, points)


LEAVES: dict[str, Callable[[Setting], dict[str, Any]]] = {
    "attribute": draw_attribute,
    "did": draw_did,
    "metric": draw_metric,
    "sequence": draw_sequence,
    "near": _draw_home,
    "member": draw_member,
    "bucket": draw_bucket,
    "facets": draw_facets,
}
_LEAF_WEIGHTS = (
    *(("attribute",) * 8 + ("did",) * 6 + ("metric",) * 6 + ("sequence",) * 3),
    *("member", "member", "near", "near", "bucket", "facets", "facets"),
)
_SHIFTABLE_LEAVES = ("attribute", "did", "did", "metric", "sequence", "near", "bucket")


def draw_node(setting: Setting, depth: int) -> Any:
    """Draw a condition whose groups nest at most ``depth`` deep."""
    choose = setting.choose
    if depth == 0 or choose.chance(45):
        return draw_leaf(setting)
    kind = choose.one(GROUPS)
    if kind == "not":
        return {"not": draw_node(setting, depth - 1)}
    children = [draw_node(setting, depth - 1) for _ in range(choose.number(1, 3))]
    return draw_group(setting, kind, children)


def draw_leaf(setting: Setting) -> dict[str, Any]:
    """Draw one leaf."""
    kinds = _SHIFTABLE_LEAVES if setting.grammar.shiftable else _LEAF_WEIGHTS
    return LEAVES[setting.choose.one(kinds)](setting)


def draw_rule(setting: Setting) -> Any:
    """Draw a whole rule: a bare condition or a definition."""
    choose = setting.choose
    grammar = setting.grammar
    if grammar.shiftable or choose.chance(30):
        return draw_node(setting, grammar.depth)
    rule: dict[str, Any] = {}
    if choose.chance(30):
        rule["tz"] = choose.one(ZONES)
        setting = replace(setting, zone=ZoneInfo(rule["tz"]))
    if choose.chance(25):
        rule |= _dates(setting)
        setting = replace(setting, default_start="start_date" in rule)
    if setting.segments and choose.chance(12):
        rule["depends_on"] = choose.some(sorted(setting.segments), 1, 3)
        if choose.chance(80):
            rule["operation"] = choose.one(("INTERSECTION", "union", "DIFFERENCE"))
    if "depends_on" not in rule or choose.chance(50):
        depth = choose.number(1, grammar.depth)
        rule[choose.one(("where", "where", "conditions"))] = draw_node(setting, depth)
    elif choose.chance(50):
        rule["conditions"] = []
    if choose.chance(25):
        rule["universe"] = _universe(setting)
    if choose.chance(25):
        rule["limit"] = _limit(setting)
    if choose.chance(20):
        rule["exclude"] = [draw_source_of_members(setting) for _ in range(choose.number(1, 2))]
    if choose.chance(10):
        rule |= {"v": 1, "key": "a rule", "subject": "user", "as_of": "run", "ttl": "P540D"}
    return rule


def _universe(setting: Setting) -> Any:
    choose = setting.choose
    named = sorted(setting.model.universes)
    form = choose.one(("name", "segment", "node")) if named else choose.one(("segment", "node"))
    if form == "name":
        name = choose.one(named)
        return f"{setting.model.entity.name}s.{name}" if choose.chance(30) else name
    if form == "segment" and setting.segments:
        return {"segment": choose.one(sorted(setting.segments))}
    return draw_node(setting.without_ranks(), 1)


def _limit(setting: Setting) -> dict[str, Any]:
    choose = setting.choose
    ordered = [
        name
        for name, field in setting.model.attributes.items()
        if field.type in NUMBERS | TIMES | TEXTS
    ]
    metrics = [name for name in sorted(setting.model.metrics) if not _boolean_metric(setting, name)]
    limit: dict[str, Any] = {"n": choose.number(1, 6)}
    limit["rank_by"] = choose.one(metrics if metrics and choose.chance(60) else ordered)
    if choose.chance(60):
        limit["dir"] = choose.one(("desc", "asc"))
    if choose.chance(20):
        limit["ties"] = "user_key"
    return limit


def _boolean_metric(setting: Setting, name: str) -> bool:
    definition = setting.model.metrics[name]
    if definition.of is None or definition.aggregate == "distinct":
        return False
    fields, _ = setting.events_of(definition.on)
    return fields[definition.of].type is FieldType.BOOLEAN


def _dates(setting: Setting) -> dict[str, str]:
    """Draw start_date and end_date; the end is the last day or second that is meant."""
    choose = setting.choose
    if choose.chance(70):
        first, second = sorted(choose.some(setting.days, 2, 2))
        found = {"start_date": _day(first), "end_date": _day(second)}
    else:
        start, end = sorted(choose.some(setting.instants, 2, 2))
        form = choose.one(("utc", "offset"))
        found = {
            "start_date": moment_text(setting, start, form),
            "end_date": moment_text(setting, _whole_second(end), form),
        }
    if choose.chance(30):
        del found[choose.one(sorted(found))]
    return found


def _day(day: date) -> str:
    return day.isoformat()


def _whole_second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0) + timedelta(seconds=1)
