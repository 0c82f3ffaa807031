"""An extended index says what one built from nothing would, whatever happened to the data."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from muster.base.datamodel import DataModel
from muster.engines import bits
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.index.build import build_index
from muster.engines.index.extend import extend_index
from muster.engines.index.files import open_index, read_manifest
from muster.engines.index.layout import BLOCK, AudienceIndex
from muster.rules.world import World
from tests.engines.index.worlds_built import assert_holds, event_rows
from tests.shop import fill, shop_model
from tests.strategies.chooser import Chooser
from tests.strategies.moments import once_only
from tests.strategies.setting import WHOLE
from tests.strategies.warehouse import load_world
from tests.strategies.worlds import draw_world


@pytest.fixture(scope="module")
def warehouse():
    with DuckDBWarehouse.in_memory(threads=1) as opened:
        yield opened


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_extending_is_as_good_as_building_anew(data: st.DataObject, warehouse) -> None:
    choose = Chooser(data.draw)
    _, world = draw_world(choose, WHOLE)
    load_world(world, warehouse.connection)
    with tempfile.TemporaryDirectory(prefix="muster-index-") as folder:
        place = Path(folder) / "index"
        index = build_index(warehouse, world.model, folder=place, stamp="0")
        for step in range(choose.number(1, 2)):
            world = changed(choose, world)
            load_world(world, warehouse.connection)
            index = extend_index(index, warehouse, world.model, folder=place, stamp=str(step + 1))
            assert_holds(index, world)
        anew = build_index(
            warehouse, world.model, folder=Path(folder) / "other" / "index", stamp="x"
        )
        assert_same(index, anew)
        assert anew.events.keys() == index.events.keys()
        opened = open_index(place)
        assert opened is not None
        assert_holds(opened, world)


def assert_same(extended: AudienceIndex, anew: AudienceIndex) -> None:
    """Compare versions of data, and what nobody present can be seen in."""
    for source, events in extended.events.items():
        # Two dictionaries give one key different ordinals, but rows have one digest.
        assert extended.versions[source] == anew.versions[source]
        if set(extended.entities.keys.tolist()) == set(anew.entities.keys.tolist()):
            assert events.tied == anew.events[source].tied
            assert len(events.at) == len(anew.events[source].at)


def changed(choose: Chooser, world: World) -> World:
    """Let some time pass: people come, go and change, events are added, moved, corrected, lost."""
    entities = dict(world.entities)
    for key in choose.some(list(entities), 0, 2):
        gone = entities.pop(key)
        if choose.chance(40):
            entities[f"new {key}" if isinstance(key, str) else key + 1_000_003] = gone
    if len(entities) > 1 and choose.chance(40):
        first, second = list(entities)[:2]
        entities[first], entities[second] = entities[second], entities[first]
    if choose.chance(30):  # a stranger becomes known
        strangers = [
            key
            for rows in world.events.values()
            for key, _ in rows
            if key is not None and key not in entities
        ]
        for key in choose.some(strangers, 0, 1):
            rows = list(world.entities.values())
            entities[key] = rows[0] if rows else dict.fromkeys(world.model.attributes)
    events = {
        name: _changed_events(choose, world.model, name, list(rows), list(entities))
        for name, rows in world.events.items()
    }
    return replace(world, entities=entities, events=events)


def _changed_events(
    choose: Chooser, model: DataModel, name: str, rows: list[Any], keys: list[Any]
) -> list[Any]:
    at = model.events[name].at
    found = []
    for owner, row in rows:
        if choose.chance(8):
            event("deleted")
            continue
        if choose.chance(8) and row.get(at) is not None:
            event("moved")
            row = {**row, at: once_only(row[at] + timedelta(days=choose.one((-400, -1, 1, 40))))}
        if choose.chance(8):
            event("corrected")
            other = choose.one(rows)[1]
            names = [key for key in row if key not in (at, "id")]
            row = {**row, **{key: other.get(key) for key in choose.some(names, 0, 2)}}
        if choose.chance(8) and keys:
            event("given to another")
            owner = choose.one(keys)
        found.append((owner, row))
    if rows and not model.events[name].keep_latest:
        for owner, row in choose.some(rows, 0, 2):
            event("appended")
            when = row.get(at)
            if when is not None:
                when = once_only(when + timedelta(days=choose.one((-3, 0, 0, 500))))
            found.append((owner, {**row, "id": None, at: when}))
    return found


# -- what must be read again, and what must not ------------------------------------------------


@pytest.fixture
def shop():
    with DuckDBWarehouse.in_memory(threads=1) as opened:
        fill(opened)
        yield opened


def run(warehouse: DuckDBWarehouse, statement: str) -> None:
    warehouse.connection.execute(statement).fetchall()


def shop_index(warehouse: DuckDBWarehouse, folder: Path) -> AudienceIndex:
    return build_index(warehouse, shop_model(), folder=folder / "index", stamp="0")


def extended(index: AudienceIndex, warehouse: DuckDBWarehouse, folder: Path) -> AudienceIndex:
    return extend_index(index, warehouse, shop_model(), folder=folder / "index", stamp="1")


def inodes(folder: Path) -> dict[str, int]:
    manifest = read_manifest(folder / "index")
    assert manifest is not None
    place = folder / "index" / manifest.generation
    return {path.name: path.stat().st_ino for path in place.iterdir()}


@pytest.mark.parametrize(
    ("statement", "kept"),
    [
        ("SELECT 1", {"entity", "events0", "events1"}),
        ("UPDATE customers SET tier = 9 WHERE customer_id = 1", {"events0", "events1"}),
        (
            "INSERT INTO cash_payments VALUES (2, 1, '2026-01-09', 5.00, 'Food')",
            {"entity", "events0"},
        ),
        (
            "INSERT INTO cash_payments VALUES (2, 99, '2026-01-09', 5.00, 'Food')",
            {"entity", "events0"},
        ),
        ("INSERT INTO customers (customer_id) VALUES (9)", {"events1"}),
        ("DELETE FROM customers WHERE customer_id = 2", {"events0", "events1"}),
    ],
    ids=["nothing", "attribute", "event", "stranger", "known now", "gone"],
)
def test_files_of_what_did_not_change_are_the_same_files(
    shop, tmp_path: Path, statement: str, kept: set[str]
) -> None:
    index = shop_index(shop, tmp_path)
    before = inodes(tmp_path)
    run(shop, statement)
    extended(index, shop, tmp_path)
    after = inodes(tmp_path)
    same = {name.partition(".")[0] for name in after if before.get(name) == after[name]}
    assert same == kept


def test_events_of_a_stranger_are_there_once_he_is_known(shop, tmp_path: Path) -> None:
    index = shop_index(shop, tmp_path)
    assert 9 not in event_rows(index, "card")
    run(shop, "INSERT INTO customers (customer_id) VALUES (9)")
    found = extended(index, shop, tmp_path)
    assert found.entities.keys[: index.size].tolist() == index.entities.keys.tolist()
    assert sum(event_rows(found, "card")[9].values()) == 1


def test_who_has_gone_keeps_an_ordinal_and_comes_back_to_it(shop, tmp_path: Path) -> None:
    index = shop_index(shop, tmp_path)
    run(shop, "DELETE FROM customers WHERE customer_id = 3")
    without = extended(index, shop, tmp_path)
    gone = index.entities.ordinals_of(np.array([3]))[0]
    assert without.size == index.size
    assert not bits.to_flags(without.present, without.size)[gone]
    run(shop, "INSERT INTO customers (customer_id) VALUES (3)")
    back = extended(without, shop, tmp_path)
    assert bits.to_flags(back.present, back.size)[gone]
    assert event_rows(back, "card")[3] == event_rows(index, "card")[3]


def test_new_partition_values_are_appended(shop, tmp_path: Path) -> None:
    index = shop_index(shop, tmp_path)
    run(shop, "INSERT INTO card_payments VALUES (10, 1, '2026-01-01', 1.00, 'Aardvarks')")
    found = extended(index, shop, tmp_path)
    events = found.events["card"]
    assert index.events["card"].partitions == ("Food", "Travel")
    assert events.partitions == ("Food", "Travel", "Aardvarks")
    assert len(events.offsets) == found.blocks * 4 + 1
    assert len(events.at) == len(index.events["card"].at) + 1


def test_wider_numbers_and_first_nulls_find_room(shop, tmp_path: Path) -> None:
    run(
        shop,
        "INSERT INTO card_payments SELECT 100 + range, 1, TIMESTAMP '2025-01-01'"
        " + to_days(range::INTEGER), 1.00, 'Food' FROM range(50)",
    )
    index = shop_index(shop, tmp_path)
    amount = index.events["card"].columns["amount"]
    assert (amount.values.dtype, amount.known) == (np.dtype("int32"), None)
    run(shop, "INSERT INTO card_payments VALUES (10, 1, '2026-01-01', 99999999.99, 'Food')")
    run(shop, "INSERT INTO card_payments VALUES (11, 1, '2026-01-01', NULL, 'Food')")
    found = extended(index, shop, tmp_path)
    amount = found.events["card"].columns["amount"]
    assert amount.values.dtype == np.dtype("int64")
    assert amount.known is not None
    assert (~amount.known).sum() == 1
    assert amount.magnitude == index.events["card"].columns["amount"].magnitude + 9_999_999_999


def test_another_model_builds_everything_anew(shop, tmp_path: Path) -> None:
    index = shop_index(shop, tmp_path)
    model = shop_model()
    fewer = {name: field for name, field in model.attributes.items() if name != "tier"}
    before = inodes(tmp_path)
    found = extend_index(
        index, shop, replace(model, attributes=fewer), folder=tmp_path / "index", stamp="1"
    )
    assert "tier" not in found.attributes
    assert not set(before.values()) & set(inodes(tmp_path).values())


def test_entities_beyond_a_block_open_new_runs(shop, tmp_path: Path) -> None:
    index = shop_index(shop, tmp_path)
    run(
        shop,
        f"INSERT INTO customers (customer_id) SELECT 1000 + range FROM range({BLOCK})",
    )
    run(shop, f"INSERT INTO card_payments VALUES (10, {1000 + BLOCK - 1}, '2026-01-01', 1, 'Food')")
    found = extended(index, shop, tmp_path)
    assert found.blocks == 2
    assert found.events["cash"].offsets.tolist() == [0, 1, 1]  # not partitioned
    assert len(found.events["card"].offsets) == 2 * 3 + 1
    rows = event_rows(found, "card")
    assert sum(rows[1000 + BLOCK - 1].values()) == 1
    assert rows[1] == event_rows(index, "card")[1]


def test_the_watermarks_move(shop, tmp_path: Path) -> None:
    index = shop_index(shop, tmp_path)
    run(shop, "INSERT INTO card_payments VALUES (10, 1, '2026-01-12 13:00', 1.00, 'Food')")
    extended(index, shop, tmp_path)
    manifest = read_manifest(tmp_path / "index")
    assert manifest is not None
    assert manifest.events["card"].newest_event == 1_768_222_800_000_000
    assert manifest.events["card"].rows == 5
