"""The audit log: who did what to what. It only grows, and each entry is chained to the one before.

There is one chain for each workspace and one for the installation; see `base/audit_chain.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    cast,
    func,
    insert,
    or_,
    select,
)

from muster.base import correlation
from muster.base.audit_chain import GENESIS, ChainKeys, is_keyed, sealed
from muster.base.errors import Unavailable
from muster.base.ids import WorkspaceId
from muster.base.records import AuditEntry
from muster.store.column_types import Instant, PlainText
from muster.store.database import Database
from muster.store.locks import lock_number
from muster.store.tables import audit

_KEYS_OPTION = "muster_audit_keys"
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; None does not narrow.

    Attributes:
        action: the action itself, or the beginning of it, e.g. ``rule.``.
        since, until: half-open, since ≤ at < until.
        text: found anywhere in an entry, upper or lower case.
    """

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None


def with_keys(database: Database, keys: ChainKeys) -> Database:
    """Return the database whose connections seal audit entries with these keys.

    They travel with the connections, so that no caller of `record` has to know them.
    """
    return replace(database, engine=database.engine.execution_options(**{_KEYS_OPTION: keys}))


def keys_of(database: Database) -> ChainKeys:
    """Return the keys a database was given, none by default."""
    found: ChainKeys = database.engine.get_execution_options().get(_KEYS_OPTION, ChainKeys())
    return found


def record(
    connection: Connection,
    workspace_id: WorkspaceId | None,
    *,
    actor: str,
    action: str,
    subject: str,
    before: Any = None,
    after: Any = None,
    reason: str = "",
    request_id: str | None = None,
) -> AuditEntry:
    """Add an entry, in the transaction of the deed it tells of; late, for it locks the chain.

    Args:
        workspace_id: None when the deed concerns the whole installation.
        action: verb with its noun, e.g. ``rule.update``.
        subject: what it was done to, e.g. ``rule/vip``.
        before, after: JSON; None when there is nothing to tell.
        request_id: what it was done for; left out, the one bound to this thread of work.

    Raises:
        Unavailable: AUDIT_KEY_MISSING, the chain is sealed with a key that this process lacks.
    """
    chain = "installation" if workspace_id is None else str(workspace_id)
    # A statement of its own: the next one must see what the holder before has committed.
    lock = func.pg_advisory_xact_lock(cast(lock_number(f"audit:{chain}"), BigInteger))
    connection.execute(select(lock))
    at, last, last_hash = _end(connection, workspace_id)
    keys: ChainKeys = connection.get_execution_options().get(_KEYS_OPTION, ChainKeys())
    if is_keyed(last_hash) and not keys.secrets:
        raise _key_missing()
    entry = AuditEntry(
        id=0,
        workspace_id=workspace_id,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        before=before,
        after=after,
        reason=reason,
        request_id=request_id or correlation.current().get("request_id"),
        position=last + 1,
        previous_hash=last_hash,
    )
    values = {name: getattr(entry, name) for name in _WRITTEN} | {"hash": sealed(entry, keys)}
    return _entry(connection.execute(insert(audit).values(values).returning(audit)).one())


def every(
    connection: Connection,
    workspace_id: WorkspaceId | None,
    *,
    limit: int,
    offset: int = 0,
    before_id: int | None = None,
    wanted: AuditFilter | None = None,
) -> tuple[AuditEntry, ...]:
    """Return the newest entries first, at most ``limit``: of one workspace, or of none (None).

    Args:
        before_id: only entries older than this one (a cursor).
    """
    asked = select(audit).where(*_conditions(workspace_id, wanted))
    if before_id is not None:
        asked = asked.where(audit.c.id < before_id)
    rows = connection.execute(asked.order_by(audit.c.id.desc()).limit(limit).offset(offset))
    return tuple(_entry(row) for row in rows)


def count(
    connection: Connection, workspace_id: WorkspaceId | None, wanted: AuditFilter | None = None
) -> int:
    """Return how many entries there are."""
    asked = select(func.count()).select_from(audit).where(*_conditions(workspace_id, wanted))
    return connection.execute(asked).scalar_one()


def oldest_first(
    connection: Connection,
    workspace_id: WorkspaceId | None,
    *,
    after_id: int = 0,
    limit: int = _BATCH,
    wanted: AuditFilter | None = None,
) -> tuple[AuditEntry, ...]:
    """Return entries in the order they were written, from after an id."""
    rows = connection.execute(
        select(audit)
        .where(*_conditions(workspace_id, wanted), audit.c.id > after_id)
        .order_by(audit.c.id)
        .limit(limit)
    )
    return tuple(_entry(row) for row in rows)


def chained(
    connection: Connection, workspace_id: WorkspaceId | None, *, batch: int = _BATCH
) -> Iterator[AuditEntry]:
    """Yield the entries of a chain by position; what was written before chains is left out."""
    after = -(2**62)
    while True:
        rows = connection.execute(
            select(audit)
            .where(*_conditions(workspace_id, None), audit.c.position > after)
            .order_by(audit.c.position)
            .limit(batch)
        ).all()
        for row in rows:
            yield _entry(row)
        if len(rows) < batch:
            return
        after = rows[-1]._mapping["position"]


def unchained(connection: Connection, workspace_id: WorkspaceId | None) -> tuple[int, int]:
    """Count the entries without a position: those before the chain began, and those after it."""
    own = _conditions(workspace_id, None)
    began = (
        select(func.min(audit.c.id)).where(*own, audit.c.position.is_not(None)).scalar_subquery()
    )
    later = audit.c.id > func.coalesce(began, 2**62)
    found = connection.execute(
        select(func.count().filter(~later), func.count().filter(later)).where(
            *own, audit.c.position.is_(None)
        )
    ).one()
    return found[0], found[1]


def at_position(
    connection: Connection, workspace_id: WorkspaceId | None, position: int
) -> AuditEntry | None:
    """Return the entry at a position of the chain, None when there is none."""
    return _one(connection, workspace_id, audit.c.position == position)


def by_hash(
    connection: Connection, workspace_id: WorkspaceId | None, entry_hash: str
) -> AuditEntry | None:
    """Return the entry of the chain with this hash, None when there is none."""
    return _one(connection, workspace_id, audit.c.hash == entry_hash)


def last(connection: Connection, workspace_id: WorkspaceId | None) -> AuditEntry | None:
    """Return the last entry of the chain, None when it has none yet."""
    return _one(connection, workspace_id, audit.c.position.is_not(None))


_WRITTEN = (
    "workspace_id",
    "at",
    "actor",
    "action",
    "subject",
    "before",
    "after",
    "reason",
    "request_id",
    "position",
    "previous_hash",
)


def _end(connection: Connection, workspace_id: WorkspaceId | None) -> tuple[datetime, int, str]:
    """Return the time now, and position and hash of the last entry (0 and "" before the first)."""
    newest = (
        select(audit.c.position, audit.c.hash)
        .where(*_conditions(workspace_id, None), audit.c.position.is_not(None))
        .order_by(audit.c.position.desc())
        .limit(1)
        .subquery()
    )
    now = select(func.clock_timestamp(type_=Instant).label("at")).subquery()
    found = connection.execute(
        select(
            now.c.at, func.coalesce(newest.c.position, 0), func.coalesce(newest.c.hash, GENESIS)
        ).select_from(now.outerjoin(newest, newest.c.position.is_not(None)))
    ).one()
    return found[0], found[1], found[2]


def _one(
    connection: Connection, workspace_id: WorkspaceId | None, condition: ColumnElement[bool]
) -> AuditEntry | None:
    row = connection.execute(
        select(audit)
        .where(*_conditions(workspace_id, None), condition)
        .order_by(audit.c.position.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _entry(row)


def _conditions(
    workspace_id: WorkspaceId | None, wanted: AuditFilter | None
) -> list[ColumnElement[bool]]:
    # not IS NOT DISTINCT FROM, which PostgreSQL answers without an index
    own = audit.c.workspace_id
    found = [own.is_(None) if workspace_id is None else own == workspace_id]
    if wanted is None:
        return found
    if wanted.actor is not None:
        found.append(audit.c.actor == wanted.actor)
    if wanted.action is not None:
        found.append(audit.c.action.startswith(wanted.action, autoescape=True))
    if wanted.subject is not None:
        found.append(audit.c.subject == wanted.subject)
    if wanted.since is not None:
        found.append(audit.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(audit.c.at < wanted.until)
    if wanted.text:
        places = (audit.c.actor, audit.c.action, audit.c.subject, audit.c.reason)
        documents = (cast(audit.c.before, PlainText), cast(audit.c.after, PlainText))
        found.append(
            or_(*(place.icontains(wanted.text, autoescape=True) for place in places + documents))
        )
    return found


def _key_missing() -> Unavailable:
    return Unavailable(
        "AUDIT_KEY_MISSING",
        "The audit log is sealed with a key that this process does not have.",
        hint="Set MUSTER_AUDIT_KEY to the key that the other processes use.",
    )


def _entry(row: Row[tuple[Any, ...]]) -> AuditEntry:
    values = dict(row._mapping)
    found = values.pop("workspace_id")
    return AuditEntry(workspace_id=None if found is None else WorkspaceId(found), **values)
