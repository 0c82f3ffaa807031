"""The only module that names concrete engines and stores: settings in, resources out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from muster.base.audit_chain import ChainKeys
from muster.base.clock import Clock, SystemClock
from muster.connectors.addresses import read_private_hosts
from muster.connectors.mail import MailSender, MailServer
from muster.connectors.safe_http import SafeHttp, trusting
from muster.connectors.senders import Senders
from muster.connectors.webhook import WebhookSender
from muster.engines.duckdb import DuckDBWarehouse
from muster.jobs.child_process import ChildCommand
from muster.jobs.chores import Chore
from muster.jobs.worker import Worker, WorkerSettings
from muster.logs import configure_logging
from muster.secret_key import load_secret_keys
from muster.services.context import Resources
from muster.settings import Settings
from muster.store import embedded
from muster.store.audit import with_keys
from muster.store.database import Database, open_database, with_row_role
from muster.store.migrate import migrate
from muster.tracing import tracing

_REVIVE_SECONDS = 5.0


@contextmanager
def open_resources(
    settings: Settings, *, clock: Clock | None = None, application_name: str = "muster"
) -> Iterator[Resources]:
    """Open everything a process needs, migrate the database, and close it all at the end.

    Raises:
        Unavailable, Busy: the database cannot be started or reached.
    """
    with open_unmigrated(settings, application_name=application_name) as (database, data):
        if migrate(database):
            database = with_row_role(database)
        yield Resources(
            database=database,
            clock=clock or SystemClock(),
            data_folder=data,
            open_warehouse=_opener(settings),
            secret_keys=partial(load_secret_keys, _revealed(settings.secret_key), data),
            senders=_senders(settings),
            threads=settings.threads or os.cpu_count() or 1,
            index_max_mb=settings.index_max_mb if settings.index == "on" else 0,
            orders_schema=settings.orders_schema,
        )


@contextmanager
def open_unmigrated(
    settings: Settings, *, application_name: str
) -> Iterator[tuple[Database, Path]]:
    """Open the product database as it is, and say where the data folder is.

    Raises:
        Unavailable, Busy: the database cannot be started or reached.
    """
    data = settings.data.expanduser().resolve()
    with _database_url(settings, data) as url:
        database = with_keys(
            open_database(url, application_name=application_name, pool_size=settings.pool_size),
            _chain_keys(settings),
        )
        try:
            yield database, data
        finally:
            database.close()


@contextmanager
def _database_url(settings: Settings, data: Path) -> Iterator[str]:
    """Yield where the product database is; the embedded one lives at least as long as the block."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    server = embedded.start(data)
    guard = Chore("embedded database", server.revive, every_seconds=_REVIVE_SECONDS)
    guard.start()
    try:
        yield server.url()
    finally:
        guard.stop()
        guard.join(_REVIVE_SECONDS)
        server.close()


def make_worker(settings: Settings, resources: Resources, *, slots: int) -> Worker:
    """Return a worker on open resources; its children open the same database and folder."""
    database_url = resources.database.engine.url.render_as_string(hide_password=False)
    given = {name: _plain(getattr(settings, name)) for name in Settings.model_fields}
    # through a pipe, never on a command line or in an environment, which others may read
    opening = {
        "settings": {**given, "database_url": database_url},
        "memory_limit_mb": settings.run_memory_limit_mb,
    }
    # by name: the command line is above this module
    command = ChildCommand((sys.executable, "-m", "muster.cli.child"), opening)
    return Worker(
        resources,
        WorkerSettings(slots=slots, lease_seconds=settings.lease_seconds, command=command),
    )


@contextmanager
def working(settings: Settings, resources: Resources, *, slots: int) -> Iterator[None]:
    """Let a worker do its work while the block runs; no slots, no worker."""
    if not slots:
        yield
        return
    worker = make_worker(settings, resources, slots=slots)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


@contextmanager
def open_child_resources(given: Mapping[str, Any]) -> Iterator[Resources]:
    """Open what a worker's child needs, from the settings its worker sent.

    Raises:
        Unavailable, Busy: the database cannot be reached.
    """
    settings = Settings(**given)
    configure_logging(settings)
    with (
        tracing(settings.otlp_endpoint, service="muster-run"),
        open_resources(settings, application_name="muster-run") as resources,
    ):
        yield resources


def _plain(value: Any) -> Any:
    """Return a setting as JSON has it, secrets in clear."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value) if isinstance(value, Path) else value


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


def _chain_keys(settings: Settings) -> ChainKeys:
    key = settings.audit_key
    return ChainKeys.read(key.get_secret_value() if key else None)


def _senders(settings: Settings) -> Senders:
    trust = trusting(settings.ca_file)
    http = SafeHttp(allowed=read_private_hosts(settings.allowed_private_hosts), trust=trust)
    server = None
    if settings.smtp_host and settings.smtp_from:
        server = MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_from,
            security=settings.smtp_security,
            username=settings.smtp_username,
            password=_revealed(settings.smtp_password),
            timeout_seconds=settings.smtp_timeout_seconds,
            trust=trust,
        )
    return Senders(WebhookSender(http), MailSender(server))


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
