"""Live answers from the audience index of a larger workspace: estimates, reuse, equal to SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from muster.engines.index.layout import BLOCK
from muster.rules.parse import parse_definition
from muster.services.context import WorkspaceContext
from muster.services.counting import count_definition
from muster.services.indexing import fresh_index
from muster.services.live import LiveAnswer, LivePart, LiveQuestion, answer, estimated
from muster.services.live_shape import answer_shape
from muster.services.refresh import refresh
from muster.services.workspaces import current_model
from tests.services.small_workspace import Installation

MORE = 140_000
OLD = {"field": "age", "op": ">=", "value": 40}
IN_GRAZ = {"field": "city", "op": "=", "value": "Graz"}
PAID = {"metric": "orders", "op": ">=", "value": 1}
RULE = [OLD, {"any": [IN_GRAZ, PAID]}]


@pytest.fixture(scope="module")
def crowd(
    template: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkspaceContext]:
    """The small workspace with many more people, refreshed, so that it has an index."""
    folder = tmp_path_factory.mktemp("crowd")
    with template.copied(folder) as installation, installation.opened() as context:
        with context.open_warehouse(read_only=False) as warehouse:
            warehouse.connection.execute(
                "INSERT INTO users BY NAME SELECT 1000 + range AS user_id,"
                " (range * 7 % 61)::INTEGER AS age, CASE range * 31 % 10 WHEN 0 THEN 'Graz'"
                f" ELSE 'Linz' END AS city FROM range({MORE})"
            ).fetchall()
        refresh(context)
        yield context


def without_index(context: WorkspaceContext) -> WorkspaceContext:
    return replace(context, resources=replace(context.resources, index_max_mb=0))


def asked(context: WorkspaceContext, rule: Any, **options: Any) -> LiveAnswer:
    question = LiveQuestion(frozenset(LivePart), **options)
    return answer(context, parse_definition(rule), question)


def test_the_index_answers_what_sql_answers(crowd: WorkspaceContext) -> None:
    for path in ("$[0]", "$[1].any[1]"):
        by_index = asked(crowd, RULE, curve=path)
        by_sql = asked(without_index(crowd), RULE, curve=path)
        assert (by_index.indexed, by_sql.indexed) == (3, 0)
        found, expected = answer_shape(by_index), answer_shape(by_sql)
        for name in set(expected) - {"seconds", "indexed", "reused"}:
            assert found[name] == expected[name], name


def test_after_an_edit_only_the_edited_condition_is_asked_again(crowd: WorkspaceContext) -> None:
    asked(crowd, RULE, curve="$[0]")
    again = asked(crowd, [{**OLD, "value": 41}, RULE[1]], curve="$[0]")
    assert (again.leaves, again.reused) == (3, 2)
    assert asked(crowd, RULE, curve="$[0]").reused == 3


@pytest.mark.parametrize("rule", [OLD, IN_GRAZ, RULE], ids=str)
def test_an_estimate_looks_at_one_block_and_says_how_far_off_it_may_be(crowd, rule) -> None:
    found = estimated(crowd, parse_definition(rule))
    assert found.exact is None
    assert (found.estimate.sample, found.estimate.everyone) == (BLOCK, MORE + 40)
    exact = count_definition(crowd, parse_definition(rule)).size
    assert found.estimate.low <= exact <= found.estimate.high
    assert found.estimate.high - found.estimate.low < 0.012 * found.estimate.everyone


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"where": OLD, "limit": {"n": 5, "rank_by": "age"}}, "limit"),
        ({"metric": "orders", "rank": "top_n", "value": 5}, "rank"),
    ],
    ids=str,
)
def test_what_depends_on_everybody_is_not_estimated(crowd, rule, reason) -> None:
    found = estimated(crowd, parse_definition(rule))
    assert reason in str(found.exact)
    assert found.estimate.sample == MORE + 40
    assert found.estimate.low == found.estimate.high == found.estimate.size


def test_the_index_is_fresh(crowd: WorkspaceContext) -> None:
    index = fresh_index(crowd, current_model(crowd))
    assert index is not None
    assert index.blocks == 3
