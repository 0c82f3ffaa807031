"""Unfolds the advertiser's facets into ordinary conditions on the model's fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.base.datamodel import Field, FieldType
from muster.rules.fold import fold_text
from muster.rules.nodes import (
    AdHocMetric,
    All,
    AnyOf,
    Attribute,
    Did,
    Facets,
    Interests,
    Metric,
    Near,
    Node,
    Not,
)
from muster.rules.read_places import AGE_BAND
from muster.rules.resolved import Conjunction, Disjunction, Range, Resolved, Test

if TYPE_CHECKING:
    from muster.rules.resolve import Resolver


class FacetResolver:
    """Unfolds facets for one `Resolver`; what the model does not map is a problem."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._model = resolver.model
        self._config = resolver.model.facets

    def unfold(self, facets: Facets) -> Resolved | None:
        """Return the facets as one conjunction: AND between facets, OR inside each."""
        before = len(self._resolver.reader.problems)
        parts: list[Resolved | None] = []
        if facets.age_bands:
            parts.append(self._ages(facets))
        for name, values in facets.demographics:
            parts.append(self._demographic(facets, name, values))
        if facets.locations:
            parts.append(self._nodes(self._locations(facets)))
        if facets.interests != Interests():
            parts.append(self._nodes(self._interests(facets)))
        found = tuple(part for part in parts if part is not None)
        if len(self._resolver.reader.problems) > before or not found:
            return None
        return found[0] if len(found) == 1 else Conjunction(found)

    def _missing(self, facets: Facets, facet: str) -> None:
        self._resolver.reader.fault(
            "FACET_NOT_MAPPED",
            f"{facets.path}.{facet}",
            f"The data model does not say which field {facet} stands for.",
            f"Set facets.{'age' if facet == 'age_bands' else facet} in model.yml.",
        )

    def _nodes(self, node: Node | None) -> Resolved | None:
        return None if node is None else self._resolver.node(node)

    def _ages(self, facets: Facets) -> Resolved | None:
        name = self._config.age
        field = self._model.attributes.get(name or "")
        if field is None:
            self._missing(facets, "age_bands")
            return None
        path = f"{facets.path}.age_bands"
        op = "age" if field.type is FieldType.DATE else "within"
        tests = tuple(Test(field, op, _band(band), path=path) for band in facets.age_bands)
        return tests[0] if len(tests) == 1 else Disjunction(tests)

    def _demographic(self, facets: Facets, name: str, values: tuple[Any, ...]) -> Resolved | None:
        path = f"{facets.path}.demographics.{name}"
        allowed = self._config.demographics or tuple(self._model.attributes)
        fields = {key: self._model.attributes[key] for key in allowed}
        field: Field | None = self._resolver.field(name, fields, path, "demographic")
        if field is None:
            return None
        if field.type is FieldType.BOOLEAN:
            tests: list[Node] = [Attribute(name, "=", value, path=path) for value in values]
            return self._nodes(AnyOf(tuple(tests)))
        op = "has_any" if field.type is FieldType.LIST else "in"
        return self._nodes(Attribute(name, op, values, path=path))

    def _locations(self, facets: Facets) -> Node | None:
        """A location is a named place, or a value of one of the location attributes."""
        path = f"{facets.path}.locations"
        places = [name for name in facets.locations if name in self._model.places]
        values = tuple(name for name in facets.locations if name not in places)
        tests: list[Node] = []
        points = [
            name for name, field in self._model.attributes.items() if field.type is FieldType.GEO
        ]
        if places and points:
            tests += [Near(points[0], place=place, path=path) for place in places]
        if (values and not self._config.locations) or (places and not points):
            self._missing(facets, "locations")
            return None
        if values:
            tests += self._in_attributes(values, path)
        return AnyOf(tuple(tests)) if tests else None

    def _in_attributes(self, values: tuple[str, ...], path: str) -> list[Node]:
        """Look for each value where it can stand: an enum that lists its values takes only those.

        A value that no attribute takes is asked of the last one, which then reports it.
        """
        names = self._config.locations
        takes = {name: set(values) & self._takes(name, values) for name in names}
        lost = set(values).difference(*takes.values())
        takes[names[-1]] |= lost
        chosen = ((name, tuple(v for v in values if v in takes[name])) for name in names)
        return [Attribute(name, "in", kept, path=path) for name, kept in chosen if kept]

    def _takes(self, name: str, values: tuple[str, ...]) -> set[str]:
        field = self._model.attributes[name]
        if field.type is not FieldType.ENUM or not field.values:
            return set(values)
        known = {fold_text(value, field.fold) for value in field.values}
        return {value for value in values if fold_text(value, field.fold) in known}

    def _interests(self, facets: Facets) -> Node | None:
        wanted = facets.interests
        by_events = wanted.min_affinity is not None or wanted.window is not None
        config = self._config
        missing = (
            config.interest_source is None or config.interest_field is None
            if by_events
            else config.interests is None
        )
        if missing:
            self._missing(facets, "interests")
            return None
        path = f"{facets.path}.interests"
        if not by_events:
            return _by_list(wanted, str(config.interests), path)
        parts: list[Node] = []
        shown = {name: self._shown(wanted, name, path) for name in _named(wanted)}
        if wanted.any:
            parts.append(AnyOf(tuple(shown[name] for name in wanted.any)))
        parts += [shown[name] for name in wanted.all]
        parts += [Not(shown[name]) for name in wanted.none]
        return All(tuple(parts))

    def _shown(self, wanted: Interests, interest: str, path: str) -> Node:
        """Interest shown by events: their weight summed (or counted) reaches the affinity."""
        config = self._config
        source, field = str(config.interest_source), str(config.interest_field)
        where = Attribute(field, "=", interest, path=path)
        if wanted.min_affinity is None:
            return Did((source,), where, wanted.window, path=path)
        aggregate = "sum" if config.interest_weight else "count"
        metric = AdHocMetric(aggregate, (source,), config.interest_weight, where, wanted.window)
        return Metric(metric, ">=", wanted.min_affinity, path=path)


def _named(wanted: Interests) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*wanted.any, *wanted.all, *wanted.none)))


def _by_list(wanted: Interests, name: str, path: str) -> Node:
    lists = (("has_any", wanted.any), ("has_all", wanted.all), ("has_none", wanted.none))
    return All(tuple(Attribute(name, op, values, path=path) for op, values in lists if values))


def _band(band: str) -> Range:
    """Read 25-34 as 25 to 34 whole years, both included; 65+ has no upper end."""
    found = AGE_BAND.fullmatch(band)
    assert found is not None
    return Range(int(found[1]), int(found[2]) if found[2] else None)
