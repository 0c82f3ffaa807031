"""Names the parts of the language that a rule uses, so that coverage can be counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from muster.base.datamodel import DataModel
from muster.rules.nodes import (
    AdHocMetric,
    All,
    AnyOf,
    AtLeast,
    Attribute,
    Bucket,
    Definition,
    Did,
    Facets,
    Interests,
    Leaf,
    Member,
    Metric,
    Near,
    Node,
    Not,
    Sequence,
    children_of,
)
from muster.rules.windows import Ago, AllTime, Between, Calendar, Last, Window


def features_of(rule_json: Any, definition: Definition) -> Iterator[str]:
    """Name what a rule uses."""
    yield from _of_node(definition.where)
    if definition.universe is not None:
        yield "universe:name" if isinstance(definition.universe, str) else "universe:node"
    if definition.limit is not None:
        yield f"limit:{'desc' if definition.limit.descending else 'asc'}"
    if definition.time_zone is not None:
        yield "tz"
    if definition.default_window is not None:
        yield "dates"
    for member in definition.exclude:
        yield f"exclude:{'list' if member.listed else 'segment'}"
    if isinstance(rule_json, list):
        yield "bare list"
    elif "depends_on" in rule_json:
        yield f"operation:{rule_json.get('operation', 'INTERSECTION').upper()}"
    elif "where" not in rule_json and "conditions" not in rule_json:
        yield "bare condition"


def leaves_of(node: Node) -> tuple[Leaf, ...]:
    """Return the leaves of a condition on the entity."""
    children = children_of(node)
    if children:
        return tuple(leaf for child in children for leaf in leaves_of(child))
    assert not isinstance(node, All | AnyOf | AtLeast | Not)
    return (node,)


def judged_features_of(leaf: Leaf, model: DataModel) -> Iterator[str]:
    """Name the parts of a leaf for which every truth should occur."""
    yield f"kind:{type(leaf).__name__}"
    match leaf:
        case Attribute(field, op):
            yield f"op:{op}" if field in model.attributes else "metric as field"
        case Did():
            yield f"pattern:{leaf.pattern.kind}"
        case Metric():
            yield f"rank:{leaf.rank}"
            if leaf.rank == "value":
                metric = leaf.metric
                named = isinstance(metric, str)
                yield f"aggregate:{model.metrics[metric].aggregate if named else metric.aggregate}"
        case _:
            return


def _of_node(node: Node, where: str = "") -> Iterator[str]:
    yield f"{where}kind:{type(node).__name__}"
    for child in children_of(node):
        yield from _of_node(child, where)
    match node:
        case Attribute():
            yield from _of_attribute(node, where)
        case Did():
            yield from _of_did(node)
        case Metric():
            yield from _of_metric(node)
        case Sequence():
            yield from _of_sequence(node)
        case Member():
            yield from _of_member(node)
        case Near():
            shape = "place" if node.place else ("polygon" if node.polygon else "circle")
            yield f"{where}near:{shape}"
        case Bucket():
            yield "bucket:whole" if (node.low, node.high) == ("0", "1") else "bucket:part"
        case Facets():
            yield from _of_facets(node)
        case _:
            return


def _of_attribute(node: Attribute, where: str) -> Iterator[str]:
    yield f"{where}op:{node.op}"
    if node.value_field is not None:
        yield f"{where}value_field:{node.op}"
    if node.nulls_included:
        yield f"{where}nulls:include"
    if node.fold is not None:
        yield f"{where}fold:{node.fold}"
    if node.op == "between":
        yield f"bounds:{node.bounds}"
    if node.quantifier != "any":
        yield f"quant:{node.quantifier}"


def _of_did(node: Did) -> Iterator[str]:
    yield f"pattern:{node.pattern.kind}"
    if node.pattern.kind == "plain":
        yield f"times:{node.times.op}"
    if node.pattern.kind in ("stopped", "restarted"):
        yield f"{node.pattern.kind}:{'own length' if node.pattern.length else 'default length'}"
    if node.pattern.whole_days:
        yield "regular:calendar_day"
    if node.distinct is not None:
        units = ("day", "week", "month")
        yield f"distinct:{node.distinct if node.distinct in units else 'field'}"
    if node.observed is not None:
        length = "length" if node.observed.length else "window"
        yield f"observed:{length if node.observed.required else 'include'}"
    yield from _of_scan(node.window, node.where)


def _of_metric(node: Metric) -> Iterator[str]:
    yield f"rank:{node.rank}"
    if node.empty is not None:
        yield f"empty:{node.empty}"
    if isinstance(node.metric, AdHocMetric):
        yield f"ad hoc:{node.metric.aggregate}"
        yield from _of_scan(node.metric.window, node.metric.where)
    else:
        yield "named metric"
    yield f"metric op:{node.op}"
    yield from _of_scan(node.window, node.where)


def _of_sequence(node: Sequence) -> Iterator[str]:
    yield f"start:{node.start}"
    if node.same:
        yield "same"
    for step in node.steps:
        for name in ("within", "not_before", "absent"):
            if getattr(step, name):
                yield f"step:{name}"
        yield from _of_scan(None, step.where)
    if node.steps[-1].absent:
        yield "step:absent last"
    yield from _of_scan(node.window, None)


def _of_member(node: Member) -> Iterator[str]:
    yield "member:list" if node.listed else "member:segment"
    if not node.included:
        yield "member:not in"
    if node.version is not None:
        yield "member:version"
    if node.changed is not None:
        yield f"member:{node.changed.kind}"


def _of_facets(node: Facets) -> Iterator[str]:
    if node.age_bands:
        yield "facet:age_bands"
    if node.demographics:
        yield "facet:demographics"
    if node.locations:
        yield "facet:locations"
    interests = node.interests
    if interests != Interests():
        shown = interests.min_affinity is not None or interests.window is not None
        for name in ("any", "all", "none"):
            if getattr(interests, name):
                yield f"facet:interests {name} {'shown' if shown else 'listed'}"
        if interests.min_affinity is not None:
            yield "facet:min_affinity"


def _of_scan(window: Window | None, where: Node | None) -> Iterator[str]:
    if where is not None:
        yield from _of_node(where, "event ")
    match window:
        case Last(_, whole_days) | Ago(_, _, whole_days):
            yield f"window:{type(window).__name__} {'calendar_day' if whole_days else 'rolling'}"
        case Between(start, end):
            kinds = [type(moment).__name__ for moment in (start, end)]
            yield f"window:Between {' '.join(kinds)}"
        case Calendar(period):
            yield f"window:Calendar {period}"
        case AllTime():
            yield "window:AllTime"
        case None:
            return
