"""Bodies about the health of a process."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class HealthBody(BaseModel):
    """The process answers; what it depends on is not looked at."""

    status: str = Field(examples=["ok"])
    version: str = Field(examples=["0.1.0"])


class CheckBody(BaseModel):
    """One thing that was tried."""

    name: str = Field(
        description="database, migrations, row_security, queue, disk, workspaces or warehouse",
        examples=["database"],
    )
    status: str = Field(description="ok, degraded or failed", examples=["ok"])
    detail: str | None = Field(
        description="What was found; null for whoever is not signed in",
        examples=["It answers and accepts writes."],
    )
    workspace: str | None = Field(
        description="Whose warehouse it is; null for what all share, and for strangers",
        examples=["payments"],
    )
    seconds: float = Field(description="How long trying took", examples=[0.002])
    checked_at: datetime


class ReadinessBody(BaseModel):
    """Whether this process can do its work now; the answer is 503 when it cannot."""

    status: str = Field(description="ok, degraded (200) or failed (503)", examples=["ok"])
    checks: list[CheckBody]
