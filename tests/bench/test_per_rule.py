"""The peer's SQL is what an analyst would write, and owes Muster nothing."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from bench.joined import joined_sql, shared_scan
from bench.per_rule import rule_sql
from bench.places import REPOSITORY
from bench.sql import CLICKHOUSE, DUCKDB, POSTGRES, SPARK
from bench.workload import AS_OF, hundred_rules

RULES = {rule["name"]: rule for rule in hundred_rules()}
START = "SELECT user_id FROM users WHERE "


@pytest.mark.parametrize(
    "module",
    ["bench.contender_per_rule", "bench.contender_shared", "bench.contender_answers_duckdb"],
)
def test_the_peer_imports_nothing_of_muster(module: str) -> None:
    code = f"import sys, {module}\nprint([n for n in sys.modules if n.split('.')[0] == 'muster'])"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("young_metro", f"{START}(age BETWEEN 21 AND 30) AND (city_tier = 1)"),
        ("not_over_30", f"{START}NOT (age > 30)"),
        (
            "travel_or_cars",
            f"{START}(list_contains(interests, 'travel')) OR (list_contains(interests, 'cars'))",
        ),
        ("joined_last_90", f"{START}created_at >= TIMESTAMP '2025-10-03 00:00:00'"),
        (
            "spent_on_travel_in_90",
            f"{START}user_id IN (SELECT user_id FROM transactions"
            " WHERE paid_at >= TIMESTAMP '2025-10-03 00:00:00' AND category = 'travel'"
            " GROUP BY user_id HAVING sum(amount) >= 600)",
        ),
        (
            "low_spend_30",
            f"{START}user_id NOT IN (SELECT user_id FROM transactions"
            " WHERE paid_at >= TIMESTAMP '2025-12-02 00:00:00'"
            " GROUP BY user_id HAVING sum(amount) >= 100)",
        ),
        (
            "no_fuel_in_30",
            f"{START}user_id NOT IN (SELECT user_id FROM transactions"
            " WHERE paid_at >= TIMESTAMP '2025-12-02 00:00:00' AND category = 'fuel')",
        ),
        (
            "active_7",
            f"{START}user_id IN (SELECT user_id FROM transactions"
            " WHERE paid_at >= TIMESTAMP '2025-12-25 00:00:00')",
        ),
        (
            "lapsed_90",
            f"{START}user_id IN (SELECT user_id FROM transactions GROUP BY user_id"
            " HAVING max(paid_at) < TIMESTAMP '2025-10-03 00:00:00')",
        ),
        (
            "average_ticket_ever_low",
            f"{START}user_id IN (SELECT user_id FROM transactions"
            " GROUP BY user_id HAVING sum(amount) < 120 * count(*))",
        ),
        (
            "clicked_in_30",
            f"{START}user_id IN (SELECT user_id FROM impressions"
            " WHERE shown_at >= TIMESTAMP '2025-12-02 00:00:00' AND clicked = TRUE)",
        ),
        (
            "combined_17",
            "SELECT user_id FROM seg_no_travel_in_365 EXCEPT SELECT user_id FROM"
            " seg_low_spend_365 EXCEPT SELECT user_id FROM seg_joined_last_90",
        ),
    ],
)
def test_a_rule_reads_as_written_by_hand(name: str, sql: str) -> None:
    assert rule_sql(RULES[name], AS_OF) == sql


def test_dialects_differ_in_lists_and_instants_alone() -> None:
    rule = {"where": {"all": [RULES["sport_fans"]["where"], RULES["fashion_14"]["where"]]}}
    start = "2025-12-18 00:00:00"
    for dialect, has, since in (
        (DUCKDB, "list_contains(interests, 'sport')", f"TIMESTAMP '{start}'"),
        (POSTGRES, "'sport' = ANY(interests)", f"TIMESTAMP '{start}'"),
        (SPARK, "array_contains(interests, 'sport')", f"TIMESTAMP_NTZ '{start}'"),
        (CLICKHOUSE, "has(interests, 'sport')", f"toDateTime64('{start}', 6, 'UTC')"),
    ):
        assert rule_sql(rule, AS_OF, dialect) == (
            f"{START}({has}) AND (user_id IN (SELECT user_id FROM transactions"
            f" WHERE paid_at >= {since} AND category = 'fashion'))"
        )


def test_the_joined_form_joins_aggregates_and_counts_who_has_none() -> None:
    assert joined_sql(RULES["low_spend_30"], AS_OF, DUCKDB) == (
        "SELECT users.user_id FROM users LEFT JOIN (SELECT user_id, sum(amount) AS a0"
        " FROM transactions WHERE paid_at >= TIMESTAMP '2025-12-02 00:00:00' GROUP BY user_id)"
        " AS of_transactions ON of_transactions.user_id = users.user_id"
        " WHERE coalesce(a0, 0) < 100"
    )


def test_a_pass_of_the_shared_scan_reads_no_more_than_its_windows_need() -> None:
    rules = [RULES["spent_500_in_7_days"], RULES["no_fuel_in_30"], RULES["combined_14"]]
    scan = shared_scan(rules, AS_OF)
    assert scan.passes == (
        "CREATE TEMPORARY TABLE pass_0 AS SELECT user_id,"
        " sum(CASE WHEN paid_at >= TIMESTAMP '2025-12-25 00:00:00' THEN amount END) AS a0,"
        " count(CASE WHEN paid_at >= TIMESTAMP '2025-12-02 00:00:00' AND category = 'fuel'"
        " THEN 1 END) AS a1 FROM transactions WHERE paid_at >= TIMESTAMP '2025-12-02 00:00:00'"
        " GROUP BY user_id",
    )
    assert list(scan.tables) == ["spent_500_in_7_days", "no_fuel_in_30", "combined_14"]
    assert "coalesce(coalesce(a1, 0) = 0, FALSE) AS no_fuel_in_30" in scan.wide


def test_all_rules_need_a_few_passes_only() -> None:
    assert 3 <= len(shared_scan(RULES.values(), AS_OF).passes) <= 8


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_no_part_of_a_rule_is_forgotten(rule: dict[str, Any]) -> None:
    sql = rule_sql(rule, AS_OF)
    for value in _values(rule.get("where", {})):
        assert value in sql


def _values(node: Any) -> list[str]:
    """Return the amounts and words a condition speaks of, but durations and names of fields."""
    if isinstance(node, list):
        return [value for child in node for value in _values(child)]
    if not isinstance(node, dict):
        text = str(node).upper() if isinstance(node, bool) else str(node)
        return [] if text.startswith("P") and text.endswith("D") else [text]
    spoken = ("all", "any", "not", "near", "where", "value", "lat", "lon", "km", "window", "from")
    skipped = ("days_since_purchase",)
    if node.get("metric") in skipped:
        return _values(node.get("where", []))
    return [value for name in spoken if name in node for value in _values(node[name])]
