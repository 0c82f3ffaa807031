"""Segments at a glance: pages, filters, orders, and whether each is what its rule says now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.base.errors import NotFound
from muster.services.applying import apply, plan_apply
from muster.services.overview import segment_overview, segment_page
from muster.services.refresh import refresh
from muster.services.workspaces import save_model, stored_model
from muster.store.segment_query import Freshness, SegmentFilter, SegmentOrder
from tests.services.small_workspace import AS_OF, documents, keys


def names(context, wanted: SegmentFilter | None = None, **options) -> list[str]:
    options = {"limit": 50, "order": SegmentOrder.NAME, **options}
    if wanted is not None:
        options["wanted"] = wanted
    page = segment_page(context, **options)
    assert page.total >= len(page.items)
    return [one.segment.name for one in page.items]


def test_a_page_is_a_part_of_the_list_and_knows_the_whole(shared) -> None:
    everything = names(shared, order=SegmentOrder.ID)
    page = segment_page(shared, limit=2, offset=1)
    assert [one.segment.name for one in page.items] == everything[1:3]
    assert page.total == 5
    after = page.items[-1].segment.id
    assert names(shared, order=SegmentOrder.ID, after=after) == everything[3:]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (SegmentFilter(search="VIENN"), ["viennese"]),
        (SegmentFilter(search="live in"), ["viennese"]),
        (SegmentFilter(search="quiet_s"), ["quiet_spenders"]),
        (SegmentFilter(search="%"), []),
        (SegmentFilter(search="o'; DROP TABLE segments; --"), []),
        (SegmentFilter(tag="place"), ["viennese"]),
        (SegmentFilter(tag="plac"), []),
        (SegmentFilter(search="quiet", tag="place"), []),
        (SegmentFilter(freshness=Freshness.NEVER), []),
        (SegmentFilter(freshness=Freshness.STALE), []),
        (SegmentFilter(search="quiet", freshness=Freshness.FRESH), ["quiet", "quiet_spenders"]),
        (SegmentFilter(refreshed_before=AS_OF - timedelta(days=9999)), []),
        (SegmentFilter(search="quiet", refreshed_before=AS_OF + timedelta(days=9999)),
         ["quiet", "quiet_spenders"]),
    ],
    ids=str,
)  # fmt: skip
def test_filters_are_joined(shared, wanted, expected) -> None:
    assert names(shared, wanted) == expected
    assert segment_page(shared, wanted=wanted, limit=1).total == len(expected)


def test_orders_put_the_greatest_first_and_the_unknown_last(context) -> None:
    apply(context, plan_apply(context, documents("- {name: fresh, where: {did: view}}")))
    refresh(context, ["quiet"])
    sizes = sorted((len(keys(where=name)) for name in names(context)[2:]), reverse=True)
    by_size = segment_page(context, limit=50, order=SegmentOrder.SIZE).items
    found = [one.segment.current.size for one in by_size if one.segment.current]
    assert found == sorted(found, reverse=True)
    assert set(sizes) <= set(found)
    assert by_size[-1].segment.name == "fresh"
    by_time = names(context, order=SegmentOrder.REFRESHED)
    assert (by_time[0], by_time[-1]) == ("quiet", "fresh")


def test_a_segment_goes_stale_with_its_rule_and_with_its_parents(context) -> None:
    def stale() -> list[str]:
        return names(context, SegmentFilter(freshness=Freshness.STALE))

    text = "- {name: quiet, title: Quiet, where: {did: payment, window: {last: P9D}, times: 0}}"
    apply(context, plan_apply(context, documents(text.replace("P9D", "P30D"))))
    apply(context, plan_apply(context, documents(text)))
    assert stale() == ["quiet"]
    refresh(context, ["quiet"])
    assert stale() == ["quiet_spenders"]
    assert segment_overview(context, "quiet_spenders").stale
    refresh(context, ["quiet_spenders"])
    assert "quiet_spenders" not in stale()
    retitled = text.replace("title: Quiet", "title: Silent")
    apply(context, plan_apply(context, documents(retitled)))
    assert "quiet" not in stale()
    assert segment_overview(context, "quiet").rule.title == "Silent"


def test_a_rule_that_no_longer_fits_says_so(context) -> None:
    before = segment_overview(context, "viennese").sentence
    assert before.startswith("Users matching")
    changed = stored_model(context).document.replace("  city: {type", "  town: {column: city, type")
    save_model(context, changed)
    assert "no longer fits" in segment_overview(context, "viennese").sentence


@pytest.mark.parametrize("segment", ["nobody", 999_999, 2**62])
def test_an_unknown_segment_is_not_found(shared, segment) -> None:
    with pytest.raises(NotFound) as caught:
        segment_overview(shared, segment)
    assert caught.value.code == "UNKNOWN_SEGMENT"
