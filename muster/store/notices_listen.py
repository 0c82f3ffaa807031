"""Wake-ups through PostgreSQL: told in a transaction, heard by whoever listens once it commits.

A notice only makes somebody look sooner. It may be lost with a connection, so whoever listens also
looks by itself now and then: each silence yields None.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import Connection, func, select

from muster.store.database import Database

RUNS: Final = "muster_runs"
"""Something about a run changed; the payload names workspace_id and run_id."""

QUEUE: Final = "muster_queue"
"""A run waits to be claimed."""

ORDERS: Final = "muster_orders"
"""Something on an order desk changed; the payload names its schema."""

_CONNECT_SECONDS = 10
_logger = logging.getLogger("muster.notices")


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: the channel it came through and what it says."""

    channel: str
    payload: Mapping[str, Any]


def notify(connection: Connection, channel: str, payload: Mapping[str, Any]) -> None:
    """Tell everybody who listens, if and when the transaction is committed."""
    connection.execute(select(func.pg_notify(channel, json.dumps(dict(payload)))))


def listen(
    database: Database, channels: Sequence[str], *, timeout_seconds: float
) -> Iterator[Notice | None]:
    """Yield notices for ever, on a connection of its own that is opened again when it is lost.

    Args:
        timeout_seconds: after this long without a notice None is yielded; also after a connection
            was lost or made, because notices may have been missed then.
    """
    lost = False
    while True:
        try:
            with _connected(database, channels) as connection:
                if lost:
                    _logger.info("listening to the product database again")
                lost = False
                yield None
                yield from _notices(connection, timeout_seconds)
        except psycopg.Error as error:
            if not lost:
                _logger.warning("lost the connection for notices: %s", type(error).__name__)
            lost = True
            yield None
            time.sleep(min(timeout_seconds, 1.0))


def _connected(database: Database, channels: Sequence[str]) -> psycopg.Connection[Any]:
    url = database.engine.url.set(drivername="postgresql")
    connection = psycopg.connect(
        url.render_as_string(hide_password=False),
        autocommit=True,
        connect_timeout=_CONNECT_SECONDS,
        application_name="muster-listen",
        keepalives_idle=30,
        keepalives_interval=10,
        keepalives_count=3,
    )
    try:
        for channel in channels:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
    except BaseException:
        connection.close()
        raise
    return connection


def _notices(
    connection: psycopg.Connection[Any], timeout_seconds: float
) -> Iterator[Notice | None]:
    while True:
        heard = False
        for found in connection.notifies(timeout=timeout_seconds, stop_after=1):
            heard = True
            yield Notice(found.channel, _payload(found.payload))
        if not heard:
            yield None


def _payload(text: str) -> Mapping[str, Any]:
    """Read a payload; what is not ours (anybody may notify) says nothing."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
