"""A wave: the rules that are evaluated together at one instant, parents before children."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from muster.base.datamodel import DataModel
from muster.base.errors import Conflict, InvalidRule, MusterError, NotFound
from muster.base.records import Rule, RuleOutcome, Segment
from muster.compile.bind import BoundRule, bind_rule
from muster.compile.plan import Plan, plan_rules
from muster.rules.duration import Duration, shift_instant
from muster.rules.members import members_in
from muster.rules.nodes import Definition, Member
from muster.rules.parse import parse_definition
from muster.rules.references import descendants, find_cycle, segments_in, waves
from muster.rules.resolve import resolve_rule
from muster.services.context import WorkspaceContext
from muster.store import rules as rule_store
from muster.store import segments as segment_store


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a workspace has at one moment: its model, rules, parsed definitions, segments."""

    model: DataModel
    rules: Mapping[str, Rule]
    definitions: Mapping[str, Definition]
    segments: Mapping[str, Segment]

    def edges(self) -> dict[str, tuple[str, ...]]:
        """Return rule -> the segments it is made of, those of a named universe included."""
        return {
            name: segments_in(found, universes=self.model.universes)
            for name, found in self.definitions.items()
        }

    def members_of(self, name: str) -> tuple[Member, ...]:
        """Return every membership condition of a rule, those of a named universe included."""
        return members_in(self.definitions[name], universes=self.model.universes)

    def with_definitions(self, changed: Mapping[str, Definition]) -> Catalog:
        """Return the catalog as it would be after a change."""
        return Catalog(self.model, self.rules, {**self.definitions, **changed}, self.segments)

    def descendants(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the rules made of the named ones, directly or not, sorted; not themselves."""
        return descendants(self.edges(), names)


def read_catalog(context: WorkspaceContext, model: DataModel) -> Catalog:
    """Read published rules and segments of a workspace in one transaction."""
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        rules = {rule.name: rule for rule in rule_store.published(connection, workspace_id)}
        segments = {found.name: found for found in segment_store.every(connection, workspace_id)}
    definitions = {name: parse_definition(rule.definition) for name, rule in rules.items()}
    return Catalog(model, rules, definitions, segments)


def refuse_cycle(catalog: Catalog) -> None:
    """Raise Conflict SEGMENT_CYCLE with its path if segments are made of themselves."""
    cycle = find_cycle(catalog.edges())
    if cycle:
        path = " → ".join(cycle)
        raise Conflict(
            "SEGMENT_CYCLE",
            f"Segments cannot be made of themselves: {path}.",
            hint="Take one of these references out.",
            path="$.where",
        )


def bound_rules(
    catalog: Catalog, names: Iterable[str], *, as_of: datetime, pull_parents: bool = True
) -> tuple[BoundRule, ...]:
    """Resolve and bind rules, with the parents they need fresh, in order.

    Args:
        pull_parents: also take parents (at any depth) whose freshness asks for it.

    Raises:
        NotFound: UNKNOWN_RULE. Conflict: SEGMENT_CYCLE. InvalidRule: a rule does not fit the model.
    """
    refuse_cycle(catalog)
    wanted = _closure(catalog, names, as_of) if pull_parents else dict.fromkeys(names)
    every = catalog.edges()
    edges = {name: tuple(parent for parent in every[name] if parent in wanted) for name in wanted}
    known = set(catalog.definitions)
    bound = []
    for name in (name for wave in waves(edges) for name in wave):
        try:
            resolved = resolve_rule(catalog.definitions[name], catalog.model, segments=known)
        except InvalidRule as error:
            raise InvalidRule.of("INVALID_RULE", f'The rule "{name}"', error.problems) from error
        bound.append(bind_rule(name, resolved, catalog.model, as_of=as_of))
    return tuple(bound)


def plan_wave(
    catalog: Catalog, names: Iterable[str], *, as_of: datetime, pull_parents: bool = True
) -> Plan:
    """Plan rules (and the parents they need) as one wave."""
    bound = bound_rules(catalog, names, as_of=as_of, pull_parents=pull_parents)
    return plan_rules(bound, as_of=as_of)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a rule takes no part in a wave that the others go on with: failed, or skipped."""

    rule: str
    outcome: RuleOutcome
    code: str
    sentence: str


def plan_healthy(
    catalog: Catalog,
    names: Iterable[str],
    *,
    as_of: datetime,
    check: Callable[[BoundRule, frozenset[str]], None],
) -> tuple[Plan, tuple[LeftOut, ...]]:
    """Plan those rules that can be evaluated, and say of each other one why it is left out.

    Args:
        check: raises for a rule that cannot be evaluated in a wave of the named rules.

    Raises:
        Conflict: SEGMENT_CYCLE.
    """
    refuse_cycle(catalog)
    asked = tuple(dict.fromkeys(names))
    left: dict[str, LeftOut] = {
        name: LeftOut(
            name, RuleOutcome.FAILED, "UNKNOWN_RULE", f'There is no published rule "{name}".'
        )
        for name in asked
        if name not in catalog.definitions
    }
    wanted = _closure(
        catalog, (name for name in asked if name not in left), as_of, absent_parents=True
    )
    every = catalog.edges()
    edges = {name: tuple(parent for parent in every[name] if parent in wanted) for name in wanted}
    known = set(catalog.definitions)
    bound: dict[str, BoundRule] = {}
    for name in (name for wave in waves(edges) for name in wave):
        parent = next((one for one in edges[name] if one in left), None)
        if parent is not None:
            left[name] = _without_parent(name, left[parent])
            continue
        try:
            resolved = resolve_rule(catalog.definitions[name], catalog.model, segments=known)
            found = bind_rule(name, resolved, catalog.model, as_of=as_of)
            check(found, frozenset(bound))
        except MusterError as error:
            left[name] = LeftOut(name, RuleOutcome.FAILED, error.code, error.sentence)
        else:
            bound[name] = found
    return plan_rules(tuple(bound.values()), as_of=as_of), tuple(left.values())


def _without_parent(name: str, parent: LeftOut) -> LeftOut:
    became = "failed" if parent.outcome is RuleOutcome.FAILED else "was skipped"
    sentence = f'It is made of the segment "{parent.rule}", which {became}: {parent.sentence}'
    return LeftOut(name, RuleOutcome.SKIPPED, "PARENT_FAILED", sentence)


def _closure(
    catalog: Catalog, names: Iterable[str], as_of: datetime, *, absent_parents: bool = False
) -> dict[str, None]:
    """Return the rules with the parents they need fresh; ``absent_parents``: some may not exist."""
    found: dict[str, None] = {}
    queue = list(names)
    while queue:
        name = queue.pop(0)
        if name in found:
            continue
        if name not in catalog.definitions:
            raise NotFound(
                "UNKNOWN_RULE",
                f'There is no rule "{name}" in this workspace.',
                hint=f"Known: {', '.join(sorted(catalog.definitions)[:20])}.",
            )
        found[name] = None
        for member in catalog.members_of(name):
            parent = member.segment
            if parent is None or (absent_parents and parent not in catalog.definitions):
                continue
            if _needed(catalog, member, as_of):
                queue.append(parent)
    return found


def _needed(catalog: Catalog, member: Member, as_of: datetime) -> bool:
    """Whether a parent must be evaluated in this wave rather than read as published."""
    if member.version is not None or member.changed is not None:
        return False
    if isinstance(member.freshness, Duration):
        segment = catalog.segments.get(str(member.segment))
        if segment is None or segment.current is None:
            return True
        zone = ZoneInfo(catalog.model.time_zone)
        return segment.current.as_of < shift_instant(as_of, member.freshness, zone=zone, sign=-1)
    return member.freshness == "same_run"
