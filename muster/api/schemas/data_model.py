"""Bodies about a workspace's data model."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class DataModelBody(BaseModel):
    """The newest version of a workspace's model.yml."""

    version: int = Field(examples=[1])
    document: str = Field(description="The text of model.yml as it was written")
    fingerprint: str = Field(description="Changes with the meaning, not with the spelling")
    created_at: datetime


class DataModelRequest(BaseModel):
    """A new text of model.yml."""

    model_config = ConfigDict(extra="forbid")

    document: str = Field(min_length=1, max_length=1_000_000, description="The text of model.yml")
    reason: str = Field(default="", max_length=1000, description="Why, for the audit log")
