"""Draws the conditions on events, as JSON: occurrences, metrics, sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from muster.base.datamodel import Field, FieldType, MetricDefinition
from muster.rules.duration import Duration
from muster.rules.operators import (
    AGGREGATES,
    COUNT_OPERATORS,
    METRIC_OPERATORS,
    NUMBERS,
    OPERATORS,
    TIMES,
)
from tests.strategies.leaves import draw_near
from tests.strategies.setting import Setting, Values
from tests.strategies.tests_on_fields import can_be_tested, draw_operand, draw_test
from tests.strategies.windows import draw_length, draw_window

T = FieldType
PATTERNS = ("first_time", "stopped", "restarted", "regular")
RANKS = ("percentile", "top_n")
_RANK_OPERATORS = (">=", ">", "=", "!=", "<", "<=", "between")


def draw_events(setting: Setting, most: int = 2) -> list[str]:
    """Draw names of sources and unions."""
    return setting.choose.some([*setting.model.events, *setting.model.unions], 1, most)


def _named(setting: Setting, names: list[str]) -> Any:
    """Write one event as its name or as a list of one."""
    return names[0] if len(names) == 1 and setting.choose.chance(70) else names


def draw_where(setting: Setting, fields: Mapping[str, Field], values: Values, depth: int) -> Any:
    """Draw a condition on one event."""
    choose = setting.choose
    if depth == 0 or choose.chance(60):
        points = [name for name, field in fields.items() if field.type is T.GEO]
        if points and choose.chance(12):
            return draw_near(setting, points)
        return draw_test(setting, fields, values)
    kind = choose.one(("list", "all", "any", "not", "count"))
    if kind == "not":
        return {"not": draw_where(setting, fields, values, depth - 1)}
    children = [draw_where(setting, fields, values, depth - 1) for _ in range(choose.number(1, 3))]
    return draw_group(setting, kind, children)


def draw_group(setting: Setting, kind: str, children: list[Any]) -> Any:
    """Draw a group around children."""
    if kind == "list":
        return children
    if kind == "count":
        choose = setting.choose
        test = {"op": choose.one((">=", ">", "=", "<=", "<")), "n": choose.number(0, 3)}
        if choose.chance(20):
            del test["op"]
        return {"count": test, "of": children}
    return {kind: children}


def _with_where(
    setting: Setting, node: dict[str, Any], names: Sequence[str], percent: int = 45
) -> dict[str, Any]:
    fields, values = setting.events_of(names)
    if can_be_tested(setting, fields) and setting.choose.chance(percent):
        where = draw_where(setting, fields, values, 1)
        node["where"] = where if isinstance(where, list) or setting.choose.chance(30) else [where]
    return node


# -- occurrences -----------------------------------------------------------------------------------


def draw_did(setting: Setting) -> dict[str, Any]:
    """Draw an occurrence."""
    choose = setting.choose
    names = draw_events(setting)
    node = _with_where(setting, {"did": _named(setting, names)}, names)
    if choose.chance(30):
        return node | _pattern(setting)
    bounded = setting.default_start
    if choose.chance(75):
        node["window"] = draw_window(setting)
        bounded = begins(node["window"])
    if choose.chance(65):
        node["times"] = _times(setting)
    if choose.chance(30):
        node["distinct"] = _distinct(setting, names)
    if choose.chance(35):
        observed = _observed(setting, bool(bounded))
        if observed is not None:
            node["observed"] = observed
    if choose.chance(10):
        node["pattern"] = "plain"
    return node


def begins(window: Any) -> bool:
    """Whether a window has a beginning."""
    return window != "all_time" and set(window) != {"to"}


def _times(setting: Setting) -> Any:
    choose = setting.choose
    if choose.chance(10):
        return choose.number(0, 4)
    op = choose.one(COUNT_OPERATORS)
    low = choose.number(0, 4)
    return {"op": op, "n": [low, low + choose.number(0, 3)] if op == "between" else low}


def _distinct(setting: Setting, names: Sequence[str]) -> str:
    choose = setting.choose
    fields, _ = setting.events_of(names)
    kept = [name for name, field in fields.items() if field.type not in (T.LIST, T.GEO)]
    if setting.grammar.shiftable:
        return choose.one((*kept, "day", "week"))
    return choose.one((*("day", "week", "month"), *kept))


def _observed(setting: Setting, bounded: bool) -> Any:
    choose = setting.choose
    known = setting.model.entity.created_at is not None
    required = known and choose.chance(80)
    shortest = choose.one(("window", draw_length(setting)))
    if required and choose.chance(40):
        return shortest if choose.chance(50) else {"min": shortest}
    return {"min": shortest, "else": "exclude" if required else "include"}


def _pattern(setting: Setting) -> dict[str, Any]:
    choose = setting.choose
    kind = choose.one(PATTERNS)
    if kind == "regular":
        of = choose.number(1, 5)
        regular: dict[str, Any] = {
            "each": draw_length(setting),
            "hit": choose.number(1, of) if choose.chance(60) else 1,
            "of": of,
        }
        if not setting.grammar.shiftable and choose.chance(40):
            regular["anchor"] = "calendar_day"
        return {"pattern": kind, "regular": regular}
    found: dict[str, Any] = {"pattern": kind}
    own_length = kind == "stopped" and choose.chance(60)
    if kind == "restarted":
        own_length = choose.chance(60)
    found["window"] = draw_window(
        setting, begins=True, measured=kind == "restarted" and not own_length
    )
    if own_length:
        name = "active" if kind == "stopped" else "gap"
        found[kind] = {name: draw_length(setting)}
    return found


# -- metrics ---------------------------------------------------------------------------------------


def aggregate_fields(name: str, fields: Mapping[str, Field]) -> list[Field]:
    """Return the event fields an aggregate applies to."""
    if name in ("sum", "avg", "percentile"):
        allowed: frozenset[FieldType] = NUMBERS
    elif name in ("min", "max"):
        allowed = NUMBERS | TIMES
    else:
        allowed = frozenset(FieldType) - {T.LIST, T.GEO}
    return [field for field in fields.values() if field.type in allowed]


def output_of(name: str, field: Field | None) -> Field:
    """Return the type (and listed values) of an aggregate's value."""
    if field is None or name in ("count", "distinct", "recency"):
        return Field("metric", T.INTEGER)
    if name == "avg" and field.type is T.INTEGER:
        return Field("metric", T.DECIMAL)
    return replace(field, name="metric")


def draw_metric(setting: Setting) -> dict[str, Any]:
    """Draw a test on a metric, named or spelled out."""
    choose = setting.choose
    model = setting.model
    node: dict[str, Any] = {}
    if model.metrics and choose.chance(45):
        definition = model.metrics[choose.one(sorted(model.metrics))]
        node["metric"] = definition.name
        output, names = _named_output(setting, definition), definition.on
        may_have_window = definition.window is None
        values = _values_of(setting, definition.on, definition.of, output)
    else:
        names = tuple(draw_events(setting))
        metric, output = draw_aggregate(setting, list(names))
        node["metric"] = metric
        may_have_window = "window" not in metric
        values = _values_of(setting, names, metric.get("of"), output)
    if may_have_window and choose.chance(40):
        node["window"] = draw_window(setting)
    if choose.chance(15):
        node = _with_where(setting, node, names)
    return node | _metric_test(setting, output, values)


def _metric_test(setting: Setting, output: Field, values: list[Any]) -> dict[str, Any]:
    choose = setting.choose
    node: dict[str, Any] = {}
    if output.type in NUMBERS and choose.chance(15):
        node["empty"] = choose.one(("zero", "unknown"))
    elif choose.chance(5):
        node["empty"] = "unknown"
    if setting.grammar.ranks and output.type in NUMBERS | TIMES and choose.chance(25):
        return node | _rank(setting)
    fitting = [op for op in METRIC_OPERATORS if output.type in OPERATORS[op].types]
    if setting.grammar.shiftable and output.type in TIMES:
        return node | _rank(setting)
    op = choose.one(fitting)
    node[choose.one(("op", "op", "operator"))] = op
    return node | draw_operand(setting, output, op, values)


def _rank(setting: Setting) -> dict[str, Any]:
    choose = setting.choose
    rank = choose.one(RANKS)
    if rank == "top_n" and choose.chance(40):
        return {"rank": rank, "value": choose.number(1, 4)}
    # Percentiles are compared without dividing, so they are not looked for in a list.
    op = choose.one(_RANK_OPERATORS + (("in", "not_in") if rank == "top_n" else ()))
    if rank == "top_n":
        field, values = Field(rank, T.INTEGER), [1, 2, 3, 4]
    else:
        shares = ("0", "25", "33.3", "50", "66.66", "75", "90", "100")
        field, values = Field(rank, T.DECIMAL), [Decimal(share) for share in shares]
    return {"rank": rank, "op": op, **draw_operand(setting, field, op, values)}


def draw_aggregate(setting: Setting, names: list[str]) -> tuple[dict[str, Any], Field]:
    """Draw an aggregate spelled out, and the field it yields."""
    choose = setting.choose
    fields, _ = setting.events_of(names)
    possible = [
        name
        for name in AGGREGATES
        if name in ("count", "recency") or aggregate_fields(name, fields)
    ]
    name = choose.one(possible)
    metric: dict[str, Any] = {"agg": name, "on": _named(setting, names)}
    field = None
    if name not in ("count", "recency"):
        field = choose.one(aggregate_fields(name, fields))
        metric["of"] = field.name
    if name == "percentile":
        quantile = choose.one(("0.5", "0.9", "0.25", "1", "0.333", "0.01"))
        metric[choose.one(("quantile", "q"))] = quantile
    metric = _with_where(setting, metric, names)
    if choose.chance(30):
        metric["window"] = draw_window(setting)
    return metric, output_of(name, field)


def _named_output(setting: Setting, definition: MetricDefinition) -> Field:
    fields, _ = setting.events_of(definition.on)
    return output_of(definition.aggregate, fields[definition.of] if definition.of else None)


def _values_of(setting: Setting, names: Sequence[str], of: str | None, output: Field) -> list[Any]:
    """Return values near those an aggregate may take: of one event, and of two together."""
    if of is None:
        return []
    fields, values = setting.events_of(names)
    if (fields[of].type in NUMBERS) is not (output.type in NUMBERS):
        return []  # a number of different texts is no text
    known = list(values[of])
    if fields[of].type in NUMBERS and len(known) > 1:
        known += [known[0] + known[1], sum(known)]
    return known


def draw_metric_as_field(setting: Setting) -> dict[str, Any] | None:
    """Draw a named metric written like an attribute; None if the model has no metric."""
    choose = setting.choose
    metrics = setting.model.metrics
    names = [name for name in metrics if name not in setting.model.attributes]
    if not names:
        return None
    definition = metrics[choose.one(sorted(names))]
    output = _named_output(setting, definition)
    operators = [key for key, entry in OPERATORS.items() if output.type in entry.types]
    op = choose.one(operators)
    node = {"field": definition.name, choose.one(("op", "operator")): op}
    if definition.window is None and choose.chance(40):
        node["window"] = draw_window(setting)
    values = _values_of(setting, definition.on, definition.of, output)
    return node | draw_operand(setting, output, op, values)


# -- sequences -------------------------------------------------------------------------------------


def draw_sequence(setting: Setting) -> dict[str, Any]:
    """Draw a sequence of two to four steps, now and then of more."""
    choose = setting.choose
    count = choose.one((2, 2, 2, 3, 3, 4)) if not choose.chance(3) else 6
    steps = [_step(setting, first=index == 0) for index in range(count)]
    node: dict[str, Any] = {"sequence": steps}
    same = _shared_by_all(setting, steps)
    if same and choose.chance(35):
        node["same"] = choose.some(same, 1, 2)
    if choose.chance(40):
        node["start"] = choose.one(("any", "first", "last"))
    if choose.chance(40):
        node["window"] = draw_window(setting)
    return node


def _step(setting: Setting, *, first: bool) -> dict[str, Any]:
    choose = setting.choose
    names = draw_events(setting)
    # Few filters: a sequence is true of somebody only if each of its steps is.
    step = _with_where(setting, {"did": _named(setting, names)}, names, 15)
    if first:
        return step
    if choose.chance(30):
        step["absent"] = True
    if choose.chance(40):
        step["within"] = _gap(setting)
    if choose.chance(20):
        shortest = _gap(setting)
        if "within" not in step or _shorter(shortest, step["within"]):
            step["not_before"] = shortest
    return step


def _gap(setting: Setting) -> str:
    if setting.choose.chance(60):
        return setting.choose.one(setting.gaps)
    return draw_length(setting, months=False)


def _shorter(first: str, second: str) -> bool:
    return Duration.parse(first).elapsed() < Duration.parse(second).elapsed()


def _shared_by_all(setting: Setting, steps: list[dict[str, Any]]) -> list[str]:
    """Return the fields that the events of every step have, and that can be compared."""
    found: dict[str, Field] | None = None
    for step in steps:
        names = [step["did"]] if isinstance(step["did"], str) else step["did"]
        fields, _ = setting.events_of(names)
        if found is None:
            found = {n: field for n, field in fields.items() if field.type not in (T.LIST, T.GEO)}
        found = {
            name: first
            for name, first in found.items()
            if name in fields
            and fields[name].type is first.type
            and fields[name].currency == first.currency
        }
    return list(found or ())
