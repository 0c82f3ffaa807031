"""Bodies about how large a rule would have been."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from muster.api.schemas.builder import LintRequest
from muster.services.size_history import MOST_AHEAD, MOST_DAYS


class SizeHistoryRequest(LintRequest):
    """A rule, and how far back and ahead to look."""

    days: int = Field(
        default=90, ge=0, le=MOST_DAYS, description="Days before the last", examples=[30]
    )
    ahead: int = Field(
        default=0,
        ge=0,
        le=MOST_AHEAD,
        description="Days to come, for which it is said how many leave",
        examples=[14],
    )
    as_of: AwareDatetime | None = Field(
        default=None, description="The last instant; now if it is left out"
    )
    local_time: str | None = Field(
        default=None,
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="Time of day in the rule's zone; that of as_of if it is left out",
        examples=["06:00"],
    )


class PastSizeBody(BaseModel):
    """The rule on one day."""

    as_of: datetime
    row_count: int
    universe_count: int
    unknown_count: int
    entered: int | None = Field(description="Since the day before; null on the first")
    left: int | None


class LeavingBody(BaseModel):
    """How many of the last day's members will have left by then."""

    by: datetime
    members: int


class SizeHistoryBody(BaseModel):
    """A rule's sizes, the oldest first, computed from the data of today."""

    sentence: str
    points: list[PastSizeBody]
    leaving: list[LeavingBody] = Field(
        description="Who will have left by then unless something happens; empty unless asked for"
    )
    method: Literal["ledger", "evaluated"] = Field(
        description="Both are exact: what enters and leaves windows added up, or day by day"
    )
    notes: list[str] = Field(description="What is taken to have been as it is today")
    seconds: float
    synthetic: bool
