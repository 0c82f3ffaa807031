"""How sets of entities overlap: all pairs, exact regions, and what changed from one to another.

The count of a pair is left to CRoaring, whose vector population count is the fastest that Python
reaches without compiled code of its own: 100 sets of a million take 25 ms, 90 ms with NumPy. It
counts a container of bits at the same speed however full it is, but looks numbers of a sparse one
up one by one, and would make any with up to 4,096 numbers sparse. So words are laid out anew: a
container has 959 words of entities and 65 that are full in every set, and those are taken off again
(https://github.com/RoaringBitmap/RoaringFormatSpec).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from muster.base.errors import Busy
from muster.engines import bits
from muster.engines.bits import Words

_ENTITY_WORDS, _FULL_WORDS = 959, 65
_FULL_BITS = _FULL_WORDS * 64  # 4,160: more than a sparse container holds
_CONTAINER_BYTES = 8192
_SPARSE = 256  # numbers that are looked up faster than a container of bits is counted
_TILE_BYTES = 16 * 2**20  # what all sets of a tile take, and what a processor caches
_COOKIE = 12346  # a bitmap without run containers
_CODE_BLOCK = 1024  # words whose codes are counted at a time
LARGEST_REGIONS = 16
"""Sets whose regions are told apart: 65,536 of them."""


@dataclass(frozen=True)
class Matrix:
    """How n sets overlap. All are of shape (n, n); the diagonal is a set with itself."""

    intersections: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Members of each set, shape (n,)."""
        return self.intersections.diagonal()

    @cached_property
    def unions(self) -> NDArray[np.int64]:
        """Entities in either."""
        return self.sizes[:, None] + self.sizes[None, :] - self.intersections

    @cached_property
    def jaccard(self) -> NDArray[np.float64]:
        """Intersection / union; 0 for two empty sets."""
        return shares(self.intersections, self.unions)

    @cached_property
    def containment(self) -> NDArray[np.float64]:
        """Row i, column j: the share of set i that is in set j; 0 for an empty set i."""
        return shares(self.intersections, self.sizes[:, None])


def shares(parts: NDArray[np.int64], wholes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return parts / wholes, 0 where the whole is."""
    wholes = np.broadcast_to(wholes, parts.shape)
    return np.divide(parts, wholes, out=np.zeros(parts.shape), where=wholes > 0)


def matrix(sets: Sequence[Words], *, gone: threading.Event | None = None) -> Matrix:
    """Return how every two of some sets over the same ordinals overlap.

    Args:
        gone: nobody waits any more.

    Raises:
        Busy: CLIENT_GONE.
    """
    number, words = len(sets), max((len(one) for one in sets), default=0)
    found = np.zeros((number, number), dtype=np.int64)
    containers = max(1, _TILE_BYTES // _CONTAINER_BYTES // max(number, 1))
    for start in range(0, words, containers * _ENTITY_WORDS):
        _add_tile([one[start : start + containers * _ENTITY_WORDS] for one in sets], found, gone)
    found += np.tril(found.T, -1)
    return Matrix(found)


def _add_tile(
    sets: Sequence[Words], found: NDArray[np.int64], gone: threading.Event | None
) -> None:
    """Add the intersections of a part of the ordinals above the diagonal, the sizes on it."""
    layout = _Layout(max(len(one) for one in sets))
    laid = [layout.bitmap(one) for one in sets]
    bitmaps = [bitmap for bitmap, _, _ in laid]
    full = np.stack([dense for _, dense, _ in laid]).astype(np.float64)
    too_many = (full @ full.T).astype(np.int64) * _FULL_BITS
    for row, bitmap in enumerate(bitmaps):
        if gone is not None and gone.is_set():
            raise Busy("CLIENT_GONE", "Nobody waits for the answer any more.")
        count = bitmap.intersection_cardinality
        found[row, row] += laid[row][2]
        counts = [count(other) for other in bitmaps[row + 1 :]]
        found[row, row + 1 :] += np.array(counts, dtype=np.int64)
    found -= np.triu(too_many, 1)


class _Layout:
    """Lays out sets one after the other; new memory for each would take longer than the copying."""

    def __init__(self, words: int) -> None:
        number = -(-words // _ENTITY_WORDS)
        self._padded = np.zeros((number, 1024), dtype="<u8")
        self._text = bytearray(8 + number * (8 + _CONTAINER_BYTES))

    def bitmap(self, words: Words) -> tuple[BitMap, NDArray[np.bool_], int]:
        """Return a set as a bitmap, which of its containers have the full words, and its size."""
        padded, text = self._padded, self._text
        whole = len(words) // _ENTITY_WORDS
        entities = padded[:, :_ENTITY_WORDS]
        entities[:whole] = words[: whole * _ENTITY_WORDS].reshape(whole, _ENTITY_WORDS)
        entities[whole:] = 0
        if whole < len(padded):
            rest = words[whole * _ENTITY_WORDS :]
            entities[whole, : len(rest)] = rest
        padded[:, _ENTITY_WORDS:] = 0
        sizes = np.bitwise_count(padded).sum(axis=1, dtype=np.uint32).astype(np.int64)
        dense = sizes > _SPARSE
        padded[dense, _ENTITY_WORDS:] = np.uint64(2**64 - 1)
        keys = np.flatnonzero(sizes)
        heads = np.stack([keys, sizes[keys] - 1 + dense[keys] * _FULL_BITS], axis=1).astype("<u2")
        lengths = np.where(dense[keys], _CONTAINER_BYTES, 2 * sizes[keys])
        places = 8 + 8 * len(keys) + np.cumsum(lengths) - lengths
        cookie = np.array([_COOKIE, len(keys)], dtype="<u4")
        head = b"".join([cookie.tobytes(), heads.tobytes(), places.astype("<u4").tobytes()])
        text[: len(head)] = head
        end = len(head)
        for key in keys.tolist():
            body = padded[key] if dense[key] else ordinals_in(padded[key]).astype("<u2")
            text[end : end + body.nbytes] = body.view(np.uint8).data
            end += body.nbytes
        bitmap = BitMap.deserialize(text)  # type: ignore[arg-type]  # any buffer will do
        return bitmap, dense, int(sizes.sum())


def regions(sets: Sequence[Words], size: int) -> dict[int, int]:
    """Return how many ordinals are in exactly which sets.

    Args:
        sets: at most `LARGEST_REGIONS`.
        size: number of ordinals.

    Returns:
        By code, whose bit i says "in set i"; regions without an ordinal are left out, and so is
        the code 0, in no set.
    """
    if len(sets) > LARGEST_REGIONS:
        raise ValueError(f"regions of at most {LARGEST_REGIONS} sets")
    totals = np.zeros(2 ** len(sets), dtype=np.int64)
    for start in range(0, (size + 63) // 64, _CODE_BLOCK):
        codes = np.zeros(min(_CODE_BLOCK * 64, size - start * 64), dtype=np.uint16)
        for place, words in enumerate(sets):
            flags = np.unpackbits(
                words[start : start + _CODE_BLOCK].view(np.uint8),
                count=len(codes),
                bitorder="little",
            )
            codes |= flags.astype(np.uint16) << np.uint16(place)
        totals += np.bincount(codes, minlength=len(totals))
    totals[0] = 0
    filled = np.flatnonzero(totals)
    return dict(zip(filled.tolist(), totals[filled].tolist(), strict=True))


def changes(before: Words, after: Words) -> tuple[int, int]:
    """Return how many entered and how many left from one set to another."""
    stayed = bits.count(before & after)
    return bits.count(after) - stayed, bits.count(before) - stayed


def ordinals_in(words: Words) -> NDArray[np.int64]:
    """Return the ordinals of a set that is likely to be small, ascending."""
    filled = np.flatnonzero(words != 0)
    flags = np.unpackbits(words[filled].view(np.uint8), bitorder="little").view(np.bool_)
    spots = np.flatnonzero(flags)
    found: NDArray[np.int64] = filled[spots >> 6] * 64 + (spots & 63)
    return found
