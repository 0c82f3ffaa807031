"""Removes files of members that no version points to and no attempt at work may still publish.

Killed processes leave them behind. A file is looked at before the database: whoever writes one
later is at work by then, or has published it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from muster.base.errors import Busy, Unavailable
from muster.engines.entities import remove_leftovers
from muster.services.attempts import Attempt
from muster.services.context import WorkspaceContext
from muster.services.indexing import remove_index_leftovers
from muster.store import member_files

_logger = logging.getLogger("muster.collect")
# <run>.<fence>.members, before fences <run>.members; what was never finished has a tail
_NAME = re.compile(r"(?P<run>\d+)(\.(?P<fence>\d+))?\.members(\.tmp\d+)?")


@dataclass(frozen=True, slots=True)
class Freed:
    """Files that are gone (or would be), and their bytes."""

    files: int = 0
    size_bytes: int = 0

    def __add__(self, other: Freed) -> Freed:
        """Return both together."""
        return Freed(self.files + other.files, self.size_bytes + other.size_bytes)


def collect(context: WorkspaceContext) -> int:
    """Remove every file of the workspace that nothing points to, and return how many."""
    return remove_orphans(context).files


def remove_orphans(context: WorkspaceContext, *, dry_run: bool = False) -> Freed:
    """Remove every file of the workspace that nothing points to, or only look for them.

    Safe at any time, beside runs at work. Files whose names are not Muster's stay.
    """
    found = _files(context.folder / "segments")
    with context.transaction() as connection:
        # in this order: a run that ends between the two has its versions by the second
        at_work = member_files.attempts_at_work(connection, context.workspace.id)
        pointed_to = member_files.pointed_to(connection, context.workspace.id)
    orphans = [
        path
        for path, run, fence in found
        if str(path.relative_to(context.resources.data_folder)) not in pointed_to
        and fence < at_work.get(run, fence + 1)
    ]
    leftovers = remove_leftovers(context.folder, dry_run=dry_run)
    leftovers += remove_index_leftovers(context, dry_run=dry_run)
    return remove_files(orphans, dry_run=dry_run) + Freed(len(leftovers), sum(leftovers))


def remove_files(paths: Iterable[Path], *, dry_run: bool = False) -> Freed:
    """Remove files, or only look at them; what cannot be removed is logged and left for later."""
    sizes = []
    for path in paths:
        try:
            size = path.stat().st_size
            if not dry_run:
                path.unlink()
        except FileNotFoundError:
            _logger.debug("%s is gone already", path)  # somebody else was faster
            continue
        except OSError as error:
            _logger.warning("%s cannot be removed: %s", path, error.strerror or error)
            continue
        sizes.append(size)
    return Freed(len(sizes), sum(sizes))


def discard(attempt: Attempt) -> None:
    """Remove the files of an attempt that ended without publishing.

    The database is asked first: a commit whose answer was lost may have published them. Without
    the database they stay, for `collect`.
    """
    context, run = attempt.context, attempt.run
    mine = [
        path
        for path, number, fence in _files(context.folder / "segments", run=run.id)
        if (number, fence) == (run.id, run.fence)
    ]
    if not mine:
        return
    try:
        with context.transaction() as connection:
            pointed_to = member_files.pointed_to(connection, context.workspace.id, run_id=run.id)
    except (Busy, Unavailable) as error:
        _logger.warning("the files of run %s stay for now: %s", run.id, error.sentence)
        return
    remove_files(
        path
        for path in mine
        if str(path.relative_to(context.resources.data_folder)) not in pointed_to
    )


def superseded(attempt: Attempt, names: Iterable[str]) -> None:
    """Remove what earlier attempts of a run that is over now left in its segments' folders."""
    if attempt.run.fence == 1:
        return
    for name in names:
        folder = attempt.context.folder / "segments" / name
        remove_files(
            path
            for path, number, fence in _files(folder, run=attempt.run.id)
            if number == attempt.run.id and fence < attempt.run.fence
        )


def _files(folder: Path, *, run: int | None = None) -> list[tuple[Path, int, int]]:
    """Return each file of members with the run and the fence that wrote it."""
    pattern = "*.members*" if run is None else f"{run}.*members*"
    found = []
    for path in sorted(folder.rglob(pattern)):
        match = _NAME.fullmatch(path.name)
        if match is not None:
            found.append((path, int(match["run"]), int(match["fence"] or 0)))
    return found
