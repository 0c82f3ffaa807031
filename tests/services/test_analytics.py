"""Key figures: counted from whatever the data model knows, and again when the data changes."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

import pytest

from muster.base.errors import NotFound
from muster.model.load import load_model
from muster.services.access import enter_locally
from muster.services.analytics import money_fields, summarise
from muster.services.workspaces import create_workspace, save_model
from tests.services.small_workspace import AS_OF, MODEL, PAYMENTS, USERS
from tests.shop import MODEL as SHOP


def test_the_figures_are_those_of_the_data(shared) -> None:
    found = summarise(shared)
    assert found.entities == len(USERS)
    assert found.events == len(PAYMENTS) + len(USERS)  # one view each
    assert found.money == sum((payment.amount for payment in PAYMENTS), Decimal(0))
    assert (found.currency, found.scale) == ("EUR", 2)
    past = [one.at.replace(tzinfo=UTC) for one in PAYMENTS]
    assert found.watermark == max(moment for moment in past if moment < AS_OF)
    assert found.as_of == AS_OF
    assert (found.segments, found.rules) == (5, 5)


def test_they_are_counted_again_when_the_data_changes(context) -> None:
    before = summarise(context)
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(
            "INSERT INTO payments SELECT 9999, 1, now(), 0.01, 'Books', now()"
        ).fetchall()
    after = summarise(context)
    assert (after.events, after.money) == (before.events + 1, before.money + Decimal("0.01"))


def test_a_model_without_money_has_no_sum(context) -> None:
    without = MODEL.replace("amount: {type: money}", "amount: {type: number}")
    save_model(context, without.replace("balance: {type: money}", "balance: {type: number}"))
    found = summarise(context)
    assert (found.money, found.currency) == (None, None)
    assert found.events == len(PAYMENTS) + len(USERS)


@pytest.mark.parametrize(
    ("change", "sources"),
    [
        (lambda text: text, ("card", "cash")),
        (lambda text: text.replace("sum: amount, of: payment", "sum: amount, of: cash"), ("cash",)),
        (
            lambda text: text.replace("spend: {sum: amount, of: payment, label: Spend}", ""),
            ("card", "cash"),
        ),
        (
            lambda text: text.replace(
                "of: payment, label: Spend", "of: card, window: {last: P1D}, label: Spend"
            ),
            ("card", "cash"),
        ),
    ],
    ids=["metric", "metric of one source", "union", "a metric of a window is not all spend"],
)
def test_the_first_money_metric_decides_then_unions(change, sources) -> None:
    found = money_fields(load_model(change(SHOP)))
    assert tuple(name for name, _ in found) == sources
    assert {field.name for _, field in found} == {"amount"}


def test_a_workspace_without_data_says_so(context) -> None:
    create_workspace(context.resources, name="bare", title="Bare", synthetic=False, actor="t")
    bare = enter_locally(context.resources, "bare", actor="t")
    for code in ("NO_MODEL", "WAREHOUSE_MISSING"):
        with pytest.raises(NotFound) as caught:
            summarise(bare)
        assert caught.value.code == code
        save_model(bare, MODEL)
