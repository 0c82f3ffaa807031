"""Bodies about workspaces."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class WorkspaceBody(BaseModel):
    """One workspace."""

    name: str = Field(examples=["payments"])
    title: str = Field(examples=["Payments"])
    synthetic: bool = Field(description="Its data is generated")
    created_at: datetime


class WorkspaceList(BaseModel):
    """Every workspace, by name."""

    items: list[WorkspaceBody]
    total: int


class Health(BaseModel):
    """The process answers; what it depends on is not looked at."""

    status: str = Field(examples=["ok"])
    version: str = Field(examples=["0.1.0"])
