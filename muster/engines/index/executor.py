"""Answers the atoms of a plan from an audience index: bits for rules, numbers for curves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from muster.compile.atoms import Atom, EntityAtom, EventAtom, ObservedAtom
from muster.engines import bits
from muster.engines.bits import Mask, Words
from muster.engines.index.asking import Answer, Asked, Question, microseconds, questions_in
from muster.engines.index.attributes import covers_entity, entity_masks, entity_values
from muster.engines.index.kernels import Numbers, answer, checked, within
from muster.engines.index.layout import BLOCK, AudienceIndex
from muster.engines.index.numbers import event_values
from muster.engines.index.parts import Scans
from muster.engines.index.questions import answer_of
from muster.engines.values import Values
from muster.rules.resolved import Test

_BLOCK_WORDS = BLOCK // 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class IndexExecutor:
    """Answers atoms from one generation of an index; what it covers it answers exactly.

    Attributes:
        index: the generation.
    """

    def __init__(
        self, index: AudienceIndex, *, threads: int, gone: threading.Event | None = None
    ) -> None:
        """Make an executor.

        Args:
            threads: how many may work on the blocks of one call.
            gone: set when nobody waits for the answer any more.
        """
        self.index = index
        self._threads = threads
        self._gone = gone
        self._scans = Scans(index.events)
        self._answers: dict[EventAtom, Answer | None] = {}

    def covers(self, atom: Atom) -> bool:
        """Whether this index answers an atom, exactly; costs next to nothing when asked again."""
        if isinstance(atom, EventAtom):
            return self._answer(atom) is not None
        return isinstance(atom, EntityAtom | ObservedAtom) and covers_entity(atom, self.index)

    def masks(
        self, atoms: Sequence[Atom], *, blocks: Sequence[int] | None = None
    ) -> dict[Atom, Mask]:
        """Answer atoms that are covered.

        Args:
            blocks: only these are looked at (a sample); bits of others are in neither set.

        Raises:
            Busy: CLIENT_GONE, nobody waits for the answer any more.
        """
        own = [atom for atom in atoms if isinstance(atom, EntityAtom | ObservedAtom)]
        events = [atom for atom in atoms if isinstance(atom, EventAtom)]
        found: dict[Atom, Mask] = {}
        checked(self._gone)
        for own_atom, mask in self._entity_masks(own, blocks).items():
            found[own_atom] = mask
        for atom, mask in self._event_masks(events, blocks).items():
            found[atom] = mask
        return found

    def values(self, atom: EntityAtom | EventAtom) -> Values | None:
        """Return the number an atom compares, by ordinal, to draw curves with.

        Whole numbers are in the field's unit, as in `Values`; an average is a double in the field's
        own scale (12.34, not 1234), rounded as doubles are: it draws a curve and decides nothing.
        None: the atom compares no number, or the index does not know it.

        Raises:
            Busy: CLIENT_GONE, nobody waits for the answer any more.
        """
        if isinstance(atom, EntityAtom):
            if not isinstance(atom.test, Test):
                return None
            return entity_values(atom.test.field, self.index)
        if self._answer(atom) is None:
            return None
        return event_values(atom, self.index, self._scans, threads=self._threads, gone=self._gone)

    def newest(self, source: str, *, before: datetime) -> datetime | None:
        """Return when the last event of a source before an instant happened; None: there is none.

        Only events of entities in the warehouse count.
        """
        events = self.index.events[source]
        instant, newest = microseconds(before), None
        edges = events.offsets.tolist()
        for low, high in pairwise(edges):
            place = low + int(np.searchsorted(events.at[low:high], instant))
            if place > low:
                last = int(events.at[place - 1])
                newest = last if newest is None else max(newest, last)
        return None if newest is None else _EPOCH + timedelta(microseconds=newest)

    def _answer(self, atom: EventAtom) -> Answer | None:
        if atom not in self._answers:
            found = answer_of(atom, self.index.events)
            if found is not None:
                asked = (*questions_in(found.holds), *questions_in(found.known))
                if not all(self._scans.covers(question) for question in asked):
                    found = None
            self._answers[atom] = found
        return self._answers[atom]

    def _entity_masks(
        self, atoms: Sequence[EntityAtom | ObservedAtom], blocks: Sequence[int] | None
    ) -> dict[EntityAtom | ObservedAtom, Mask]:
        if not atoms or self._threads <= 1:
            return entity_masks(atoms, self.index, blocks=blocks)
        with ThreadPoolExecutor(self._threads) as pool:
            return entity_masks(atoms, self.index, pool, blocks=blocks)

    def _event_masks(
        self, atoms: Sequence[EventAtom], blocks: Sequence[int] | None
    ) -> dict[EventAtom, Mask]:
        answers: dict[EventAtom, Answer] = {}
        asked: dict[Question, None] = {}
        for atom in atoms:
            found = self._answer(atom)
            assert found is not None
            answers[atom] = found
            asked |= dict.fromkeys(questions_in(found.holds))
            asked |= dict.fromkeys(questions_in(found.known))
        chosen = range(self.index.blocks) if blocks is None else sorted(set(blocks))
        held = self._held(tuple(asked), chosen)
        present = self.index.present
        if blocks is not None:
            present = present & bits.of_blocks(chosen, self.index.size)
        return {atom: _mask(found, held, present) for atom, found in answers.items()}

    def _held(self, questions: Sequence[Question], blocks: Sequence[int]) -> dict[Question, Words]:
        """Return for whom each question holds, among the ordinals of the blocks."""
        words = np.zeros((len(questions), len(bits.zeros(self.index.size))), dtype=np.uint64)

        def keep(place: int, block: int, numbers: Numbers) -> None:
            flags = within(numbers, questions[place].ranges)
            into = words[place, block * _BLOCK_WORDS : (block + 1) * _BLOCK_WORDS]
            into[:] = np.packbits(flags, bitorder="little").view(np.uint64)[: len(into)]

        answer(questions, self._scans, keep, blocks=blocks, threads=self._threads, gone=self._gone)
        return dict(zip(questions, words, strict=True))


def _mask(answer: Answer, held: Mapping[Question, Words], present: Words) -> Mask:
    """Put the answers to an atom's questions together."""
    holds = _words(answer.holds, held, present)
    if answer.known is None:
        return bits.two_valued(holds, present)
    known = _words(answer.known, held, present) & present
    true: Words = holds & known
    false: Words = known & ~holds
    if answer.empty is None:
        return Mask(true, false)
    empty: Words = present & ~known
    return Mask(true | empty, false) if answer.empty else Mask(true, false | empty)


def _words(asked: Asked, held: Mapping[Question, Words], present: Words) -> Words:
    if isinstance(asked, Question):
        return held[asked]
    children = [_words(child, held, present) for child in asked.children]
    match asked.kind:
        case "all":
            return _reduced(np.bitwise_and, children, present)
        case "any":
            return _reduced(np.bitwise_or, children, np.zeros_like(present))
        case _:
            return ~children[0]


def _reduced(
    how: Callable[[Words, Words], Words], children: Sequence[Words], nothing: Words
) -> Words:
    found = children[0] if children else nothing
    for child in children[1:]:
        found = how(found, child)
    return found
