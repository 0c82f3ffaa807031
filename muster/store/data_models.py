"""Data models: the versions of each workspace's `model.yml`, as text."""

from __future__ import annotations

from sqlalchemy import BigInteger, Connection, Row, bindparam, func, insert, select

from muster.base.errors import NotFound
from muster.base.ids import WorkspaceId
from muster.base.records import StoredModel
from muster.store.names import missing
from muster.store.tables import data_models, workspaces

# almost every request asks this
_NEWEST = (
    select(data_models.c.version, data_models.c.fingerprint)
    .where(data_models.c.workspace_id == bindparam("workspace_id", type_=BigInteger))
    .order_by(data_models.c.version.desc())
    .limit(1)
)


def save(
    connection: Connection, workspace_id: WorkspaceId, *, document: str, fingerprint: str
) -> StoredModel:
    """Store a document as the next version, unless the latest has the same fingerprint.

    Returns:
        The new version, or the latest one when nothing changed.

    Raises:
        NotFound: the workspace is gone.
    """
    before = latest(connection, workspace_id, lock=True)
    if before is not None and before.fingerprint == fingerprint:
        return before
    added = connection.execute(
        insert(data_models)
        .values(
            workspace_id=workspace_id,
            version=1 if before is None else before.version + 1,
            document=document,
            fingerprint=fingerprint,
            created_at=func.clock_timestamp(),
        )
        .returning(data_models)
    ).one()
    return _stored_model(added)


def latest(
    connection: Connection, workspace_id: WorkspaceId, *, lock: bool = False
) -> StoredModel | None:
    """Return the newest version, None when the workspace has no data model yet.

    Args:
        lock: let nobody else save one before this transaction ends; readers go on.

    Raises:
        NotFound: it was to be locked, and the workspace is gone.
    """
    if lock:
        _lock(connection, workspace_id)
    found = connection.execute(
        select(data_models)
        .where(data_models.c.workspace_id == workspace_id)
        .order_by(data_models.c.version.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else _stored_model(found)


def newest(connection: Connection, workspace_id: WorkspaceId) -> tuple[int, str] | None:
    """Return the newest version's number and fingerprint without its text; None without one."""
    found = connection.execute(_NEWEST, {"workspace_id": workspace_id}).one_or_none()
    return None if found is None else (found.version, found.fingerprint)


def version(connection: Connection, workspace_id: WorkspaceId, number: int) -> StoredModel:
    """Return one version; NotFound UNKNOWN_DATA_MODEL_VERSION when there is none."""
    found = connection.execute(
        select(data_models).where(
            data_models.c.workspace_id == workspace_id, data_models.c.version == number
        )
    ).one_or_none()
    if found is None:
        raise missing("data model version", number)
    return _stored_model(found)


def _lock(connection: Connection, workspace_id: WorkspaceId) -> None:
    """Make this the one writer of the workspace: two could take the same number otherwise."""
    found = connection.execute(
        select(workspaces.c.id)
        .where(workspaces.c.id == workspace_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    if found is None:
        raise NotFound("UNKNOWN_WORKSPACE", "The workspace does not exist any more.")


def _stored_model(row: Row[tuple[object, ...]]) -> StoredModel:
    values = row._mapping
    return StoredModel(
        workspace_id=WorkspaceId(values["workspace_id"]),
        version=values["version"],
        document=values["document"],
        fingerprint=values["fingerprint"],
        created_at=values["created_at"],
    )
