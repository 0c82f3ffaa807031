"""What changed on the order desk since somebody last looked.

A position is a snapshot, not a number: a row of the feed with a lower number may be committed
later. What the remembered snapshot did not see and the present one does is new, exactly once,
however long other transactions take.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, TextClause, bindparam, func, select, text

from muster.store.notices_listen import ORDERS, notify
from muster.store.orders.tables import changesets, desk, feed

KEPT_DAYS: Final = 7
_TOKEN = re.compile(r"(\d{1,18})\.(\d{1,19}:\d{1,19}:(?:\d{1,19}(?:,\d{1,19})*)?)")

# Also no row of another server (the desk was restored), whose transaction is yet to come here.
_NEW = (
    "txid >= pg_snapshot_xmin(CAST(:snapshot AS pg_snapshot))"
    " AND NOT pg_visible_in_snapshot(txid, CAST(:snapshot AS pg_snapshot))"
    " AND pg_visible_in_snapshot(txid, CAST(:now AS pg_snapshot))"
)
_PRESENT = text(
    "SELECT identity::text || '/' || (SELECT system_identifier FROM pg_control_system()),"
    " pg_current_snapshot()::text, coalesce((SELECT max(id) FROM feed), 0) FROM desk"
)
_FOLLOWS = text(
    "SELECT pg_snapshot_xmax(CAST(:snapshot AS pg_snapshot))"
    "  <= pg_snapshot_xmax(pg_current_snapshot())"
    " AND (:feed_id = 0 OR EXISTS (SELECT FROM feed WHERE id = :feed_id"
    "  AND pg_visible_in_snapshot(txid, CAST(:snapshot AS pg_snapshot))))"
)
_PRUNE = text(
    "DELETE FROM feed WHERE at < clock_timestamp() - make_interval(days => :days)"
    " AND pg_visible_in_snapshot(txid, CAST(:snapshot AS pg_snapshot))"
    " AND id < :feed_id"
)


@dataclass(frozen=True, slots=True)
class Position:
    """How far somebody has read.

    Attributes:
        desk: of which desk on which server; another one has to be read from the start.
        snapshot: what was committed then, as PostgreSQL writes it.
        feed_id: the highest number that was seen; 0: none.
    """

    desk: str
    snapshot: str
    feed_id: int

    @property
    def token(self) -> str:
        """The position as a client keeps it."""
        return f"{self.feed_id}.{self.snapshot}"


@dataclass(frozen=True, slots=True)
class Deed:
    """The changeset that some rows of the feed belong to."""

    id: int
    actor: str
    title: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed between two positions.

    Attributes:
        position: where the next look begins.
        many: too much to name, or unknown: whoever looks on reads everything again.
    """

    position: Position
    order_ids: tuple[int, ...] = ()
    customer_ids: tuple[str, ...] = ()
    deeds: tuple[Deed, ...] = ()
    many: bool = False

    @property
    def anything(self) -> bool:
        """Whether there is anything to tell."""
        return self.many or bool(self.order_ids or self.customer_ids)


def present(connection: Connection) -> Position:
    """Return the position of now: what this very statement sees."""
    return Position(*connection.execute(_PRESENT).one())


def position_of(token: str | None, desk_identity: str) -> Position | None:
    """Return the position a client kept; None for what is none."""
    found = _TOKEN.fullmatch((token or "").strip())
    return Position(desk_identity, found[2], int(found[1])) if found else None


def follows(connection: Connection, before: Position, now: Position) -> bool:
    """Whether the feed has everything that happened between two positions.

    It has not when the desk was filled anew, restored from a backup, or the position is older than
    what is kept.
    """
    if before.desk != now.desk:
        return False
    values = {"snapshot": before.snapshot, "feed_id": before.feed_id}
    return bool(connection.scalar(_FOLLOWS, values))


def is_new(before: Position, now: Position) -> TextClause:
    """Return the condition on `feed` for rows that the later position has seen alone."""
    return text(_NEW).bindparams(
        bindparam("snapshot", before.snapshot), bindparam("now", now.snapshot)
    )


def changed_since(connection: Connection, before: Position, *, most: int) -> Changed:
    """Return what changed since a position.

    Args:
        most: above so many orders (or customers) they are not named.
    """
    now = present(connection)
    if not follows(connection, before, now):
        return Changed(now, many=True)
    rows = connection.execute(
        select(feed.c.entity, feed.c.key)
        .where(is_new(before, now), feed.c.entity != "product")
        .distinct()
        .limit(2 * most + 1)
    ).all()
    orders = sorted(int(key) for entity, key in rows if entity == "order")
    customers = sorted(key for entity, key in rows if entity == "customer")
    deeds = _deeds(connection, before, now, most) if rows else ()
    if max(len(orders), len(customers)) > most:
        return Changed(now, deeds=deeds, many=True)
    return Changed(now, tuple(orders), tuple(customers), deeds)


def renew(connection: Connection) -> None:
    """Say that the desk's rows were replaced without the feed: everybody has to begin anew."""
    schema = connection.scalar(select(func.current_schema()))
    connection.execute(desk.update().values(identity=func.gen_random_uuid()))
    notify(connection, ORDERS, {"schema": schema, "rows": True})


def prune(connection: Connection, seen: Position, *, days: int = KEPT_DAYS) -> int:
    """Remove old rows of the feed that the warehouse has; return how many."""
    values = {"days": days, "snapshot": seen.snapshot, "feed_id": seen.feed_id}
    return connection.execute(_PRUNE, values).rowcount


def _deeds(connection: Connection, before: Position, now: Position, most: int) -> tuple[Deed, ...]:
    of_new = select(feed.c.changeset_id).where(
        is_new(before, now), feed.c.changeset_id.is_not(None)
    )
    rows = connection.execute(
        select(changesets.c.id, changesets.c.actor, changesets.c.title)
        .where(changesets.c.id.in_(of_new))
        .order_by(changesets.c.id.desc())
        .limit(most)
    )
    return tuple(Deed(*row) for row in rows)[::-1]
