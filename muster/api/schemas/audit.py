"""Bodies about the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class AuditEntryBody(BaseModel):
    """Who did what to what, and its place in the chain."""

    id: int = Field(description="Number within the whole log", examples=[1042])
    at: datetime = Field(description="When, in UTC")
    actor: str = Field(description="Who", examples=["ada@example.org"])
    action: str = Field(description="Noun and verb", examples=["rule.update"])
    subject: str = Field(description="What it was done to", examples=["rule/frequent_travellers"])
    before: Any = Field(description="What it was, as JSON; null: nothing to tell")
    after: Any = Field(description="What it became, as JSON; null: nothing to tell")
    reason: str = Field(description="Why, as whoever did it said", examples=["wrong threshold"])
    request_id: str | None = Field(description="X-Request-ID of the request that did it")
    position: int | None = Field(description="Place in the chain, from 1; null before chains")
    hash: str | None = Field(description="Algorithm and hash over content and previous hash")
    previous_hash: str | None = Field(description="Hash of the entry before; empty for the first")


class AuditList(BaseModel):
    """A page of the log, the newest entries first."""

    items: list[AuditEntryBody]
    total: int = Field(description="Entries that fit the filters", examples=[2])
    page: int = Field(examples=[1])
    pages: int = Field(examples=[1])
    next_cursor: str | None = Field(description="Cursor of the following, older page")


class AuditHeadBody(BaseModel):
    """The end of a chain; kept elsewhere, it proves that nothing was cut off behind it."""

    chain: str = Field(description='Name of the workspace, or "installation"', examples=["shop"])
    position: int = Field(description="Entries in the chain", examples=[12])
    hash: str | None = Field(description="Hash of the last entry; null: the chain is empty")
    head: str | None = Field(description="Both in one text, for verify", examples=["12:sha256:9f…"])


class AuditBreakBody(BaseModel):
    """The first place of a chain that does not hold."""

    position: int = Field(examples=[7])
    why: str = Field(
        description="altered, removed, reordered, inserted, relinked, unsealed, unknown_key, cut"
        " or rewritten",
        examples=["altered"],
    )
    sentence: str = Field(examples=["Entry 7 is not what was written: its hash differs."])


class AuditVerificationBody(BaseModel):
    """What became of computing a chain anew."""

    chain: str = Field(description='Name of the workspace, or "installation"', examples=["shop"])
    holds: bool = Field(description="The whole chain is as it was written")
    entries: int = Field(description="Entries that hold, from the first on", examples=[12])
    sealed: int = Field(description="How many of them were sealed with a key", examples=[0])
    before_chain: int = Field(description="Older entries that nothing proves", examples=[0])
    head: str | None = Field(description="Head of what holds", examples=["12:sha256:9f…"])
    broken: AuditBreakBody | None
