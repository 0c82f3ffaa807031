"""Spans looked for in arrays of every width, by every way there is to look."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.engines.index.membership import membership
from muster.engines.index.ranges import HIGHEST, LOWEST
from muster.engines.index.texts import spans_of

KINDS = (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.float64)
EDGES = (LOWEST, -(2**31), -32769, -129, -128, 127, 128, 255, 256, 65_535, 2**31, 2**32, HIGHEST)


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Draw spans, few or many, near or far apart."""
    widest = draw(st.sampled_from((150, 3_000, 2**40)))
    edges = draw(st.lists(st.integers(-widest, widest), max_size=120))
    edges += draw(st.lists(st.sampled_from(EDGES), max_size=3))
    ordered = sorted(set(edges))
    pairs = zip(ordered[::2], ordered[1::2], strict=False)
    return tuple((low, high - draw(st.integers(0, 1)) * (high - low)) for low, high in pairs)


@pytest.mark.parametrize("kind", KINDS)
@given(drawn=spans())
def test_an_array_is_in_spans_where_each_of_its_values_is(kind: Any, drawn: Any) -> None:
    dtype = np.dtype(kind)
    whole = dtype.kind != "f"
    lowest, highest = (np.iinfo(dtype).min, np.iinfo(dtype).max) if whole else (-(2**50), 2**50)
    near = {edge + step for span in drawn for edge in span for step in (-1, 0, 1)}
    values = sorted(value for value in {*near, 0, lowest, highest} if lowest <= value <= highest)
    if not whole:
        drawn = tuple((low, high) for low, high in drawn if abs(low) < 2**50 > abs(high))
    wanted = [any(low <= value <= high for low, high in drawn) for value in values]
    array = np.array(values, dtype=dtype)
    judge = membership(drawn, dtype)
    assert judge(array).tolist() == wanted
    assert [bool(judge(one)) for one in (array[:1].reshape(()),)] == wanted[:1]
    if whole:
        bounded = membership(drawn, dtype, bounds=(values[0], values[-1]))
        assert bounded(array).tolist() == wanted


def test_no_value_is_in_no_span_of_doubles() -> None:
    everything = ((-np.inf, np.inf),)
    many = tuple((float(place), place + 0.5) for place in range(100))
    array = np.array([np.nan, np.inf, -np.inf, 3.25, 3.75])
    for found, wanted in (
        (membership(everything, array.dtype)(array), [False, True, True, True, True]),
        (membership(many, array.dtype)(array), [False, False, False, True, False]),
        (membership(((99.0, np.inf),), array.dtype)(array), [False, True, False, False, False]),
        (membership((), array.dtype)(array), [False] * 5),
    ):
        assert found.tolist() == wanted


@given(st.lists(st.booleans()))
def test_spans_of_flags_hold_the_places_that_are_set(flags: list[bool]) -> None:
    found = spans_of(np.array(flags, dtype=np.bool_))
    held = [place for low, high in found for place in range(low, high + 1)]
    assert held == [place for place, flag in enumerate(flags) if flag]
    assert len(found) == sum(
        flag and not before for before, flag in zip([False, *flags], flags, strict=False)
    )
