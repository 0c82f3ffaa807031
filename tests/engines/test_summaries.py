"""What a warehouse holds in all: corrected events once, events of nobody too, exact money."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from muster.engines.summaries import totals
from muster.model.load import load_model
from tests.shop import AS_OF, MODEL, shop_model, shop_warehouse


def test_everything_is_counted_and_money_is_exact() -> None:
    model = shop_model()
    money = tuple((name, model.events[name].fields["amount"]) for name in ("card", "cash"))
    with shop_warehouse() as warehouse:
        found = totals(warehouse, model, money, now=AS_OF)
        card_alone = totals(warehouse, model, money[:1], now=AS_OF)
    assert (found.entities, found.events) == (4, 7)
    assert found.money == Decimal("1240.49")
    # the one at the very instant is not in the past
    assert found.newest == datetime(2026, 1, 9, 10, tzinfo=UTC)
    assert (card_alone.events, card_alone.money) == (7, Decimal("1170.49"))


def test_without_money_and_without_events_there_is_no_sum_and_no_newest() -> None:
    model = shop_model()
    with shop_warehouse() as warehouse:
        found = totals(warehouse, model, (), now=datetime(1990, 1, 1, tzinfo=UTC))
    assert (found.money, found.newest) == (None, None)
    assert found.events == 7


def test_a_corrected_event_counts_once_with_its_last_amount() -> None:
    corrected = MODEL.replace(
        "at: paid_at", "at: paid_at\n    ingested_at: paid_at\n    keep_latest: true", 1
    )
    model = load_model(corrected)
    assert model.events["card"].keep_latest
    money = (("card", model.events["card"].fields["amount"]),)
    with shop_warehouse() as warehouse:
        before = totals(warehouse, model, money, now=AS_OF)
        warehouse.connection.execute(
            "INSERT INTO card_payments VALUES (1, 1, '2026-01-09 11:00', 20.50, 'Travel')"
        ).fetchall()
        after = totals(warehouse, model, money, now=AS_OF)
    assert after.events == before.events
    assert before.money is not None
    assert after.money == before.money - 100
