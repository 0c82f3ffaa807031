"""The example workspaces: made once, kept, renewed on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from muster.base.clock import FixedClock
from muster.base.errors import InvalidInput
from muster.engines.duckdb import DuckDBWarehouse
from muster.examples.catalog import EXAMPLES, find_example
from muster.services.access import enter
from muster.services.applying import apply, list_rules, plan_apply
from muster.services.context import Resources
from muster.services.demo import prepare_example
from muster.services.members import keys_of
from muster.services.segments import list_segments
from muster.settings import Settings
from muster.wiring import open_resources
from tests.services.small_workspace import documents

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def resources(database_url, tmp_path) -> Iterator[Resources]:
    settings = Settings(data=tmp_path / "data", database_url=database_url, threads=1)
    with open_resources(settings, clock=FixedClock(NOW)) as opened:
        yield opened


def prepared(resources, name: str = "payments", **options):
    return prepare_example(resources, find_example(name), actor="tester", entities=300, **options)


@pytest.mark.parametrize("name", [example.name for example in EXAMPLES])
def test_an_example_is_made_whole(resources, name) -> None:
    told: list[str] = []
    found = prepared(resources, name, tell=told.append)
    assert found.made
    assert len(found.segments) >= 12
    assert sum(version.size > 0 for _, _, version in found.segments) >= 10
    assert found.generated.entities == 300
    assert not found.outdated
    assert told
    context = enter(resources, name, actor="tester")
    assert context.workspace.synthetic


def test_what_exists_is_kept(resources) -> None:
    first = prepared(resources)
    again = prepared(resources, events_per_entity=3)
    assert not again.made
    assert (again.load_seconds, again.refresh_seconds) == (0, 0)
    assert [version for *_, version in again.segments] == [
        version for *_, version in first.segments
    ]
    assert again.generated == first.generated


def test_an_interrupted_demo_is_continued(resources) -> None:
    prepared(resources)
    context = enter(resources, "payments", actor="tester")
    (context.folder / "generated.json").unlink()
    assert prepared(resources).made
    text = "- {name: mine, where: {segment: vip}}"
    apply(context, plan_apply(context, documents(text)))
    again = prepared(resources)
    assert not again.made
    assert "mine" in {name for name, *_ in again.segments}


def test_fresh_data_ends_today_and_puts_the_rules_back(resources) -> None:
    prepared(resources)
    context = enter(resources, "payments", actor="tester")
    text = "- {name: came_back, where: {did: card}}"
    apply(context, plan_apply(context, documents(text)))
    later = replace(resources, clock=FixedClock(NOW + timedelta(days=10)))
    assert prepared(later).outdated
    found = prepared(later, fresh=True)
    assert found.made
    assert not found.outdated
    assert {version.number for *_, version in found.segments} == {2}
    assert {rule.name: rule.version for rule in list_rules(context)}["came_back"] == 3


def test_streaming_ends_in_gold_tables(resources) -> None:
    prepared(resources, "streaming")
    context = enter(resources, "streaming", actor="tester")
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
