"""Where the time comes from, so that tests and replays can choose it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, always with a zone (UTC)."""

    def now_utc(self) -> datetime:
        """Return the present instant in UTC."""


class SystemClock:
    """The machine's clock."""

    def now_utc(self) -> datetime:
        """Return the machine's present instant in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still; for tests and replays."""

    instant_utc: datetime

    def now_utc(self) -> datetime:
        """Return the fixed instant."""
        return self.instant_utc
