"""Runs a plan on a warehouse: scans become bits, rules become algebra on bits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidFile
from muster.compile.aggregates import empty_truth
from muster.compile.atoms import Atom, Formula, Gate, MemberAtom, RankAtom
from muster.compile.bind import BoundRule
from muster.compile.fields import column, table
from muster.compile.paths import path_scan
from muster.compile.plan import (
    EntityStage,
    EventStage,
    MemberStage,
    PathStage,
    Plan,
    Stage,
    atoms_of_rule,
    atoms_of_stage,
)
from muster.compile.relations import entity_key, entity_select
from muster.compile.scans import (
    KEYS_TABLE,
    entity_scan,
    event_scan,
    limit_scan,
    moment_of,
    rank_scan,
)
from muster.compile.statement import Statement
from muster.engines import bits
from muster.engines.base import Warehouse
from muster.engines.bits import Mask, Words
from muster.engines.entities import EntityDictionary, are_distinct, extend_entities
from muster.rules.truth import Truth

ENTITIES_TABLE = "muster_entities"
_INTEGERS = ("i", "u")


class EmbeddedWarehouse(Warehouse, Protocol):
    """A warehouse that also takes keys from memory as a temporary table."""

    def register_keys(self, name: str, keys: NDArray[Any]) -> None:
        """Make (or replace) the temporary table ``name`` with one column ``key``."""


StoredMembers = Callable[[MemberAtom], NDArray[np.int64]]
"""Returns the ordinals of a published segment's members (or of those who entered or left)."""

Progress = Callable[[int, int, str], None]
"""Told (done, total, what) before each stage."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule came to, as bits over the dictionary's ordinals.

    ``leaves`` are in the order of `BoundRule.leaves`. ``unknown`` is within the universe.
    ``seconds`` is the rule's fair part of the scans (shared ones divided among those who share
    them) and its own algebra.
    """

    rule: BoundRule
    where: Mask
    universe: Words
    members: Words
    unknown: Words
    leaves: tuple[Mask, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long one stage took, in seconds, and how many rows came back."""

    what: str
    seconds: float
    rows: int


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The outcomes of a wave by rule name, and what it took."""

    outcomes: Mapping[str, Outcome]
    entities: EntityDictionary
    present: Words
    times: tuple[StageTime, ...]


def evaluate_plan(
    plan: Plan,
    model: DataModel,
    warehouse: EmbeddedWarehouse,
    *,
    folder: Path,
    stored: StoredMembers,
    progress: Progress | None = None,
) -> Evaluated:
    """Evaluate every rule of a plan.

    Args:
        folder: the workspace's folder, where the entity dictionary is kept.
        stored: where members of published segments come from; rules of the plan itself are
            looked up in the wave first.

    Raises:
        EngineFailed: the warehouse failed.
        InvalidFile: entity keys are not unique (DUPLICATE_KEYS), or the dictionary is damaged.
    """
    run = _Run(plan, model, warehouse, folder, stored, progress)
    return run.evaluate()


class _Run:
    """One evaluation of one plan."""

    def __init__(
        self,
        plan: Plan,
        model: DataModel,
        warehouse: EmbeddedWarehouse,
        folder: Path,
        stored: StoredMembers,
        progress: Progress | None,
    ) -> None:
        self._plan = plan
        self._model = model
        self._warehouse = warehouse
        self._stored = stored
        self._progress = progress or _silent
        self._masks: dict[Atom, Mask] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._times: list[StageTime] = []
        self._seconds: dict[Atom, float] = {}
        self._users = plan.user_counts()
        keys = self._entity_keys()
        self._entities = extend_entities(folder, keys)
        self._size = self._entities.size
        self._present = bits.from_ordinals(self._entities.ordinals_of(keys), self._size)
        if self._entities.is_text:
            self._register_entities()

    def evaluate(self) -> Evaluated:
        """Run the scans, then the rules in order."""
        scans = [stage for stage in self._plan.stages if _is_scan(stage)]
        for index, stage in enumerate(scans):
            what = describe(stage)
            self._progress(index, len(scans), what)
            started = time.perf_counter()
            self._scan(stage, what)
            self._divide(stage, time.perf_counter() - started)
        self._progress(len(scans), len(scans), "combining")
        for rule in self._plan.rules:
            self._outcomes[rule.name] = self._rule(rule)
        return Evaluated(self._outcomes, self._entities, self._present, tuple(self._times))

    def _divide(self, stage: Stage, seconds: float) -> None:
        """Charge a scan's time to its atoms, and each atom's to the rules that use it."""
        atoms = atoms_of_stage(stage)
        for atom in atoms:
            self._seconds[atom] = seconds / len(atoms) / max(self._users.get(atom, 1), 1)

    # -- keys ----------------------------------------------------------------------------------

    def _entity_keys(self) -> NDArray[Any]:
        """Return the distinct entity keys: int64, or text for every other type."""
        key = entity_key(self._model)
        select = entity_select(self._model, [exp.alias_(key, "k")], ())
        select = select.where(exp.Not(this=exp.Is(this=key.copy(), expression=exp.null())))
        found = _plain(self._columns(select, "entity keys")["k"])
        if found.dtype.kind not in _INTEGERS:
            text = select.copy()
            text.set("expressions", [exp.alias_(exp.cast(key.copy(), exp.DType.VARCHAR), "k")])
            found = _plain(self._columns(text, "entity keys")["k"]).astype(object)
        else:
            found = found.astype(np.int64)
        if not are_distinct(found):
            raise InvalidFile(
                "DUPLICATE_KEYS",
                f'The key "{self._model.entity.key}" of table "{self._model.entity.table}" '
                "is not unique.",
                hint="Run `muster check`; `muster load` keeps one row per key.",
            )
        return found

    def _register_entities(self) -> None:
        self._warehouse.register_keys(ENTITIES_TABLE, self._entities.keys)

    def _ordinals(self, keys: NDArray[Any]) -> NDArray[np.int64]:
        return self._entities.ordinals_of(keys)

    # -- scans ---------------------------------------------------------------------------------

    def _columns(self, tree: exp.Select, purpose: str) -> dict[str, NDArray[Any]]:
        started = time.perf_counter()
        statement = Statement.of(tree, dialect=self._warehouse.dialect, purpose=purpose)
        found = dict(self._warehouse.columns(statement))
        rows = len(next(iter(found.values()), ()))
        self._times.append(StageTime(purpose, time.perf_counter() - started, rows))
        return found

    def _answers(
        self, tree: exp.Select, purpose: str
    ) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
        """Run a scan and return ordinals and answers, without rows of unknown entities."""
        if self._entities.is_text:
            tree = _with_ordinals(tree)
        found = self._columns(tree, purpose)
        keys = _plain(found.pop("k"))
        ordinals = keys.astype(np.int64) if self._entities.is_text else self._ordinals(keys)
        known = ordinals >= 0
        if not known.all():
            found = {name: values[known] for name, values in found.items()}
            ordinals = ordinals[known]
        return ordinals, found

    def _scan(self, stage: Stage, what: str) -> None:
        if isinstance(stage, EntityStage):
            ordinals, answers = self._answers(entity_scan(stage.atoms, self._model), what)
            for index, entity_atom in enumerate(stage.atoms):
                self._masks[entity_atom] = self._mask(ordinals, answers[f"a{index}"], False)
        elif isinstance(stage, EventStage):
            tree = event_scan(stage.scan, stage.atoms, self._model, self._plan.as_of)
            ordinals, answers = self._answers(tree, what)
            for index, atom in enumerate(stage.atoms):
                empty = empty_truth(atom.having, moment_of(self._plan.as_of, atom.zone))
                self._masks[atom] = self._mask(ordinals, answers[f"a{index}"], empty)
        elif isinstance(stage, PathStage):
            ordinals, answers = self._answers(path_scan(stage.atom, self._model), what)
            self._masks[stage.atom] = self._mask(ordinals, answers["a0"], False)
        elif isinstance(stage, MemberStage):
            self._masks[stage.atom] = self._listed(stage.atom)

    def _mask(self, ordinals: NDArray[np.int64], answers: NDArray[Any], empty: Truth) -> Mask:
        """Turn answers into bits; entities without a row have the empty truth."""
        found = bits.mask_of(ordinals, answers, self._size, empty=empty)
        return Mask(found.true & self._present, found.false & self._present)

    def _listed(self, atom: MemberAtom) -> Mask:
        """Read a list of the data model from the warehouse."""
        spec = self._model.lists[str(atom.member.listed)]
        tree = exp.select(exp.alias_(column(spec.key, "l"), "k")).from_(table(spec.table, "l"))
        key = column(spec.key, "l")
        tree = tree.where(exp.Not(this=exp.Is(this=key, expression=exp.null())))
        ordinals, _ = self._answers(tree, f"list {spec.name}")
        return self._two_valued(bits.from_ordinals(ordinals, self._size))

    def _two_valued(self, true: Words) -> Mask:
        true = true & self._present
        return Mask(true, self._present & ~true)

    # -- rules ---------------------------------------------------------------------------------

    def _formula(self, formula: Formula) -> Mask:
        if not isinstance(formula, Gate):
            if formula not in self._masks:
                self._masks[formula] = self._late(formula)
            return self._masks[formula]
        masks = [self._formula(child) for child in formula.children]
        match formula.kind:
            case "all":
                return bits.every(masks)
            case "any":
                return bits.some(masks)
            case "not":
                return bits.opposite(masks[0])
            case _:
                return bits.at_least(formula.n, masks, self._present)

    def _late(self, atom: Atom) -> Mask:
        """Compute an atom that depends on other rules: a rank, or a segment's members."""
        if isinstance(atom, RankAtom):
            return self._rank(atom)
        assert isinstance(atom, MemberAtom)
        outcome = self._outcomes.get(str(atom.member.segment))
        if outcome is not None and atom.member.version is None and atom.member.changed is None:
            return self._two_valued(outcome.members)
        return self._two_valued(bits.from_ordinals(self._stored(atom), self._size))

    def _rank(self, atom: RankAtom) -> Mask:
        universe = self._present
        if atom.universe is not None:
            universe = self._formula(atom.universe).true
        self._register(universe)
        tree = rank_scan(atom, self._model, self._plan.as_of)
        ordinals, answers = self._answers(tree, f"rank by {atom.aggregate.output.label}")
        return self._mask(ordinals, answers["a0"], None)

    def _register(self, members: Words) -> None:
        keys = self._entities.keys[bits.to_ordinals(members, self._size)]
        self._warehouse.register_keys(KEYS_TABLE, keys)

    def _rule(self, rule: BoundRule) -> Outcome:
        started = time.perf_counter()
        where = self._formula(rule.where)
        universe = self._present
        if rule.universe is not None:
            universe = self._formula(rule.universe).true
        members = where.true & universe
        if rule.limit is not None and rule.limit.n < bits.count(members):
            self._register(members)
            tree = limit_scan(rule.limit, self._model, rule.moment)
            kept, _ = self._answers(tree, f"first {rule.limit.n} of {rule.name}")
            members = bits.from_ordinals(kept, self._size)
        for exclusion in rule.exclude:
            members = members & ~self._formula(exclusion).true
        leaves = tuple(self._formula(formula) for _, formula in rule.leaves)
        unknown = where.unknown(self._present) & universe
        shared = sum(self._seconds.get(atom, 0.0) for atom in atoms_of_rule(rule))
        seconds = shared + time.perf_counter() - started
        return Outcome(rule, where, universe, members, unknown, leaves, seconds)


def _silent(_done: int, _total: int, _what: str) -> None:
    """Take progress and say nothing."""


def _is_scan(stage: Stage) -> bool:
    if isinstance(stage, MemberStage):
        return stage.atom.member.listed is not None
    return isinstance(stage, EntityStage | EventStage | PathStage)


def describe(stage: Stage) -> str:
    """Return a few words about a stage, for progress and timing."""
    if isinstance(stage, EntityStage):
        return f"{len(stage.atoms)} tests on the entity"
    if isinstance(stage, EventStage):
        events = " + ".join(stage.scan.sources)
        start, end = stage.scan.interval.start, stage.scan.interval.end
        since = "ever" if start is None else f"{start:%Y-%m-%d}"
        return f"{len(stage.atoms)} questions about {events}, {since} to {end:%Y-%m-%d}"
    if isinstance(stage, PathStage):
        return f"sequence of {len(stage.atom.steps)} steps"
    if isinstance(stage, MemberStage):
        member = stage.atom.member
        return f"members of {member.segment or member.listed}"
    return f"rank by {stage.atom.aggregate.output.label}"


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """Drop the mask of a column that has no nulls."""
    return np.ma.getdata(values)


def _with_ordinals(tree: exp.Select) -> exp.Select:
    """Replace text keys by ordinals inside the warehouse, so that no text travels."""
    ordinal = exp.alias_(exp.column("ordinal", table="d"), "k")
    others = [
        exp.column(part.alias_or_name, table="t", quoted=True)
        for part in tree.selects
        if part.alias_or_name not in ("k", "")
    ]
    if any(isinstance(part, exp.Star) for part in tree.selects):
        inner = tree.args["from_"].this.this
        others = [
            exp.column(part.alias_or_name, table="t", quoted=True)
            for part in inner.selects
            if part.alias_or_name != "k"
        ]
    same = exp.EQ(
        this=exp.column("key", table="d"),
        expression=exp.cast(exp.column("k", table="t"), exp.DType.VARCHAR),
    )
    return (
        exp.select(ordinal, *others)
        .from_(tree.subquery("t"))
        .join(exp.alias_(exp.to_table(ENTITIES_TABLE), "d", table=True), on=same)
    )
