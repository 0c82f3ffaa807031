"""One way to evaluate: the index where it is fresh, SQL for the rest, never two states of data."""

from __future__ import annotations

import os
import threading
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from muster.base.clock import FixedClock
from muster.base.errors import EngineFailed, Stale
from muster.compile.plan import IndexStage
from muster.engines import bits
from muster.engines.evaluate import evaluate_plan
from muster.engines.failures import FailureKind
from muster.engines.index.executor import IndexExecutor
from muster.rules.parse import parse_definition
from muster.services.counting import DRAFT, plan_definition
from muster.services.evaluating import (
    Source,
    asking,
    evaluate,
    leaf_values,
    live_instant,
    routed_plan,
)
from muster.services.indexing import drop, fresh_index
from muster.services.members import stored_members
from muster.services.refresh import refresh
from muster.services.workspaces import current_model
from muster.store import run_log
from tests.services.small_workspace import AS_OF, USERS, keys

MIXED = {
    "all": [
        {"field": "age", "op": ">=", "value": 20},
        {"metric": "total_spend", "op": ">", "value": "10.00"},
        {"sequence": [{"did": "payment"}, {"did": "payment"}]},
    ]
}


def planned(context, rule=MIXED, as_of=AS_OF):
    plan, catalog, _ = plan_definition(context, parse_definition(rule), as_of=as_of)
    return plan, catalog


def test_index_and_scans_share_the_work_and_agree_with_scans_alone(context) -> None:
    plan, catalog = planned(context)
    both = evaluate(context, plan, catalog)
    executors = sorted(both.executor_of(atom) for atom in plan.atoms)
    assert executors == ["index", "index", "sql"]
    drop(context)
    scanned = evaluate(context, plan, catalog)
    assert {scanned.executor_of(atom) for atom in plan.atoms} == {"sql"}
    for one, other in [(both.outcomes[DRAFT], scanned.outcomes[DRAFT])]:
        assert bits.count(one.members) > 0
        assert one.members.tolist() == other.members.tolist()
        assert one.unknown.tolist() == other.unknown.tolist()


def test_a_plan_says_what_the_index_will_answer(context) -> None:
    plan, catalog = planned(context)
    indexed = routed_plan(context, plan, catalog.model).stages[0]
    assert isinstance(indexed, IndexStage)
    assert len(indexed.atoms) == 2
    drop(context)
    assert routed_plan(context, plan, catalog.model) == plan


def test_an_edit_asks_its_own_leaf_alone(context) -> None:
    plan, catalog = planned(context)
    evaluate(context, plan, catalog)
    edited = {"all": [{"field": "age", "op": ">=", "value": 21}, *MIXED["all"][1:]]}
    after, catalog = planned(context, edited)
    found = evaluate(context, after, catalog)
    assert found.reused == len(after.atoms) - 1
    again = evaluate(context, after, catalog)
    assert again.reused == len(after.atoms)
    assert again.outcomes[DRAFT].members.tolist() == found.outcomes[DRAFT].members.tolist()


def test_a_second_refresh_at_the_same_instant_reuses_every_leaf(context) -> None:
    first = refresh(context, as_of=AS_OF)
    second = refresh(context, as_of=AS_OF)

    def told(run) -> str:
        with context.transaction() as connection:
            lines = run_log.after(connection, context.workspace.id, run.id, after_id=0, limit=100)
        return next(line.message for line in lines if "rules evaluated" in line.message)

    assert " 0 of them reused" not in told(second.run)
    sizes = [{name: version.size for name, version in one.versions} for one in (first, second)]
    assert sizes[0] == sizes[1]


def test_an_index_of_other_data_is_not_believed_once_the_warehouse_is_asked(context) -> None:
    index = fresh_index(context, current_model(context))
    assert index is not None
    asked: list[Source] = []

    def ask(source: Source) -> int:
        asked.append(source)
        source.warehouse.register_keys("somebody", index.entities.keys)
        return len(asked)

    old = replace(index, stamp="of another warehouse")
    assert asking(context, old, ask, nullcontext) == 2
    assert [source.index is None for source in asked] == [False, True]
    asked.clear()
    assert asking(context, index, ask, nullcontext) == 1


def test_a_load_makes_the_index_stale_until_the_next_refresh(context) -> None:
    before = fresh_index(context, current_model(context))
    assert before is not None
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("UPDATE users SET age = 99").fetchall()
    assert fresh_index(context, current_model(context)) is None
    plan, catalog = planned(context, {"field": "age", "op": "=", "value": 99})
    found = evaluate(context, plan, catalog)
    assert bits.count(found.outcomes[DRAFT].members) == len(USERS)
    refresh(context, ["spenders"])
    after = fresh_index(context, current_model(context))
    assert after is not None
    assert after.stamp != before.stamp
    again = evaluate(context, plan, catalog)
    assert again.executor_of(plan.atoms[0]) == "index"
    assert bits.count(again.outcomes[DRAFT].members) == len(USERS)


@pytest.mark.parametrize("indexed", [True, False], ids=["index", "sql"])
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"field": "age", "op": ">", "value": 1}, lambda user: user.age),
        ({"field": "balance", "op": ">", "value": 1}, lambda user: int(user.balance * 100)),
    ],
    ids=["whole", "money"],
)
def test_the_numbers_compared_are_those_of_the_rows(context, indexed, rule, expected) -> None:
    if not indexed:
        drop(context)
    plan, catalog = planned(context, rule)
    evaluated = evaluate(context, plan, catalog)
    found = leaf_values(context, catalog.model, evaluated, plan.atoms[0], as_of=AS_OF)
    assert found is not None
    by_key = dict(zip(evaluated.entities.keys.tolist(), range(len(USERS)), strict=True))
    for user in USERS:
        ordinal = by_key[user.key]
        value = None if getattr(user, rule["field"]) is None else expected(user)
        assert (int(found.numbers[ordinal]) if found.known[ordinal] else None) == value


@pytest.mark.parametrize("indexed", [True, False], ids=["index", "sql"])
def test_sums_and_counts_of_nobody_are_zero(context, indexed) -> None:
    if not indexed:
        drop(context)
    window = {"from": "1990-01-01", "to": "1990-02-01"}
    for rule in (
        {"metric": "total_spend", "op": ">=", "value": 0, "window": window},
        {"did": "payment", "times": {"op": ">=", "n": 1}, "window": window},
    ):
        plan, catalog = planned(context, rule)
        evaluated = evaluate(context, plan, catalog)
        atom = next(atom for atom in plan.atoms if hasattr(atom, "having"))
        found = leaf_values(context, catalog.model, evaluated, atom, as_of=AS_OF)
        assert found is not None
        assert found.known.all()
        assert not found.numbers.any()


def test_a_sample_speaks_of_its_blocks_alone(context) -> None:
    plan, catalog = planned(context, {"field": "age", "op": ">=", "value": 0})
    none = evaluate(context, plan, catalog, blocks=())
    assert bits.count(none.present) == 0
    assert bits.count(none.outcomes[DRAFT].members) == 0
    whole = evaluate(context, plan, catalog, blocks=(0,))
    assert bits.count(whole.present) == len(USERS)
    # nothing of a sample is kept
    assert bits.count(evaluate(context, plan, catalog).outcomes[DRAFT].members) == bits.count(
        whole.outcomes[DRAFT].members
    )


def test_who_hung_up_ends_the_evaluation_as_a_warehouse_would(context) -> None:
    plan, catalog = planned(context)
    index = fresh_index(context, catalog.model)
    assert index is not None
    gone = threading.Event()
    gone.set()
    stopped = IndexExecutor(index, threads=1, gone=gone)
    with context.open_warehouse() as warehouse, pytest.raises(EngineFailed) as caught:
        evaluate_plan(
            plan,
            catalog.model,
            warehouse,
            folder=context.folder,
            stored=stored_members(context),
            index=stopped,
        )
    assert caught.value.kind == FailureKind.INTERRUPTED


def test_the_live_instant_stands_still_for_a_minute(context) -> None:
    assert live_instant(context, None) == AS_OF.replace(second=0, microsecond=0)
    pinned = AS_OF + timedelta(seconds=7, microseconds=3)
    assert live_instant(context, pinned) == pinned


@pytest.mark.parametrize(
    ("written", "expected"),
    [(-90, 0), (0, 0), (12, 12), (40, 40), (41, 0)],  # seconds of the minute; it is second 40
)
def test_the_live_instant_takes_in_data_that_came_since(context, written, expected) -> None:
    minute = AS_OF.replace(second=0, microsecond=0)
    clock = FixedClock(minute + timedelta(seconds=40))
    at = replace(context, resources=replace(context.resources, clock=clock))
    instant = minute + timedelta(seconds=written)
    os.utime(context.warehouse_path, (instant.timestamp(), instant.timestamp()))
    assert live_instant(at, None) == minute + timedelta(seconds=expected)
    context.warehouse_path.unlink()
    assert live_instant(at, None) == minute


def test_stale_reads_do_not_leave_the_service(context) -> None:
    def always_stale(_source: Source) -> None:
        raise Stale("WAREHOUSE_CHANGED", "again")

    with pytest.raises(Stale):  # twice in a row is not hidden
        asking(context, None, always_stale, nullcontext)


def test_the_members_are_those_of_plain_python(context) -> None:
    plan, catalog = planned(context, {"metric": "total_spend", "op": ">", "value": "100.00"})
    found = evaluate(context, plan, catalog)
    ordinals = bits.to_ordinals(found.outcomes[DRAFT].members, found.entities.size)
    assert set(found.entities.keys[ordinals].tolist()) == set(keys(where="spenders"))
