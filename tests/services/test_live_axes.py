"""Bins of attributes: everybody is in exactly one, or, of a list, in each element's."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from muster.base.datamodel import Field, FieldType
from muster.engines import bits
from muster.engines.bits import Words
from muster.engines.texts import Texts
from muster.engines.values import Values
from muster.rules.truth import whole_years
from muster.services.live_axes import Axis, number_axis, text_axis
from muster.services.live_breakdown import compared

TODAY = date(2026, 3, 1)
SYDNEY = ZoneInfo("Australia/Sydney")
T = FieldType


def words(*flags: Any) -> Words:
    return bits.from_flags(np.array(flags, dtype=np.bool_))


def numbers(field: Field, found: list[Any], *, ages: bool = False, zone: Any = SYDNEY) -> Axis:
    """The axis of some values; one more entity is no longer in the warehouse."""
    known = np.array([value is not None for value in [*found, 0]])
    kept = np.array([0 if value is None else value for value in [*found, 0]])
    present = words(*[True] * len(found), False)
    return number_axis(Values(kept, known, field), present, ages=ages, zone=zone, today=TODAY)


def shown(axis: Axis) -> dict[Any, int]:
    ends = [
        one.label or (one.above, one.to) if one.kind != "missing" else None for one in axis.bins
    ]
    return dict(zip(ends, axis.everyone, strict=True))


def days(*found: str) -> list[int]:
    return [(date.fromisoformat(text) - date(1970, 1, 1)).days for text in found]


def micros(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 10**6)


def test_few_numbers_are_bins_by_themselves() -> None:
    found = numbers(Field("tier", T.INTEGER), [3, 1, None, 1, 2])
    assert shown(found) == {"1": 2, "2": 1, "3": 1, None: 1}
    money = numbers(Field("fee", T.MONEY, scale=2), [1050, 1050, 999])
    assert shown(money) == {"9.99": 1, "10.50": 2}


def test_many_numbers_fall_into_tenths_of_everybody() -> None:
    values = [(number * 7919) % 1000 for number in range(1000)]
    found = numbers(Field("score", T.INTEGER), values)
    assert len(found.bins) == 10
    for one, size in zip(found.bins, found.everyone, strict=True):
        inside = [
            value
            for value in values
            if (one.above is None or value > one.above) and (one.to is None or value <= one.to)
        ]
        assert len(inside) == size
        assert 98 <= size <= 102
    assert (found.bins[0].above, found.bins[-1].to) == (None, None)


def test_a_value_that_most_have_is_not_cut_in_two() -> None:
    found = numbers(
        Field("score", T.NUMBER), [0.0] * 500 + [number / 7 for number in range(1, 101)]
    )
    assert sum(found.everyone) == 600
    assert found.everyone[0] == 500


def test_ages_go_by_bands_whether_born_or_old() -> None:
    born = ["2008-03-01", "2008-03-02", "1991-03-01", "1990-12-01", "1950-01-01", "2024-01-01"]
    expected = Counter(
        next(
            f"{low}-{high}" if high < 200 else "65+"
            for low, high in ((0, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 200))
            if low <= whole_years(date.fromisoformat(text), TODAY) <= high
        )
        for text in born
    )
    by_birth = numbers(Field("born", T.DATE), days(*born), ages=True)
    assert shown(by_birth) == expected
    assert [one.label for one in by_birth.bins] == ["0-17", "18-24", "35-44", "65+"]
    old = [whole_years(date.fromisoformat(text), TODAY) for text in born]
    assert shown(numbers(Field("age", T.INTEGER), old, ages=True)) == expected


def test_days_and_local_instants_go_by_year() -> None:
    born = numbers(Field("born", T.DATE), days("2024-12-31", "2025-01-01", "2025-12-31"))
    assert shown(born) == {"2024": 1, "2025": 2}
    # 14:00 UTC on the last of December is next year in Sydney
    seen = [micros("2024-12-31T12:59"), micros("2024-12-31T13:00"), micros("2026-01-01")]
    assert shown(numbers(Field("seen", T.TIMESTAMP), seen)) == {"2024": 1, "2025": 1, "2026": 1}


def test_only_the_last_years_stand_by_themselves() -> None:
    found = numbers(Field("born", T.DATE), days(*[f"{year}-06-01" for year in range(1950, 2021)]))
    assert shown(found) == {"before 2002": 52, **{str(year): 1 for year in range(2002, 2021)}}


def test_nobody_with_a_value_is_one_bin_of_none() -> None:
    assert shown(numbers(Field("tier", T.INTEGER), [None, None])) == {None: 2}
    assert shown(numbers(Field("born", T.DATE), [None], ages=True)) == {None: 1}


@pytest.mark.parametrize("members", [(1, 1, 1, 1), (0, 1, 0, 1), (0, 0, 0, 0)])
def test_members_are_compared_with_everybody(members: tuple[int, ...]) -> None:
    city = Field("city", T.STRING)
    places = np.array([1, 1, -1, 0, 1], dtype=np.int16)
    present = words(True, True, True, True, False)
    axis = text_axis(city, Texts(("Graz",), places), present, 5)
    assert [one.kind for one in axis.bins] == ["value", "other", "missing"]
    (found,) = compared([axis], words(*members, False), present)
    graz, other, missing = found.parts
    size = sum(members)
    assert [graz.members, other.members, missing.members] == [
        members[0] + members[1],
        members[2],
        members[3],
    ]
    assert (graz.everyone, graz.share_of_everyone) == (2, 0.5)
    assert graz.share == (graz.members / size if size else 0)
    assert graz.index == (100 * graz.share / 0.5 if size else None)
    assert not found.several


def test_of_a_list_one_may_be_in_several_bins() -> None:
    sets = (words(True, True, False), words(True, False, False))
    axis = text_axis(
        Field("tags", T.LIST), Texts(("news", "vip"), None, sets), words(True, True, True), 3
    )
    (found,) = compared([axis], words(True, False, True), words(True, True, True))
    assert found.several
    assert [(one.members, one.everyone) for one in found.parts] == [(1, 2), (1, 1)]
