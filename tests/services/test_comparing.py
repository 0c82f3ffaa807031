"""Segments beside each other: every figure is what sets computed in Python say."""

from __future__ import annotations

from itertools import combinations

import pytest

from muster.base.errors import InvalidInput, NotFound
from muster.services.applying import apply, plan_apply
from muster.services.comparing import compare_segments
from muster.services.segments import find_segment
from tests.services.small_workspace import documents, keys

NAMES = ["viennese", "spenders", "quiet", "quiet_spenders", "mail_to_win_back"]


def test_sizes_overlaps_and_regions_are_those_of_the_sets(shared) -> None:
    found = compare_segments(shared, NAMES)
    sets = [keys(where=name) for name in NAMES]
    assert [one.size for one in found.segments] == [len(members) for members in sets]
    assert found.union == len(set().union(*sets))
    assert len(found.overlaps) == len(list(combinations(NAMES, 2)))
    for one in found.overlaps:
        first, second = sets[one.first], sets[one.second]
        assert (one.intersection, one.union) == (len(first & second), len(first | second))
        assert one.jaccard == pytest.approx(len(first & second) / len(first | second))
        assert one.share_of_first == pytest.approx(len(first & second) / len(first))
        assert one.share_of_second == pytest.approx(len(first & second) / len(second))
    regions = {region.inside: region.size for region in found.regions}
    wanted: dict[tuple[int, ...], int] = {}
    for key in set().union(*sets):
        inside = tuple(place for place, members in enumerate(sets) if key in members)
        wanted[inside] = wanted.get(inside, 0) + 1
    assert regions == wanted
    assert [region.size for region in found.regions] == sorted(wanted.values(), reverse=True)
    for place, one in enumerate(found.segments):
        assert one.only == wanted.get((place,), 0)


def test_ids_and_names_may_be_mixed(shared) -> None:
    quiet = find_segment(shared, "quiet").id
    found = compare_segments(shared, [int(quiet), "viennese"])
    assert [one.segment.name for one in found.segments] == ["quiet", "viennese"]


@pytest.mark.parametrize(
    ("names", "path"),
    [
        (["quiet"], "$.body.segments"),
        ([*NAMES, "quiet", "quiet"], "$.body.segments"),
        (["quiet", "viennese", "quiet"], "$.body.segments[2]"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_refused(shared, names, path) -> None:
    with pytest.raises(InvalidInput) as caught:
        compare_segments(shared, names)
    assert (caught.value.code, caught.value.path) == ("BAD_COMPARISON", path)


def test_what_has_no_members_yet_is_not_compared(context) -> None:
    text = "- {name: fresh, where: {did: view}}"
    apply(context, plan_apply(context, documents(text)))
    with pytest.raises(NotFound) as caught:
        compare_segments(context, ["fresh", "quiet"])
    assert caught.value.code == "SEGMENT_NOT_PUBLISHED"
