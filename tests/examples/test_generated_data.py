"""What the README of each example promises about its data."""

from __future__ import annotations

from datetime import datetime
from math import sqrt

import pytest

from muster.base.errors import EngineFailed
from muster.engines.duckdb import DuckDBWarehouse
from muster.examples.catalog import EXAMPLES, Example, find_example
from tests.examples.asking import checksums, missing_columns, rows_of, value_of
from tests.examples.conftest import ENTITIES, UNTIL_UTC, generate
from tests.examples.evaluating import read_model

Warehouses = dict[str, DuckDBWarehouse]
examples = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)

# workspace, what it is a share of (table and condition), expected share
SHARES = [
    ("payments", "users", "gender IS NULL", 0.02),
    ("payments", "users", "birth_date IS NULL", 0.03),
    ("payments", "users", "city IS NULL AND state IS NULL", 0.006),
    ("payments", "users", "latitude IS NULL AND longitude IS NULL", 0.04),
    ("payments", "users", "email IS NULL", 0.025),
    ("payments", "users", "languages = []", 0.04),
    ("payments", "users", "marketing_consent IS NULL", 0.05),
    ("payments", "users", "kyc_due_on < DATE '2025-11-20'", 0.05 * 0.98),
    (
        "payments",
        "users",
        "user_id NOT IN (SELECT user_id FROM credit_card_transactions)"
        " AND user_id NOT IN (SELECT user_id FROM upi_transactions)",
        0.18,
    ),
    ("payments", "users", "user_id IN (FROM suppression_list)", 0.012),
    ("payments", "credit_card_transactions", "category IS NULL", 0.015),
    ("payments", "credit_card_transactions", "merchant IS NULL", 0.008),
    ("payments", "upi_transactions", "description IS NULL", 0.03),
    ("payments", "upi_transactions", "category IS NULL", 0.02),
    # 4 % are late, and 0.8 % of the others were delivered again later
    ("payments", "upi_transactions", "loaded_at > transaction_date + INTERVAL 1 HOUR", 0.048),
    ("payments", "upi_transactions", "loaded_at > transaction_date + INTERVAL 4 DAY", 0.01),
    ("retail360", "customers", "email IS NULL", 0.02),
    ("retail360", "customers", "phone IS NULL", 0.03),
    ("retail360", "customers", "birth_date IS NULL", 0.04),
    ("retail360", "customers", "latitude IS NULL", 0.04),
    ("retail360", "customers", "tier IS NULL", 0.02),
    ("retail360", "customers", "customer_type = 'corporate'", 0.03),
    ("retail360", "orders", "coupon IS NOT NULL", 0.18),
    ("retail360", "orders", "channel IS NULL", 0.01),
    ("retail360", "orders", "loaded_at > order_date + INTERVAL 1 HOUR", 0.04),
    ("streaming", "silver_user_profiles", "age IS NULL", 0.03),
    ("streaming", "silver_user_profiles", "gender IS NULL", 0.03),
    ("streaming", "silver_user_profiles", "household IS NULL", 0.02),
    ("streaming", "silver_user_profiles", "latitude IS NULL AND longitude IS NULL", 0.035),
    ("streaming", "silver_user_profiles", "interests IS NULL", 0.02),
    ("streaming", "silver_user_profiles", "plan = 'free'", 0.55 * 0.995),
    ("streaming", "silver_impressions", "genre IS NULL", 0.02),
    ("streaming", "silver_impressions", "cost IS NULL", 0.02),
    ("streaming", "silver_impressions", "ingested_at > occurred_at + INTERVAL 1 HOUR", 0.048),
    ("streaming", "silver_views", "minutes IS NULL", 0.01),
]
# workspace, table of the report, column of the report, share of the rows read
DIRT = [
    ("payments", "credit_card_transactions", "duplicates", 0.008),
    ("payments", "upi_transactions", "duplicates", 0.008),
    ("payments", "upi_transactions", "rejected", 0.002),
    ("payments", "upi_transactions", "orphans", 0.002),
    ("payments", "users", "duplicates", 0.01),
    ("retail360", "orders", "duplicates", 0.008),
    ("retail360", "orders", "rejected", 0.002),
    ("retail360", "order_items", "duplicates", 0.008),
    ("retail360", "order_status_history", "duplicates", 0.005),
    ("retail360", "customers", "duplicates", 0.012),
    ("streaming", "silver_impressions", "duplicates", 0.008),
    ("streaming", "silver_views", "duplicates", 0.008),
    ("streaming", "silver_user_profiles", "duplicates", 0.125),
]


def close(found: float, expected: float, number: int) -> bool:
    """Whether a share of ``number`` draws is within five standard deviations of what is meant."""
    return abs(found - expected) <= 5 * sqrt(expected * (1 - expected) / number) + 1 / number


@pytest.mark.parametrize(("name", "table", "condition", "expected"), SHARES)
def test_a_documented_share_holds(
    generated: Warehouses, name: str, table: str, condition: str, expected: float
) -> None:
    query = f"SELECT count(*), count(*) FILTER ({condition}) FROM {table}"
    [(number, found)] = rows_of(generated[name], query)
    assert close(found / number, expected, number)


@pytest.mark.parametrize(("name", "table", "column", "expected"), DIRT)
def test_a_documented_share_of_dirt_is_found_by_the_loader(
    generated: Warehouses, name: str, table: str, column: str, expected: float
) -> None:
    query = f"SELECT rows_read, {column} FROM muster_load_report WHERE table_name = '{table}'"
    [(number, found)] = rows_of(generated[name], query)
    assert close(found / number, expected, number)


@examples
def test_the_report_adds_up_and_counts_the_tables(generated: Warehouses, example: Example) -> None:
    warehouse = generated[example.name]
    report = rows_of(warehouse, "FROM muster_load_report")
    assert len(report) >= 3
    for table, read, loaded, duplicates, rejected, orphans in report:
        assert read == loaded + duplicates + rejected + orphans
        assert min(loaded, duplicates, rejected, orphans) >= 0
        assert loaded == value_of(warehouse, f"SELECT count(*) FROM {table}")


@examples
def test_every_column_of_the_model_exists(generated: Warehouses, example: Example) -> None:
    assert missing_columns(read_model(example.model_path), generated[example.name]) == []


@examples
def test_keys_and_event_ids_are_unique_and_known(generated: Warehouses, example: Example) -> None:
    warehouse, model = generated[example.name], read_model(example.model_path)
    people = f"(SELECT {model.entity.key} AS who FROM {model.entity.table})"
    unique = f"SELECT count(who) = count(DISTINCT who) AND count(who) = count(*) FROM {people}"
    assert value_of(warehouse, unique) is True
    for event in model.events.values():
        assert value_of(
            warehouse, f"SELECT count(*) = count(DISTINCT {event.id}) FROM {event.table}"
        ), event.name
        strangers = f"SELECT count(*) FROM {event.table} WHERE {event.entity_key} IS NULL OR " + (
            f"{event.entity_key} NOT IN (SELECT who FROM {people})"
        )
        assert value_of(warehouse, strangers) == 0, event.name


@examples
def test_events_are_sorted_and_lie_between_joining_and_the_end(
    generated: Warehouses, example: Example
) -> None:
    warehouse, model = generated[example.name], read_model(example.model_path)
    for event in model.events.values():
        at, ingested = event.fields[event.at].column, event.fields[str(event.ingested_at)].column
        query = f"""SELECT count(*) FILTER (happened < before),
              count(*) FILTER (arrived < happened),
              count(*) FILTER (happened >= $until), count(*) FILTER (arrived >= $until),
              count(*) FILTER (happened < created_at)
            FROM (SELECT {event.entity_key} AS who, {at} AS happened, {ingested} AS arrived,
                lag({at}) OVER (ORDER BY rowid) AS before FROM {event.table})
            JOIN {model.entity.table} ON {model.entity.key} = who"""
        found = rows_of(warehouse, query.replace("$until", f"TIMESTAMP '{UNTIL_UTC}'"))
        assert found == [(0, 0, 0, 0, 0)], event.name


@examples
def test_the_number_of_events_is_as_asked(generated: Warehouses, example: Example) -> None:
    warehouse, model = generated[example.name], read_model(example.model_path)
    events = sum(
        value_of(warehouse, f"SELECT count(*) FROM {event.table}")
        for event in model.events.values()
    )
    assert events == pytest.approx(20 * ENTITIES, rel=0.1)


@examples
def test_activity_is_skewed(generated: Warehouses, example: Example) -> None:
    """The busiest tenth of those with events has at least a third of them."""
    warehouse, model = generated[example.name], read_model(example.model_path)
    event = next(iter(model.events.values()))
    share = value_of(
        warehouse,
        f"""WITH counted AS (SELECT count(*) AS n FROM {event.table} GROUP BY {event.entity_key}),
              placed AS (SELECT n, row_number() OVER (ORDER BY n DESC) AS place FROM counted)
            SELECT sum(n) FILTER (place <= (SELECT count(*) / 10 FROM placed)) / sum(n)
            FROM placed""",
    )
    assert 0.33 < share < 0.9


@examples
def test_the_same_variables_give_the_same_rows_in_the_same_order(example: Example) -> None:
    found = []
    for seed, threads in ((1, 2), (1, 1), (2, 2)):
        with generate(example, entities=300, seed=seed, threads=threads) as warehouse:
            found.append(checksums(warehouse))
    first, again, other = found
    assert first == again
    assert {table for table in first if first[table] == other[table]} == set()


def test_the_data_ends_where_it_is_told() -> None:
    until = datetime(2024, 3, 10, 6)
    with generate(find_example("payments"), entities=300, until_utc=until) as warehouse:
        latest = value_of(warehouse, "SELECT max(transaction_date) FROM upi_transactions")
    assert datetime(2024, 3, 7) < latest < until


def test_a_forgotten_end_is_an_error() -> None:
    for example in EXAMPLES:
        with DuckDBWarehouse.in_memory() as warehouse, pytest.raises(EngineFailed, match="until"):
            warehouse.script(example.script_paths[0], {})


def test_contact_data_reaches_nobody(generated: Warehouses) -> None:
    reserved = "(@|[.])(example([.](com|org|net))?|(mail|shop|stream)[.]example)$"
    for name, table in (
        ("payments", "users"),
        ("retail360", "customers"),
        ("streaming", "silver_user_profiles"),
    ):
        assert (
            value_of(
                generated[name],
                f"SELECT count(*) FROM {table} WHERE NOT regexp_matches(email, '{reserved}')",
            )
            == 0
        )
    assert value_of(generated["payments"], "SELECT bool_and(phone LIKE '+91 0%') FROM users")
    assert value_of(
        generated["retail360"], "SELECT bool_and(phone LIKE '%-555-01__') FROM customers"
    )


def test_people_live_around_the_city_they_name(generated: Warehouses) -> None:
    for name, table in (("payments", "users"), ("streaming", "silver_user_profiles")):
        farthest = value_of(
            generated[name],
            f"""SELECT max(greatest(abs(latitude - middle_lat), abs(longitude - middle_lon)))
            FROM {table} JOIN (SELECT city, median(latitude) AS middle_lat,
              median(longitude) AS middle_lon FROM {table} GROUP BY city) USING (city)""",
        )
        assert farthest < 1


def test_festivals_and_weekends_show(generated: Warehouses) -> None:
    daily = value_of(
        generated["payments"],
        """SELECT count(*) FILTER (day BETWEEN DATE '2024-10-10' AND DATE '2024-10-31') / 22
          / (count(*) FILTER (day BETWEEN DATE '2024-09-01' AND DATE '2024-09-30') / 30)
        FROM (SELECT (transaction_date + INTERVAL 330 MINUTE)::DATE AS day
          FROM upi_transactions)""",
    )
    assert 1.3 < daily < 2.2
    november = value_of(
        generated["retail360"],
        """SELECT count(*) FILTER (day BETWEEN DATE '2024-11-28' AND DATE '2024-12-02') / 5
          / (count(*) FILTER (day BETWEEN DATE '2024-10-01' AND DATE '2024-10-31') / 31)
        FROM (SELECT (order_date - INTERVAL 5 HOUR)::DATE AS day FROM orders)""",
    )
    assert 2 < november < 4.5


def test_city_tier_and_age_show_in_what_people_do(generated: Warehouses) -> None:
    spent = dict(
        rows_of(
            generated["payments"],
            "SELECT city_tier, avg(amount) FROM credit_card_transactions"
            " JOIN users USING (user_id) GROUP BY city_tier",
        )
    )
    assert spent[1] > 1.2 * spent[3]
    declared = dict(
        rows_of(
            generated["streaming"],
            "SELECT age < 40, avg(list_contains(interests, 'news')::INTEGER)"
            " FROM silver_user_profiles WHERE age IS NOT NULL GROUP BY 1",
        )
    )
    assert declared[False] > 1.5 * declared[True]
