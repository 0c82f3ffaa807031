"""Loading: all tables or none, with a report; the model follows the data."""

from __future__ import annotations

import pytest

from muster.base.errors import InvalidFile, InvalidModel, NotFound
from muster.services.access import enter_locally
from muster.services.loading import load_files
from muster.services.workspaces import create_workspace, stored_model
from muster.store import audit
from tests.services.small_workspace import MODEL, PAYMENTS, USERS, write_files


@pytest.fixture
def empty(context):
    create_workspace(context.resources, name="empty", title="", synthetic=False, actor="tester")
    return enter_locally(context.resources, "empty", actor="tester")


def test_a_first_load_makes_the_warehouse_and_keeps_the_model(empty, small_files) -> None:
    told: list[str] = []
    found = load_files(empty, small_files, model_document=MODEL, progress=told.append)
    users, payments = found.report.table("users"), found.report.table("payments")
    assert (users.read, users.loaded) == (40, len(USERS))
    assert (payments.read, payments.loaded, payments.orphans) == (len(PAYMENTS), len(PAYMENTS), 0)
    assert found.model is not None
    assert stored_model(empty).document == MODEL
    assert found.unfit == ()
    assert told


def test_duplicates_rejects_and_orphans_are_counted(context, tmp_path) -> None:
    folder = write_files(tmp_path / "again")
    lines = (folder / "payments.csv").read_text().splitlines()
    lines += [lines[1], lines[2].replace(lines[2].split(",")[1], "999", 1)]
    lines += ["9000,,2025-05-01,1,Books,2025-05-02", "9001,4,,1,Books,2025-05-02"]
    (folder / "payments.csv").write_text("\n".join(lines) + "\n")
    payments = load_files(context, folder).report.table("payments")
    assert payments.read == len(PAYMENTS) + 4
    assert payments.read == payments.loaded + payments.duplicates + sum(payments.rejected.values())
    assert payments.rejected == {"no_entity_key": 1, "no_time": 1}


def test_a_load_is_written_down(context, small_files) -> None:
    load_files(context, small_files)
    with context.resources.database.transaction() as connection:
        entry = audit.every(connection, context.workspace.id, limit=1)[0]
    assert entry.action == "data.load"
    assert entry.after["users"] == 40


def test_rules_that_no_longer_fit_are_named(context, small_files) -> None:
    changed = MODEL.replace(
        "  city: {type: string, label: City}", "  town: {type: string, column: city}"
    )
    found = load_files(context, small_files, model_document=changed)
    assert {(problem.code, problem.path.split(":")[0]) for problem in found.unfit} == {
        ("UNKNOWN_FIELD", "viennese"),
        ("UNKNOWN_FIELD", "mail_to_win_back"),
    }


def test_a_refused_load_leaves_no_warehouse_where_there_was_none(empty, tmp_path) -> None:
    folder = write_files(tmp_path / "again")
    (folder / "views.csv").write_bytes(b"\xff")
    with pytest.raises(InvalidFile):
        load_files(empty, folder, model_document=MODEL)
    assert not empty.warehouse_path.exists()
    with pytest.raises(NotFound):
        stored_model(empty)


def test_a_refused_load_leaves_data_and_model_as_they_were(context, tmp_path) -> None:
    folder = write_files(tmp_path / "again")
    (folder / "users.csv").write_text((folder / "users.csv").read_text().replace("city", "town", 1))
    with pytest.raises(InvalidModel):
        load_files(context, folder, model_document=MODEL.replace("Forty", "Many"))
    assert stored_model(context).version == 1
    with context.open_warehouse() as warehouse:
        found = warehouse.connection.execute("SELECT COUNT(city) FROM users").fetchall()
    assert found == [(40,)]


def test_without_any_model_nothing_can_be_loaded(empty, small_files) -> None:
    with pytest.raises(NotFound) as caught:
        load_files(empty, small_files)
    assert caught.value.code == "NO_MODEL"
