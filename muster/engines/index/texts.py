"""Tests on text, judged once for each value of a column's dictionary as the reference does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from muster.base.datamodel import Field, FieldType, Fold
from muster.engines.index.membership import Flags
from muster.engines.index.ranges import Spans
from muster.rules.fold import fold_text
from muster.rules.resolved import Test
from muster.rules.truth import Moment, judge

_TEXT = Field("text", FieldType.STRING)
_ANY_MOMENT = Moment(datetime(1970, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))  # text knows no time


def passing(test: Test, dictionary: tuple[str, ...]) -> Flags:
    """Return for each value of a dictionary whether it passes a test on text (or an element)."""
    texts = folded(dictionary, test.fold)
    operand: Any = test.operand
    match test.op:  # the plain ones, which dictionaries of 100,000 texts should not wait for
        case "eq" | "ne" | "in" | "not_in":
            wanted = set(operand) if isinstance(operand, tuple) else {operand}
            found = [text in wanted for text in texts]
        case "contains" | "not_contains":
            found = [operand in text for text in texts]
        case "starts":
            found = [text.startswith(operand) for text in texts]
        case "ends":
            found = [text.endswith(operand) for text in texts]
        case _:
            bare = replace(test, field=_TEXT, fold=Fold.NONE, nulls_included=False)
            found = [judge(bare, text, moment=_ANY_MOMENT) is True for text in texts]
    flags = np.array(found, dtype=np.bool_)
    return ~flags if test.op in ("ne", "not_in", "not_contains") else flags


def passing_codes(test: Test, dictionary: tuple[str, ...]) -> Spans[int]:
    """Return the spans of `layout.Codes` codes whose text passes; 0, no value, is in none."""
    return tuple((low + 1, high + 1) for low, high in spans_of(passing(test, dictionary)))


def spans_of(flags: Flags) -> Spans[int]:
    """Return the spans of places whose flags are set.

    >>> spans_of(np.array([True, True, False, True]))
    ((0, 1), (3, 3))
    """
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0)).tolist()
    return tuple((low, high - 1) for low, high in zip(edges[::2], edges[1::2], strict=True))


@lru_cache(maxsize=16)
def folded(dictionary: tuple[str, ...], fold: Fold) -> tuple[str, ...]:
    """Return a dictionary's values as they are compared."""
    if fold is Fold.NONE:
        return dictionary
    # ASCII has no accents, and one lower case for each letter: this is what folding gives.
    return tuple(text.lower() if text.isascii() else fold_text(text, fold) for text in dictionary)
