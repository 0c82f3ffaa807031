"""The peer: one SQL statement per rule, in the form a good analyst writes by hand.

Sub-queries with IN, NOT IN and HAVING; segments of segments by set operations over the tables of
their parents. Written from the rule documents alone: nothing of Muster's compiler is used, so that
equal members mean something. It knows the operators that `workload.py` uses and no others.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from bench.workload import Condition, Rule

_AGGREGATES = {
    "spend": "sum(amount)",
    "purchases": "count(*)",
    "average_ticket": "avg(amount)",
    "largest_ticket": "max(amount)",
}
_SET_OPERATIONS = {"INTERSECTION": "INTERSECT", "UNION": "UNION", "DIFFERENCE": "EXCEPT"}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_EARTH_KM = 6371.0088
_KM_PER_DEGREE = 111.0


def segment_table(name: str) -> str:
    """Return the name of the table that holds a rule's members."""
    return f"seg_{name}"


def rule_sql(rule: Rule, as_of: datetime) -> str:
    """Return the SELECT of a rule's members, one column ``user_id``."""
    if "depends_on" in rule:
        parents = [f"SELECT user_id FROM {segment_table(name)}" for name in rule["depends_on"]]
        return f" {_SET_OPERATIONS[rule['operation']]} ".join(parents)
    return f"SELECT user_id FROM users WHERE {_Analyst(as_of).condition(rule['where'])}"


class _Analyst:
    """Writes conditions on a user; the data ends at ``as_of``, so no upper bound is needed."""

    def __init__(self, as_of: datetime) -> None:
        self._as_of = as_of.replace(tzinfo=None)

    def condition(self, node: Condition) -> str:
        """Return a condition as SQL."""
        if "all" in node:
            return " AND ".join(f"({self.condition(child)})" for child in node["all"])
        if "any" in node:
            return " OR ".join(f"({self.condition(child)})" for child in node["any"])
        if "not" in node:
            return f"NOT ({self.condition(node['not'])})"
        if "near" in node:
            return _near(**node["near"])
        if "did" in node:
            return self._did(node)
        if node.get("metric") == "days_since_purchase":
            return self._recency(node)
        if "metric" in node:
            return self._metric(node)
        return self._attribute(node)

    def _attribute(self, node: Condition) -> str:
        field, op, value = node["field"], node["op"], node["value"]
        match op:
            case "between":
                return f"{field} BETWEEN {value[0]} AND {value[1]}"
            case "in":
                return f"{field} IN ({', '.join(_literal(item) for item in value)})"
            case "has_any":
                return " OR ".join(f"list_contains({field}, {_literal(item)})" for item in value)
            case "in_last":
                return f"{field} >= {self._days_ago(value)}"
            case _:
                return f"{field} {op} {_literal(value)}"

    def _did(self, node: Condition) -> str:
        times = node.get("times", {"op": ">=", "n": 1})
        buyers = f"SELECT user_id FROM transactions{self._filter(node)}"
        if times == {"op": "=", "n": 0}:
            return f"user_id NOT IN ({buyers})"
        if times == {"op": ">=", "n": 1}:
            return f"user_id IN ({buyers})"
        having = f"HAVING count(*) {times['op']} {times['n']}"
        return f"user_id IN ({buyers} GROUP BY user_id {having})"

    def _metric(self, node: Condition) -> str:
        metric, op, value = node["metric"], node["op"], node["value"]
        aggregate = _AGGREGATES[metric]
        grouped = f"SELECT user_id FROM transactions{self._filter(node)} GROUP BY user_id"
        if metric in ("spend", "purchases") and op in ("<", "<="):  # who bought nothing is below
            return f"user_id NOT IN ({grouped} HAVING {aggregate} {_OPPOSITE[op]} {value})"
        return f"user_id IN ({grouped} HAVING {aggregate} {op} {value})"

    def _recency(self, node: Condition) -> str:
        """Return "days since the last purchase" without looking at more than is needed."""
        since = self._days_ago(f"P{node['value']}D")
        if node["op"] == "<=":
            recent = self._filter({**node, "from": since})
            return f"user_id IN (SELECT user_id FROM transactions{recent})"
        every = f"SELECT user_id FROM transactions{self._filter(node)}"
        return f"user_id IN ({every} GROUP BY user_id HAVING max(paid_at) < {since})"

    def _filter(self, node: Condition) -> str:
        parts = []
        window = node.get("window", {})
        if "last" in window:
            parts.append(f"paid_at >= {self._days_ago(window['last'])}")
        if "from" in node:
            parts.append(f"paid_at >= {node['from']}")
        if "from" in window:
            parts.append(f"paid_at >= TIMESTAMP '{window['from']}'")
            parts.append(f"paid_at < TIMESTAMP '{window['to']}'")
        parts += [self._attribute(test) for test in node.get("where", ())]
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _days_ago(self, duration: str) -> str:
        days = int(duration.removeprefix("P").removesuffix("D"))
        return f"TIMESTAMP '{self._as_of - timedelta(days=days)}'"


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def _near(field: str, lat: float, lon: float, km: float) -> str:
    """Return a haversine distance behind a band of latitudes; ``home`` is the only point."""
    assert field == "home"
    degrees = km / _KM_PER_DEGREE * 1.01
    half_chord = (
        f"sin(radians(latitude - {lat}) / 2) ** 2"
        f" + {math.cos(math.radians(lat))!r} * cos(radians(latitude))"
        f" * sin(radians(longitude - {lon}) / 2) ** 2"
    )
    band = f"latitude BETWEEN {lat - degrees} AND {lat + degrees}"
    return f"{band} AND 2 * {_EARTH_KM} * asin(sqrt({half_chord})) <= {km}"
