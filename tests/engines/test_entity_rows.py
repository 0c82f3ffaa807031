"""One entity read out of DuckDB is to the law what it was in the world it was put in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from muster.base.datamodel import DataModel, EventSource, Field, FieldType
from muster.base.errors import EngineFailed, InvalidFile, InvalidInput, NotFound
from muster.compile.entity_rows import entity_row, event_rows
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.entity_rows import typed_key, world_of
from muster.rules.explain import explain
from muster.rules.explain_needs import needs_of
from muster.rules.explain_records import ExplainedGroup, ExplainedNode
from muster.rules.world import Key, World
from tests.rules.sample import MODEL, event, rupees, utc, world
from tests.strategies.runs import run_fresh
from tests.strategies.warehouse import load_world
from tests.strategies.worlds import Scenario, scenarios

T = FieldType
EVERYTHING = dict.fromkeys(("card", "upi", "view"))


@pytest.fixture
def warehouse() -> Iterator[DuckDBWarehouse]:
    with DuckDBWarehouse.in_memory() as found:
        yield found


ANNA = {
    "tier": 3,
    "name": "Änna O'Hara",
    "score": 0.5,
    "ratio": Decimal("0.25"),
    "balance": rupees("-12.50"),
    "active": False,
    "born": date(1990, 2, 28),
    "joined": utc("2026-05-01T10:00:00.000001"),
    "tags": ["a", "B"],
    "home": (1.5, -2.25),
}


def people(**events: list[Any]) -> World:
    return world({1: ANNA, 2: {}}, lists={"staff": [1], "suppression": [2]}, **events)


def read(warehouse: DuckDBWarehouse, seen: World, key: Key = 1, **options: Any) -> World:
    load_world(seen, warehouse.connection)
    return world_of(warehouse, seen.model, key, **{"sources": EVERYTHING, **options})


# -- the row ---------------------------------------------------------------------------------------


def test_values_come_with_the_types_of_the_world(warehouse: DuckDBWarehouse) -> None:
    found = read(warehouse, people()).entities
    assert list(found) == [1]
    row = found[1]
    assert {name: row[name] for name in ANNA} == ANNA
    assert {name: type(row[name]) for name in ANNA} == {n: type(v) for n, v in ANNA.items()}
    joined = row["joined"]
    assert isinstance(joined, datetime)
    assert joined.tzinfo is UTC
    assert all(row[name] is None for name in set(MODEL.attributes) - set(ANNA))


def test_what_is_missing_is_none(warehouse: DuckDBWarehouse) -> None:
    row = read(warehouse, world({1: {"joined": None, "score": float("nan")}})).entities[1]
    assert row.pop("home") == (None, None)  # type: ignore[attr-defined]
    assert set(row.values()) == {None}


def test_only_the_wanted_attributes_are_read(warehouse: DuckDBWarehouse) -> None:
    found = read(warehouse, people(), attributes=("tier", "home"))
    assert found.entities[1] == {"tier": 3, "home": (1.5, -2.25)}
    assert read(warehouse, people(), attributes=()).entities == {1: {}}


def test_columns_of_other_types_are_converted(warehouse: DuckDBWarehouse) -> None:
    warehouse.connection.execute(
        "CREATE TABLE users AS SELECT 1 AS user_id, 3.0 AS tier, 1 AS active, DATE '2026-05-01' AS"
        " seen, TIMESTAMP '2026-05-02 23:00:00' AS born, 1.5 AS score, 7 AS code, 2 AS balance,"
        " TIMESTAMPTZ '2026-05-01 12:00:00+02' AS joined"
    ).fetchall()
    names = ("tier", "active", "seen", "born", "score", "code", "balance", "joined")
    attributes = {name: MODEL.attributes[name] for name in names}
    attributes["joined"] = replace(attributes["joined"], stored_as="instant")
    model = replace(MODEL, attributes=attributes)
    assert world_of(warehouse, model, 1, sources={}).entities[1] == {
        "tier": 3,
        "active": True,
        "seen": utc("2026-05-01"),
        "born": date(2026, 5, 2),
        "score": 1.5,
        "code": "7",
        "balance": rupees("2.00"),
        "joined": utc("2026-05-01T10:00"),
    }


def test_an_unknown_key_is_reported(warehouse: DuckDBWarehouse) -> None:
    with pytest.raises(NotFound) as caught:
        read(warehouse, people(), 9)
    assert (caught.value.code, caught.value.sentence) == ("UNKNOWN_ENTITY", "There is no user 9.")


def test_a_key_that_stands_twice_is_reported(warehouse: DuckDBWarehouse) -> None:
    load_world(people(), warehouse.connection)
    warehouse.connection.execute("INSERT INTO users (user_id) VALUES (1)").fetchall()
    with pytest.raises(InvalidFile) as caught:
        world_of(warehouse, MODEL, 1, sources={})
    assert caught.value.code == "DUPLICATE_KEYS"


def test_a_missing_table_is_a_failure_of_the_engine(warehouse: DuckDBWarehouse) -> None:
    with pytest.raises(EngineFailed):
        world_of(warehouse, MODEL, 1, sources={})


@pytest.mark.parametrize(
    ("keys", "text", "found"),
    [((1, 2), "2", 2), (("u1", "2"), "2", "2"), ((), "2", "2"), ((1,), "-5", -5)],
)
def test_a_typed_key_gets_the_type_of_the_column(
    warehouse: DuckDBWarehouse, keys: Any, text: str, found: Key
) -> None:
    load_world(world(keys), warehouse.connection)
    assert typed_key(warehouse, MODEL, text) == found


def test_text_is_no_whole_number(warehouse: DuckDBWarehouse) -> None:
    load_world(world([1]), warehouse.connection)
    with pytest.raises(NotFound) as caught:
        typed_key(warehouse, MODEL, "u1")
    assert caught.value.code == "UNKNOWN_ENTITY"


@pytest.mark.parametrize("key", ["o'hara", 'say "hi"', "%", "日本", " ", "1; DROP TABLE users"])
def test_awkward_text_keys_find_their_own_rows(warehouse: DuckDBWarehouse, key: str) -> None:
    seen = world({key: {"tier": 1}, "other": {"tier": 2}}, card=[event(key, "2026-05-01", id=1)])
    found = read(warehouse, seen, key)
    assert (found.entities[key]["tier"], len(found.events["card"])) == (1, 1)
    assert found.events_by_entity("card")[key][0]["id"] == "1"


# -- events and lists ------------------------------------------------------------------------------


def test_events_of_the_entity_alone_the_newest_first(warehouse: DuckDBWarehouse) -> None:
    rows = [
        event(1, "2026-05-01", id=1, amount=rupees("10"), due=date(2026, 6, 1), labels=["x"]),
        event(2, "2026-05-02", id=2),
        event(None, "2026-05-03", id=3),
        event(1, "2027-05-03", id=4, amount=rupees("0.5"), paid=True, spot=(1.0, None)),
    ]
    found = read(warehouse, people(card=rows), sources={"card": None}).events
    assert list(found) == ["card"]
    assert [(key, row["id"], row["at"]) for key, row in found["card"]] == [
        (1, "4", utc("2027-05-03")),
        (1, "1", utc("2026-05-01")),
    ]
    newest, oldest = (row for _, row in found["card"])
    assert (newest["amount"], newest["paid"], newest["spot"]) == (rupees("0.5"), True, (1.0, None))
    assert (oldest["due"], oldest["labels"], oldest["paid"]) == (date(2026, 6, 1), ["x"], None)


def test_events_since_an_instant(warehouse: DuckDBWarehouse) -> None:
    rows = [event(1, f"2026-05-0{day}", id=day) for day in (1, 2, 3)]
    found = read(warehouse, people(card=rows), sources={"card": utc("2026-05-02")}).events["card"]
    assert [row["id"] for _, row in found] == ["3", "2"]


def test_more_events_than_the_limit_are_refused(warehouse: DuckDBWarehouse) -> None:
    rows = [event(1, f"2026-05-0{day}", id=day) for day in (1, 2, 3)]
    assert len(read(warehouse, people(card=rows), limit=3).events["card"]) == 3
    with pytest.raises(InvalidInput) as caught:
        read(warehouse, people(card=rows), limit=2)
    assert caught.value.code == "TOO_MANY_EVENTS"
    assert caught.value.sentence == "The user 1 has more than 2 rows of card."


def test_lists_are_asked_for_the_key(warehouse: DuckDBWarehouse) -> None:
    found = read(warehouse, people(), lists=("staff", "suppression"))
    assert found.lists == {"staff": frozenset({1}), "suppression": frozenset()}


def corrected() -> DataModel:
    """Return the model with cards of which the last ingested row counts."""
    card = MODEL.events["card"]
    loaded = Field("loaded", T.TIMESTAMP, "loaded")
    card = replace(
        card, fields={**card.fields, "loaded": loaded}, ingested_at="loaded", keep_latest=True
    )
    return replace(MODEL, events={**MODEL.events, "card": card})


def test_corrections_are_found_wherever_they_went(warehouse: DuckDBWarehouse) -> None:
    early, late = utc("2026-05-10"), utc("2026-05-11")
    rows = [
        event(1, "2026-05-01", id=1, loaded=early),
        event(2, "2026-05-01", id=1, loaded=late),  # it was somebody else's after all
        event(1, "2026-05-02", id=2, loaded=early),
        event(1, "2026-01-02", id=2, loaded=late),  # it was long ago
        event(2, "2026-05-03", id=3, loaded=early),
        event(1, "2026-05-03", id=3, loaded=late),  # it is this one's
        event(2, "2026-05-04", id=4, loaded=early),
        event(1, "2026-05-05", loaded=early),  # no id: never corrected
    ]
    seen = world([1, 2], model=corrected(), card=rows)
    found = read(warehouse, seen, sources={"card": utc("2026-04-01")})
    kept = found.events_by_entity("card")[1]
    assert sorted(row["at"] for row in kept) == sorted(
        row["at"] for row in seen.events_by_entity("card")[1]
    )
    assert sorted(str(row["id"]) for row in kept) == ["2", "3", "None"]


# -- SQL -------------------------------------------------------------------------------------------


def test_names_are_quoted_and_values_are_literals() -> None:
    at = Field("at", T.TIMESTAMP, "select")
    source = EventSource("s", 'a"b', "k", "at", {"at": at}, id="i'd")
    sql = event_rows(source, "o'h", [at], since=utc("2026-05-01")).sql("duckdb")
    assert sql == (
        'SELECT CAST("e"."k" AS TEXT) AS "c0", CAST("e"."i\'d" AS TEXT) AS "c1", '
        'CAST("e"."select" AS TIMESTAMP) AS "c2" FROM "a""b" AS "e" '
        "WHERE CAST(\"e\".\"k\" AS TEXT) = 'o''h' "
        'AND CAST("e"."select" AS TIMESTAMP) >= CAST(\'2026-05-01 00:00:00\' AS TIMESTAMP) '
        'ORDER BY CAST("e"."select" AS TIMESTAMP) DESC'
    )
    sql = entity_row(MODEL, 7, [MODEL.attributes["home"]]).sql("duckdb")
    assert 'WHERE "e"."user_id" = 7' in sql
    assert sql.count('AS "c') == 3


# -- against the world it was put in ---------------------------------------------------------------


def said(node: ExplainedNode) -> Any:
    """Return what is said of a node, ids as text."""
    if isinstance(node, ExplainedGroup):
        return [node.kind, node.truth, node.n, *(said(child) for child in node.children)]
    rows = None
    if node.evidence is not None:
        rows = [node.evidence.total]
        rows += [(row.at, row.source, str(row.identity), row.steps) for row in node.evidence.rows]
    words = (node.value_words, node.threshold_words, node.flip and node.flip.words)
    return [
        node.truth,
        node.value,
        words,
        rows,
        node.wanted,
        node.reason,
        node.turn,
        node.turn_reason,
    ]


def test_what_is_read_explains_the_same(warehouse: DuckDBWarehouse) -> None:
    def check(scenario: Scenario) -> None:
        seen = scenario.world
        load_world(seen, warehouse.connection)
        for rule in (one.resolved for one in scenario.rules):
            needs = needs_of(rule, seen.model, as_of=scenario.as_of)
            for key in list(seen.entities)[:2]:
                one = world_of(
                    warehouse,
                    seen.model,
                    key,
                    sources=needs.sources,
                    attributes=needs.attributes,
                    lists=needs.lists,
                    segments=seen.segments,
                )
                found = explain(rule, one, key, as_of=scenario.as_of)
                expected = explain(rule, seen, key, as_of=scenario.as_of)
                assert said(found.where) == said(expected.where)
                assert found.lapse == expected.lapse
                assert (found.member, found.flip.words) == (expected.member, expected.flip.words)

    run_fresh(scenarios(rules=3), check, examples=9)
