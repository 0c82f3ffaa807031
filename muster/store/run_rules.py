"""What became of each rule of a run. A new attempt starts its list anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from muster.base.ids import RunId, WorkspaceId
from muster.base.records import RuleOutcome, RunRule
from muster.store.tables_runs import run_rules


def replace(
    connection: Connection, workspace_id: WorkspaceId, run_id: RunId, rules: Iterable[RunRule]
) -> None:
    """Write the outcomes of a run in place of those it had."""
    connection.execute(
        delete(run_rules).where(
            run_rules.c.workspace_id == workspace_id, run_rules.c.run_id == run_id
        )
    )
    rows = [
        {
            "workspace_id": workspace_id,
            "run_id": run_id,
            "rule": one.rule,
            "outcome": one.outcome.value,
            "segment_version": one.segment_version,
            "size": one.size,
            "seconds": one.seconds,
            "error_code": one.error_code,
            "error": one.error,
        }
        for one in rules
    ]
    if rows:
        connection.execute(insert(run_rules), rows)


def of_run(connection: Connection, workspace_id: WorkspaceId, run_id: RunId) -> tuple[RunRule, ...]:
    """Return the outcomes of a run by rule; empty before its first attempt looked at its rules."""
    rows = connection.execute(
        select(run_rules)
        .where(run_rules.c.workspace_id == workspace_id, run_rules.c.run_id == run_id)
        .order_by(run_rules.c.rule.collate("C"))
    )
    return tuple(_run_rule(row) for row in rows)


def latest(
    connection: Connection, workspace_id: WorkspaceId, rules: Iterable[str]
) -> dict[str, RunRule]:
    """Return, for each of the rules that was ever decided, what its newest run made of it."""
    rows = connection.execute(
        select(run_rules)
        .ext(distinct_on(run_rules.c.rule))
        .where(
            run_rules.c.workspace_id == workspace_id,
            run_rules.c.rule.in_(list(rules)),
            run_rules.c.outcome != RuleOutcome.PENDING.value,
        )
        .order_by(run_rules.c.rule, run_rules.c.run_id.desc())
    )
    return {row.rule: _run_rule(row) for row in rows}


def _run_rule(row: Row[tuple[Any, ...]]) -> RunRule:
    values = dict(row._mapping)
    values.pop("workspace_id")
    values["outcome"] = RuleOutcome(values["outcome"])
    return RunRule(**values)
