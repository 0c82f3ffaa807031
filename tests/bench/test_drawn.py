"""Drawn rules are the same for everybody, valid, of three conditions, one of which is edited."""

from __future__ import annotations

from typing import Any

from bench.drawn import NUMBER, drawn_rules
from bench.muster_side import bound_rule, read_model
from bench.per_rule import rule_sql
from bench.workload import AS_OF


def conditions(node: dict[str, Any]) -> list[dict[str, Any]]:
    if "not" in node:
        return conditions(node["not"])
    children = node.get("all", node.get("any"))
    return [node] if children is None else [leaf for one in children for leaf in conditions(one)]


def test_they_are_drawn_the_same_every_time() -> None:
    assert drawn_rules() == drawn_rules()
    assert len(drawn_rules()) == NUMBER == 100
    assert len({str(drawn) for drawn in drawn_rules()}) == NUMBER


def test_each_has_three_conditions_and_an_edit_changes_one_to_its_like() -> None:
    for drawn in drawn_rules():
        before, after = conditions(drawn.where), conditions(drawn.edited)
        assert len(before) == len(after) == 3
        changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        assert len(changed) == 1
        assert changed[0][0].keys() == changed[0][1].keys()


def test_muster_and_the_peers_can_read_them() -> None:
    model = read_model()
    for drawn in drawn_rules():
        for where in (drawn.where, drawn.edited):
            rule = {"name": "drawn", "where": where}
            assert bound_rule(rule, model).leaves
            assert rule_sql(rule, AS_OF).startswith("SELECT user_id FROM users WHERE ")
