"""Brings a rule to one form, so that spellings of one meaning share a fingerprint.

Every rewrite here is proven over three-valued logic, without knowing the data model; what would
need a field's type, or holds only where nothing is unknown, is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from muster.base.json_value import canonical
from muster.rules.dump import dump_node
from muster.rules.nodes import (
    AdHocMetric,
    All,
    AnyOf,
    AtLeast,
    Attribute,
    Changed,
    Count,
    Definition,
    Did,
    Facets,
    Interests,
    Member,
    Metric,
    Node,
    Not,
    Observed,
    Sequence,
    Step,
)
from muster.rules.windows import AllTime, Between, Window

SomeNode = TypeVar("SomeNode", bound=Node)
_SETS = ("in", "not_in", "has_any", "has_all", "has_none")
_NEVER_UNKNOWN = ("exists", "missing")
# What a metric counts as when there is nothing to aggregate, unless the rule says otherwise.
_EMPTY_IS_ZERO = ("count", "sum", "distinct")


def normalise(definition: Definition) -> Definition:
    """Return the definition in its one form; it means the same."""
    tidy = _Tidy(all_time_is_default=definition.default_window is None)
    universe = definition.universe
    if isinstance(universe, str):
        universe = universe.rpartition(".")[2] or universe  # users.adults is adults
    elif universe is not None:
        universe = tidy.node(universe)
    return replace(
        definition,
        where=tidy.node(definition.where),
        universe=universe,
        # Exclusions are taken away one after the other: a set.
        exclude=_set_of(tidy.member(member) for member in definition.exclude),
        default_window=_window(definition.default_window),
    )


def normalise_node(node: Node) -> Node:
    """Return one condition tree in its form, for a rule without dates of its own."""
    return _Tidy(all_time_is_default=True).node(node)


def _text(node: Node) -> str:
    return canonical(dump_node(node))


def _set_of(nodes: Iterable[SomeNode]) -> tuple[SomeNode, ...]:
    """Return nodes sorted by their text, each once. Equality will not do: true equals 1."""
    by_text = {_text(node): node for node in nodes}
    return tuple(by_text[text] for text in sorted(by_text))


def _values(values: Any) -> Any:
    """Return a list of values that stands for a set, sorted, each once."""
    if not isinstance(values, tuple):
        return values
    by_text = {canonical(value): value for value in values}
    return tuple(by_text[text] for text in sorted(by_text))


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _window(window: Window | None) -> Window | None:
    """Give instants one spelling: UTC. Local date-times and days stay local."""
    if not isinstance(window, Between):
        return window
    ends = (
        end.astimezone(UTC) if isinstance(end, datetime) and end.tzinfo else end
        for end in (window.start, window.end)
    )
    return Between(*ends)


class _Tidy:
    """Rewrites the nodes of one rule."""

    def __init__(self, *, all_time_is_default: bool) -> None:
        self._all_time_is_default = all_time_is_default

    def node(self, node: Node) -> Node:
        match node:
            case All(children):
                return _all([self.node(child) for child in children])
            case AnyOf(children):
                return _any([self.node(child) for child in children])
            case Not(child):
                return _not(self.node(child))
            case AtLeast(n, children):
                return _at_least(n, [self.node(child) for child in children])
            case Attribute():
                return _attribute(node)
            case Did():
                return self._did(node)
            case Metric():
                return self._metric(node)
            case Sequence():
                return self._sequence(node)
            case Member():
                return self.member(node)
            case Facets():
                return _facets(node)
            case _:  # areas and buckets have one spelling
                return node

    def member(self, node: Member) -> Member:
        changed = node.changed
        if changed is not None:
            changed = Changed(changed.kind, _window(changed.window) or AllTime())
        return replace(node, changed=changed)

    def _where(self, node: Node | None) -> Node | None:
        return None if node is None else self.node(node)

    def _window(self, window: Window | None) -> Window | None:
        """Leave out what is meant anyway; only where no window of another origin steps in."""
        if self._all_time_is_default and isinstance(window, AllTime):
            return None
        return _window(window)

    def _did(self, node: Did) -> Did:
        observed = node.observed
        if observed is not None and not observed.required:
            observed = Observed(False)  # how long need not be known is of no interest
        return replace(
            node,
            events=_names(node.events),  # the union of sources is a set
            where=self._where(node.where),
            window=self._window(node.window),
            times=simplest(node.times),
            observed=observed,
        )

    def _metric(self, node: Metric) -> Metric:
        value = _values(node.value) if node.op in _SETS else node.value
        node = replace(node, value=value, bounds=_bounds(node.op, node.bounds))
        where = self._where(node.where)
        if not isinstance(node.metric, AdHocMetric):
            return replace(node, where=where, window=_window(node.window))
        metric = node.metric
        if metric.window is not None and node.window is not None:
            return node  # refused when it is resolved: which of them is meant?
        # An event counts if both filters are true: all of them, wherever they are written.
        filters = [found for found in (self._where(metric.where), where) if found is not None]
        spelled_out = AdHocMetric(
            metric.aggregate,
            _names(metric.on),
            metric.of,
            _all(filters) if filters else None,
            self._window(metric.window or node.window),
            metric.quantile,
        )
        return replace(
            node,
            metric=spelled_out,
            where=None,
            window=None,
            empty=_empty(metric.aggregate, node.empty),
        )

    def _sequence(self, node: Sequence) -> Sequence:
        steps = [self._step(step) for step in node.steps]
        # `same` asks for equality field by field: a set of fields.
        return replace(
            node, steps=tuple(steps), same=_names(node.same), window=self._window(node.window)
        )

    def _step(self, step: Step) -> Step:
        return replace(step, events=_names(step.events), where=self._where(step.where))


# -- groups ----------------------------------------------------------------------------------------
# Kleene's and/or are minimum and maximum of false < unknown < true: associative, commutative,
# idempotent; not reverses that order, so it undoes itself.


def _all(children: list[Node]) -> Node:
    flat = [grand for child in children for grand in _parts(child, All)]
    found = _set_of(flat)
    return found[0] if len(found) == 1 else All(found)


def _any(children: list[Node]) -> Node:
    flat = [grand for child in children for grand in _parts(child, AnyOf)]
    found = _set_of(flat)
    return found[0] if len(found) == 1 else AnyOf(found)


def _parts(node: Node, kind: type[All] | type[AnyOf]) -> tuple[Node, ...]:
    return node.children if isinstance(node, kind) else (node,)


def _not(child: Node) -> Node:
    if isinstance(child, Not):
        return child.child
    if isinstance(child, Member):  # membership is never unknown, so "not in" is its negation
        return replace(child, included=not child.included)
    return Not(child)


def _at_least(n: int, children: list[Node]) -> Node:
    """One of k true is the maximum, all k true is the minimum; a repeated child counts twice."""
    if n == 1:
        return _any(children)
    if n == len(children):
        return _all(children)
    return AtLeast(n, tuple(sorted(children, key=_text)))


# -- leaves ----------------------------------------------------------------------------------------


def _attribute(node: Attribute) -> Attribute:
    is_set = node.op in _SETS
    return replace(
        node,
        value=_values(node.value) if is_set else node.value,
        bounds=_bounds(node.op, node.bounds),
        nulls_included=node.nulls_included and node.op not in _NEVER_UNKNOWN,
        # has_any and its kin look at the list as a whole, whatever the quantifier.
        quantifier="any" if node.op.startswith("has_") else node.quantifier,
    )


def _bounds(op: str, bounds: str) -> str:
    return bounds if op == "between" else "[]"


def simplest(count: Count) -> Count:
    """Return the one spelling of a test on a whole number that is never negative."""
    op, low, high = count.op, count.low, count.high
    if op == "between" and high is not None and (low == 0 or low == high):
        op, low = ("=", low) if low == high else ("<=", high)
    if op == ">":
        op, low = ">=", low + 1
    if op == "<" and low > 0:
        op, low = "<=", low - 1
    if low == 0:
        op = {"<=": "=", "!=": ">="}.get(op, op)
        low = 1 if count.op == "!=" else low
    return Count(op, low, high if op == "between" else None)


def _empty(aggregate: str, empty: str | None) -> str | None:
    """Leave out what is meant anyway."""
    usual = "zero" if aggregate in _EMPTY_IS_ZERO else "unknown"
    return None if empty == usual else empty


def _facets(node: Facets) -> Facets:
    """Inside a facet values are alternatives (or all wanted, or all unwanted): sets."""
    interests = node.interests
    return replace(
        node,
        age_bands=_names(node.age_bands),
        demographics=tuple(sorted((name, _values(values)) for name, values in node.demographics)),
        locations=_names(node.locations),
        interests=Interests(
            _names(interests.any),
            _names(interests.all),
            _names(interests.none),
            interests.min_affinity,
            _window(interests.window),
        ),
    )
