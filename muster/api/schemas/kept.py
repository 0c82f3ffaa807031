"""Bodies of what one person keeps for themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from muster.services.keeping import MOST_BYTES


class KeepRequest(BaseModel):
    """What to keep."""

    model_config = ConfigDict(extra="forbid")

    value: Any = Field(
        description=f"Any JSON, at most {MOST_BYTES:,} bytes", examples=[{"density": "compact"}]
    )


class KeptBody(BaseModel):
    """One thing that you keep."""

    key: str = Field(examples=["preferences"])
    value: Any = Field(description="As it was sent", examples=[{"density": "compact"}])
    updated_at: datetime


class KeptList(BaseModel):
    """What you keep, by key."""

    items: list[KeptBody]
    total: int
