"""Writes a rule back to JSON, in one minimal spelling: what is as by default is left out.

`parse_definition(dump_definition(x)) == x`; numbers stay exact, so write the result with
`json_value.dumps` or `json_value.canonical`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, assert_never

from muster.rules.nodes import (
    AdHocMetric,
    All,
    AnyOf,
    AtLeast,
    Attribute,
    Bucket,
    Count,
    Definition,
    Did,
    Facets,
    Interests,
    Leaf,
    Limit,
    Member,
    Metric,
    Near,
    Node,
    Not,
    Observed,
    Pattern,
    Sequence,
    Step,
)
from muster.rules.operators import METRIC_OPERATORS
from muster.rules.read_windows import write_window
from muster.rules.windows import Between, Window


def dump_definition(definition: Definition) -> dict[str, Any]:
    """Return a whole rule as JSON: an object with ``where`` and whatever else it says."""
    universe = definition.universe
    return _kept(
        where=dump_node(definition.where),
        universe=universe if universe is None or isinstance(universe, str) else dump_node(universe),
        tz=definition.time_zone,
        limit=definition.limit and _limit(definition.limit),
        exclude=[_member(member) for member in definition.exclude] or None,
        **_date_range(definition.default_window),
        ttl=definition.ttl and definition.ttl.iso(),
    )


def dump_node(node: Node) -> dict[str, Any]:
    """Return one condition tree as JSON."""
    match node:
        case All(children):
            return {"all": [dump_node(child) for child in children]}
        case AnyOf(children):
            return {"any": [dump_node(child) for child in children]}
        case Not(child):
            return {"not": dump_node(child)}
        case AtLeast(n, children):
            return {
                "count": {"op": ">=", "n": n},
                "of": [dump_node(child) for child in children],
            }
        case _:
            return _leaf(node)


def _leaf(node: Leaf) -> dict[str, Any]:
    match node:
        case Attribute():
            return _attribute(node)
        case Did():
            return _did(node)
        case Metric():
            return _metric(node)
        case Sequence():
            return _sequence(node)
        case Member():
            return _member(node)
        case Near():
            return {"near": _near(node)}
        case Bucket():
            return {"bucket": _bucket(node)}
        case Facets():
            return _facets(node)
        case _:
            assert_never(node)


def _kept(**members: Any) -> dict[str, Any]:
    """Return the members that say something."""
    return {name: value for name, value in members.items() if value is not None}


def _unless(value: Any, default: Any) -> Any:
    return None if value == default else value


def _where(node: Node | None) -> Any:
    return None if node is None else dump_node(node)


def _window(window: Window | None) -> Any:
    return None if window is None else write_window(window)


def _names(names: tuple[str, ...]) -> Any:
    return names[0] if len(names) == 1 else list(names)


def _value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _limit(limit: Limit) -> dict[str, Any]:
    return _kept(n=limit.n, rank_by=limit.rank_by, dir=None if limit.descending else "asc")


def _date_range(window: Window | None) -> dict[str, Any]:
    """Return the default window as start_date and end_date, whose end is inclusive."""
    if window is None:
        return {}
    assert isinstance(window, Between), "only a span of dates can be the default window"
    return _kept(
        start_date=window.start and window.start.isoformat(),
        end_date=window.end and _last(window.end).isoformat(),
    )


def _last(end: date | datetime) -> date | datetime:
    step = timedelta(seconds=1) if isinstance(end, datetime) else timedelta(days=1)
    return end - step


def _attribute(node: Attribute) -> dict[str, Any]:
    return _kept(
        field=node.field,
        op=node.op,
        value=_value(node.value),
        value_field=node.value_field,
        bounds=_unless(node.bounds, "[]"),
        nulls="include" if node.nulls_included else None,
        fold=node.fold,
        quant=_unless(node.quantifier, "any"),
    )


def _did(node: Did) -> dict[str, Any]:
    return _kept(
        did=_names(node.events),
        where=_where(node.where),
        window=_window(node.window),
        times=None if node.times == Count(">=", 1) else _count(node.times),
        distinct=node.distinct,
        **_pattern(node.pattern),
        observed=node.observed and _observed(node.observed),
    )


def _count(count: Count) -> dict[str, Any]:
    return {"op": count.op, "n": [count.low, count.high] if count.op == "between" else count.low}


def _pattern(pattern: Pattern) -> dict[str, Any]:
    length = pattern.length and pattern.length.iso()
    match pattern.kind:
        case "plain":
            return {}
        case "stopped" if length:
            return {"pattern": "stopped", "stopped": {"active": length}}
        case "restarted" if length:
            return {"pattern": "restarted", "restarted": {"gap": length}}
        case "regular":
            anchor = "calendar_day" if pattern.whole_days else None
            inner = _kept(each=length, hit=pattern.hit, of=pattern.of, anchor=anchor)
            return {"pattern": "regular", "regular": inner}
        case kind:
            return {"pattern": kind}


def _observed(observed: Observed) -> dict[str, Any]:
    if observed.required:
        return {"min": observed.length.iso() if observed.length else "window"}
    return _kept(**{"min": observed.length and observed.length.iso(), "else": "include"})


def _metric(node: Metric) -> dict[str, Any]:
    if node.op not in METRIC_OPERATORS:  # only the short form, a metric used as a field, has it
        return _kept(
            field=node.metric,
            op=node.op,
            value=_value(node.value),
            bounds=_unless(node.bounds, "[]"),
            window=_window(node.window),
        )
    return _kept(
        metric=node.metric if isinstance(node.metric, str) else _ad_hoc(node.metric),
        op=None if node.rank == "top_n" and node.op == "<=" else node.op,
        value=_value(node.value),
        bounds=_unless(node.bounds, "[]"),
        where=_where(node.where),
        window=_window(node.window),
        empty=node.empty,
        rank=_unless(node.rank, "value"),
    )


def _ad_hoc(metric: AdHocMetric) -> dict[str, Any]:
    return _kept(
        agg=metric.aggregate,
        of=metric.of,
        on=_names(metric.on),
        where=_where(metric.where),
        window=_window(metric.window),
        quantile=metric.quantile and Decimal(metric.quantile),
    )


def _sequence(node: Sequence) -> dict[str, Any]:
    return _kept(
        sequence=[_step(step) for step in node.steps],
        same=list(node.same) or None,
        start=_unless(node.start, "any"),
        window=_window(node.window),
    )


def _step(step: Step) -> dict[str, Any]:
    return _kept(
        did=_names(step.events),
        where=_where(step.where),
        within=step.within and step.within.iso(),
        not_before=step.not_before and step.not_before.iso(),
        absent=True if step.absent else None,
    )


def _member(node: Member) -> dict[str, Any]:
    freshness = node.freshness if isinstance(node.freshness, str) else node.freshness.iso()
    changed = node.changed and {node.changed.kind: write_window(node.changed.window)}
    return _kept(
        **{
            "segment": node.segment,
            "list": node.listed,
            "in": None if node.included else False,
            "version": node.version,
            "freshness": _unless(freshness, "same_run"),
            "changed": changed,
        }
    )


def _near(node: Near) -> dict[str, Any]:
    return _kept(
        field=node.field,
        lat=node.latitude,
        lon=node.longitude,
        km=node.km,
        polygon=[list(corner) for corner in node.polygon] or None,
        place=node.place,
    )


def _bucket(node: Bucket) -> dict[str, Any]:
    # Numbers, not text: a share may have more digits than number text may have.
    ends = {"from": _unless(Decimal(node.low), 0), "to": _unless(Decimal(node.high), 1)}
    return _kept(salt=node.salt, **ends)


def _facets(node: Facets) -> dict[str, Any]:
    return _kept(
        age_bands=list(node.age_bands) or None,
        demographics={name: list(values) for name, values in node.demographics} or None,
        locations=list(node.locations) or None,
        interests=None if node.interests == Interests() else _interests(node.interests),
    )


def _interests(interests: Interests) -> Any:
    if interests == Interests(any=interests.any):
        return list(interests.any)
    return _kept(
        any=list(interests.any) or None,
        all=list(interests.all) or None,
        none=list(interests.none) or None,
        min_affinity=interests.min_affinity and Decimal(interests.min_affinity),
        window=_window(interests.window),
    )
