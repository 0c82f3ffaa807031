"""Bodies about key figures."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class SummaryBody(BaseModel):
    """The key figures of a workspace."""

    total_users: int = Field(description="Entities", examples=[1000])
    total_transactions: int = Field(description="Events of all sources", examples=[50000])
    total_spend: float | None = Field(
        description="Sum of the first money metric, with its currency's digits; null without money",
        examples=[1250000.00],
    )
    currency: str | None = Field(examples=["INR"])
    as_of: datetime = Field(description="When it was counted")
    watermark: datetime | None = Field(description="The newest event in the past")
    total_segments: int
    total_rules: int
    synthetic: bool = Field(description="The workspace's data is generated")
