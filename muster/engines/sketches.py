"""Small samples of sets from which sizes and overlaps are estimated, with intervals.

For members that live in a warehouse too far away or too expensive to fetch them. A sketch is the k
smallest hashes of the members' keys and the bound below which it has all of them (a theta sketch,
Dasgupta, Lang, Rhodes and Thaler 2016). Equal keys have equal hashes everywhere, so sketches of
different sets are samples of the same entities, and the share of common ones is an estimate.

The hash is the number in the first 16 hexadecimal digits of ``md5('muster:' || key)``, which every
SQL engine can compute: its text sorts like the number, so ``SELECT substr(md5(...), 1, 16) AS h ...
GROUP BY h ORDER BY h LIMIT k + 1`` is a sketch.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import md5, sha256

import numpy as np
from numpy.typing import NDArray

from muster.base.errors import InvalidFile
from muster.engines.bits import from_ordinals
from muster.engines.overlap import matrix

LARGEST = 4096
"""Hashes of a sketch; a share of a half is then told to one or two per cent."""
HASHES = 2**64
_FORMAT = "muster-sketch-1"
_Z = 1.959964  # a normal variable lies within so many deviations in 95 of 100 cases


@dataclass(frozen=True, slots=True)
class Sketch:
    """All hashes below ``theta`` of the members' keys, ascending; `HASHES` = of all members."""

    hashes: NDArray[np.uint64]
    theta: int = HASHES

    @property
    def exact(self) -> bool:
        """Whether it holds every member."""
        return self.theta == HASHES


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and the interval in which the true one lies in 95 of 100 cases."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PairEstimate:
    """What two sketches say of two sets."""

    intersection: Estimate
    union: Estimate
    jaccard: Estimate


def hashes_of(keys: Iterable[str | int]) -> NDArray[np.uint64]:
    """Return the hash of each key, in the order given."""
    text = b"".join(
        md5(b"muster:" + str(key).encode(), usedforsecurity=False).digest()[:8] for key in keys
    )
    return np.frombuffer(text, dtype=">u8").astype(np.uint64)


def sketch_of(hashes: NDArray[np.uint64], *, k: int = LARGEST) -> Sketch:
    """Return the sketch of a set from its hashes, or from the ``k`` + 1 smallest of them."""
    if len(hashes) > 4 * k:  # finding the smallest costs a tenth of sorting them all
        hashes = np.partition(hashes, 2 * k)[: 2 * k]
    return _bounded(np.unique(hashes), HASHES, k)


def merged(first: Sketch, second: Sketch, *, k: int = LARGEST) -> Sketch:
    """Return the sketch of the union of two sets."""
    theta = min(first.theta, second.theta)
    return _bounded(np.union1d(_below(first, theta), _below(second, theta)), theta, k)


def size(sketch: Sketch) -> Estimate:
    """Return how many members the set has."""
    return _number(len(sketch.hashes), sketch.theta)


def pair(first: Sketch, second: Sketch) -> PairEstimate:
    """Return how two sets overlap."""
    return next(one for row, column, one in pairs([first, second]) if (row, column) == (0, 1))


def pairs(
    made: Sequence[Sketch], *, gone: threading.Event | None = None
) -> Iterator[tuple[int, int, PairEstimate]]:
    """Yield (row, column, estimate) for every two of some sets, and for each with itself.

    A hash in both sketches is below both bounds; of the others, those below the lower bound count.

    Raises:
        Busy: CLIENT_GONE, ``gone`` was set.
    """
    hashes, places = np.unique(
        np.concatenate([np.empty(0, np.uint64), *(one.hashes for one in made)]),
        return_inverse=True,
    )
    ends = np.cumsum([len(one.hashes) for one in made])
    sets = [from_ordinals(part, len(hashes)) for part in np.split(places, ends)[: len(made)]]
    common = matrix(sets, gone=gone).intersections.tolist()
    bounds = np.array([min(one.theta, HASHES - 1) for one in made], dtype=np.uint64)
    below = [
        np.where([other.exact for other in made], len(one.hashes), found).tolist()
        for one in made
        for found in [np.searchsorted(one.hashes, bounds)]
    ]
    for row, first in enumerate(made):
        for column in range(row, len(made)):
            theta = min(first.theta, made[column].theta)
            both = common[row][column]
            either = below[row][column] + below[column][row] - both
            estimate = PairEstimate(
                _number(both, theta), _number(either, theta), _share(both, either, theta)
            )
            yield row, column, estimate


def dumps(sketch: Sketch) -> bytes:
    """Write a sketch: one line of JSON (format, bound, SHA-256) and the hashes."""
    body = sketch.hashes.astype("<u8").tobytes()
    head = {"format": _FORMAT, "theta": sketch.theta, "sha256": sha256(body).hexdigest()}
    return json.dumps(head).encode() + b"\n" + body


def loads(text: bytes) -> Sketch:
    """Read a sketch back.

    Raises:
        InvalidFile: SKETCH_DAMAGED, or of another version.
    """
    line, _, body = text.partition(b"\n")
    try:
        head = json.loads(line)
        theta = int(head["theta"])
        if head["format"] != _FORMAT or head["sha256"] != sha256(body).hexdigest():
            raise ValueError(head["format"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidFile(
            "SKETCH_DAMAGED",
            "The sketch is damaged, or of another version of Muster.",
            hint="Make it again from its segment.",
        ) from error
    return Sketch(np.frombuffer(body, dtype="<u8").astype(np.uint64), theta)


def _bounded(hashes: NDArray[np.uint64], theta: int, k: int) -> Sketch:
    if len(hashes) <= k:
        return Sketch(hashes, theta)
    return Sketch(hashes[:k], int(hashes[k]))


def _below(sketch: Sketch, theta: int) -> NDArray[np.uint64]:
    if sketch.theta == theta:
        return sketch.hashes
    return sketch.hashes[: np.searchsorted(sketch.hashes, np.uint64(theta))]


def _number(found: int, theta: int) -> Estimate:
    """Return how many there are if ``found`` have a hash below theta."""
    part = theta / HASHES
    low, high = _around(found, 1 - part)
    return Estimate(found / part, max(low / part, found), high / part)


def _share(found: int, among: int, theta: int) -> Estimate:
    if among == 0:
        return Estimate(0.0, 0.0, 0.0 if theta == HASHES else 1.0)
    if 2 * found > among:  # the rarer side is the surer one
        rest = _share(among - found, among, theta)
        return Estimate(1 - rest.value, 1 - rest.high, 1 - rest.low)
    low, high = _around(found, (1 - found / among) * (1 - theta / HASHES))
    return Estimate(found / among, low / among, min(high / among, 1.0))


def _around(found: int, left: float) -> tuple[float, float]:
    """Return the 95 % interval of the mean of a count.

    Garwood's for a Poisson count, by the cube root of Wilson and Hilferty (1931), narrowed by the
    part of the variance that is ``left`` when much of the whole has been looked at.
    """
    narrow = math.sqrt(max(left, 0.0))
    low = 0.0
    if found:
        low = found * max(0.0, 1 - 1 / (9 * found) - _Z / (3 * math.sqrt(found))) ** 3
    more = found + 1
    high = more * (1 - 1 / (9 * more) + _Z / (3 * math.sqrt(more))) ** 3
    return found - (found - low) * narrow, found + (high - found) * narrow
