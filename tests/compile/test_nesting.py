"""Which windows ride along in a wider scan, and that riding along changes no answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from muster.compile.plan import EventStage, Plan, plan_rules
from muster.engines.evaluate import Evaluated, evaluate_plan
from tests.shop import AS_OF, bound, shop_model, shop_warehouse


def plan(*rules: Any) -> Plan:
    return plan_rules(
        [bound(rule, name=f"r{index}") for index, rule in enumerate(rules)], as_of=AS_OF
    )


def scans(*rules: Any) -> int:
    return sum(isinstance(stage, EventStage) for stage in plan(*rules).stages)


def did(window: Any, **more: Any) -> dict[str, Any]:
    return {"did": "card", "window": window, **more}


def spend(window: Any, agg: str = "sum", op: str = ">=", value: Any = 40) -> dict[str, Any]:
    metric = (
        {"agg": agg, "on": "card"}
        if agg in ("count", "recency")
        else {"agg": agg, "of": "amount", "on": "card"}
    )
    return {"metric": metric, "op": op, "value": value, "window": window}


def last(days: int) -> dict[str, str]:
    return {"last": f"P{days}D"}


YEAR = last(365)
SPRING = {"from": "2025-03-01", "to": "2025-06-01"}
FOOD = {"where": [{"field": "category", "op": "=", "value": "Food"}]}


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (did(YEAR), did(last(180))),
        (did(YEAR), spend(last(92))),
        (did("all_time"), did(YEAR)),
        (did(last(200)), did({"ago": ["P180D", "P30D"]})),
        (did(YEAR, distinct="day"), did(last(180))),
        (did(YEAR, **FOOD), did(last(180), **FOOD)),
        (did({"last": "P365D"}, pattern="first_time"), spend(last(900))),
    ],
    ids=["half", "a quarter", "ever", "inside", "beside a distinct", "filtered", "a pattern"],
)
def test_a_long_window_rides_along_in_a_longer_one(wide: Any, narrow: Any) -> None:
    assert scans(wide) == scans(narrow) == 1
    assert scans(wide, narrow) == scans(narrow, wide) == 1


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (did(YEAR), did(last(90))),
        (did("all_time"), did(last(200))),
        (did(last(60)), did(SPRING)),
        (did(YEAR), did(last(180), **FOOD)),
        (did(YEAR), did(last(180), distinct="day")),
        (did(YEAR), did(last(180), distinct="category")),
        (
            did(YEAR),
            spend(last(180), "percentile")
            | {"metric": {"agg": "percentile", "of": "amount", "on": "card", "quantile": "0.5"}},
        ),
        (
            spend(YEAR, "mode")
            | {
                "metric": {"agg": "mode", "of": "category", "on": "card"},
                "op": "=",
                "value": "Food",
            },
            did(last(180)),
        ),
    ],
    ids=[
        "short",
        "short for ever",
        "apart",
        "other filter",
        "days",
        "values",
        "percentile",
        "mode",
    ],
)
def test_other_windows_keep_a_scan_of_their_own(wide: Any, narrow: Any) -> None:
    assert scans(wide, narrow) == 2


def test_a_window_that_asks_for_much_must_be_longer_to_ride_along() -> None:
    asked = [spend(last(180), "sum"), spend(last(180), "min"), did(last(180))]
    assert scans(did(YEAR), *asked) == 2
    assert scans(did(last(220)), *asked) == 1


def test_a_window_rides_in_the_shortest_that_will_do() -> None:
    busy = [did(YEAR), spend(YEAR, "sum"), spend(YEAR, "min")]
    stages = plan(did("all_time"), *busy, did(last(300))).stages
    lengths = [
        {atom.scan.interval.start for atom in stage.atoms}
        for stage in stages
        if isinstance(stage, EventStage)
    ]
    assert [len(starts) for starts in lengths] == [1, 2]


WINDOWS = ["all_time", last(700), YEAR, last(200), last(95), SPRING, {"ago": ["P300D", "P100D"]}]
KINDS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "happened": did,
    "never": lambda window: did(window, times={"op": "=", "n": 0}),
    "times": lambda window: did(window, times={"op": "between", "n": [1, 2]}),
    "sum": lambda window: spend(window, "sum", ">=", 60),
    "low sum": lambda window: spend(window, "sum", "<", 60),
    "average": lambda window: spend(window, "avg", "<=", "22.5"),
    "least": lambda window: spend(window, "min", "between", [1, 8]),
    "most": lambda window: spend(window, "max", "in", [35, 38, 39]),
    "count": lambda window: spend(window, "count", "!=", 2),
    "counted or unknown": lambda window: spend(window, "count", "<", 3) | {"empty": "unknown"},
    "sum or unknown": lambda window: spend(window, "sum", "<", 50) | {"empty": "unknown"},
    "average or zero": lambda window: spend(window, "avg", "<", 5) | {"empty": "zero"},
    "recency": lambda window: spend(window, "recency", ">", 50),
}


def evaluated(rules: list[Any], folder: Path) -> Evaluated:
    with shop_warehouse() as warehouse:
        warehouse.connection.execute("DELETE FROM card_payments").fetchall()
        warehouse.connection.execute(
            "INSERT INTO customers (customer_id) SELECT range FROM range(10, 60)"
        ).fetchall()
        warehouse.connection.execute(
            "INSERT INTO card_payments SELECT range, range * 7 % 61,"
            " TIMESTAMP '2026-01-10 12:00' - to_hours((range * range * 31 % 20000)::BIGINT),"
            " CASE WHEN range % 9 > 0 THEN range % 40 END, ['Food', 'Travel'][1 + range % 2]"
            " FROM range(400)"
        ).fetchall()
        return evaluate_plan(
            plan(*rules), shop_model(), warehouse, folder=folder, stored=lambda _: np.empty(0, int)
        )


@pytest.mark.parametrize("kind", KINDS)
def test_riding_along_changes_no_answer(kind: str, tmp_path: Path) -> None:
    rules = [KINDS[kind](window) for window in WINDOWS]
    together = evaluated(rules, tmp_path)
    assert scans(*rules) < len(WINDOWS)
    found: set[tuple[bytes, bytes]] = set()
    for index, rule in enumerate(rules):
        alone = evaluated([rule], tmp_path).outcomes["r0"]
        outcome = together.outcomes[f"r{index}"]
        assert np.array_equal(outcome.members, alone.members), rule
        assert np.array_equal(outcome.unknown, alone.unknown), rule
        found.add((outcome.members.tobytes(), outcome.unknown.tobytes()))
    assert len(found) > 3, "the windows must matter"
