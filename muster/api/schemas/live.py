"""Bodies of live answers: everything that is told about a rule while it is being written."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from muster.api.schemas.builder import ConditionCount, LintRequest
from muster.api.schemas.problem import Fault
from muster.services.live import LivePart
from muster.services.live_sample import MOST_ROWS

Number = int | float | str
_PATH = Field(description="Where it stands in the rule", examples=["$[0]"])


class LiveRequest(LintRequest):
    """A rule, and what is to be told about it."""

    parts: list[LivePart] = Field(
        default=[LivePart.SIZE], max_length=20, description="What is answered; the size always is"
    )
    as_of: AwareDatetime | None = Field(
        default=None, description="The instant to answer for; now, on the minute, if left out"
    )
    curve: str | None = Field(
        default=None,
        max_length=1000,
        description="Path of the condition whose number is turned; for the part curve",
        examples=["$[0]"],
    )
    order: Literal["written", "narrowing"] = Field(
        default="written", description="Order of the waterfall's conditions"
    )
    samples: int = Field(
        default=0, ge=0, le=20, description="Keys to show for each near-miss, at most"
    )
    attributes: list[Annotated[str, Field(max_length=200)]] | None = Field(
        default=None,
        max_length=200,
        description="Attributes of the breakdown; every one that is not personal if left out",
        examples=[["tier"]],
    )
    clear: bool = Field(
        default=False,
        description="Also show personal values, in breakdown, curve and sample; it is written down",
    )
    nearest: int = Field(default=5, ge=1, le=100, description="Segments to compare with, at most")
    sample_rows: int = Field(
        default=10, ge=1, le=MOST_ROWS, description="Members to show in the part sample, at most"
    )
    draft: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Your name of the editing session: a newer question of it ends an older one,"
        " which then answers 409 SUPERSEDED",
        examples=["tab-1"],
    )
    estimate: bool = Field(
        default=False,
        description="Only estimate the size, from a sample; no other part may be asked for",
    )


class EstimateBody(BaseModel):
    """Where the size lies in 95 samples of 100."""

    low: int
    high: int
    sample: int = Field(description="Entities that were looked at")
    everyone: int
    reason_exact: str | None = Field(description="Why everybody was looked at after all")


class StepBody(BaseModel):
    """One step of a waterfall."""

    kind: Literal["everyone", "universe", "condition", "limit", "exclusion"]
    path: str = _PATH
    sentence: str | None = Field(description="The condition in English")
    size: int = Field(description="Entities left after it")
    lost: int = Field(description="Entities left before it and no longer")
    unknown: int = Field(description="Of the lost, those for whom the condition is unknown")


class EffectBody(BaseModel):
    """What one condition does to the size."""

    path: str = _PATH
    sentence: str
    size_without: int | None = Field(
        description="Size with the condition taken out; null where only a ranking could tell"
    )
    difference: int | None = Field(description="size_without - size")


class NearMissBody(BaseModel):
    """Who would be a member if this condition were true of them."""

    path: str = _PATH
    sentence: str
    false: int
    unknown: int
    samples: list[int | str] = Field(description="Some of their keys")


class NearMissesBody(BaseModel):
    """Those who are one condition short."""

    reason: str | None = Field(description="Why nobody can be")
    total: int
    conditions: list[NearMissBody]


class ConditionBody(BaseModel):
    """One of the outermost conditions."""

    path: str = _PATH
    sentence: str


class CombinationBody(BaseModel):
    """Of how many exactly these conditions are true."""

    true: list[int] = Field(description="Places in the list of conditions", examples=[[0, 2]])
    size: int


class UpsetBody(BaseModel):
    """Which conditions are true together, the largest combination first."""

    conditions: list[ConditionBody]
    left_out: int = Field(description="Further conditions, not looked at")
    combinations: list[CombinationBody]
    others: int = Field(description="Further combinations")
    others_size: int = Field(description="Entities in them")


class PartBody(BaseModel):
    """One bin of an attribute."""

    kind: Literal["value", "range", "other", "missing"]
    label: str | None = Field(examples=["25-34"])
    above: Number | None = Field(description="Where a range begins, not included")
    to: Number | None = Field(description="Where it ends, included")
    members: int
    everyone: int
    share: float = Field(description="Of the members")
    share_of_everyone: float
    index: float | None = Field(
        description="100 * share / share_of_everyone; null of nobody", examples=[137.5]
    )


class BreakdownBody(BaseModel):
    """Members and everybody by one attribute."""

    name: str = Field(examples=["tier"])
    label: str
    several: bool = Field(description="An entity may be in several parts, or in none")
    parts: list[PartBody]


class BreakdownsBody(BaseModel):
    """Members and everybody by attribute."""

    attributes: list[BreakdownBody]
    hidden: list[str] = Field(description="Personal attributes that were left out")


class NeighbourBody(BaseModel):
    """A published segment beside the rule."""

    id: int
    name: str
    size: int
    intersection: int
    jaccard: float = Field(description="intersection / union")
    share_of_rule: float
    share_of_segment: float
    contained: bool = Field(description="Every member of the rule is in the segment")
    contains: bool = Field(description="Every member of the segment is in the rule")


class NearestBody(BaseModel):
    """The segments with the largest Jaccard index first."""

    segments: list[NeighbourBody]
    compared: int = Field(description="Published segments in all")
    unreadable: list[str] = Field(description="Those whose members cannot be read")


class PointBody(BaseModel):
    """The size with another number in the condition."""

    number: Number = Field(description="A number, a day or an instant", examples=[100])
    size: int


class CurveBody(BaseModel):
    """Size by one number of the condition, ascending."""

    end: Literal["value", "low", "high"]
    unit: str | None = Field(description="years or days, where it is not the field's own")
    present: Number = Field(description="What the rule says; it is among the points")
    points: list[PointBody]


class CurvesBody(BaseModel):
    """The curves of one condition: one, or two for the ends of a span."""

    path: str = _PATH
    reason: str | None = Field(description="Why there are none")
    curves: list[CurveBody]


class SampleBody(BaseModel):
    """Some members: the same ones as long as they are members, spread over everybody."""

    columns: list[str] = Field(examples=[["user_id", "name"]])
    data: list[list[Any]] = Field(
        description="Rows in order of key; money and decimals as text, instants in UTC",
        examples=[[[101, "***"], [102, "***"]]],
    )
    masked: list[str] = Field(description="Columns whose values are hidden", examples=[["name"]])


class LiveBody(BaseModel):
    """A rule's size, and the parts that were asked for; the others are null."""

    size: int = Field(description="Members; see exact")
    share: float = Field(description="Of the universe; of everybody where it is estimated")
    universe: int | None
    unknown: int | None
    as_of: datetime
    exact: bool = Field(description="False: the size is an estimate")
    estimate: EstimateBody | None
    sentence: str
    warnings: list[Fault]
    conditions: list[ConditionCount]
    waterfall: list[StepBody] | None
    marginal: list[EffectBody] | None
    near_misses: NearMissesBody | None
    upset: UpsetBody | None
    breakdown: BreakdownsBody | None
    nearest: NearestBody | None
    curve: CurvesBody | None
    sample: SampleBody | None
    leaves: int | None = Field(description="Different questions that the rule asks")
    indexed: int | None = Field(description="Of these, answered by the audience index")
    reused: int | None = Field(description="Of these, known from an earlier question")
    seconds: float
    synthetic: bool
