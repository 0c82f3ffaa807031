"""Events and money by local day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from muster.engines.daily import Day, daily_totals
from tests.shop import shop_model, shop_warehouse

MODEL = shop_model()
MONEY = {name: source.fields["amount"] for name, source in MODEL.events.items()}


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (
            "UTC",
            {
                date(2026, 1, 1): Day(1, Decimal("5.00")),
                date(2026, 1, 8): Day(1, Decimal("70.00")),
                date(2026, 1, 9): Day(1, Decimal("120.50")),
            },
        ),
        (
            # the payment of 23:59 is of the next day in Sydney, and so are those of the last noon
            "Australia/Sydney",
            {
                date(2026, 1, 1): Day(1, Decimal("5.00")),
                date(2026, 1, 9): Day(2, Decimal("190.50")),
            },
        ),
    ],
)
def test_days_are_local_ones(zone: str, expected: dict[date, Day]) -> None:
    with shop_warehouse() as warehouse:
        found = daily_totals(
            warehouse,
            MODEL.events.values(),
            money=MONEY,
            first=date(2026, 1, 1),
            last=date(2026, 1, 9),
            zone=zone,
        )
        assert found == expected


def test_without_money_only_events_are_counted() -> None:
    with shop_warehouse() as warehouse:
        found = daily_totals(
            warehouse,
            [MODEL.events["card"]],
            money={},
            first=date(2025, 12, 20),
            last=date(2025, 12, 20),
            zone="UTC",
        )
        assert found == {date(2025, 12, 20): Day(1, Decimal(0))}
