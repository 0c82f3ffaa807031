"""What became of a message that was to leave Muster."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How an attempt to send ended."""

    DELIVERED = "delivered"
    FAILED = "failed"  # it may succeed later
    REFUSED = "refused"  # it will not succeed as it is
    GONE = "gone"  # the receiver wants nothing more, ever


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt to send.

    Attributes:
        detail: one sentence for people; never quotes what the receiver sent.
        code: stable, None when delivered.
        status: the HTTP status, if there was one.
        wait_seconds: how long the receiver wants to be left alone; None = it did not say.
    """

    verdict: Verdict
    detail: str
    code: str | None = None
    status: int | None = None
    wait_seconds: float | None = None

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.verdict is Verdict.DELIVERED
