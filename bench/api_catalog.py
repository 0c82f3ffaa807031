"""The catalogue the API is measured on: 10,000 rules and 5,000 published segments of one workspace.

The customer data is the payments example's. Rules and segments are written in a few statements, for
it is reading that is measured, not making.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text

from muster.examples.catalog import EXAMPLES
from muster.rules.fingerprint import fingerprint
from muster.rules.parse import parse_definition
from muster.services.context import Resources
from muster.services.demo import prepare_example
from muster.settings import Settings
from muster.store import workspaces
from muster.store.tables import rule_versions, rules, runs, segment_versions, segments
from muster.wiring import open_resources

WORKSPACE = "payments"
_CATEGORIES = ("Travel", "Groceries", "Dining", "Fuel", "Electronics")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What was made, by the ids a client asks for."""

    rule_ids: tuple[int, ...]
    segment_ids: tuple[int, ...]


def prepare_catalogue(
    data: Path, *, rule_count: int, segment_count: int, entities: int
) -> Catalogue:
    """Fill a data folder with the example and a large catalogue."""
    settings = Settings(data=data)
    with open_resources(settings, application_name="muster-bench") as resources:
        example = next(found for found in EXAMPLES if found.name == WORKSPACE)
        prepare_example(resources, example, actor="bench", entities=entities)
        _fill(resources, rule_count, segment_count)
        _analyse(resources)
        return _read(resources)


def definition(number: int) -> dict[str, Any]:
    """Return the rule with a number; no two are the same."""
    return {
        "where": {
            "all": [
                {"field": "city_tier", "op": "<=", "value": 1 + number % 3},
                {
                    "did": "card",
                    "where": [
                        {
                            "field": "category",
                            "op": "=",
                            "value": _CATEGORIES[number % len(_CATEGORIES)],
                        }
                    ],
                    "window": {"last": f"P{7 + number % 84}D"},
                    "times": {"op": ">=", "n": 1 + number % 4},
                },
                {"metric": "total_spend", "op": ">", "value": str(100 + number)},
            ]
        }
    }


def _fill(resources: Resources, rule_count: int, segment_count: int) -> None:
    with resources.database.transaction() as connection:
        workspace_id = workspaces.by_name(connection, WORKSPACE).id
        present = len(list(connection.scalars(select(rules.c.id))))
        missing = range(present, rule_count)
        if not missing:
            return
        made = connection.scalars(
            insert(rules).returning(rules.c.id, sort_by_parameter_order=True),
            [
                {
                    "workspace_id": workspace_id,
                    "name": f"bench_{number:05d}",
                    "current_version": 1,
                    "published_version": 1,
                }
                for number in missing
            ],
        ).all()
        connection.execute(
            insert(rule_versions),
            [
                _version(workspace_id, rule_id, number)
                for rule_id, number in zip(made, missing, strict=True)
            ],
        )
        _publish(connection, workspace_id, list(zip(made, missing, strict=True)), segment_count)


def _analyse(resources: Resources) -> None:
    """Tell the planner what was filled in, which the server else does by itself in a minute."""
    with resources.database.transaction() as connection:
        connection.execute(
            text("ANALYZE rules, rule_versions, segments, segment_versions, runs, lineage")
        )


def _version(workspace_id: int, rule_id: int, number: int) -> dict[str, Any]:
    found = definition(number)
    return {
        "workspace_id": workspace_id,
        "rule_id": rule_id,
        "version": 1,
        "title": f"Bench rule {number}",
        "description": "Made by the benchmark.",
        "definition": found,
        "fingerprint": fingerprint(parse_definition(found)),
        "schedule": "@daily",
        "tags": ["bench", _CATEGORIES[number % len(_CATEGORIES)].lower()],
        "author": "bench",
        "reason": "",
    }


def _publish(
    connection: Any, workspace_id: int, made: list[tuple[int, int]], segment_count: int
) -> None:
    """Give the first rules a published segment each; its members are not kept."""
    chosen = made[:segment_count]
    now = datetime.now(UTC)
    run_id = connection.scalar(
        insert(runs)
        .values(
            workspace_id=workspace_id,
            state="published",
            as_of=now,
            rules=["bench"],
            started_at=now,
            finished_at=now,
        )
        .returning(runs.c.id)
    )
    segment_ids = connection.scalars(
        insert(segments).returning(segments.c.id, sort_by_parameter_order=True),
        [
            {"workspace_id": workspace_id, "rule_id": rule_id, "name": f"bench_{number:05d}"}
            for rule_id, number in chosen
        ],
    ).all()
    connection.execute(
        insert(segment_versions),
        [
            {
                "workspace_id": workspace_id,
                "segment_id": segment_id,
                "number": 1,
                "rule_id": rule_id,
                "rule_version": 1,
                "run_id": run_id,
                "size": number,
                "entered": number,
                "left": 0,
                "universe_size": 50_000,
                "unknown_size": 0,
                "as_of": now,
                "watermark": now,
                "bitmap": None,
                "sql": "SELECT 1",
                "seconds": 0.1,
                "published_at": now,
            }
            for segment_id, (rule_id, number) in zip(segment_ids, chosen, strict=True)
        ],
    )
    connection.execute(
        segments.update()
        .where(segments.c.workspace_id == workspace_id, segments.c.id.in_(segment_ids))
        .values(current_version=1)
    )


def _read(resources: Resources) -> Catalogue:
    with resources.database.transaction() as connection:
        workspace_id = workspaces.by_name(connection, WORKSPACE).id
        rule_ids = connection.scalars(
            select(rules.c.id).where(rules.c.workspace_id == workspace_id).order_by(rules.c.id)
        ).all()
        segment_ids = connection.scalars(
            select(segments.c.id)
            .where(segments.c.workspace_id == workspace_id)
            .order_by(segments.c.id)
        ).all()
    return Catalogue(tuple(rule_ids), tuple(segment_ids))
