"""Bodies about workspaces."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from muster.base.people import Permission, Role


class WorkspaceBody(BaseModel):
    """One workspace."""

    name: str = Field(examples=["payments"])
    title: str = Field(examples=["Payments"])
    synthetic: bool = Field(description="Its data is generated")
    created_at: datetime


class WorkspaceDetail(WorkspaceBody):
    """One workspace and what the caller may do in it."""

    role: Role
    permissions: list[Permission]
    has_model: bool = Field(description="A data model was saved")


class WorkspaceRequest(BaseModel):
    """A new workspace."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        max_length=63,
        description="Small letters, digits and _, a letter first",
        examples=["loyalty"],
    )
    title: str = Field(min_length=1, max_length=200, examples=["Loyalty"])
    synthetic: bool = Field(default=False, description="Its data will be generated")


class WorkspaceList(BaseModel):
    """A page of the workspaces the caller may enter, by name."""

    items: list[WorkspaceBody]
    total: int
    page: int
    pages: int
    next_cursor: str | None
