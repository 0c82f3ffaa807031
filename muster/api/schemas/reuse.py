"""Bodies for what a rule has to do with the published ones."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from muster.api.schemas.builder import LintRequest


class ReuseRequest(LintRequest):
    """A rule to hold against the published ones."""

    name: str | None = Field(
        default=None,
        max_length=63,
        description="The saved rule's that is edited: neither it nor what is made of it is offered",
        examples=["high_value_customers"],
    )


class FindingBody(BaseModel):
    """One thing that is proven of the rule, for any data at any instant."""

    relation: Literal["equal", "composed", "part", "subset", "superset", "disjoint"] = Field(
        description="How the rule's members lie to the segments'; composed: made of them exactly; "
        "part: one of them stands for some of the rule's conditions",
        examples=["composed"],
    )
    segments: list[str] = Field(examples=[["travellers", "high_value_customers"]])
    operation: Literal["INTERSECTION", "UNION", "DIFFERENCE"] | None = Field(
        description="How the segments are combined; null unless the rule is composed of them"
    )
    sentence: str = Field(
        examples=['The members are exactly those who are in "travellers" but not in "dormant".']
    )
    definition: Any = Field(
        description="The rule with the segments in it, to be saved as it is; null where that "
        "saves nothing",
        examples=[{"depends_on": ["travellers", "dormant"], "operation": "DIFFERENCE"}],
    )
    path: str = Field(description="Where in the rule", examples=["$.where"])


class ReuseBody(BaseModel):
    """What was found, the most useful first."""

    items: list[FindingBody]
    total: int = Field(examples=[1])
    compared: int = Field(description="Published rules it was held against", examples=[120])
    truncated: bool = Field(description="More segments than listed have one of the relations")
