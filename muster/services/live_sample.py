"""Some members of a rule that is being written: the same ones as long as they are members.

Who has the smallest hash is shown, so a sample is spread over everybody, however keys are given
out, and an edit changes only the rows of those whom it lets in or out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import DataModel
from muster.engines import bits
from muster.engines.bits import Words
from muster.engines.entities import EntityDictionary
from muster.engines.member_rows import member_batches, output_columns
from muster.services.context import WorkspaceContext
from muster.services.patience import Patience
from muster.services.personal import record_read, shown_fields

MOST_ROWS = 20
# odd, so that no two ordinals get one hash; 2^64 / golden ratio, which parts neighbours
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_PLENTY = 16


@dataclass(frozen=True, slots=True)
class Sample:
    """Some members in order of key; ``masked``: the columns whose values are hidden."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    masked: tuple[str, ...]


def sample(
    context: WorkspaceContext,
    model: DataModel,
    members: Words,
    entities: EntityDictionary,
    *,
    rows: int,
    clear: bool,
    patience: Patience,
) -> Sample:
    """Return some members with their attributes; personal values are hidden unless ``clear``.

    Raises:
        Forbidden: NOT_ALLOWED, personal values are not for the caller. EngineFailed, Busy.
    """
    shown = shown_fields(context, model, tuple(model.attributes), clear=clear)
    keys = entities.keys[spread(bits.to_ordinals(members, entities.size), rows)]
    found: list[tuple[Any, ...]] = []
    if len(keys):
        with context.open_warehouse() as warehouse, patience.watching(warehouse):
            for batch in member_batches(warehouse, model, keys, shown.fields, masked=shown.mask):
                found += batch
    if shown.revealed:
        with context.transaction() as connection:
            record_read(connection, context, "live", shown.revealed, len(found), how="sample")
    return Sample(
        output_columns(model, shown.fields),
        tuple(found),
        output_columns(model, shown.hidden)[1:],
    )


def spread(ordinals: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return the ordinals with the smallest hashes, at most so many."""
    if len(ordinals) <= most:
        return ordinals
    hashes = ordinals.astype(np.uint64) * _SPREAD
    # hashes are even, so nearly always enough are this small; the rest need no ordering
    small = hashes < np.uint64(min(2**64 - 1, (2**64 * _PLENTY * most) // len(ordinals)))
    if np.count_nonzero(small) >= most:
        ordinals, hashes = ordinals[small], hashes[small]
    if len(ordinals) == most:
        return ordinals
    return ordinals[np.argpartition(hashes, most)[:most]]
