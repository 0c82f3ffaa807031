"""Runs a plan: leaves become bits by the fastest executor that is exact, rules algebra on bits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import DataModel
from muster.base.errors import Busy
from muster.compile.atoms import Atom, Formula, Gate, MemberAtom, RankAtom
from muster.compile.bind import BoundRule
from muster.compile.plan import (
    EntityStage,
    EventStage,
    IndexStage,
    MemberStage,
    PathStage,
    Plan,
    Stage,
    atoms_of_rule,
    atoms_of_stage,
    routed,
)
from muster.engines import bits
from muster.engines.bits import Mask, Words
from muster.engines.entities import EntityDictionary, extend_entities
from muster.engines.failures import FailureKind, failed
from muster.engines.index.layout import AudienceIndex
from muster.engines.leaf_cache import DataLeaves
from muster.engines.scan_executor import EmbeddedWarehouse, ScanExecutor, entity_keys
from muster.engines.times import StageTime

StoredMembers = Callable[[MemberAtom], NDArray[np.int64]]
"""Returns the ordinals of a published segment's members (or of those who entered or left)."""

Progress = Callable[[int, int, str], None]
"""Told (done, total, what) before each stage."""


class IndexAnswers(Protocol):
    """What the audience index answers by itself, exactly; see `engines/index/executor.py`."""

    @property
    def index(self) -> AudienceIndex:
        """The generation asked."""

    def covers(self, atom: Atom) -> bool:
        """Whether it answers an atom."""

    def masks(
        self, atoms: Sequence[Atom], *, blocks: Sequence[int] | None = None
    ) -> dict[Atom, Mask]:
        """Answer atoms, for all ordinals or for those of some blocks."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule came to, as bits over the dictionary's ordinals.

    ``leaves`` are in the order of `BoundRule.leaves`. ``unlimited`` are the members before the
    limit and the exclusions. ``seconds`` is the rule's fair part of the stages (shared ones divided
    among those who share them) and its own algebra.
    """

    rule: BoundRule
    where: Mask
    universe: Words
    unlimited: Words
    members: Words
    leaves: tuple[Mask, ...]
    seconds: float

    @property
    def unknown(self) -> Words:
        """Return those of the universe for whom the rule is neither true nor false."""
        return self.where.unknown(self.universe)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The outcomes of a wave by rule name, and what it took.

    Attributes:
        present: who is in the warehouse; of a sample, those of its blocks alone.
        answers: the truths of every atom that was asked.
        reused: how many atoms were at hand from an earlier evaluation of the same data.
        indexed: the atoms that the audience index answers.
    """

    outcomes: Mapping[str, Outcome]
    entities: EntityDictionary
    present: Words
    times: tuple[StageTime, ...]
    answers: Mapping[Atom, Mask]
    reused: int
    indexed: frozenset[Atom]

    def executor_of(self, atom: Atom) -> str:
        """Return who answers an atom: "index" or "sql"."""
        return "index" if atom in self.indexed else "sql"


def evaluate_plan(
    plan: Plan,
    model: DataModel,
    warehouse: EmbeddedWarehouse,
    *,
    folder: Path,
    stored: StoredMembers,
    progress: Progress | None = None,
    index: IndexAnswers | None = None,
    leaves: DataLeaves | None = None,
    blocks: Sequence[int] | None = None,
) -> Evaluated:
    """Evaluate every rule of a plan.

    Args:
        folder: the workspace's folder, where the entity dictionary is kept.
        stored: where members of published segments come from; rules of the plan itself are
            looked up in the wave first.
        index: the audience index of the warehouse as it is now; without it all is asked by SQL.
        leaves: answers kept from before, and where new ones are kept.
        blocks: evaluate the entities of these blocks alone (see `engines/index/layout.py`), as a
            sample; needs an index, and nothing of it is kept.

    Raises:
        EngineFailed: the warehouse failed.
        InvalidFile: entity keys are not unique (DUPLICATE_KEYS), or the dictionary is damaged.
    """
    times: list[StageTime] = []
    if index is None:
        keys, taken = entity_keys(warehouse, model)
        times.append(taken)
        entities = extend_entities(folder, keys)
        present = bits.from_ordinals(entities.ordinals_of(keys), entities.size)
    else:
        entities, present = index.index.entities, index.index.present
        if blocks is not None:
            present = present & bits.of_blocks(blocks, entities.size)
    scans = ScanExecutor(warehouse, model, as_of=plan.as_of, entities=entities, present=present)
    sampled = None if blocks is None else tuple(blocks)
    run = _Run(plan, scans, stored, entities, present, index, leaves, sampled)
    outcomes = run.evaluate(progress or _silent)
    return Evaluated(
        outcomes,
        entities,
        present,
        (*times, *run.times, *scans.times),
        run.masks,
        run.reused,
        run.indexed,
    )


class _Run:
    """One evaluation of one plan."""

    def __init__(
        self,
        plan: Plan,
        scans: ScanExecutor,
        stored: StoredMembers,
        entities: EntityDictionary,
        present: Words,
        index: IndexAnswers | None,
        leaves: DataLeaves | None,
        blocks: tuple[int, ...] | None,
    ) -> None:
        self._scans = scans
        self._stored = stored
        self._size = entities.size
        self._present = present
        self._index = index
        self._leaves = leaves if blocks is None else None
        self._blocks = blocks
        atoms = plan.atoms
        self.masks: dict[Atom, Mask] = {}
        if self._leaves is not None:
            self.masks.update(self._leaves.known(atoms))
        self.reused = len(self.masks)
        covered = frozenset(atom for atom in atoms if index is not None and index.covers(atom))
        self.indexed = covered
        self._plan = routed(plan, covered.__contains__, dict(self.masks))
        self._users = plan.user_counts()
        self._outcomes: dict[str, Outcome] = {}
        self._seconds: dict[Atom, float] = {}
        self.times: list[StageTime] = []

    def evaluate(self, progress: Progress) -> Mapping[str, Outcome]:
        """Run the stages, then the rules in order."""
        stages = [stage for stage in self._plan.stages if _is_leaf(stage)]
        for place, stage in enumerate(stages):
            what = describe(stage)
            progress(place, len(stages), what)
            started = time.perf_counter()
            found = self._answer(stage, what)
            self.masks.update(found)
            self._divide(stage, time.perf_counter() - started)
            if self._leaves is not None:
                self._leaves.keep(found, self.indexed)
        progress(len(stages), len(stages), "combining")
        for rule in self._plan.rules:
            self._outcomes[rule.name] = self._rule(rule)
        return self._outcomes

    def _answer(self, stage: Stage, what: str) -> dict[Atom, Mask]:
        if not isinstance(stage, IndexStage):
            return self._scans.answer(stage, what)
        assert self._index is not None
        started = time.perf_counter()
        try:
            found = self._index.masks(stage.atoms, blocks=self._blocks)
        except Busy as error:  # it was told to stop, as a warehouse is
            raise failed(FailureKind.INTERRUPTED, detail="", purpose=what) from error
        self.times.append(StageTime(what, time.perf_counter() - started, 0))
        return found

    def _divide(self, stage: Stage, seconds: float) -> None:
        """Charge a stage's time to its atoms, and each atom's to the rules that use it."""
        atoms = atoms_of_stage(stage)
        for atom in atoms:
            self._seconds[atom] = seconds / len(atoms) / max(self._users.get(atom, 1), 1)

    # -- rules ---------------------------------------------------------------------------------

    def _formula(self, formula: Formula) -> Mask:
        return combined(formula, self._atom, self._present)

    def _atom(self, atom: Atom) -> Mask:
        if atom not in self.masks:
            self.masks[atom] = self._late(atom)
        return self.masks[atom]

    def _late(self, atom: Atom) -> Mask:
        """Compute an atom that depends on other rules: a rank, or a segment's members."""
        if isinstance(atom, RankAtom):
            universe = self._present
            if atom.universe is not None:
                universe = self._formula(atom.universe).true
            return self._scans.rank(atom, universe)
        assert isinstance(atom, MemberAtom)
        outcome = self._outcomes.get(str(atom.member.segment))
        if outcome is not None and atom.member.version is None and atom.member.changed is None:
            return bits.two_valued(outcome.members, self._present)
        ordinals = self._stored(atom)
        # who came after the index was made is not in the warehouse it was made from
        known = ordinals[ordinals < self._size]
        return bits.two_valued(bits.from_ordinals(known, self._size), self._present)

    def _rule(self, rule: BoundRule) -> Outcome:
        started = time.perf_counter()
        where = self._formula(rule.where)
        universe, members = self._present, where.true
        if rule.universe is not None:
            universe = self._formula(rule.universe).true
            members = members & universe
        unlimited = members
        if rule.limit is not None and rule.limit.n < bits.count(members):
            members = self._scans.first(rule.limit, rule, members)
        for exclusion in rule.exclude:
            members = members & ~self._formula(exclusion).true
        leaves = tuple(self._formula(formula) for _, formula in rule.leaves)
        shared = sum(self._seconds.get(atom, 0.0) for atom in atoms_of_rule(rule))
        seconds = shared + time.perf_counter() - started
        return Outcome(rule, where, universe, unlimited, members, leaves, seconds)


def combined(formula: Formula, answer: Callable[[Atom], Mask], present: Words) -> Mask:
    """Return the truths of a formula from those of its atoms, by three-valued logic."""
    if not isinstance(formula, Gate):
        return answer(formula)
    masks = [combined(child, answer, present) for child in formula.children]
    match formula.kind:
        case "all":
            return bits.every(masks)
        case "any":
            return bits.some(masks)
        case "not":
            return bits.opposite(masks[0])
        case _:
            return bits.at_least(formula.n, masks, present)


def _silent(_done: int, _total: int, _what: str) -> None:
    """Take progress and say nothing."""


def _is_leaf(stage: Stage) -> bool:
    """Whether a stage can run before any rule is known."""
    if isinstance(stage, MemberStage):
        return stage.atom.member.listed is not None
    return isinstance(stage, IndexStage | EntityStage | EventStage | PathStage)


def describe(stage: Stage) -> str:
    """Return a few words about a stage, for progress and timing."""
    match stage:
        case IndexStage(atoms):
            return f"{len(atoms)} questions to the audience index"
        case EntityStage(atoms):
            return f"{len(atoms)} tests on the entity"
        case EventStage(scan, events):
            sources = " + ".join(scan.sources)
            start, end = scan.interval.start, scan.interval.end
            since = "ever" if start is None else f"{start:%Y-%m-%d}"
            return f"{len(events)} questions about {sources}, {since} to {end:%Y-%m-%d}"
        case PathStage(path):
            return f"sequence of {len(path.steps)} steps"
        case MemberStage(member):
            return f"members of {member.member.segment or member.member.listed}"
        case _:
            return f"rank by {stage.atom.aggregate.output.label}"
