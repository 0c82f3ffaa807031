"""What has to be read of one entity to explain a rule about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from muster.rules.explain_needs import Needs, needs_of
from tests.rules.sample import AS_OF, MODEL, UNGUARDED, resolve, utc

TEN_DAYS = timedelta(days=10)


def needs(rule: Any, model: Any = UNGUARDED) -> Needs:
    return needs_of(resolve(rule, model), model, as_of=AS_OF)


@pytest.mark.parametrize(
    ("rule", "sources"),
    [
        ({"field": "tier", "op": "=", "value": 1}, {}),
        ({"did": "card"}, {"card": None}),
        ({"did": "card", "window": {"last": "P30D"}}, {"card": AS_OF - timedelta(days=40)}),
        (
            {"metric": "total_spend", "op": ">", "value": 1, "window": {"ago": ["P90D", "P30D"]}},
            {"card": AS_OF - timedelta(days=100), "upi": AS_OF - timedelta(days=100)},
        ),
        (
            {"did": "card", "window": {"calendar": "this_month"}},
            {"card": utc("2026-04-30T18:30") - TEN_DAYS},
        ),
        # a pattern looks back before its window
        ({"did": "card", "pattern": "first_time", "window": {"last": "P30D"}}, {"card": None}),
        ({"did": "card", "pattern": "stopped", "window": {"last": "P30D"}}, {"card": None}),
        (
            {"did": "card", "pattern": "regular", "regular": {"each": "P7D", "hit": 1, "of": 2}},
            {"card": AS_OF - timedelta(days=14) - 3 * TEN_DAYS},
        ),
        (
            {
                "sequence": [{"did": "view"}, {"did": "card", "absent": True}],
                "window": {"last": "P1D"},
            },
            {"card": AS_OF - timedelta(days=11), "view": AS_OF - timedelta(days=11)},
        ),
        # of several windows the longest
        (
            [
                {"did": "card", "window": {"last": "P30D"}},
                {"did": "card", "window": {"last": "P60D"}},
            ],
            {"card": AS_OF - timedelta(days=70)},
        ),
        ([{"did": "card", "window": {"last": "P30D"}}, {"did": "card"}], {"card": None}),
        ([{"did": "card"}, {"did": "card", "window": {"last": "P30D"}}], {"card": None}),
        ({"did": "card", "window": {"to": "2026-01-01"}}, {"card": None}),
    ],
)
def test_sources_and_since_when(rule: Any, sources: dict[str, Any]) -> None:
    assert needs(rule).sources == sources


def test_attributes_of_tests_areas_and_the_guard() -> None:
    rule = [
        {"field": "balance", "op": ">", "value_field": "tier"},
        {"near": {"field": "home", "lat": 1, "lon": 2, "km": 3}},
        {"did": "card", "where": [{"field": "due", "op": "exists"}], "window": {"last": "P7D"}},
    ]
    assert needs(rule).attributes == ("balance", "home", "tier")
    assert needs(rule, MODEL).attributes == ("balance", "home", "joined", "tier")


def test_lists_and_segments_everywhere_in_the_rule() -> None:
    rule = {
        "where": [{"list": "staff"}, {"segment": "vip"}],
        "universe": [{"segment": "known", "version": 2}, {"field": "tier", "op": "exists"}],
        "exclude": [{"list": "suppression"}, {"segment": "left"}],
    }
    found = needs(rule)
    assert found.lists == ("staff", "suppression")
    assert [member.segment for member in found.members] == ["vip", "left", "known"]
    assert found.attributes == ("tier",)
