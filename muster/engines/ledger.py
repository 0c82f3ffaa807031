"""Past sizes of rules, as they would have been, from the data of today.

A rule is a function of the data up to an instant, so a new one has a history at once. It is bound
to many instants; what differs between them are windows that move, and the ledger adds up what
enters and leaves them (`ledger_rows.py`). Attributes and lists are as they are today. Whatever else
moves has no ledger: then the rule is evaluated at each instant. Works block by block, all instants
of a block at a time, so memory does not grow with the number of entities.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from muster.compile.atoms import Atom
from muster.compile.bind import BoundRule
from muster.engines import bits
from muster.engines.bits import Mask, Words
from muster.engines.index.kernels import checked
from muster.engines.index.layout import AudienceIndex
from muster.engines.ledger_formulas import Block, Counts, LedgerMaker, LedgerRule, NoLedgerError


@dataclass(frozen=True, slots=True)
class Sizes:
    """One rule at several instants, each an array over these.

    Attributes:
        entered, left: against the instant before; 0 at the first.
        kept: members at this instant and at every one before it.
    """

    size: Counts
    universe: Counts
    unknown: Counts
    entered: Counts
    left: Counts
    kept: Counts


class Ledger:
    """Follows one rule (and the parents of its wave) over instants in ascending order."""

    def __init__(self, index: AudienceIndex, rules: Sequence[LedgerRule], instants: int) -> None:
        self._index = index
        self._rules = rules
        self._instants = instants

    @staticmethod
    def of(
        waves: Sequence[Sequence[BoundRule]],
        index: AudienceIndex,
        known: Mapping[Atom, Mask],
    ) -> Ledger | None:
        """Return the ledger of a wave bound to several instants; None if it cannot be followed.

        Args:
            waves: the same rules, parents before children, at each instant; the last one counts.
            known: the truths, today, of atoms that do not move, over the ordinals of ``index``.
        """
        names = [rule.name for rule in waves[0]]
        if any([rule.name for rule in wave] != names for wave in waves):
            return None
        maker = LedgerMaker(index, known)
        try:
            rules = [maker.rule(bound) for bound in zip(*waves, strict=True)]
        except NoLedgerError:
            return None
        return Ledger(index, rules, len(waves))

    def sizes(self, *, threads: int = 1, gone: threading.Event | None = None) -> Sizes:
        """Return the last rule's sizes.

        Raises:
            Busy: CLIENT_GONE, ``gone`` was set.
        """

        def of_block(block: int) -> Counts:
            checked(gone)
            return self._counts(block)

        total = np.zeros((6, self._instants), dtype=np.int64)
        with ThreadPoolExecutor(max(threads, 1)) as pool:
            for counts in pool.map(of_block, range(self._index.blocks)):
                total += counts
        return Sizes(*total)

    def _counts(self, number: int) -> Counts:
        block = Block(self._index, number, self._instants)
        for rule in self._rules:
            where, universe = rule.where(block), block.everybody
            if rule.universe is not None:
                universe = rule.universe(block).true
            members = np.broadcast_to(where.true & universe, block.everybody.shape)
            for exclusion in rule.exclude:
                members = members & ~exclusion(block).true
            block.members[rule.name] = members
        unknown = where.unknown(block.everybody) & universe
        entered, left = np.zeros_like(members), np.zeros_like(members)
        entered[1:], left[1:] = members[1:] & ~members[:-1], members[:-1] & ~members[1:]
        kept = np.bitwise_and.accumulate(members, axis=0)
        return np.stack(
            [block.count(one) for one in (members, universe, unknown)]
            + [block.count(one) for one in (entered, left, kept)]
        )


def sizes_of(members: Sequence[tuple[Words, ...]]) -> Sizes:
    """Return the same from (members, universe, unknown) at each instant, evaluated one by one."""
    total = np.zeros((6, len(members)), dtype=np.int64)
    before = kept = members[0][0]
    for place, (now, universe, unknown) in enumerate(members):
        kept = kept & now
        sets = (now, universe, unknown, now & ~before, before & ~now, kept)
        total[:, place] = [bits.count(one) for one in sets]
        before = now
    return Sizes(*total)
