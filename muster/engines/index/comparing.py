"""One column compared with another, row by row, as the reference compares their values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import Fold
from muster.engines.index.layout import Codes, Column, Real, Whole
from muster.engines.index.membership import Flags
from muster.engines.index.ranges import scale_of
from muster.engines.index.texts import folded
from muster.rules.operators import NUMBERS

Comparison = Callable[[NDArray[Any], NDArray[Any]], Flags]

_OPERATORS: dict[str, Comparison] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
_MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_MOST_DIGITS = 18  # ten to this power still fits 64 bits
_EXACT_DOUBLE = 2**53


def comparison(op: str, left: Column, right: Column, *, fold: Fold) -> Comparison | None:
    """Return how the values (or codes) of two columns compare where both have one.

    None: it cannot be said exactly.
    """
    match left, right:
        case Codes(), Codes():
            return (
                _texts(left, right, fold) if op == "eq" else _unequal_texts(op, left, right, fold)
            )
        case Whole(), Whole() if left.field.type in NUMBERS and right.field.type in NUMBERS:
            return _whole_numbers(op, scale_of(left.field), scale_of(right.field))
        case Whole(), Whole():
            return _OPERATORS[op] if left.field.type is right.field.type else None
        case Real(), Real():
            return _OPERATORS[op]
        case (Whole(), Real()) | (Real(), Whole()):
            return _with_real(op, left, right)
    return None


def _texts(left: Codes, right: Codes, fold: Fold) -> Comparison:
    @cache
    def numbers() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Number the texts of both dictionaries: equal ones alike."""
        known: dict[str, int] = {}
        first, second = (
            [known.setdefault(text, len(known)) for text in folded(column.dictionary, fold)]
            for column in (left, right)
        )
        return np.array([-1, *first]), np.array([-1, *second])

    def equal(left_codes: NDArray[Any], right_codes: NDArray[Any]) -> Flags:
        first, second = numbers()
        found: Flags = first[left_codes] == second[right_codes]
        return found

    return equal


def _unequal_texts(op: str, left: Codes, right: Codes, fold: Fold) -> Comparison | None:
    if op != "ne":  # texts have no order that a rule could use
        return None
    equal = _texts(left, right, fold)
    return lambda left_codes, right_codes: ~equal(left_codes, right_codes)


def _whole_numbers(op: str, left_scale: int, right_scale: int) -> Comparison | None:
    if left_scale == right_scale:
        return _OPERATORS[op]
    if abs(left_scale - right_scale) > _MOST_DIGITS:
        return None
    factor = 10 ** abs(left_scale - right_scale)
    if left_scale > right_scale:
        swapped = _MIRRORED.get(op, op)
        return lambda left, right: _scaled(swapped, right, left, factor)
    return lambda left, right: _scaled(op, left, right, factor)


def _scaled(op: str, coarse: NDArray[Any], fine: NDArray[Any], factor: int) -> Flags:
    """Compare coarse * factor with fine; dividing cannot overflow as multiplying could."""
    floor, rest = np.divmod(fine.astype(np.int64, copy=False), factor)
    if op in ("lt", "ge"):
        floor = floor + (rest != 0)  # coarse * factor >= fine: coarse >= ceiling
    if op in ("eq", "ne"):
        same: Flags = (coarse == floor) & (rest == 0)
        return same if op == "eq" else ~same
    return _OPERATORS[op](coarse, floor)


def _with_real(op: str, left: Column, right: Column) -> Comparison | None:
    """Compare as doubles; a whole number in small units becomes the double nearest to it."""
    scales = []
    for column in (left, right):
        scale = 0
        if isinstance(column, Whole):
            if column.field.type not in NUMBERS:
                return None
            scale = scale_of(column.field)
            if scale and column.magnitude > _EXACT_DOUBLE:
                return None  # two roundings might not give the nearest
        scales.append(scale)

    def compare(first: NDArray[Any], second: NDArray[Any]) -> Flags:
        return _OPERATORS[op](_double(first, scales[0]), _double(second, scales[1]))

    return compare


def _double(values: NDArray[Any], scale: int) -> NDArray[np.float64]:
    found = values.astype(np.float64, copy=False)
    return found / float(10**scale) if scale else found
