"""Whether one rule's members are always among another's, whatever the data and the instant.

A claim is proven by showing that nothing can be otherwise: assume the opposite, keep for every
subject the cells that are left, and find none. What cannot be shown within a bounded number of
steps is not claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from enum import StrEnum
from zoneinfo import ZoneInfo

from muster.rules.implication_cells import (
    NOT_TRUE,
    TRUE,
    Formula,
    Subject,
    atoms_of,
    conjuncts,
)
from muster.rules.implication_leaves import Parents, Reading
from muster.rules.implication_links import Known, Narrow, links
from muster.rules.implication_search import Search, State
from muster.rules.implication_time import inside
from muster.rules.resolved import Resolved, ResolvedRule, Scan


class Relation(StrEnum):
    """How the members of one rule always lie to those of another."""

    EQUAL = "equal"
    SUBSET = "subset"
    SUPERSET = "superset"
    DISJOINT = "disjoint"
    NONE = "none"  # nothing is proven


_ALIKE = 20  # scans of the same sources that a new one may be the same as


class Prover:
    """Reads rules of one time zone and answers questions about all of them.

    Not safe for several threads at once: subjects are cut finer as rules are read.

    Args:
        parents: rules by name, for looking into memberships.
    """

    def __init__(self, time_zone: str, parents: Parents | None = None) -> None:
        self._zone = ZoneInfo(time_zone)
        self._parents = parents or {}
        self._subjects: dict[Hashable, Subject] = {}
        self._links: dict[tuple[Subject, Subject], tuple[int, int, tuple[Narrow, ...]]] = {}
        self._scans: dict[Scan, Scan] = {}
        self._kinds: dict[tuple[str, ...], list[Scan]] = {}
        self._within: dict[tuple[Scan, Scan], bool] = {}
        self._filters: dict[Resolved | None, Formula] = {}
        self._events: Prover | None = None
        self._families: dict[Formula, frozenset[str]] = {}
        self._spoken: dict[Formula, frozenset[Subject]] = {}
        self._never: dict[Formula, bool] = {}

    # -- reading -----------------------------------------------------------------------------------

    def read(self, rule: ResolvedRule) -> Formula:
        """Return a rule's membership as a formula; ValueError if it is of another time zone."""
        if rule.time_zone != self._zone.key:
            raise ValueError(f"{rule.time_zone} is not {self._zone.key}")
        return self._reading().rule(rule)

    def read_node(self, node: Resolved) -> Formula:
        """Return a condition by itself as a formula."""
        return self._reading().node(node)

    def _reading(self) -> Reading:
        return Reading(self._intern, self._same_scan, self._is_empty, self._zone, self._parents)

    def _intern(self, about: Hashable, make: Callable[[], Subject]) -> Subject:
        found = self._subjects.get(about)
        if found is None:
            found = self._subjects[about] = make()
        return found

    def _same_scan(self, scan: Scan) -> Scan:
        """Return the first scan seen that looks at the same events."""
        if scan not in self._scans:
            known = self._kinds.setdefault(tuple(sorted(scan.sources)), [])
            same = (one for one in known[-_ALIKE:] if self.scan_within(one, scan))
            first = next((one for one in same if self.scan_within(scan, one)), None)
            if first is None:
                known.append(scan)
            self._scans[scan] = first or scan
        return self._scans[scan]

    def scan_within(self, one: Scan, two: Scan) -> bool:
        """Whether every event of one scan is always among another's."""
        key = (one, two)
        if key not in self._within:
            self._within[key] = (
                set(one.sources) <= set(two.sources)
                and inside(one.window, two.window, self._zone)
                and self._stricter(one.where, two.where)
            )
        return self._within[key]

    def _stricter(self, one: Resolved | None, two: Resolved | None) -> bool:
        if two is None or one == two:
            return True
        if one is None:
            return self._of_events().always(self._filter(two))
        return self._of_events().implies(self._filter(one), self._filter(two))

    def _is_empty(self, scan: Scan) -> bool:
        """Whether a scan never finds anything: no event passes its filter."""
        return scan.where is not None and self._of_events().never(self._filter(scan.where))

    def _filter(self, where: Resolved) -> Formula:
        if where not in self._filters:
            self._filters[where] = self._of_events().read_node(where)
        return self._filters[where]

    def _of_events(self) -> Prover:
        """Return the prover for conditions on one event."""
        if self._events is None:
            self._events = Prover(self._zone.key)
        return self._events

    def families(self, formula: Formula) -> frozenset[str]:
        """Return what a formula speaks of; formulas without a common family are unrelated."""
        if formula not in self._families:
            found = (atom.subject.families for atom in atoms_of(formula))
            self._families[formula] = frozenset().union(*found)
        return self._families[formula]

    def subjects(self, formula: Formula) -> frozenset[Subject]:
        """Return what a formula speaks of; how long somebody is known decides nothing by itself."""
        if formula not in self._spoken:
            found = {atom.subject for atom in atoms_of(formula)}
            self._spoken[formula] = frozenset(
                one for one in found if not isinstance(one.about, Known)
            )
        return self._spoken[formula]

    # -- questions ---------------------------------------------------------------------------------

    def implies(self, one: Formula, two: Formula) -> bool:
        """Whether two is true wherever one is."""
        return self._impossible([(one, TRUE), (two, NOT_TRUE)])

    def disjoint(self, one: Formula, two: Formula) -> bool:
        """Whether both are never true."""
        return self._impossible([(one, TRUE), (two, TRUE)])

    def never(self, formula: Formula) -> bool:
        """Whether a formula is true of nobody."""
        if formula not in self._never:
            self._never[formula] = self._impossible([(formula, TRUE)])
        return self._never[formula]

    def always(self, formula: Formula) -> bool:
        """Whether a formula is true of everybody."""
        return self._impossible([(formula, NOT_TRUE)])

    def relation(self, one: Formula, two: Formula) -> Relation:
        """Return the relation of one to two; of a rule without members nothing but equality."""
        return self.compared(one, {"": two})[""]

    def compared(self, one: Formula, others: Mapping[str, Formula]) -> dict[str, Relation]:
        """Return the relation of one formula to each of others."""
        given = Search(self.linked).start([(one, TRUE)])
        near = [self._near(part) for part in conjuncts(one)]
        return {name: self._relation(one, two, given, near) for name, two in others.items()}

    def wider(self, one: Formula, others: Mapping[str, Formula]) -> dict[str, Formula]:
        """Return those of other formulas that one formula implies; none if it is never true."""
        given = Search(self.linked).start([(one, TRUE)])
        if given is None:
            return {}
        near = self._near(one)
        return {
            name: two
            for name, two in others.items()
            if self._touches(near, two) and self._impossible([(two, NOT_TRUE)], given)
        }

    def _relation(
        self, one: Formula, two: Formula, given: State | None, near: list[frozenset[Subject]]
    ) -> Relation:
        spoken = self.subjects(two)
        larger = all(part & spoken for part in near) and self.implies(two, one)
        if given is None:
            return Relation.EQUAL if larger and self.never(two) else Relation.NONE
        every = frozenset().union(*near)
        smaller = self._touches(every, two) and self._impossible([(two, NOT_TRUE)], given)
        if smaller and larger:
            return Relation.EQUAL
        if smaller:
            return Relation.SUBSET
        if not larger and not (every & spoken and self._impossible([(two, TRUE)], given)):
            return Relation.NONE
        if self.never(two):
            return Relation.NONE
        return Relation.SUPERSET if larger else Relation.DISJOINT

    def _near(self, formula: Formula) -> frozenset[Subject]:
        """Return the subjects of which a formula's say anything: a cheap first sieve."""
        own = self.subjects(formula)
        linked = (two for one in own for two in self._subjects.values() if self.linked(one, two))
        return own.union(linked)

    def _touches(self, near: frozenset[Subject], formula: Formula) -> bool:
        """Whether every part of a formula speaks of something near."""
        return all(near & self.subjects(part) for part in conjuncts(formula))

    # -- the search --------------------------------------------------------------------------------

    def _impossible(self, wanted: list[tuple[Formula, int]], given: State | None = None) -> bool:
        return not Search(self.linked).possible(wanted, given)

    def linked(self, one: Subject, two: Subject) -> tuple[Narrow, ...]:
        """Return what two subjects say about each other."""
        if one is two or one.families.isdisjoint(two.families):
            return ()
        found = self._links.get((one, two))
        if found is None or found[:2] != (one.version, two.version):
            made = links(one, two, self._zone, self.scan_within)
            found = self._links[(one, two)] = (one.version, two.version, made)
        return found[2]


def relation_of(
    one: ResolvedRule, two: ResolvedRule, *, parents: Parents | None = None
) -> Relation:
    """Return what is proven of the members of one rule and those of another, of one data model."""
    if one.time_zone != two.time_zone:
        return Relation.NONE
    prover = Prover(one.time_zone, parents)
    return prover.relation(prover.read(one), prover.read(two))
