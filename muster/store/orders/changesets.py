"""What people did on the desk: changesets and their changes, written once and read for undo."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from muster.base.errors import NotFound
from muster.base.order_changes import ChangeOp, Kind
from muster.base.orders import Entity
from muster.store.column_types import PlainText
from muster.store.locks import lock_number
from muster.store.orders.tables import changes, changesets, orders

REVERSING = ("undo", "redo")
_SETTINGS = text(
    "SELECT set_config('muster.actor', :actor, true),"
    " set_config('muster.changeset_id', :changeset_id, true),"
    " set_config('muster.reason', :reason, true),"
    " set_config('muster.undoing', :undoing, true)"
)


@dataclass(frozen=True, slots=True)
class Changeset:
    """One deed; ``undone_by``: the undo that put it back and was not itself put back."""

    id: int
    op_id: UUID
    kind: Kind
    actor: str
    at: datetime
    title: str
    reason: str | None
    orders: int
    cells: int
    undoes: int | None
    undone_by: int | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One cell a deed changed, or one row it made or deleted (then ``field`` is None)."""

    entity: Entity
    key: str
    op: ChangeOp
    field: str | None
    old: Any
    new: Any
    version_before: int | None
    version_after: int | None
    order_id: int | None


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote what a cell holds, and when."""

    actor: str
    at: datetime


def take_turn(connection: Connection, op_id: UUID) -> None:
    """Wait until nobody else is at work on the same deed; ends with the transaction."""
    lock = func.pg_advisory_xact_lock(cast(lock_number(f"orders:{op_id}"), BigInteger))
    connection.execute(select(lock))


def take_turn_of(connection: Connection, actor: str) -> None:
    """Wait until no other undo of the same person is at work; ends with the transaction."""
    lock = func.pg_advisory_xact_lock(cast(lock_number(f"orders-undo:{actor}"), BigInteger))
    connection.execute(select(lock))


def add(
    connection: Connection,
    *,
    op_id: UUID,
    kind: Kind,
    actor: str,
    title: str,
    reason: str | None,
    orders: int,
    cells: int,
    undoes: int | None,
    details: Mapping[str, Any],
) -> int:
    """Add a changeset and let the triggers know about it; return its id."""
    row = {
        "op_id": op_id,
        "kind": kind,
        "actor": actor,
        "title": title,
        "reason": reason,
        "orders": orders,
        "cells": cells,
        "undoes": undoes,
        "details": dict(details),
    }
    made = connection.execute(insert(changesets).values(row).returning(changesets.c.id))
    changeset_id: int = made.scalar_one()
    connection.execute(
        _SETTINGS,
        {
            "actor": actor,
            "changeset_id": str(changeset_id),
            "reason": reason or "",
            "undoing": "off" if undoes is None else "on",
        },
    )
    return changeset_id


def add_changes(connection: Connection, changeset_id: int, rows: Sequence[Change]) -> None:
    """Add what a changeset changed, in one statement however much it is."""
    if not rows:
        return

    def documents(found: list[Any]) -> ColumnElement[Any]:
        texts = [None if one is None else json.dumps(one, ensure_ascii=False) for one in found]
        return literal(texts, ARRAY(PlainText))

    def texts(name: str) -> ColumnElement[Any]:
        return literal([getattr(row, name) for row in rows], ARRAY(PlainText))

    def numbers(name: str) -> ColumnElement[Any]:
        return literal([getattr(row, name) for row in rows], ARRAY(BigInteger))

    names = ("entity", "key", "op", "field", "version_before", "version_after", "order_id")
    plain = [texts(name) for name in names[:4]] + [numbers(name) for name in names[4:]]
    given = func.unnest(
        *plain, documents([row.old for row in rows]), documents([row.new for row in rows])
    ).table_valued(*names, "old", "new", with_ordinality="seq")
    found = given.render_derived(name="given")
    own: list[ColumnElement[Any]] = [literal(changeset_id), found.c.seq]
    wanted = own + [found.c[name] for name in names]
    wanted += [cast(found.c.old, JSONB), cast(found.c.new, JSONB)]
    columns = ["changeset_id", "seq", *names, "old", "new"]
    connection.execute(insert(changes).from_select(columns, select(*wanted)))


def by_op_id(connection: Connection, op_id: UUID) -> Changeset | None:
    """Return the deed that was done under an op_id, None if none was."""
    row = connection.execute(_SELECTED.where(changesets.c.op_id == op_id)).one_or_none()
    return None if row is None else _changeset(row._mapping)


def by_id(connection: Connection, changeset_id: int) -> Changeset:
    """Return a changeset; NotFound UNKNOWN_CHANGESET."""
    row = connection.execute(_SELECTED.where(changesets.c.id == changeset_id)).one_or_none()
    if row is None:
        raise NotFound("UNKNOWN_CHANGESET", f"There is no changeset {changeset_id}.")
    return _changeset(row._mapping)


def changes_of(
    connection: Connection, changeset_id: int, *, limit: int | None = None
) -> tuple[Change, ...]:
    """Return what a changeset changed, in the order it was written."""
    asked = select(*(changes.c[name] for name in Change.__slots__)).where(
        changes.c.changeset_id == changeset_id
    )
    rows = connection.execute(asked.order_by(changes.c.seq).limit(limit))
    return tuple(Change(**row._mapping) for row in rows)


def order_ids_of(connection: Connection, changeset_id: int) -> tuple[int, ...]:
    """Return the orders a changeset touched."""
    asked = select(changes.c.order_id).where(
        changes.c.changeset_id == changeset_id, changes.c.order_id.is_not(None)
    )
    return tuple(connection.scalars(asked.distinct().order_by(changes.c.order_id)))


def page(
    connection: Connection,
    *,
    limit: int,
    before: int | None = None,
    order_id: int | None = None,
    actor: str | None = None,
    kind: Kind | None = None,
) -> tuple[Changeset, ...]:
    """Return the newest changesets first.

    Args:
        before: only older ones than this id.
        order_id: only those that touched this order, or the customer it has.
    """
    asked = _SELECTED
    if before is not None:
        asked = asked.where(changesets.c.id < before)
    if actor is not None:
        asked = asked.where(changesets.c.actor == actor)
    if kind is not None:
        asked = asked.where(changesets.c.kind == kind)
    if order_id is not None:
        buyer = select(orders.c.customer_id).where(orders.c.order_id == order_id)
        touched = select(changes.c.changeset_id).where(changes.c.order_id == order_id)
        renamed = select(changes.c.changeset_id).where(
            changes.c.entity == "customer", changes.c.key == buyer.scalar_subquery()
        )
        asked = asked.where(changesets.c.id.in_(touched.union(renamed)))
    rows = connection.execute(asked.order_by(changesets.c.id.desc()).limit(limit))
    return tuple(_changeset(row._mapping) for row in rows)


def next_undo(connection: Connection, actor: str) -> Changeset | None:
    """Return the actor's newest deed that still holds, None if there is none."""
    return _newest(
        connection,
        changesets.c.actor == actor,
        changesets.c.kind.not_in(REVERSING),
        _UNDONE_BY.is_(None),
    )


def next_redo(connection: Connection, actor: str) -> Changeset | None:
    """Return the actor's newest undo that still holds and was followed by no new deed of theirs."""
    later = changesets.alias("later")
    return _newest(
        connection,
        changesets.c.actor == actor,
        changesets.c.kind == "undo",
        _UNDONE_BY.is_(None),
        ~exists().where(
            later.c.actor == actor,
            later.c.kind.not_in(REVERSING),
            later.c.id > changesets.c.id,
        ),
    )


def newest_redo(connection: Connection, changeset_id: int) -> Changeset | None:
    """Return the redo that last did again what a changeset did, None if there is none."""
    undo = changesets.alias("undo")
    return _newest(connection, changesets.c.undoes == undo.c.id, undo.c.undoes == changeset_id)


def authors(
    connection: Connection, cells: Collection[tuple[str, str, str | None]]
) -> dict[tuple[str, str, str | None], Author]:
    """Return who last changed cells (entity, key, field; None: made or deleted the row)."""
    if not cells:
        return {}
    wanted = sorted(cells, key=str)
    given = func.unnest(
        *(literal([cell[place] for cell in wanted], ARRAY(PlainText)) for place in range(3))
    ).table_valued("entity", "key", "field")
    cell = given.render_derived(name="cell")
    asked = (
        select(cell.c.entity, cell.c.key, cell.c.field, changesets.c.actor, changesets.c.at)
        .select_from(cell)
        .join(
            changes,
            and_(
                changes.c.entity == cell.c.entity,
                changes.c.key == cell.c.key,
                or_(changes.c.field == cell.c.field, changes.c.op != "update"),
            ),
        )
        .join(changesets, changesets.c.id == changes.c.changeset_id)
        .order_by(changes.c.changeset_id)
    )
    return {
        (row.entity, row.key, row.field): Author(row.actor, row.at)
        for row in connection.execute(asked)
    }


def _newest(connection: Connection, *conditions: ColumnElement[bool]) -> Changeset | None:
    asked = _SELECTED.where(*conditions).order_by(changesets.c.id.desc()).limit(1)
    row = connection.execute(asked).one_or_none()
    return None if row is None else _changeset(row._mapping)


def _changeset(row: Mapping[Any, Any]) -> Changeset:
    return Changeset(**{name: row[name] for name in Changeset.__slots__})


def _undone_by() -> Any:
    """Return the undo that still holds of a changeset: one that no redo has put back.

    A redo is itself put back by another undo of the same changeset, which then is the one found.
    """
    undo, redo = changesets.alias("undo"), changesets.alias("redo")
    return (
        select(func.max(undo.c.id))
        .where(
            undo.c.undoes == changesets.c.id,
            ~exists().where(redo.c.undoes == undo.c.id),
        )
        .correlate(changesets)
        .scalar_subquery()
    )


_UNDONE_BY = _undone_by()
_SELECTED = select(changesets, _UNDONE_BY.label("undone_by"))
