"""Counting a rule that is not saved: exact, with each condition by itself, nothing written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.base.errors import InvalidRule, NotFound
from muster.rules.parse import parse_definition
from muster.services.counting import count_definition
from muster.services.runs import list_runs
from muster.services.segments import list_segments
from tests.services.small_workspace import AS_OF, USERS, keys


def counted(context, rule, **options):
    return count_definition(context, parse_definition(rule), **options)


def test_a_count_is_the_size_the_segment_would_have(shared) -> None:
    found = counted(shared, {"metric": "total_spend", "op": ">", "value": "100.00"})
    assert found.size == len(keys(where="spenders"))
    assert (found.universe, found.unknown) == (40, 0)
    assert found.share == found.size / 40
    assert found.as_of == AS_OF


def test_each_condition_is_counted_by_itself(shared) -> None:
    rule = [
        {"field": "age", "op": ">=", "value": 30},
        {"any": [{"segment": "viennese"}, {"segment": "quiet"}]},
    ]
    age, viennese, quiet = counted(shared, rule).leaves
    known = [user.age for user in USERS if user.age is not None]
    older = sum(value >= 30 for value in known)
    assert (age.true, age.false, age.unknown) == (older, len(known) - older, 40 - len(known))
    assert viennese.true == len(keys(where="viennese"))
    assert (quiet.true, quiet.unknown) == (len(keys(where="quiet")), 0)


def test_unknown_is_neither_in_nor_out(shared) -> None:
    found = counted(shared, {"field": "age", "op": ">=", "value": 0})
    assert found.unknown == sum(user.age is None for user in USERS) > 0
    assert found.size + found.unknown == 40


def test_only_the_universe_is_asked(shared) -> None:
    rule = {"universe": {"segment": "viennese"}, "where": {"segment": "quiet"}}
    found = counted(shared, rule)
    assert found.universe == len(keys(where="viennese"))
    assert found.size == len(keys(where="viennese") & keys(where="quiet"))
    assert found.leaves[0].true == found.size


def test_limits_and_exclusions_come_last(shared) -> None:
    rule = {
        "where": {"did": "payment"},
        "limit": {"n": 5, "rank_by": "total_spend"},
        "exclude": [{"segment": "viennese"}],
    }
    spent = counted(shared, rule)
    assert spent.size == 5 - len({39, 34, 29, 38, 24} & keys(where="viennese"))


def test_parents_are_evaluated_at_the_same_instant(shared) -> None:
    later = AS_OF + timedelta(days=400)
    assert counted(shared, {"segment": "quiet"}, as_of=later).size == 40
    assert counted(shared, {"segment": "quiet", "freshness": "stored"}, as_of=later).size == len(
        keys(where="quiet")
    )


def test_the_sql_is_that_of_the_rule(shared) -> None:
    found = counted(shared, {"field": "city", "op": "=", "value": "Vienna"})
    with shared.open_warehouse() as warehouse:
        rows = warehouse.connection.execute(found.sql).fetchall()
    assert {key for (key,) in rows} == keys(where="viennese")


def test_counting_writes_nothing(shared) -> None:
    before = list_segments(shared), list_runs(shared)
    counted(shared, {"did": "view"})
    assert (list_segments(shared), list_runs(shared)) == before


def test_a_rule_that_does_not_fit_is_refused(shared) -> None:
    with pytest.raises(InvalidRule) as caught:
        counted(shared, {"field": "agee", "op": "=", "value": 1})
    assert caught.value.problems[0].code == "UNKNOWN_FIELD"


def test_without_a_warehouse_there_is_nothing_to_count(context) -> None:
    context.warehouse_path.unlink()
    with pytest.raises(NotFound) as caught:
        counted(context, {"did": "view"})
    assert caught.value.code == "WAREHOUSE_MISSING"
