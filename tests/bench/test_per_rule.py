"""The peer's SQL is what an analyst would write, and owes Muster nothing."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from bench.data import REPOSITORY
from bench.per_rule import rule_sql
from bench.workload import AS_OF, hundred_rules

RULES = {rule["name"]: rule for rule in hundred_rules()}
START = "SELECT user_id FROM users WHERE "


@pytest.mark.parametrize("module", ["bench.per_rule", "bench.contender_per_rule"])
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
            f"{START}list_contains(interests, 'travel') OR list_contains(interests, 'cars')",
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
            "combined_17",
            "SELECT user_id FROM seg_no_travel_in_365 EXCEPT SELECT user_id FROM"
            " seg_low_spend_365 EXCEPT SELECT user_id FROM seg_joined_last_90",
        ),
    ],
)
def test_a_rule_reads_as_written_by_hand(name: str, sql: str) -> None:
    assert rule_sql(RULES[name], AS_OF) == sql


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
        text = str(node)
        return [] if text.startswith("P") and text.endswith("D") else [text]
    spoken = ("all", "any", "not", "near", "where", "value", "lat", "lon", "km", "window", "from")
    skipped = ("days_since_purchase",)
    if node.get("metric") in skipped:
        return _values(node.get("where", []))
    return [value for name in spoken if name in node for value in _values(node[name])]
