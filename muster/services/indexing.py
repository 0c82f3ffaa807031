"""PLACEHOLDER by LEAD so that imports work; BUILD replaces it."""

from __future__ import annotations

from collections.abc import Callable

from muster.base.datamodel import DataModel
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.index.layout import AudienceIndex
from muster.services.context import WorkspaceContext


def fresh_index(context: WorkspaceContext, model: DataModel) -> AudienceIndex | None:
    """Return the index if it is fresh."""
    return None


def ensure_index(
    context: WorkspaceContext,
    model: DataModel,
    warehouse: DuckDBWarehouse,
    *,
    progress: Callable[[str], None] | None = None,
) -> AudienceIndex | None:
    """Build or extend the index."""
    return None
