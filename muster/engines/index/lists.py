"""Tests on an entity's lists, from the set of entities that have each element."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from muster.engines.bits import Words
from muster.engines.index.layout import Lists
from muster.engines.index.membership import Flags
from muster.engines.index.texts import passing
from muster.rules.resolved import Test


def passing_lists(test: Test, column: Lists) -> Words:
    """Return the ordinals whose list passes a test; what it says of null lists means nothing."""
    match test.op:
        case "exists":
            return column.known
        case "missing":
            return ~column.known
        case "has_any" | "has_none":
            found = _having(column, passing(replace(test, op="in"), column.dictionary))
            return found if test.op == "has_any" else ~found
        case "has_all":
            assert isinstance(test.operand, tuple)
            found = ~np.zeros_like(column.known)
            for wanted in test.operand:
                one = replace(test, op="eq", operand=wanted)
                found &= _having(column, passing(one, column.dictionary))
            return found
    flags = passing(test, column.dictionary)
    if test.quantifier == "all":
        return ~_having(column, ~flags)
    found = _having(column, flags)
    return found if test.quantifier == "any" else ~found


def _having(column: Lists, wanted: Flags) -> Words:
    """Return the ordinals whose list has one of the elements."""
    found = np.zeros_like(column.known)
    for element in np.flatnonzero(wanted):
        found |= column.elements[element]
    return found
