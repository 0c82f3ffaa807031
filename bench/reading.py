"""Reads the benchmark's rule documents for the peers, without anything of Muster's.

What comes out are conditions as an analyst thinks of them: tests of a row, and aggregates of one
user's events compared with a number. It knows the operators that `workload.py` and `drawn.py` use
and no others. The data ends at the rules' instant, so no window needs an end there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from bench.workload import Condition

EARTH_KM = 6371.0088
_KM_PER_DEGREE = 111.0

Kind = Literal["count", "sum", "average", "max"]

_TABLES = {"purchase": ("transactions", "paid_at"), "impression": ("impressions", "shown_at")}
_METRICS: dict[str, tuple[Kind, str]] = {
    "spend": ("sum", "amount"),
    "purchases": ("count", "*"),
    "average_ticket": ("average", "amount"),
    "largest_ticket": ("max", "amount"),
}


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison of one column of a row; ``op`` is SQL's, or ``has`` of a list."""

    column: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Near:
    """A circle around a point; the band of latitudes holds all of it."""

    latitude: float
    longitude: float
    km: float

    @property
    def band(self) -> tuple[float, float]:
        """Return the least and the greatest latitude that can be inside."""
        degrees = self.km / _KM_PER_DEGREE * 1.01
        return self.latitude - degrees, self.latitude + degrees


@dataclass(frozen=True, slots=True)
class Rows:
    """Events of a table: from an instant (inclusive) to another (exclusive) that pass all tests."""

    table: str
    at: str
    start: datetime | None = None
    end: datetime | None = None
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """An aggregate of each user's rows, compared; who has no rows has count and sum 0."""

    rows: Rows
    kind: Kind
    column: str
    op: str
    value: Any

    @property
    def true_without_rows(self) -> bool:
        """Whether users without rows fulfil it: then those who do not are easier to find."""
        if self.kind not in ("count", "sum"):
            return False
        return self.op in ("<", "<=") or (self.op == "=" and self.value == 0)


@dataclass(frozen=True, slots=True)
class Gate:
    """``all`` or ``any`` of some conditions, or ``not`` of one."""

    kind: Literal["all", "any", "not"]
    children: tuple[Node, ...]


Node = Test | Near | Compared | Gate


def read(node: Condition, as_of: datetime) -> Node:
    """Return a condition of a rule document as a tree."""
    now = as_of.replace(tzinfo=None)
    if "not" in node:
        return Gate("not", (read(node["not"], as_of),))
    for kind in ("all", "any"):
        if kind in node:
            return Gate(kind, tuple(read(child, as_of) for child in node[kind]))
    if "near" in node:
        near = node["near"]
        assert near["field"] == "home", "the only point there is"
        return Near(near["lat"], near["lon"], near["km"])
    if "did" in node:
        times = node.get("times", {"op": ">=", "n": 1})
        return Compared(_rows(node["did"], node, now), "count", "*", times["op"], times["n"])
    if node.get("metric") == "days_since_purchase":
        return _recency(_rows("purchase", node, now), node, now)
    if "metric" in node:
        kind, column = _METRICS[node["metric"]]
        rows = _rows("purchase", node, now)
        return Compared(rows, kind, column, node["op"], node["value"])
    tests = _tests(node, now)
    return tests[0] if len(tests) == 1 else Gate("any", tests)


def aggregates(node: Node) -> Iterator[Compared]:
    """Yield the comparisons of aggregates in a tree, repeats included."""
    if isinstance(node, Compared):
        yield node
    elif isinstance(node, Gate):
        for child in node.children:
            yield from aggregates(child)


def _recency(rows: Rows, node: Condition, now: datetime) -> Compared:
    """Return "days since the last purchase" without looking at more rows than is needed."""
    since = now - timedelta(days=node["value"])
    if node["op"] == "<=":
        return Compared(replace(rows, start=since), "count", "*", ">=", 1)
    assert node["op"] == ">"
    return Compared(rows, "max", rows.at, "<", since)


def _rows(event: str, node: Condition, now: datetime) -> Rows:
    table, at = _TABLES[event]
    window = node.get("window", {})
    start = end = None
    if "last" in window:
        start = now - timedelta(days=_days(window["last"]))
    if "from" in window:
        start, end = (datetime.fromisoformat(window[side]) for side in ("from", "to"))
    tests = tuple(test for part in node.get("where", ()) for test in _tests(part, now))
    return Rows(table, at, start, end, tests)


def _tests(node: Condition, now: datetime) -> tuple[Test, ...]:
    """Return the tests of one field, any of which must be true."""
    column, op, value = node["field"], node["op"], node["value"]
    if op == "has_any":
        return tuple(Test(column, "has", item) for item in value)
    if op == "in_last":
        return (Test(column, ">=", now - timedelta(days=_days(value))),)
    return (Test(column, op, tuple(value) if isinstance(value, list) else value),)


def _days(duration: str) -> int:
    return int(duration.removeprefix("P").removesuffix("D"))
