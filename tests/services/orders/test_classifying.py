"""Orders are divided without any left over, each by its own state."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from muster.base.order_steps import Means, Steps
from muster.base.orders import STATUSES
from muster.services.orders.classifying import Wish, classify
from tests.base.test_order_steps import STANDINGS, TRANSITIONS, plain

STEPS = Steps.of(TRANSITIONS)
DAY = datetime(2025, 6, 1, tzinfo=UTC)


def order(number, standing=None, **values):
    found = {"status": "pending", "held_from": None, "paid_at": None, "order_date": DAY}
    if standing is not None:
        found |= {"status": standing.status, "held_from": standing.held_from}
        found["paid_at"] = DAY if standing.paid else None
    found |= {"shipped_at": None, "delivered_at": None, "channel": None, **values}
    return SimpleNamespace(order_id=number, **found)


def wish(values, *, steps=False, reason=False):
    return Wish(values, steps, Means(reason=reason, admin=False))


ORDERS = [order(number, standing) for number, standing in enumerate(STANDINGS * 3)]


@pytest.mark.parametrize("reason", [False, True])
@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("target", STATUSES)
def test_each_order_is_where_a_plain_model_puts_it(target, steps, reason) -> None:
    found = classify(ORDERS, wish({"status": target}, steps=steps, reason=reason), STEPS)
    expected = [plain(standing, target, reason) for standing in STANDINGS * 3]
    legal = {one.order_id: one.via for one in found.legal}
    wanted = {"LEGAL", "STEPS"} if steps else {"LEGAL"}
    assert legal == {number: via for number, (code, via) in enumerate(expected) if code in wanted}
    codes = [code for code, _ in expected]
    assert (found.matching, found.same) == (len(ORDERS), codes.count("SAME"))
    assert sum(one.count for one in found.short) == codes.count("STEPS")
    refused = {number for one in found.illegal for number in one.order_ids}
    assert refused == {n for n, code in enumerate(codes) if code in (None, "REASON_REQUIRED")}
    assert all(one.sentence for one in found.illegal)
    short = 0 if steps else codes.count("STEPS")
    illegal = sum(one.count for one in found.illegal)
    assert found.matching == len(found.legal) + found.same + illegal + short


def test_orders_with_the_same_way_are_one_group_and_only_the_first_are_named() -> None:
    many = [order(number) for number in range(150)]
    (way,) = classify(many, wish({"status": "shipped"}), STEPS).short
    assert (way.via, way.count, len(way.order_ids)) == (("confirmed", "processing"), 150, 100)


def test_what_is_paid_by_the_wish_itself_counts_as_paid() -> None:
    cancelled = order(1, status="cancelled")
    assert classify([cancelled], wish({"status": "refunded"}), STEPS).illegal
    both = wish({"status": "refunded", "paid_at": DAY})
    assert [one.order_id for one in classify([cancelled], both, STEPS).legal] == [1]


def test_an_order_is_the_same_only_if_every_field_is_as_wished() -> None:
    rows = [order(1, channel="web"), order(2, channel="app"), order(3, status="shipped")]
    found = classify(rows, wish({"status": "pending", "channel": "web"}), STEPS)
    assert [(one.order_id, one.bases) for one in found.legal] == [(2, {"channel": "app"})]
    assert (found.same, [one.code for one in found.illegal]) == (1, ["ILLEGAL_TRANSITION"])


@pytest.mark.parametrize(
    ("values", "wished", "sentence"),
    [
        ({}, {"shipped_at": DAY.replace(year=2024)}, "It would be shipped before it was ordered."),
        (
            {"shipped_at": DAY},
            {"delivered_at": DAY.replace(year=2024)},
            "It would be delivered before it was shipped.",
        ),
        (
            {"delivered_at": DAY},
            {"order_date": DAY.replace(year=2026)},
            "It would be delivered before it was ordered.",
        ),
    ],
)
def test_dates_that_contradict_each_other_are_refused_by_order(values, wished, sentence) -> None:
    (refused,) = classify([order(1, **values)], wish(wished), STEPS).illegal
    assert (refused.code, refused.sentence) == ("DATES_OUT_OF_ORDER", sentence)
