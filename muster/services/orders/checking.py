"""Looks an order desk over: schema, permissions, connections, and whether its rows agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from muster.base.errors import Busy, MusterError, NotFound
from muster.base.people import Permission
from muster.engines.orders_feed import reached
from muster.services.context import WorkspaceContext
from muster.services.doctor import Diagnosis, Health
from muster.services.orders.opening import open_desk
from muster.store.database import Transaction
from muster.store.orders import checking, feed, roles
from muster.store.orders.setup import pending

_SET_UP = "Run `muster orders setup`."
LEAST_CONNECTIONS = 5


def examine_desk(
    context: WorkspaceContext, *, tell: Callable[[str], None] = lambda _: None
) -> Iterator[Diagnosis]:
    """Look at everything; reads every row of the desk.

    Raises:
        NotFound: NO_ORDER_DESK. Forbidden: only an admin may.
    """
    context.require(Permission.ADMINISTER)
    schema = context.resources.orders_schema
    with open_desk(context) as (connection, desk):
        yield _schema(connection, schema, f"{desk.currency}, {desk.time_zone}")
        yield from _parts(connection)
        yield _ask(context, connection)
    yield _connections(context)
    tell("every order")
    with open_desk(context) as (connection, _):
        yield from _rows(connection)
        present = feed.present(connection)
        counts = checking.counts(connection)
    yield _feed(context, present)
    listed = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in counts.items())
    yield Diagnosis("rows", Health.OK, f"{listed}.")


def _schema(connection: Transaction, schema: str, counted: str) -> Diagnosis:
    subject = f"schema {schema}"
    try:
        waiting = pending(connection, schema)
    except MusterError as error:
        return Diagnosis(subject, Health.FAIL, error.sentence, error.hint)
    if waiting:
        return Diagnosis(subject, Health.FAIL, f"Lacks {', '.join(waiting)}.", _SET_UP)
    return Diagnosis(subject, Health.OK, f"All migrations are done; it counts in {counted}.")


def _parts(connection: Transaction) -> Iterator[Diagnosis]:
    parts = checking.missing_parts(connection)
    for subject, missing, hint in (
        ("tables", parts.columns, _SET_UP),
        ("indexes", parts.indexes, "Restore the desk from a backup, or REINDEX what is invalid."),
        ("triggers", parts.triggers, "ALTER TABLE … ENABLE TRIGGER USER, then check again."),
        ("constraints", parts.constraints, "ALTER TABLE … VALIDATE CONSTRAINT …"),
    ):
        yield Diagnosis(
            subject,
            Health.FAIL if missing else Health.OK,
            f"Missing or without effect: {', '.join(missing)}." if missing else "All are there.",
            hint if missing else None,
        )


def _ask(context: WorkspaceContext, connection: Transaction) -> Diagnosis:
    schema = context.resources.orders_schema
    role = roles.ask_role(connection, schema)
    if role.ready:
        return Diagnosis("read-only role", Health.OK, "It reads the views for questions alone.")
    if role.excess:
        return Diagnosis(
            "read-only role",
            Health.FAIL,
            f"It reads more than views: {', '.join(role.excess)}.",
            "REVOKE SELECT on them from muster_ask and from PUBLIC.",
        )
    user = context.resources.database.engine.url.username or "muster"
    statements = "; ".join(roles.statements_for_administrators(schema, user))
    return Diagnosis(
        "read-only role",
        Health.WARN,
        "Missing or not usable: questions in plain words cannot be answered.",
        f"`muster orders setup`; if that may not, an administrator runs: {statements};",
    )


def _connections(context: WorkspaceContext) -> Diagnosis:
    found = checking.connections(context.resources.database)
    sentence = (
        f"Up to {found.pool} of this process; the server takes {found.most}, {found.used} in use."
    )
    if found.pool < LEAST_CONNECTIONS:
        return Diagnosis("connections", Health.WARN, sentence, "Raise MUSTER_POOL_SIZE to 5.")
    if found.pool > found.most - found.used:
        return Diagnosis(
            "connections",
            Health.WARN,
            sentence,
            "Lower MUSTER_POOL_SIZE, or raise max_connections.",
        )
    return Diagnosis("connections", Health.OK, sentence)


def _feed(context: WorkspaceContext, present: feed.Position) -> Diagnosis:
    try:
        with context.open_warehouse() as warehouse:
            known = reached(warehouse)
    except (NotFound, Busy) as error:
        return Diagnosis("feed", Health.WARN, f"At {present.feed_id:,}; {error.sentence}")
    if known is None or known.desk != present.desk:
        return Diagnosis(
            "feed",
            Health.WARN,
            f"At {present.feed_id:,}; the warehouse does not follow it yet.",
            "It is loaded before the next refresh, or within seconds by a running server.",
        )
    sentence = f"At {present.feed_id:,}; the warehouse has come to {known.position:,}."
    return Diagnosis("feed", Health.OK, sentence)


def _rows(connection: Transaction) -> Iterator[Diagnosis]:
    for name, number in checking.faults(connection).items():
        words = checking.FAULTS[name]
        yield Diagnosis(
            name.replace("_", " "),
            Health.FAIL if number else Health.OK,
            f"{number:,} {words}." if number else f"No {words}.",
            "They were written past the desk's triggers: mend them in SQL, or restore a backup."
            if number
            else None,
        )
