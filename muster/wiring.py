"""The only module that names concrete engines and stores: settings in, resources out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from muster.base.clock import Clock, SystemClock
from muster.engines.duckdb import DuckDBWarehouse
from muster.services.context import Resources
from muster.settings import Settings
from muster.store import embedded
from muster.store.database import open_database
from muster.store.migrate import migrate


@contextmanager
def open_resources(
    settings: Settings, *, clock: Clock | None = None, application_name: str = "muster"
) -> Iterator[Resources]:
    """Open everything a process needs, migrate the database, and close it all at the end.

    Raises:
        Unavailable, Busy: the database cannot be started or reached.
    """
    data = settings.data.expanduser().resolve()
    server = None
    if settings.database_url is None:
        server = embedded.start(data)
        url = server.url()
    else:
        url = settings.database_url.get_secret_value()
    try:
        database = open_database(url, application_name=application_name)
        try:
            migrate(database)
            yield Resources(
                database=database,
                clock=clock or SystemClock(),
                data_folder=data,
                open_warehouse=_opener(settings),
                versions_kept=settings.versions_kept,
            )
        finally:
            database.close()
    finally:
        if server is not None:
            server.close()


def _opener(settings: Settings) -> Callable[[Path, bool], DuckDBWarehouse]:
    """Return what opens a workspace's warehouse with the process's settings."""

    def open_warehouse(path: Path, read_only: bool) -> DuckDBWarehouse:
        return DuckDBWarehouse.open(
            path,
            read_only=read_only,
            threads=settings.threads,
            memory_limit_mb=settings.memory_limit_mb,
        )

    return open_warehouse
