"""What the steps of an evaluation took."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long one stage took, in seconds, and how many rows came back."""

    what: str
    seconds: float
    rows: int
