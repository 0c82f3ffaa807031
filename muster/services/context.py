"""Who acts where, and with what: the first argument of every use case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from muster.base.clock import Clock
from muster.base.records import Workspace
from muster.engines.duckdb import DuckDBWarehouse
from muster.store.database import Database


@dataclass(frozen=True, slots=True)
class Resources:
    """What use cases work with; `wiring.py` builds it.

    ``open_warehouse(path, read_only)`` opens a workspace's warehouse file.
    """

    database: Database
    clock: Clock
    data_folder: Path
    open_warehouse: Callable[[Path, bool], DuckDBWarehouse]
    versions_kept: int = 10


@dataclass(frozen=True, slots=True)
class WorkspaceContext:
    """A verified workspace and who acts in it; made by `services/access.py` alone."""

    resources: Resources
    workspace: Workspace
    actor: str

    @property
    def folder(self) -> Path:
        """The workspace's folder: warehouse, entity dictionary, member bitmaps."""
        return self.resources.data_folder / "workspaces" / self.workspace.name

    @property
    def warehouse_path(self) -> Path:
        """The workspace's warehouse file."""
        return self.folder / "warehouse.duckdb"

    def open_warehouse(self, *, read_only: bool = True) -> DuckDBWarehouse:
        """Open the warehouse; readers share it, a writer has it alone."""
        return self.resources.open_warehouse(self.warehouse_path, read_only)
