"""Who acts where, and with what: the first argument of every use case."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from muster.base.clock import Clock
from muster.base.errors import Busy, Forbidden
from muster.base.people import Permission, Principal, Role
from muster.base.records import Workspace
from muster.connectors.senders import Senders
from muster.engines.duckdb import DuckDBWarehouse
from muster.secret_key import SecretKeys
from muster.store.database import Database, Transaction

_TRY_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Resources:
    """What use cases work with; `wiring.py` builds it.

    ``open_warehouse(path, read_only)`` opens a workspace's warehouse file; ``secret_keys()`` reads
    (at first makes) the installation's secret; ``senders`` carry notifications out; ``threads``
    are for work on the audience index, which may take ``index_max_mb`` on disk (None: any size; 0:
    there is to be none). ``orders_schema`` of the database holds the order desk.
    """

    database: Database
    clock: Clock
    data_folder: Path
    open_warehouse: Callable[[Path, bool], DuckDBWarehouse]
    secret_keys: Callable[[], SecretKeys]
    senders: Senders
    threads: int
    index_max_mb: int | None
    orders_schema: str = "retail360"


@dataclass(frozen=True, slots=True)
class WorkspaceContext:
    """A verified workspace and who acts in it as what; made by `services/access.py` alone.

    ``request_id`` joins what one request wrote: log lines, audit entries, runs.
    """

    resources: Resources
    workspace: Workspace
    principal: Principal
    role: Role
    permissions: frozenset[Permission]
    request_id: str | None = None

    @property
    def actor(self) -> str:
        """The name that the audit log and the versions bear."""
        return self.principal.name

    def allows(self, permission: Permission) -> bool:
        """Whether who acts may do this here."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise Forbidden NOT_ALLOWED unless who acts may do this here."""
        if permission not in self.permissions:
            raise Forbidden(
                "NOT_ALLOWED",
                f"{self.actor} may not {permission.value.replace('_', ' ')} in the workspace"
                f' "{self.workspace.name}": the role there is {self.role.value}.',
                hint="Ask an admin of the workspace for another role.",
            )

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that sees this workspace's rows alone (row-level security)."""
        return self.resources.database.transaction(self.workspace.id)

    @property
    def folder(self) -> Path:
        """The workspace's folder: warehouse, entity dictionary, member bitmaps."""
        return self.resources.data_folder / "workspaces" / self.workspace.name

    @property
    def warehouse_path(self) -> Path:
        """The workspace's warehouse file."""
        return self.folder / "warehouse.duckdb"

    def open_warehouse(
        self, *, read_only: bool = True, wait_seconds: float = 1.5
    ) -> DuckDBWarehouse:
        """Open the warehouse; readers share it, a writer has it alone.

        Args:
            wait_seconds: how long to wait for others: orders flow in, which takes moments.

        Raises:
            NotFound: WAREHOUSE_MISSING. Busy: WAREHOUSE_BUSY, after all that time.
        """
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                return self.resources.open_warehouse(self.warehouse_path, read_only)
            except Busy:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_TRY_SECONDS)
