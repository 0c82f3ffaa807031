"""What a rule has to do with the published ones: the same, part of one, made of some.

Everything said is proven for any data at any instant, so that one wave, which looks at one instant,
one model and one set of versions, may use the result of one rule for another. What is not proven is
not said, and is computed.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidRule, Problem
from muster.base.recent import Recent
from muster.rules.dump import dump_definition
from muster.rules.implication import Prover, Relation
from muster.rules.implication_cells import Formula
from muster.rules.implication_compose import Composition, Part, compose, parts_of
from muster.rules.lint import lint
from muster.rules.lint_proven import path_of
from muster.rules.nodes import All, Definition, Member, Node, children_of
from muster.rules.references import descendants, segments_in
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import ResolvedRule
from muster.services.context import WorkspaceContext
from muster.services.needed import definition_of
from muster.services.workspaces import model_in
from muster.store import rule_lists
from muster.store import rules as rule_store

MOST_FINDINGS = 20
"""How many rules are named for one relation."""
MOST_PARTS = 5
MOST_IN_A_WAVE = 100
"""Waves of more rules are not searched: what rules ask alike is shared anyway."""
_DRAFTS = 100  # read into one prover, whose cells grow finer with each


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is proven of a rule and published segments.

    Attributes:
        relation: equal, composed, part, subset, superset or disjoint; how the rule lies to them.
        operation: of a composition INTERSECTION, UNION or DIFFERENCE (the first without the rest).
        definition: the rule as JSON with the segments in it, to be taken as it is; None where
            there is nothing to be gained.
        path: of a part, where its first condition stands; else where the rule's condition does.
    """

    relation: str
    segments: tuple[str, ...]
    operation: str | None
    sentence: str
    definition: dict[str, Any] | None
    path: str


@dataclass(frozen=True, slots=True)
class Reuse:
    """What was found; ``compared``: with so many rules; ``truncated``: more are known."""

    findings: tuple[Finding, ...]
    compared: int
    truncated: bool


class Shelf:
    """The published rules of one workspace, read by provers: one for each time zone."""

    def __init__(self, definitions: Mapping[str, Definition], model: DataModel) -> None:
        known = set(definitions)
        self.model = model
        self.lock = threading.Lock()
        self.edges = {
            name: segments_in(definition, universes=model.universes)
            for name, definition in definitions.items()
        }
        self.rules: dict[str, ResolvedRule] = {}
        self.unfit: dict[str, InvalidRule] = {}
        for name, definition in definitions.items():
            try:
                self.rules[name] = resolve_rule(definition, model, segments=known)
            except InvalidRule as error:
                self.unfit[name] = error  # raised wherever it is used; here it is left out
        self._open: dict[str, tuple[Prover, dict[str, Formula], int]] = {}

    def opened(self, zone: str) -> tuple[Prover, dict[str, Formula]]:
        """Return a zone's prover with its rules; hold the lock meanwhile."""
        prover, formulas, drafts = self._open.get(zone, (None, {}, 0))
        if prover is None or drafts >= _DRAFTS:
            prover, drafts = Prover(zone, self.rules), 0
            formulas = {
                name: prover.read(rule)
                for name, rule in self.rules.items()
                if rule.time_zone == zone
            }
        self._open[zone] = (prover, formulas, drafts + 1)
        return prover, formulas


_SHELVES: Recent[tuple[int, str, str], Shelf] = Recent(kept=8)


def find_reuse(
    context: WorkspaceContext, definition: Definition, *, name: str | None = None
) -> Reuse:
    """Return what is proven of a rule and the published ones, the most useful first.

    Args:
        name: the rule's own, when it is saved: neither itself nor what is made of it is offered.

    Raises:
        NotFound: NO_MODEL. InvalidRule: it does not fit the data model.
    """
    shelf = _shelf(context)
    rule = resolve_rule(definition, shelf.model, segments=set(shelf.edges))
    with shelf.lock:
        return _Search(shelf, definition, rule, name).everything()


def wave_reuse(
    definitions: Mapping[str, Definition], names: Sequence[str], model: DataModel
) -> tuple[tuple[str, Finding], ...]:
    """Return which rules of one wave have the members of another, or are made of others.

    Args:
        definitions: every rule there is.
        names: those of the wave, in order; of two that are equal the later is told of the earlier.
    """
    if len(names) > MOST_IN_A_WAVE:
        return ()
    shelf = Shelf({name: definitions[name] for name in names}, model)
    found: list[tuple[str, Finding]] = []
    for place, name in enumerate(names):
        if name not in shelf.rules:
            continue
        search = _Search(shelf, definitions[name], shelf.rules[name], name)
        for one in search.everything().findings:
            earlier = one.relation == "equal" and names.index(one.segments[0]) < place
            if earlier or one.relation == "composed":
                found.append((name, one))
    return tuple(found)


def reuse_warnings(
    context: WorkspaceContext,
    definition: Definition,
    rule: ResolvedRule,
    *,
    name: str | None = None,
) -> tuple[Problem, ...]:
    """Return a warning where a published segment says the same as a rule, or as a part of it."""
    shelf = _shelf(context)
    with shelf.lock:
        findings = _Search(shelf, definition, rule, name).worth_a_warning()
    codes = {"equal": "DUPLICATE_SEGMENT", "part": "SUBSET_OF_SEGMENT"}
    return tuple(
        Problem(codes[found.relation], found.path, found.sentence, _HINTS[found.relation])
        for found in findings
    )


def warnings_of(
    context: WorkspaceContext,
    definition: Definition,
    rule: ResolvedRule,
    *,
    name: str | None = None,
) -> tuple[Problem, ...]:
    """Return what the linter says of a rule, by itself and beside the published ones."""
    own = lint(rule, _shelf(context).model)
    return own + reuse_warnings(context, definition, rule, name=name)


_HINTS = {
    "equal": "Use that segment instead of computing the same again.",
    "part": "Put the segment in their place.",
}


def _shelf(context: WorkspaceContext) -> Shelf:
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        fingerprint, model = model_in(connection, context)
        stamp = rule_lists.publication_stamp(connection, workspace_id)

    def read() -> Shelf:
        with context.transaction() as connection:
            rules = rule_store.published(connection, workspace_id)
        return Shelf({rule.name: definition_of(rule) for rule in rules}, model)

    return _SHELVES.get((workspace_id, fingerprint, stamp), read)


class _Search:
    """Compares one rule with a shelf."""

    def __init__(
        self, shelf: Shelf, definition: Definition, rule: ResolvedRule, name: str | None
    ) -> None:
        self._definition = definition
        self._rule = rule
        self._model = shelf.model
        self._prover, formulas = shelf.opened(rule.time_zone)
        own = segments_in(definition, universes=shelf.model.universes)
        taken = {*own} if name is None else {*own, name, *descendants(shelf.edges, [name])}
        self._others = {other: found for other, found in formulas.items() if other not in taken}
        self._formula = self._prover.read(rule)
        self._path = path_of(rule.where)

    def everything(self) -> Reuse:
        """Return every kind of finding; of a rule that has never a member there is none."""
        if self._prover.never(self._formula):
            return Reuse((), len(self._others), truncated=False)
        found = self._prover.compared(self._formula, self._others)
        named: dict[Relation, dict[str, Formula]] = {relation: {} for relation in Relation}
        for name in self._by_closeness(found):
            named[found[name]][name] = self._others[name]
        wide, narrow = named[Relation.SUBSET], named[Relation.SUPERSET]
        findings = [self._equal(name) for name in named[Relation.EQUAL]]
        if not findings:
            made = compose(
                self._prover,
                self._formula,
                supersets=wide,
                subsets=narrow,
                disjoint=named[Relation.DISJOINT],
            )
            findings += [self._composed(made)] if made is not None else []
            findings += [found for found, _ in self._parts(wide)[:MOST_PARTS]]
        relations = (Relation.SUBSET, Relation.SUPERSET, Relation.DISJOINT)
        for relation in relations:
            findings += [
                Finding(relation.value, (name,), None, _said(relation, name), None, self._path)
                for name in list(named[relation])[:MOST_FINDINGS]
            ]
        return Reuse(
            tuple(findings),
            len(self._others),
            any(len(named[relation]) > MOST_FINDINGS for relation in relations),
        )

    def worth_a_warning(self) -> list[Finding]:
        """Return only what the author should know while writing: the same, or a part."""
        if self._prover.never(self._formula):
            return []
        wide = self._prover.wider(self._formula, self._others)
        for name, formula in wide.items():
            if self._prover.implies(formula, self._formula):
                return [self._equal(name)]
        return [found for found, saves in self._parts(wide) if saves][:1]

    def _by_closeness(self, names: Collection[str]) -> list[str]:
        """Return names, those first that speak of most of what the rule speaks of."""
        own = self._prover.subjects(self._formula)

        def far(name: str) -> tuple[int, int, str]:
            subjects = self._prover.subjects(self._others[name])
            return -len(own & subjects), len(subjects - own), name

        return sorted(names, key=far)

    def _parts(self, wide: Mapping[str, Formula]) -> list[tuple[Finding, bool]]:
        """Return segments that can stand for some of the conditions which must all be true.

        With each whether that saves anything: one plain condition is shared between rules anyway.
        """
        nodes = _conditions(self._definition.where)
        if len(nodes) < 2:
            return []
        conditions = [
            self._prover.read_node(
                resolve_rule(
                    replace(self._definition, where=node, limit=None, exclude=()), self._model
                ).where
            )
            for node in nodes
        ]
        whole = self._prover.read(replace(self._rule, limit=None, exclude=()))
        near = dict(list(wide.items())[:MOST_FINDINGS])
        return [
            (
                self._part(part, nodes),
                len(part.covered) > 1 or bool(children_of(nodes[part.covered[0]])),
            )
            for part in parts_of(self._prover, conditions, near)
            if self._prover.implies(whole, near[part.name])
        ]

    def _equal(self, name: str) -> Finding:
        sentence = f'The segment "{name}" has exactly these members already.'
        kept = replace(self._definition, where=Member(segment=name), limit=None, exclude=())
        written = dump_definition(replace(kept, default_window=None))
        return Finding("equal", (name,), None, sentence, written, self._path)

    def _composed(self, made: Composition) -> Finding:
        first, *rest = (f'"{name}"' for name in made.names)
        match made.operation:
            case "INTERSECTION":
                who = f"who are in all of {_listed(first, *rest)}"
            case "UNION":
                who = f"who are in at least one of {_listed(first, *rest)}"
            case _:
                who = f"who are in {first} but not in {_listed(*rest)}"
        written = dump_definition(
            replace(self._definition, limit=None, exclude=(), default_window=None)
        )
        del written["where"]
        written |= {"depends_on": list(made.names), "operation": made.operation}
        sentence = f"The members are exactly those {who}."
        return Finding("composed", made.names, made.operation, sentence, written, self._path)

    def _part(self, part: Part, nodes: tuple[Node, ...]) -> Finding:
        rest = tuple(node for place, node in enumerate(nodes) if place not in part.covered)
        where = All((Member(segment=part.name), *rest))
        count = "one" if len(part.covered) == 1 else str(len(part.covered))
        return Finding(
            "part",
            (part.name,),
            None,
            f'The segment "{part.name}" can stand for {count} of the {len(nodes)} conditions.',
            dump_definition(replace(self._definition, where=where)),
            _path_of_node(nodes[part.covered[0]]) or self._path,
        )


def _said(relation: Relation, name: str) -> str:
    match relation:
        case Relation.SUBSET:
            return f'Every member is in the segment "{name}" too.'
        case Relation.SUPERSET:
            return f'Everybody in the segment "{name}" is a member.'
        case _:
            return f'Nobody is a member and in the segment "{name}" too.'


def _listed(*names: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _conditions(node: Node) -> tuple[Node, ...]:
    """Return the conditions that must all be true."""
    if isinstance(node, All):
        return tuple(part for child in node.children for part in _conditions(child))
    return (node,)


def _path_of_node(node: Node) -> str | None:
    return getattr(node, "path", None)
