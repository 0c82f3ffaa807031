"""Old versions' members are dropped, but never those that a rule still looks at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from muster.base.records import Segment, SegmentVersion
from muster.rules.windows import interval_of
from muster.services.context import WorkspaceContext
from muster.services.wave import Catalog
from muster.store import segments as segment_store

_ALL_VERSIONS = 1_000_000
_SLACK = timedelta(days=4)  # a month before 31 March may be later than one before 28 March


def sweep(
    context: WorkspaceContext, catalog: Catalog, segments: Iterable[Segment], as_of: datetime
) -> None:
    """Drop the members of versions that nobody needs; first from the rows, then the files."""
    forgotten: list[str] = []
    with context.transaction() as connection:
        for segment in segments:
            history = segment_store.versions(
                connection, context.workspace.id, segment.id, limit=_ALL_VERSIONS
            )
            forgotten += segment_store.forget_bitmaps(
                connection,
                context.workspace.id,
                segment.id,
                keep_last=max(
                    context.resources.versions_kept,
                    _looked_back(catalog, segment.name, history, as_of),
                ),
            )
    for name in forgotten:
        (context.resources.data_folder / name).unlink(missing_ok=True)


def _looked_back(
    catalog: Catalog, name: str, history: Sequence[SegmentVersion], as_of: datetime
) -> int:
    """Return how many of the newest versions rules look at by number, or to see who changed.

    The latter are those of the longest window, and the one before, which the first is compared
    with.
    """
    needed = 0
    for child in catalog.definitions:
        zone = ZoneInfo(catalog.definitions[child].time_zone or catalog.model.time_zone)
        for member in catalog.members_of(child):
            if member.segment != name:
                continue
            if member.version is not None and history:
                needed = max(needed, history[0].number - member.version + 1)
            if member.changed is None:
                continue
            start = interval_of(member.changed.window, as_of_utc=as_of, zone=zone).start
            inside = [
                place
                for place, version in enumerate(history, 1)
                if start is None or version.as_of >= start - _SLACK
            ]
            needed = max(needed, max(inside, default=0) + 1)
    return needed
