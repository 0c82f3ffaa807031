"""Workspaces and their data models."""

from __future__ import annotations

from muster.base.datamodel import DataModel
from muster.base.errors import NotFound
from muster.base.records import StoredModel, Workspace
from muster.model.dump import fingerprint
from muster.model.load import load_model
from muster.services.context import Resources, WorkspaceContext
from muster.store import audit, data_models, workspaces


def create_workspace(
    resources: Resources, *, name: str, title: str, synthetic: bool, actor: str
) -> Workspace:
    """Create a workspace; its name is lower case letters, digits and underscores.

    Raises:
        InvalidInput: BAD_NAME. Conflict: NAME_TAKEN.
    """
    with resources.database.transaction() as connection:
        created = workspaces.create(connection, name=name, title=title, synthetic=synthetic)
        audit.record(
            connection,
            created.id,
            actor=actor,
            action="workspace.create",
            subject=name,
            before=None,
            after={"title": title, "synthetic": synthetic},
            reason="",
        )
        return created


def list_workspaces(resources: Resources) -> tuple[Workspace, ...]:
    """Return every workspace by name."""
    with resources.database.transaction() as connection:
        return workspaces.every(connection)


def save_model(context: WorkspaceContext, document: str) -> StoredModel:
    """Check a model.yml and keep it as the workspace's newest, if it says anything new.

    Raises:
        InvalidModel: with every fault and its path; nothing is changed.
    """
    model = load_model(document)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        before = data_models.latest(connection, workspace_id)
        saved = data_models.save(
            connection, workspace_id, document=document, fingerprint=fingerprint(model)
        )
        if before is None or before.version != saved.version:
            audit.record(
                connection,
                workspace_id,
                actor=context.actor,
                action="model.save",
                subject="model.yml",
                before=None if before is None else {"fingerprint": before.fingerprint},
                after={"version": saved.version, "fingerprint": saved.fingerprint},
                reason="",
            )
        return saved


def current_model(context: WorkspaceContext) -> DataModel:
    """Return the workspace's data model.

    Raises:
        NotFound: NO_MODEL, none was saved yet.
    """
    return load_model(stored_model(context).document)


def stored_model(context: WorkspaceContext) -> StoredModel:
    """Return the newest version of the workspace's model.yml as it was written.

    Raises:
        NotFound: NO_MODEL, none was saved yet.
    """
    with context.transaction() as connection:
        stored = data_models.latest(connection, context.workspace.id)
    if stored is None:
        raise NotFound(
            "NO_MODEL",
            f'The workspace "{context.workspace.name}" has no data model yet.',
            hint="Draft one with `muster init`, then `muster load`.",
        )
    return stored
