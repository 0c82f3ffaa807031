"""A rule as one SELECT: what people read, copy, and run elsewhere. Same meaning as the plan.

Each scan becomes a named sub-query joined to the entity's row; SQL's own three-valued logic joins
the answers.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from muster.base.datamodel import DataModel, Field
from muster.compile.aggregates import empty_truth
from muster.compile.atoms import (
    Atom,
    EntityAtom,
    EventAtom,
    Formula,
    Gate,
    MemberAtom,
    ObservedAtom,
    PathAtom,
    RankAtom,
    atoms_of,
)
from muster.compile.bind import BoundRule
from muster.compile.fields import column, table
from muster.compile.paths import path_scan
from muster.compile.plan import EventStage, plan_rules
from muster.compile.predicates import at_least
from muster.compile.relations import entity_key, entity_select
from muster.compile.scans import (
    boolean,
    entity_fields,
    entity_truth,
    grouped_events,
    limit_scan,
    moment_of,
    rank_scan,
)

MemberTable = Callable[[MemberAtom], tuple[str, str]]
"""Returns the table and key column that hold a segment's or list's members."""


def published_table(model: DataModel) -> MemberTable:
    """Return where members are looked up by default: lists, and published segment tables."""

    def place(atom: MemberAtom) -> tuple[str, str]:
        if atom.member.listed is not None:
            spec = model.lists[atom.member.listed]
            return spec.table, spec.key
        changed = "" if atom.member.changed is None else f"_{atom.member.changed.kind}"
        version = "" if atom.member.version is None else f"_v{atom.member.version}"
        return f"segment_output_{atom.member.segment}{version}{changed}", model.entity.key

    return place


def rule_select(
    rule: BoundRule, model: DataModel, *, member_table: MemberTable | None = None
) -> exp.Select:
    """Return the members' keys (column ``k``) as one SELECT."""
    writer = _Writer(rule, model, member_table or published_table(model))
    return writer.select()


class _Writer:
    """Writes one rule; remembers under which name each atom's sub-query stands."""

    def __init__(self, rule: BoundRule, model: DataModel, member_table: MemberTable) -> None:
        self._rule = rule
        self._model = model
        self._member_table = member_table
        self._queries: dict[str, exp.Select] = {}
        self._homes: dict[Atom, tuple[str, str]] = {}
        plan = plan_rules([rule], as_of=rule.moment.as_of)
        for stage in plan.stages:
            if isinstance(stage, EventStage):
                name = f"events_{len(self._queries) + 1}"
                self._queries[name] = grouped_events(
                    stage.scan, stage.atoms, model, rule.moment.as_of
                )
                self._homes |= {atom: (name, f"a{index}") for index, atom in enumerate(stage.atoms)}

    def select(self) -> exp.Select:
        """Return the whole statement."""
        rule = self._rule
        formulas = [rule.where] if rule.universe is None else [rule.universe, rule.where]
        chosen = self._keys_where(formulas, alias="k")
        if rule.limit is not None:
            keys = self._keys_where(formulas, alias="key").subquery("u", copy=False)
            chosen = limit_scan(rule.limit, self._model, rule.moment, keys=keys)
        if rule.exclude:
            kept = exp.select(column("k", "m")).from_(chosen.subquery("m", copy=False), copy=False)
            for exclusion in rule.exclude:
                kept = kept.where(
                    exp.Not(this=exp.paren(self._excluded(exclusion), copy=False)), copy=False
                )
            chosen = kept
        for name, query in self._queries.items():
            chosen = chosen.with_(name, as_=query, copy=False)
        return chosen

    def _keys_where(self, formulas: list[Formula], *, alias: str) -> exp.Select:
        """Return the keys of the entities for which every formula is true."""
        atoms = [atom for formula in formulas for atom in atoms_of(formula)]
        used: list[Field] = []
        homes: dict[str, None] = {}
        for atom in atoms:
            if isinstance(atom, EntityAtom | ObservedAtom):
                used += entity_fields(atom)
            elif not isinstance(atom, MemberAtom):
                homes[self._home(atom)[0]] = None
        key = entity_key(self._model)
        select = entity_select(self._model, [exp.alias_(key, alias, copy=False)], used)
        for home in homes:
            on = exp.EQ(this=column("k", home), expression=key.copy())
            select = select.join(exp.to_table(home), on=on, join_type="left", copy=False)
        for formula in formulas:
            select = select.where(self._truth(formula), copy=False)
        return select

    def _home(self, atom: Atom) -> tuple[str, str]:
        """Return sub-query and column of an atom; sequences and ranks are written on first use."""
        if atom not in self._homes:
            if isinstance(atom, PathAtom):
                name = f"sequence_{len(self._queries) + 1}"
                query = path_scan(atom, self._model)
            else:
                assert isinstance(atom, RankAtom)
                universe = [] if atom.universe is None else [atom.universe]
                keys = self._keys_where(universe, alias="key").subquery("u", copy=False)
                name = f"rank_{len(self._queries) + 1}"
                query = rank_scan(atom, self._model, self._rule.moment.as_of, keys=keys)
            self._queries[name] = query
            self._homes[atom] = (name, "a0")
        return self._homes[atom]

    def _truth(self, formula: Formula) -> exp.Expr:
        if isinstance(formula, Gate):
            children = [exp.paren(self._truth(child), copy=False) for child in formula.children]
            match formula.kind:
                case "all":
                    return exp.and_(*children, copy=False)
                case "any":
                    return exp.or_(*children, copy=False)
                case "not":
                    return exp.Not(this=children[0])
                case _:
                    return at_least(formula.n, list(children))
        match formula:
            case EntityAtom() | ObservedAtom():
                return entity_truth(formula, self._model)
            case MemberAtom():
                return self._is_member(formula, entity_key(self._model))
            case _:
                return self._joined_truth(formula)

    def _joined_truth(self, atom: EventAtom | PathAtom | RankAtom) -> exp.Expr:
        home, name = self._home(atom)
        answer = column(name, home)
        if isinstance(atom, RankAtom):
            return answer
        found = exp.Is(this=column("k", home), expression=exp.null())
        if isinstance(atom, PathAtom):
            return exp.Not(this=found)
        empty = empty_truth(atom.having, moment_of(self._rule.moment.as_of, atom.zone))
        return exp.Case(ifs=[exp.If(this=found, true=boolean(empty))], default=answer)

    def _is_member(self, atom: MemberAtom, key: exp.Expr) -> exp.Expr:
        name, key_column = self._member_table(atom)
        member = column(key_column, "s")
        members = exp.select(member).from_(table(name, "s"), copy=False)
        members = members.where(
            exp.Not(this=exp.Is(this=member.copy(), expression=exp.null())), copy=False
        )
        return exp.In(this=key, query=members.subquery())

    def _excluded(self, formula: Formula) -> exp.Expr:
        assert isinstance(formula, MemberAtom)
        return self._is_member(formula, column("k", "m"))
