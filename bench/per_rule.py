"""One SQL statement per rule, in the form a good analyst writes by hand.

Sub-queries with IN, NOT IN and HAVING; segments of segments by set operations over the tables of
their parents. Written from the rule documents alone: nothing of Muster's compiler is used, so that
equal members mean something.
"""

from __future__ import annotations

from datetime import datetime

from bench.reading import Compared, read
from bench.sql import (
    DUCKDB,
    Dialect,
    comparison_sql,
    condition_sql,
    plain_aggregate,
    rows_sql,
)
from bench.workload import Rule

SET_OPERATIONS = {"INTERSECTION": "INTERSECT", "UNION": "UNION", "DIFFERENCE": "EXCEPT"}
_OPPOSITE = {"<": ">=", "<=": ">"}


def segment_table(name: str) -> str:
    """Return the name of the table that holds a rule's members."""
    return f"seg_{name}"


def rule_sql(rule: Rule, as_of: datetime, dialect: Dialect = DUCKDB) -> str:
    """Return the SELECT of a rule's members, one column ``user_id``."""
    if "depends_on" in rule:
        return combined_sql(rule)
    where = condition_sql(
        read(rule["where"], as_of), dialect, lambda node: _compared(node, dialect)
    )
    return f"SELECT user_id FROM users WHERE {where}"


def combined_sql(rule: Rule) -> str:
    """Return the set operation of a rule that is made of others."""
    parents = [f"SELECT user_id FROM {segment_table(name)}" for name in rule["depends_on"]]
    return f" {SET_OPERATIONS[rule['operation']]} ".join(parents)


def _compared(node: Compared, dialect: Dialect) -> str:
    """Return membership in a sub-query; who has no rows is in none, hence NOT IN."""
    where = rows_sql(node.rows, dialect)
    found = f"SELECT user_id FROM {node.rows.table}" + (f" WHERE {where}" if where else "")
    if node.kind == "count" and (node.op, node.value) == ("=", 0):
        return f"user_id NOT IN ({found})"
    if node.kind == "count" and (node.op, node.value) == (">=", 1):
        return f"user_id IN ({found})"
    found += " GROUP BY user_id HAVING "
    if node.true_without_rows:
        beyond = comparison_sql(node, dialect, plain_aggregate, op=_OPPOSITE[node.op])
        return f"user_id NOT IN ({found}{beyond})"
    return f"user_id IN ({found}{comparison_sql(node, dialect, plain_aggregate)})"
