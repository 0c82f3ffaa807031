"""Bodies about a workspace's data model."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from muster.api.schemas.problem import Fault


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


class ModelCheckRequest(BaseModel):
    """A text of model.yml that is being edited."""

    model_config = ConfigDict(extra="forbid")

    document: str = Field(max_length=1_000_000, description="The text of model.yml")


class UnfitRuleBody(BaseModel):
    """A saved rule that does not fit the text."""

    id: int
    name: str = Field(examples=["high_spenders"])
    sentence: str = Field(examples=['There is no attribute "city_tier".'])


class ModelSummary(BaseModel):
    """How much the text describes."""

    entity: str = Field(examples=["user"])
    attributes: int
    sources: int = Field(description="Of events")
    metrics: int


class ModelCheckBody(BaseModel):
    """What saving the text would come to."""

    valid: bool = Field(description="It could be saved: it has no faults of its own")
    problems: list[Fault] = Field(
        description="Its faults; if it has none, what the warehouse's tables do not bear out"
    )
    rules: list[UnfitRuleBody] = Field(description="Saved rules that would not fit it")
    summary: ModelSummary | None = Field(description="Null where it is not valid")
