"""Checks a rule against a data model: names become fields, values get types, facets unfold.

All faults are collected, each with the path in the author's JSON. The result depends on the model
but not on the time of the run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from muster.base.datamodel import DataModel, Field, FieldType
from muster.base.errors import InvalidRule
from muster.rules.nodes import (
    All,
    AnyOf,
    AtLeast,
    Attribute,
    Bucket,
    Definition,
    Did,
    Facets,
    Limit,
    Member,
    Metric,
    Near,
    Node,
    Not,
    Sequence,
)
from muster.rules.operators import NUMBERS, TEXTS, TIMES
from muster.rules.parse import read_definition
from muster.rules.read_leaves import refuse_on_metric
from muster.rules.reader import Reader, nearest
from muster.rules.resolve_events import EventResolver
from muster.rules.resolve_facets import FacetResolver
from muster.rules.resolve_tests import resolve_test
from muster.rules.resolved import (
    Aggregate,
    Circle,
    Conjunction,
    Disjunction,
    InArea,
    Measure,
    Negation,
    Polygon,
    Resolved,
    ResolvedLimit,
    ResolvedRule,
    Threshold,
    leaves_of,
)
from muster.rules.windows import Window

MAX_WHERE_DEPTH = 40


def resolve_rule(
    definition: Definition, model: DataModel, *, segments: Collection[str] | None = None
) -> ResolvedRule:
    """Check a rule against a data model.

    Args:
        segments: names of the segments that exist; None = do not check them.

    Raises:
        InvalidRule: code INVALID_RULE, with every problem found.
    """
    resolver = Resolver(model, definition, segments)
    where = resolver.node(definition.where)
    universe = resolver.universe(definition.universe)
    limit = resolver.limit(definition.limit)
    for member in definition.exclude:
        resolver.member(member)
    if resolver.reader.problems or where is None:
        raise InvalidRule.of("INVALID_RULE", "The rule", resolver.reader.problems)
    return ResolvedRule(where, universe, limit, definition.exclude, resolver.zone.key)


class Resolver:
    """Walks one rule; holds what all the parts need."""

    def __init__(
        self, model: DataModel, definition: Definition, segments: Collection[str] | None
    ) -> None:
        self.reader = Reader()
        self.model = model
        self.default_window: Window | None = definition.default_window
        self.zone = self._zone(definition.time_zone or model.time_zone)
        self._segments = segments
        self._events = EventResolver(self)
        self._facets = FacetResolver(self)

    def _zone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.reader.fault(
                "BAD_TIME_ZONE",
                "$.tz",
                f'"{name[:60]}" is not a time zone.',
                "Use an IANA name such as Australia/Sydney.",
            )
            return ZoneInfo("UTC")

    def node(self, node: Node) -> Resolved | None:
        """Resolve a condition on the entity; None after a problem."""
        match node:
            case All() | AnyOf() | AtLeast() | Not():
                return self._group(node, None)
            case Attribute():
                return self._entity_test(node)
            case Did():
                return self._events.did(node)
            case Metric():
                return self._events.metric(node)
            case Sequence():
                return self._events.sequence(node)
            case Member():
                return self.member(node)
            case Near():
                return self.near(node, self.model.attributes)
            case Bucket():
                return node
            case Facets():
                return self._facets.unfold(node)

    def on_event(self, node: Node, fields: Mapping[str, Field]) -> Resolved | None:
        """Resolve a condition on one event; only groups, field tests and areas fit there."""
        match node:
            case All() | AnyOf() | AtLeast() | Not():
                return self._group(node, fields)
            case Attribute():
                return self._test(node, fields, "event field")
            case Near():
                return self.near(node, fields)
            case _:
                self.reader.fault(
                    "NOT_ON_EVENT",
                    node.path,
                    "Inside where, conditions are on one event: fields and places only.",
                )
                return None

    def _group(
        self, node: All | AnyOf | AtLeast | Not, fields: Mapping[str, Field] | None
    ) -> Resolved | None:
        raw = (node.child,) if isinstance(node, Not) else node.children
        found = [
            self.node(child) if fields is None else self.on_event(child, fields) for child in raw
        ]
        children = tuple(child for child in found if child is not None)
        if len(children) != len(found):
            return None
        match node:
            case All():
                return Conjunction(children)
            case AnyOf():
                return Disjunction(children)
            case AtLeast(n, _):
                return Threshold(n, children)
            case Not():
                return Negation(children[0])

    def _entity_test(self, node: Attribute) -> Resolved | None:
        name = self.local_name(node.field)
        if name in self.model.metrics and name not in self.model.attributes:
            before = len(self.reader.problems)
            refuse_on_metric(
                self.reader,
                node.path,
                node.value_field,
                node.nulls_included,
                node.fold,
                node.quantifier,
            )
            if len(self.reader.problems) > before:
                return None
            return self._events.metric(
                Metric(name, node.op, node.value, node.bounds, path=node.path)
            )
        return self._test(node, self.model.attributes, "attribute")

    def _test(self, node: Attribute, fields: Mapping[str, Field], what: str) -> Resolved | None:
        field = self.field(node.field, fields, f"{node.path}.field", what)
        other = None
        if node.value_field is not None:
            other = self.field(node.value_field, fields, f"{node.path}.value_field", what)
        if field is None:
            return None
        return resolve_test(self.reader, node, field, other=other, zone=self.zone)

    def local_name(self, name: str) -> str:
        """Drop the entity's own name in front: user.city_tier is city_tier."""
        prefix = f"{self.model.entity.name}."
        return name.removeprefix(prefix)

    def field(self, name: str, fields: Mapping[str, Field], path: str, what: str) -> Field | None:
        """Look a field up; an unknown name is a problem with the nearest known one as hint."""
        local = self.local_name(name)
        if local in fields:
            return fields[local]
        known = [*fields, *(self.model.metrics if what == "attribute" else ())]
        self.reader.fault(
            "UNKNOWN_FIELD",
            path,
            f'There is no {what} "{name[:60]}".',
            nearest(local, known) or f"Known: {', '.join(sorted(known)[:20])}.",
        )
        return None

    def universe(self, universe: str | Node | None) -> Resolved | None:
        """Resolve who is asked about; a name refers to the data model's universes."""
        if universe is None:
            return None
        if not isinstance(universe, str):
            return self._unranked(self.node(universe), "$.universe")
        name = universe.rpartition(".")[2]
        if name not in self.model.universes:
            self.reader.fault(
                "UNKNOWN_UNIVERSE",
                "$.universe",
                f'The data model has no universe "{universe}".',
                nearest(name, self.model.universes),
            )
            return None
        definition = read_definition(
            self.reader, self.model.universes[name], f"model.universes.{name}"
        )
        if definition is None:
            return None
        # What the data model says of its universe does not change with the rule's own dates.
        window, self.default_window = self.default_window, definition.default_window
        found = self._unranked(self.node(definition.where), "$.universe")
        self.default_window = window
        return found

    def _unranked(self, universe: Resolved | None, path: str) -> Resolved | None:
        """Refuse a rank in the universe: ranks count among the universe, which it would define."""
        leaves = () if universe is None else leaves_of(universe)
        if any(isinstance(leaf, Measure) and leaf.rank != "value" for leaf in leaves):
            self.reader.fault(
                "RANK_IN_UNIVERSE",
                path,
                "A rank is taken among the universe, so it cannot define the universe.",
                "Put the rank under where, or keep the first with limit.",
            )
        return universe

    def limit(self, limit: Limit | None) -> ResolvedLimit | None:
        """Resolve what a limit ranks by: a metric or an attribute that has an order."""
        if limit is None:
            return None
        path = f"{limit.path}.rank_by"
        name = self.local_name(limit.rank_by)
        by: Aggregate | Field | None
        if name in self.model.metrics:
            by = self._events.named(name, None, None, path)
            output = by.output if by else None
        else:
            by = output = self.field(name, self.model.attributes, path, "attribute")
        if by is None or output is None:
            return None
        if output.type not in NUMBERS | TIMES | TEXTS:
            self.reader.fault("TYPE_MISMATCH", path, f'"{name}" has no order to rank by.')
        return ResolvedLimit(limit.n, by, limit.descending)

    def member(self, node: Member) -> Resolved | None:
        """Check that the named segment or list exists."""
        if node.listed is not None and node.listed not in self.model.lists:
            self.reader.fault(
                "UNKNOWN_LIST",
                node.path,
                f'The data model has no list "{node.listed}".',
                nearest(node.listed, self.model.lists),
            )
        unknown = self._segments is not None and node.segment not in self._segments
        if node.segment is not None and unknown:
            self.reader.fault(
                "UNKNOWN_SEGMENT",
                node.path,
                f'There is no segment "{node.segment}" in this workspace.',
                nearest(node.segment, self._segments or ()),
            )
        return node

    def near(self, node: Near, fields: Mapping[str, Field]) -> Resolved | None:
        """Resolve a point-in-area condition."""
        field = self.field(node.field, fields, f"{node.path}.near.field", "point")
        if field is None:
            return None
        if field.type is not FieldType.GEO:
            self.reader.fault(
                "TYPE_MISMATCH",
                f"{node.path}.near.field",
                f'"{field.name}" is {field.type.value}, not a point.',
            )
            return None
        area = self._area(node)
        return None if area is None else InArea(field, area, node.path)

    def _area(self, node: Near) -> Circle | Polygon | None:
        if node.polygon:
            return Polygon(node.polygon)
        if node.place is not None:
            place = self.model.places.get(node.place)
            if place is None:
                self.reader.fault(
                    "UNKNOWN_PLACE",
                    f"{node.path}.near.place",
                    f'The data model has no place "{node.place}".',
                    nearest(node.place, self.model.places),
                )
                return None
            return Circle(place.latitude, place.longitude, place.km)
        assert node.latitude is not None
        assert node.longitude is not None
        assert node.km is not None
        return Circle(node.latitude, node.longitude, node.km)
