"""Tells whoever watches a workspace which of its runs changed: one connection for a whole process.

It only says where to look. A notice may be lost with the connection, so watchers also look by
themselves now and then.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from muster.base.errors import MusterError
from muster.base.ids import WorkspaceId
from muster.store.database import Database
from muster.store.notices_listen import RUNS, Notice, listen

_CHECK_SECONDS = 1.0  # how long closing may take
_logger = logging.getLogger("muster.run_feed")


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
class RunFeed:
    """Listens from the first watcher on until it is closed."""

    database: Database
    _watches: set[Watch] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None
    _closing: threading.Event = field(default_factory=threading.Event)

    @property
    def closing(self) -> bool:
        """Whether the server stops, so that streams end."""
        return self._closing.is_set()

    def watch(self, watch: Watch) -> None:
        """Add a watcher; one that comes when the feed is closed already is told so at once."""
        with self._lock:
            if not self.closing:
                self._watches.add(watch)
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._listen, name="muster-run-feed", daemon=True
                    )
                    self._thread.start()
                return
        watch.closed()

    def unwatch(self, watch: Watch) -> None:
        """Take a watcher away."""
        with self._lock:
            self._watches.discard(watch)

    def end_streams(self) -> None:
        """Tell every watcher that the server stops; does not wait, so a signal handler may call it.

        A handler may interrupt whoever holds the lock: it is not taken here.
        """
        self._closing.set()
        for watch in tuple(self._watches):
            watch.closed()

    def close(self) -> None:
        """End all streams and the connection."""
        self.end_streams()
        if self._thread is not None:
            self._thread.join(timeout=10 * _CHECK_SECONDS)

    def _listen(self) -> None:
        try:
            for notice in listen(self.database, [RUNS], timeout_seconds=_CHECK_SECONDS):
                if self.closing:
                    return
                if notice is not None:
                    self._tell(notice)
        except MusterError:
            # streams go on by looking now and then
            _logger.exception("the feed of runs has stopped listening")

    def _tell(self, notice: Notice) -> None:
        workspace_id, run_id = notice.payload.get("workspace_id"), notice.payload.get("run_id")
        if not isinstance(run_id, int):
            return
        with self._lock:
            found = [watch for watch in self._watches if watch.workspace_id == workspace_id]
        for watch in found:
            watch.changed(run_id)
