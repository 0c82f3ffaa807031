"""How long a question may keep a warehouse busy, and whether anybody still waits for the answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from muster.base.errors import Busy, EngineFailed
from muster.engines.base import Warehouse
from muster.engines.failures import FailureKind

_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Patience:
    """What ends an interactive question early.

    Attributes:
        seconds: it may take so long; None = for ever.
        gone: set by whoever finds that nobody waits any more.
    """

    seconds: float | None = None
    gone: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self, warehouse: Warehouse) -> Iterator[None]:
        """Interrupt the warehouse's queries once the block has had its time.

        Raises:
            Busy: COUNT_TIMEOUT, or CLIENT_GONE.
        """
        ended, reasons = threading.Event(), list[Busy]()

        def watch() -> None:
            begun = time.monotonic()
            while not ended.wait(_LOOK_SECONDS):
                reason = self._reason(time.monotonic() - begun)
                if reason is not None:
                    # Again and again: an interrupt between two queries stops neither.
                    reasons.append(reason)
                    warehouse.interrupt()

        watcher = threading.Thread(target=watch, name="muster-patience", daemon=True)
        watcher.start()
        try:
            yield
        except EngineFailed as error:
            if reasons and error.kind == FailureKind.INTERRUPTED:
                raise reasons[0] from error
            raise
        except Busy as error:  # of work without the warehouse, which knows that it was stopped only
            if reasons and error.code == "CLIENT_GONE":
                raise reasons[0] from error
            raise
        finally:
            ended.set()
            watcher.join()

    def _reason(self, elapsed_seconds: float) -> Busy | None:
        if self.gone.is_set():
            return Busy("CLIENT_GONE", "Nobody waits for the answer any more.")
        if self.seconds is not None and elapsed_seconds >= self.seconds:
            return Busy(
                "COUNT_TIMEOUT",
                f"The warehouse needed more than the {self.seconds:g} seconds it is given here.",
                hint="Use a shorter window or fewer conditions, or save the rule and run it.",
            )
        return None


ENDLESS = Patience()
"""Wait for ever: what the command line does."""
