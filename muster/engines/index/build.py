"""Builds an audience index from nothing."""

from __future__ import annotations

from pathlib import Path

from muster.base.datamodel import DataModel
from muster.engines.base import Progress
from muster.engines.index.generation import make_generation
from muster.engines.index.layout import AudienceIndex
from muster.engines.scan_executor import EmbeddedWarehouse


def build_index(
    warehouse: EmbeddedWarehouse,
    model: DataModel,
    *,
    folder: Path,
    stamp: str,
    progress: Progress | None = None,
) -> AudienceIndex:
    """Build a new generation from nothing and make it the one that counts.

    One at a time: the caller keeps others out of the folder (`services/indexing.py` does).

    Args:
        warehouse: where entities and events are.
        model: what they are called.
        folder: the index's folder, inside the workspace's, where the entity dictionary is.
        stamp: of the warehouse as it is now.
        progress: told in a few words what comes next; what it raises ends the build.

    Raises:
        EngineFailed: the warehouse failed.
        InvalidFile: DUPLICATE_KEYS, or the entity dictionary is damaged.
    """
    return make_generation(
        warehouse, model, folder=folder, stamp=stamp, earlier=None, progress=progress
    )
