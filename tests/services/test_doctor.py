"""The doctor: all well when it is, and the right line when something is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from muster.base.clock import FixedClock
from muster.services.applying import apply, plan_apply
from muster.services.doctor import (
    Health,
    examine_database,
    examine_folder,
    examine_workspace,
    examine_workspaces,
)
from muster.services.workspaces import create_workspace, save_model
from tests.services.small_workspace import AS_OF, MODEL, documents


def found(diagnoses) -> dict[str, Health]:
    return {one.subject.removeprefix("shop: "): one.health for one in diagnoses}


def of_workspace(context, *, thorough: bool = False) -> dict[str, Health]:
    return found(examine_workspace(context, thorough=thorough))


def test_a_healthy_workspace_has_no_complaint(shared) -> None:
    assert of_workspace(shared, thorough=True) == dict.fromkeys(
        (
            "data model",
            "rules",
            "warehouse",
            "model against warehouse",
            "newest event",
            "entity dictionary",
            "index",
            "members",
        ),
        Health.OK,
    )


def test_the_database_is_named_with_its_version(shared) -> None:
    database, migrations, rows = examine_database(shared.resources, embedded=True)
    assert "PostgreSQL 18" in database.sentence
    assert "embedded" in database.sentence
    assert migrations.health is Health.OK
    assert (rows.subject, rows.health) == ("row-level security", Health.OK)


def test_a_database_that_does_not_keep_workspaces_apart_is_a_warning(context) -> None:
    with context.resources.database.transaction() as connection:
        connection.execute(text("ALTER TABLE rules NO FORCE ROW LEVEL SECURITY"))
    *_, rows = examine_database(context.resources, embedded=True)
    assert rows.health is Health.WARN
    assert "BYPASSRLS" in (rows.hint or "")


def drop_column(context) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("ALTER TABLE users DROP COLUMN age").fetchall()


def drop_events(context) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("DELETE FROM payments; DELETE FROM views").fetchall()


def lose_members(context) -> None:
    next((context.folder / "segments" / "quiet").iterdir()).unlink()


def damage_members(context) -> None:
    next((context.folder / "segments" / "quiet").iterdir()).write_bytes(b"damage")


def damage_entities(context) -> None:
    (context.folder / "entities.npy").write_bytes(b"damage")


def add_rule(context) -> None:
    apply(context, plan_apply(context, documents("- {name: fresh, where: {did: view}}")))


def narrow_model(context) -> None:
    save_model(context, MODEL.replace("  city: {", "  town: {column: city, "))


@pytest.mark.parametrize(
    ("harm", "subject", "health"),
    [
        (lambda context: context.warehouse_path.unlink(), "warehouse", Health.FAIL),
        (lambda context: context.warehouse_path.write_bytes(b"x"), "warehouse", Health.FAIL),
        (drop_column, "model against warehouse", Health.FAIL),
        (drop_events, "newest event", Health.WARN),
        (lose_members, "members of quiet", Health.FAIL),
        (damage_members, "members of quiet", Health.FAIL),
        (damage_entities, "entity dictionary", Health.FAIL),
        (add_rule, "members", Health.WARN),
        (narrow_model, "rules", Health.FAIL),
    ],
)
def test_what_is_wrong_is_found_and_says_what_to_do(context, harm, subject, health) -> None:
    harm(context)
    told = [
        one
        for one in examine_workspace(context, thorough=True)
        if one.subject == f"shop: {subject}"
    ]
    assert [one.health for one in told] == [health]
    assert told[0].hint


def test_old_data_is_stale(installation) -> None:
    with installation.opened(clock=FixedClock(AS_OF + timedelta(days=30))) as context:
        assert of_workspace(context)["newest event"] is Health.WARN


def test_a_workspace_without_a_model_fails(context) -> None:
    create_workspace(context.resources, name="empty", title="", synthetic=False, actor="tester")
    told = found(examine_workspaces(context.resources, actor="tester", thorough=False))
    assert told["empty: data model"] is Health.FAIL
    assert told["members"] is Health.OK


def test_a_folder_that_cannot_be_written_fails(tmp_path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    (diagnosis,) = examine_folder(file / "data")
    assert diagnosis.health is Health.FAIL
    writable, _ = examine_folder(tmp_path / "new")
    assert writable.health is Health.OK
