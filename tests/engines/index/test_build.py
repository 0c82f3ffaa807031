"""An index built from nothing holds exactly what the reference's rows hold."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from muster.base.datamodel import Field, FieldType, Lookup
from muster.base.errors import InvalidFile
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.index import events_build
from muster.engines.index.build import build_index
from muster.engines.index.files import open_index, read_manifest
from muster.engines.index.layout import AudienceIndex
from tests.engines.index.worlds_built import assert_holds, entity_rows, event_rows, is_tied
from tests.shop import shop_model, shop_warehouse
from tests.strategies.warehouse import load_world
from tests.strategies.worlds import Scenario, scenarios


@pytest.fixture(scope="module")
def warehouse():
    with DuckDBWarehouse.in_memory(threads=1) as opened:
        yield opened


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios(rules=0))
def test_a_drawn_world_is_read_back_as_it_was(scenario: Scenario, warehouse) -> None:
    load_world(scenario.world, warehouse.connection)
    with tempfile.TemporaryDirectory(prefix="muster-index-") as folder:
        place = Path(folder) / "index"
        built = build_index(warehouse, scenario.world.model, folder=place, stamp="one")
        assert_holds(built, scenario.world)
        assert set(built.attributes) == set(scenario.world.model.attributes)
        for name, events in built.events.items():
            assert events.tied == is_tied(scenario.world, name)
        opened = open_index(place)
        assert opened is not None
        assert opened.versions == built.versions
        assert_holds(opened, scenario.world)


def run(warehouse: DuckDBWarehouse, statement: str) -> None:
    warehouse.connection.execute(statement).fetchall()


@pytest.fixture
def shop():
    with shop_warehouse() as opened:
        yield opened


def shop_index(warehouse: DuckDBWarehouse, folder: Path, **changes: object) -> AudienceIndex:
    model = replace(shop_model(), **changes)
    return build_index(warehouse, model, folder=folder / "index", stamp="one")


def left_out(folder: Path) -> Mapping[str, str]:
    manifest = read_manifest(folder / "index")
    assert manifest is not None
    return manifest.left_out


def test_a_warehouse_without_rows_has_an_index_without_rows(shop, tmp_path: Path) -> None:
    for table in ("customers", "card_payments", "cash_payments"):
        run(shop, f"DELETE FROM {table}")
    index = shop_index(shop, tmp_path)
    assert (index.size, index.blocks) == (0, 0)
    assert set(index.attributes) == set(shop_model().attributes)
    assert [len(events.at) for events in index.events.values()] == [0, 0]
    assert open_index(tmp_path / "index") is not None


def test_a_column_without_values_is_kept(shop, tmp_path: Path) -> None:
    run(shop, "UPDATE customers SET tier = NULL, tags = NULL, email = NULL, lat = NULL")
    rows = entity_rows(shop_index(shop, tmp_path))
    assert {row["tier"] for row in rows.values()} == {None}
    assert {row["tags"] for row in rows.values()} == {None}


def test_a_day_of_many_events_is_read_in_shares(shop, tmp_path: Path, monkeypatch) -> None:
    run(
        shop,
        "INSERT INTO card_payments SELECT 1000 + range, 1 + range % 4,"
        " TIMESTAMP '2026-01-03' + to_minutes((range * 7 % 1440)::INTEGER), range / 100,"
        " 'Food' FROM range(500)",
    )
    whole = shop_index(shop, tmp_path / "whole")
    monkeypatch.setattr(events_build, "_PIECE_ROWS", 60)
    pieces = shop_index(shop, tmp_path / "pieces")
    assert event_rows(pieces, "card") == event_rows(whole, "card")
    assert pieces.events["card"].at.tolist() == whole.events["card"].at.tolist()
    manifests = [read_manifest(tmp_path / name / "index") for name in ("whole", "pieces")]
    buckets = [manifest.events["card"].buckets for manifest in manifests if manifest]
    assert buckets[0] == buckets[1]
    assert max(bucket.rows for bucket in buckets[0].values()) == 500


@pytest.mark.parametrize(
    ("statement", "part", "why"),
    [
        (
            "UPDATE card_payments SET paid_at = '-infinity' WHERE payment_id = 1",
            "card",
            "some of its events are at infinity",
        ),
        (
            "UPDATE customers SET born = 'infinity' WHERE customer_id = 1",
            "entity.born",
            "it has values that 64 bits cannot hold, or that are infinite",
        ),
        (
            "ALTER TABLE customers ALTER tier TYPE HUGEINT;"
            " UPDATE customers SET tier = 2::HUGEINT ** 70 WHERE customer_id = 1",
            "entity.tier",
            "it has values that 64 bits cannot hold, or that are infinite",
        ),
        (
            "ALTER TABLE customers ALTER tier TYPE DOUBLE;"
            " UPDATE customers SET tier = 1.5 WHERE customer_id = 1",
            "entity.tier",
            "it is stored as DOUBLE",
        ),
        (
            "INSERT INTO cash_payments SELECT 100 + range, 1, TIMESTAMP '2026-01-01', 1,"
            " 'text ' || range FROM range(70000)",
            "cash.category",
            "it has more than 65,535 distinct texts",
        ),
        (
            "ALTER TABLE card_payments ALTER customer_id TYPE VARCHAR",
            "card",
            "its key is stored as VARCHAR",
        ),
    ],
    ids=["infinite event", "infinite day", "huge", "fraction", "texts", "key"],
)
def test_what_does_not_suit_is_left_to_sql_and_said(
    shop, tmp_path: Path, statement: str, part: str, why: str
) -> None:
    run(shop, statement)
    index = shop_index(shop, tmp_path)
    assert left_out(tmp_path) == {part: why}
    owner, _, name = part.partition(".")
    if owner == "entity":
        assert name not in index.attributes
    elif name:
        assert name not in index.events[owner].columns
    else:
        assert owner not in index.events


def test_negative_times_and_numbers_of_any_size_come_back(shop, tmp_path: Path) -> None:
    run(shop, "UPDATE card_payments SET paid_at = '0044-03-15 (BC) 12:00' WHERE payment_id = 1")
    run(
        shop,
        "UPDATE card_payments SET paid_at = '1969-12-31 23:59:59.999999', amount = -5"
        " WHERE payment_id = 2",
    )
    events = shop_index(shop, tmp_path).events["card"]
    assert min(events.at) < -60_000_000_000_000_000
    assert -1 in events.at
    assert -500 in events.columns["amount"].values


def test_a_lookup_whose_keys_repeat_is_left_to_sql(shop, tmp_path: Path) -> None:
    run(shop, "CREATE TABLE tiers (id INTEGER, name VARCHAR)")
    run(shop, "INSERT INTO tiers VALUES (1, 'gold'), (1, 'silver'), (2, 'bronze')")
    model = shop_model()
    entity = replace(
        model.entity, lookups={"tiers": Lookup("tiers", table="tiers", key="id", on="tier")}
    )
    named = Field("tier_name", FieldType.STRING, column="name", lookup="tiers")
    changes = {"entity": entity, "attributes": {**model.attributes, "tier_name": named}}
    index = shop_index(shop, tmp_path, **changes)
    assert left_out(tmp_path) == {"entity.tier_name": "its lookup tiers repeats keys"}
    assert entity_rows(index)[1]["tier"] == 1
    run(shop, "DELETE FROM tiers WHERE name = 'silver'")
    again = shop_index(shop, tmp_path, **changes)
    assert [row["tier_name"] for _, row in sorted(entity_rows(again).items())] == [
        "gold", None, "bronze", "gold",
    ]  # fmt: skip


def test_keys_that_repeat_are_refused(shop, tmp_path: Path) -> None:
    run(shop, "INSERT INTO customers (customer_id) VALUES (1)")
    with pytest.raises(InvalidFile) as raised:
        shop_index(shop, tmp_path)
    assert raised.value.code == "DUPLICATE_KEYS"
    assert open_index(tmp_path / "index") is None


@pytest.mark.parametrize("partitioned", [True, False])
def test_ties_across_partitions_are_seen(shop, tmp_path: Path, partitioned: bool) -> None:
    assert not shop_index(shop, tmp_path / "before").events["card"].tied
    category = "'Food'" if partitioned else "'Travel'"
    run(shop, f"INSERT INTO card_payments VALUES (9, 1, '2026-01-09 10:00', 1, {category})")
    assert shop_index(shop, tmp_path / "after").events["card"].tied
