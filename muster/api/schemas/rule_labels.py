"""Bodies about what rules are found by."""

from __future__ import annotations

from pydantic import BaseModel, Field

_RULES = Field(description="Drafts and published rules", examples=[12])


class TagBody(BaseModel):
    """One tag."""

    tag: str = Field(description="As rules bear it", examples=["loyalty"])
    rules: int = _RULES


class TagList(BaseModel):
    """Every tag, the most used first."""

    items: list[TagBody]
    total: int = Field(examples=[1])


class OwnerBody(BaseModel):
    """Somebody who wrote rules."""

    owner: str = Field(description="Who wrote them first", examples=["ann@example.com"])
    rules: int = _RULES


class OwnerList(BaseModel):
    """Everybody who wrote rules, the busiest first."""

    items: list[OwnerBody]
    total: int = Field(examples=[1])
