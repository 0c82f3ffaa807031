"""Small work done again and again, each kind on a thread of its own, whatever befalls it.

A lost database is said once and waited for; anything unexpected is logged with its trace. Neither
ends the thread: a chore that silently stopped would be found days later.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable

from muster.base.errors import Busy, Unavailable

_logger = logging.getLogger("muster.jobs")
_LONGEST_WAIT_SECONDS = 10.0


class Chore:
    """Calls an action about every so many seconds until stopped; sooner when it is woken."""

    def __init__(
        self,
        name: str,
        action: Callable[[], object],
        *,
        every_seconds: float,
        pause_seconds: float = 0.0,
    ) -> None:
        """Prepare it.

        Args:
            pause_seconds: so long at least between two rounds, however often it is woken.
        """
        self.name = name
        self._action = action
        self._every_seconds = every_seconds
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._failures = 0
        self._thread = threading.Thread(target=self._work, name=f"muster-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no further round."""
        self._stopping.set()
        self._woken.set()

    def wake(self) -> None:
        """Begin the next round soon; what failed still waits for its time."""
        self._woken.set()

    def join(self, timeout_seconds: float) -> bool:
        """Wait for the round at work, and say whether it ended in time."""
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            self._once()
            wait = self._wait_seconds()
            if self._failures:
                self._stopping.wait(wait)
            elif not self._stopping.wait(min(self._pause_seconds, wait)):
                self._woken.wait(max(wait - self._pause_seconds, 0.0))

    def _once(self) -> None:
        try:
            self._action()
        except (Busy, Unavailable) as error:
            self._failures += 1
            if self._failures == 1:
                _logger.warning("%s waits: %s", self.name, error.sentence)
        except Exception:
            self._failures += 1
            _logger.exception("%s failed", self.name)
        else:
            if self._failures:
                _logger.info("%s works again after %s failures", self.name, self._failures)
            self._failures = 0

    def _wait_seconds(self) -> float:
        wait = self._every_seconds
        if self._failures:
            wait = min(wait * 2.0 ** min(self._failures, 10), _LONGEST_WAIT_SECONDS)
        # servers that share a database do not all come at the same moment
        return wait * random.uniform(0.8, 1.2)  # noqa: S311
