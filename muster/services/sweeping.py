"""Old versions' members are dropped, but never those that a rule still looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from muster.base.ids import SegmentId
from muster.base.records import Segment
from muster.rules.windows import interval_of
from muster.services.collecting import Freed, remove_files
from muster.services.context import WorkspaceContext
from muster.services.wave import Catalog
from muster.store import retention, workspace_settings
from muster.store import segments as segment_store
from muster.store.retention import CrowdedSegment, KeptVersion

_SLACK = timedelta(days=4)  # a month before 31 March may be later than one before 28 March
_SEGMENTS_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Swept:
    """Versions whose members were dropped, and the files that held them."""

    versions: int = 0
    freed: Freed = field(default_factory=Freed)

    def __add__(self, other: Swept) -> Swept:
        """Return both together."""
        return Swept(self.versions + other.versions, self.freed + other.freed)


def sweep(
    context: WorkspaceContext, catalog: Catalog, segments: Iterable[Segment], as_of: datetime
) -> None:
    """Drop the members of versions of some segments that nobody needs."""
    for _ in sweep_step_by_step(context, catalog, as_of, among=[found.id for found in segments]):
        pass


def sweep_step_by_step(
    context: WorkspaceContext,
    catalog: Catalog,
    as_of: datetime,
    *,
    among: Sequence[SegmentId] | None = None,
    dry_run: bool = False,
) -> Iterator[Swept]:
    """Drop members of versions that nobody needs, some segments at a time.

    First from the rows, then the files. As many versions as the workspace's settings say are kept,
    and what any published rule looks at.

    Args:
        as_of: windows of rules are those of this instant, and may lie later.
        among: these segments; None = all, deleted ones included.
        dry_run: only say what would be dropped.
    """
    with context.transaction() as connection:
        settings, _ = workspace_settings.load(connection, context.workspace.id)
        crowded = retention.crowded_segments(
            connection, context.workspace.id, keep_last=settings.versions_kept, among=among
        )
    for first in range(0, len(crowded), _SEGMENTS_AT_ONCE):
        some = crowded[first : first + _SEGMENTS_AT_ONCE]
        yield _sweep_some(context, catalog, some, as_of, settings.versions_kept, dry_run)


def _sweep_some(
    context: WorkspaceContext,
    catalog: Catalog,
    segments: Iterable[CrowdedSegment],
    as_of: datetime,
    versions_kept: int,
    dry_run: bool,
) -> Swept:
    forgotten: list[str] = []
    versions = 0
    with context.transaction() as connection:
        for segment in segments:
            history = retention.locked_history(connection, context.workspace.id, segment.id)
            looked_back = 0
            if segment.rule is not None:
                looked_back = _looked_back(catalog, segment.rule, history, as_of)
            keep_last = max(versions_kept, looked_back)
            beyond = _beyond(history, keep_last)
            versions += len(beyond)
            if dry_run:
                forgotten += [name for name in {one.bitmap for one in beyond} if name]
            elif beyond:
                forgotten += segment_store.forget_bitmaps(
                    connection, context.workspace.id, segment.id, keep_last=keep_last
                )
    paths = [context.resources.data_folder / name for name in forgotten]
    return Swept(versions, remove_files(paths, dry_run=dry_run))


def _beyond(history: Sequence[KeptVersion], keep_last: int) -> list[KeptVersion]:
    """Return the versions that lose their members, as `forget_bitmaps` chooses them."""
    return [
        version
        for version in history
        if version.number <= history[0].number - keep_last
        and not version.current
        and version.bitmap is not None
    ]


def _looked_back(
    catalog: Catalog, name: str, history: Sequence[KeptVersion], as_of: datetime
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
