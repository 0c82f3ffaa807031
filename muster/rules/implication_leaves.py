"""Reads resolved conditions as formulas over subjects, so that equal unknowns are one unknown.

What is not understood becomes a flag of its own: true, false or unknown as it pleases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from muster.base.datamodel import Field, FieldType
from muster.rules.evaluate import bucket_bounds
from muster.rules.implication_cells import (
    FALSE,
    TRUE,
    UNKNOWN,
    AtLeast,
    Atom,
    Certain,
    Formula,
    Opposite,
    Ordered,
    both,
    conjuncts,
    either,
)
from muster.rules.implication_fields import COMPARED, FieldReading, Intern, key_of, named
from muster.rules.implication_links import (
    Known,
    OfField,
    Other,
    Quantity,
)
from muster.rules.implication_time import Point, ends_of
from muster.rules.nodes import Bucket, Count, Member
from muster.rules.operators import TEXTS
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    InArea,
    Measure,
    Negation,
    Occurrence,
    Path,
    Range,
    Resolved,
    ResolvedRule,
    Scan,
    Test,
    Threshold,
)

Parents = Mapping[str, ResolvedRule]
_DEPTH = 8  # parents inside parents that are looked into


class Reading(FieldReading):
    """Reads the conditions of rules in one time zone.

    Args:
        intern: returns the subject of something, made when it is new.
        same_scan: returns the scan, of those seen before, that looks at the same events.
        is_empty: whether a scan never finds anything.
        parents: rules by name; membership of one that is refreshed in the same run is what it says.
    """

    def __init__(
        self,
        intern: Intern,
        same_scan: Callable[[Scan], Scan],
        is_empty: Callable[[Scan], bool],
        zone: ZoneInfo,
        parents: Parents,
    ) -> None:
        super().__init__(intern)
        self._same_scan = same_scan
        self._is_empty = is_empty
        self._zone = zone
        self._parents = parents
        self._opened: tuple[str, ...] = ()
        self._universe: Resolved | None = None

    def rule(self, rule: ResolvedRule) -> Formula:
        """Return membership of a rule: true, or anything else for no member."""
        outer, self._universe = self._universe, rule.universe
        parts = [rule.where] if rule.universe is None else [rule.universe, rule.where]
        formulas = [self.node(part) for part in parts]
        if rule.limit is not None:
            chosen = Other((rule.where, rule.universe, rule.limit, rule.time_zone))
            formulas.append(self.flag(chosen, "limit", nullable=False))
        formulas += [Opposite(self.node(member)) for member in rule.exclude]
        self._universe = outer
        return both(*(part for formula in formulas for part in conjuncts(formula)))

    def node(self, node: Resolved) -> Formula:
        """Return the formula of a condition."""
        match node:
            case Conjunction(children):
                return both(*(part for child in children for part in conjuncts(self.node(child))))
            case Disjunction(children):
                return AtLeast(1, tuple(self.node(child) for child in children))
            case Threshold(n, children):
                return AtLeast(n, tuple(self.node(child) for child in children))
            case Negation(child):
                return Opposite(self.node(child))
            case Test():
                return self.test(node)
            case InArea():
                key = OfField(key_of(node.field), "area", detail=node.area)
                return self.flag(key, f"field {node.field.name}")
            case Occurrence():
                return self._occurrence(node)
            case Measure():
                return self._measure(node)
            case Member():
                return self._member(node)
            case Bucket():
                return self._bucket(node)
            case Path():
                families = {name for step in node.steps for name in step.sources}
                return self.flag(Other(node), *map(_events, families), nullable=False)
            case _:
                assert_never(node)

    # -- events ------------------------------------------------------------------------------------

    def _occurrence(self, node: Occurrence) -> Formula:
        families = frozenset(_events(name) for name in node.scan.sources)
        scan = self._same_scan(node.scan)
        if node.pattern.kind != "plain":
            # How far back a pattern looks is read from the window as it is written.
            pattern = replace(node, scan=replace(scan, window=node.scan.window), guard=None)
            flag = self.flag(Other(pattern), *families, nullable=False)
            if self._is_empty(scan):
                flag.subject.idle = True
            return flag
        if isinstance(node.distinct, Field):
            about = Quantity("distinct", scan, node.distinct.name)
        elif node.distinct is not None:
            about = Quantity("period", scan, node.distinct)
        else:
            about = Quantity("count", scan)
        subject = self.compared(_whole_test("ge", 0), about, families)
        assert isinstance(subject, Atom)
        counted = subject.subject
        assert isinstance(counted, Ordered)
        test = _count_test(node.count)
        for value in named(test.operand):
            counted.add(value)
        if self._is_empty(scan):
            counted.idle = True

        def passed() -> int:
            return counted.passing(test.op, test.operand)

        seen = Atom(counted, passed)
        if node.guard is None:
            return seen
        length = node.guard.length
        start = ends_of(scan.window, self._zone)[0] if length is None else Point("now", length)
        if start is None:
            return seen
        known = self.flag(Known(start), "known", nullable=False)
        unsure = Atom(counted, passed, growing=True)
        return either(both(known, seen), both(Opposite(known), unsure))

    def _measure(self, node: Measure) -> Formula:
        aggregate, test = node.aggregate, node.test
        families = frozenset(_events(name) for name in aggregate.scan.sources)
        scan = self._same_scan(aggregate.scan)
        if node.rank != "value" and test.op in COMPARED:
            ranked = replace(aggregate, scan=scan)
            return self.compared(
                replace(test, field=replace(test.field, type=FieldType.DECIMAL)),
                Other((ranked, node.rank, self._universe)),
                families,
            )
        of = None if aggregate.of is None else aggregate.of.name
        if test.op not in COMPARED:
            asked = replace(node, aggregate=replace(aggregate, scan=scan))
            return self.flag(Other((asked, self._universe)), *families)
        if aggregate.name == "avg" and aggregate.of and aggregate.of.type is FieldType.NUMBER:
            return self.flag(Other((scan, of, test, aggregate.empty_is_zero)), *families)
        more = (aggregate.quantile, test.fold if test.field.type in TEXTS else None)
        about = Quantity(aggregate.name, scan, of, None if more == (None, None) else more)
        empty = UNKNOWN
        if aggregate.empty_is_zero and aggregate.name not in ("count", "distinct"):
            empty = self._as_zero(test)
        veiled = not aggregate.empty_is_zero and aggregate.name in ("count", "distinct")
        compared = self.compared(test, about, families, empty=empty, veiled=veiled)
        if isinstance(compared, Atom) and self._is_empty(scan):
            compared.subject.idle = True
        return compared

    def _as_zero(self, test: Test) -> int:
        about = Other("zero")
        zero = Ordered(about, frozenset(), nullable=False, whole=False)
        for value in (0, *named(test.operand)):
            zero.add(value)
        return TRUE if zero.passing(test.op, test.operand) & zero.passing("eq", 0) else FALSE

    # -- the rest ----------------------------------------------------------------------------------

    def _member(self, node: Member) -> Formula:
        parent = self._parents.get(node.segment or "")
        name = node.segment or ""
        plain = node.freshness == "same_run" and node.version is None and node.changed is None
        known = parent is not None and parent.time_zone == self._zone.key
        found: Formula
        if plain and known and name not in self._opened and len(self._opened) < _DEPTH:
            assert parent is not None
            self._opened = (*self._opened, name)
            found = Certain(self.rule(parent))
            self._opened = self._opened[:-1]
        else:
            about = Other(replace(node, included=True))
            found = self.flag(about, f"member {node.segment or node.listed}", nullable=False)
        return found if node.included else Opposite(found)

    def _bucket(self, node: Bucket) -> Formula:
        low, high = bucket_bounds(node)
        about = Other(("bucket", node.salt))
        span = Range(
            2**32 if low == "g" else int(low, 16),
            None if high is None else int(high, 16),
            high_included=False,
        )
        subject = self._intern(
            about,
            lambda: Ordered(
                about, frozenset({f"bucket {node.salt}"}), nullable=False, whole=True, least=0
            ),
        )
        assert isinstance(subject, Ordered)
        for value in (0, *named(span)):
            subject.add(value)
        return Atom(subject, lambda: subject.passing("within", span))


def _events(source: str) -> str:
    return f"events {source}"


def _whole_test(op: str, operand: Any) -> Test:
    return Test(Field("number", FieldType.INTEGER), op, operand)


def _count_test(count: Count) -> Test:
    ops = {"=": "eq", "!=": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
    if count.op in ops:
        return _whole_test(ops[count.op], count.low)
    high = count.low - 1 if count.high is None else count.high
    return _whole_test("within", Range(count.low, high))
