"""What every publication of a rule brings along: its segment, its schedule, the audit entry.

Whoever changes which rules are evaluated takes turns (`take_turn`), so that what was checked about
references between rules still holds when it is written.
"""

from __future__ import annotations

from typing import Any

from muster.base.records import Rule
from muster.base.workspace_settings import WorkspaceSettings
from muster.services.context import WorkspaceContext
from muster.store import audit, schedules
from muster.store import segments as segment_store
from muster.store import workspace_settings as settings_store
from muster.store.database import Transaction
from muster.store.locks import lock_in_transaction


def take_turn(connection: Transaction, context: WorkspaceContext) -> None:
    """Wait until nobody else changes which rules of the workspace are evaluated.

    Raises:
        Busy: LOCKED, somebody has done so for a minute.
    """
    lock_in_transaction(connection, f"publication:{context.workspace.id}")


def follow_publication(
    connection: Transaction, context: WorkspaceContext, rule: Rule, *, model_zone: str
) -> None:
    """Give a rule that was just published its segment and its schedule."""
    segment_store.ensure(connection, context.workspace.id, rule)
    sync_schedule(connection, context, rule, model_zone=model_zone)


def sync_schedule(
    connection: Transaction, context: WorkspaceContext, rule: Rule, *, model_zone: str
) -> None:
    """Make the rule's schedule what its published version says; none once it is archived or gone.

    To be called after the rule was changed.
    """
    zone = settings_of(connection, context).time_zone or model_zone
    schedules.sync_rule(connection, rule, time_zone=zone)


def settings_of(connection: Transaction, context: WorkspaceContext) -> WorkspaceSettings:
    """Return the workspace's settings as they are in this transaction."""
    found, _ = settings_store.load(connection, context.workspace.id)
    return found


def record(
    connection: Transaction,
    context: WorkspaceContext,
    action: str,
    subject: str,
    *,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> None:
    """Write into the audit log what the context's person did; late in the transaction."""
    audit.record(
        connection,
        context.workspace.id,
        actor=context.actor,
        action=action,
        subject=subject,
        before=before,
        after=after,
        reason=reason,
        request_id=context.request_id,
    )
