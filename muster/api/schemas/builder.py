"""Bodies for builders: counting, checking and explaining a rule while it is written."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from muster.api.schemas.problem import Fault
from muster.base.datamodel import FieldType, Fold, PiiClass

_EXAMPLE = [{"field": "tier", "op": "=", "value": 1}]
RuleInput = Annotated[
    dict[str, JsonValue] | list[JsonValue],
    Field(
        description="A rule document, with or without a name, or a bare condition",
        examples=[_EXAMPLE],
    ),
]


class LintRequest(BaseModel):
    """A rule to check."""

    model_config = ConfigDict(extra="forbid")

    rule: RuleInput


class CountRequest(LintRequest):
    """A rule to count."""

    as_of: AwareDatetime | None = Field(
        default=None, description="The instant to count at; now if it is left out"
    )
    sql: bool = Field(default=False, description="Also answer with the rule as one SELECT")


class ExplainRequest(LintRequest):
    """A rule and one entity."""

    entity: Annotated[str, Field(max_length=1000)] | Annotated[int, Field(strict=True)] = Field(
        description="The entity's key", examples=["1"]
    )
    as_of: AwareDatetime | None = Field(
        default=None, description="The instant to explain; now if it is left out"
    )
    clear: bool = Field(default=False, description="Show personal values; it is written down")


class ConditionCount(BaseModel):
    """For one condition by itself, in the universe."""

    path: str = Field(description="Where it stands in the rule", examples=["$.where[0]"])
    sentence: str
    true: int
    false: int
    unknown: int


class CountBody(BaseModel):
    """The exact size of a rule."""

    size: int = Field(description="Members")
    share: float = Field(description="size / universe, 0 for an empty universe")
    universe: int
    unknown: int
    as_of: datetime
    sentence: str
    warnings: list[Fault]
    conditions: list[ConditionCount]
    sql: str | None = Field(description="Null unless it was asked for")
    seconds: float
    synthetic: bool


class LintBody(BaseModel):
    """A rule that fits the data model: what it says, and what may not be meant."""

    sentence: str
    warnings: list[Fault]


class OperatorBody(BaseModel):
    """One operator of a condition on a field."""

    key: str = Field(description="As written in a rule", examples=["between"])
    label: str = Field(examples=["between"])
    takes: str = Field(
        description="Form of the value: none, one, many, range, text, pattern or duration",
        examples=["range"],
    )
    arity: int | None = Field(description="How many values; null for any number", examples=[2])
    types: list[FieldType] = Field(description="Types of field it applies to")
    sentence: str = Field(description="English with {value}", examples=["is between {value}"])


class OperatorList(BaseModel):
    """Every operator, and those that numbers of events and metrics take."""

    items: list[OperatorBody]
    total: int
    metric_operators: list[str]
    count_operators: list[str]
    aggregates: list[str]


class FieldBody(BaseModel):
    """A field of the entity or of an event."""

    name: str = Field(examples=["city_tier"])
    label: str = Field(examples=["City tier"])
    type: FieldType
    description: str
    pii: PiiClass
    currency: str | None
    scale: int | None = Field(description="Digits after the point, for money and decimals")
    fold: Fold = Field(description="How text is compared")
    values: list[str] = Field(description="Values it may have, where the model lists them")
    top_values: list[str] = Field(description="Frequent values")
    operators: list[str] = Field(description="Keys of the operators that fit")


class EventBody(BaseModel):
    """Events of one source, or of several under one name."""

    name: str
    label: str
    sources: list[str] = Field(description="Tables of events it stands for")
    at: str | None = Field(description="The field that says when; null for several sources")
    fields: list[FieldBody]


class MetricBody(BaseModel):
    """A named number about one entity."""

    name: str
    label: str
    description: str
    type: FieldType | None
    aggregate: str
    of: str | None
    on: list[str]
    currency: str | None


class PlaceBody(BaseModel):
    """A named circle on the globe."""

    name: str
    latitude: float
    longitude: float
    km: float


class FacetsBody(BaseModel):
    """Which fields the advertiser's facets stand for."""

    age: str | None
    locations: list[str]
    demographics: list[str]
    interests: str | None
    interest_source: str | None
    interest_field: str | None


class VocabularyBody(BaseModel):
    """Everything a rule may speak of."""

    entity: str = Field(examples=["user"])
    entity_label: str = Field(examples=["Users"])
    key: str = Field(examples=["user_id"])
    time_zone: str
    currency: str | None
    attributes: list[FieldBody]
    events: list[EventBody]
    metrics: list[MetricBody]
    universes: dict[str, Any] = Field(description="Name -> the rule that defines it")
    places: list[PlaceBody]
    lists: list[str]
    facets: FacetsBody
    synthetic: bool
