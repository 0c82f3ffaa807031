"""Bodies of a rule spelled other ways."""

from __future__ import annotations

from pydantic import BaseModel, Field


class RuleTextBody(BaseModel):
    """The same rule, other ways."""

    yaml: str = Field(
        description="As `muster rule apply` reads it, once it has a name",
        examples=["where: {field: city_tier, op: '=', value: 1}\n"],
    )
    sql: str = Field(description="One SELECT of its members, at the present instant")
    dialect: str = Field(description="Of the SQL", examples=["duckdb"])
    sentence: str = Field(examples=["Users matching this: City tier is 1."])
