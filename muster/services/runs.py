"""Runs: what was refreshed when, and how it went."""

from __future__ import annotations

from muster.base.records import Run
from muster.services.context import WorkspaceContext
from muster.store import runs as run_store


def list_runs(context: WorkspaceContext, *, limit: int = 50) -> tuple[Run, ...]:
    """Return the workspace's newest runs first, at most ``limit``."""
    with context.transaction() as connection:
        return run_store.every(connection, context.workspace.id, limit=limit)
