"""The audiences of numbers are rules that the workspace's data model understands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from muster.base.datamodel import DataModel
from muster.model.load import load_model
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.services.context import WorkspaceContext
from muster.services.orders.day_rules import DayRules, rules_of_day

DAY = date(2026, 11, 22)
EXAMPLE = Path(__file__).parents[3] / "muster" / "examples" / "retail360" / "model.yml"


@pytest.fixture(scope="module")
def model() -> DataModel:
    return load_model(EXAMPLE.read_text())


def rules(model: DataModel, **narrowed: str) -> DayRules:
    return DayRules(model.events["order"], model.events["item"], DAY, "America/New_York", narrowed)


@pytest.mark.parametrize(
    "narrowed", [{}, {"channel": "web"}, {"channel": "web", "status": "shipped"}]
)
def test_every_rule_can_be_opened_in_the_builder(
    model: DataModel, narrowed: dict[str, str]
) -> None:
    writing = rules(model, **narrowed)
    each = [
        writing.ordered("Ordered"),
        writing.ordered("On hold", status="on_hold"),
        writing.paid("Bought"),
        writing.again("Came back"),
        writing.first("First"),
        writing.bought("Kettles", "SKU-001"),
    ]
    # who orders for the first time, and what was bought, cannot be said of one channel's orders
    assert [found is None for found in each] == [False] * 4 + [bool(narrowed)] * 2
    for found in each:
        if found is not None:
            resolve_rule(parse_definition(found.definition), model, segments=())
            assert found.definition["tz"] == "America/New_York"


def test_a_rule_looks_at_the_day_alone(model: DataModel) -> None:
    found = rules(model, channel="web").ordered("Held", status="on_hold")
    assert found is not None
    assert found.definition["where"] == [
        {
            "did": "order",
            "window": {"from": "2026-11-22", "to": "2026-11-23"},
            "where": [
                {"field": "channel", "op": "=", "value": "web"},
                {"field": "status", "op": "=", "value": "on_hold"},
            ],
        }
    ]


def test_a_model_without_the_desks_tables_has_no_such_rules(shared: WorkspaceContext) -> None:
    found = rules_of_day(shared, DAY, time_zone="UTC", narrowed={})
    assert (found.ordered("x"), found.paid("x"), found.first("x")) == (None, None, None)
    assert (found.again("x"), found.bought("x", "SKU-001")) == (None, None)
