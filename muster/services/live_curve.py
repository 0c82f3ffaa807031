"""The size of a whole rule as a function of one number in one of its conditions.

What the condition is for one entity depends on its value alone; whether that decides membership
depends on the other conditions. So the values of those whom it decides are sorted once, and the
size at any number is a few binary searches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import FieldType
from muster.engines import bits
from muster.engines.bits import Mask, Words
from muster.engines.values import Values
from muster.rules.resolved import ResolvedLeaf, Scalar
from muster.rules.truth import Moment
from muster.services.live_dials import Dial, Span, dials, in_units, spans
from muster.services.live_tree import LiveRule, leaf_branches, replaced

MOST_POINTS = 60
_DOUBLE_ERROR = 2.0**-50
_MOST_UNITS = 2**30
"""An average comes as a double, up to a few roundings off. Counted in its field's unit it is whole,
or off every whole number by more than that share of itself: up to so many units, if it is of fewer
than half a million events. It is compared with no larger number, so it may be larger itself."""


@dataclass(frozen=True, slots=True)
class Point:
    """The size the rule would have with another number."""

    number: Scalar
    size: int


@dataclass(frozen=True, slots=True)
class Curve:
    """Sizes by number, ascending; ``present`` is what the rule says, and among the points."""

    end: str
    unit: str | None
    present: Scalar
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves of one condition, one for each of its numbers; ``reason``: why there are none."""

    path: str
    reason: str | None
    curves: tuple[Curve, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A condition whose numbers are to be turned.

    Attributes:
        values: what it compares.
        observed: those of whom an absence counts as known; None: everybody.
    """

    leaf: ResolvedLeaf
    values: Values
    observed: Words | None
    moment: Moment


def no_curve(live: LiveRule, path: str, moment: Moment) -> str | None:
    """Return why the numbers at a path have no curve, None if they may have."""
    leaves = {leaf for leaf, _ in leaf_branches(live.where) if leaf.path == path}
    if len(leaves) > 1:
        return "Several conditions stand there together."
    if not dials(next(iter(leaves)), moment):
        return "The condition compares no number that could be turned."
    if live.rule.limit is not None and live.exclusions:
        return "Which members the limit keeps, and so whom the exclusions leave out, would change."
    return None


def curves(live: LiveRule, question: Question) -> Curves:
    """Return the curves of a condition that `no_curve` has nothing against."""
    leaf = question.leaf
    turned = _Turned(live, question)
    if turned.size(leaf) != live.size_if(live.where.mask.true):
        return Curves(leaf.path, "The values are not known exactly enough.")
    found = (_curve(dial, turned, question) for dial in dials(leaf, question.moment))
    return Curves(leaf.path, None, tuple(found))


def _curve(dial: Dial, turned: _Turned, question: Question) -> Curve:
    numbers: dict[Any, ResolvedLeaf] = {}
    for value in turned.telling_values():
        number = dial.number_at(value)
        if dial.allowed(number):
            numbers[number] = dial.turned(number)
    numbers[dial.present] = question.leaf
    points = tuple(Point(number, turned.size(numbers[number])) for number in sorted(numbers))
    return Curve(dial.end, dial.unit, dial.present, points)


class _Turned:
    """The rule with its condition true or false of whomever a number makes it so."""

    def __init__(self, live: LiveRule, question: Question) -> None:
        self._question = question
        self._limit = live.rule.limit
        values = question.values
        self._numbers = _narrow(_exact(values, dials(question.leaf, question.moment)))
        self._whole = self._numbers.dtype.kind != "f"
        self._averages = not self._whole and values.field.type is not FieldType.NUMBER
        kind = np.iinfo(self._numbers.dtype if self._whole else np.int64)
        self._ends = int(kind.min), int(kind.max)
        size = len(values.known)
        nobody = bits.zeros(size)
        present = live.present

        def members(mask: Mask) -> Words:
            where = replaced(live.where, question.leaf.path, mask, present)
            return where.true & live.allowed

        if_true = members(Mask(present, nobody))
        if_false = members(Mask(nobody, present))
        if_unknown = members(Mask(nobody, nobody))
        known = bits.from_flags(values.known) & present
        observed = known if question.observed is None else known & question.observed
        # Who is a member whatever the number: without a value, by what the condition is now.
        always = live.where.mask.true & live.allowed & ~known
        always |= observed & if_true & if_false
        always |= known & ~observed & if_unknown
        self._always = bits.count(always)
        # Of whom absence is not known, the condition may also be unknown.
        self._sure = (
            self._sorted(observed & if_true & ~always),
            self._sorted(observed & if_false & ~always),
        )
        unsure = known & ~observed & ~always
        self._unsure = self._sorted(unsure & if_true), self._sorted(unsure & if_false)

    def _sorted(self, words: Words) -> NDArray[Any]:
        found = self._numbers[bits.to_ordinals(words, len(self._numbers))]
        found.sort(kind="stable" if found.dtype == np.int16 else None)  # by radix, or vectors
        return found

    def size(self, leaf: ResolvedLeaf) -> int:
        """Return the size with another condition in the place."""
        found = spans(leaf, self._question.moment, whole=self._whole)
        true, false = self._sure
        size = self._always + self._held(true, found)
        size += len(false) - self._held(false, found)
        # The true count may be any larger one: it is sure only where all larger ones agree.
        true, false = self._unsure
        if found and found[-1][1] is None:
            size += self._held(true, found[-1:])
        else:
            last = None if not found else found[-1][1]
            size += len(false) - (0 if last is None else self._held(false, ((None, last),)))
        return size if self._limit is None else min(size, self._limit.n)

    def telling_values(self) -> list[Any]:
        """Return different values of those whom the number decides, evenly among them."""
        some = [numbers for numbers in (*self._sure, *self._unsure) if len(numbers)]
        every = some[0] if len(some) == 1 else np.sort(np.concatenate([*self._sure, *self._unsure]))
        if self._averages:
            every = every[np.abs(every) <= _MOST_UNITS]
        found, place = list[Any](), 0
        while place < len(every) and len(found) < MOST_POINTS:
            found.append(every[place].item())
            place = int(np.searchsorted(every, every[place], "right"))
        if place < len(every):
            places = np.linspace(0, len(every) - 1, MOST_POINTS - 1).round().astype(np.int64)
            found = np.unique(every[places]).tolist()
        return found

    def _held(self, numbers: NDArray[Any], found: Sequence[Span]) -> int:
        held = 0
        for low, high in found:
            first = 0 if low is None else np.searchsorted(numbers, self._bound(low), "left")
            after = (
                len(numbers)
                if high is None
                else np.searchsorted(numbers, self._bound(high), "right")
            )
            held += max(int(after) - int(first), 0)
        return held

    def _bound(self, number: int | float) -> Any:
        if not self._whole:
            return float(number)
        # of the same type, or all the numbers would be converted
        lowest, highest = self._ends
        return self._numbers.dtype.type(min(max(number, lowest), highest))


def _exact(values: Values, turned: Sequence[Dial]) -> NDArray[Any]:
    """Return the numbers in the field's unit; averages as whole ones where they are."""
    numbers, field = values.numbers, values.field
    if numbers.dtype.kind != "f" or field.type is FieldType.NUMBER:
        return numbers
    if field.type is not FieldType.INTEGER:
        numbers = numbers * 10.0**field.scale
    for near in (np.rint(numbers), *(float(in_units(field, dial.present)) for dial in turned)):
        close = np.abs(numbers - near) <= np.abs(numbers) * _DOUBLE_ERROR
        numbers = np.where(close, near, numbers)
    return numbers


def _narrow(numbers: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers in the smallest type that has room beside them: it sorts faster."""
    if numbers.dtype.kind == "f" or len(numbers) == 0:
        return numbers
    low, high = int(numbers.min()), int(numbers.max())
    for kind in (np.int16, np.int32):
        ends = np.iinfo(kind)
        if ends.min < low and high < ends.max:
            return numbers.astype(kind)
    return numbers.astype(np.int64)
