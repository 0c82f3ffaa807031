"""The tags and owners of a workspace's rules, for whoever filters by them."""

from __future__ import annotations

from muster.services.context import WorkspaceContext
from muster.store import rule_labels


def list_tags(context: WorkspaceContext) -> tuple[tuple[str, int], ...]:
    """Return every tag with how many rules bear it, the most used first; archived do not count."""
    with context.transaction() as connection:
        return rule_labels.tags(connection, context.workspace.id)


def list_owners(context: WorkspaceContext) -> tuple[tuple[str, int], ...]:
    """Return who wrote rules first, with how many, the busiest first; archived do not count."""
    with context.transaction() as connection:
        return rule_labels.owners(connection, context.workspace.id)
