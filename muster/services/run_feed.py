"""Tells whoever watches a workspace which of its runs changed: one connection for a whole process.

It only says where to look. A notice may be lost with the connection, so watchers also look by
themselves now and then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from muster.base.ids import WorkspaceId
from muster.services.notice_feed import NoticeFeed
from muster.store.notices_listen import RUNS, Notice


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """One watcher: its calls come from the feed's own thread.

    Attributes:
        changed: told the id of a run that changed.
        closed: told once that the feed ends.
    """

    workspace_id: WorkspaceId
    changed: Callable[[int], None]
    closed: Callable[[], None]


@dataclass(slots=True)
class RunFeed(NoticeFeed[Watch]):
    """Tells watchers of a workspace."""

    channel = RUNS

    def _hear(self, notice: Notice | None) -> None:
        if notice is None:
            return
        workspace_id, run_id = notice.payload.get("workspace_id"), notice.payload.get("run_id")
        if isinstance(run_id, int):
            for watch in self.watches():
                if watch.workspace_id == workspace_id:
                    watch.changed(run_id)
