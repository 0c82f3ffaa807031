"""The overlap of any number of segments, against members computed in Python."""

from __future__ import annotations

import pytest

from muster.base.errors import Busy, InvalidInput, NotFound
from muster.services import overlap as overlap_module
from muster.services.applying import apply, plan_apply
from muster.services.overlap import overlap_segments
from muster.services.patience import Patience
from muster.services.segments import find_version
from tests.services.small_workspace import documents, keys

NAMES = ("viennese", "spenders", "quiet", "quiet_spenders", "mail_to_win_back")


def test_every_published_segment_is_compared_with_every_other(shared) -> None:
    found = overlap_segments(shared)
    names = [segment.name for segment, _ in found.segments]
    assert sorted(names) == sorted(NAMES)
    for row, first in enumerate(names):
        for column, second in enumerate(names):
            mine, yours = keys(where=first), keys(where=second)
            common, union = len(mine & yours), len(mine | yours)
            assert found.intersections[row, column] == common
            assert found.jaccard[row, column] == (common / union if union else 0)
            assert found.containment[row, column] == (common / len(mine) if mine else 0)
    assert found.sizes == [len(keys(where=name)) for name in names]
    assert found.intersection_bounds is None
    assert found.left_out == ()


def test_segments_are_named_or_given_by_id_in_any_order(shared) -> None:
    segment, _ = find_version(shared, "quiet", None)
    found = overlap_segments(shared, [segment.id, "viennese"], with_regions=True)
    quiet, viennese = keys(where="quiet"), keys(where="viennese")
    assert [one.name for one, _ in found.segments] == ["quiet", "viennese"]
    assert {region.inside: region.size for region in found.regions or ()} == {
        inside: size
        for inside, size in {
            (0,): len(quiet - viennese),
            (1,): len(viennese - quiet),
            (0, 1): len(quiet & viennese),
        }.items()
        if size
    }


def test_a_sketch_of_a_small_segment_is_exact_and_yet_labelled(shared) -> None:
    exact, found = overlap_segments(shared, NAMES), overlap_segments(shared, NAMES, method="sketch")
    assert found.method == "sketch"
    assert (found.intersections == exact.intersections).all()
    assert found.intersection_bounds is not None
    assert (found.intersection_bounds.low == exact.intersections).all()
    assert found.jaccard_bounds is not None
    assert (found.jaccard_bounds.high == exact.jaccard).all()
    assert (found.containment == exact.containment).all()


@pytest.mark.parametrize("method", ["exact", "sketch"])
def test_nothing_overlaps_with_nothing(shared, method) -> None:
    found = overlap_segments(shared, [], method=method)
    assert (found.sizes, found.jaccard.shape) == ([], (0, 0))


def test_what_was_never_refreshed_is_left_out_or_refused(context) -> None:
    fresh = documents("- {name: fresh, where: [{field: age, op: '>', value: 3}]}")
    apply(context, plan_apply(context, fresh))
    assert "fresh" not in [one.name for one, _ in overlap_segments(context).segments]
    with pytest.raises(NotFound) as caught:
        overlap_segments(context, ["fresh"])
    assert caught.value.code in ("UNKNOWN_SEGMENT", "SEGMENT_NOT_PUBLISHED")


@pytest.mark.parametrize(
    ("wanted", "arguments", "error", "code"),
    [
        (["nobody"], {}, NotFound, "UNKNOWN_SEGMENT"),
        ([987], {}, NotFound, "UNKNOWN_SEGMENT"),
        (["quiet", "viennese", "quiet"], {}, InvalidInput, "BAD_OVERLAP"),
        (["quiet"], {"method": "sketch", "with_regions": True}, InvalidInput, "BAD_OVERLAP"),
    ],
)
def test_bad_lists_are_refused(shared, wanted, arguments, error, code) -> None:
    with pytest.raises(error) as caught:
        overlap_segments(shared, wanted, **arguments)
    assert caught.value.code == code


def test_too_many_are_refused_and_nobody_is_waited_for(shared, monkeypatch) -> None:
    patience = Patience()
    patience.gone.set()
    with pytest.raises(Busy):
        overlap_segments(shared, patience=patience)
    monkeypatch.setattr(overlap_module, "MOST", 4)
    with pytest.raises(InvalidInput, match="At most 4"):
        overlap_segments(shared)


def test_many_large_sets_lie_in_a_file_and_say_the_same(shared, monkeypatch) -> None:
    expected = overlap_segments(shared).intersections
    monkeypatch.setattr(overlap_module, "_IN_MEMORY_BYTES", 1)
    assert (overlap_segments(shared).intersections == expected).all()
