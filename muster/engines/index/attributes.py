"""Questions about the entity's own row, answered from the columns of attributes.

Work goes by blocks, which stay in the processor's cache; questions about one column take turns on
each block, so the column is read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from muster.base.datamodel import Field
from muster.compile.atoms import EntityAtom, ObservedAtom
from muster.engines import bits
from muster.engines.bits import Mask, Words
from muster.engines.index.buckets import Hashes
from muster.engines.index.layout import BLOCK, AudienceIndex, Lists, Real, Whole
from muster.engines.index.leaves import Leaf, Leaves, Rows, spread
from muster.engines.index.lists import passing_lists
from muster.engines.values import Values
from muster.rules.nodes import Bucket
from muster.rules.resolved import InArea, Test

OwnAtom = EntityAtom | ObservedAtom

_BLOCKS_PER_TASK = 4
_BLOCK_WORDS = BLOCK // 64


def covers_entity(atom: OwnAtom, index: AudienceIndex) -> bool:
    """Whether the index answers an atom, exactly."""
    test = _test_of(atom)
    if isinstance(test, Bucket):
        return True
    if isinstance(index.attributes.get(test.field.name), Lists):
        return isinstance(test, Test)
    return Leaves(index.attributes).of(test) is not None


def entity_mask(atom: OwnAtom, index: AudienceIndex) -> Mask:
    """Answer one atom that is covered, for the entities present."""
    return entity_masks([atom], index)[atom]


def entity_masks(
    atoms: Iterable[OwnAtom],
    index: AudienceIndex,
    threads: ThreadPoolExecutor | None = None,
    *,
    blocks: Sequence[int] | None = None,
) -> dict[OwnAtom, Mask]:
    """Answer atoms that are covered, for the entities present.

    Args:
        threads: share the work; None: all in this thread.
        blocks: only these; other blocks' bits are in neither set.
    """
    asked = _asked(index, blocks)
    found: dict[OwnAtom, Mask] = {}
    questions = _Questions(index)
    for atom in dict.fromkeys(atoms):
        test = _test_of(atom)
        column = None if isinstance(test, Bucket) else index.attributes[test.field.name]
        if isinstance(column, Lists) and isinstance(test, Test):
            known = None if test.op in ("exists", "missing") else column.known
            found[atom] = _mask(passing_lists(test, column), known, asked, test.nulls_included)
        else:
            questions.add(atom, test)
    return found | questions.answered(asked, threads, blocks)


def entity_values(field: Field, index: AudienceIndex) -> Values | None:
    """Return an attribute's numbers by ordinal; None: it has none, or is not in the index."""
    column = index.attributes.get(field.name)
    present = bits.to_flags(index.present, index.size)
    match column:
        case Whole():
            known = present if column.known is None else present & column.known
            return Values(column.values.astype(np.int64, copy=False), known, column.field)
        case Real():
            return Values(column.values, present & ~np.isnan(column.values), column.field)
    return None


class _Questions:
    """Questions whose answers are worked out row by row, by what they look at.

    Attributes:
        made: what each atom asks.
        groups: for each column (or salt), what is asked of rows and the answers so far.
    """

    def __init__(self, index: AudienceIndex) -> None:
        self._index = index
        self._leaves = Leaves(index.attributes)
        self._hashes: dict[str, Hashes] = {}
        self.made: dict[OwnAtom, Leaf] = {}
        self.groups: dict[tuple[str, str], dict[Rows, Words]] = {}

    def add(self, atom: OwnAtom, test: Test | InArea | Bucket) -> None:
        leaf: Leaf | None
        if isinstance(test, Bucket):
            group = ("salt", test.salt)
            keys = self._index.entities.keys
            hashes = self._hashes.setdefault(test.salt, Hashes(keys, test.salt))
            leaf = Leaf(hashes.inside(test), None)
        else:
            group = ("field", test.field.name)
            leaf = self._leaves.of(test)
        assert leaf is not None
        self.made[atom] = leaf
        answers = self.groups.setdefault(group, {})
        for rows in (leaf.passes, leaf.known):
            if rows is not None and rows not in answers:
                answers[rows] = bits.zeros(self._index.size)

    def answered(
        self, asked: Words, threads: ThreadPoolExecutor | None, blocks: Sequence[int] | None
    ) -> dict[OwnAtom, Mask]:
        """Go through the blocks, and return the answers for who is asked about."""
        size = self._index.size
        wanted = range(self._index.blocks) if blocks is None else blocks
        tasks = [
            partial(_answer_blocks, group, wanted[first : first + _BLOCKS_PER_TASK], size)
            for group in self.groups.values()
            for first in range(0, len(wanted), _BLOCKS_PER_TASK)
        ]
        run = map if threads is None else threads.map
        for _ in run(lambda task: task(), tasks):
            pass
        words = {rows: found for group in self.groups.values() for rows, found in group.items()}
        masks: dict[OwnAtom, Mask] = {}
        for atom, leaf in self.made.items():
            known = None if leaf.known is None else words[leaf.known]
            mask = _mask(words[leaf.passes], known, asked, leaf.nulls_included)
            observed = isinstance(atom, ObservedAtom)  # known since before, or unknown
            masks[atom] = Mask(mask.true, np.zeros_like(asked)) if observed else mask
        return masks


def _test_of(atom: OwnAtom) -> Test | InArea | Bucket:
    if isinstance(atom, ObservedAtom):
        return Test(atom.field, "le", atom.before)
    return atom.test


def _asked(index: AudienceIndex, blocks: Sequence[int] | None) -> Words:
    if blocks is None:
        return index.present
    found = np.zeros_like(index.present)
    for block in blocks:
        words = slice(block * _BLOCK_WORDS, (block + 1) * _BLOCK_WORDS)
        found[words] = index.present[words]
    return found


def _answer_blocks(group: Mapping[Rows, Words], blocks: Sequence[int], size: int) -> None:
    """Write how some blocks answer questions about one column."""
    for block in blocks:
        piece = slice(block * BLOCK, min((block + 1) * BLOCK, size))
        for rows, words in group.items():
            packed = np.packbits(spread(rows(piece, None), piece), bitorder="little")
            words.view(np.uint8)[piece.start // 8 :][: len(packed)] = packed


def _mask(passing: Words, known: Words | None, asked: Words, nulls_included: bool) -> Mask:
    """Cut answers to who is asked about; without a value the truth is unknown, or true.

    Fresh memory costs more than what is computed: ``passing`` is written to, unless all is known.
    """
    if known is None:
        true = passing & asked
        return Mask(true, asked ^ true)
    false = asked & known
    true = np.bitwise_and(passing, false, out=passing)
    false ^= true
    if nulls_included:
        np.bitwise_xor(asked, false, out=true)
    return Mask(true, false)
