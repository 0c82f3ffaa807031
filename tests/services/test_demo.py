"""The example workspaces: made once, kept, renewed on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from muster.base.clock import FixedClock
from muster.base.errors import InvalidInput
from muster.engines.duckdb import DuckDBWarehouse
from muster.examples.catalog import find_example
from muster.services.access import enter_locally
from muster.services.applying import apply, list_rules, plan_apply
from muster.services.context import Resources
from muster.services.demo import HISTORY_DAYS, prepare_example
from muster.services.members import keys_of
from muster.services.segments import list_segments
from muster.settings import Settings
from muster.wiring import open_resources
from tests.services.small_workspace import documents

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def resources(module_database_url, tmp_path_factory) -> Iterator[Resources]:
    """An installation that the tests of this module share: making an example takes seconds."""
    data = tmp_path_factory.mktemp("demo")
    settings = Settings(data=data, database_url=module_database_url, threads=1)
    with open_resources(settings, clock=FixedClock(NOW)) as opened:
        yield opened


@pytest.fixture(scope="module")
def payments(resources):
    """The example, made for the first time."""
    return prepared(resources)


def prepared(resources, name: str = "payments", **options):
    return prepare_example(resources, find_example(name), actor="tester", entities=200, **options)


def test_an_example_is_made_whole(resources, payments) -> None:
    assert payments.made
    assert len(payments.segments) >= 12
    assert sum(version.size > 0 for _, _, version in payments.segments) >= 10
    assert payments.generated.entities == 200
    assert payments.load_seconds > 0
    assert not payments.outdated
    assert enter_locally(resources, "payments", actor="tester").workspace.synthetic


def test_a_first_demo_has_a_history(payments) -> None:
    assert {version.number for _, _, version in payments.segments} == {len(HISTORY_DAYS) + 1}
    assert any(version.entered and version.left for _, _, version in payments.segments)


def test_what_exists_is_kept(resources, payments) -> None:
    again = prepared(resources, events_per_entity=3)
    assert not again.made
    assert (again.load_seconds, again.refresh_seconds) == (0, 0)
    assert again.segments == payments.segments
    assert again.generated == payments.generated


def test_what_is_missing_is_made_up_for(resources, payments) -> None:
    context = enter_locally(resources, "payments", actor="tester")
    text = "- {name: mine, where: {field: city_tier, op: '=', value: 1}}"
    apply(context, plan_apply(context, documents(text)))
    again = prepared(resources)
    assert not again.made
    before = {name: version for name, _, version in payments.segments}
    after = {name: version for name, _, version in again.segments}
    assert after.pop("mine").number == 1
    assert after == before


def test_fresh_data_ends_today_and_puts_the_rules_back(resources, payments) -> None:
    context = enter_locally(resources, "payments", actor="tester")
    text = "- {name: came_back, where: {did: card}}"
    apply(context, plan_apply(context, documents(text)))
    later = replace(resources, clock=FixedClock(NOW + timedelta(days=10)))
    assert prepared(later).outdated
    told: list[str] = []
    found = prepared(later, fresh=True, tell=told.append)
    assert found.made
    assert not found.outdated
    assert told
    numbers = {name: version.number for name, _, version in payments.segments}
    assert {name: version.number for name, _, version in found.segments}["vip"] == (
        numbers["vip"] + 1
    )
    assert {rule.name: rule.version for rule in list_rules(context)}["came_back"] == 3


def test_streaming_ends_in_gold_tables(resources) -> None:
    prepared(resources, "streaming")
    context = enter_locally(resources, "streaming", actor="tester")
    with DuckDBWarehouse.open(context.warehouse_path, read_only=True) as warehouse:
        sizes = dict(
            warehouse.connection.execute("SELECT segment, size FROM gold_segments").fetchall()
        )
    for entry in list_segments(context):
        published = len(keys_of(context, entry.segment.current))
        assert sizes.get(entry.segment.name, 0) == published


@pytest.mark.parametrize("options", [{"events_per_entity": 0}, {"events_per_entity": 10_000}])
def test_a_size_that_cannot_be_is_refused(resources, options) -> None:
    with pytest.raises(InvalidInput) as caught:
        prepared(resources, **options)
    assert caught.value.code == "BAD_SIZE"
