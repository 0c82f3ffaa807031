"""Makes of one rule at several instants what says its truths at all of them, block by block.

What is the same at every instant has the answer of today; windows over events move (see
`ledger_rows.py`); tests on attributes whose bounds move are asked at each instant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.compile.atoms import Atom, EntityAtom, EventAtom, Formula, Gate, MemberAtom, atoms_of
from muster.compile.atoms import ObservedAtom as Observed
from muster.compile.bind import BoundRule
from muster.engines import bits
from muster.engines.bits import Mask, Words
from muster.engines.index.asking import Asked, Join, Question
from muster.engines.index.layout import BLOCK, AudienceIndex
from muster.engines.index.leaves import Leaf, Leaves, spread
from muster.engines.index.parts import Scans
from muster.engines.index.questions import answer_of
from muster.engines.ledger_rows import Moving, Stepping, answers, moving, stepping
from muster.rules.nodes import Bucket
from muster.rules.resolved import InArea, Test

_BLOCK_WORDS = BLOCK // 64
Counts = NDArray[np.int64]
"""Shape (instants,)."""


class NoLedgerError(Exception):
    """Something moves that the ledger cannot follow."""


Truths = Callable[["Block"], Mask]
"""Gives the truths of something in a block: words of shape (instants, words) or (words,)."""


@dataclass(frozen=True, slots=True)
class LedgerRule:
    """What a rule of the wave comes to, at all instants."""

    name: str
    where: Truths
    universe: Truths | None
    exclude: tuple[Truths, ...]


class Block:
    """One block at all instants, with the members of rules worked out so far."""

    def __init__(self, index: AudienceIndex, number: int, instants: int) -> None:
        self.number = number
        self.words = slice(number * _BLOCK_WORDS, (number + 1) * _BLOCK_WORDS)
        self.rows = slice(number * BLOCK, min((number + 1) * BLOCK, index.size))
        self.present = index.present[self.words]
        self.everybody = np.broadcast_to(self.present, (instants, len(self.present)))
        self.members: dict[str, Words] = {}
        self._moved: dict[Moving | Stepping, Words] = {}

    def count(self, words: Words) -> Counts:
        """Return how many are in a set at each instant."""
        counted = np.bitwise_count(np.broadcast_to(words, self.everybody.shape))
        found: Counts = counted.sum(axis=1, dtype=np.int64)
        return found

    def moved(self, question: Moving | Stepping) -> Words:
        """Return the answers to a question, worked out once."""
        if question not in self._moved:
            found = answers(question, self.number)[:, : len(self.present)]
            self._moved[question] = found & self.present
        return self._moved[question]

    def whole(self, mask: Mask) -> Mask:
        """Give words the shape of all instants."""
        shape = self.everybody.shape
        return Mask(np.broadcast_to(mask.true, shape), np.broadcast_to(mask.false, shape))


class LedgerMaker:
    """Makes of formulas at several instants one that says the truths at all of them."""

    def __init__(self, index: AudienceIndex, known: Mapping[Atom, Mask]) -> None:
        self._index = index
        self._known = known
        self._scans = Scans(index.events)
        self._leaves = Leaves(index.attributes)
        self._moving: dict[tuple[Question, ...], Moving | Stepping | None] = {}
        self._names: set[str] = set()

    def rule(self, bound: Sequence[BoundRule]) -> LedgerRule:
        first = bound[0]
        if any(one.limit is not None for one in bound):
            raise NoLedgerError
        universes = [one.universe for one in bound if one.universe is not None]
        made = LedgerRule(
            first.name,
            self._formula([one.where for one in bound]),
            self._formula(universes) if universes else None,
            tuple(
                self._formula(parts) for parts in zip(*(one.exclude for one in bound), strict=True)
            ),
        )
        self._names.add(first.name)
        return made

    def _formula(self, formulas: Sequence[Formula]) -> Truths:
        first = formulas[0]
        if isinstance(first, Gate):
            return self._gate([one for one in formulas if isinstance(one, Gate)], len(formulas))
        if isinstance(first, MemberAtom) and self._is_parent(first):
            name = str(first.member.segment)
            if any(one != first for one in formulas):
                raise NoLedgerError
            return lambda block: _two_valued(block.members[name], block)
        if all(one == first for one in formulas):
            return self._still(first)
        if all(isinstance(one, EventAtom) for one in formulas):
            return self._events([one for one in formulas if isinstance(one, EventAtom)])
        if all(isinstance(one, EntityAtom | Observed) for one in formulas):
            return self._own([one for one in formulas if isinstance(one, EntityAtom | Observed)])
        raise NoLedgerError

    def _gate(self, gates: Sequence[Gate], wanted: int) -> Truths:
        first = gates[0]
        shapes = {(gate.kind, gate.n, len(gate.children)) for gate in gates}
        if len(gates) != wanted or len(shapes) != 1:
            raise NoLedgerError
        children = [
            self._formula(parts) for parts in zip(*(gate.children for gate in gates), strict=True)
        ]

        def truths(block: Block) -> Mask:
            masks = [block.whole(child(block)) for child in children]
            match first.kind:
                case "all":
                    return bits.every(masks)
                case "any":
                    return bits.some(masks)
                case "not":
                    return bits.opposite(masks[0])
                case _:
                    return bits.at_least(first.n, masks, block.everybody)

        return truths

    def _is_parent(self, atom: MemberAtom) -> bool:
        member = atom.member
        plain = member.version is None and member.changed is None
        return plain and str(member.segment) in self._names

    def _still(self, atom: Atom) -> Truths:
        """What is the same question at every instant has the answer of today."""
        inner = [one for one in atoms_of(atom) if isinstance(one, MemberAtom) and one != atom]
        if atom not in self._known or any(self._is_parent(one) for one in inner):
            raise NoLedgerError
        mask = self._known[atom]
        return lambda block: Mask(mask.true[block.words], mask.false[block.words])

    def _own(self, atoms: Sequence[EntityAtom | Observed]) -> Truths:
        """Tests on attributes whose bounds move: in the last days, ages, known since."""
        numbers = {atom: place for place, atom in enumerate(dict.fromkeys(atoms))}
        found = [self._leaf(atom) for atom in numbers]
        places = [numbers[atom] for atom in atoms]

        def truths(block: Block) -> Mask:
            masks = [_of_leaf(atom, leaf, block) for atom, leaf in zip(numbers, found, strict=True)]
            return Mask(
                np.stack([masks[place].true for place in places]),
                np.stack([masks[place].false for place in places]),
            )

        return truths

    def _leaf(self, atom: EntityAtom | Observed) -> Leaf:
        if isinstance(atom, Observed):
            test: Test | InArea | Bucket = Test(atom.field, "le", atom.before)
        else:
            test = atom.test
        found = None if isinstance(test, Bucket) else self._leaves.of(test)
        if found is None:
            raise NoLedgerError
        return found

    # -- questions about events ----------------------------------------------------------------

    def _events(self, atoms: Sequence[EventAtom]) -> Truths:
        found = [one for atom in atoms if (one := answer_of(atom, self._index.events)) is not None]
        if len(found) < len(atoms) or len({one.empty for one in found}) != 1:
            raise NoLedgerError
        holds = self._asked([one.holds for one in found])
        asked = [one.known for one in found if one.known is not None]
        if not asked:
            return lambda block: _two_valued(holds(block), block)
        if len(asked) < len(found):
            raise NoLedgerError
        is_known, empty = self._asked(asked), found[0].empty

        def truths(block: Block) -> Mask:
            yes, known = holds(block), is_known(block)
            others = block.present & ~known
            nothing = np.zeros_like(others)
            return Mask(
                yes & known | (others if empty is True else nothing),
                known & ~yes | (others if empty is False else nothing),
            )

        return truths

    def _asked(self, asked: Sequence[Asked]) -> Callable[[Block], Words]:
        first = asked[0]
        if isinstance(first, Question):
            questions = tuple(one for one in asked if isinstance(one, Question))
            if questions not in self._moving:
                scans = self._scans
                self._moving[questions] = moving(questions, scans) or stepping(questions, scans)
            found = self._moving[questions]
            if found is None or len(questions) < len(asked):
                raise NoLedgerError
            return lambda block: block.moved(found)
        joins = [one for one in asked if isinstance(one, Join)]
        shapes = {(one.kind, len(one.children)) for one in joins}
        if len(joins) < len(asked) or len(shapes) != 1:
            raise NoLedgerError
        children = [
            self._asked(parts) for parts in zip(*(one.children for one in joins), strict=True)
        ]

        def truths(block: Block) -> Words:
            masks = [_two_valued(child(block), block) for child in children]
            match first.kind:
                case "all":
                    return bits.every(masks).true if masks else block.everybody
                case "any":
                    return bits.some(masks).true if masks else np.zeros_like(block.everybody)
                case _:
                    return masks[0].false

        return truths


def _two_valued(true: Words, block: Block) -> Mask:
    true = true & block.present
    return Mask(true, block.present & ~true)


def _of_leaf(atom: EntityAtom | Observed, leaf: Leaf, block: Block) -> Mask:
    """Answer one test for the entities of a block; who is not known long enough is unknown."""
    rows, present = block.rows, block.present
    passes = bits.from_flags(spread(leaf.passes(rows, None), rows)) & present
    known = present
    if leaf.known is not None:
        known = bits.from_flags(spread(leaf.known(rows, None), rows)) & present
    true, false = passes & known, known & ~passes
    if isinstance(atom, Observed):
        return Mask(true, np.zeros_like(true))
    return Mask(true | (present & ~known), false) if leaf.nulls_included else Mask(true, false)
