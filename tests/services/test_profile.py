"""Segments are profiled in the bins of live answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.base.datamodel import Field, FieldType
from muster.base.errors import InvalidInput, NotFound
from muster.rules.parse import parse_definition
from muster.services.live import LivePart, LiveQuestion, answer
from muster.services.live_axes import Bin
from muster.services.live_breakdown import Part
from muster.services.profile import ProfiledAttribute, bin_label, differences, profile_segments
from muster.services.segments import find_segment
from tests.services.small_workspace import USERS, keys


def test_bins_and_shares_are_those_of_the_builder(shared) -> None:
    found = profile_segments(shared, ["viennese", "spenders"])
    question = LiveQuestion(parts=frozenset([LivePart.BREAKDOWN]))
    for place, name in enumerate(["viennese", "spenders"]):
        live = answer(shared, parse_definition({"segment": name}), question).breakdown
        assert live is not None
        assert found.hidden == live.hidden == ("name", "email", "home")
        mine = [(one.field, one.several, [p[place] for p in one.parts]) for one in found.attributes]
        assert mine == [(one.field, one.several, list(one.parts)) for one in live.found]


def test_members_are_counted_by_attribute(shared) -> None:
    (city,) = profile_segments(shared, ["spenders"], attributes=("city",)).attributes
    expected = {
        name: sum(user.city == name for user in USERS if user.key in keys(where="spenders"))
        for name in ("Vienna", "Graz", "Linz")
    }
    assert {parts[0].bin.label: parts[0].members for parts in city.parts} == expected


@pytest.mark.parametrize(
    ("wanted", "attributes", "error", "code"),
    [
        ([], None, InvalidInput, "BAD_PROFILE"),
        (["quiet"] * 7, None, InvalidInput, "BAD_PROFILE"),
        (["quiet", "quiet"], None, InvalidInput, "BAD_PROFILE"),
        (["loud"], None, NotFound, "UNKNOWN_SEGMENT"),
        (["quiet"], ("colour",), InvalidInput, "UNKNOWN_COLUMN"),
    ],
)
def test_a_profile_that_cannot_be_is_refused(shared, wanted, attributes, error, code) -> None:
    with pytest.raises(error) as raised:
        profile_segments(shared, wanted, attributes=attributes)
    assert raised.value.code == code


def part(label: str, members: int, share: float, of_everyone: float) -> tuple[Part]:
    return (
        Part(Bin("value", label), members, 1000, share, of_everyone, 100 * share / of_everyone),
    )


def test_the_most_telling_differences_come_first(shared) -> None:
    segment = find_segment(shared, "quiet")
    large, rare = part("large", 900, 0.9, 0.3), part("rare", 40, 0.04, 0.01)
    less = part("less", 50, 0.05, 0.3)
    alike, few = part("alike", 500, 0.5, 0.49), part("few", 29, 0.029, 0.001)
    other = tuple(replace(one, bin=Bin("other")) for one in large)
    attribute = ProfiledAttribute(
        Field("x", FieldType.ENUM), False, (rare, alike, few, less, large, other)
    )
    found = differences([attribute], [segment])
    assert [one.part.bin.label for one in found] == ["large", "less", "rare"]


@pytest.mark.parametrize(
    ("found", "label"),
    [
        (Bin("value", "NSW"), "NSW"),
        (Bin("missing"), "no value"),
        (Bin("other"), "any other"),
        (Bin("range", None, None, 5), "up to 5"),
        (Bin("range", None, 5, None), "above 5"),
        (Bin("range", None, 5, 9), "above 5 up to 9"),
    ],
)
def test_a_bin_is_said_in_a_few_words(found, label) -> None:
    assert bin_label(found) == label
