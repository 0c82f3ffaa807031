"""Bodies about rules: the Audience Manager's fields, and Muster's beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from muster.base.records import RuleStatus, RunState

BRIEF_RULE: dict[str, Any] = {
    "rule_name": "New Rule",
    "description": "Rule description",
    "conditions": [{"field": "total_spend", "operator": ">", "value": 100}],
    "schedule": "@daily",
    "start_date": "2025-01-01T00:00:00Z",
    "end_date": "2025-12-31T23:59:59Z",
}
COMBINED_RULE: dict[str, Any] = {
    "rule_name": "High value in both",
    "depends_on": [1, 2],
    "operation": "INTERSECTION",
}
MUSTER_RULE: dict[str, Any] = {
    "name": "frequent_travellers",
    "title": "Frequent travellers",
    "where": {
        "did": "payment",
        "where": {"field": "category", "op": "=", "value": "Travel"},
        "window": {"last": "P90D"},
        "times": {"op": ">=", "n": 3},
    },
    "tags": ["travel"],
    "status": "draft",
    "reason": "asked for by the spring campaign",
}


class RuleInput(BaseModel):
    """A rule as it is sent; one of where, conditions and depends_on is needed, and a name."""

    model_config = ConfigDict(extra="forbid")

    rule_name: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="For people, and unique; the same as title",
        examples=["New Rule"],
    )
    name: str | None = Field(
        None,
        pattern="^[a-z][a-z0-9_]{0,62}$",
        description="What other rules call it; made of rule_name when it is left out",
        examples=["frequent_travellers"],
    )
    title: str | None = Field(None, min_length=1, max_length=200, examples=["New Rule"])
    description: str | None = Field(None, max_length=10_000, examples=["Rule description"])
    conditions: Any = Field(
        None,
        description="A list of conditions, all of which hold; the same as where",
        examples=[[{"field": "total_spend", "operator": ">", "value": 100}]],
    )
    where: Any = Field(
        None,
        description="A condition, as docs/reference/rule.schema.json describes it",
        examples=[{"field": "city_tier", "op": "=", "value": 1}],
    )
    schedule: str | None = Field(
        None, description="Five cron fields or a nickname", examples=["@daily"]
    )
    start_date: str | None = Field(
        None, description="From when on events count", examples=["2025-01-01T00:00:00Z"]
    )
    end_date: str | None = Field(
        None, description="Until when events count, inclusive", examples=["2025-12-31T23:59:59Z"]
    )
    depends_on: Any = Field(
        None, description="Ids or names of the rules to combine", examples=[[1, 2]]
    )
    operation: str | None = Field(
        None, description="INTERSECTION, UNION or DIFFERENCE", examples=["INTERSECTION"]
    )
    universe: Any = Field(None, description="Who is asked about: a name or a condition")
    tz: str | None = Field(None, description="IANA time zone", examples=["Asia/Kolkata"])
    limit: Any = Field(None, description="At most n, by rank")
    exclude: Any = Field(None, description="Lists and segments whose members are left out")
    ttl: str | None = Field(None, description="How long a result may be reused", examples=["P1D"])
    tags: list[str] | None = Field(None, examples=[["travel"]])
    v: int | None = Field(None, description="Version of the language, 1")
    key: Any = Field(None, description="Accepted and ignored")
    subject: Any = Field(None, description="Accepted and ignored")
    as_of: str | None = Field(None, description='Always "run"', examples=["run"])
    status: Literal["draft", "published"] | None = Field(
        None, description="draft: keep it out of evaluation; else it is published"
    )
    reason: str | None = Field(None, max_length=1000, description="Why; kept with the version")


class PlanInput(RuleInput):
    """A rule whose effects are asked for; or, of a rule that is there, one of its versions."""

    version: int | None = Field(
        None, ge=1, description="An old version, to see what restoring it would do", examples=[1]
    )


class ReasonInput(BaseModel):
    """Why something is done."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=1000, examples=["the campaign is over"])


class RestoreInput(ReasonInput):
    """Which version comes back."""

    version: int = Field(ge=1, le=2**31 - 1, examples=[1])
    status: Literal["draft", "published"] = Field("published", description="draft: only as a draft")


class RuleCreated(BaseModel):
    """A rule was made."""

    message: str = Field(examples=["Rule created successfully"])
    rule_id: int = Field(examples=[2])


class RuleUpdated(BaseModel):
    """A rule was changed."""

    message: str = Field(examples=["Rule updated successfully"])


class RuleTriggered(BaseModel):
    """A run of the rule is queued."""

    message: str = Field(examples=["Rule trigger has been scheduled"])
    run_id: int = Field(examples=[12])


class RuleReference(BaseModel):
    """A rule, named."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["high_value_customers"])
    rule_name: str = Field(examples=["High Value Customers"])


class LastRunBody(BaseModel):
    """The newest run a rule was part of."""

    id: int = Field(examples=[12])
    state: RunState
    created_at: datetime
    finished_at: datetime | None


class RuleBody(BaseModel):
    """One rule of a list."""

    id: int = Field(examples=[1])
    rule_name: str = Field(examples=["High Value Customers"])
    description: str = Field(examples=["Users with total spend over $5000"])
    schedule: str | None = Field(examples=["0 0 * * *"])
    depends_on: list[int] = Field(description="Ids of the rules it combines", examples=[[]])
    operation: Literal["INTERSECTION", "UNION", "DIFFERENCE"] | None
    name: str = Field(description="What other rules call it", examples=["high_value_customers"])
    title: str = Field(description="The same as rule_name", examples=["High Value Customers"])
    tags: list[str] = Field(examples=[["value"]])
    owner: str = Field(description="Who wrote it first", examples=["ann@example.com"])
    status: RuleStatus
    version: int = Field(description="The newest version, which is edited", examples=[3])
    published_version: int | None = Field(description="The one that is evaluated", examples=[2])
    has_draft: bool = Field(description="The newest version is not published")
    segment_id: int | None = Field(
        description="Its segment; null before it is published", examples=[2]
    )
    size: int | None = Field(description="Members of its segment", examples=[1234])
    last_refreshed_at: datetime | None
    last_run: LastRunBody | None
    created_at: datetime
    updated_at: datetime


class RuleList(BaseModel):
    """A page of rules."""

    items: list[RuleBody]
    total: int = Field(examples=[1])
    page: int = Field(examples=[1])
    pages: int = Field(examples=[1])
    next_cursor: str | None = Field(description="For the page after this one, in order of id")
    synthetic: bool = Field(description="The workspace's data is generated")


class EffectBody(BaseModel):
    """What a change does to one segment; figures are null where nothing was measured."""

    name: str = Field(examples=["high_value_customers"])
    change: Literal["new", "changed", "described", "unchanged", "child"]
    size_before: int | None = Field(examples=[120])
    size_after: int | None = Field(examples=[100])
    entered: int | None = Field(examples=[5])
    left: int | None = Field(examples=[25])
    entered_sample: list[int | str] = Field(description="At most 20 keys of those who enter")
    left_sample: list[int | str] = Field(description="At most 20 keys of those who leave")


class ApprovalEffectBody(BaseModel):
    """What the author of a request saw; without anybody's key."""

    name: str = Field(examples=["high_value_customers"])
    change: str = Field(examples=["changed"])
    size_before: int = Field(examples=[120])
    size_after: int = Field(examples=[100])
    entered: int = Field(examples=[5])
    left: int = Field(examples=[25])


class ApprovalBody(BaseModel):
    """A request to publish one version of a rule."""

    id: int = Field(examples=[7])
    rule: RuleReference
    version: int = Field(examples=[3])
    state: Literal["pending", "approved", "rejected", "withdrawn"]
    requested_by: str = Field(examples=["ann@example.test"])
    requested_at: datetime
    reason: str
    moved_share: float | None = Field(
        description="The largest share of one segment's members that moves", examples=[0.25]
    )
    effects: list[ApprovalEffectBody]
    decided_by: str | None
    decided_at: datetime | None
    comment: str | None


class ApprovalList(BaseModel):
    """A page of requests, newest first."""

    items: list[ApprovalBody]
    total: int
    page: int
    pages: int
    next_cursor: str | None


class DecisionInput(BaseModel):
    """What there is to say about it."""

    model_config = ConfigDict(extra="forbid")

    comment: str = Field("", max_length=1000, examples=["agreed with the customer"])


class RefusalInput(BaseModel):
    """Why the version is not published."""

    model_config = ConfigDict(extra="forbid")

    comment: str = Field(min_length=1, max_length=1000, examples=["too many would leave"])


class ApprovalNeeded(BaseModel):
    """The edit is kept as a draft until somebody else approves it."""

    message: str = Field(examples=["The edit waits for approval"])
    rule_id: int = Field(examples=[2])
    approval: ApprovalBody


class RuleDetailBody(RuleBody):
    """One rule with all its fields; what its author did not write is null."""

    conditions: Any = Field(description="As its author wrote it, if under this name")
    where: Any = Field(description="As its author wrote it, if under this name")
    start_date: str | None = Field(examples=["2025-01-01T00:00:00Z"])
    end_date: str | None = Field(examples=["2025-12-31T23:59:59Z"])
    universe: Any
    tz: str | None
    limit: Any
    exclude: Any
    ttl: str | None
    sentence: str | None = Field(
        description="The rule in English; null if it no longer fits the data model"
    )
    fingerprint: str = Field(description="The same for two spellings of one meaning")
    made_of: list[RuleReference] = Field(description="Every rule it speaks of")
    author: str
    reason: str
    approval: ApprovalBody | None = Field(description="The request that waits for a decision")


class RuleVersionBody(BaseModel):
    """One version of a rule."""

    version: int = Field(examples=[2])
    rule_name: str = Field(examples=["High Value Customers"])
    description: str
    schedule: str | None
    tags: list[str]
    author: str = Field(examples=["ann@example.test"])
    reason: str
    created_at: datetime
    published: bool = Field(description="It is the one that is evaluated")
    newest: bool = Field(description="It is the one that is edited")


class RuleVersionDetail(RuleVersionBody):
    """One version with its definition."""

    definition: Any = Field(description="As its author wrote it")
    fingerprint: str


class RuleVersionList(BaseModel):
    """Versions of a rule, newest first."""

    items: list[RuleVersionBody]
    total: int
    page: int
    pages: int
    next_cursor: str | None


class PlanWarning(BaseModel):
    """What the linter has to say."""

    code: str = Field(examples=["NULLS_LEFT_OUT"])
    path: str = Field(examples=["$.where"])
    sentence: str
    hint: str | None


class RulePlanBody(BaseModel):
    """What publishing a rule would change; nothing was written."""

    as_of: datetime
    measured: bool = Field(description="false: there is no data yet, and figures are null")
    needs_approval: bool
    moved_share: float | None = Field(
        description="The largest share of one segment's members that moves", examples=[0.25]
    )
    sentence: str
    effects: list[EffectBody]
    warnings: list[PlanWarning]
    synthetic: bool = Field(description="The workspace's data is generated")


class RuleState(BaseModel):
    """Where a rule is after a step of its life."""

    message: str = Field(examples=["Rule archived"])
    rule_id: int = Field(examples=[2])
    status: RuleStatus
    version: int
    published_version: int | None


class RuleNodeBody(RuleReference):
    """A rule near another."""

    status: RuleStatus
    distance: int = Field(description="-1: a parent, 1: made of it, 0: itself", examples=[-1])


class RuleEdgeBody(BaseModel):
    """One rule is made of another."""

    parent: str = Field(examples=["high_value_customers"])
    child: str = Field(examples=["win_back"])


class RuleLineageBody(BaseModel):
    """All a rule is made of, and all that is made of it."""

    rule_id: int
    nodes: list[RuleNodeBody]
    edges: list[RuleEdgeBody]
    truncated: bool = Field(description="There are more rules than are shown")
