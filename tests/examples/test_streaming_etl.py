"""Bronze to silver to gold: what is understood, what is rejected, and that increments add up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from muster.base.errors import EngineFailed
from muster.engines.duckdb import DuckDBWarehouse
from muster.examples.catalog import find_example
from tests.examples.asking import checksums, rows_of, value_of

STREAMING = find_example("streaming")
SOURCES = ("bronze_profiles", "bronze_impressions", "bronze_views")
ARRIVED = datetime(2025, 5, 2)


def run_etl(warehouse: DuckDBWarehouse, *, rebuild: bool = False) -> None:
    warehouse.script(STREAMING.path("etl.sql"), {"rebuild": rebuild})


def silver(warehouse: DuckDBWarehouse) -> dict[str, Any]:
    """Return the content of everything the ETL makes, whatever the order of rows."""
    tables = ["silver_user_profiles", "silver_impressions", "silver_views", "silver_rejected"]
    tables += ["etl_state", "muster_load_report"]
    return {
        name: rows_of(warehouse, f"SELECT count(*), bit_xor(hash(t)) FROM {name} AS t")
        for name in tables
    }


# -- whole runs ------------------------------------------------------------------------------------


def test_running_again_changes_nothing(streaming: DuckDBWarehouse) -> None:
    before = checksums(streaming)
    run_etl(streaming)
    assert checksums(streaming) == before


def test_a_rebuild_gives_the_same(streaming: DuckDBWarehouse) -> None:
    before = silver(streaming)
    run_etl(streaming, rebuild=True)
    assert silver(streaming) == before


@pytest.mark.parametrize(
    "stages",
    [
        [(0.5, 0.5, 0.5), (1, 1, 1)],
        [(0, 1, 1), (1, 1, 1)],  # events wait for all profiles
        [(1, 0, 0), (1, 1, 0), (1, 1, 1)],
        [(0.3, 0.6, 0.2), (0.3, 0.9, 0.2), (0.8, 0.9, 0.7), (0.9, 0.95, 0.99), (1, 1, 1)],
        [(n / 10, n / 10, n / 10) for n in range(1, 11)],
    ],
    ids=["halves", "profiles last", "one source a time", "uneven", "ten parts"],
)
def test_increments_end_where_one_run_ends(
    streaming: DuckDBWarehouse, stages: list[tuple[float, float, float]]
) -> None:
    expected = silver(streaming)
    connection = streaming.connection
    for source in SOURCES:
        connection.execute(f"CREATE TABLE all_{source} AS FROM {source}").fetchall()
        connection.execute(f"DELETE FROM {source}").fetchall()
    run_etl(streaming, rebuild=True)
    assert value_of(streaming, "SELECT count(*) FROM silver_impressions") == 0
    for stage in stages:
        for source, share in zip(SOURCES, stage, strict=True):
            connection.execute(
                f"INSERT INTO {source} SELECT * FROM all_{source} WHERE bronze_seq <= "
                f"{share} * (SELECT max(bronze_seq) FROM all_{source})"
                f" AND bronze_seq > coalesce((SELECT max(bronze_seq) FROM {source}), 0)"
            ).fetchall()
        run_etl(streaming)
    assert silver(streaming) == expected


def test_a_failed_run_leaves_everything_as_it_was(streaming: DuckDBWarehouse) -> None:
    streaming.connection.execute("DELETE FROM etl_state").fetchall()  # all is new again
    streaming.connection.execute("DROP TABLE bronze_views").fetchall()
    before = silver(streaming)
    with pytest.raises(EngineFailed):
        run_etl(streaming)
    assert silver(streaming) == before


def test_generating_again_starts_the_etl_anew(streaming: DuckDBWarehouse) -> None:
    variables = STREAMING.variables(until_utc=datetime(2025, 8, 1), entities=50)
    for script in STREAMING.script_paths:
        streaming.script(script, variables)
    assert 45 <= value_of(streaming, "SELECT count(*) FROM silver_user_profiles") <= 50


def test_every_reason_for_rejection_occurs_in_the_generated_data(
    generated: dict[str, DuckDBWarehouse],
) -> None:
    found = set(
        rows_of(generated["streaming"], "SELECT DISTINCT source, reason FROM silver_rejected")
    )
    common = {"no_id", "no_profile", "bad_timestamp", "future_timestamp", "unknown_profile"}
    assert found == {
        *(("bronze_profiles", reason) for reason in ("no_profile", "bad_timestamp")),
        *(("bronze_impressions", reason) for reason in common | {"negative_cost"}),
        *(("bronze_views", reason) for reason in common | {"negative_minutes"}),
    }


# -- rows written by hand --------------------------------------------------------------------------


@pytest.fixture
def by_hand() -> Iterator[DuckDBWarehouse]:
    """The bronze tables without a row."""
    warehouse = DuckDBWarehouse.in_memory()
    warehouse.script(
        STREAMING.script_paths[0], STREAMING.variables(until_utc=datetime(2025, 1, 1), entities=1)
    )
    for source in SOURCES:
        warehouse.connection.execute(f"DELETE FROM {source}").fetchall()
    yield warehouse
    warehouse.close()


def add(warehouse: DuckDBWarehouse, source: str, *rows: dict[str, Any]) -> None:
    """Append rows as a source would, numbered on; columns left out are empty."""
    defaults: dict[str, dict[str, Any]] = {
        "bronze_profiles": {"profile_id": "p_1", "created_at": "2025-01-01T00:00:00Z"},
        "bronze_impressions": {
            "impression_id": "1",
            "profile_id": "p_1",
            "occurred_at": "2025-05-01T10:00:00Z",
        },
        "bronze_views": {
            "view_id": "1",
            "profile_id": "p_1",
            "occurred_at": "2025-05-01T10:00:00Z",
        },
    }
    for row in rows:
        number = value_of(warehouse, f"SELECT coalesce(max(bronze_seq), 0) + 1 FROM {source}")
        full = {**defaults[source], "ingested_at": ARRIVED, "bronze_seq": number, **row}
        marks = ", ".join("?" for _ in full)
        warehouse.connection.execute(
            f"INSERT INTO {source} ({', '.join(full)}) VALUES ({marks})", list(full.values())
        ).fetchall()


@pytest.mark.parametrize(
    ("column", "raw", "expected"),
    [
        ("age", "34", 34),
        ("age", " 34 ", 34),
        ("age", "34.9", 34),
        ("age", "n/a", None),
        ("age", "-1", None),
        ("age", "199", None),
        ("age", None, None),
        ("gender", "Female", "F"),
        ("gender", "m", "M"),
        ("gender", "other", "X"),
        ("gender", "unknown", None),
        ("gender", "-", None),
        ("household", "FAMILY", "family"),
        ("state", " nsw ", "NSW"),
        ("state", "New South Wales", "NSW"),
        ("state", "northern territory", "NT"),
        ("state", "Bavaria", None),
        ("state", "", None),
        ("city", "ALICE SPRINGS", "Alice Springs"),
        ("city", "Cairns", "Cairns"),
        ("interests", "sports|news", ["sports", "news"]),
        ("interests", '["sports", "news"]', ["sports", "news"]),
        ("interests", "", []),
        ("interests", "[]", []),
        ("interests", None, None),
        ("marketing_consent", "Y", True),
        ("marketing_consent", "0", False),
        ("marketing_consent", "maybe", None),
        ("renews_on", "2025-06-01", date(2025, 6, 1)),
        ("renews_on", "soon", None),
        ("email", "Sam.1@Example.COM", "sam.1@example.com"),
        ("created_at", "2025-01-01T08:00:00Z", datetime(2025, 1, 1, 8)),
        ("created_at", "2025-01-01 08:00:00+10:00", datetime(2024, 12, 31, 22)),
        ("created_at", "1735718400000", datetime(2025, 1, 1, 8)),
    ],
)
def test_a_field_is_understood_or_empty(
    by_hand: DuckDBWarehouse, column: str, raw: str | None, expected: Any
) -> None:
    add(by_hand, "bronze_profiles", {column: raw})
    run_etl(by_hand)
    assert value_of(by_hand, f"SELECT {column} FROM silver_user_profiles") == expected


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        ("-33.8", "151.2", (-33.8, 151.2)),
        ("0", "0", (None, None)),
        ("133.8", "151.2", (None, 151.2)),
        ("here", "151.2", (None, 151.2)),
        (None, None, (None, None)),
    ],
)
def test_a_point_must_lie_on_the_globe(
    by_hand: DuckDBWarehouse,
    latitude: str | None,
    longitude: str | None,
    expected: tuple[float | None, float | None],
) -> None:
    add(by_hand, "bronze_profiles", {"latitude": latitude, "longitude": longitude})
    run_etl(by_hand)
    assert rows_of(by_hand, "SELECT latitude, longitude FROM silver_user_profiles") == [expected]


def test_the_latest_version_of_a_profile_stays_in_whatever_order_they_arrive(
    by_hand: DuckDBWarehouse,
) -> None:
    add(
        by_hand,
        "bronze_profiles",
        {"updated_at": "2025-03-01T00:00:00Z", "plan": "basic"},
        {"updated_at": "2025-04-01T00:00:00Z", "plan": "premium", "profile_id": " P_1"},
    )
    run_etl(by_hand)
    add(by_hand, "bronze_profiles", {"updated_at": "2025-02-01T00:00:00Z", "plan": "free"})
    run_etl(by_hand)
    assert rows_of(by_hand, "SELECT profile_id, plan FROM silver_user_profiles") == [
        ("p_1", "premium")
    ]


@pytest.mark.parametrize(
    ("source", "row", "reason"),
    [
        ("bronze_profiles", {"profile_id": None}, "no_profile"),
        ("bronze_profiles", {"profile_id": "unknown"}, "no_profile"),
        ("bronze_profiles", {"profile_id": "p_2", "created_at": "n/a"}, "bad_timestamp"),
        ("bronze_impressions", {"impression_id": "x1"}, "no_id"),
        ("bronze_impressions", {"profile_id": ""}, "no_profile"),
        ("bronze_impressions", {"profile_id": "p_2"}, "unknown_profile"),
        ("bronze_impressions", {"occurred_at": "0000-00-00T00:00:00Z"}, "bad_timestamp"),
        ("bronze_impressions", {"occurred_at": "2025-05-01"}, "bad_timestamp"),
        ("bronze_impressions", {"occurred_at": "2025-05-02T01:00:01Z"}, "future_timestamp"),
        ("bronze_impressions", {"cost": "-0.01"}, "negative_cost"),
        ("bronze_views", {"view_id": None}, "no_id"),
        ("bronze_views", {"minutes": "-5"}, "negative_minutes"),
        ("bronze_views", {"occurred_at": None}, "bad_timestamp"),
    ],
)
def test_a_row_that_cannot_be_used_is_kept_with_its_reason(
    by_hand: DuckDBWarehouse, source: str, row: dict[str, Any], reason: str
) -> None:
    add(by_hand, "bronze_profiles", {})
    add(by_hand, source, row)
    run_etl(by_hand)
    run_etl(by_hand)  # and once only
    name = next(iter(row))
    kept = rows_of(
        by_hand, f"SELECT source, reason, raw->>'{name}', first_seen FROM silver_rejected"
    )
    assert kept == [(source, reason, row[name], ARRIVED)]
    silver_table = source.replace("bronze_profiles", "silver_user_profiles").replace(
        "bronze", "silver"
    )
    expected = 1 if source == "bronze_profiles" else 0
    assert value_of(by_hand, f"SELECT count(*) FROM {silver_table}") == expected


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        ({"cost": "$0.05"}, "cost::VARCHAR", "0.05"),
        ({"cost": "free"}, "cost", None),
        ({"clicked": "1"}, "clicked", True),
        ({"clicked": "maybe"}, "clicked", None),
        ({"channel": "CATCH_UP"}, "channel", "catch_up"),
        ({"device": ""}, "device", None),
        ({"profile_id": "P_1 "}, "profile_id", "p_1"),
        ({"occurred_at": "2025-05-02T01:00:00Z"}, "occurred_at", datetime(2025, 5, 2, 1)),
    ],
)
def test_an_impression_with_one_odd_field_is_kept(
    by_hand: DuckDBWarehouse, row: dict[str, Any], column: str, expected: Any
) -> None:
    add(by_hand, "bronze_profiles", {})
    add(by_hand, "bronze_impressions", row)
    run_etl(by_hand)
    assert rows_of(by_hand, f"SELECT {column} FROM silver_impressions") == [(expected,)]


def test_of_doubled_events_the_one_that_arrived_last_stays(by_hand: DuckDBWarehouse) -> None:
    add(by_hand, "bronze_profiles", {})
    add(by_hand, "bronze_impressions", {"campaign": "a"}, {"campaign": "b"})
    run_etl(by_hand)
    assert value_of(by_hand, "SELECT campaign FROM silver_impressions") == "b"
    # a broken repetition replaces nothing, a sound one does
    add(by_hand, "bronze_impressions", {"campaign": "c", "occurred_at": "n/a"})
    run_etl(by_hand)
    assert value_of(by_hand, "SELECT campaign FROM silver_impressions") == "b"
    add(by_hand, "bronze_impressions", {"campaign": "d"})
    run_etl(by_hand)
    assert value_of(by_hand, "SELECT campaign FROM silver_impressions") == "d"
    report = rows_of(by_hand, "FROM muster_load_report WHERE table_name = 'silver_impressions'")
    assert report == [("silver_impressions", 4, 1, 2, 1, 0)]


def test_an_event_waits_for_its_profile(by_hand: DuckDBWarehouse) -> None:
    add(by_hand, "bronze_views", {"profile_id": "p_7", "title": "waiting"})
    run_etl(by_hand)
    waiting = rows_of(by_hand, "FROM muster_load_report WHERE table_name = 'silver_views'")
    assert waiting == [("silver_views", 1, 0, 0, 0, 1)]
    add(by_hand, "bronze_profiles", {"profile_id": "p_7"})
    run_etl(by_hand)
    assert rows_of(by_hand, "SELECT profile_id, title FROM silver_views") == [("p_7", "waiting")]
    assert rows_of(by_hand, "FROM silver_rejected") == []


# -- gold ------------------------------------------------------------------------------------------


def test_gold_counts_reach_by_segment_and_local_day(by_hand: DuckDBWarehouse) -> None:
    add(by_hand, "bronze_profiles", *({"profile_id": f"p_{n}"} for n in (1, 2, 3)))
    add(
        by_hand,
        "bronze_impressions",
        # 14:30 UTC is half past midnight of the next day in Sydney
        {"impression_id": "1", "occurred_at": "2025-04-30T13:30:00Z", "clicked": "true"},
        {"impression_id": "2", "occurred_at": "2025-04-30T14:30:00Z"},
        {"impression_id": "3", "occurred_at": "2025-05-01T02:00:00Z"},
        {"impression_id": "4", "occurred_at": "2025-05-01T03:00:00Z", "profile_id": "p_2"},
        {"impression_id": "5", "occurred_at": "2025-05-01T04:00:00Z", "profile_id": "p_3"},
    )
    run_etl(by_hand)
    by_hand.connection.execute(
        """CREATE TEMP TABLE muster_members AS FROM (VALUES
          ('both', 'p_1'), ('both', 'p_2'), ('one', 'p_2'), ('one', 'p_2'), ('ghost', 'p_9'))
          AS members (segment, profile_id)"""
    ).fetchall()
    by_hand.script(STREAMING.path("gold.sql"), {})
    assert rows_of(by_hand, "FROM gold_segment_analytics") == [
        ("both", date(2025, 4, 30), 2, 1, 1, 1.0, 1, 1.0),
        ("both", date(2025, 5, 1), 2, 2, 3, 1.5, 0, 0.0),
        ("one", date(2025, 5, 1), 1, 1, 1, 1.0, 0, 0.0),
    ]
    assert rows_of(by_hand, "FROM gold_segments") == [
        ("both", 2, 2, 4, 2.0, 1, 0.25),
        ("ghost", 1, 0, 0, None, 0, None),
        ("one", 1, 1, 1, 1.0, 0, 0.0),
    ]
