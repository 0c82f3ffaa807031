"""Limits on requests, counted in this process's memory: for each person, and each address."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from muster.base.errors import TooManyRequests


class RateLimits:
    """So many requests a minute for each name; 0: no limit."""

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def spend(self, kind: str, name: str) -> None:
        """Count one request.

        Args:
            kind: ``person`` or ``address``, which are counted apart.

        Raises:
            TooManyRequests: RATE_LIMITED.
        """
        if self._item is None or self._limiter.hit(self._item, kind, name):
            return
        reset = self._limiter.get_window_stats(self._item, kind, name).reset_time
        raise TooManyRequests(
            "RATE_LIMITED",
            f"More than {self._item.amount} requests came within a minute.",
            retry_after_seconds=min(60, max(1, math.ceil(reset - time.time()))),
            hint="Ask less often, or for more at once.",
        )
