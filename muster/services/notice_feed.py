"""Hears notices for all who watch something: one connection for a whole process.

A notice may be lost with the connection, so watchers also look by themselves now and then.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Generic, Protocol, TypeVar

from muster.base.errors import MusterError
from muster.store.database import Database
from muster.store.notices_listen import Notice, listen

_CLOSE_SECONDS = 10.0
_logger = logging.getLogger("muster.notice_feed")


class Watching(Protocol):
    """Whoever watches: its calls come from the feed's own thread."""

    @property
    def closed(self) -> Callable[[], None]:
        """Told once that the feed ends."""


W = TypeVar("W", bound=Watching)


@dataclass(slots=True)
class NoticeFeed(ABC, Generic[W]):
    """Listens from the first watcher on until it is closed."""

    channel: ClassVar[str]
    wait_seconds: ClassVar[float] = 1.0
    """`_hear` is called with None after so long without a notice."""

    database: Database
    _watches: set[W] = field(default_factory=set, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)
    _closing: threading.Event = field(default_factory=threading.Event, init=False)

    @property
    def closing(self) -> bool:
        """Whether the server stops, so that streams end."""
        return self._closing.is_set()

    def watch(self, watch: W) -> None:
        """Add a watcher; one that comes when the feed is closed already is told so at once."""
        with self._lock:
            if not self.closing:
                self._watches.add(watch)
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._listen, name=f"listen-{self.channel}", daemon=True
                    )
                    self._thread.start()
                return
        watch.closed()

    def unwatch(self, watch: W) -> None:
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
            self._thread.join(timeout=_CLOSE_SECONDS)

    def watches(self) -> tuple[W, ...]:
        """Return who watches now."""
        with self._lock:
            return tuple(self._watches)

    @abstractmethod
    def _hear(self, notice: Notice | None) -> None:
        """Do what a notice asks for; None: nothing was heard for a while, or some may be lost."""

    def _listen(self) -> None:
        try:
            for notice in listen(self.database, [self.channel], timeout_seconds=self.wait_seconds):
                if self.closing:
                    return
                self._hear(notice)
        except MusterError:
            # streams go on by looking now and then
            _logger.exception("nothing is heard of %s any more", self.channel)
