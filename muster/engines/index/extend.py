"""Makes the next generation of an audience index from the last one and what changed since.

Every row is scanned for a digest of its day; only days whose digest moved are read again, so late,
corrected, moved and deleted events are found like new ones.
"""

from __future__ import annotations

from pathlib import Path

from muster.base.datamodel import DataModel
from muster.engines.base import Progress
from muster.engines.index.files import read_manifest
from muster.engines.index.generation import Earlier, make_generation
from muster.engines.index.layout import AudienceIndex
from muster.engines.index.manifest import model_fingerprint
from muster.engines.scan_executor import EmbeddedWarehouse


def extend_index(
    before: AudienceIndex,
    warehouse: EmbeddedWarehouse,
    model: DataModel,
    *,
    folder: Path,
    stamp: str,
    progress: Progress | None = None,
) -> AudienceIndex:
    """Make the next generation; it says the same as one built from nothing.

    Args:
        before: the generation that counts; if another does by now, or it is of another data
            model, everything is built anew.
        warehouse, model, folder, stamp, progress: see `build_index`.

    Raises:
        EngineFailed: the warehouse failed.
        InvalidFile: DUPLICATE_KEYS, or the index or the entity dictionary is damaged.
    """
    manifest = read_manifest(folder)
    earlier = None
    if (
        manifest is not None
        and manifest.generation == before.generation
        and manifest.model == model_fingerprint(model)
    ):
        earlier = Earlier(manifest, before)
    return make_generation(
        warehouse, model, folder=folder, stamp=stamp, earlier=earlier, progress=progress
    )
