"""A rule as one SELECT: the text is reviewed in tests/golden, and it runs.

`MUSTER_UPDATE_GOLDEN=1 pytest tests/compile/test_select.py` rewrites the files; review the diff.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from muster.compile.select import rule_select
from tests.shop import bound, shop_model, shop_warehouse

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "duckdb"
ALL_TIME_TRAVEL = {"did": "card", "where": [{"field": "category", "op": "=", "value": "Travel"}]}

CASES: dict[str, tuple[Any, set[int]]] = {
    "attribute": ({"field": "tier", "op": "=", "value": 1}, {1, 4}),
    "not_equal": ({"field": "tier", "op": "!=", "value": 1}, {3}),
    "nulls_included": ({"field": "tier", "op": "!=", "value": 1, "nulls": "include"}, {2, 3}),
    "folded_text": ({"field": "email", "op": "starts", "value": "ANN"}, {1}),
    "quotes": ({"field": "email", "op": "=", "value": "x' OR 1=1 --"}, set()),
    "list": ({"field": "tags", "op": "has_all", "value": ["news", "vip"]}, {1}),
    "list_form": ([{"field": "spend", "operator": ">", "value": 100}], {1}),
    "did_not": (
        {"did": "payment", "window": {"last": "P30D"}, "times": {"op": "=", "n": 0}},
        {2, 3},
    ),
    "guarded": (
        {
            "did": "card",
            "window": {"last": "P30D"},
            "times": {"op": "=", "n": 0},
            "observed": "window",
        },
        {3},
    ),
    "average": (
        {"metric": {"agg": "avg", "of": "amount", "on": "card"}, "op": ">=", "value": "75.25"},
        {1},
    ),
    "sequence": ({"sequence": [{"did": "card"}, {"did": "card", "within": "P30D"}]}, {1}),
    "restarted": ({"did": "card", "pattern": "stopped", "window": {"last": "P30D"}}, {3}),
    "rank": ({"metric": "spend", "rank": "top_n", "value": 2}, {1, 4}),
    "near": ({"near": {"field": "home", "place": "london"}}, {1, 4}),
    "facets": ({"age_bands": ["25-44"], "interests": ["vip"]}, {1}),
    "at_least": (
        {
            "count": {"op": ">=", "n": 2},
            "of": [
                {"field": "tier", "op": "=", "value": 1},
                ALL_TIME_TRAVEL,
                {"field": "tags", "op": "has_any", "value": ["vip"]},
            ],
        },
        {1},
    ),
    "limit_and_exclude": (
        {
            "where": {"field": "tier", "op": "exists"},
            "limit": {"n": 2, "rank_by": "spend"},
            "exclude": [{"list": "suppressed"}],
        },
        {4},
    ),
    "universe": (
        {"where": {"not": ALL_TIME_TRAVEL}, "universe": [{"field": "tier", "op": "exists"}]},
        {3, 4},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_select_reads_as_reviewed_and_finds_the_members(name: str) -> None:
    rule, members = CASES[name]
    tree = rule_select(bound(rule), shop_model())
    text = tree.sql(dialect="duckdb", pretty=True) + "\n"
    path = GOLDEN / f"{name}.sql"
    if os.environ.get("MUSTER_UPDATE_GOLDEN"):
        path.write_text(text)
    assert path.read_text() == text
    with shop_warehouse() as warehouse:
        found = {row[0] for row in warehouse.connection.execute(text).fetchall()}
    assert found == members


def test_every_golden_file_has_a_case() -> None:
    assert {path.stem for path in GOLDEN.glob("*.sql")} == set(CASES)
