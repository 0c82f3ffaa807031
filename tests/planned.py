"""A workspace with scheduled rules and no data: enough for everything about times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select, update

from muster.base.records import Rule, Run, Schedule, Workspace
from muster.services.context import Resources
from muster.settings import Settings
from muster.store import rules, runs, schedules, workspaces
from muster.store.tables_runs import schedule_fires
from muster.store.tables_runs import schedules as schedules_table
from muster.wiring import open_resources


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True)
class Planned:
    """An open installation with one workspace."""

    resources: Resources
    workspace: Workspace

    def rule(
        self, name: str, cron: str | None, *, zone: str = "UTC", workspace: Workspace | None = None
    ) -> Rule:
        """Publish a rule with a schedule."""
        home = workspace or self.workspace
        with self.resources.database.transaction() as connection:
            made = rules.create(
                connection,
                home.id,
                name=name,
                title=name.title(),
                description="",
                definition={"where": []},
                fingerprint=name,
                schedule=cron,
                tags=[],
                author="test",
                reason="",
            )
            schedules.sync_rule(connection, made, time_zone=zone)
            return made

    def at(self, rule: Rule, present: datetime, **changes: Any) -> Schedule:
        """Let a rule's schedule be as if it had been set up at an instant."""
        with self.resources.database.transaction() as connection:
            connection.execute(
                update(schedules_table)
                .where(schedules_table.c.rule_id == rule.id)
                .values(last_fire_at=None)
            )
            found = schedules.of_rules(connection, rule.workspace_id, [rule.id])[rule.id]
            return schedules.change(
                connection, replace(found, **changes), revision=found.revision, moment=present
            )

    def schedule(self, rule: Rule) -> Schedule:
        with self.resources.database.transaction() as connection:
            return schedules.of_rules(connection, rule.workspace_id, [rule.id])[rule.id]

    def runs(self) -> list[Run]:
        """Return all runs of the workspace, the oldest first."""
        with self.resources.database.transaction() as connection:
            return list(reversed(runs.every(connection, self.workspace.id, limit=10_000)))

    def fires(self) -> list[tuple[int, datetime, int | None]]:
        """Return what schedules fired, in the order of time: schedule, instant, run."""
        wanted = select(
            schedule_fires.c.schedule_id, schedule_fires.c.fire_at, schedule_fires.c.run_id
        ).order_by(schedule_fires.c.fire_at, schedule_fires.c.schedule_id)
        with self.resources.database.transaction() as connection:
            return [tuple(row) for row in connection.execute(wanted)]


@contextmanager
def planned_workspace(url: str, folder: Path) -> Iterator[Planned]:
    with open_resources(Settings(data=folder, database_url=SecretStr(url))) as resources:
        with resources.database.transaction() as connection:
            made = workspaces.create(connection, name="shop", title="Shop", synthetic=True)
        yield Planned(resources, made)
