"""Plans explained: stages, shared questions, SQL that says what it would do, and nothing runs."""

from __future__ import annotations

import pytest

from muster.base.errors import InvalidRule, NotFound
from muster.services.indexing import drop
from muster.services.planning import plan_refresh
from muster.services.runs import list_runs
from tests.services.small_workspace import AS_OF, SUPPRESSED, documents, keys

TWINS = """
- {name: one, where: {all: [{did: payment}, {field: city, op: "=", value: Vienna}]}}
- {name: two, where: {any: [{did: payment}, {field: age, op: ">", value: 30}]}}
- name: three
  universe: adults
  where:
    - {metric: total_spend, rank: top_n, value: 5}
    - {sequence: [{did: view}, {did: payment}]}
    - {list: suppression, in: false}
    - {segment: quiet, freshness: stored}
    - {segment: quiet, changed: {entered: {last: P7D}}}
"""


def test_a_question_of_two_rules_is_asked_once(shared) -> None:
    found = plan_refresh(shared, [], documents=documents(TWINS)[:2])
    assert (found.asked, found.distinct) == (4, 3)
    shared_by = [question.rules for stage in found.stages for question in stage.questions]
    assert sorted(shared_by) == [("one",), ("one", "two"), ("two",)]


def test_parents_are_named_as_added(shared) -> None:
    found = plan_refresh(shared, ["mail_to_win_back"])
    assert found.rules[-1] == "mail_to_win_back"
    assert set(found.added) == {"quiet", "spenders", "quiet_spenders"}
    assert [name for name, _ in found.selects] == ["mail_to_win_back"]


def test_what_the_index_answers_needs_no_sql(shared) -> None:
    first = plan_refresh(shared, [], documents=documents(TWINS)[2:]).stages[0]
    assert (first.kind, first.sql) == ("index", None)
    assert [one.text for one in first.questions] == ["who is asked about at all, in three"]


def test_every_kind_of_stage_is_explained(context) -> None:
    drop(context)
    found = plan_refresh(context, [], documents=documents(TWINS)[2:])
    assert {stage.kind for stage in found.stages} == {"entity", "path", "rank", "member"}
    texts = {question.text for stage in found.stages for question in stage.questions}
    assert "who is asked about at all, in three" in texts
    assert "on the list suppression" in texts
    assert "in the segment quiet" in texts
    assert "entered the segment quiet" in texts
    without_sql = [stage.what for stage in found.stages if stage.sql is None]
    assert without_sql == ["members of quiet", "members of quiet"]
    listed = next(stage for stage in found.stages if stage.what == "members of suppression")
    with context.open_warehouse() as warehouse:
        assert len(warehouse.connection.execute(listed.sql).fetchall()) == len(SUPPRESSED)


def test_the_universe_of_a_rank_is_not_taken_for_the_rank(shared) -> None:
    text = "- {name: top, universe: {did: view}, where: {metric: orders, rank: top_n, value: 3}}"
    found = plan_refresh(shared, [], documents=documents(text))
    texts = {stage.kind: [one.text for one in stage.questions] for stage in found.stages}
    assert texts["index"] == ["who is asked about at all, in top"]
    assert "highest" in texts["rank"][0]


def test_the_sql_of_a_rule_gives_its_members(shared) -> None:
    found = plan_refresh(shared, ["spenders", "quiet", "viennese"], as_of=AS_OF)
    with shared.open_warehouse() as warehouse:
        for name, sql in found.selects:
            rows = warehouse.connection.execute(sql).fetchall()
            assert {key for (key,) in rows} == keys(where=name)


def test_all_rules_are_planned_when_none_is_named(shared) -> None:
    assert len(plan_refresh(shared, None).rules) == 5


def test_planning_needs_no_warehouse_and_leaves_no_run(context) -> None:
    context.warehouse_path.unlink()
    plan_refresh(context, None)
    assert list_runs(context)[1] == 1


def test_rules_that_cannot_be_planned_are_refused(shared) -> None:
    with pytest.raises(NotFound):
        plan_refresh(shared, ["nobody"])
    with pytest.raises(InvalidRule):
        plan_refresh(shared, [], documents=documents("- {name: x, where: {did: flight}}"))


def test_what_rules_of_one_wave_have_in_common_is_told(shared) -> None:
    text = """
- {name: from_vienna, where: {not: {field: city, op: "!=", value: Vienna}}}
- {name: spent_elsewhere, where: [{metric: total_spend, op: ">", value: "100.00"},
   {field: city, op: "!=", value: Vienna, nulls: include}]}
"""
    found = plan_refresh(shared, None, documents=documents(text))
    told = dict(found.reuse)
    assert told["viennese"] == 'The segment "from_vienna" has exactly these members already.'
    assert told["spent_elsewhere"].startswith("The members are exactly those who are in")
    assert "from_vienna" not in told  # of two that are equal one is enough
    assert plan_refresh(shared, None).reuse == ()
