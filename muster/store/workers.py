"""Who is at work: each worker process says every few seconds that it lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from muster.store.tables_runs import workers

_FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """One worker process; ``release`` is the version of Muster it runs."""

    name: str
    host: str
    process: int
    release: str
    slots: int
    started_at: datetime
    seen_at: datetime


def beat(
    connection: Connection, *, name: str, host: str, process: int, release: str, slots: int
) -> None:
    """Write that a worker lives, and forget those of whom nothing was heard for a day."""
    values = {"host": host, "process": process, "release": release, "slots": slots}
    connection.execute(
        insert(workers)
        .values(name=name, **values)
        .on_conflict_do_update(
            index_elements=["name"], set_={**values, "seen_at": func.clock_timestamp()}
        )
    )
    long_ago = func.clock_timestamp() - _FORGOTTEN_AFTER
    connection.execute(delete(workers).where(workers.c.seen_at < long_ago))


def forget(connection: Connection, name: str) -> None:
    """Remove a worker that stopped in order."""
    connection.execute(delete(workers).where(workers.c.name == name))


def seen(connection: Connection, *, within_seconds: float) -> tuple[WorkerRecord, ...]:
    """Return the workers that were heard of lately, by name."""
    since = func.clock_timestamp() - timedelta(seconds=within_seconds)
    rows = connection.execute(
        select(workers).where(workers.c.seen_at >= since).order_by(workers.c.name.collate("C"))
    )
    return tuple(WorkerRecord(**row._mapping) for row in rows)
