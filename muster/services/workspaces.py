"""Workspaces and their data models."""

from __future__ import annotations

from muster.base.datamodel import DataModel
from muster.base.errors import NotFound, Stale
from muster.base.recent import Recent
from muster.base.records import StoredModel, Workspace
from muster.model.dump import fingerprint
from muster.model.load import load_model
from muster.services import retention_schedule
from muster.services.context import Resources, WorkspaceContext
from muster.store import audit, data_models, workspace_settings, workspaces
from muster.store.database import Transaction

# Reading a large model.yml takes tens of milliseconds; equal fingerprints are equal models.
_MODELS: Recent[str, DataModel] = Recent(kept=64)


def create_workspace(
    resources: Resources,
    *,
    name: str,
    title: str,
    synthetic: bool,
    actor: str,
    request_id: str | None = None,
) -> Workspace:
    """Create a workspace; its name is lower case letters, digits and underscores.

    Raises:
        InvalidInput: BAD_NAME. Conflict: NAME_TAKEN.
    """
    with resources.database.transaction() as connection:
        created = workspaces.create(connection, name=name, title=title, synthetic=synthetic)
        retention_schedule.ensure(connection, created.id, time_zone="UTC")
        audit.record(
            connection,
            created.id,
            actor=actor,
            action="workspace.create",
            subject=name,
            before=None,
            after={"title": title, "synthetic": synthetic},
            reason="",
            request_id=request_id,
        )
        return created


def list_workspaces(resources: Resources) -> tuple[Workspace, ...]:
    """Return every workspace by name."""
    with resources.database.transaction() as connection:
        return workspaces.every(connection)


def save_model(
    context: WorkspaceContext,
    document: str,
    *,
    expected_version: int | None = None,
    reason: str = "",
) -> StoredModel:
    """Check a model.yml and keep it as the workspace's newest, if it says anything new.

    Args:
        expected_version: the version that was edited, 0 for none; None = whichever is there.
        reason: why, for the audit log.

    Raises:
        InvalidModel: with every fault and its path; nothing is changed.
        Stale: CHANGED_MEANWHILE, another version than the expected one is the newest.
    """
    model = load_model(document)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        before = data_models.latest(connection, workspace_id, lock=True)
        number = 0 if before is None else before.version
        if expected_version is not None and number != expected_version:
            raise Stale(
                "CHANGED_MEANWHILE",
                f"The data model is at version {number} now; the edit was made to another one.",
                hint="Read it again and repeat the edit.",
            )
        saved = data_models.save(
            connection, workspace_id, document=document, fingerprint=fingerprint(model)
        )
        if before is None:
            settings, _ = workspace_settings.load(connection, workspace_id)
            zone = settings.time_zone or model.time_zone
            retention_schedule.ensure(connection, workspace_id, time_zone=zone)
        if before is None or before.version != saved.version:
            audit.record(
                connection,
                workspace_id,
                actor=context.actor,
                action="model.save",
                subject="model.yml",
                before=None if before is None else {"fingerprint": before.fingerprint},
                after={"version": saved.version, "fingerprint": saved.fingerprint},
                reason=reason,
                request_id=context.request_id,
            )
        return saved


def current_model(context: WorkspaceContext) -> DataModel:
    """Return the workspace's data model.

    Raises:
        NotFound: NO_MODEL, none was saved yet.
    """
    with context.transaction() as connection:
        return model_in(connection, context)[1]


def model_in(connection: Transaction, context: WorkspaceContext) -> tuple[str, DataModel]:
    """Return the fingerprint of the workspace's data model, and the model.

    Raises:
        NotFound: NO_MODEL, none was saved yet.
    """
    workspace_id = context.workspace.id
    newest = data_models.newest(connection, workspace_id)
    if newest is None:
        raise _no_model(context)
    number, its_fingerprint = newest
    found = _MODELS.get(
        its_fingerprint,
        lambda: load_model(data_models.version(connection, workspace_id, number).document),
    )
    return its_fingerprint, found


def model_of(stored: StoredModel) -> DataModel:
    """Return a stored data model, parsed once."""
    return _MODELS.get(stored.fingerprint, lambda: load_model(stored.document))


def stored_model(context: WorkspaceContext) -> StoredModel:
    """Return the newest version of the workspace's model.yml as it was written.

    Raises:
        NotFound: NO_MODEL, none was saved yet.
    """
    stored = find_model(context)
    if stored is None:
        raise _no_model(context)
    return stored


def find_model(context: WorkspaceContext) -> StoredModel | None:
    """Return the newest version of the workspace's model.yml, None before the first."""
    with context.transaction() as connection:
        return data_models.latest(connection, context.workspace.id)


def _no_model(context: WorkspaceContext) -> NotFound:
    return NotFound(
        "NO_MODEL",
        f'The workspace "{context.workspace.name}" has no data model yet.',
        hint="Draft one with `muster init`, then `muster load`.",
    )
