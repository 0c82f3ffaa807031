"""Errors on the wire: problem details (RFC 9457) with Muster's code and every fault's path."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Fault(BaseModel):
    """One fault in what was sent."""

    code: str = Field(examples=["UNKNOWN_FIELD"])
    path: str = Field(description="JSON path to the fault", examples=["$.where.all[0].field"])
    sentence: str = Field(examples=['There is no attribute "city_teir".'])
    hint: str | None = Field(examples=['Did you mean "city_tier"?'])


class ProblemDetails(BaseModel):
    """What every failed request answers, as ``application/problem+json``."""

    type: str = Field(examples=["urn:muster:error:UNKNOWN_WORKSPACE"])
    title: str = Field(description="The sentence for people")
    status: int = Field(examples=[404])
    code: str = Field(examples=["UNKNOWN_WORKSPACE"])
    hint: str | None
    path: str | None
    problems: list[Fault]
