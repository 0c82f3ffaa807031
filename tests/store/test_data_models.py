"""Versions of a data model: one more only when it means something else."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Connection

from muster.base.errors import NotFound
from muster.base.ids import WorkspaceId
from muster.base.records import StoredModel, Workspace
from muster.store import data_models, workspaces
from muster.store.database import Database


def save(connection: Connection, workspace: Workspace, fingerprint: str) -> StoredModel:
    return data_models.save(
        connection, workspace.id, document=f"# {fingerprint}", fingerprint=fingerprint
    )


def test_a_workspace_starts_without_a_model(connection: Connection, workspace: Workspace) -> None:
    assert data_models.latest(connection, workspace.id) is None
    assert data_models.newest(connection, workspace.id) is None


def test_a_changed_model_is_a_new_version_and_the_old_one_stays(
    connection: Connection, workspace: Workspace
) -> None:
    first, second = save(connection, workspace, "aa"), save(connection, workspace, "bb")
    assert (first.version, second.version) == (1, 2)
    assert data_models.latest(connection, workspace.id) == second
    assert data_models.newest(connection, workspace.id) == (2, "bb")
    assert data_models.version(connection, workspace.id, 1) == first
    assert first.document == "# aa"


def test_the_same_meaning_is_no_new_version(connection: Connection, workspace: Workspace) -> None:
    first = save(connection, workspace, "aa")
    respelled = data_models.save(connection, workspace.id, document="other words", fingerprint="aa")
    assert respelled == first


def test_going_back_to_an_older_meaning_is_a_new_version(
    connection: Connection, workspace: Workspace
) -> None:
    assert [save(connection, workspace, mark).version for mark in ("aa", "bb", "aa")] == [1, 2, 3]


def test_a_missing_version_is_not_found(connection: Connection, workspace: Workspace) -> None:
    save(connection, workspace, "aa")
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    for workspace_id, number in ((workspace.id, 2), (other.id, 1)):
        with pytest.raises(NotFound) as refused:
            data_models.version(connection, workspace_id, number)
        assert refused.value.code == "UNKNOWN_DATA_MODEL_VERSION"


def test_a_vanished_workspace_is_not_found(connection: Connection) -> None:
    with pytest.raises(NotFound) as refused:
        data_models.save(connection, WorkspaceId(99), document="", fingerprint="aa")
    assert refused.value.code == "UNKNOWN_WORKSPACE"


def test_two_writers_at_once_take_different_versions(database: Database) -> None:
    with database.transaction() as connection:
        workspace = workspaces.create(connection, name="w", title="", synthetic=False)

    def write(mark: str) -> None:
        with database.transaction() as connection:
            save(connection, workspace, mark)

    threads = [threading.Thread(target=write, args=(f"mark {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as connection:
        latest = data_models.latest(connection, workspace.id)
    assert latest is not None
    assert latest.version == 8
